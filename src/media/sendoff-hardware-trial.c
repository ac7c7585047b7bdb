/* Whether an encoder really works here. FFmpeg lists hardware encoders whether there is such hardware or not,
 * and drivers exist that encode without complaint what no decoder shows as it was. */
#include <math.h>

#include "base/sendoff-i18n.h"
#include "media/sendoff-encoder-open.h"
#include "media/sendoff-hardware-input.h"
#include "media/sendoff-roles.h"

#define N_FRAMES 24

/* Far below what any encoder loses of a smooth picture at a usual quality, far above what garbage has. */
#define LEAST_PSNR_DB 25

typedef struct
{
  const SendoffVideoPlan *plan;
  AVCodecContext *encoder;
  AVCodecContext *decoder;
  SendoffHardwareInput *input; /* (nullable) */
  AVPacket *packet;
  AVFrame *sent, *got;
  guint n_got;
  double worst_psnr_db;
} Trial;

static gboolean
refuse (const Trial *self, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The encoder %s cannot be used: %s."),
               self->plan->encoder, what);
  return FALSE;
}

/* A ramp that drifts: every frame is another, and none is hard to encode. */
static guint8
get_luma (int x, int y, guint number)
{
  return (guint8)(16 + ((guint)(x / 4 + y / 4) + 2 * number) % 200);
}

/* Planes of colour differ, so that one cannot stand for the other. */
static guint8
get_sample (int plane, int x, int y, guint number)
{
  static const guint8 chroma[] = { 0, 90, 160 };

  return plane == 0 ? get_luma (x, y, number) : chroma[plane];
}

static void
draw (AVFrame *frame, guint number)
{
  for (int plane = 0; plane < 3; plane++)
    for (int y = 0; y < frame->height >> (plane > 0); y++)
      for (int x = 0; x < frame->width >> (plane > 0); x++)
        frame->data[plane][y * frame->linesize[plane] + x] = get_sample (plane, x, y, number);
}

static double
get_psnr (const AVFrame *frame, guint number)
{
  double sum = 0;

  for (int plane = 0; plane < 3; plane++)
    for (int y = 0; y < frame->height >> (plane > 0); y++)
      for (int x = 0; x < frame->width >> (plane > 0); x++)
        {
          double difference
              = frame->data[plane][y * frame->linesize[plane] + x] - get_sample (plane, x, y, number);

          sum += difference * difference;
        }
  sum /= 1.5 * frame->width * frame->height;
  return sum > 0 ? 10 * log10 (255 * 255 / sum) : 100;
}

static gboolean
look_at_frames (Trial *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_frame (self->decoder, self->got)) >= 0)
    {
      if (self->got->width != self->plan->width || self->got->height != self->plan->height
          || (self->got->format != AV_PIX_FMT_YUV420P && self->got->format != AV_PIX_FMT_YUVJ420P))
        return refuse (self, _ ("its pictures have another shape"), error);
      self->worst_psnr_db = MIN (self->worst_psnr_db, get_psnr (self->got, self->n_got));
      self->n_got++;
      av_frame_unref (self->got);
    }
  return result == AVERROR (EAGAIN) || result == AVERROR_EOF
         || refuse (self, sendoff_av_error (result), error);
}

static gboolean
decode_packets (Trial *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_packet (self->encoder, self->packet)) >= 0)
    {
      result = avcodec_send_packet (self->decoder, self->packet);
      av_packet_unref (self->packet);
      if (result < 0)
        return refuse (self, _ ("what it makes cannot be decoded"), error);
      if (!look_at_frames (self, error))
        return FALSE;
    }
  return result == AVERROR (EAGAIN) || result == AVERROR_EOF
         || refuse (self, sendoff_av_error (result), error);
}

static gboolean
encode_frame (Trial *self, guint number, GError **error)
{
  int result;

  av_frame_unref (self->sent);
  self->sent->format = av_get_pix_fmt (self->plan->pixel_format);
  self->sent->width = self->plan->width;
  self->sent->height = self->plan->height;
  result = av_frame_get_buffer (self->sent, 0);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  draw (self->sent, number);
  self->sent->pts = number;
  if (self->input != NULL && !sendoff_hardware_input_convert (self->input, self->sent, error))
    return FALSE;
  result = avcodec_send_frame (self->encoder, self->sent);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  return decode_packets (self, error);
}

static gboolean
open_decoder (Trial *self, GError **error)
{
  const AVCodec *codec = self->encoder->codec_id == AV_CODEC_ID_AV1
                             ? avcodec_find_decoder_by_name ("libdav1d")
                             : avcodec_find_decoder (self->encoder->codec_id);
  g_autoptr (AVCodecParameters) parameters = avcodec_parameters_alloc ();
  int result;

  if (codec == NULL)
    return refuse (self, _ ("what it makes cannot be decoded here"), error);
  self->decoder = avcodec_alloc_context3 (codec);
  result = avcodec_parameters_from_context (parameters, self->encoder);
  if (result >= 0)
    result = avcodec_parameters_to_context (self->decoder, parameters);
  if (result >= 0)
    result = avcodec_open2 (self->decoder, codec, NULL);
  return result >= 0 || refuse (self, sendoff_av_error (result), error);
}

static gboolean
run (Trial *self, GError **error)
{
  self->encoder = sendoff_encoder_open (self->plan, NULL, N_FRAMES * G_USEC_PER_SEC / 30,
                                        SENDOFF_ENCODER_ONLY_PASS, NULL, error);
  if (self->encoder == NULL || !open_decoder (self, error))
    return FALSE;
  if (self->plan->hardware != NULL)
    self->input = sendoff_hardware_input_new (self->plan, self->encoder);
  for (guint i = 0; i < N_FRAMES; i++)
    if (!encode_frame (self, i, error))
      return FALSE;
  avcodec_send_frame (self->encoder, NULL);
  if (!decode_packets (self, error))
    return FALSE;
  avcodec_send_packet (self->decoder, NULL);
  if (!look_at_frames (self, error))
    return FALSE;
  if (self->n_got != N_FRAMES)
    return refuse (self, _ ("it loses pictures"), error);
  return self->worst_psnr_db >= LEAST_PSNR_DB
         || refuse (self, _ ("its pictures are not the ones it was given"), error);
}

/**
 * sendoff_role_trial:
 * @spec: with one chunk output, of whose video plan the encoder is tried with 8-bit 4:2:0 pictures
 *
 * Encodes a few pictures that it draws itself, decodes them in software, and compares.
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER when that encoder is not to be used
 */
gboolean
sendoff_role_trial (const SendoffWorkerSpec *spec, GError **error)
{
  const SendoffChunkOutputSpec *output
      = spec->chunk_outputs->len > 0 ? g_ptr_array_index (spec->chunk_outputs, 0) : NULL;
  Trial self = { .worst_psnr_db = 100 };
  gboolean works;

  if (output == NULL || output->video == NULL)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("There is no encoder to try."));
      return FALSE;
    }
  self.plan = output->video;
  self.packet = av_packet_alloc ();
  self.sent = av_frame_alloc ();
  self.got = av_frame_alloc ();
  works = run (&self, error);
  g_clear_pointer (&self.input, sendoff_hardware_input_free);
  avcodec_free_context (&self.encoder);
  avcodec_free_context (&self.decoder);
  av_packet_free (&self.packet);
  av_frame_free (&self.sent);
  av_frame_free (&self.got);
  return works;
}
