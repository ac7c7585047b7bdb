#include "media/sendoff-probe-packets.h"

/* The first picture says colours and HDR, a few more whether there are fields. */
#define N_FRAMES 5

/* A stream that shows nothing in so much data is not waited for. */
#define MAX_PACKETS_WITHOUT_FRAME 600
#define MAX_BYTES_WITHOUT_FRAME   (64 * 1024 * 1024)

/* Decode times that go back by more than one, or ahead by more than the other, are a broken clock. */
#define MAX_BACK_S  1
#define MAX_AHEAD_S 600

/* Less than a packet of any audio codec, more than what Matroska's milliseconds round. */
#define MAX_AUDIO_GAP_US 12000

typedef struct
{
  SendoffPacketWalk *walk;
  AVFormatContext *format;
  AVCodecContext *decoder; /* (nullable): owned, NULL when enough was seen */
  int video_index;
  gint64 packets_without_frame;
  gint64 bytes_without_frame;
} Walker;

static void
packet_log_free (gpointer data)
{
  SendoffPacketLog *log = data;

  if (log == NULL)
    return;
  g_clear_pointer (&log->samples, g_array_unref);
  g_clear_pointer (&log->decode_times, g_array_unref);
  g_free (log);
}

static SendoffPacketLog *
packet_log_new (gboolean is_video)
{
  SendoffPacketLog *log = g_new0 (SendoffPacketLog, 1);

  log->first = log->end = log->last_decode_time = AV_NOPTS_VALUE;
  if (is_video)
    {
      log->samples = g_array_new (FALSE, FALSE, sizeof (SendoffSample));
      log->decode_times = g_array_new (FALSE, FALSE, sizeof (gint64));
    }
  return log;
}

/* Keeps a log's clock going forward when recordings were joined or a counter started again. */
static void
repair_clock (SendoffPacketLog *log, AVRational time_base, AVPacket *packet)
{
  gint64 second = MAX (1, av_rescale_q (1, (AVRational){ 1, 1 }, time_base));

  if (packet->dts == AV_NOPTS_VALUE)
    return;
  packet->dts += log->offset;
  if (log->last_decode_time != AV_NOPTS_VALUE)
    {
      gint64 step = packet->dts - log->last_decode_time;

      if (step < -MAX_BACK_S * second || step > MAX_AHEAD_S * second)
        {
          gint64 correction = log->last_decode_time + MAX (packet->duration, 1) - packet->dts;

          log->offset += correction;
          packet->dts += correction;
          log->n_jumps++;
        }
      else if (step < 0)
        log->n_bad++;
    }
  log->last_decode_time = packet->dts;
}

/* Sound that stops or is there twice for longer than players can be expected to paper over. */
static gboolean
breaks_off (const SendoffPacketLog *log, AVRational time_base, gint64 time, gint64 duration)
{
  gint64 limit = av_rescale_q (MAX_AUDIO_GAP_US, AV_TIME_BASE_Q, time_base);

  return log->samples == NULL && log->end != AV_NOPTS_VALUE && log->last_duration > 0 && duration > 0
         && ABS (time - log->end) > MAX (limit, 1);
}

/* VP8 stores pictures that are only referred to as packets of their own. */
static gboolean
shows_nothing (const AVStream *stream, const AVPacket *packet)
{
  return stream->codecpar->codec_id == AV_CODEC_ID_VP8 && packet->size > 0 && (packet->data[0] & 0x10) == 0;
}

static void
note_packet (SendoffPacketLog *log, const AVStream *stream, AVPacket *packet)
{
  gint64 time;

  repair_clock (log, stream->time_base, packet);
  /* A stream that changes its parameters on the way is two streams to most players. */
  log->n_bad += (packet->flags & AV_PKT_FLAG_CORRUPT) != 0 || packet->size <= 0
                || av_packet_get_side_data (packet, AV_PKT_DATA_NEW_EXTRADATA, NULL) != NULL;
  log->bytes += packet->size;
  if ((packet->flags & AV_PKT_FLAG_DISCARD) != 0)
    {
      log->n_hidden++;
      log->has_hidden_key |= (packet->flags & AV_PKT_FLAG_KEY) != 0;
      return;
    }
  if (shows_nothing (stream, packet))
    return;
  log->n_packets++;
  log->is_keyed |= (packet->flags & AV_PKT_FLAG_KEY) != 0;
  time = packet->pts != AV_NOPTS_VALUE ? packet->pts + log->offset : AV_NOPTS_VALUE;
  log->lacks_times |= time == AV_NOPTS_VALUE;
  if (log->samples != NULL)
    {
      SendoffSample sample = { time, (guint32)packet->size, (packet->flags & AV_PKT_FLAG_KEY) != 0 };

      g_array_append_val (log->samples, sample);
      g_array_append_val (log->decode_times, packet->dts);
    }
  if (time == AV_NOPTS_VALUE)
    time = packet->dts;
  if (time == AV_NOPTS_VALUE)
    return;
  log->n_bad += breaks_off (log, stream->time_base, time, packet->duration);
  log->last_duration = packet->duration;
  if (log->first == AV_NOPTS_VALUE || time < log->first)
    log->first = time;
  if (log->end == AV_NOPTS_VALUE || time + packet->duration > log->end)
    log->end = time + packet->duration;
}

