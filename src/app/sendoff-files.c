#include "app/sendoff-files.h"

#include <glib/gi18n.h>

/* What the answer of the file manager needs. */
typedef struct
{
  GtkWindow *window; /* (nullable) */
  char *uri;
} Request;

static void
request_free (Request *self)
{
  g_clear_object (&self->window);
  g_free (self->uri);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static void
on_opened (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!gtk_show_uri_full_finish (GTK_WINDOW (object), result, &error))
    gtk_widget_activate_action (GTK_WIDGET (object), "win.tell", "s", _ ("No program was found to open it"));
}

/** sendoff_files_open: opens @uri in the program that the user has for such files. @window is told when there
 * is none. */
void
sendoff_files_open (GtkWindow *window, const char *uri)
{
  if (window != NULL)
    gtk_show_uri_full (window, uri, GDK_CURRENT_TIME, NULL, on_opened, NULL);
}

static void
open_folder (Request *request)
{
  g_autoptr (GFile) file = g_file_new_for_uri (request->uri);
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *uri = folder != NULL ? g_file_get_uri (folder) : NULL;

  if (uri != NULL)
    sendoff_files_open (request->window, uri);
}

static void
on_shown (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Request) request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);

  if (answer == NULL)
    {
      g_info ("no file manager: %s", error->message);
      open_folder (request);
    }
}

/** sendoff_files_show_in_folder: asks the file manager on @bus (nullable) to point at @uri, else opens its
 * folder. */
void
sendoff_files_show_in_folder (GtkWindow *window, GDBusConnection *bus, const char *uri)
{
  g_autoptr (Request) request = g_new0 (Request, 1);
  const char *uris[] = { uri, NULL };

  request->window = window != NULL ? g_object_ref (window) : NULL;
  request->uri = g_strdup (uri);
  if (bus == NULL)
    {
      open_folder (request);
      return;
    }
  g_dbus_connection_call (bus, "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1",
                          "org.freedesktop.FileManager1", "ShowItems", g_variant_new ("(^ass)", uris, ""),
                          NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_shown, g_steal_pointer (&request));
}
