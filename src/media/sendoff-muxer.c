/* The role "mux": joins the chunks of an output with its audio into one file.
 *
 * Packets are merged by decoding time, so that nothing is kept in memory but their times. An MP4 whose index comes
 * first is muxed twice: a dry run into nowhere tells how large the index will be, and the real one reserves exactly
 * that, so that the file is written once and never copied.
 */
#include "base/sendoff-i18n.h"
#include "media/sendoff-roles.h"

#include <errno.h>
#include <string.h>

#include "media/sendoff-file-sink.h"
#include "media/sendoff-handover.h"
#include "media/sendoff-packet-joiner.h"

/* Reserved beside the index for the box that fills up the rest. */
#define FREE_BOX_BYTES 8
/* Upper bound of a Matroska cue point, and of what surrounds them. */
#define CUE_BYTES      32
#define CUES_BYTES     64

/* One stream of the file. */
typedef struct
{
  SendoffPacketJoiner *joiner;   /* (nullable): the video's */
  SendoffPacketReader *reader;   /* (nullable): everything else's */
  SendoffPacketReader *copied;   /* (nullable): of either, when it reads the source; borrowed from it */
  const SendoffAudioPlan *audio; /* (nullable) */
  const SendoffTextPlan *text;   /* (nullable) */
  gboolean is_cover;
  AVRational time_base;
  AVPacket *packet;   /* the next one */
  gboolean is_filled; /* whether packet is */
  gint64 keyframes;   /* written in this pass */
} Input;

typedef struct
{
  const SendoffOutputPlan *plan;
  GArray *inputs; /* Input, in the order of the file's streams */
  SendoffHandover *handover; /* (nullable): the chunks give their space back */
} Mux;

/* One pass over everything. */
typedef struct {
  AVFormatContext *format;
  gint64 index_bytes; /* written behind the media */
} Pass;

static gboolean
is_isom (const Mux *self)
{
  return g_str_equal (self->plan->muxer, "mp4") || g_str_equal (self->plan->muxer, "mov")
         || g_str_equal (self->plan->muxer, "ipod");
}

static gboolean
is_matroska (const Mux *self)
{
  return g_str_equal (self->plan->muxer, "matroska") || g_str_equal (self->plan->muxer, "webm");
}

static gboolean
set_mux_error (SendoffFileSink *sink, int result, GError **error)
{
  int code = sendoff_file_sink_get_errno (sink);

  if (code == ENOSPC || code == EDQUOT)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE,
                         _ ("The disk with the destination folder is full."));
  else
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_MUX, _ ("The file cannot be put together: %s."),
                 code != 0 ? g_strerror (code) : sendoff_av_error (result));
  return FALSE;
}

static Input *
get_input (Mux *self, guint index)
{
  return &g_array_index (self->inputs, Input, index);
}

static void
clear_input (gpointer data)
{
  Input *input = data;

  g_clear_pointer (&input->joiner, sendoff_packet_joiner_free);
  g_clear_pointer (&input->reader, sendoff_packet_reader_free);
  av_packet_free (&input->packet);
}

/* Where a cut ends the picture, the last one is shown until there, not only until the source's next one would be due. */
static void
extend_to_cut (Mux *self, const Input *input)
{
  const SendoffOutputPlan *plan = self->plan;

  if (plan->trimmed_end && plan->video != NULL && !sendoff_rational_is_set (plan->video->frame_rate))
    sendoff_packet_joiner_extend_to (input->joiner,
                                     av_rescale_q (plan->duration_us, (AVRational){ 1, 1000000 }, input->time_base));
}

static gboolean
open_video (Mux *self, const SendoffWorkerSpec *spec, GError **error)
{
  Input input = { 0 };

  if (self->plan->video != NULL && self->plan->video->copy != NULL)
    {
      input.copied = sendoff_packet_reader_new_copy (spec, self->plan->video->copy->stream_index, error);
      input.joiner = input.copied != NULL ? sendoff_packet_joiner_new_copy (input.copied, error) : NULL;
    }
  else if (spec->video_paths != NULL && spec->video_paths[0] != NULL)
    input.joiner = sendoff_packet_joiner_new ((const char *const *)spec->video_paths, error);
  else
    return TRUE;
  if (input.joiner == NULL)
    return FALSE;
  input.time_base = sendoff_packet_joiner_get_time_base (input.joiner);
  extend_to_cut (self, &input);
  input.packet = av_packet_alloc ();
  g_array_append_val (self->inputs, input);
  return TRUE;
}

