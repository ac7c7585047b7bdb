#include "media-fixtures.h"

#include <glib/gstdio.h>
#include <libavutil/imgutils.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "media/sendoff-ffmpeg.h"

#define SAMPLE_RATE 48000

typedef struct
{
  const MediaFixture *wanted;
  AVFormatContext *format;
  AVCodecContext *video; /* (nullable) */
  AVCodecContext *audio; /* (nullable) */
  AVStream *cover;       /* (nullable) */
  AVPacket *packet;
  int n_frames;
  AVRational rate;
} Writer;

/* FFmpeg reports failures as numbers; a fixture that cannot be made fails the test that wants it. */
static void
check (int result, const char *what)
{
  if (result < 0)
    g_test_message ("fixture: %s: %s", what, sendoff_av_error (result));
  g_assert_cmpint (result, >=, 0);
}

static const char *
or_default (const char *text, const char *fallback)
{
  return text != NULL ? text : fallback;
}

static int
positive (int value, int fallback)
{
  return value > 0 ? value : fallback;
}

static void
set_color (AVCodecContext *video, const char *transfer)
{
  if (transfer == NULL)
    return;
  video->color_trc = av_color_transfer_from_name (transfer);
  video->color_primaries = AVCOL_PRI_BT2020;
  video->colorspace = AVCOL_SPC_BT2020_NCL;
  video->color_range = AVCOL_RANGE_MPEG;
}

static void
add_matrix (AVStream *stream, const gint32 *matrix)
{
  gsize size = 9 * sizeof (gint32);
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  AVPacketSideData *side
      = av_packet_side_data_new (&stream->codecpar->coded_side_data, &stream->codecpar->nb_coded_side_data,
                                 AV_PKT_DATA_DISPLAYMATRIX, size, 0);

  memcpy (side->data, matrix, size);
#else
  memcpy (av_stream_new_side_data (stream, AV_PKT_DATA_DISPLAYMATRIX, size), matrix, size);
#endif
}

static AVStream *
add_stream (Writer *writer, AVCodecContext *codec)
{
  AVStream *stream = avformat_new_stream (writer->format, NULL);

  if (writer->format->oformat->flags & AVFMT_GLOBALHEADER)
    codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  check (avcodec_open2 (codec, NULL, NULL), "opening the encoder");
  check (avcodec_parameters_from_context (stream->codecpar, codec), "parameters");
  stream->time_base = codec->time_base;
  return stream;
}

static void
add_video (Writer *writer)
{
  const MediaFixture *wanted = writer->wanted;
  const AVCodec *encoder = avcodec_find_encoder_by_name (or_default (wanted->codec, "mpeg4"));
  AVStream *stream;

  g_assert_nonnull (encoder);
  writer->video = avcodec_alloc_context3 (encoder);
  writer->video->width = positive (wanted->width, 64);
  writer->video->height = positive (wanted->height, 48);
  writer->video->pix_fmt = av_get_pix_fmt (or_default (wanted->pixel_format, "yuv420p"));
  writer->video->time_base = wanted->times_ms != NULL ? (AVRational){ 1, 1000 } : av_inv_q (writer->rate);
  writer->video->framerate = writer->rate;
  writer->video->gop_size = positive (wanted->gop, 12);
  writer->video->max_b_frames = wanted->b_frames;
  writer->video->thread_count = 1;
  writer->video->flags |= AV_CODEC_FLAG_BITEXACT;
  writer->video->global_quality = 3 * FF_QP2LAMBDA;
  writer->video->flags |= AV_CODEC_FLAG_QSCALE;
  if (wanted->aspect_num > 0)
    writer->video->sample_aspect_ratio = (AVRational){ wanted->aspect_num, wanted->aspect_den };
  set_color (writer->video, wanted->transfer);
  stream = add_stream (writer, writer->video);
  stream->sample_aspect_ratio = writer->video->sample_aspect_ratio;
  stream->avg_frame_rate = wanted->times_ms != NULL ? (AVRational){ 0, 1 } : writer->rate;
  if (wanted->matrix != NULL)
    add_matrix (stream, wanted->matrix);
}

/* What the encoders of these tests take. */
static enum AVSampleFormat
sample_format (const AVCodec *encoder)
{
  gboolean is_integer = g_str_has_prefix (encoder->name, "pcm_s16") || encoder->id == AV_CODEC_ID_FLAC
                        || encoder->id == AV_CODEC_ID_MP2;

  return is_integer ? AV_SAMPLE_FMT_S16 : AV_SAMPLE_FMT_FLTP;
}

