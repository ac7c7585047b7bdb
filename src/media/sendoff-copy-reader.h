/* The packets of one stream of a source, as a part of an output.
 *
 * Opens a demuxer of its own that reads that stream only, so that two streams of a badly interleaved file are merged
 * without keeping either in memory. Times count from the output's zero. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct _SendoffCopyReader SendoffCopyReader;

SendoffCopyReader *sendoff_copy_reader_new (const SendoffWorkerSpec *spec, int stream_index, GError **error);
void sendoff_copy_reader_free (SendoffCopyReader *self);
const AVCodecParameters *sendoff_copy_reader_get_codec (SendoffCopyReader *self);
const AVStream *sendoff_copy_reader_get_stream (SendoffCopyReader *self);
SendoffPacketTrailer *sendoff_copy_reader_measure (SendoffCopyReader *self, GError **error);
void sendoff_copy_reader_set_dry (SendoffCopyReader *self, gboolean dry);
void sendoff_copy_reader_rewind (SendoffCopyReader *self);
int sendoff_copy_reader_next (SendoffCopyReader *self, AVPacket *packet, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCopyReader, sendoff_copy_reader_free)

G_END_DECLS
