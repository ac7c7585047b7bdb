#include "engine/sendoff-store-thread.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-store-catalog.h"
#include "engine/sendoff-store-jobs.h"
#include "engine/sendoff-store-schema.h"

/* A bar that is redrawn after a crash need not be newer than this. */
#define PROGRESS_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)

/* Shared by its owner and the thread, which may outlive the owner: see sendoff_store_thread_stop(). */
struct _SendoffStoreThread
{
  gatomicrefcount ref_count;
  GThread *thread;
  char *path;
  GAsyncQueue *calls;      /* Call */
  sqlite3 *db;             /* store's thread only; NULL while not open */
  gint64 next_progress_us; /* store's thread only; monotonic */

  GMutex mutex; /* guards what follows and the results of synchronous calls */
  GCond done;
  GHashTable *progress; /* export_id → Progress not yet written */
  char *warning;
};

typedef struct
{
  char *status, *stage;
  double progress;
  GPtrArray *outputs; /* SendoffStoredOutput, with no more than progress needs */
} Progress;

/* Work for the store's thread. Without func it only wakes the thread; stop ends it. */
typedef struct
{
  SendoffStoreFunc func;
  gpointer data;
  gboolean stop;
  GTask *task; /* asynchronous: takes the result; owns data as its task data */
  GDestroyNotify free_result;
  gboolean finished; /* synchronous: the caller waits for it and owns the call */
  gpointer result;
  GError *error;
} Call;

static void
progress_free (gpointer data)
{
  Progress *progress = data;

  g_free (progress->status);
  g_free (progress->stage);
  g_ptr_array_unref (progress->outputs);
  g_free (progress);
}

static void
store_thread_unref (SendoffStoreThread *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;
  g_async_queue_unref (self->calls);
  g_hash_table_unref (self->progress);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->done);
  g_free (self->warning);
  g_free (self->path);
  g_free (self);
}

/* ---- On the store's thread ---- */

static GHashTable *
steal_progress (SendoffStoreThread *self)
{
  GHashTable *waiting;

  g_mutex_lock (&self->mutex);
  waiting = self->progress;
  self->progress = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, progress_free);
  g_mutex_unlock (&self->mutex);
  return waiting;
}

static gboolean
save_progress_rows (sqlite3 *db, GHashTable *waiting, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  g_hash_table_iter_init (&iter, waiting);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Progress *progress = value;

      if (!sendoff_store_jobs_save_progress (db, key, progress->status, progress->stage, progress->progress,
                                             progress->outputs, error))
        return sendoff_sql_end_transaction (db, FALSE, error);
    }
  return sendoff_sql_end_transaction (db, TRUE, error);
}

/** sendoff_store_thread_flush_progress: writes what was reported so far.
 *
 * Progress may be lost in a power cut, so it does not wait for the disk. Failing costs a bar its length, not a job:
 * whatever is wrong will be reported by the job's next real call. */
