#include "engine/sendoff-estimator.h"

#include <string.h>

#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-trial.h"
#include "model/sendoff-score.h"

struct _SendoffEstimator
{
  GObject parent_instance;
  SendoffQueue *queue; /* keeps scheduler and client */
  GFile *file;
  SendoffMediaInfo *source;
  SendoffPlan *plan;
  char *cache_dir;
  char **libraries;
  const char *metric; /* (nullable) (static): what this machine measures quality by */
  GMainContext *context;
  double throwaway;
  SendoffOutputEstimate *outputs; /* one for each of the plan's */
  SendoffInterval *cpu_us;        /* likewise: what is expected before anything was tried */
};

/* One run; its thread reads the estimator's fixed members. */
typedef struct
{
  double effort, throwaway, precision;
} Run;

/* On its way from the thread to the main context. */
typedef struct
{
  SendoffEstimator *estimator;
  SendoffOutputEstimate *outputs;
} Report;

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (SendoffEstimator, sendoff_estimator, G_TYPE_OBJECT)

static void
sendoff_estimator_finalize (GObject *object)
{
  SendoffEstimator *self = SENDOFF_ESTIMATOR (object);

  g_object_unref (self->queue);
  g_object_unref (self->file);
  sendoff_media_info_free (self->source);
  sendoff_plan_free (self->plan);
  g_free (self->cache_dir);
  g_strfreev (self->libraries);
  g_main_context_unref (self->context);
  g_free (self->outputs);
  g_free (self->cpu_us);
  G_OBJECT_CLASS (sendoff_estimator_parent_class)->finalize (object);
}

static void
sendoff_estimator_class_init (SendoffEstimatorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_estimator_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SENDOFF_TYPE_ESTIMATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                          NULL, G_TYPE_NONE, 0);
}

static void
sendoff_estimator_init (SendoffEstimator *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->throwaway = SENDOFF_ESTIMATOR_THROWAWAY;
}

/* Before anything was tried: the plan's own numbers. */
static void
take_planned (SendoffEstimator *self)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      const SendoffOutputPlan *output = sendoff_plan_get_output (self->plan, i);

      self->outputs[i].size_bytes
          = (SendoffInterval){ (double)output->estimated_low_bytes, (double)output->estimated_size_bytes,
                               (double)output->estimated_high_bytes };
    }
}

/**
 * sendoff_estimator_new:
 * @queue: of the engine; a reference is kept
 * @source: facts about @file, with its packet profile where it can be had
 * @plan: without errors; copied
 * @cpu_us: what each of its outputs is expected to take of a processor
 * @machine: whose libraries encode, and measure the quality where they can
 *
 * Returns: (transfer full): an estimator that knows the plan's own estimates
 */
SendoffEstimator *
sendoff_estimator_new (SendoffQueue *queue,
                       GFile *file,
                       const SendoffMediaInfo *source,
                       const SendoffPlan *plan,
                       const SendoffInterval *cpu_us,
                       const char *cache_dir,
                       const SendoffMachine *machine)
{
  const SendoffScoreMetric *metric = sendoff_score_metric_choose (machine);
  SendoffEstimator *self = g_object_new (SENDOFF_TYPE_ESTIMATOR, NULL);

  self->queue = g_object_ref (queue);
  self->file = g_object_ref (file);
  self->source = sendoff_media_info_copy (source);
  self->plan = sendoff_plan_copy (plan);
  self->cache_dir = g_strdup (cache_dir);
  self->libraries = g_strdupv (machine->libraries);
  self->metric = metric != NULL ? metric->metric_id : NULL;
  self->outputs = g_new0 (SendoffOutputEstimate, self->plan->outputs->len);
  self->cpu_us = g_memdup2 (cpu_us, self->plan->outputs->len * sizeof (SendoffInterval));
  take_planned (self);
  return self;
}

static gboolean
take_report (gpointer data)
{
  Report *report = data;
  SendoffEstimator *self = report->estimator;

  memcpy (self->outputs, report->outputs, self->plan->outputs->len * sizeof (SendoffOutputEstimate));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static void
report_free (gpointer data)
{
  Report *report = data;

  g_object_unref (report->estimator);
  g_free (report->outputs);
  g_free (report);
}

/* On the trial's thread. */
static void
post_report (const SendoffOutputEstimate *outputs, gpointer data)
{
  SendoffEstimator *self = data;
  Report *report = g_new0 (Report, 1);

  report->estimator = g_object_ref (self);
  report->outputs = g_memdup2 (outputs, self->plan->outputs->len * sizeof (SendoffOutputEstimate));
  g_main_context_invoke_full (self->context, G_PRIORITY_DEFAULT, take_report, report, report_free);
}

static void
run_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  SendoffEstimator *self = object;
  const Run *run = data;
  const SendoffTrialSetup setup = {
    .plan = self->plan,
    .source = self->source,
    .file = self->file,
    .cache_dir = self->cache_dir,
    .libraries = self->libraries,
    .metric = self->metric,
    .cpu_us = self->cpu_us,
    .effort = run->effort,
    .throwaway = run->throwaway,
    .precision = run->precision,
  };
  GError *error = NULL;

  if (sendoff_trial_run (&setup, sendoff_queue_get_scheduler (self->queue),
                         sendoff_queue_get_client (self->queue), post_report, self, cancellable, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/** sendoff_estimator_set_throwaway: the next runs may encode so much of the picture, 0–1, that no export can
 * use: short pieces, which tell more than chunks for the same effort. %SENDOFF_ESTIMATOR_THROWAWAY is usual.
 */
void
sendoff_estimator_set_throwaway (SendoffEstimator *self, double fraction)
{
  self->throwaway = CLAMP (fraction, 0, 1);
}

/**
 * sendoff_estimator_run_async:
 * @effort: fraction of the picture to encode, 0–1; 1 makes it exact
 * @precision: stop earlier once every interval is within this fraction of its middle, 0 never;
 *   %SENDOFF_ESTIMATOR_PRECISION is usual
 *
 * Encodes chunks until that is reached. What was encoded before, by whomever, counts.
 */
void
sendoff_estimator_run_async (SendoffEstimator *self,
                             double effort,
                             double precision,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Run *run = g_new0 (Run, 1);

  run->effort = CLAMP (effort, 0, 1);
  run->throwaway = self->throwaway;
  run->precision = precision;
  g_task_set_source_tag (task, sendoff_estimator_run_async);
  g_task_set_task_data (task, run, g_free);
  g_task_run_in_thread (task, run_thread);
}

/** sendoff_estimator_run_finish: %FALSE with an error as sendoff_trial_run() has. */
gboolean
sendoff_estimator_run_finish (SendoffEstimator *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/** sendoff_estimator_get_plan: (transfer none): what is estimated. */
const SendoffPlan *
sendoff_estimator_get_plan (SendoffEstimator *self)
{
  return self->plan;
}

/** sendoff_estimator_get_output: (transfer none): what is known of output @output now; valid until "changed".
 */
const SendoffOutputEstimate *
sendoff_estimator_get_output (SendoffEstimator *self, guint output)
{
  g_return_val_if_fail (output < self->plan->outputs->len, NULL);
  return &self->outputs[output];
}
