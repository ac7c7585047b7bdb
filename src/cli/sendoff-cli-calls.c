#include "cli/sendoff-cli-calls.h"

#include "base/sendoff-error.h"

/**
 * sendoff_cli_probe:
 * @flags: what must be known even where it takes reading every packet
 *
 * Returns: (transfer full): facts about @file, or %NULL with the engine's error
 */
SendoffMediaInfo *
sendoff_cli_probe (SendoffCli *cli, GFile *file, SendoffProbeFlags flags, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_probe_async (cli->engine, file, flags, cli->cancellable, sendoff_cli_on_ready, &result);
  return sendoff_engine_probe_finish (cli->engine, sendoff_cli_wait (&result), error);
}

/**
 * sendoff_cli_plan:
 * @source: (out) (optional) (transfer full): what the probe found
 *
 * Probes the request's source and plans.
 *
 * Returns: (transfer full): the plan, or %NULL with the error of the probe
 */
SendoffPlan *
sendoff_cli_plan (SendoffCli *cli, SendoffRequest *request, SendoffProbeFlags flags, SendoffMediaInfo **source,
                  GError **error)
{
  g_autofree char *uri = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (SendoffMediaInfo) info = NULL;
  SendoffPlan *plan;

  g_object_get (request, "source-uri", &uri, NULL);
  file = g_file_new_for_uri (uri);
  info = sendoff_cli_probe (cli, file, flags, error);
  if (info == NULL)
    return NULL;
  plan = sendoff_engine_plan (cli->engine, info, request);
  if (source != NULL)
    *source = g_steal_pointer (&info);
  return plan;
}

/** sendoff_cli_preflight: (transfer full) (element-type SendoffIssue): what the disks and folders say about @plan. */
GPtrArray *
sendoff_cli_preflight (SendoffCli *cli, SendoffRequest *request, const SendoffPlan *plan, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_preflight_async (cli->engine, request, plan, cli->cancellable, sendoff_cli_on_ready, &result);
  return sendoff_engine_preflight_finish (cli->engine, sendoff_cli_wait (&result), error);
}

/** sendoff_cli_submit: (transfer none): the queued job, which a signal now cancels, or %NULL with the engine's error. */
SendoffJob *
sendoff_cli_submit (SendoffCli *cli, SendoffRequest *request, const SendoffPlan *plan, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;
  SendoffJob *job;

  sendoff_engine_submit_async (cli->engine, request, plan, cli->cancellable, sendoff_cli_on_ready, &result);
  job = sendoff_engine_submit_finish (cli->engine, sendoff_cli_wait (&result), error);
  if (job != NULL)
    sendoff_cli_add_job (cli, job);
  return job;
}

/** sendoff_cli_resume: goes on with @job, which a signal now cancels. */
gboolean
sendoff_cli_resume (SendoffCli *cli, SendoffJob *job, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_resume_async (cli->engine, job, cli->cancellable, sendoff_cli_on_ready, &result);
  if (!sendoff_engine_resume_finish (cli->engine, sendoff_cli_wait (&result), error))
    return FALSE;
  sendoff_cli_add_job (cli, job);
  return TRUE;
}

/** sendoff_cli_relocate: lets @job take its source from @file, which must be the same video. */
gboolean
sendoff_cli_relocate (SendoffCli *cli, SendoffJob *job, GFile *file, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_relocate_async (cli->engine, job, file, cli->cancellable, sendoff_cli_on_ready, &result);
  return sendoff_engine_relocate_finish (cli->engine, sendoff_cli_wait (&result), error);
}

static gboolean
are_jobs_final (SendoffCli *cli)
{
  for (guint i = 0; i < cli->jobs->len; i++)
    if (!sendoff_status_is_final (sendoff_job_get_status (g_ptr_array_index (cli->jobs, i))))
      return FALSE;
  return TRUE;
}

/** sendoff_cli_wait_for_jobs: lets the main context run until every job is completed, failed or cancelled. */
void
sendoff_cli_wait_for_jobs (SendoffCli *cli)
{
  while (!are_jobs_final (cli))
    g_main_context_iteration (NULL, TRUE);
}

/** sendoff_cli_dup_request_name: (transfer full): the source's file name for people, UTF-8. */
char *
sendoff_cli_dup_request_name (SendoffRequest *request)
{
  g_autofree char *uri = NULL;
  g_autoptr (GFile) file = NULL;
  g_autofree char *base = NULL;

  g_object_get (request, "source-uri", &uri, NULL);
  file = g_file_new_for_uri (uri != NULL ? uri : "");
  base = g_file_get_basename (file);
  return base != NULL ? g_filename_display_name (base) : g_strdup (uri);
}
