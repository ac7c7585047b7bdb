#include "app/sendoff-output-item.h"

#include <glib/gi18n.h>

#include "app/sendoff-issue-item.h"
#include "app/sendoff-words.h"

struct _SendoffOutputItem
{
  GObject parent_instance;
  SendoffOutputSettings *settings;
  SendoffCatalog *catalog;
  char *title;
  char *summary;
  GListStore *issues;
  int severity;
  gboolean typing_valid;
};

enum
{
  PROP_SETTINGS = 1,
  PROP_CATALOG,
  PROP_TITLE,
  PROP_SUMMARY,
  PROP_ISSUES,
  PROP_SEVERITY,
  PROP_TYPING_VALID,
  N_PROPS
};

enum
{
  SIGNAL_REMOVE,
  N_SIGNALS
};

/* What belongs to one video and is not remembered. */
static const SendoffSetting passing_settings[] = {
  SENDOFF_SETTING_START,
  SENDOFF_SETTING_END,
};

G_DEFINE_FINAL_TYPE (SendoffOutputItem, sendoff_output_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* What it is called before anything was planned. */
static char *
dup_first_title (SendoffOutputItem *self)
{
  const char *platform_id = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_PLATFORM);
  const char *preset_id = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_PRESET);
  const SendoffPlatform *platform
      = platform_id != NULL ? sendoff_catalog_get_platform (self->catalog, platform_id) : NULL;
  const SendoffPreset *preset
      = preset_id != NULL ? sendoff_catalog_get_preset (self->catalog, preset_id) : NULL;

  if (platform != NULL)
    return g_strdup (platform->name);
  return g_strdup (preset != NULL ? preset->name : _ ("Video"));
}

static void
sendoff_output_item_constructed (GObject *object)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  G_OBJECT_CLASS (sendoff_output_item_parent_class)->constructed (object);
  self->title = dup_first_title (self);
}

static void
sendoff_output_item_finalize (GObject *object)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->catalog);
  g_clear_object (&self->issues);
  g_free (self->title);
  g_free (self->summary);
  G_OBJECT_CLASS (sendoff_output_item_parent_class)->finalize (object);
}

static void
sendoff_output_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    case PROP_CATALOG:
      g_value_set_object (value, self->catalog);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_SUMMARY:
      g_value_set_string (value, self->summary);
      break;
    case PROP_ISSUES:
      g_value_set_object (value, self->issues);
      break;
    case PROP_SEVERITY:
      g_value_set_int (value, self->severity);
      break;
    case PROP_TYPING_VALID:
      g_value_set_boolean (value, self->typing_valid);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_output_item_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;
    case PROP_CATALOG:
      self->catalog = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_output_item_class_init (SendoffOutputItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = sendoff_output_item_constructed;
  object_class->finalize = sendoff_output_item_finalize;
  object_class->get_property = sendoff_output_item_get_property;
  object_class->set_property = sendoff_output_item_set_property;
  properties[PROP_SETTINGS]
      = g_param_spec_object ("settings", NULL, NULL, SENDOFF_TYPE_OUTPUT_SETTINGS, construct);
  properties[PROP_CATALOG] = g_param_spec_object ("catalog", NULL, NULL, SENDOFF_TYPE_CATALOG, construct);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_SUMMARY] = g_param_spec_string ("summary", NULL, NULL, NULL, flags);
  properties[PROP_ISSUES] = g_param_spec_object ("issues", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_SEVERITY]
      = g_param_spec_int ("severity", NULL, NULL, -1, SENDOFF_SEVERITY_ERROR, -1, flags);
  properties[PROP_TYPING_VALID] = g_param_spec_boolean ("typing-valid", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_REMOVE] = g_signal_new ("remove", SENDOFF_TYPE_OUTPUT_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
}

static void
sendoff_output_item_init (SendoffOutputItem *self)
{
  self->issues = g_list_store_new (SENDOFF_TYPE_ISSUE_ITEM);
  self->severity = -1;
  self->typing_valid = TRUE;
}

/** sendoff_output_item_new: (transfer full): an item that edits @settings, of which a reference is kept. */
SendoffOutputItem *
sendoff_output_item_new (SendoffOutputSettings *settings, SendoffCatalog *catalog)
{
  return g_object_new (SENDOFF_TYPE_OUTPUT_ITEM, "settings", settings, "catalog", catalog, NULL);
}

