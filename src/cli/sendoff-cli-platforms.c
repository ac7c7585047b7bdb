/* "platforms update FILE", "platforms reset ID", "platforms export ID": newer rules of platforms. Listing
 * them is in sendoff-cli-catalog.c. */
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-commands.h"

static SendoffExit
change (SendoffCli *cli, const char *text, const char *platform_id)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sendoff_engine_change_platforms_async (cli->engine, text, platform_id, cli->cancellable,
                                         sendoff_cli_on_ready, &result);
  if (!sendoff_engine_change_platforms_finish (cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (cli, error);
  return SENDOFF_EXIT_COMPLETED;
}

/* What is there now, of every platform that @text names. */
static void
print_updated (SendoffCli *cli, const char *text)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, NULL);
  JsonObject *object = json_node_get_object (node);
  JsonArray *list = json_object_has_member (object, "platforms")
                        ? json_object_get_array_member (object, "platforms")
                        : NULL;
  guint n = list != NULL ? json_array_get_length (list) : 1;

  for (guint i = 0; i < n; i++)
    {
      JsonObject *entry = list != NULL ? json_array_get_object_element (list, i) : object;
      const SendoffPlatform *platform = sendoff_catalog_get_platform (
          sendoff_engine_get_catalog (cli->engine), json_object_get_string_member (entry, "platform_id"));
      g_autofree char *date = sendoff_platform_dup_date (platform);

      if (!cli->json)
        g_print (ngettext ("%s: %s, %u rule as of %s\n", "%s: %s, %u rules as of %s\n", platform->rules->len),
                 platform->platform_id, platform->name, platform->rules->len, date);
    }
  if (cli->json)
    sendoff_cli_print_json (cli, node, TRUE);
}

static SendoffExit
update (SendoffCli *cli, const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  SendoffExit status;

  if (!g_file_get_contents (g_str_equal (path, "-") ? "/dev/stdin" : path, &text, NULL, &error))
    {
      sendoff_cli_message (cli, _ ("The rules cannot be read: %s"), error->message);
      return SENDOFF_EXIT_USAGE;
    }
  status = change (cli, text, NULL);
  if (status == SENDOFF_EXIT_COMPLETED)
    print_updated (cli, text);
  return status;
}

static SendoffExit
reset (SendoffCli *cli, const char *platform_id)
{
  const SendoffPlatform *platform
      = sendoff_catalog_get_platform (sendoff_engine_get_catalog (cli->engine), platform_id);

  return change (cli, NULL, platform != NULL ? platform->platform_id : platform_id);
}

/* What "platforms update" takes again. */
static SendoffExit export(SendoffCli *cli, const char *platform_id)
{
  const SendoffPlatform *platform
      = sendoff_catalog_get_platform (sendoff_engine_get_catalog (cli->engine), platform_id);
  g_autoptr (JsonNode) node = platform != NULL ? sendoff_platform_to_json (platform) : NULL;

  if (node == NULL)
    {
      sendoff_cli_message (cli, _ ("There is no platform “%s”."), platform_id);
      return SENDOFF_EXIT_USAGE;
    }
  sendoff_cli_print_json (cli, node, TRUE);
  return SENDOFF_EXIT_COMPLETED;
}

typedef struct
{
  const char *name;
  SendoffExit (*run) (SendoffCli *cli, const char *argument);
} Action;

static const Action actions[] = { { "update", update }, { "reset", reset }, { "export", export } };

static const Action *
find_action (char **words)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strv_length (words) == 2 && g_str_equal (actions[i].name, words[0]))
      return &actions[i];
  return NULL;
}

/** sendoff_cli_is_platform_action: whether @words, said after "platforms", are one of the actions here. */
gboolean
sendoff_cli_is_platform_action (char **words)
{
  return find_action (words) != NULL;
}

/** sendoff_cli_run_platform_action: does what @words say, with the engine started. */
SendoffExit
sendoff_cli_run_platform_action (SendoffCli *cli, char **words)
{
  return find_action (words)->run (cli, words[1]);
}
