/* Pictures on their way to an encoder of the graphics card: in its layout, and in its memory where it wants
 * that. */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

typedef struct _SendoffHardwareInput SendoffHardwareInput;

gboolean sendoff_hardware_prepare (const SendoffVideoPlan *plan, AVCodecContext *context, GError **error);

SendoffHardwareInput *sendoff_hardware_input_new (const SendoffVideoPlan *plan, AVCodecContext *context);
void sendoff_hardware_input_free (SendoffHardwareInput *self);
gboolean sendoff_hardware_input_convert (SendoffHardwareInput *self, AVFrame *frame, GError **error);

G_END_DECLS