/* Packets before the first that has a time, as in files that begin before zero, follow each other like the
 * rest. */
static void
extend_backwards (GArray *times)
{
  guint known = 0;
  gint64 step;

  while (known < times->len && g_array_index (times, gint64, known) == AV_NOPTS_VALUE)
    known++;
  if (known == 0 || known + 1 >= times->len
      || g_array_index (times, gint64, times->len - 1) == AV_NOPTS_VALUE)
    return;
  step = (g_array_index (times, gint64, times->len - 1) - g_array_index (times, gint64, known))
         / (gint64)(times->len - 1 - known);
  for (guint i = known; i > 0; i--)
    g_array_index (times, gint64, i - 1) = g_array_index (times, gint64, i) - step;
}

/* AVI and raw streams time packets in the order of decoding only: as a set those are the times of showing,
 * less the delay, which is told by the last of both when there are any. */
static gboolean
use_decode_times (SendoffPacketLog *log)
{
  gint64 last_time = AV_NOPTS_VALUE;
  gint64 delay = 0;

  extend_backwards (log->decode_times);
  for (guint i = 0; i < log->samples->len; i++)
    {
      if (g_array_index (log->decode_times, gint64, i) == AV_NOPTS_VALUE)
        return FALSE;
      last_time = MAX (last_time, g_array_index (log->samples, SendoffSample, i).time);
    }
  if (last_time != AV_NOPTS_VALUE)
    delay = MAX (0, last_time - g_array_index (log->decode_times, gint64, log->samples->len - 1));
  for (guint i = 0; i < log->samples->len; i++)
    g_array_index (log->samples, SendoffSample, i).time
        = g_array_index (log->decode_times, gint64, i) + delay;
  log->first = g_array_index (log->samples, SendoffSample, 0).time;
  return TRUE;
}

/* An open group of pictures shows some of its pictures before its keyframe: they refer to the group before it. Looked
 * for in the order of decoding. */
static int
count_open_gops (GArray *samples)
{
  gint64 key = AV_NOPTS_VALUE;
  gboolean is_counted = FALSE;
  int n_open = 0;

  for (guint i = 0; i < samples->len; i++)
    {
      const SendoffSample *sample = &g_array_index (samples, SendoffSample, i);

      if (sample->is_key)
        {
          key = sample->time;
          is_counted = FALSE;
        }
      else if (!is_counted && key != AV_NOPTS_VALUE && sample->time < key)
        {
          n_open++;
          is_counted = TRUE;
        }
    }
  return n_open;
}

static void
finish_log (SendoffPacketLog *log)
{
  log->open_gops = -1;
  if (log->samples == NULL)
    return;
  if (!log->lacks_times)
    log->open_gops = count_open_gops (log->samples);
  if (log->lacks_times && !use_decode_times (log))
    {
      g_array_set_size (log->samples, 0);
      log->first = log->end = AV_NOPTS_VALUE;
    }
  g_clear_pointer (&log->decode_times, g_array_unref);
  sendoff_timing_sort (log->samples);
  for (guint i = 1; i < log->samples->len; i++)
    log->n_bad += g_array_index (log->samples, SendoffSample, i).time
                  == g_array_index (log->samples, SendoffSample, i - 1).time;
}

static void
take_frames (Walker *walker)
{
  g_autoptr (AVFrame) frame = av_frame_alloc ();

  while (walker->decoder != NULL && avcodec_receive_frame (walker->decoder, frame) >= 0)
    {
      SendoffPacketWalk *walk = walker->walk;

      walk->n_frames++;
      walk->n_interlaced += sendoff_frame_is_interlaced (frame);
      walk->n_top_first += sendoff_frame_is_interlaced (frame) && sendoff_frame_is_top_first (frame);
      walk->reorder_frames = walker->decoder->has_b_frames;
      if (walk->frame == NULL)
        walk->frame = av_frame_clone (frame);
      if (walk->n_frames == N_FRAMES)
        avcodec_free_context (&walker->decoder);
    }
}

static void
decode_packet (Walker *walker, const AVPacket *packet)
{
  avcodec_send_packet (walker->decoder, packet);
  take_frames (walker);
  walker->packets_without_frame++;
  walker->bytes_without_frame += packet->size;
  if (walker->packets_without_frame > MAX_PACKETS_WITHOUT_FRAME
      || walker->bytes_without_frame > MAX_BYTES_WITHOUT_FRAME)
    avcodec_free_context (&walker->decoder);
}

