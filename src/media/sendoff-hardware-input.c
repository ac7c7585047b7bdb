#include "media/sendoff-hardware-input.h"

#include <libavutil/hwcontext.h>
#include <libswscale/swscale.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

/* Frames that an encoder may hold back, beside those on their way. */
#define POOL_SIZE 32

struct _SendoffHardwareInput
{
  AVCodecContext *context; /* borrowed */
  char *encoder;
  enum AVPixelFormat layout;
  struct SwsContext *scaler; /* made with the first frame that needs it */
};

static gboolean
refuse (const char *encoder, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The encoder %s cannot be used: %s."), encoder,
               what);
  return FALSE;
}

static enum AVPixelFormat
find_device_format (const AVCodec *codec, enum AVHWDeviceType type)
{
  const AVCodecHWConfig *config;

  for (int i = 0; (config = avcodec_get_hw_config (codec, i)) != NULL; i++)
    if (config->device_type == type && (config->methods & AV_CODEC_HW_CONFIG_METHOD_HW_FRAMES_CTX) != 0)
      return config->pix_fmt;
  return AV_PIX_FMT_NONE;
}

static int
make_pool (const SendoffVideoPlan *plan,
           AVCodecContext *context,
           AVBufferRef *device,
           enum AVPixelFormat format)
{
  AVHWFramesContext *frames;

  context->hw_frames_ctx = av_hwframe_ctx_alloc (device);
  if (context->hw_frames_ctx == NULL)
    return AVERROR (ENOMEM);
  frames = (AVHWFramesContext *)(void *)context->hw_frames_ctx->data;
  frames->format = format;
  frames->sw_format = av_get_pix_fmt (plan->hardware->upload_format);
  frames->width = plan->width;
  frames->height = plan->height;
  frames->initial_pool_size = POOL_SIZE;
  return av_hwframe_ctx_init (context->hw_frames_ctx);
}

/**
 * sendoff_hardware_prepare:
 * @plan: one with hardware
 * @context: of its encoder, not opened yet
 *
 * Tells the encoder what layout its frames have, and opens the device that they are uploaded to.
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER
 */
gboolean
sendoff_hardware_prepare (const SendoffVideoPlan *plan, AVCodecContext *context, GError **error)
{
  const char *type_name = plan->hardware->device_type;
  enum AVHWDeviceType type;
  enum AVPixelFormat format;
  AVBufferRef *device = NULL;
  int result;

  context->pix_fmt = av_get_pix_fmt (plan->hardware->upload_format);
  if (type_name == NULL)
    return TRUE;
  type = av_hwdevice_find_type_by_name (type_name);
  format = find_device_format (context->codec, type);
  if (format == AV_PIX_FMT_NONE)
    return refuse (plan->encoder, _ ("this FFmpeg cannot give it pictures"), error);
  result = av_hwdevice_ctx_create (&device, type, NULL, NULL, 0);
  if (result >= 0)
    result = make_pool (plan, context, device, format);
  av_buffer_unref (&device);
  if (result < 0)
    return refuse (plan->encoder, sendoff_av_error (result), error);
  context->pix_fmt = format;
  return TRUE;
}

/** sendoff_hardware_input_new: (transfer full): the way of frames as @plan has them to @context, its opened
 * encoder, which must outlive it. */
SendoffHardwareInput *
sendoff_hardware_input_new (const SendoffVideoPlan *plan, AVCodecContext *context)
{
  SendoffHardwareInput *self = g_new0 (SendoffHardwareInput, 1);

  self->context = context;
  self->encoder = g_strdup (plan->encoder);
  self->layout = av_get_pix_fmt (plan->hardware->upload_format);
  return self;
}

/** sendoff_hardware_input_free: frees @self. */
void
sendoff_hardware_input_free (SendoffHardwareInput *self)
{
  sws_freeContext (self->scaler);
  g_free (self->encoder);
  g_free (self);
}

/* The same samples in another order: nothing is scaled, no colour is converted. */
static int
arrange (SendoffHardwareInput *self, const AVFrame *frame, AVFrame *arranged)
{
  if (self->scaler == NULL)
    self->scaler = sws_getContext (frame->width, frame->height, frame->format, frame->width, frame->height,
                                   self->layout, SWS_POINT, NULL, NULL, NULL);
  if (self->scaler == NULL)
    return AVERROR (EINVAL);
  arranged->format = self->layout;
  arranged->width = frame->width;
  arranged->height = frame->height;
  return sws_scale_frame (self->scaler, arranged, frame);
}

static int
upload (SendoffHardwareInput *self, AVFrame *frame)
{
  AVFrame *uploaded = av_frame_alloc ();
  int result = av_hwframe_get_buffer (self->context->hw_frames_ctx, uploaded, 0);

  if (result >= 0)
    result = av_hwframe_transfer_data (uploaded, frame, 0);
  if (result >= 0)
    result = av_frame_copy_props (uploaded, frame);
  if (result >= 0)
    {
      av_frame_unref (frame);
      av_frame_move_ref (frame, uploaded);
    }
  av_frame_free (&uploaded);
  return result;
}

/**
 * sendoff_hardware_input_convert:
 * @frame: (inout): as the plan has it; becomes what the encoder takes, with the same times
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER
 */
gboolean
sendoff_hardware_input_convert (SendoffHardwareInput *self, AVFrame *frame, GError **error)
{
  int result = 0;

  if (frame->format != (int)self->layout)
    {
      AVFrame *arranged = av_frame_alloc ();

      result = arrange (self, frame, arranged);
      if (result >= 0)
        result = av_frame_copy_props (arranged, frame);
      if (result >= 0)
        {
          av_frame_unref (frame);
          av_frame_move_ref (frame, arranged);
        }
      av_frame_free (&arranged);
    }
  if (result >= 0 && self->context->hw_frames_ctx != NULL)
    result = upload (self, frame);
  return result >= 0 || refuse (self->encoder, sendoff_av_error (result), error);
}
