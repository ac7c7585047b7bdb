#include "app/sendoff-job-monitor.h"

#include "base/sendoff-i18n.h"
#include <math.h>

#include "app/sendoff-words.h"
#include "engine/sendoff-forecast.h"
#include "model/sendoff-estimate.h"

/* Of an output whose media take no time. */
#define LEAST_WORK_S 0.1

struct _SendoffJobMonitor
{
  GObject parent_instance;
  GListModel *jobs;          /* (nullable) until the start */
  SendoffSettings *settings; /* (nullable) until the start */
  gboolean is_held;
  GHashTable *running; /* SendoffJob, owned: those not ended yet */
  guint n_running, n_active;
  guint n_ended; /* exports, since there was last nothing to do */
  double overall_fraction;
  char *overall_text;
  double ended_work; /* likewise: what they took, as get_work() */
  SendoffForecast forecast;
};

enum
{
  PROP_N_RUNNING = 1,
  PROP_N_ACTIVE,
  PROP_IS_HELD,
  PROP_OVERALL_TEXT,
  PROP_OVERALL_FRACTION,
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
  g_clear_object (&self->settings);
  g_hash_table_unref (self->running);
  g_free (self->overall_text);
  G_OBJECT_CLASS (sendoff_job_monitor_parent_class)->finalize (object);
}

static void
sendoff_job_monitor_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffJobMonitor *self = SENDOFF_JOB_MONITOR (object);

  switch (prop_id)
    {
    case PROP_N_RUNNING:
      g_value_set_uint (value, self->n_running);
      break;
    case PROP_N_ACTIVE:
      g_value_set_uint (value, self->n_active);
      break;
    case PROP_IS_HELD:
      g_value_set_boolean (value, self->is_held);
      break;
    case PROP_OVERALL_TEXT:
      g_value_set_string (value, self->overall_text);
      break;
    case PROP_OVERALL_FRACTION:
      g_value_set_double (value, self->overall_fraction);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_job_monitor_class_init (SendoffJobMonitorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_job_monitor_finalize;
  object_class->get_property = sendoff_job_monitor_get_property;
  properties[PROP_N_RUNNING] = g_param_spec_uint ("n-running", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_N_ACTIVE] = g_param_spec_uint ("n-active", NULL, NULL, 0, G_MAXUINT, 0, flags);
  properties[PROP_IS_HELD] = g_param_spec_boolean ("is-held", NULL, NULL, FALSE, flags);
  properties[PROP_OVERALL_TEXT] = g_param_spec_string ("overall-text", NULL, NULL, NULL, flags);
  properties[PROP_OVERALL_FRACTION] = g_param_spec_double ("overall-fraction", NULL, NULL, 0, 1, 0, flags);
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
count_exports (SendoffJob *job)
{
  return g_list_model_get_n_items (sendoff_job_get_exports (job));
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

/* ---- All together ---- */

/* Seconds of a usual processor that @job takes: what waits has no other measure. */
static double
get_work (SendoffJob *job)
{
  const SendoffPlan *plan = sendoff_job_get_plan (job);
  double work = 0;

  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const SendoffOutputPlan *output = sendoff_plan_get_output (plan, i);

      work += LEAST_WORK_S + (double)(sendoff_estimate_encode_us (output) + sendoff_estimate_audio_us (output)) / 1e6;
    }
  return work;
}

static char *
dup_end (gint64 time_left_us)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) end = g_date_time_add (now, time_left_us);
  /* Translators: the time of day, as in g_date_time_format() */
  g_autofree char *clock = g_date_time_format (end, _ ("%H:%M"));

  return g_strdup_printf (_ ("done at %s"), clock);
}

/* Small exports that ended fast say little about a large one that goes on: all of them take as long as the
 * longest. */
static gint64
find_longest_left (SendoffJobMonitor *self)
{
  GHashTableIter iter;
  gpointer job;
  gint64 longest_us = 0;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &job, NULL))
    {
      gint64 time_left_us;

      g_object_get (job, "time-left-us", &time_left_us, NULL);
      longest_us = MAX (longest_us, time_left_us);
    }
  return longest_us;
}

