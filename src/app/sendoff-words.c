#include "app/sendoff-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "base/sendoff-units.h"
#include "model/sendoff-score.h"

/* FFmpeg's names of codecs that cameras and programs write, as people know them. */
static const struct
{
  const char *probe_name, *name;
} codec_names[] = {
  { "h264", "H.264" },        { "hevc", "H.265" },        { "vp8", "VP8" },           { "vp9", "VP9" },
  { "av1", "AV1" },           { "prores", "ProRes" },     { "dnxhd", "DNxHD" },       { "mpeg4", "MPEG-4" },
  { "mpeg2video", "MPEG-2" }, { "mpeg1video", "MPEG-1" }, { "mjpeg", "Motion JPEG" }, { "gif", "GIF" },
  { "theora", "Theora" },     { "aac", "AAC" },           { "mp3", "MP3" },           { "opus", "Opus" },
  { "flac", "FLAC" },         { "vorbis", "Vorbis" },     { "pcm_s16le", "PCM" },
};

static const char *
get_codec_name (const char *probe_name)
{
  for (guint i = 0; i < G_N_ELEMENTS (codec_names); i++)
    if (g_strcmp0 (codec_names[i].probe_name, probe_name) == 0)
      return codec_names[i].name;
  return probe_name;
}

static void
append (GString *text, const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, SENDOFF_WORDS_SEPARATOR);
  g_string_append (text, part);
}

/* "1080p" for pictures that lie down in a usual shape, else both sides. */
static char *
dup_picture_size (int width, int height)
{
  if (width > height && (double)width / height < 2.5)
    return g_strdup_printf ("%dp", height);
  return g_strdup_printf ("%d×%d", width, height);
}

static char *
dup_frame_rate (SendoffRational rate)
{
  double fps = (double)(gint64)(sendoff_rational_to_double (rate) * 100 + 0.5) / 100;

  /* Translators: frames per second, as in "29.97 fps" */
  return sendoff_rational_is_set (rate) ? g_strdup_printf (_ ("%g fps"), fps) : NULL;
}

static void
append_video (GString *text, const SendoffStreamInfo *video)
{
  g_autofree char *size = dup_picture_size (video->display_width, video->display_height);
  g_autofree char *rate = dup_frame_rate (video->frame_rate);

  append (text, size);
  append (text, rate);
  append (text, get_codec_name (video->codec));
}

/** sendoff_words_for_source: (transfer full): "1080p · 29.97 fps · H.264 · 4:12 · 812 MB". */
char *
sendoff_words_for_source (const SendoffMediaInfo *info)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (info);
  const SendoffStreamInfo *audio = sendoff_media_info_get_audio (info);
  g_autofree char *duration = sendoff_format_duration (info->duration_us);
  g_autofree char *size = sendoff_format_size (info->size_bytes);
  GString *text = g_string_new (NULL);

  if (video != NULL)
    append_video (text, video);
  else if (audio != NULL)
    {
      append (text, _ ("Sound only"));
      append (text, get_codec_name (audio->codec));
    }
  append (text, info->duration_us > 0 ? duration : _ ("unknown length"));
  append (text, size);
  return g_string_free (text, FALSE);
}

static void
append_line (GString *text, const char *line)
{
  if (text->len > 0)
    g_string_append_c (text, '\n');
  g_string_append (text, line);
}

static gboolean
is_interlaced (const SendoffStreamInfo *video)
{
  return video->field_order == SENDOFF_FIELDS_TOP_FIRST || video->field_order == SENDOFF_FIELDS_BOTTOM_FIRST;
}

/* The facts know of sound that can be decoded; there may be other. */
static gboolean
has_audio_stream (const SendoffMediaInfo *info)
{
  for (guint i = 0; i < info->streams->len; i++)
    if (((const SendoffStreamInfo *)g_ptr_array_index (info->streams, i))->kind == SENDOFF_STREAM_AUDIO)
      return TRUE;
  return FALSE;
}

/** sendoff_words_for_source_warnings: (transfer full) (nullable): what is unusual about a source, a sentence
 * a line. */
