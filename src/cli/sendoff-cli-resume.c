#include "base/sendoff-error.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-progress.h"
#include "cli/sendoff-cli-queue.h"

static GPtrArray *
find_interrupted (SendoffCli *cli)
{
  GListModel *all = sendoff_engine_get_jobs (cli->engine);
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (all, i);

      if (sendoff_job_get_interrupted (job))
        g_ptr_array_add (jobs, g_steal_pointer (&job));
    }
  return jobs;
}

static GPtrArray *
find_jobs (SendoffCli *cli, const char *id, GError **error)
{
  g_autoptr (GPtrArray) jobs = NULL;
  SendoffJob *job;

  if (id == NULL)
    return find_interrupted (cli);
  job = sendoff_cli_find_job (cli, id, error);
  if (job == NULL)
    return NULL;
  jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_add (jobs, job);
  if (sendoff_job_get_interrupted (job))
    return g_steal_pointer (&jobs);
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, "The job %s is not interrupted but %s.",
               sendoff_job_get_export_id (job), sendoff_status_nicks[sendoff_job_get_status (job)]);
  return NULL;
}

static SendoffExit
resume_all (SendoffCli *cli, GPtrArray *jobs)
{
  g_autoptr (GPtrArray) outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_cli_outcome_free);
  g_autoptr (SendoffCliProgress) progress = sendoff_cli_progress_new (cli);

  for (guint i = 0; i < jobs->len; i++)
    {
      SendoffJob *job = g_ptr_array_index (jobs, i);
      g_autofree char *name = sendoff_cli_dup_request_name (sendoff_job_get_request (job));
      SendoffCliOutcome *outcome = sendoff_cli_outcome_new (name);

      g_ptr_array_add (outcomes, outcome);
      if (sendoff_cli_resume (cli, job, &outcome->error))
        {
          outcome->job = g_object_ref (job);
          sendoff_cli_progress_add_job (progress, job, name);
        }
      else
        outcome->stage = g_strdup ("queue");
    }
  sendoff_cli_wait_for_jobs (cli);
  g_clear_pointer (&progress, sendoff_cli_progress_free);
  return sendoff_cli_outcomes_conclude (cli, outcomes);
}

static SendoffExit
report_nothing (SendoffCli *cli)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  json_object_set_string_member (object, "status", "completed");
  json_object_set_array_member (object, "jobs", json_array_new ());
  json_object_set_array_member (object, "exports", json_array_new ());
  node = json_node_init_object (json_node_alloc (), object);
  if (cli->json)
    sendoff_cli_print_json (node, TRUE);
  else if (!cli->json_events)
    g_print ("Nothing was interrupted.\n");
  return SENDOFF_EXIT_COMPLETED;
}

/** sendoff_cli_run_resume: "resume": goes on with one job, or with all that were interrupted. */
SendoffExit
sendoff_cli_run_resume (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("[JOB] - go on with what was interrupted");
  g_auto (GStrv) ids = NULL;
  g_autoptr (GPtrArray) jobs = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "json-events", 0, 0, G_OPTION_ARG_NONE, &cli->json_events, "Print one JSON object a line while running", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &ids, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  if (ids != NULL && g_strv_length (ids) > 1)
    {
      sendoff_cli_message (cli, "Name one job, or none for all that were interrupted.");
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  jobs = find_jobs (cli, ids != NULL ? ids[0] : NULL, &error);
  if (jobs == NULL)
    return sendoff_cli_report (cli, error);
  return jobs->len > 0 ? resume_all (cli, jobs) : report_nothing (cli);
}