void
sendoff_store_thread_flush_progress (SendoffStoreThread *self)
{
  g_autoptr (GHashTable) waiting = steal_progress (self);
  g_autoptr (GError) error = NULL;

  self->next_progress_us = g_get_monotonic_time () + PROGRESS_INTERVAL_US;
  if (self->db == NULL || g_hash_table_size (waiting) == 0)
    return;
  sqlite3_exec (self->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
  if (!save_progress_rows (self->db, waiting, &error))
    g_message ("Progress was not stored: %s", error->message);
  sqlite3_exec (self->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
}

/* Microseconds until progress is to be written, -1 when none waits. */
static gint64
get_progress_delay_us (SendoffStoreThread *self)
{
  gboolean waiting;

  g_mutex_lock (&self->mutex);
  waiting = g_hash_table_size (self->progress) > 0;
  g_mutex_unlock (&self->mutex);
  return waiting ? MAX (0, self->next_progress_us - g_get_monotonic_time ()) : -1;
}

/** sendoff_store_thread_close: writes what waits, then closes. */
void
sendoff_store_thread_close (SendoffStoreThread *self)
{
  sendoff_store_thread_flush_progress (self);
  g_clear_pointer (&self->db, sqlite3_close);
}

static void
complete_task (Call *call, gpointer result, GError *error)
{
  if (error != NULL)
    g_task_return_error (call->task, error);
  else
    g_task_return_pointer (call->task, result, call->free_result);
  g_object_unref (call->task);
  g_free (call);
}

static void
complete_sync (SendoffStoreThread *self, Call *call, gpointer result, GError *error)
{
  g_mutex_lock (&self->mutex);
  call->result = result;
  call->error = error;
  call->finished = TRUE;
  g_cond_broadcast (&self->done);
  g_mutex_unlock (&self->mutex);
}

static void
run_call (SendoffStoreThread *self, Call *call)
{
  GError *error = NULL;
  gpointer result = NULL;

  if (call->task == NULL
      || !g_cancellable_set_error_if_cancelled (g_task_get_cancellable (call->task), &error))
    result = call->func (self, call->data, &error);
  if (call->task != NULL)
    complete_task (call, result, error);
  else
    complete_sync (self, call, result, error);
}

/* NULL when progress is due first. */
static Call *
wait_for_call (SendoffStoreThread *self)
{
  gint64 delay_us = get_progress_delay_us (self);

  if (delay_us < 0)
    return g_async_queue_pop (self->calls);
  if (delay_us == 0)
    return g_async_queue_try_pop (self->calls);
  return g_async_queue_timeout_pop (self->calls, delay_us);
}

static gpointer
store_thread (gpointer data)
{
  SendoffStoreThread *self = data;
  gboolean stop = FALSE;

  while (!stop)
    {
      Call *call = wait_for_call (self);

      if (call != NULL && call->func != NULL)
        run_call (self, call);
      else if (call != NULL)
        {
          stop = call->stop;
          g_free (call);
        }
      if (get_progress_delay_us (self) == 0)
        sendoff_store_thread_flush_progress (self);
    }
  sendoff_store_thread_close (self);
  store_thread_unref (self);
  return NULL;
}

static void
take_warning (SendoffStoreThread *self, char *warning)
{
  g_mutex_lock (&self->mutex);
  g_free (self->warning);
  self->warning = warning;
  g_mutex_unlock (&self->mutex);
}

/** sendoff_store_thread_open: opens, migrates and mirrors @catalog; closed again when any of it fails. */
gboolean
sendoff_store_thread_open (SendoffStoreThread *self, SendoffCatalog *catalog, GError **error)
{
  char *warning = NULL;

  sendoff_store_thread_close (self);
  self->db = sendoff_store_schema_open (self->path, &warning, error);
  take_warning (self, warning);
  if (self->db == NULL)
    return FALSE;
  if (sendoff_store_catalog_mirror (self->db, catalog, error))
    return TRUE;
  sendoff_store_thread_close (self);
  return FALSE;
}

/** sendoff_store_thread_get_db: (transfer none): the connection, or %NULL with %SENDOFF_ERROR_STORE when not open. */
sqlite3 *
sendoff_store_thread_get_db (SendoffStoreThread *self, GError **error)
{
  if (self->db == NULL)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE, _ ("The database is not open."));
  return self->db;
}

/* ---- On every other thread ---- */

static void
push_signal (SendoffStoreThread *self, gboolean stop)
{
  Call *call = g_new0 (Call, 1);

  call->stop = stop;
  g_async_queue_push (self->calls, call);
}

/** sendoff_store_thread_start: (transfer full): a thread for the database at @path, which is not open yet. */
SendoffStoreThread *
sendoff_store_thread_start (const char *path)
{
  SendoffStoreThread *self = g_new0 (SendoffStoreThread, 1);

  g_atomic_ref_count_init (&self->ref_count);
  g_atomic_ref_count_inc (&self->ref_count);
  self->path = g_strdup (path);
  self->calls = g_async_queue_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->done);
  self->progress = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, progress_free);
  self->thread = g_thread_new ("sendoff-store", store_thread, self);
  return self;
}