char *
sendoff_words_for_source_warnings (const SendoffMediaInfo *info)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (info);
  g_autoptr (GString) text = g_string_new (NULL);

  if (video != NULL && video->hdr != SENDOFF_HDR_NONE)
    append_line (text, _ ("HDR: the picture is brighter than ordinary screens can show."));
  if (video != NULL && !video->constant_rate)
    append_line (text, _ ("Variable frame rate: the pictures do not follow each other evenly."));
  if (video != NULL && is_interlaced (video))
    append_line (text, _ ("Interlaced: each picture is made of two half pictures."));
  if (video != NULL && sendoff_media_info_get_audio (info) == NULL)
    append_line (text, has_audio_stream (info) ? _ ("The source's audio cannot be read and is left out.")
                                               : _ ("Silent: there is no sound."));
  for (guint i = 0; info->warnings != NULL && info->warnings[i] != NULL; i++)
    append_line (text, info->warnings[i]);
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* (nullable): a quality that was asked for by its score. */
static char *
dup_score (const SendoffOutputPlan *output)
{
  const SendoffScorePlan *score = output->video != NULL ? output->video->score : NULL;
  const SendoffScoreMetric *metric = score != NULL ? sendoff_score_metric_get (score->metric) : NULL;

  return metric != NULL ? sendoff_score_metric_describe (metric, score->wanted) : NULL;
}

static char *
dup_quality (const SendoffOutputPlan *output, SendoffCatalog *catalog)
{
  const SendoffQualityLevel *level
      = output->quality != NULL ? sendoff_catalog_get_level (catalog, output->quality) : NULL;
  g_autofree char *score = dup_score (output);
  g_autofree char *word = NULL;

  if (score != NULL)
    return g_steal_pointer (&score);
  if (level == NULL || (output->video != NULL && output->video->rate_control != SENDOFF_RATE_CRF))
    return NULL;
  word = g_utf8_strdown (_ (level->name), -1);
  /* Translators: %s is a quality level in small letters, as in "good quality" */
  return g_strdup_printf (_ ("%s quality"), word);
}

/* "H.265/HEVC" is two names of one thing: the first will do. */
static char *
dup_first_name (const char *name)
{
  return g_strndup (name, strcspn (name, "/"));
}

/** sendoff_words_for_output: (transfer full): "1080p H.264, good quality". */
char *
sendoff_words_for_output (const SendoffOutputPlan *output, SendoffCatalog *catalog)
{
  const SendoffVideoCodec *video
      = output->video != NULL ? sendoff_catalog_get_video_codec (catalog, output->video->codec) : NULL;
  const SendoffAudioCodec *audio
      = output->audio != NULL ? sendoff_catalog_get_audio_codec (catalog, output->audio->codec) : NULL;
  g_autofree char *quality = dup_quality (output, catalog);
  GString *text = g_string_new (NULL);

  if (video != NULL)
    {
      g_autofree char *size = dup_picture_size (output->video->width, output->video->height);
      g_autofree char *name = dup_first_name (video->name);

      g_string_append_printf (text, "%s %s", size, name);
    }
  else if (audio != NULL)
    g_string_append_printf (text, _ ("Sound only, %s"), audio->name);
  if (text->len > 0 && quality != NULL)
    g_string_append_printf (text, ", %s", quality);
  return g_string_free (text, FALSE);
}

/** sendoff_words_add: *@text gets another fact, @more (transfer full) (nullable), behind a comma. */
void
sendoff_words_add (char **text, char *more)
{
  g_autofree char *fact = more;
  g_autofree char *before = NULL;

  if (fact == NULL)
    return;
  before = *text;
  *text = g_strdup_printf ("%s, %s", before, fact);
}

/* (nullable): "36–40 MB": the unit once when both have the same; NULL when both look the same. */
static char *
dup_interval (gint64 low_bytes, gint64 high_bytes)
{
  g_autofree char *low = sendoff_format_size (low_bytes);
  g_autofree char *high = sendoff_format_size (high_bytes);
  const char *low_unit = strstr (low, "\302\240"); /* g_format_size() puts a no-break space before it */
  const char *high_unit = strstr (high, "\302\240");

  if (g_str_equal (low, high))
    return NULL;
  if (low_unit != NULL && g_strcmp0 (low_unit, high_unit) == 0)
    return g_strdup_printf ("%.*s–%s", (int)(low_unit - low), low, high);
  return g_strdup_printf ("%s–%s", low, high);
}

/** sendoff_words_for_size: (transfer full): "about 71 MB (68–75 MB) of at most 72 MB"; what is 0 is left out.
 */
