/* The role "audio": one decoder, the whole of an audio track for any number of outputs.
 *
 * Where a loudness is planned, the sound is decoded more than once: to measure it, to try the limiter when
 * the gain alone would bring peaks beyond the limit, and to encode it.
 */
#include "base/sendoff-i18n.h"
#include "media/sendoff-roles.h"

#include <math.h>

#include "media/sendoff-audio-encoder.h"
#include "media/sendoff-source.h"

/* Decoders need some audio before a place to be right there. */
#define PREROLL_US (2 * G_GINT64_CONSTANT (1000000))

/* What nobody hears; and what is told as a miss. */
#define LOUDNESS_TOLERANCE 0.1
#define LOUDNESS_MISS      0.5
#define PEAK_TOLERANCE_DB  0.05

/* More gain than this only makes noise loud; more beyond what reaches the target in the quiet parts only
 * crushes. */
#define MAX_GAIN_DB       30.0
#define MAX_EXTRA_GAIN_DB 6.0
#define MOST_MEASURES     4

/* Quieter than what EBU R 128 tells from silence. */
#define SILENCE_LUFS (-70.0)

/* Where channels are mixed down and no loudness is planned: headroom for what an encoder adds. */
#define MIX_LIMIT_DB (-1.0)

typedef struct
{
  const SendoffAudioOutputSpec *spec;
  SendoffAudioLevels levels;
  SendoffLoudness *loudness;    /* (nullable): planned */
  gboolean settled;             /* levels are final */
  SendoffAudioConverter *meter; /* (nullable): of a measuring pass */
  SendoffAudioEncoder *encoder; /* (nullable): of the last pass */
} Output;

typedef struct
{
  const SendoffWorkerSpec *spec;
  SendoffEvents *events;
  SendoffSource *source;
  AVStream *stream; /* borrowed */
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *frame;
  Output *outputs;
  guint n_outputs;
  double done, share; /* of the whole work: before this pass, and what this pass is */
  gint64 damaged;
} Run;

static gboolean
open_source (Run *self, GError **error)
{
  const SendoffWorkerSpec *spec = self->spec;
  AVFormatContext *format;

  self->damaged = 0;
  self->source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (self->source == NULL)
    return FALSE;
  format = sendoff_source_get_format (self->source);
  if (spec->stream_index < 0 || spec->stream_index >= (int)format->nb_streams)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED, _ ("%s no longer has the planned audio stream."),
                   spec->source_name);
      return FALSE;
    }
  self->stream = format->streams[spec->stream_index];
  for (guint i = 0; i < format->nb_streams; i++)
    format->streams[i]->discard = (int)i == spec->stream_index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  self->decoder = sendoff_source_open_decoder (self->source, spec->stream_index, 1, error);
  return self->decoder != NULL;
}

static void
close_source (Run *self)
{
  avcodec_free_context (&self->decoder);
  g_clear_pointer (&self->source, sendoff_source_free);
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
  for (guint i = 0; i < self->n_outputs; i++)
    {
      const Output *output = &self->outputs[i];

      if ((output->meter != NULL && !sendoff_audio_converter_is_full (output->meter))
          || (output->encoder != NULL && !sendoff_audio_encoder_is_full (output->encoder)))
        return FALSE;
    }
  return TRUE;
}

/* Measuring counts for a part of the way, so that progress never goes back. */
static void
report (Run *self, const Output *output)
{
  gboolean encodes = output->encoder != NULL;
  gint64 samples = encodes ? sendoff_audio_encoder_get_samples (output->encoder)
                           : sendoff_audio_converter_get_samples (output->meter);
  gint64 time_us = av_rescale (samples, 1000000, output->spec->audio->sample_rate);
  double whole_us = (double)MAX (output->spec->end_us - output->spec->start_us, 1);

  time_us = (gint64)(self->done * whole_us + self->share * (double)time_us);
  sendoff_events_progress (self->events, -1, output->spec->output, samples,
                           encodes ? sendoff_audio_encoder_get_bytes (output->encoder) : 0, time_us);
}

