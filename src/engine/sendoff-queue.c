#include "engine/sendoff-queue.h"

#include <unistd.h>

#include "engine/sendoff-chunk-cache.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"
#include "engine/sendoff-runner.h"

#define DEFAULT_MAX_RUNNING 3
/* How long a database that cannot be written is left alone. */
#define STORE_AGAIN_S 2

#define KEEP_PROGRESS_EVERY_US G_USEC_PER_SEC

struct _SendoffQueue {
  GObject parent_instance;
  SendoffScheduler *scheduler;
  SendoffWorkerClient *client;
  SendoffStore *store;
  SendoffMemoryBook *memory;
  gint64 memory_limit_bytes; /* 0 none; guarded by the mutex */
  gint64 cache_limit_bytes;  /* -1 chooses; guarded by the mutex */
  GMutex mutex;
  char *held; /* (nullable): why nothing may run now */
  char *cache_dir;
  char **libraries;
  SendoffCatalog *catalog; /* what jobs that begin now are checked by */
  guint max_running;
  guint n_running;
  GPtrArray *entries; /* Entry: waiting, running, and those whose end is being stored */
  GTask *stop; /* (nullable) */
};

/* One job on its way through the queue. */
typedef struct {
  SendoffQueue *queue; /* a reference: what runs keeps what it runs on */
  SendoffJob *job;
  int lock_fd;
  char *lock_path;
  gulong cancel_handler, cancel_export_handler, pause_handler;
  guint store_again; /* source, while its end cannot be stored */
  GCancellable *cancellable;
  SendoffRunner *runner;   /* NULL while it waits */
  SendoffTracker *tracker;
  gboolean running;
  gint64 progress_kept_at_us;
} Entry;

enum {
  SIGNAL_ACTIVITY_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffQueue, sendoff_queue, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void start_waiting (SendoffQueue *self);

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_signal_handler_disconnect (entry->job, entry->cancel_handler);
  g_signal_handler_disconnect (entry->job, entry->cancel_export_handler);
  g_signal_handler_disconnect (entry->job, entry->pause_handler);
  if (entry->lock_fd >= 0)
    close (entry->lock_fd);
  g_clear_pointer (&entry->runner, sendoff_runner_free);
  g_clear_pointer (&entry->tracker, sendoff_tracker_unref);
  g_object_unref (entry->cancellable);
  g_object_unref (entry->job);
  g_object_unref (entry->queue);
  g_free (entry->lock_path);
  g_free (entry);
}

static void
sendoff_queue_finalize (GObject *object)
{
  SendoffQueue *self = SENDOFF_QUEUE (object);

  g_ptr_array_unref (self->entries);
  sendoff_scheduler_free (self->scheduler);
  sendoff_worker_client_free (self->client);
  sendoff_memory_book_free (self->memory);
  g_mutex_clear (&self->mutex);
  g_free (self->held);
  g_object_unref (self->store);
  g_strfreev (self->libraries);
  g_clear_object (&self->catalog);
  g_free (self->cache_dir);
  G_OBJECT_CLASS (sendoff_queue_parent_class)->finalize (object);
}

