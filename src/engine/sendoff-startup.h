/* What the engine finds out before it can work: folders, worker, machine, catalog, database and stored jobs.
 *
 * Blocking; run once on a thread, then read on the main context.
 */
#pragma once

#include "engine/sendoff-settings.h"
#include "engine/sendoff-store.h"
#include "engine/sendoff-worker-client.h"
#include "model/sendoff-machine.h"

G_BEGIN_DECLS

/* Older jobs stay in the database and are not listed. */
#define SENDOFF_LISTED_JOBS_MAX 1000

typedef struct {
  char *data_dir, *cache_dir, *worker_path;
  SendoffWorkerClient *client;
  SendoffCatalog *catalog;
  SendoffMachine *machine;
  SendoffStore *store;
  SendoffSettings *settings;
  gint64 version;   /* of the database before its jobs were read */
  GPtrArray *marks; /* SendoffJobMark, of then */
  GPtrArray *jobs; /* SendoffJob: not used by this thread any more once they are handed over */
} SendoffStartup;

gboolean sendoff_startup_run (SendoffStartup *start, int cores, GCancellable *cancellable, GError **error);
void sendoff_startup_free (SendoffStartup *start);

G_END_DECLS
