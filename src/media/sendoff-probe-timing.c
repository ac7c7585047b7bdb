#include "media/sendoff-probe-timing.h"

#include <math.h>

/* Time stamps of a constant rate stay this near to an exact grid: a quarter of a frame to each side covers
 * milliseconds, RTP clocks and cameras that jitter, and never a dropped or doubled frame. */
#define MAX_SPREAD_FRAMES 0.5

/* An average this near to a rate that recorders use is meant to be that rate. */
#define SNAP_FRACTION 0.0005

/* A rate must fit this much better to win against one before it in the list: jitter blurs short recordings.
 */
#define BETTER_FIT 0.8

/* Rates outside of this are clocks and not pictures. */
#define MIN_RATE 0.01
#define MAX_RATE 1000.0

/* The likely ones first. */
static const SendoffRational usual_rates[] = {
  { 24, 1 },        { 25, 1 },        { 30, 1 },  { 50, 1 },       { 60, 1 },       { 24000, 1001 },
  { 30000, 1001 },  { 60000, 1001 },  { 10, 1 },  { 12, 1 },       { 15, 1 },       { 20, 1 },
  { 48, 1 },        { 100, 1 },       { 120, 1 }, { 240, 1 },      { 1, 1 },        { 2, 1 },
  { 5, 1 },         { 6, 1 },         { 15, 2 },  { 8, 1 },        { 25, 2 },       { 18, 1 },
  { 72, 1 },        { 90, 1 },        { 144, 1 }, { 12000, 1001 }, { 15000, 1001 }, { 48000, 1001 },
  { 120000, 1001 }, { 240000, 1001 },
};

static int
compare_samples (gconstpointer a, gconstpointer b)
{
  gint64 left = ((const SendoffSample *)a)->time;
  gint64 right = ((const SendoffSample *)b)->time;

  return left < right ? -1 : left > right;
}

static int
compare_ticks (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a;
  gint64 right = *(const gint64 *)b;

  return left < right ? -1 : left > right;
}

/** sendoff_timing_sort: brings @samples (#SendoffSample) into the order in which they are shown. */
void
sendoff_timing_sort (GArray *samples)
{
  g_array_sort (samples, compare_samples);
}

static gint64
time_at (GArray *samples, guint i)
{
  return g_array_index (samples, SendoffSample, i).time;
}

static GArray *
sorted_durations (GArray *samples)
{
  GArray *durations = g_array_sized_new (FALSE, FALSE, sizeof (gint64), samples->len);

  for (guint i = 1; i < samples->len; i++)
    {
      gint64 ticks = time_at (samples, i) - time_at (samples, i - 1);

      g_array_append_val (durations, ticks);
    }
  g_array_sort (durations, compare_ticks);
  return durations;
}

/* How far the frames spread around the grid of @rate, in seconds. */
static double
spread_around (GArray *samples, SendoffRational time_base, SendoffRational rate)
{
  double tick = sendoff_rational_to_double (time_base);
  double step = 1 / sendoff_rational_to_double (rate);
  double lowest = 0;
  double highest = 0;

  for (guint i = 1; i < samples->len; i++)
    {
      double off = (double)(time_at (samples, i) - time_at (samples, 0)) * tick - i * step;

      lowest = MIN (lowest, off);
      highest = MAX (highest, off);
    }
  return highest - lowest;
}

/* Whether @rate explains every time stamp. One that is not near the average must do so within the rounding to
 * ticks or as well as the average does, which is what short recordings need. */
static gboolean
explains (GArray *samples,
          SendoffRational time_base,
          SendoffRational rate,
          double average,
          double average_spread,
          double *out_spread)
{
  double value = sendoff_rational_to_double (rate);
  double tick = sendoff_rational_to_double (time_base);
  double span = (double)(time_at (samples, samples->len - 1) - time_at (samples, 0)) * tick;
  double limit = MAX_SPREAD_FRAMES / value;

  /* Cheap: the last frame alone refutes most rates. */
  if (fabs (span - (samples->len - 1) / value) >= limit)
    return FALSE;
  if (fabs (value - average) > average * SNAP_FRACTION)
    limit = tick * value < MAX_SPREAD_FRAMES / 2 ? MIN (limit, MAX (tick * 1.01, average_spread * 1.2)) : 0;
  *out_spread = spread_around (samples, time_base, rate);
  return *out_spread < limit;
}

static gboolean
is_sane (SendoffRational rate)
{
  double value = sendoff_rational_to_double (rate);

  return sendoff_rational_is_set (rate) && value >= MIN_RATE && value <= MAX_RATE;
}

/* Fractions must fit in FFmpeg's ints; an average of a long recording needs no more digits. */
static SendoffRational
rate_from (double value)
{
  gint64 den = value < 1000 ? 10000 : 1;
  SendoffRational rate = sendoff_rational_new (llround (value * (double)den), den);

  return is_sane (rate) ? rate : SENDOFF_RATIONAL_NONE;
}

