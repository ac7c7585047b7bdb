/* One job on its way through the queue: begun, watched, and its end stored. */
#include "engine/sendoff-queue-private.h"

#include <unistd.h>

#include "engine/sendoff-chunk-cache.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-facts.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"

/* How long a database that cannot be written is left alone. */
#define STORE_AGAIN_S 2

#define KEEP_PROGRESS_EVERY_US G_USEC_PER_SEC

/* sendoff_queue_entry_free: lets the job go, and its lock. */
void
sendoff_queue_entry_free (gpointer data)
{
  SendoffQueueEntry *entry = data;

  g_signal_handler_disconnect (entry->job, entry->cancel_handler);
  g_signal_handler_disconnect (entry->job, entry->cancel_export_handler);
  g_signal_handler_disconnect (entry->job, entry->pause_handler);
  if (entry->lock_fd >= 0)
    close (entry->lock_fd);
  g_clear_pointer (&entry->runner, sendoff_runner_free);
  g_clear_pointer (&entry->tracker, sendoff_tracker_unref);
  g_clear_pointer (&entry->lessons, g_ptr_array_unref);
  g_clear_pointer (&entry->retries, g_array_unref);
  g_object_unref (entry->cancellable);
  g_object_unref (entry->job);
  g_object_unref (entry->queue);
  g_free (entry->lock_path);
  g_free (entry);
}

static void
on_folder_released (GObject *object, GAsyncResult *result, gpointer data)
{
  sendoff_queue_remove (data);
}

static void
release_folder (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  SendoffQueueEntry *entry = data;
  SendoffQueue *queue = entry->queue;
  g_autoptr (GError) error = NULL;

  if (!sendoff_disk_release_folder (g_steal_fd (&entry->lock_fd), entry->lock_path, &error))
    g_info ("job folder stays: %s", error->message);
  sendoff_chunk_cache_trim (queue->cache_dir,
                            sendoff_chunk_cache_choose_limit (queue->cache_dir, sendoff_queue_get_cache_limit (queue)));
  g_task_return_boolean (task, TRUE);
}

static void store_end (SendoffQueueEntry *entry);

static gboolean
on_time_to_store_again (gpointer data)
{
  SendoffQueueEntry *entry = data;

  entry->store_again = 0;
  store_end (entry);
  return G_SOURCE_REMOVE;
}

/* Most often the disk is full. Without its end in the database the job keeps its folder, with the receipts of what it
 * finished, for whoever finds it interrupted. */
static void
end_could_not_be_stored (SendoffQueueEntry *entry, const GError *error)
{
  g_message ("The end of an export could not be stored: %s", error->message);
  if (entry->queue->stop != NULL)
    sendoff_queue_remove (entry);
  else
    entry->store_again = g_timeout_add_seconds (STORE_AGAIN_S, on_time_to_store_again, entry);
}

/* Only now that its end is stored may another process look at the job. */
static void
on_end_stored (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffQueueEntry *entry = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GTask) task = NULL;

  if (!sendoff_store_save_job_finish (entry->queue->store, result, &error))
    {
      end_could_not_be_stored (entry, error);
      return;
    }
  task = g_task_new (NULL, NULL, on_folder_released, entry);
  g_task_set_task_data (task, entry, NULL);
  g_task_run_in_thread (task, release_folder);
}

/* Callback for sendoff_queue_entry_store() when nothing waits for it. */
void
sendoff_queue_on_state_stored (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sendoff_store_save_job_finish (SENDOFF_STORE (object), result, &error))
    g_message ("The state of an export could not be stored: %s", error->message);
}

/* Writes the job to the store as it is now. */
void
sendoff_queue_entry_store (SendoffQueueEntry *entry, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (SendoffStoredJob) stored = sendoff_job_dup_stored (entry->job);

  sendoff_store_save_job_async (entry->queue->store, stored, NULL, callback, data);
}

static void
store_end (SendoffQueueEntry *entry)
{
  sendoff_queue_entry_store (entry, on_end_stored, entry);
}

/* Takes over where the job stands. Returns whether that must be stored. */
static gboolean
take_snapshot (SendoffQueueEntry *entry)
{
  g_autoptr (SendoffSnapshot) snapshot = sendoff_tracker_dup_snapshot (entry->tracker);

  return sendoff_job_apply (entry->job, snapshot);
}

static GPtrArray *
dup_stored_outputs (SendoffJob *job)
{
  GPtrArray *outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_stored_output_free);
  GListModel *exports = sendoff_job_get_exports (job);

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      g_ptr_array_add (outputs, sendoff_stored_output_copy (sendoff_export_get_stored (export)));
    }
  return outputs;
}

