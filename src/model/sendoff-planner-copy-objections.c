/* What speaks against copying a stream: two tables, in the order in which the reasons are told. Everything that changes
 * pictures or samples must show in the plan that is compared here.
 */
#include "model/sendoff-planner-copy-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sendoff-i18n.h"

/* Sound that begins or is missed by less than this is in sync; the encoder's own delay is smaller. */
#define MOST_AUDIO_SHIFT_US 25000
/* Keyframe distances are whole frames, averages of rates not exact. */
#define GOP_TOLERANCE  1.1
#define RATE_TOLERANCE 1.02
/* What an average may be above the wanted rate before a copy is a waste of room. */
#define AUDIO_RATE_TOLERANCE 1.3
/* The container around copied packets; measured below one per cent. */
#define SIZE_MARGIN 1.01
/* Of a limited size, before the picture suffers. */
#define MOST_AUDIO_SHARE 0.15

/* (transfer full) (nullable): why not, as the end of "The video is encoded: …". */
typedef char *(*Objection) (const SendoffCopyCandidate *self);

static const char *
get_text (const SendoffCopyCandidate *self, SendoffSetting setting)
{
  return sendoff_output_settings_get_string (self->planning->asked, setting);
}

static gboolean
is_any_asked (const SendoffCopyCandidate *self, const SendoffSetting *settings, guint n_settings)
{
  for (guint i = 0; i < n_settings; i++)
    if (sendoff_output_settings_is_set (self->planning->asked, settings[i]))
      return TRUE;
  return FALSE;
}

/* A rule that is not advisory demands it. */
static gboolean
demands_closed_gop (const SendoffPlatform *platform)
{
  for (guint i = 0; platform != NULL && i < platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (platform->rules, i);

      if (rule->closed_gop && !rule->advisory)
        return TRUE;
    }
  return FALSE;
}

static gint64
get_half_frame_us (const SendoffPlanning *planning)
{
  return sendoff_rescale (1, sendoff_rational_invert (planning->source_rate), SENDOFF_US, SENDOFF_ROUND_NEAREST) / 2;
}

/* --- both kinds of streams --- */

static char *
object_to_container (const SendoffCopyCandidate *self)
{
  static const char *const copied[] = { "mp4", "mov", "mkv", "webm", "m4a", "3gp", NULL };
  const char *format = self->planning->source->format_id;

  if (format == NULL || !g_strv_contains (copied, format))
    return g_strdup (_ ("only streams of MP4, MOV, MKV and WebM files are copied"));
  return NULL;
}

static char *
object_to_scan (const SendoffCopyCandidate *self)
{
  return self->planning->source->scanned ? NULL : g_strdup (_ ("the source was not read to its end yet"));
}

static char *
object_to_damage (const SendoffCopyCandidate *self)
{
  if (self->stream->bad_packets > 0)
    return g_strdup (_ ("parts of the source are damaged or out of order"));
  return NULL;
}

/* --- video --- */

static char *
object_to_wishes (const SendoffCopyCandidate *self)
{
  static const SendoffSetting wishes[]
      = { SENDOFF_SETTING_QUALITY, SENDOFF_SETTING_PRESET,       SENDOFF_SETTING_CRF,
          SENDOFF_SETTING_SPEED,   SENDOFF_SETTING_RATE_CONTROL, SENDOFF_SETTING_VIDEO_BITRATE,
          SENDOFF_SETTING_TWO_PASS, SENDOFF_SETTING_TARGET_SIZE,  SENDOFF_SETTING_TARGET_SCORE };

  return is_any_asked (self, wishes, G_N_ELEMENTS (wishes)) ? g_strdup (_ ("a quality, speed or rate was asked for")) : NULL;
}

static char *
object_to_codec (const SendoffCopyCandidate *self)
{
  const SendoffVideoCodec *codec = self->planning->video_codec;

  if (g_strcmp0 (codec->probe_name, self->stream->codec) == 0)
    return NULL;
  return g_strdup_printf (_ ("it is %s and not %s"), self->stream->codec, codec->name);
}

static char *
object_to_profile (const SendoffCopyCandidate *self)
{
  const SendoffPlanning *planning = self->planning;
  char **allowed = g_strcmp0 (self->stream->codec, "h264") == 0 ? planning->limits.profiles : NULL;
  const char *profile = self->stream->profile != NULL ? self->stream->profile : "unknown";
  const char *asked = get_text (self, SENDOFF_SETTING_PROFILE);
  gboolean fits = allowed == NULL;

  for (guint i = 0; allowed != NULL && allowed[i] != NULL; i++)
    fits |= g_ascii_strcasecmp (allowed[i], profile) == 0;
  if (fits && (asked == NULL || g_ascii_strcasecmp (asked, profile) == 0))
    return NULL;
  return g_strdup_printf (_ ("its profile is %s"), profile);
}

