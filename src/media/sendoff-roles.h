/* The roles of a worker, one function each. Every one runs once, in a process of its own, on the main thread. */
#pragma once

#include "media/sendoff-events.h"
#include "model/sendoff-certificate.h"
#include "model/sendoff-machine.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

SendoffMachine *sendoff_role_capabilities (void);
SendoffMediaInfo *sendoff_role_probe (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);
SendoffChunksResult *sendoff_role_chunks (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);
gboolean sendoff_role_audio (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);
SendoffFramesResult *sendoff_role_frame (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);
SendoffDecodeResult *sendoff_role_verify (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);
SendoffTextsResult *sendoff_role_texts (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);
gboolean sendoff_role_trial (const SendoffWorkerSpec *spec, GError **error);
SendoffMuxResult *sendoff_role_mux (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);

G_END_DECLS
