#include "app/sendoff-locate.h"

#include "base/sendoff-i18n.h"

/* Takes @task. */
static void
on_response (GTask *task, int response)
{
  GtkNativeDialog *chooser = g_task_get_task_data (task);
  GFile *file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (chooser)) : NULL;

  g_signal_handlers_disconnect_by_data (chooser, task);
  g_signal_handlers_disconnect_by_data (gtk_native_dialog_get_transient_for (chooser), task);
  g_task_return_pointer (task, file, g_object_unref);
  g_object_unref (task);
}

static void
on_window_destroyed (GTask *task)
{
  on_response (task, GTK_RESPONSE_CANCEL);
}

static void
destroy_chooser (gpointer data)
{
  gtk_native_dialog_destroy (data);
  g_object_unref (data);
}

/**
 * sendoff_locate_async:
 * @widget: in the window that asks; the answer comes to it
 * @known: where the video was: its folder is shown first
 *
 * Asks for a file. One question at a time, because it keeps the window from everything else.
 */
void
sendoff_locate_async (GtkWidget *widget, GFile *known, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (widget, NULL, callback, data);
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (widget));
  GtkFileChooserNative *chooser = gtk_file_chooser_native_new (
      _ ("Choose the Video Again"), window, GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Choose"), _ ("_Cancel"));
  g_autoptr (GFile) folder = g_file_get_parent (known);

  g_task_set_source_tag (task, sendoff_locate_async);
  g_task_set_task_data (task, chooser, destroy_chooser);
  if (folder != NULL)
    gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (chooser), folder, NULL);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (chooser), TRUE);
  g_signal_connect_swapped (chooser, "response", G_CALLBACK (on_response), task);
  g_signal_connect_swapped (window, "destroy", G_CALLBACK (on_window_destroyed), task);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (chooser));
}

/** sendoff_locate_finish: (transfer full) (nullable): the file that was chosen, %NULL when none was. */
GFile *
sendoff_locate_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
