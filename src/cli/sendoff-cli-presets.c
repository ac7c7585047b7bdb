/* "presets add FILE", "presets remove ID", "presets export ID": the user's own presets. Listing them is in
 * sendoff-cli-catalog.c. */
#include "base/sendoff-error.h"
#include "cli/sendoff-cli-commands.h"

static SendoffPreset *
read_preset (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  gsize length = 0;
  SendoffPreset *preset;

  if (!g_file_get_contents (g_str_equal (path, "-") ? "/dev/stdin" : path, &text, &length, &local))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, "The preset cannot be read: %s", local->message);
      return NULL;
    }
  preset = sendoff_doc_from_text (&sendoff_preset_doc_type, text, &local);
  if (preset == NULL)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, "“%s” is not a preset: %s", path, local->message);
  return preset;
}

/* What "presets add" takes again. */
static void
print_preset (const SendoffPreset *preset)
{
  g_autoptr (JsonNode) node = sendoff_preset_to_json (preset);

  sendoff_cli_print_json (node, TRUE);
}

static SendoffExit
add_preset (SendoffCli *cli, const char *path)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffPreset) preset = read_preset (path, &error);

  if (preset == NULL)
    return sendoff_cli_report (cli, error);
  sendoff_engine_save_preset_async (cli->engine, preset, cli->cancellable, sendoff_cli_on_ready, &result);
  if (!sendoff_engine_save_preset_finish (cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (cli, error);
  if (cli->json)
    print_preset (sendoff_catalog_get_preset (sendoff_engine_get_catalog (cli->engine), preset->preset_id));
  else
    g_print ("%s: %s\n", preset->preset_id, preset->name);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
remove_preset (SendoffCli *cli, const char *preset_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sendoff_engine_remove_preset_async (cli->engine, preset_id, cli->cancellable, sendoff_cli_on_ready, &result);
  if (!sendoff_engine_remove_preset_finish (cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (cli, error);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
export_preset (SendoffCli *cli, const char *preset_id)
{
  const SendoffPreset *preset = sendoff_catalog_get_preset (sendoff_engine_get_catalog (cli->engine), preset_id);

  if (preset == NULL)
    {
      sendoff_cli_message (cli, "There is no preset “%s”.", preset_id);
      return SENDOFF_EXIT_USAGE;
    }
  print_preset (preset);
  return SENDOFF_EXIT_COMPLETED;
}

typedef struct {
  const char *name;
  SendoffExit (*run) (SendoffCli *cli, const char *argument);
} Action;

static const Action actions[] = { { "add", add_preset }, { "remove", remove_preset }, { "export", export_preset } };

static const Action *
find_action (char **words)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strv_length (words) == 2 && g_str_equal (actions[i].name, words[0]))
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
  return find_action (words)->run (cli, words[1]);
}
