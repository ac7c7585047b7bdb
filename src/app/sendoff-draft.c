#include "app/sendoff-draft.h"

#include <glib/gi18n.h>

#include "app/sendoff-departure.h"
#include "app/sendoff-draft-disks.h"
#include "app/sendoff-draft-estimates.h"
#include "app/sendoff-draft-outputs.h"
#include "app/sendoff-draft-request.h"
#include "app/sendoff-draft-sources.h"
#include "app/sendoff-draft-summary.h"

struct _SendoffDraft
{
  GObject parent_instance;
  SendoffEngine *engine;
  SendoffPreferences *preferences;
  gboolean started; /* the engine can be asked */
  SendoffDraftSources *sources;
  SendoffDraftOutputs *outputs;
  SendoffShelf *shelf;
  SendoffDraftPlans *plans;
  SendoffDraftDisks *disks;
  SendoffDraftEstimates *estimates;
  char *folder_uri; /* (nullable): beside the video */
  char *naming_pattern;
  char *totals;       /* (nullable) */
  char *reason;       /* (nullable) */
  gboolean departing; /* Export was pressed and is not through yet */
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
  PROP_NAMING_PATTERN,
  PROP_FOLDER_ISSUES,
  PROP_HAS_FOLDER_ISSUES,
  PROP_SELECTED_SOURCE,
  N_PROPS
};

enum
{
  SIGNAL_QUEUED,
  SIGNAL_PLANNED,
  SIGNAL_FOLDER_WANTED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffDraft, sendoff_draft, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sendoff_draft_dispose (GObject *object)
{
  SendoffDraft *self = SENDOFF_DRAFT (object);

  g_object_run_dispose (G_OBJECT (self->sources));
  if (self->plans != NULL)
    sendoff_draft_plans_stop (self->plans);
  if (self->disks != NULL)
    sendoff_draft_disks_stop (self->disks);
  if (self->estimates != NULL)
    sendoff_draft_estimates_stop (self->estimates);
  G_OBJECT_CLASS (sendoff_draft_parent_class)->dispose (object);
}

static void
sendoff_draft_finalize (GObject *object)
{
  SendoffDraft *self = SENDOFF_DRAFT (object);

  g_clear_object (&self->plans);
  g_clear_object (&self->disks);
  g_clear_object (&self->estimates);
  g_clear_object (&self->sources);
  g_clear_object (&self->outputs);
  g_clear_object (&self->shelf);
  g_clear_object (&self->engine);
  g_clear_object (&self->preferences);
  g_free (self->folder_uri);
  g_free (self->naming_pattern);
  g_free (self->totals);
  g_free (self->reason);
  G_OBJECT_CLASS (sendoff_draft_parent_class)->finalize (object);
}

static void
sendoff_draft_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffDraft *self = SENDOFF_DRAFT (object);

