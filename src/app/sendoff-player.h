/* A video that can be looked at: one moment of it as a picture, moved by scrubbing, stepping or playing.
 *
 * Pictures are taken by workers through the engine and decompressed in threads. While somebody scrubs, one
 * picture at a time is asked for, always that of where they are now. Playing shows a dozen pictures a second
 * without sound; a video that cannot be decoded so fast is shown slower, never with a stall. Owned by the
 * Export page; main thread.
 */
#pragma once

#include "app/sendoff-frame-stream.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_PLAYER (sendoff_player_get_type ())
G_DECLARE_FINAL_TYPE (SendoffPlayer, sendoff_player, SENDOFF, PLAYER, GObject)

/* Properties: source (SendoffSourceItem, writable, nullable), has-video (boolean), picture (GdkPaintable),
 * position (double seconds of source time, writable), stop (double seconds, writable: where playing ends, 0:
 * with the video), duration, frame-duration (double seconds), playing (boolean, writable). */
SendoffPlayer *sendoff_player_new (SendoffEngine *engine);
void sendoff_player_step (SendoffPlayer *self, int n_frames);

G_END_DECLS