/* Takes @reader (nullable, with @error set). A track that turned out to be silence of no length is left out. */
static gboolean
add_audio (Mux *self, SendoffPacketReader *reader, const SendoffAudioPlan *plan)
{
  Input input = { .audio = plan, .reader = reader };
  const SendoffPacketTrailer *trailer;

  if (reader == NULL)
    return FALSE;
  if (plan->copy != NULL)
    input.copied = reader;
  trailer = sendoff_packet_reader_get_trailer (input.reader);
  input.time_base = sendoff_to_av (trailer->time_base);
  input.packet = av_packet_alloc ();
  if (trailer->packets > 0)
    g_array_append_val (self->inputs, input);
  else
    clear_input (&input);
  return TRUE;
}

/* A track of text, the cover. */
static gboolean
open_extra (Mux *self, const char *path, const SendoffTextPlan *text, GError **error)
{
  Input input = { .text = text, .is_cover = text == NULL };

  input.reader = sendoff_packet_reader_new (path, error);
  if (input.reader == NULL)
    return FALSE;
  input.time_base = sendoff_to_av (sendoff_packet_reader_get_trailer (input.reader)->time_base);
  input.packet = av_packet_alloc ();
  if (!input.is_cover || sendoff_packet_reader_get_trailer (input.reader)->packets > 0)
    g_array_append_val (self->inputs, input);
  else
    clear_input (&input);
  return TRUE;
}

static const SendoffTextPlan *
get_text_track (const SendoffOutputPlan *plan, guint number)
{
  for (guint i = 0; plan->extras != NULL && i < plan->extras->texts->len; i++)
    {
      const SendoffTextPlan *text = g_ptr_array_index (plan->extras->texts, i);

      if (text->use == SENDOFF_TEXT_TRACK && number-- == 0)
        return text;
    }
  return NULL;
}

static gboolean
open_extras (Mux *self, const SendoffWorkerSpec *spec, GError **error)
{
  for (guint i = 0; spec->text_paths != NULL && spec->text_paths[i] != NULL; i++)
    if (!open_extra (self, spec->text_paths[i], get_text_track (self->plan, i), error))
      return FALSE;
  return spec->cover_path == NULL || open_extra (self, spec->cover_path, NULL, error);
}

static gboolean
open_audio (Mux *self, const SendoffWorkerSpec *spec, GError **error)
{
  const SendoffAudioPlan *first = self->plan->audio;

  if (first != NULL && first->copy != NULL)
    return add_audio (self, sendoff_packet_reader_new_copy (spec, first->copy->stream_index, error), first);
  for (guint i = 0; spec->audio_paths != NULL && spec->audio_paths[i] != NULL; i++)
    if (!add_audio (self, sendoff_packet_reader_new (spec->audio_paths[i], error),
                    sendoff_output_plan_get_audio (self->plan, i)))
      return FALSE;
  return TRUE;
}

static gboolean
open_inputs (Mux *self, const SendoffWorkerSpec *spec, GError **error)
{
  if (!open_video (self, spec, error) || !open_audio (self, spec, error))
    return FALSE;
  if (self->inputs->len > 0)
    return open_extras (self, spec, error);
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                       _ ("Nothing of the chosen part of the source could be decoded."));
  return FALSE;
}

static guint32
get_tag (const char *text)
{
  return text != NULL && strlen (text) == 4 ? MKTAG (text[0], text[1], text[2], text[3]) : 0;
}

