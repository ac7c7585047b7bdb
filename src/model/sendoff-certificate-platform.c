/* Any file against the dated rules of a platform.
 *
 * Three tables, for the three kinds of limits that a rule can state: lists of what is taken, intervals of numbers, and
 * plain demands. Every limit that a rule states is one check. A rule that is advisory never fails a file: where a file
 * keeps to what one rule of a platform says and another one says otherwise, the certificate notes both with their dates.
 */
#include "base/sendoff-i18n.h"
#include "model/sendoff-certificate.h"

#include <math.h>
#include <string.h>

#include "base/sendoff-units.h"

/* What the checks look at. */
typedef struct {
  SendoffCatalog *catalog;
  const SendoffPlatform *platform;
  const SendoffMediaInfo *file;
  const SendoffStreamInfo *video, *audio; /* (nullable) */
} Subject;

/* A rule's list of names. */
typedef struct {
  const char *code;
  gsize list; /* offset of a char ** */
  const char *(*get_name) (const Subject *self); /* NULL: does not apply */
  const char *advice;
} ListCheck;

typedef enum {
  NUMBER_INT,
  NUMBER_INT64,
  NUMBER_DOUBLE,
} NumberKind;

/* A rule's least and most of something; 0 is no limit. */
typedef struct {
  const char *code;
  NumberKind kind;
  gssize least, most; /* offsets, -1 none */
  double (*get_number) (const Subject *self); /* 0: not known, or does not apply */
  char *(*format) (double number);
  double tolerance; /* as a fraction of the limit */
  const char *too_little, *too_much; /* what to change */
} NumberCheck;

typedef enum {
  ANSWER_UNKNOWN, /* or it does not apply */
  ANSWER_NO,
  ANSWER_YES,
} Answer;

/* Something that a rule demands. */
typedef struct {
  const char *code;
  gsize flag; /* offset of a gboolean */
  Answer (*holds) (const Subject *self);
  const char *expected, *opposite;
  const char *advice;
} FlagCheck;

/* --- lists --- */

static const char *
get_container (const Subject *self)
{
  return self->file->format_id != NULL ? self->file->format_id : self->file->container;
}

/* The catalog's name for a codec, or FFmpeg's own. */
static const char *
get_video_codec (const Subject *self)
{
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (self->catalog);

  for (guint i = 0; self->video != NULL && i < codecs->len; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);

      if (g_strcmp0 (codec->probe_name, self->video->codec) == 0)
        return codec->codec_id;
    }
  return self->video != NULL ? self->video->codec : NULL;
}

static const char *
get_audio_codec (const Subject *self)
{
  GPtrArray *codecs = sendoff_catalog_get_audio_codecs (self->catalog);

  for (guint i = 0; self->audio != NULL && i < codecs->len; i++)
    {
      const SendoffAudioCodec *codec = g_ptr_array_index (codecs, i);

      if (g_strcmp0 (codec->probe_name, self->audio->codec) == 0)
        return codec->codec_id;
    }
  return self->audio != NULL ? self->audio->codec : NULL;
}

static const char *
get_pixel_format (const Subject *self)
{
  const char *format = self->video != NULL ? self->video->pixel_format : NULL;

  /* The same samples with another range, which the stream states beside it. */
  return g_strcmp0 (format, "yuvj420p") == 0 ? "yuv420p" : format;
}

/* Rules name the profiles of H.264 only. */
static const char *
get_profile (const Subject *self)
{
  return self->video != NULL && g_strcmp0 (self->video->codec, "h264") == 0 ? self->video->profile : NULL;
}

static const char *
get_audio_profile (const Subject *self)
{
  return self->audio != NULL && g_strcmp0 (self->audio->codec, "aac") == 0 ? self->audio->profile : NULL;
}

#define LIST(member) G_STRUCT_OFFSET (SendoffPlatformRule, member)

static const ListCheck list_checks[] = {
  { "platform-container", LIST (containers), get_container, N_ ("Export it to one of these containers.") },
  { "platform-video-codec", LIST (video_codecs), get_video_codec, N_ ("Encode the video with one of these codecs.") },
  { "platform-profile", LIST (profiles), get_profile, N_ ("Encode the video with one of these profiles.") },
  { "platform-pixel-format", LIST (pixel_formats), get_pixel_format, N_ ("Encode the video in one of these pixel formats.") },
  { "platform-audio-codec", LIST (audio_codecs), get_audio_codec, N_ ("Encode the audio with one of these codecs.") },
  { "platform-audio-profile", LIST (audio_profiles), get_audio_profile, N_ ("Encode the audio with one of these profiles.") },
};