  switch (prop_id)
    {
    case PROP_SOURCES:
      g_value_set_object (value, sendoff_draft_get_sources (self));
      break;
    case PROP_OUTPUTS:
      g_value_set_object (value, sendoff_draft_get_outputs (self));
      break;
    case PROP_DESTINATIONS:
      g_value_set_object (value, sendoff_draft_get_destinations (self));
      break;
    case PROP_HAS_SOURCES:
      g_value_set_boolean (value, g_list_model_get_n_items (sendoff_draft_get_sources (self)) > 0);
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
      g_value_take_string (value, sendoff_draft_summary_dup_folder (
                                      self->folder_uri, sendoff_draft_get_selected_source (self)));
      break;
    case PROP_FOLDER_URI:
      g_value_set_string (value, self->folder_uri);
      break;
    case PROP_NAMING_PATTERN:
      g_value_set_string (value, self->naming_pattern);
      break;
    case PROP_FOLDER_ISSUES:
      g_value_set_object (value, sendoff_draft_disks_get_issues (self->disks));
      break;
    case PROP_HAS_FOLDER_ISSUES:
      g_value_set_boolean (value,
                           g_list_model_get_n_items (sendoff_draft_disks_get_issues (self->disks)) > 0);
      break;
    case PROP_SELECTED_SOURCE:
      g_value_set_object (value, sendoff_draft_get_selected_source (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_draft_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffDraft *self = SENDOFF_DRAFT (object);

  if (prop_id == PROP_NAMING_PATTERN)
    sendoff_draft_set_naming_pattern (self, g_value_get_string (value));
  else if (prop_id == PROP_SELECTED_SOURCE)
    sendoff_draft_select_source (self, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = flags | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY;

  properties[PROP_SOURCES] = g_param_spec_object ("sources", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_OUTPUTS] = g_param_spec_object ("outputs", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_DESTINATIONS] = g_param_spec_object ("destinations", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_HAS_SOURCES] = g_param_spec_boolean ("has-sources", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_EXPORT] = g_param_spec_boolean ("can-export", NULL, NULL, FALSE, flags);
  properties[PROP_TOTALS] = g_param_spec_string ("totals", NULL, NULL, NULL, flags);
  properties[PROP_REASON] = g_param_spec_string ("reason", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER_NAME] = g_param_spec_string ("folder-name", NULL, NULL, NULL, flags);
  properties[PROP_FOLDER_URI] = g_param_spec_string ("folder-uri", NULL, NULL, NULL, flags);
  properties[PROP_NAMING_PATTERN] = g_param_spec_string ("naming-pattern", NULL, NULL, NULL, writable);
  properties[PROP_FOLDER_ISSUES]
      = g_param_spec_object ("folder-issues", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_HAS_FOLDER_ISSUES] = g_param_spec_boolean ("has-folder-issues", NULL, NULL, FALSE, flags);
  properties[PROP_SELECTED_SOURCE]
      = g_param_spec_object ("selected-source", NULL, NULL, SENDOFF_TYPE_SOURCE_ITEM, writable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_draft_class_init (SendoffDraftClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_draft_dispose;
  object_class->finalize = sendoff_draft_finalize;
  object_class->get_property = sendoff_draft_get_property;
  object_class->set_property = sendoff_draft_set_property;
  install_properties (object_class);
  signals[SIGNAL_QUEUED] = g_signal_new ("queued", SENDOFF_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);
  signals[SIGNAL_PLANNED]
      = g_signal_new ("planned", SENDOFF_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FOLDER_WANTED] = g_signal_new ("folder-wanted", SENDOFF_TYPE_DRAFT, G_SIGNAL_RUN_LAST, 0,
                                                NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
sendoff_draft_init (SendoffDraft *self)
{
  self->sources = sendoff_draft_sources_new ();
  self->naming_pattern = g_strdup (SENDOFF_DEFAULT_NAMING_PATTERN);
  self->reason = g_strdup (_ ("Add a video first."));
}

/* ---- Plan ---- */

static SendoffRequest *
make_request (SendoffSourceItem *source, gpointer data)
{
  SendoffDraft *self = data;
  g_autofree char *folder_uri
      = self->folder_uri != NULL ? g_strdup (self->folder_uri) : sendoff_source_item_dup_folder_uri (source);

  return sendoff_draft_request_new (sendoff_source_item_get_file (source),
                                    sendoff_source_item_get_captions (source), folder_uri,
                                    self->naming_pattern, sendoff_draft_get_outputs (self));
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
  g_auto (GStrv) texts = sendoff_draft_request_dup_remembered (sendoff_draft_get_outputs (self));

  sendoff_preferences_set_outputs (self->preferences, (const char *const *)texts);
}

static char *
dup_reason (SendoffDraft *self, GPtrArray *plans)
{
  char *reason = sendoff_draft_summary_dup_reason (sendoff_draft_get_sources (self),
                                                   sendoff_draft_get_outputs (self), plans, self->departing);

  return reason != NULL ? reason : g_strdup (sendoff_draft_disks_get_error (self->disks));
}

static void
apply_reason (SendoffDraft *self)
{
  gboolean could = self->reason == NULL;

  take_text (self, &self->reason, PROP_REASON, dup_reason (self, sendoff_draft_plans_get (self->plans)));
  if (could != (self->reason == NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_EXPORT]);
}

static void
apply_totals (SendoffDraft *self, GPtrArray *plans)
{
  take_text (self, &self->totals, PROP_TOTALS,
             sendoff_draft_summary_dup_totals (self->engine, sendoff_draft_get_outputs (self), plans));
}

/* Every plan is up to date: says so, and what follows from it. */
static void
on_planned (SendoffDraft *self)
{
  GPtrArray *plans = sendoff_draft_plans_get (self->plans);

  sendoff_draft_outputs_apply (self->outputs, plans);
  apply_totals (self, plans);
  apply_reason (self);
  remember_outputs (self);
  sendoff_draft_disks_check (self->disks, plans->len > 0 ? g_ptr_array_index (plans, 0) : NULL);
  g_signal_emit (self, signals[SIGNAL_PLANNED], 0);
}

static void
on_estimates_changed (SendoffDraft *self)
{
  GPtrArray *plans = sendoff_draft_plans_get (self->plans);

  sendoff_draft_outputs_apply_estimates (self->outputs, plans);
  apply_totals (self, plans);
}

static void
on_disks_changed (SendoffDraft *self)
{
  apply_reason (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_FOLDER_ISSUES]);
}

static void
on_folder_wanted (SendoffDraft *self)
{
  g_signal_emit (self, signals[SIGNAL_FOLDER_WANTED], 0);
}

static void
on_names_wanted (SendoffDraft *self)
{
  sendoff_draft_set_naming_pattern (self, NULL);
}

static void
replan (SendoffDraft *self)
{
  if (self->started)
    sendoff_draft_plans_invalidate (self->plans);
}

/* ---- Outputs ---- */

/** sendoff_draft_add_output: one more output, which goes nowhere in particular. */
void
sendoff_draft_add_output (SendoffDraft *self)
{
  g_return_if_fail (self->started);
  sendoff_draft_outputs_add_preset (self->outputs, NULL);
}

/* ---- Sources ---- */

static void
on_sources_changed (SendoffDraft *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_SOURCES]);
}

static void
on_selected (SendoffDraft *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED_SOURCE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER_NAME]);
}

static void
on_stale (SendoffDraft *self, SendoffSourceItem *source)
{
  sendoff_draft_plans_forget (self->plans, source);
  if (source == sendoff_draft_get_selected_source (self))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER_NAME]);
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
  sendoff_draft_sources_add_files (self->sources, files);
}

/** sendoff_draft_set_folder: where files go; @folder is %NULL for beside each video. */
void
sendoff_draft_set_folder (SendoffDraft *self, GFile *folder)
{
  g_free (self->folder_uri);
  self->folder_uri = folder != NULL ? g_file_get_uri (folder) : NULL;
  sendoff_preferences_set_folder_uri (self->preferences, self->folder_uri);
  sendoff_draft_sources_forget_problems (self->sources);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER_URI]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FOLDER_NAME]);
  replan (self);
}

