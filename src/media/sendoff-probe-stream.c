#include "media/sendoff-probe-stream.h"

#include <libavutil/dovi_meta.h>
#include <libavutil/mastering_display_metadata.h>
#include <math.h>

#include "media/sendoff-source.h"

/* Longer texts in tags are pictures or attacks. */
#define MAX_TAG_BYTES 4096

static gboolean
is_cover (const AVStream *stream)
{
  return (stream->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS)) != 0;
}

static SendoffStreamKind
stream_kind (const AVStream *stream)
{
  switch ((int)stream->codecpar->codec_type)
    {
    case AVMEDIA_TYPE_VIDEO:
      return is_cover (stream) ? SENDOFF_STREAM_COVER : SENDOFF_STREAM_VIDEO;
    case AVMEDIA_TYPE_AUDIO:
      return SENDOFF_STREAM_AUDIO;
    case AVMEDIA_TYPE_SUBTITLE:
      return SENDOFF_STREAM_SUBTITLE;
    case AVMEDIA_TYPE_ATTACHMENT:
      return SENDOFF_STREAM_ATTACHMENT;
    default:
      return SENDOFF_STREAM_DATA;
    }
}

static gboolean
is_decodable (const AVStream *stream, SendoffStreamKind kind)
{
  const AVCodecParameters *codec = stream->codecpar;

  if (sendoff_source_find_decoder (stream) == NULL)
    return FALSE;
  if (kind == SENDOFF_STREAM_VIDEO || kind == SENDOFF_STREAM_COVER)
    return codec->width > 0 && codec->height > 0;
  if (kind == SENDOFF_STREAM_AUDIO)
    return codec->sample_rate > 0 && codec->ch_layout.nb_channels > 0;
  return TRUE;
}

/**
 * sendoff_probe_dup_text:
 * @text: bytes from a file
 *
 * Returns: (transfer full): valid UTF-8 of a decent length, without control characters but the ends of lines
 */
char *
sendoff_probe_dup_text (const char *text)
{
  char *valid = g_utf8_make_valid (text, (gssize)strnlen (text, MAX_TAG_BYTES));

  for (char *c = valid; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c) && *c != '\n')
      *c = ' ';
  return valid;
}

/** sendoff_probe_dup_tag: (transfer full) (nullable): the tag @key as sendoff_probe_dup_text(), %NULL when
 * empty. */
char *
sendoff_probe_dup_tag (const AVDictionary *metadata, const char *key)
{
  const AVDictionaryEntry *entry = av_dict_get (metadata, key, NULL, 0);

  return entry != NULL && *entry->value != '\0' ? sendoff_probe_dup_text (entry->value) : NULL;
}

/**
 * sendoff_probe_orientation:
 * @matrix: as stored in MP4: the first two columns of three rows, 16.16
 *
 * A pixel (x, y), y downwards, is shown at (x·m0 + y·m3, x·m1 + y·m4). A negative determinant mirrors;
 * mirroring left– right first negates the image of the x axis, and the angle of what remains is the turn.
 * Angles between the right ones are rounded.
 *
 * Returns: mirror first, then turn clockwise
 */
SendoffOrientation
sendoff_probe_orientation (const gint32 matrix[9])
{
  SendoffOrientation orientation = { 0, FALSE };
  double x_to_x = matrix[0];
  double x_to_y = matrix[1];
  double determinant = x_to_x * matrix[4] - x_to_y * matrix[3];

  if (determinant == 0)
    return orientation;
  orientation.mirrored = determinant < 0;
  if (orientation.mirrored)
    {
      x_to_x = -x_to_x;
      x_to_y = -x_to_y;
    }
  orientation.rotation = (int)lround (atan2 (x_to_y, x_to_x) / G_PI_2) * 90;
  orientation.rotation = (orientation.rotation + 360) % 360;
  return orientation;
}

static void
set_orientation (SendoffStreamInfo *info, const guint8 *data, gsize size)
{
  SendoffOrientation orientation;

  if (data == NULL || size < 9 * sizeof (gint32))
    return;
  orientation = sendoff_probe_orientation ((const gint32 *)(const void *)data);
  info->rotation = orientation.rotation;
  info->mirrored = orientation.mirrored;
}

