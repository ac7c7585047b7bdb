#include "model/sendoff-certificate.h"

#include <math.h>
#include <string.h>

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"

static const SendoffField check_fields[] = {
  SENDOFF_FIELD (SendoffCheck, code, STRING),
  SENDOFF_FIELD (SendoffCheck, passed, BOOL),
  SENDOFF_FIELD (SendoffCheck, expected, STRING),
  SENDOFF_FIELD (SendoffCheck, found, STRING),
  SENDOFF_FIELD (SendoffCheck, advice, STRING),
  SENDOFF_FIELD (SendoffCheck, source, STRING),
  SENDOFF_FIELD (SendoffCheck, as_of, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField certificate_fields[] = {
  SENDOFF_FIELD (SendoffCertificate, passed, BOOL),
  SENDOFF_FIELD_OF (SendoffCertificate, checks, DOC_ARRAY, sendoff_check_doc_type),
  SENDOFF_FIELD (SendoffCertificate, platform, STRING),
  SENDOFF_FIELD (SendoffCertificate, notes, STRV),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffCheck, sendoff_check, "check", check_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffCertificate, sendoff_certificate, "certificate", certificate_fields, NULL)

/* What one check compares. */
typedef struct {
  const SendoffOutputPlan *plan;
  const SendoffOutputFacts *facts;
  const SendoffMediaInfo *file;
  const SendoffStreamInfo *video, *audio; /* of the file, (nullable) */
} Comparison;

/* Fills @check, or leaves it without a code when it does not apply to this output. */
typedef void (*CheckFunc) (const Comparison *self, SendoffCheck *check);

/* Takes @expected and @found. */
static void
set_check (SendoffCheck *check, const char *code, gboolean passed, char *expected, char *found)
{
  check->code = g_strdup (code);
  check->passed = passed;
  check->expected = expected;
  check->found = found;
}

static void
check_text (SendoffCheck *check, const char *code, const char *expected, const char *found)
{
  set_check (check, code, g_strcmp0 (expected, found) == 0, g_strdup (expected), g_strdup (found != NULL ? found : "–"));
}

static void
check_number (SendoffCheck *check, const char *code, gint64 expected, gint64 found)
{
  set_check (check, code, expected == found, g_strdup_printf ("%" G_GINT64_FORMAT, expected),
             g_strdup_printf ("%" G_GINT64_FORMAT, found));
}

static void
check_opens (const Comparison *self, SendoffCheck *check)
{
  guint n = self->file->streams->len;

  set_check (check, "opens", n > 0, g_strdup ("streams"), g_strdup_printf ("%u", n));
}

/* The demuxer's name lists all formats that it reads; several muxers write for one demuxer. */
static gboolean
demuxer_reads (const char *demuxer, const char *muxer)
{
  static const struct {
    const char *muxer;
    const char *format;
  } formats[] = {
    { "mp4", "mp4" },   { "mov", "mov" }, { "ipod", "m4a" },  { "webm", "webm" }, { "matroska", "matroska" },
    { "opus", "ogg" }, { "ogg", "ogg" }, { "oga", "ogg" },
  };
  g_auto (GStrv) names = demuxer != NULL ? g_strsplit (demuxer, ",", -1) : NULL;
  const char *wanted = muxer;

  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    if (g_str_equal (formats[i].muxer, muxer))
      wanted = formats[i].format;
  return names != NULL && g_strv_contains ((const char *const *)names, wanted);
}

static void
check_container (const Comparison *self, SendoffCheck *check)
{
  if (self->plan->muxer != NULL)
    set_check (check, "container", demuxer_reads (self->file->container, self->plan->muxer),
               g_strdup (self->plan->muxer), g_strdup (self->file->container != NULL ? self->file->container : "–"));
}

static void
check_video_present (const Comparison *self, SendoffCheck *check)
{
  set_check (check, "video", (self->plan->video != NULL) == (self->video != NULL),
             g_strdup (self->plan->video != NULL ? "video" : "no video"),
             g_strdup (self->video != NULL ? "video" : "no video"));
}

/* FFmpeg's name of a codec in a file, where it differs from the catalog's id. */
static const char *
get_probe_name (const char *codec)
{
  static const struct {
    const char *codec;
    const char *name;
  } names[] = { { "h265", "hevc" }, { "pcm", "pcm_s16le" } };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].codec, codec))
      return names[i].name;
  return codec;
}

