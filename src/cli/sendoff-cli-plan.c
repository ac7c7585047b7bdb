#include "base/sendoff-bytes.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-describe.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-text.h"

static void
print_issues (const SendoffPlan *plan, int output)
{
  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);
      g_autofree char *message = sendoff_cli_text_dup_printable (issue->message);

      if (issue->output == output)
        g_print ("    %s: %s\n", _ (sendoff_severity_nicks[issue->severity]), message);
    }
}

static void
print_output (const SendoffPlan *plan, guint index, SendoffCatalog *catalog)
{
  const SendoffOutputPlan *output = sendoff_plan_get_output (plan, index);
  g_autofree char *display = sendoff_bytes_dup_display (output->file_name);
  g_autofree char *file_name = sendoff_cli_text_dup_printable (display);
  g_autofree char *size = sendoff_cli_describe_size (output);

  g_print ("  %s: %s\n", output->label != NULL ? output->label : _ ("output"),
           output->file_name != NULL ? file_name : _ ("no name"));
  if (output->video != NULL)
    {
      g_autofree char *video = sendoff_cli_describe_video (output->video, output->quality, catalog);

      g_print (_ ("    video: %s\n"), video);
    }
  if (output->audio != NULL)
    {
      g_autofree char *audio = sendoff_cli_describe_audio (output->audio, catalog);

      g_print (_ ("    audio: %s\n"), audio);
    }
  g_print (_ ("    size: %s\n"), size);
  print_issues (plan, (int)index);
}

static void
print_plan (SendoffCli *cli, const char *name, const SendoffMediaInfo *source, const SendoffPlan *plan)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (source);
  g_autofree char *printable = sendoff_cli_text_dup_printable (name);
  g_autofree char *words = sendoff_cli_describe_source (source);

  g_print ("%s: %s", printable, words);
  if (video != NULL)
    {
      g_autofree char *stream = sendoff_cli_describe_stream (video);

      g_print ("; %s", stream);
    }
  g_print ("\n");
  print_issues (plan, -1);
  for (guint i = 0; i < plan->outputs->len; i++)
    print_output (plan, i, sendoff_engine_get_catalog (cli->engine));
  if (plan->provisional)
    g_print (_ ("  This plan is provisional: the input was not read to its end yet. --scan does that.\n"));
}

/* The plan is pure; what the disks say is added for whoever reads it. */
static gboolean
add_preflight (SendoffCli *cli, SendoffRequest *request, SendoffPlan *plan, GError **error)
{
  g_autoptr (GPtrArray) found = NULL;

  if (sendoff_plan_has_errors (plan))
    return TRUE;
  found = sendoff_cli_preflight (cli, request, plan, error);
  for (guint i = 0; found != NULL && i < found->len; i++)
    g_ptr_array_add (plan->issues, sendoff_issue_copy (g_ptr_array_index (found, i)));
  return found != NULL;
}

static SendoffExit
show_plan (SendoffCli *cli, SendoffRequest *request, gboolean scan, JsonArray *documents)
{
  g_autofree char *name = sendoff_cli_dup_request_name (request);
  g_autoptr (SendoffMediaInfo) source = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffPlan) plan
      = sendoff_cli_plan (cli, request, scan ? SENDOFF_PROBE_SCAN : SENDOFF_PROBE_NONE, &source, &error);

  if (plan == NULL || !add_preflight (cli, request, plan, &error))
    {
      sendoff_cli_blame (cli, name, error);
      json_array_add_element (documents, sendoff_cli_failure_to_json (error, "probe"));
      return sendoff_cli_exit_for_error (error);
    }
  if (cli->json)
    json_array_add_element (documents, sendoff_plan_to_json (plan));
  else
    print_plan (cli, name, source, plan);
  if (!sendoff_plan_has_errors (plan))
    return SENDOFF_EXIT_COMPLETED;
  sendoff_cli_report_issues (cli, plan->issues, SENDOFF_SEVERITY_ERROR);
  return SENDOFF_EXIT_INVALID;
}

/**
 * sendoff_cli_show_plans:
 * @requests: (element-type SendoffRequest): at least one
 *
 * Prints the plan of each, as one document {"plans": […]} when there are several.
 *
 * Returns: what all have in common, or that something failed
 */
SendoffExit
sendoff_cli_show_plans (SendoffCli *cli, GPtrArray *requests, gboolean scan)
{
  g_autoptr (JsonArray) documents = json_array_new ();
  SendoffExit common = SENDOFF_EXIT_COMPLETED;

  for (guint i = 0; i < requests->len; i++)
    {
      SendoffExit one = show_plan (cli, g_ptr_array_index (requests, i), scan, documents);

      if (one == SENDOFF_EXIT_CANCELLED)
        return one;
      common = i == 0 || one == common ? one : SENDOFF_EXIT_FAILED;
    }
  if (!cli->json)
    return common;
  sendoff_cli_print_documents (cli, documents, "plans");
  return common;
}

/** sendoff_cli_run_plan: "plan": what an export would do. */
SendoffExit
sendoff_cli_run_plan (SendoffCli *cli, char **args)
{
  g_autoptr (SendoffCliOptions) options = sendoff_cli_options_new ();
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("INPUT… - show what an export would do"));
  g_autoptr (GPtrArray) requests = NULL;
  gboolean scan = FALSE;
  const GOptionEntry entries[] = {
    { "scan", 0, 0, G_OPTION_ARG_NONE, &scan, _ ("Read the whole input first, as an export does"), NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  g_option_context_add_main_entries (context, entries, NULL);
  requests = sendoff_cli_options_parse (options, cli, context, args, &status);
  if (requests == NULL)
    return status;
  if (!sendoff_cli_start (cli, &status))
    return status;
  return sendoff_cli_show_plans (cli, requests, scan);
}
