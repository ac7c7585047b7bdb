/* The role "verify": decodes everything that a file plays and counts what goes wrong. */
#include "media/sendoff-roles.h"
#include "media/sendoff-source.h"

typedef struct {
  SendoffSource *source;
  AVFormatContext *format;
  AVCodecContext **decoders; /* by stream, %NULL for those that are not played */
  AVPacket *packet;
  AVFrame *frame;
  SendoffDecodeResult *result;
} DecodeRun;

static gboolean
is_played (const AVStream *stream)
{
  enum AVMediaType type = stream->codecpar->codec_type;

  return (type == AVMEDIA_TYPE_VIDEO || type == AVMEDIA_TYPE_AUDIO)
         && (stream->disposition & AV_DISPOSITION_ATTACHED_PIC) == 0;
}

/* As strict as a decoder gets: it has to say when something was made up. */
static gboolean
open_decoders (DecodeRun *self, int threads, GError **error)
{
  self->decoders = g_new0 (AVCodecContext *, self->format->nb_streams);
  for (guint i = 0; i < self->format->nb_streams; i++)
    {
      AVStream *stream = self->format->streams[i];

      stream->discard = is_played (stream) ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
      if (!is_played (stream))
        continue;
      self->decoders[i] = sendoff_source_open_decoder (self->source, (int)i, threads, error);
      if (self->decoders[i] == NULL)
        return FALSE;
      self->decoders[i]->err_recognition |= AV_EF_CRCCHECK | AV_EF_BITSTREAM;
    }
  return TRUE;
}

static void
note_error (DecodeRun *self, guint stream, gint64 time)
{
  AVRational time_base = self->format->streams[stream]->time_base;

  self->result->errors++;
  if (self->result->first_error_us < 0 && time != AV_NOPTS_VALUE)
    self->result->first_error_us = MAX (0, av_rescale_q (time, time_base, AV_TIME_BASE_Q));
}

static void
take_frames (DecodeRun *self, guint stream, int main_video)
{
  int result;

  while ((result = avcodec_receive_frame (self->decoders[stream], self->frame)) >= 0)
    {
      gboolean is_damaged
          = (self->frame->flags & AV_FRAME_FLAG_CORRUPT) != 0 || self->frame->decode_error_flags != 0;

      if (is_damaged)
        note_error (self, stream, self->frame->best_effort_timestamp);
      if ((int)stream == main_video)
        self->result->video_frames++;
      else if (self->frame->nb_samples > 0)
        self->result->audio_samples += self->frame->nb_samples;
      av_frame_unref (self->frame);
    }
  if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    note_error (self, stream, AV_NOPTS_VALUE);
}

static void
decode_all (DecodeRun *self, int main_video, SendoffEvents *events)
{
  int result;

  while ((result = av_read_frame (self->format, self->packet)) >= 0)
    {
      guint stream = (guint)self->packet->stream_index;

      /* Streams that turn up in mid-file have no decoder. */
      if (stream < self->format->nb_streams && self->decoders[stream] != NULL)
        {
          if ((self->packet->flags & AV_PKT_FLAG_CORRUPT) != 0
              || avcodec_send_packet (self->decoders[stream], self->packet) < 0)
            note_error (self, stream, self->packet->pts);
          take_frames (self, stream, main_video);
          sendoff_events_progress (events, -1, -1, self->result->video_frames, avio_tell (self->format->pb), 0);
        }
      av_packet_unref (self->packet);
    }
  if (result != AVERROR_EOF)
    self->result->errors++;
}

static void
drain (DecodeRun *self, int main_video)
{
  for (guint i = 0; i < self->format->nb_streams; i++)
    if (self->decoders[i] != NULL)
      {
        avcodec_send_packet (self->decoders[i], NULL);
        take_frames (self, i, main_video);
      }
}

static void
close_decoders (DecodeRun *self, guint n_streams)
{
  for (guint i = 0; self->decoders != NULL && i < n_streams; i++)
    avcodec_free_context (&self->decoders[i]);
  g_free (self->decoders);
}

/**
 * sendoff_role_verify:
 * @spec: the file; stream_index is its video (-1 none), decoder_threads is for each decoder
 *
 * Returns: (transfer full): what decoding every stream found, or %NULL with the errors of sendoff_source_open()
 */
SendoffDecodeResult *
sendoff_role_verify (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  DecodeRun self = { .result = sendoff_decode_result_new () };
  guint n_streams = 0;
  gboolean ok;

  self.source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (self.source == NULL)
    {
      sendoff_decode_result_free (self.result);
      return NULL;
    }
  self.format = sendoff_source_get_format (self.source);
  n_streams = self.format->nb_streams;
  self.packet = av_packet_alloc ();
  self.frame = av_frame_alloc ();
  ok = open_decoders (&self, spec->decoder_threads, error);
  if (ok)
    {
      decode_all (&self, spec->stream_index, events);
      drain (&self, spec->stream_index);
    }
  close_decoders (&self, n_streams);
  av_packet_free (&self.packet);
  av_frame_free (&self.frame);
  sendoff_source_free (self.source);
  if (!ok)
    g_clear_pointer (&self.result, sendoff_decode_result_free);
  return self.result;
}