static gboolean
push (Run *self, Output *output, GError **error)
{
  gboolean ok = TRUE;

  if (output->meter != NULL)
    ok = sendoff_audio_converter_push (output->meter, self->frame, error);
  else if (output->encoder != NULL)
    ok = sendoff_audio_encoder_push (output->encoder, self->frame, error);
  if (ok && (output->meter != NULL || output->encoder != NULL))
    report (self, output);
  return ok;
}

static gboolean
take_frames (Run *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_frame (self->decoder, self->frame)) >= 0)
    {
      for (guint i = 0; i < self->n_outputs; i++)
        if (!push (self, &self->outputs[i], error))
          return FALSE;
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
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s cannot be read any further: %s."),
                   self->spec->source_name, sendoff_av_error (result));
      return FALSE;
    }
  avcodec_send_packet (self->decoder, NULL);
  return take_frames (self, error);
}

/* Decodes everything once, for whoever has a meter or an encoder now. */
static gboolean
run_pass (Run *self, GError **error)
{
  gboolean ok;

  if (self->source == NULL && !open_source (self, error))
    return FALSE;
  seek_to_start (self);
  ok = run_frames (self, error);
  close_source (self);
  return ok;
}

/* SendoffAudioSink of a measurement: what counts has been counted. */
static gboolean
forget (AVFrame *frame, gpointer data, GError **error)
{
  return TRUE;
}

static double
get_target (const Output *output)
{
  return output->spec->audio->loudness->target_lufs;
}

/* The source alone was measured: the gain follows, and whether peaks stay below the limit with it. */
static void
judge_source (Output *output, double lufs, double peak_db)
{
  const SendoffLoudnessPlan *plan = output->spec->audio->loudness;

  output->loudness->source_lufs = lufs;
  output->loudness->source_true_peak_db = peak_db;
  output->settled = TRUE;
  if (lufs <= SILENCE_LUFS)
    return;
  output->levels.gain_db = MIN (get_target (output) - lufs, MAX_GAIN_DB);
  if (peak_db + output->levels.gain_db <= plan->max_true_peak_db)
    return;
  output->levels.limit_db = plan->max_true_peak_db;
  output->settled = FALSE;
}

/* What a limiter takes off peaks costs loudness, and lets peaks between samples through: both are made up
 * for. */
static void
judge_limited (Output *output, double lufs, double peak_db)
{
  const SendoffLoudnessPlan *plan = output->spec->audio->loudness;
  double most_db = MIN (get_target (output) - output->loudness->source_lufs, MAX_GAIN_DB) + MAX_EXTRA_GAIN_DB;
  double excess_db = peak_db - plan->max_true_peak_db;

  if (fabs (get_target (output) - lufs) <= LOUDNESS_TOLERANCE && excess_db <= PEAK_TOLERANCE_DB)
    {
      output->settled = TRUE;
      return;
    }
  output->levels.gain_db = MIN (output->levels.gain_db + get_target (output) - lufs, most_db);
  if (excess_db > 0)
    output->levels.limit_db -= excess_db + PEAK_TOLERANCE_DB / 2;
}

static gboolean
take_measurement (Output *output, GError **error)
{
  double lufs, peak_db;

  if (!sendoff_audio_converter_finish (output->meter, error))
    return FALSE;
  lufs = sendoff_audio_converter_get_lufs (output->meter);
  peak_db = sendoff_audio_converter_get_true_peak_db (output->meter);
  g_clear_pointer (&output->meter, sendoff_audio_converter_free);
  if (output->levels.limit_db < 0)
    judge_limited (output, lufs, peak_db);
  else
    judge_source (output, lufs, peak_db);
  return TRUE;
}

