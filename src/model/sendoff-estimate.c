#include "model/sendoff-estimate.h"

#include <math.h>
#include <string.h>

/* The model, for lack of trial chunks: ordinary footage at 1080p, 30 frames a second and H.264's CRF 23 takes about
 * 4.5 Mbit/s. Bits grow with pixels^0.75 and frames^0.6, and double every 6 steps of H.264's CRF. Content makes a third
 * to three times of that: the 90 % interval. */
#define MODEL_BPS 4.5e6
#define MODEL_PIXELS (1920.0 * 1080.0)
#define MODEL_FRAME_RATE 30.0
#define MODEL_CRF 23.0
#define MODEL_SPREAD 3.0
#define PIXELS_EXPONENT 0.75
#define RATE_EXPONENT 0.6
#define CRF_DOUBLING 6.0
#define WORST_CRF    51.0

/* Which quality a wanted score takes is not known before it was tried: so much more the size may differ. */
#define SCORE_DOUBT 2

/* Encoding again cannot need much more than the source itself had for the same picture. */
#define SOURCE_MULTIPLE 2.0
#define HIGHEST_BELIEVABLE_RATE 240

/* Twice the frames take half as much again, as in YouTube's table of recommended rates. */
#define HIGH_FRAME_RATE_EXPONENT 0.585

/* The least that is acceptable, the level "draft". Of thirteen clips, camera, film, drawn and screen, x264 took at that
 * CRF between a sixth and 2.3 times of what the model says, half of them less than this; and most less than this of
 * their sources' rates. The smaller of both was within a factor of two of the truth for eleven. */
#define FLOOR_LEVEL "draft"
#define FLOOR_SHARE_OF_MODEL  0.45
#define FLOOR_SHARE_OF_SOURCE 0.5

/* What the second pass misses a mean by, and how far an encoder that must keep a constant rate stays below it. */
#define MEAN_TOLERANCE    0.015
#define LEAST_OF_CONSTANT 0.8

/* How full a size gets. */
#define LEAST_FILL 0.97
#define USUAL_FILL 0.995

#define OVERHEAD_FACTOR 1.05 /* of SPEC's simplest form */
#define BYTES_PER_PACKET 14
#define BYTES_PER_FILE 2500

/* Of copied streams the number of packets is known: their sizes and places in the index, and with B-frames the distance
 * of decoding and showing; measured over the clips of a dozen programs. */
#define COPIED_BYTES_PER_PACKET   11
#define COPIED_BYTES_PER_B_FRAME  8
#define COPIED_BYTES_PER_FILE     900
#define AAC_FRAME_SAMPLES 1024
#define DNXHR_BLOCK_BYTES 4096

/**
 * sendoff_estimate_simple_size_mb:
 *
 * SPEC §7's simplest form: rates times duration, and five per cent for the container.
 *
 * Returns: size in MB (10^6 bytes)
 */
double
sendoff_estimate_simple_size_mb (double video_kbps, double audio_kbps, double seconds)
{
  return (video_kbps + audio_kbps) * seconds / 8000 * OVERHEAD_FACTOR;
}

/**
 * sendoff_estimate_scaled_bitrate:
 * @bitrate_720p_bps: a rate of a quality level, for 720p at up to 30 frames a second in H.264
 * @pixels: of the picture
 * @frame_rate: frames a second
 * @efficiency: of the codec, bits relative to H.264
 *
 * Returns: the rate for this picture, in bit/s
 */
gint64
sendoff_estimate_scaled_bitrate (SendoffCatalog *catalog, gint64 bitrate_720p_bps, gint64 pixels, double frame_rate,
                                 double efficiency)
{
  double factor = sendoff_catalog_get_bitrate_factor (catalog, pixels);
  double speed = frame_rate > MODEL_FRAME_RATE ? pow (frame_rate / MODEL_FRAME_RATE, HIGH_FRAME_RATE_EXPONENT) : 1;

  return (gint64)llround ((double)bitrate_720p_bps * factor * speed * (efficiency > 0 ? efficiency : 1));
}

