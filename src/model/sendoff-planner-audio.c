/* How an output's audio is encoded: which track, how many channels, at what rates. */
#include "model/sendoff-planner-private.h"

#include <string.h>

#define PREFERRED_SAMPLE_RATE 48000
#define MOST_CHANNELS 6

static const SendoffStreamInfo *
get_audio_track (const SendoffMediaInfo *source, gint64 track)
{
  for (guint i = 0; i < source->streams->len; i++)
    {
      const SendoffStreamInfo *stream = g_ptr_array_index (source->streams, i);

      if (stream->kind == SENDOFF_STREAM_AUDIO && track-- == 0)
        return stream;
    }
  return NULL;
}

/* No track was found that could be chosen. */
static void
report_no_audio (SendoffPlanning *self)
{
  if (get_audio_track (self->source, 0) != NULL)
    sendoff_planning_issue (self, WARNING, "source", "undecodable-audio",
                            "The source's audio cannot be read and is left out.");
  else
    sendoff_planning_issue (self, INFO, "source", "no-audio", "The source has no audio.");
}

/** sendoff_planner_choose_audio_stream: the default track or the one asked for, when it can be decoded. */
void
sendoff_planner_choose_audio_stream (SendoffPlanning *self)
{
  gint64 track = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_AUDIO_TRACK);
  const SendoffStreamInfo *stream
    = track >= 0 ? get_audio_track (self->source, track) : sendoff_media_info_get_audio (self->source);

  if (stream == NULL && track >= 0)
    sendoff_planning_issue (self, ERROR, "audio_track", "no-such-track", "The source has no audio track %d.",
                            (int)track);
  else if (stream == NULL)
    report_no_audio (self);
  else if (!stream->decodable)
    sendoff_planning_issue (self, WARNING, "source", "undecodable-audio",
                            "The source's audio (%s) cannot be decoded and is left out.",
                            stream->codec != NULL ? stream->codec : "unknown");
  else
    self->audio_stream = stream;
}

static gboolean
takes_rate (const SendoffAudioCodec *codec, gint64 rate)
{
  if (codec->sample_rates == NULL || codec->sample_rates->len == 0)
    return TRUE;
  for (guint i = 0; i < codec->sample_rates->len; i++)
    if (g_array_index (codec->sample_rates, gint64, i) == rate)
      return TRUE;
  return FALSE;
}

/* The source's own common rate where codec and platform take it, so that nothing is resampled without need; without
 * loss, any rate that it has. */
static int
choose_sample_rate (SendoffPlanning *self)
{
  const SendoffAudioCodec *codec = self->audio_codec;
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  int source = self->audio_stream->sample_rate;
  gboolean is_common = source == 44100 || source == 48000 || (codec->lossless && source > 0);

  if (recommended != NULL && recommended->sample_rate > 0 && takes_rate (codec, recommended->sample_rate))
    return recommended->sample_rate;
  if (is_common && takes_rate (codec, source)
      && (self->limits.max_sample_rate == 0 || source <= self->limits.max_sample_rate))
    return source;
  if (takes_rate (codec, PREFERRED_SAMPLE_RATE))
    return PREFERRED_SAMPLE_RATE;
  return (int)g_array_index (codec->sample_rates, gint64, codec->sample_rates->len - 1);
}

static int
get_channel_limit (SendoffPlanning *self)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  int limit = MOST_CHANNELS;

  if (recommended != NULL)
    limit = recommended->channels > 0 ? recommended->channels : 2;
  if (self->limits.max_channels > 0)
    limit = MIN (limit, self->limits.max_channels);
  if (self->audio_codec->channels_max > 0)
    limit = MIN (limit, self->audio_codec->channels_max);
  return limit;
}

/* Mono, stereo and 5.1 are what players understand; anything between is mixed down to stereo. */
static int
choose_channels (SendoffPlanning *self)
{
  int source = MAX (self->audio_stream->channels, 1);
  int wanted = MIN (source, get_channel_limit (self));
  int channels = wanted >= 6 ? 6 : MIN (wanted, 2);

  if (channels < source)
    sendoff_planning_issue (self, INFO, "source", "mixed-down", "The audio's %d channels are mixed down to %s.", source,
                            channels == 6 ? "5.1" : channels == 2 ? "stereo" : "mono");
  return channels;
}

