#include "model/sendoff-sampling.h"

#include <math.h>

/* The logarithm of a part's rate is a line over the logarithm of the source's rate there, with a normal
 * error: a Bayesian linear regression with conjugate priors (Gelman et al., Bayesian Data Analysis, chapter
 * 14). The priors were fitted on parts of 2 to 8 seconds of edited videos: the slope is about 0.7 for sources
 * that keep a quality and 0 for those that keep a rate, the error about a third. */
#define SLOPE           0.7
#define SLOPE_DEVIATION 0.35
#define ERROR_DEVIATION 0.35
#define ERROR_DEGREES   3.0
#define ROUNDS          4 /* the error's variance and the line depend on each other; they settle at once */
/* A source whose rate varies less tells nothing. */
#define LEAST_VARIATION 0.05
/* Quiet parts say little about the loud ones, which make the size. */
#define LEAST_WEIGHT 0.05
#define Z_90         1.6449 /* normal quantile of 0.95 */

typedef struct
{
  double *x; /* logarithm of the source's rate, less their mean; 0 when it tells nothing */
  double intercept, slope;
  double c00, c01, c11; /* covariance of the two */
  double variance;      /* of the error */
} Fit;

/* Student's quantile of 0.95 from the normal one (Abramowitz and Stegun, 26.7.5). */
static double
student_quantile (double degrees)
{
  const double z = Z_90;

  return z + (pow (z, 3) + z) / (4 * degrees)
         + (5 * pow (z, 5) + 16 * pow (z, 3) + 3 * z) / (96 * degrees * degrees);
}

static double
get_rate (const SendoffSample *sample)
{
  return MAX ((double)sample->bytes, 1) / sample->seconds;
}

static void
read_source (Fit *fit, const SendoffSample *samples, guint n)
{
  double mean = 0, variance = 0;

  fit->x = g_new0 (double, n);
  for (guint i = 0; i < n; i++)
    {
      if (samples[i].source_bytes <= 0)
        {
          for (guint j = 0; j < i; j++)
            fit->x[j] = 0;
          return;
        }
      fit->x[i] = log (samples[i].source_bytes / samples[i].seconds);
      mean += fit->x[i] / n;
    }
  for (guint i = 0; i < n; i++)
    {
      fit->x[i] -= mean;
      variance += fit->x[i] * fit->x[i] / n;
    }
  for (guint i = 0; i < n && variance < LEAST_VARIATION * LEAST_VARIATION; i++)
    fit->x[i] = 0;
}

static double
get_weight (const SendoffSample *sample, double mean_rate)
{
  return CLAMP (get_rate (sample) / mean_rate, LEAST_WEIGHT, 1);
}

static void
fit_line (Fit *fit, const SendoffSample *samples, guint n, const SendoffSamplePrior *prior, double mean_rate)
{
  double deviation = log (prior->spread) / Z_90, centre = log (prior->bytes_per_second);
  double p00 = 1 / (deviation * deviation), p01 = 0, p11 = 1 / (SLOPE_DEVIATION * SLOPE_DEVIATION);
  double q0 = centre * p00, q1 = SLOPE * p11, determinant;

  for (guint i = 0; i < n; i++)
    {
      double weight, y;

      if (samples[i].bytes < 0)
        continue;
      weight = get_weight (&samples[i], mean_rate) / fit->variance;
      y = log (get_rate (&samples[i]));
      p00 += weight;
      p01 += weight * fit->x[i];
      p11 += weight * fit->x[i] * fit->x[i];
      q0 += weight * y;
      q1 += weight * fit->x[i] * y;
    }
  determinant = p00 * p11 - p01 * p01;
  fit->c00 = p11 / determinant;
  fit->c01 = -p01 / determinant;
  fit->c11 = p00 / determinant;
  fit->intercept = fit->c00 * q0 + fit->c01 * q1;
  fit->slope = fit->c01 * q0 + fit->c11 * q1;
}

static void
fit_variance (Fit *fit, const SendoffSample *samples, guint n, double mean_rate)
{
  double sum = ERROR_DEGREES * ERROR_DEVIATION * ERROR_DEVIATION, degrees = ERROR_DEGREES;

  for (guint i = 0; i < n; i++)
    {
      double weight, residual;

      if (samples[i].bytes < 0)
        continue;
      weight = get_weight (&samples[i], mean_rate);
      residual = log (get_rate (&samples[i])) - fit->intercept - fit->slope * fit->x[i];
      sum += weight * residual * residual;
      degrees += weight;
    }
  fit->variance = sum / degrees;
}

static double
predict (const Fit *fit, const SendoffSample *sample, double x)
{
  return sample->seconds * exp (fit->intercept + fit->slope * x + fit->variance / 2);
}

