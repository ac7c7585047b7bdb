#include "engine/sendoff-store.h"

#include "engine/sendoff-store-catalog.h"
#include "engine/sendoff-store-jobs.h"
#include "engine/sendoff-store-lessons.h"
#include "engine/sendoff-store-release-sets.h"
#include "engine/sendoff-store-thread.h"

struct _SendoffStore
{
  GObject parent_instance;
  char *path;
  SendoffStoreThread *thread;
};

enum
{
  PROP_0,
  PROP_PATH,
  PROP_WARNING,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffStore, sendoff_store, G_TYPE_OBJECT)

/* ---- On the store's thread ---- */

static gpointer
call_open (SendoffStoreThread *thread, gpointer data, GError **error)
{
  return GINT_TO_POINTER (sendoff_store_thread_open (thread, data, error));
}

static gpointer
call_close (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sendoff_store_thread_close (thread);
  return GINT_TO_POINTER (TRUE);
}

static gpointer
call_save_job (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_jobs_save (db, data, error));
}

static gpointer
call_list_jobs (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  /* The list shows what was reported before it was asked for. */
  sendoff_store_thread_flush_progress (thread);
  return db != NULL ? sendoff_store_jobs_list (db, GPOINTER_TO_UINT (data), error) : NULL;
}

static gpointer
call_list_job_ids (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  sendoff_store_thread_flush_progress (thread);
  return db != NULL ? sendoff_store_jobs_list_ids (db, GPOINTER_TO_UINT (data), error) : NULL;
}

typedef struct
{
  gint64 *version;
  GPtrArray **marks;
} MarksCall;

static gpointer
call_list_marks (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);
  MarksCall *call = data;

  return GINT_TO_POINTER (db != NULL && sendoff_store_jobs_list_marks (db, call->version, call->marks, error));
}

static gpointer
call_get_job (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  sendoff_store_thread_flush_progress (thread);
  return db != NULL ? sendoff_store_jobs_get (db, data, error) : NULL;
}

static gpointer
call_delete_job (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_jobs_delete (db, data, error));
}

typedef struct
{
  const char *identity, *kind, *uri;
  JsonNode *info;
} SourceFacts;

static gpointer
call_get_source (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);
  SourceFacts *facts = data;

  return db != NULL ? sendoff_store_sources_get_facts (db, facts->identity, facts->kind, error) : NULL;
}

static gpointer
call_put_source (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);
  SourceFacts *facts = data;

  return GINT_TO_POINTER (
      db != NULL
      && sendoff_store_sources_save_facts (db, facts->identity, facts->kind, facts->uri, facts->info, error));
}

static gpointer
call_list_presets (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return db != NULL ? sendoff_store_presets_list (db, error) : NULL;
}

static gpointer
call_save_preset (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_presets_save (db, data, error));
}

static gpointer
call_delete_preset (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_presets_delete (db, data, error));
}

static gpointer
call_list_release_sets (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return db != NULL ? sendoff_store_release_sets_list (db, error) : NULL;
}

static gpointer
call_save_release_set (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_release_sets_save (db, data, error));
}

static gpointer
call_delete_release_set (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_release_sets_delete (db, data, error));
}

static gpointer
call_list_lessons (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return db != NULL ? sendoff_store_lessons_list (db, error) : NULL;
}

static gpointer
call_add_lessons (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_lessons_add (db, data, error));
}

static gpointer
call_forget_lessons (SendoffStoreThread *thread, gpointer data, GError **error)
{
  sqlite3 *db = sendoff_store_thread_get_db (thread, error);

  return GINT_TO_POINTER (db != NULL && sendoff_store_lessons_forget (db, error));
}

/* ---- On every other thread ---- */

static void
sendoff_store_constructed (GObject *object)
{
  SendoffStore *self = SENDOFF_STORE (object);

  G_OBJECT_CLASS (sendoff_store_parent_class)->constructed (object);
  self->thread = sendoff_store_thread_start (self->path);
}

static void
sendoff_store_finalize (GObject *object)
{
  SendoffStore *self = SENDOFF_STORE (object);

  sendoff_store_thread_stop (self->thread);
  g_free (self->path);
  G_OBJECT_CLASS (sendoff_store_parent_class)->finalize (object);
}

