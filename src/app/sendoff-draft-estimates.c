#include "app/sendoff-draft-estimates.h"

/* Whoever is still choosing wants no encoder at work for each choice on the way. */
#define QUIET_MS 700
/* Beyond a few videos nobody looks at each. */
#define MOST_VIDEOS 3

struct _SendoffDraftEstimates
{
  GObject parent_instance;
  SendoffEngine *engine;
  SendoffDraftPlans *plans;
  GPowerProfileMonitor *power;
  GCancellable *cancellable; /* (nullable): of the run that is under way */
  guint timeout_id;
};

/* One round over the videos. */
typedef struct
{
  SendoffDraftEstimates *self;
  GCancellable *cancellable;
  GPtrArray *plans; /* SendoffDraftPlan */
  guint next;
} Round;

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffDraftEstimates, sendoff_draft_estimates, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void try_next (Round *round);

static void
sendoff_draft_estimates_dispose (GObject *object)
{
  sendoff_draft_estimates_stop (SENDOFF_DRAFT_ESTIMATES (object));
  G_OBJECT_CLASS (sendoff_draft_estimates_parent_class)->dispose (object);
}

static void
sendoff_draft_estimates_finalize (GObject *object)
{
  SendoffDraftEstimates *self = SENDOFF_DRAFT_ESTIMATES (object);

  g_object_unref (self->engine);
  g_object_unref (self->plans);
  g_object_unref (self->power);
  G_OBJECT_CLASS (sendoff_draft_estimates_parent_class)->finalize (object);
}

static void
sendoff_draft_estimates_class_init (SendoffDraftEstimatesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_draft_estimates_dispose;
  object_class->finalize = sendoff_draft_estimates_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SENDOFF_TYPE_DRAFT_ESTIMATES, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
sendoff_draft_estimates_init (SendoffDraftEstimates *self)
{
  self->power = g_power_profile_monitor_dup_default ();
}

static void
round_free (Round *round)
{
  g_object_unref (round->self);
  g_object_unref (round->cancellable);
  g_ptr_array_unref (round->plans);
  g_free (round);
}

static void
on_estimate_changed (SendoffDraftEstimates *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* A source that cannot be read any more says so when it is exported; here its size just stays as it was
 * planned. */
static void
on_tried (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sendoff_estimator_run_finish (SENDOFF_ESTIMATOR (object), result, &error))
    g_info ("no trial encodes: %s", error->message);
  try_next (data);
}

static void
on_probed (GObject *object, GAsyncResult *result, gpointer data)
{
  Round *round = data;
  SendoffDraftPlan *plan = g_ptr_array_index (round->plans, round->next - 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffMediaInfo) info = sendoff_engine_probe_finish (SENDOFF_ENGINE (object), result, &error);

  if (info == NULL || g_cancellable_is_cancelled (round->cancellable))
    {
      try_next (round);
      return;
    }
  g_clear_object (&plan->estimator);
  plan->estimator = sendoff_engine_new_estimator (
      round->self->engine, sendoff_source_item_get_file (plan->source), info, plan->plan);
  g_signal_connect_object (plan->estimator, "changed", G_CALLBACK (on_estimate_changed), round->self,
                           G_CONNECT_SWAPPED);
  sendoff_estimator_run_async (plan->estimator, 1, SENDOFF_ESTIMATOR_PRECISION, round->cancellable, on_tried,
                               round);
}

/* Goes on with @round, or ends it. */
static void
try_next (Round *round)
{
  while (round->next < round->plans->len && !g_cancellable_is_cancelled (round->cancellable))
    {
      SendoffDraftPlan *plan = g_ptr_array_index (round->plans, round->next++);

      if (sendoff_plan_has_errors (plan->plan))
        continue;
      sendoff_engine_probe_async (round->self->engine, sendoff_source_item_get_file (plan->source),
                                  SENDOFF_PROBE_SCAN | SENDOFF_PROBE_PACKET_DETAILS, round->cancellable,
                                  on_probed, round);
      return;
    }
  round_free (round);
}

static gboolean
begin (gpointer data)
{
  SendoffDraftEstimates *self = data;
  GPtrArray *plans = sendoff_draft_plans_get (self->plans);
  Round *round;

  self->timeout_id = 0;
  if (plans->len == 0 || g_power_profile_monitor_get_power_saver_enabled (self->power))
    return G_SOURCE_REMOVE;
  self->cancellable = g_cancellable_new ();
  round = g_new0 (Round, 1);
  round->self = g_object_ref (self);
  round->cancellable = g_object_ref (self->cancellable);
  round->plans = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_draft_plan_unref);
  for (guint i = 0; i < MIN (plans->len, MOST_VIDEOS); i++)
    g_ptr_array_add (round->plans, g_rc_box_acquire (g_ptr_array_index (plans, i)));
  try_next (round);
  return G_SOURCE_REMOVE;
}

/** sendoff_draft_estimates_stop: ends what is tried, until the plans change again. What was learnt stays. */
void
sendoff_draft_estimates_stop (SendoffDraftEstimates *self)
{
  g_clear_handle_id (&self->timeout_id, g_source_remove);
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
on_plans_changed (SendoffDraftEstimates *self)
{
  sendoff_draft_estimates_stop (self);
  self->timeout_id = g_timeout_add (QUIET_MS, begin, self);
}

/** sendoff_draft_estimates_new: (transfer full): tries what @plans hold, whenever they have changed. */
SendoffDraftEstimates *
sendoff_draft_estimates_new (SendoffEngine *engine, SendoffDraftPlans *plans)
{
  SendoffDraftEstimates *self = g_object_new (SENDOFF_TYPE_DRAFT_ESTIMATES, NULL);

  self->engine = g_object_ref (engine);
  self->plans = g_object_ref (plans);
  g_signal_connect_object (plans, "changed", G_CALLBACK (on_plans_changed), self, G_CONNECT_SWAPPED);
  return self;
}
