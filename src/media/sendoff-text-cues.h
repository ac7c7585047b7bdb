/* The texts of a subtitle stream or a file of captions, with the times at which they are shown. Owned by one thread.
 *
 * Every text is an ASS event as libavcodec's decoders give it ("ReadOrder,Layer,Style,…,Text"), whatever it was written
 * as; header is the script's beginning that goes with it. Times are µs of source time.
 */
#pragma once

#include "media/sendoff-source.h"

G_BEGIN_DECLS

typedef struct {
  gint64 start_us, end_us;
  char *event;
} SendoffCue;

typedef struct {
  GArray *cues; /* SendoffCue, by start */
  char *header;
  gboolean is_styled; /* says itself where and how text is drawn */
} SendoffCues;

SendoffCues *sendoff_cues_read (SendoffSource *source, int stream_index, gint64 origin_us, GError **error);
GArray *sendoff_cues_cut (const SendoffCues *self, gint64 start_us, gint64 end_us);
void sendoff_cues_free (SendoffCues *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCues, sendoff_cues_free)

G_END_DECLS
