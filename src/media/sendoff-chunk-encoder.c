#include "media/sendoff-chunk-encoder.h"

#include "base/sendoff-i18n.h"
#include "media/sendoff-encoder-open.h"
#include "media/sendoff-first-pass.h"
#include "media/sendoff-frame-reader.h"
#include "media/sendoff-hardware-input.h"
#include "media/sendoff-quality-meter.h"

struct _SendoffChunkEncoder
{
  SendoffChunkJob job; /* owned copies */
  SendoffPacketWriter *writer;
  AVCodecContext *context;      /* NULL until the first frame */
  SendoffFirstPass *first_pass; /* (nullable): likewise */
  SendoffHardwareInput *input;  /* (nullable): likewise */
  SendoffQualityMeter *meter;   /* (nullable): likewise */
  char *statistics;             /* (nullable): of the first pass, lent to the encoder */
  AVPacket *packet;
  AVFrame *frame;
  GArray *times;   /* gint64: pts of every frame pushed */
  GString *hashes; /* (nullable) */
  gint64 first_pts, last_pts, last_duration;
  gint64 frames;
  gint64 measured_bytes;
  gboolean count_frames; /* the encoder sees frame numbers, the packets get the times back */
};

/**
 * sendoff_chunk_encoder_new:
 * @job: what to make; copied
 *
 * The encoder is opened with the first frame, so that an empty chunk costs nothing.
 *
 * Returns: (transfer full): the encoder of one chunk, or %NULL with the writer's error
 */
SendoffChunkEncoder *
sendoff_chunk_encoder_new (const SendoffChunkJob *job, GError **error)
{
  SendoffPacketWriter *writer = sendoff_packet_writer_new (job->path, error);
  SendoffChunkEncoder *self;

  if (writer == NULL)
    return NULL;
  self = g_new0 (SendoffChunkEncoder, 1);
  self->job.plan = sendoff_video_plan_copy (job->plan);
  self->job.rate = job->rate != NULL ? sendoff_chunk_rate_copy (job->rate) : NULL;
  self->job.first_pass = job->first_pass != NULL ? sendoff_video_plan_copy (job->first_pass) : NULL;
  self->job.statistics_path = g_strdup (job->statistics_path);
  self->job.duration_us = job->duration_us;
  self->job.metric = g_strdup (job->metric);
  self->writer = writer;
  self->packet = av_packet_alloc ();
  self->frame = av_frame_alloc ();
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->hashes = job->hash_frames ? g_string_new (NULL) : NULL;
  self->count_frames = sendoff_encoder_counts_frames (job->plan->encoder);
  return self;
}

/** sendoff_chunk_encoder_free: frees @self; an unfinished packet file is removed. */
void
sendoff_chunk_encoder_free (SendoffChunkEncoder *self)
{
  avcodec_free_context (&self->context);
  g_clear_pointer (&self->first_pass, sendoff_first_pass_free);
  g_clear_pointer (&self->input, sendoff_hardware_input_free);
  g_clear_pointer (&self->meter, sendoff_quality_meter_free);
  av_packet_free (&self->packet);
  av_frame_free (&self->frame);
  g_clear_pointer (&self->writer, sendoff_packet_writer_free);
  g_clear_pointer (&self->times, g_array_unref);
  if (self->hashes != NULL)
    g_string_free (self->hashes, TRUE);
  sendoff_video_plan_free ((SendoffVideoPlan *)self->job.plan);
  g_clear_pointer ((SendoffChunkRate **)&self->job.rate, sendoff_chunk_rate_free);
  g_clear_pointer ((SendoffVideoPlan **)&self->job.first_pass, sendoff_video_plan_free);
  g_free ((char *)self->job.statistics_path);
  g_free ((char *)self->job.metric);
  g_free (self->statistics);
  g_free (self);
}

static gboolean
refuse (SendoffChunkEncoder *self, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The encoder %s cannot be used: %s."),
               self->job.plan->encoder, what);
  return FALSE;
}

/* Takes @failure (transfer full). A score that is asked for is part of the chunk; one that only an estimate
 * would have shown is not worth failing for. */
static gboolean
do_without_scores (SendoffChunkEncoder *self, GError *failure, GError **error)
{
  g_clear_pointer (&self->meter, sendoff_quality_meter_free);
  if (self->job.rate != NULL && self->job.rate->metric != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  g_error_free (failure);
  return TRUE;
}

static gboolean
open_encoders (SendoffChunkEncoder *self, GError **error)
{
  const SendoffChunkJob *job = &self->job;
  GError *failure = NULL;
  SendoffEncoderPass pass
      = job->statistics_path != NULL ? SENDOFF_ENCODER_SECOND_PASS : SENDOFF_ENCODER_ONLY_PASS;

  if (pass == SENDOFF_ENCODER_SECOND_PASS
      && !sendoff_first_pass_read (job->statistics_path, &self->statistics, error))
    return FALSE;
  if (job->first_pass != NULL && sendoff_first_pass_gives_statistics (job->first_pass))
    {
      self->first_pass = sendoff_first_pass_new (job->first_pass, job->duration_us, error);
      if (self->first_pass == NULL)
        return FALSE;
    }
  self->context
      = sendoff_encoder_open (job->plan, job->rate, job->duration_us, pass, self->statistics, error);
  if (self->context != NULL && job->plan->hardware != NULL)
    self->input = sendoff_hardware_input_new (job->plan, self->context);
  if (self->context == NULL || job->metric == NULL)
    return self->context != NULL;
  self->meter = sendoff_quality_meter_new (job->metric, self->context, &failure);
  return self->meter != NULL || do_without_scores (self, failure, error);
}

static gboolean
take_packet (SendoffChunkEncoder *self, GError **error)
{
  GError *failure = NULL;

  if (self->job.first_pass != NULL)
    {
      self->measured_bytes += self->packet->size;
      return TRUE;
    }
  if (self->meter != NULL && !sendoff_quality_meter_take_packet (self->meter, self->packet, &failure)
      && !do_without_scores (self, failure, error))
    return FALSE;
  return sendoff_packet_writer_write (self->writer, self->packet, error);
}

static gboolean
drain (SendoffChunkEncoder *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_packet (self->context, self->packet)) >= 0)
    {
      if (self->count_frames)
        {
          if (self->packet->pts < 0 || self->packet->pts >= self->times->len)
            return refuse (self, _ ("it lost a frame"), error);
          self->packet->pts = g_array_index (self->times, gint64, self->packet->pts);
          self->packet->dts = self->packet->pts;
          self->packet->duration = 0;
        }
      if (!take_packet (self, error))
        return FALSE;
      av_packet_unref (self->packet);
    }
  if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    return refuse (self, sendoff_av_error (result), error);
  return TRUE;
}

