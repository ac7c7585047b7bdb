/* What the user wants of the engine, whatever is exported: the same for the window and the command line.
 *
 * Kept as JSON in DATA/settings.json. Lives on the main context; the file may be read on a thread before
 * that. A change by another process is noticed and notified like one made here.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_SETTINGS (sendoff_settings_get_type ())
G_DECLARE_FINAL_TYPE (SendoffSettings, sendoff_settings, SENDOFF, SETTINGS, GObject)

/* Properties, each with its words for people as nick and its explanation as blurb:
 * cores (uint: pieces of work at once, 0 one for each core), memory-limit (int64: bytes that encoding may
 * take, 0 what is free), cache-limit (int64: bytes of finished chunks that are kept, -1 chooses),
 * resume-automatically, pause-on-low-battery, pause-on-power-saver, pause-on-low-disk, queue-paused
 * (boolean). */
SendoffSettings *sendoff_settings_new (const char *path);
void sendoff_settings_watch (SendoffSettings *self);
gboolean sendoff_settings_save (SendoffSettings *self, GError **error);

gint64 sendoff_settings_get_cache_limit (SendoffSettings *self);

G_END_DECLS
