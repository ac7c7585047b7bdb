/* What can be done with jobs that are over: make the failed ones again, and forget them. */
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"

/* ---- Again ---- */

typedef struct {
  char *cache_dir;
  SendoffStore *store;
  SendoffJob *job; /* touched on the main context only */
  SendoffStoredJob *stored; /* as it is before the other try */
  int lock_fd;
} Retry;

static void
retry_free (gpointer data)
{
  Retry *retry = data;

  if (retry->lock_fd >= 0)
    close (retry->lock_fd);
  g_clear_pointer (&retry->stored, sendoff_stored_job_free);
  g_object_unref (retry->job);
  g_object_unref (retry->store);
  g_free (retry->cache_dir);
  g_free (retry);
}

/* Another process may have begun it again since the jobs were listed. */
static gboolean
is_still_over (SendoffStore *store, const char *export_id, GError **error)
{
  g_autoptr (SendoffStoredJob) now = sendoff_store_get_job_sync (store, export_id, error);

  if (now == NULL)
    return FALSE;
  if (sendoff_status_is_final (sendoff_status_from_nick (now->status)))
    return TRUE;
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("This export is being made again already."));
  return FALSE;
}

static void
retry_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Retry *retry = data;
  const char *export_id = retry->stored->export_id;
  GError *error = NULL;

  retry->lock_fd = sendoff_job_folder_take_lock (retry->cache_dir, export_id, &error);
  if (retry->lock_fd >= 0 && is_still_over (retry->store, export_id, &error)
      && sendoff_store_save_job_sync (retry->store, retry->stored, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
on_holder_asked (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (sendoff_engine_control_finish (SENDOFF_ENGINE (object), result, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/* While other outputs of @job are still to be made, whoever makes them does it. */
static void
retry_unfinished (GTask *task, SendoffJob *job, int output)
{
  SendoffEngine *self = g_task_get_source_object (task);
  g_autoptr (SendoffStoredJob) stored = sendoff_job_dup_retry (job, output);

  if (sendoff_queue_retry (sendoff_engine_get_queue (self), job, output))
    g_task_return_boolean (task, TRUE);
  else if (stored != NULL && sendoff_job_get_elsewhere (job))
    sendoff_engine_control_async (self, job, SENDOFF_CONTROL_RETRY, output, g_task_get_cancellable (task),
                                  on_holder_asked, g_object_ref (task));
  else
    g_task_return_new_error (
        task, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
        stored != NULL && sendoff_job_get_interrupted (job)
            ? _ ("This export was interrupted. Let it go on first; then what failed can be tried again.")
            : _ ("There is nothing to try again: this export has not ended, or it succeeded."));
}

/**
 * sendoff_engine_retry_async:
 * @output: a position, -1 for all of them
 *
 * Makes again what failed or was cancelled. Other outputs of @job may still be made meanwhile, here or in
 * another process: they lose no more than the chunks that they are in.
 */
void
sendoff_engine_retry_async (SendoffEngine *self,
                            SendoffJob *job,
                            int output,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffQueue *queue = sendoff_engine_get_queue (self);
  g_autoptr (SendoffStoredJob) stored = NULL;
  Retry *retry;

  g_return_if_fail (queue != NULL);
  g_task_set_source_tag (task, sendoff_engine_retry_async);
  if (sendoff_status_is_final (sendoff_job_get_status (job)) && !sendoff_queue_contains (queue, job))
    stored = sendoff_job_dup_retry (job, output);
  if (stored == NULL)
    {
      retry_unfinished (task, job, output);
      return;
    }
  retry = g_new0 (Retry, 1);
  retry->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self));
  retry->store = g_object_ref (sendoff_engine_get_store (self));
  retry->job = g_object_ref (job);
  retry->stored = g_steal_pointer (&stored);
  retry->lock_fd = -1;
  g_task_set_task_data (task, retry, retry_free);
  g_task_run_in_thread (task, retry_thread);
}

/** sendoff_engine_retry_finish: FALSE with %SENDOFF_ERROR_FAILED when there is nothing to try again, or the error of
 * the lock or the database. */
gboolean
sendoff_engine_retry_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  SendoffQueue *queue = sendoff_engine_get_queue (self);
  Retry *retry;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  retry = g_task_get_task_data (G_TASK (result));
  if (retry == NULL)
    return TRUE; /* done where the job is */
  sendoff_job_begin_again (retry->job, retry->stored);
  if (queue != NULL)
    sendoff_queue_add (queue, retry->job, g_steal_fd (&retry->lock_fd));
  else
    sendoff_job_set_interrupted (retry->job, TRUE);
  return TRUE;
}

/* ---- Forgotten ---- */

typedef struct {
  SendoffStore *store;
  GPtrArray *jobs;       /* SendoffJob; touched on the main context only */
  GPtrArray *export_ids; /* char * */
} Removal;

static void
removal_free (gpointer data)
{
  Removal *removal = data;

  g_object_unref (removal->store);
  g_ptr_array_unref (removal->jobs);
  g_ptr_array_unref (removal->export_ids);
  g_free (removal);
}

static void
remove_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Removal *removal = data;

  for (guint i = 0; i < removal->export_ids->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!sendoff_store_delete_job_sync (removal->store, g_ptr_array_index (removal->export_ids, i), &error)
          && !g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND))
        {
          g_task_return_error (task, g_steal_pointer (&error));
          return;
        }
    }
  g_task_return_boolean (task, TRUE);
}

