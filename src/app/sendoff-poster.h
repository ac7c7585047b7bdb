/* The small picture that stands for a video in a list, ready to be drawn.
 *
 * Called on the main thread; the picture is taken in a worker and decompressed in a thread.
 */
#pragma once

#include <gdk/gdk.h>

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

void sendoff_poster_load_async (SendoffEngine *engine,
                                GFile *file,
                                const SendoffMediaInfo *info,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data);
GdkPaintable *sendoff_poster_load_finish (GAsyncResult *result, GError **error);

G_END_DECLS
