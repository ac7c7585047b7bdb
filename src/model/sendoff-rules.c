#include "model/sendoff-rules.h"

#include <math.h>
#include <string.h>

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"

/* What the catalog has and this version cannot carry out: nothing, as of now. */
static const char *const not_implemented[] = { NULL };

/* Settings that are understood, but that this version cannot carry out. */
typedef struct {
  SendoffSetting setting;
  const char *value; /* NULL: any */
  const char *sentence;
} Unavailable;

static const Unavailable unavailable[] = {
  { SENDOFF_SETTING_PACKAGE, "hls", N_ ("HLS packages are not available yet.") },
  { SENDOFF_SETTING_PACKAGE, "dash", N_ ("DASH packages are not available yet.") },
  { SENDOFF_SETTING_PACKAGE, "both", N_ ("HLS and DASH packages are not available yet.") },
};

/** sendoff_rules_is_implemented: whether the engine can make a stream or file of that catalog id. */
gboolean
sendoff_rules_is_implemented (const char *codec_or_container)
{
  return !g_strv_contains (not_implemented, codec_or_container);
}

/** sendoff_rules_is_available: whether @setting can be given at all (@value %NULL), or can have a word as its value. */
gboolean
sendoff_rules_is_available (SendoffSetting setting, const char *value)
{
  for (guint i = 0; i < G_N_ELEMENTS (unavailable); i++)
    if (unavailable[i].setting == setting
        && (unavailable[i].value == NULL || g_strcmp0 (unavailable[i].value, value) == 0))
      return FALSE;
  return TRUE;
}

static gboolean
contains (char **list, const char *item)
{
  return list != NULL && item != NULL && g_strv_contains ((const char *const *)list, item);
}

#define LOWER_LIMIT(member) \
  if (rule->member > 0 && (limits->member == 0 || rule->member < limits->member)) limits->member = rule->member
#define HIGHER_LIMIT(member) \
  if (rule->member > limits->member) limits->member = rule->member
#define FIRST_LIST(member) \
  if (limits->member == NULL) limits->member = rule->member

static void
combine (SendoffPlatformRule *limits, const SendoffPlatformRule *rule)
{
  FIRST_LIST (containers);
  FIRST_LIST (video_codecs);
  FIRST_LIST (audio_codecs);
  FIRST_LIST (pixel_formats);
  FIRST_LIST (profiles);
  FIRST_LIST (audio_profiles);
  HIGHER_LIMIT (min_width);
  HIGHER_LIMIT (min_height);
  HIGHER_LIMIT (min_aspect);
  HIGHER_LIMIT (min_frame_rate);
  HIGHER_LIMIT (min_duration_seconds);
  HIGHER_LIMIT (min_sample_rate);
  LOWER_LIMIT (max_width);
  LOWER_LIMIT (max_height);
  LOWER_LIMIT (max_long_side);
  LOWER_LIMIT (max_short_side);
  LOWER_LIMIT (max_pixels);
  LOWER_LIMIT (max_aspect);
  LOWER_LIMIT (max_frame_rate);
  LOWER_LIMIT (max_duration_seconds);
  LOWER_LIMIT (max_size_bytes);
  LOWER_LIMIT (max_video_bitrate_bps);
  LOWER_LIMIT (max_audio_bitrate_bps);
  LOWER_LIMIT (max_sample_rate);
  LOWER_LIMIT (max_channels);
  LOWER_LIMIT (max_gop_seconds);
  LOWER_LIMIT (max_frames);
  limits->constant_rate |= rule->constant_rate;
  limits->moov_first |= rule->moov_first;
  limits->no_edit_list |= rule->no_edit_list;
}

/**
 * sendoff_rules_combine_limits:
 * @platform: (nullable)
 * @limits: (out caller-allocates): the strictest of all rules that are not advisory; its strings are the platform's
 */
void
sendoff_rules_combine_limits (const SendoffPlatform *platform, SendoffPlatformRule *limits)
{
  memset (limits, 0, sizeof *limits);
  for (guint i = 0; platform != NULL && i < platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (platform->rules, i);

      if (!rule->advisory)
        combine (limits, rule);
    }
}

/* --- SPEC's rule 1: the codec works in the container --- */

