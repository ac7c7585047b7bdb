#include "media/sendoff-audio-encoder.h"

#include <string.h>

/* Time stamps may differ from the count of samples by this much before silence is put in or samples are dropped:
 * more than the jitter of millisecond clocks, less than anybody hears against the picture. */
#define SYNC_TOLERANCE_SECONDS "0.025"

/* What a graph was built for. */
typedef struct {
  int format, sample_rate;
  char layout[64];
} Shape;

struct _SendoffAudioEncoder {
  SendoffAudioOutputSpec *spec;
  AVRational time_base; /* of decoded frames */
  gint64 start_pts;     /* output time zero, in the source's samples */
  gint64 origin_us;
  AVFilterGraph *graph;
  AVFilterContext *source, *sink; /* owned by graph */
  Shape shape;
  AVCodecContext *context;
  SendoffPacketWriter *writer;
  AVPacket *packet;
  AVFrame *frame;
  gint64 samples;     /* handed to the encoder */
  gint64 max_samples; /* G_MAXINT64 when not trimmed */
  gint64 next_pts;    /* expected of the next frame, in its sample rate; AV_NOPTS_VALUE at first */
  gint64 first_pts, last_pts, last_duration;
  gboolean has_packets;
};

static gboolean
refuse (SendoffAudioEncoder *self, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, "The audio encoder %s cannot be used: %s.",
               self->spec->audio->encoder, what);
  return FALSE;
}

static void
set_options (const SendoffAudioPlan *plan, AVDictionary **options)
{
  if (plan->profile != NULL)
    av_dict_set (options, "profile", plan->profile, 0);
  for (guint i = 0; i < plan->options->len; i++)
    {
      const SendoffTag *option = g_ptr_array_index (plan->options, i);

      av_dict_set (options, option->key, option->value, 0);
    }
}

static gboolean
open_encoder (SendoffAudioEncoder *self, GError **error)
{
  const SendoffAudioPlan *plan = self->spec->audio;
  const AVCodec *codec = avcodec_find_encoder_by_name (plan->encoder);
  g_autoptr (AVDictionary) options = NULL;
  const AVDictionaryEntry *left;
  int result;

  if (codec == NULL)
    return refuse (self, "this FFmpeg does not have it", error);
  self->context = avcodec_alloc_context3 (codec);
  self->context->sample_rate = plan->sample_rate;
  self->context->sample_fmt = av_get_sample_fmt (plan->sample_format);
  self->context->bit_rate = plan->bitrate_bps;
  self->context->time_base = (AVRational){ 1, plan->sample_rate };
  self->context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  self->context->thread_count = 1;
  if (av_channel_layout_from_string (&self->context->ch_layout, plan->channel_layout) < 0)
    return refuse (self, "the channel layout is not known", error);
  set_options (plan, &options);
  result = avcodec_open2 (self->context, codec, &options);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  left = av_dict_get (options, "", NULL, AV_DICT_IGNORE_SUFFIX);
  if (left != NULL)
    return refuse (self, "it does not know one of its settings", error);
  return TRUE;
}

/**
 * sendoff_audio_encoder_new:
 * @spec: what to make; times are µs of source time
 * @origin_us: container time of source time zero
 * @time_base: of the pts of the frames that are pushed
 *
 * Returns: (transfer full): an open encoder, or %NULL with %SENDOFF_ERROR_ENCODER or the writer's error
 */