static double
get_crf_of_level (const SendoffVideoCodec *codec, guint index)
{
  return ((const SendoffLevelValue *)g_ptr_array_index (codec->crf, index))->value;
}

/* The CRF of H.264 that looks like @crf of @codec, through the levels that both have a number for. */
static double
to_h264_crf (SendoffCatalog *catalog, const SendoffVideoCodec *codec, double crf)
{
  const SendoffVideoCodec *h264 = sendoff_catalog_get_video_codec (catalog, "h264");
  guint n = h264 != NULL ? MIN (codec->crf->len, h264->crf->len) : 0;

  for (guint i = 0; i + 1 < n; i++)
    {
      double from = get_crf_of_level (codec, i), to = get_crf_of_level (codec, i + 1);
      double t = (crf - from) / (to - from);

      if (t <= 1 || i + 2 == n) /* the outer steps reach beyond the table */
        return get_crf_of_level (h264, i) + t * (get_crf_of_level (h264, i + 1) - get_crf_of_level (h264, i));
    }
  return crf;
}

static double
get_efficiency (SendoffCatalog *catalog, const char *codec_id, const char *probe_name)
{
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (catalog);

  for (guint i = 0; i < codecs->len; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);

      if (g_strcmp0 (codec->codec_id, codec_id) == 0 || g_strcmp0 (codec->probe_name, probe_name) == 0)
        return codec->efficiency > 0 ? codec->efficiency : 1;
    }
  return 1;
}

static double
scale_by_shape (double pixels, double frame_rate)
{
  return pow (pixels, PIXELS_EXPONENT) * pow (frame_rate, RATE_EXPONENT);
}

/* At @crf of H.264, or what looks like it. */
static double
get_model_bps (SendoffCatalog *catalog, const SendoffVideoPlan *video, double crf)
{
  double shape = scale_by_shape ((double)video->width * video->height,
                                 sendoff_rational_to_double (video->nominal_frame_rate))
                 / scale_by_shape (MODEL_PIXELS, MODEL_FRAME_RATE);

  return MODEL_BPS * shape * get_efficiency (catalog, video->codec, NULL) * exp2 ((MODEL_CRF - crf) / CRF_DOUBLING);
}

/**
 * sendoff_estimate_h264_crf:
 * @video: a planned output with a quality or a mean rate
 *
 * Returns: the CRF of H.264 whose quality @video is expected to have in ordinary footage
 */
double
sendoff_estimate_h264_crf (SendoffCatalog *catalog, const SendoffVideoPlan *video)
{
  const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (catalog, video->codec);
  double usual_bps = get_model_bps (catalog, video, MODEL_CRF);

  if (video->crf >= 0)
    return codec != NULL ? to_h264_crf (catalog, codec, video->crf) : video->crf;
  return MODEL_CRF - CRF_DOUBLING * log2 (MAX ((double)video->bitrate_bps, 1) / MAX (usual_bps, 1));
}

/* The source's own rate, scaled to this picture and codec; infinite when it is not known. */
static double
get_source_bps (SendoffCatalog *catalog, const SendoffMediaInfo *source, const SendoffVideoPlan *video)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (source);
  double bitrate = stream != NULL ? (double)stream->bitrate_bps : 0;
  double pixels, rate, shape;

  if (stream != NULL && bitrate <= 0 && source->duration_us > 0)
    bitrate = (double)source->size_bytes * 8e6 / (double)source->duration_us;
  if (bitrate <= 0 || stream->width <= 0 || stream->height <= 0)
    return INFINITY;
  pixels = (double)stream->width * stream->height;
  rate = sendoff_rational_to_double (stream->frame_rate);
  if (rate < 1 || rate > HIGHEST_BELIEVABLE_RATE)
    rate = sendoff_rational_to_double (video->nominal_frame_rate);
  shape = scale_by_shape ((double)video->width * video->height, sendoff_rational_to_double (video->nominal_frame_rate))
          / scale_by_shape (pixels, rate);
  return bitrate * MAX (shape, 0.01) * get_efficiency (catalog, video->codec, NULL)
         / get_efficiency (catalog, NULL, stream->codec);
}