static void
sendoff_queue_class_init (SendoffQueueClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_queue_finalize;
  signals[SIGNAL_ACTIVITY_CHANGED] = g_signal_new ("activity-changed", SENDOFF_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL,
                                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
sendoff_queue_init (SendoffQueue *self)
{
  self->max_running = DEFAULT_MAX_RUNNING;
  self->memory = sendoff_memory_book_new ();
  self->cache_limit_bytes = -1;
  g_mutex_init (&self->mutex);
  self->entries = g_ptr_array_new_with_free_func (entry_free);
}

/* What workers may take: what is free now and what they have, less what is left to others, and never more than the user
 * wants. On the scheduler's threads. */
static gint64
get_budget (gpointer data)
{
  SendoffQueue *self = data;
  gint64 physical_bytes = (gint64)sysconf (_SC_PHYS_PAGES) * sysconf (_SC_PAGESIZE);
  gint64 available_bytes = sendoff_memory_get_available (), limit_bytes;

  g_mutex_lock (&self->mutex);
  limit_bytes = self->memory_limit_bytes > 0 ? self->memory_limit_bytes : G_MAXINT64;
  g_mutex_unlock (&self->mutex);
  if (available_bytes == G_MAXINT64)
    return limit_bytes;
  available_bytes += sendoff_worker_client_get_memory (self->client) - sendoff_memory_get_reserve (physical_bytes);
  return MIN (available_bytes, limit_bytes);
}

/** sendoff_queue_new: (transfer full): an empty queue; @scheduler and @client are (transfer full). */
SendoffQueue *
sendoff_queue_new (SendoffScheduler *scheduler,
                   SendoffWorkerClient *client,
                   SendoffStore *store,
                   const char *cache_dir,
                   char *const *libraries)
{
  SendoffQueue *self = g_object_new (SENDOFF_TYPE_QUEUE, NULL);

  self->scheduler = scheduler;
  self->client = client;
  self->store = g_object_ref (store);
  self->cache_dir = g_strdup (cache_dir);
  self->libraries = g_strdupv ((char **)libraries);
  sendoff_scheduler_set_budget (scheduler, get_budget, self);
  return self;
}

/** sendoff_queue_set_catalog: the rules by which jobs that begin from now on check their files. */
void
sendoff_queue_set_catalog (SendoffQueue *self, SendoffCatalog *catalog)
{
  g_set_object (&self->catalog, catalog);
}

static void
finish_stop_if_idle (SendoffQueue *self)
{
  g_autoptr (GTask) stop = NULL;

  if (self->stop == NULL || self->entries->len > 0)
    return;
  stop = g_steal_pointer (&self->stop);
  g_task_return_boolean (stop, TRUE);
}

static void
remove_entry (Entry *entry)
{
  g_autoptr (SendoffQueue) self = g_object_ref (entry->queue);

  g_ptr_array_remove (self->entries, entry);
  if (self->entries->len == 0)
    g_signal_emit (self, signals[SIGNAL_ACTIVITY_CHANGED], 0);
  finish_stop_if_idle (self);
}

static void
on_folder_released (GObject *object, GAsyncResult *result, gpointer data)
{
  remove_entry (data);
}

static gint64
get_cache_limit (SendoffQueue *self)
{
  gint64 bytes;

  g_mutex_lock (&self->mutex);
  bytes = self->cache_limit_bytes;
  g_mutex_unlock (&self->mutex);
  return bytes;
}

static void
release_folder (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Entry *entry = data;
  SendoffQueue *queue = entry->queue;
  g_autoptr (GError) error = NULL;

  if (!sendoff_disk_release_folder (g_steal_fd (&entry->lock_fd), entry->lock_path, &error))
    g_info ("job folder stays: %s", error->message);
  sendoff_chunk_cache_trim (queue->cache_dir,
                            sendoff_chunk_cache_choose_limit (queue->cache_dir, get_cache_limit (queue)));
  g_task_return_boolean (task, TRUE);
}

static void store_end (Entry *entry);

static gboolean
on_time_to_store_again (gpointer data)
{
  Entry *entry = data;

  entry->store_again = 0;
  store_end (entry);
  return G_SOURCE_REMOVE;
}

/* Most often the disk is full. Without its end in the database the job keeps its folder, with the receipts of what it
 * finished, for whoever finds it interrupted. */
static void
end_could_not_be_stored (Entry *entry, const GError *error)
{
  g_message ("The end of an export could not be stored: %s", error->message);
  if (entry->queue->stop != NULL)
    remove_entry (entry);
  else
    entry->store_again = g_timeout_add_seconds (STORE_AGAIN_S, on_time_to_store_again, entry);
}

/* Only now that its end is stored may another process look at the job. */
static void
on_end_stored (GObject *object, GAsyncResult *result, gpointer data)
{
  Entry *entry = data;
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

static void
on_state_stored (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sendoff_store_save_job_finish (SENDOFF_STORE (object), result, &error))
    g_message ("The state of an export could not be stored: %s", error->message);
}

static void
store_job (Entry *entry, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (SendoffStoredJob) stored = sendoff_job_dup_stored (entry->job);

  sendoff_store_save_job_async (entry->queue->store, stored, NULL, callback, data);
}

static void
store_end (Entry *entry)
{
  store_job (entry, on_end_stored, entry);
}

/* Takes over where the job stands. Returns whether that must be stored. */
static gboolean
take_snapshot (Entry *entry)
{
  g_autoptr (SendoffSnapshot) snapshot = sendoff_tracker_dup_snapshot (entry->tracker);

  return sendoff_job_apply (entry->job, snapshot);
}

static void
keep_progress (Entry *entry)
{
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - entry->progress_kept_at_us < KEEP_PROGRESS_EVERY_US)
    return;
  entry->progress_kept_at_us = now_us;
  sendoff_store_update_progress (entry->queue->store, sendoff_job_get_export_id (entry->job),
                                 sendoff_status_nicks[sendoff_job_get_status (entry->job)],
                                 sendoff_job_get_stage (entry->job), sendoff_job_get_progress (entry->job));
}

static void
on_tracker_changed (SendoffTracker *tracker, gpointer data)
{
  g_autoptr (GObject) job = NULL;
  Entry *entry = data;
  g_autoptr (SendoffSnapshot) snapshot = sendoff_tracker_dup_snapshot (tracker);

  /* The end is announced once nothing runs any more. */
  if (sendoff_status_is_final (snapshot->status))
    return;
  job = G_OBJECT (g_object_ref (entry->job));
  if (sendoff_job_apply (entry->job, snapshot))
    store_job (entry, on_state_stored, NULL);
  else
    keep_progress (entry);
}

static void
run_job (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Entry *entry = data;

  sendoff_runner_run (entry->runner, entry->cancellable);
  g_task_return_boolean (task, TRUE);
}

static void
on_job_over (GObject *object, GAsyncResult *result, gpointer data)
{
  Entry *entry = data;
  g_autoptr (SendoffQueue) self = g_object_ref (entry->queue);

  sendoff_tracker_disconnect (entry->tracker);
  self->n_running--;
  entry->running = FALSE;
  take_snapshot (entry);
  if (sendoff_status_is_final (sendoff_job_get_status (entry->job)))
    store_end (entry);
  else
    remove_entry (entry);
  start_waiting (self);
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
start_entry (Entry *entry)
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
    .keep_chunks = get_cache_limit (self) != 0,
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

static gboolean
entry_goes_before (const Entry *a, const Entry *b)
{
  int a_priority = sendoff_job_get_priority (a->job), b_priority = sendoff_job_get_priority (b->job);

  if (a_priority != b_priority)
    return a_priority > b_priority;
  return sendoff_job_get_created_at (a->job) < sendoff_job_get_created_at (b->job);
}

static Entry *
find_next (SendoffQueue *self)
{
  Entry *best = NULL;

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->runner == NULL && !sendoff_job_get_paused (entry->job) && (best == NULL || entry_goes_before (entry, best)))
        best = entry;
    }
  return best;
}

