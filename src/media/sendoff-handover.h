/* Chunks give their space back while the file is made of them.
 *
 * Files of intra codecs are so large that there may not be room for them twice. What the target has got is brought to
 * the disk, then noted, and only then cut out of the chunks: holes take the place of the packets' data, and everything else
 * stays. Whoever goes on after a kill at any moment writes the same file again from its start, and finds what the chunks
 * lack in the target itself, at the very place where it is about to be written. Owned by one thread.
 */
#pragma once

#include "media/sendoff-file-sink.h"
#include "media/sendoff-packet-joiner.h"

G_BEGIN_DECLS

typedef struct _SendoffHandover SendoffHandover;

SendoffHandover *sendoff_handover_new (const SendoffWorkerSpec *spec, SendoffFileSink *sink, GError **error);
void sendoff_handover_free (SendoffHandover *self);
gint64 sendoff_handover_get_reserve (SendoffHandover *self);
void sendoff_handover_set_reserve (SendoffHandover *self, gint64 bytes);
gboolean sendoff_handover_fetch (SendoffHandover *self, AVPacket *packet, gint64 offset, GError **error);
gboolean sendoff_handover_add (SendoffHandover *self, SendoffPacketJoiner *joiner, gint64 offset, int size, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffHandover, sendoff_handover_free)

G_END_DECLS