typedef struct {
  double low, middle, high;
} Interval;

/* DNxHR's pictures all have the same size: that of their macroblocks, in whole blocks of bytes. */
static double
get_dnxhr_picture_bytes (const SendoffVideoPlan *video, double bits_per_pixel)
{
  double macroblocks = (double)((video->width + 15) / 16) * ((video->height + 15) / 16);

  return MAX (round (macroblocks * 256 * bits_per_pixel / 8 / DNXHR_BLOCK_BYTES), 2) * DNXHR_BLOCK_BYTES;
}

/* Codecs for editing spend what their profile says: DNxHR always, ProRes about so much, and less on simple pictures. */
static gboolean
estimate_profile_bps (SendoffCatalog *catalog, const SendoffVideoPlan *video, Interval *interval)
{
  const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (catalog, video->codec);
  const SendoffCodecProfile *profile
    = codec != NULL && video->profile != NULL ? sendoff_video_codec_get_profile (codec, video->profile) : NULL;
  double rate = sendoff_rational_to_double (video->nominal_frame_rate);
  double bps;

  if (profile == NULL || profile->bits_per_pixel <= 0)
    return FALSE;
  if (g_str_equal (video->codec, "dnxhd"))
    {
      bps = get_dnxhr_picture_bytes (video, profile->bits_per_pixel) * 8 * rate;
      *interval = (Interval){ bps, bps, bps };
      return TRUE;
    }
  bps = profile->bits_per_pixel * video->width * video->height * rate;
  *interval = (Interval){ bps * 0.3, bps * 0.9, bps * 1.3 };
  return TRUE;
}

/* Sound can go on after the picture. */
static double
get_video_seconds (const SendoffOutputPlan *output)
{
  double rate = sendoff_rational_to_double (output->video->nominal_frame_rate);
  double seconds = (double)output->duration_us / 1e6;

  return output->video->expected_frames > 0 && rate > 0 ? MIN ((double)output->video->expected_frames / rate, seconds)
                                                        : seconds;
}

/**
 * sendoff_estimate_model_bytes:
 *
 * Returns: what the picture of @output takes by the model alone; 0 when its size does not come from a quality
 */
double
sendoff_estimate_model_bytes (SendoffCatalog *catalog, const SendoffOutputPlan *output)
{
  const SendoffVideoPlan *video = output->video;

  if (video == NULL || video->copy != NULL || video->score != NULL || video->rate_control != SENDOFF_RATE_CRF
      || video->crf < 0)
    return 0;
  return get_model_bps (catalog, video, sendoff_estimate_h264_crf (catalog, video)) * get_video_seconds (output) / 8;
}

/**
 * sendoff_estimate_make_lesson:
 *
 * Returns: (transfer full) (nullable): @output as lessons describe one, with nothing learned; %NULL when no picture is
 *   encoded, or at a quality that is not known before
 */
SendoffLesson *
sendoff_estimate_make_lesson (SendoffCatalog *catalog, const SendoffMediaInfo *source, const SendoffOutputPlan *output)
{
  const SendoffVideoPlan *video = output->video;
  SendoffLesson *self;
  double source_bps, model_bps;

  if (video == NULL || video->copy != NULL || video->score != NULL)
    return NULL;
  self = sendoff_lesson_new ();
  source_bps = get_source_bps (catalog, source, video);
  model_bps = get_model_bps (catalog, video, MODEL_CRF);
  self->encoder = g_strdup (video->encoder);
  self->speed = g_strdup (video->speed);
  self->source_identity = g_strdup (source->identity);
  self->steered = sendoff_video_plan_is_steered (video);
  self->quality = CLAMP (sendoff_estimate_h264_crf (catalog, video), 0, WORST_CRF);
  self->pixels = (double)video->width * video->height;
  self->source_share = isfinite (source_bps) && model_bps > 0 ? source_bps / model_bps : 0;
  return self;
}