static const char *
chroma_name (const AVPixFmtDescriptor *format)
{
  int shift = format->log2_chroma_w * 10 + format->log2_chroma_h;

  if (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL))
    return "rgb";
  if (format->nb_components < 3)
    return "gray";
  switch (shift)
    {
    case 11:
      return "420";
    case 10:
      return "422";
    case 0:
      return "444";
    case 20:
      return "411";
    case 1:
      return "440";
    default:
      return "410";
    }
}

static void
set_pixel_format (SendoffStreamInfo *info, int format, int raw_depth)
{
  const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get (format);

  if (descriptor == NULL)
    return;
  g_free (info->pixel_format);
  g_free (info->chroma);
  info->pixel_format = g_strdup (descriptor->name);
  info->chroma = g_strdup (chroma_name (descriptor));
  info->bit_depth
      = raw_depth > 0 && raw_depth < descriptor->comp[0].depth ? raw_depth : descriptor->comp[0].depth;
  info->has_alpha |= (descriptor->flags & AV_PIX_FMT_FLAG_ALPHA) != 0;
}

/* The bitstream's word (a frame) wins over the container's, and neither takes away what only the other
 * states. */
static void
set_name (char **member, const char *name, gboolean is_stated)
{
  if (!is_stated || name == NULL)
    return;
  g_free (*member);
  *member = g_strdup (name);
}

static void
set_color (SendoffStreamInfo *info, int range, int matrix, int primaries, int transfer, int location)
{
  SendoffColor *color = info->color != NULL ? info->color : sendoff_color_new ();

  set_name (&color->range, av_color_range_name (range), range != AVCOL_RANGE_UNSPECIFIED);
  set_name (&color->matrix, av_color_space_name (matrix), matrix != AVCOL_SPC_UNSPECIFIED);
  set_name (&color->primaries, av_color_primaries_name (primaries), primaries != AVCOL_PRI_UNSPECIFIED);
  set_name (&color->transfer, av_color_transfer_name (transfer), transfer != AVCOL_TRC_UNSPECIFIED);
  set_name (&color->chroma_location, av_chroma_location_name (location),
            location != AVCHROMA_LOC_UNSPECIFIED);
  info->color = color;
  if (g_strcmp0 (color->transfer, "smpte2084") == 0)
    info->hdr = SENDOFF_HDR_PQ;
  else
    info->hdr = g_strcmp0 (color->transfer, "arib-std-b67") == 0 ? SENDOFF_HDR_HLG : SENDOFF_HDR_NONE;
}

static SendoffFieldOrder
field_order (enum AVFieldOrder order)
{
  switch (order)
    {
    case AV_FIELD_PROGRESSIVE:
      return SENDOFF_FIELDS_PROGRESSIVE;
    case AV_FIELD_TT:
    case AV_FIELD_BT: /* coded bottom first, shown top first */
      return SENDOFF_FIELDS_TOP_FIRST;
    case AV_FIELD_BB:
    case AV_FIELD_TB:
      return SENDOFF_FIELDS_BOTTOM_FIRST;
    case AV_FIELD_UNKNOWN:
    default:
      return SENDOFF_FIELDS_UNKNOWN;
    }
}

static void
set_shape (SendoffStreamInfo *info, AVRational aspect)
{
  double width = info->width;

  info->sample_aspect_ratio = SENDOFF_RATIONAL (1, 1);
  if (aspect.num > 0 && aspect.den > 0)
    info->sample_aspect_ratio = sendoff_from_av (aspect);
  width *= sendoff_rational_to_double (info->sample_aspect_ratio);
  info->display_width = MAX (1, (int)lround (MIN (width, G_MAXINT / 2)));
  info->display_height = info->height;
  if (info->rotation % 180 != 0)
    {
      info->display_height = info->display_width;
      info->display_width = info->height;
    }
}

static SendoffMastering *
ensure_mastering (SendoffStreamInfo *info)
{
  if (info->mastering == NULL)
    info->mastering = sendoff_mastering_new ();
  return info->mastering;
}