/* The nearest usual rate within @fraction of @value, or @value. */
static SendoffRational
snap (double value, double fraction)
{
  SendoffRational nearest = rate_from (value);
  double least = value * fraction;

  for (guint i = 0; i < G_N_ELEMENTS (usual_rates); i++)
    {
      double off = fabs (sendoff_rational_to_double (usual_rates[i]) - value);

      if (off <= least)
        {
          nearest = usual_rates[i];
          least = off;
        }
    }
  return nearest;
}

/** sendoff_timing_snap: the usual rate very near to @value frames a second, else @value; 0/1 for nonsense. */
SendoffRational
sendoff_timing_snap (double value)
{
  return snap (value, SNAP_FRACTION);
}

/** sendoff_timing_is_usual: whether @rate is one that recorders use. */
gboolean
sendoff_timing_is_usual (SendoffRational rate)
{
  for (guint i = 0; i < G_N_ELEMENTS (usual_rates); i++)
    if (sendoff_rational_compare (rate, usual_rates[i]) == 0)
      return TRUE;
  return FALSE;
}

/* When all frames last equally long, their rate to the tick; else the average. */
static SendoffRational
unusual_rate (SendoffRational time_base, GArray *durations, double average)
{
  gint64 shortest = g_array_index (durations, gint64, 0);
  gint64 longest = g_array_index (durations, gint64, durations->len - 1);
  SendoffRational exact;

  if (shortest != longest)
    return rate_from (average);
  exact = sendoff_rational_new (time_base.den, shortest * time_base.num);
  return is_sane (exact) && exact.num <= G_MAXINT32 && exact.den <= G_MAXINT32 ? exact : rate_from (average);
}

/* The rate of which @samples are the frames; 0/1 when they are those of no rate. A usual rate that is
 * declared wins, then the usual rate that fits best. */
static SendoffRational
find_constant_rate (
    GArray *samples, SendoffRational time_base, SendoffRational hint, GArray *durations, double average)
{
  SendoffRational best = unusual_rate (time_base, durations, average);
  double best_spread = G_MAXDOUBLE;
  double average_spread;
  double spread;

  if (!sendoff_rational_is_set (best))
    return best;
  average_spread = spread_around (samples, time_base, best);
  if (sendoff_timing_is_usual (hint) && explains (samples, time_base, hint, average, average_spread, &spread))
    return hint;
  for (guint i = 0; i < G_N_ELEMENTS (usual_rates); i++)
    if (explains (samples, time_base, usual_rates[i], average, average_spread, &spread)
        && spread < best_spread * BETTER_FIT)
      {
        best = usual_rates[i];
        best_spread = spread;
      }
  if (best_spread < G_MAXDOUBLE || average_spread * sendoff_rational_to_double (best) < MAX_SPREAD_FRAMES)
    return best;
  return SENDOFF_RATIONAL_NONE;
}

/**
 * sendoff_timing_analyse:
 * @samples: #SendoffSample in the order in which they are shown
 * @time_base: of their times, in seconds
 * @hint: what the container declares, 0/1 nothing; believed only when the time stamps agree
 *
 * A rate is constant when every frame is within a quarter of a frame of an exact grid. One frame has the
 * declared rate.
 *
 * Returns: the rate and whether it is constant
 */
SendoffTiming
sendoff_timing_analyse (GArray *samples, SendoffRational time_base, SendoffRational hint)
{
  SendoffTiming timing = { SENDOFF_RATIONAL_NONE, SENDOFF_RATIONAL_NONE, FALSE, 0 };
  g_autoptr (GArray) durations = NULL;
  gint64 span = samples->len > 0 ? time_at (samples, samples->len - 1) - time_at (samples, 0) : 0;
  double tick = sendoff_rational_to_double (time_base);
  gint64 shortest = 0;
  double average;

  if (span <= 0)
    {
      timing.rate = timing.max_rate = is_sane (hint) ? hint : SENDOFF_RATIONAL_NONE;
      timing.is_constant = sendoff_rational_is_set (timing.rate);
      return timing;
    }
  average = (samples->len - 1) / ((double)span * tick);
  durations = sorted_durations (samples);
  timing.usual_ticks = g_array_index (durations, gint64, durations->len / 2);
  timing.rate = find_constant_rate (samples, time_base, hint, durations, average);
  timing.is_constant = sendoff_rational_is_set (timing.rate);
  timing.max_rate = timing.rate;
  if (timing.is_constant)
    return timing;
  for (guint i = 0; i < durations->len && (shortest <= 0 || shortest * tick < 1 / MAX_RATE); i++)
    shortest = g_array_index (durations, gint64, i);
  timing.rate = snap (average, SNAP_FRACTION);
  /* A frame is known to the tick only. */
  timing.max_rate
      = shortest > 0 ? snap (1 / ((double)shortest * tick), MAX (0.01, 1 / (double)shortest)) : timing.rate;
  return timing;
}
