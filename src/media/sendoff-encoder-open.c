#include "media/sendoff-encoder-open.h"

#include <math.h>

#include "base/sendoff-i18n.h"
#include "media/sendoff-hardware-input.h"

/* Fullness of the buffer at the start of each chunk, as a fraction. See set_cap(). */
#define VBV_START_FULLNESS 0.5

/* The same where a constant rate is first tried. Encoders end a chunk with about three quarters of their
 * buffer: started with less, they spare what fills it, with a half a tenth of the rate of a chunk of 4 s. */
#define CONSTANT_START_FULLNESS 0.75

/* By how much each step of SendoffChunkRate.cap lowers the rate that the encoder is told. */
#define CAP_STEP 0.08

typedef struct
{
  const SendoffVideoPlan *plan;
  const SendoffChunkRate *rate; /* (nullable) */
  gint64 duration_us;
  AVCodecContext *context;
} Opening;

/**
 * sendoff_encoder_counts_frames:
 * @encoder: FFmpeg's name
 *
 * libvpx and libaom take every frame for one tick long, so their rate control needs frame numbers as times.
 *
 * Returns: whether frames are given to it with their numbers as times
 */
gboolean
sendoff_encoder_counts_frames (const char *encoder)
{
  return g_str_has_prefix (encoder, "libvpx") || g_str_has_prefix (encoder, "libaom");
}

static int
color_value (const char *name, int (*from_name) (const char *), int unspecified)
{
  int value = name != NULL ? from_name (name) : -1;

  return value >= 0 ? value : unspecified;
}

static void
set_picture (Opening *self)
{
  const SendoffVideoPlan *plan = self->plan;
  AVCodecContext *context = self->context;

  context->width = plan->width;
  context->height = plan->height;
  context->pix_fmt = av_get_pix_fmt (plan->pixel_format);
  context->sample_aspect_ratio = (AVRational){ 1, 1 };
  context->field_order = AV_FIELD_PROGRESSIVE;
  context->framerate = sendoff_to_av (plan->nominal_frame_rate);
  context->time_base = sendoff_encoder_counts_frames (plan->encoder) ? av_inv_q (context->framerate)
                                                                     : sendoff_to_av (plan->time_base);
  if (plan->color == NULL)
    return;
  context->color_range = color_value (plan->color->range, av_color_range_from_name, AVCOL_RANGE_UNSPECIFIED);
  context->colorspace = color_value (plan->color->matrix, av_color_space_from_name, AVCOL_SPC_UNSPECIFIED);
  context->color_primaries
      = color_value (plan->color->primaries, av_color_primaries_from_name, AVCOL_PRI_UNSPECIFIED);
  context->color_trc
      = color_value (plan->color->transfer, av_color_transfer_from_name, AVCOL_TRC_UNSPECIFIED);
  context->chroma_sample_location
      = color_value (plan->color->chroma_location, av_chroma_location_from_name, AVCHROMA_LOC_UNSPECIFIED);
}

static void
set_structure (Opening *self)
{
  const SendoffVideoPlan *plan = self->plan;
  AVCodecContext *context = self->context;

  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (plan->closed_gop)
    context->flags |= AV_CODEC_FLAG_CLOSED_GOP;
  context->thread_count = plan->threads;
  context->gop_size = plan->gop_frames;
  if (plan->b_frames >= 0)
    context->max_b_frames = plan->b_frames;
  if (plan->level > 0)
    context->level = plan->level;
}

/* Tells the encoder a maximum rate over a buffer that has the fraction @fullness at the start of the chunk.
 */
static void
set_buffer (Opening *self, double rate_bps, double buffer_bits, double fullness)
{
  self->context->rc_max_rate = (gint64)rate_bps;
  self->context->rc_buffer_size = (int)MIN (buffer_bits, G_MAXINT);
  self->context->rc_initial_buffer_occupancy = (int)(self->context->rc_buffer_size * fullness);
}

/* A maximum rate R with a buffer B holds over the joined chunks although each is encoded alone: every chunk
 * starts with the fraction f of its own, smaller buffer b = B / (1 + f), and encodes at R − f·b/T (T its
 * length), so that it leaves at least what the next one starts with. Where that does not hold, the chunk is
 * made again with a step more. */
static void
set_cap (Opening *self, int cap)
{
  const SendoffVideoPlan *plan = self->plan;
  double seconds = MAX (self->duration_us, 1) / 1e6;
  double buffer = plan->bufsize_bits / (1 + VBV_START_FULLNESS);
  double spared = VBV_START_FULLNESS * buffer / seconds;
  double rate = (plan->maxrate_bps - spared) * (1 - CAP_STEP * MAX (cap - 1, 0));

  set_buffer (self, MAX (rate, plan->maxrate_bps / 2.0), buffer, VBV_START_FULLNESS);
}

/* Whether a quality can have a cap that the encoder keeps. For the others it is a wish at most, and
 * libsvtav1's bytes depend on the moment with one: there the quality itself is lowered, see
 * engine/sendoff-runner-buffer.c. */
static gboolean
keeps_cap (const SendoffVideoPlan *plan)
{
  return g_str_equal (plan->codec, "h264") || g_str_equal (plan->codec, "h265");
}

static void
set_quality (Opening *self, double crf, AVDictionary **options)
{
  const SendoffHardwarePlan *hardware = self->plan->hardware;
  gboolean takes_whole = !keeps_cap (self->plan);
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, takes_whole ? "%.0f" : "%.6g",
                   hardware != NULL ? hardware->quality : crf);
  av_dict_set (options, hardware != NULL ? hardware->quality_option : "crf", number, 0);
  self->context->bit_rate = 0;
}

