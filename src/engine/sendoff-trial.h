/* Encodes some chunks of an export before it is asked for, to learn what all of them will weigh and how long
 * they take.
 *
 * The chunks are the export's own: they lie where its runner looks for them and are not made again. Which
 * ones are tried, and what they say about the rest, is in model/sendoff-sampling.h. Blocks a thread of its
 * caller's; shares the scheduler with running jobs, after all of them.
 */
#pragma once

#include "engine/sendoff-estimator.h"
#include "engine/sendoff-scheduler.h"
#include "engine/sendoff-worker-client.h"

G_BEGIN_DECLS

/* On the thread of the trial, as often as a chunk was finished. */
typedef void (*SendoffTrialFunc) (const SendoffOutputEstimate *outputs, gpointer data);

/* Borrowed for the time of the call. */
typedef struct
{
  const SendoffPlan *plan;
  const SendoffMediaInfo *source; /* with its packet profile where there is one */
  GFile *file;
  const char *cache_dir;
  char *const *libraries;
  const char *metric; /* (nullable): an id; the quality of some of what is tried is measured by that */
  const SendoffInterval *cpu_us; /* of each output, before anything was tried */
  double effort;    /* fraction of the picture to try, 0–1 */
  double throwaway; /* fraction of the picture that may be encoded in vain, for pieces that are no chunks */
  double precision; /* enough when every interval is within this fraction of its middle; 0 never */
} SendoffTrialSetup;

gboolean sendoff_trial_run (const SendoffTrialSetup *setup,
                            SendoffScheduler *scheduler,
                            SendoffWorkerClient *client,
                            SendoffTrialFunc func,
                            gpointer data,
                            GCancellable *cancellable,
                            GError **error);

G_END_DECLS
