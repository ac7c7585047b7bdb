#include "app/sendoff-start-again.h"

#include "app/sendoff-submission.h"

/* (transfer full) (nullable): what @job was asked for and has not made yet, of @file. */
static SendoffRequest *
make_request (SendoffJob *job, GFile *file, GError **error)
{
  g_autoptr (JsonNode) node = sendoff_request_to_json (sendoff_job_get_request (job));
  JsonObject *object = json_node_get_object (node);
  JsonArray *outputs = json_object_get_array_member (object, "outputs");
  GListModel *exports = sendoff_job_get_exports (job);
  g_autofree char *uri = g_file_get_uri (file);

  json_object_set_string_member (object, "source_uri", uri);
  for (guint i = outputs != NULL ? json_array_get_length (outputs) : 0; i-- > 0;)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      if (export != NULL && sendoff_export_get_status (export) == SENDOFF_STATUS_COMPLETED)
        json_array_remove_element (outputs, i);
    }
  return sendoff_request_from_json (node, error);
}

static void
on_submitted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SendoffJob *job = g_task_get_task_data (task);
  GError *error = NULL;

  if (sendoff_submission_run_finish (result, &error) == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  if (!sendoff_status_is_final (sendoff_job_get_status (job)))
    sendoff_job_cancel (job);
  g_task_return_boolean (task, TRUE);
}

/**
 * sendoff_start_again_async:
 * @job: one that runs nowhere
 * @file: the video to take instead
 *
 * Plans and queues another job for everything that @job has not made; @job ends then. Nothing happens to it
 * when that is not possible.
 */
void
sendoff_start_again_async (
    SendoffEngine *engine, SendoffJob *job, GFile *file, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (engine, NULL, callback, data);
  GError *error = NULL;
  g_autoptr (SendoffRequest) request = make_request (job, file, &error);

  g_task_set_source_tag (task, sendoff_start_again_async);
  g_task_set_task_data (task, g_object_ref (job), g_object_unref);
  if (request != NULL)
    sendoff_submission_run_async (engine, file, NULL, request, on_submitted, task);
  else
    {
      g_task_return_error (task, error);
      g_object_unref (task);
    }
}

/** sendoff_start_again_finish: FALSE with a sentence about what is wrong. */
gboolean
sendoff_start_again_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
