#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-text.h"

/* Issues of the plan, and of the disks when the plan is sound; NULL when the source cannot be read. */
static GPtrArray *
find_issues (SendoffCli *cli, SendoffRequest *request, gboolean scan, GError **error)
{
  g_autoptr (SendoffPlan) plan
      = sendoff_cli_plan (cli, request, scan ? SENDOFF_PROBE_SCAN : SENDOFF_PROBE_NONE, NULL, error);
  g_autoptr (GPtrArray) issues = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (plan == NULL)
    return NULL;
  issues = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_issue_free);
  for (guint i = 0; i < plan->issues->len; i++)
    g_ptr_array_add (issues, sendoff_issue_copy (g_ptr_array_index (plan->issues, i)));
  if (sendoff_plan_has_errors (plan))
    return g_steal_pointer (&issues);
  found = sendoff_cli_preflight (cli, request, plan, error);
  if (found == NULL)
    return NULL;
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (issues, sendoff_issue_copy (g_ptr_array_index (found, i)));
  return g_steal_pointer (&issues);
}

static void
print_issues (GPtrArray *issues, gboolean valid)
{
  for (guint i = 0; i < issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (issues, i);
      g_autofree char *message = sendoff_cli_text_dup_printable (issue->message);

      g_print ("%s: %s\n", _ (sendoff_severity_nicks[issue->severity]), message);
    }
  g_print ("%s\n", valid ? _ ("This can be exported.") : _ ("This cannot be exported."));
}

static SendoffExit
validate (SendoffCli *cli, SendoffRequest *request, gboolean scan)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) issues = find_issues (cli, request, scan, &error);
  g_autoptr (JsonNode) document = NULL;
  gboolean valid;

  if (issues == NULL)
    {
      SendoffExit status = sendoff_cli_report (cli, error);

      document = sendoff_cli_failure_to_json (error, "probe");
      if (cli->json)
        sendoff_cli_print_json (cli, document, TRUE);
      return status;
    }
  valid = !sendoff_issues_have_error (issues, -1);
  if (cli->json)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      json_object_set_boolean_member (object, "valid", valid);
      json_object_set_array_member (object, "issues", sendoff_cli_issues_to_json (issues));
      document = json_node_init_object (json_node_alloc (), object);
      sendoff_cli_print_json (cli, document, TRUE);
    }
  else
    print_issues (issues, valid);
  return valid ? SENDOFF_EXIT_COMPLETED : SENDOFF_EXIT_INVALID;
}

/** sendoff_cli_run_validate: "validate": the findings about one request. */
SendoffExit
sendoff_cli_run_validate (SendoffCli *cli, char **args)
{
  g_autoptr (SendoffCliOptions) options = sendoff_cli_options_new ();
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("INPUT - check what an export would meet"));
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
  if (requests->len > 1)
    {
      sendoff_cli_message (cli, _ ("Name one input to validate."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  return validate (cli, g_ptr_array_index (requests, 0), scan);
}