/* --- numbers --- */

static double
get_width (const Subject *self)
{
  return self->video != NULL ? self->video->display_width : 0;
}

static double
get_height (const Subject *self)
{
  return self->video != NULL ? self->video->display_height : 0;
}

static double
get_long_side (const Subject *self)
{
  return MAX (get_width (self), get_height (self));
}

static double
get_short_side (const Subject *self)
{
  return MIN (get_width (self), get_height (self));
}

static double
get_pixels (const Subject *self)
{
  return get_width (self) * get_height (self);
}

static double
get_aspect (const Subject *self)
{
  return get_height (self) > 0 ? get_width (self) / get_height (self) : 0;
}

static double
get_frame_rate (const Subject *self)
{
  return self->video != NULL && self->video->frame_count > 1 ? sendoff_rational_to_double (self->video->frame_rate) : 0;
}

static double
get_duration (const Subject *self)
{
  return (double)self->file->duration_us / 1e6;
}

static double
get_size (const Subject *self)
{
  return (double)self->file->size_bytes;
}

static double
get_video_bitrate (const Subject *self)
{
  return self->video != NULL ? (double)self->video->bitrate_bps : 0;
}

static double
get_audio_bitrate (const Subject *self)
{
  return self->audio != NULL ? (double)self->audio->bitrate_bps : 0;
}

static double
get_sample_rate (const Subject *self)
{
  return self->audio != NULL ? self->audio->sample_rate : 0;
}

static double
get_channels (const Subject *self)
{
  return self->audio != NULL ? self->audio->channels : 0;
}

static double
get_audio_streams (const Subject *self)
{
  int n = 0;

  for (guint i = 0; i < self->file->streams->len; i++)
    n += ((SendoffStreamInfo *)g_ptr_array_index (self->file->streams, i))->kind == SENDOFF_STREAM_AUDIO;
  return n;
}

static double
get_gop_seconds (const Subject *self)
{
  return self->video != NULL ? (double)self->video->longest_gop_us / 1e6 : 0;
}

static double
get_frames (const Subject *self)
{
  return self->video != NULL ? (double)self->video->frame_count : 0;
}

static char *
format_plain (double number)
{
  return number == floor (number) ? g_strdup_printf ("%.0f", number) : g_strdup_printf ("%.4g", number);
}

static char *
format_rate (double number)
{
  return g_strdup_printf ("%.5g fps", number);
}

static char *
format_seconds (double number)
{
  return g_strdup_printf ("%.6g s", number);
}

static char *
format_bytes (double number)
{
  g_autofree char *text = sendoff_format_size ((gint64)number);

  return g_strdup_printf ("%s (%.0f bytes)", text, number);
}

static char *
format_bitrate (double number)
{
  return g_strdup_printf ("%.0f kbit/s", number / 1000);
}

static char *
format_hertz (double number)
{
  return g_strdup_printf ("%.0f Hz", number);
}

static char *
format_pixels (double number)
{
  return g_strdup_printf ("%.0f pixels", number);
}

#define LIMIT(member) (gssize) G_STRUCT_OFFSET (SendoffPlatformRule, member)
#define SMALLER N_ ("Scale the picture down.")
#define LARGER  N_ ("Choose a larger picture.")

/* Tolerances: two per cent of a shape are what rounding to whole pixels can do; a rate is told by time stamps in ticks; a
 * limit of duration is not missed by the end of a codec's last frame; keyframes come in whole frames; an average bit rate is
 * not a promise. */