/** sendoff_draft_set_naming_pattern: how files are named; @pattern is %NULL or empty for names as usual. */
void
sendoff_draft_set_naming_pattern (SendoffDraft *self, const char *pattern)
{
  const char *wanted = pattern != NULL && *pattern != '\0' ? pattern : SENDOFF_DEFAULT_NAMING_PATTERN;

  if (g_strcmp0 (self->naming_pattern, wanted) == 0)
    return;
  g_free (self->naming_pattern);
  self->naming_pattern = g_strdup (wanted);
  sendoff_preferences_set_naming_pattern (self->preferences, wanted);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAMING_PATTERN]);
  replan (self);
}

/* ---- Presets and release sets ---- */

/** sendoff_draft_get_shelf: (transfer none): what is kept for next time. */
SendoffShelf *
sendoff_draft_get_shelf (SendoffDraft *self)
{
  return self->shelf;
}

/** sendoff_draft_dup_request: (transfer full): what would be asked for now, of no video in particular. */
SendoffRequest *
sendoff_draft_dup_request (SendoffDraft *self)
{
  return sendoff_draft_request_new (NULL, NULL, self->folder_uri, self->naming_pattern,
                                    sendoff_draft_get_outputs (self));
}

/** sendoff_draft_use_release_set: puts what the release set keeps in the place of outputs, folder and naming;
 * %NULL for no outputs at all. */
