/* Decides which source frame is shown when: the constant tick grid of an output, or the source's own times.
 *
 * Constant rate: tick k is at start + k/fps. A source frame's tick is the nearest one to its time; tick k shows the
 * last frame whose tick is not after k, so frames are repeated or left out as needed. The first frame also covers
 * what lies before it. Source times: every frame is shown once, at its own time.
 *
 * Positions order emissions against the boundaries of chunks: ticks, or microseconds of source time. Pure
 * arithmetic on time stamps, nothing is copied. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

typedef struct _SendoffFramePacer SendoffFramePacer;

typedef struct {
  AVFrame *frame;  /* borrowed until the next push */
  gint64 pts;      /* in the plan's time base, from output time zero */
  gint64 position; /* to compare with sendoff_frame_pacer_get_position() */
} SendoffEmission;

SendoffFramePacer *sendoff_frame_pacer_new (const SendoffVideoPlan *plan, gint64 start_us, gint64 origin_us,
                                            AVRational time_base);
void sendoff_frame_pacer_free (SendoffFramePacer *self);
gint64 sendoff_frame_pacer_get_position (SendoffFramePacer *self, gint64 boundary_us);
void sendoff_frame_pacer_begin (SendoffFramePacer *self, gint64 position, gboolean hold_first);
void sendoff_frame_pacer_push (SendoffFramePacer *self, const AVFrame *frame, gint64 time_us);
void sendoff_frame_pacer_finish (SendoffFramePacer *self);
gboolean sendoff_frame_pacer_pull (SendoffFramePacer *self, SendoffEmission *emission);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffFramePacer, sendoff_frame_pacer_free)

G_END_DECLS
