/* Makes what a job was about anew, from another video than it was planned for. Main thread. */
#pragma once

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

void sendoff_start_again_async (
    SendoffEngine *engine, SendoffJob *job, GFile *file, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_start_again_finish (GAsyncResult *result, GError **error);

G_END_DECLS