static void
keep_progress (SendoffQueueEntry *entry)
{
  g_autoptr (GPtrArray) outputs = NULL;
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - entry->progress_kept_at_us < KEEP_PROGRESS_EVERY_US)
    return;
  entry->progress_kept_at_us = now_us;
  outputs = dup_stored_outputs (entry->job);
  sendoff_store_update_progress (entry->queue->store, sendoff_job_get_export_id (entry->job),
                                 sendoff_status_nicks[sendoff_job_get_status (entry->job)],
                                 sendoff_job_get_stage (entry->job), sendoff_job_get_progress (entry->job), outputs);
}

static void
on_tracker_changed (SendoffTracker *tracker, gpointer data)
{
  g_autoptr (GObject) job = NULL;
  SendoffQueueEntry *entry = data;
  g_autoptr (SendoffSnapshot) snapshot = sendoff_tracker_dup_snapshot (tracker);

  /* The end is announced once nothing runs any more. */
  if (sendoff_status_is_final (snapshot->status))
    return;
  job = G_OBJECT (g_object_ref (entry->job));
  if (sendoff_job_apply (entry->job, snapshot))
    sendoff_queue_entry_store (entry, sendoff_queue_on_state_stored, NULL);
  else
    keep_progress (entry);
}

/* On the job's thread. A lesson that cannot be kept is one less. */
static void
learn (SendoffQueueEntry *entry)
{
  SendoffStore *store = entry->queue->store;
  g_autoptr (SendoffMediaInfo) source
      = sendoff_facts_find_known (store, sendoff_runner_get_source_identity (entry->runner));
  g_autoptr (GError) error = NULL;

  if (source == NULL)
    return;
  entry->lessons = sendoff_runner_dup_lessons (entry->runner, source);
  if (entry->lessons->len > 0 && !sendoff_store_add_lessons_sync (store, entry->lessons, &error))
    g_info ("nothing learned: %s", error->message);
}

static void
run_job (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  SendoffQueueEntry *entry = data;

  sendoff_runner_run (entry->runner, entry->cancellable);
  learn (entry);
  g_task_return_boolean (task, TRUE);
}

/* ---- Again, while others are made ---- */

/* As if it were begun again before another try at @output; FALSE when that neither failed nor was cancelled.
 */
static gboolean
forget_outcome (SendoffQueueEntry *entry, int output)
{
  g_autoptr (SendoffStoredJob) stored = sendoff_job_dup_retry (entry->job, output);

  if (stored == NULL)
    return FALSE;
  sendoff_job_begin_again (entry->job, stored);
  return TRUE;
}

/* The job waits as if it had never run in this process. */
static void
reset (SendoffQueueEntry *entry)
{
  g_clear_pointer (&entry->runner, sendoff_runner_free);
  g_clear_pointer (&entry->tracker, sendoff_tracker_unref);
  g_clear_object (&entry->cancellable);
  entry->cancellable = g_cancellable_new ();
  entry->progress_kept_at_us = 0;
}

/* The runner has ended for the sake of another try: takes up what is wanted now. Returns FALSE when that is
 * nothing. */
static gboolean
take_up_retries (SendoffQueueEntry *entry)
{
  g_autoptr (GArray) retries = g_steal_pointer (&entry->retries);
  gboolean wanted = FALSE;

  if (retries == NULL)
    return FALSE;
  if (sendoff_job_is_cancel_requested (entry->job))
    {
      /* It was kept for another run; this one removes it. */
      if (sendoff_status_is_final (sendoff_job_get_status (entry->job)))
        return FALSE;
      reset (entry);
      sendoff_queue_entry_cancel (entry);
      return TRUE;
    }
  for (guint i = 0; i < retries->len; i++)
    wanted |= forget_outcome (entry, g_array_index (retries, int, i));
  if (!wanted && sendoff_status_is_final (sendoff_job_get_status (entry->job)))
    return FALSE;
  sendoff_queue_entry_store (entry, sendoff_queue_on_state_stored, NULL);
  if (entry->queue->stop != NULL)
    return FALSE;
  reset (entry);
  if (!sendoff_job_get_paused (entry->job))
    sendoff_queue_entry_start (entry);
  return TRUE;
}

/* Makes @output (-1: all that can be) again beside those that are not over: a job that runs is called back,
 * as for a pause, and begun anew from its finished chunks. FALSE when there is nothing to try again. */
gboolean
sendoff_queue_entry_retry (SendoffQueueEntry *entry, int output)
{
  g_autoptr (SendoffStoredJob) stored = sendoff_job_dup_retry (entry->job, output);

  if (stored == NULL || sendoff_job_is_cancel_requested (entry->job)
      || (entry->runner != NULL && !entry->running))
    return FALSE;
  if (!entry->running)
    {
      sendoff_job_begin_again (entry->job, stored);
      sendoff_queue_entry_store (entry, sendoff_queue_on_state_stored, NULL);
      return TRUE;
    }
  if (entry->retries == NULL)
    entry->retries = g_array_new (FALSE, FALSE, sizeof (int));
  g_array_append_val (entry->retries, output);
  sendoff_runner_keep_for_later (entry->runner);
  g_cancellable_cancel (entry->cancellable);
  return TRUE;
}