/** sendoff_output_item_get_settings: (transfer none): what was asked for; edited by the row. */
SendoffOutputSettings *
sendoff_output_item_get_settings (SendoffOutputItem *self)
{
  return self->settings;
}

/** sendoff_output_item_get_catalog: (transfer none): what there is to choose from. */
SendoffCatalog *
sendoff_output_item_get_catalog (SendoffOutputItem *self)
{
  return self->catalog;
}

/** sendoff_output_item_get_title: (transfer none): "YouTube". */
const char *
sendoff_output_item_get_title (SendoffOutputItem *self)
{
  return self->title;
}

/** sendoff_output_item_get_issues: (transfer none): SendoffIssueItem of every video's plan, each sentence
 * once. */
GListModel *
sendoff_output_item_get_issues (SendoffOutputItem *self)
{
  return G_LIST_MODEL (self->issues);
}

/** sendoff_output_item_get_severity: of the worst issue, -1 when there is none. */
int
sendoff_output_item_get_severity (SendoffOutputItem *self)
{
  return self->severity;
}

/** sendoff_output_item_get_typing_valid: whether all that is typed in its row can be understood. */
gboolean
sendoff_output_item_get_typing_valid (SendoffOutputItem *self)
{
  return self->typing_valid;
}

/** sendoff_output_item_set_typing_valid: for the row, which alone knows what cannot be a setting. */
void
sendoff_output_item_set_typing_valid (SendoffOutputItem *self, gboolean typing_valid)
{
  if (self->typing_valid == typing_valid)
    return;
  self->typing_valid = typing_valid;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TYPING_VALID]);
}

/** sendoff_output_item_dup_remembered: (transfer full): its settings but for those of one video, as JSON
 * text. */
char *
sendoff_output_item_dup_remembered (SendoffOutputItem *self)
{
  g_autoptr (SendoffOutputSettings) kept = sendoff_output_settings_copy (self->settings);
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (passing_settings); i++)
    sendoff_output_settings_set_int (kept, passing_settings[i], -1);
  node = sendoff_output_settings_to_json (kept);
  return sendoff_json_to_text (node, FALSE);
}

/** sendoff_output_item_parse_remembered: (transfer full) (nullable): settings of such a text, %NULL when it
 * is none. */
SendoffOutputSettings *
sendoff_output_item_parse_remembered (const char *text)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, NULL);

  return node != NULL ? sendoff_output_settings_from_json (node, NULL) : NULL;
}

static void
set_text (SendoffOutputItem *self, char **member, guint prop_id, const char *text)
{
  if (g_strcmp0 (*member, text) == 0)
    return;
  g_free (*member);
  *member = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/* How many videos' plans have the same sentence about this output. */
static guint
count_message (GPtrArray *plans, guint output, const char *message)
{
  guint n = 0;

  for (guint p = 0; p < plans->len; p++)
    {
      const SendoffPlan *plan = g_ptr_array_index (plans, p);

      for (guint i = 0; i < plan->issues->len; i++)
        {
          const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

          n += issue->output == (int)output && g_str_equal (issue->message, message);
        }
    }
  return n;
}

static void
add_issue (
    GPtrArray *items, GHashTable *seen, GPtrArray *plans, const SendoffPlan *plan, const SendoffIssue *issue)
{
  g_autofree char *message = NULL;

  if (plans->len > 1 && count_message (plans, issue->output, issue->message) < plans->len)
    /* Translators: the name of a video, and a sentence about it */
    message = g_strdup_printf (_ ("%s: %s"), plan->source_name, issue->message);
  else
    message = g_strdup (issue->message);
  if (g_hash_table_contains (seen, message))
    return;
  g_ptr_array_add (items, sendoff_issue_item_new (issue->severity, message));
  g_hash_table_add (seen, g_steal_pointer (&message));
}

static GPtrArray *
collect_issues (GPtrArray *plans, guint output)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);

  for (int severity = SENDOFF_SEVERITY_ERROR; severity >= SENDOFF_SEVERITY_INFO; severity--)
    for (guint p = 0; p < plans->len; p++)
      {
        const SendoffPlan *plan = g_ptr_array_index (plans, p);

        for (guint i = 0; i < plan->issues->len; i++)
          {
            const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

            if (issue->severity == severity
                && (issue->output == (int)output || (issue->output < 0 && output == 0)))
              add_issue (items, seen, plans, plan, issue);
          }
      }
  return items;
}

