/* Which bit rate makes sound alone fill a size: what was planned, corrected by what came of it. Pure
 * arithmetic. */
#pragma once

#include "model/sendoff-plan.h"

G_BEGIN_DECLS

/* One file that was made, and what its sound may have. */
typedef struct
{
  gint64 bitrate_bps; /* that it was made with */
  gint64 file_bytes;
  gint64 audio_bytes; /* of its packets; the rest is the container */
  gint64 least_bps, most_bps;
  guint n_tries; /* before this one */
} SendoffAudioTry;

gint64 sendoff_audio_rate_floor (const SendoffAudioPlan *audio, double bitrate_bps);
gint64 sendoff_audio_rate_correct (const SendoffAudioPlan *audio,
                                   const SendoffSizePlan *size,
                                   const SendoffAudioTry *last);

G_END_DECLS
