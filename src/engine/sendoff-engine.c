#include "engine/sendoff-engine.h"

#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-facts.h"
#include "engine/sendoff-governor.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"
#include "engine/sendoff-preflight.h"
#include "engine/sendoff-queue.h"
#include "engine/sendoff-startup.h"
#include "model/sendoff-planner.h"

struct _SendoffEngine {
  GObject parent_instance;
  char *data_dir, *cache_dir, *worker_path;
  guint cores;
  guint max_running;
  GListStore *jobs; /* newest first */
  /* set by the start, and from then on fixed until the stop */
  SendoffCatalog *catalog;
  SendoffMachine *machine;
  SendoffStore *store;
  SendoffQueue *queue;
  SendoffSettings *settings;
  SendoffGovernor *governor;
  GFileMonitor *requests; /* (nullable): of other processes */
  gboolean store_only;
  SendoffFrameLoader *frame_loader;
};

enum {
  PROP_DATA_DIR = 1,
  PROP_CACHE_DIR,
  PROP_WORKER_PATH,
  PROP_CORES,
  PROP_MAX_RUNNING_EXPORTS,
  PROP_HOLD_REASON,
  PROP_CATALOG,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffEngine, sendoff_engine, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_engine_finalize (GObject *object)
{
  SendoffEngine *self = SENDOFF_ENGINE (object);

  g_clear_object (&self->frame_loader);
  g_clear_object (&self->requests);
  g_clear_object (&self->governor);
  g_clear_object (&self->settings);
  g_clear_object (&self->queue);
  g_clear_object (&self->store);
  g_clear_object (&self->catalog);
  g_clear_pointer (&self->machine, sendoff_machine_free);
  g_clear_object (&self->jobs);
  g_free (self->data_dir);
  g_free (self->cache_dir);
  g_free (self->worker_path);
  G_OBJECT_CLASS (sendoff_engine_parent_class)->finalize (object);
}

static void
sendoff_engine_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendoffEngine *self = SENDOFF_ENGINE (object);

