#include "engine/sendoff-job-fields.h"

/* The desktop user; every API client is another. */
#define DEFAULT_USER "desktop"

enum {
  PROP_EXPORT_ID = 1,
  PROP_STATUS,
  PROP_STAGE,
  PROP_PROGRESS,
  PROP_TIME_LEFT_US,
  PROP_EXPORTS,
  PROP_INTERRUPTED,
  PROP_ELSEWHERE,
  PROP_PAUSED,
  PROP_SOURCE_PROBLEM,
  N_PROPS
};

enum {
  SIGNAL_CANCEL_REQUESTED,
  SIGNAL_CANCEL_EXPORT_REQUESTED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffJob, sendoff_job, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sendoff_job_finalize (GObject *object)
{
  SendoffJob *self = SENDOFF_JOB (object);

  g_free (self->export_id);
  g_free (self->user_id);
  g_free (self->source_problem);
  g_clear_object (&self->request);
  g_clear_pointer (&self->plan, sendoff_plan_free);
  g_free (self->compact);
  g_free (self->source_name);
  g_clear_object (&self->exports);
  G_OBJECT_CLASS (sendoff_job_parent_class)->finalize (object);
}

static void
sendoff_job_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendoffJob *self = SENDOFF_JOB (object);

  switch (id)
    {
    case PROP_EXPORT_ID:
      g_value_set_string (value, self->export_id);
      break;
    case PROP_STATUS:
      g_value_set_int (value, self->status);
      break;
    case PROP_STAGE:
      g_value_set_string (value, sendoff_job_get_stage (self));
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->progress);
      break;
    case PROP_TIME_LEFT_US:
      g_value_set_int64 (value, self->time_left_us);
      break;
    case PROP_EXPORTS:
      g_value_set_object (value, self->exports);
      break;
    case PROP_INTERRUPTED:
      g_value_set_boolean (value, self->interrupted);
      break;
    case PROP_ELSEWHERE:
      g_value_set_boolean (value, self->elsewhere);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_SOURCE_PROBLEM:
      g_value_set_string (value, self->source_problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sendoff_job_class_init (SendoffJobClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_job_finalize;
  object_class->get_property = sendoff_job_get_property;
  properties[PROP_EXPORT_ID] = g_param_spec_string ("export-id", NULL, NULL, NULL, flags);
  properties[PROP_STATUS]
      = g_param_spec_int ("status", NULL, NULL, 0, SENDOFF_STATUS_CANCELLED, SENDOFF_STATUS_QUEUED, flags);
  properties[PROP_STAGE] = g_param_spec_string ("stage", NULL, NULL, NULL, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 100, 0, flags);
  properties[PROP_TIME_LEFT_US] = g_param_spec_int64 ("time-left-us", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_EXPORTS] = g_param_spec_object ("exports", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_INTERRUPTED] = g_param_spec_boolean ("interrupted", NULL, NULL, FALSE, flags);
  properties[PROP_ELSEWHERE] = g_param_spec_boolean ("elsewhere", NULL, NULL, FALSE, flags);
  properties[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
  properties[PROP_SOURCE_PROBLEM] = g_param_spec_string ("source-problem", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  /* For the engine: somebody called sendoff_job_cancel(). */
  signals[SIGNAL_CANCEL_REQUESTED] = g_signal_new ("cancel-requested", SENDOFF_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL,
                                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_CANCEL_EXPORT_REQUESTED]
      = g_signal_new ("cancel-export-requested", SENDOFF_TYPE_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                      1, SENDOFF_TYPE_EXPORT);
}

static void
sendoff_job_init (SendoffJob *self)
{
  self->time_left_us = -1;
  self->exports = g_list_store_new (SENDOFF_TYPE_EXPORT);
}

static void
add_fresh_export (SendoffJob *self, guint output)
{
  const SendoffOutputPlan *plan = sendoff_plan_get_output (self->plan, output);
  g_autoptr (SendoffStoredOutput) stored = sendoff_stored_output_new ();
  g_autoptr (SendoffExport) export = NULL;

  stored->position = (int)output;
  stored->name = g_strdup (plan->label != NULL ? plan->label : plan->file_name);
  stored->platform = g_strdup (plan->platform);
  stored->status = g_strdup (sendoff_status_nicks[SENDOFF_STATUS_QUEUED]);
  stored->warnings = sendoff_job_dup_plan_warnings (self->plan, (int)output);
  export = sendoff_export_new (stored);
  g_list_store_append (self->exports, export);
}

/** sendoff_job_new: (transfer full): a queued job; @request is kept, @plan copied. */
SendoffJob *
sendoff_job_new (const char *export_id, SendoffRequest *request, const SendoffPlan *plan)
{
  SendoffJob *self = g_object_new (SENDOFF_TYPE_JOB, NULL);

  self->export_id = g_strdup (export_id);
  self->user_id = g_strdup (DEFAULT_USER);
  self->request = g_object_ref (request);
  self->plan = sendoff_plan_copy (plan);
  self->source_name = g_strdup (plan->source_name);
  self->created_at = g_get_real_time ();
  for (guint i = 0; i < plan->outputs->len; i++)
    add_fresh_export (self, i);
  return self;
}

/**
 * sendoff_job_apply:
 * @snapshot: how it stands now
 *
 * Takes over the state and notifies what changed; the exports' changes come before the job's.
 *
 * Returns: whether something changed that must be stored
 */
gboolean
sendoff_job_apply (SendoffJob *self, const SendoffSnapshot *snapshot)
{
  gboolean changed = self->status != snapshot->status, moved = self->progress != snapshot->progress;
  gboolean time_changed = self->time_left_us != snapshot->time_left_us;

  self->status = snapshot->status;
  self->progress = MAX (self->progress, snapshot->progress);
  self->time_left_us = sendoff_status_is_final (self->status) ? -1 : snapshot->time_left_us;
  if (sendoff_status_is_final (self->status) && self->completed_at == 0)
    self->completed_at = g_get_real_time ();
  g_object_freeze_notify (G_OBJECT (self));
  if (sendoff_status_is_final (self->status) && self->paused)
    {
      self->paused = FALSE;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
    }
  if (changed)
    {
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STAGE]);
    }
  if (moved)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  if (time_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIME_LEFT_US]);
  for (guint i = 0; i < snapshot->outputs->len; i++)
    {
      const SendoffOutputState *state = g_ptr_array_index (snapshot->outputs, i);
      g_autoptr (SendoffExport) export = g_list_model_get_item (G_LIST_MODEL (self->exports), i);

      changed |= sendoff_export_apply (export, state->stored, state->frames_per_second, state->time_left_us);
    }
  g_object_thaw_notify (G_OBJECT (self));
  return changed;
}

/** sendoff_job_set_interrupted: whether it was found unfinished and is run by no process. */
void
sendoff_job_set_interrupted (SendoffJob *self, gboolean interrupted)
{
  if (self->interrupted == interrupted)
    return;
  self->interrupted = interrupted;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INTERRUPTED]);
}