/* ---- The job's own thread ---- */

static void
on_job_over (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffQueueEntry *entry = data;
  g_autoptr (SendoffQueue) self = g_object_ref (entry->queue);

  sendoff_tracker_disconnect (entry->tracker);
  self->n_running--;
  entry->running = FALSE;
  take_snapshot (entry);
  if (entry->lessons != NULL)
    sendoff_queue_teach (self, entry->lessons);
  g_clear_pointer (&entry->lessons, g_ptr_array_unref);
  if (take_up_retries (entry))
    g_debug ("export %s was begun again", sendoff_job_get_export_id (entry->job));
  else if (sendoff_status_is_final (sendoff_job_get_status (entry->job)))
    store_end (entry);
  else
    sendoff_queue_remove (entry);
  sendoff_queue_start_waiting (self);
}

/* Carries the job out. */
void
sendoff_queue_entry_start (SendoffQueueEntry *entry)
{
  SendoffQueue *self = entry->queue;
  g_autoptr (GPtrArray) outputs = dup_stored_outputs (entry->job);
  SendoffRunnerSetup setup = {
    .export_id = sendoff_job_get_export_id (entry->job),
    .plan = sendoff_job_get_plan (entry->job),
    .request = sendoff_job_get_request (entry->job),
    .priority = sendoff_job_get_priority (entry->job),
    .cache_dir = self->cache_dir,
    .libraries = self->libraries,
    .catalog = self->catalog,
    .stored_outputs = outputs,
    .memory = self->memory,
    .keep_chunks = sendoff_queue_get_cache_limit (self) != 0,
    .held = self->held,
  };
  g_autoptr (GTask) task = g_task_new (NULL, NULL, on_job_over, entry);

  sendoff_job_set_started (entry->job);
  entry->tracker = sendoff_tracker_new (setup.plan, outputs, g_main_context_get_thread_default (), on_tracker_changed,
                                        entry);
  entry->runner = sendoff_runner_new (&setup, self->scheduler, self->client, entry->tracker);
  self->n_running++;
  entry->running = TRUE;
  g_task_set_task_data (task, entry, NULL);
  g_task_run_in_thread (task, run_job);
}

/* One that waits is run too: that is how what it may have left is removed. */
static void
on_cancel_requested (SendoffJob *job, gpointer data)
{
  SendoffQueueEntry *entry = data;

  g_cancellable_cancel (entry->cancellable);
  if (entry->runner == NULL && entry->queue->stop == NULL)
    sendoff_queue_entry_start (entry);
}

static void
on_cancel_export_requested (SendoffJob *job, SendoffExport *export, gpointer data)
{
  SendoffQueueEntry *entry = data;

  if (entry->running)
    sendoff_runner_cancel_output (entry->runner, sendoff_export_get_output (export));
  else if (entry->runner == NULL)
    {
      sendoff_export_set_cancelled (export);
      sendoff_queue_entry_store (entry, sendoff_queue_on_state_stored, NULL);
    }
}

static void
on_paused_changed (SendoffJob *job, GParamSpec *pspec, gpointer data)
{
  SendoffQueueEntry *entry = data;

  if (entry->running)
    sendoff_runner_set_paused (entry->runner, sendoff_job_get_paused (job));
  if (entry->running || entry->runner == NULL)
    sendoff_queue_entry_store (entry, sendoff_queue_on_state_stored, NULL);
  sendoff_queue_start_waiting (entry->queue);
}

/* sendoff_queue_entry_new: (transfer full): @job, whose lock @lock_fd (transfer full) holds, for @queue. */
SendoffQueueEntry *
sendoff_queue_entry_new (SendoffQueue *queue, SendoffJob *job, int lock_fd)
{
  SendoffQueueEntry *entry = g_new0 (SendoffQueueEntry, 1);

  sendoff_job_set_elsewhere (job, FALSE);
  entry->queue = g_object_ref (queue);
  entry->job = g_object_ref (job);
  entry->lock_fd = lock_fd;
  entry->lock_path = sendoff_job_folder_dup_lock_path (queue->cache_dir, sendoff_job_get_export_id (job));
  entry->cancellable = g_cancellable_new ();
  entry->cancel_handler = g_signal_connect (job, "cancel-requested", G_CALLBACK (on_cancel_requested), entry);
  entry->cancel_export_handler
      = g_signal_connect (job, "cancel-export-requested", G_CALLBACK (on_cancel_export_requested), entry);
  entry->pause_handler = g_signal_connect (job, "notify::paused", G_CALLBACK (on_paused_changed), entry);
  return entry;
}

/* sendoff_queue_entry_cancel: ends it. */
void
sendoff_queue_entry_cancel (SendoffQueueEntry *entry)
{
  on_cancel_requested (entry->job, entry);
}
