/* The size of a whole whose parts are known in part.
 *
 * The parts are the chunks of one rendition; some were encoded, the others are inferred from them and from what the
 * source itself spent there. Pure statistics: seconds, bytes, and 90 % intervals.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  double seconds;      /* of the part, above 0 */
  double source_bytes; /* what the source spends there; 0 unknown */
  gint64 bytes;        /* measured, -1 when it was not tried */
} SendoffSample;

typedef struct {
  double low, middle, high;
} SendoffInterval;

/* What is believed before anything was tried. */
typedef struct {
  double bytes_per_second;
  double spread; /* the 90 % interval is from 1/spread to spread times that */
} SendoffSamplePrior;

SendoffInterval sendoff_sampling_estimate (const SendoffSample *samples, guint n_samples, const SendoffSamplePrior *prior);
SendoffInterval sendoff_sampling_estimate_with_pieces (const SendoffSample *samples, guint n_samples,
                                                       const SendoffSample *pieces, guint n_pieces,
                                                       const SendoffSamplePrior *prior);
guint *sendoff_sampling_order (const SendoffSample *samples, guint n_samples);

G_END_DECLS