static void
finish_decoding (Walker *walker)
{
  if (walker->decoder != NULL)
    {
      avcodec_send_packet (walker->decoder, NULL);
      take_frames (walker);
    }
  avcodec_free_context (&walker->decoder);
}

static void
choose_streams (Walker *walker, gboolean all)
{
  AVFormatContext *format = walker->format;

  for (guint i = 0; i < format->nb_streams; i++)
    {
      enum AVMediaType type = format->streams[i]->codecpar->codec_type;
      gboolean is_video = type == AVMEDIA_TYPE_VIDEO;
      gboolean is_cover = (format->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0;
      gboolean wanted
          = (int)i == walker->video_index || (all && !is_cover && (is_video || type == AVMEDIA_TYPE_AUDIO));

      format->streams[i]->discard = wanted ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
      g_ptr_array_add (walker->walk->logs, wanted ? packet_log_new (is_video) : NULL);
    }
}

static void
tell_progress (SendoffEvents *events, Walker *walker, const AVPacket *packet)
{
  SendoffPacketLog *log = sendoff_packet_walk_get_log (walker->walk, packet->stream_index);
  AVRational time_base = walker->format->streams[packet->stream_index]->time_base;
  gint64 time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;

  sendoff_events_progress (events, -1, -1, log->n_packets, avio_tell (walker->format->pb),
                           time != AV_NOPTS_VALUE ? av_rescale_q (time, time_base, AV_TIME_BASE_Q) : 0);
}

static void
walk_packets (Walker *walker, gboolean all, SendoffEvents *events)
{
  g_autoptr (AVPacket) packet = av_packet_alloc ();

  while (all || walker->decoder != NULL)
    {
      SendoffPacketLog *log;

      if (av_read_frame (walker->format, packet) < 0)
        {
          walker->walk->is_complete = all;
          break;
        }
      /* Streams that turn up in mid-file, as they do in transport streams, are not walked. */
      log = sendoff_packet_walk_get_log (walker->walk, packet->stream_index);
      if (log != NULL)
        {
          if (packet->stream_index == walker->video_index && walker->decoder != NULL)
            decode_packet (walker, packet);
          note_packet (log, walker->format->streams[packet->stream_index], packet);
          if (events != NULL)
            tell_progress (events, walker, packet);
        }
      av_packet_unref (packet);
    }
  finish_decoding (walker);
  for (guint i = 0; i < walker->walk->logs->len; i++)
    if (walker->walk->logs->pdata[i] != NULL)
      finish_log (walker->walk->logs->pdata[i]);
}

static SendoffPacketWalk *
walk (SendoffSource *source, int video_index, gboolean decode, gboolean all, SendoffEvents *events)
{
  SendoffPacketWalk *self = g_new0 (SendoffPacketWalk, 1);
  Walker walker = { .walk = self, .format = sendoff_source_get_format (source), .video_index = video_index };

  self->logs = g_ptr_array_new_with_free_func (packet_log_free);
  self->reorder_frames = -1;
  /* One thread gives each frame as early as possible. */
  if (decode && video_index >= 0)
    walker.decoder = sendoff_source_open_decoder (source, video_index, 1, NULL);
  choose_streams (&walker, all);
  walk_packets (&walker, all, events);
  return self;
}

/**
 * sendoff_packet_walk_first:
 * @source: at its start
 * @video_index: the stream to decode
 *
 * Reads only as far as the first frames take.
 *
 * Returns: (transfer full): a walk with frames and incomplete logs
 */
SendoffPacketWalk *
sendoff_packet_walk_first (SendoffSource *source, int video_index)
{
  return walk (source, video_index, TRUE, FALSE, NULL);
}

/**
 * sendoff_packet_walk_all:
 * @source: at its start
 * @video_index: the stream to decode, -1 for none
 * @events: (nullable): where progress is told
 *
 * Reads every packet of the video and audio streams. A read that fails ends the walk like the end of the
 * file.
 *
 * Returns: (transfer full): a walk with logs of those streams
 */
SendoffPacketWalk *
sendoff_packet_walk_all (SendoffSource *source, int video_index, SendoffEvents *events)
{
  return walk (source, video_index, video_index >= 0, TRUE, events);
}

/** sendoff_packet_walk_free: frees @self, its logs and frame. */
void
sendoff_packet_walk_free (SendoffPacketWalk *self)
{
  g_ptr_array_unref (self->logs);
  av_frame_free (&self->frame);
  g_free (self);
}

/** sendoff_packet_walk_get_log: (transfer none) (nullable): what was noted of stream @index. */
SendoffPacketLog *
sendoff_packet_walk_get_log (SendoffPacketWalk *self, int index)
{
  return index >= 0 && (guint)index < self->logs->len ? self->logs->pdata[index] : NULL;
}
