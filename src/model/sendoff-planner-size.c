/* Sizes that a file has to meet: a target, a maximum, a platform's limit. */
#include "model/sendoff-planner-private.h"

#include <math.h>

#include "base/sendoff-units.h"
#include "model/sendoff-audio-rate.h"
#include "model/sendoff-estimate.h"

/* Below this nothing of a picture is left: bits for each pixel, whatever the codec. About what x264 takes at
 * its worst quality. */
#define LEAST_BITS_PER_PIXEL 0.003

/* Sound takes no more than this of a small file, unless its rate was asked for. */
#define MOST_AUDIO_SHARE 0.25
#define LEAST_AUDIO_BPS  48000

/* What a model of an uncapped rate may be wrong by on top of its interval. */
#define MODEL_DOUBT 2

/* FFmpeg's AAC encoder keeps its mean, but for this. */
#define AAC_MARGIN 0.97

/** sendoff_planner_get_wanted_size: the size that was asked for, in bytes, within all limits; 0 when none
 * was. */
gint64
sendoff_planner_get_wanted_size (const SendoffPlanning *self)
{
  gint64 target = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_TARGET_SIZE);
  gint64 most = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_MAX_SIZE);

  if (target <= 0)
    return 0;
  if (most > 0)
    target = MIN (target, most);
  return self->limits.max_size_bytes > 0 ? MIN (target, self->limits.max_size_bytes) : target;
}

static gint64
get_limit (const SendoffPlanning *self)
{
  gint64 most = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_MAX_SIZE);
  gint64 wanted = sendoff_planner_get_wanted_size (self);
  gint64 limit = wanted > 0 ? wanted : self->limits.max_size_bytes;

  return most > 0 && (limit == 0 || most < limit) ? most : limit;
}

/* A target is filled as far as anybody could see the difference, two steps of the level table beyond the best
 * level, unless the priority says otherwise. */
static double
get_best_crf (const SendoffPlanning *self)
{
  const char *priority = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_SIZE_PRIORITY);
  double ultra = sendoff_planner_get_level_crf (self, "ultra");
  double high = sendoff_planner_get_level_crf (self, "high");

  if (g_strcmp0 (priority, "size") == 0)
    return sendoff_planner_get_level_crf (self, self->level != NULL ? self->level->level_id : NULL);
  if (g_strcmp0 (priority, "balanced") == 0)
    return ultra;
  return MAX (ultra - 2 * (high - ultra), 0);
}

/* Without a cap, what a model says is not to be relied on. */
static gboolean
may_exceed (SendoffPlanning *self, gint64 limit)
{
  const SendoffVideoPlan *video = self->output->video;
  gboolean is_bounded = video == NULL || video->maxrate_bps > 0 || video->crf < 0;

  /* Not by what was learned here: it decides how the video is encoded. */
  sendoff_estimate_output (self->catalog, self->source, NULL, self->output);
  return self->output->estimated_high_bytes == 0
         || (double)self->output->estimated_high_bytes * (is_bounded ? 1 : MODEL_DOUBT) > (double)limit;
}

/* What is not picture. */
static double
get_rest_bytes (const SendoffOutputPlan *output)
{
  return sendoff_estimate_overhead_bytes (output) + sendoff_estimate_audio_bytes (output);
}

static double
get_least_video_bytes (const SendoffPlanning *self)
{
  const SendoffVideoPlan *video = self->output->video;
  double pixels
      = (double)video->width * video->height * sendoff_rational_to_double (video->nominal_frame_rate);

  return pixels * LEAST_BITS_PER_PIXEL * (double)self->output->duration_us / 8e6;
}

static void
refuse (SendoffPlanning *self, double least_bytes)
{
  gboolean asked = sendoff_planner_get_wanted_size (self) > 0;
  g_autofree char *least = sendoff_format_size ((gint64)ceil (least_bytes));

  sendoff_planning_issue (self, ERROR, asked ? "target_size" : "max_size", "size-too-small",
                          "This cannot be made so small: the smallest possible size is about %s.", least);
}

/* Sound gets less where it would leave too little for the picture. */
static void
share_with_audio (SendoffPlanning *self, gint64 limit)
{
  SendoffAudioPlan *audio = self->output->audio;
  double seconds = (double)self->output->duration_us / 1e6;
  gint64 most;

  if (audio == NULL || audio->copy != NULL || audio->bitrate_bps <= 0
      || sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_AUDIO_BITRATE))
    return;
  most = (gint64)((double)limit * 8 / seconds * MOST_AUDIO_SHARE) / 8000 * 8000;
  most = MAX (MAX (most, LEAST_AUDIO_BPS), self->audio_codec->bitrate_min_bps);
  if (audio->bitrate_bps <= most)
    return;
  audio->bitrate_bps = most;
  sendoff_planning_issue (self, INFO, "audio_bitrate", "audio-for-size",
                          "The sound gets %d kbit/s, to leave room for the picture.", (int)(most / 1000));
}

