#include "engine/sendoff-follower.h"

#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"
#include "engine/sendoff-restore.h"
#include "engine/sendoff-startup.h"

#define LOOK_EVERY_MS 1000

struct _SendoffFollower
{
  GObject parent_instance;
  SendoffEngine *engine; /* unowned: it owns this, and stops it */
  GFileMonitor *monitor; /* (nullable) */
  GHashTable *seen;      /* export_id → gint64 *: when it was last written, of every job of the database */
  gint64 version;
  GHashTable *expected; /* export_id: jobs that are just being submitted here */
  guint timer;
  gboolean looking, wanted; /* on the way; once more when it is back */
};

G_DEFINE_FINAL_TYPE (SendoffFollower, sendoff_follower, G_TYPE_OBJECT)

static void
sendoff_follower_finalize (GObject *object)
{
  SendoffFollower *self = SENDOFF_FOLLOWER (object);

  sendoff_follower_stop (self);
  g_hash_table_unref (self->seen);
  g_hash_table_unref (self->expected);
  G_OBJECT_CLASS (sendoff_follower_parent_class)->finalize (object);
}

static void
sendoff_follower_class_init (SendoffFollowerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_follower_finalize;
}

static void
sendoff_follower_init (SendoffFollower *self)
{
  self->seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->expected = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

/* ---- What is looked at ---- */

/* A job that is listed and not carried out here. */
typedef struct
{
  char *export_id;
  gboolean unfinished, elsewhere;
  guint n_saves; /* when the looking began */
} Listed;

/* What was found out about a job. */
typedef struct
{
  char *export_id;
  SendoffStoredJob *stored;
  SendoffJob *fresh; /* (nullable): of a job that was not listed */
  SendoffJobCondition condition;
} News;

/* One look: made on the main context, filled on a thread. */
typedef struct
{
  SendoffStore *store;
  char *cache_dir;
  GHashTable *listed;   /* export_id → Listed; of jobs that are not carried out here */
  GHashTable *left_out; /* export_id: carried out here, or about to be */
  GHashTable *seen;     /* as the follower's */
  gint64 version;
  gboolean changed; /* seen and version are new, and what is listed and not seen is forgotten */
  GPtrArray *news;
} Look;

static void
listed_free (gpointer data)
{
  Listed *listed = data;

  g_free (listed->export_id);
  g_free (listed);
}

static void
news_free (gpointer data)
{
  News *news = data;

  g_free (news->export_id);
  g_clear_pointer (&news->stored, sendoff_stored_job_free);
  g_clear_object (&news->fresh);
  g_free (news->condition.problem);
  g_free (news);
}

static void
look_free (gpointer data)
{
  Look *look = data;

  g_object_unref (look->store);
  g_hash_table_unref (look->listed);
  g_hash_table_unref (look->left_out);
  g_hash_table_unref (look->seen);
  g_ptr_array_unref (look->news);
  g_free (look->cache_dir);
  g_free (look);
}

/* ---- On the thread ---- */

static gboolean
is_seen (Look *look, const SendoffJobMark *mark)
{
  const gint64 *seen = g_hash_table_lookup (look->seen, mark->export_id);

  return seen != NULL && *seen == mark->updated_at;
}

/* @stored is (transfer full). */
static void
add_news (Look *look, SendoffStoredJob *stored)
{
  News *news = g_new0 (News, 1);

  news->export_id = g_strdup (stored->export_id);
  news->stored = stored;
  if (g_hash_table_contains (look->listed, stored->export_id))
    sendoff_restore_look (look->cache_dir, stored, &news->condition);
  else
    news->fresh = sendoff_restore_job (look->cache_dir, stored);
  g_ptr_array_add (look->news, news);
}

static void
read_mark (Look *look, const SendoffJobMark *mark, guint index)
{
  g_autoptr (GError) error = NULL;
  gboolean is_listed = g_hash_table_contains (look->listed, mark->export_id);
  SendoffStoredJob *stored;

  if (g_hash_table_contains (look->left_out, mark->export_id)
      || (!is_listed && index >= SENDOFF_LISTED_JOBS_MAX))
    return;
  stored = sendoff_store_get_job_sync (look->store, mark->export_id, &error);
  if (stored != NULL)
    add_news (look, stored);
  else
    g_info ("stored job left out: %s", error->message);
}

static void
read_marks (Look *look, GPtrArray *marks)
{
  GHashTable *seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (guint i = 0; i < marks->len; i++)
    {
      const SendoffJobMark *mark = g_ptr_array_index (marks, i);

      if (!is_seen (look, mark))
        read_mark (look, mark, i);
      g_hash_table_insert (seen, g_strdup (mark->export_id),
                           g_memdup2 (&mark->updated_at, sizeof mark->updated_at));
    }
  g_hash_table_unref (look->seen);
  look->seen = seen;
  look->changed = TRUE;
}

static gboolean
has_news (Look *look, const char *export_id)
{
  for (guint i = 0; i < look->news->len; i++)
    if (g_str_equal (((News *)g_ptr_array_index (look->news, i))->export_id, export_id))
      return TRUE;
  return FALSE;
}

/* Who carried a job out may be gone without a word, and who takes one on writes that down a little later. */
static void
look_at_locks (Look *look)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, look->listed);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Listed *listed = value;
      SendoffStoredJob *stored;

      if (!listed->unfinished || has_news (look, listed->export_id)
          || sendoff_job_folder_is_held (look->cache_dir, listed->export_id) == listed->elsewhere)
        continue;
      stored = sendoff_store_get_job_sync (look->store, listed->export_id, NULL);
      if (stored != NULL)
        add_news (look, stored);
    }
}