static const NumberCheck number_checks[] = {
  { "platform-width", NUMBER_INT, LIMIT (min_width), LIMIT (max_width), get_width, format_pixels, 0, LARGER, SMALLER },
  { "platform-height", NUMBER_INT, LIMIT (min_height), LIMIT (max_height), get_height, format_pixels, 0, LARGER,
    SMALLER },
  { "platform-long-side", NUMBER_INT, -1, LIMIT (max_long_side), get_long_side, format_pixels, 0, LARGER, SMALLER },
  { "platform-short-side", NUMBER_INT, -1, LIMIT (max_short_side), get_short_side, format_pixels, 0, LARGER, SMALLER },
  { "platform-pixels", NUMBER_INT64, -1, LIMIT (max_pixels), get_pixels, format_pixels, 0, LARGER, SMALLER },
  { "platform-aspect", NUMBER_DOUBLE, LIMIT (min_aspect), LIMIT (max_aspect), get_aspect, format_plain, 0.02,
    N_ ("Crop or pad the picture to a wider shape."), N_ ("Crop or pad the picture to a narrower shape.") },
  { "platform-frame-rate", NUMBER_DOUBLE, LIMIT (min_frame_rate), LIMIT (max_frame_rate), get_frame_rate, format_rate,
    0.003, N_ ("Choose a higher frame rate."), N_ ("Choose a lower frame rate.") },
  { "platform-frames", NUMBER_INT64, -1, LIMIT (max_frames), get_frames, format_plain, 0, NULL,
    N_ ("Cut the video or lower the frame rate.") },
  { "platform-duration", NUMBER_DOUBLE, LIMIT (min_duration_seconds), LIMIT (max_duration_seconds), get_duration,
    format_seconds, 0.001, N_ ("The video is too short for this place."), N_ ("Cut the video to this length.") },
  { "platform-file-size", NUMBER_INT64, -1, LIMIT (max_size_bytes), get_size, format_bytes, 0, NULL,
    N_ ("Export it with a lower quality, a smaller picture or a maximum size.") },
  { "platform-video-bitrate", NUMBER_INT64, -1, LIMIT (max_video_bitrate_bps), get_video_bitrate, format_bitrate, 0.01,
    NULL, N_ ("Encode the video with a lower bit rate or quality.") },
  { "platform-gop-length", NUMBER_DOUBLE, -1, LIMIT (max_gop_seconds), get_gop_seconds, format_seconds, 0.1, NULL,
    N_ ("Encode the video with keyframes at least this often.") },
  { "platform-audio-bitrate", NUMBER_INT64, -1, LIMIT (max_audio_bitrate_bps), get_audio_bitrate, format_bitrate, 0.05,
    NULL, N_ ("Encode the audio with a lower bit rate.") },
  { "platform-sample-rate", NUMBER_INT, LIMIT (min_sample_rate), LIMIT (max_sample_rate), get_sample_rate, format_hertz,
    0, N_ ("Encode the audio with a higher sample rate."), N_ ("Encode the audio with a lower sample rate.") },
  { "platform-channels", NUMBER_INT, -1, LIMIT (max_channels), get_channels, format_plain, 0, NULL,
    N_ ("Mix the audio down to fewer channels.") },
  { "platform-audio-streams", NUMBER_INT, -1, LIMIT (max_audio_streams), get_audio_streams, format_plain, 0, NULL,
    N_ ("Keep one audio track only.") },
};

/* --- demands --- */

static gboolean
has_index_box (const Subject *self)
{
  return self->file->container != NULL && g_str_has_prefix (self->file->container, "mov,");
}

static Answer
answer (gboolean yes)
{
  return yes ? ANSWER_YES : ANSWER_NO;
}

static Answer
is_moov_first (const Subject *self)
{
  return has_index_box (self) ? answer (self->file->faststart) : ANSWER_UNKNOWN;
}

static Answer
has_no_edit_list (const Subject *self)
{
  gboolean has_any = (self->video != NULL && self->video->n_edits > 0)
                     || (self->audio != NULL && self->audio->n_edits > 0);

  return has_index_box (self) ? answer (!has_any) : ANSWER_UNKNOWN;
}

static Answer
has_closed_gops (const Subject *self)
{
  return self->video != NULL && self->video->open_gops >= 0 ? answer (self->video->open_gops == 0) : ANSWER_UNKNOWN;
}

static Answer
is_progressive (const Subject *self)
{
  if (self->video == NULL || self->video->field_order == SENDOFF_FIELDS_UNKNOWN)
    return ANSWER_UNKNOWN;
  return answer (self->video->field_order == SENDOFF_FIELDS_PROGRESSIVE);
}

static Answer
has_constant_rate (const Subject *self)
{
  return self->video != NULL && self->video->frame_count > 1 ? answer (self->video->constant_rate) : ANSWER_UNKNOWN;
}

