/* A picture of a video, as large as there is room, and over it the frame of what is kept of it, which can be
 * dragged. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_VIEWFINDER (sendoff_viewfinder_get_type ())
G_DECLARE_FINAL_TYPE (SendoffViewfinder, sendoff_viewfinder, SENDOFF, VIEWFINDER, GtkWidget)

/* Properties (writable): picture (GdkPaintable), crops (boolean), crop-width, crop-height, crop-x, crop-y
 * (double, see sendoff-cut.h). Signal: "clicked": on the picture, without dragging. */

G_END_DECLS