/* ST 2086 lists green, blue, red; FFmpeg red, green, blue. */
static void
add_mastering (AVStream *stream, const SendoffMastering *mastering)
{
  static const int places[] = { 2, 0, 1 };
  AVMasteringDisplayMetadata *display;
  AVContentLightMetadata *light;

  if (mastering->display_primaries != NULL && mastering->display_primaries->len == 8)
    {
      const gint64 *p = (const gint64 *)(const void *)mastering->display_primaries->data;

      display = (void *)sendoff_stream_new_side_data (stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, sizeof *display);
      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++)
          display->display_primaries[i][j] = av_make_q ((int)p[places[i] * 2 + j], 50000);
      for (int j = 0; j < 2; j++)
        display->white_point[j] = av_make_q ((int)p[6 + j], 50000);
      display->max_luminance = av_make_q ((int)mastering->max_luminance, 10000);
      display->min_luminance = av_make_q ((int)mastering->min_luminance, 10000);
      display->has_primaries = display->has_luminance = 1;
    }
  if (mastering->max_content_light > 0)
    {
      light = (void *)sendoff_stream_new_side_data (stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, sizeof *light);
      light->MaxCLL = (unsigned)mastering->max_content_light;
      light->MaxFALL = (unsigned)mastering->max_frame_average_light;
    }
}

/* What players of Dolby Vision look for; the rest is in the plan. */
static void
copy_side_data (AVStream *to, const AVStream *from)
{
  if (from != NULL)
    sendoff_stream_copy_side_data (to, from, AV_PKT_DATA_DOVI_CONF);
}

static void
add_video_stream (Mux *self, const Input *input, AVStream *stream)
{
  const SendoffVideoPlan *plan = self->plan->video;

  avcodec_parameters_copy (stream->codecpar, sendoff_packet_joiner_get_codec (input->joiner));
  /* ProRes tells its profile by a tag that the encoder has set; for the others the container knows. */
  if (g_strcmp0 (plan->codec, "prores") != 0)
    stream->codecpar->codec_tag = is_isom (self) ? get_tag (plan->tag) : 0;
  stream->codecpar->video_delay = (int)sendoff_packet_joiner_get_delay (input->joiner);
  stream->codecpar->bit_rate = 0;
  stream->avg_frame_rate = sendoff_to_av (plan->frame_rate);
  stream->sample_aspect_ratio = (AVRational){ 1, 1 };
  stream->disposition = AV_DISPOSITION_DEFAULT;
  if (plan->mastering != NULL)
    add_mastering (stream, plan->mastering);
  if (input->copied != NULL)
    copy_side_data (stream, sendoff_packet_reader_get_stream (input->copied));
}

/* QuickTime numbers the languages that the first Macintosh knew; libavformat finds them by spellings of its own. */
static const char *
get_language (const Mux *self, const char *language)
{
  static const char *const spellings[][2] = {
    { "deu", "ger" }, { "fre", "fra" }, { "nld", "dut" }, { "swe", "sve" }, { "ell", "gre" }, { "isl", "ice" },
    { "zho", "chi" }, { "sqi", "alb" }, { "mkd", "mac" }, { "rum", "ron" }, { "cze", "ces" }, { "slo", "slk" },
  };

  for (guint i = 0; g_str_equal (self->plan->muxer, "mov") && i < G_N_ELEMENTS (spellings); i++)
    if (g_str_equal (spellings[i][0], language))
      return spellings[i][1];
  return language;
}

static void
name_stream (Mux *self, AVStream *stream, const char *language, const char *title)
{
  if (language != NULL)
    av_dict_set (&stream->metadata, "language", get_language (self, language), 0);
  /* QuickTime's and MP4's only place for it that players show. */
  if (title != NULL)
    av_dict_set (&stream->metadata, is_isom (self) ? "handler_name" : "title", title, 0);
}

static void
add_audio_stream (Mux *self, const Input *input, AVStream *stream)
{
  avcodec_parameters_copy (stream->codecpar, sendoff_packet_reader_get_codec (input->reader));
  stream->codecpar->codec_tag = 0;
  if (input->audio == self->plan->audio)
    stream->disposition = AV_DISPOSITION_DEFAULT;
  name_stream (self, stream, input->audio->language, input->audio->title);
}

