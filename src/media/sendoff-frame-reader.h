/* Decoded frames of one video stream, in order, with time stamps that only go forward.
 *
 * A reader starts at the beginning of the source, or is sent near a place with seek_before(); from there on it
 * gives every frame that one sequential decode gives. Whether a seek told the truth is checked by the caller with
 * the hashes of the last frames before the place. Time stamps that are missing or go backwards are repaired from
 * the frames before, which only a decode from the start does right: has_repaired() tells. Owned by one thread.
 */
#pragma once

#include "media/sendoff-source.h"

G_BEGIN_DECLS

typedef struct _SendoffFrameReader SendoffFrameReader;

SendoffFrameReader *sendoff_frame_reader_new (SendoffSource *source, int stream_index, gint64 origin_us, int threads,
                                              GError **error);
void sendoff_frame_reader_free (SendoffFrameReader *self);
gboolean sendoff_frame_reader_seek_before (SendoffFrameReader *self, gint64 time_us, GError **error);
int sendoff_frame_reader_next (SendoffFrameReader *self, AVFrame *frame, GError **error);
gint64 sendoff_frame_reader_get_time (SendoffFrameReader *self, const AVFrame *frame);
AVRational sendoff_frame_reader_get_time_base (SendoffFrameReader *self);
gboolean sendoff_frame_reader_has_seeked (SendoffFrameReader *self);
gboolean sendoff_frame_reader_has_repaired (SendoffFrameReader *self);
gint64 sendoff_frame_reader_get_damaged (SendoffFrameReader *self);

char *sendoff_frame_hash (const AVFrame *frame);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffFrameReader, sendoff_frame_reader_free)

G_END_DECLS
