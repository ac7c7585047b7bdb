/* How alike the frames that an encoder got and those that a decoder makes of its packets are, by one of
 * model/sendoff-score.h's measures.
 *
 * Works while the encoder does: frames wait until their packets come. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"

G_BEGIN_DECLS

typedef struct _SendoffQualityMeter SendoffQualityMeter;

SendoffQualityMeter *
sendoff_quality_meter_new (const char *metric, const AVCodecContext *encoder, GError **error);
void sendoff_quality_meter_take_frame (SendoffQualityMeter *self, const AVFrame *frame);
gboolean
sendoff_quality_meter_take_packet (SendoffQualityMeter *self, const AVPacket *packet, GError **error);
GArray *sendoff_quality_meter_finish (SendoffQualityMeter *self, GError **error);
void sendoff_quality_meter_free (SendoffQualityMeter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffQualityMeter, sendoff_quality_meter_free)

G_END_DECLS
