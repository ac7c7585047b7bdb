/* Handing finished files to other programs. Main thread; nothing blocks. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void sendoff_files_open (GtkWindow *window, const char *uri);
void sendoff_files_show_in_folder (GtkWindow *window, GDBusConnection *bus, const char *uri);

G_END_DECLS
