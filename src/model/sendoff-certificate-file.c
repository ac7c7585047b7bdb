/* A file by itself: is it whole, and do its parts agree with each other? */
#include "base/sendoff-i18n.h"
#include "model/sendoff-certificate.h"

/* Sound and picture may end apart by this much before one of them is likely cut off. */
#define MOST_APART_US       2000000
#define MOST_APART_FRACTION 0.05

static const SendoffField decode_result_fields[] = {
  SENDOFF_FIELD (SendoffDecodeResult, video_frames, INT64),
  SENDOFF_FIELD (SendoffDecodeResult, audio_samples, INT64),
  SENDOFF_FIELD (SendoffDecodeResult, errors, INT64),
  SENDOFF_FIELD (SendoffDecodeResult, first_error_us, INT64),
  SENDOFF_FIELDS_END,
};

static void
decode_result_init (gpointer doc)
{
  SendoffDecodeResult *self = doc;

  self->first_error_us = -1;
}

SENDOFF_DEFINE_DOC (SendoffDecodeResult, sendoff_decode_result, "result of decoding", decode_result_fields,
                    decode_result_init)

/* Takes @expected and @found. */
static void
add (SendoffCertificate *self, const char *code, gboolean passed, char *expected, char *found, const char *advice)
{
  SendoffCheck *check = sendoff_check_new ();

  check->code = g_strdup (code);
  check->passed = passed;
  check->expected = expected;
  check->found = found;
  check->advice = passed ? NULL : g_strdup (advice);
  sendoff_certificate_add_check (self, check);
}

static gboolean
is_played (const SendoffStreamInfo *stream)
{
  return stream->kind == SENDOFF_STREAM_VIDEO || stream->kind == SENDOFF_STREAM_AUDIO;
}

static void
check_decodable (SendoffCertificate *self, const SendoffMediaInfo *file)
{
  guint n = 0, n_decodable = 0;

  for (guint i = 0; i < file->streams->len; i++)
    {
      const SendoffStreamInfo *stream = g_ptr_array_index (file->streams, i);

      n += is_played (stream);
      n_decodable += is_played (stream) && stream->decodable;
    }
  add (self, "decodable", n > 0 && n == n_decodable, g_strdup_printf ("%u streams", n),
       g_strdup_printf ("%u streams", n_decodable), _ ("A decoder for the rest is not installed here, or it is damaged."));
}

static void
check_damage (SendoffCertificate *self, const SendoffMediaInfo *file)
{
  gboolean is_whole = file->warnings == NULL || file->warnings[0] == NULL;

  add (self, "undamaged", is_whole, g_strdup ("no damage"),
       is_whole ? g_strdup ("no damage") : g_strjoinv (" ", file->warnings), _ ("Make the file again from its source."));
}

static void
check_timestamps (SendoffCertificate *self, const SendoffMediaInfo *file)
{
  gint64 n = 0;

  for (guint i = 0; i < file->streams->len; i++)
    n += ((SendoffStreamInfo *)g_ptr_array_index (file->streams, i))->bad_packets;
  add (self, "timestamps", n == 0, g_strdup ("in order"),
       n == 0 ? g_strdup ("in order") : g_strdup_printf ("%" G_GINT64_FORMAT " packets damaged or out of order", n),
       _ ("Export it again; that gives every picture and sound a time of its own."));
}

static void
check_durations (SendoffCertificate *self, const SendoffMediaInfo *file)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (file), *audio = sendoff_media_info_get_audio (file);
  gint64 video_end_us, audio_end_us, most_us;

  if (video == NULL || audio == NULL || video->duration_us <= 0 || audio->duration_us <= 0)
    return;
  video_end_us = video->start_us + video->duration_us;
  audio_end_us = audio->start_us + audio->duration_us;
  most_us = MAX (MOST_APART_US, (gint64)(MOST_APART_FRACTION * (double)MAX (video_end_us, audio_end_us)));
  add (self, "durations-agree", ABS (video_end_us - audio_end_us) <= most_us,
       g_strdup_printf ("video %.3f s", (double)video_end_us / 1e6),
       g_strdup_printf ("audio %.3f s", (double)audio_end_us / 1e6), _ ("One of them may be cut off; look at the end."));
}

static void
check_index (SendoffCertificate *self, const SendoffMediaInfo *file)
{
  if (file->container != NULL && g_str_has_prefix (file->container, "mov,"))
    add (self, "moov-first", file->faststart, g_strdup ("index before the media"),
         g_strdup (file->faststart ? "index before the media" : "index after the media"),
         _ ("Export it again with --copy auto: nothing is encoded, and the index comes first."));
}

static void
check_decoded (SendoffCertificate *self, const SendoffMediaInfo *file, const SendoffDecodeResult *decoded)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (file);
  g_autofree char *where = decoded->first_error_us >= 0
                               ? g_strdup_printf (", the first at %.3f s", (double)decoded->first_error_us / 1e6)
                               : g_strdup ("");

  add (self, "decodes", decoded->errors == 0, g_strdup ("no errors"),
       decoded->errors == 0 ? g_strdup ("no errors")
                            : g_strdup_printf ("%" G_GINT64_FORMAT " errors%s", decoded->errors, where),
       _ ("Parts of it are damaged; make it again from its source."));
  if (video != NULL && video->frame_count > 0)
    add (self, "decoded-frames", decoded->video_frames == video->frame_count,
         g_strdup_printf ("%" G_GINT64_FORMAT, video->frame_count),
         g_strdup_printf ("%" G_GINT64_FORMAT, decoded->video_frames), _ ("Some pictures cannot be shown."));
}

/**
 * sendoff_certificate_check_file:
 * @file: what a scan of the file found
 * @decoded: (nullable): what decoding all of it found
 * @want_index_first: whether an MP4 that cannot be played while it loads fails; platforms have rules of their own
 *
 * Returns: (transfer full): what can be said without knowing what the file was meant to be
 */
SendoffCertificate *
sendoff_certificate_check_file (const SendoffMediaInfo *file, const SendoffDecodeResult *decoded, gboolean want_index_first)
{
  SendoffCertificate *self = sendoff_certificate_new ();

  check_decodable (self, file);
  check_damage (self, file);
  check_timestamps (self, file);
  check_durations (self, file);
  if (want_index_first)
    check_index (self, file);
  if (decoded != NULL)
    check_decoded (self, file, decoded);
  return self;
}
