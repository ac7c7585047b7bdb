#include "model/sendoff-audio-rate.h"

/* What a second try aims at, how full a target is full enough, and by how much every further try is more
 * careful. */
#define AIM     0.99
#define FILL    0.97
#define CAUTION 0.01

/* MPEG-1 Layer III knows these constant rates, in kbit/s; the lower ones are MPEG-2's. */
static const int mp3_rates[] = { 320, 256, 224, 192, 160, 128, 112, 96, 80, 64, 56, 48, 40, 32 };

static gboolean
has_any_mean (const SendoffAudioPlan *audio)
{
  for (guint i = 0; i < audio->options->len; i++)
    if (g_str_equal (((const SendoffTag *)g_ptr_array_index (audio->options, i))->key, "abr"))
      return TRUE;
  return FALSE;
}

/** sendoff_audio_rate_floor: the highest rate that the codec of @audio has and that is not above
 * @bitrate_bps. */
gint64
sendoff_audio_rate_floor (const SendoffAudioPlan *audio, double bitrate_bps)
{
  if (!g_str_equal (audio->codec, "mp3"))
    return (gint64)bitrate_bps;
  if (has_any_mean (audio))
    return (gint64)(bitrate_bps / 1000) * 1000;
  for (guint i = 0; i < G_N_ELEMENTS (mp3_rates); i++)
    if (mp3_rates[i] * 1000 <= bitrate_bps)
      return mp3_rates[i] * 1000;
  return 0;
}

/**
 * sendoff_audio_rate_correct:
 * @audio: as it was planned
 * @last: what came of it
 *
 * Returns: the rate to try next, in bit/s; 0 when the file is as it has to be, or no rate is any better
 */
gint64
sendoff_audio_rate_correct (const SendoffAudioPlan *audio,
                            const SendoffSizePlan *size,
                            const SendoffAudioTry *last)
{
  gboolean fits = last->file_bytes <= size->limit_bytes;
  double aim = (double)size->limit_bytes * (AIM - CAUTION * last->n_tries);
  double room = aim - (double)(last->file_bytes - last->audio_bytes);
  gint64 next;

  if ((fits && (double)last->file_bytes >= (double)size->target_bytes * FILL) || last->audio_bytes <= 0)
    return 0;
  next = sendoff_audio_rate_floor (audio, (double)last->bitrate_bps * room / (double)last->audio_bytes);
  next = CLAMP (next, last->least_bps, last->most_bps);
  return (fits ? next > last->bitrate_bps : next < last->bitrate_bps) ? next : 0;
}