/** sendoff_job_set_elsewhere: whether another process carries it out. */
void
sendoff_job_set_elsewhere (SendoffJob *self, gboolean elsewhere)
{
  if (self->elsewhere == elsewhere)
    return;
  self->elsewhere = elsewhere;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ELSEWHERE]);
}

/** sendoff_job_set_source_problem: why the job cannot go on before its source is found again; NULL when it
 * can. @changed: there is a video, but another one. */
void
sendoff_job_set_source_problem (SendoffJob *self, const char *problem, gboolean changed)
{
  if (g_strcmp0 (self->source_problem, problem) == 0 && self->source_changed == changed)
    return;
  g_free (self->source_problem);
  self->source_problem = g_strdup (problem);
  self->source_changed = changed;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SOURCE_PROBLEM]);
}

/** sendoff_job_get_source_problem: (transfer none) (nullable): a sentence, when it waits for its source. */
const char *
sendoff_job_get_source_problem (SendoffJob *self)
{
  return self->source_problem;
}

/** sendoff_job_get_source_changed: whether another video than was planned lies where its source was. */
gboolean
sendoff_job_get_source_changed (SendoffJob *self)
{
  return self->source_changed;
}

/** sendoff_job_set_started: notes the time of the first start. */
void
sendoff_job_set_started (SendoffJob *self)
{
  if (self->started_at == 0)
    self->started_at = g_get_real_time ();
}

