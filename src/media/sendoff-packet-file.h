/* Encoded packets on disk: a finished chunk, or the audio of a whole output.
 *
 * Layout, everything little-endian:
 *
 *   "SNDPKT01"
 *   packet*   pts, dts, duration (64 bits each), flags, size, n_side (32 bits each), data,
 *             n_side × { type, size (32 bits each), data }
 *   trailer   JSON: SendoffPacketTrailer with one more member, "codec": the stream's parameters
 *   length of the trailer (32 bits), "SNDPKEND"
 *
 * A reader gives the packets of such a file, or those of a stream that is copied from the source, as if they had been
 * written to one. A writer works under a temporary name and renames when everything is on the disk, so that a file with its
 * final name is whole. Reader and writer belong to one thread each.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct _SendoffPacketWriter SendoffPacketWriter;
typedef struct _SendoffPacketReader SendoffPacketReader;

SendoffPacketWriter *sendoff_packet_writer_new (const char *path, GError **error);
gboolean sendoff_packet_writer_write (SendoffPacketWriter *self, const AVPacket *packet, GError **error);
gint64 sendoff_packet_writer_get_bytes (SendoffPacketWriter *self);
gboolean sendoff_packet_writer_finish (SendoffPacketWriter *self, const AVCodecParameters *codec,
                                       SendoffPacketTrailer *trailer, GError **error);
void sendoff_packet_writer_free (SendoffPacketWriter *self);

SendoffPacketReader *sendoff_packet_reader_new (const char *path, GError **error);
SendoffPacketReader *sendoff_packet_reader_new_copy (const SendoffWorkerSpec *spec, int stream_index, GError **error);
const AVStream *sendoff_packet_reader_get_stream (SendoffPacketReader *self); /* (nullable): of a copy */
void sendoff_packet_reader_set_dry (SendoffPacketReader *self, gboolean dry);
const SendoffPacketTrailer *sendoff_packet_reader_get_trailer (SendoffPacketReader *self);
const AVCodecParameters *sendoff_packet_reader_get_codec (SendoffPacketReader *self);
int sendoff_packet_reader_next (SendoffPacketReader *self, AVPacket *packet, GError **error);
gint64 sendoff_packet_reader_get_data_offset (SendoffPacketReader *self);
gboolean sendoff_packet_reader_next_times (SendoffPacketReader *self, gint64 *pts, gint64 *duration);
void sendoff_packet_reader_rewind (SendoffPacketReader *self);
void sendoff_packet_reader_free (SendoffPacketReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffPacketWriter, sendoff_packet_writer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffPacketReader, sendoff_packet_reader_free)

G_END_DECLS
