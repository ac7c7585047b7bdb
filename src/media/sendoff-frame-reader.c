#include "media/sendoff-frame-reader.h"

#include <libavutil/imgutils.h>
#include <libavutil/murmur3.h>

#include "base/sendoff-i18n.h"

/* A jump ahead by more than this is a broken clock and not a still picture. */
#define MAX_GAP_US (600 * G_GINT64_CONSTANT (1000000))

/* How far before the wanted place seeks are tried, until a frame before that place is decoded. */
static const gint64 seek_margins_us[] = { 0, 1000000, 4000000, 12000000, 40000000 };

struct _SendoffFrameReader {
  SendoffSource *source; /* borrowed */
  AVStream *stream;      /* borrowed */
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *pending; /* decoded while looking whether a seek went far enough */
  gint64 origin_us;
  gint64 frame_ticks; /* nominal duration of a frame in the stream's time base */
  gint64 last_pts;    /* AV_NOPTS_VALUE before the first */
  gint64 offset;      /* added to pts after a broken clock */
  gint64 damaged;
  guint draining : 1;
  guint has_pending : 1;
  guint seeked : 1;
  guint repaired : 1;
};

static gint64
nominal_frame_ticks (AVFormatContext *format, AVStream *stream)
{
  AVRational rate = stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate : av_guess_frame_rate (format, stream, NULL);

  if (rate.num <= 0 || rate.den <= 0)
    rate = (AVRational){ 25, 1 };
  return MAX (1, av_rescale_q (1, av_inv_q (rate), stream->time_base));
}

/**
 * sendoff_frame_reader_new:
 * @source: outlives the reader, and is read by nobody else meanwhile
 * @stream_index: a video stream
 * @origin_us: container time of source time zero
 * @threads: of the decoder, 0 as many as FFmpeg likes
 *
 * Returns: (transfer full): a reader at the start, or %NULL with %SENDOFF_ERROR_SOURCE_UNSUPPORTED
 */
SendoffFrameReader *
sendoff_frame_reader_new (SendoffSource *source, int stream_index, gint64 origin_us, int threads, GError **error)
{
  g_autoptr (SendoffFrameReader) self = g_new0 (SendoffFrameReader, 1);
  AVFormatContext *format = sendoff_source_get_format (source);

  if (stream_index < 0 || stream_index >= (int)format->nb_streams
      || format->streams[stream_index]->codecpar->codec_type != AVMEDIA_TYPE_VIDEO)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED, _ ("%s no longer has the planned video stream."),
                   sendoff_source_get_name (source));
      return NULL;
    }
  self->source = source;
  self->stream = format->streams[stream_index];
  self->origin_us = origin_us;
  self->decoder = sendoff_source_open_decoder (source, stream_index, threads, error);
  if (self->decoder == NULL)
    return NULL;
  self->packet = av_packet_alloc ();
  self->pending = av_frame_alloc ();
  self->frame_ticks = nominal_frame_ticks (format, self->stream);
  self->last_pts = AV_NOPTS_VALUE;
  for (guint i = 0; i < format->nb_streams; i++)
    format->streams[i]->discard = (int)i == stream_index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  return g_steal_pointer (&self);
}

/** sendoff_frame_reader_free: frees the reader and its decoder. */
void
sendoff_frame_reader_free (SendoffFrameReader *self)
{
  avcodec_free_context (&self->decoder);
  av_packet_free (&self->packet);
  av_frame_free (&self->pending);
  g_free (self);
}