static char *
dup_overall_text (SendoffJobMonitor *self, double fraction, gint64 left_us)
{
  g_autofree char *left = NULL;
  g_autofree char *end = NULL;
  GString *text;

  if (self->n_running == 0)
    return g_strdup ("");
  text = g_string_new (NULL);
  g_string_append_printf (text, ngettext ("%u export", "%u exports", self->n_running), self->n_running);
  g_string_append_printf (text, " · %.0f %%", floor (fraction * 100));
  if (self->is_held)
    g_string_append_printf (text, " · %s", _ ("paused, also what is added"));
  else if (self->n_active == 0)
    g_string_append_printf (text, " · %s", _ ("paused"));
  else if (left_us >= 0)
    {
      gint64 time_left_us = MAX (left_us, find_longest_left (self));

      left = sendoff_words_for_time_left (time_left_us);
      end = dup_end (time_left_us);
      g_string_append_printf (text, " · %s · %s", left, end);
    }
  return g_string_free (text, FALSE);
}

/* Exports count alike, and those that ended since there was last nothing to do count too; how long all of them take
 * depends on the work that each is. */
static void
sum_up (SendoffJobMonitor *self)
{
  double total = 100.0 * self->n_ended, done = total, work = self->ended_work, work_done = work;
  gint64 now_us = g_get_monotonic_time (), left_us;
  g_autofree char *text = NULL;
  GHashTableIter iter;
  gpointer job;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &job, NULL))
    if (!sendoff_job_get_interrupted (job))
      {
        total += 100.0 * count_exports (job);
        done += sendoff_job_get_progress (job) * count_exports (job);
        work += get_work (job);
        work_done += get_work (job) * sendoff_job_get_progress (job) / 100;
      }
  if (self->n_active == 0)
    sendoff_forecast_pause (&self->forecast);
  else
    sendoff_forecast_note (&self->forecast, work_done, now_us);
  left_us = sendoff_forecast_get_left_us (&self->forecast, work, now_us);
  self->overall_fraction = total > 0 ? done / total : 0;
  text = dup_overall_text (self, self->overall_fraction, left_us);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OVERALL_FRACTION]);
  if (g_strcmp0 (text, self->overall_text) == 0)
    return;
  g_free (self->overall_text);
  self->overall_text = g_steal_pointer (&text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OVERALL_TEXT]);
}

static void
forget_batch (SendoffJobMonitor *self)
{
  self->n_ended = 0;
  self->ended_work = 0;
  self->forecast = (SendoffForecast){ 0 };
}

static void
recount (SendoffJobMonitor *self)
{
  GHashTableIter iter;
  gpointer job;
  guint n_running = 0, n_active = 0;

  g_hash_table_iter_init (&iter, self->running);
  while (g_hash_table_iter_next (&iter, &job, NULL))
    if (!sendoff_job_get_interrupted (job))
      {
        guint n = MAX (count_unfinished (job), 1);

        n_running += n;
        n_active += self->is_held || sendoff_job_get_paused (job) ? 0 : n;
      }
  if (n_running == 0)
    forget_batch (self);
  if (n_active != self->n_active)
    {
      self->n_active = n_active;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_ACTIVE]);
    }
  if (n_running != self->n_running)
    {
      self->n_running = n_running;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_N_RUNNING]);
    }
  sum_up (self);
}

/* ---- Jobs ---- */

/* One that another process carries out is that one's. */
static gboolean
is_followed (SendoffJob *job)
{
  return !sendoff_status_is_final (sendoff_job_get_status (job)) && !sendoff_job_get_elsewhere (job);
}

/* A job that is over can begin again. */
static void
on_job_changed (SendoffJobMonitor *self, GParamSpec *pspec, SendoffJob *job)
{
  gboolean has_ended = sendoff_status_is_final (sendoff_job_get_status (job));

  g_object_ref (job);
  if (is_followed (job))
    g_hash_table_add (self->running, g_object_ref (job));
  else if (g_hash_table_remove (self->running, job) && has_ended)
    {
      self->n_ended += count_exports (job);
      self->ended_work += get_work (job);
      g_signal_emit (self, signals[SIGNAL_ENDED], 0, job);
    }
  recount (self);
  g_object_unref (job);
}

