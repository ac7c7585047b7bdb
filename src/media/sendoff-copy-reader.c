#include "media/sendoff-copy-reader.h"

#include "base/sendoff-i18n.h"
#include "media/sendoff-source.h"

/* More than any encoder's. */
#define LONGEST_DELAY_US (10 * G_USEC_PER_SEC)

struct _SendoffCopyReader {
  const SendoffWorkerSpec *spec; /* borrowed */
  int stream_index;
  SendoffSource *source; /* what the streams are */
  SendoffSource *packets; /* (nullable): of an indexed file, its packets unparsed */
  SendoffSource *times; /* (nullable): the same by the index alone, for passes that need no data */
  gboolean dry;         /* read from times, where there is one */
  gboolean is_fresh;    /* nothing was read since the last rewind */
  gboolean was_read; /* source does not stand at its beginning any more */
  gboolean is_video;
  AVCodecParameters *codec;
  AVRational time_base;
  gint64 zero; /* the output's zero in the container's time */
  gint64 begin, end; /* what is kept, from zero: [begin, end) */
};

static void
choose_stream (SendoffSource *source, int index)
{
  AVFormatContext *format = sendoff_source_get_format (source);

  for (guint i = 0; i < format->nb_streams; i++)
    format->streams[i]->discard = (int)i == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
}

static gboolean
has_same_streams (SendoffCopyReader *self, SendoffSource *other)
{
  return other != NULL
         && sendoff_source_get_format (other)->nb_streams == sendoff_source_get_format (self->source)->nb_streams;
}

/* With an index, packets are taken as it lists them, and passes without data need nothing else: a muxer looks into the data
 * of AV1 only. */
static gboolean
open_indexed (SendoffCopyReader *self, GError **error)
{
  AVFormatContext *format = sendoff_source_get_format (self->source);

  if (!g_str_has_prefix (format->iformat->name, "mov,")
      || avformat_index_get_entries_count (format->streams[self->stream_index]) == 0)
    return TRUE;
  self->packets = sendoff_source_open_packets (self->source, error);
  if (self->packets == NULL)
    return FALSE;
  if (!has_same_streams (self, self->packets))
    g_clear_pointer (&self->packets, sendoff_source_free);
  else
    choose_stream (self->packets, self->stream_index);
  if (self->packets == NULL || self->codec->codec_id == AV_CODEC_ID_AV1)
    return TRUE;
  self->times = sendoff_source_open_times (self->source, NULL);
  if (self->times != NULL)
    choose_stream (self->times, self->stream_index);
  return TRUE;
}

static gint64
to_ticks (SendoffCopyReader *self, gint64 time_us)
{
  return av_rescale_q (time_us, AV_TIME_BASE_Q, self->time_base);
}

/* Half a tick of microseconds around the boundaries is rounding. */
static void
set_interval (SendoffCopyReader *self)
{
  const SendoffOutputPlan *output = self->spec->output;

  self->zero = to_ticks (self, self->spec->origin_us + output->start_us);
  self->begin = output->trimmed_start ? 0 : INT64_MIN;
  self->end = output->trimmed_end ? to_ticks (self, output->end_us - output->start_us) : INT64_MAX;
}

/**
 * sendoff_copy_reader_new:
 * @spec: of a mux: source, origin_us and the output's times; outlives the reader
 * @stream_index: in the source
 *
 * Returns: (transfer full): a reader at the first packet of the output's part, or %NULL with the errors of
 *   sendoff_source_open()
 */
SendoffCopyReader *
sendoff_copy_reader_new (const SendoffWorkerSpec *spec, int stream_index, GError **error)
{
  g_autoptr (SendoffCopyReader) self = g_new0 (SendoffCopyReader, 1);
  AVFormatContext *format;

  self->spec = spec;
  self->stream_index = stream_index;
  self->is_fresh = TRUE;
  self->source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (self->source == NULL)
    return NULL;
  format = sendoff_source_get_format (self->source);
  if (stream_index < 0 || (guint)stream_index >= format->nb_streams)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED, _ ("%s has no stream %d."),
                   sendoff_source_get_name (self->source), stream_index);
      return NULL;
    }
  choose_stream (self->source, stream_index);
  self->time_base = format->streams[stream_index]->time_base;
  self->is_video = format->streams[stream_index]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO;
  self->codec = avcodec_parameters_alloc ();
  avcodec_parameters_copy (self->codec, format->streams[stream_index]->codecpar);
  set_interval (self);
  if (!open_indexed (self, error))
    return NULL;
  sendoff_copy_reader_rewind (self);
  return g_steal_pointer (&self);
}

/** sendoff_copy_reader_free: frees @self. */
void
sendoff_copy_reader_free (SendoffCopyReader *self)
{
  g_clear_pointer (&self->times, sendoff_source_free);
  g_clear_pointer (&self->packets, sendoff_source_free);
  g_clear_pointer (&self->source, sendoff_source_free);
  avcodec_parameters_free (&self->codec);
  g_free (self);
}

/** sendoff_copy_reader_get_codec: (transfer none): parameters of the stream. */
const AVCodecParameters *
sendoff_copy_reader_get_codec (SendoffCopyReader *self)
{
  return self->codec;
}

/** sendoff_copy_reader_get_stream: (transfer none): the stream, for what a container says of it beside its parameters. */
const AVStream *
sendoff_copy_reader_get_stream (SendoffCopyReader *self)
{
  return sendoff_source_get_format (self->source)->streams[self->stream_index];
}