static void
check_container (const SendoffPlanning *self)
{
  const SendoffContainer *container = self->container;

  if (container == NULL)
    return;
  if (self->video_codec != NULL && !contains (container->video_codecs, self->video_codec->codec_id))
    sendoff_planning_issue (self, ERROR, "container", "codec-not-in-container", "%s video does not work in %s.",
                            self->video_codec->name, container->name);
  if (self->audio_codec != NULL && !contains (container->audio_codecs, self->audio_codec->codec_id))
    sendoff_planning_issue (self, ERROR, "container", "audio-codec-not-in-container", "%s audio does not work in %s.",
                            self->audio_codec->name, container->name);
}

/* --- rule 3: settings are within the codec's limits --- */

static void
check_picture_size (const SendoffPlanning *self)
{
  const SendoffVideoCodec *codec = self->video_codec;
  const SendoffVideoPlan *video = self->output->video;

  if (video != NULL && (video->width < codec->min_width || video->height < codec->min_height))
    sendoff_planning_issue (self, ERROR, "resolution", "too-small-for-codec",
                            "%s needs a picture of at least %d×%d, not %d×%d.", codec->name, codec->min_width,
                            codec->min_height, video->width, video->height);
}

static void
check_crf (const SendoffPlanning *self)
{
  const SendoffVideoCodec *codec = self->video_codec;
  double crf = sendoff_output_settings_get_double (self->settings, SENDOFF_SETTING_CRF);

  if (codec == NULL || crf < 0)
    return;
  if (codec->quality_max <= codec->quality_min)
    sendoff_planning_issue (self, ERROR, "crf", "quality-not-in-codec", "%s has no CRF.", codec->name);
  else if (crf < codec->quality_min || crf > codec->quality_max)
    sendoff_planning_issue (self, ERROR, "crf", "quality-out-of-range", "The CRF of %s lies between %g and %g, not %g.",
                            codec->name, codec->quality_min, codec->quality_max, crf);
}

static void
check_rate_control (const SendoffPlanning *self)
{
  const char *asked = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_RATE_CONTROL);
  const SendoffVideoPlan *video = self->output->video;
  gint64 passes = sendoff_output_settings_get_int (self->asked, SENDOFF_SETTING_TWO_PASS);
  gboolean has_crf = sendoff_output_settings_get_double (self->asked, SENDOFF_SETTING_CRF) >= 0;

  if (video == NULL)
    return;
  if (asked != NULL && !g_str_equal (asked, "crf") && !contains (self->video_codec->rate_controls, asked))
    sendoff_planning_issue (self, ERROR, "rate_control", "rate-control-not-in-codec",
                            "%s has no bit rates to choose: its profile decides.", self->video_codec->name);
  else if (video->rate_control != SENDOFF_RATE_CRF && has_crf && self->output->size == NULL)
    sendoff_planning_issue (self, ERROR, "crf", "quality-with-bitrate",
                            "A CRF and a bit rate exclude each other: choose one of them.");
  else if (passes == 1 && !video->two_pass)
    sendoff_planning_issue (self, INFO, "two_pass", "no-effect",
                            "Two passes change nothing for a %s; they are for average and variable bit rates.",
                            video->rate_control == SENDOFF_RATE_CBR ? _ ("constant bit rate")
                                                                    : _ ("constant quality"));
}

static void
check_video_bitrate (const SendoffPlanning *self)
{
  gint64 bitrate = sendoff_output_settings_get_int (self->asked, SENDOFF_SETTING_VIDEO_BITRATE);
  const SendoffVideoPlan *video = self->output->video;
  gint64 limit = self->limits.max_video_bitrate_bps;
  g_autofree char *asked = sendoff_format_bitrate (bitrate), *most = sendoff_format_bitrate (limit);

  if (video == NULL || bitrate < 0)
    return;
  if (video->rate_control == SENDOFF_RATE_CRF)
    sendoff_planning_issue (self, ERROR, "video_bitrate", "bitrate-without-effect",
                            "A bit rate needs the rate control abr, vbr or cbr, in a codec that has it.");
  else if (limit > 0 && bitrate > limit)
    sendoff_planning_issue (self, ERROR, "video_bitrate", "bitrate-not-on-platform",
                            "%s takes video of at most %s, not %s.", self->platform->name, most, asked);
}