static char *
object_to_orientation (const SendoffCopyCandidate *self)
{
  const SendoffStreamInfo *stream = self->stream;

  if (stream->rotation != 0 || stream->mirrored)
    return g_strdup (_ ("the picture is stored turned or mirrored"));
  if (sendoff_rational_compare (stream->sample_aspect_ratio, SENDOFF_RATIONAL (1, 1)) != 0)
    return g_strdup (_ ("its pixels are not square"));
  return NULL;
}

static char *
object_to_edits (const SendoffCopyCandidate *self)
{
  if (self->stream->has_edit_list || self->stream->hidden_packets > 0)
    return g_strdup (_ ("the source's edit list hides pictures, which a copy would ship"));
  return NULL;
}

/* Whether a chain of filters has no others than @names. Its size is compared elsewhere. */
static gboolean
has_only_filters (const char *filters, const char *const *names)
{
  g_auto (GStrv) parts = g_strsplit (filters, ",", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      parts[i][strcspn (parts[i], "=")] = '\0';
      if (!g_strv_contains (names, parts[i]))
        return FALSE;
    }
  return TRUE;
}

/* Tags change no picture. Another range or matrix is as good, and said in the stream where it matters; only what Sendoff
 * makes by itself is always the usual one. */
static gboolean
changes_nothing (const SendoffCopyCandidate *self)
{
  static const char *const tags[] = { "null", "setparams", "setsar", NULL };
  static const char *const colors[] = { "null", "setparams", "setsar", "scale", "zscale", "format", NULL };

  return has_only_filters (self->planning->output->video->filters, self->mode == SENDOFF_COPY_AS_MADE ? tags : colors);
}

/* Eight bits of full range have a name of their own. */
static gboolean
has_planned_format (const SendoffCopyCandidate *self)
{
  const char *planned = self->planning->output->video->pixel_format, *has = self->stream->pixel_format;

  return g_strcmp0 (planned, has) == 0
         || (self->mode != SENDOFF_COPY_AS_MADE && g_strcmp0 (has, "yuvj420p") == 0 && g_str_equal (planned, "yuv420p"));
}

/* Cropping, fields, colours and whatever else filters do. */
static char *
object_to_filters (const SendoffCopyCandidate *self)
{
  const SendoffVideoPlan *video = self->planning->output->video;

  if (video->width != self->stream->width || video->height != self->stream->height)
    return g_strdup_printf (_ ("the picture becomes %d×%d"), video->width, video->height);
  if (video->deinterlace)
    return g_strdup (_ ("it is interlaced"));
  if (video->burn != NULL)
    return g_strdup (_ ("captions are drawn over it"));
  if (video->tone_map != NULL)
    return g_strdup (_ ("HDR is converted"));
  if (!has_planned_format (self))
    return g_strdup_printf (_ ("its pixel format is %s"), self->stream->pixel_format);
  return changes_nothing (self) ? NULL : g_strdup (_ ("the picture is changed"));
}

static char *
object_to_frame_rate (const SendoffCopyCandidate *self)
{
  SendoffRational wanted = self->planning->output->video->frame_rate;
  SendoffRational has = self->stream->constant_rate ? self->stream->frame_rate : SENDOFF_RATIONAL_NONE;

  if (!sendoff_rational_is_set (wanted)
      || (sendoff_rational_is_set (has) && sendoff_rational_compare (wanted, has) == 0))
    return NULL;
  return g_strdup_printf (_ ("the frame rate becomes %.5g"), sendoff_rational_to_double (wanted));
}

static char *
object_to_gops (const SendoffCopyCandidate *self)
{
  const SendoffPlanning *planning = self->planning;
  double most = planning->limits.max_gop_seconds, longest = (double)self->stream->longest_gop_us / 1e6;

  if (self->stream->open_gops != 0 && demands_closed_gop (planning->platform))
    return g_strdup_printf (_ ("%s wants closed groups of pictures"), planning->platform->name);
  if ((self->mode == SENDOFF_COPY_AS_MADE || get_text (self, SENDOFF_SETTING_OPTIMIZE_FOR) != NULL) && planning->gop_seconds > 0)
    most = most > 0 ? MIN (most, planning->gop_seconds) : planning->gop_seconds;
  if (most > 0 && longest > most * GOP_TOLERANCE)
    return g_strdup_printf (_ ("its keyframes are up to %.1f seconds apart"), longest);
  return NULL;
}

