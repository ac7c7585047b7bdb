#include "media/sendoff-audio-converter.h"

#include <math.h>
#include <string.h>

#include "base/sendoff-i18n.h"

/* Time stamps may differ from the count of samples by this much before silence is put in or samples are
 * dropped: more than the jitter of millisecond clocks, less than anybody hears against the picture. */
#define SYNC_TOLERANCE_SECONDS "0.025"

/* The limiter looks ahead by as long as it takes to turn the level down, and lets go slowly enough not to be
 * heard. */
#define LIMITER "alimiter=attack=5:release=50:level=0:latency=1"

/* The quietest that the measurement tells from silence, EBU Tech 3341. */
#define SILENCE_LUFS (-70.0)
#define SILENCE_DB   (-120.0)

/* What a graph was built for. */
typedef struct
{
  int format, sample_rate;
  char layout[64];
} Shape;

typedef struct
{
  AVFilterGraph *graph;
  AVFilterContext *source, *sink; /* owned by graph */
} Stage;

struct _SendoffAudioConverter
{
  SendoffAudioOutputSpec *spec;
  SendoffAudioLevels levels;
  gint64 origin_us;
  AVRational time_base; /* of decoded frames */
  SendoffAudioSink deliver;
  gpointer data;
  Stage matching, levelling;
  Shape shape; /* that matching was built for */
  AVFrame *frame;
  gint64 samples;         /* matched, in the output's rate */
  gint64 max_samples;     /* G_MAXINT64 when not trimmed */
  gint64 next_pts;        /* expected of the next frame, in its sample rate; AV_NOPTS_VALUE at first */
  double lufs, true_peak; /* as measured so far; the peak as a fraction of full scale */
};

static gboolean
is_levelling (SendoffAudioConverter *self)
{
  return self->levels.gain_db != 0 || self->levels.limit_db < 0 || self->levels.measure;
}

static gboolean
build (Stage *stage, const Shape *shape, const char *chain, GError **error)
{
  g_autofree char *arguments
      = g_strdup_printf ("time_base=1/%d:sample_rate=%d:sample_fmt=%s:channel_layout=%s", shape->sample_rate,
                         shape->sample_rate, av_get_sample_fmt_name (shape->format), shape->layout);
  AVFilterInOut *outputs = avfilter_inout_alloc (), *inputs = avfilter_inout_alloc ();
  int result;

  avfilter_graph_free (&stage->graph);
  stage->graph = avfilter_graph_alloc ();
  stage->graph->nb_threads = 1;
  result = avfilter_graph_create_filter (&stage->source, avfilter_get_by_name ("abuffer"), "in", arguments,
                                         NULL, stage->graph);
  if (result >= 0)
    result = avfilter_graph_create_filter (&stage->sink, avfilter_get_by_name ("abuffersink"), "out", NULL,
                                           NULL, stage->graph);
  if (result >= 0)
    {
      *outputs = (AVFilterInOut){ .name = av_strdup ("in"), .filter_ctx = stage->source };
      *inputs = (AVFilterInOut){ .name = av_strdup ("out"), .filter_ctx = stage->sink };
      result = avfilter_graph_parse_ptr (stage->graph, chain, &inputs, &outputs, NULL);
    }
  avfilter_inout_free (&inputs);
  avfilter_inout_free (&outputs);
  if (result >= 0)
    result = avfilter_graph_config (stage->graph, NULL);
  if (result < 0)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The sound cannot be converted (%s): %s."),
                 chain, sendoff_av_error (result));
  return result >= 0;
}

/* Levels are worked on in double precision; without that, the planned format goes right through. */
static const char *
get_matched_format (SendoffAudioConverter *self)
{
  return is_levelling (self) ? "dbl" : self->spec->audio->sample_format;
}

/* aresample fills and trims at the start and at gaps; first_pts is where its output goes on, in its own
 * input's samples. A mix is not scaled down: the limiter sees to its peaks. */
static gboolean
build_matching (SendoffAudioConverter *self, const Shape *shape, GError **error)
{
  const SendoffAudioPlan *plan = self->spec->audio;
  gint64 first_pts = av_rescale (self->samples, shape->sample_rate, plan->sample_rate);
  g_autofree char *chain = g_strdup_printf (
      "aresample=osr=%d:async=1:min_hard_comp=" SYNC_TOLERANCE_SECONDS ":first_pts=%" G_GINT64_FORMAT
      "%s%s%s,aformat=sample_fmts=%s:sample_rates=%d:channel_layouts=%s",
      plan->sample_rate, first_pts, plan->mix != NULL ? ":rematrix_maxval=64" : "",
      plan->mix != NULL ? ":" : "", plan->mix != NULL ? plan->mix : "", get_matched_format (self),
      plan->sample_rate, plan->channel_layout);

  self->shape = *shape;
  return build (&self->matching, shape, chain, error);
}