static void
sendoff_store_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffStore *self = SENDOFF_STORE (object);

  switch (prop_id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_WARNING:
      g_value_take_string (value, sendoff_store_dup_warning (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_store_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffStore *self = SENDOFF_STORE (object);

  switch (prop_id)
    {
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_store_class_init (SendoffStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = sendoff_store_constructed;
  object_class->finalize = sendoff_store_finalize;
  object_class->get_property = sendoff_store_get_property;
  object_class->set_property = sendoff_store_set_property;

  g_object_class_install_property (
      object_class, PROP_PATH,
      g_param_spec_string ("path", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (
      object_class, PROP_WARNING,
      g_param_spec_string ("warning", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

static void
sendoff_store_init (SendoffStore *self)
{
}

/**
 * sendoff_store_new:
 * @path: the database file (a local path); it and its folder are made when it is opened
 *
 * Returns: (transfer full): a store that is not open yet
 */
SendoffStore *
sendoff_store_new (const char *path)
{
  return g_object_new (SENDOFF_TYPE_STORE, "path", path, NULL);
}

/** sendoff_store_dup_warning: (transfer full) (nullable): a sentence for the user when opening had to set a damaged
 * database aside. Any thread. */
char *
sendoff_store_dup_warning (SendoffStore *self)
{
  return sendoff_store_thread_dup_warning (self->thread);
}

/**
 * sendoff_store_open_async:
 * @catalog: mirrored in the database's tables
 *
 * Opens the database, migrates it and refreshes the tables of the catalog. Fails with %SENDOFF_ERROR_STORE when a newer
 * program wrote it or it cannot be opened, with %SENDOFF_ERROR_NO_SPACE when the disk is full.
 */
void
sendoff_store_open_async (SendoffStore *self,
                          SendoffCatalog *catalog,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sendoff_store_open_async);
  g_task_set_task_data (task, g_object_ref (catalog), g_object_unref);
  sendoff_store_thread_run_async (self->thread, task, call_open, catalog, NULL);
}

gboolean
sendoff_store_open_finish (SendoffStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/** sendoff_store_open_sync: as sendoff_store_open_async(). */
gboolean
sendoff_store_open_sync (SendoffStore *self, SendoffCatalog *catalog, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_open, catalog, error) != NULL;
}

/** sendoff_store_close_sync: writes what waits, then closes. Later calls fail until the store is opened again. */
void
sendoff_store_close_sync (SendoffStore *self)
{
  sendoff_store_thread_run_sync (self->thread, call_close, NULL, NULL);
}

/**
 * sendoff_store_save_job_sync:
 * @job: unset user, source type, status, files and sizes get their defaults; created_at counts only the first time,
 *   updated_at is always the time of the call
 *
 * Inserts or replaces a job with its outputs; on the disk when this returns.
 *
 * Returns: FALSE with %SENDOFF_ERROR_STORE or %SENDOFF_ERROR_NO_SPACE
 */
gboolean
sendoff_store_save_job_sync (SendoffStore *self, const SendoffStoredJob *job, GError **error)
{
  sendoff_store_thread_forget_progress (self->thread, job->export_id);
  return sendoff_store_thread_run_sync (self->thread, call_save_job, job, error) != NULL;
}

/** sendoff_store_save_job_async: as sendoff_store_save_job_sync(); @job is copied. */
void
sendoff_store_save_job_async (SendoffStore *self,
                              const SendoffStoredJob *job,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);
  SendoffStoredJob *copy = sendoff_stored_job_copy (job);

  sendoff_store_thread_forget_progress (self->thread, job->export_id);
  g_task_set_source_tag (task, sendoff_store_save_job_async);
  g_task_set_task_data (task, copy, (GDestroyNotify)sendoff_stored_job_free);
  sendoff_store_thread_run_async (self->thread, task, call_save_job, copy, NULL);
}

gboolean
sendoff_store_save_job_finish (SendoffStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_pointer (G_TASK (result), error) != NULL;
}

/**
 * sendoff_store_update_progress:
 * @status: (nullable): nick; %NULL keeps it
 * @stage: (nullable): a few words
 * @progress: 0–100
 * @outputs: (nullable) (element-type SendoffStoredOutput): whose progress, stage and size are written, too; copied
 *
 * Any thread; returns at once. Written twice a second at most, the last report of a job wins, and a job that has
 * ended is left alone.
 */
void
sendoff_store_update_progress (SendoffStore *self,
                               const char *export_id,
                               const char *status,
                               const char *stage,
                               double progress,
                               GPtrArray *outputs)
{
  sendoff_store_thread_update_progress (self->thread, export_id, status, stage, progress, outputs);
}

/**
 * sendoff_store_list_jobs_sync:
 * @limit: how many at most, 0 for all
 *
 * Returns: (transfer full) (element-type SendoffStoredJob): newest first, or %NULL with %SENDOFF_ERROR_STORE
 */
GPtrArray *
sendoff_store_list_jobs_sync (SendoffStore *self, guint limit, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_list_jobs, GUINT_TO_POINTER (limit), error);
}

/** sendoff_store_list_job_ids_sync: (transfer full) (element-type utf8): of the @limit newest jobs, newest first; for
 * who looks at many of them one by one. */
GPtrArray *
sendoff_store_list_job_ids_sync (SendoffStore *self, guint limit, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_list_job_ids, GUINT_TO_POINTER (limit), error);
}

/** sendoff_job_mark_free: frees @self. */
void
sendoff_job_mark_free (SendoffJobMark *self)
{
  g_free (self->export_id);
  g_free (self);
}

/**
 * sendoff_store_list_marks_sync:
 * @version: (inout): of the database when somebody last looked, %SENDOFF_STORE_NEVER at first
 * @marks: (out) (transfer full) (nullable) (element-type SendoffJobMark): newest job first, %NULL when no other process
 *   has written anything since
 *
 * Cheap enough to be asked every second.
 *
 * Returns: FALSE with %SENDOFF_ERROR_STORE
 */
gboolean
sendoff_store_list_marks_sync (SendoffStore *self, gint64 *version, GPtrArray **marks, GError **error)
{
  MarksCall call = { version, marks };

  *marks = NULL;
  return sendoff_store_thread_run_sync (self->thread, call_list_marks, &call, error) != NULL;
}

/** sendoff_store_list_jobs_async: as sendoff_store_list_jobs_sync(). */
void
sendoff_store_list_jobs_async (
    SendoffStore *self, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sendoff_store_list_jobs_async);
  sendoff_store_thread_run_async (self->thread, task, call_list_jobs, GUINT_TO_POINTER (limit),
                                  (GDestroyNotify)g_ptr_array_unref);
}

GPtrArray *
sendoff_store_list_jobs_finish (SendoffStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/** sendoff_store_get_job_sync: (transfer full): one job, or %NULL with %SENDOFF_ERROR_NOT_FOUND or
 * %SENDOFF_ERROR_STORE. */
SendoffStoredJob *
sendoff_store_get_job_sync (SendoffStore *self, const char *export_id, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_get_job, export_id, error);
}

/** sendoff_store_delete_job_sync: forgets a job and its outputs (not their files); %SENDOFF_ERROR_NOT_FOUND when there
 * is none. */
gboolean
sendoff_store_delete_job_sync (SendoffStore *self, const char *export_id, GError **error)
{
  sendoff_store_thread_forget_progress (self->thread, export_id);
  return sendoff_store_thread_run_sync (self->thread, call_delete_job, export_id, error) != NULL;
}

/**
 * sendoff_store_get_source_sync:
 * @identity: as sendoff_identity_compute() gives it
 * @kind: "quick", "scan" or "details"
 *
 * Returns: (transfer full): what was put, or %NULL with %SENDOFF_ERROR_NOT_FOUND when nothing is cached
 */
JsonNode *
sendoff_store_get_source_sync (SendoffStore *self, const char *identity, const char *kind, GError **error)
{
  SourceFacts facts = { identity, kind, NULL, NULL };

  return sendoff_store_thread_run_sync (self->thread, call_get_source, &facts, error);
}

/** sendoff_store_put_source_sync: caches facts, and remembers @uri as the place where the source was last seen. */
gboolean
sendoff_store_put_source_sync (SendoffStore *self,
                               const char *identity,
                               const char *kind,
                               const char *uri,
                               JsonNode *info,
                               GError **error)
{
  SourceFacts facts = { identity, kind, uri, info };

  return sendoff_store_thread_run_sync (self->thread, call_put_source, &facts, error) != NULL;
}

/** sendoff_store_list_presets_sync: (transfer full) (element-type SendoffPreset): the user's own, by name. */
GPtrArray *
sendoff_store_list_presets_sync (SendoffStore *self, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_list_presets, NULL, error);
}

/** sendoff_store_save_preset_sync: inserts or replaces; fails with %SENDOFF_ERROR_EXISTS for the id of one of Sendoff's
 * own presets, with %SENDOFF_ERROR_INVALID_REQUEST without id, name or quality level. */
gboolean
sendoff_store_save_preset_sync (SendoffStore *self, const SendoffPreset *preset, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_save_preset, preset, error) != NULL;
}

/** sendoff_store_delete_preset_sync: %SENDOFF_ERROR_NOT_FOUND when there is none, %SENDOFF_ERROR_EXISTS for one of
 * Sendoff's own. */
gboolean
sendoff_store_delete_preset_sync (SendoffStore *self, const char *preset_id, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_delete_preset, preset_id, error) != NULL;
}

/** sendoff_store_list_release_sets_sync: (transfer full) (element-type SendoffReleaseSet): by name. */
GPtrArray *
sendoff_store_list_release_sets_sync (SendoffStore *self, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_list_release_sets, NULL, error);
}

