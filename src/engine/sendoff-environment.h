/* Where the engine keeps things, which worker it starts, and what this machine can do.
 *
 * Blocking; for a thread of the engine's, once at its start.
 */
#pragma once

#include "engine/sendoff-worker-client.h"
#include "model/sendoff-catalog.h"
#include "model/sendoff-machine.h"

G_BEGIN_DECLS

char *sendoff_environment_dup_data_dir (void);
char *sendoff_environment_dup_cache_dir (void);
char *sendoff_environment_find_worker (GError **error);
char *sendoff_environment_dup_worker_key (const char *worker_path);
SendoffMachine *sendoff_environment_learn_machine (SendoffWorkerClient *client, SendoffCatalog *catalog,
                                                   const char *cache_dir, int cores,
                                                   GCancellable *cancellable, GError **error);

G_END_DECLS
