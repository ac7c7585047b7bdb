/* Which quality number of an encoder gives a wanted score: found by trying few of them.
 *
 * Pure arithmetic on what was measured so far, so that a search which was interrupted goes on in the same
 * way.
 */
#pragma once

#include "model/sendoff-rate-share.h"
#include "model/sendoff-score.h"

G_BEGIN_DECLS

/* One number that was tried on all the trial chunks. */
typedef struct
{
  double crf;
  double mean;  /* score of all their frames */
  double worst; /* the 5th percentile of them */
} SendoffScorePoint;

typedef struct
{
  const SendoffScoreMetric *metric;
  double wanted;
  double first;               /* number to begin with */
  double best_crf, worst_crf; /* no better and no worse than this */
  SendoffRateScale scale;
} SendoffScoreTask;

gboolean sendoff_score_search_next (const SendoffScoreTask *task,
                                    const SendoffScorePoint *points,
                                    guint n,
                                    double *crf);
double sendoff_score_search_get_margin (const SendoffScoreTask *task, const SendoffScorePoint *point);
gboolean sendoff_score_pool (GArray *scores, double *mean, double *worst);

G_END_DECLS
