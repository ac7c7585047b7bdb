#include "media/sendoff-quality-meter.h"

#include <math.h>

#include "base/sendoff-i18n.h"
#include "model/sendoff-score.h"

/* What FFmpeg's filters write beside each frame. XPSNR's planes are weighted as its authors do for 4:2:0. */
typedef struct
{
  const char *key;
  double weight;
} MetricPart;

typedef struct
{
  const char *metric;
  MetricPart parts[3];
} MetricKeys;

static const MetricKeys metric_keys[] = {
  { "xpsnr",
    { { "lavfi.xpsnr.xpsnr.y", 0.75 }, { "lavfi.xpsnr.xpsnr.u", 0.125 }, { "lavfi.xpsnr.xpsnr.v", 0.125 } } },
  { "ssim", { { "lavfi.ssim.All", 1 } } },
};

struct _SendoffQualityMeter
{
  const SendoffScoreMetric *metric;
  const MetricKeys *keys;
  AVCodecContext *decoder;
  AVFilterGraph *graph; /* NULL until the first pair */
  AVFilterContext *made, *meant, *sink;
  GQueue waiting; /* AVFrame: not compared yet, in order */
  AVFrame *decoded, *compared;
  gint64 n_pairs;
  GArray *scores; /* gint64 */
};

static gboolean
fail (const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The quality cannot be measured: %s."), what);
  return FALSE;
}

static gboolean
open_decoder (SendoffQualityMeter *self, const AVCodecContext *encoder, GError **error)
{
  const AVCodec *codec = avcodec_find_decoder (encoder->codec_id);
  g_autoptr (AVCodecParameters) parameters = avcodec_parameters_alloc ();
  int result;

  if (codec == NULL)
    return fail (_ ("this FFmpeg has no decoder for it"), error);
  self->decoder = avcodec_alloc_context3 (codec);
  avcodec_parameters_from_context (parameters, encoder);
  avcodec_parameters_to_context (self->decoder, parameters);
  self->decoder->thread_count = 1;
  result = avcodec_open2 (self->decoder, codec, NULL);
  return result >= 0 || fail (sendoff_av_error (result), error);
}

/**
 * sendoff_quality_meter_new:
 * @metric: id of the measure
 * @encoder: opened; what it makes is measured
 *
 * Returns: (transfer full): a meter, or %NULL with %SENDOFF_ERROR_ENCODER
 */
SendoffQualityMeter *
sendoff_quality_meter_new (const char *metric, const AVCodecContext *encoder, GError **error)
{
  g_autoptr (SendoffQualityMeter) self = g_new0 (SendoffQualityMeter, 1);

  g_queue_init (&self->waiting);
  self->scores = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->decoded = av_frame_alloc ();
  self->compared = av_frame_alloc ();
  self->metric = sendoff_score_metric_get (metric);
  for (guint i = 0; i < G_N_ELEMENTS (metric_keys); i++)
    if (g_str_equal (metric_keys[i].metric, metric))
      self->keys = &metric_keys[i];
  if (self->metric == NULL || self->keys == NULL)
    {
      fail (_ ("its measure is unknown"), error);
      return NULL;
    }
  return open_decoder (self, encoder, error) ? g_steal_pointer (&self) : NULL;
}

/** sendoff_quality_meter_free: frees @self. */
void
sendoff_quality_meter_free (SendoffQualityMeter *self)
{
  AVFrame *frame;

  while ((frame = g_queue_pop_head (&self->waiting)) != NULL)
    av_frame_free (&frame);
  avcodec_free_context (&self->decoder);
  avfilter_graph_free (&self->graph);
  av_frame_free (&self->decoded);
  av_frame_free (&self->compared);
  g_clear_pointer (&self->scores, g_array_unref);
  g_free (self);
}

/** sendoff_quality_meter_take_frame: @frame, kept by reference, is what the encoder gets next. */
void
sendoff_quality_meter_take_frame (SendoffQualityMeter *self, const AVFrame *frame)
{
  g_queue_push_tail (&self->waiting, av_frame_clone (frame));
}

static AVFilterContext *
add_input (SendoffQualityMeter *self, const char *name, const AVFrame *frame)
{
  AVFilterContext *input = NULL;
  g_autofree char *args = g_strdup_printf ("video_size=%dx%d:pix_fmt=%d:time_base=1/25:pixel_aspect=1/1",
                                           frame->width, frame->height, frame->format);

  if (avfilter_graph_create_filter (&input, avfilter_get_by_name ("buffer"), name, args, NULL, self->graph)
      < 0)
    return NULL;
  return input;
}

static gboolean
open_graph (SendoffQualityMeter *self, const AVFrame *frame)
{
  const AVFilter *filter = avfilter_get_by_name (self->metric->filter);
  AVFilterContext *comparison = NULL;

  self->graph = avfilter_graph_alloc ();
  self->graph->nb_threads = 1;
  self->made = add_input (self, "made", frame);
  self->meant = add_input (self, "meant", frame);
  return self->made != NULL && self->meant != NULL && filter != NULL
         && avfilter_graph_create_filter (&comparison, filter, "comparison", NULL, NULL, self->graph) >= 0
         && avfilter_graph_create_filter (&self->sink, avfilter_get_by_name ("buffersink"), "sink", NULL,
                                          NULL, self->graph)
                >= 0
         && avfilter_link (self->made, 0, comparison, 0) >= 0
         && avfilter_link (self->meant, 0, comparison, 1) >= 0
         && avfilter_link (comparison, 0, self->sink, 0) >= 0
         && avfilter_graph_config (self->graph, NULL) >= 0;
}