/** sendoff_engine_remove_jobs_async: forgets @jobs (element-type SendoffJob) as far as they are over. */
void
sendoff_engine_remove_jobs_async (SendoffEngine *self,
                                  GPtrArray *jobs,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffQueue *queue = sendoff_engine_get_queue (self);
  Removal *removal;

  g_return_if_fail (queue != NULL);
  removal = g_new0 (Removal, 1);
  removal->store = g_object_ref (sendoff_engine_get_store (self));
  removal->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  removal->export_ids = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < jobs->len; i++)
    {
      SendoffJob *job = g_ptr_array_index (jobs, i);

      if (!sendoff_status_is_final (sendoff_job_get_status (job)) || sendoff_queue_contains (queue, job))
        continue;
      g_ptr_array_add (removal->jobs, g_object_ref (job));
      g_ptr_array_add (removal->export_ids, g_strdup (sendoff_job_get_export_id (job)));
    }
  g_task_set_source_tag (task, sendoff_engine_remove_jobs_async);
  g_task_set_task_data (task, removal, removal_free);
  g_task_run_in_thread (task, remove_thread);
}

/* Takes @jobs out of @list, neighbours at once. */
static void
remove_from_list (GListStore *list, GPtrArray *jobs)
{
  g_autoptr (GHashTable) removed = g_hash_table_new (NULL, NULL);
  guint n_after = 0;

  for (guint i = 0; i < jobs->len; i++)
    g_hash_table_add (removed, g_ptr_array_index (jobs, i));
  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (list)); i-- > 0;)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (G_LIST_MODEL (list), i);

      if (g_hash_table_contains (removed, job))
        n_after++;
      if (n_after > 0 && (i == 0 || !g_hash_table_contains (removed, job)))
        {
          guint first = g_hash_table_contains (removed, job) ? i : i + 1;

          g_list_store_splice (list, first, n_after, NULL, 0);
          n_after = 0;
        }
    }
}

/** sendoff_engine_remove_jobs_finish: FALSE with %SENDOFF_ERROR_STORE; then all are still listed. */
gboolean
sendoff_engine_remove_jobs_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  Removal *removal;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  removal = g_task_get_task_data (G_TASK (result));
  remove_from_list (sendoff_engine_get_job_list (self), removal->jobs);
  return TRUE;
}
