#include "engine/sendoff-queue-private.h"

#include <unistd.h>

#include "engine/sendoff-job-private.h"

#define DEFAULT_MAX_RUNNING 3

enum {
  SIGNAL_ACTIVITY_CHANGED,
  SIGNAL_LEARNED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffQueue, sendoff_queue, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

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
  signals[SIGNAL_LEARNED] = g_signal_new ("learned", SENDOFF_TYPE_QUEUE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

static void
sendoff_queue_init (SendoffQueue *self)
{
  self->max_running = DEFAULT_MAX_RUNNING;
  self->memory = sendoff_memory_book_new ();
  self->cache_limit_bytes = -1;
  g_mutex_init (&self->mutex);
  self->entries = g_ptr_array_new_with_free_func (sendoff_queue_entry_free);
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

/* Its last use: what is left of it is with the store. */
void
sendoff_queue_remove (SendoffQueueEntry *entry)
{
  g_autoptr (SendoffQueue) self = g_object_ref (entry->queue);

  g_ptr_array_remove (self->entries, entry);
  if (self->entries->len == 0)
    g_signal_emit (self, signals[SIGNAL_ACTIVITY_CHANGED], 0);
  finish_stop_if_idle (self);
}

/* Tells what a job that is over has taught. */
void
sendoff_queue_teach (SendoffQueue *self, GPtrArray *lessons)
{
  if (lessons->len > 0)
    g_signal_emit (self, signals[SIGNAL_LEARNED], 0, lessons);
}

/* Bytes of chunks that are kept for later exports, -1 to choose. */
gint64
sendoff_queue_get_cache_limit (SendoffQueue *self)
{
  gint64 bytes;

  g_mutex_lock (&self->mutex);
  bytes = self->cache_limit_bytes;
  g_mutex_unlock (&self->mutex);
  return bytes;
}

static gboolean
entry_goes_before (const SendoffQueueEntry *a, const SendoffQueueEntry *b)
{
  int a_priority = sendoff_job_get_priority (a->job), b_priority = sendoff_job_get_priority (b->job);

  if (a_priority != b_priority)
    return a_priority > b_priority;
  return sendoff_job_get_created_at (a->job) < sendoff_job_get_created_at (b->job);
}

static SendoffQueueEntry *
find_next (SendoffQueue *self)
{
  SendoffQueueEntry *best = NULL;

  for (guint i = 0; i < self->entries->len; i++)
    {
      SendoffQueueEntry *entry = g_ptr_array_index (self->entries, i);

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
      SendoffQueueEntry *entry = g_ptr_array_index (self->entries, i);

      paused += entry->running && sendoff_job_get_paused (entry->job) ? 1 : 0;
    }
  return self->n_running - paused;
}

/* Begins as many jobs as may run. */
void
sendoff_queue_start_waiting (SendoffQueue *self)
{
  SendoffQueueEntry *next;

  while (self->stop == NULL && self->held == NULL && count_active (self) < self->max_running && (next = find_next (self)) != NULL)
    sendoff_queue_entry_start (next);
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
  sendoff_queue_start_waiting (self);
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
      SendoffQueueEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->job != job)
        continue;
      if (entry->running)
        sendoff_runner_set_priority (entry->runner, priority);
      sendoff_queue_entry_store (entry, sendoff_queue_on_state_stored, NULL);
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
      SendoffQueueEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->running)
        sendoff_runner_set_held (entry->runner, why);
    }
  sendoff_queue_start_waiting (self);
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
      SendoffQueueEntry *entry = g_ptr_array_index (self->entries, i);
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
  SendoffQueueEntry *entry = sendoff_queue_entry_new (self, job, lock_fd);

  g_ptr_array_add (self->entries, entry);
  if (self->entries->len == 1)
    g_signal_emit (self, signals[SIGNAL_ACTIVITY_CHANGED], 0);
  if (sendoff_job_is_cancel_requested (job))
    sendoff_queue_entry_cancel (entry);
  sendoff_queue_start_waiting (self);
}

/** sendoff_queue_contains: whether @job runs or waits here. */
gboolean
sendoff_queue_contains (SendoffQueue *self, SendoffJob *job)
{
  for (guint i = 0; i < self->entries->len; i++)
    if (((SendoffQueueEntry *)g_ptr_array_index (self->entries, i))->job == job)
      return TRUE;
  return FALSE;
}

/** sendoff_queue_retry: makes @output again, which failed or was cancelled while others of @job are still to
 * be made; -1 is all such. FALSE when there is none, or @job is not here. */
gboolean
sendoff_queue_retry (SendoffQueue *self, SendoffJob *job, int output)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      SendoffQueueEntry *entry = g_ptr_array_index (self->entries, i);

      if (entry->job == job)
        return sendoff_queue_entry_retry (entry, output);
    }
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
      SendoffQueueEntry *entry = g_ptr_array_index (self->entries, i - 1);

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