static void
add_audio (Writer *writer)
{
  const AVCodec *encoder = avcodec_find_encoder_by_name (writer->wanted->audio);

  g_assert_nonnull (encoder);
  writer->audio = avcodec_alloc_context3 (encoder);
  writer->audio->sample_rate = SAMPLE_RATE;
  writer->audio->sample_fmt = sample_format (encoder);
  writer->audio->time_base = (AVRational){ 1, SAMPLE_RATE };
  writer->audio->bit_rate = 64000;
  writer->audio->flags |= AV_CODEC_FLAG_BITEXACT;
  av_channel_layout_default (&writer->audio->ch_layout, 2);
  add_stream (writer, writer->audio);
}

/* Luma is a gradient that moves with the frame, the corner says which frame it is. */
static AVFrame *
draw_frame (AVCodecContext *video, int number)
{
  AVFrame *frame = av_frame_alloc ();
  const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get (video->pix_fmt);
  int bytes = descriptor->comp[0].step;
  int shift = MAX (descriptor->comp[0].depth - 8, 0);

  frame->format = video->pix_fmt;
  frame->width = video->width;
  frame->height = video->height;
  check (av_frame_get_buffer (frame, 0), "a frame");
  for (int plane = 0; plane < 4 && frame->data[plane] != NULL; plane++)
    {
      int rows = plane == 1 || plane == 2 ? AV_CEIL_RSHIFT (frame->height, descriptor->log2_chroma_h)
                                          : frame->height;
      int columns = av_image_get_linesize (frame->format, frame->width, plane) / bytes;

      for (int y = 0; y < rows; y++)
        for (int x = 0; x < columns; x++)
          {
            int luma = x < 16 && y < 16 ? 16 + number * 7 % 220 : (x * 2 + y + number * 4) % 220 + 16;
            int value = (plane == 0 ? luma : 128) << shift;

            memcpy (frame->data[plane] + y * frame->linesize[plane] + x * bytes, &value, (gsize)bytes);
          }
    }
  return frame;
}

static void
write_encoded (Writer *writer, AVCodecContext *codec, int index, AVFrame *frame)
{
  AVStream *stream = writer->format->streams[index];

  check (avcodec_send_frame (codec, frame), "encoding");
  while (avcodec_receive_packet (codec, writer->packet) >= 0)
    {
      gint64 offset = av_rescale_q (writer->wanted->start_ms, (AVRational){ 1, 1000 }, codec->time_base);

      if (writer->packet->duration == 0 && codec == writer->video && writer->wanted->times_ms == NULL)
        writer->packet->duration = 1;
      writer->packet->pts += offset;
      writer->packet->dts += offset;
      writer->packet->stream_index = index;
      av_packet_rescale_ts (writer->packet, codec->time_base, stream->time_base);
      check (av_interleaved_write_frame (writer->format, writer->packet), "writing");
    }
}

static void
write_video (Writer *writer)
{
  for (int i = 0; i < writer->n_frames; i++)
    {
      AVFrame *frame = draw_frame (writer->video, i);

      frame->pts = writer->wanted->times_ms != NULL ? writer->wanted->times_ms[i] : i;
      frame->quality = writer->video->global_quality;
      write_encoded (writer, writer->video, 0, frame);
      av_frame_free (&frame);
    }
  write_encoded (writer, writer->video, 0, NULL);
}

static void
write_audio (Writer *writer, int index)
{
  int duration_ms = positive (writer->wanted->audio_ms,
                              (int)av_rescale (writer->n_frames * 1000, writer->rate.den, writer->rate.num));
  gint64 n_samples = (gint64)duration_ms * SAMPLE_RATE / 1000;
  int block = writer->audio->frame_size > 0 ? writer->audio->frame_size : 1024;

  for (gint64 at = 0; at < n_samples; at += block)
    {
      AVFrame *frame = av_frame_alloc ();

      frame->format = writer->audio->sample_fmt;
      frame->nb_samples = (int)MIN (block, n_samples - at);
      frame->sample_rate = SAMPLE_RATE;
      av_channel_layout_copy (&frame->ch_layout, &writer->audio->ch_layout);
      check (av_frame_get_buffer (frame, 0), "samples");
      av_samples_set_silence (frame->extended_data, 0, frame->nb_samples, 2, writer->audio->sample_fmt);
      frame->pts = at;
      write_encoded (writer, writer->audio, index, frame);
      av_frame_free (&frame);
    }
  write_encoded (writer, writer->audio, index, NULL);
}

