#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-certificate.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-queue.h"
#include "cli/sendoff-cli-text.h"

/* A job that is stored and was never begun is not interrupted. */
static gboolean
is_interrupted (SendoffJob *job)
{
  return sendoff_job_get_interrupted (job) && sendoff_job_get_status (job) != SENDOFF_STATUS_QUEUED;
}

/** sendoff_cli_job_to_json: (transfer full): the job as the documents of "queue" show it. */
JsonNode *
sendoff_cli_job_to_json (SendoffJob *job)
{
  JsonNode *node = sendoff_job_to_json (job);
  JsonObject *object = json_node_get_object (node);
  gboolean over = sendoff_status_is_final (sendoff_job_get_status (job));

  json_object_set_boolean_member (object, "interrupted", is_interrupted (job));
  json_object_set_boolean_member (object, "running", !over && !sendoff_job_get_interrupted (job));
  json_object_set_boolean_member (object, "paused", sendoff_job_get_paused (job));
  json_object_set_int_member (object, "priority", sendoff_job_get_priority (job));
  return node;
}

static const char *
get_status_words (SendoffJob *job)
{
  if (sendoff_job_get_paused (job))
    return _ ("paused");
  return is_interrupted (job) ? _ ("interrupted") : _ (sendoff_status_nicks[sendoff_job_get_status (job)]);
}

static int
compare_order (gconstpointer a, gconstpointer b)
{
  SendoffJob *one = *(SendoffJob *const *)a, *other = *(SendoffJob *const *)b;
  int one_priority = sendoff_job_get_priority (one), other_priority = sendoff_job_get_priority (other);

  if (one_priority != other_priority)
    return one_priority > other_priority ? -1 : 1;
  return sendoff_job_get_created_at (one) < sendoff_job_get_created_at (other) ? -1 : 1;
}

/** sendoff_cli_list_unfinished: (transfer full) (element-type SendoffJob): in the order in which their turn
 * comes. */
GPtrArray *
sendoff_cli_list_unfinished (SendoffCli *cli)
{
  GListModel *all = sendoff_engine_get_jobs (cli->engine);
  GPtrArray *jobs = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (all); i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (all, i);

      if (!sendoff_status_is_final (sendoff_job_get_status (job)))
        g_ptr_array_add (jobs, g_steal_pointer (&job));
    }
  g_ptr_array_sort (jobs, compare_order);
  return jobs;
}

static void
print_jobs (GListModel *jobs)
{
  const char *const header[]
      = { _ ("JOB"), _ ("STATUS"), _ ("DONE"), _ ("MADE"), _ ("FILES"), _ ("INPUT"), NULL };
  g_autoptr (SendoffCliTable) table = sendoff_cli_table_new (header);
  guint n = g_list_model_get_n_items (jobs);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);
      g_autoptr (GDateTime) made
          = g_date_time_new_from_unix_local (sendoff_job_get_created_at (job) / G_USEC_PER_SEC);
      g_autofree char *when = made != NULL ? g_date_time_format (made, "%F %H:%M") : g_strdup ("");
      g_autofree char *done = g_strdup_printf ("%.0f %%", sendoff_job_get_progress (job));
      g_autofree char *files
          = g_strdup_printf ("%u", g_list_model_get_n_items (sendoff_job_get_exports (job)));
      g_autofree char *name = sendoff_cli_dup_request_name (sendoff_job_get_request (job));
      const char *const cells[]
          = { sendoff_job_get_export_id (job), get_status_words (job), done, when, files, name };

      sendoff_cli_table_add (table, cells);
    }
  if (n == 0)
    g_print (_ ("The queue is empty.\n"));
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

      json_array_add_element (array, sendoff_cli_job_to_json (job));
    }
  json_object_set_array_member (object, "jobs", array);
  node = json_node_init_object (json_node_alloc (), object);
  sendoff_cli_print_json (cli, node, TRUE);
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
           _ (sendoff_status_nicks[sendoff_export_get_status (export)]),
           sendoff_export_get_progress (export));
  if (file != NULL)
    g_print ("    %s\n", path);
  if (certificate != NULL)
    {
      g_print (ngettext ("    certificate: %s, %u check\n", "    certificate: %s, %u checks\n",
                         certificate->checks->len),
               certificate->passed ? _ ("PASS") : _ ("FAIL"), certificate->checks->len);
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
      g_autoptr (JsonNode) node = sendoff_cli_job_to_json (job);

      sendoff_cli_print_json (cli, node, TRUE);
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
               n_found == 0 ? _ ("There is no job “%s”.") : _ ("Several jobs begin with “%s”."), id);
  return NULL;
}

static SendoffExit
look (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("ACTION - jobs, finished ones included"));
  g_auto (GStrv) words = NULL;
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  guint n_words;
  gboolean list, show;

  g_option_context_set_description (
      context,
      _ ("Actions:\n"
         "  list                           All jobs\n"
         "  show JOB                       One job\n"
         "  add INPUT… [options]           Store an export, to be carried out later; options as of export\n"
         "  run [JOB]                      Carry out what waits or was interrupted\n"
         "  pause [JOB], resume [JOB]      Let a job wait and go on; without a job, all of them\n"
         "  cancel JOB [--output N]        End a job, or one of its outputs\n"
         "  retry JOB [--output N]         Make again what failed or was cancelled\n"
         "  move JOB first|last|up|down    Change its turn\n"
         "  remove JOB                     Forget a job that is over; its files stay\n"
         "JOB is an id, or as much of its beginning as only one job has."));
  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  n_words = words != NULL ? g_strv_length (words) : 0;
  list = n_words == 1 && g_str_equal (words[0], "list");
  show = n_words == 2 && g_str_equal (words[0], "show");
  if (!list && !show)
    {
      sendoff_cli_message (cli, _ ("Say what to do: “help queue” lists the actions."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  return list ? list_jobs (cli) : show_job (cli, words[1]);
}

/** sendoff_cli_run_queue: "queue ACTION": looks at jobs, or changes them. */
SendoffExit
sendoff_cli_run_queue (SendoffCli *cli, char **args)
{
  if (g_strcmp0 (args[1], "add") == 0)
    {
      cli->store_only = TRUE;
      return sendoff_cli_run_export (cli, args + 1);
    }
  if (g_strcmp0 (args[1], "run") == 0)
    return sendoff_cli_run_resume (cli, args + 1);
  if (sendoff_cli_is_queue_action (args[1]))
    return sendoff_cli_run_queue_action (cli, args + 1);
  return look (cli, args);
}