static char *
object_to_rate (const SendoffCopyCandidate *self)
{
  const SendoffPlanning *planning = self->planning;
  gint64 most = planning->limits.max_video_bitrate_bps;

  if (self->mode == SENDOFF_COPY_AS_MADE && planning->output->video->maxrate_bps > 0)
    most = planning->output->video->maxrate_bps;
  if (most > 0 && (double)self->stream->bitrate_bps > (double)most * RATE_TOLERANCE)
    return g_strdup_printf (_ ("its %.1f Mbit/s are more than the %.1f that fit"), (double)self->stream->bitrate_bps / 1e6,
                            (double)most / 1e6);
  return NULL;
}

/* Of the platform or the request; 0 none. */
static gint64
get_size_limit (const SendoffPlanning *planning)
{
  gint64 asked = sendoff_output_settings_get_int (planning->settings, SENDOFF_SETTING_MAX_SIZE);
  gint64 most = planning->limits.max_size_bytes;

  if (asked > 0)
    most = most > 0 ? MIN (most, asked) : asked;
  return most;
}

static char *
object_to_size (const SendoffCopyCandidate *self)
{
  const SendoffStreamInfo *audio = self->planning->audio_stream;
  const SendoffAudioPlan *plan = self->planning->output->audio;
  gint64 most = get_size_limit (self->planning);
  double bytes = (double)self->stream->packet_bytes;

  if (plan != NULL)
    bytes += MAX ((double)audio->packet_bytes,
                  (double)plan->bitrate_bps * (double)self->planning->output->duration_us / 8e6);
  return most > 0 && bytes * SIZE_MARGIN >= (double)most ? g_strdup (_ ("it is larger than what is taken")) : NULL;
}

/* The time of the keyframe nearest to @time_us; -1 when none is known. */
gint64
sendoff_copy_find_keyframe (const SendoffStreamInfo *stream, gint64 time_us)
{
  gint64 nearest = -1;

  for (guint i = 0; stream->keyframe_times_us != NULL && i < stream->keyframe_times_us->len; i++)
    {
      gint64 key = g_array_index (stream->keyframe_times_us, gint64, i);

      if (nearest < 0 || ABS (key - time_us) < ABS (nearest - time_us))
        nearest = key;
    }
  return nearest;
}

static gboolean
is_at_closed_keyframe (const SendoffCopyCandidate *self, gint64 time_us)
{
  gint64 key = sendoff_copy_find_keyframe (self->stream, time_us);

  return self->stream->open_gops == 0 && key >= 0 && ABS (key - time_us) <= get_half_frame_us (self->planning);
}

/* An in-point that is no keyframe needs the pictures before it, which a player would have to hide. */
static char *
object_to_start (const SendoffCopyCandidate *self)
{
  const SendoffOutputPlan *output = self->planning->output;
  gint64 start_us = output->start_us;
  gint64 key = sendoff_copy_find_keyframe (self->stream, start_us);

  if (!output->trimmed_start)
    return ABS (self->stream->start_us - start_us) <= get_half_frame_us (self->planning)
               ? NULL
               : g_strdup (_ ("its picture begins later than its sound"));
  if (is_at_closed_keyframe (self, start_us))
    return NULL;
  if (key < 0 || self->stream->open_gops != 0)
    return g_strdup (_ ("the start can only be at a keyframe that refers to nothing before it"));
  return g_strdup_printf (_ ("the start is no keyframe; the nearest is at %.3f s, %.3f s away"), (double)key / 1e6,
                          (double)ABS (key - start_us) / 1e6);
}

/* Pictures that are shown before the out-point must not need one that is shown after it. */
static char *
object_to_end (const SendoffCopyCandidate *self)
{
  const SendoffOutputPlan *output = self->planning->output;

  if (!output->trimmed_end || self->stream->reorder_frames == 0 || is_at_closed_keyframe (self, output->end_us))
    return NULL;
  return g_strdup (_ ("the end is not at a keyframe, and pictures before it refer to later ones"));
}

static const Objection video_objections[] = {
  object_to_wishes,      object_to_codec,  object_to_container, object_to_scan,       object_to_damage,
  object_to_orientation, object_to_edits,  object_to_filters,   object_to_frame_rate, object_to_profile,
  object_to_gops,        object_to_rate,   object_to_size,      object_to_start,      object_to_end,
};

/* --- audio --- */

static char *
object_to_audio_wishes (const SendoffCopyCandidate *self)
{
  static const SendoffSetting wishes[]
      = { SENDOFF_SETTING_AUDIO_BITRATE, SENDOFF_SETTING_QUALITY, SENDOFF_SETTING_PRESET };

  return is_any_asked (self, wishes, G_N_ELEMENTS (wishes)) ? g_strdup (_ ("a quality or rate was asked for")) : NULL;
}

