#include "media/sendoff-codec-parameters.h"

#include <string.h>

#include "base/sendoff-document.h"
#include "base/sendoff-i18n.h"

#define MAX_EXTRADATA (16 * 1024 * 1024)

/* The codec parameters that muxers need, as a document. */
typedef struct {
  int type;
  char *codec;
  int codec_tag;
  int format;
  char *extradata; /* base64 */
  gint64 bit_rate;
  int profile, level;
  int width, height;
  int field_order, color_range, color_primaries, color_trc, color_space, chroma_location, video_delay;
  char *channel_layout;
  int sample_rate, frame_size, block_align, bits_per_coded_sample, initial_padding, trailing_padding, seek_preroll;
} CodecDoc;

static const SendoffField codec_fields[] = {
  SENDOFF_FIELD (CodecDoc, type, INT),
  SENDOFF_FIELD (CodecDoc, codec, STRING),
  SENDOFF_FIELD (CodecDoc, codec_tag, INT),
  SENDOFF_FIELD (CodecDoc, format, INT),
  SENDOFF_FIELD (CodecDoc, extradata, STRING),
  SENDOFF_FIELD (CodecDoc, bit_rate, INT64),
  SENDOFF_FIELD (CodecDoc, profile, INT),
  SENDOFF_FIELD (CodecDoc, level, INT),
  SENDOFF_FIELD (CodecDoc, width, INT),
  SENDOFF_FIELD (CodecDoc, height, INT),
  SENDOFF_FIELD (CodecDoc, field_order, INT),
  SENDOFF_FIELD (CodecDoc, color_range, INT),
  SENDOFF_FIELD (CodecDoc, color_primaries, INT),
  SENDOFF_FIELD (CodecDoc, color_trc, INT),
  SENDOFF_FIELD (CodecDoc, color_space, INT),
  SENDOFF_FIELD (CodecDoc, chroma_location, INT),
  SENDOFF_FIELD (CodecDoc, video_delay, INT),
  SENDOFF_FIELD (CodecDoc, channel_layout, STRING),
  SENDOFF_FIELD (CodecDoc, sample_rate, INT),
  SENDOFF_FIELD (CodecDoc, frame_size, INT),
  SENDOFF_FIELD (CodecDoc, block_align, INT),
  SENDOFF_FIELD (CodecDoc, bits_per_coded_sample, INT),
  SENDOFF_FIELD (CodecDoc, initial_padding, INT),
  SENDOFF_FIELD (CodecDoc, trailing_padding, INT),
  SENDOFF_FIELD (CodecDoc, seek_preroll, INT),
  SENDOFF_FIELDS_END,
};

static const SendoffDocType codec_doc_type = { "stored codec parameters", sizeof (CodecDoc), codec_fields, NULL };

static CodecDoc *
codec_to_doc (const AVCodecParameters *par)
{
  CodecDoc *doc = sendoff_doc_new (&codec_doc_type);
  char layout[128] = "";

  doc->type = par->codec_type;
  doc->codec = g_strdup (avcodec_get_name (par->codec_id));
  doc->codec_tag = (int)par->codec_tag;
  doc->format = par->format;
  if (par->extradata_size > 0)
    doc->extradata = g_base64_encode (par->extradata, par->extradata_size);
  doc->bit_rate = par->bit_rate;
  doc->profile = par->profile;
  doc->level = par->level;
  doc->width = par->width;
  doc->height = par->height;
  doc->field_order = par->field_order;
  doc->color_range = par->color_range;
  doc->color_primaries = par->color_primaries;
  doc->color_trc = par->color_trc;
  doc->color_space = par->color_space;
  doc->chroma_location = par->chroma_location;
  doc->video_delay = par->video_delay;
  if (par->codec_type == AVMEDIA_TYPE_AUDIO && av_channel_layout_describe (&par->ch_layout, layout, sizeof layout) > 0)
    doc->channel_layout = g_strdup (layout);
  doc->sample_rate = par->sample_rate;
  doc->frame_size = par->frame_size;
  doc->block_align = par->block_align;
  doc->bits_per_coded_sample = par->bits_per_coded_sample;
  doc->initial_padding = par->initial_padding;
  doc->trailing_padding = par->trailing_padding;
  doc->seek_preroll = par->seek_preroll;
  return doc;
}

static gboolean
set_extradata (AVCodecParameters *par, const char *base64)
{
  g_autofree guchar *data = NULL;
  gsize size = 0;

  if (base64 == NULL)
    return TRUE;
  data = g_base64_decode (base64, &size);
  if (size == 0 || size > MAX_EXTRADATA)
    return FALSE;
  par->extradata = av_mallocz (size + AV_INPUT_BUFFER_PADDING_SIZE);
  memcpy (par->extradata, data, size);
  par->extradata_size = (int)size;
  return TRUE;
}

static AVCodecParameters *
codec_from_doc (const CodecDoc *doc)
{
  g_autoptr (AVCodecParameters) par = avcodec_parameters_alloc ();
  const AVCodecDescriptor *descriptor = doc->codec != NULL ? avcodec_descriptor_get_by_name (doc->codec) : NULL;

  if (descriptor == NULL || !set_extradata (par, doc->extradata))
    return NULL;
  par->codec_type = doc->type;
  par->codec_id = descriptor->id;
  par->codec_tag = (guint32)doc->codec_tag;
  par->format = doc->format;
  par->bit_rate = doc->bit_rate;
  par->profile = doc->profile;
  par->level = doc->level;
  par->width = doc->width;
  par->height = doc->height;
  par->sample_aspect_ratio = (AVRational){ 1, 1 };
  par->field_order = doc->field_order;
  par->color_range = doc->color_range;
  par->color_primaries = doc->color_primaries;
  par->color_trc = doc->color_trc;
  par->color_space = doc->color_space;
  par->chroma_location = doc->chroma_location;
  par->video_delay = doc->video_delay;
  if (doc->channel_layout != NULL && av_channel_layout_from_string (&par->ch_layout, doc->channel_layout) < 0)
    return NULL;
  par->sample_rate = doc->sample_rate;
  par->frame_size = doc->frame_size;
  par->block_align = doc->block_align;
  par->bits_per_coded_sample = doc->bits_per_coded_sample;
  par->initial_padding = doc->initial_padding;
  par->trailing_padding = doc->trailing_padding;
  par->seek_preroll = doc->seek_preroll;
  return g_steal_pointer (&par);
}

/** sendoff_codec_parameters_to_json: (transfer full): what muxers need of @par. */
JsonNode *
sendoff_codec_parameters_to_json (const AVCodecParameters *par)
{
  CodecDoc *doc = codec_to_doc (par);
  JsonNode *node = sendoff_doc_to_json (&codec_doc_type, doc);

  sendoff_doc_free (&codec_doc_type, doc);
  return node;
}

/**
 * sendoff_codec_parameters_from_json:
 * @node: what sendoff_codec_parameters_to_json() made
 *
 * Returns: (transfer full): the parameters, or %NULL with %SENDOFF_ERROR_BAD_DATA
 */
AVCodecParameters *
sendoff_codec_parameters_from_json (JsonNode *node, GError **error)
{
  CodecDoc *doc = sendoff_doc_from_json (&codec_doc_type, node, error);
  AVCodecParameters *par;

  if (doc == NULL)
    return NULL;
  par = codec_from_doc (doc);
  sendoff_doc_free (&codec_doc_type, doc);
  if (par == NULL)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("A stored part of the export is damaged."));
  return par;
}