static void
note_hash (SendoffChunkEncoder *self, const AVFrame *frame, gint64 pts)
{
  g_autofree char *hash = sendoff_frame_hash (frame);

  g_string_append_printf (self->hashes, "%s%" G_GINT64_FORMAT ":%.16s", self->hashes->len > 0 ? " " : "", pts,
                          hash);
}

/**
 * sendoff_chunk_encoder_push:
 * @frame: in the plan's size and pixel format, kept by reference
 * @pts: in the plan's time base, larger than the one before
 * @duration: in the same unit, 0 unknown
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER or the writer's error
 */
gboolean
sendoff_chunk_encoder_push (
    SendoffChunkEncoder *self, const AVFrame *frame, gint64 pts, gint64 duration, GError **error)
{
  int result;

  if (self->context == NULL && !open_encoders (self, error))
    return FALSE;
  if (frame->format != (int)av_get_pix_fmt (self->job.plan->pixel_format)
      || frame->width != self->context->width || frame->height != self->context->height)
    return refuse (self, _ ("the picture does not have the planned size or format"), error);
  if (self->frames == 0)
    self->first_pts = pts;
  if (self->hashes != NULL)
    note_hash (self, frame, pts);
  self->last_pts = pts;
  self->last_duration = duration;
  g_array_append_val (self->times, pts);
  av_frame_unref (self->frame);
  av_frame_ref (self->frame, frame);
  /* What is to be said beside the pictures is in the plan: not every frame has it, and encoders would take it. */
  while (self->frame->nb_side_data > 0)
    av_frame_remove_side_data (self->frame, self->frame->side_data[0]->type);
  self->frame->pts = self->count_frames ? self->frames : pts;
  self->frame->pict_type = AV_PICTURE_TYPE_NONE;
  self->frames++;
  if (self->first_pass != NULL
      && !sendoff_first_pass_push (self->first_pass, self->frame, self->frames - 1, error))
    return FALSE;
  if (self->meter != NULL)
    sendoff_quality_meter_take_frame (self->meter, self->frame);
  if (self->input != NULL && !sendoff_hardware_input_convert (self->input, self->frame, error))
    return FALSE;
  result = avcodec_send_frame (self->context, self->frame);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  return drain (self, error);
}

/**
 * sendoff_chunk_encoder_finish:
 * @lead_in: (nullable): of the first chunk after a seek: hashes of the source frames before it
 * @tail: (nullable): hashes of the last source frames of the chunk
 *
 * Takes the delayed packets and gives the packet file its final name.
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER or the writer's error
 */
gboolean
sendoff_chunk_encoder_finish (SendoffChunkEncoder *self,
                              const char *lead_in,
                              const char *tail,
                              GError **error)
{
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVCodecParameters) codec = NULL;
  GError *failure = NULL;

  if (self->context != NULL)
    {
      avcodec_send_frame (self->context, NULL);
      if (!drain (self, error))
        return FALSE;
      if (self->first_pass != NULL && !sendoff_first_pass_finish (self->first_pass, self->writer, error))
        return FALSE;
      if (self->meter != NULL)
        trailer->scores = sendoff_quality_meter_finish (self->meter, &failure);
      if (failure != NULL && !do_without_scores (self, failure, error))
        return FALSE;
      codec = avcodec_parameters_alloc ();
      avcodec_parameters_from_context (codec, self->context);
    }
  trailer->frames = self->frames;
  trailer->first_pts = self->first_pts;
  trailer->last_pts = self->last_pts;
  trailer->last_duration = self->last_duration;
  trailer->time_base = self->job.plan->time_base;
  trailer->measured_bytes = self->measured_bytes;
  trailer->lead_in = g_strdup (lead_in);
  trailer->tail = g_strdup (tail);
  trailer->frames_hash = self->hashes != NULL ? g_strdup (self->hashes->str) : NULL;
  return sendoff_packet_writer_finish (self->writer, codec, trailer, error);
}

/** sendoff_chunk_encoder_get_frames: frames pushed so far. */
gint64
sendoff_chunk_encoder_get_frames (SendoffChunkEncoder *self)
{
  return self->frames;
}

/** sendoff_chunk_encoder_get_bytes: bytes of the packets that the encoder has given so far. */
gint64
sendoff_chunk_encoder_get_bytes (SendoffChunkEncoder *self)
{
  return sendoff_packet_writer_get_bytes (self->writer) + self->measured_bytes;
}
