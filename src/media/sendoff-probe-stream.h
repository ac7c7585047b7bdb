/* What one stream of a source is: the part of SendoffStreamInfo that needs no time stamps. */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-media-info.h"

G_BEGIN_DECLS

SendoffStreamInfo *sendoff_probe_stream (AVFormatContext *format, AVStream *stream);
void sendoff_probe_stream_add_frame (SendoffStreamInfo *info,
                                     AVFormatContext *format,
                                     AVStream *stream,
                                     AVFrame *frame);
SendoffOrientation sendoff_probe_orientation (const gint32 matrix[9]);
char *sendoff_probe_dup_text (const char *text);
char *sendoff_probe_dup_tag (const AVDictionary *metadata, const char *key);

G_END_DECLS
