#include "app/sendoff-queue-control.h"

static void
on_controlled (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GtkWidget) widget = data;
  g_autoptr (GError) error = NULL;

  if (!sendoff_engine_control_finish (SENDOFF_ENGINE (object), result, &error))
    gtk_widget_activate_action (widget, "win.tell", "s", error->message);
}

static void
cancel_here (SendoffJob *job, int output)
{
  g_autoptr (SendoffExport) export
      = output >= 0 ? g_list_model_get_item (sendoff_job_get_exports (job), (guint)output) : NULL;

  if (export != NULL)
    sendoff_job_cancel_export (job, export);
  else
    sendoff_job_cancel (job);
}

/**
 * sendoff_queue_control:
 * @value: as sendoff_engine_control_async() takes it
 * @widget: whose window tells when another process did not do it
 *
 * Done at once for a job of this process.
 */
void
sendoff_queue_control (
    SendoffEngine *engine, SendoffJob *job, SendoffControl control, int value, GtkWidget *widget)
{
  if (sendoff_job_get_elsewhere (job))
    sendoff_engine_control_async (engine, job, control, value, NULL, on_controlled, g_object_ref (widget));
  else if (control == SENDOFF_CONTROL_CANCEL)
    cancel_here (job, value);
  else if (control == SENDOFF_CONTROL_PAUSE)
    sendoff_job_pause (job);
  else if (control == SENDOFF_CONTROL_RESUME)
    sendoff_job_resume (job);
}
