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

/**
 * sendoff_estimate_cpu_us:
 *
 * Returns: CPU time in µs that making @output takes on an ordinary core; 0 when its length is unknown
 *   or everything is copied
 */
gint64
sendoff_estimate_cpu_us (const SendoffMediaInfo *source, const SendoffOutputPlan *output)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (source);
  const SendoffVideoPlan *video = output->video;
  double seconds = (double)output->duration_us / 1e6;
  gboolean has_sound = output->audio != NULL && output->audio->copy == NULL;
  double cpu_seconds = has_sound ? seconds / AUDIO_SECONDS_PER_SECOND : 0;

  if (video != NULL && video->copy == NULL && stream != NULL)
    {
      double encoded
          = seconds * sendoff_rational_to_double (video->nominal_frame_rate) * video->width * video->height;
      double decoded
          = seconds * sendoff_rational_to_double (stream->frame_rate) * stream->width * stream->height;

      cpu_seconds += encoded / 1e6 / get_encode_rate (video) * (video->two_pass ? 2 : 1);
      cpu_seconds += decoded / 1e6 / DECODE_MEGAPIXELS_PER_SECOND;
    }
  return (gint64)(cpu_seconds * 1e6);
}
