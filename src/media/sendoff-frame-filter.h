/* Turns decoded frames into the frames of one output, with the chain of sendoff_filters_build().
 *
 * The chain is built for the shape of the first frame and built again when the source changes its picture in
 * mid-stream. Frames keep their pts and duration. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

typedef struct _SendoffFrameFilter SendoffFrameFilter;

SendoffFrameFilter *sendoff_frame_filter_new (const SendoffVideoPlan *plan, AVRational time_base);
SendoffFrameFilter *sendoff_frame_filter_new_deinterlacer (AVRational time_base, const char *parity);
SendoffFrameFilter *sendoff_frame_filter_new_field_detector (AVRational time_base);
void sendoff_frame_filter_burn (SendoffFrameFilter *self, const char *script, const char *fonts_dir, gint64 origin_us);
void sendoff_frame_filter_free (SendoffFrameFilter *self);
gboolean sendoff_frame_filter_push (SendoffFrameFilter *self, AVFrame *frame, GError **error);
int sendoff_frame_filter_pull (SendoffFrameFilter *self, AVFrame *frame, GError **error);
guint sendoff_frame_filter_get_rebuilds (SendoffFrameFilter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffFrameFilter, sendoff_frame_filter_free)

G_END_DECLS