static gboolean
has_both_videos (const Comparison *self)
{
  return self->plan->video != NULL && self->video != NULL;
}

static void
check_video_codec (const Comparison *self, SendoffCheck *check)
{
  if (has_both_videos (self))
    check_text (check, "video-codec", get_probe_name (self->plan->video->codec), self->video->codec);
}

/* Apple's players take H.265 by one of its two tags only. */
static void
check_codec_tag (const Comparison *self, SendoffCheck *check)
{
  if (has_both_videos (self) && self->plan->video->tag != NULL)
    check_text (check, "codec-tag", self->plan->video->tag, self->video->codec_tag);
}

static void
check_size_in_pixels (const Comparison *self, SendoffCheck *check)
{
  const SendoffVideoPlan *plan = self->plan->video;

  if (!has_both_videos (self))
    return;
  set_check (check, "picture-size", plan->width == self->video->width && plan->height == self->video->height,
             g_strdup_printf ("%d×%d", plan->width, plan->height),
             g_strdup_printf ("%d×%d", self->video->width, self->video->height));
}

/* Upright, and with square pixels: nothing is left for the player to turn or stretch. */
static void
check_upright (const Comparison *self, SendoffCheck *check)
{
  const SendoffStreamInfo *video = self->video;
  SendoffRational aspect = video != NULL ? video->sample_aspect_ratio : SENDOFF_RATIONAL_NONE;
  gboolean is_square = !sendoff_rational_is_set (aspect)
                       || sendoff_rational_compare (aspect, SENDOFF_RATIONAL (1, 1)) == 0;

  if (has_both_videos (self))
    set_check (check, "upright", video->rotation == 0 && !video->mirrored && is_square,
               g_strdup ("upright, square pixels"),
               g_strdup_printf ("rotation %d, pixels %d:%d", video->rotation, (int)aspect.num, (int)aspect.den));
}

/* ProRes 4444 does not say how deep it is: FFmpeg encodes it from 10 bits and decodes it to 12. */
static const char *
get_decoded_format (const SendoffVideoPlan *plan, const SendoffStreamInfo *video)
{
  static const char *const deeper[][2] = { { "yuv444p10le", "yuv444p12le" }, { "yuva444p10le", "yuva444p12le" } };

  for (guint i = 0; g_str_equal (plan->codec, "prores") && i < G_N_ELEMENTS (deeper); i++)
    if (g_strcmp0 (plan->pixel_format, deeper[i][0]) == 0 && g_strcmp0 (video->pixel_format, deeper[i][1]) == 0)
      return deeper[i][1];
  return plan->pixel_format;
}

static void
check_pixel_format (const Comparison *self, SendoffCheck *check)
{
  if (has_both_videos (self))
    check_text (check, "pixel-format", get_decoded_format (self->plan->video, self->video), self->video->pixel_format);
}

/* Containers store durations in their own ticks (1 ms in WebM), so that a probed rate is near, not equal. */
static void
check_frame_rate (const Comparison *self, SendoffCheck *check)
{
  double expected, found;

  if (!has_both_videos (self) || !sendoff_rational_is_set (self->plan->video->frame_rate)
      || self->facts->video_frames < 2)
    return;
  expected = sendoff_rational_to_double (self->plan->video->frame_rate);
  found = sendoff_rational_to_double (self->video->frame_rate);
  set_check (check, "frame-rate", fabs (found - expected) <= expected * 0.005, g_strdup_printf ("%.5g", expected),
             g_strdup_printf ("%.5g", found));
}

static void
check_frame_count (const Comparison *self, SendoffCheck *check)
{
  if (has_both_videos (self))
    check_number (check, "frame-count", self->facts->video_frames, self->video->frame_count);
}

static void
check_color (const Comparison *self, SendoffCheck *check)
{
  const SendoffColor *plan = self->plan->video != NULL ? self->plan->video->color : NULL;

  if (has_both_videos (self) && plan != NULL && plan->matrix != NULL)
    check_text (check, "color", plan->matrix, self->video->color != NULL ? self->video->color->matrix : NULL);
}

