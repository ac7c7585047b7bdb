/* An opened source: a demuxer over a file descriptor, with every path to other files closed.
 *
 * Reads with pread(), so that duplicates of one descriptor do not share an offset. Playlists, image sequences,
 * devices and everything else that would open a second file are refused. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"

G_BEGIN_DECLS

typedef struct _SendoffSource SendoffSource;

SendoffSource *sendoff_source_open (int fd, gint64 size_bytes, const char *name, GError **error);
SendoffSource *sendoff_source_open_captions (int fd, gint64 size_bytes, const char *name, GError **error);
SendoffSource *sendoff_source_open_packets (SendoffSource *of, GError **error);
SendoffSource *sendoff_source_open_times (SendoffSource *of, GError **error);
void sendoff_source_free (SendoffSource *self);
AVFormatContext *sendoff_source_get_format (SendoffSource *self); /* streams found, avformat_find_stream_info() done */
int sendoff_source_get_fd (SendoffSource *self);
const char *sendoff_source_get_name (SendoffSource *self);
gint64 sendoff_source_get_size (SendoffSource *self);

const AVCodec *sendoff_source_find_decoder (const AVStream *stream);

/* An opened decoder for stream @index; @threads 0 lets FFmpeg choose. */
AVCodecContext *sendoff_source_open_decoder (SendoffSource *self, int index, int threads, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffSource, sendoff_source_free)

G_END_DECLS