/* What is paused uses nothing but a thread that waits. */
static guint
count_active (SendoffQueue *self)
{
  guint paused = 0;

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      paused += entry->running && sendoff_job_get_paused (entry->job) ? 1 : 0;
    }
  return self->n_running - paused;
}

static void
start_waiting (SendoffQueue *self)
{
  Entry *next;

  while (self->stop == NULL && self->held == NULL && count_active (self) < self->max_running && (next = find_next (self)) != NULL)
    start_entry (next);
}

/* One that waits is run too: that is how what it may have left is removed. */
static void
on_cancel_requested (SendoffJob *job, gpointer data)
{
  Entry *entry = data;

  g_cancellable_cancel (entry->cancellable);
  if (entry->runner == NULL && entry->queue->stop == NULL)
    start_entry (entry);
}

static void
on_cancel_export_requested (SendoffJob *job, SendoffExport *export, gpointer data)
{
  Entry *entry = data;

  if (entry->running)
    sendoff_runner_cancel_output (entry->runner, sendoff_export_get_output (export));
  else if (entry->runner == NULL)
    {
      sendoff_export_set_cancelled (export);
      store_job (entry, on_state_stored, NULL);
    }
}

static void
on_paused_changed (SendoffJob *job, GParamSpec *pspec, gpointer data)
{
  Entry *entry = data;

  if (entry->running)
    sendoff_runner_set_paused (entry->runner, sendoff_job_get_paused (job));
  if (entry->running || entry->runner == NULL)
    store_job (entry, on_state_stored, NULL);
  start_waiting (entry->queue);
}

/** sendoff_queue_get_client: (transfer none): for other work than jobs; any thread. */
SendoffWorkerClient *
sendoff_queue_get_client (SendoffQueue *self)
{
  return self->client;
}

/** sendoff_queue_get_scheduler: (transfer none): whose slots the jobs use. */
SendoffScheduler *
sendoff_queue_get_scheduler (SendoffQueue *self)
{
  return self->scheduler;
}

/** sendoff_queue_set_max_running: how many jobs may run at once, at least one. */
void
sendoff_queue_set_max_running (SendoffQueue *self, guint n)
{
  self->max_running = MAX (n, 1);
  start_waiting (self);
}

/** sendoff_queue_set_memory_limit: bytes that all workers may take together, 0 for what the machine has. */
void
sendoff_queue_set_memory_limit (SendoffQueue *self, gint64 bytes)
{
  g_mutex_lock (&self->mutex);
  self->memory_limit_bytes = bytes;
  g_mutex_unlock (&self->mutex);
}

/** sendoff_queue_set_priority: higher goes first, from now on; also of a job that is not here. */
void
sendoff_queue_set_priority (SendoffQueue *self, SendoffJob *job, int priority)
{
  sendoff_job_set_priority (job, priority);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->job != job)
        continue;
      if (entry->running)
        sendoff_runner_set_priority (entry->runner, priority);
      store_job (entry, on_state_stored, NULL);
    }
}

/** sendoff_queue_set_cache_limit: bytes of chunks that are kept for later exports, 0 for none, -1 to choose. */
void
sendoff_queue_set_cache_limit (SendoffQueue *self, gint64 bytes)
{
  g_mutex_lock (&self->mutex);
  self->cache_limit_bytes = bytes;
  g_mutex_unlock (&self->mutex);
}

