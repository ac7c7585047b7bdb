/* The length of a video with a mark where one is and two handles for the part that is used.
 *
 * Drawn here; each of the three is also an (invisible) scale, so that the keyboard and screen readers have
 * sliders: arrows go frame by frame, Page Up and Page Down by seconds. Moving a handle moves the mark along.
 * Main thread.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_TIMELINE (sendoff_timeline_get_type ())
G_DECLARE_FINAL_TYPE (SendoffTimeline, sendoff_timeline, SENDOFF, TIMELINE, GtkWidget)

/* Properties (double seconds, writable): duration, step (one frame), position, start, end. */

G_END_DECLS
