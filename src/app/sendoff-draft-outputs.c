#include "app/sendoff-draft-outputs.h"

#include "app/sendoff-destination.h"

struct _SendoffDraftOutputs
{
  GObject parent_instance;
  SendoffEngine *engine;
  GListStore *outputs;
  GListStore *destinations;
  gboolean following; /* a change of the outputs is being carried over to the cards, or the other way round */
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_TYPING_PROBLEM,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffDraftOutputs, sendoff_draft_outputs, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static guint
count (GListStore *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

static gboolean
is_wanted (SendoffDraftOutputs *self, SendoffDestination *destination)
{
  for (guint i = 0; i < count (self->outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i);

      if (sendoff_destination_is_of (destination, sendoff_output_item_get_settings (output)))
        return TRUE;
    }
  return FALSE;
}

/* A card is pressed when there is an output for it. */
static void
follow_outputs (SendoffDraftOutputs *self)
{
  if (self->following)
    return;
  self->following = TRUE;
  for (guint d = 0; d < count (self->destinations); d++)
    {
      g_autoptr (SendoffDestination) destination
          = g_list_model_get_item (G_LIST_MODEL (self->destinations), d);

      sendoff_destination_set_chosen (destination, is_wanted (self, destination));
    }
  self->following = FALSE;
}

static void
on_settings_changed (SendoffDraftOutputs *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_typing_problem (SendoffDraftOutputs *self)
{
  g_signal_emit (self, signals[SIGNAL_TYPING_PROBLEM], 0);
}

static void
on_outputs_changed (SendoffDraftOutputs *self)
{
  follow_outputs (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
sendoff_draft_outputs_finalize (GObject *object)
{
  SendoffDraftOutputs *self = SENDOFF_DRAFT_OUTPUTS (object);

  g_object_unref (self->outputs);
  g_object_unref (self->destinations);
  g_object_unref (self->engine);
  G_OBJECT_CLASS (sendoff_draft_outputs_parent_class)->finalize (object);
}

static void
sendoff_draft_outputs_class_init (SendoffDraftOutputsClass *klass)
{
  static const char *const names[N_SIGNALS] = { "changed", "typing-problem" };

  G_OBJECT_CLASS (klass)->finalize = sendoff_draft_outputs_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], SENDOFF_TYPE_DRAFT_OUTPUTS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
sendoff_draft_outputs_init (SendoffDraftOutputs *self)
{
  self->outputs = g_list_store_new (SENDOFF_TYPE_OUTPUT_ITEM);
  self->destinations = g_list_store_new (SENDOFF_TYPE_DESTINATION);
  g_signal_connect_object (self->outputs, "items-changed", G_CALLBACK (on_outputs_changed), self,
                           G_CONNECT_SWAPPED);
}

static void
on_remove_output (SendoffDraftOutputs *self, SendoffOutputItem *output)
{
  guint position;

  if (g_list_store_find (self->outputs, output, &position))
    g_list_store_remove (self->outputs, position);
}

/** sendoff_draft_outputs_add: one more output, made as @settings say, which it shares. */
void
sendoff_draft_outputs_add (SendoffDraftOutputs *self, SendoffOutputSettings *settings)
{
  g_autoptr (SendoffOutputItem) output
      = sendoff_output_item_new (settings, sendoff_engine_get_catalog (self->engine));

  g_signal_connect_object (settings, "notify", G_CALLBACK (on_settings_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (output, "notify::typing-problem", G_CALLBACK (on_typing_problem), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (output, "remove", G_CALLBACK (on_remove_output), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (output, "left-out", G_CALLBACK (on_settings_changed), self, G_CONNECT_SWAPPED);
  g_list_store_append (self->outputs, output);
}

/** sendoff_draft_outputs_add_preset: one more output, made from a preset (nullable: from none). */
void
sendoff_draft_outputs_add_preset (SendoffDraftOutputs *self, const char *preset_id)
{
  g_autoptr (SendoffOutputSettings) settings = sendoff_output_settings_new ();

  if (preset_id != NULL)
    sendoff_output_settings_set_string (settings, SENDOFF_SETTING_PRESET, preset_id);
  sendoff_draft_outputs_add (self, settings);
}

/** sendoff_draft_outputs_replace: outputs as @settings (nullable: none) say instead of those there are.
 * @settings: (element-type SendoffOutputSettings) */
void
sendoff_draft_outputs_replace (SendoffDraftOutputs *self, GPtrArray *settings)
{
  g_list_store_remove_all (self->outputs);
  for (guint i = 0; settings != NULL && i < settings->len; i++)
    sendoff_draft_outputs_add (self, g_ptr_array_index (settings, i));
}

/** sendoff_draft_outputs_apply: shows what the planner says: @plans (element-type SendoffDraftPlan), one for
 * each video, were made of these outputs. */
void
sendoff_draft_outputs_apply (SendoffDraftOutputs *self, GPtrArray *plans)
{
  for (guint i = 0; i < count (self->outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i);

      sendoff_output_item_apply (output, self->engine, plans, i);
    }
}

/** sendoff_draft_outputs_apply_estimates: shows other sizes and times of @plans, which may be older than the
 * latest outputs. */
void
sendoff_draft_outputs_apply_estimates (SendoffDraftOutputs *self, GPtrArray *plans)
{
  for (guint i = 0; i < count (self->outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i);

      if (plans->len == 0 || i < ((SendoffDraftPlan *)g_ptr_array_index (plans, 0))->plan->outputs->len)
        sendoff_output_item_apply_estimates (output, self->engine, plans, i);
    }
}

static void
remove_outputs_for (SendoffDraftOutputs *self, SendoffDestination *destination)
{
  for (guint i = count (self->outputs); i > 0; i--)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i - 1);

      if (sendoff_destination_is_of (destination, sendoff_output_item_get_settings (output)))
        g_list_store_remove (self->outputs, i - 1);
    }
}

static void
on_chosen_changed (SendoffDraftOutputs *self, GParamSpec *pspec, SendoffDestination *destination)
{
  if (self->following)
    return;
  self->following = TRUE;
  if (sendoff_destination_get_chosen (destination))
    {
      g_autoptr (SendoffOutputSettings) settings = sendoff_destination_new_settings (destination);

      sendoff_draft_outputs_add (self, settings);
    }
  else
    remove_outputs_for (self, destination);
  self->following = FALSE;
}

static void
add_destinations (SendoffDraftOutputs *self)
{
  g_autoptr (GListModel) list = sendoff_destination_list (sendoff_engine_get_catalog (self->engine));

  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (SendoffDestination) destination = g_list_model_get_item (list, i);

      /* Before it is shown: what is chosen is shown even if it is unusual. */
      sendoff_destination_set_chosen (destination, is_wanted (self, destination));
      g_signal_connect_object (destination, "notify::chosen", G_CALLBACK (on_chosen_changed), self,
                               G_CONNECT_SWAPPED);
      g_list_store_append (self->destinations, destination);
    }
}

/* The presets are others: so are the cards, and what outputs can choose from. */
static void
on_catalog_changed (SendoffDraftOutputs *self)
{
  g_autoptr (GPtrArray) settings = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < count (self->outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i);

      g_ptr_array_add (settings, g_object_ref (sendoff_output_item_get_settings (output)));
    }
  g_list_store_remove_all (self->destinations);
  sendoff_draft_outputs_replace (self, settings);
  add_destinations (self);
}

static void
restore (SendoffDraftOutputs *self, const char *const *remembered)
{
  for (guint i = 0; remembered[i] != NULL; i++)
    {
      g_autoptr (SendoffOutputSettings) settings = sendoff_output_item_parse_remembered (remembered[i]);

      if (settings != NULL)
        sendoff_draft_outputs_add (self, settings);
    }
}

/** sendoff_draft_outputs_start: the engine is ready: the cards can be shown, and outputs as they were
 * @remembered. */
void
sendoff_draft_outputs_start (SendoffDraftOutputs *self, const char *const *remembered)
{
  restore (self, remembered);
  add_destinations (self);
  g_signal_connect_object (self->engine, "notify::catalog", G_CALLBACK (on_catalog_changed), self,
                           G_CONNECT_SWAPPED);
}

/** sendoff_draft_outputs_new: (transfer full): nothing yet; start it when @engine is started. */
SendoffDraftOutputs *
sendoff_draft_outputs_new (SendoffEngine *engine)
{
  SendoffDraftOutputs *self = g_object_new (SENDOFF_TYPE_DRAFT_OUTPUTS, NULL);

  self->engine = g_object_ref (engine);
  return self;
}

/** sendoff_draft_outputs_get_list: (transfer none): SendoffOutputItem. */
GListModel *
sendoff_draft_outputs_get_list (SendoffDraftOutputs *self)
{
  return G_LIST_MODEL (self->outputs);
}

/** sendoff_draft_outputs_get_destinations: (transfer none): SendoffDestination; empty until the start. */
GListModel *
sendoff_draft_outputs_get_destinations (SendoffDraftOutputs *self)
{
  return G_LIST_MODEL (self->destinations);
}
