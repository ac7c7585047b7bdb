#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-progress.h"
#include "cli/sendoff-cli-queue.h"

static void
collect_issues (GPtrArray *all, GPtrArray *issues)
{
  for (guint i = 0; i < issues->len; i++)
    g_ptr_array_add (all, sendoff_issue_copy (g_ptr_array_index (issues, i)));
}

/* Plans, and looks at the disks when the plan is sound. NULL when the source cannot be read. */
static SendoffPlan *
prepare (SendoffCli *cli, SendoffRequest *request, GPtrArray *issues, GError **error)
{
  g_autoptr (SendoffPlan) plan = sendoff_cli_plan (cli, request, SENDOFF_PROBE_SCAN, NULL, error);
  g_autoptr (GPtrArray) found = NULL;

  if (plan == NULL)
    return NULL;
  collect_issues (issues, plan->issues);
  if (sendoff_plan_has_errors (plan))
    return g_steal_pointer (&plan);
  found = sendoff_cli_preflight (cli, request, plan, error);
  if (found == NULL)
    return NULL;
  collect_issues (issues, found);
  return g_steal_pointer (&plan);
}

static SendoffCliOutcome *
start_export (SendoffCli *cli, SendoffRequest *request, SendoffCliProgress *progress, gboolean is_only)
{
  g_autofree char *name = sendoff_cli_dup_request_name (request);
  SendoffCliOutcome *outcome = sendoff_cli_outcome_new (name);
  g_autoptr (GPtrArray) issues = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_issue_free);
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  plan = prepare (cli, request, issues, &outcome->error);
  if (plan == NULL)
    {
      outcome->stage = g_strdup ("probe");
      return outcome;
    }
  sendoff_cli_report_issues (cli, issues, SENDOFF_SEVERITY_WARNING);
  if (sendoff_issues_have_error (issues, -1))
    {
      outcome->issues = g_steal_pointer (&issues);
      return outcome;
    }
  job = sendoff_cli_submit (cli, request, plan, &outcome->error);
  if (job == NULL)
    outcome->stage = g_strdup ("queue");
  else
    {
      outcome->job = g_object_ref (job);
      sendoff_cli_progress_add_job (progress, job, is_only ? NULL : name);
    }
  return outcome;
}

static SendoffExit
export_all (SendoffCli *cli, GPtrArray *requests)
{
  g_autoptr (GPtrArray) outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_cli_outcome_free);
  g_autoptr (SendoffCliProgress) progress = sendoff_cli_progress_new (cli);

  /* One input is prepared while those before it run. */
  for (guint i = 0; i < requests->len; i++)
    g_ptr_array_add (outcomes,
                     start_export (cli, g_ptr_array_index (requests, i), progress, requests->len == 1));
  sendoff_cli_wait_for_jobs (cli);
  g_clear_pointer (&progress, sendoff_cli_progress_free);
  return sendoff_cli_outcomes_conclude (cli, outcomes);
}

/* @wrong (transfer full) (nullable): the document of what went wrong after @jobs were stored. */
static void
report_stored (SendoffCli *cli, GPtrArray *jobs, JsonNode *wrong)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = wrong != NULL ? wrong : json_node_init_object (json_node_alloc (), object);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < jobs->len; i++)
    {
      SendoffJob *job = g_ptr_array_index (jobs, i);

      json_array_add_element (array, sendoff_cli_job_to_json (job));
      if (!cli->json)
        g_print ("%s\n", sendoff_job_get_export_id (job));
    }
  json_object_set_array_member (json_node_get_object (node), "jobs", array);
  if (cli->json)
    sendoff_cli_print_json (cli, node, TRUE);
}

/* Plans and stores one request: NULL when all is well, or (transfer full) the document that says what is not.
 */
static JsonNode *
store (SendoffCli *cli, SendoffRequest *request, GPtrArray *jobs, SendoffExit *status)
{
  g_autoptr (GPtrArray) issues = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_issue_free);
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffPlan) plan = prepare (cli, request, issues, &error);
  SendoffJob *job = NULL;

  if (plan != NULL)
    sendoff_cli_report_issues (cli, issues, SENDOFF_SEVERITY_WARNING);
  if (plan != NULL && sendoff_issues_have_error (issues, -1))
    {
      *status = SENDOFF_EXIT_INVALID;
      return sendoff_cli_invalid_to_json (issues);
    }
  if (plan != NULL)
    job = sendoff_cli_submit (cli, request, plan, &error);
  if (job == NULL)
    {
      *status = sendoff_cli_report (cli, error);
      return sendoff_cli_failure_to_json (error, plan == NULL ? "probe" : "queue");
    }
  g_ptr_array_add (jobs, job);
  return NULL;
}

/* The first request that is wrong ends it; those before it are stored. */
static SendoffExit
store_all (SendoffCli *cli, GPtrArray *requests)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  JsonNode *wrong = NULL;

  sendoff_engine_set_store_only (cli->engine, TRUE);
  for (guint i = 0; i < requests->len && wrong == NULL; i++)
    wrong = store (cli, g_ptr_array_index (requests, i), jobs, &status);
  report_stored (cli, jobs, wrong);
  return status;
}

/** sendoff_cli_run_export: "export": plans, runs, verifies, and waits until all is done. */
SendoffExit
sendoff_cli_run_export (SendoffCli *cli, char **args)
{
  g_autoptr (SendoffCliOptions) options = sendoff_cli_options_new ();
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("INPUT… - make files of videos"));
  g_autoptr (GPtrArray) requests = NULL;
  gboolean dry_run = FALSE, scan = FALSE;
  const GOptionEntry entries[] = {
    { "dry-run", 'n', 0, G_OPTION_ARG_NONE, &dry_run, _ ("Print the plan and run nothing, as “plan” does"),
      NULL },
    { "scan", 0, 0, G_OPTION_ARG_NONE, &scan, _ ("With --dry-run: read the whole input first"), NULL },
    { "json-events", 0, 0, G_OPTION_ARG_NONE, &cli->json_events,
      _ ("Print one JSON object a line while running"), NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  g_option_context_add_main_entries (context, entries, NULL);
  requests = sendoff_cli_options_parse (options, cli, context, args, &status);
  if (requests == NULL)
    return status;
  if (dry_run && cli->json_events)
    {
      sendoff_cli_message (cli, _ ("--dry-run gives one document: use --json."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  if (dry_run)
    return sendoff_cli_show_plans (cli, requests, scan);
  if (cli->store_only)
    return store_all (cli, requests);
  if (options->jobs > 0)
    sendoff_engine_set_max_running_exports (cli->engine, options->jobs);
  return export_all (cli, requests);
}
