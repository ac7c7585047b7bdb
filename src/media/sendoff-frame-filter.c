#include "media/sendoff-frame-filter.h"

#include <string.h>

#include "base/sendoff-i18n.h"
#include "model/sendoff-filters.h"

/* What a graph was built for; any difference builds a new one. */
typedef struct {
  int width, height, format;
  AVRational sample_aspect_ratio;
  int range, matrix, primaries, transfer;
} Shape;

struct _SendoffFrameFilter {
  SendoffVideoPlan *plan; /* (nullable): the chain is made for each shape of frames */
  char *chain;            /* (nullable): or it is always this one */
  char *captions;         /* (nullable): the filters that draw captions over the finished picture */
  AVRational time_base;
  AVFilterGraph *graph;
  AVFilterContext *source, *sink; /* owned by graph */
  Shape shape;
  guint builds;
};

/**
 * sendoff_frame_filter_new:
 * @plan: geometry, colour and pixel format of the output; its deinterlacing is not done here
 * @time_base: of the frames' pts
 *
 * Returns: (transfer full): a filter without a graph yet
 */
SendoffFrameFilter *
sendoff_frame_filter_new (const SendoffVideoPlan *plan, AVRational time_base)
{
  SendoffFrameFilter *self = g_new0 (SendoffFrameFilter, 1);

  self->plan = sendoff_video_plan_copy (plan);
  self->plan->deinterlace = FALSE;
  self->time_base = time_base;
  return self;
}

/* (transfer full): @text as a value in a filter chain: quoted for the options, and that for the chain. */
static char *
escape (const char *text)
{
  g_autoptr (GString) once = g_string_new (NULL);
  GString *twice = g_string_new (NULL);

  for (const char *c = text; *c != '\0'; c++)
    {
      if (strchr ("\\':", *c) != NULL)
        g_string_append_c (once, '\\');
      g_string_append_c (once, *c);
    }
  for (const char *c = once->str; *c != '\0'; c++)
    {
      if (strchr ("\\'[],;", *c) != NULL)
        g_string_append_c (twice, '\\');
      g_string_append_c (twice, *c);
    }
  return g_string_free (twice, FALSE);
}

/**
 * sendoff_frame_filter_burn:
 * @script: path of an ASS script in source time
 * @fonts_dir: (nullable): fonts that came with it
 * @origin_us: container time of source time zero
 *
 * Draws captions over the finished picture, by the times of the source, so that every chunk shows the same.
 */
void
sendoff_frame_filter_burn (SendoffFrameFilter *self, const char *script, const char *fonts_dir, gint64 origin_us)
{
  g_autofree char *path = escape (script);
  g_autofree char *fonts = fonts_dir != NULL ? escape (fonts_dir) : NULL;

  g_free (self->captions);
  self->captions = g_strdup_printf (",setpts=PTS-(%" G_GINT64_FORMAT "/1000000)/TB,ass=filename=%s%s%s,format=%s", origin_us,
                                    path, fonts != NULL ? ":fontsdir=" : "", fonts != NULL ? fonts : "",
                                    self->plan->pixel_format);
}

static SendoffFrameFilter *
new_fixed (AVRational time_base, char *chain)
{
  SendoffFrameFilter *self = g_new0 (SendoffFrameFilter, 1);

  self->chain = chain;
  self->time_base = time_base;
  return self;
}

/**
 * sendoff_frame_filter_new_deinterlacer:
 * @parity: (nullable): "tff" or "bff"; %NULL believes the frames
 *
 * Returns: (transfer full): a filter with one frame out for each frame in, one frame later
 */
SendoffFrameFilter *
sendoff_frame_filter_new_deinterlacer (AVRational time_base, const char *parity)
{
  return new_fixed (time_base, g_strdup_printf ("bwdif=mode=send_frame:parity=%s", parity != NULL ? parity : "auto"));
}

/** sendoff_frame_filter_new_field_detector: (transfer full): a filter that notes in the metadata of each frame, one frame
 * later, what the idet filter takes it for. */
SendoffFrameFilter *
sendoff_frame_filter_new_field_detector (AVRational time_base)
{
  return new_fixed (time_base, g_strdup ("idet"));
}

/** sendoff_frame_filter_free: frees @self and frames still inside. */
void
sendoff_frame_filter_free (SendoffFrameFilter *self)
{
  g_clear_pointer (&self->plan, sendoff_video_plan_free);
  g_free (self->chain);
  g_free (self->captions);
  avfilter_graph_free (&self->graph);
  g_free (self);
}

static Shape
shape_of (const AVFrame *frame)
{
  return (Shape){
    .width = frame->width,
    .height = frame->height,
    .format = frame->format,
    .sample_aspect_ratio = frame->sample_aspect_ratio,
    .range = frame->color_range,
    .matrix = frame->colorspace,
    .primaries = frame->color_primaries,
    .transfer = frame->color_trc,
  };
}

static gboolean
shape_equal (const Shape *a, const Shape *b)
{
  return a->width == b->width && a->height == b->height && a->format == b->format
         && av_cmp_q (a->sample_aspect_ratio, b->sample_aspect_ratio) == 0 && a->range == b->range
         && a->matrix == b->matrix && a->primaries == b->primaries && a->transfer == b->transfer;
}