static Interval
estimate_video_bps (SendoffCatalog *catalog,
                    const SendoffMediaInfo *source,
                    const SendoffVideoPlan *video,
                    const SendoffBelief *belief)
{
  double ceiling = get_source_bps (catalog, source, video) * SOURCE_MULTIPLE;
  double middle, spread;
  Interval interval;

  if (estimate_profile_bps (catalog, video, &interval))
    return interval;
  if (video->bitrate_bps > 0)
    return (Interval){ (double)video->bitrate_bps * (video->two_pass ? 1 - MEAN_TOLERANCE : LEAST_OF_CONSTANT),
                       (double)video->bitrate_bps, (double)video->bitrate_bps * (1 + MEAN_TOLERANCE) };
  if (video->maxrate_bps > 0)
    ceiling = MIN (ceiling, (double)video->maxrate_bps);
  middle = get_model_bps (catalog, video, sendoff_estimate_h264_crf (catalog, video)) * belief->factor;
  middle = MIN (middle, ceiling);
  spread = video->score != NULL ? belief->spread * SCORE_DOUBT : belief->spread;
  return (Interval){ middle / spread, middle, MIN (middle * spread, ceiling) };
}

/**
 * sendoff_estimate_floor_bps:
 * @video: a plan whose codec, picture and frame rate are decided
 *
 * Returns: the bit rate below which such a picture of ordinary content is not acceptable, in bit/s
 */
double
sendoff_estimate_floor_bps (SendoffCatalog *catalog, const SendoffMediaInfo *source, const SendoffVideoPlan *video)
{
  const SendoffVideoCodec *h264 = sendoff_catalog_get_video_codec (catalog, "h264");
  double crf = MODEL_CRF;

  for (guint i = 0; h264 != NULL && i < h264->crf->len; i++)
    {
      const SendoffLevelValue *value = g_ptr_array_index (h264->crf, i);

      if (g_strcmp0 (value->level, FLOOR_LEVEL) == 0)
        crf = value->value;
    }
  return MIN (get_model_bps (catalog, video, crf) * FLOOR_SHARE_OF_MODEL,
              get_source_bps (catalog, source, video) * FLOOR_SHARE_OF_SOURCE);
}

static double
estimate_copied_overhead_bytes (const SendoffOutputPlan *output)
{
  double bytes = COPIED_BYTES_PER_FILE;

  if (output->video != NULL)
    bytes += (double)output->video->expected_frames
             * (COPIED_BYTES_PER_PACKET + (output->video->b_frames > 0 ? COPIED_BYTES_PER_B_FRAME : 0));
  if (output->audio != NULL)
    bytes += (double)output->audio->copy->packet_count * COPIED_BYTES_PER_PACKET;
  return bytes;
}

static double
estimate_overhead_bytes (const SendoffOutputPlan *output, double seconds)
{
  gboolean is_counted = output->audio == NULL || (output->audio->copy != NULL && output->audio->copy->packet_count > 0);
  double packets = 0;

  if (output->video != NULL && output->video->copy != NULL && output->video->copy->packet_count > 0 && is_counted)
    return estimate_copied_overhead_bytes (output);
  if (output->video != NULL)
    packets += sendoff_rational_to_double (output->video->nominal_frame_rate) * seconds;
  if (output->audio != NULL)
    packets += (double)output->audio->sample_rate / AAC_FRAME_SAMPLES * seconds;
  return packets * BYTES_PER_PACKET + BYTES_PER_FILE;
}

/* Sound without loss is about six tenths of PCM in FLAC, and PCM itself at most. */
static double
estimate_audio_bps (const SendoffAudioPlan *audio)
{
  if (audio->bitrate_bps > 0)
    return (double)audio->bitrate_bps;
  return (double)audio->sample_rate * audio->channels * 16 * (g_str_equal (audio->codec, "flac") ? 0.6 : 1);
}

/* What goes in as it is has the size that it has; only the container around it is estimated. */
static double
get_copied_bytes (const SendoffCopyPlan *copy, gint64 bitrate_bps, double seconds)
{
  return copy->packet_bytes > 0 ? (double)copy->packet_bytes : (double)bitrate_bps * seconds / 8;
}

