/* The chunks of one output's video as one stream of packets.
 *
 * Chunks are read one after the other, never all at once. Presentation times are the encoders' own; decoding times
 * are derived from them and the depth of reordering, because those of single chunks collide where they meet, and those
 * of a copied stream are as its container left them.
 * Owned by one thread.
 */
#pragma once

#include "media/sendoff-packet-file.h"

G_BEGIN_DECLS

typedef struct _SendoffPacketJoiner SendoffPacketJoiner;

SendoffPacketJoiner *sendoff_packet_joiner_new (const char *const *paths, GError **error);
SendoffPacketJoiner *sendoff_packet_joiner_new_copy (SendoffPacketReader *reader, GError **error);
void sendoff_packet_joiner_free (SendoffPacketJoiner *self);
const AVCodecParameters *sendoff_packet_joiner_get_codec (SendoffPacketJoiner *self);
AVRational sendoff_packet_joiner_get_time_base (SendoffPacketJoiner *self);
gint64 sendoff_packet_joiner_get_packets (SendoffPacketJoiner *self);
gint64 sendoff_packet_joiner_get_end (SendoffPacketJoiner *self);
void sendoff_packet_joiner_extend_to (SendoffPacketJoiner *self, gint64 end);
guint sendoff_packet_joiner_get_delay (SendoffPacketJoiner *self);
int sendoff_packet_joiner_next (SendoffPacketJoiner *self, AVPacket *packet, GError **error);
const char *sendoff_packet_joiner_get_place (SendoffPacketJoiner *self, guint *chunk, gint64 *offset);
void sendoff_packet_joiner_rewind (SendoffPacketJoiner *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffPacketJoiner, sendoff_packet_joiner_free)

G_END_DECLS
