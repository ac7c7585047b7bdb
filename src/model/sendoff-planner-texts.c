/* Captions, subtitles and the cover: what travels along, and in which form. */
#include "model/sendoff-planner-private.h"

#include <string.h>

/* Reference white of HDR, 203 cd/m², as a fraction of the signal: ITU-R BT.2408. */
#define WHITE_OF_PQ  0.58
#define WHITE_OF_HLG 0.75

typedef enum {
  MODE_OFF,
  MODE_BURN,
  MODE_TRACK,
  MODE_SIDECAR,
} Mode;

static const char *const mode_nicks[] = { "off", "burn", "track", "sidecar", NULL };

/* Where text comes from: a file, or a stream of the source. */
typedef struct {
  char *uri;                       /* (nullable) */
  const SendoffStreamInfo *stream; /* (nullable) */
  gboolean is_styled;              /* ASS */
  char *language;                  /* (nullable) */
} Text;

static void
text_clear (Text *self)
{
  g_free (self->uri);
  g_free (self->language);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Text, text_clear)

static const char *
get_text (SendoffPlanning *self, SendoffSetting setting)
{
  return sendoff_output_settings_get_string (self->settings, setting);
}

static gboolean
has_feature (SendoffPlanning *self, const char *feature)
{
  return self->container != NULL && self->container->features != NULL
         && g_strv_contains ((const char *const *)self->container->features, feature);
}

static gboolean
is_among (const char *word, const char *const *list)
{
  return word != NULL && g_strv_contains (list, word);
}

static gboolean
is_text (const SendoffStreamInfo *stream)
{
  static const char *const codecs[] = { "subrip", "ass", "ssa", "webvtt", "mov_text", "text", NULL };

  return stream->kind == SENDOFF_STREAM_SUBTITLE && is_among (stream->codec, codecs);
}

/* Pictures of text, from discs and broadcasts. */
static gboolean
is_bitmap (const SendoffStreamInfo *stream)
{
  static const char *const codecs[] = { "hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", NULL };

  return stream->kind == SENDOFF_STREAM_SUBTITLE && is_among (stream->codec, codecs);
}

/* ISO 639-1 to 639-2/T: containers take three letters. Anything else is taken as it is. */
static char *
dup_language (const char *language)
{
  static const char *const codes[][2] = {
    { "ar", "ara" }, { "bg", "bul" }, { "bn", "ben" }, { "ca", "cat" }, { "cs", "ces" }, { "da", "dan" },
    { "de", "deu" }, { "el", "ell" }, { "en", "eng" }, { "es", "spa" }, { "et", "est" }, { "eu", "eus" },
    { "fa", "fas" }, { "fi", "fin" }, { "fr", "fra" }, { "ga", "gle" }, { "gl", "glg" }, { "he", "heb" },
    { "hi", "hin" }, { "hr", "hrv" }, { "hu", "hun" }, { "id", "ind" }, { "is", "isl" }, { "it", "ita" },
    { "ja", "jpn" }, { "ko", "kor" }, { "lt", "lit" }, { "lv", "lav" }, { "ms", "msa" }, { "nl", "nld" },
    { "no", "nor" }, { "pl", "pol" }, { "pt", "por" }, { "ro", "ron" }, { "ru", "rus" }, { "sk", "slk" },
    { "sl", "slv" }, { "sr", "srp" }, { "sv", "swe" }, { "ta", "tam" }, { "th", "tha" }, { "tr", "tur" },
    { "uk", "ukr" }, { "ur", "urd" }, { "vi", "vie" }, { "zh", "zho" },
  };
  g_autofree char *lower = g_ascii_strdown (language, -1);

  lower[strcspn (lower, "-_")] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (codes[i][0], lower))
      return g_strdup (codes[i][1]);
  return g_steal_pointer (&lower);
}

/* "holiday.en.srt" tells; (nullable). */
static char *
guess_language (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", -1);
  guint n = g_strv_length (parts);
  const char *word = n >= 3 ? parts[n - 2] : "";
  gsize length = strcspn (word, "-_");

  if (length < 2 || length > 3 || !g_ascii_isalpha (word[0]) || !g_ascii_isalpha (word[1]))
    return NULL;
  return dup_language (word);
}

static void
look_up_file (SendoffPlanning *self, const char *given, Text *text)
{
  g_autoptr (GFile) file = strstr (given, "://") != NULL ? g_file_new_for_uri (given) : g_file_new_for_path (given);
  g_autofree char *name = g_file_get_parse_name (file);
  g_autofree char *lower = g_ascii_strdown (name, -1);
  const char *language = get_text (self, SENDOFF_SETTING_CAPTIONS_LANGUAGE);

  text->uri = g_file_get_uri (file);
  text->is_styled = g_str_has_suffix (lower, ".ass") || g_str_has_suffix (lower, ".ssa");
  text->language = language != NULL ? dup_language (language) : guess_language (name);
}