/**
 * sendoff_store_thread_stop:
 * @self: (transfer full)
 *
 * Does the work that is queued, closes the database and ends the thread. Waits for it, except on the thread itself:
 * the last reference to a store may be that of a task which the thread has just answered.
 */
void
sendoff_store_thread_stop (SendoffStoreThread *self)
{
  GThread *thread = self->thread;

  push_signal (self, TRUE);
  if (g_thread_self () == thread)
    g_thread_unref (thread);
  else
    g_thread_join (thread);
  store_thread_unref (self);
}

/**
 * sendoff_store_thread_run_sync:
 * @data: borrowed until this returns
 *
 * Runs @func on the thread and waits for it.
 *
 * Returns: what @func returns, with its error
 */
gpointer
sendoff_store_thread_run_sync (SendoffStoreThread *self,
                               SendoffStoreFunc func,
                               gconstpointer data,
                               GError **error)
{
  Call call = { .func = func, .data = (gpointer)data };

  g_assert (g_thread_self () != self->thread);
  g_async_queue_push (self->calls, &call);
  g_mutex_lock (&self->mutex);
  while (!call.finished)
    g_cond_wait (&self->done, &self->mutex);
  g_mutex_unlock (&self->mutex);
  if (call.error != NULL)
    g_propagate_error (error, call.error);
  return call.result;
}

/**
 * sendoff_store_thread_run_async:
 * @task: (transfer full): gets the result; its task data keeps @data alive
 * @free_result: (nullable): for a result that nobody takes
 */
void
sendoff_store_thread_run_async (
    SendoffStoreThread *self, GTask *task, SendoffStoreFunc func, gpointer data, GDestroyNotify free_result)
{
  Call *call = g_new0 (Call, 1);

  /* Once the database has done it, it is done: cancelling only prevents what has not begun. */
  g_task_set_check_cancellable (task, FALSE);
  call->func = func;
  call->data = data;
  call->task = task;
  call->free_result = free_result;
  g_async_queue_push (self->calls, call);
}

static void
add_output_progress (GPtrArray *list, const SendoffStoredOutput *output)
{
  SendoffStoredOutput *part = sendoff_stored_output_new ();

  part->position = output->position;
  part->progress = output->progress;
  part->size_bytes = output->size_bytes;
  part->current_stage = g_strdup (output->current_stage);
  g_ptr_array_add (list, part);
}

/** sendoff_store_thread_update_progress: returns at once; the last report of a job wins. */
void
sendoff_store_thread_update_progress (SendoffStoreThread *self,
                                      const char *export_id,
                                      const char *status,
                                      const char *stage,
                                      double progress,
                                      GPtrArray *outputs)
{
  Progress *entry = g_new0 (Progress, 1);
  gboolean wake;

  entry->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_stored_output_free);
  for (guint i = 0; outputs != NULL && i < outputs->len; i++)
    add_output_progress (entry->outputs, g_ptr_array_index (outputs, i));
  entry->status = g_strdup (status);
  entry->stage = g_strdup (stage);
  entry->progress = progress;
  g_mutex_lock (&self->mutex);
  wake = g_hash_table_size (self->progress) == 0;
  g_hash_table_replace (self->progress, g_strdup (export_id), entry);
  g_mutex_unlock (&self->mutex);
  if (wake)
    push_signal (self, FALSE);
}

/** sendoff_store_thread_forget_progress: drops what was reported of a job (nullable) that is about to be saved: the
 * report is older than that. */
void
sendoff_store_thread_forget_progress (SendoffStoreThread *self, const char *export_id)
{
  g_mutex_lock (&self->mutex);
  if (export_id != NULL)
    g_hash_table_remove (self->progress, export_id);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_store_thread_dup_warning: (transfer full) (nullable): what opening had to say. */
char *
sendoff_store_thread_dup_warning (SendoffStoreThread *self)
{
  char *warning;

  g_mutex_lock (&self->mutex);
  warning = g_strdup (self->warning);
  g_mutex_unlock (&self->mutex);
  return warning;
}