/* Hands the decoder the next packet of the stream, or tells it that there are no more. */
static gboolean
feed_decoder (SendoffFrameReader *self, GError **error)
{
  AVFormatContext *format = sendoff_source_get_format (self->source);
  int result;

  do
    {
      av_packet_unref (self->packet);
      result = av_read_frame (format, self->packet);
    }
  while (result >= 0 && self->packet->stream_index != self->stream->index);

  if (result == AVERROR (EIO))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s cannot be read any further: %s."),
                   sendoff_source_get_name (self->source), sendoff_av_error (result));
      return FALSE;
    }
  if (result < 0)
    {
      self->draining = TRUE;
      avcodec_send_packet (self->decoder, NULL);
      return TRUE;
    }
  result = avcodec_send_packet (self->decoder, self->packet);
  if (result < 0 && result != AVERROR_EOF)
    self->damaged++;
  av_packet_unref (self->packet);
  if (result == AVERROR (ENOMEM))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("There is not enough memory to decode %s."),
                   sendoff_source_get_name (self->source));
      return FALSE;
    }
  return TRUE;
}

static int
decode (SendoffFrameReader *self, AVFrame *frame, GError **error)
{
  for (;;)
    {
      int result = avcodec_receive_frame (self->decoder, frame);

      if (result >= 0)
        return 1;
      if (result == AVERROR_EOF || self->draining)
        return 0;
      if (result != AVERROR (EAGAIN))
        self->damaged++;
      if (!feed_decoder (self, error))
        return -1;
    }
}

/* Makes pts strictly ascending, remembering when that took a repair. */
static void
settle_time (SendoffFrameReader *self, AVFrame *frame)
{
  gint64 max_gap = av_rescale_q (MAX_GAP_US, (AVRational){ 1, 1000000 }, self->stream->time_base);
  gint64 pts = frame->best_effort_timestamp;
  gint64 next;

  if (self->last_pts == AV_NOPTS_VALUE)
    {
      self->last_pts = pts != AV_NOPTS_VALUE ? pts : av_rescale_q (self->origin_us, (AVRational){ 1, 1000000 },
                                                                   self->stream->time_base);
      self->repaired |= pts == AV_NOPTS_VALUE;
      frame->pts = self->last_pts;
      return;
    }
  next = self->last_pts + self->frame_ticks;
  if (pts != AV_NOPTS_VALUE)
    pts += self->offset;
  if (pts == AV_NOPTS_VALUE || pts <= self->last_pts || pts - self->last_pts > max_gap)
    {
      if (pts != AV_NOPTS_VALUE && ABS (next - pts) > 50 * self->frame_ticks)
        self->offset += next - pts;
      pts = next;
      self->repaired = TRUE;
    }
  self->last_pts = pts;
  frame->pts = pts;
}

/**
 * sendoff_frame_reader_next:
 * @frame: (inout): emptied and filled; pts is in the reader's time base
 *
 * Returns: 1 with a frame, 0 at the end of the stream, -1 with an error
 */
int
sendoff_frame_reader_next (SendoffFrameReader *self, AVFrame *frame, GError **error)
{
  int result;

  av_frame_unref (frame);
  if (self->has_pending)
    {
      av_frame_move_ref (frame, self->pending);
      self->has_pending = FALSE;
      return 1;
    }
  result = decode (self, frame, error);
  if (result <= 0)
    return result;
  if ((frame->flags & AV_FRAME_FLAG_CORRUPT) || frame->decode_error_flags)
    self->damaged++;
  settle_time (self, frame);
  return 1;
}

static void
restart_decoder (SendoffFrameReader *self)
{
  avcodec_flush_buffers (self->decoder);
  self->draining = FALSE;
  self->has_pending = FALSE;
  self->last_pts = AV_NOPTS_VALUE;
  self->damaged = 0;
  av_frame_unref (self->pending);
}

/**
 * sendoff_frame_reader_seek_before:
 * @time_us: source time
 *
 * Goes to a keyframe from which at least one frame before @time_us is decoded; the start of the source at worst.
 *
 * Returns: %FALSE with %SENDOFF_ERROR_SOURCE_UNREADABLE when the source cannot seek at all
 */