/* The source's text track that was asked for, or the default one, or the first. */
static const SendoffStreamInfo *
choose_stream (SendoffPlanning *self)
{
  gint64 wanted = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_CAPTIONS_TRACK);
  const SendoffStreamInfo *first = NULL;

  for (guint i = 0, number = 0; i < self->source->streams->len; i++)
    {
      const SendoffStreamInfo *stream = g_ptr_array_index (self->source->streams, i);

      if (!is_text (stream))
        continue;
      if (wanted == (gint64)number++)
        return stream;
      if (wanted < 0 && (first == NULL || (stream->is_default && !first->is_default)))
        first = stream;
    }
  if (wanted >= 0)
    sendoff_planning_issue (self, ERROR, "captions_track", "no-such-captions",
                            "The source has no text track %d.", (int)wanted);
  return first;
}

static Mode
parse_mode (const char *nick)
{
  for (guint i = 0; nick != NULL && mode_nicks[i] != NULL; i++)
    if (g_str_equal (mode_nicks[i], nick))
      return (Mode)i;
  return MODE_OFF;
}

/* How captions that somebody gave get there: as the platform's data says, else in the file, else beside it. */
static Mode
choose_mode (SendoffPlanning *self)
{
  const char *asked = get_text (self, SENDOFF_SETTING_CAPTIONS_MODE);
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  Mode mode = MODE_TRACK;

  if (asked != NULL && !g_str_equal (asked, "auto"))
    return parse_mode (asked);
  if (recommended != NULL && recommended->captions != NULL)
    mode = parse_mode (recommended->captions);
  if (mode == MODE_BURN && self->output->video == NULL)
    mode = MODE_SIDECAR;
  if (mode == MODE_TRACK && !has_feature (self, "subtitles"))
    mode = MODE_SIDECAR;
  return mode;
}

static const char *
choose_codec (SendoffPlanning *self, gboolean is_styled)
{
  const char *muxer = self->container->muxer;

  if (g_str_equal (muxer, "webm"))
    return "webvtt";
  if (g_str_equal (muxer, "matroska"))
    return is_styled ? "ass" : "subrip";
  return "mov_text";
}

static void
add_track (SendoffPlanning *self, const Text *text, const char *codec, gboolean is_default)
{
  SendoffTextPlan *plan = sendoff_text_plan_new ();

  plan->use = SENDOFF_TEXT_TRACK;
  plan->stream_index = text->stream != NULL ? text->stream->index : -1;
  plan->uri = g_strdup (text->uri);
  plan->codec = g_strdup (codec);
  plan->language = g_strdup (text->stream != NULL ? text->stream->language : text->language);
  plan->title = g_strdup (text->stream != NULL ? text->stream->title : NULL);
  plan->is_default = is_default;
  g_ptr_array_add (sendoff_planner_ensure_extras (self->output)->texts, plan);
}

static void
add_sidecar (SendoffPlanning *self, const Text *text)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  gboolean is_vtt = recommended != NULL && g_strcmp0 (recommended->captions_format, "vtt") == 0;
  SendoffTextPlan *plan = sendoff_text_plan_new ();

  plan->use = SENDOFF_TEXT_SIDECAR;
  plan->stream_index = text->stream != NULL ? text->stream->index : -1;
  plan->uri = g_strdup (text->uri);
  plan->codec = g_strdup (is_vtt ? "webvtt" : "subrip");
  plan->extension = g_strdup (is_vtt ? "vtt" : "srt");
  plan->language = g_strdup (text->stream != NULL ? text->stream->language : text->language);
  g_ptr_array_add (sendoff_planner_ensure_extras (self->output)->texts, plan);
}

static void
burn (SendoffPlanning *self, const Text *text)
{
  SendoffVideoPlan *video = self->output->video;
  const char *transfer = video->color != NULL ? video->color->transfer : NULL;

  video->burn = sendoff_burn_plan_new ();
  video->burn->stream_index = text->stream != NULL ? text->stream->index : -1;
  video->burn->uri = g_strdup (text->uri);
  if (g_strcmp0 (transfer, "smpte2084") == 0)
    video->burn->white = WHITE_OF_PQ;
  else if (g_strcmp0 (transfer, "arib-std-b67") == 0)
    video->burn->white = WHITE_OF_HLG;
  if (!sendoff_machine_has_filter (self->machine, "ass"))
    sendoff_planning_issue (self, ERROR, "captions_mode", "filter-missing",
                            "This machine's FFmpeg has no filter “ass”, which is needed to burn captions in.");
}

