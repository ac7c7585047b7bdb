#include "media/sendoff-text-writer.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "base/sendoff-i18n.h"
#include "media/sendoff-packet-file.h"

/* Of a track, and of the files for people. */
#define TICKS_PER_SECOND 1000
#define US_PER_TICK      1000

/* More than any text that is shown at once. */
#define MAX_TEXT_BYTES (1024 * 1024)

#define STYLE_FORMAT \
  "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, " \
  "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, " \
  "MarginV, Encoding\n"

#define EVENTS "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"

/* One encoder of text and its scratch space. */
typedef struct {
  AVCodecContext *context;
  guint8 *buffer;
} Encoder;

static void
encoder_clear (Encoder *self)
{
  avcodec_free_context (&self->context);
  g_free (self->buffer);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Encoder, encoder_clear)

static gboolean
set_refused (const char *encoder, int result, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("Captions cannot be written as “%s”: %s."), encoder,
               sendoff_av_error (result));
  return FALSE;
}

static gboolean
encoder_open (Encoder *self, const char *name, const char *header, GError **error)
{
  const AVCodec *codec = avcodec_find_encoder_by_name (name);
  int result;

  if (codec == NULL)
    return set_refused (name, AVERROR_ENCODER_NOT_FOUND, error);
  self->buffer = g_malloc (MAX_TEXT_BYTES);
  self->context = avcodec_alloc_context3 (codec);
  self->context->time_base = (AVRational){ 1, TICKS_PER_SECOND };
  self->context->subtitle_header = (uint8_t *)av_strdup (header);
  self->context->subtitle_header_size = (int)strlen (header);
  result = avcodec_open2 (self->context, codec, NULL);
  return result >= 0 || set_refused (name, result, error);
}

/* The text of an event is what comes behind its eighth comma. */
static const char *
get_event_text (const char *event)
{
  for (guint i = 0; i < 8 && event != NULL; i++)
    {
      event = strchr (event, ',');
      event = event != NULL ? event + 1 : NULL;
    }
  return event != NULL ? event : "";
}

/* (transfer full): one event with the texts of all, one below the other. */
static char *
join_events (GPtrArray *events)
{
  g_autoptr (GString) all = g_string_new (g_ptr_array_index (events, 0));

  for (guint i = 1; i < events->len; i++)
    g_string_append_printf (all, "{\\r}\\N%s", get_event_text (g_ptr_array_index (events, i)));
  return g_string_free (g_steal_pointer (&all), FALSE);
}

/* FFmpeg ends the lines of SubRip as old files did. */
static int
drop_returns (guint8 *bytes, int size)
{
  int kept = 0;

  for (int i = 0; i < size; i++)
    if (bytes[i] != '\r' || i + 1 >= size || bytes[i + 1] != '\n')
      bytes[kept++] = bytes[i];
  return kept;
}

/* Encodes texts that are shown together; the bytes are in the buffer. -1 with an error. */
static int
encode (Encoder *self, GPtrArray *events, GError **error)
{
  AVSubtitle subtitle = { .format = 1, .end_display_time = 1 };
  AVSubtitleRect *rect = av_mallocz (sizeof (AVSubtitleRect));
  g_autofree char *event = join_events (events);
  int size;

  subtitle.rects = av_calloc (1, sizeof (AVSubtitleRect *));
  subtitle.rects[subtitle.num_rects++] = rect;
  rect->type = SUBTITLE_ASS;
  rect->ass = av_strdup (event);
  size = avcodec_encode_subtitle (self->context, self->buffer, MAX_TEXT_BYTES, &subtitle);
  avsubtitle_free (&subtitle);
  if (size >= 0)
    return self->context->codec_id == AV_CODEC_ID_SUBRIP ? drop_returns (self->buffer, size) : size;
  set_refused (self->context->codec->name, size, error);
  return -1;
}

/* What is shown from one change to the next. */
typedef struct {
  gint64 start_us, end_us;
  GPtrArray *events; /* char *, borrowed from the cues */
} Scene;

static void
clear_scene (gpointer data)
{
  g_ptr_array_unref (((Scene *)data)->events);
}

static GArray *
scenes_array_new (void)
{
  GArray *scenes = g_array_new (FALSE, FALSE, sizeof (Scene));

  g_array_set_clear_func (scenes, clear_scene);
  return scenes;
}

static void
add_scene (GArray *scenes, gint64 start_us, gint64 end_us, GPtrArray *showing)
{
  Scene scene = { start_us, end_us, g_ptr_array_new () };

  for (guint i = 0; i < showing->len; i++)
    g_ptr_array_add (scene.events, ((SendoffCue *)g_ptr_array_index (showing, i))->event);
  g_array_append_val (scenes, scene);
}

/* (transfer full): one scene for each cue: containers and files that let texts overlap. */
static GArray *
make_scenes (GArray *cues)
{
  GArray *scenes = scenes_array_new ();
  g_autoptr (GPtrArray) showing = g_ptr_array_new ();

  for (guint i = 0; i < cues->len; i++)
    {
      SendoffCue *cue = &g_array_index (cues, SendoffCue, i);

      g_ptr_array_set_size (showing, 0);
      g_ptr_array_add (showing, cue);
      add_scene (scenes, cue->start_us, cue->end_us, showing);
    }
  return scenes;
}