void
sendoff_draft_use_release_set (SendoffDraft *self, const char *release_set_id)
{
  const SendoffReleaseSet *set = sendoff_shelf_find_release_set (self->shelf, release_set_id);
  g_autoptr (GPtrArray) outputs = set != NULL ? sendoff_release_set_list_outputs (set, NULL) : NULL;

  sendoff_draft_outputs_replace (self->outputs, outputs);
  if (set != NULL)
    {
      g_autoptr (GFile) folder
          = set->output_folder_uri != NULL ? g_file_new_for_uri (set->output_folder_uri) : NULL;

      sendoff_draft_set_folder (self, folder);
      sendoff_draft_set_naming_pattern (self, set->naming_pattern);
    }
}

/** sendoff_draft_add_preset: one more output, made from a preset. */
void
sendoff_draft_add_preset (SendoffDraft *self, const char *preset_id)
{
  sendoff_draft_outputs_add_preset (self->outputs, preset_id);
}

/* ---- Export ---- */

static void
on_departed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffDraft) self = data;
  g_autoptr (SendoffDepartureResult) departure = sendoff_departure_run_finish (result);

  self->departing = FALSE;
  for (guint i = 0; i < departure->gone->len; i++)
    sendoff_draft_sources_remove (self->sources, g_ptr_array_index (departure->gone, i));
  g_signal_emit (self, signals[SIGNAL_QUEUED], 0, departure->n_queued, departure->n_failed);
  apply_reason (self);
}

/** sendoff_draft_export: puts every video that can be exported into the queue; "queued" tells when that is
 * done. */
void
sendoff_draft_export (SendoffDraft *self)
{
  if (self->reason != NULL || !self->started)
    return;
  sendoff_draft_sources_forget_problems (self->sources);
  self->departing = TRUE;
  sendoff_draft_estimates_stop (self->estimates);
  sendoff_departure_run_async (self->engine, sendoff_draft_plans_get (self->plans),
                               sendoff_draft_get_outputs (self), on_departed, g_object_ref (self));
  apply_reason (self);
}

/* ---- Start ---- */

/** sendoff_draft_start: the engine is ready: the catalog can be shown, and files be looked at. */
void
sendoff_draft_start (SendoffDraft *self)
{
  g_auto (GStrv) remembered = sendoff_preferences_dup_outputs (self->preferences);

  g_return_if_fail (!self->started);
  self->started = TRUE;
  sendoff_draft_plans_start (self->plans);
  sendoff_draft_outputs_start (self->outputs, (const char *const *)remembered);
  sendoff_shelf_start (self->shelf);
  sendoff_draft_sources_start (self->sources, self->engine);
  replan (self);
}

/** sendoff_draft_stop: the engine is about to stop: nothing is asked of it any more. */
void
sendoff_draft_stop (SendoffDraft *self)
{
  self->started = FALSE;
  sendoff_draft_plans_stop (self->plans);
  sendoff_draft_disks_stop (self->disks);
  sendoff_draft_estimates_stop (self->estimates);
  sendoff_draft_sources_stop (self->sources);
}

