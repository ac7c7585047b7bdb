/* A quality that is asked for by its score: what it means here, and which chunks tell it. */
#include "model/sendoff-planner-private.h"

#include <math.h>

#include "base/sendoff-i18n.h"
#include "model/sendoff-rate-share.h"
#include "model/sendoff-sampling.h"
#include "model/sendoff-score.h"

/* Chunks that are tried: a tenth, so that four trials of them cost less than half an encode more. */
#define SHARE_OF_CHUNKS 0.1
#define LEAST_CHUNKS    3
#define MOST_CHUNKS     8

static gboolean
is_set (const SendoffPlanning *self, SendoffSetting setting)
{
  return sendoff_output_settings_is_set (self->asked, setting);
}

/** sendoff_planner_wants_score: whether the quality comes from a score; one that a preset names gives way to
 * whatever else was asked for. */
gboolean
sendoff_planner_wants_score (const SendoffPlanning *self)
{
  static const SendoffSetting others[]
      = { SENDOFF_SETTING_CRF, SENDOFF_SETTING_VIDEO_BITRATE, SENDOFF_SETTING_QUALITY,
          SENDOFF_SETTING_TARGET_SIZE, SENDOFF_SETTING_RATE_CONTROL };

  if (is_set (self, SENDOFF_SETTING_TARGET_SCORE))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    if (is_set (self, others[i]))
      return FALSE;
  return sendoff_output_settings_is_set (self->settings, SENDOFF_SETTING_TARGET_SCORE);
}

/* (nullable): the measure that is meant; NULL when it cannot be used. */
static const SendoffScoreMetric *
read_wish (const SendoffPlanning *self, char **name, double *wanted)
{
  const char *text = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_TARGET_SCORE);
  const SendoffScoreMetric *metric;

  if (!sendoff_score_parse (text, name, wanted))
    return NULL;
  metric = *name != NULL ? sendoff_score_metric_get (*name) : sendoff_score_metric_choose (self->machine);
  return metric != NULL && sendoff_machine_has_filter (self->machine, metric->filter) ? metric : NULL;
}

/* A number that ordinary footage has the score with: the level "medium" has a usual one. */
static double
guess_crf (const SendoffPlanning *self, const SendoffScoreMetric *metric, double wanted)
{
  double medium = sendoff_planner_get_level_crf (self, "medium");
  double above
      = sendoff_score_metric_to_even (metric, wanted) - sendoff_score_metric_to_even (metric, metric->usual);
  SendoffRateScale scale;

  sendoff_rate_scale_init (&scale, self->output->video);
  return CLAMP (round (medium - above / (metric->per_doubling * scale.slope)), SENDOFF_RATE_BEST_CRF,
                sendoff_rate_scale_get_worst (&scale));
}

/** sendoff_planner_plan_score: the first quality to try, of a video whose quality comes from a score. */
void
sendoff_planner_plan_score (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  g_autofree char *name = NULL;
  double wanted;
  const SendoffScoreMetric *metric = read_wish (self, &name, &wanted);

  if (metric == NULL || wanted < metric->min || wanted > metric->max)
    return; /* the rules say why */
  video->score = sendoff_score_plan_new ();
  video->score->metric = g_strdup (metric->metric_id);
  video->score->wanted = wanted;
  video->crf = guess_crf (self, metric, wanted);
}

/** sendoff_planner_choose_score_chunks: chunks of @group that stand for the whole, of a video that has a
 * score. */
