/* Settings as people type them, and as JSON: one reader for the command line, specifications, presets and requests. */
#include "model/sendoff-output-settings-private.h"

#include <math.h>
#include <string.h>

#include "base/sendoff-document.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-rational.h"
#include "base/sendoff-units.h"

/* Other names under which requests of the REST API and older files give a setting. */
typedef struct {
  const char *alias;
  SendoffSetting setting;
  gint64 unit; /* of a plain number, in units of the setting */
} SettingAlias;

static const SettingAlias aliases[] = {
  { "video-codec", SENDOFF_SETTING_CODEC, 1 },
  { "quality-preset", SENDOFF_SETTING_QUALITY, 1 },
  { "filename-suffix", SENDOFF_SETTING_SUFFIX, 1 },
  { "target-size-mb", SENDOFF_SETTING_TARGET_SIZE, 1000000 },
  { "max-size-mb", SENDOFF_SETTING_MAX_SIZE, 1000000 },
};

/* In the larger unit where it divides @value, else in the smaller one, else as it is: "6M", "6500k" or "6500001". */
static char *
amount_to_text (gint64 value, const char *large_unit, const char *small_unit)
{
  if (value % 1000000 == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT "%s", value / 1000000, large_unit);
  if (value % 1000 == 0)
    return g_strdup_printf ("%" G_GINT64_FORMAT "%s", value / 1000, small_unit);
  return g_strdup_printf ("%" G_GINT64_FORMAT, value);
}

/** sendoff_output_settings_dup_text: (transfer full) (nullable): a value as one would type it for
 * sendoff_output_settings_set_from_text(), %NULL when it is unset. */
char *
sendoff_output_settings_dup_text (SendoffOutputSettings *self, SendoffSetting setting)
{
  const GValue *value = sendoff_output_settings_peek_value (self, setting);
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gint64 whole;

  if (!sendoff_output_settings_is_set (self, setting))
    return NULL;
  if (G_VALUE_HOLDS_STRING (value))
    return g_value_dup_string (value);
  if (G_VALUE_HOLDS_DOUBLE (value))
    return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%g", g_value_get_double (value)));
  whole = sendoff_output_settings_get_int (self, setting);
  switch (sendoff_setting_specs[setting].kind)
    {
    case KIND_BITRATE:
      return amount_to_text (whole, "M", "k");
    case KIND_SIZE:
      return amount_to_text (whole, "MB", "kB");
    case KIND_TIME:
      return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.6f", (double)whole / 1e6));
    case KIND_FLAG:
      return g_strdup (whole == 1 ? "yes" : "no");
    case KIND_TEXT:
    case KIND_CHOICE:
    case KIND_NUMBER:
    case KIND_INDEX:
    default:
      return g_strdup_printf ("%" G_GINT64_FORMAT, whole);
    }
}

/* Finds a setting by either spelling; aliases have a unit of their own for plain numbers. */
static SendoffSetting
find_setting (const char *name, gint64 *unit)
{
  g_autofree char *kebab = g_strdelimit (g_strdup (name), "_", '-');

  *unit = 1;
  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    if (g_str_equal (sendoff_setting_specs[i].name, kebab))
      return i;
  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (aliases[i].alias, kebab))
      {
        *unit = aliases[i].unit;
        return aliases[i].setting;
      }
  return 0;
}

static gboolean
set_error_unknown (const char *name, int code, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, code, _ ("There is no setting “%s”."), name);
  return FALSE;
}

/** sendoff_setting_dup_accepted: (transfer full): what can be the value of @setting, in words: "a size such as 25MB". */
char *
sendoff_setting_dup_accepted (SendoffSetting setting)
{
  const SendoffSettingSpec *spec = &sendoff_setting_specs[setting];
  g_auto (GStrv) words = spec->kind == KIND_CHOICE ? g_strsplit (spec->accepted, "|", -1) : NULL;

  return words != NULL ? g_strjoinv (", ", words) : g_strdup (_ (spec->accepted));
}

static gboolean
set_error_value (const SendoffSettingSpec *setting, const char *name, const char *value, int code, GError **error)
{
  g_autofree char *accepted = sendoff_setting_dup_accepted ((SendoffSetting)(setting - sendoff_setting_specs));

  if (value != NULL)
    g_set_error (error, SENDOFF_ERROR, code, _ ("“%s” cannot be “%s”; it takes %s."), name, value, accepted);
  else
    g_set_error (error, SENDOFF_ERROR, code, _ ("“%s” needs a value; it takes %s."), name, accepted);
  return FALSE;
}

static gboolean
is_choice (const SendoffSettingSpec *setting, const char *value)
{
  g_auto (GStrv) words = g_strsplit (setting->accepted, "|", -1);

  return g_strv_contains ((const char *const *)words, value);
}

