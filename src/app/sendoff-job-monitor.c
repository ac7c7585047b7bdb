#include "app/sendoff-job-monitor.h"

struct _SendoffJobMonitor
{
  GObject parent_instance;
  GListModel *jobs;    /* (nullable) until the start */
  GHashTable *running; /* SendoffJob, owned: those not ended yet */
  guint n_running;
};

enum
{
  PROP_N_RUNNING = 1,
  N_PROPS
};

enum
{
  SIGNAL_ENDED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffJobMonitor, sendoff_job_monitor, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sendoff_job_monitor_finalize (GObject *object)
{
  SendoffJobMonitor *self = SENDOFF_JOB_MONITOR (object);

  g_clear_object (&self->jobs);
  g_hash_table_unref (self->running);
  G_OBJECT_CLASS (sendoff_job_monitor_parent_class)->finalize (object);
}

static void
sendoff_job_monitor_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_N_RUNNING)
    g_value_set_uint (value, SENDOFF_JOB_MONITOR (object)->n_running);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_job_monitor_class_init (SendoffJobMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sendoff_job_monitor_finalize;
  object_class->get_property = sendoff_job_monitor_get_property;
  properties[PROP_N_RUNNING] = g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", SENDOFF_TYPE_JOB_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, SENDOFF_TYPE_JOB);
}

static void
sendoff_job_monitor_init (SendoffJobMonitor *self)
{
  self->running = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

static guint
count_unfinished (SendoffJob *job)
{
  GListModel *exports = sendoff_job_get_exports (job);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      n += !sendoff_status_is_final (sendoff_export_get_status (export));
    }
  return n;
}

static void
recount (SendoffJobMonitor *self)
{
  GHashTableIter iter;
  gpointer job;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &job, NULL))
    if (!sendoff_job_get_interrupted (job))
      n += MAX (count_unfinished (job), 1);
  if (n == self->n_running)
    return;
  self->n_running = n;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_RUNNING]);
}

static void
on_job_changed (SendoffJobMonitor *self, GParamSpec *pspec, SendoffJob *job)
{
  gboolean has_ended = sendoff_status_is_final (sendoff_job_get_status (job));

  g_object_ref (job);
  if (has_ended && g_hash_table_remove (self->running, job))
    g_signal_emit (self, signals[SIGNAL_ENDED], 0, job);
  recount (self);
  g_object_unref (job);
}

static void
watch_job (SendoffJobMonitor *self, SendoffJob *job)
{
  if (sendoff_status_is_final (sendoff_job_get_status (job))
      || !g_hash_table_add (self->running, g_object_ref (job)))
    return;
  g_signal_connect_object (job, "notify::status", G_CALLBACK (on_job_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::interrupted", G_CALLBACK (on_job_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify::progress", G_CALLBACK (on_job_changed), self, G_CONNECT_SWAPPED);
}

static void
on_jobs_changed (SendoffJobMonitor *self, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (self->jobs, i);

      watch_job (self, job);
    }
  recount (self);
}

/** sendoff_job_monitor_new: (transfer full): a monitor of nothing yet. */
SendoffJobMonitor *
sendoff_job_monitor_new (void)
{
  return g_object_new (SENDOFF_TYPE_JOB_MONITOR, NULL);
}

/**
 * sendoff_job_monitor_start:
 * @jobs: the list of a started engine
 *
 * Of the jobs that are there, only interrupted ones can become this process's: the others that are not
 * finished are being carried out by another process.
 */
void
sendoff_job_monitor_start (SendoffJobMonitor *self, GListModel *jobs)
{
  g_return_if_fail (self->jobs == NULL);
  self->jobs = g_object_ref (jobs);
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      if (sendoff_job_get_interrupted (job))
        watch_job (self, job);
    }
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (on_jobs_changed), self, G_CONNECT_SWAPPED);
}

/** sendoff_job_monitor_get_n_running: how many exports go on or wait. */
guint
sendoff_job_monitor_get_n_running (SendoffJobMonitor *self)
{
  return self->n_running;
}
