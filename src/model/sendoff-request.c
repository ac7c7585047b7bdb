#include "model/sendoff-request.h"

#include "base/sendoff-document.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

struct _SendoffRequest {
  GObject parent_instance;

  char *source_uri;
  char *naming_pattern;
  char *output_folder_uri;
  char *local_date;
  char *project;
  gboolean overwrite;
  gboolean sequential;
  int jobs;
  gint64 created_at;
  GListStore *outputs;
};

enum {
  PROP_SOURCE_URI = 1,
  PROP_NAMING_PATTERN,
  PROP_OUTPUT_FOLDER_URI,
  PROP_OVERWRITE,
  PROP_SEQUENTIAL,
  PROP_JOBS,
  PROP_CREATED_AT,
  PROP_LOCAL_DATE,
  PROP_PROJECT,
  PROP_OUTPUTS,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (SendoffRequest, sendoff_request, G_TYPE_OBJECT)

/* Where a string property lives; NULL for properties of other types. */
static char **
get_string_member (SendoffRequest *self, guint prop_id)
{
  switch (prop_id)
    {
    case PROP_SOURCE_URI:
      return &self->source_uri;
    case PROP_NAMING_PATTERN:
      return &self->naming_pattern;
    case PROP_OUTPUT_FOLDER_URI:
      return &self->output_folder_uri;
    case PROP_LOCAL_DATE:
      return &self->local_date;
    case PROP_PROJECT:
      return &self->project;
    default:
      return NULL;
    }
}

static void
sendoff_request_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffRequest *self = SENDOFF_REQUEST (object);

  switch (prop_id)
    {
    case PROP_SOURCE_URI:
    case PROP_NAMING_PATTERN:
    case PROP_OUTPUT_FOLDER_URI:
    case PROP_LOCAL_DATE:
    case PROP_PROJECT:
      g_value_set_string (value, *get_string_member (self, prop_id));
      break;
    case PROP_OVERWRITE:
      g_value_set_boolean (value, self->overwrite);
      break;
    case PROP_SEQUENTIAL:
      g_value_set_boolean (value, self->sequential);
      break;
    case PROP_JOBS:
      g_value_set_int (value, self->jobs);
      break;
    case PROP_CREATED_AT:
      g_value_set_int64 (value, self->created_at);
      break;
    case PROP_OUTPUTS:
      g_value_set_object (value, self->outputs);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
set_string (SendoffRequest *self, guint prop_id, const char *value)
{
  char **member = get_string_member (self, prop_id);

  if (g_strcmp0 (*member, value) == 0)
    return;
  g_free (*member);
  *member = g_strdup (value);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
sendoff_request_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffRequest *self = SENDOFF_REQUEST (object);

  switch (prop_id)
    {
    case PROP_SOURCE_URI:
    case PROP_NAMING_PATTERN:
    case PROP_OUTPUT_FOLDER_URI:
    case PROP_LOCAL_DATE:
    case PROP_PROJECT:
      set_string (self, prop_id, g_value_get_string (value));
      break;
    case PROP_OVERWRITE:
      self->overwrite = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_SEQUENTIAL:
      self->sequential = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_JOBS:
      self->jobs = g_value_get_int (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    case PROP_CREATED_AT:
      self->created_at = g_value_get_int64 (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_request_finalize (GObject *object)
{
  SendoffRequest *self = SENDOFF_REQUEST (object);

  g_free (self->source_uri);
  g_free (self->naming_pattern);
  g_free (self->output_folder_uri);
  g_free (self->local_date);
  g_free (self->project);
  g_clear_object (&self->outputs);
  G_OBJECT_CLASS (sendoff_request_parent_class)->finalize (object);
}

static void
sendoff_request_class_init (SendoffRequestClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->get_property = sendoff_request_get_property;
  object_class->set_property = sendoff_request_set_property;
  object_class->finalize = sendoff_request_finalize;

  properties[PROP_SOURCE_URI] = g_param_spec_string ("source-uri", NULL, NULL, NULL, flags);
  properties[PROP_NAMING_PATTERN] = g_param_spec_string ("naming-pattern", NULL, NULL, NULL, flags);
  properties[PROP_OUTPUT_FOLDER_URI] = g_param_spec_string ("output-folder-uri", NULL, NULL, NULL, flags);
  properties[PROP_OVERWRITE] = g_param_spec_boolean ("overwrite", NULL, NULL, FALSE, flags);
  properties[PROP_SEQUENTIAL] = g_param_spec_boolean ("sequential", NULL, NULL, FALSE, flags);
  properties[PROP_JOBS] = g_param_spec_int ("jobs", NULL, NULL, 0, 1024, 0, flags);
  properties[PROP_CREATED_AT] = g_param_spec_int64 ("created-at", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_LOCAL_DATE] = g_param_spec_string ("local-date", NULL, NULL, NULL, flags);
  properties[PROP_PROJECT] = g_param_spec_string ("project", NULL, NULL, NULL, flags);
  properties[PROP_OUTPUTS] = g_param_spec_object ("outputs", NULL, NULL, G_TYPE_LIST_MODEL,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_request_init (SendoffRequest *self)
{
  self->outputs = g_list_store_new (SENDOFF_TYPE_OUTPUT_SETTINGS);
}

/** sendoff_request_new: (transfer full): a request without outputs for @source_uri (nullable). */
SendoffRequest *
sendoff_request_new (const char *source_uri)
{
  return g_object_new (SENDOFF_TYPE_REQUEST, "source-uri", source_uri, NULL);
}

/** sendoff_request_get_outputs: (transfer none): the live list of SendoffOutputSettings, a GListStore. */
GListModel *
sendoff_request_get_outputs (SendoffRequest *self)
{
  return G_LIST_MODEL (self->outputs);
}

/** sendoff_request_add_output: appends @output, of which a reference is taken. */
void
sendoff_request_add_output (SendoffRequest *self, SendoffOutputSettings *output)
{
  g_list_store_append (self->outputs, output);
}

static void
set_member_from_property (SendoffRequest *self, JsonObject *object, GParamSpec *pspec)
{
  g_autofree char *name = g_strdelimit (g_strdup (pspec->name), "-", '_');
  g_auto (GValue) value = G_VALUE_INIT;
  JsonNode *node;

  g_object_get_property (G_OBJECT (self), pspec->name, g_value_init (&value, pspec->value_type));
  if (g_param_value_defaults (pspec, &value))
    return;
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_value (node, &value);
  json_object_set_member (object, name, node);
}

/** sendoff_request_to_json: (transfer full): what was asked for, as an object in snake_case. */
JsonNode *
sendoff_request_to_json (SendoffRequest *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *outputs = json_array_new ();

  for (guint i = 1; i < PROP_OUTPUTS; i++)
    set_member_from_property (self, object, properties[i]);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->outputs)); i++)
    {
      g_autoptr (SendoffOutputSettings) output = g_list_model_get_item (G_LIST_MODEL (self->outputs), i);

      json_array_add_element (outputs, sendoff_output_settings_to_json (output));
    }
  json_object_set_array_member (object, "outputs", outputs);
  return json_node_init_object (json_node_alloc (), object);
}

static gboolean
read_outputs (SendoffRequest *self, JsonNode *node, GError **error)
{
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("“outputs” must be an array."));
      return FALSE;
    }
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      g_autoptr (SendoffOutputSettings) output
        = sendoff_output_settings_from_json (json_array_get_element (array, i), error);

      if (output == NULL)
        return FALSE;
      sendoff_request_add_output (self, output);
    }
  return TRUE;
}

static gboolean
read_property (SendoffRequest *self, const char *name, JsonNode *node, GError **error)
{
  g_autofree char *kebab = g_strdelimit (g_strdup (name), "_", '-');
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self), kebab);
  g_auto (GValue) given = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;