static gboolean
has_same_issues (SendoffOutputItem *self, GPtrArray *items)
{
  if (g_list_model_get_n_items (G_LIST_MODEL (self->issues)) != items->len)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      g_autoptr (SendoffIssueItem) old = g_list_model_get_item (G_LIST_MODEL (self->issues), i);
      SendoffIssueItem *new = g_ptr_array_index (items, i);

      if (g_strcmp0 (sendoff_issue_item_get_message (old), sendoff_issue_item_get_message (new)) != 0
          || sendoff_issue_item_get_severity (old) != sendoff_issue_item_get_severity (new))
        return FALSE;
    }
  return TRUE;
}

static void
apply_issues (SendoffOutputItem *self, GPtrArray *plans, guint output)
{
  g_autoptr (GPtrArray) items = collect_issues (plans, output);
  int severity = items->len > 0 ? (int)sendoff_issue_item_get_severity (g_ptr_array_index (items, 0)) : -1;

  /* Rows are made anew only when there is something new to read. */
  if (!has_same_issues (self, items))
    g_list_store_splice (self->issues, 0, g_list_model_get_n_items (G_LIST_MODEL (self->issues)),
                         items->pdata, items->len);
  if (severity == self->severity)
    return;
  self->severity = severity;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEVERITY]);
}

static char *
dup_size (GPtrArray *plans, guint output)
{
  gint64 size_bytes = 0, low_bytes = 0, high_bytes = 0, limit_bytes = 0;

  for (guint i = 0; i < plans->len; i++)
    {
      const SendoffOutputPlan *plan = sendoff_plan_get_output (g_ptr_array_index (plans, i), output);

      if (plan->estimated_size_bytes <= 0)
        return sendoff_words_for_size (0, 0, 0, 0);
      size_bytes += plan->estimated_size_bytes;
      low_bytes += plan->estimated_low_bytes;
      high_bytes += plan->estimated_high_bytes;
      limit_bytes = plan->max_size_bytes;
    }
  return sendoff_words_for_size (size_bytes, low_bytes, high_bytes, plans->len == 1 ? limit_bytes : 0);
}

/* What all videos' files have in common, if anything. */
static char *
dup_words (SendoffOutputItem *self, GPtrArray *plans, guint output)
{
  g_autofree char *common = NULL;

  for (guint i = 0; i < plans->len; i++)
    {
      g_autofree char *words = sendoff_words_for_output (
          sendoff_plan_get_output (g_ptr_array_index (plans, i), output), self->catalog);

      if (i > 0 && !g_str_equal (words, common))
        return g_strdup (_ ("Different for each video"));
      g_free (common);
      common = g_steal_pointer (&words);
    }
  return g_steal_pointer (&common);
}

static void
apply_summary (SendoffOutputItem *self, GPtrArray *plans, guint output)
{
  const SendoffOutputPlan *first = sendoff_plan_get_output (g_ptr_array_index (plans, 0), output);
  g_autofree char *words = dup_words (self, plans, output);
  g_autofree char *size = dup_size (plans, output);
  g_autofree char *summary = NULL;

  if (plans->len > 1)
    summary = g_strdup_printf (ngettext ("%s\n%u file, %s", "%s\n%u files, %s", plans->len), words,
                               plans->len, size);
  else
    summary = g_strdup_printf ("%s\n%s", words, size);
  set_text (self, &self->title, PROP_TITLE, first->label);
  set_text (self, &self->summary, PROP_SUMMARY, g_strstrip (summary));
}

/**
 * sendoff_output_item_apply:
 * @plans: (element-type SendoffPlan): one for each video; may be empty
 * @output: the item's index in all of them
 *
 * Shows what the planner says now.
 */
void
sendoff_output_item_apply (SendoffOutputItem *self, GPtrArray *plans, guint output)
{
  apply_issues (self, plans, output);
  if (plans->len > 0)
    apply_summary (self, plans, output);
  else
    set_text (self, &self->summary, PROP_SUMMARY, NULL);
}

/** sendoff_output_item_remove: tells whoever lists it to let it go. */
void
sendoff_output_item_remove (SendoffOutputItem *self)
{
  g_signal_emit (self, signals[SIGNAL_REMOVE], 0);
}