static gboolean
open_meters (Run *self, guint *n_meters, GError **error)
{
  *n_meters = 0;
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      if (output->settled)
        continue;
      output->meter
          = sendoff_audio_converter_new (output->spec, self->spec->origin_us, self->stream->time_base,
                                         &output->levels, 0, forget, NULL, error);
      if (output->meter == NULL)
        return FALSE;
      (*n_meters)++;
    }
  return TRUE;
}

/* Every measurement takes about half as long as what is left. */
static void
begin_share (Run *self, gboolean is_last)
{
  self->done += self->share;
  self->share = (1 - self->done) * (is_last ? 1 : 0.5);
}

static gboolean
measure (Run *self, GError **error)
{
  for (guint pass = 0; pass < MOST_MEASURES; pass++)
    {
      guint n_meters;

      if ((self->source == NULL && !open_source (self, error)) || !open_meters (self, &n_meters, error))
        return FALSE;
      if (n_meters == 0)
        return TRUE;
      begin_share (self, FALSE);
      if (!run_pass (self, error))
        return FALSE;
      for (guint i = 0; i < self->n_outputs; i++)
        if (self->outputs[i].meter != NULL && !take_measurement (&self->outputs[i], error))
          return FALSE;
    }
  return TRUE;
}

static void
warn_of_miss (Run *self, const Output *output)
{
  const SendoffLoudness *loudness = sendoff_audio_encoder_get_loudness (output->encoder);
  g_autofree char *message = NULL;

  if (loudness == NULL || fabs (loudness->lufs - get_target (output)) <= LOUDNESS_MISS)
    return;
  if (loudness->source_lufs <= SILENCE_LUFS)
    message = g_strdup (_ ("The sound is silent or too short to be measured, so it was left as loud as it is."));
  else
    message = g_strdup_printf (_ ("The sound was brought to %.1f LUFS and not to %.1f, which would distort it."),
                               loudness->lufs, get_target (output));
  sendoff_events_warning (self->events, "loudness", "%s", message);
}

static gboolean
encode (Run *self, GError **error)
{
  if (self->source == NULL && !open_source (self, error))
    return FALSE;
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      if (output->loudness != NULL)
        {
          output->loudness->gain_db = output->levels.gain_db;
          output->loudness->limited = output->levels.limit_db < 0;
        }
      output->encoder
          = sendoff_audio_encoder_new (output->spec, self->spec->origin_us, self->stream->time_base,
                                       &output->levels, output->loudness, error);
      if (output->encoder == NULL)
        return FALSE;
    }
  begin_share (self, TRUE);
  if (!run_pass (self, error))
    return FALSE;
  for (guint i = 0; i < self->n_outputs; i++)
    {
      if (!sendoff_audio_encoder_finish (self->outputs[i].encoder, error))
        return FALSE;
      warn_of_miss (self, &self->outputs[i]);
    }
  if (self->damaged > 0)
    sendoff_events_warning (self->events, "damaged-audio",
                            _ ("The source is damaged: parts of its sound could not be decoded."));
  return TRUE;
}

static void
begin_outputs (Run *self)
{
  self->n_outputs = self->spec->audio_outputs->len;
  self->outputs = g_new0 (Output, self->n_outputs);
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      output->spec = g_ptr_array_index (self->spec->audio_outputs, i);
      output->settled = output->spec->audio->loudness == NULL;
      if (!output->settled)
        {
          output->loudness = sendoff_loudness_new ();
          output->levels.measure = TRUE;
        }
      else if (output->spec->audio->mix != NULL)
        output->levels.limit_db = MIX_LIMIT_DB;
    }
}

static void
end_run (Run *self)
{
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      g_clear_pointer (&output->meter, sendoff_audio_converter_free);
      g_clear_pointer (&output->encoder, sendoff_audio_encoder_free);
      g_clear_pointer (&output->loudness, sendoff_loudness_free);
    }
  g_free (self->outputs);
  av_packet_free (&self->packet);
  av_frame_free (&self->frame);
  close_source (self);
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
  begin_outputs (&run);
  ok = measure (&run, error) && encode (&run, error);
  end_run (&run);
  return ok;
}
