#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-progress.h"
#include "cli/sendoff-cli-queue.h"

static GPtrArray *
find_interrupted (SendoffCli *cli)
{
  g_autoptr (GPtrArray) all = sendoff_cli_list_unfinished (cli);
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < all->len; i++)
    {
      SendoffJob *job = g_ptr_array_index (all, i);

      /* What the user has told to wait goes on when it is named. */
      if (sendoff_job_get_interrupted (job) && sendoff_job_get_paused (job))
        sendoff_cli_message (cli, _ ("The job %s is paused: “queue run %s” carries it out."),
                             sendoff_job_get_export_id (job), sendoff_job_get_export_id (job));
      else if (sendoff_job_get_interrupted (job))
        g_ptr_array_add (jobs, g_object_ref (job));
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
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("The job %s is not interrupted but %s."),
               sendoff_job_get_export_id (job), _ (sendoff_status_nicks[sendoff_job_get_status (job)]));
  return NULL;
}

/* What the command line says about the source; it is only said about one job. */
typedef struct
{
  char *path; /* (nullable): where it is now, raw bytes */
  gboolean again;
} Source;

static gboolean
is_about_source (const GError *error)
{
  return g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE)
         || g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED);
}

/* Another video than was planned: what was asked for is planned and made anew, and the old job ends. */
static SendoffJob *
start_again (SendoffCli *cli, SendoffJob *job, GFile *file, GError **error)
{
  g_autoptr (JsonNode) node = sendoff_request_to_json (sendoff_job_get_request (job));
  g_autoptr (SendoffRequest) request = sendoff_request_from_json (node, error);
  g_autoptr (SendoffPlan) plan = NULL;
  g_autofree char *uri = g_file_get_uri (file);
  SendoffJob *fresh;

  if (request == NULL)
    return NULL;
  g_object_set (request, "source-uri", uri, NULL);
  plan = sendoff_cli_plan (cli, request, TRUE, NULL, error);
  fresh = plan != NULL ? sendoff_cli_submit (cli, request, plan, error) : NULL;
  if (fresh == NULL)
    return NULL;
  sendoff_job_cancel (job);
  return fresh;
}

static GFile *
get_source_file (SendoffJob *job, const Source *source)
{
  g_autofree char *uri = NULL;

  if (source->path != NULL)
    return sendoff_cli_file_for_argument (source->path);
  g_object_get (sendoff_job_get_request (job), "source-uri", &uri, NULL);
  return g_file_new_for_uri (uri != NULL ? uri : "");
}

/* (transfer none) (nullable): the job that runs now: @job, or the one that takes its place. */
static SendoffJob *
go_on (SendoffCli *cli, SendoffJob *job, const Source *source, GError **error)
{
  g_autoptr (GFile) file = get_source_file (job, source);
  g_autoptr (GError) local = NULL;

  if ((source->path == NULL || sendoff_cli_relocate (cli, job, file, &local))
      && sendoff_cli_resume (cli, job, &local))
    return job;
  if (source->again && g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED))
    return start_again (cli, job, file, error);
  if (g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED))
    sendoff_cli_message (
        cli,
        _ ("“resume %s --source FILE” goes on with the video that was planned; with --again, "
           "everything is made anew from this one."),
        sendoff_job_get_export_id (job));
  else if (is_about_source (local))
    sendoff_cli_message (
        cli, _ ("Where is the video now? “resume %s --source FILE” goes on with what was made so far."),
        sendoff_job_get_export_id (job));
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

static SendoffExit
resume_all (SendoffCli *cli, GPtrArray *jobs, const Source *source)
{
  g_autoptr (GPtrArray) outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_cli_outcome_free);
  g_autoptr (SendoffCliProgress) progress = sendoff_cli_progress_new (cli);

  for (guint i = 0; i < jobs->len; i++)
    {
      SendoffJob *job = g_ptr_array_index (jobs, i);
      g_autofree char *name = sendoff_cli_dup_request_name (sendoff_job_get_request (job));
      SendoffCliOutcome *outcome = sendoff_cli_outcome_new (name);

      g_ptr_array_add (outcomes, outcome);
      job = go_on (cli, job, source, &outcome->error);
      if (job != NULL)
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
    sendoff_cli_print_json (cli, node, TRUE);
  else if (!cli->json_events)
    g_print (_ ("Nothing waits, and nothing was interrupted.\n"));
  return SENDOFF_EXIT_COMPLETED;
}

/** sendoff_cli_run_resume: "resume": goes on with one job, or with all that were interrupted. */
SendoffExit
sendoff_cli_run_resume (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("[JOB] - go on with what was interrupted"));
  g_autofree char *path = NULL;
  Source source = { NULL, FALSE };
  g_auto (GStrv) ids = NULL;
  g_autoptr (GPtrArray) jobs = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "json-events", 0, 0, G_OPTION_ARG_NONE, &cli->json_events,
      _ ("Print one JSON object a line while running"), NULL },
    { "source", 0, 0, G_OPTION_ARG_FILENAME, &path, _ ("Where the job's video is now"), "FILE" },
    { "again", 0, 0, G_OPTION_ARG_NONE, &source.again,
      _ ("If the video has changed, make everything anew from it"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &ids, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  if (ids != NULL && g_strv_length (ids) > 1)
    {
      sendoff_cli_message (cli, _ ("Name one job, or none for all that were interrupted."));
      return SENDOFF_EXIT_USAGE;
    }
  source.path = path;
  if (ids == NULL && (path != NULL || source.again))
    {
      sendoff_cli_message (
          cli, _ ("--source and --again are about one job: name it; “sendoff-cli queue list” shows them."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  jobs = find_jobs (cli, ids != NULL ? ids[0] : NULL, &error);
  if (jobs == NULL)
    return sendoff_cli_report (cli, error);
  return jobs->len > 0 ? resume_all (cli, jobs, &source) : report_nothing (cli);
}
