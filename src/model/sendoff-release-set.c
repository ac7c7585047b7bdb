#include "model/sendoff-release-set.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-label.h"

static const SendoffField release_set_fields[] = {
  SENDOFF_FIELD (SendoffReleaseSet, release_set_id, STRING),
  SENDOFF_FIELD (SendoffReleaseSet, name, STRING),
  SENDOFF_FIELD (SendoffReleaseSet, output_folder_uri, STRING),
  SENDOFF_FIELD (SendoffReleaseSet, naming_pattern, STRING),
  SENDOFF_FIELD (SendoffReleaseSet, outputs, JSON),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffReleaseSet, sendoff_release_set, "release set", release_set_fields, NULL)

static gboolean
is_free_id (const char *id, gpointer others)
{
  GPtrArray *sets = others;

  for (guint i = 0; i < sets->len; i++)
    if (g_strcmp0 (((SendoffReleaseSet *)g_ptr_array_index (sets, i))->release_set_id, id) == 0)
      return FALSE;
  return TRUE;
}

static gboolean
take_name (SendoffReleaseSet *self, const char *name, GPtrArray *others, GError **error)
{
  char *clean = sendoff_label_clean (name, error);

  if (clean == NULL)
    {
      g_prefix_error (error, "%s ", _ ("The release set cannot be kept."));
      return FALSE;
    }
  g_free (self->name);
  self->name = clean;
  if (self->release_set_id == NULL)
    self->release_set_id = sendoff_label_dup_id (clean, "release_set", is_free_id, others);
  return TRUE;
}

/* What belongs to one video is not kept. */
static JsonNode *
outputs_to_json (GListModel *outputs)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SendoffOutputSettings) output = g_list_model_get_item (outputs, i);
      g_autoptr (SendoffOutputSettings) kept = sendoff_output_settings_copy (output);

      sendoff_output_settings_set_int (kept, SENDOFF_SETTING_START, -1);
      sendoff_output_settings_set_int (kept, SENDOFF_SETTING_END, -1);
      json_array_add_element (array, sendoff_output_settings_to_json (kept));
    }
  return json_node_init_array (json_node_alloc (), array);
}

/**
 * sendoff_release_set_new_from_request:
 * @request: its outputs, folder and naming are kept; start and end of outputs are not
 * @others: (element-type SendoffReleaseSet): those that exist
 *
 * Returns: (transfer full): the set, or %NULL with an error as sendoff_release_set_check() has
 */
SendoffReleaseSet *
sendoff_release_set_new_from_request (const char *name,
                                      SendoffRequest *request,
                                      GPtrArray *others,
                                      GError **error)
{
  g_autoptr (SendoffReleaseSet) self = sendoff_release_set_new ();

  if (!take_name (self, name, others, error))
    return NULL;
  g_object_get (request, "output-folder-uri", &self->output_folder_uri, "naming-pattern",
                &self->naming_pattern, NULL);
  self->outputs = outputs_to_json (sendoff_request_get_outputs (request));
  return sendoff_release_set_check (self, others, error) ? g_steal_pointer (&self) : NULL;
}

static SendoffReleaseSet *
read_set (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, (gssize)length, error);
  g_autoptr (SendoffReleaseSet) self = node != NULL ? sendoff_release_set_from_json (node, error) : NULL;
  const char *stranger;

  if (self == NULL)
    return NULL;
  stranger = sendoff_doc_find_stranger (&sendoff_release_set_doc_type, json_node_get_object (node), NULL);
  if (stranger != NULL)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, _ ("A release set has no “%s”."),
                   stranger);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * sendoff_release_set_parse:
 * @text: a JSON object, as a release set is exported; @length bytes
 * @others: (element-type SendoffReleaseSet): those that exist; one with the same id is to be replaced
 *
 * Returns: (transfer full): the set, or %NULL with %SENDOFF_ERROR_INVALID_REQUEST or %SENDOFF_ERROR_EXISTS
 */
SendoffReleaseSet *
sendoff_release_set_parse (const char *text, gsize length, GPtrArray *others, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (SendoffReleaseSet) self = read_set (text, length, &local);
  g_autofree char *name = NULL;

  if (self == NULL)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, local->message);
      return NULL;
    }
  name = g_steal_pointer (&self->name);
  if (!take_name (self, name, others, error) || !sendoff_release_set_check (self, others, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * sendoff_release_set_check:
 * @others: (element-type SendoffReleaseSet): those that exist; the one with the same id does not count
 *
 * Returns: whether it can be kept; otherwise %SENDOFF_ERROR_INVALID_REQUEST for outputs that cannot be
 * understood, or %SENDOFF_ERROR_EXISTS for a name that another one has
 */
gboolean
sendoff_release_set_check (const SendoffReleaseSet *self, GPtrArray *others, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GPtrArray) outputs = sendoff_release_set_list_outputs (self, &local);

  if (outputs == NULL || outputs->len == 0)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
                           local != NULL ? local->message : _ ("A release set needs at least one output."));
      return FALSE;
    }
  for (guint i = 0; i < others->len; i++)
    {
      const SendoffReleaseSet *other = g_ptr_array_index (others, i);

      if (g_strcmp0 (other->release_set_id, self->release_set_id) == 0
          || !sendoff_label_equal (other->name, self->name))
        continue;
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS,
                   _ ("There is a release set called “%s” already; choose another name."), other->name);
      return FALSE;
    }
  return TRUE;
}