char *
sendoff_words_for_size (gint64 size_bytes, gint64 low_bytes, gint64 high_bytes, gint64 limit_bytes)
{
  g_autofree char *size = sendoff_format_size (size_bytes);
  g_autofree char *interval = dup_interval (low_bytes, high_bytes);
  g_autofree char *limit = sendoff_format_size (limit_bytes);

  if (size_bytes <= 0)
    return g_strdup (_ ("Size not known yet"));
  if (interval == NULL)
    return limit_bytes > 0 ? g_strdup_printf (_ ("about %s of at most %s"), size, limit)
                           : g_strdup_printf (_ ("about %s"), size);
  if (limit_bytes > 0)
    return g_strdup_printf (_ ("about %s (%s) of at most %s"), size, interval, limit);
  return g_strdup_printf (_ ("about %s (%s)"), size, interval);
}

/** sendoff_words_for_time_left: (transfer full) (nullable): "1 min 10 s left", at least a second; NULL for a
 * negative time. */
char *
sendoff_words_for_time_left (gint64 time_left_us)
{
  int seconds = (int)CLAMP ((time_left_us + 999999) / 1000000, 1, 359999);

  if (time_left_us < 0)
    return NULL;
  if (seconds < 60)
    return g_strdup_printf (_ ("%d s left"), seconds);
  if (seconds < 3600)
    return g_strdup_printf (_ ("%d min %d s left"), seconds / 60, seconds % 60);
  return g_strdup_printf (_ ("%d h %d min left"), seconds / 3600, seconds / 60 % 60);
}

/* "1:02.5": tenths, because a frame is less than a second. */
static char *
dup_moment (gint64 time_us)
{
  gint64 tenths = (time_us + 50000) / 100000;

  if (tenths >= 36000)
    return g_strdup_printf ("%d:%02d:%02d.%d", (int)(tenths / 36000), (int)(tenths / 600 % 60),
                            (int)(tenths / 10 % 60), (int)(tenths % 10));
  return g_strdup_printf ("%d:%02d.%d", (int)(tenths / 600), (int)(tenths / 10 % 60), (int)(tenths % 10));
}

/** sendoff_words_for_place: (transfer full): "0:05.2 / 4:12.0". */
char *
sendoff_words_for_place (gint64 position_us, gint64 duration_us)
{
  g_autofree char *position = dup_moment (position_us);
  g_autofree char *duration = dup_moment (duration_us);

  return g_strdup_printf ("%s / %s", position, duration);
}

/** sendoff_words_for_range: (transfer full): "0:05.2–1:30.0, 1:24.8 long". */
char *
sendoff_words_for_range (gint64 start_us, gint64 end_us)
{
  g_autofree char *start = dup_moment (start_us);
  g_autofree char *end = dup_moment (end_us);
  g_autofree char *length = dup_moment (MAX (0, end_us - start_us));

  /* Translators: from when to when, and how long that is */
  return g_strdup_printf (_ ("%s–%s, %s long"), start, end, length);
}

/** sendoff_words_for_work: (transfer full): "about 2 min": how long something will take, rounded as roughly
 * as it is known. */
char *
sendoff_words_for_work (gint64 duration_us)
{
  int seconds = (int)MIN ((duration_us + 999999) / 1000000, 3599999);

  if (seconds < 10)
    return g_strdup (_ ("a few seconds"));
  if (seconds < 55)
    return g_strdup_printf (_ ("about %d s"), (seconds + 5) / 10 * 10);
  if (seconds < 3570)
    return g_strdup_printf (_ ("about %d min"), (seconds + 30) / 60);
  return g_strdup_printf (_ ("about %d h %d min"), (seconds + 30) / 3600, (seconds + 30) / 60 % 60);
}

/** sendoff_words_for_status: (transfer none): where an export stands, in words. */
const char *
sendoff_words_for_status (SendoffStatus status)
{
  static const char *const words[] = {
    [SENDOFF_STATUS_QUEUED] = N_ ("Waiting"),
    [SENDOFF_STATUS_PREPARING] = N_ ("Getting ready"),
    [SENDOFF_STATUS_ENCODING] = N_ ("Making the video"),
    [SENDOFF_STATUS_OPTIMIZING] = N_ ("Optimizing"),
    [SENDOFF_STATUS_FINALIZING] = N_ ("Writing and checking the file"),
    [SENDOFF_STATUS_COMPLETED] = N_ ("Finished"),
    [SENDOFF_STATUS_FAILED] = N_ ("Failed"),
    [SENDOFF_STATUS_CANCELLED] = N_ ("Cancelled"),
  };

  return status >= 0 && status < G_N_ELEMENTS (words) ? _ (words[status]) : "";
}
