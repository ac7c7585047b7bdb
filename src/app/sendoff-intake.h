/* Takes in files that were dropped, opened or pasted: folders become their videos, and many come a few at a
 * time.
 *
 * Main thread; nothing blocks, whatever is dropped.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_INTAKE (sendoff_intake_get_type ())
G_DECLARE_FINAL_TYPE (SendoffIntake, sendoff_intake, SENDOFF, INTAKE, GObject)

/* Signal: "file" (GFile), once for each, in order. */
SendoffIntake *sendoff_intake_new (void);
void sendoff_intake_add (SendoffIntake *self, GPtrArray *files);
void sendoff_intake_stop (SendoffIntake *self);

gboolean sendoff_intake_is_captions (GFile *file);
gboolean sendoff_intake_share_name (GFile *captions, GFile *video);

G_END_DECLS