/* The encoder's own constant rate: what is told as the maximum is also the mean. At first every chunk starts
 * with what set_cap() starts with, in a buffer that is as full as it will be at the end, and so leaves on
 * average what it began with. Where the mean over a window counts, the rate itself was lowered. */
static void
set_constant (Opening *self)
{
  const SendoffVideoPlan *plan = self->plan;
  double start = plan->bufsize_bits * VBV_START_FULLNESS / (1 + VBV_START_FULLNESS);

  if (self->rate->cap > 0 && keeps_cap (plan))
    set_cap (self, self->rate->cap);
  else
    set_buffer (self, plan->maxrate_bps, start / CONSTANT_START_FULLNESS, CONSTANT_START_FULLNESS);
  self->context->bit_rate = MIN (self->rate->bitrate_bps, self->context->rc_max_rate);
  if (sendoff_encoder_counts_frames (self->plan->encoder))
    self->context->rc_max_rate = self->context->rc_min_rate = self->context->bit_rate;
}

static void
set_rate (Opening *self, AVDictionary **options)
{
  const SendoffVideoPlan *plan = self->plan;
  gboolean has_cap = plan->maxrate_bps > 0 && plan->bufsize_bits > 0;
  gboolean capped = has_cap && (self->rate == NULL || self->rate->cap > 0);
  double crf = self->rate != NULL ? self->rate->crf : plan->crf;

  if (self->rate != NULL && self->rate->bitrate_bps > 0)
    set_constant (self);
  else if (crf >= 0) /* otherwise the profile says it all */
    {
      set_quality (self, crf, options);
      if (capped && keeps_cap (plan))
        set_cap (self, self->rate != NULL ? self->rate->cap : 1);
    }
}

/* With a cap, x264's frame threads look at how far the others are, so that the bytes depend on the moment;
 * its slice threads do not. */
static void
avoid_races (Opening *self, AVDictionary **options)
{
  const AVDictionaryEntry *params = av_dict_get (*options, "x264-params", NULL, 0);
  g_autofree char *sliced = NULL;

  if (!g_str_equal (self->plan->encoder, "libx264") || self->context->rc_max_rate == 0
      || self->plan->threads < 2)
    return;
  sliced = g_strdup_printf ("%s%ssliced-threads=1", params != NULL ? params->value : "",
                            params != NULL ? ":" : "");
  av_dict_set (options, "x264-params", sliced, 0);
}

static gboolean
refuse (const Opening *self, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The encoder %s cannot be used: %s."),
               self->plan->encoder, what);
  return FALSE;
}

static void
set_all (Opening *self, AVDictionary **options)
{
  set_picture (self);
  set_structure (self);
  set_rate (self, options);
  if (self->plan->profile != NULL)
    av_dict_set (options, "profile", self->plan->profile, 0);
  for (guint i = 0; i < self->plan->options->len; i++)
    {
      const SendoffTag *option = g_ptr_array_index (self->plan->options, i);

      av_dict_set (options, option->key, option->value, 0);
    }
  avoid_races (self, options);
}

static gboolean
open_codec (Opening *self, const AVCodec *codec, GError **error)
{
  g_autoptr (AVDictionary) options = NULL;
  const AVDictionaryEntry *left;
  int result;

  set_all (self, &options);
  if (self->plan->hardware != NULL && !sendoff_hardware_prepare (self->plan, self->context, error))
    return FALSE;
  result = avcodec_open2 (self->context, codec, &options);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  left = av_dict_get (options, "", NULL, AV_DICT_IGNORE_SUFFIX);
  if (left != NULL)
    {
      g_autofree char *what = g_strdup_printf (_ ("it does not know the setting “%s”"), left->key);

      return refuse (self, what, error);
    }
  return TRUE;
}

/**
 * sendoff_encoder_open:
 * @plan: what to encode with
 * @rate: (nullable): how this chunk is encoded; %NULL: as the plan says
 * @duration_us: of the whole chunk, for the buffer model of capped rates
 * @pass: the pass that this is
 * @statistics: (nullable): of the first pass, for the second; must stay until the encoder is freed
 *
 * Returns: (transfer full): the opened encoder of one chunk, or %NULL with %SENDOFF_ERROR_ENCODER
 */
AVCodecContext *
sendoff_encoder_open (const SendoffVideoPlan *plan,
                      const SendoffChunkRate *rate,
                      gint64 duration_us,
                      SendoffEncoderPass pass,
                      char *statistics,
                      GError **error)
{
  Opening self = { .plan = plan, .rate = rate, .duration_us = duration_us };
  const AVCodec *codec = avcodec_find_encoder_by_name (plan->encoder);

  if (codec == NULL)
    {
      refuse (&self, _ ("this FFmpeg does not have it"), error);
      return NULL;
    }
  self.context = avcodec_alloc_context3 (codec);
  if (pass == SENDOFF_ENCODER_FIRST_PASS)
    self.context->flags |= AV_CODEC_FLAG_PASS1;
  if (pass == SENDOFF_ENCODER_SECOND_PASS && statistics != NULL)
    {
      self.context->flags |= AV_CODEC_FLAG_PASS2;
      self.context->stats_in = statistics;
    }
  if (!open_codec (&self, codec, error))
    avcodec_free_context (&self.context);
  return self.context;
}
