/* The first pass of encoders that look at all frames of a chunk before they encode it (libvpx, libaom).
 *
 * What it finds out is private to the encoder: it is kept as the only packet of a packet file, and handed to
 * the second pass as it is. Owned by one thread.
 */
#pragma once

#include "media/sendoff-packet-file.h"

G_BEGIN_DECLS

typedef struct _SendoffFirstPass SendoffFirstPass;

gboolean sendoff_first_pass_gives_statistics (const SendoffVideoPlan *plan);
SendoffFirstPass *sendoff_first_pass_new (const SendoffVideoPlan *plan, gint64 duration_us, GError **error);
void sendoff_first_pass_free (SendoffFirstPass *self);
gboolean
sendoff_first_pass_push (SendoffFirstPass *self, const AVFrame *frame, gint64 number, GError **error);
gboolean sendoff_first_pass_finish (SendoffFirstPass *self, SendoffPacketWriter *writer, GError **error);
gboolean sendoff_first_pass_read (const char *path, char **statistics, GError **error);

G_END_DECLS
