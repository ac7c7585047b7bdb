/* Jobs on their way to the queue: submitted, or gone on with. */
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"

/* A job on its way to the queue. */
typedef struct {
  char *cache_dir;
  SendoffStore *store;
  SendoffJob *job; /* touched on the main context only */
  SendoffStoredJob *stored;
  int lock_fd;
  gboolean cancelled; /* it is taken on to be cleaned up */
} Submission;

static void
submission_free (gpointer data)
{
  Submission *submission = data;

  g_clear_object (&submission->store);
  g_clear_object (&submission->job);
  g_clear_pointer (&submission->stored, sendoff_stored_job_free);
  if (submission->lock_fd >= 0)
    close (submission->lock_fd);
  g_free (submission->cache_dir);
  g_free (submission);
}

static Submission *
submission_new (SendoffEngine *self)
{
  Submission *submission = g_new0 (Submission, 1);

  submission->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self));
  submission->store = g_object_ref (sendoff_engine_get_store (self));
  submission->lock_fd = -1;
  return submission;
}

static void
submit_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Submission *submission = data;
  const char *export_id = submission->stored->export_id;
  g_autofree char *lock_path = sendoff_job_folder_dup_lock_path (submission->cache_dir, export_id);
  g_autoptr (GError) error = NULL;

  submission->lock_fd = sendoff_job_folder_take_lock (submission->cache_dir, export_id, &error);
  if (submission->lock_fd >= 0 && sendoff_store_save_job_sync (submission->store, submission->stored, &error))
    g_task_return_boolean (task, TRUE);
  else
    {
      if (submission->lock_fd >= 0)
        sendoff_disk_release_folder (g_steal_fd (&submission->lock_fd), lock_path, NULL);
      g_task_return_error (task, g_steal_pointer (&error));
    }
}

static GError *
make_plan_error (const SendoffPlan *plan)
{
  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

      if (issue->severity == SENDOFF_SEVERITY_ERROR)
        return g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, issue->message);
    }
  return g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, _ ("There is nothing to export."));
}

static void
expect (SendoffEngine *self, const char *export_id, gboolean expected)
{
  SendoffFollower *follower = sendoff_engine_get_follower (self);

  if (follower != NULL)
    sendoff_follower_expect (follower, export_id, expected);
}

/** sendoff_engine_submit_async: stores a job for @plan and queues it; the request is kept, not copied. */
void
sendoff_engine_submit_async (SendoffEngine *self,
                             SendoffRequest *request,
                             const SendoffPlan *plan,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autofree char *export_id = g_uuid_string_random ();
  Submission *submission;

  g_return_if_fail (sendoff_engine_get_queue (self) != NULL);
  g_task_set_source_tag (task, sendoff_engine_submit_async);
  if (sendoff_plan_has_errors (plan) || plan->outputs->len == 0)
    {
      g_task_return_error (task, make_plan_error (plan));
      return;
    }
  submission = submission_new (self);
  submission->job = sendoff_job_new (export_id, request, plan);
  submission->stored = sendoff_job_dup_stored (submission->job);
  expect (self, export_id, TRUE);
  g_task_set_task_data (task, submission, submission_free);
  g_task_run_in_thread (task, submit_thread);
}

/**
 * sendoff_engine_submit_finish:
 *
 * Returns: (transfer none): the job, queued; or %NULL with %SENDOFF_ERROR_INVALID_REQUEST, %SENDOFF_ERROR_STORE or
 *   the disk's error
 */
SendoffJob *
sendoff_engine_submit_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  Submission *submission;

  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  submission = g_task_get_task_data (G_TASK (result));
  if (submission != NULL)
    expect (self, submission->stored->export_id, FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  sendoff_engine_watch_job (self, submission->job);
  g_list_store_insert (sendoff_engine_get_job_list (self), 0, submission->job);
  if (sendoff_engine_get_queue (self) != NULL && !sendoff_engine_is_store_only (self))
    sendoff_queue_add (sendoff_engine_get_queue (self), submission->job, g_steal_fd (&submission->lock_fd));
  else
    sendoff_job_set_interrupted (submission->job, TRUE);
  return submission->job;
}

static void
on_resumed_to_cancel (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sendoff_engine_resume_finish (SENDOFF_ENGINE (object), result, &error))
    g_warning ("An interrupted export could not be cancelled: %s", error->message);
}

/* Nobody carries the job out: it is taken on to be cleaned up. */
static void
on_cancel_requested (SendoffEngine *self, SendoffJob *job)
{
  if (sendoff_job_get_interrupted (job) && sendoff_engine_get_queue (self) != NULL && !sendoff_queue_contains (sendoff_engine_get_queue (self), job))
    sendoff_engine_resume_async (self, job, NULL, on_resumed_to_cancel, NULL);
}