/* A 16 × 16 PNG by FFmpeg's own encoder. */
static AVPacket *
encode_cover (AVCodecParameters *parameters)
{
  AVCodecContext *codec = avcodec_alloc_context3 (avcodec_find_encoder (AV_CODEC_ID_PNG));
  AVPacket *packet = av_packet_alloc ();
  AVFrame *frame;

  codec->width = codec->height = 16;
  codec->pix_fmt = AV_PIX_FMT_GRAY8;
  codec->time_base = (AVRational){ 1, 25 };
  check (avcodec_open2 (codec, NULL, NULL), "opening the picture encoder");
  frame = draw_frame (codec, 0);
  frame->pts = 0;
  check (avcodec_send_frame (codec, frame), "the cover");
  check (avcodec_send_frame (codec, NULL), "the cover");
  check (avcodec_receive_packet (codec, packet), "the cover");
  check (avcodec_parameters_from_context (parameters, codec), "parameters");
  av_frame_free (&frame);
  avcodec_free_context (&codec);
  return packet;
}

static void
write_streams (Writer *writer, AVPacket *cover)
{
  g_autoptr (AVDictionary) options = NULL;

  if (writer->wanted->mux_options != NULL)
    check (av_dict_parse_string (&options, writer->wanted->mux_options, "=", ":", 0), "options");
  check (avformat_write_header (writer->format, &options), "the header");
  if (cover != NULL)
    {
      cover->stream_index = writer->cover->index;
      check (av_interleaved_write_frame (writer->format, cover), "the cover");
    }
  if (writer->video != NULL)
    write_video (writer);
  if (writer->audio != NULL)
    write_audio (writer, writer->video != NULL);
  check (av_write_trailer (writer->format), "the trailer");
}

static char *
temporary_path (const char *leaf)
{
  g_autofree char *directory = g_dir_make_tmp ("sendoff-fixture-XXXXXX", NULL);

  g_assert_nonnull (directory);
  return g_build_filename (directory, leaf, NULL);
}

/**
 * media_fixture_write:
 * @fixture: what to make
 *
 * Returns: (transfer full): path of a new file in a directory of its own, for media_fixture_delete()
 */
char *
media_fixture_write (const MediaFixture *fixture)
{
  Writer writer = { .wanted = fixture, .n_frames = positive (fixture->n_frames, 25) };
  g_autoptr (AVPacket) cover = NULL;
  char *path = temporary_path ("fixture");

  writer.rate = (AVRational){ positive (fixture->rate_num, 25), positive (fixture->rate_den, 1) };
  writer.packet = av_packet_alloc ();
  check (avformat_alloc_output_context2 (&writer.format, NULL, or_default (fixture->container, "mp4"), path),
         "muxer");
  writer.format->flags |= AVFMT_FLAG_BITEXACT;
  if (fixture->start_ms != 0)
    writer.format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  if (fixture->title != NULL)
    av_dict_set (&writer.format->metadata, "title", fixture->title, 0);
  if (fixture->codec == NULL || *fixture->codec != '\0')
    add_video (&writer);
  if (fixture->audio != NULL)
    add_audio (&writer);
  if (fixture->with_cover)
    {
      writer.cover = avformat_new_stream (writer.format, NULL);
      writer.cover->disposition = AV_DISPOSITION_ATTACHED_PIC;
      cover = encode_cover (writer.cover->codecpar);
    }
  check (avio_open (&writer.format->pb, path, AVIO_FLAG_WRITE), "the file");
  write_streams (&writer, cover);
  avio_closep (&writer.format->pb);
  avcodec_free_context (&writer.video);
  avcodec_free_context (&writer.audio);
  av_packet_free (&writer.packet);
  avformat_free_context (writer.format);
  return path;
}

/** media_fixture_write_bytes: (transfer full): path of a new file @leaf with this content. */
char *
media_fixture_write_bytes (const char *leaf, gconstpointer bytes, gsize length)
{
  char *path = temporary_path (leaf);

  g_assert_true (g_file_set_contents (path, bytes, (gssize)length, NULL));
  return path;
}

/** media_fixture_truncate: leaves the first @fraction of the file. */
void
media_fixture_truncate (const char *path, double fraction)
{
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (truncate (path, (off_t)((double)info.st_size * fraction)), ==, 0);
}

/** media_fixture_delete: @path: (transfer full): removes the file and its directory. */
void
media_fixture_delete (char *path)
{
  g_autofree char *directory = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (directory);
  g_free (path);
}

/** media_fixture_has_encoder: whether this FFmpeg can encode with @name; a test that needs it is skipped
 * otherwise. */
gboolean
media_fixture_has_encoder (const char *name)
{
  return avcodec_find_encoder_by_name (name) != NULL;
}