/** sendoff_release_set_list_outputs: (transfer full) (element-type SendoffOutputSettings): what is to be
 * made, or %NULL with %SENDOFF_ERROR_BAD_DATA. */
GPtrArray *
sendoff_release_set_list_outputs (const SendoffReleaseSet *self, GError **error)
{
  g_autoptr (GPtrArray) outputs = g_ptr_array_new_with_free_func (g_object_unref);
  JsonArray *array;

  if (self->outputs == NULL || !JSON_NODE_HOLDS_ARRAY (self->outputs))
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA,
                           _ ("A release set needs “outputs”, an array with the settings of each file."));
      return NULL;
    }
  array = json_node_get_array (self->outputs);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      SendoffOutputSettings *output
          = sendoff_output_settings_from_json (json_array_get_element (array, i), error);

      if (output == NULL)
        return NULL;
      g_ptr_array_add (outputs, output);
    }
  return g_steal_pointer (&outputs);
}

static void
set_if_unset (SendoffRequest *request, const char *property, const char *value)
{
  g_autofree char *found = NULL;

  g_object_get (request, property, &found, NULL);
  if (found == NULL && value != NULL)
    g_object_set (request, property, value, NULL);
}

/** sendoff_release_set_apply: adds the outputs to @request, and the folder and naming that it does not say
 * itself; FALSE with %SENDOFF_ERROR_BAD_DATA. */
gboolean
sendoff_release_set_apply (const SendoffReleaseSet *self, SendoffRequest *request, GError **error)
{
  g_autoptr (GPtrArray) outputs = sendoff_release_set_list_outputs (self, error);

  if (outputs == NULL)
    return FALSE;
  for (guint i = 0; i < outputs->len; i++)
    sendoff_request_add_output (request, g_ptr_array_index (outputs, i));
  set_if_unset (request, "output-folder-uri", self->output_folder_uri);
  set_if_unset (request, "naming-pattern", self->naming_pattern);
  return TRUE;
}

static gboolean
is_same_pattern (const char *a, const char *b)
{
  return g_strcmp0 (a != NULL ? a : SENDOFF_DEFAULT_NAMING_PATTERN,
                    b != NULL ? b : SENDOFF_DEFAULT_NAMING_PATTERN)
         == 0;
}

/** sendoff_release_set_matches: whether @request asks for what the set keeps, start and end of outputs aside.
 */
gboolean
sendoff_release_set_matches (const SendoffReleaseSet *self, SendoffRequest *request)
{
  g_autoptr (JsonNode) asked = outputs_to_json (sendoff_request_get_outputs (request));
  g_autofree char *folder_uri = NULL, *pattern = NULL;

  g_object_get (request, "output-folder-uri", &folder_uri, "naming-pattern", &pattern, NULL);
  return g_strcmp0 (folder_uri, self->output_folder_uri) == 0
         && is_same_pattern (pattern, self->naming_pattern) && json_node_equal (asked, self->outputs);
}

/** sendoff_release_set_find: (transfer none) (nullable): the one among @sets with that id or, failing that,
 * name. */
const SendoffReleaseSet *
sendoff_release_set_find (GPtrArray *sets, const char *id_or_name)
{
  const SendoffReleaseSet *by_name = NULL;

  for (guint i = 0; i < sets->len; i++)
    {
      const SendoffReleaseSet *set = g_ptr_array_index (sets, i);

      if (g_strcmp0 (set->release_set_id, id_or_name) == 0)
        return set;
      if (sendoff_label_equal (set->name, id_or_name))
        by_name = set;
    }
  return by_name;
}

static const char *
get_output_name (SendoffOutputSettings *output, SendoffCatalog *catalog)
{
  const char *platform_id = sendoff_output_settings_get_string (output, SENDOFF_SETTING_PLATFORM);
  const char *preset_id = sendoff_output_settings_get_string (output, SENDOFF_SETTING_PRESET);
  const SendoffPlatform *platform = sendoff_catalog_get_platform (catalog, platform_id);
  const SendoffPreset *preset = sendoff_catalog_get_preset (catalog, preset_id);

  if (platform != NULL)
    return _ (platform->name);
  if (preset != NULL)
    return preset->is_system ? _ (preset->name) : preset->name;
  return platform_id != NULL ? platform_id : preset_id != NULL ? preset_id : _ ("Video");
}

/** sendoff_release_set_dup_words: (transfer full): what it makes and where: "YouTube, TikTok · Videos/Ready".
 */
char *
sendoff_release_set_dup_words (const SendoffReleaseSet *self, SendoffCatalog *catalog)
{
  g_autoptr (GPtrArray) outputs = sendoff_release_set_list_outputs (self, NULL);
  GString *words = g_string_new (NULL);

  for (guint i = 0; outputs != NULL && i < outputs->len; i++)
    g_string_append_printf (words, "%s%s", i > 0 ? ", " : "",
                            get_output_name (g_ptr_array_index (outputs, i), catalog));
  if (self->output_folder_uri != NULL)
    {
      g_autoptr (GFile) folder = g_file_new_for_uri (self->output_folder_uri);
      g_autofree char *name = g_file_get_parse_name (folder);

      g_string_append_printf (words, " · %s", name);
    }
  if (self->naming_pattern != NULL)
    g_string_append_printf (words, " · %s", self->naming_pattern);
  return g_string_free (words, FALSE);
}
