#include "media/sendoff-picture-writer.h"

#include <math.h>

#include "base/sendoff-i18n.h"
#include "media/sendoff-frame-filter.h"
#include "model/sendoff-filters.h"

/* Of JPEG's quantizers, 1 to 31: the best quality that still makes small files. */
#define JPEG_QUANTIZER 3

/* The picture's own size, or smaller to lie in the box; never larger. Tone mapping cannot take odd sizes of
 * subsampled colour. */
static void
choose_size (const AVFrame *frame, const SendoffPictureStyle *style, int *width, int *height)
{
  double aspect = frame->sample_aspect_ratio.num > 0 ? av_q2d (frame->sample_aspect_ratio) : 1;
  double across = frame->width * aspect;
  double down = frame->height;
  double factor = 1;

  if (style->rotation % 180 != 0)
    {
      across = down;
      down = frame->width * aspect;
    }
  if (style->max_width > 0)
    factor = MIN (factor, style->max_width / across);
  if (style->max_height > 0)
    factor = MIN (factor, style->max_height / down);
  *width = MAX (1, (int)lround (across * factor));
  *height = MAX (1, (int)lround (down * factor));
  if (frame->color_trc == AVCOL_TRC_SMPTE2084 || frame->color_trc == AVCOL_TRC_ARIB_STD_B67)
    {
      *width = MAX (2, *width / 2 * 2);
      *height = MAX (2, *height / 2 * 2);
    }
}

static gboolean
can_map_tones (void)
{
  return avfilter_get_by_name ("zscale") != NULL && avfilter_get_by_name ("tonemap") != NULL;
}

static SendoffVideoPlan *
make_plan (const AVFrame *frame, const SendoffPictureStyle *style)
{
  SendoffVideoPlan *plan = sendoff_video_plan_new ();
  gboolean is_jpeg = g_str_equal (style->encoder, "mjpeg");

  choose_size (frame, style, &plan->width, &plan->height);
  plan->fit = SENDOFF_FIT_STRETCH; /* the size has the picture's shape */
  plan->scaling = SENDOFF_SCALING_BICUBIC;
  plan->pad_color = g_strdup ("black");
  plan->rotation = style->rotation;
  plan->mirrored = style->mirrored;
  plan->pixel_format = g_strdup (is_jpeg ? "yuvj420p" : "rgb24");
  plan->tone_map = can_map_tones () ? sendoff_filters_dup_tone_map (style->mastering) : NULL;
  if (is_jpeg)
    {
      plan->color = sendoff_color_new ();
      plan->color->matrix = g_strdup ("smpte170m"); /* what JFIF prescribes */
      plan->color->range = g_strdup ("pc");
    }
  return plan;
}

static AVFrame *
convert (AVFrame *frame, const SendoffPictureStyle *style, GError **error)
{
  g_autoptr (SendoffVideoPlan) plan = NULL;
  g_autoptr (SendoffFrameFilter) filter = NULL;
  g_autoptr (AVFrame) picture = av_frame_alloc ();
  int result;

  plan = make_plan (frame, style);
  filter = sendoff_frame_filter_new (plan, AV_TIME_BASE_Q);
  if (!sendoff_frame_filter_push (filter, frame, error) || !sendoff_frame_filter_push (filter, NULL, error))
    return NULL;
  result = sendoff_frame_filter_pull (filter, picture, error);
  if (result == 0)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The picture was lost while it was converted."));
  return result > 0 ? g_steal_pointer (&picture) : NULL;
}

static AVCodecContext *
open_encoder (const AVFrame *picture, const SendoffPictureStyle *style, GError **error)
{
  const AVCodec *codec = avcodec_find_encoder_by_name (style->encoder);
  g_autoptr (AVCodecContext) context = codec != NULL ? avcodec_alloc_context3 (codec) : NULL;
  int result = AVERROR_ENCODER_NOT_FOUND;

  if (context != NULL)
    {
      context->width = picture->width;
      context->height = picture->height;
      context->pix_fmt = picture->format;
      context->color_range = AVCOL_RANGE_JPEG;
      context->time_base = (AVRational){ 1, 25 };
      context->thread_count = 1;
      context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_QSCALE;
      context->global_quality = JPEG_QUANTIZER * FF_QP2LAMBDA;
      result = avcodec_open2 (context, codec, NULL);
    }
  if (result >= 0)
    return g_steal_pointer (&context);
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("Pictures cannot be written (%s): %s."), style->encoder,
               sendoff_av_error (result));
  return NULL;
}

/* What a viewer takes the numbers for. */
static void
tag_as_screen_colors (AVFrame *picture)
{
  picture->color_range = AVCOL_RANGE_JPEG;
  picture->color_primaries = AVCOL_PRI_BT709;
  picture->color_trc = AVCOL_TRC_IEC61966_2_1;
  if (picture->format == AV_PIX_FMT_RGB24)
    picture->colorspace = AVCOL_SPC_RGB;
}

static AVPacket *
encode (AVFrame *picture, const SendoffPictureStyle *style, GError **error)
{
  g_autoptr (AVCodecContext) encoder = open_encoder (picture, style, error);
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  int result;

  if (encoder == NULL)
    return NULL;
  tag_as_screen_colors (picture);
  picture->pts = 0;
  picture->quality = encoder->global_quality;
  picture->pict_type = AV_PICTURE_TYPE_NONE;
  result = avcodec_send_frame (encoder, picture);
  if (result >= 0)
    result = avcodec_send_frame (encoder, NULL);
  if (result >= 0)
    result = avcodec_receive_packet (encoder, packet);
  if (result >= 0)
    return g_steal_pointer (&packet);
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The picture cannot be written (%s): %s."), style->encoder,
               sendoff_av_error (result));
  return NULL;
}

/* Standard deviation of luma in thousandths, from 0 to 0.5: of the green of RGB, which is most of it. */
static double
measure_contrast (const AVFrame *picture)
{
  int step = picture->format == AV_PIX_FMT_RGB24 ? 3 : 1;
  int offset = step == 3 ? 1 : 0;
  double sum = 0, squares = 0;
  double n = (double)picture->width * picture->height;

  for (int y = 0; y < picture->height; y++)
    {
      const guint8 *row = picture->data[0] + (ptrdiff_t)y * picture->linesize[0];

      for (int x = 0; x < picture->width; x++)
        {
          double value = row[x * step + offset] / 255.0;

          sum += value;
          squares += value * value;
        }
    }
  return round (sqrt (MAX (0, squares / n - sum / n * (sum / n))) * 1000) / 1000;
}

/**
 * sendoff_picture_write:
 * @frame: a decoded frame
 * @path: the temporary file to make; whoever asked for it gives it its name
 *
 * Returns: (transfer full): size and contrast of the picture, its time left open; or %NULL with
 *   %SENDOFF_ERROR_ENCODER or the disk's error
 */
SendoffFrameFacts *
sendoff_picture_write (AVFrame *frame, const SendoffPictureStyle *style, const char *path, GError **error)
{
  g_autoptr (AVFrame) picture = convert (frame, style, error);
  g_autoptr (AVPacket) packet = picture != NULL ? encode (picture, style, error) : NULL;
  SendoffFrameFacts *facts;

  if (packet == NULL
      || !g_file_set_contents_full (path, (const char *)packet->data, packet->size, G_FILE_SET_CONTENTS_NONE, 0666, error))
    return NULL;
  facts = sendoff_frame_facts_new ();
  facts->width = picture->width;
  facts->height = picture->height;
  facts->contrast = measure_contrast (picture);
  return facts;
}
