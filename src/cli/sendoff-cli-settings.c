#include <string.h>

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-text.h"

/* Of memory and of what is kept; less makes no difference. */
#define LEAST_SIZE ((gint64)1000 * 1000)

/* Sizes are the settings that are 64-bit integers. */
static gboolean
is_size (const GParamSpec *pspec)
{
  return pspec->value_type == G_TYPE_INT64;
}

static char *
dup_value (SendoffSettings *settings, const GParamSpec *pspec)
{
  gboolean on;
  guint number;
  gint64 bytes;

  if (pspec->value_type == G_TYPE_BOOLEAN)
    {
      g_object_get (settings, pspec->name, &on, NULL);
      return g_strdup (on ? "on" : "off");
    }
  if (!is_size (pspec))
    {
      g_object_get (settings, pspec->name, &number, NULL);
      return g_strdup_printf ("%u", number);
    }
  g_object_get (settings, pspec->name, &bytes, NULL);
  if (bytes < 0)
    return g_strdup ("auto");
  return bytes == 0 ? g_strdup ("0") : sendoff_format_size (bytes);
}

static gboolean
parse_switch (const char *text, GValue *value)
{
  gboolean on = g_str_equal (text, "on") || g_str_equal (text, "true") || g_str_equal (text, "yes");

  g_value_set_boolean (value, on);
  return on || g_str_equal (text, "off") || g_str_equal (text, "false") || g_str_equal (text, "no");
}

static gboolean
parse_value (GParamSpec *pspec, const char *text, GValue *value)
{
  guint64 number;
  gint64 bytes = -1;

  g_value_init (value, pspec->value_type);
  if (pspec->value_type == G_TYPE_BOOLEAN)
    return parse_switch (text, value);
  if (is_size (pspec))
    {
      if (!g_str_equal (text, "auto") && !sendoff_parse_size (text, &bytes))
        return FALSE;
      g_value_set_int64 (value, bytes);
    }
  else
    {
      if (!g_ascii_string_to_unsigned (text, 10, 0, G_MAXUINT, &number, NULL))
        return FALSE;
      g_value_set_uint (value, (guint)number);
    }
  /* TRUE when it had to be changed to be valid. */
  return !g_param_value_validate (pspec, value);
}

static void
add_member (JsonObject *object, SendoffSettings *settings, const GParamSpec *pspec)
{
  gboolean on;
  guint number;
  gint64 bytes;

  if (pspec->value_type == G_TYPE_BOOLEAN)
    {
      g_object_get (settings, pspec->name, &on, NULL);
      json_object_set_boolean_member (object, pspec->name, on);
    }
  else if (is_size (pspec))
    {
      g_object_get (settings, pspec->name, &bytes, NULL);
      json_object_set_int_member (object, pspec->name, bytes);
    }
  else
    {
      g_object_get (settings, pspec->name, &number, NULL);
      json_object_set_int_member (object, pspec->name, number);
    }
}

static SendoffExit
show (SendoffCli *cli, const char *only)
{
  const char *const header[] = { _ ("SETTING"), _ ("VALUE"), _ ("MEANING"), NULL };
  SendoffSettings *settings = sendoff_engine_get_settings (cli->engine);
  g_autofree GParamSpec **pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (settings), NULL);
  g_autoptr (SendoffCliTable) table = sendoff_cli_table_new (header);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; pspecs[i] != NULL; i++)
    {
      g_autofree char *value = dup_value (settings, pspecs[i]);
      const char *const cells[] = { pspecs[i]->name, value, _ (g_param_spec_get_blurb (pspecs[i])) };

      if (only != NULL && !g_str_equal (only, pspecs[i]->name))
        continue;
      sendoff_cli_table_add (table, cells);
      add_member (object, settings, pspecs[i]);
    }
  node = json_node_init_object (json_node_alloc (), object);
  if (cli->json)
    sendoff_cli_print_json (cli, node, TRUE);
  else
    sendoff_cli_table_print (table);
  return SENDOFF_EXIT_COMPLETED;
}

static void
report_unfit (SendoffCli *cli, const GParamSpec *pspec, const char *text)
{
  if (pspec->value_type == G_TYPE_BOOLEAN)
    sendoff_cli_message (cli, _ ("“%s” cannot be the value of “%s”: say on or off."), text, pspec->name);
  else if (is_size (pspec))
    sendoff_cli_message (cli,
                         _ ("“%s” cannot be the value of “%s”: say a size with its unit, such as 4GB, or 0."),
                         text, pspec->name);
  else
    sendoff_cli_message (cli, _ ("“%s” cannot be the value of “%s”: say a number, such as 4."), text,
                         pspec->name);
}

/* "4" is meant to be gigabytes and would be four bytes. */
static gboolean
is_too_little (const GValue *value)
{
  return G_VALUE_HOLDS_INT64 (value) && g_value_get_int64 (value) > 0
         && g_value_get_int64 (value) < LEAST_SIZE;
}

static SendoffExit
change (SendoffCli *cli, GParamSpec *pspec, const char *text)
{
  SendoffSettings *settings = sendoff_engine_get_settings (cli->engine);
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  if (!parse_value (pspec, text, &value))
    {
      report_unfit (cli, pspec, text);
      return SENDOFF_EXIT_USAGE;
    }
  if (is_too_little (&value))
    {
      g_autofree char *least = sendoff_format_size (LEAST_SIZE);

      sendoff_cli_message (cli, _ ("“%s” is too little for “%s”: say at least %s, with the unit, or 0."),
                           text, pspec->name, least);
      return SENDOFF_EXIT_USAGE;
    }
  g_object_set_property (G_OBJECT (settings), pspec->name, &value);
  if (!sendoff_settings_save (settings, &error))
    return sendoff_cli_report (cli, error);
  return show (cli, pspec->name);
}

/** sendoff_cli_run_settings: "settings [NAME [VALUE]]": what holds for every export, for the window too. */
SendoffExit
sendoff_cli_run_settings (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new (_ ("[NAME [VALUE]] - what holds for every export"));
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  GParamSpec *pspec = NULL;
  guint n_words;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  n_words = words != NULL ? g_strv_length (words) : 0;
  if (!sendoff_cli_start (cli, &status))
    return status;
  if (n_words > 0)
    pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (sendoff_engine_get_settings (cli->engine)),
                                          words[0]);
  if (n_words > 2 || (n_words > 0 && pspec == NULL))
    {
      if (n_words > 2)
        sendoff_cli_message (cli, _ ("Say one setting and its value."));
      else
        sendoff_cli_message (cli, _ ("There is no setting “%s”; “settings” lists them."), words[0]);
      return SENDOFF_EXIT_USAGE;
    }
  return n_words == 2 ? change (cli, pspec, words[1]) : show (cli, n_words == 1 ? words[0] : NULL);
}