gboolean
sendoff_frame_reader_seek_before (SendoffFrameReader *self, gint64 time_us, GError **error)
{
  AVFormatContext *format = sendoff_source_get_format (self->source);
  gint64 before_us = av_rescale_q (self->frame_ticks, self->stream->time_base, (AVRational){ 1, 1000000 });

  for (gsize i = 0; i <= G_N_ELEMENTS (seek_margins_us); i++)
    {
      gboolean to_start = i == G_N_ELEMENTS (seek_margins_us) || time_us - before_us <= seek_margins_us[i];
      gint64 target_us = to_start ? 0 : time_us - before_us - seek_margins_us[i];
      gint64 target = av_rescale_q (target_us + self->origin_us, (AVRational){ 1, 1000000 }, self->stream->time_base);
      int result = av_seek_frame (format, self->stream->index, target, AVSEEK_FLAG_BACKWARD);

      if (result < 0)
        {
          g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s cannot be searched."),
                       sendoff_source_get_name (self->source));
          return FALSE;
        }
      self->seeked = TRUE;
      restart_decoder (self);
      result = sendoff_frame_reader_next (self, self->pending, error);
      if (result < 0)
        return FALSE;
      self->has_pending = result > 0;
      if (to_start || (result > 0 && sendoff_frame_reader_get_time (self, self->pending) < time_us))
        return TRUE;
    }
  return TRUE;
}

/** sendoff_frame_reader_get_time: the source time of @frame in µs, rounded. */
gint64
sendoff_frame_reader_get_time (SendoffFrameReader *self, const AVFrame *frame)
{
  return av_rescale_q (frame->pts, self->stream->time_base, (AVRational){ 1, 1000000 }) - self->origin_us;
}

/** sendoff_frame_reader_get_time_base: unit of the frames' pts, in seconds. */
AVRational
sendoff_frame_reader_get_time_base (SendoffFrameReader *self)
{
  return self->stream->time_base;
}

/** sendoff_frame_reader_has_seeked: whether frames come from anything but the start. */
gboolean
sendoff_frame_reader_has_seeked (SendoffFrameReader *self)
{
  return self->seeked;
}

/** sendoff_frame_reader_has_repaired: whether a time stamp had to be made up. */
gboolean
sendoff_frame_reader_has_repaired (SendoffFrameReader *self)
{
  return self->repaired;
}

/** sendoff_frame_reader_get_damaged: packets and frames that could not be decoded whole. */
gint64
sendoff_frame_reader_get_damaged (SendoffFrameReader *self)
{
  return self->damaged;
}

/**
 * sendoff_frame_hash:
 * @frame: a picture in memory
 *
 * Returns: (transfer full): MurmurHash3 over the visible pixels of every plane, in hex; %NULL for a pixel format
 *   that has no planes
 */
char *
sendoff_frame_hash (const AVFrame *frame)
{
  struct AVMurMur3 *murmur = av_murmur3_alloc ();
  const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get (frame->format);
  guint8 hash[16];
  GString *text = g_string_sized_new (32);

  av_murmur3_init (murmur);
  for (int plane = 0; plane < 4 && frame->data[plane] != NULL; plane++)
    {
      int row_bytes = av_image_get_linesize (frame->format, frame->width, plane);
      int shift = plane == 1 || plane == 2 ? descriptor->log2_chroma_h : 0;
      int rows = AV_CEIL_RSHIFT (frame->height, shift);

      if (descriptor->flags & AV_PIX_FMT_FLAG_PAL && plane == 1)
        {
          row_bytes = 1024;
          rows = 1;
        }
      for (int row = 0; row < rows && row_bytes > 0; row++)
        av_murmur3_update (murmur, frame->data[plane] + (ptrdiff_t)row * frame->linesize[plane], row_bytes);
    }
  av_murmur3_final (murmur, hash);
  for (gsize i = 0; i < sizeof hash; i++)
    g_string_append_printf (text, "%02x", hash[i]);
  av_free (murmur);
  return g_string_free (text, FALSE);
}
