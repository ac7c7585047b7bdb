/* The role "audio": one decoder, the whole audio of any number of outputs. */
#include "media/sendoff-roles.h"

#include "media/sendoff-audio-encoder.h"
#include "media/sendoff-source.h"

/* Decoders need some audio before a place to be right there. */
#define PREROLL_US (2 * G_GINT64_CONSTANT (1000000))

typedef struct {
  const SendoffWorkerSpec *spec;
  SendoffEvents *events;
  SendoffSource *source;
  AVStream *stream; /* borrowed */
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *frame;
  GPtrArray *encoders; /* SendoffAudioEncoder */
  gint64 damaged;
} Run;

static gboolean
open_run (Run *self, GError **error)
{
  const SendoffWorkerSpec *spec = self->spec;
  AVFormatContext *format;

  self->source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (self->source == NULL)
    return FALSE;
  format = sendoff_source_get_format (self->source);
  if (spec->stream_index < 0 || spec->stream_index >= (int)format->nb_streams)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED, "%s no longer has the planned audio stream.",
                   spec->source_name);
      return FALSE;
    }
  self->stream = format->streams[spec->stream_index];
  for (guint i = 0; i < format->nb_streams; i++)
    format->streams[i]->discard = (int)i == spec->stream_index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  self->decoder = sendoff_source_open_decoder (self->source, spec->stream_index, 1, error);
  if (self->decoder == NULL)
    return FALSE;
  for (guint i = 0; i < spec->audio_outputs->len; i++)
    {
      SendoffAudioEncoder *encoder = sendoff_audio_encoder_new (g_ptr_array_index (spec->audio_outputs, i),
                                                                spec->origin_us, self->stream->time_base, error);

      if (encoder == NULL)
        return FALSE;
      g_ptr_array_add (self->encoders, encoder);
    }
  return TRUE;
}

/* Far into a source that can be searched, reading starts shortly before the first output does. */
static void
seek_to_start (Run *self)
{
  gint64 target_us = self->spec->start_us - PREROLL_US;

  if (self->spec->sequential || target_us <= 0)
    return;
  av_seek_frame (sendoff_source_get_format (self->source), self->stream->index,
                 av_rescale_q (target_us + self->spec->origin_us, (AVRational){ 1, 1000000 }, self->stream->time_base),
                 AVSEEK_FLAG_BACKWARD);
}

static gboolean
is_full (Run *self)
{
  for (guint i = 0; i < self->encoders->len; i++)
    if (!sendoff_audio_encoder_is_full (g_ptr_array_index (self->encoders, i)))
      return FALSE;
  return TRUE;
}

static gboolean
take_frames (Run *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_frame (self->decoder, self->frame)) >= 0)
    {
      for (guint i = 0; i < self->encoders->len; i++)
        {
          const SendoffAudioOutputSpec *output = g_ptr_array_index (self->spec->audio_outputs, i);
          SendoffAudioEncoder *encoder = g_ptr_array_index (self->encoders, i);

          if (!sendoff_audio_encoder_push (encoder, self->frame, error))
            return FALSE;
          sendoff_events_progress (self->events, -1, output->output, sendoff_audio_encoder_get_samples (encoder),
                                   sendoff_audio_encoder_get_bytes (encoder),
                                   av_rescale (sendoff_audio_encoder_get_samples (encoder), 1000000,
                                               output->audio->sample_rate));
        }
      av_frame_unref (self->frame);
    }
  if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    self->damaged++;
  return TRUE;
}

static gboolean
run_frames (Run *self, GError **error)
{
  AVFormatContext *format = sendoff_source_get_format (self->source);
  int result = 0;

  while (!is_full (self) && (result = av_read_frame (format, self->packet)) >= 0)
    {
      if (self->packet->stream_index == self->stream->index && avcodec_send_packet (self->decoder, self->packet) < 0)
        self->damaged++;
      av_packet_unref (self->packet);
      if (!take_frames (self, error))
        return FALSE;
    }
  if (result == AVERROR (EIO))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, "%s cannot be read any further: %s.",
                   self->spec->source_name, sendoff_av_error (result));
      return FALSE;
    }
  avcodec_send_packet (self->decoder, NULL);
  return take_frames (self, error);
}

static gboolean
finish (Run *self, GError **error)
{
  for (guint i = 0; i < self->encoders->len; i++)
    if (!sendoff_audio_encoder_finish (g_ptr_array_index (self->encoders, i), error))
      return FALSE;
  if (self->damaged > 0)
    sendoff_events_warning (self->events, "damaged-audio",
                            "The source is damaged: parts of its sound could not be decoded.");
  return TRUE;
}

/**
 * sendoff_role_audio:
 * @spec: one audio stream, and the outputs to make of it
 *
 * Returns: whether every output's packet file is there
 */
gboolean
sendoff_role_audio (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  Run run = { .spec = spec, .events = events };
  gboolean ok;

  run.packet = av_packet_alloc ();
  run.frame = av_frame_alloc ();
  run.encoders = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_audio_encoder_free);
  ok = open_run (&run, error);
  if (ok)
    {
      seek_to_start (&run);
      ok = run_frames (&run, error) && finish (&run, error);
    }
  g_ptr_array_unref (run.encoders);
  av_packet_free (&run.packet);
  av_frame_free (&run.frame);
  avcodec_free_context (&run.decoder);
  g_clear_pointer (&run.source, sendoff_source_free);
  return ok;
}