/* Frames that are the same to the last bit have no finite score by some measures. */
static void
note_score (SendoffQualityMeter *self)
{
  double score = 0;
  gint64 parts;

  for (guint i = 0; i < G_N_ELEMENTS (self->keys->parts) && self->keys->parts[i].key != NULL; i++)
    {
      const MetricPart *part = &self->keys->parts[i];
      const AVDictionaryEntry *entry = av_dict_get (self->compared->metadata, part->key, NULL, 0);
      double value = entry != NULL ? g_ascii_strtod (entry->value, NULL) : self->metric->max;

      score += part->weight * (isfinite (value) ? value : self->metric->max);
    }
  parts = llround (score * SENDOFF_SCORE_PARTS);
  g_array_append_val (self->scores, parts);
}

static gboolean
collect (SendoffQualityMeter *self, GError **error)
{
  int result;

  while ((result = av_buffersink_get_frame (self->sink, self->compared)) >= 0)
    {
      note_score (self);
      av_frame_unref (self->compared);
    }
  return result == AVERROR (EAGAIN) || result == AVERROR_EOF || fail (sendoff_av_error (result), error);
}

/* Only the picture counts: what is said of its colours is the same for both, whatever the decoder makes of
 * it. */
static void
prepare (AVFrame *frame, const AVFrame *like, gint64 number)
{
  frame->format = like->format;
  frame->color_range = AVCOL_RANGE_UNSPECIFIED;
  frame->colorspace = AVCOL_SPC_UNSPECIFIED;
  frame->sample_aspect_ratio = (AVRational){ 1, 1 };
  frame->pts = number;
}

static gboolean
is_alike (const AVFrame *decoded, const AVFrame *frame)
{
  const AVPixFmtDescriptor *a = av_pix_fmt_desc_get (decoded->format),
                           *b = av_pix_fmt_desc_get (frame->format);

  return decoded->width == frame->width && decoded->height == frame->height && a != NULL && b != NULL
         && a->log2_chroma_w == b->log2_chroma_w && a->log2_chroma_h == b->log2_chroma_h
         && a->nb_components == b->nb_components && a->comp[0].depth == b->comp[0].depth
         && a->comp[0].step == b->comp[0].step;
}

/* Decoders give their frames in the order of the pictures, as the encoder got them. */
static gboolean
compare (SendoffQualityMeter *self, GError **error)
{
  AVFrame *frame = g_queue_pop_head (&self->waiting);
  gboolean ok = frame != NULL && is_alike (self->decoded, frame);

  if (ok)
    {
      prepare (self->decoded, frame, self->n_pairs);
      prepare (frame, frame, self->n_pairs);
      self->n_pairs++;
      ok = (self->graph != NULL || open_graph (self, frame))
           && av_buffersrc_add_frame (self->made, self->decoded) >= 0
           && av_buffersrc_add_frame (self->meant, frame) >= 0;
    }
  av_frame_free (&frame);
  av_frame_unref (self->decoded);
  return ok ? collect (self, error) : fail (_ ("the decoded picture is another one"), error);
}

static gboolean
decode (SendoffQualityMeter *self, const AVPacket *packet, GError **error)
{
  int result = avcodec_send_packet (self->decoder, packet);

  if (result < 0)
    return fail (sendoff_av_error (result), error);
  while ((result = avcodec_receive_frame (self->decoder, self->decoded)) >= 0)
    if (!compare (self, error))
      return FALSE;
  return result == AVERROR (EAGAIN) || result == AVERROR_EOF || fail (sendoff_av_error (result), error);
}

/**
 * sendoff_quality_meter_take_packet:
 * @packet: the encoder's next one
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER
 */
gboolean
sendoff_quality_meter_take_packet (SendoffQualityMeter *self, const AVPacket *packet, GError **error)
{
  return decode (self, packet, error);
}

/**
 * sendoff_quality_meter_finish:
 *
 * No more packets come.
 *
 * Returns: (transfer full) (element-type gint64): the score of each frame, in order, in SENDOFF_SCORE_PARTS;
 * or %NULL with %SENDOFF_ERROR_ENCODER
 */
GArray *
sendoff_quality_meter_finish (SendoffQualityMeter *self, GError **error)
{
  if (!decode (self, NULL, error))
    return NULL;
  if (self->graph != NULL)
    {
      if (av_buffersrc_add_frame (self->made, NULL) < 0 || av_buffersrc_add_frame (self->meant, NULL) < 0
          || !collect (self, error))
        return NULL;
    }
  if (self->scores->len != self->n_pairs || !g_queue_is_empty (&self->waiting))
    {
      fail (_ ("a picture was lost on the way"), error);
      return NULL;
    }
  return g_steal_pointer (&self->scores);
}
