#include "app/sendoff-draft.h"

#include <glib/gi18n.h>

#include "app/sendoff-destination.h"
#include "app/sendoff-draft-request.h"
#include "app/sendoff-draft-summary.h"
#include "app/sendoff-intake.h"
#include "app/sendoff-submission.h"

struct _SendoffDraft
{
  GObject parent_instance;
  SendoffEngine *engine;
  SendoffPreferences *preferences;
  gboolean started; /* the engine can be asked */
  SendoffIntake *intake;
  GListStore *sources;
  GListStore *outputs;
  GListStore *destinations;
  char *folder_uri; /* (nullable): beside the video */
  char *totals;     /* (nullable) */
  char *reason;     /* (nullable) */
  guint replan_id;
  gboolean following; /* a change of the outputs is being carried over to the cards, or the other way round */
  guint n_submitting, n_queued, n_failed;
};

enum
{
  PROP_SOURCES = 1,
  PROP_OUTPUTS,
  PROP_DESTINATIONS,
  PROP_HAS_SOURCES,
  PROP_CAN_EXPORT,
  PROP_TOTALS,
  PROP_REASON,
  PROP_FOLDER_NAME,
  PROP_FOLDER_URI,
  N_PROPS
};

enum
{
  SIGNAL_QUEUED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffDraft, sendoff_draft, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sendoff_draft_dispose (GObject *object)
{
  SendoffDraft *self = SENDOFF_DRAFT (object);

  g_list_store_remove_all (self->sources);
  g_clear_handle_id (&self->replan_id, g_source_remove);
  sendoff_intake_stop (self->intake);
  G_OBJECT_CLASS (sendoff_draft_parent_class)->dispose (object);
}

static void
sendoff_draft_finalize (GObject *object)
{
  SendoffDraft *self = SENDOFF_DRAFT (object);

  g_clear_object (&self->intake);
  g_clear_object (&self->sources);
  g_clear_object (&self->outputs);
  g_clear_object (&self->destinations);
  g_clear_object (&self->engine);
  g_clear_object (&self->preferences);
  g_free (self->folder_uri);
  g_free (self->totals);
  g_free (self->reason);
  G_OBJECT_CLASS (sendoff_draft_parent_class)->finalize (object);
}

static char *
dup_folder_name (SendoffDraft *self)
{
  g_autoptr (GFile) folder = self->folder_uri != NULL ? g_file_new_for_uri (self->folder_uri) : NULL;
  const char *path = folder != NULL ? g_file_peek_path (folder) : NULL;

  if (folder == NULL)
    return g_strdup (_ ("The folder of each video"));
  return path != NULL ? g_filename_display_name (path) : g_file_get_parse_name (folder);
}

static void
sendoff_draft_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffDraft *self = SENDOFF_DRAFT (object);