static void
check_wanted_size (const SendoffPlanning *self)
{
  gint64 target = sendoff_output_settings_get_int (self->asked, SENDOFF_SETTING_TARGET_SIZE);
  gint64 most = sendoff_output_settings_get_int (self->asked, SENDOFF_SETTING_MAX_SIZE);
  const SendoffVideoPlan *video = self->output->video;
  const SendoffAudioPlan *audio = self->output->audio;
  gboolean has_rate = sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_VIDEO_BITRATE)
                      || (video != NULL && video->rate_control == SENDOFF_RATE_CBR);
  gboolean has_crf = sendoff_output_settings_get_double (self->asked, SENDOFF_SETTING_CRF) >= 0;
  const char *field = target > 0 ? "target_size" : "max_size";

  if (target <= 0 && most <= 0)
    return;
  if (video != NULL ? self->video_codec->crf->len == 0 : audio != NULL && audio->bitrate_bps <= 0)
    sendoff_planning_issue (self, ERROR, field, "size-not-in-codec",
                            "%s cannot be made to fit a size; choose another codec.",
                            video != NULL ? self->video_codec->name : self->audio_codec->name);
  else if (video != NULL && has_rate)
    sendoff_planning_issue (self, ERROR, field, "size-with-bitrate",
                            "A bit rate and a size exclude each other: choose one of them.");
  else if (target > 0 && video != NULL && (has_crf || video->rate_control == SENDOFF_RATE_CRF))
    sendoff_planning_issue (self, ERROR, "crf", "size-with-quality",
                            "A quality and a target size exclude each other; a maximum size goes with a quality.");
}

static void
check_audio_bitrate (const SendoffPlanning *self)
{
  const SendoffAudioCodec *codec = self->audio_codec;
  gint64 bitrate = sendoff_output_settings_get_int (self->asked, SENDOFF_SETTING_AUDIO_BITRATE);

  if (codec == NULL || bitrate < 0)
    return;
  if (!codec->lossless && (bitrate < codec->bitrate_min_bps || bitrate > codec->bitrate_max_bps))
    sendoff_planning_issue (self, ERROR, "audio_bitrate", "audio-bitrate-out-of-range",
                            "%s takes %d to %d kbit/s, not %d.", codec->name, (int)(codec->bitrate_min_bps / 1000),
                            (int)(codec->bitrate_max_bps / 1000), (int)(bitrate / 1000));
  else if (self->limits.max_audio_bitrate_bps > 0 && bitrate > self->limits.max_audio_bitrate_bps)
    sendoff_planning_issue (self, ERROR, "audio_bitrate", "audio-bitrate-not-on-platform",
                            "%s takes audio of at most %d kbit/s.", self->platform->name,
                            (int)(self->limits.max_audio_bitrate_bps / 1000));
}

static void
check_quality_range (const SendoffPlanning *self)
{
  check_picture_size (self);
  check_crf (self);
  check_rate_control (self);
  check_video_bitrate (self);
  sendoff_rules_check_score (self);
  check_wanted_size (self);
  check_audio_bitrate (self);
}

/* --- rule 4: the features asked for are available --- */

static gboolean
is_unavailable (const SendoffPlanning *self, const Unavailable *feature)
{
  if (!sendoff_output_settings_is_set (self->settings, feature->setting))
    return FALSE;
  if (feature->value == NULL)
    return TRUE;
  if (feature->setting == SENDOFF_SETTING_TWO_PASS)
    return sendoff_output_settings_get_int (self->settings, feature->setting) == 1;
  return g_strcmp0 (sendoff_output_settings_get_string (self->settings, feature->setting), feature->value) == 0;
}

static void
check_settings_available (const SendoffPlanning *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (unavailable); i++)
    if (is_unavailable (self, &unavailable[i]))
      {
        g_autofree char *field
          = g_strdelimit (g_strdup (sendoff_setting_get_name (unavailable[i].setting)), "-", '_');

        sendoff_planning_issue (self, ERROR, field, "feature-not-available", "%s", unavailable[i].sentence);
      }
}

/* These steer how a size is met; without one there is nothing to steer. A maximum has its quality already. That
 * changes are only proposed needs no size. */
static void
check_settings_without_effect (const SendoffPlanning *self)
{
  gboolean has_target = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_TARGET_SIZE) > 0;

  if (sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_SIZE_PRIORITY) && !has_target)
    sendoff_planning_issue (self, INFO, "size_priority", "no-effect",
                            "“size_priority” has no effect without a target size.");
  if (self->output->max_size_bytes <= 0
      && g_strcmp0 (sendoff_output_settings_get_string (self->asked, SENDOFF_SETTING_AUTO_OPTIMIZE), "apply") == 0)
    sendoff_planning_issue (self, INFO, "auto_optimize", "no-effect",
                            "“auto_optimize” has no effect without a size.");
}

