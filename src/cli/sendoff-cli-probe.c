#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-describe.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-text.h"

static void
print_source (const SendoffMediaInfo *source)
{
  g_autofree char *words = sendoff_cli_describe_source (source);

  g_print ("%s\n", words);
  for (guint i = 0; i < source->streams->len; i++)
    {
      g_autofree char *stream = sendoff_cli_describe_stream (g_ptr_array_index (source->streams, i));
      g_autofree char *printable = sendoff_cli_text_dup_printable (stream);

      g_print ("  %u %s\n", i, printable);
    }
  if (source->chapters->len > 0)
    g_print (ngettext ("  %u chapter\n", "  %u chapters\n", source->chapters->len), source->chapters->len);
  for (guint i = 0; source->warnings != NULL && source->warnings[i] != NULL; i++)
    g_print (_ ("  warning: %s\n"), source->warnings[i]);
  if (!source->scanned)
    g_print (_ ("  The file was not read to its end. --scan does that.\n"));
}

/** sendoff_cli_run_probe: "probe": facts about one source. */
SendoffExit
sendoff_cli_run_probe (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("INPUT - facts about a video"));
  g_auto (GStrv) inputs = NULL;
  gboolean scan = FALSE;
  const GOptionEntry entries[] = {
    { "scan", 0, 0, G_OPTION_ARG_NONE, &scan, _ ("Read every packet where no index tells the facts"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &inputs, NULL, NULL },
    { NULL },
  };
  g_autoptr (SendoffMediaInfo) source = NULL;
  g_autoptr (JsonNode) document = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  if (inputs == NULL || g_strv_length (inputs) != 1)
    {
      sendoff_cli_message (cli, _ ("Name one input to probe."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  file = sendoff_cli_file_for_argument (inputs[0]);
  source = sendoff_cli_probe (cli, file, scan ? SENDOFF_PROBE_SCAN : SENDOFF_PROBE_NONE, &error);
  if (source == NULL)
    status = sendoff_cli_report (cli, error);
  document
      = source != NULL ? sendoff_media_info_to_json (source) : sendoff_cli_failure_to_json (error, "probe");
  if (cli->json)
    sendoff_cli_print_json (cli, document, TRUE);
  else if (source != NULL)
    print_source (source);
  return status;
}