  switch (id)
    {
    case PROP_DATA_DIR:
      g_value_set_string (value, self->data_dir);
      break;
    case PROP_CACHE_DIR:
      g_value_set_string (value, self->cache_dir);
      break;
    case PROP_WORKER_PATH:
      g_value_set_string (value, self->worker_path);
      break;
    case PROP_CORES:
      g_value_set_uint (value, self->cores);
      break;
    case PROP_MAX_RUNNING_EXPORTS:
      g_value_set_uint (value, self->max_running);
      break;
    case PROP_HOLD_REASON:
      g_value_set_string (value, sendoff_engine_get_hold_reason (self));
      break;
    case PROP_CATALOG:
      g_value_set_object (value, self->catalog);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sendoff_engine_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SendoffEngine *self = SENDOFF_ENGINE (object);

  switch (id)
    {
    case PROP_DATA_DIR:
      self->data_dir = g_value_dup_string (value);
      break;
    case PROP_CACHE_DIR:
      self->cache_dir = g_value_dup_string (value);
      break;
    case PROP_WORKER_PATH:
      self->worker_path = g_value_dup_string (value);
      break;
    case PROP_CORES:
      self->cores = g_value_get_uint (value);
      break;
    case PROP_MAX_RUNNING_EXPORTS:
      sendoff_engine_set_max_running_exports (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sendoff_engine_class_init (SendoffEngineClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags construct = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_engine_finalize;
  object_class->get_property = sendoff_engine_get_property;
  object_class->set_property = sendoff_engine_set_property;
  properties[PROP_DATA_DIR] = g_param_spec_string ("data-dir", NULL, NULL, NULL, construct);
  properties[PROP_CACHE_DIR] = g_param_spec_string ("cache-dir", NULL, NULL, NULL, construct);
  properties[PROP_WORKER_PATH] = g_param_spec_string ("worker-path", NULL, NULL, NULL, construct);
  properties[PROP_CORES] = g_param_spec_uint ("cores", NULL, NULL, 0, 1024, 0, construct);
  properties[PROP_MAX_RUNNING_EXPORTS] = g_param_spec_uint ("max-running-exports", NULL, NULL, 1, 1024, 3,
                                                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT
                                                                | G_PARAM_STATIC_STRINGS);
  properties[PROP_CATALOG] = g_param_spec_object ("catalog", NULL, NULL, SENDOFF_TYPE_CATALOG,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_HOLD_REASON]
      = g_param_spec_string ("hold-reason", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_engine_init (SendoffEngine *self)
{
  self->jobs = g_list_store_new (SENDOFF_TYPE_JOB);
}

/** sendoff_engine_new: (transfer full): an engine with everything from the environment; start it. */
SendoffEngine *
sendoff_engine_new (void)
{
  return g_object_new (SENDOFF_TYPE_ENGINE, NULL);
}

/* ---- Start ---- */

static void
start_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  SendoffEngine *self = object;
  GError *error = NULL;

  if (sendoff_startup_run (data, (int)self->cores, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_start_async: opens the store, learns what this machine can do and lists the stored jobs. */
void
sendoff_engine_start_async (SendoffEngine *self,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffStartup *start = g_new0 (SendoffStartup, 1);

  g_return_if_fail (self->queue == NULL);
  start->data_dir = g_strdup (self->data_dir);
  start->cache_dir = g_strdup (self->cache_dir);
  start->worker_path = g_strdup (self->worker_path);
  g_task_set_source_tag (task, sendoff_engine_start_async);
  g_task_set_task_data (task, start, (GDestroyNotify)sendoff_startup_free);
  g_task_run_in_thread (task, start_thread);
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
  if (sendoff_job_get_interrupted (job) && self->queue != NULL && !sendoff_queue_contains (self->queue, job))
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

  if (!sendoff_job_get_interrupted (job) || self->queue == NULL || sendoff_queue_contains (self->queue, job))
    return;
  sendoff_export_set_cancelled (export);
  stored = sendoff_job_dup_stored (job);
  sendoff_store_save_job_async (self->store, stored, NULL, on_interrupted_stored, NULL);
}

static void
watch_job (SendoffEngine *self, SendoffJob *job)
{
  g_signal_connect_object (job, "cancel-requested", G_CALLBACK (on_cancel_requested), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "cancel-export-requested", G_CALLBACK (on_cancel_export_requested), self,
                           G_CONNECT_SWAPPED);
}

static void
add_stored_jobs (SendoffEngine *self, GPtrArray *jobs)
{
  for (guint i = 0; i < jobs->len; i++)
    watch_job (self, g_ptr_array_index (jobs, i));
  g_list_store_splice (self->jobs, 0, g_list_model_get_n_items (G_LIST_MODEL (self->jobs)), jobs->pdata, jobs->len);
}

static void
on_held (SendoffEngine *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOLD_REASON]);
}

/** sendoff_engine_start_finish: FALSE with the error of what was missing; the engine can be started again. */
gboolean
sendoff_engine_start_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  SendoffStartup *start;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  start = g_task_get_task_data (G_TASK (result));
  g_free (self->data_dir);
  self->data_dir = g_strdup (start->data_dir);
  g_free (self->cache_dir);
  self->cache_dir = g_strdup (start->cache_dir);
  g_set_object (&self->catalog, start->catalog);
  g_clear_pointer (&self->machine, sendoff_machine_free);
  self->machine = g_steal_pointer (&start->machine);
  g_set_object (&self->store, start->store);
  self->queue = sendoff_queue_new (sendoff_scheduler_new ((guint)self->machine->cores),
                                   g_steal_pointer (&start->client), self->store, self->cache_dir,
                                   self->machine->libraries);
  sendoff_queue_set_max_running (self->queue, self->max_running);
  sendoff_queue_set_catalog (self->queue, self->catalog);
  g_set_object (&self->settings, start->settings);
  sendoff_settings_watch (self->settings);
  self->governor = sendoff_governor_new (self->queue, self->settings, (guint)self->machine->cores);
  g_signal_connect_object (self->governor, "notify::reason", G_CALLBACK (on_held), self, G_CONNECT_SWAPPED);
  self->frame_loader = sendoff_frame_loader_new (self->queue, self->cache_dir);
  add_stored_jobs (self, start->jobs);
  self->requests = sendoff_engine_watch_requests (self);
  return TRUE;
}

/** sendoff_engine_get_catalog: (transfer none): the catalog with the user's own presets. */
SendoffCatalog *
sendoff_engine_get_catalog (SendoffEngine *self)
{
  return self->catalog;
}

/** sendoff_engine_get_frame_loader: (transfer none) (nullable): who takes still pictures, %NULL when stopped. */
SendoffFrameLoader *
sendoff_engine_get_frame_loader (SendoffEngine *self)
{
  return self->frame_loader;
}

/** sendoff_engine_get_settings: (transfer none): what the user wants of the engine. */
SendoffSettings *
sendoff_engine_get_settings (SendoffEngine *self)
{
  return self->settings;
}

/** sendoff_engine_get_hold_reason: (transfer none) (nullable): a sentence that says why nothing runs now. */
const char *
sendoff_engine_get_hold_reason (SendoffEngine *self)
{
  return self->governor != NULL ? sendoff_governor_get_reason (self->governor) : NULL;
}

/** sendoff_engine_get_machine: (transfer none): what this machine can do. */
const SendoffMachine *
sendoff_engine_get_machine (SendoffEngine *self)
{
  return self->machine;
}

/* ---- Probe ---- */

typedef struct {
  GFile *file;
  SendoffProbeFlags flags;
  SendoffStore *store;
  SendoffQueue *queue; /* keeps the worker client */
} Probe;

static void
probe_free (gpointer data)
{
  Probe *probe = data;

  g_object_unref (probe->file);
  g_object_unref (probe->store);
  g_object_unref (probe->queue);
  g_free (probe);
}

static void
probe_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Probe *probe = data;
  GError *error = NULL;
  SendoffMediaInfo *info = sendoff_facts_look_up (probe->store, sendoff_queue_get_client (probe->queue), probe->file,
                                                  probe->flags, cancellable, &error);

  if (info != NULL)
    g_task_return_pointer (task, info, (GDestroyNotify)sendoff_media_info_free);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_probe_async: facts about @file, from the store when the same content was looked at before. */
void
sendoff_engine_probe_async (SendoffEngine *self,
                            GFile *file,
                            SendoffProbeFlags flags,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Probe *probe;

  g_return_if_fail (self->queue != NULL);
  probe = g_new0 (Probe, 1);
  probe->file = g_object_ref (file);
  probe->flags = flags;
  probe->store = g_object_ref (self->store);
  probe->queue = g_object_ref (self->queue);
  g_task_set_source_tag (task, sendoff_engine_probe_async);
  g_task_set_task_data (task, probe, probe_free);
  g_task_run_in_thread (task, probe_thread);
}

/** sendoff_engine_probe_finish: (transfer full): the facts, or %NULL with an error as sendoff_facts_look_up() has. */
SendoffMediaInfo *
sendoff_engine_probe_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* (transfer none): newest first; changed by the engine's own files only. */
GListStore *
sendoff_engine_get_job_list (SendoffEngine *self)
{
  return self->jobs;
}

/* (transfer none) (nullable): what carries jobs out, NULL when stopped. */
SendoffQueue *
sendoff_engine_get_queue (SendoffEngine *self)
{
  return self->queue;
}

/* (transfer none): the folder of chunks and of unfinished jobs. */
const char *
sendoff_engine_get_cache_dir (SendoffEngine *self)
{
  return self->cache_dir;
}

/* (transfer none): what the database is reached by. */
SendoffStore *
sendoff_engine_get_store (SendoffEngine *self)
{
  return self->store;
}

/* (transfer none): where the user's data is, once started. */
const char *
sendoff_engine_get_data_dir (SendoffEngine *self)
{
  return self->data_dir;
}

/* The user's own presets or the rules of platforms have changed. */
void
sendoff_engine_set_catalog (SendoffEngine *self, SendoffCatalog *catalog)
{
  if (g_set_object (&self->catalog, catalog))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CATALOG]);
  sendoff_queue_set_catalog (self->queue, catalog);
}

/* ---- Plan and preflight ---- */

/** sendoff_engine_plan: (transfer full): what would be done. */
SendoffPlan *
sendoff_engine_plan (SendoffEngine *self, const SendoffMediaInfo *source, SendoffRequest *request)
{
  g_return_val_if_fail (self->catalog != NULL, NULL);
  return sendoff_planner_plan (source, request, self->catalog, self->machine);
}

/** sendoff_engine_new_estimator: (transfer full): how large the files of @plan, which has no errors, will be. */
SendoffEstimator *
sendoff_engine_new_estimator (SendoffEngine *self, GFile *file, const SendoffMediaInfo *source, const SendoffPlan *plan)
{
  g_return_val_if_fail (self->queue != NULL, NULL);
  return sendoff_estimator_new (self->queue, file, source, plan, self->cache_dir, self->machine->libraries);
}

/* A copy of the request for a thread, and a copy of the plan. */
typedef struct {
  SendoffRequest *request;
  SendoffPlan *plan;
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

  g_clear_object (&submission->request);
  g_clear_pointer (&submission->plan, sendoff_plan_free);
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

  submission->cache_dir = g_strdup (self->cache_dir);
  submission->store = g_object_ref (self->store);
  submission->lock_fd = -1;
  return submission;
}

static void
preflight_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Submission *submission = data;

  g_task_return_pointer (task, sendoff_preflight_check (submission->request, submission->plan, submission->cache_dir),
                         (GDestroyNotify)g_ptr_array_unref);
}

/** sendoff_engine_preflight_async: looks at the disks and folders that the plan would use. */
void
sendoff_engine_preflight_async (SendoffEngine *self,
                                SendoffRequest *request,
                                const SendoffPlan *plan,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autoptr (JsonNode) node = sendoff_request_to_json (request);
  GError *error = NULL;
  Submission *submission;

  g_return_if_fail (self->queue != NULL);
  g_task_set_source_tag (task, sendoff_engine_preflight_async);
  submission = submission_new (self);
  g_task_set_task_data (task, submission, submission_free);
  submission->plan = sendoff_plan_copy (plan);
  submission->request = sendoff_request_from_json (node, &error);
  if (submission->request != NULL)
    g_task_run_in_thread (task, preflight_thread);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_preflight_finish: (transfer full) (element-type SendoffIssue): what stands in the way. */
GPtrArray *
sendoff_engine_preflight_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Jobs ---- */

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
  return g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, "There is nothing to export.");
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

  g_return_if_fail (self->queue != NULL);
  g_task_set_source_tag (task, sendoff_engine_submit_async);
  if (sendoff_plan_has_errors (plan) || plan->outputs->len == 0)
    {
      g_task_return_error (task, make_plan_error (plan));
      return;
    }
  submission = submission_new (self);
  submission->job = sendoff_job_new (export_id, request, plan);
  submission->stored = sendoff_job_dup_stored (submission->job);
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
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return NULL;
  submission = g_task_get_task_data (G_TASK (result));
  watch_job (self, submission->job);
  g_list_store_insert (self->jobs, 0, submission->job);
  if (self->queue != NULL && !self->store_only)
    sendoff_queue_add (self->queue, submission->job, g_steal_fd (&submission->lock_fd));
  else
    sendoff_job_set_interrupted (submission->job, TRUE);
  return submission->job;
}

/** sendoff_engine_set_store_only: whether jobs that are submitted from now on are stored and not begun. */
void
sendoff_engine_set_store_only (SendoffEngine *self, gboolean store_only)
{
  self->store_only = store_only;
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
    error = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_FAILED, "This export has ended meanwhile.");
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

