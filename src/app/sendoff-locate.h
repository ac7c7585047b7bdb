/* Asks for a video that is not where it was. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void sendoff_locate_async (GtkWidget *widget, GFile *known, GAsyncReadyCallback callback, gpointer data);
GFile *sendoff_locate_finish (GAsyncResult *result);

G_END_DECLS
