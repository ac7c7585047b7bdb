/* How alike a video and what it was made from are, as a number that can be wished for.
 *
 * There are several measures with scales of their own, so a score is never said without its measure's name.
 * The best that this machine's FFmpeg can measure is used. Searching for a score is done on an even scale, on
 * which a step of an encoder's quality is worth about the same everywhere.
 */
#pragma once

#include "model/sendoff-machine.h"

G_BEGIN_DECLS

/* Scores travel as whole numbers of so many parts. */
#define SENDOFF_SCORE_PARTS 1000000

typedef struct
{
  const char *metric_id; /* "ssim" */
  const char *name;      /* for people */
  const char *filter;    /* FFmpeg's */
  double min, max;       /* what can be wished for */
  double usual;          /* of ordinary footage at the quality level "medium" */
  int digits;            /* behind the point, for people */
  /* on the even scale */
  double per_doubling; /* by how much it rises when the bytes double */
  double tolerance;    /* a difference that does not matter */
  double worst;        /* how far the worst twentieth of the frames may lie below */
} SendoffScoreMetric;

const SendoffScoreMetric *sendoff_score_metric_get (const char *metric_id);
const SendoffScoreMetric *sendoff_score_metric_choose (const SendoffMachine *machine);
double sendoff_score_metric_to_even (const SendoffScoreMetric *self, double score);
char *sendoff_score_metric_describe (const SendoffScoreMetric *self, double score);
char *sendoff_score_metric_describe_scale (const SendoffScoreMetric *self);
gboolean sendoff_score_parse (const char *text, char **metric_id, double *score);

G_END_DECLS