  if (pspec == NULL)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("A request has no “%s”."), name);
      return FALSE;
    }
  g_value_init (&value, pspec->value_type);
  if (JSON_NODE_HOLDS_VALUE (node))
    json_node_get_value (node, &given);
  if (!JSON_NODE_HOLDS_VALUE (node) || G_VALUE_HOLDS_STRING (&given) != G_VALUE_HOLDS_STRING (&value)
      || G_VALUE_HOLDS_BOOLEAN (&given) != G_VALUE_HOLDS_BOOLEAN (&value) || !g_value_transform (&given, &value)
      || g_param_value_validate (pspec, &value))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The request's “%s” has a value that it cannot take."),
                   name);
      return FALSE;
    }
  g_object_set_property (G_OBJECT (self), kebab, &value);
  return TRUE;
}

/**
 * sendoff_request_from_json:
 * @node: an object as sendoff_request_to_json() writes it; null counts as absent
 *
 * Returns: (transfer full): the request, or %NULL with %SENDOFF_ERROR_BAD_DATA that names what is wrong
 */
SendoffRequest *
sendoff_request_from_json (JsonNode *node, GError **error)
{
  g_autoptr (SendoffRequest) self = sendoff_request_new (NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("A request must be a JSON object."));
      return NULL;
    }
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &member))
    {
      gboolean understood = JSON_NODE_HOLDS_NULL (member)
                            || (g_str_equal (name, "outputs") ? read_outputs (self, member, error)
                                                              : read_property (self, name, member, error));

      if (!understood)
        return NULL;
    }
  return g_steal_pointer (&self);
}