static void
check_implemented (const SendoffPlanning *self, const char *field, const char *id, const char *name)
{
  if (!sendoff_rules_is_implemented (id))
    sendoff_planning_issue (self, ERROR, field, "feature-not-available", "Exporting %s is not available yet.", name);
}

static void
check_engine (const SendoffPlanning *self)
{
  if (self->video_codec != NULL)
    check_implemented (self, "codec", self->video_codec->codec_id, self->video_codec->name);
  if (self->audio_codec != NULL)
    check_implemented (self, "audio_codec", self->audio_codec->codec_id, self->audio_codec->name);
  if (self->container != NULL)
    check_implemented (self, "container", self->container->format_id, self->container->name);
}

static void
check_encoder (const SendoffPlanning *self, const char *field, const char *encoder, const char *name)
{
  if (!sendoff_machine_has_encoder (self->machine, encoder))
    sendoff_planning_issue (self, ERROR, field, "encoder-missing",
                            "This machine's FFmpeg has no encoder “%s”, which %s needs.", encoder, name);
}

static void
check_filter (const SendoffPlanning *self, gboolean needed, const char *filter, const char *purpose)
{
  if (needed && !sendoff_machine_has_filter (self->machine, filter))
    sendoff_planning_issue (self, ERROR, "source", "filter-missing",
                            "This machine's FFmpeg has no filter “%s”, which is needed %s.", filter, purpose);
}

static void
check_machine (const SendoffPlanning *self)
{
  const SendoffVideoPlan *video = self->output->video;
  const char *muxer = self->output->muxer;

  if (sendoff_output_plan_encodes_video (self->output))
    {
      /* A hardware encoder is only planned where it works; what stands in for it has to be there too. */
      check_encoder (self, "codec", video->software != NULL ? video->software->encoder : video->encoder,
                     self->video_codec->name);
      check_filter (self, video->tone_map != NULL, "zscale", _ ("to convert HDR"));
      check_filter (self, video->tone_map != NULL, "tonemap", _ ("to convert HDR"));
      check_filter (self, strstr (video->filters, "zscale=") != NULL && video->tone_map == NULL, "zscale",
                    _ ("to convert the colours"));
      check_filter (self, video->deinterlace, "bwdif", _ ("for interlaced video"));
    }
  if (sendoff_output_plan_encodes_audio (self->output))
    check_encoder (self, "audio_codec", self->output->audio->encoder, self->audio_codec->name);
  if (muxer != NULL && self->machine->muxers != NULL && !contains (self->machine->muxers, muxer))
    sendoff_planning_issue (self, ERROR, "container", "muxer-missing", "This machine's FFmpeg cannot write %s files.",
                            self->container->name);
}

static void
check_features (const SendoffPlanning *self)
{
  check_settings_available (self);
  check_settings_without_effect (self);
  check_engine (self);
  check_machine (self);
}

/* --- source and times --- */

static void
check_streams (const SendoffPlanning *self)
{
  const SendoffOutputPlan *output = self->output;
  gboolean asked_for_none = sendoff_media_info_get_video (self->source) != NULL
                            || sendoff_media_info_get_audio (self->source) != NULL;

  if (output->video == NULL && output->audio == NULL)
    sendoff_planning_issue (self, ERROR, "source", "nothing-to-export", "%s",
                            asked_for_none ? "Nothing of the source is left to export."
                                           : "The source has neither video nor audio.");
  else if (output->video == NULL && self->platform != NULL && g_strcmp0 (self->platform->group, "social") == 0)
    sendoff_planning_issue (self, ERROR, "source", "video-needed", "%s takes videos; this output has none.",
                            self->platform->name);
}

static void
check_video_in_range (const SendoffPlanning *self)
{
  const SendoffStreamInfo *stream = self->video_stream;

  if (self->output->video == NULL || stream->duration_us <= 0 || !self->source->scanned)
    return;
  if (self->output->start_us >= stream->start_us + stream->duration_us)
    sendoff_planning_issue (self, ERROR, "start", "no-video-in-range",
                            "The source's picture has ended where this output starts.");
}

typedef void (*Check) (const SendoffPlanning *self);

/** sendoff_rules_check: adds an issue for every rule that the planned output does not keep. */
void
sendoff_rules_check (const SendoffPlanning *planning)
{
  static const Check checks[] = {
    check_streams,       check_video_in_range, check_container, sendoff_rules_check_platform,
    check_quality_range, check_features,
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    checks[i](planning);
}