static void
add_text_stream (Mux *self, const Input *input, AVStream *stream)
{
  avcodec_parameters_copy (stream->codecpar, sendoff_packet_reader_get_codec (input->reader));
  stream->codecpar->codec_tag = 0;
  if (input->text->is_default)
    stream->disposition = AV_DISPOSITION_DEFAULT;
  name_stream (self, stream, input->text->language, input->text->title);
}

/* The bytes of the cover, which stay valid until the input is rewound. */
static const AVPacket *
peek_cover (Input *input)
{
  if (!input->is_filled)
    input->is_filled = sendoff_packet_reader_next (input->reader, input->packet, NULL) > 0;
  return input->packet;
}

/* Matroska keeps pictures among its attachments, known by their names. */
static void
add_attachment (Input *input, AVStream *stream)
{
  gboolean is_png = stream->codecpar->codec_id == AV_CODEC_ID_PNG;
  const AVPacket *packet = peek_cover (input);

  stream->codecpar->codec_type = AVMEDIA_TYPE_ATTACHMENT;
  stream->codecpar->extradata = av_mallocz ((gsize)packet->size + AV_INPUT_BUFFER_PADDING_SIZE);
  stream->codecpar->extradata_size = packet->size;
  memcpy (stream->codecpar->extradata, packet->data, (gsize)packet->size);
  av_dict_set (&stream->metadata, "filename", is_png ? "cover.png" : "cover.jpg", 0);
  av_dict_set (&stream->metadata, "mimetype", is_png ? "image/png" : "image/jpeg", 0);
}

static void
add_cover_stream (Mux *self, Input *input, AVStream *stream)
{
  const AVCodecParameters *codec = sendoff_packet_reader_get_codec (input->reader);

  stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codecpar->codec_id = codec->codec_id;
  stream->codecpar->width = codec->width;
  stream->codecpar->height = codec->height;
  stream->codecpar->format = codec->format;
  if (is_matroska (self))
    add_attachment (input, stream);
  else
    stream->disposition = AV_DISPOSITION_ATTACHED_PIC;
  av_dict_set (&stream->metadata, "comment", "Cover (front)", 0);
}

static void
add_streams (Mux *self, AVFormatContext *format)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      Input *input = get_input (self, i);
      AVStream *stream = avformat_new_stream (format, NULL);

      stream->time_base = input->time_base;
      if (input->joiner != NULL)
        add_video_stream (self, input, stream);
      else if (input->is_cover)
        add_cover_stream (self, input, stream);
      else if (input->text != NULL)
        add_text_stream (self, input, stream);
      else
        add_audio_stream (self, input, stream);
    }
}

