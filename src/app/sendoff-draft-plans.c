#include "app/sendoff-draft-plans.h"

#include "model/sendoff-estimate.h"
#include "model/sendoff-score.h"

/* Of a frame's 16 ms, so that the rest of it stays for drawing. */
#define SLICE_US 6000

/* Videos that are looked at change one after the other: what they all need is counted again at most so often.
 */
#define DELAY_PER_SOURCE_MS 4
#define DELAY_MAX_MS        400

struct _SendoffDraftPlans
{
  GObject parent_instance;
  SendoffEngine *engine;
  GListModel *sources;
  SendoffDraftRequestFunc make_request;
  gpointer data;
  GHashTable *made; /* SendoffSourceItem (borrowed) → SendoffDraftPlan that is up to date */
  GPtrArray *plans; /* SendoffDraftPlan in the order of the sources, all of one state of the draft */
  gboolean started;
  guint tick_id;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffDraftPlans, sendoff_draft_plans, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
draft_plan_clear (gpointer data)
{
  SendoffDraftPlan *self = data;

  g_object_unref (self->source);
  g_object_unref (self->request);
  sendoff_plan_free (self->plan);
  g_clear_object (&self->estimator);
}

/** sendoff_draft_plan_unref: gives a reference back. */
void
sendoff_draft_plan_unref (SendoffDraftPlan *self)
{
  g_rc_box_release_full (self, draft_plan_clear);
}

/** sendoff_draft_plan_get_size: bytes of output @output, with their 90 % interval; all 0 unknown. */
SendoffInterval
sendoff_draft_plan_get_size (const SendoffDraftPlan *self, guint output)
{
  const SendoffOutputPlan *plan = sendoff_plan_get_output (self->plan, output);

  if (self->estimator != NULL)
    return sendoff_estimator_get_output (self->estimator, output)->size_bytes;
  return (SendoffInterval){ (double)plan->estimated_low_bytes, (double)plan->estimated_size_bytes,
                            (double)plan->estimated_high_bytes };
}

/** sendoff_draft_plan_dup_quality: (transfer full) (nullable): "SSIM 0.987" of what was tried of output
 * @output. */
char *
sendoff_draft_plan_dup_quality (const SendoffDraftPlan *self, guint output)
{
  const SendoffOutputEstimate *estimate
      = self->estimator != NULL ? sendoff_estimator_get_output (self->estimator, output) : NULL;

  if (estimate == NULL || estimate->metric == NULL)
    return NULL;
  return sendoff_score_metric_describe (sendoff_score_metric_get (estimate->metric), estimate->score);
}

/* How many outputs of @self are encoded beside @output, itself included: its time is also theirs. */
static guint
count_companions (const SendoffDraftPlan *self, guint output)
{
  int group = sendoff_plan_get_output (self->plan, output)->group;
  guint n = 0;

  for (guint i = 0; i < self->plan->outputs->len; i++)
    n += sendoff_plan_get_output (self->plan, i)->group == group
         && sendoff_estimator_get_output (self->estimator, i)->seconds.middle > 0;
  return MAX (n, 1);
}

/** sendoff_draft_plan_get_work_us: how long the machine of @engine has to do with output @output alone, in
 * microseconds; 0 unknown. */
gint64
sendoff_draft_plan_get_work_us (const SendoffDraftPlan *self, guint output, SendoffEngine *engine)
{
  const SendoffOutputEstimate *estimate
      = self->estimator != NULL ? sendoff_estimator_get_output (self->estimator, output) : NULL;

  if (estimate != NULL && estimate->seconds.middle > 0)
    return (gint64)(estimate->seconds.middle * 1e6 / count_companions (self, output));
  return (gint64)sendoff_engine_estimate_cpu (engine, sendoff_source_item_get_info (self->source),
                                              sendoff_plan_get_output (self->plan, output))
             .middle
         / MAX (1, sendoff_engine_get_machine (engine)->cores);
}

static void
sendoff_draft_plans_dispose (GObject *object)
{
  SendoffDraftPlans *self = SENDOFF_DRAFT_PLANS (object);

  sendoff_draft_plans_stop (self);
  g_hash_table_remove_all (self->made);
  g_ptr_array_set_size (self->plans, 0);
  G_OBJECT_CLASS (sendoff_draft_plans_parent_class)->dispose (object);
}

static void
sendoff_draft_plans_finalize (GObject *object)
{
  SendoffDraftPlans *self = SENDOFF_DRAFT_PLANS (object);

  g_hash_table_unref (self->made);
  g_ptr_array_unref (self->plans);
  g_object_unref (self->engine);
  g_object_unref (self->sources);
  G_OBJECT_CLASS (sendoff_draft_plans_parent_class)->finalize (object);
}

static void
sendoff_draft_plans_class_init (SendoffDraftPlansClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_draft_plans_dispose;
  object_class->finalize = sendoff_draft_plans_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SENDOFF_TYPE_DRAFT_PLANS, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
sendoff_draft_plans_init (SendoffDraftPlans *self)
{
  self->made = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify)sendoff_draft_plan_unref);
  self->plans = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_draft_plan_unref);
}