static void
connect_parts (SendoffDraft *self)
{
  const struct
  {
    gpointer part;
    const char *signal;
    GCallback callback;
  } connections[] = {
    { self->plans, "changed", G_CALLBACK (on_planned) },
    { self->estimates, "changed", G_CALLBACK (on_estimates_changed) },
    { self->disks, "changed", G_CALLBACK (on_disks_changed) },
    { self->disks, "folder-wanted", G_CALLBACK (on_folder_wanted) },
    { self->disks, "names-wanted", G_CALLBACK (on_names_wanted) },
    { self->sources, "notify::selected", G_CALLBACK (on_selected) },
    { self->sources, "stale", G_CALLBACK (on_stale) },
    { sendoff_draft_get_sources (self), "items-changed", G_CALLBACK (on_sources_changed) },
    { self->outputs, "changed", G_CALLBACK (replan) },
    { self->outputs, "typing-problem", G_CALLBACK (apply_reason) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (connections); i++)
    g_signal_connect_object (connections[i].part, connections[i].signal, connections[i].callback, self,
                             G_CONNECT_SWAPPED);
}

/** sendoff_draft_new: (transfer full): an empty draft; start it when @engine is started. */
SendoffDraft *
sendoff_draft_new (SendoffEngine *engine, SendoffPreferences *preferences)
{
  SendoffDraft *self = g_object_new (SENDOFF_TYPE_DRAFT, NULL);

  self->engine = g_object_ref (engine);
  self->preferences = g_object_ref (preferences);
  self->shelf = sendoff_shelf_new (engine);
  self->folder_uri = sendoff_preferences_dup_folder_uri (preferences);
  self->naming_pattern = sendoff_preferences_dup_naming_pattern (preferences);
  self->outputs = sendoff_draft_outputs_new (engine);
  self->plans = sendoff_draft_plans_new (engine, sendoff_draft_get_sources (self), make_request, self);
  self->disks = sendoff_draft_disks_new (engine);
  self->estimates = sendoff_draft_estimates_new (engine, self->plans);
  connect_parts (self);
  return self;
}

/** sendoff_draft_get_sources: (transfer none): SendoffSourceItem. */
GListModel *
sendoff_draft_get_sources (SendoffDraft *self)
{
  return sendoff_draft_sources_get_list (self->sources);
}

/** sendoff_draft_get_outputs: (transfer none): SendoffOutputItem. */
GListModel *
sendoff_draft_get_outputs (SendoffDraft *self)
{
  return sendoff_draft_outputs_get_list (self->outputs);
}

/** sendoff_draft_get_destinations: (transfer none): SendoffDestination; empty until the start. */
GListModel *
sendoff_draft_get_destinations (SendoffDraft *self)
{
  return sendoff_draft_outputs_get_destinations (self->outputs);
}

/** sendoff_draft_get_selected_source: (transfer none) (nullable): the video that is looked at. */
SendoffSourceItem *
sendoff_draft_get_selected_source (SendoffDraft *self)
{
  return sendoff_draft_sources_get_selected (self->sources);
}

/** sendoff_draft_select_source: @source (nullable: there is none) is the video that is looked at. */
void
sendoff_draft_select_source (SendoffDraft *self, SendoffSourceItem *source)
{
  sendoff_draft_sources_select (self->sources, source);
}

/** sendoff_draft_get_selected_plan: (transfer none) (nullable): the plan of the video that is looked at,
 * valid until the next "planned". */
const SendoffDraftPlan *
sendoff_draft_get_selected_plan (SendoffDraft *self)
{
  SendoffSourceItem *selected = sendoff_draft_get_selected_source (self);

  return selected != NULL ? sendoff_draft_plans_find (self->plans, selected) : NULL;
}

/** sendoff_draft_get_folder_issues: (transfer none): SendoffIssueItem about where the files go. */
GListModel *
sendoff_draft_get_folder_issues (SendoffDraft *self)
{
  return sendoff_draft_disks_get_issues (self->disks);
}

/** sendoff_draft_get_engine: (transfer none): what it plans with. */
SendoffEngine *
sendoff_draft_get_engine (SendoffDraft *self)
{
  return self->engine;
}