void
sendoff_planner_choose_score_chunks (SendoffPlanning *self, const SendoffChunkGroup *group)
{
  guint n = sendoff_chunk_group_get_n_chunks (group);
  guint n_tried = CLAMP ((guint)ceil (n * SHARE_OF_CHUNKS), LEAST_CHUNKS, MOST_CHUNKS);
  g_autofree SendoffSample *samples = g_new0 (SendoffSample, MAX (n, 1));
  g_autofree guint *order = NULL;
  SendoffScorePlan *score = self->output->video->score;

  if (score == NULL)
    return;
  for (guint i = 0; i < n; i++)
    {
      gint64 start_us = g_array_index (group->boundaries_us, gint64, i);
      gint64 end_us = g_array_index (group->boundaries_us, gint64, i + 1);

      samples[i].seconds = (double)MAX (end_us - start_us, 1) / 1e6;
      samples[i].source_bytes = sendoff_stream_info_get_bytes (self->video_stream, start_us, end_us);
      samples[i].bytes = -1;
    }
  order = sendoff_sampling_order (samples, n);
  score->chunks = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < MIN (n_tried, n); i++)
    {
      gint64 chunk = order[i];

      g_array_append_val (score->chunks, chunk);
    }
}

/* --- what cannot be --- */

/* What names the quality or the size in another way, by whoever named the score. */
static gboolean
is_contradicted (const SendoffPlanning *self)
{
  SendoffOutputSettings *by = is_set (self, SENDOFF_SETTING_TARGET_SCORE) ? self->asked : self->settings;
  const char *control = sendoff_output_settings_get_string (by, SENDOFF_SETTING_RATE_CONTROL);

  return sendoff_output_settings_is_set (by, SENDOFF_SETTING_CRF)
         || sendoff_output_settings_is_set (by, SENDOFF_SETTING_VIDEO_BITRATE)
         || sendoff_output_settings_is_set (by, SENDOFF_SETTING_TARGET_SIZE)
         || sendoff_output_settings_is_set (by, SENDOFF_SETTING_MAX_SIZE)
         || (control != NULL && !g_str_equal (control, "crf"));
}

static void
refuse_wish (const SendoffPlanning *self)
{
  const SendoffScoreMetric *here = sendoff_score_metric_choose (self->machine);
  g_autofree char *scale = here != NULL ? sendoff_score_metric_describe_scale (here) : NULL;
  g_autofree char *name = NULL;
  double wanted;
  const SendoffScoreMetric *metric = read_wish (self, &name, &wanted);

  if (here == NULL)
    sendoff_planning_issue (self, ERROR, "target_score", "filter-missing",
                            "This machine's FFmpeg cannot measure how good a video is.");
  else if (metric == NULL && name != NULL)
    sendoff_planning_issue (self, ERROR, "target_score", "unknown-score",
                            "This machine cannot measure “%s”. A score here is one of %s.", name, scale);
  else if (metric == NULL)
    sendoff_planning_issue (self, ERROR, "target_score", "score-out-of-range",
                            "The wanted score must be a number. A score here is one of %s.", scale);
  else
    {
      g_autofree char *own = sendoff_score_metric_describe_scale (metric);

      sendoff_planning_issue (self, ERROR, "target_score", "score-out-of-range",
                              "A score of %g cannot be wanted. A score here is one of %s.", wanted, own);
    }
}

/** sendoff_rules_check_score: whether the quality can come from a score, when one is wanted. */
void
sendoff_rules_check_score (const SendoffPlanning *self)
{
  const SendoffVideoPlan *video = self->output->video;
  const char *encoder = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_ENCODER);

  if (video == NULL || video->copy != NULL || !sendoff_planner_wants_score (self))
    return;
  if (is_contradicted (self))
    sendoff_planning_issue (self, ERROR, "target_score", "score-with-other",
                            "A wanted score excludes a CRF, a bit rate and a size: choose one of them.");
  else if (self->video_codec->crf->len == 0)
    sendoff_planning_issue (self, ERROR, "target_score", "score-not-in-codec",
                            "%s cannot be made to fit a score: its profile decides.",
                            self->video_codec->name);
  else if (g_strcmp0 (encoder, "hardware") == 0)
    sendoff_planning_issue (self, ERROR, "target_score", "score-not-in-hardware",
                            "A wanted score needs encoding in software.");
  else if (video->score == NULL)
    refuse_wish (self);
  else if (self->output->size != NULL)
    sendoff_planning_issue (
        self, ERROR, "target_score", "score-with-size",
        "A wanted score can take more than the file may have here: choose a quality or a size.");
}
