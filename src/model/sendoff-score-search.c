#include "model/sendoff-score-search.h"

#include <math.h>

/* Numbers that are tried at most. */
#define MOST_POINTS 5

/* Encoders that take fractions are asked for quarters: finer ones cannot be told apart. */
#define FINE_STEP 0.25

/* What two measures say about the slope is believed within these multiples of the usual one. */
#define LEAST_SLOPE 0.4
#define MOST_SLOPE  2.5

static double
get_step (const SendoffScoreTask *task)
{
  return MAX (task->scale.step, FINE_STEP);
}

/* How much the score falls on the even scale when the number grows by one. */
static double
get_usual_slope (const SendoffScoreTask *task)
{
  return task->metric->per_doubling * task->scale.slope;
}

static double
round_crf (const SendoffScoreTask *task, double crf)
{
  double step = get_step (task);

  return CLAMP (round (crf / step) * step, task->best_crf, task->worst_crf);
}

/**
 * sendoff_score_search_get_margin:
 *
 * The mean has to be what was wanted, and the worst twentieth of the frames not far below it.
 *
 * Returns: by how much @point is better than that on the even scale; negative when it is worse
 */
double
sendoff_score_search_get_margin (const SendoffScoreTask *task, const SendoffScorePoint *point)
{
  const SendoffScoreMetric *metric = task->metric;
  double wanted = sendoff_score_metric_to_even (metric, task->wanted);
  double mean = sendoff_score_metric_to_even (metric, point->mean) - wanted;
  double worst = sendoff_score_metric_to_even (metric, point->worst) - (wanted - metric->worst);

  return MIN (mean, worst);
}

/* The points between which the number lies: the worst quality that is good enough, the best that is not. */
typedef struct
{
  const SendoffScorePoint *good, *bad; /* (nullable) */
  double good_margin, bad_margin;
} Bracket;

static Bracket
find_bracket (const SendoffScoreTask *task, const SendoffScorePoint *points, guint n)
{
  Bracket bracket = { NULL, NULL, 0, 0 };

  for (guint i = 0; i < n; i++)
    {
      double margin = sendoff_score_search_get_margin (task, &points[i]);

      if (margin >= 0 && (bracket.good == NULL || points[i].crf > bracket.good->crf))
        {
          bracket.good = &points[i];
          bracket.good_margin = margin;
        }
      if (margin < 0 && (bracket.bad == NULL || points[i].crf < bracket.bad->crf))
        {
          bracket.bad = &points[i];
          bracket.bad_margin = margin;
        }
    }
  return bracket;
}

/* By the two last points, which are on the same side. */
static double
get_slope (const SendoffScoreTask *task, const SendoffScorePoint *points, guint n)
{
  double usual = get_usual_slope (task), slope;

  if (n < 2 || points[n - 1].crf == points[n - 2].crf)
    return usual;
  slope = (sendoff_score_search_get_margin (task, &points[n - 2])
           - sendoff_score_search_get_margin (task, &points[n - 1]))
          / (points[n - 1].crf - points[n - 2].crf);
  return CLAMP (slope, LEAST_SLOPE * usual, MOST_SLOPE * usual);
}

static double
extrapolate (const SendoffScoreTask *task, const SendoffScorePoint *points, guint n, const Bracket *bracket)
{
  const SendoffScorePoint *from = bracket->good != NULL ? bracket->good : bracket->bad;
  double margin = bracket->good != NULL ? bracket->good_margin : bracket->bad_margin;
  double crf = round_crf (task, from->crf + margin / get_slope (task, points, n));

  if (crf == from->crf)
    crf = round_crf (task, from->crf + (margin > 0 ? 1 : -1) * get_step (task));
  return crf;
}

static double
interpolate (const SendoffScoreTask *task, const Bracket *bracket)
{
  double step = get_step (task), low = bracket->good->crf, high = bracket->bad->crf;
  double share = bracket->good_margin / (bracket->good_margin - bracket->bad_margin);

  return CLAMP (round_crf (task, low + share * (high - low)), low + step, high - step);
}

/* The smallest file that is good enough, else the best picture. */
static double
choose (const SendoffScoreTask *task, const SendoffScorePoint *points, guint n)
{
  const SendoffScorePoint *chosen = NULL, *best = &points[0];

  for (guint i = 0; i < n; i++)
    {
      gboolean good = sendoff_score_search_get_margin (task, &points[i]) >= -task->metric->tolerance;

      if (good && (chosen == NULL || points[i].crf > chosen->crf))
        chosen = &points[i];
      if (points[i].crf < best->crf)
        best = &points[i];
    }
  return chosen != NULL ? chosen->crf : best->crf;
}

static gboolean
is_near (const SendoffScoreTask *task, const SendoffScorePoint *points, guint n)
{
  for (guint i = 0; i < n; i++)
    if (fabs (sendoff_score_search_get_margin (task, &points[i])) <= task->metric->tolerance)
      return TRUE;
  return FALSE;
}

/**
 * sendoff_score_search_next:
 * @points: (array length=n): what was tried, in order
 * @crf: (out): the number to try next, or the one to take
 *
 * Returns: whether @crf has to be tried; %FALSE: it was, and is the one to take
 */
gboolean
sendoff_score_search_next (const SendoffScoreTask *task,
                           const SendoffScorePoint *points,
                           guint n,
                           double *crf)
{
  Bracket bracket = find_bracket (task, points, n);

  if (n == 0)
    {
      *crf = round_crf (task, task->first);
      return TRUE;
    }
  *crf = choose (task, points, n);
  if (n >= MOST_POINTS || is_near (task, points, n))
    return FALSE;
  if (bracket.good == NULL || bracket.bad == NULL)
    {
      const SendoffScorePoint *end = bracket.good != NULL ? bracket.good : bracket.bad;
      double next = extrapolate (task, points, n, &bracket);

      if (next != end->crf)
        *crf = next;
      return next != end->crf;
    }
  if (bracket.bad->crf - bracket.good->crf < 1.5 * get_step (task))
    return FALSE;
  *crf = interpolate (task, &bracket);
  return TRUE;
}

static int
compare_scores (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return left < right ? -1 : left > right;
}

/**
 * sendoff_score_pool:
 * @scores: (inout) (element-type gint64): of frames, in SENDOFF_SCORE_PARTS; gets sorted
 * @mean: (out): of all
 * @worst: (out): their 5th percentile
 *
 * Returns: %FALSE when there are no frames
 */
gboolean
sendoff_score_pool (GArray *scores, double *mean, double *worst)
{
  double sum = 0;

  if (scores->len == 0)
    return FALSE;
  g_array_sort (scores, compare_scores);
  for (guint i = 0; i < scores->len; i++)
    sum += (double)g_array_index (scores, gint64, i);
  *mean = sum / scores->len / SENDOFF_SCORE_PARTS;
  *worst = (double)g_array_index (scores, gint64, scores->len / 20) / SENDOFF_SCORE_PARTS;
  return TRUE;
}
