/* Where a muxer writes: a file on disk, or nowhere, to learn how large things will be.
 *
 * Keeps the errno of a failed write, so that a full disk is called by its name. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"

G_BEGIN_DECLS

typedef struct _SendoffFileSink SendoffFileSink;

SendoffFileSink *sendoff_file_sink_new (const char *path, gboolean keep, GError **error);
SendoffFileSink *sendoff_file_sink_new_dry (void);
void sendoff_file_sink_free (SendoffFileSink *self);
AVIOContext *sendoff_file_sink_get_io (SendoffFileSink *self);
gint64 sendoff_file_sink_get_size (SendoffFileSink *self);
int sendoff_file_sink_get_fd (SendoffFileSink *self);
int sendoff_file_sink_get_errno (SendoffFileSink *self);
gboolean sendoff_file_sink_sync (SendoffFileSink *self, GError **error);
gboolean sendoff_file_sink_finish (SendoffFileSink *self, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffFileSink, sendoff_file_sink_free)

G_END_DECLS