static void
plan_video_size (SendoffPlanning *self, gint64 limit)
{
  SendoffOutputPlan *output = self->output;
  SendoffVideoPlan *video = output->video;
  gint64 wanted = sendoff_planner_get_wanted_size (self);
  double seconds = (double)output->duration_us / 1e6, least = 0;

  if (video->rate_control == SENDOFF_RATE_CBR || self->video_codec->crf->len == 0
      || (wanted == 0 && !may_exceed (self, limit)))
    return;
  if (seconds > 0)
    {
      share_with_audio (self, limit);
      least = get_rest_bytes (output) + get_least_video_bytes (self);
    }
  if (least > (double)limit)
    refuse (self, least);
  output->size = sendoff_size_plan_new ();
  output->size->target_bytes = wanted;
  output->size->limit_bytes = limit;
  output->size->best_crf = video->rate_control == SENDOFF_RATE_CRF ? video->crf : get_best_crf (self);
  if (wanted > 0 && seconds > 0)
    video->bitrate_bps = MAX ((gint64)(((double)wanted - get_rest_bytes (output)) * 8 / seconds), 1000);
}

static gint64
round_audio_rate (const SendoffPlanning *self, double bitrate_bps)
{
  const SendoffAudioCodec *codec = self->audio_codec;
  gint64 rounded;

  if (g_str_equal (codec->codec_id, "aac"))
    bitrate_bps *= AAC_MARGIN;
  rounded = sendoff_audio_rate_floor (self->output->audio, bitrate_bps);
  return CLAMP (rounded, codec->bitrate_min_bps, codec->bitrate_max_bps);
}

static void
set_audio_option (SendoffAudioPlan *audio, const char *key, const char *value)
{
  SendoffTag *option = sendoff_tag_new ();

  option->key = g_strdup (key);
  option->value = g_strdup (value);
  g_ptr_array_add (audio->options, option);
}

/* Opus keeps a constant rate to the byte; LAME keeps a mean that is none of the constant ones. */
static void
choose_audio_mode (SendoffAudioPlan *audio, gboolean wanted)
{
  if (g_str_equal (audio->encoder, "libopus"))
    set_audio_option (audio, "vbr", "off");
  else if (g_str_equal (audio->encoder, "libmp3lame") && wanted)
    set_audio_option (audio, "abr", "1");
}

/* Sound alone: the rate that fills the size, or the one that was chosen when that is lower. */
static void
plan_audio_size (SendoffPlanning *self, gint64 limit)
{
  SendoffAudioPlan *audio = self->output->audio;
  gint64 wanted = sendoff_planner_get_wanted_size (self), least = self->audio_codec->bitrate_min_bps;
  double seconds = (double)self->output->duration_us / 1e6, overhead, room;

  if (audio->copy != NULL || audio->bitrate_bps <= 0)
    return;
  self->output->size = sendoff_size_plan_new ();
  self->output->size->target_bytes = wanted;
  self->output->size->limit_bytes = limit;
  if (seconds <= 0 || (wanted == 0 && !may_exceed (self, limit)))
    return;
  overhead = sendoff_estimate_overhead_bytes (self->output);
  room = ((double)limit - overhead) * 8 / seconds;
  if (room < (double)least)
    {
      refuse (self, overhead + (double)least * seconds / 8);
      return;
    }
  if (wanted == 0)
    room = MIN (room, (double)audio->bitrate_bps);
  choose_audio_mode (audio, wanted > 0);
  audio->bitrate_bps = round_audio_rate (self, room);
}

/** sendoff_planner_plan_size: what the limits of size mean for picture and sound that are planned otherwise.
 */
void
sendoff_planner_plan_size (SendoffPlanning *self)
{
  gint64 limit = get_limit (self);

  self->output->max_size_bytes = limit;
  if (limit <= 0)
    return;
  /* Copied pictures have the size that they have, which was compared before. */
  if (sendoff_output_plan_encodes_video (self->output))
    plan_video_size (self, limit);
  else if (self->output->video == NULL && self->output->audio != NULL)
    plan_audio_size (self, limit);
}
