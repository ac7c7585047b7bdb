/* "release-sets": saved lists of outputs with folder and naming. */
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-text.h"

static void
print_set (SendoffCli *cli, const SendoffReleaseSet *set)
{
  g_autoptr (JsonNode) node = sendoff_release_set_to_json (set);

  sendoff_cli_print_json (cli, node, TRUE);
}

static SendoffExit
list_sets (SendoffCli *cli, GPtrArray *sets, char **words)
{
  const char *const header[] = { _ ("RELEASE SET"), _ ("NAME"), _ ("MAKES"), NULL };
  g_autoptr (SendoffCliTable) table = sendoff_cli_table_new (header);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) document = NULL;
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < sets->len; i++)
    {
      const SendoffReleaseSet *set = g_ptr_array_index (sets, i);
      g_autofree char *makes = sendoff_release_set_dup_words (set, sendoff_engine_get_catalog (cli->engine));
      const char *const cells[] = { set->release_set_id, set->name, makes };

      json_array_add_element (array, sendoff_release_set_to_json (set));
      sendoff_cli_table_add (table, cells);
    }
  json_object_set_array_member (object, "release_sets", array);
  document = json_node_init_object (json_node_alloc (), object);
  if (cli->json)
    sendoff_cli_print_json (cli, document, TRUE);
  else if (sets->len == 0)
    g_print (
        _ ("There are no release sets yet. “sendoff-cli release-sets new NAME --platform youtube …” makes "
           "one.\n"));
  else
    sendoff_cli_table_print (table);
  return SENDOFF_EXIT_COMPLETED;
}

static const SendoffReleaseSet *
find_set (SendoffCli *cli, GPtrArray *sets, const char *id)
{
  const SendoffReleaseSet *set = sendoff_release_set_find (sets, id);

  if (set == NULL)
    sendoff_cli_message (cli, _ ("There is no release set “%s”; “sendoff-cli release-sets list” shows them."),
                         id);
  return set;
}

static SendoffExit
export_set (SendoffCli *cli, GPtrArray *sets, char **words)
{
  const SendoffReleaseSet *set = find_set (cli, sets, words[0]);

  if (set == NULL)
    return SENDOFF_EXIT_USAGE;
  print_set (cli, set);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
save_set (SendoffCli *cli, const SendoffReleaseSet *set)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sets = NULL;

  sendoff_engine_save_release_set_async (cli->engine, set, cli->cancellable, sendoff_cli_on_ready, &result);
  sets = sendoff_engine_release_sets_finish (cli->engine, sendoff_cli_wait (&result), &error);
  if (sets == NULL)
    return sendoff_cli_report (cli, error);
  if (cli->json)
    print_set (cli, set);
  else
    g_print ("%s: %s\n", set->release_set_id, set->name);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
add_set (SendoffCli *cli, GPtrArray *sets, char **words)
{
  const char *path = words[0];
  g_autofree char *text = NULL;
  g_autoptr (SendoffReleaseSet) set = NULL;
  g_autoptr (GError) error = NULL;
  gsize length = 0;

  if (!g_file_get_contents (g_str_equal (path, "-") ? "/dev/stdin" : path, &text, &length, &error))
    {
      sendoff_cli_message (cli, _ ("The release set cannot be read: %s"), error->message);
      return SENDOFF_EXIT_USAGE;
    }
  set = sendoff_release_set_parse (text, length, sets, &error);
  if (set != NULL)
    return save_set (cli, set);
  g_prefix_error (&error, _ ("“%s” is not a release set: "), path);
  return sendoff_cli_report (cli, error);
}

static SendoffExit
remove_set (SendoffCli *cli, GPtrArray *sets, char **words)
{
  const SendoffReleaseSet *set = find_set (cli, sets, words[0]);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) left = NULL;

  if (set == NULL)
    return SENDOFF_EXIT_USAGE;
  sendoff_engine_remove_release_set_async (cli->engine, set->release_set_id, cli->cancellable,
                                           sendoff_cli_on_ready, &result);
  left = sendoff_engine_release_sets_finish (cli->engine, sendoff_cli_wait (&result), &error);
  return left != NULL ? SENDOFF_EXIT_COMPLETED : sendoff_cli_report (cli, error);
}