static gboolean
build_levelling (SendoffAudioConverter *self, int frame_size, GError **error)
{
  const SendoffAudioPlan *plan = self->spec->audio;
  const SendoffAudioLevels *levels = &self->levels;
  g_autoptr (GString) chain = g_string_new ("anull");
  Shape shape = { .format = av_get_sample_fmt (get_matched_format (self)), .sample_rate = plan->sample_rate };
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_strlcpy (shape.layout, plan->channel_layout, sizeof shape.layout);
  if (levels->gain_db != 0)
    g_string_append_printf (chain, ",volume=volume=%sdB:precision=double",
                            g_ascii_formatd (number, sizeof number, "%.4f", levels->gain_db));
  if (levels->limit_db < 0)
    g_string_append_printf (chain, "," LIMITER ":limit=%s",
                            g_ascii_formatd (number, sizeof number, "%.6f", pow (10, levels->limit_db / 20)));
  if (levels->measure)
    g_string_append (chain, ",ebur128=metadata=1:peak=true");
  g_string_append_printf (chain, ",aformat=sample_fmts=%s:sample_rates=%d:channel_layouts=%s",
                          plan->sample_format, plan->sample_rate, plan->channel_layout);
  if (!build (&self->levelling, &shape, chain->str, error))
    return FALSE;
  if (frame_size > 0)
    av_buffersink_set_frame_size (self->levelling.sink, (unsigned)frame_size);
  return TRUE;
}

/**
 * sendoff_audio_converter_new:
 * @spec: what to make; times are µs of source time
 * @origin_us: container time of source time zero
 * @time_base: of the pts of the frames that are pushed
 * @levels: what the second stage does
 * @frame_size: samples that the sink wants at a time but for the last, 0 any number
 *
 * Returns: (transfer full): a converter, or %NULL with %SENDOFF_ERROR_ENCODER
 */
SendoffAudioConverter *
sendoff_audio_converter_new (const SendoffAudioOutputSpec *spec,
                             gint64 origin_us,
                             AVRational time_base,
                             const SendoffAudioLevels *levels,
                             int frame_size,
                             SendoffAudioSink sink,
                             gpointer data,
                             GError **error)
{
  g_autoptr (SendoffAudioConverter) self = g_new0 (SendoffAudioConverter, 1);

  self->spec = sendoff_audio_output_spec_copy (spec);
  self->levels = *levels;
  self->origin_us = origin_us;
  self->time_base = time_base;
  self->deliver = sink;
  self->data = data;
  self->frame = av_frame_alloc ();
  self->next_pts = AV_NOPTS_VALUE;
  self->lufs = SILENCE_LUFS;
  self->max_samples = G_MAXINT64;
  if (spec->trimmed_end)
    self->max_samples = av_rescale_rnd (spec->end_us - spec->start_us, spec->audio->sample_rate, 1000000,
                                        AV_ROUND_NEAR_INF);
  if (!build_levelling (self, frame_size, error))
    return NULL;
  return g_steal_pointer (&self);
}

/** sendoff_audio_converter_free: frees @self and what is still inside. */
void
sendoff_audio_converter_free (SendoffAudioConverter *self)
{
  avfilter_graph_free (&self->matching.graph);
  avfilter_graph_free (&self->levelling.graph);
  av_frame_free (&self->frame);
  g_clear_pointer (&self->spec, sendoff_audio_output_spec_free);
  g_free (self);
}

static gboolean
set_lost (int result, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The sound cannot be converted: %s."),
               sendoff_av_error (result));
  return FALSE;
}

/* The filter attaches what it has measured so far to every tenth of a second. */
static void
take_measurement (SendoffAudioConverter *self, const AVFrame *frame)
{
  const AVDictionaryEntry *lufs = av_dict_get (frame->metadata, "lavfi.r128.I", NULL, 0);
  const AVDictionaryEntry *peak = NULL;

  if (lufs != NULL)
    self->lufs = g_ascii_strtod (lufs->value, NULL);
  while ((peak = av_dict_get (frame->metadata, "lavfi.r128.true_peaks_ch", peak, AV_DICT_IGNORE_SUFFIX))
         != NULL)
    self->true_peak = MAX (self->true_peak, g_ascii_strtod (peak->value, NULL));
}

static gboolean
drain_levelling (SendoffAudioConverter *self, GError **error)
{
  int result;

  while ((result = av_buffersink_get_frame (self->levelling.sink, self->frame)) >= 0)
    {
      gboolean ok;

      take_measurement (self, self->frame);
      ok = self->deliver (self->frame, self->data, error);
      av_frame_unref (self->frame);
      if (!ok)
        return FALSE;
    }
  return result == AVERROR (EAGAIN) || result == AVERROR_EOF || set_lost (result, error);
}