  g_return_if_fail (self->queue != NULL);
  g_task_set_source_tag (task, sendoff_engine_resume_async);
  if (sendoff_status_is_final (sendoff_job_get_status (job)) || sendoff_queue_contains (self->queue, job))
    {
      g_task_return_new_error (task, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
                               "This export is not interrupted, so there is nothing to go on with.");
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
  if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE)
      || g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED))
    sendoff_job_set_source_problem (job, error->message);
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
  sendoff_job_set_source_problem (submission->job, NULL);
  if (self->queue == NULL || sendoff_queue_contains (self->queue, submission->job))
    return TRUE;
  sendoff_job_set_interrupted (submission->job, FALSE);
  sendoff_job_resume (submission->job);
  sendoff_queue_add (self->queue, submission->job, g_steal_fd (&submission->lock_fd));
  return TRUE;
}

/** sendoff_engine_get_jobs: (transfer none): a list of #SendoffJob, newest first, stored ones included. */
GListModel *
sendoff_engine_get_jobs (SendoffEngine *self)
{
  return G_LIST_MODEL (self->jobs);
}

/** sendoff_engine_find_job: (transfer none) (nullable): the job with @export_id. */
SendoffJob *
sendoff_engine_find_job (SendoffEngine *self, const char *export_id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->jobs)); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (G_LIST_MODEL (self->jobs), i);

      if (g_strcmp0 (sendoff_job_get_export_id (job), export_id) == 0)
        return job;
    }
  return NULL;
}

