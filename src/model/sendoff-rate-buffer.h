/* Whether a stream keeps a maximum rate over a buffer: the model by which H.264 and H.265 state it, and the
 * mean over a window for codecs that have no such model. Pure arithmetic over the sizes of packets.
 */
#pragma once

#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 maxrate_bps;
  gint64 bufsize_bits;
  gboolean windowed; /* only the mean over the time that fills the buffer counts */
} SendoffRateBuffer;

/* Of the buffer at the start of a stream, and at the end of every chunk that is encoded with a cap: what an
 * encoder is told that it starts with, see set_cap() in media/sendoff-encoder-open.c. */
#define SENDOFF_BUFFER_START (1.0 / 3)

/* What the mean over a window may exceed the maximum by. */
#define SENDOFF_WINDOW_TOLERANCE 0.05

/* So much below the maximum is aimed at where a mean was too high. */
#define SENDOFF_WINDOW_MARGIN 1.02

void sendoff_rate_buffer_init (SendoffRateBuffer *self, const SendoffVideoPlan *video);
gboolean sendoff_rate_buffer_check (const SendoffRateBuffer *self,
                                    GPtrArray *chunks,
                                    double tick_seconds,
                                    double *excess);
gint64 sendoff_rate_buffer_guess_bytes (const SendoffRateBuffer *self, GArray *packets, double tick_seconds);

G_END_DECLS
