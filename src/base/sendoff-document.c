#include "base/sendoff-document.h"

#include <math.h>
#include <string.h>

#include "base/sendoff-bytes.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

#define MEMBER(doc, field, ctype) (*(ctype *)((char *)(doc) + (field)->offset))

static GPtrArray *
doc_array_new (void)
{
  return g_ptr_array_new ();
}

/**
 * sendoff_doc_new:
 * @type: the document type
 *
 * Returns: (transfer full): a struct with every member at its default; free with sendoff_doc_free()
 */
gpointer
sendoff_doc_new (const SendoffDocType *type)
{
  gpointer doc = g_malloc0 (type->size);

  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    if (field->kind == SENDOFF_FIELD_DOC_ARRAY)
      MEMBER (doc, field, GPtrArray *) = doc_array_new ();
    else if (field->kind == SENDOFF_FIELD_RATIONAL)
      MEMBER (doc, field, SendoffRational) = SENDOFF_RATIONAL_NONE;
  if (type->init != NULL)
    type->init (doc);
  return doc;
}

static void
clear_member (gpointer doc, const SendoffField *field)
{
  switch (field->kind)
    {
    case SENDOFF_FIELD_STRING:
    case SENDOFF_FIELD_FILENAME:
      g_free (MEMBER (doc, field, char *));
      break;
    case SENDOFF_FIELD_STRV:
    case SENDOFF_FIELD_FILENAMES:
      g_strfreev (MEMBER (doc, field, char **));
      break;
    case SENDOFF_FIELD_DOC:
      sendoff_doc_free (field->type, MEMBER (doc, field, gpointer));
      break;
    case SENDOFF_FIELD_DOC_ARRAY:
      if (MEMBER (doc, field, GPtrArray *) != NULL)
        {
          GPtrArray *array = MEMBER (doc, field, GPtrArray *);

          for (guint i = 0; i < array->len; i++)
            sendoff_doc_free (field->type, g_ptr_array_index (array, i));
          g_ptr_array_unref (array);
        }
      break;
    case SENDOFF_FIELD_INT64_ARRAY:
      g_clear_pointer (&MEMBER (doc, field, GArray *), g_array_unref);
      break;
    case SENDOFF_FIELD_JSON:
      g_clear_pointer (&MEMBER (doc, field, JsonNode *), json_node_unref);
      break;
    case SENDOFF_FIELD_BOOL:
    case SENDOFF_FIELD_INT:
    case SENDOFF_FIELD_INT64:
    case SENDOFF_FIELD_DOUBLE:
    case SENDOFF_FIELD_RATIONAL:
    case SENDOFF_FIELD_ENUM:
    default:
      break;
    }
}

/** sendoff_doc_free: frees @doc (nullable) and everything its members own. */
void
sendoff_doc_free (const SendoffDocType *type, gpointer doc)
{
  if (doc == NULL)
    return;
  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    clear_member (doc, field);
  g_free (doc);
}

static void
copy_member (gpointer to, gconstpointer from, const SendoffField *field)
{
  switch (field->kind)
    {
    case SENDOFF_FIELD_STRING:
    case SENDOFF_FIELD_FILENAME:
      MEMBER (to, field, char *) = g_strdup (MEMBER (from, field, char *));
      break;
    case SENDOFF_FIELD_STRV:
    case SENDOFF_FIELD_FILENAMES:
      MEMBER (to, field, char **) = g_strdupv (MEMBER (from, field, char **));
      break;
    case SENDOFF_FIELD_DOC:
      MEMBER (to, field, gpointer) = sendoff_doc_copy (field->type, MEMBER (from, field, gpointer));
      break;
    case SENDOFF_FIELD_DOC_ARRAY:
      {
        GPtrArray *array = MEMBER (from, field, GPtrArray *);
        GPtrArray *copy = doc_array_new ();

        for (guint i = 0; array != NULL && i < array->len; i++)
          g_ptr_array_add (copy, sendoff_doc_copy (field->type, g_ptr_array_index (array, i)));
        MEMBER (to, field, GPtrArray *) = copy;
      }
      break;
    case SENDOFF_FIELD_INT64_ARRAY:
      {
        GArray *array = MEMBER (from, field, GArray *);

        MEMBER (to, field, GArray *) = array != NULL ? g_array_copy (array) : NULL;
      }
      break;
    case SENDOFF_FIELD_JSON:
      {
        JsonNode *node = MEMBER (from, field, JsonNode *);

        MEMBER (to, field, JsonNode *) = node != NULL ? json_node_ref (node) : NULL;
      }
      break;
    case SENDOFF_FIELD_BOOL:
    case SENDOFF_FIELD_INT:
    case SENDOFF_FIELD_INT64:
    case SENDOFF_FIELD_DOUBLE:
    case SENDOFF_FIELD_RATIONAL:
    case SENDOFF_FIELD_ENUM:
    default:
      break;
    }
}