static void
use_text (SendoffPlanning *self, const Text *text, Mode mode)
{
  switch (mode)
    {
    case MODE_BURN:
      if (self->output->video != NULL)
        burn (self, text);
      else
        sendoff_planning_issue (self, ERROR, "captions_mode", "no-picture-for-captions",
                                "There is no picture to burn captions into.");
      break;
    case MODE_TRACK:
      if (has_feature (self, "subtitles"))
        add_track (self, text, choose_codec (self, text->is_styled), TRUE);
      else
        sendoff_planning_issue (self, ERROR, "captions_mode", "no-captions-in-container",
                                "%s holds no captions; they can lie beside the file (sidecar).", self->container->name);
      break;
    case MODE_SIDECAR:
      add_sidecar (self, text);
      break;
    case MODE_OFF:
    default:
      break;
    }
}

/* Subtitles that come with the source and are not what was asked for in another form. */
static void
keep_tracks (SendoffPlanning *self, const SendoffStreamInfo *used)
{
  guint n_pictures = 0, n_texts = 0;
  gboolean keeps = has_feature (self, "subtitles") && (self->platform == NULL || !self->platform->social);
  gboolean takes_bitmaps = self->container != NULL && g_str_equal (self->container->muxer, "matroska");

  for (guint i = 0; i < self->source->streams->len; i++)
    {
      Text text = { .stream = g_ptr_array_index (self->source->streams, i) };
      gboolean is_default = text.stream->is_default && used == NULL;

      text.is_styled = g_strcmp0 (text.stream->codec, "ass") == 0 || g_strcmp0 (text.stream->codec, "ssa") == 0;
      if (text.stream == used)
        continue;
      if (is_text (text.stream) && keeps)
        add_track (self, &text, choose_codec (self, text.is_styled), is_default);
      else if (is_bitmap (text.stream) && keeps && takes_bitmaps)
        add_track (self, &text, "copy", is_default);
      else
        {
          n_pictures += is_bitmap (text.stream);
          n_texts += is_text (text.stream);
        }
    }
  if (n_pictures > 0)
    sendoff_planning_issue (self, WARNING, "source", "bitmap-subtitles",
                            "The source's subtitles are pictures, which only MKV files hold; they are left out.");
  if (n_texts > 0)
    sendoff_planning_issue (self, INFO, "captions_mode", "subtitles-left-out",
                            "The source's subtitles are left out; they can be burned in (burn) or put beside the file (sidecar).");
}

static void
plan_texts (SendoffPlanning *self)
{
  const char *given = get_text (self, SENDOFF_SETTING_CAPTIONS);
  const char *asked = get_text (self, SENDOFF_SETTING_CAPTIONS_MODE);
  gboolean is_auto = asked == NULL || g_str_equal (asked, "auto");
  Mode mode = choose_mode (self);
  g_auto (Text) text = { 0 };

  if (mode == MODE_OFF || self->container == NULL)
    return;
  if (given != NULL)
    look_up_file (self, given, &text);
  else if (!is_auto || sendoff_output_settings_is_set (self->settings, SENDOFF_SETTING_CAPTIONS_TRACK))
    {
      text.stream = choose_stream (self);
      text.is_styled = text.stream != NULL && g_strcmp0 (text.stream->codec, "ass") == 0;
      if (text.stream == NULL)
        {
          sendoff_planning_issue (self, WARNING, "captions_mode", "no-captions", "There are no captions to be used.");
          return;
        }
    }
  if (text.uri != NULL || text.stream != NULL)
    use_text (self, &text, mode);
  /* Whoever asks for captions in another form wants them once. */
  if (is_auto || mode == MODE_TRACK)
    keep_tracks (self, text.stream);
}

/* Covers are shown by players of music and films; where uploads are encoded again they are of no use. */
static void
plan_cover (SendoffPlanning *self)
{
  static const char *const codecs[] = { "mjpeg", "png", NULL };

  if (!has_feature (self, "cover") || (self->platform != NULL && self->platform->social)
      || sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_KEEP_METADATA) == 0)
    return;
  for (guint i = 0; i < self->source->streams->len; i++)
    {
      const SendoffStreamInfo *stream = g_ptr_array_index (self->source->streams, i);

      if (stream->kind != SENDOFF_STREAM_COVER || !is_among (stream->codec, codecs))
        continue;
      sendoff_planner_ensure_extras (self->output)->cover_index = stream->index;
      return;
    }
}

/** sendoff_planner_plan_texts: captions, subtitles and the cover of an output whose picture is planned. */
void
sendoff_planner_plan_texts (SendoffPlanning *self)
{
  plan_texts (self);
  plan_cover (self);
}