static const FlagCheck flag_checks[] = {
  { "platform-moov-first", LIST (moov_first), is_moov_first, "index before the media", "index after the media",
    N_ ("Export it again, or copy its streams into a new file with the index first.") },
  { "platform-no-edit-list", LIST (no_edit_list), has_no_edit_list, "no edit list", "an edit list",
    N_ ("Export it without an edit list.") },
  { "platform-closed-gop", LIST (closed_gop), has_closed_gops, "closed groups of pictures", "open groups of pictures",
    N_ ("Encode the video with closed groups of pictures.") },
  { "platform-progressive", LIST (progressive), is_progressive, "progressive", "interlaced", N_ ("Deinterlace the video.") },
  { "platform-constant-rate", LIST (constant_rate), has_constant_rate, "a constant frame rate", "a varying frame rate",
    N_ ("Export it with a constant frame rate.") },
};

/* --- one limit of one rule --- */

/* Any of the three kinds. */
typedef struct {
  const ListCheck *list;
  const NumberCheck *number;
  const FlagCheck *flag;
} Limit;

static double
read_number (const NumberCheck *check, const SendoffPlatformRule *rule, gssize offset)
{
  if (offset < 0)
    return 0;
  switch (check->kind)
    {
    case NUMBER_INT:
      return G_STRUCT_MEMBER (int, rule, offset);
    case NUMBER_INT64:
      return (double)G_STRUCT_MEMBER (gint64, rule, offset);
    case NUMBER_DOUBLE:
    default:
      return G_STRUCT_MEMBER (double, rule, offset);
    }
}

/* Names of profiles are written in either case. */
static gboolean
list_has (char **list, const char *name)
{
  for (guint i = 0; list[i] != NULL; i++)
    if (g_ascii_strcasecmp (list[i], name) == 0)
      return TRUE;
  return FALSE;
}

static char *
dup_interval (const NumberCheck *check, double least, double most)
{
  g_autofree char *low = check->format (least);
  g_autofree char *high = check->format (most);

  if (least > 0 && most > 0)
    return g_strdup_printf ("%s to %s", low, high);
  return least > 0 ? g_strdup_printf ("at least %s", low) : g_strdup_printf ("at most %s", high);
}

/* Each of these leaves @out without a code when the rule does not limit that, or the file has nothing of the kind. */

static void
compare_list (const Subject *self, const ListCheck *check, const SendoffPlatformRule *rule, SendoffCheck *out)
{
  char **list = G_STRUCT_MEMBER (char **, rule, check->list);
  const char *name = check->get_name (self);

  if (list == NULL || name == NULL)
    return;
  out->code = g_strdup (check->code);
  out->expected = g_strjoinv (", ", list);
  out->found = g_strdup (name);
  out->passed = list_has (list, name);
  out->advice = g_strdup (_ (check->advice));
}

static void
compare_number (const Subject *self, const NumberCheck *check, const SendoffPlatformRule *rule, SendoffCheck *out)
{
  double least = read_number (check, rule, check->least), most = read_number (check, rule, check->most);
  double number = check->get_number (self);
  gboolean too_little = least > 0 && number < least * (1 - check->tolerance);
  gboolean too_much = most > 0 && number > most * (1 + check->tolerance);

  if ((least <= 0 && most <= 0) || number <= 0)
    return;
  out->code = g_strdup (check->code);
  out->expected = dup_interval (check, least, most);
  out->found = check->format (number);
  out->passed = !too_little && !too_much;
  out->advice = g_strdup (too_little || too_much ? _ (too_little ? check->too_little : check->too_much) : NULL);
}

static void
compare_flag (const Subject *self, const FlagCheck *check, const SendoffPlatformRule *rule, SendoffCheck *out)
{
  Answer found = G_STRUCT_MEMBER (gboolean, rule, check->flag) ? check->holds (self) : ANSWER_UNKNOWN;

  if (found == ANSWER_UNKNOWN)
    return;
  out->code = g_strdup (check->code);
  out->expected = g_strdup (check->expected);
  out->found = g_strdup (found == ANSWER_YES ? check->expected : check->opposite);
  out->passed = found == ANSWER_YES;
  out->advice = g_strdup (_ (check->advice));
}

