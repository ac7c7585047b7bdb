/* The search for the quality number that has a wanted score, against encoders that are curves. */
#include <math.h>

#include "model/sendoff-score-search.h"

/* A curve on the even scale: straight, and bent a little as real ones are. */
typedef struct
{
  const char *name;
  const char *metric;
  const char *encoder;
  double wanted;
  double first;
  double at_first; /* score at the first number */
  double slope;    /* by which the even score falls, as a multiple of the usual one */
  double bend;
  double worst; /* how far the worst twentieth lies below, on the even scale */
  guint most_rounds;
} Curve;

static const Curve curves[] = {
  { "as-expected", "ssim", "libx264", 0.98, 23, 0.981, 1, 0, 0.5, 3 },
  { "far-below", "ssim", "libx264", 0.99, 28, 0.93, 0.8, 0.004, 0.5, 5 },
  { "far-above", "ssim", "libx265", 0.93, 20, 0.992, 1.3, -0.001, 0.5, 5 },
  { "whole-steps", "ssim", "libvpx-vp9", 0.97, 30, 0.985, 1.2, 0, 0.3, 5 },
  { "flat", "ssim", "libx264", 0.985, 24, 0.97, 0.45, 0, 0.2, 5 },
  { "decibels", "xpsnr", "libx264", 40, 24, 36, 1.2, 0.01, 2, 4 },
  { "worst-counts", "ssim", "libx264", 0.97, 23, 0.97, 1, 0, 2.4, 4 },
};

static double
from_even (const SendoffScoreMetric *metric, double even)
{
  return metric->max > 1 ? even : 1 - exp2 (-even);
}

static void
init_task (const Curve *curve, SendoffScoreTask *task)
{
  g_autoptr (SendoffVideoPlan) video = sendoff_video_plan_new ();

  video->encoder = g_strdup (curve->encoder);
  *task = (SendoffScoreTask){ .metric = sendoff_score_metric_get (curve->metric),
                              .wanted = curve->wanted,
                              .first = curve->first,
                              .best_crf = SENDOFF_RATE_BEST_CRF };
  sendoff_rate_scale_init (&task->scale, video);
  task->worst_crf = sendoff_rate_scale_get_worst (&task->scale);
}

static SendoffScorePoint
measure (const Curve *curve, const SendoffScoreTask *task, double crf)
{
  double usual = task->metric->per_doubling * task->scale.slope;
  double away = crf - curve->first;
  double even = sendoff_score_metric_to_even (task->metric, curve->at_first) - curve->slope * usual * away
                - curve->bend * away * fabs (away);

  return (SendoffScorePoint){ crf, from_even (task->metric, even),
                              from_even (task->metric, even - curve->worst) };
}

/* Returns how many numbers were tried. */
static guint
search (const Curve *curve, const SendoffScoreTask *task, SendoffScorePoint *found)
{
  SendoffScorePoint points[10];
  guint n = 0;
  double crf;

  while (sendoff_score_search_next (task, points, n, &crf))
    {
      g_assert_cmpuint (n, <, G_N_ELEMENTS (points));
      g_assert_cmpfloat (crf, >=, task->best_crf);
      g_assert_cmpfloat (crf, <=, task->worst_crf);
      for (guint i = 0; i < n; i++)
        g_assert_cmpfloat (points[i].crf, !=, crf);
      points[n++] = measure (curve, task, crf);
    }
  for (guint i = 0; i < n; i++)
    if (points[i].crf == crf)
      {
        *found = points[i];
        return n;
      }
  g_assert_not_reached ();
}

static void
test_found (gconstpointer data)
{
  const Curve *curve = data;
  SendoffScorePoint found;
  SendoffScoreTask task;
  double margin, step;

  init_task (curve, &task);
  g_assert_cmpuint (search (curve, &task, &found), <=, curve->most_rounds);
  margin = sendoff_score_search_get_margin (&task, &found);
  step = MAX (task.scale.step, 0.25) * curve->slope * 1.5 * task.metric->per_doubling * task.scale.slope;
  g_assert_cmpfloat (margin, >=, -task.metric->tolerance);
  g_assert_cmpfloat (margin, <=, MAX (task.metric->tolerance, step));
}

static void
test_ends (void)
{
  static const Curve high = { "", "ssim", "libx264", 0.9999, 20, 0.95, 0.3, 0, 0, 0 };
  static const Curve low = { "", "ssim", "libvpx-vp9", 0.5, 40, 0.999, 0.3, 0, 0, 0 };
  SendoffScorePoint found;
  SendoffScoreTask task;

  init_task (&high, &task);
  search (&high, &task, &found);
  g_assert_cmpfloat (found.crf, ==, task.best_crf);
  g_assert_cmpfloat (sendoff_score_search_get_margin (&task, &found), <, -task.metric->tolerance);
  init_task (&low, &task);
  search (&low, &task, &found);
  g_assert_cmpfloat (found.crf, ==, task.worst_crf);
}

static void
test_pool (void)
{
  g_autoptr (GArray) scores = g_array_new (FALSE, FALSE, sizeof (gint64));
  double mean, worst;

  g_assert_false (sendoff_score_pool (scores, &mean, &worst));
  for (gint64 i = 100; i >= 1; i--)
    {
      gint64 parts = i * (SENDOFF_SCORE_PARTS / 100);

      g_array_append_val (scores, parts);
    }
  g_assert_true (sendoff_score_pool (scores, &mean, &worst));
  g_assert_cmpfloat_with_epsilon (mean, 0.505, 1e-9);
  g_assert_cmpfloat_with_epsilon (worst, 0.06, 1e-9);
}

static void
test_parse (void)
{
  static const char *const bad[] = { "", "abc", "0.9x", "ssim:", ":0.9", "nan", "ssim:inf" };
  g_autofree char *metric = NULL;
  double score;

  g_assert_true (sendoff_score_parse ("0.98", &metric, &score));
  g_assert_null (metric);
  g_assert_cmpfloat (score, ==, 0.98);
  g_assert_true (sendoff_score_parse ("XPSNR:38.5", &metric, &score));
  g_assert_cmpstr (metric, ==, "xpsnr");
  g_assert_cmpfloat (score, ==, 38.5);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autofree char *named = NULL;

      g_assert_false (sendoff_score_parse (bad[i], &named, &score));
      g_assert_null (named);
    }
}

static void
test_choice (void)
{
  g_autoptr (SendoffMachine) machine = sendoff_machine_new ();

  g_assert_null (sendoff_score_metric_choose (machine));
  machine->filters = g_strsplit ("scale,ssim", ",", -1);
  g_assert_cmpstr (sendoff_score_metric_choose (machine)->metric_id, ==, "ssim");
  g_strfreev (machine->filters);
  machine->filters = g_strsplit ("ssim,xpsnr", ",", -1);
  g_assert_cmpstr (sendoff_score_metric_choose (machine)->metric_id, ==, "xpsnr");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (curves); i++)
    {
      g_autofree char *path = g_strdup_printf ("/score/found/%s", curves[i].name);

      g_test_add_data_func (path, &curves[i], test_found);
    }
  g_test_add_func ("/score/ends", test_ends);
  g_test_add_func ("/score/pool", test_pool);
  g_test_add_func ("/score/parse", test_parse);
  g_test_add_func ("/score/choice", test_choice);
  return g_test_run ();
}