static void
look_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Look *look = data;
  g_autoptr (GPtrArray) marks = NULL;
  g_autoptr (GError) error = NULL;

  if (!sendoff_store_list_marks_sync (look->store, &look->version, &marks, &error))
    g_info ("what other processes do is not known: %s", error->message);
  if (marks != NULL)
    read_marks (look, marks);
  look_at_locks (look);
  g_task_return_boolean (task, TRUE);
}

/* ---- On the main context ---- */

static void look_again (SendoffFollower *self);

static guint
find_place (GListModel *jobs, SendoffJob *fresh)
{
  guint place = 0, n = g_list_model_get_n_items (jobs);

  for (; place < n; place++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, place);

      if (sendoff_job_get_created_at (job) <= sendoff_job_get_created_at (fresh))
        break;
    }
  return place;
}

static void
add_fresh (SendoffFollower *self, News *news)
{
  GListStore *jobs = sendoff_engine_get_job_list (self->engine);

  if (news->fresh == NULL || g_hash_table_contains (self->expected, news->export_id)
      || sendoff_engine_find_job (self->engine, news->export_id) != NULL)
    return;
  sendoff_engine_watch_job (self->engine, news->fresh);
  g_list_store_insert (jobs, find_place (G_LIST_MODEL (jobs), news->fresh), news->fresh);
}

/* What this process has written meanwhile is newer than what was read. */
static void
take_news (SendoffFollower *self, Look *look, News *news)
{
  SendoffJob *job = sendoff_engine_find_job (self->engine, news->export_id);
  const Listed *listed = g_hash_table_lookup (look->listed, news->export_id);

  if (listed == NULL)
    {
      add_fresh (self, news);
      return;
    }
  if (job == NULL || sendoff_queue_contains (sendoff_engine_get_queue (self->engine), job))
    return;
  if (sendoff_job_get_n_saves (job) != listed->n_saves)
    {
      g_hash_table_remove (self->seen, news->export_id);
      self->version = SENDOFF_STORE_NEVER;
      self->wanted = TRUE;
      return;
    }
  g_object_freeze_notify (G_OBJECT (job));
  if (sendoff_job_take_stored (job, news->stored))
    sendoff_restore_take_condition (job, &news->condition);
  g_object_thaw_notify (G_OBJECT (job));
}

/* What is listed and not in the database any more was removed by another process. */
static void
drop_forgotten (SendoffFollower *self, Look *look)
{
  GListStore *jobs = sendoff_engine_get_job_list (self->engine);

  for (guint i = g_list_model_get_n_items (G_LIST_MODEL (jobs)); i-- > 0;)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (G_LIST_MODEL (jobs), i);
      const char *export_id = sendoff_job_get_export_id (job);

      if (g_hash_table_contains (look->listed, export_id) && !g_hash_table_contains (self->seen, export_id)
          && !sendoff_queue_contains (sendoff_engine_get_queue (self->engine), job))
        g_list_store_remove (jobs, i);
    }
}

static void
take_look (SendoffFollower *self, Look *look)
{
  if (look->changed)
    {
      g_hash_table_unref (self->seen);
      self->seen = g_hash_table_ref (look->seen);
      self->version = look->version;
      drop_forgotten (self, look);
    }
  for (guint i = 0; i < look->news->len; i++)
    take_news (self, look, g_ptr_array_index (look->news, i));
}