static gint64
in_units (AVRational value, gint64 per_unit)
{
  return value.den != 0 ? llround (av_q2d (value) * (double)per_unit) : 0;
}

/* ST 2086 lists green, blue, red; FFmpeg red, green, blue. Units of 0.00002 and of 0.0001 cd/m². */
static void
set_mastering (SendoffStreamInfo *info, const AVMasteringDisplayMetadata *metadata)
{
  SendoffMastering *mastering = ensure_mastering (info);
  static const int order[3] = { 1, 2, 0 };

  if (metadata->has_primaries && mastering->display_primaries == NULL)
    {
      gint64 values[8];

      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++)
          values[i * 2 + j] = in_units (metadata->display_primaries[order[i]][j], 50000);
      for (int j = 0; j < 2; j++)
        values[6 + j] = in_units (metadata->white_point[j], 50000);
      mastering->display_primaries = g_array_new (FALSE, FALSE, sizeof (gint64));
      g_array_append_vals (mastering->display_primaries, values, G_N_ELEMENTS (values));
    }
  if (metadata->has_luminance)
    {
      mastering->max_luminance = in_units (metadata->max_luminance, 10000);
      mastering->min_luminance = in_units (metadata->min_luminance, 10000);
    }
}

static void
set_content_light (SendoffStreamInfo *info, const AVContentLightMetadata *light)
{
  SendoffMastering *mastering = ensure_mastering (info);

  mastering->max_content_light = (int)MIN (light->MaxCLL, G_MAXINT16);
  mastering->max_frame_average_light = (int)MIN (light->MaxFALL, G_MAXINT16);
}

