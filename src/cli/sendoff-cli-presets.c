/* What "presets" does with the user's own presets: add, new, set, duplicate, remove and export. Listing them
 * is in sendoff-cli-catalog.c. */
#include <string.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-commands.h"
#include "model/sendoff-preset.h"

#define ANY_NUMBER G_MAXUINT

static SendoffCatalog *
get_catalog (SendoffCli *cli)
{
  return sendoff_engine_get_catalog (cli->engine);
}

static SendoffPreset *
read_preset (SendoffCli *cli, const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  gsize length = 0;
  SendoffPreset *preset;

  if (!g_file_get_contents (g_str_equal (path, "-") ? "/dev/stdin" : path, &text, &length, &local))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("The preset cannot be read: %s"),
                   local->message);
      return NULL;
    }
  preset = sendoff_preset_parse (text, length, get_catalog (cli), &local);
  if (preset == NULL)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, _ ("“%s” is not a preset: %s"), path,
                 local->message);
  return preset;
}

/* What "presets add" takes again. */
static void
print_preset (SendoffCli *cli, const SendoffPreset *preset)
{
  g_autoptr (JsonNode) node = sendoff_preset_to_json (preset);

  sendoff_cli_print_json (cli, node, TRUE);
}

static SendoffExit
save_preset (SendoffCli *cli, const SendoffPreset *preset)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sendoff_engine_save_preset_async (cli->engine, preset, cli->cancellable, sendoff_cli_on_ready, &result);
  if (!sendoff_engine_save_preset_finish (cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (cli, error);
  if (cli->json)
    print_preset (cli, sendoff_catalog_get_preset (get_catalog (cli), preset->preset_id));
  else
    {
      g_autofree char *words = sendoff_preset_dup_words (preset, get_catalog (cli));

      g_print ("%s: %s (%s)\n", preset->preset_id, preset->name, words);
    }
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
add_preset (SendoffCli *cli, char **words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffPreset) preset = read_preset (cli, words[0], &error);

  return preset != NULL ? save_preset (cli, preset) : sendoff_cli_report (cli, error);
}

/* Reports that there is none. */
static const SendoffPreset *
find_preset (SendoffCli *cli, const char *preset_id)
{
  const SendoffPreset *preset = sendoff_catalog_get_preset (get_catalog (cli), preset_id);

  if (preset == NULL)
    sendoff_cli_message (cli, _ ("There is no preset “%s”; “sendoff-cli presets” lists them."), preset_id);
  return preset;
}

/* "name" and "description" are no settings of an output. */
static gboolean
set_text_member (
    SendoffPreset *preset, const char *name, const char *value, gboolean *is_member, GError **error)
{
  *is_member = TRUE;
  if (g_str_equal (name, "name"))
    return sendoff_preset_set_name (preset, value, error);
  if (g_str_equal (name, "description"))
    {
      g_free (preset->description);
      preset->description = g_strdup (value);
      return TRUE;
    }
  *is_member = FALSE;
  return TRUE;
}

static gboolean
set_setting (SendoffOutputSettings *settings, const char *name, const char *value, GError **error)
{
  g_autofree char *property = g_strdelimit (g_strdup (name), "_", '-');
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), property);

  if (*value != '\0' || pspec == NULL)
    return sendoff_output_settings_set_from_text (settings, name, value, error);
  g_object_set_property (G_OBJECT (settings), property, g_param_spec_get_default_value (pspec));
  return TRUE;
}

/* Each word is "KEY=VALUE"; an empty value takes the setting back. */
static gboolean
set_words (SendoffPreset *preset, char **words, GError **error)
{
  g_autoptr (SendoffOutputSettings) settings = sendoff_preset_dup_settings (preset, error);

  for (guint i = 0; settings != NULL && words[i] != NULL; i++)
    {
      const char *equals = strchr (words[i], '=');
      g_autofree char *name = equals != NULL ? g_strndup (words[i], (gsize)(equals - words[i])) : NULL;
      gboolean is_member;

      if (name == NULL)
        {
          g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
                       _ ("Write “%s” as KEY=VALUE, such as quality=high."), words[i]);
          return FALSE;
        }
      if (!set_text_member (preset, name, equals + 1, &is_member, error)
          || (!is_member && !set_setting (settings, name, equals + 1, error)))
        return FALSE;
    }
  if (settings != NULL)
    sendoff_preset_take_settings (preset, settings);
  return settings != NULL;
}