  switch (prop_id)
    {
    case PROP_SOURCES:
      g_value_set_object (value, self->sources);
      break;
    case PROP_OUTPUTS:
      g_value_set_object (value, self->outputs);
      break;
    case PROP_DESTINATIONS:
      g_value_set_object (value, self->destinations);
      break;
    case PROP_HAS_SOURCES:
      g_value_set_boolean (value, g_list_model_get_n_items (G_LIST_MODEL (self->sources)) > 0);
      break;
    case PROP_CAN_EXPORT:
      g_value_set_boolean (value, self->reason == NULL);
      break;
    case PROP_TOTALS:
      g_value_set_string (value, self->totals);
      break;
    case PROP_REASON:
      g_value_set_string (value, self->reason);
      break;
    case PROP_FOLDER_NAME:
      g_value_take_string (value, dup_folder_name (self));
      break;
    case PROP_FOLDER_URI:
      g_value_set_string (value, self->folder_uri);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  properties[PROP_SOURCES] = g_param_spec_object ("sources", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_OUTPUTS] = g_param_spec_object ("outputs", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_DESTINATIONS] = g_param_spec_object ("destinations", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_HAS_SOURCES] = g_param_spec_boolean ("has-sources", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_EXPORT] = g_param_spec_boolean ("can-export", NULL, NULL, FALSE, flags);
  properties[PROP_TOTALS] = g_param_spec_string ("totals", NULL, NULL, NULL, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER_NAME] = g_param_spec_string ("folder-name", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER_URI] = g_param_spec_string ("folder-uri", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_draft_class_init (SendoffDraftClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_draft_dispose;
  object_class->finalize = sendoff_draft_finalize;
  object_class->get_property = sendoff_draft_get_property;
  install_properties (object_class);
  signals[SIGNAL_QUEUED] = g_signal_new ("queued", SENDOFF_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
}

static void
sendoff_draft_init (SendoffDraft *self)
{
  self->intake = sendoff_intake_new ();
  self->sources = g_list_store_new (SENDOFF_TYPE_SOURCE_ITEM);
  self->outputs = g_list_store_new (SENDOFF_TYPE_OUTPUT_ITEM);
  self->destinations = g_list_store_new (SENDOFF_TYPE_DESTINATION);
  self->reason = g_strdup (_ ("Add a video first."));
}

/* ---- Plan ---- */

static guint
count (GListStore *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (list));
}

static SendoffRequest *
make_request (SendoffDraft *self, SendoffSourceItem *source)
{
  return sendoff_draft_request_new (sendoff_source_item_get_file (source), self->folder_uri,
                                    G_LIST_MODEL (self->outputs));
}

/* A plan for each video that is ready. */
static GPtrArray *
make_plans (SendoffDraft *self)
{
  GPtrArray *plans = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_plan_free);

  for (guint i = 0; i < count (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);
      g_autoptr (SendoffRequest) request = NULL;

      if (!self->started || sendoff_source_item_get_state (source) != SENDOFF_SOURCE_READY)
        continue;
      request = make_request (self, source);
      g_ptr_array_add (plans,
                       sendoff_engine_plan (self->engine, sendoff_source_item_get_info (source), request));
    }
  return plans;
}

static void
take_text (SendoffDraft *self, char **member, guint prop_id, char *text)
{
  gboolean changed = g_strcmp0 (*member, text) != 0;

  g_free (*member);
  *member = text;
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
remember_outputs (SendoffDraft *self)
{
  g_auto (GStrv) texts = sendoff_draft_request_dup_remembered (G_LIST_MODEL (self->outputs));

  sendoff_preferences_set_outputs (self->preferences, (const char *const *)texts);
}

static gboolean
replan (gpointer data)
{
  SendoffDraft *self = data;
  g_autoptr (GPtrArray) plans = make_plans (self);
  gboolean could = self->reason == NULL;

  self->replan_id = 0;
  for (guint i = 0; i < count (self->outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i);

      sendoff_output_item_apply (output, plans, i);
    }
  take_text (self, &self->totals, PROP_TOTALS,
             sendoff_draft_summary_dup_totals (G_LIST_MODEL (self->outputs), plans));
  take_text (self, &self->reason, PROP_REASON,
             sendoff_draft_summary_dup_reason (G_LIST_MODEL (self->sources), G_LIST_MODEL (self->outputs),
                                               plans, self->n_submitting > 0));
  if (could != (self->reason == NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_EXPORT]);
  if (self->started)
    remember_outputs (self);
  return G_SOURCE_REMOVE;
}

/* Many changes at once are planned once; with many videos, each of which changes as it is looked at, less
 * often. */
static void
queue_replan (SendoffDraft *self)
{
  guint delay_ms = MIN (4 * count (self->sources), 400);

  if (self->replan_id == 0)
    self->replan_id = g_timeout_add_full (G_PRIORITY_HIGH_IDLE, delay_ms, replan, self, NULL);
}

/* ---- Outputs and destinations ---- */

static gboolean
is_wanted (SendoffDraft *self, SendoffDestination *destination)
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
follow_outputs (SendoffDraft *self)
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
on_outputs_changed (SendoffDraft *self)
{
  follow_outputs (self);
  queue_replan (self);
}

static void
on_remove_output (SendoffDraft *self, SendoffOutputItem *output)
{
  guint position;

  if (g_list_store_find (self->outputs, output, &position))
    g_list_store_remove (self->outputs, position);
}

static void
add_settings (SendoffDraft *self, SendoffOutputSettings *settings)
{
  g_autoptr (SendoffOutputItem) output
      = sendoff_output_item_new (settings, sendoff_engine_get_catalog (self->engine));

  g_signal_connect_object (settings, "notify", G_CALLBACK (queue_replan), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (output, "notify::typing-valid", G_CALLBACK (queue_replan), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (output, "remove", G_CALLBACK (on_remove_output), self, G_CONNECT_SWAPPED);
  g_list_store_append (self->outputs, output);
}

static void
remove_outputs_for (SendoffDraft *self, SendoffDestination *destination)
{
  for (guint i = count (self->outputs); i > 0; i--)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i - 1);

      if (sendoff_destination_is_of (destination, sendoff_output_item_get_settings (output)))
        g_list_store_remove (self->outputs, i - 1);
    }
}

static void
on_chosen_changed (SendoffDraft *self, GParamSpec *pspec, SendoffDestination *destination)
{
  if (self->following)
    return;
  self->following = TRUE;
  if (sendoff_destination_get_chosen (destination))
    {
      g_autoptr (SendoffOutputSettings) settings = sendoff_destination_new_settings (destination);

      add_settings (self, settings);
    }
  else
    remove_outputs_for (self, destination);
  self->following = FALSE;
}

/** sendoff_draft_add_output: one more output, which goes nowhere in particular. */
void
sendoff_draft_add_output (SendoffDraft *self)
{
  g_autoptr (SendoffOutputSettings) settings = sendoff_output_settings_new ();

  g_return_if_fail (self->started);
  add_settings (self, settings);
}

/* ---- Sources ---- */

static void
on_sources_changed (SendoffDraft *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_SOURCES]);
  queue_replan (self);
}

static void
on_remove_source (SendoffDraft *self, SendoffSourceItem *source)
{
  guint position;

  sendoff_source_item_stop (source);
  if (g_list_store_find (self->sources, source, &position))
    g_list_store_remove (self->sources, position);
}

static gboolean
has_file (SendoffDraft *self, GFile *file)
{
  for (guint i = 0; i < count (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (g_file_equal (sendoff_source_item_get_file (source), file))
        return TRUE;
    }
  return FALSE;
}

static void
add_source (SendoffDraft *self, GFile *file)
{
  g_autoptr (SendoffSourceItem) source = NULL;

  if (has_file (self, file))
    return;
  source = sendoff_source_item_new (file);
  g_signal_connect_object (source, "changed", G_CALLBACK (queue_replan), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "remove", G_CALLBACK (on_remove_source), self, G_CONNECT_SWAPPED);
  g_list_store_append (self->sources, source);
  if (self->started)
    sendoff_source_item_start (source, self->engine);
}

/**
 * sendoff_draft_add_files:
 * @files: (element-type GFile): videos, or folders with videos
 *
 * Adds those that are not there already. May be called before the engine is ready.
 */
void
sendoff_draft_add_files (SendoffDraft *self, GPtrArray *files)
{
  sendoff_intake_add (self->intake, files);
}

/* What stood in the way of the last try may be gone. */
static void
forget_problems (SendoffDraft *self)
{
  for (guint i = 0; i < count (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (sendoff_source_item_get_state (source) == SENDOFF_SOURCE_READY)
        sendoff_source_item_set_problem (source, NULL);
    }
}

/** sendoff_draft_set_folder: where files go; @folder is %NULL for beside each video. */
void
sendoff_draft_set_folder (SendoffDraft *self, GFile *folder)
{
  g_free (self->folder_uri);
  self->folder_uri = folder != NULL ? g_file_get_uri (folder) : NULL;
  sendoff_preferences_set_folder_uri (self->preferences, self->folder_uri);
  forget_problems (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER_URI]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER_NAME]);
  queue_replan (self);
}

/* ---- Export ---- */

/* One video on its way into the queue. */
typedef struct
{
  SendoffDraft *draft;
  SendoffSourceItem *source;
} Departure;

static void
finish_export (SendoffDraft *self)
{
  guint n_queued = self->n_queued, n_failed = self->n_failed;

  self->n_queued = self->n_failed = 0;
  g_signal_emit (self, signals[SIGNAL_QUEUED], 0, n_queued, n_failed);
  queue_replan (self);
}

static void
on_submitted (GObject *object, GAsyncResult *result, gpointer data)
{
  Departure *departure = data;
  SendoffDraft *self = departure->draft;
  g_autoptr (GError) error = NULL;

  if (sendoff_submission_run_finish (result, &error) != NULL)
    {
      self->n_queued++;
      on_remove_source (self, departure->source);
    }
  else
    {
      self->n_failed++;
      sendoff_source_item_set_problem (departure->source, error->message);
    }
  if (--self->n_submitting == 0)
    finish_export (self);
  g_object_unref (departure->source);
  g_object_unref (self);
  g_free (departure);
}

/** sendoff_draft_export: puts every video that can be exported into the queue; "queued" tells when that is
 * done. */
void
sendoff_draft_export (SendoffDraft *self)
{
  if (self->reason != NULL || !self->started)
    return;
  forget_problems (self);
  for (guint i = 0; i < count (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);
      g_autoptr (SendoffRequest) request = NULL;
      Departure *departure;

      if (sendoff_source_item_get_state (source) != SENDOFF_SOURCE_READY)
        continue;
      request = make_request (self, source);
      departure = g_new0 (Departure, 1);
      departure->draft = g_object_ref (self);
      departure->source = g_object_ref (source);
      self->n_submitting++;
      sendoff_submission_run_async (self->engine, sendoff_source_item_get_file (source), request,
                                    on_submitted, departure);
    }
  take_text (self, &self->reason, PROP_REASON, g_strdup (_ ("Putting the videos into the queue…")));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_EXPORT]);
}