/** sendoff_doc_copy: (transfer full) (nullable): a deep copy of @doc (nullable). */
gpointer
sendoff_doc_copy (const SendoffDocType *type, gconstpointer doc)
{
  gpointer copy;

  if (doc == NULL)
    return NULL;
  copy = g_memdup2 (doc, type->size);
  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    copy_member (copy, doc, field);
  return copy;
}

/* One string of a member, as it is in JSON. */
static char *
encode_string (const SendoffField *field, const char *text)
{
  gboolean is_filename = field->kind == SENDOFF_FIELD_FILENAME || field->kind == SENDOFF_FIELD_FILENAMES;

  return is_filename ? sendoff_bytes_escape (text) : g_strdup (text);
}

static char *
decode_string (const SendoffField *field, JsonNode *node)
{
  gboolean is_filename = field->kind == SENDOFF_FIELD_FILENAME || field->kind == SENDOFF_FIELD_FILENAMES;

  return is_filename ? sendoff_bytes_unescape (json_node_get_string (node)) : json_node_dup_string (node);
}

static JsonNode *
strings_to_json (JsonNode *node, const SendoffField *field, char **strings)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; strings[i] != NULL; i++)
    {
      g_autofree char *text = encode_string (field, strings[i]);

      json_array_add_string_element (array, text);
    }
  return json_node_init_array (node, array);
}

/* A NULL result means that the member is unset and left out. */
static JsonNode *
member_to_json (gconstpointer doc, const SendoffField *field)
{
  JsonNode *node = json_node_alloc ();
  g_autofree char *text = NULL;

  switch (field->kind)
    {
    case SENDOFF_FIELD_BOOL:
      return json_node_init_boolean (node, MEMBER (doc, field, gboolean));
    case SENDOFF_FIELD_INT:
      return json_node_init_int (node, MEMBER (doc, field, int));
    case SENDOFF_FIELD_INT64:
      return json_node_init_int (node, MEMBER (doc, field, gint64));
    case SENDOFF_FIELD_DOUBLE:
      return json_node_init_double (node,
                                    isfinite (MEMBER (doc, field, double)) ? MEMBER (doc, field, double) : 0);
    case SENDOFF_FIELD_ENUM:
      return json_node_init_string (node, field->names[MEMBER (doc, field, int)]);
    case SENDOFF_FIELD_RATIONAL:
      if (MEMBER (doc, field, SendoffRational).num == 0)
        break;
      text = sendoff_rational_to_string (MEMBER (doc, field, SendoffRational));
      return json_node_init_string (node, text);
    case SENDOFF_FIELD_STRING:
    case SENDOFF_FIELD_FILENAME:
      if (MEMBER (doc, field, char *) == NULL)
        break;
      text = encode_string (field, MEMBER (doc, field, char *));
      return json_node_init_string (node, text);
    case SENDOFF_FIELD_STRV:
    case SENDOFF_FIELD_FILENAMES:
      if (MEMBER (doc, field, char **) == NULL)
        break;
      return strings_to_json (node, field, MEMBER (doc, field, char **));
    case SENDOFF_FIELD_DOC:
      if (MEMBER (doc, field, gpointer) == NULL)
        break;
      json_node_unref (node);
      return sendoff_doc_to_json (field->type, MEMBER (doc, field, gpointer));
    case SENDOFF_FIELD_DOC_ARRAY:
      {
        GPtrArray *docs = MEMBER (doc, field, GPtrArray *);
        g_autoptr (JsonArray) array = json_array_new ();

        for (guint i = 0; docs != NULL && i < docs->len; i++)
          json_array_add_element (array, sendoff_doc_to_json (field->type, g_ptr_array_index (docs, i)));
        return json_node_init_array (node, array);
      }
    case SENDOFF_FIELD_INT64_ARRAY:
      {
        GArray *values = MEMBER (doc, field, GArray *);
        g_autoptr (JsonArray) array = json_array_new ();

        if (values == NULL)
          break;
        for (guint i = 0; i < values->len; i++)
          json_array_add_int_element (array, g_array_index (values, gint64, i));
        return json_node_init_array (node, array);
      }
    case SENDOFF_FIELD_JSON:
      if (MEMBER (doc, field, JsonNode *) == NULL)
        break;
      json_node_unref (node);
      return json_node_copy (MEMBER (doc, field, JsonNode *));
    default:
      g_assert_not_reached ();
    }
  json_node_unref (node);
  return NULL;
}