/* libavformat's own comments for Ogg are a second late when a chapter begins in the latter half of one. */
static void
add_ogg_chapter (AVFormatContext *format, guint index, const SendoffChapter *chapter)
{
  gint64 ms = chapter->start_us / 1000;
  g_autofree char *key = g_strdup_printf ("CHAPTER%03u", index);
  g_autofree char *name_key = g_strconcat (key, "NAME", NULL);
  g_autofree char *time = g_strdup_printf ("%02d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                                           (int)(ms / 1000 % 60), (int)(ms % 1000));

  av_dict_set (&format->metadata, key, time, 0);
  if (chapter->title != NULL)
    av_dict_set (&format->metadata, name_key, chapter->title, 0);
}

static void
add_chapters (Mux *self, AVFormatContext *format)
{
  guint n = self->plan->chapters->len;
  gboolean is_ogg = g_str_equal (self->plan->muxer, "opus");

  for (guint i = 0; is_ogg && i < n; i++)
    add_ogg_chapter (format, i, g_ptr_array_index (self->plan->chapters, i));
  if (n == 0 || is_ogg)
    return;
  format->chapters = av_calloc (n, sizeof (AVChapter *));
  for (guint i = 0; i < n; i++)
    {
      const SendoffChapter *chapter = g_ptr_array_index (self->plan->chapters, i);
      AVChapter *copy = av_mallocz (sizeof (AVChapter));

      *copy = (AVChapter){ .id = i + 1, .time_base = { 1, 1000000 }, .start = chapter->start_us, .end = chapter->end_us };
      if (chapter->title != NULL)
        av_dict_set (&copy->metadata, "title", chapter->title, 0);
      format->chapters[format->nb_chapters++] = copy;
    }
}

static void
set_isom_options (Mux *self, gint64 reserve, AVDictionary **options)
{
  av_dict_set (options, "write_tmcd", "0", 0);
  if (!self->plan->edit_list)
    {
      av_dict_set (options, "use_editlist", "0", 0);
      av_dict_set (options, "movflags", "+negative_cts_offsets", 0);
    }
  if (reserve > 0)
    av_dict_set_int (options, "moov_size", reserve, 0);
}

static gboolean
begin_pass (Mux *self, Pass *pass, SendoffFileSink *sink, gint64 reserve, GError **error)
{
  g_autoptr (AVDictionary) options = NULL;
  int result = avformat_alloc_output_context2 (&pass->format, NULL, self->plan->muxer, NULL);

  if (result < 0)
    return set_mux_error (sink, result, error);
  pass->format->pb = sendoff_file_sink_get_io (sink);
  pass->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  add_streams (self, pass->format);
  for (guint i = 0; i < self->plan->tags->len; i++)
    {
      const SendoffTag *tag = g_ptr_array_index (self->plan->tags, i);

      av_dict_set (&pass->format->metadata, tag->key, tag->value, 0);
    }
  add_chapters (self, pass->format);
  /* Times before zero are an encoder's delay, which every container has its own way to state. Shifting the streams
   * on top of that, as libavformat does for Matroska, would put the picture late by the delay. */
  pass->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  /* FLAC in MP4 was called experimental until FFmpeg 6. */
  pass->format->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if (is_isom (self))
    set_isom_options (self, reserve, &options);
  else if (is_matroska (self) && reserve > 0)
    av_dict_set_int (&options, "reserve_index_space", reserve, 0);
  result = avformat_write_header (pass->format, &options);
  return result >= 0 || set_mux_error (sink, result, error);
}

/* Whether the container states an encoder's delay: libavformat writes Matroska's CodecDelay for Opus alone. */
static gboolean
states_codec_delay (Mux *self, const Input *input)
{
  return is_matroska (self) && sendoff_packet_reader_get_codec (input->reader)->codec_id == AV_CODEC_ID_OPUS;
}

/* MP3 and Ogg files have a place of their own for it. */
static gboolean
states_delay_itself (Mux *self)
{
  return g_str_equal (self->plan->muxer, "mp3") || g_str_equal (self->plan->muxer, "opus");
}

/* Where nothing tells a player to skip what the encoder put before the first sample, packets of hardly anything else
 * are left out: MP3's first ends a millisecond behind the start. */
static gboolean
is_dropped (Mux *self, const Input *input)
{
  gboolean has_edit_list = is_isom (self) && self->plan->edit_list;
  gint64 end = input->packet->pts + input->packet->duration;
  gboolean is_before_start = input->packet->pts < 0 && end * 8 <= input->packet->duration;

  return input->audio != NULL && is_before_start && !has_edit_list && !states_codec_delay (self, input)
         && !states_delay_itself (self);
}

/* Whether @input has a next packet or is over; FALSE with an error. */
static gboolean
fill (Mux *self, Input *input, GError **error)
{
  while (!input->is_filled)
    {
      int result = input->joiner != NULL ? sendoff_packet_joiner_next (input->joiner, input->packet, error)
                                         : sendoff_packet_reader_next (input->reader, input->packet, error);

      if (result <= 0)
        return result == 0;
      input->is_filled = !is_dropped (self, input);
    }
  return TRUE;
}

/* A reader subtracts the stated delay from the times of the blocks. Until FFmpeg 6 libavformat leaves it to its caller
 * to add it. */
static void
delay_audio (Mux *self, Input *input)
{
#if LIBAVFORMAT_VERSION_MAJOR < 60
  int delay = states_codec_delay (self, input)
                  ? sendoff_packet_reader_get_codec (input->reader)->initial_padding
                  : 0;

  input->packet->pts += delay;
  input->packet->dts += delay;
#endif
}

/* The input whose next packet is decoded first; NULL when all are over. */
static Input *
choose_next (Mux *self, int *stream)
{
  Input *next = NULL;

  for (guint i = 0; i < self->inputs->len; i++)
    {
      Input *input = get_input (self, i);

      /* As an attachment it is in the header. */
      if (!input->is_filled || (input->is_cover && is_matroska (self))
          || (next != NULL
              && av_compare_ts (input->packet->dts, input->time_base, next->packet->dts, next->time_base)
                     >= 0))
        continue;
      next = input;
      *stream = (int)i;
    }
  return next;
}

static AVPacket *
take_next (Mux *self, Pass *pass)
{
  int stream = -1;
  Input *input = choose_next (self, &stream);

  if (input == NULL)
    return NULL;
  input->is_filled = FALSE;
  input->keyframes += (input->packet->flags & AV_PKT_FLAG_KEY) != 0;
  if (input->audio != NULL)
    delay_audio (self, input);
  input->packet->stream_index = stream;
  av_packet_rescale_ts (input->packet, input->time_base, pass->format->streams[stream]->time_base);
  return input->packet;
}

static gboolean
fill_all (Mux *self, GError **error)
{
  for (guint i = 0; i < self->inputs->len; i++)
    if (!fill (self, get_input (self, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_packet (Mux *self, Pass *pass, SendoffFileSink *sink, AVPacket *packet, GError **error)
{
  SendoffPacketJoiner *joiner = get_input (self, (guint)packet->stream_index)->joiner;
  SendoffHandover *handover = joiner != NULL && sendoff_file_sink_get_fd (sink) >= 0 ? self->handover : NULL;
  gint64 offset = avio_tell (pass->format->pb);
  int size = packet->size, result;

  if (handover != NULL && !sendoff_handover_fetch (handover, packet, offset, error))
    return FALSE;
  result = av_write_frame (pass->format, packet);
  if (result < 0 || sendoff_file_sink_get_errno (sink) != 0)
    return set_mux_error (sink, result, error);
  return handover == NULL || sendoff_handover_add (handover, joiner, offset, size, error);
}

static gboolean
write_packets (Mux *self, Pass *pass, SendoffFileSink *sink, SendoffEvents *events, GError **error)
{
  gint64 written = 0;

  while (fill_all (self, error))
    {
      AVPacket *packet = take_next (self, pass);

      if (packet == NULL)
        return TRUE;
      if (packet->size == 0)
        continue;
      if (!write_packet (self, pass, sink, packet, error))
        return FALSE;
      if (events != NULL)
        sendoff_events_progress (events, -1, -1, ++written, avio_tell (pass->format->pb), 0);
    }
  return FALSE;
}

static void
rewind_inputs (Mux *self)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      Input *input = get_input (self, i);

      if (input->joiner != NULL)
        sendoff_packet_joiner_rewind (input->joiner);
      else
        sendoff_packet_reader_rewind (input->reader);
      input->is_filled = FALSE;
      input->keyframes = 0;
    }
}

static gboolean
run_pass (Mux *self, Pass *pass, SendoffFileSink *sink, gint64 reserve, SendoffEvents *events, GError **error)
{
  gint64 before;
  gboolean ok;
  int result;

  rewind_inputs (self);
  ok = begin_pass (self, pass, sink, reserve, error) && write_packets (self, pass, sink, events, error);
  if (ok)
    {
      before = sendoff_file_sink_get_size (sink);
      result = av_write_trailer (pass->format);
      ok = (result >= 0 && sendoff_file_sink_get_errno (sink) == 0) || set_mux_error (sink, result, error);
      pass->index_bytes = sendoff_file_sink_get_size (sink) - before;
    }
  if (pass->format != NULL)
    avformat_free_context (pass->format);
  pass->format = NULL;
  return ok;
}

/* Points that Matroska's index lists: keyframes, but of sound only where there is nothing else. */
static gint64
count_cues (Mux *self)
{
  gint64 cues = 0;

  for (guint i = 0; i < self->inputs->len; i++)
    if (get_input (self, i)->audio == NULL)
      cues += get_input (self, i)->keyframes;
  return MAX (cues, 1);
}

static void
set_dry (Mux *self, gboolean dry)
{
  for (guint i = 0; i < self->inputs->len; i++)
    if (get_input (self, i)->copied != NULL)
      sendoff_packet_reader_set_dry (get_input (self, i)->copied, dry);
}

/* How many bytes to keep free at the start for the index; -1 with an error. */
static gint64
measure_index (Mux *self, GError **error)
{
  g_autoptr (SendoffFileSink) nowhere = sendoff_file_sink_new_dry ();
  Pass pass = { 0 };

  if (!(is_isom (self) && self->plan->moov_first) && !is_matroska (self))
    return 0;
  set_dry (self, TRUE);
  if (!run_pass (self, &pass, nowhere, 0, NULL, error))
    return -1;
  set_dry (self, FALSE);
  if (is_matroska (self))
    return CUES_BYTES + CUE_BYTES * count_cues (self);
  return pass.index_bytes + FREE_BOX_BYTES;
}

static gint64
get_end_us (const Input *input)
{
  gint64 end = 0;

  if (input->joiner != NULL)
    end = sendoff_packet_joiner_get_end (input->joiner);
  else if (input->audio != NULL)
    end = sendoff_packet_reader_get_trailer (input->reader)->samples;
  return av_rescale_q (end, input->time_base, AV_TIME_BASE_Q);
}

static void
measure_times (Mux *self, SendoffMuxResult *result)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      const Input *input = get_input (self, i);
      gint64 *end_us = input->joiner != NULL ? &result->video_us : &result->audio_us;

      *end_us = MAX (*end_us, get_end_us (input));
    }
  result->duration_us = MAX (result->video_us, result->audio_us);
}

static gint64
count_frames (Mux *self)
{
  const Input *first = get_input (self, 0);

  return first->joiner != NULL ? sendoff_packet_joiner_get_packets (first->joiner) : -1;
}

/* Opens the target, and decides how much of it is kept free for the index; what is gone on with has decided it. */
static gboolean
open_target (Mux *self, const SendoffWorkerSpec *spec, SendoffFileSink **sink, gint64 *reserve, GError **error)
{
  *sink = sendoff_file_sink_new (spec->target_path, spec->handover_path != NULL, error);
  if (*sink == NULL)
    return FALSE;
  if (spec->handover_path != NULL)
    {
      self->handover = sendoff_handover_new (spec, *sink, error);
      if (self->handover == NULL)
        return FALSE;
    }
  *reserve = self->handover != NULL ? sendoff_handover_get_reserve (self->handover) : -1;
  if (*reserve >= 0)
    return TRUE;
  *reserve = measure_index (self, error);
  if (self->handover != NULL)
    sendoff_handover_set_reserve (self->handover, *reserve);
  return *reserve >= 0;
}

static SendoffMuxResult *
write_file (Mux *self, const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffFileSink) sink = NULL;
  SendoffMuxResult *result;
  Pass pass = { 0 };
  gint64 reserve;

  if (!open_target (self, spec, &sink, &reserve, error)
      || !run_pass (self, &pass, sink, reserve, events, error) || !sendoff_file_sink_finish (sink, error))
    return NULL;
  result = sendoff_mux_result_new ();
  result->size_bytes = sendoff_file_sink_get_size (sink);
  result->video_frames = count_frames (self);
  measure_times (self, result);
  return result;
}

/**
 * sendoff_role_mux:
 * @spec: packet files, the output's plan, and where to write
 *
 * Returns: (transfer full): what was written to target_path and synced, or %NULL with an error; the file is then
 *   incomplete and the caller removes it
 */
SendoffMuxResult *
sendoff_role_mux (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  Mux self = { .plan = spec->output };
  SendoffMuxResult *result = NULL;

  self.inputs = g_array_new (FALSE, FALSE, sizeof (Input));
  g_array_set_clear_func (self.inputs, clear_input);
  if (open_inputs (&self, spec, error))
    result = write_file (&self, spec, events, error);
  g_clear_pointer (&self.handover, sendoff_handover_free);
  g_array_unref (self.inputs);
  return result;
}
