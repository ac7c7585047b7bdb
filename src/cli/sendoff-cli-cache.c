#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "cli/sendoff-cli-commands.h"

#define AUTOMATIC "auto"

static void
print_facts (SendoffCli *cli, const SendoffCacheFacts *facts, gboolean automatic)
{
  g_autofree char *kept = sendoff_format_size (facts->use.kept_bytes);
  g_autofree char *live = sendoff_format_size (facts->use.live_bytes);
  g_autofree char *limit = sendoff_format_size (facts->limit_bytes);
  g_autofree char *folder = g_filename_display_name (facts->folder);

  if (automatic)
    g_print (_ ("Kept for later exports: %s of %s at most (chosen by the free space)\n"), kept, limit);
  else
    g_print (_ ("Kept for later exports: %s of %s at most\n"), kept, limit);
  g_print (_ ("Of unfinished exports:  %s\n"), live);
  g_print (_ ("Folder:                 %s\n"), folder);
}

static void
print_document (SendoffCli *cli, const SendoffCacheFacts *facts, gboolean automatic)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *folder = g_filename_display_name (facts->folder);

  json_object_set_string_member (object, "folder", folder);
  json_object_set_int_member (object, "limit_bytes", facts->limit_bytes);
  json_object_set_boolean_member (object, "automatic", automatic);
  json_object_set_int_member (object, "kept_bytes", facts->use.kept_bytes);
  json_object_set_int_member (object, "live_bytes", facts->use.live_bytes);
  json_object_set_int_member (object, "removed_bytes", facts->removed_bytes);
  node = json_node_init_object (json_node_alloc (), object);
  sendoff_cli_print_json (cli, node, TRUE);
}

static SendoffExit
trim (SendoffCli *cli, gboolean clear)
{
  gboolean automatic = sendoff_settings_get_cache_limit (sendoff_engine_get_settings (cli->engine)) < 0;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffCacheFacts) facts = NULL;

  sendoff_engine_trim_cache_async (cli->engine, clear, cli->cancellable, sendoff_cli_on_ready, &result);
  facts = sendoff_engine_trim_cache_finish (cli->engine, sendoff_cli_wait (&result), &error);
  if (facts == NULL)
    return sendoff_cli_report (cli, error);
  if (cli->json)
    print_document (cli, facts, automatic);
  else
    print_facts (cli, facts, automatic);
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
forget (SendoffCli *cli)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sendoff_engine_forget_lessons_async (cli->engine, cli->cancellable, sendoff_cli_on_ready, &result);
  if (!sendoff_engine_forget_lessons_finish (cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (cli, error);
  return trim (cli, FALSE);
}

static SendoffExit
set_limit (SendoffCli *cli, const char *text)
{
  g_autoptr (GError) error = NULL;
  SendoffSettings *settings = sendoff_engine_get_settings (cli->engine);
  gint64 bytes = -1;

  if (!g_str_equal (text, AUTOMATIC) && !sendoff_parse_size (text, &bytes))
    {
      sendoff_cli_message (cli, _ ("“%s” is not a size: say something like 5GB, 0 or auto."), text);
      return SENDOFF_EXIT_USAGE;
    }
  g_object_set (settings, "cache-limit", bytes, NULL);
  if (!sendoff_settings_save (settings, &error))
    return sendoff_cli_report (cli, error);
  return trim (cli, FALSE);
}

/** sendoff_cli_run_cache: "cache", "cache clear", "cache forget" and "cache limit SIZE". */
SendoffExit
sendoff_cli_run_cache (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context = g_option_context_new (
      _ ("[clear | forget | limit SIZE] - finished work that is kept to make later exports faster"));
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  guint n_words;
  gboolean clear, limit, forgets;

  g_option_context_set_description (
      context, _ ("SIZE is 0 for nothing, 5GB and the like, or “auto”: 10 GB or a tenth of the "
                  "free space, what is less.\nWhat unfinished exports need always stays.\n"
                  "“forget” drops what finished exports taught the first estimates of size and time."));
  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  n_words = words != NULL ? g_strv_length (words) : 0;
  clear = n_words == 1 && g_str_equal (words[0], "clear");
  limit = n_words == 2 && g_str_equal (words[0], "limit");
  forgets = n_words == 1 && g_str_equal (words[0], "forget");
  if (n_words > 0 && !clear && !limit && !forgets)
    {
      sendoff_cli_message (cli, _ ("Say “cache”, “cache clear”, “cache forget” or “cache limit SIZE”."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  if (forgets)
    return forget (cli);
  return limit ? set_limit (cli, words[1]) : trim (cli, clear);
}