static gboolean
on_time (gpointer data)
{
  SendoffFollower *self = data;

  self->timer = 0;
  look_again (self);
  return G_SOURCE_REMOVE;
}

static void
look_later (SendoffFollower *self)
{
  if (self->engine != NULL && self->timer == 0)
    self->timer = g_timeout_add (LOOK_EVERY_MS, on_time, self);
}

static gboolean
has_jobs_elsewhere (SendoffFollower *self)
{
  GListModel *jobs = sendoff_engine_get_jobs (self->engine);

  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      if (sendoff_job_get_elsewhere (job))
        return TRUE;
    }
  return FALSE;
}

static void
on_looked (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffFollower *self = SENDOFF_FOLLOWER (object);

  self->looking = FALSE;
  if (self->engine == NULL)
    return;
  take_look (self, g_task_get_task_data (G_TASK (result)));
  if (self->wanted || self->monitor == NULL || has_jobs_elsewhere (self))
    look_later (self);
}

static void
list_job (SendoffFollower *self, Look *look, SendoffJob *job)
{
  const char *export_id = sendoff_job_get_export_id (job);
  Listed *listed;

  if (sendoff_queue_contains (sendoff_engine_get_queue (self->engine), job))
    {
      g_hash_table_add (look->left_out, g_strdup (export_id));
      return;
    }
  listed = g_new0 (Listed, 1);
  listed->export_id = g_strdup (export_id);
  listed->unfinished = !sendoff_status_is_final (sendoff_job_get_status (job));
  listed->elsewhere = sendoff_job_get_elsewhere (job);
  listed->n_saves = sendoff_job_get_n_saves (job);
  g_hash_table_insert (look->listed, listed->export_id, listed);
}

static Look *
look_new (SendoffFollower *self)
{
  GListModel *jobs = sendoff_engine_get_jobs (self->engine);
  Look *look = g_new0 (Look, 1);

  look->store = g_object_ref (sendoff_engine_get_store (self->engine));
  look->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self->engine));
  look->listed = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, listed_free);
  look->left_out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  look->seen = g_hash_table_ref (self->seen);
  look->version = self->version;
  look->news = g_ptr_array_new_with_free_func (news_free);
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      list_job (self, look, job);
    }
  return look;
}

static void
look_again (SendoffFollower *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->engine == NULL)
    return;
  self->wanted = self->looking;
  if (self->looking)
    return;
  self->looking = TRUE;
  task = g_task_new (self, NULL, on_looked, NULL);
  g_task_set_source_tag (task, look_again);
  g_task_set_task_data (task, look_new (self), look_free);
  g_task_run_in_thread (task, look_thread);
}

/* The folder changes with everything that is stored, here as well. */
static void
watch (SendoffFollower *self)
{
  g_autoptr (GFile) folder = g_file_new_for_path (sendoff_engine_get_data_dir (self->engine));
  g_autoptr (GError) error = NULL;

  self->monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, &error);
  if (self->monitor == NULL)
    g_info ("the database is looked at every second: %s", error->message);
  else
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (look_later), self, G_CONNECT_SWAPPED);
}

/**
 * sendoff_follower_new:
 * @engine: started, with its jobs
 * @marks: (element-type SendoffJobMark): of the database, read before its jobs were
 * @version: of the database then
 *
 * Returns: (transfer full): a follower of all processes that use the database; stop it before @engine ends
 */
SendoffFollower *
sendoff_follower_new (SendoffEngine *engine, GPtrArray *marks, gint64 version)
{
  SendoffFollower *self = g_object_new (SENDOFF_TYPE_FOLLOWER, NULL);

  self->engine = engine;
  self->version = version;
  for (guint i = 0; i < marks->len; i++)
    {
      const SendoffJobMark *mark = g_ptr_array_index (marks, i);

      g_hash_table_insert (self->seen, g_strdup (mark->export_id),
                           g_memdup2 (&mark->updated_at, sizeof mark->updated_at));
    }
  watch (self);
  look_later (self);
  return self;
}

/** sendoff_follower_expect: @export_id is being submitted by this process, or no longer: it is no news. */
void
sendoff_follower_expect (SendoffFollower *self, const char *export_id, gboolean expected)
{
  if (expected)
    g_hash_table_add (self->expected, g_strdup (export_id));
  else
    g_hash_table_remove (self->expected, export_id);
}

/** sendoff_follower_stop: the engine is about to stop: it is not changed any more. */
void
sendoff_follower_stop (SendoffFollower *self)
{
  self->engine = NULL;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_object (&self->monitor);
}