/* What the line makes of the parts that are known, over what they are: the more are known, the more it
 * counts. */
static double
get_correction (const Fit *fit, const SendoffSample *samples, guint n, guint n_tried)
{
  double known = 0, predicted = 0;

  for (guint i = 0; i < n; i++)
    if (samples[i].bytes >= 0)
      {
        known += (double)MAX (samples[i].bytes, 1);
        predicted += predict (fit, &samples[i], fit->x[i]);
      }
  return predicted > 0 ? pow (known / predicted, n_tried / (n_tried + 1.0)) : 1;
}

static SendoffInterval
sum_up (const Fit *fit, const SendoffSample *samples, guint n, guint n_tried)
{
  double correction = get_correction (fit, samples, n, n_tried);
  double known = 0, rest = 0, moment = 0, squares = 0, variance, spread;

  for (guint i = 0; i < n; i++)
    {
      double mean;

      if (samples[i].bytes >= 0)
        {
          known += (double)samples[i].bytes;
          continue;
        }
      mean = predict (fit, &samples[i], fit->x[i]) * correction;
      rest += mean;
      moment += mean * fit->x[i];
      squares += mean * mean;
    }
  if (rest <= 0)
    return (SendoffInterval){ known, known, known };
  variance = squares * expm1 (fit->variance) + fit->c00 * rest * rest + 2 * fit->c01 * rest * moment
             + fit->c11 * moment * moment;
  spread = exp (student_quantile (ERROR_DEGREES + n_tried) * sqrt (log1p (variance / (rest * rest))));
  return (SendoffInterval){ known + rest / spread, known + rest, known + rest * spread };
}

/**
 * sendoff_sampling_estimate:
 * @samples: (array length=n_samples): all parts of the whole
 *
 * Returns: the bytes of the whole with their 90 % interval; exact when every part was tried
 */
SendoffInterval
sendoff_sampling_estimate (const SendoffSample *samples, guint n_samples, const SendoffSamplePrior *prior)
{
  Fit fit = { .variance = ERROR_DEVIATION * ERROR_DEVIATION };
  double bytes = 0, seconds = 0, mean_rate;
  guint n_tried = 0;
  SendoffInterval interval;

  for (guint i = 0; i < n_samples; i++)
    if (samples[i].bytes >= 0)
      {
        bytes += (double)MAX (samples[i].bytes, 1);
        seconds += samples[i].seconds;
        n_tried++;
      }
  mean_rate = seconds > 0 ? bytes / seconds : prior->bytes_per_second;
  read_source (&fit, samples, n_samples);
  for (guint i = 0; i < ROUNDS; i++)
    {
      fit_line (&fit, samples, n_samples, prior, mean_rate);
      fit_variance (&fit, samples, n_samples, mean_rate);
    }
  interval = sum_up (&fit, samples, n_samples, n_tried);
  g_free (fit.x);
  return interval;
}

/* The sequence of van der Corput: 1/2, 1/4, 3/4, 1/8, 5/8…; every beginning of it is spread evenly over 0–1.
 */
static double
van_der_corput (guint i)
{
  double value = 0, unit = 0.5;

  for (; i > 0; i >>= 1, unit /= 2)
    value += (i & 1) * unit;
  return value;
}

/* The part in which the running total @totals reaches @fraction of the whole. */
static guint
find_at (const double *totals, guint n, double fraction)
{
  guint i = 0;

  while (i + 1 < n && fraction * totals[n - 1] >= totals[i])
    i++;
  return i;
}

/**
 * sendoff_sampling_order:
 *
 * Which part to try first, second and so on: systematic sampling with a probability that grows with the
 * part's expected bytes, so that every beginning of the order is spread over the whole and over its bytes.
 *
 * Returns: (transfer full) (array length=n_samples): indexes of all parts
 */
guint *
sendoff_sampling_order (const SendoffSample *samples, guint n_samples)
{
  guint *order = g_new (guint, n_samples);
  g_autofree double *totals = g_new (double, n_samples);
  g_autofree gboolean *taken = g_new0 (gboolean, n_samples);
  double sum = 0;

  for (guint i = 0; i < n_samples; i++)
    {
      double rate = samples[i].source_bytes / samples[i].seconds;

      sum += samples[i].seconds * (rate > 0 ? pow (rate, SLOPE) : 1);
      totals[i] = sum;
    }
  for (guint i = 0; i < n_samples; i++)
    {
      guint next = find_at (totals, n_samples, van_der_corput (i + 1));

      while (taken[next])
        next = (next + 1) % n_samples;
      taken[next] = TRUE;
      order[i] = next;
    }
  return order;
}
