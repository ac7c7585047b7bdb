/* Some seconds of a moving picture, on their way from a worker to the screen.
 *
 * Compressed pictures are kept; the few that are shown next are decompressed in threads. Main thread; lives
 * as long as its player wants it, and stops the worker when it is stopped.
 */
#pragma once

#include <gdk/gdk.h>

#include "app/sendoff-source-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

/* Physical pixels of previews: sharp in a column of the window, also when pixels are doubled. */
#define SENDOFF_PREVIEW_SIDE 720

#define SENDOFF_TYPE_FRAME_STREAM (sendoff_frame_stream_get_type ())
G_DECLARE_FINAL_TYPE (SendoffFrameStream, sendoff_frame_stream, SENDOFF, FRAME_STREAM, GObject)

SendoffFrameStream *sendoff_frame_stream_new (
    SendoffEngine *engine, SendoffSourceItem *source, gint64 start_us, gint64 step_us, guint n_frames);
void sendoff_frame_stream_stop (SendoffFrameStream *self);
guint sendoff_frame_stream_get_n_frames (SendoffFrameStream *self);
gint64 sendoff_frame_stream_get_time (SendoffFrameStream *self, guint index);
gboolean sendoff_frame_stream_is_finished (SendoffFrameStream *self);
gboolean sendoff_frame_stream_has_failed (SendoffFrameStream *self);
GdkPaintable *sendoff_frame_stream_get_picture (SendoffFrameStream *self, guint index);

/* Decompresses a picture in a thread; finish with sendoff_picture_decode_finish(). */
void sendoff_picture_decode_async (GBytes *picture,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer data);
GdkPaintable *sendoff_picture_decode_finish (GAsyncResult *result, GError **error);

G_END_DECLS