static char *
object_to_audio_codec (const SendoffCopyCandidate *self)
{
  const SendoffAudioCodec *codec = self->planning->audio_codec;
  const char *profile = self->stream->profile;
  gboolean is_other_aac = g_strcmp0 (self->stream->codec, "aac") == 0 && profile != NULL && !g_str_equal (profile, "LC");

  if (g_strcmp0 (codec->probe_name, self->stream->codec) != 0)
    return g_strdup_printf (_ ("it is %s and not %s"), self->stream->codec, codec->name);
  return is_other_aac ? g_strdup_printf (_ ("its profile is %s"), profile) : NULL;
}

static char *
object_to_audio_format (const SendoffCopyCandidate *self)
{
  const SendoffPlanning *planning = self->planning;
  const SendoffAudioPlan *audio = planning->output->audio;
  int most = planning->limits.max_sample_rate, least = planning->limits.min_sample_rate;
  int rate = self->stream->sample_rate;

  if (audio->channels != self->stream->channels)
    return g_strdup_printf (_ ("its %d channels become %d"), self->stream->channels, audio->channels);
  if ((self->mode == SENDOFF_COPY_AS_MADE && rate != audio->sample_rate) || (most > 0 && rate > most) || rate < least)
    return g_strdup_printf (_ ("its sample rate is %d Hz"), rate);
  return NULL;
}

static char *
object_to_audio_rate (const SendoffCopyCandidate *self)
{
  const SendoffPlanning *planning = self->planning;
  gint64 most = planning->limits.max_audio_bitrate_bps;

  if (self->mode == SENDOFF_COPY_AS_MADE && planning->output->audio->bitrate_bps > 0)
    most = planning->output->audio->bitrate_bps;
  if (most > 0 && (double)self->stream->bitrate_bps > (double)most * AUDIO_RATE_TOLERANCE)
    return g_strdup_printf (_ ("its %d kbit/s are more than the %d that fit"), (int)(self->stream->bitrate_bps / 1000),
                            (int)(most / 1000));
  return NULL;
}

/* Where a size decides the rates, sound takes its share of it and no more. */
static char *
object_to_audio_size (const SendoffCopyCandidate *self)
{
  gint64 most = get_size_limit (self->planning);
  gboolean has_picture = sendoff_output_plan_encodes_video (self->planning->output);

  if (most > 0 && (double)self->stream->packet_bytes > (double)most * (has_picture ? MOST_AUDIO_SHARE : 1 / SIZE_MARGIN))
    return g_strdup (_ ("it would take too much of the size"));
  return sendoff_output_settings_is_set (self->planning->asked, SENDOFF_SETTING_TARGET_SIZE)
             ? g_strdup (_ ("a size was asked for"))
             : NULL;
}

/* Samples can be cut to the one only by encoding. */
static char *
object_to_audio_times (const SendoffCopyCandidate *self)
{
  const SendoffOutputPlan *output = self->planning->output;

  if (output->trimmed_start)
    return g_strdup (_ ("the start is cut to the sample"));
  if (self->stream->has_edit_list)
    return g_strdup (_ ("the source's edit list cuts it"));
  if (ABS (self->stream->start_us - output->start_us) > MOST_AUDIO_SHIFT_US)
    return g_strdup (_ ("it does not begin with the picture"));
  return NULL;
}

/* Loudness, mixing, and several tracks, which are encoded together. */
static char *
object_to_sound (const SendoffCopyCandidate *self)
{
  const SendoffOutputPlan *output = self->planning->output;

  if (output->audio->loudness != NULL)
    return g_strdup (_ ("its loudness is changed"));
  if (output->audio->mix != NULL)
    return g_strdup (_ ("its channels are mixed"));
  return sendoff_output_plan_get_n_audio (output) > 1 ? g_strdup (_ ("there are several tracks")) : NULL;
}

static const Objection audio_objections[] = {
  object_to_audio_wishes, object_to_sound, object_to_audio_codec, object_to_container,  object_to_scan,
  object_to_damage,       object_to_audio_format, object_to_audio_rate, object_to_audio_size,
  object_to_audio_times,
};

/* (transfer full) (nullable): the first reason why the stream is encoded, as the end of "The video is encoded: …". */
char *
sendoff_copy_dup_objection (const SendoffCopyCandidate *self, gboolean is_video)
{
  const Objection *objections = is_video ? video_objections : audio_objections;
  guint n_objections = is_video ? G_N_ELEMENTS (video_objections) : G_N_ELEMENTS (audio_objections);
  char *reason = NULL;

  for (guint i = 0; i < n_objections && reason == NULL; i++)
    reason = objections[i](self);
  return reason;
}
