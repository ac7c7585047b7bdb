/* The preview of the selected video: its moving picture, a timeline with the part that is used, and the frame
 * of what is kept of the picture. Main thread.
 *
 * Keys, while the keyboard is somewhere in it: Space plays, I and O set start and end, comma and point (and
 * the arrows on the position) go frame by frame.
 */
#pragma once

#include <adwaita.h>

#include "app/sendoff-cut.h"
#include "app/sendoff-player.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_PREVIEW (sendoff_preview_get_type ())
G_DECLARE_FINAL_TYPE (SendoffPreview, sendoff_preview, SENDOFF, PREVIEW, AdwBin)

/* Properties: player, cut (objects; NULL until sendoff_preview_set_draft()). */
void sendoff_preview_set_draft (SendoffPreview *self, SendoffDraft *draft);

G_END_DECLS
