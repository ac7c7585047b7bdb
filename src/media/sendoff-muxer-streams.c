/* What a file says about its streams: codecs, languages and titles, mastering data, covers, chapters. */
#include "media/sendoff-muxer-private.h"

#include <string.h>

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
add_video_stream (SendoffMux *self, const SendoffMuxInput *input, AVStream *stream)
{
  const SendoffVideoPlan *plan = self->plan->video;

  avcodec_parameters_copy (stream->codecpar, sendoff_packet_joiner_get_codec (input->joiner));
  /* ProRes tells its profile by a tag that the encoder has set; for the others the container knows. */
  if (g_strcmp0 (plan->codec, "prores") != 0)
    stream->codecpar->codec_tag = sendoff_mux_is_isom (self) ? get_tag (plan->tag) : 0;
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
get_language (const SendoffMux *self, const char *language)
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
name_stream (SendoffMux *self, AVStream *stream, const char *language, const char *title)
{
  if (language != NULL)
    av_dict_set (&stream->metadata, "language", get_language (self, language), 0);
  /* QuickTime's and MP4's only place for it that players show. */
  if (title != NULL)
    av_dict_set (&stream->metadata, sendoff_mux_is_isom (self) ? "handler_name" : "title", title, 0);
}

static void
add_audio_stream (SendoffMux *self, const SendoffMuxInput *input, AVStream *stream)
{
  avcodec_parameters_copy (stream->codecpar, sendoff_packet_reader_get_codec (input->reader));
  stream->codecpar->codec_tag = 0;
  if (input->audio == self->plan->audio)
    stream->disposition = AV_DISPOSITION_DEFAULT;
  name_stream (self, stream, input->audio->language, input->audio->title);
}

static void
add_text_stream (SendoffMux *self, const SendoffMuxInput *input, AVStream *stream)
{
  avcodec_parameters_copy (stream->codecpar, sendoff_packet_reader_get_codec (input->reader));
  stream->codecpar->codec_tag = 0;
  if (input->text->is_default)
    stream->disposition = AV_DISPOSITION_DEFAULT;
  name_stream (self, stream, input->text->language, input->text->title);
}

/* The bytes of the cover, which stay valid until the input is rewound. */
static const AVPacket *
peek_cover (SendoffMuxInput *input)
{
  if (!input->is_filled)
    input->is_filled = sendoff_packet_reader_next (input->reader, input->packet, NULL) > 0;
  return input->packet;
}

/* Matroska keeps pictures among its attachments, known by their names. */
static void
add_attachment (SendoffMuxInput *input, AVStream *stream)
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
add_cover_stream (SendoffMux *self, SendoffMuxInput *input, AVStream *stream)
{
  const AVCodecParameters *codec = sendoff_packet_reader_get_codec (input->reader);

  stream->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  stream->codecpar->codec_id = codec->codec_id;
  stream->codecpar->width = codec->width;
  stream->codecpar->height = codec->height;
  stream->codecpar->format = codec->format;
  if (sendoff_mux_is_matroska (self))
    add_attachment (input, stream);
  else
    stream->disposition = AV_DISPOSITION_ATTACHED_PIC;
  av_dict_set (&stream->metadata, "comment", "Cover (front)", 0);
}

/* Describes every input to @format, in order, as the plan has it. */
void
sendoff_mux_add_streams (SendoffMux *self, AVFormatContext *format)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      SendoffMuxInput *input = sendoff_mux_get_input (self, i);
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

/* Chapters as the container has them: Ogg as comments. */
void
sendoff_mux_add_chapters (SendoffMux *self, AVFormatContext *format)
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
