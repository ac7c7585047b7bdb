/* Encodes the audio of one output into a packet file. Owned by one thread. */
#pragma once

#include "media/sendoff-audio-converter.h"
#include "media/sendoff-packet-file.h"

G_BEGIN_DECLS

typedef struct _SendoffAudioEncoder SendoffAudioEncoder;

SendoffAudioEncoder *sendoff_audio_encoder_new (const SendoffAudioOutputSpec *spec,
                                                gint64 origin_us,
                                                AVRational time_base,
                                                const SendoffAudioLevels *levels,
                                                const SendoffLoudness *loudness,
                                                GError **error);
void sendoff_audio_encoder_free (SendoffAudioEncoder *self);
gboolean sendoff_audio_encoder_push (SendoffAudioEncoder *self, const AVFrame *frame, GError **error);
gboolean sendoff_audio_encoder_finish (SendoffAudioEncoder *self, GError **error);
gboolean sendoff_audio_encoder_is_full (SendoffAudioEncoder *self);
const SendoffLoudness *sendoff_audio_encoder_get_loudness (SendoffAudioEncoder *self);
gint64 sendoff_audio_encoder_get_samples (SendoffAudioEncoder *self);
gint64 sendoff_audio_encoder_get_bytes (SendoffAudioEncoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffAudioEncoder, sendoff_audio_encoder_free)

G_END_DECLS