/** sendoff_queue_set_held: lets nothing run and says @why, or lets all go on when that is %NULL. */
void
sendoff_queue_set_held (SendoffQueue *self, const char *why)
{
  if (g_strcmp0 (self->held, why) == 0)
    return;
  g_free (self->held);
  self->held = g_strdup (why);
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->running)
        sendoff_runner_set_held (entry->runner, why);
    }
  start_waiting (self);
}

/** sendoff_queue_is_active: whether any job runs or waits. */
gboolean
sendoff_queue_is_active (SendoffQueue *self)
{
  return self->entries->len > 0;
}

/**
 * sendoff_queue_dup_folders:
 *
 * Returns: (transfer full): every folder in which jobs that run now write, %NULL when none runs
 */
char **
sendoff_queue_dup_folders (SendoffQueue *self)
{
  g_autoptr (GHashTable) folders = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  char **names;
  guint n_names;

  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);
      GListModel *exports = sendoff_job_get_exports (entry->job);

      if (!entry->running)
        continue;
      g_hash_table_add (folders, g_strdup (self->cache_dir));
      for (guint e = 0; e < g_list_model_get_n_items (exports); e++)
        {
          g_autoptr (SendoffExport) export = g_list_model_get_item (exports, e);
          const char *uri = sendoff_export_get_stored (export)->target_uri;
          g_autofree char *path = uri != NULL ? g_filename_from_uri (uri, NULL, NULL) : NULL;

          if (path != NULL)
            g_hash_table_add (folders, g_path_get_dirname (path));
        }
    }
  names = (char **)g_hash_table_get_keys_as_array (folders, &n_names);
  for (guint i = 0; i < n_names; i++)
    names[i] = g_strdup (names[i]);
  if (n_names == 0)
    g_clear_pointer (&names, g_free);
  return names;
}

/** sendoff_queue_set_n_slots: pieces of work that may run at once, of all jobs together. */
void
sendoff_queue_set_n_slots (SendoffQueue *self, guint n)
{
  sendoff_scheduler_set_n_slots (self->scheduler, n);
}

/**
 * sendoff_queue_add:
 * @job: a job that is not over
 * @lock_fd: (transfer full): its lock, held
 *
 * Starts the job as soon as its turn comes.
 */
void
sendoff_queue_add (SendoffQueue *self, SendoffJob *job, int lock_fd)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->queue = g_object_ref (self);
  entry->job = g_object_ref (job);
  entry->lock_fd = lock_fd;
  entry->lock_path = sendoff_job_folder_dup_lock_path (self->cache_dir, sendoff_job_get_export_id (job));
  entry->cancellable = g_cancellable_new ();
  entry->cancel_handler = g_signal_connect (job, "cancel-requested", G_CALLBACK (on_cancel_requested), entry);
  entry->cancel_export_handler
      = g_signal_connect (job, "cancel-export-requested", G_CALLBACK (on_cancel_export_requested), entry);
  entry->pause_handler = g_signal_connect (job, "notify::paused", G_CALLBACK (on_paused_changed), entry);
  g_ptr_array_add (self->entries, entry);
  if (self->entries->len == 1)
    g_signal_emit (self, signals[SIGNAL_ACTIVITY_CHANGED], 0);
  if (sendoff_job_is_cancel_requested (job))
    on_cancel_requested (job, entry);
  start_waiting (self);
}

/** sendoff_queue_contains: whether @job runs or waits here. */
gboolean
sendoff_queue_contains (SendoffQueue *self, SendoffJob *job)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (((Entry *)g_ptr_array_index (self->entries, i))->job == job)
      return TRUE;
  return FALSE;
}

/**
 * sendoff_queue_stop_async:
 *
 * Ends what runs and forgets what waits, so that both can be gone on with later. Done when no worker is left and
 * everything is with the store.
 */
void
sendoff_queue_stop_async (SendoffQueue *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, sendoff_queue_stop_async);
  g_return_if_fail (self->stop == NULL);
  self->stop = g_steal_pointer (&task);
  for (guint i = self->entries->len; i > 0; i--)
    {
      Entry *entry = g_ptr_array_index (self->entries, i - 1);

      if (entry->runner == NULL || entry->store_again != 0)
        {
          g_clear_handle_id (&entry->store_again, g_source_remove);
          g_ptr_array_remove_index (self->entries, i - 1);
          continue;
        }
      /* What was cancelled before stays cancelled. */
      if (!g_cancellable_is_cancelled (entry->cancellable))
        sendoff_runner_keep_for_later (entry->runner);
      g_cancellable_cancel (entry->cancellable);
    }
  finish_stop_if_idle (self);
}

/** sendoff_queue_stop_finish: always succeeds. */
gboolean
sendoff_queue_stop_finish (SendoffQueue *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