/** sendoff_doc_to_json: (transfer full): @doc as a JSON object. */
JsonNode *
sendoff_doc_to_json (const SendoffDocType *type, gconstpointer doc)
{
  g_autoptr (JsonObject) object = json_object_new ();

  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    {
      JsonNode *node = member_to_json (doc, field);

      if (node != NULL)
        json_object_set_member (object, field->name, node);
    }
  return json_node_init_object (json_node_alloc (), object);
}

static gboolean
bad_member (const SendoffDocType *type, const SendoffField *field, const char *wanted, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("In the %s, “%s” must be %s."), type->name,
               field->name, wanted);
  return FALSE;
}

static gboolean
node_is_number (JsonNode *node)
{
  GType value_type = json_node_get_value_type (node);

  return JSON_NODE_HOLDS_VALUE (node) && (value_type == G_TYPE_INT64 || value_type == G_TYPE_DOUBLE);
}

static gboolean
node_is_string (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING;
}

static gboolean
read_enum (
    const SendoffDocType *type, gpointer doc, const SendoffField *field, JsonNode *node, GError **error)
{
  for (int value = 0; node_is_string (node) && field->names[value] != NULL; value++)
    if (g_str_equal (json_node_get_string (node), field->names[value]))
      {
        MEMBER (doc, field, int) = value;
        return TRUE;
      }
  return bad_member (type, field, _ ("one of its names"), error);
}

static gboolean
read_array (
    const SendoffDocType *type, gpointer doc, const SendoffField *field, JsonNode *node, GError **error)
{
  JsonArray *array;
  guint length;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return bad_member (type, field, _ ("an array"), error);
  array = json_node_get_array (node);
  length = json_array_get_length (array);
  clear_member (doc, field);
  if (field->kind == SENDOFF_FIELD_STRV || field->kind == SENDOFF_FIELD_FILENAMES)
    {
      MEMBER (doc, field, char **) = g_new0 (char *, length + 1);
      for (guint i = 0; i < length; i++)
        {
          if (!node_is_string (json_array_get_element (array, i)))
            return bad_member (type, field, _ ("an array of strings"), error);
          MEMBER (doc, field, char **)[i] = decode_string (field, json_array_get_element (array, i));
        }
      return TRUE;
    }
  if (field->kind == SENDOFF_FIELD_INT64_ARRAY)
    {
      MEMBER (doc, field, GArray *) = g_array_sized_new (FALSE, FALSE, sizeof (gint64), length);
      for (guint i = 0; i < length; i++)
        {
          gint64 value;

          if (!node_is_number (json_array_get_element (array, i)))
            return bad_member (type, field, _ ("an array of numbers"), error);
          value = json_array_get_int_element (array, i);
          g_array_append_val (MEMBER (doc, field, GArray *), value);
        }
      return TRUE;
    }
  MEMBER (doc, field, GPtrArray *) = doc_array_new ();
  for (guint i = 0; i < length; i++)
    {
      gpointer element = sendoff_doc_from_json (field->type, json_array_get_element (array, i), error);

      if (element == NULL)
        return FALSE;
      g_ptr_array_add (MEMBER (doc, field, GPtrArray *), element);
    }
  return TRUE;
}

static gboolean
member_from_json (
    const SendoffDocType *type, gpointer doc, const SendoffField *field, JsonNode *node, GError **error)
{
  switch (field->kind)
    {
    case SENDOFF_FIELD_BOOL:
      if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN)
        return bad_member (type, field, _ ("true or false"), error);
      MEMBER (doc, field, gboolean) = json_node_get_boolean (node);
      return TRUE;
    case SENDOFF_FIELD_INT:
      if (!node_is_number (node) || json_node_get_int (node) != (int)json_node_get_int (node))
        return bad_member (type, field, _ ("a whole number"), error);
      MEMBER (doc, field, int) = (int)json_node_get_int (node);
      return TRUE;
    case SENDOFF_FIELD_INT64:
      if (!node_is_number (node))
        return bad_member (type, field, _ ("a whole number"), error);
      MEMBER (doc, field, gint64) = json_node_get_int (node);
      return TRUE;
    case SENDOFF_FIELD_DOUBLE:
      if (!node_is_number (node))
        return bad_member (type, field, _ ("a number"), error);
      MEMBER (doc, field, double) = json_node_get_double (node);
      return TRUE;
    case SENDOFF_FIELD_STRING:
    case SENDOFF_FIELD_FILENAME:
      if (!node_is_string (node))
        return bad_member (type, field, _ ("a string"), error);
      g_free (MEMBER (doc, field, char *));
      MEMBER (doc, field, char *) = decode_string (field, node);
      return TRUE;
    case SENDOFF_FIELD_RATIONAL:
      if (!node_is_string (node)
          || !sendoff_rational_parse (json_node_get_string (node), &MEMBER (doc, field, SendoffRational)))
        return bad_member (type, field, _ ("a fraction such as \"30000/1001\""), error);
      return TRUE;
    case SENDOFF_FIELD_ENUM:
      return read_enum (type, doc, field, node, error);
    case SENDOFF_FIELD_DOC:
      clear_member (doc, field);
      MEMBER (doc, field, gpointer) = sendoff_doc_from_json (field->type, node, error);
      return MEMBER (doc, field, gpointer) != NULL;
    case SENDOFF_FIELD_STRV:
    case SENDOFF_FIELD_FILENAMES:
    case SENDOFF_FIELD_DOC_ARRAY:
    case SENDOFF_FIELD_INT64_ARRAY:
      return read_array (type, doc, field, node, error);
    case SENDOFF_FIELD_JSON:
      clear_member (doc, field);
      MEMBER (doc, field, JsonNode *) = json_node_copy (node);
      return TRUE;
    default:
      g_assert_not_reached ();
    }
}