static void
add_video_side_data (SendoffStreamInfo *info, AVStream *stream)
{
  const guint8 *data;
  gsize size;

  data = sendoff_stream_side_data (stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  set_orientation (info, data, size);
  data = sendoff_stream_side_data (stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, &size);
  if (data != NULL && size >= sizeof (AVMasteringDisplayMetadata))
    set_mastering (info, (const void *)data);
  data = sendoff_stream_side_data (stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, &size);
  if (data != NULL && size >= sizeof (AVContentLightMetadata))
    set_content_light (info, (const void *)data);
  data = sendoff_stream_side_data (stream, AV_PKT_DATA_DOVI_CONF, &size);
  if (data != NULL && size >= sizeof (AVDOVIDecoderConfigurationRecord))
    {
      const AVDOVIDecoderConfigurationRecord *dovi = (const void *)data;

      info->dolby_vision_profile = dovi->dv_profile;
      info->dolby_vision_compatibility = dovi->dv_bl_signal_compatibility_id;
    }
}

static void
add_video (SendoffStreamInfo *info, AVFormatContext *format, AVStream *stream)
{
  const AVCodecParameters *codec = stream->codecpar;
  const AVDictionaryEntry *alpha = av_dict_get (stream->metadata, "alpha_mode", NULL, 0);

  info->width = codec->width;
  info->height = codec->height;
  info->field_order = field_order (codec->field_order);
  info->reorder_frames = codec->video_delay;
  info->has_alpha = alpha != NULL && g_str_equal (alpha->value, "1");
  set_pixel_format (info, codec->format, codec->bits_per_raw_sample);
  set_color (info, (int)codec->color_range, (int)codec->color_space, (int)codec->color_primaries,
             (int)codec->color_trc, (int)codec->chroma_location);
  add_video_side_data (info, stream);
  set_shape (info, av_guess_sample_aspect_ratio (format, stream, NULL));
}

/* A layout without an order, as in plain PCM, is what its number of channels usually means. */
static char *
channel_layout_name (const AVChannelLayout *layout)
{
  AVChannelLayout usual = { 0 };
  char name[128] = "";

  if (layout->nb_channels <= 0)
    return NULL;
  if (layout->order == AV_CHANNEL_ORDER_UNSPEC)
    {
      av_channel_layout_default (&usual, layout->nb_channels);
      layout = &usual;
    }
  av_channel_layout_describe (layout, name, sizeof name);
  return *name != '\0' ? g_strdup (name) : NULL;
}

static void
add_audio (SendoffStreamInfo *info, AVStream *stream)
{
  const AVCodecParameters *codec = stream->codecpar;

  info->sample_rate = codec->sample_rate;
  info->channels = codec->ch_layout.nb_channels;
  info->channel_layout = channel_layout_name (&codec->ch_layout);
  info->sample_format = g_strdup (av_get_sample_fmt_name (codec->format));
  info->bit_depth = codec->bits_per_raw_sample;
}

/**
 * sendoff_probe_stream:
 * @format: an opened container
 * @stream: one of its streams
 *
 * Returns: (transfer full): what the headers tell, without times
 */
SendoffStreamInfo *
sendoff_probe_stream (AVFormatContext *format, AVStream *stream)
{
  SendoffStreamInfo *info = sendoff_stream_info_new ();
  const AVCodecParameters *codec = stream->codecpar;
  char tag[AV_FOURCC_MAX_STRING_SIZE] = "";

  info->index = stream->index;
  info->kind = (int)stream_kind (stream);
  info->codec = g_strdup (avcodec_get_name (codec->codec_id));
  if (codec->codec_tag != 0)
    info->codec_tag = sendoff_probe_dup_text (av_fourcc_make_string (tag, codec->codec_tag));
  info->profile = g_strdup (avcodec_profile_name (codec->codec_id, codec->profile));
  info->level = codec->level;
  info->decodable = is_decodable (stream, info->kind);
  info->language = sendoff_probe_dup_tag (stream->metadata, "language");
  info->title = sendoff_probe_dup_tag (stream->metadata, "title");
  info->is_default = (stream->disposition & AV_DISPOSITION_DEFAULT) != 0;
  info->bitrate_bps = MAX (codec->bit_rate, 0);
  info->time_base = sendoff_from_av (stream->time_base);
  if (codec->extradata_size > 0)
    info->extradata_hash
        = g_compute_checksum_for_data (G_CHECKSUM_SHA256, codec->extradata, (gsize)codec->extradata_size);
  if (info->kind == SENDOFF_STREAM_VIDEO || info->kind == SENDOFF_STREAM_COVER)
    add_video (info, format, stream);
  else if (info->kind == SENDOFF_STREAM_AUDIO)
    add_audio (info, stream);
  return info;
}

/**
 * sendoff_probe_stream_add_frame:
 * @info: made by sendoff_probe_stream() for @stream
 * @frame: the first decoded frame
 *
 * What the pictures themselves say wins over the container.
 */
void
sendoff_probe_stream_add_frame (SendoffStreamInfo *info,
                                AVFormatContext *format,
                                AVStream *stream,
                                AVFrame *frame)
{
  AVFrameSideData *side;
  gsize size;

  if (frame->width > 0 && frame->height > 0)
    {
      info->width = frame->width;
      info->height = frame->height;
    }
  /* Recorders mark streams as transparent that never are; the decoder knows. */
  info->has_alpha = FALSE;
  set_pixel_format (info, frame->format, stream->codecpar->bits_per_raw_sample);
  set_color (info, (int)frame->color_range, (int)frame->colorspace, (int)frame->color_primaries,
             (int)frame->color_trc, (int)frame->chroma_location);
  side = av_frame_get_side_data (frame, AV_FRAME_DATA_DISPLAYMATRIX);
  if (side != NULL && sendoff_stream_side_data (stream, AV_PKT_DATA_DISPLAYMATRIX, &size) == NULL)
    set_orientation (info, side->data, side->size);
  side = av_frame_get_side_data (frame, AV_FRAME_DATA_MASTERING_DISPLAY_METADATA);
  if (side != NULL)
    set_mastering (info, (const void *)side->data);
  side = av_frame_get_side_data (frame, AV_FRAME_DATA_CONTENT_LIGHT_LEVEL);
  if (side != NULL)
    set_content_light (info, (const void *)side->data);
  info->hdr10_plus = av_frame_get_side_data (frame, AV_FRAME_DATA_DYNAMIC_HDR_PLUS) != NULL;
  set_shape (info, av_guess_sample_aspect_ratio (format, stream, frame));
}
