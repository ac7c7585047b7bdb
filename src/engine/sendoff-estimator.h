/* What an export's files will weigh and how long they will take, found out while somebody looks.
 *
 * Lives on the main context; the trial encodes run in workers, driven by a task thread, after all running jobs. Each
 * finished chunk narrows the intervals and is announced by the signal "changed". Made by sendoff_engine_new_estimator().
 */
#pragma once

#include <gio/gio.h>

#include "model/sendoff-plan.h"
#include "model/sendoff-sampling.h"

G_BEGIN_DECLS

/* What is known of one output now. */
typedef struct {
  SendoffInterval size_bytes; /* 90 %; all 0 when it cannot be told */
  SendoffInterval seconds;    /* until all of it is made, when nothing else runs; all 0 unknown */
  double tried;               /* fraction of the picture that is encoded, 0–1 */
  double sampled;             /* fraction that was encoded in short pieces, which no export uses, 0–1 */
  const char *metric;         /* (nullable) (static): what the quality was measured by, see sendoff-score.h */
  double score, worst_score;  /* of what was tried: the mean of its frames, and their 5th percentile */
} SendoffOutputEstimate;

#define SENDOFF_TYPE_ESTIMATOR (sendoff_estimator_get_type ())
G_DECLARE_FINAL_TYPE (SendoffEstimator, sendoff_estimator, SENDOFF, ESTIMATOR, GObject)

/* Within so much of the middle an interval is as good as the size itself. */
#define SENDOFF_ESTIMATOR_PRECISION 0.03

/* What may be encoded in vain when an export probably follows. Decoding from the keyframe before a piece, and a process for
 * each, can double what it costs: together that is at most 8 % of the export. */
#define SENDOFF_ESTIMATOR_THROWAWAY 0.04

void sendoff_estimator_set_throwaway (SendoffEstimator *self, double fraction);
void sendoff_estimator_run_async (SendoffEstimator *self, double effort, double precision, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_estimator_run_finish (SendoffEstimator *self, GAsyncResult *result, GError **error);

/* Signal "changed": outputs have another estimate. */
const SendoffPlan *sendoff_estimator_get_plan (SendoffEstimator *self);
const SendoffOutputEstimate *sendoff_estimator_get_output (SendoffEstimator *self, guint output);

G_END_DECLS