/** sendoff_estimate_overhead_bytes: what @output's container adds to its packets; 0 when its length is not known. */
double
sendoff_estimate_overhead_bytes (const SendoffOutputPlan *output)
{
  double seconds = (double)output->duration_us / 1e6;

  return seconds > 0 ? estimate_overhead_bytes (output, seconds) : 0;
}

/** sendoff_estimate_audio_bytes: of all audio tracks of @output by their rates, or as they are copied; 0 when its length is not known. */
double
sendoff_estimate_audio_bytes (const SendoffOutputPlan *output)
{
  double bps = 0;

  if (output->audio != NULL && output->audio->copy != NULL)
    return get_copied_bytes (output->audio->copy, output->audio->bitrate_bps, (double)output->duration_us / 1e6);
  for (guint i = 0; i < sendoff_output_plan_get_n_audio (output); i++)
    bps += estimate_audio_bps (sendoff_output_plan_get_audio (output, i));
  return bps * (double)MAX (output->duration_us, 0) / 8e6;
}

static SendoffBelief
get_belief (SendoffCatalog *catalog,
            const SendoffMediaInfo *source,
            GPtrArray *lessons,
            const SendoffOutputPlan *output)
{
  g_autoptr (SendoffLesson) subject = NULL;

  if (lessons == NULL || sendoff_estimate_model_bytes (catalog, output) <= 0)
    return (SendoffBelief){ 1, MODEL_SPREAD };
  subject = sendoff_estimate_make_lesson (catalog, source, output);
  return sendoff_lessons_infer_size (lessons, subject, MODEL_SPREAD);
}

/* A target is met; a limit is not exceeded. */
static void
fit_estimate (SendoffOutputPlan *output)
{
  double limit = (double)output->size->limit_bytes, least = output->size->target_bytes > 0 ? limit * LEAST_FILL : 0;

  output->estimated_size_bytes = MIN (output->estimated_size_bytes, (gint64)(limit * USUAL_FILL));
  output->estimated_low_bytes = MIN (output->estimated_low_bytes, (gint64)(limit * LEAST_FILL));
  output->estimated_low_bytes = MAX (output->estimated_low_bytes, (gint64)least);
  output->estimated_high_bytes = MIN (output->estimated_high_bytes, output->size->limit_bytes);
}

/**
 * sendoff_estimate_output:
 * @lessons: (nullable) (element-type SendoffLesson): what exports on this machine have taught, newest first
 * @output: a planned output, whose estimate is set
 *
 * Sets size, 90 % interval and where they come from; all zero when the duration is not known.
 */
void
sendoff_estimate_output (SendoffCatalog *catalog,
                         const SendoffMediaInfo *source,
                         GPtrArray *lessons,
                         SendoffOutputPlan *output)
{
  double seconds = (double)output->duration_us / 1e6;
  double rest = sendoff_estimate_overhead_bytes (output) + sendoff_estimate_audio_bytes (output);
  Interval video = { 0, 0, 0 };
  double video_bytes = 0; /* per bit a second */
  double copied = 0;
  gboolean is_modelled = output->video != NULL && output->video->bitrate_bps == 0;
  gboolean is_copy = output->video != NULL && output->video->copy != NULL;

  g_free (output->size_basis);
  output->size_basis = g_strdup (is_copy ? "copy" : is_modelled ? "model" : "bitrate");
  output->estimated_size_bytes = output->estimated_low_bytes = output->estimated_high_bytes = 0;
  if (seconds <= 0)
    return;
  if (is_copy)
    copied = get_copied_bytes (output->video->copy, output->video->bitrate_bps, seconds);
  else if (output->video != NULL)
    {
      SendoffBelief belief = get_belief (catalog, source, lessons, output);

      video = estimate_video_bps (catalog, source, output->video, &belief);
      video_bytes = get_video_seconds (output) / 8;
    }
  output->estimated_size_bytes = (gint64)llround (video.middle * video_bytes + rest + copied);
  output->estimated_low_bytes = (gint64)llround (video.low * video_bytes + rest * 0.95 + copied);
  output->estimated_high_bytes = (gint64)llround (video.high * video_bytes + rest * 1.05 + copied);
  if (output->size != NULL)
    fit_estimate (output);
}