static void
on_interrupted_stored (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sendoff_store_save_job_finish (SENDOFF_STORE (object), result, &error))
    g_message ("The state of an export could not be stored: %s", error->message);
}

static void
on_cancel_export_requested (SendoffEngine *self, SendoffExport *export, SendoffJob *job)
{
  g_autoptr (SendoffStoredJob) stored = NULL;

  if (!sendoff_job_get_interrupted (job) || sendoff_engine_get_queue (self) == NULL || sendoff_queue_contains (sendoff_engine_get_queue (self), job))
    return;
  sendoff_export_set_cancelled (export);
  stored = sendoff_job_dup_stored (job);
  sendoff_store_save_job_async (sendoff_engine_get_store (self), stored, NULL, on_interrupted_stored, NULL);
}

/* Sees to jobs that are cancelled while nobody carries them out. */
void
sendoff_engine_watch_job (SendoffEngine *self, SendoffJob *job)
{
  g_signal_connect_object (job, "cancel-requested", G_CALLBACK (on_cancel_requested), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "cancel-export-requested", G_CALLBACK (on_cancel_export_requested), self,
                           G_CONNECT_SWAPPED);
}

static void
resume_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Submission *submission = data;
  const char *export_id = submission->stored->export_id;
  g_autoptr (SendoffStoredJob) now = NULL;
  GError *error = NULL;

  submission->lock_fd = sendoff_job_folder_take_lock (submission->cache_dir, export_id, &error);
  /* Another process may have carried it out since the jobs were listed. */
  now = submission->lock_fd >= 0 ? sendoff_store_get_job_sync (submission->store, export_id, &error) : NULL;
  if (now != NULL && sendoff_status_is_final (sendoff_status_from_nick (now->status)))
    error = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("This export has ended meanwhile."));
  /* Without its source the job waits, with all its chunks, until it is found again. To be cancelled it needs none. */
  else if (now != NULL && !submission->cancelled)
    sendoff_source_check_job (now, &error);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_resume_async: goes on with a job that is not over and that no process carries out. */
void
sendoff_engine_resume_async (SendoffEngine *self,
                             SendoffJob *job,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Submission *submission;

  g_return_if_fail (sendoff_engine_get_queue (self) != NULL);
  g_task_set_source_tag (task, sendoff_engine_resume_async);
  if (sendoff_status_is_final (sendoff_job_get_status (job)) || sendoff_queue_contains (sendoff_engine_get_queue (self), job))
    {
      g_task_return_new_error (task, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
                               _ ("This export is not interrupted, so there is nothing to go on with."));
      return;
    }
  submission = submission_new (self);
  submission->job = g_object_ref (job);
  submission->stored = sendoff_job_dup_stored (job);
  submission->cancelled = sendoff_job_is_cancel_requested (job);
  g_task_set_task_data (task, submission, submission_free);
  g_task_run_in_thread (task, resume_thread);
}

static void
note_source_problem (SendoffJob *job, const GError *error)
{
  gboolean changed = g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED);

  if (changed || g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE))
    sendoff_job_set_source_problem (job, error->message, changed);
}

/** sendoff_engine_resume_finish: FALSE with %G_IO_ERROR_WOULD_BLOCK when another process carries the job out, with
 * %SENDOFF_ERROR_SOURCE_UNREADABLE or %SENDOFF_ERROR_SOURCE_CHANGED when its source is not there any more (see
 * sendoff_engine_relocate_async()); it stays interrupted then. */
gboolean
sendoff_engine_resume_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  Submission *submission;
  GError *local = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  submission = g_task_get_task_data (G_TASK (result));
  if (!g_task_propagate_boolean (G_TASK (result), &local))
    {
      if (submission != NULL)
        note_source_problem (submission->job, local);
      g_propagate_error (error, local);
      return FALSE;
    }
  sendoff_job_set_source_problem (submission->job, NULL, FALSE);
  if (sendoff_engine_get_queue (self) == NULL || sendoff_queue_contains (sendoff_engine_get_queue (self), submission->job))
    return TRUE;
  sendoff_job_set_interrupted (submission->job, FALSE);
  sendoff_job_resume (submission->job);
  sendoff_queue_add (sendoff_engine_get_queue (self), submission->job, g_steal_fd (&submission->lock_fd));
  return TRUE;
}

/** sendoff_engine_find_job: (transfer none) (nullable): the job with @export_id. */
SendoffJob *
sendoff_engine_find_job (SendoffEngine *self, const char *export_id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (sendoff_engine_get_job_list (self))); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (G_LIST_MODEL (sendoff_engine_get_job_list (self)), i);

      if (g_strcmp0 (sendoff_job_get_export_id (job), export_id) == 0)
        return job;
    }
  return NULL;
}
