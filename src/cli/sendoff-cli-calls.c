#include "cli/sendoff-cli-calls.h"

#include <stdlib.h>
#include <string.h>

#include "base/sendoff-error.h"
#include "model/sendoff-planner.h"

/* A link such as /dev/stdin to a file is that file; a pipe has no other name. */
static GFile *
follow_link (GFile *file)
{
  const char *path = g_file_peek_path (file);
  g_autofree char *target = path != NULL && g_str_has_prefix (path, "/dev/") ? realpath (path, NULL) : NULL;

  if (target != NULL && g_file_test (target, G_FILE_TEST_IS_REGULAR))
    return g_file_new_for_path (target);
  return g_object_ref (file);
}

static char *
dup_spool_name (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return name != NULL && g_utf8_validate (name, -1, NULL) && name[0] != '.' && strchr (name, '/') == NULL
             ? g_steal_pointer (&name)
             : g_strdup ("input");
}

/* (transfer full): @file, or its copy in the cache when it can only be read once, or from afar. */
static GFile *
spool (SendoffCli *cli, GFile *file, GError **error)
{
  g_autofree char *name = dup_spool_name (file);
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_spool_async (cli->engine, file, name, cli->cancellable, sendoff_cli_on_ready, &result);
  return sendoff_engine_spool_finish (cli->engine, sendoff_cli_wait (&result), error);
}

/**
 * sendoff_cli_probe:
 * @flags: what must be known even where it takes reading every packet
 *
 * Returns: (transfer full): facts about @file, or %NULL with the engine's error
 */
SendoffMediaInfo *
sendoff_cli_probe (SendoffCli *cli, GFile *file, SendoffProbeFlags flags, GError **error)
{
  g_autoptr (GFile) local = follow_link (file);
  g_autoptr (GFile) copy = spool (cli, local, error);
  g_autoptr (GAsyncResult) result = NULL;

  if (copy == NULL)
    return NULL;
  sendoff_engine_probe_async (cli->engine, copy, flags, cli->cancellable, sendoff_cli_on_ready, &result);
  return sendoff_engine_probe_finish (cli->engine, sendoff_cli_wait (&result), error);
}

/* Files of a source that was copied go to where a person expects them: beside the pipe, or here. */
static void
set_output_folder (SendoffRequest *request, GFile *original)
{
  const char *path = g_file_peek_path (original);
  g_autoptr (GFile) parent = path != NULL && !g_str_has_prefix (path, "/dev/") ? g_file_get_parent (original)
                                                                               : g_file_new_for_path (".");
  g_autofree char *folder_uri = NULL;
  g_autofree char *uri = g_file_get_uri (parent);

  g_object_get (request, "output-folder-uri", &folder_uri, NULL);
  if (folder_uri == NULL || *folder_uri == '\0')
    g_object_set (request, "output-folder-uri", uri, NULL);
}

/* Copies the request's source into the cache first when it can only be read once, or from afar. */
static GFile *
spool_source (SendoffCli *cli, SendoffRequest *request, GError **error)
{
  g_autofree char *uri = NULL;
  g_autofree char *new_uri = NULL;
  g_autoptr (GFile) given = NULL;
  g_autoptr (GFile) file = NULL;
  GFile *copy;

  g_object_get (request, "source-uri", &uri, NULL);
  given = g_file_new_for_uri (uri);
  file = follow_link (given);
  copy = spool (cli, file, error);
  if (copy == NULL || g_file_equal (copy, given))
    return copy;
  if (!g_file_equal (copy, file))
    set_output_folder (request, file);
  new_uri = g_file_get_uri (copy);
  g_object_set (request, "source-uri", new_uri, NULL);
  return copy;
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
sendoff_cli_plan (SendoffCli *cli,
                  SendoffRequest *request,
                  SendoffProbeFlags flags,
                  SendoffMediaInfo **source,
                  GError **error)
{
  g_autoptr (GFile) file = spool_source (cli, request, error);
  g_autoptr (SendoffMediaInfo) info = NULL;
  SendoffPlan *plan;

  if (file == NULL)
    return NULL;
  if (sendoff_planner_needs_packet_details (request))
    flags |= SENDOFF_PROBE_PACKET_DETAILS;
  info = sendoff_cli_probe (cli, file, flags, error);
  if (info == NULL)
    return NULL;
  plan = sendoff_engine_plan (cli->engine, info, request);
  if (source != NULL)
    *source = g_steal_pointer (&info);
  return plan;
}

/** sendoff_cli_preflight: (transfer full) (element-type SendoffIssue): what the disks and folders say about
 * @plan. */
GPtrArray *
sendoff_cli_preflight (SendoffCli *cli, SendoffRequest *request, const SendoffPlan *plan, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_preflight_async (cli->engine, request, plan, cli->cancellable, sendoff_cli_on_ready,
                                  &result);
  return sendoff_engine_preflight_finish (cli->engine, sendoff_cli_wait (&result), error);
}

/** sendoff_cli_submit: (transfer none): the queued job, which a signal now cancels, or %NULL with the
 * engine's error. */
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