SendoffAudioEncoder *
sendoff_audio_encoder_new (const SendoffAudioOutputSpec *spec, gint64 origin_us, AVRational time_base, GError **error)
{
  g_autoptr (SendoffAudioEncoder) self = g_new0 (SendoffAudioEncoder, 1);

  self->spec = sendoff_audio_output_spec_copy (spec);
  self->time_base = time_base;
  self->origin_us = origin_us;
  self->next_pts = AV_NOPTS_VALUE;
  self->packet = av_packet_alloc ();
  self->frame = av_frame_alloc ();
  self->max_samples = G_MAXINT64;
  if (spec->trimmed_end)
    self->max_samples = av_rescale_rnd (spec->end_us - spec->start_us, spec->audio->sample_rate, 1000000,
                                        AV_ROUND_NEAR_INF);
  self->writer = sendoff_packet_writer_new (spec->path, error);
  if (self->writer == NULL || !open_encoder (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/** sendoff_audio_encoder_free: frees @self; an unfinished packet file is removed. */
void
sendoff_audio_encoder_free (SendoffAudioEncoder *self)
{
  avfilter_graph_free (&self->graph);
  avcodec_free_context (&self->context);
  av_packet_free (&self->packet);
  av_frame_free (&self->frame);
  g_clear_pointer (&self->writer, sendoff_packet_writer_free);
  g_clear_pointer (&self->spec, sendoff_audio_output_spec_free);
  g_free (self);
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

/* aresample fills and trims at the start and at gaps; first_pts is where its output goes on, in its own input's
 * samples. */
static gboolean
build_graph (SendoffAudioEncoder *self, const Shape *shape, GError **error)
{
  const SendoffAudioPlan *plan = self->spec->audio;
  gint64 first_pts = av_rescale (self->samples, shape->sample_rate, plan->sample_rate);
  g_autofree char *arguments
      = g_strdup_printf ("time_base=1/%d:sample_rate=%d:sample_fmt=%s:channel_layout=%s", shape->sample_rate,
                         shape->sample_rate, av_get_sample_fmt_name (shape->format), shape->layout);
  g_autofree char *chain
      = g_strdup_printf ("aresample=osr=%d:async=1:min_hard_comp=" SYNC_TOLERANCE_SECONDS ":first_pts=%" G_GINT64_FORMAT
                         ",aformat=sample_fmts=%s:sample_rates=%d:channel_layouts=%s",
                         plan->sample_rate, first_pts, plan->sample_format, plan->sample_rate, plan->channel_layout);
  AVFilterInOut *outputs = avfilter_inout_alloc (), *inputs = avfilter_inout_alloc ();
  int result;

  avfilter_graph_free (&self->graph);
  self->graph = avfilter_graph_alloc ();
  self->graph->nb_threads = 1;
  self->shape = *shape;
  result = avfilter_graph_create_filter (&self->source, avfilter_get_by_name ("abuffer"), "in", arguments, NULL,
                                         self->graph);
  if (result >= 0)
    result = avfilter_graph_create_filter (&self->sink, avfilter_get_by_name ("abuffersink"), "out", NULL, NULL,
                                           self->graph);
  if (result >= 0)
    {
      *outputs = (AVFilterInOut){ .name = av_strdup ("in"), .filter_ctx = self->source };
      *inputs = (AVFilterInOut){ .name = av_strdup ("out"), .filter_ctx = self->sink };
      result = avfilter_graph_parse_ptr (self->graph, chain, &inputs, &outputs, NULL);
    }
  avfilter_inout_free (&inputs);
  avfilter_inout_free (&outputs);
  if (result >= 0)
    result = avfilter_graph_config (self->graph, NULL);
  if (result < 0)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, "The sound cannot be converted (%s): %s.", chain,
                   sendoff_av_error (result));
      return FALSE;
    }
  if (self->context->frame_size > 0 && !(self->context->codec->capabilities & AV_CODEC_CAP_VARIABLE_FRAME_SIZE))
    av_buffersink_set_frame_size (self->sink, self->context->frame_size);
  return TRUE;
}

static gboolean
drain_encoder (SendoffAudioEncoder *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_packet (self->context, self->packet)) >= 0)
    {
      /* FLAC ends with a packet of nothing but its final header, which is among the parameters too. */
      if (self->packet->size == 0)
        {
          av_packet_unref (self->packet);
          continue;
        }
      if (!self->has_packets)
        self->first_pts = self->packet->pts;
      self->has_packets = TRUE;
      self->last_pts = self->packet->pts;
      self->last_duration = self->packet->duration;
      if (!sendoff_packet_writer_write (self->writer, self->packet, error))
        return FALSE;
      av_packet_unref (self->packet);
    }
  if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    return refuse (self, sendoff_av_error (result), error);
  return TRUE;
}

static gboolean
encode (SendoffAudioEncoder *self, AVFrame *frame, GError **error)
{
  int result;

  if (self->samples >= self->max_samples)
    return TRUE;
  frame->nb_samples = (int)MIN (frame->nb_samples, self->max_samples - self->samples);
  frame->pts = self->samples;
  self->samples += frame->nb_samples;
  result = avcodec_send_frame (self->context, frame);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  return drain_encoder (self, error);
}

