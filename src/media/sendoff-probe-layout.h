/* How a container is laid out on disk, which FFmpeg reads but does not tell: whether the index comes first or
 * is there at all, fragments, and what edit lists hide.
 *
 * A small walker over MP4 boxes and the head of Matroska files that reads by pread(). Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One track of an MP4 file, in the file's order. */
typedef struct
{
  guint n_entries;    /* of the edit list, of whatever effect */
  guint n_edits;      /* parts of the media that are shown */
  gint64 skipped_us;  /* media before the first part */
  gboolean odd_speed; /* a part is shown faster or slower */
  gint64 n_samples;   /* shown or not */
} SendoffTrackLayout;

typedef struct
{
  gboolean has_index;   /* moov with samples, or cues where the head says they are */
  gboolean index_first; /* moov before mdat */
  gboolean fragmented;
  gboolean is_webm; /* a Matroska file that says so */
  GArray *tracks; /* SendoffTrackLayout */
} SendoffLayout;

SendoffLayout *sendoff_layout_read (int fd, gint64 size_bytes);
void sendoff_layout_free (SendoffLayout *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffLayout, sendoff_layout_free)

G_END_DECLS