static void
follow_job (SendoffJobMonitor *self, SendoffJob *job)
{
  static const char *const signal_names[] = { "notify::status", "notify::interrupted", "notify::elsewhere",
                                              "notify::paused", "notify::progress" };
  GListModel *exports = sendoff_job_get_exports (job);

  for (guint i = 0; i < G_N_ELEMENTS (signal_names); i++)
    g_signal_connect_object (job, signal_names[i], G_CALLBACK (on_job_changed), self, G_CONNECT_SWAPPED);
  /* One output that is cancelled while its job is paused changes nothing of the job. */
  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      g_signal_connect_object (export, "notify::status", G_CALLBACK (recount), self, G_CONNECT_SWAPPED);
    }
}

static void
on_jobs_changed (SendoffJobMonitor *self, guint position, guint removed, guint added)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (self->jobs, i);

      follow_job (self, job);
      if (is_followed (job))
        g_hash_table_add (self->running, g_object_ref (job));
    }
  recount (self);
}

/** sendoff_job_monitor_new: (transfer full): a monitor of nothing yet. */
SendoffJobMonitor *
sendoff_job_monitor_new (void)
{
  return g_object_new (SENDOFF_TYPE_JOB_MONITOR, NULL);
}

static void
on_queue_paused (SendoffJobMonitor *self)
{
  g_object_get (self->settings, "queue-paused", &self->is_held, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_HELD]);
  recount (self);
}

/**
 * sendoff_job_monitor_start:
 * @jobs: the list of a started engine
 * @settings: the engine's
 */
void
sendoff_job_monitor_start (SendoffJobMonitor *self, GListModel *jobs, SendoffSettings *settings)
{
  g_return_if_fail (self->jobs == NULL);
  self->jobs = g_object_ref (jobs);
  self->settings = g_object_ref (settings);
  g_signal_connect_object (settings, "notify::queue-paused", G_CALLBACK (on_queue_paused), self,
                           G_CONNECT_SWAPPED);
  on_queue_paused (self);
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      follow_job (self, job);
      if (is_followed (job))
        g_hash_table_add (self->running, g_object_ref (job));
    }
  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (on_jobs_changed), self, G_CONNECT_SWAPPED);
}

/** sendoff_job_monitor_get_n_running: how many exports go on or wait. */
guint
sendoff_job_monitor_get_n_running (SendoffJobMonitor *self)
{
  return self->n_running;
}

/** sendoff_job_monitor_get_n_active: how many of them are not paused. */
guint
sendoff_job_monitor_get_n_active (SendoffJobMonitor *self)
{
  return self->n_active;
}

/** sendoff_job_monitor_get_is_held: whether the queue is paused as a whole. */
gboolean
sendoff_job_monitor_get_is_held (SendoffJobMonitor *self)
{
  return self->is_held;
}

/** sendoff_job_monitor_pause_all: nothing is carried out any more, in any process, until it is let go on:
 * also what is added later. */
void
sendoff_job_monitor_pause_all (SendoffJobMonitor *self)
{
  if (self->settings != NULL)
    g_object_set (self->settings, "queue-paused", TRUE, NULL);
}

static void
resume_each (SendoffJobMonitor *self)
{
  g_autoptr (GList) jobs = g_hash_table_get_keys (self->running);

  for (GList *link = jobs; link != NULL; link = link->next)
    if (!sendoff_job_get_interrupted (link->data))
      sendoff_job_resume (link->data);
}

/** sendoff_job_monitor_resume_all: ends the pause of all, after which what was paused by itself stays so;
 * without such a pause each one goes on. */
void
sendoff_job_monitor_resume_all (SendoffJobMonitor *self)
{
  if (self->is_held)
    g_object_set (self->settings, "queue-paused", FALSE, NULL);
  else
    resume_each (self);
}