static gboolean
drain_graph (SendoffAudioEncoder *self, GError **error)
{
  int result = 0;

  while (self->graph != NULL && (result = av_buffersink_get_frame (self->sink, self->frame)) >= 0)
    {
      gboolean ok = encode (self, self->frame, error);

      av_frame_unref (self->frame);
      if (!ok)
        return FALSE;
    }
  if (self->graph != NULL && result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, "The sound cannot be converted: %s.",
                   sendoff_av_error (result));
      return FALSE;
    }
  return TRUE;
}

static gboolean
flush_graph (SendoffAudioEncoder *self, GError **error)
{
  if (self->graph == NULL)
    return TRUE;
  if (av_buffersrc_add_frame_flags (self->source, NULL, 0) < 0 || !drain_graph (self, error))
    return FALSE;
  avfilter_graph_free (&self->graph);
  return TRUE;
}

/* The pts of @frame from output time zero, in its own samples. */
static gint64
output_pts (SendoffAudioEncoder *self, const AVFrame *frame)
{
  AVRational samples = { 1, frame->sample_rate };
  gint64 zero = av_rescale_q (self->spec->start_us + self->origin_us, (AVRational){ 1, 1000000 }, samples);
  gint64 pts = frame->best_effort_timestamp;

  if (pts != AV_NOPTS_VALUE)
    return av_rescale_q (pts, self->time_base, samples) - zero;
  return self->next_pts != AV_NOPTS_VALUE ? self->next_pts : 0;
}

/**
 * sendoff_audio_encoder_push:
 * @frame: decoded samples; frames far before output time zero are skipped
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER or the writer's error
 */
gboolean
sendoff_audio_encoder_push (SendoffAudioEncoder *self, const AVFrame *frame, GError **error)
{
  g_autoptr (AVFrame) copy = NULL;
  Shape shape = shape_of (frame);
  gint64 pts = output_pts (self, frame);

  self->next_pts = pts + frame->nb_samples;
  if (self->next_pts <= 0 || sendoff_audio_encoder_is_full (self))
    return TRUE;
  if (self->graph == NULL || shape.format != self->shape.format || shape.sample_rate != self->shape.sample_rate
      || !g_str_equal (shape.layout, self->shape.layout))
    if (!flush_graph (self, error) || !build_graph (self, &shape, error))
      return FALSE;
  copy = av_frame_clone (frame);
  copy->pts = pts;
  if (copy->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
    av_channel_layout_default (&copy->ch_layout, copy->ch_layout.nb_channels);
  if (av_buffersrc_add_frame_flags (self->source, copy, 0) < 0)
    return refuse (self, "the decoded sound was not taken", error);
  return drain_graph (self, error);
}

/** sendoff_audio_encoder_finish: takes what is still inside and gives the packet file its final name. */
gboolean
sendoff_audio_encoder_finish (SendoffAudioEncoder *self, GError **error)
{
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVCodecParameters) codec = avcodec_parameters_alloc ();

  if (!flush_graph (self, error))
    return FALSE;
  if (self->samples > 0)
    {
      avcodec_send_frame (self->context, NULL);
      if (!drain_encoder (self, error))
        return FALSE;
    }
  avcodec_parameters_from_context (codec, self->context);
  trailer->samples = self->samples;
  trailer->first_pts = self->first_pts;
  trailer->last_pts = self->last_pts;
  trailer->last_duration = self->last_duration;
  trailer->time_base = SENDOFF_RATIONAL (1, self->spec->audio->sample_rate);
  return sendoff_packet_writer_finish (self->writer, codec, trailer, error);
}

/** sendoff_audio_encoder_is_full: whether everything up to the end of a trimmed output is there. */
gboolean
sendoff_audio_encoder_is_full (SendoffAudioEncoder *self)
{
  return self->samples >= self->max_samples;
}

/** sendoff_audio_encoder_get_samples: samples encoded so far, in the output's rate. */
gint64
sendoff_audio_encoder_get_samples (SendoffAudioEncoder *self)
{
  return self->samples;
}

/** sendoff_audio_encoder_get_bytes: bytes of the packets so far. */
gint64
sendoff_audio_encoder_get_bytes (SendoffAudioEncoder *self)
{
  return sendoff_packet_writer_get_bytes (self->writer);
}