static void
check_seconds (SendoffCheck *check, const char *code, gint64 expected_us, gint64 found_us, gint64 tolerance_us)
{
  set_check (check, code, ABS (expected_us - found_us) <= tolerance_us,
             g_strdup_printf ("%.3f s", (double)expected_us / 1e6), g_strdup_printf ("%.3f s", (double)found_us / 1e6));
}

static gint64
get_frame_us (const Comparison *self)
{
  SendoffRational rate = self->plan->video->nominal_frame_rate;

  return sendoff_rational_is_set (rate) ? sendoff_rescale (1, sendoff_rational_invert (rate), SENDOFF_US, SENDOFF_ROUND_UP)
                                        : 40000;
}

/* A picture that ends at a cut is shown until there when its frames keep the source's times; whoever goes by the
 * distance of frames does not count that. */
static gint64
get_expected_duration_us (const Comparison *self, gint64 found_us)
{
  gint64 frames_us = self->facts->video_duration_us;

  if (!self->plan->trimmed_end || sendoff_rational_is_set (self->plan->video->frame_rate) || found_us <= frames_us)
    return frames_us;
  return MIN (found_us, MAX (frames_us, self->plan->duration_us));
}

/* One frame of tolerance: the last one's duration is not stored everywhere. */
static void
check_video_duration (const Comparison *self, SendoffCheck *check)
{
  gint64 found_us;

  if (!has_both_videos (self) || self->facts->video_duration_us <= 0)
    return;
  found_us = self->video->duration_us > 0 ? self->video->duration_us : self->file->duration_us;
  check_seconds (check, "duration", get_expected_duration_us (self, found_us), found_us, get_frame_us (self) + 2000);
}

static void
check_audio_present (const Comparison *self, SendoffCheck *check)
{
  set_check (check, "audio", (self->plan->audio != NULL) == (self->audio != NULL),
             g_strdup (self->plan->audio != NULL ? "audio" : "no audio"),
             g_strdup (self->audio != NULL ? "audio" : "no audio"));
}

static gboolean
has_both_audios (const Comparison *self)
{
  return self->plan->audio != NULL && self->audio != NULL;
}

static void
check_audio_codec (const Comparison *self, SendoffCheck *check)
{
  if (has_both_audios (self))
    check_text (check, "audio-codec", get_probe_name (self->plan->audio->codec), self->audio->codec);
}

static void
check_sample_rate (const Comparison *self, SendoffCheck *check)
{
  if (has_both_audios (self))
    check_number (check, "sample-rate", self->plan->audio->sample_rate, self->audio->sample_rate);
}

static void
check_channels (const Comparison *self, SendoffCheck *check)
{
  if (has_both_audios (self))
    check_number (check, "channels", self->plan->audio->channels, self->audio->channels);
}

/* Two codec frames of tolerance: priming and padding are not told alike by every container. */
static void
check_audio_duration (const Comparison *self, SendoffCheck *check)
{
  gint64 expected_us;

  if (!has_both_audios (self) || self->facts->audio_samples <= 0 || self->audio->duration_us <= 0)
    return;
  expected_us = sendoff_rescale (self->facts->audio_samples, SENDOFF_RATIONAL (1, self->plan->audio->sample_rate),
                                 SENDOFF_US, SENDOFF_ROUND_NEAREST);
  check_seconds (check, "audio-duration", expected_us, self->audio->duration_us, 60000);
}

/* What the encoder got, as measured while it got it. Sound that its peaks keep quieter was reported by a
 * warning. */
static void
check_loudness (const Comparison *self, SendoffCheck *check)
{
  const SendoffLoudness *loudness = self->facts->loudness;
  double target;

  if (!has_both_audios (self) || self->plan->audio->loudness == NULL || loudness == NULL)
    return;
  target = self->plan->audio->loudness->target_lufs;
  set_check (check, "loudness", TRUE,
             g_strdup_printf ("%.1f LUFS, peaks up to %.1f dBTP", target,
                              self->plan->audio->loudness->max_true_peak_db),
             g_strdup_printf ("%.1f LUFS, peaks up to %.1f dBTP (the source: %.1f LUFS, %.1f dBTP)",
                              loudness->lufs, loudness->true_peak_db, loudness->source_lufs,
                              loudness->source_true_peak_db));
}