static gint64
next_change (GArray *cues, guint next, GPtrArray *showing)
{
  gint64 change_us = next < cues->len ? g_array_index (cues, SendoffCue, next).start_us : G_MAXINT64;

  for (guint i = 0; i < showing->len; i++)
    change_us = MIN (change_us, ((SendoffCue *)g_ptr_array_index (showing, i))->end_us);
  return change_us;
}

/* (transfer full): scenes that follow one another, empty ones between them: MP4 shows one text at a time. */
static GArray *
make_sequence (GArray *cues)
{
  GArray *scenes = scenes_array_new ();
  g_autoptr (GPtrArray) showing = g_ptr_array_new ();
  gint64 time_us = 0;
  guint next = 0;

  while (next < cues->len || showing->len > 0)
    {
      gint64 change_us = next_change (cues, next, showing);

      if (change_us > time_us)
        add_scene (scenes, time_us, change_us, showing);
      time_us = change_us;
      for (guint i = showing->len; i > 0; i--)
        if (((SendoffCue *)g_ptr_array_index (showing, i - 1))->end_us <= time_us)
          g_ptr_array_remove_index (showing, i - 1);
      while (next < cues->len && g_array_index (cues, SendoffCue, next).start_us <= time_us)
        g_ptr_array_add (showing, &g_array_index (cues, SendoffCue, next++));
    }
  return scenes;
}

static gint64
to_ticks (gint64 time_us)
{
  return (time_us + US_PER_TICK / 2) / US_PER_TICK;
}

static gboolean
write_scene (Encoder *encoder, const Scene *scene, SendoffPacketWriter *writer, SendoffPacketTrailer *trailer,
             GError **error)
{
  static guint8 nothing[] = { 0, 0 }; /* a text of length zero, as MP4 has it */
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  gint64 start = to_ticks (scene->start_us), end = to_ticks (scene->end_us);
  int size = scene->events->len > 0 ? encode (encoder, scene->events, error) : (int)sizeof nothing;

  if (size < 0)
    return FALSE;
  if (end <= start || size == 0)
    return TRUE;
  packet->data = scene->events->len > 0 ? encoder->buffer : nothing;
  packet->size = size;
  packet->pts = packet->dts = start;
  packet->duration = end - start;
  packet->flags = AV_PKT_FLAG_KEY;
  trailer->last_pts = start;
  trailer->last_duration = end - start;
  return sendoff_packet_writer_write (writer, packet, error);
}

static gboolean
write_packets (const SendoffCues *cues, const SendoffTextOutputSpec *spec, GError **error)
{
  g_autoptr (GArray) cut = sendoff_cues_cut (cues, spec->start_us, spec->end_us);
  g_autoptr (GArray) scenes = g_str_equal (spec->codec, "mov_text") ? make_sequence (cut) : make_scenes (cut);
  g_auto (Encoder) encoder = { 0 };
  g_autoptr (SendoffPacketWriter) writer = NULL;
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVCodecParameters) codec = avcodec_parameters_alloc ();

  if (!encoder_open (&encoder, spec->codec, cues->header, error))
    return FALSE;
  writer = sendoff_packet_writer_new (spec->path, error);
  if (writer == NULL)
    return FALSE;
  trailer->time_base = SENDOFF_RATIONAL (1, TICKS_PER_SECOND);
  for (guint i = 0; i < scenes->len; i++)
    if (!write_scene (&encoder, &g_array_index (scenes, Scene, i), writer, trailer, error))
      return FALSE;
  avcodec_parameters_from_context (codec, encoder.context);
  return sendoff_packet_writer_finish (writer, codec, trailer, error);
}

