#include "model/sendoff-lesson.h"

#include <math.h>

/* Each newer lesson about the same makes an older one count so much less: all together never more than 25. */
#define FADING 0.96
/* What the model's own word is worth: in the mean, and in how much single videos differ. */
#define PRIOR_WEIGHT           1.0
#define PRIOR_DEVIATION_WEIGHT 3.0
/* A lesson that is further from the middle of all than this, in standard deviations of the model, counts as
 * that far. */
#define MOST_DEVIATIONS 1.5
#define NORMAL_90       1.645

static const SendoffField lesson_fields[] = {
  SENDOFF_FIELD (SendoffLesson, encoder, STRING),         SENDOFF_FIELD (SendoffLesson, speed, STRING),
  SENDOFF_FIELD (SendoffLesson, source_identity, STRING), SENDOFF_FIELD (SendoffLesson, steered, BOOL),
  SENDOFF_FIELD (SendoffLesson, quality, DOUBLE),         SENDOFF_FIELD (SendoffLesson, pixels, DOUBLE),
  SENDOFF_FIELD (SendoffLesson, source_share, DOUBLE),    SENDOFF_FIELD (SendoffLesson, size_factor, DOUBLE),
  SENDOFF_FIELD (SendoffLesson, time_factor, DOUBLE),     SENDOFF_FIELD (SendoffLesson, weight, DOUBLE),
  SENDOFF_FIELD (SendoffLesson, learned_at, INT64),       SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffLesson, sendoff_lesson, "lesson", lesson_fields, NULL)

/* How much a lesson about something else is worth: a share for each difference in kind, and distances
 * (standard deviations of a bell) for those in degree. */
typedef struct
{
  double other_encoder, other_speed, other_steering;
  double same_source; /* more than any other */
  double quality;     /* steps of CRF */
  double pixels;      /* octaves */
  double share;       /* octaves */
} Kinship;

static const Kinship size_kinship = {
  .other_encoder = 0.4,
  .other_speed = 0.7,
  .other_steering = 1,
  .same_source = 8,
  .quality = 12,
  .pixels = 3,
  .share = 1,
};

static const Kinship time_kinship = {
  .other_encoder = 0.1,
  .other_speed = 0.3,
  .other_steering = 0.3,
  .same_source = 2,
  .quality = 20,
  .pixels = 1.5,
  .share = 4,
};

typedef struct
{
  double log_factor, weight;
} Point;

static double
bell (double distance, double deviation)
{
  return exp (-0.5 * distance * distance / (deviation * deviation));
}

static double
get_octaves (double a, double b)
{
  return a > 0 && b > 0 ? log2 (a / b) : 0;
}

static double
get_kinship (const Kinship *kinship, const SendoffLesson *lesson, const SendoffLesson *subject)
{
  double weight = CLAMP (lesson->weight, 0, 1);

  if (g_strcmp0 (lesson->encoder, subject->encoder) != 0)
    weight *= kinship->other_encoder;
  if (g_strcmp0 (lesson->speed, subject->speed) != 0)
    weight *= kinship->other_speed;
  if (lesson->steered != subject->steered)
    weight *= kinship->other_steering;
  if (lesson->source_identity != NULL && g_strcmp0 (lesson->source_identity, subject->source_identity) == 0)
    weight *= kinship->same_source;
  return weight * bell (lesson->quality - subject->quality, kinship->quality)
         * bell (get_octaves (lesson->pixels, subject->pixels), kinship->pixels)
         * bell (get_octaves (lesson->source_share, subject->source_share), kinship->share);
}

/* (element-type Point): what @lessons say, newest first; @offset is of the factor in a lesson. */
static GArray *
weigh (GPtrArray *lessons, const SendoffLesson *subject, const Kinship *kinship, gsize offset)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (Point));
  double freshness = 1;

  for (guint i = 0; lessons != NULL && i < lessons->len; i++)
    {
      const SendoffLesson *lesson = g_ptr_array_index (lessons, i);
      double factor = G_STRUCT_MEMBER (double, lesson, offset), weight;
      Point point;

      if (!(factor > 0) || !isfinite (factor))
        continue;
      weight = get_kinship (kinship, lesson, subject);
      point = (Point){ log (factor), weight * freshness };
      freshness *= 1 - (1 - FADING) * MIN (weight, 1);
      g_array_append_val (points, point);
    }
  return points;
}

static int
compare_points (gconstpointer a, gconstpointer b)
{
  double difference = ((const Point *)a)->log_factor - ((const Point *)b)->log_factor;

  return (difference > 0) - (difference < 0);
}

/* The weighted median of @points, which are put in order. */
static double
get_median (GArray *points, double total)
{
  double sum = 0;

  g_array_sort (points, compare_points);
  for (guint i = 0; i < points->len; i++)
    {
      const Point *point = &g_array_index (points, Point, i);

      sum += point->weight;
      if (sum >= total / 2)
        return point->log_factor;
    }
  return 0;
}

/* The model says 0 and @deviation; both are updated as by a conjugate normal prior, in logarithms, with what
 * lies far off pulled in. */
static SendoffBelief
infer (GArray *points, double spread)
{
  double deviation = log (spread) / NORMAL_90, total = 0, mean = 0, squares = 0, median, variance;

  for (guint i = 0; i < points->len; i++)
    total += g_array_index (points, Point, i).weight;
  if (total <= 0)
    return (SendoffBelief){ 1, spread };
  median = get_median (points, total);
  for (guint i = 0; i < points->len; i++)
    {
      Point *point = &g_array_index (points, Point, i);
      double most = MOST_DEVIATIONS * deviation;

      point->log_factor = CLAMP (point->log_factor, median - most, median + most);
      mean += point->weight * point->log_factor;
    }
  mean /= total + PRIOR_WEIGHT;
  for (guint i = 0; i < points->len; i++)
    {
      const Point *point = &g_array_index (points, Point, i);

      squares += point->weight * (point->log_factor - mean) * (point->log_factor - mean);
    }
  variance = (PRIOR_DEVIATION_WEIGHT * deviation * deviation + squares) / (PRIOR_DEVIATION_WEIGHT + total)
             * (1 + 1 / (PRIOR_WEIGHT + total));
  return (SendoffBelief){ exp (mean), exp (NORMAL_90 * MIN (sqrt (variance), deviation)) };
}

/**
 * sendoff_lessons_infer_size:
 * @lessons: (nullable) (element-type SendoffLesson): newest first
 * @subject: what is to be encoded, as a lesson that nobody has learned yet
 * @spread: of the model alone
 *
 * Returns: what the picture will weigh, in what the model says; 1 and @spread while nothing like it was
 * learned
 */
SendoffBelief
sendoff_lessons_infer_size (GPtrArray *lessons, const SendoffLesson *subject, double spread)
{
  g_autoptr (GArray) points
      = weigh (lessons, subject, &size_kinship, G_STRUCT_OFFSET (SendoffLesson, size_factor));

  return infer (points, spread);
}

/** sendoff_lessons_infer_time: the same for the processor's time. */
SendoffBelief
sendoff_lessons_infer_time (GPtrArray *lessons, const SendoffLesson *subject, double spread)
{
  g_autoptr (GArray) points
      = weigh (lessons, subject, &time_kinship, G_STRUCT_OFFSET (SendoffLesson, time_factor));

  return infer (points, spread);
}