static gboolean
parse_flag (const char *text, gint64 *out)
{
  static const char *const yes[] = { "1", "yes", "true", "on", NULL };
  static const char *const no[] = { "0", "no", "false", "off", NULL };

  *out = g_strv_contains (yes, text);
  return *out || g_strv_contains (no, text);
}

static gboolean
parse_number (const char *text, double *out)
{
  char *end = NULL;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  *out = g_ascii_strtod (text, &end);
  return *end == '\0' && isfinite (*out);
}

static gboolean
parse_whole (const SendoffSettingSpec *setting, const char *text, gint64 *out)
{
  double number;

  switch (setting->kind)
    {
    case KIND_BITRATE:
      return sendoff_parse_bitrate (text, out);
    case KIND_SIZE:
      return sendoff_parse_size (text, out);
    case KIND_TIME:
      return sendoff_parse_time (text, out);
    case KIND_FLAG:
      return parse_flag (text, out);
    case KIND_INDEX:
    case KIND_TEXT:
    case KIND_CHOICE:
    case KIND_NUMBER:
    default:
      if (!parse_number (text, &number) || number != floor (number))
        return FALSE;
      *out = (gint64)number;
      return TRUE;
    }
}

/* Sets one value from what somebody typed; FALSE when it is not acceptable. */
static gboolean
set_text (SendoffOutputSettings *self, SendoffSetting id, const char *text, gint64 unit)
{
  const SendoffSettingSpec *setting = &sendoff_setting_specs[id];
  double number;
  gint64 whole;

  switch (setting->kind)
    {
    case KIND_CHOICE:
      if (!is_choice (setting, text))
        return FALSE;
      G_GNUC_FALLTHROUGH;
    case KIND_TEXT:
      if (*text == '\0' || !g_utf8_validate (text, -1, NULL))
        return FALSE;
      sendoff_output_settings_set_string (self, id, text);
      return TRUE;
    case KIND_NUMBER:
      if (!parse_number (text, &number) || number < setting->min || number > setting->max)
        return FALSE;
      g_object_set (self, setting->name, number, NULL);
      return TRUE;
    case KIND_BITRATE:
    case KIND_SIZE:
    case KIND_TIME:
    case KIND_FLAG:
    case KIND_INDEX:
    default:
      if (unit != 1 && parse_number (text, &number))
        whole = (gint64)llround (MIN (number, 1e12) * (double)unit);
      else if (!parse_whole (setting, text, &whole))
        return FALSE;
      if (whole < setting->min || whole > setting->max)
        return FALSE;
      sendoff_output_settings_set_int (self, id, whole);
      return TRUE;
    }
}

static gboolean
set_named (SendoffOutputSettings *self, const char *name, const char *value, int code, GError **error)
{
  gint64 unit;
  SendoffSetting id = find_setting (name, &unit);

  if (id == 0)
    return set_error_unknown (name, code, error);
  if (value == NULL && sendoff_setting_specs[id].kind == KIND_FLAG)
    value = "yes";
  if (value == NULL || !set_text (self, id, value, unit))
    return set_error_value (&sendoff_setting_specs[id], name, value, code, error);
  return TRUE;
}

/**
 * sendoff_output_settings_set_from_text:
 * @name: a setting, in kebab-case or snake_case
 * @value: (nullable): as people type it, "6M" or "0:12.5"; %NULL says yes to a flag
 *
 * Returns: whether it was set; otherwise %SENDOFF_ERROR_USAGE and nothing changed
 */