static SendoffDraftPlan *
make_plan (SendoffDraftPlans *self, SendoffSourceItem *source)
{
  SendoffDraftPlan *plan = g_rc_box_new0 (SendoffDraftPlan);

  plan->source = g_object_ref (source);
  plan->request = self->make_request (source, self->data);
  plan->plan = sendoff_engine_plan (self->engine, sendoff_source_item_get_info (source), plan->request);
  return plan;
}

static void
publish (SendoffDraftPlans *self)
{
  g_ptr_array_set_size (self->plans, 0);
  for (guint i = 0; i < g_list_model_get_n_items (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (self->sources, i);
      SendoffDraftPlan *plan = g_hash_table_lookup (self->made, source);

      if (plan != NULL)
        g_ptr_array_add (self->plans, g_rc_box_acquire (plan));
    }
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/* %FALSE when there was not enough time for all. */
static gboolean
make_missing (SendoffDraftPlans *self)
{
  gint64 end_us = g_get_monotonic_time () + SLICE_US;

  for (guint i = 0; self->started && i < g_list_model_get_n_items (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (self->sources, i);

      if (sendoff_source_item_get_state (source) != SENDOFF_SOURCE_READY
          || g_hash_table_contains (self->made, source))
        continue;
      if (g_get_monotonic_time () > end_us)
        return FALSE;
      g_hash_table_insert (self->made, source, make_plan (self, source));
    }
  return TRUE;
}

static gboolean
tick (gpointer data)
{
  SendoffDraftPlans *self = data;

  if (make_missing (self))
    {
      self->tick_id = 0;
      publish (self);
      return G_SOURCE_REMOVE;
    }
  self->tick_id = g_idle_add (tick, self);
  return G_SOURCE_REMOVE;
}

/**
 * sendoff_draft_plans_invalidate:
 *
 * Something has changed that every plan depends on. Many changes in one turn of the main loop are planned
 * once, before the next frame.
 */
void
sendoff_draft_plans_invalidate (SendoffDraftPlans *self)
{
  g_hash_table_remove_all (self->made);
  g_clear_handle_id (&self->tick_id, g_source_remove);
  self->tick_id = g_idle_add_full (G_PRIORITY_HIGH_IDLE, tick, self, NULL);
}

static void
on_sources_changed (SendoffDraftPlans *self)
{
  guint delay_ms = MIN (DELAY_PER_SOURCE_MS * g_list_model_get_n_items (self->sources), DELAY_MAX_MS);

  if (self->tick_id == 0)
    self->tick_id = g_timeout_add_full (G_PRIORITY_HIGH_IDLE, delay_ms, tick, self, NULL);
}

/** sendoff_draft_plans_forget: the facts about @source are others, or it is gone. */
void
sendoff_draft_plans_forget (SendoffDraftPlans *self, SendoffSourceItem *source)
{
  g_hash_table_remove (self->made, source);
  on_sources_changed (self);
}

/** sendoff_draft_plans_start: the engine is ready. */
void
sendoff_draft_plans_start (SendoffDraftPlans *self)
{
  self->started = TRUE;
  sendoff_draft_plans_invalidate (self);
}

/** sendoff_draft_plans_stop: the engine is about to stop: nothing is planned any more. */
void
sendoff_draft_plans_stop (SendoffDraftPlans *self)
{
  self->started = FALSE;
  g_clear_handle_id (&self->tick_id, g_source_remove);
}

/**
 * sendoff_draft_plans_new:
 * @sources: SendoffSourceItem
 * @make_request: called with @data whenever a plan is made; both outlive the object
 *
 * Returns: (transfer full): no plans, until it is started
 */
SendoffDraftPlans *
sendoff_draft_plans_new (SendoffEngine *engine,
                         GListModel *sources,
                         SendoffDraftRequestFunc make_request,
                         gpointer data)
{
  SendoffDraftPlans *self = g_object_new (SENDOFF_TYPE_DRAFT_PLANS, NULL);

  self->engine = g_object_ref (engine);
  self->sources = g_object_ref (sources);
  self->make_request = make_request;
  self->data = data;
  g_signal_connect_object (sources, "items-changed", G_CALLBACK (on_sources_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/** sendoff_draft_plans_get: (transfer none) (element-type SendoffDraftPlan): in the order of the videos;
 * valid until the next "changed". */
GPtrArray *
sendoff_draft_plans_get (SendoffDraftPlans *self)
{
  return self->plans;
}

/** sendoff_draft_plans_find: (transfer none) (nullable): the plan for @source. */
const SendoffDraftPlan *
sendoff_draft_plans_find (SendoffDraftPlans *self, SendoffSourceItem *source)
{
  for (guint i = 0; i < self->plans->len; i++)
    {
      const SendoffDraftPlan *plan = g_ptr_array_index (self->plans, i);

      if (plan->source == source)
        return plan;
    }
  return NULL;
}