/**
 * sendoff_doc_from_json:
 * @type: the document type
 * @node: a JSON object
 *
 * Unknown members are ignored (a newer program wrote them), null counts as absent, a member of the wrong
 * type is an error.
 *
 * Returns: (transfer full): the document, or %NULL with %SENDOFF_ERROR_BAD_DATA
 */
gpointer
sendoff_doc_from_json (const SendoffDocType *type, JsonNode *node, GError **error)
{
  gpointer doc;
  JsonObject *object;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The %s must be a JSON object."),
                   type->name);
      return NULL;
    }
  object = json_node_get_object (node);
  doc = sendoff_doc_new (type);
  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    {
      JsonNode *member = json_object_get_member (object, field->name);

      if (member == NULL || JSON_NODE_HOLDS_NULL (member))
        continue;
      if (!member_from_json (type, doc, field, member, error))
        {
          sendoff_doc_free (type, doc);
          return NULL;
        }
    }
  return doc;
}

/** sendoff_json_to_text: (transfer full): @node as text, on one line unless @pretty. */
char *
sendoff_json_to_text (JsonNode *node, gboolean pretty)
{
  return json_to_string (node, pretty);
}

/**
 * sendoff_json_parse:
 * @text: UTF-8, need not be terminated when @length is given
 * @length: bytes, or -1
 *
 * Returns: (transfer full): the root node, or %NULL with %SENDOFF_ERROR_BAD_DATA
 */
JsonNode *
sendoff_json_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local = NULL;

  if (!g_utf8_validate (text, length, NULL))
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The JSON text is not UTF-8."));
      return NULL;
    }
  if (!json_parser_load_from_data (parser, text, length, &local))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The JSON text is not valid: %s"),
                   local->message);
      return NULL;
    }
  if (json_parser_get_root (parser) == NULL)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The JSON text is empty."));
      return NULL;
    }
  return json_node_copy (json_parser_get_root (parser));
}

/** sendoff_doc_to_text: (transfer full): @doc as JSON on one line. */
char *
sendoff_doc_to_text (const SendoffDocType *type, gconstpointer doc)
{
  g_autoptr (JsonNode) node = sendoff_doc_to_json (type, doc);

  return sendoff_json_to_text (node, FALSE);
}

/** sendoff_doc_from_text: (transfer full): the document in @text, or %NULL with %SENDOFF_ERROR_BAD_DATA. */
gpointer
sendoff_doc_from_text (const SendoffDocType *type, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, error);

  return node != NULL ? sendoff_doc_from_json (type, node, error) : NULL;
}

static gboolean
has_field (const SendoffDocType *type, const char *name)
{
  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    if (g_str_equal (field->name, name))
      return TRUE;
  return FALSE;
}

/**
 * sendoff_doc_find_stranger:
 * @also: (nullable): names that may be there as well; ended by %NULL
 *
 * sendoff_doc_from_json() passes over members that it does not know, because newer programs may have written
 * them. In what a user wrote they are mistakes.
 *
 * Returns: (transfer none) (nullable): the name of the first member of @object that @type does not have
 */
const char *
sendoff_doc_find_stranger (const SendoffDocType *type, JsonObject *object, const char *const *also)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    if (!has_field (type, name) && (also == NULL || !g_strv_contains (also, name)))
      return name;
  return NULL;
}
