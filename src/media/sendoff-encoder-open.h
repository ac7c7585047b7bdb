/* Opens FFmpeg's encoder as a plan says.
 *
 * One place knows how each encoder takes quality, caps, constant rates and the passes of a two-pass encode.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef enum
{
  SENDOFF_ENCODER_ONLY_PASS,
  SENDOFF_ENCODER_FIRST_PASS, /* gives statistics, no packets */
  SENDOFF_ENCODER_SECOND_PASS,
} SendoffEncoderPass;

gboolean sendoff_encoder_counts_frames (const char *encoder);
AVCodecContext *sendoff_encoder_open (const SendoffVideoPlan *plan,
                                      const SendoffChunkRate *rate,
                                      gint64 duration_us,
                                      SendoffEncoderPass pass,
                                      char *statistics,
                                      GError **error);

G_END_DECLS