/** sendoff_store_save_release_set_sync: inserts or replaces the one with its id. */
gboolean
sendoff_store_save_release_set_sync (SendoffStore *self, const SendoffReleaseSet *set, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_save_release_set, set, error) != NULL;
}

/** sendoff_store_delete_release_set_sync: %SENDOFF_ERROR_NOT_FOUND when there is none. */
gboolean
sendoff_store_delete_release_set_sync (SendoffStore *self, const char *release_set_id, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_delete_release_set, release_set_id, error) != NULL;
}

/** sendoff_store_list_lessons_sync: (transfer full) (element-type SendoffLesson): newest first. */
GPtrArray *
sendoff_store_list_lessons_sync (SendoffStore *self, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_list_lessons, NULL, error);
}

/** sendoff_store_add_lessons_sync: adds @lessons (element-type SendoffLesson); the oldest of too many go. */
gboolean
sendoff_store_add_lessons_sync (SendoffStore *self, GPtrArray *lessons, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_add_lessons, lessons, error) != NULL;
}

/** sendoff_store_forget_lessons_sync: removes all of them. */
gboolean
sendoff_store_forget_lessons_sync (SendoffStore *self, GError **error)
{
  return sendoff_store_thread_run_sync (self->thread, call_forget_lessons, NULL, error) != NULL;
}
