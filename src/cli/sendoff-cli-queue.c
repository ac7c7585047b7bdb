#include "base/sendoff-error.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-certificate.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-queue.h"
#include "cli/sendoff-cli-text.h"

static JsonNode *
job_to_json (SendoffJob *job)
{
  JsonNode *node = sendoff_job_to_json (job);

  json_object_set_boolean_member (json_node_get_object (node), "interrupted", sendoff_job_get_interrupted (job));
  return node;
}

static const char *
get_status_words (SendoffJob *job)
{
  return sendoff_job_get_interrupted (job) ? "interrupted" : sendoff_status_nicks[sendoff_job_get_status (job)];
}

static void
print_jobs (GListModel *jobs)
{
  const char *const header[] = { "JOB", "STATUS", "DONE", "MADE", "FILES", "INPUT", NULL };
  g_autoptr (SendoffCliTable) table = sendoff_cli_table_new (header);
  guint n = g_list_model_get_n_items (jobs);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);
      g_autoptr (GDateTime) made = g_date_time_new_from_unix_local (sendoff_job_get_created_at (job) / G_USEC_PER_SEC);
      g_autofree char *when = made != NULL ? g_date_time_format (made, "%F %H:%M") : g_strdup ("");
      g_autofree char *done = g_strdup_printf ("%.0f %%", sendoff_job_get_progress (job));
      g_autofree char *files
        = g_strdup_printf ("%u", g_list_model_get_n_items (sendoff_job_get_exports (job)));
      g_autofree char *name = sendoff_cli_dup_request_name (sendoff_job_get_request (job));
      const char *const cells[] = { sendoff_job_get_export_id (job), get_status_words (job), done, when, files, name };

      sendoff_cli_table_add (table, cells);
    }
  if (n == 0)
    g_print ("The queue is empty.\n");
  else
    sendoff_cli_table_print (table);
}

static SendoffExit
list_jobs (SendoffCli *cli)
{
  GListModel *jobs = sendoff_engine_get_jobs (cli->engine);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  JsonArray *array;

  if (!cli->json)
    {
      print_jobs (jobs);
      return SENDOFF_EXIT_COMPLETED;
    }
  array = json_array_new ();
  for (guint i = 0; i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      json_array_add_element (array, job_to_json (job));
    }
  json_object_set_array_member (object, "jobs", array);
  node = json_node_init_object (json_node_alloc (), object);
  sendoff_cli_print_json (node, TRUE);
  return SENDOFF_EXIT_COMPLETED;
}

static void
print_export (SendoffExport *export)
{
  const GError *error = sendoff_export_get_error (export);
  const SendoffCertificate *certificate = sendoff_export_get_certificate (export);
  GFile *file = sendoff_export_get_file (export);
  g_autofree char *raw = file != NULL ? g_file_get_path (file) : NULL;
  g_autofree char *path = sendoff_cli_text_dup_printable (raw);

  g_print ("  %s: %s, %.0f %%\n", sendoff_export_get_name (export),
           sendoff_status_nicks[sendoff_export_get_status (export)], sendoff_export_get_progress (export));
  if (file != NULL)
    g_print ("    %s\n", path);
  if (certificate != NULL)
    {
      g_print ("    certificate: %s, %u checks\n", certificate->passed ? "PASS" : "FAIL", certificate->checks->len);
      sendoff_cli_certificate_print (certificate, FALSE);
    }
  if (error != NULL)
    g_print ("    %s\n", error->message);
}

static SendoffExit
show_job (SendoffCli *cli, const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffJob) job = sendoff_cli_find_job (cli, id, &error);
  g_autofree char *name = NULL;

  if (job == NULL)
    return sendoff_cli_report (cli, error);
  if (cli->json)
    {
      g_autoptr (JsonNode) node = job_to_json (job);

      sendoff_cli_print_json (node, TRUE);
      return SENDOFF_EXIT_COMPLETED;
    }
  name = sendoff_cli_dup_request_name (sendoff_job_get_request (job));
  g_print ("%s: %s, %s\n", sendoff_job_get_export_id (job), name, get_status_words (job));
  for (guint i = 0; i < g_list_model_get_n_items (sendoff_job_get_exports (job)); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (sendoff_job_get_exports (job), i);

      print_export (export);
    }
  return SENDOFF_EXIT_COMPLETED;
}

/**
 * sendoff_cli_find_job:
 * @id: a job's id, or as much of its beginning as only one job has
 *
 * Returns: (transfer full): the job, or %NULL with %SENDOFF_ERROR_NOT_FOUND
 */
SendoffJob *
sendoff_cli_find_job (SendoffCli *cli, const char *id, GError **error)
{
  GListModel *jobs = sendoff_engine_get_jobs (cli->engine);
  g_autoptr (SendoffJob) found = NULL;
  guint n_found = 0;

  for (guint i = 0; *id != '\0' && i < g_list_model_get_n_items (jobs); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      if (!g_str_has_prefix (sendoff_job_get_export_id (job), id))
        continue;
      n_found++;
      g_set_object (&found, job);
    }
  if (n_found == 1)
    return g_steal_pointer (&found);
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND,
               n_found == 0 ? "There is no job “%s”." : "Several jobs begin with “%s”.", id);
  return NULL;
}

/** sendoff_cli_run_queue: "queue list" and "queue show JOB". */
SendoffExit
sendoff_cli_run_queue (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("list | show JOB - jobs, finished ones included");
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  guint n_words;
  gboolean list, show;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  n_words = words != NULL ? g_strv_length (words) : 0;
  list = n_words == 1 && g_str_equal (words[0], "list");
  show = n_words == 2 && g_str_equal (words[0], "show");
  if (!list && !show)
    {
      sendoff_cli_message (cli, "Say “queue list” or “queue show JOB”.");
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  return list ? list_jobs (cli) : show_job (cli, words[1]);
}