gboolean
sendoff_output_settings_set_from_text (SendoffOutputSettings *self, const char *name, const char *value, GError **error)
{
  g_return_val_if_fail (SENDOFF_IS_OUTPUT_SETTINGS (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  return set_named (self, name, value, SENDOFF_ERROR_USAGE, error);
}

static gboolean
is_flag_name (const char *text)
{
  gint64 unit;
  SendoffSetting id = find_setting (text, &unit);

  return id != 0 && sendoff_setting_specs[id].kind == KIND_FLAG;
}

static gboolean
set_pair (SendoffOutputSettings *self, const char *pair, GError **error)
{
  const char *equals = strchr (pair, '=');
  g_autofree char *name = equals != NULL ? g_strndup (pair, (gsize)(equals - pair)) : g_strdup (pair);

  return set_named (self, g_strstrip (name), equals != NULL ? equals + 1 : NULL, SENDOFF_ERROR_USAGE, error);
}

/**
 * sendoff_output_settings_parse:
 * @spec: "key=value,key=value"; a flag may stand alone ("two-pass"), and a value may hold commas ("crop=0.2,0.5")
 *
 * Returns: whether all of @spec was understood; otherwise %SENDOFF_ERROR_USAGE
 */
gboolean
sendoff_output_settings_parse (SendoffOutputSettings *self, const char *spec, GError **error)
{
  g_auto (GStrv) parts = NULL;
  g_autoptr (GString) pair = g_string_new (NULL);

  g_return_val_if_fail (SENDOFF_IS_OUTPUT_SETTINGS (self), FALSE);
  g_return_val_if_fail (spec != NULL, FALSE);

  parts = g_strsplit (spec, ",", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gboolean starts_pair = strchr (parts[i], '=') != NULL || is_flag_name (parts[i]) || pair->len == 0;

      if (!starts_pair)
        {
          g_string_append_printf (pair, ",%s", parts[i]);
          continue;
        }
      if (pair->len > 0 && !set_pair (self, pair->str, error))
        return FALSE;
      g_string_assign (pair, parts[i]);
    }
  return pair->len == 0 || set_pair (self, pair->str, error);
}

static JsonNode *
value_to_json (const SendoffSettingSpec *setting, const GValue *value)
{
  JsonNode *node = json_node_alloc ();

  switch (setting->kind)
    {
    case KIND_TEXT:
    case KIND_CHOICE:
      return json_node_init_string (node, g_value_get_string (value));
    case KIND_NUMBER:
      return json_node_init_double (node, g_value_get_double (value));
    case KIND_TIME:
      return json_node_init_double (node, (double)g_value_get_int64 (value) / 1e6);
    case KIND_FLAG:
      return json_node_init_boolean (node, g_value_get_int (value) == 1);
    case KIND_INDEX:
      return json_node_init_int (node, g_value_get_int (value));
    case KIND_BITRATE:
    case KIND_SIZE:
    default:
      return json_node_init_int (node, g_value_get_int64 (value));
    }
}

/** sendoff_output_settings_to_json: (transfer full): the settings that are set, as an object; times in seconds. */
JsonNode *
sendoff_output_settings_to_json (SendoffOutputSettings *self)
{
  g_autoptr (JsonObject) object = json_object_new ();

  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    {
      g_autofree char *name = g_strdelimit (g_strdup (sendoff_setting_specs[i].name), "-", '_');

      if (sendoff_output_settings_is_set (self, i))
        json_object_set_member (object, name, value_to_json (&sendoff_setting_specs[i], sendoff_output_settings_peek_value (self, i)));
    }
  return json_node_init_object (json_node_alloc (), object);
}

/* A JSON value as one would type it, so that there is one reader for all. */
static char *
json_value_to_text (JsonNode *node)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  if (!JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  switch (json_node_get_value_type (node))
    {
    case G_TYPE_STRING:
      return json_node_dup_string (node);
    case G_TYPE_BOOLEAN:
      return g_strdup (json_node_get_boolean (node) ? "yes" : "no");
    case G_TYPE_INT64:
      return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
    case G_TYPE_DOUBLE:
      return g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.9f", json_node_get_double (node)));
    default:
      return NULL;
    }
}

static gboolean read_members (SendoffOutputSettings *self, JsonNode *node, GError **error);

static gboolean
read_member (SendoffOutputSettings *self, const char *name, JsonNode *value, GError **error)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_NULL (value))
    return TRUE;
  if (g_str_equal (name, "custom_settings"))
    return read_members (self, value, error);
  text = json_value_to_text (value);
  if (text == NULL)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("“%s” must be a single value."), name);
      return FALSE;
    }
  return set_named (self, name, text, SENDOFF_ERROR_BAD_DATA, error);
}

static gboolean
read_members (SendoffOutputSettings *self, JsonNode *node, GError **error)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *value;

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA,
                           _ ("The settings of an output must be a JSON object."));
      return FALSE;
    }
  json_object_iter_init (&iter, json_node_get_object (node));
  while (json_object_iter_next (&iter, &name, &value))
    if (!read_member (self, name, value, error))
      return FALSE;
  return TRUE;
}

/**
 * sendoff_output_settings_from_json:
 * @node: an object of settings; bit rates in bit/s, sizes in bytes, times in seconds, or all of them as people
 *   type them; a member "custom_settings" holds more of the same
 *
 * Returns: (transfer full): the settings, or %NULL with %SENDOFF_ERROR_BAD_DATA
 */
SendoffOutputSettings *
sendoff_output_settings_from_json (JsonNode *node, GError **error)
{
  g_autoptr (SendoffOutputSettings) self = sendoff_output_settings_new ();

  if (!read_members (self, node, error))
    return NULL;
  return g_steal_pointer (&self);
}
