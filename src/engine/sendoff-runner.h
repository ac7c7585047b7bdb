/* Carries out one job's plan.
 *
 * sendoff_runner_run() blocks a thread of the job's own: it opens the source, sees which chunks are on the disk
 * already, pushes what is missing to the scheduler and, as work comes back, retries, checks seeks and finishes
 * outputs. It decides nothing about media; the plan has. It reports to the tracker and touches no GObject of the
 * main context. Made on the main context, run on one thread, freed where the result arrives.
 */
#pragma once

#include "engine/sendoff-memory.h"
#include "engine/sendoff-scheduler.h"
#include "engine/sendoff-tracker.h"
#include "engine/sendoff-worker-client.h"

G_BEGIN_DECLS

/* Borrowed by sendoff_runner_new(), which copies what it needs. */
typedef struct {
  const char *export_id;
  const SendoffPlan *plan;
  SendoffRequest *request;
  int priority;
  const char *cache_dir;
  SendoffCatalog *catalog; /* for the rules of platforms */
  char *const *libraries; /* of the machine: part of the chunks' identity */
  GPtrArray *stored_outputs; /* SendoffStoredOutput: what an earlier process left */
  SendoffMemoryBook *memory; /* outlives the runner */
  gboolean keep_chunks; /* of a job that is over, for others like it */
  const char *held; /* (nullable): as for sendoff_runner_set_held() */
} SendoffRunnerSetup;

typedef struct _SendoffRunner SendoffRunner;

SendoffRunner *sendoff_runner_new (const SendoffRunnerSetup *setup, SendoffScheduler *scheduler,
                                   SendoffWorkerClient *client, SendoffTracker *tracker);
void sendoff_runner_free (SendoffRunner *self);
void sendoff_runner_run (SendoffRunner *self, GCancellable *cancellable);
void sendoff_runner_keep_for_later (SendoffRunner *self);
void sendoff_runner_set_paused (SendoffRunner *self, gboolean paused);
void sendoff_runner_set_priority (SendoffRunner *self, int priority);
void sendoff_runner_set_held (SendoffRunner *self, const char *why);
void sendoff_runner_cancel_output (SendoffRunner *self, guint output);
const char *sendoff_runner_get_source_identity (SendoffRunner *self);
GPtrArray *sendoff_runner_dup_lessons (SendoffRunner *self, const SendoffMediaInfo *source);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffRunner, sendoff_runner_free)

G_END_DECLS