static char *
chain_for (SendoffFrameFilter *self, const Shape *shape)
{
  const AVPixFmtDescriptor *descriptor = av_pix_fmt_desc_get (shape->format);
  SendoffFrameShape model = {
    .width = shape->width,
    .height = shape->height,
    .sample_aspect_ratio = sendoff_from_av (shape->sample_aspect_ratio),
    .pixel_format = descriptor->name,
    .has_alpha = (descriptor->flags & AV_PIX_FMT_FLAG_ALPHA) || (descriptor->flags & AV_PIX_FMT_FLAG_PAL),
    .range = shape->range != AVCOL_RANGE_UNSPECIFIED ? av_color_range_name (shape->range) : NULL,
    .matrix = shape->matrix != AVCOL_SPC_UNSPECIFIED ? av_color_space_name (shape->matrix) : NULL,
    .primaries = shape->primaries != AVCOL_PRI_UNSPECIFIED ? av_color_primaries_name (shape->primaries) : NULL,
    .transfer = shape->transfer != AVCOL_TRC_UNSPECIFIED ? av_color_transfer_name (shape->transfer) : NULL,
  };

  if (self->chain != NULL)
    return g_strdup (self->chain);
  return sendoff_filters_build (self->plan, &model);
}

static int
create_ends (SendoffFrameFilter *self, const Shape *shape)
{
  AVBufferSrcParameters *allocated = av_buffersrc_parameters_alloc ();
  int result;

  self->source = avfilter_graph_alloc_filter (self->graph, avfilter_get_by_name ("buffer"), "in");
  self->sink = avfilter_graph_alloc_filter (self->graph, avfilter_get_by_name ("buffersink"), "out");
  allocated->format = shape->format;
  allocated->width = shape->width;
  allocated->height = shape->height;
  allocated->time_base = self->time_base;
  allocated->sample_aspect_ratio = shape->sample_aspect_ratio;
#if LIBAVFILTER_VERSION_INT >= AV_VERSION_INT(9, 15, 100)
  allocated->color_space = shape->matrix;
  allocated->color_range = shape->range;
#endif
  result = av_buffersrc_parameters_set (self->source, allocated);
  av_free (allocated);
  if (result >= 0)
    result = avfilter_init_str (self->source, NULL);
  if (result >= 0)
    result = avfilter_init_str (self->sink, NULL);
  return result;
}

static gboolean
build (SendoffFrameFilter *self, const Shape *shape, GError **error)
{
  g_autofree char *picture = chain_for (self, shape);
  g_autofree char *chain = g_strconcat (picture, self->captions, NULL);
  AVFilterInOut *outputs = avfilter_inout_alloc (), *inputs = avfilter_inout_alloc ();
  int result;

  avfilter_graph_free (&self->graph);
  self->graph = avfilter_graph_alloc ();
  self->graph->nb_threads = 1;
  self->builds++;
  self->shape = *shape;
  result = create_ends (self, shape);
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
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The picture cannot be converted (%s): %s."), chain,
                 sendoff_av_error (result));
  return result >= 0;
}

/**
 * sendoff_frame_filter_push:
 * @frame: (nullable): a decoded frame, kept by reference; %NULL ends the stream
 *
 * Frames still inside when the shape changes are lost but for the deinterlacer's last one, so pull after each push.
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER when no chain can take such frames
 */
gboolean
sendoff_frame_filter_push (SendoffFrameFilter *self, AVFrame *frame, GError **error)
{
  int result;

  if (frame != NULL)
    {
      Shape shape = shape_of (frame);

      if ((self->graph == NULL || !shape_equal (&shape, &self->shape)) && !build (self, &shape, error))
        return FALSE;
    }
  else if (self->graph == NULL)
    return TRUE;
  result = av_buffersrc_add_frame_flags (self->source, frame, AV_BUFFERSRC_FLAG_KEEP_REF);
  if (result < 0)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The picture cannot be converted: %s."),
                 sendoff_av_error (result));
  return result >= 0;
}

/**
 * sendoff_frame_filter_pull:
 * @frame: (inout): emptied and filled
 *
 * Returns: 1 with a frame, 0 when none is ready, -1 with %SENDOFF_ERROR_ENCODER
 */
int
sendoff_frame_filter_pull (SendoffFrameFilter *self, AVFrame *frame, GError **error)
{
  int result;

  av_frame_unref (frame);
  if (self->graph == NULL)
    return 0;
  result = av_buffersink_get_frame (self->sink, frame);
  if (result == AVERROR (EAGAIN) || result == AVERROR_EOF)
    return 0;
  if (result < 0)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The picture cannot be converted: %s."),
                   sendoff_av_error (result));
      return -1;
    }
  frame->pts = av_rescale_q (frame->pts, av_buffersink_get_time_base (self->sink), self->time_base);
  return 1;
}

/** sendoff_frame_filter_get_rebuilds: how often the source changed its picture. */
guint
sendoff_frame_filter_get_rebuilds (SendoffFrameFilter *self)
{
  return self->builds > 0 ? self->builds - 1 : 0;
}