static const char *
get_layout_name (int channels)
{
  return channels == 1 ? "mono" : channels == 2 ? "stereo" : "5.1";
}

/* The rate of @channels where that of stereo is @stereo_bps: as the platform says, else half and twice as much. */
static gint64
scale_bitrate (SendoffPlanning *self, gint64 stereo_bps, int channels)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  gboolean is_recommended = recommended != NULL && recommended->audio_bitrate_bps == stereo_bps;

  if (channels == 1)
    return is_recommended && recommended->mono_bitrate_bps > 0 ? recommended->mono_bitrate_bps : stereo_bps / 2;
  if (channels > 2)
    return is_recommended && recommended->surround_bitrate_bps > 0 ? recommended->surround_bitrate_bps
                                                                   : stereo_bps * 2;
  return stereo_bps;
}

/* Tables give the rate of stereo. What was asked for is taken as it is; the rules check its range. */
static gint64
choose_bitrate (SendoffPlanning *self, int channels)
{
  const SendoffAudioCodec *codec = self->audio_codec;
  gint64 bitrate = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_AUDIO_BITRATE);

  if (codec->lossless)
    return 0;
  if (sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_AUDIO_BITRATE))
    return bitrate;
  if (bitrate <= 0)
    bitrate = self->level != NULL ? self->level->audio_bitrate_bps : 192000;
  bitrate = scale_bitrate (self, bitrate, channels);
  if (self->limits.max_audio_bitrate_bps > 0)
    bitrate = MIN (bitrate, self->limits.max_audio_bitrate_bps);
  return codec->bitrate_max_bps > 0 ? CLAMP (bitrate, codec->bitrate_min_bps, codec->bitrate_max_bps) : bitrate;
}

/* Samples that a lossy codec was decoded to have no depth worth keeping. */
static gboolean
is_deep (const SendoffStreamInfo *stream)
{
  const char *format = stream->sample_format, *codec = stream->codec;

  if (format == NULL || codec == NULL)
    return FALSE;
  return g_str_has_prefix (format, "s32") || (g_str_has_prefix (codec, "pcm_f") && !g_str_has_prefix (codec, "pcm_f16"));
}

static const char *
choose_sample_format (SendoffPlanning *self)
{
  const SendoffAudioCodec *codec = self->audio_codec;

  return codec->deep_sample_format != NULL && is_deep (self->audio_stream) ? codec->deep_sample_format
                                                                           : codec->sample_format;
}

/* ITU-R BS.775: the centre and the surrounds go to both sides by -3 dB, the effects channel to nowhere. The
 * sum is not scaled down, which would make every film quiet for the sake of its loudest moment; a limiter
 * sees to that one. */
#define MIX_OPTIONS "center_mix_level=0.707107:surround_mix_level=0.707107:lfe_mix_level=0"

/* Where the platform's data says nothing: what most services play music and speech at. */
#define USUAL_LUFS (-14.0)

/* EBU R 128: what encoders and resamplers add stays below full scale. */
#define MAX_TRUE_PEAK_DB (-1.0)

#define MIN_LUFS (-40.0)
#define MAX_LUFS (-5.0)

static double
get_recommended_loudness (SendoffPlanning *self)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;

  return recommended != NULL && recommended->loudness_lufs < 0 ? recommended->loudness_lufs : USUAL_LUFS;
}

