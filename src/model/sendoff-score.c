#include "model/sendoff-score.h"

#include <math.h>
#include <string.h>

/* The best first. XPSNR: Helmrich et al., "XPSNR: A Low-Complexity Extension of the Perceptually Weighted
 * Peak Signal-to-Noise Ratio"; SSIM: Wang et al., "Image Quality Assessment: From Error Visibility to
 * Structural Similarity". Of SSIM what is missing to 1 counts: its even scale is the negative log2 of that.
 * What a doubling of the bytes brings only chooses the second trial. */
static const SendoffScoreMetric metrics[] = {
  { "xpsnr", "XPSNR", "xpsnr", 20, 60, 38, 1, 3.0, 0.15, 4 },
  { "ssim", "SSIM", "ssim", 0.5, 0.9999, 0.97, 4, 0.7, 0.04, 1.6 },
};

/** sendoff_score_metric_get: (transfer none) (nullable): the measure of that id, whether it can be used here
 * or not.
 */
const SendoffScoreMetric *
sendoff_score_metric_get (const char *metric_id)
{
  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    if (g_strcmp0 (metrics[i].metric_id, metric_id) == 0)
      return &metrics[i];
  return NULL;
}

/** sendoff_score_metric_choose: (transfer none) (nullable): the best that @machine has. */
const SendoffScoreMetric *
sendoff_score_metric_choose (const SendoffMachine *machine)
{
  for (guint i = 0; i < G_N_ELEMENTS (metrics); i++)
    if (sendoff_machine_has_filter (machine, metrics[i].filter))
      return &metrics[i];
  return NULL;
}

/** sendoff_score_metric_to_even: @score on the even scale. */
double
sendoff_score_metric_to_even (const SendoffScoreMetric *self, double score)
{
  if (self->max > 1)
    return score;
  return -log2 (MAX (1 - score, 1.0 / SENDOFF_SCORE_PARTS));
}

/** sendoff_score_metric_describe: (transfer full): "SSIM 0.9812". */
char *
sendoff_score_metric_describe (const SendoffScoreMetric *self, double score)
{
  return g_strdup_printf ("%s %.*f%s", self->name, self->digits, score, self->max > 1 ? " dB" : "");
}

/** sendoff_score_metric_describe_scale: (transfer full): "SSIM, from 0.5 to 0.9999". */
char *
sendoff_score_metric_describe_scale (const SendoffScoreMetric *self)
{
  return g_strdup_printf ("%s, %g–%g", self->name, self->min, self->max);
}

/**
 * sendoff_score_parse:
 * @text: "0.98", or "ssim:0.98" by whoever wants it in that measure only
 * @metric_id: (out) (transfer full) (nullable): the measure that was named, known or not
 * @score: (out): not checked against any scale
 *
 * Returns: whether @text is a score
 */
gboolean
sendoff_score_parse (const char *text, char **metric_id, double *score)
{
  const char *colon = strchr (text, ':');
  const char *number = colon != NULL ? colon + 1 : text;
  char *end = NULL;

  *metric_id = colon != NULL ? g_ascii_strdown (text, colon - text) : NULL;
  *score = g_ascii_strtod (number, &end);
  if (end != number && *end == '\0' && isfinite (*score) && (colon == NULL || colon > text))
    return TRUE;
  g_clear_pointer (metric_id, g_free);
  return FALSE;
}