/* ---- Start ---- */

static void
restore_outputs (SendoffDraft *self)
{
  g_auto (GStrv) texts = sendoff_preferences_dup_outputs (self->preferences);

  for (guint i = 0; texts[i] != NULL; i++)
    {
      g_autoptr (SendoffOutputSettings) settings = sendoff_output_item_parse_remembered (texts[i]);

      if (settings != NULL)
        add_settings (self, settings);
    }
}

static void
add_destinations (SendoffDraft *self)
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

/** sendoff_draft_start: the engine is ready: the catalog can be shown, and files be looked at. */
void
sendoff_draft_start (SendoffDraft *self)
{
  g_return_if_fail (!self->started);
  self->started = TRUE;
  restore_outputs (self);
  add_destinations (self);
  for (guint i = 0; i < count (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      sendoff_source_item_start (source, self->engine);
    }
  queue_replan (self);
}

/** sendoff_draft_stop: the engine is about to stop: nothing is asked of it any more. */
void
sendoff_draft_stop (SendoffDraft *self)
{
  self->started = FALSE;
  sendoff_intake_stop (self->intake);
  for (guint i = 0; i < count (self->sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      sendoff_source_item_stop (source);
    }
}

/** sendoff_draft_new: (transfer full): an empty draft; start it when @engine is started. */
SendoffDraft *
sendoff_draft_new (SendoffEngine *engine, SendoffPreferences *preferences)
{
  SendoffDraft *self = g_object_new (SENDOFF_TYPE_DRAFT, NULL);

  self->engine = g_object_ref (engine);
  self->preferences = g_object_ref (preferences);
  self->folder_uri = sendoff_preferences_dup_folder_uri (preferences);
  g_signal_connect_object (self->intake, "file", G_CALLBACK (add_source), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sources, "items-changed", G_CALLBACK (on_sources_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->outputs, "items-changed", G_CALLBACK (on_outputs_changed), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/** sendoff_draft_get_sources: (transfer none): SendoffSourceItem. */
GListModel *
sendoff_draft_get_sources (SendoffDraft *self)
{
  return G_LIST_MODEL (self->sources);
}

/** sendoff_draft_get_outputs: (transfer none): SendoffOutputItem. */
GListModel *
sendoff_draft_get_outputs (SendoffDraft *self)
{
  return G_LIST_MODEL (self->outputs);
}

/** sendoff_draft_get_destinations: (transfer none): SendoffDestination; empty until the start. */
GListModel *
sendoff_draft_get_destinations (SendoffDraft *self)
{
  return G_LIST_MODEL (self->destinations);
}
