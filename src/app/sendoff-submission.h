/* The way of one video from the Export button into the queue: a thorough look, the final plan, a look at the
 * disks, and the engine's submit. Main thread; nothing blocks.
 */
#pragma once

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

void sendoff_submission_run_async (SendoffEngine *engine,
                                   GFile *source,
                                   const char *identity,
                                   SendoffRequest *request,
                                   GAsyncReadyCallback callback,
                                   gpointer data);
SendoffJob *sendoff_submission_run_finish (GAsyncResult *result, GError **error);

G_END_DECLS