/* (transfer full) (nullable): the check of one limit, %NULL when it does not apply. */
static SendoffCheck *
compare (const Subject *self, const Limit *limit, const SendoffPlatformRule *rule)
{
  g_autoptr (SendoffCheck) check = sendoff_check_new ();

  if (limit->list != NULL)
    compare_list (self, limit->list, rule, check);
  else if (limit->number != NULL)
    compare_number (self, limit->number, rule, check);
  else
    compare_flag (self, limit->flag, rule, check);
  if (check->code == NULL)
    return NULL;
  check->source = g_strdup (rule->source);
  check->as_of = g_strdup (rule->as_of);
  if (check->passed)
    g_clear_pointer (&check->advice, g_free);
  return g_steal_pointer (&check);
}

/* (transfer full) (nullable): what another rule of the same platform says of the same limit. */
static SendoffCheck *
find_other (const Subject *self, const Limit *limit, gboolean advisory)
{
  for (guint i = 0; i < self->platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (self->platform->rules, i);
      g_autoptr (SendoffCheck) check = rule->advisory == advisory ? compare (self, limit, rule) : NULL;

      if (check != NULL)
        return g_steal_pointer (&check);
    }
  return NULL;
}

/* Both figures with their dates; whoever made the file may choose. */
static char *
dup_note (const Subject *self, const SendoffCheck *broken, const SendoffCheck *other)
{
  if (other == NULL)
    return g_strdup_printf (_ ("%s recommends %s (%s, %s); this file has %s (%s)."), _ (self->platform->name), broken->expected,
                            broken->source, broken->as_of, broken->found, broken->code);
  return g_strdup_printf (_ ("%s may take %s (%s, %s) or %s (%s, %s); this file has %s (%s)."), _ (self->platform->name),
                          broken->expected, broken->source, broken->as_of, other->expected, other->source,
                          other->as_of, broken->found, broken->code);
}

static void
add_limit (SendoffCertificate *certificate,
           GStrvBuilder *notes,
           const Subject *self,
           const Limit *limit,
           const SendoffPlatformRule *rule)
{
  g_autoptr (SendoffCheck) check = compare (self, limit, rule);
  g_autoptr (SendoffCheck) other = NULL;

  if (check == NULL)
    return;
  if (!check->passed)
    other = find_other (self, limit, !rule->advisory);
  /* One that is advisory cannot fail a file, and one that an advisory rule contradicts leaves the choice. */
  if (!check->passed && (rule->advisory || (other != NULL && other->passed)))
    {
      g_autofree char *note = dup_note (self, check, other);

      g_strv_builder_add (notes, note);
    }
  else if (!rule->advisory)
    sendoff_certificate_add_check (certificate, g_steal_pointer (&check));
}

/**
 * sendoff_certificate_add_platform:
 * @file: what a scan of the file found
 *
 * Adds a check for every limit of every rule of @platform that applies to @file, with source and date of the rule, and
 * notes where rules differ. What cannot be known of a file is not checked.
 */
void
sendoff_certificate_add_platform (SendoffCertificate *self,
                                  SendoffCatalog *catalog,
                                  const SendoffPlatform *platform,
                                  const SendoffMediaInfo *file)
{
  Subject subject
      = { catalog, platform, file, sendoff_media_info_get_video (file), sendoff_media_info_get_audio (file) };
  g_autoptr (GStrvBuilder) notes = g_strv_builder_new ();

  for (guint r = 0; r < platform->rules->len; r++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (platform->rules, r);

      for (guint i = 0; i < G_N_ELEMENTS (list_checks); i++)
        add_limit (self, notes, &subject, &(Limit){ .list = &list_checks[i] }, rule);
      for (guint i = 0; i < G_N_ELEMENTS (number_checks); i++)
        add_limit (self, notes, &subject, &(Limit){ .number = &number_checks[i] }, rule);
      for (guint i = 0; i < G_N_ELEMENTS (flag_checks); i++)
        add_limit (self, notes, &subject, &(Limit){ .flag = &flag_checks[i] }, rule);
    }
  g_free (self->platform);
  self->platform = g_strdup (platform->platform_id);
  g_strfreev (self->notes);
  self->notes = g_strv_builder_end (notes);
  if (self->notes[0] == NULL)
    g_clear_pointer (&self->notes, g_strfreev);
}