static void
append_time (GString *text, gint64 time_us, char decimal)
{
  gint64 ms = to_ticks (time_us);

  g_string_append_printf (text, "%02d:%02d:%02d%c%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                          (int)(ms / 1000 % 60), decimal, (int)(ms % 1000));
}

static gboolean
save (const char *path, const GString *text, GError **error)
{
  FILE *stream = fopen (path, "we");
  gboolean ok = stream != NULL && fwrite (text->str, 1, text->len, stream) == text->len;
  int code = errno;

  ok = (stream == NULL || fclose (stream) == 0) && ok;
  if (!ok)
    g_set_error (error, SENDOFF_ERROR, code == ENOSPC || code == EDQUOT ? SENDOFF_ERROR_NO_SPACE : SENDOFF_ERROR_FAILED,
                 _ ("The captions cannot be stored: %s."), g_strerror (code));
  return ok;
}

static gboolean
write_file (const SendoffCues *cues, const SendoffTextOutputSpec *spec, GError **error)
{
  gboolean is_vtt = spec->format == SENDOFF_TEXT_FORMAT_VTT;
  g_autoptr (GArray) cut = sendoff_cues_cut (cues, spec->start_us, spec->end_us);
  g_autoptr (GArray) scenes = make_scenes (cut);
  g_autoptr (GString) text = g_string_new (is_vtt ? "WEBVTT\n\n" : "");
  g_auto (Encoder) encoder = { 0 };
  guint number = 0;

  if (!encoder_open (&encoder, is_vtt ? "webvtt" : "subrip", cues->header, error))
    return FALSE;
  for (guint i = 0; i < scenes->len; i++)
    {
      const Scene *scene = &g_array_index (scenes, Scene, i);
      int size = encode (&encoder, scene->events, error);

      if (size < 0)
        return FALSE;
      if (size == 0)
        continue;
      if (!is_vtt)
        g_string_append_printf (text, "%u\n", ++number);
      append_time (text, scene->start_us, is_vtt ? '.' : ',');
      g_string_append (text, " --> ");
      append_time (text, scene->end_us, is_vtt ? '.' : ',');
      g_string_append_c (text, '\n');
      g_string_append_len (text, (const char *)encoder.buffer, size);
      g_string_append (text, "\n\n");
    }
  return save (spec->path, text, error);
}

/* Plain text gets letters that can be read on a phone: white with a dark edge, not below what apps lay over the lower
 * part of an upright picture. Measures are pixels of the picture. */
static void
append_plain_style (GString *script, const SendoffTextOutputSpec *spec)
{
  gboolean is_upright = spec->height > spec->width;
  int side = MIN (spec->width, spec->height);
  int size = MAX (is_upright ? side * 68 / 1000 : side * 62 / 1000, 10);
  int edge = spec->width * (is_upright ? 11 : 8) / 100;
  int bottom = spec->height * (is_upright ? 22 : 6) / 100;
  int white = (int)lround (255 * CLAMP (spec->white, 0, 1));

  g_string_append_printf (script,
                          "[Script Info]\nScriptType: v4.00+\nPlayResX: %d\nPlayResY: %d\nWrapStyle: 0\n"
                          "ScaledBorderAndShadow: yes\nYCbCr Matrix: None\n\n[V4+ Styles]\n" STYLE_FORMAT,
                          spec->width, spec->height);
  g_string_append_printf (script,
                          "Style: Default,sans-serif,%d,&H00%02X%02X%02X,&H00%02X%02X%02X,&H00000000,&H80000000,"
                          "-1,0,0,0,100,100,0,0,1,%d,%d,2,%d,%d,%d,-1\n\n",
                          size, white, white, white, white, white, white, MAX (size / 18, 1), MAX (size / 36, 1), edge,
                          edge, bottom);
}

static void
append_header (GString *script, const SendoffCues *cues, const SendoffTextOutputSpec *spec)
{
  const char *events = strstr (cues->header, "[Events]");

  if (!cues->is_styled || *cues->header == '\0')
    append_plain_style (script, spec);
  else
    g_string_append_len (script, cues->header, events != NULL ? events - cues->header : (gssize)strlen (cues->header));
  if (script->len > 0 && script->str[script->len - 1] != '\n')
    g_string_append_c (script, '\n');
  g_string_append (script, EVENTS);
}

static void
append_script_time (GString *script, gint64 time_us)
{
  gint64 cs = (MAX (time_us, 0) + 5000) / 10000;

  g_string_append_printf (script, "%d:%02d:%02d.%02d,", (int)(cs / 360000), (int)(cs / 6000 % 60), (int)(cs / 100 % 60),
                          (int)(cs % 100));
}

/* "ReadOrder,Layer,Rest" is "Layer,Start,End,Rest" in a script. */
static void
append_event (GString *script, const SendoffCue *cue)
{
  const char *layer = strchr (cue->event, ',');
  const char *rest = layer != NULL ? strchr (layer + 1, ',') : NULL;

  if (rest == NULL)
    return;
  g_string_append (script, "Dialogue: ");
  g_string_append_len (script, layer + 1, rest - layer);
  append_script_time (script, cue->start_us);
  append_script_time (script, cue->end_us);
  g_string_append (script, rest + 1);
  g_string_append_c (script, '\n');
}

/* In source time and whole, so that it is the same whichever chunk it is drawn in. */
static gboolean
write_script (const SendoffCues *cues, const SendoffTextOutputSpec *spec, GError **error)
{
  g_autoptr (GString) script = g_string_new (NULL);

  append_header (script, cues, spec);
  for (guint i = 0; i < cues->cues->len; i++)
    append_event (script, &g_array_index (cues->cues, SendoffCue, i));
  return save (spec->path, script, error);
}

/**
 * sendoff_text_write:
 * @cues: the whole source's
 * @spec: in which form, and where
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER, %SENDOFF_ERROR_NO_SPACE or %SENDOFF_ERROR_FAILED
 */
gboolean
sendoff_text_write (const SendoffCues *cues, const SendoffTextOutputSpec *spec, GError **error)
{
  switch (spec->format)
    {
    case SENDOFF_TEXT_FORMAT_BURN:
      return write_script (cues, spec, error);
    case SENDOFF_TEXT_FORMAT_SRT:
    case SENDOFF_TEXT_FORMAT_VTT:
      return write_file (cues, spec, error);
    case SENDOFF_TEXT_FORMAT_PACKETS:
    default:
      return write_packets (cues, spec, error);
    }
}