static SendoffExit
new_preset (SendoffCli *cli, char **words)
{
  g_autoptr (SendoffOutputSettings) settings = NULL;
  g_autoptr (SendoffPreset) draft = sendoff_preset_new ();
  g_autoptr (SendoffPreset) preset = NULL;
  g_autoptr (GError) error = NULL;

  if (!set_words (draft, words + 1, &error))
    return sendoff_cli_report (cli, error);
  settings = sendoff_preset_dup_settings (draft, &error);
  if (settings != NULL)
    preset = sendoff_preset_new_from_settings (words[0], settings, get_catalog (cli), &error);
  if (preset == NULL)
    return sendoff_cli_report (cli, error);
  preset->description = g_strdup (draft->description);
  return save_preset (cli, preset);
}

static SendoffExit
set_preset (SendoffCli *cli, char **words)
{
  const SendoffPreset *old = find_preset (cli, words[0]);
  g_autoptr (SendoffPreset) preset = NULL;
  g_autoptr (GError) error = NULL;

  if (old == NULL)
    return SENDOFF_EXIT_USAGE;
  preset = sendoff_preset_copy (old);
  if (!set_words (preset, words + 1, &error))
    return sendoff_cli_report (cli, error);
  return save_preset (cli, preset);
}

static SendoffExit
duplicate_preset (SendoffCli *cli, char **words)
{
  const SendoffPreset *old = find_preset (cli, words[0]);
  g_autoptr (SendoffPreset) copy = NULL;
  g_autoptr (GError) error = NULL;

  if (old == NULL)
    return SENDOFF_EXIT_USAGE;
  copy = sendoff_preset_duplicate (old, words[1], get_catalog (cli), &error);
  return copy != NULL ? save_preset (cli, copy) : sendoff_cli_report (cli, error);
}

static SendoffExit
remove_preset (SendoffCli *cli, char **words)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sendoff_engine_remove_preset_async (cli->engine, words[0], cli->cancellable, sendoff_cli_on_ready, &result);
  if (!sendoff_engine_remove_preset_finish (cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (cli, error);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
export_preset (SendoffCli *cli, char **words)
{
  const SendoffPreset *preset = find_preset (cli, words[0]);

  if (preset == NULL)
    return SENDOFF_EXIT_USAGE;
  print_preset (cli, preset);
  return SENDOFF_EXIT_COMPLETED;
}

typedef struct
{
  const char *name;
  guint min, max; /* words after it */
  SendoffExit (*run) (SendoffCli *cli, char **words);
} Action;

static const Action actions[] = {
  { "add", 1, 1, add_preset },          { "new", 1, ANY_NUMBER, new_preset },
  { "set", 2, ANY_NUMBER, set_preset }, { "duplicate", 1, 2, duplicate_preset },
  { "remove", 1, 1, remove_preset },    { "export", 1, 1, export_preset },
};

static const Action *
find_action (char **words)
{
  guint n_words = g_strv_length (words) - 1;

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, words[0]) && n_words >= actions[i].min && n_words <= actions[i].max)
      return &actions[i];
  return NULL;
}

/** sendoff_cli_is_preset_action: whether @words, said after "presets", are one of the actions here. */
gboolean
sendoff_cli_is_preset_action (char **words)
{
  return find_action (words) != NULL;
}

/** sendoff_cli_run_preset_action: does what @words say, with the engine started. */
SendoffExit
sendoff_cli_run_preset_action (SendoffCli *cli, char **words)
{
  return find_action (words)->run (cli, words + 1);
}
