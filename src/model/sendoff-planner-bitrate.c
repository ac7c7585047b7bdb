/* How many bits an output's video gets: quality, bit rates, buffer and passes. */
#include "model/sendoff-planner-private.h"

#include "model/sendoff-estimate.h"

/* A variable rate may go so far above its mean, and a cap holds over so many seconds. */
#define VBR_PEAK       1.5
#define BUFFER_SECONDS 2

/** sendoff_planner_get_level_crf: what the codec calls the quality level @level; its middle for an unknown
 * one. */
double
sendoff_planner_get_level_crf (const SendoffPlanning *self, const char *level)
{
  for (guint i = 0; i < self->video_codec->crf->len; i++)
    {
      const SendoffLevelValue *value = g_ptr_array_index (self->video_codec->crf, i);

      if (g_strcmp0 (value->level, level) == 0)
        return value->value;
    }
  return (self->video_codec->quality_min + self->video_codec->quality_max) / 2;
}

static double
get_level_crf (const SendoffPlanning *self)
{
  return sendoff_planner_get_level_crf (self, self->level != NULL ? self->level->level_id : NULL);
}

/* A rate that is written for 720p, for this picture and codec. */
static gint64
scale_rate (SendoffPlanning *self, gint64 bitrate_720p_bps)
{
  const SendoffVideoPlan *video = self->output->video;

  return sendoff_estimate_scaled_bitrate (
      self->catalog, bitrate_720p_bps, (gint64)video->width * video->height,
      sendoff_rational_to_double (video->nominal_frame_rate), self->video_codec->efficiency);
}

static gint64
get_level_cap (SendoffPlanning *self)
{
  gint64 cap_720p = self->level != NULL ? self->level->video_bitrate_max_bps : 0;

  if (self->preset != NULL && self->preset->video_bitrate_max_bps > 0)
    cap_720p = self->preset->video_bitrate_max_bps;
  return scale_rate (self, cap_720p);
}

static gint64
get_level_target (SendoffPlanning *self)
{
  gint64 target_720p = self->level != NULL ? self->level->video_bitrate_target_bps : 0;

  if (self->preset != NULL && self->preset->video_bitrate_target_bps > 0)
    target_720p = self->preset->video_bitrate_target_bps;
  return scale_rate (self, target_720p);
}

/* A quality of one's own has no cap but the platform's; codecs for editing have profiles instead. */
static void
plan_quality (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  double asked = sendoff_output_settings_get_double (self->settings, SENDOFF_SETTING_CRF);
  gint64 limit = self->limits.max_video_bitrate_bps;

  if (self->video_codec->crf->len == 0)
    {
      video->crf = -1;
      return;
    }
  video->crf = asked >= 0 ? asked : get_level_crf (self);
  if (sendoff_planner_wants_score (self))
    sendoff_planner_plan_score (self);
  video->maxrate_bps = asked >= 0 || video->score != NULL ? 0 : get_level_cap (self);
  if (limit > 0 && (video->maxrate_bps == 0 || video->maxrate_bps > limit))
    video->maxrate_bps = limit;
}

/* The whole file as one rate; the sound and the container are taken off when they are planned. */
static gint64
get_rate_of_size (SendoffPlanning *self)
{
  double seconds = (double)MAX (self->output->duration_us, G_USEC_PER_SEC) / 1e6;

  return (gint64)((double)sendoff_planner_get_wanted_size (self) * 8 / seconds);
}

/* The rate that was asked for, else the quality level's. Where a platform limits the rate, a mean gets that
 * cap too. */
static void
plan_bitrate (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  gint64 asked = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_VIDEO_BITRATE);
  gint64 limit = self->limits.max_video_bitrate_bps;

  video->crf = -1;
  video->bitrate_bps = asked > 0 ? asked : get_level_target (self);
  if (sendoff_planner_get_wanted_size (self) > 0)
    video->bitrate_bps = get_rate_of_size (self);
  if (limit > 0 && asked <= 0)
    video->bitrate_bps = MIN (video->bitrate_bps, limit);
  if (video->rate_control == SENDOFF_RATE_CBR)
    video->maxrate_bps = video->bitrate_bps;
  else if (video->rate_control == SENDOFF_RATE_VBR)
    video->maxrate_bps = (gint64)(video->bitrate_bps * VBR_PEAK);
  if (limit > 0 && (video->maxrate_bps == 0 || video->maxrate_bps > limit))
    video->maxrate_bps = MAX (limit, video->bitrate_bps);
}

static SendoffRateControl
get_rate_control (SendoffPlanning *self)
{
  const char *nick = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_RATE_CONTROL);

  for (int i = 0; nick != NULL && sendoff_rate_control_nicks[i] != NULL; i++)
    if (g_str_equal (nick, sendoff_rate_control_nicks[i]))
      return i;
  /* Whoever names a bit rate or a size and no more wants that mean. */
  if (sendoff_output_settings_is_set (self->settings, SENDOFF_SETTING_VIDEO_BITRATE)
      || sendoff_planner_get_wanted_size (self) > 0)
    return SENDOFF_RATE_ABR;
  return SENDOFF_RATE_CRF;
}

static gboolean
has_mean (const SendoffVideoPlan *video)
{
  return video->rate_control == SENDOFF_RATE_VBR || video->rate_control == SENDOFF_RATE_ABR;
}

/* Two passes are the rule for a mean, because one cannot know what comes. */
static void
plan_passes (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  gint64 asked = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_TWO_PASS);

  video->two_pass = has_mean (video) && asked != 0;
}

/** sendoff_planner_plan_rate_control: quality or rate, cap and passes of an output whose encoder is planned.
 */
void
sendoff_planner_plan_rate_control (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;

  video->rate_control = self->video_codec->crf->len > 0 ? get_rate_control (self) : SENDOFF_RATE_CRF;
  if (video->rate_control == SENDOFF_RATE_CRF)
    plan_quality (self);
  else
    plan_bitrate (self);
  video->bufsize_bits = BUFFER_SECONDS * video->maxrate_bps;
  plan_passes (self);
}

/**
 * sendoff_planner_plan_analysis:
 *
 * Where a size has to be met, the whole is measured first: the same pictures, in a quick encode of constant
 * quality.
 */
void
sendoff_planner_plan_analysis (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video, *analysis;

  if (!has_mean (video) && (self->output->size == NULL || video->crf < 0))
    return;
  analysis = sendoff_video_plan_copy (video);
  analysis->rate_control = SENDOFF_RATE_CRF;
  analysis->bitrate_bps = analysis->maxrate_bps = analysis->bufsize_bits = 0;
  analysis->two_pass = FALSE;
  analysis->level = 0;
  analysis->b_frames = -1;
  g_clear_pointer (&analysis->profile, g_free);
  g_clear_pointer (&analysis->tag, g_free);
  g_clear_pointer (&analysis->filters, g_free);
  sendoff_planner_set_quick_encoder (self, analysis);
  video->analysis = analysis;
}
