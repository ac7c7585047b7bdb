/* Turns decoded sound into what an output holds: in step with the picture, in the planned format, and as loud
 * as planned.
 *
 * Two stages. The first matches frames to output time: sound that starts late or has gaps is filled with
 * silence, what lies before output time zero, behind a trimmed end or overlaps is dropped, and channels and
 * rate are converted. It is built anew when the source changes its format. The second goes through the whole
 * output: gain, limiter, measurement. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct _SendoffAudioConverter SendoffAudioConverter;

/* What the second stage does. */
typedef struct
{
  double gain_db;
  double limit_db; /* peaks of samples are kept below, in dBFS; 0 or more: no limiter */
  gboolean measure;
} SendoffAudioLevels;

/* Takes samples in the planned format; @frame is borrowed and may be changed. */
typedef gboolean (*SendoffAudioSink) (AVFrame *frame, gpointer data, GError **error);

SendoffAudioConverter *sendoff_audio_converter_new (const SendoffAudioOutputSpec *spec,
                                                    gint64 origin_us,
                                                    AVRational time_base,
                                                    const SendoffAudioLevels *levels,
                                                    int frame_size,
                                                    SendoffAudioSink sink,
                                                    gpointer data,
                                                    GError **error);
void sendoff_audio_converter_free (SendoffAudioConverter *self);
gboolean sendoff_audio_converter_push (SendoffAudioConverter *self, const AVFrame *frame, GError **error);
gboolean sendoff_audio_converter_finish (SendoffAudioConverter *self, GError **error);
gboolean sendoff_audio_converter_is_full (SendoffAudioConverter *self);
gint64 sendoff_audio_converter_get_samples (SendoffAudioConverter *self);
double sendoff_audio_converter_get_lufs (SendoffAudioConverter *self);
double sendoff_audio_converter_get_true_peak_db (SendoffAudioConverter *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffAudioConverter, sendoff_audio_converter_free)

G_END_DECLS
