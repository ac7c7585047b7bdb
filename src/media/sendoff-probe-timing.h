/* What the time stamps of a video stream say: frame rate, and whether it is constant.
 *
 * Arithmetic on a list of frames, without FFmpeg's state. Any thread.
 */
#pragma once

#include "base/sendoff-rational.h"

G_BEGIN_DECLS

/* One packet that shows one frame. */
typedef struct
{
  gint64 time; /* when it is shown, in the stream's time base */
  guint32 size_bytes;
  gboolean is_key;
} SendoffSample;

typedef struct
{
  SendoffRational rate;     /* exact when constant, else the average; 0/1 unknown */
  SendoffRational max_rate; /* 1 / shortest frame */
  gboolean is_constant;
  gint64 usual_ticks; /* median duration of a frame, in the time base; 0 unknown */
} SendoffTiming;

void sendoff_timing_sort (GArray *samples);
gboolean sendoff_timing_is_usual (SendoffRational rate);
SendoffRational sendoff_timing_snap (double value);
SendoffTiming sendoff_timing_analyse (GArray *samples, SendoffRational time_base, SendoffRational hint);

G_END_DECLS
