/* Facts about sources, looked up in the store or asked of a worker.
 *
 * They are kept by the source's identity, and are good as long as the worker is the same program. Blocking; for
 * threads.
 */
#pragma once

#include "engine/sendoff-engine.h"
#include "engine/sendoff-store.h"
#include "engine/sendoff-worker-client.h"

G_BEGIN_DECLS

SendoffMediaInfo *sendoff_facts_look_up (SendoffStore *store, SendoffWorkerClient *client, GFile *file,
                                         SendoffProbeFlags flags, GCancellable *cancellable, GError **error);
SendoffMediaInfo *sendoff_facts_find_known (SendoffStore *store, const char *identity);

G_END_DECLS