/* (transfer full) (nullable): NULL leaves the sound as loud as it is. */
static SendoffLoudnessPlan *
plan_loudness (SendoffPlanning *self)
{
  const char *wanted = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_LOUDNESS);
  SendoffLoudnessPlan *loudness;
  double lufs;

  if (wanted == NULL || g_str_equal (wanted, "off"))
    return NULL;
  if (g_str_equal (wanted, "recommended"))
    lufs = get_recommended_loudness (self);
  else
    {
      char *end = NULL;

      lufs = g_ascii_strtod (wanted, &end);
      if (end == wanted || (*end != '\0' && g_ascii_strcasecmp (end, "LUFS") != 0) || !(lufs >= MIN_LUFS)
          || !(lufs <= MAX_LUFS))
        {
          sendoff_planning_issue (
              self, ERROR, "loudness", "bad-loudness",
              "“%s” is no loudness; it is off, recommended, or a number from %g to %g LUFS.", wanted,
              MIN_LUFS, MAX_LUFS);
          return NULL;
        }
    }
  loudness = sendoff_loudness_plan_new ();
  loudness->target_lufs = lufs;
  loudness->max_true_peak_db = MAX_TRUE_PEAK_DB;
  return loudness;
}

/* The audio plan of self->audio_stream. */
static SendoffAudioPlan *
plan_track (SendoffPlanning *self)
{
  SendoffAudioPlan *audio = sendoff_audio_plan_new ();

  audio->stream_index = self->audio_stream->index;
  audio->codec = g_strdup (self->audio_codec->codec_id);
  audio->encoder = g_strdup (self->audio_codec->encoder);
  audio->sample_rate = choose_sample_rate (self);
  audio->channels = choose_channels (self);
  audio->channel_layout = g_strdup (get_layout_name (audio->channels));
  audio->bitrate_bps = choose_bitrate (self, audio->channels);
  audio->sample_format = g_strdup (choose_sample_format (self));
  audio->language = g_strdup (self->audio_stream->language);
  if (audio->channels >= 2 && audio->channels < self->audio_stream->channels)
    audio->mix = g_strdup (MIX_OPTIONS);
  audio->loudness = plan_loudness (self);
  return audio;
}

static gboolean
wants_all_tracks (SendoffPlanning *self)
{
  const char *tracks = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_AUDIO_TRACKS);

  return g_strcmp0 (tracks, "all") == 0;
}

static gboolean
takes_more_tracks (SendoffPlanning *self)
{
  gboolean container_takes
      = self->container->features != NULL
        && g_strv_contains ((const char *const *)self->container->features, "audio-tracks");

  if (!container_takes)
    sendoff_planning_issue (self, WARNING, "audio_tracks", "one-audio-track",
                            "%s holds one audio track; the others are left out.", self->container->name);
  else if (self->platform != NULL && self->platform->social)
    sendoff_planning_issue (self, WARNING, "audio_tracks", "one-audio-track",
                            "%s plays one audio track; the others are left out.", self->platform->name);
  else
    return TRUE;
  return FALSE;
}

/* The source's other tracks, when they were asked for. */
static void
plan_more_tracks (SendoffPlanning *self)
{
  const SendoffStreamInfo *first = self->audio_stream;

  if (!wants_all_tracks (self) || self->container == NULL || !takes_more_tracks (self))
    return;
  for (guint i = 0; i < self->source->streams->len; i++)
    {
      const SendoffStreamInfo *stream = g_ptr_array_index (self->source->streams, i);
      SendoffAudioPlan *audio;

      if (stream->kind != SENDOFF_STREAM_AUDIO || stream == first || !stream->decodable)
        continue;
      self->audio_stream = stream;
      audio = plan_track (self);
      audio->title = g_strdup (stream->title);
      g_ptr_array_add (sendoff_planner_ensure_extras (self->output)->audio, audio);
    }
  self->audio_stream = first;
}

/** sendoff_planner_ensure_extras: (transfer none): the extras of @output, made when there are none. */
SendoffExtrasPlan *
sendoff_planner_ensure_extras (SendoffOutputPlan *output)
{
  if (output->extras == NULL)
    output->extras = sendoff_extras_plan_new ();
  return output->extras;
}

/** sendoff_planner_plan_audio: the audio plans of an output, when it has audio. */
void
sendoff_planner_plan_audio (SendoffPlanning *self)
{
  if (self->audio_stream == NULL || self->audio_codec == NULL)
    return;
  self->output->audio = plan_track (self);
  plan_more_tracks (self);
  /* Players that show one track need no name for it. */
  if (self->output->extras != NULL)
    self->output->audio->title = g_strdup (self->audio_stream->title);
}