typedef struct
{
  const char *name;
  guint n_words; /* after it */
  SendoffExit (*run) (SendoffCli *cli, GPtrArray *sets, char **words);
} Action;

static const Action actions[] = {
  { "list", 0, list_sets },
  { "add", 1, add_set },
  { "remove", 1, remove_set },
  { "export", 1, export_set },
};

static const Action *
find_action (char **words)
{
  for (guint i = 0; words != NULL && i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (actions[i].name, words[0]) && g_strv_length (words) == actions[i].n_words + 1)
      return &actions[i];
  return NULL;
}

/** sendoff_cli_list_release_sets: (transfer full) (element-type SendoffReleaseSet): all of them, the engine
 * being started, or %NULL with the store's error. */
GPtrArray *
sendoff_cli_list_release_sets (SendoffCli *cli, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_list_release_sets_async (cli->engine, cli->cancellable, sendoff_cli_on_ready, &result);
  return sendoff_engine_release_sets_finish (cli->engine, sendoff_cli_wait (&result), error);
}

/* A set is kept for long: what does not exist is said now. Settings are checked with a video. */
static gboolean
check_outputs (SendoffCli *cli, SendoffRequest *request, GError **error)
{
  SendoffCatalog *catalog = sendoff_engine_get_catalog (cli->engine);
  GListModel *outputs = sendoff_request_get_outputs (request);

  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SendoffOutputSettings) output = g_list_model_get_item (outputs, i);
      const char *platform = sendoff_output_settings_get_string (output, SENDOFF_SETTING_PLATFORM);
      const char *preset = sendoff_output_settings_get_string (output, SENDOFF_SETTING_PRESET);

      if (platform != NULL && sendoff_catalog_get_platform (catalog, platform) == NULL)
        g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
                     _ ("There is no platform “%s”; “sendoff-cli platforms” lists them."), platform);
      else if (preset != NULL && sendoff_catalog_get_preset (catalog, preset) == NULL)
        g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
                     _ ("There is no preset “%s”; “sendoff-cli presets” lists them."), preset);
      else
        continue;
      return FALSE;
    }
  return TRUE;
}

/* "release-sets new NAME [options]": made of the options that an export would have. */
static SendoffExit
run_new (SendoffCli *cli, char **args)
{
  g_autoptr (SendoffCliOptions) options = sendoff_cli_options_new ();
  g_autoptr (GOptionContext) context
      = g_option_context_new (_ ("new NAME - keep outputs, folder and naming"));
  g_autoptr (SendoffRequest) request = NULL;
  g_autoptr (SendoffReleaseSet) set = NULL;
  g_autoptr (GPtrArray) sets = NULL;
  g_autoptr (GError) error = NULL;
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  request = sendoff_cli_options_parse_set (options, cli, context, args, &status);
  if (request == NULL || !sendoff_cli_start (cli, &status))
    return status;
  sets = sendoff_cli_list_release_sets (cli, &error);
  if (sets != NULL && check_outputs (cli, request, &error))
    set = sendoff_release_set_new_from_request (options->inputs[1], request, sets, &error);
  return set != NULL ? save_set (cli, set) : sendoff_cli_report (cli, error);
}

/** sendoff_cli_run_release_sets: "release-sets" and what it does. */
SendoffExit
sendoff_cli_run_release_sets (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context = g_option_context_new (
      _ ("list | new NAME [options] | add FILE | remove ID | export ID - outputs to make again"));
  g_auto (GStrv) words = NULL;
  g_autoptr (GPtrArray) sets = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  const Action *action;

  if (args[1] != NULL && g_str_equal (args[1], "new"))
    return run_new (cli, args);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  action = words == NULL ? &actions[0] : find_action (words);
  if (action == NULL)
    {
      sendoff_cli_message (
          cli, _ ("Say “release-sets list”, “new NAME [options]”, “add FILE”, “remove ID” or “export ID”."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  sets = sendoff_cli_list_release_sets (cli, &error);
  return sets != NULL ? action->run (cli, sets, words != NULL ? words + 1 : NULL)
                      : sendoff_cli_report (cli, error);
}