/* Counts, and cuts what lies behind a trimmed end. */
static gboolean
level (SendoffAudioConverter *self, AVFrame *frame, GError **error)
{
  int result;

  if (self->samples >= self->max_samples)
    return TRUE;
  frame->nb_samples = (int)MIN (frame->nb_samples, self->max_samples - self->samples);
  frame->pts = self->samples;
  self->samples += frame->nb_samples;
  result = av_buffersrc_add_frame_flags (self->levelling.source, frame, 0);
  return result >= 0 ? drain_levelling (self, error) : set_lost (result, error);
}

static gboolean
drain_matching (SendoffAudioConverter *self, GError **error)
{
  g_autoptr (AVFrame) frame = av_frame_alloc ();
  int result = AVERROR_EOF;

  while (self->matching.graph != NULL && (result = av_buffersink_get_frame (self->matching.sink, frame)) >= 0)
    {
      gboolean ok = level (self, frame, error);

      av_frame_unref (frame);
      if (!ok)
        return FALSE;
    }
  return result == AVERROR (EAGAIN) || result == AVERROR_EOF || set_lost (result, error);
}

static gboolean
flush_matching (SendoffAudioConverter *self, GError **error)
{
  if (self->matching.graph == NULL)
    return TRUE;
  if (av_buffersrc_add_frame_flags (self->matching.source, NULL, 0) < 0 || !drain_matching (self, error))
    return FALSE;
  avfilter_graph_free (&self->matching.graph);
  return TRUE;
}

static Shape
shape_of (const AVFrame *frame)
{
  Shape shape = { .format = frame->format, .sample_rate = frame->sample_rate };
  AVChannelLayout layout = { 0 };

  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default (&layout, frame->ch_layout.nb_channels);
  else
    av_channel_layout_copy (&layout, &frame->ch_layout);
  av_channel_layout_describe (&layout, shape.layout, sizeof shape.layout);
  av_channel_layout_uninit (&layout);
  return shape;
}

/* The pts of @frame from output time zero, in its own samples. */
static gint64
output_pts (SendoffAudioConverter *self, const AVFrame *frame)
{
  AVRational samples = { 1, frame->sample_rate };
  gint64 zero = av_rescale_q (self->spec->start_us + self->origin_us, (AVRational){ 1, 1000000 }, samples);
  gint64 pts = frame->best_effort_timestamp;

  if (pts != AV_NOPTS_VALUE)
    return av_rescale_q (pts, self->time_base, samples) - zero;
  return self->next_pts != AV_NOPTS_VALUE ? self->next_pts : 0;
}

/**
 * sendoff_audio_converter_push:
 * @frame: decoded samples; frames far before output time zero are skipped
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER or the sink's error
 */
gboolean
sendoff_audio_converter_push (SendoffAudioConverter *self, const AVFrame *frame, GError **error)
{
  g_autoptr (AVFrame) copy = NULL;
  Shape shape = shape_of (frame);
  gint64 pts = output_pts (self, frame);
  int result;

  self->next_pts = pts + frame->nb_samples;
  if (self->next_pts <= 0 || sendoff_audio_converter_is_full (self))
    return TRUE;
  if (self->matching.graph == NULL || shape.format != self->shape.format
      || shape.sample_rate != self->shape.sample_rate || !g_str_equal (shape.layout, self->shape.layout))
    if (!flush_matching (self, error) || !build_matching (self, &shape, error))
      return FALSE;
  copy = av_frame_clone (frame);
  copy->pts = pts;
  if (copy->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default (&copy->ch_layout, copy->ch_layout.nb_channels);
  result = av_buffersrc_add_frame_flags (self->matching.source, copy, 0);
  return result >= 0 ? drain_matching (self, error) : set_lost (result, error);
}

/** sendoff_audio_converter_finish: delivers what is still inside. */
gboolean
sendoff_audio_converter_finish (SendoffAudioConverter *self, GError **error)
{
  int result;

  if (!flush_matching (self, error))
    return FALSE;
  result = av_buffersrc_add_frame_flags (self->levelling.source, NULL, 0);
  return result >= 0 ? drain_levelling (self, error) : set_lost (result, error);
}

/** sendoff_audio_converter_is_full: whether everything up to the end of a trimmed output is there. */
gboolean
sendoff_audio_converter_is_full (SendoffAudioConverter *self)
{
  return self->samples >= self->max_samples;
}

/** sendoff_audio_converter_get_samples: samples matched so far, in the output's rate. */
gint64
sendoff_audio_converter_get_samples (SendoffAudioConverter *self)
{
  return self->samples;
}

/** sendoff_audio_converter_get_lufs: integrated loudness of what was delivered, -70 when it is silent or too
 * short. */
double
sendoff_audio_converter_get_lufs (SendoffAudioConverter *self)
{
  return MAX (self->lufs, SILENCE_LUFS);
}

/** sendoff_audio_converter_get_true_peak_db: the highest true peak of what was delivered, in dBTP, at least
 * -120. */
double
sendoff_audio_converter_get_true_peak_db (SendoffAudioConverter *self)
{
  return self->true_peak > 0 ? MAX (20 * log10 (self->true_peak), SILENCE_DB) : SILENCE_DB;
}
