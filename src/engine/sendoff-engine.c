#include "engine/sendoff-engine.h"

#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-follower.h"
#include "engine/sendoff-governor.h"
#include "engine/sendoff-job-private.h"
#include "engine/sendoff-queue.h"
#include "engine/sendoff-startup.h"

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
  SendoffFollower *follower; /* (nullable) */
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
  if (self->follower != NULL)
    sendoff_follower_stop (self->follower);
  g_clear_object (&self->follower);
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
add_stored_jobs (SendoffEngine *self, GPtrArray *jobs)
{
  for (guint i = 0; i < jobs->len; i++)
    sendoff_engine_watch_job (self, g_ptr_array_index (jobs, i));
  g_list_store_splice (self->jobs, 0, g_list_model_get_n_items (G_LIST_MODEL (self->jobs)), jobs->pdata, jobs->len);
}

static void
on_held (SendoffEngine *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HOLD_REASON]);
}

/* The profile is replaced: plans that were made with the old one stay as they are. */
static void
on_learned (SendoffQueue *queue, GPtrArray *lessons, gpointer data)
{
  SendoffEngine *self = data;
  SendoffMachine *machine = sendoff_machine_copy (self->machine);

  for (guint i = 0; i < lessons->len; i++)
    sendoff_machine_learn (machine, g_ptr_array_index (lessons, i));
  sendoff_machine_free (self->machine);
  self->machine = machine;
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
  g_signal_connect_object (self->queue, "learned", G_CALLBACK (on_learned), self, 0);
  g_set_object (&self->settings, start->settings);
  sendoff_settings_watch (self->settings);
  self->governor = sendoff_governor_new (self->queue, self->settings, (guint)self->machine->cores);
  g_signal_connect_object (self->governor, "notify::reason", G_CALLBACK (on_held), self, G_CONNECT_SWAPPED);
  self->frame_loader = sendoff_frame_loader_new (self->queue, self->cache_dir);
  add_stored_jobs (self, start->jobs);
  self->requests = sendoff_engine_watch_requests (self);
  self->follower = sendoff_follower_new (self, start->marks, start->version);
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

/* (transfer none) (nullable): what knows of other processes' jobs, NULL when stopped. */
SendoffFollower *
sendoff_engine_get_follower (SendoffEngine *self)
{
  return self->follower;
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

/* Whether jobs that are submitted are stored and not begun. */
gboolean
sendoff_engine_is_store_only (SendoffEngine *self)
{
  return self->store_only;
}

/** sendoff_engine_set_store_only: whether jobs that are submitted from now on are stored and not begun. */
void
sendoff_engine_set_store_only (SendoffEngine *self, gboolean store_only)
{
  self->store_only = store_only;
}

/** sendoff_engine_get_jobs: (transfer none): a list of #SendoffJob, newest first, stored ones included. */
GListModel *
sendoff_engine_get_jobs (SendoffEngine *self)
{
  return G_LIST_MODEL (self->jobs);
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
    {
      sendoff_follower_stop (self->follower);
      g_clear_object (&self->follower);
      sendoff_frame_loader_stop_async (self->frame_loader, on_frame_loader_stopped, g_steal_pointer (&task));
    }
}

/** sendoff_engine_stop_finish: always succeeds. */
gboolean
sendoff_engine_stop_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