/** sendoff_engine_set_max_running_exports: how many jobs may run at once. */
void
sendoff_engine_set_max_running_exports (SendoffEngine *self, guint n)
{
  self->max_running = MAX (n, 1);
  if (self->queue != NULL)
    sendoff_queue_set_max_running (self->queue, self->max_running);
}

/* ---- Stop ---- */

static void
close_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  sendoff_store_close_sync (data);
  g_task_return_boolean (task, TRUE);
}

static void
on_queue_stopped (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SendoffEngine *self = g_task_get_source_object (task);

  sendoff_queue_stop_finish (SENDOFF_QUEUE (object), result, NULL);
  g_clear_object (&self->requests);
  g_clear_object (&self->governor);
  g_clear_object (&self->queue);
  g_task_set_task_data (task, g_object_ref (self->store), g_object_unref);
  g_task_run_in_thread (task, close_thread);
}

static void
on_frame_loader_stopped (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffEngine *self = g_task_get_source_object (data);

  sendoff_frame_loader_stop_finish (SENDOFF_FRAME_LOADER (object), result, NULL);
  g_clear_object (&self->frame_loader);
  sendoff_queue_stop_async (self->queue, on_queue_stopped, data);
}

/** sendoff_engine_stop_async: ends every worker and closes the store; jobs that ran can be resumed later. */
void
sendoff_engine_stop_async (SendoffEngine *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_task_set_source_tag (task, sendoff_engine_stop_async);
  if (self->queue == NULL)
    g_task_return_boolean (task, TRUE);
  else
    sendoff_frame_loader_stop_async (self->frame_loader, on_frame_loader_stopped, g_steal_pointer (&task));
}

/** sendoff_engine_stop_finish: always succeeds. */
gboolean
sendoff_engine_stop_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
