/* Which requests for still pictures run now: few at once, and the newest first, as scrubbing wants it.
 *
 * Lives on the main context. What the cache has is answered without waiting for a turn. A request that is cancelled
 * before its turn never starts, one that runs loses its worker at once.
 */
#pragma once

#include "engine/sendoff-frame-request.h"
#include "engine/sendoff-queue.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_FRAME_LOADER (sendoff_frame_loader_get_type ())
G_DECLARE_FINAL_TYPE (SendoffFrameLoader, sendoff_frame_loader, SENDOFF, FRAME_LOADER, GObject)

SendoffFrameLoader *sendoff_frame_loader_new (SendoffQueue *queue, const char *cache_dir);
void sendoff_frame_loader_load (SendoffFrameLoader *self, SendoffFrameRequest *request, GTask *task);
void sendoff_frame_loader_stop_async (SendoffFrameLoader *self, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_frame_loader_stop_finish (SendoffFrameLoader *self, GAsyncResult *result, GError **error);

G_END_DECLS