/** sendoff_job_is_cancel_requested: whether sendoff_job_cancel() was called. */
gboolean
sendoff_job_is_cancel_requested (SendoffJob *self)
{
  return self->cancel_requested;
}

/** sendoff_job_get_priority: higher goes first; 0 is usual. */
int
sendoff_job_get_priority (SendoffJob *self)
{
  return self->priority;
}

/** sendoff_job_set_priority: for the queue. */
void
sendoff_job_set_priority (SendoffJob *self, int priority)
{
  self->priority = priority;
}

/** sendoff_job_get_stage: (transfer none): the status in a word. */
const char *
sendoff_job_get_stage (SendoffJob *self)
{
  return sendoff_status_nicks[self->status];
}

/** sendoff_job_get_export_id: (transfer none): its UUID. */
const char *
sendoff_job_get_export_id (SendoffJob *self)
{
  return self->export_id;
}

/** sendoff_job_get_status: where it stands; once final, the worst of its exports. */
SendoffStatus
sendoff_job_get_status (SendoffJob *self)
{
  return self->status;
}

/** sendoff_job_get_progress: 0–100, the mean of its exports. */
double
sendoff_job_get_progress (SendoffJob *self)
{
  return self->progress;
}

/** sendoff_job_get_interrupted: whether it was found unfinished and is run by no process. */
gboolean
sendoff_job_get_interrupted (SendoffJob *self)
{
  return self->interrupted;
}

/** sendoff_job_get_elsewhere: whether another process carries it out. */
gboolean
sendoff_job_get_elsewhere (SendoffJob *self)
{
  return self->elsewhere;
}

/** sendoff_job_get_n_saves: changes whenever this process writes the job down, so that news from the database that were
 * read before that can be told from newer ones. */
guint
sendoff_job_get_n_saves (SendoffJob *self)
{
  return self->n_saves;
}

/** sendoff_job_get_exports: (transfer none): one #SendoffExport for each output of the plan, in its order. */
GListModel *
sendoff_job_get_exports (SendoffJob *self)
{
  return G_LIST_MODEL (self->exports);
}

/** sendoff_job_get_plan: (transfer none): what is carried out. */
const SendoffPlan *
sendoff_job_get_plan (SendoffJob *self)
{
  sendoff_job_expand (self);
  return self->plan;
}

/** sendoff_job_get_source_name: (transfer none) (nullable): the video's name, readable; cheaper than to ask the plan. */
const char *
sendoff_job_get_source_name (SendoffJob *self)
{
  return self->source_name;
}

/** sendoff_job_get_request: (transfer none): what was asked for. */
SendoffRequest *
sendoff_job_get_request (SendoffJob *self)
{
  sendoff_job_expand (self);
  return self->request;
}

/** sendoff_job_get_created_at: Unix time in microseconds. */
gint64
sendoff_job_get_created_at (SendoffJob *self)
{
  return self->created_at;
}

static void
set_paused (SendoffJob *self, gboolean paused)
{
  if (self->paused == paused || sendoff_status_is_final (self->status))
    return;
  self->paused = paused;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
}