/** sendoff_copy_reader_set_dry: whether the data of the packets is of no interest; takes effect with the next rewind. */
void
sendoff_copy_reader_set_dry (SendoffCopyReader *self, gboolean dry)
{
  self->dry = dry;
}

static SendoffSource *
get_source (SendoffCopyReader *self)
{
  if (self->dry && self->times != NULL)
    return self->times;
  return self->packets != NULL ? self->packets : self->source;
}

/* Where no index tells, a seek to the very beginning may end behind it, as in Matroska with times below zero: what was
 * just opened stands there for certain. */
static gboolean
begin_anew (SendoffCopyReader *self)
{
  SendoffSource *again;

  if (self->begin != INT64_MIN || get_source (self) != self->source)
    return FALSE;
  if (!self->was_read)
    return TRUE;
  again = sendoff_source_open (self->spec->source_fd, self->spec->source_size_bytes, self->spec->source_name, NULL);
  if (again == NULL)
    return FALSE;
  sendoff_source_free (self->source);
  self->source = again;
  choose_stream (self->source, self->stream_index);
  self->was_read = FALSE;
  return TRUE;
}

/** sendoff_copy_reader_rewind: back to the first packet. An encoder's delay lies before the start of its stream. */
void
sendoff_copy_reader_rewind (SendoffCopyReader *self)
{
  AVFormatContext *format;
  gint64 start, target;

  self->is_fresh = TRUE;
  if (begin_anew (self))
    return;
  format = sendoff_source_get_format (get_source (self));
  start = sendoff_copy_reader_get_stream (self)->start_time;
  target = self->begin != INT64_MIN ? self->zero : (start != AV_NOPTS_VALUE ? start : 0);
  if (self->begin == INT64_MIN)
    target -= to_ticks (self, LONGEST_DELAY_US);
  av_seek_frame (format, self->stream_index, target, AVSEEK_FLAG_BACKWARD);
}

static int
set_damaged (SendoffCopyReader *self, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
               _ ("%s is damaged and cannot be copied as it is; export it with --copy never."),
               sendoff_source_get_name (self->source));
  return -1;
}

/* Pictures without a time, or that were put together from a broken file, are for a decoder to repair. */
static gboolean
is_sound (const AVPacket *packet)
{
  return (packet->flags & AV_PKT_FLAG_CORRUPT) == 0 && packet->size > 0 && packet->pts != AV_NOPTS_VALUE
         && av_packet_get_side_data (packet, AV_PKT_DATA_NEW_EXTRADATA, NULL) == NULL;
}

/* Pictures that an edit list hides stay out; sound before the start is an encoder's delay, which belongs to the rest. */
static gboolean
is_kept (SendoffCopyReader *self, const AVPacket *packet)
{
  gboolean is_hidden = self->is_video && (packet->flags & AV_PKT_FLAG_DISCARD) != 0;

  return !is_hidden && packet->pts >= self->begin && packet->pts < self->end;
}

/**
 * sendoff_copy_reader_next:
 * @packet: (inout): emptied and filled, its times in the stream's time base from the output's zero
 *
 * Returns: 1 with a packet, 0 at the end, -1 with %SENDOFF_ERROR_SOURCE_UNREADABLE
 */
int
sendoff_copy_reader_next (SendoffCopyReader *self, AVPacket *packet, GError **error)
{
  AVFormatContext *format = sendoff_source_get_format (get_source (self));
  int result;

  av_packet_unref (packet);
  self->was_read |= get_source (self) == self->source;
  while ((result = av_read_frame (format, packet)) >= 0)
    {
      if (packet->stream_index == self->stream_index)
        {
          if (!is_sound (packet))
            return set_damaged (self, error);
          packet->pts -= self->zero;
          packet->dts = packet->dts != AV_NOPTS_VALUE ? packet->dts - self->zero : packet->pts;
          packet->flags &= ~AV_PKT_FLAG_DISCARD;
          if (is_kept (self, packet))
            {
              /* What begins with a picture that needs others cannot be shown. */
              if (self->is_fresh && self->is_video && (packet->flags & AV_PKT_FLAG_KEY) == 0)
                return set_damaged (self, error);
              self->is_fresh = FALSE;
              return 1;
            }
        }
      av_packet_unref (packet);
    }
  return result == AVERROR_EOF ? 0 : set_damaged (self, error);
}

/**
 * sendoff_copy_reader_measure:
 *
 * Walks through all packets once and rewinds.
 *
 * Returns: (transfer full): what a packet file would say of the same packets, or %NULL with an error
 */
SendoffPacketTrailer *
sendoff_copy_reader_measure (SendoffCopyReader *self, GError **error)
{
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  gint64 end = 0;
  int result;

  trailer->time_base = sendoff_from_av (self->time_base);
  trailer->first_pts = G_MAXINT64;
  sendoff_copy_reader_set_dry (self, TRUE);
  sendoff_copy_reader_rewind (self);
  while ((result = sendoff_copy_reader_next (self, packet, error)) > 0)
    {
      trailer->packets++;
      trailer->bytes += packet->size;
      trailer->first_pts = MIN (trailer->first_pts, packet->pts);
      if (trailer->packets == 1 || packet->pts > trailer->last_pts)
        {
          trailer->last_pts = packet->pts;
          trailer->last_duration = packet->duration;
        }
      end = MAX (end, packet->pts + packet->duration);
    }
  sendoff_copy_reader_set_dry (self, FALSE);
  sendoff_copy_reader_rewind (self);
  if (result < 0)
    return NULL;
  trailer->frames = trailer->packets;
  trailer->samples = end;
  if (trailer->packets == 0)
    trailer->first_pts = 0;
  return g_steal_pointer (&trailer);
}