/* Late sound is planned when the source's own was late: only the picture must begin at once. */
static void
check_start (const Comparison *self, SendoffCheck *check)
{
  gint64 earliest_us = 0;

  if (!has_both_videos (self) || !has_both_audios (self))
    return;
  earliest_us = MIN (self->video->start_us, self->audio->start_us);
  set_check (check, "start-offset", self->video->start_us - earliest_us <= MAX (get_frame_us (self), 50000),
             g_strdup ("picture from the start"),
             g_strdup_printf ("%+.3f s", (double)(self->video->start_us - self->audio->start_us) / 1e6));
}

static void
check_file_size (const Comparison *self, SendoffCheck *check)
{
  set_check (check, "file-size", self->file->size_bytes == self->facts->size_bytes && self->file->size_bytes > 0,
             g_strdup_printf ("%" G_GINT64_FORMAT, self->facts->size_bytes),
             g_strdup_printf ("%" G_GINT64_FORMAT, self->file->size_bytes));
}

static void
check_moov_first (const Comparison *self, SendoffCheck *check)
{
  if (self->plan->moov_first)
    set_check (check, "moov-first", self->file->faststart, g_strdup ("index first"),
               g_strdup (self->file->faststart ? "index first" : "index last"));
}

static void
check_edit_list (const Comparison *self, SendoffCheck *check)
{
  gboolean has_list = (self->video != NULL && self->video->n_edits > 0)
                      || (self->audio != NULL && self->audio->n_edits > 0);

  if (!self->plan->edit_list)
    set_check (check, "no-edit-list", !has_list, g_strdup ("no edit list"),
               g_strdup (has_list ? "edit list" : "no edit list"));
}

static const CheckFunc checks[] = {
  check_opens,          check_container,     check_video_present, check_video_codec, check_size_in_pixels,
  check_upright,        check_pixel_format,  check_color,         check_frame_rate,  check_frame_count,
  check_video_duration, check_audio_present, check_audio_codec,   check_sample_rate, check_channels,
  check_audio_duration, check_start,         check_file_size,     check_moov_first,  check_edit_list,
  check_codec_tag,      check_loudness,
};

/** sendoff_certificate_add_check: takes @check (transfer full); the certificate has passed while every check has. */
void
sendoff_certificate_add_check (SendoffCertificate *self, SendoffCheck *check)
{
  self->passed = check->passed && (self->passed || self->checks->len == 0);
  g_ptr_array_add (self->checks, check);
}

/**
 * sendoff_certificate_check:
 * @plan: what was to be made
 * @facts: what the export counted while making it
 * @file: what a scan of the finished file found
 *
 * Returns: (transfer full): every check that applies, in a fixed order
 */
SendoffCertificate *
sendoff_certificate_check (const SendoffOutputPlan *plan, const SendoffOutputFacts *facts, const SendoffMediaInfo *file)
{
  SendoffCertificate *self = sendoff_certificate_new ();
  Comparison comparison = {
    plan, facts, file, sendoff_media_info_get_video (file), sendoff_media_info_get_audio (file),
  };

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (SendoffCheck) check = sendoff_check_new ();

      checks[i](&comparison, check);
      if (check->code != NULL)
        sendoff_certificate_add_check (self, g_steal_pointer (&check));
    }
  return self;
}

/** sendoff_check_dup_sentence: (transfer full): a check that failed, as a sentence with what to do about it. */
char *
sendoff_check_dup_sentence (const SendoffCheck *self)
{
  g_autofree char *where
      = self->source != NULL ? g_strdup_printf (" (%s, %s)", self->source, self->as_of) : g_strdup ("");

  return g_strdup_printf ("%s: it is “%s” instead of “%s”%s.%s%s", self->code, self->found, self->expected, where,
                          self->advice != NULL ? " " : "", self->advice != NULL ? self->advice : "");
}

/** sendoff_certificate_dup_failure: (transfer full) (nullable): the first failed check as a sentence. */
char *
sendoff_certificate_dup_failure (const SendoffCertificate *self)
{
  for (guint i = 0; i < self->checks->len; i++)
    {
      const SendoffCheck *check = g_ptr_array_index (self->checks, i);

      if (!check->passed)
        return g_strdup_printf (_ ("The finished file is not as planned (%s): expected %s, found %s."), check->code,
                                check->expected, check->found);
    }
  return NULL;
}