/** sendoff_job_pause: makes a job that is not over wait until sendoff_job_resume(); returns at once. */
void
sendoff_job_pause (SendoffJob *self)
{
  g_return_if_fail (SENDOFF_IS_JOB (self));
  set_paused (self, TRUE);
}

/** sendoff_job_resume: lets a paused job go on; returns at once. An interrupted one needs sendoff_engine_resume_async(). */
void
sendoff_job_resume (SendoffJob *self)
{
  g_return_if_fail (SENDOFF_IS_JOB (self));
  set_paused (self, FALSE);
}

/** sendoff_job_get_paused: whether it waits because the user wants it. */
gboolean
sendoff_job_get_paused (SendoffJob *self)
{
  return self->paused;
}

/** sendoff_job_cancel: asks for the end of a job that is not over; returns at once. */
void
sendoff_job_cancel (SendoffJob *self)
{
  g_return_if_fail (SENDOFF_IS_JOB (self));
  if (self->cancel_requested || sendoff_status_is_final (self->status))
    return;
  self->cancel_requested = TRUE;
  g_signal_emit (self, signals[SIGNAL_CANCEL_REQUESTED], 0);
}

static guint
count_unfinished (SendoffJob *self)
{
  guint count = 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->exports)); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (G_LIST_MODEL (self->exports), i);

      count += sendoff_status_is_final (sendoff_export_get_status (export)) ? 0 : 1;
    }
  return count;
}

/** sendoff_job_cancel_export: asks for the end of one @export that is not over; the last one ends the job. Returns at
 * once. */
void
sendoff_job_cancel_export (SendoffJob *self, SendoffExport *export)
{
  g_return_if_fail (SENDOFF_IS_JOB (self));
  g_return_if_fail (SENDOFF_IS_EXPORT (export));
  if (sendoff_status_is_final (sendoff_export_get_status (export)))
    return;
  if (count_unfinished (self) == 1)
    sendoff_job_cancel (self);
  else
    g_signal_emit (self, signals[SIGNAL_CANCEL_EXPORT_REQUESTED], 0, export);
}

static void
take_outputs (SendoffJob *self, GPtrArray *outputs)
{
  for (guint i = 0; i < outputs->len; i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (G_LIST_MODEL (self->exports), i);

      sendoff_export_apply (export, g_ptr_array_index (outputs, i), 0, -1);
    }
}

/* Takes over how far it is, which may be less than before. Notifies with what its exports did. */
static void
take_state (SendoffJob *self, const SendoffStoredJob *stored)
{
  g_object_freeze_notify (G_OBJECT (self));
  self->completed_at = stored->completed_at;
  self->status = sendoff_status_from_nick (stored->status);
  self->progress = CLAMP (stored->progress, 0, 100);
  take_outputs (self, stored->outputs);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  g_object_thaw_notify (G_OBJECT (self));
}

/**
 * sendoff_job_take_stored:
 * @stored: as another process has left it
 *
 * Takes over all that changes in the life of a job: its plan does not.
 *
 * Returns: FALSE when @stored has other outputs and is none of this job
 */
gboolean
sendoff_job_take_stored (SendoffJob *self, const SendoffStoredJob *stored)
{
  if (stored->outputs->len != g_list_model_get_n_items (G_LIST_MODEL (self->exports)))
    return FALSE;
  g_object_freeze_notify (G_OBJECT (self));
  self->priority = stored->priority;
  self->started_at = stored->started_at;
  if (self->paused != stored->paused)
    {
      self->paused = stored->paused;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PAUSED]);
    }
  sendoff_job_take_source_uri (self, stored);
  take_state (self, stored);
  g_object_thaw_notify (G_OBJECT (self));
  return TRUE;
}

/** sendoff_job_begin_again: takes over what sendoff_job_dup_retry() made. */
void
sendoff_job_begin_again (SendoffJob *self, const SendoffStoredJob *stored)
{
  self->cancel_requested = FALSE;
  take_state (self, stored);
}
