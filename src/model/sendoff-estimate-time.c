/* How long an output will take. Figures of one machine, scaled: good for "about 2 min", never for a promise.
 */
#include "model/sendoff-estimate.h"

/* Million pixels a second that one core encodes at the speed "medium" (10-year-old server cores, 720p of a
 * dashboard camera, FFmpeg 5.1, one thread). */
static const struct
{
  const char *encoder;
  double megapixels_per_second;
} encode_rates[] = {
  { "libx264", 32 },   { "libx265", 19 },   { "libvpx-vp9", 12 }, { "libaom-av1", 3 },
  { "libsvtav1", 12 }, { "prores_ks", 17 }, { "dnxhd", 170 },
};

/* SPEC §5: each speed costs about twice as much as the one before. Encoders without speeds always take the
 * same. */
static const struct
{
  const char *speed;
  double factor; /* of medium's rate */
} speed_factors[] = {
  { "ultrafast", 4 }, { "fast", 2 }, { "medium", 1 }, { "slow", 0.5 }, { "veryslow", 0.25 },
};

/* Decoding and scaling, the same way. */
#define DECODE_MEGAPIXELS_PER_SECOND 90.0

/* How far that is off on another machine or for other content: the 90 % interval. */
#define TIME_SPREAD 2.5

/* Source seconds of sound that one core encodes in a second. */
#define AUDIO_SECONDS_PER_SECOND 60.0

static double
get_encode_rate (const SendoffVideoPlan *video)
{
  double rate = encode_rates[0].megapixels_per_second;

  for (guint i = 0; i < G_N_ELEMENTS (encode_rates); i++)
    if (g_strcmp0 (encode_rates[i].encoder, video->encoder) == 0)
      rate = encode_rates[i].megapixels_per_second;
  for (guint i = 0; i < G_N_ELEMENTS (speed_factors); i++)
    if (g_strcmp0 (speed_factors[i].speed, video->speed) == 0)
      rate *= speed_factors[i].factor;
  return rate;
}

/** sendoff_estimate_encode_us: the part of sendoff_estimate_cpu_us() that encoding the picture has. */
gint64
sendoff_estimate_encode_us (const SendoffOutputPlan *output)
{
  const SendoffVideoPlan *video = output->video;
  double pixels;

  if (video == NULL || video->copy != NULL)
    return 0;
  pixels = (double)output->duration_us / 1e6 * sendoff_rational_to_double (video->nominal_frame_rate)
           * video->width * video->height;
  return (gint64)(pixels / get_encode_rate (video) * (video->two_pass ? 2 : 1));
}

/** sendoff_estimate_decode_us: the part that decoding has, once for all outputs that are made from one
 * decode. */
gint64
sendoff_estimate_decode_us (const SendoffMediaInfo *source, const SendoffOutputPlan *output)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (source);
  double pixels;

  if (output->video == NULL || output->video->copy != NULL || stream == NULL)
    return 0;
  pixels = (double)output->duration_us / 1e6 * sendoff_rational_to_double (stream->frame_rate) * stream->width
           * stream->height;
  return (gint64)(pixels / DECODE_MEGAPIXELS_PER_SECOND);
}

/** sendoff_estimate_audio_us: the part that encoding the sound has. */
gint64
sendoff_estimate_audio_us (const SendoffOutputPlan *output)
{
  gboolean has_sound = output->audio != NULL && output->audio->copy == NULL;

  return has_sound ? (gint64)((double)output->duration_us / AUDIO_SECONDS_PER_SECOND) : 0;
}

/**
 * sendoff_estimate_cpu_us:
 *
 * Returns: CPU time in µs that making @output takes on an ordinary core; 0 when its length is unknown
 *   or everything is copied
 */
gint64
sendoff_estimate_cpu_us (const SendoffMediaInfo *source, const SendoffOutputPlan *output)
{
  return sendoff_estimate_audio_us (output) + sendoff_estimate_encode_us (output)
         + sendoff_estimate_decode_us (source, output);
}

/**
 * sendoff_estimate_time:
 * @lessons: (nullable) (element-type SendoffLesson): what exports on this machine have taught, newest first
 *
 * Returns: the same with what was learned, and its 90 % interval
 */
SendoffInterval
sendoff_estimate_time (SendoffCatalog *catalog,
                       const SendoffMediaInfo *source,
                       GPtrArray *lessons,
                       const SendoffOutputPlan *output)
{
  g_autoptr (SendoffLesson) subject = sendoff_estimate_make_lesson (catalog, source, output);
  SendoffBelief belief = { 1, TIME_SPREAD };
  double cpu_us = (double)sendoff_estimate_cpu_us (source, output);

  if (subject != NULL)
    belief = sendoff_lessons_infer_time (lessons, subject, TIME_SPREAD);
  cpu_us *= belief.factor;
  return (SendoffInterval){ cpu_us / belief.spread, cpu_us, cpu_us * belief.spread };
}
