/* What "queue" changes: cancel, pause, resume, retry, move, remove. Jobs of other processes are asked to
 * change. */
#include <string.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-progress.h"
#include "cli/sendoff-cli-queue.h"

typedef struct
{
  SendoffCli *cli;
  const char *id;   /* (nullable) */
  const char *word; /* (nullable): what follows it */
  int output;       /* from --output, counted from 1; 0 all of them */
} Call;

static SendoffExit
show_changed (SendoffCli *cli, SendoffJob *job, const char *words)
{
  g_autoptr (JsonNode) node = NULL;

  if (!cli->json)
    {
      g_print ("%s: %s\n", sendoff_job_get_export_id (job), words);
      return SENDOFF_EXIT_COMPLETED;
    }
  node = sendoff_cli_job_to_json (job);
  sendoff_cli_print_json (cli, node, TRUE);
  return SENDOFF_EXIT_COMPLETED;
}

static gboolean
control (SendoffCli *cli, SendoffJob *job, SendoffControl what, int value, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_control_async (cli->engine, job, what, value, cli->cancellable, sendoff_cli_on_ready,
                                &result);
  return sendoff_engine_control_finish (cli->engine, sendoff_cli_wait (&result), error);
}

static gboolean
check_output (const Call *call, SendoffJob *job, GError **error)
{
  guint n = g_list_model_get_n_items (sendoff_job_get_exports (job));

  if (call->output >= 0 && (guint)call->output <= n)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("There is no output %d: the last one is %u."),
               call->output, n);
  return FALSE;
}

static SendoffExit
cancel (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffJob) job = sendoff_cli_find_job (call->cli, call->id, &error);

  if (job == NULL || !check_output (call, job, &error)
      || !control (call->cli, job, SENDOFF_CONTROL_CANCEL, call->output - 1, &error))
    return sendoff_cli_report (call->cli, error);
  /* What nobody carried out is cleaned up by this process. */
  if (call->output == 0 && sendoff_job_get_interrupted (job))
    {
      sendoff_cli_add_job (call->cli, job);
      sendoff_cli_wait_for_jobs (call->cli);
    }
  return show_changed (call->cli, job, _ ("cancelled"));
}

/* Without a job it is the queue that is paused, in every process. */
static SendoffExit
set_queue_paused (const Call *call, gboolean paused)
{
  SendoffSettings *settings = sendoff_engine_get_settings (call->cli->engine);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  g_object_set (settings, "queue-paused", paused, NULL);
  if (!sendoff_settings_save (settings, &error))
    return sendoff_cli_report (call->cli, error);
  json_object_set_boolean_member (object, "paused", paused);
  node = json_node_init_object (json_node_alloc (), object);
  if (call->cli->json)
    sendoff_cli_print_json (call->cli, node, TRUE);
  else
    g_print ("%s\n", paused ? _ ("The queue is paused.") : _ ("The queue goes on."));
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
set_paused (const Call *call, gboolean paused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffJob) job = NULL;

  if (call->id == NULL)
    return set_queue_paused (call, paused);
  job = sendoff_cli_find_job (call->cli, call->id, &error);
  if (job == NULL
      || !control (call->cli, job, paused ? SENDOFF_CONTROL_PAUSE : SENDOFF_CONTROL_RESUME, 0, &error))
    return sendoff_cli_report (call->cli, error);
  return show_changed (call->cli, job,
                       paused ? _ ("paused")
                       : sendoff_job_get_interrupted (job)
                           ? _ ("no longer paused; “queue run” carries it out")
                           : _ ("goes on"));
}

static SendoffExit
pause_it (const Call *call)
{
  return set_paused (call, TRUE);
}

static SendoffExit
resume_it (const Call *call)
{
  return set_paused (call, FALSE);
}

static SendoffExit
retry (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffJob) job = sendoff_cli_find_job (call->cli, call->id, &error);
  g_autoptr (GPtrArray) outcomes = NULL;
  g_autoptr (SendoffCliProgress) progress = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autofree char *name = NULL;
  SendoffCliOutcome *outcome;

  if (job == NULL || !check_output (call, job, &error))
    return sendoff_cli_report (call->cli, error);
  sendoff_engine_retry_async (call->cli->engine, job, call->output - 1, call->cli->cancellable,
                              sendoff_cli_on_ready, &result);
  if (!sendoff_engine_retry_finish (call->cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (call->cli, error);
  if (sendoff_job_get_elsewhere (job))
    return show_changed (call->cli, job, _ ("made again by the program that carries it out"));
  sendoff_cli_add_job (call->cli, job);
  name = sendoff_cli_dup_request_name (sendoff_job_get_request (job));
  outcomes = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_cli_outcome_free);
  outcome = sendoff_cli_outcome_new (name);
  outcome->job = g_object_ref (job);
  g_ptr_array_add (outcomes, outcome);
  progress = sendoff_cli_progress_new (call->cli);
  sendoff_cli_progress_add_job (progress, job, NULL);
  sendoff_cli_wait_for_jobs (call->cli);
  g_clear_pointer (&progress, sendoff_cli_progress_free);
  return sendoff_cli_outcomes_conclude (call->cli, outcomes);
}

/* ---- The order ---- */

/* Where @job goes among the @n others that are before and after it; -1 when the word is none. */
static int
choose_place (const char *word, guint now, guint n)
{
  if (g_str_equal (word, "first"))
    return 0;
  if (g_str_equal (word, "last"))
    return (int)n - 1;
  if (g_str_equal (word, "up"))
    return MAX ((int)now - 1, 0);
  if (g_str_equal (word, "down"))
    return MIN ((int)now + 1, (int)n - 1);
  return -1;
}

/* The first gets the highest priority; only what changes is stored. */
static gboolean
store_order (SendoffCli *cli, GPtrArray *jobs, GError **error)
{
  for (guint i = 0; i < jobs->len; i++)
    {
      SendoffJob *job = g_ptr_array_index (jobs, i);
      int priority = (int)(jobs->len - i);

      if (sendoff_job_get_priority (job) != priority
          && !control (cli, job, SENDOFF_CONTROL_PRIORITY, priority, error))
        return FALSE;
    }
  return TRUE;
}

static SendoffExit
move (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffJob) job = sendoff_cli_find_job (call->cli, call->id, &error);
  g_autoptr (GPtrArray) jobs = sendoff_cli_list_unfinished (call->cli);
  g_autoptr (SendoffJob) moved = NULL;
  g_autofree char *words = NULL;
  guint now;
  int place;

  if (job == NULL)
    return sendoff_cli_report (call->cli, error);
  if (!g_ptr_array_find (jobs, job, &now))
    {
      sendoff_cli_message (call->cli, _ ("This job is over; only jobs that wait or run have an order."));
      return SENDOFF_EXIT_USAGE;
    }
  place = choose_place (call->word, now, jobs->len);
  if (place < 0)
    {
      sendoff_cli_message (call->cli, _ ("Say where: first, last, up or down."));
      return SENDOFF_EXIT_USAGE;
    }
  moved = g_ptr_array_steal_index (jobs, now);
  g_ptr_array_insert (jobs, place, g_object_ref (moved));
  if (!store_order (call->cli, jobs, &error))
    return sendoff_cli_report (call->cli, error);
  words = g_strdup_printf (_ ("number %d of %u"), place + 1, jobs->len);
  return show_changed (call->cli, job, words);
}

static SendoffExit
forget (const Call *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffJob) job = sendoff_cli_find_job (call->cli, call->id, &error);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();
  g_autoptr (GAsyncResult) result = NULL;

  if (job == NULL)
    return sendoff_cli_report (call->cli, error);
  if (!sendoff_status_is_final (sendoff_job_get_status (job)))
    {
      sendoff_cli_message (call->cli, _ ("This job is not over: “queue cancel” ends it."));
      return SENDOFF_EXIT_USAGE;
    }
  g_ptr_array_add (jobs, job);
  sendoff_engine_remove_jobs_async (call->cli->engine, jobs, call->cli->cancellable, sendoff_cli_on_ready,
                                    &result);
  if (!sendoff_engine_remove_jobs_finish (call->cli->engine, sendoff_cli_wait (&result), &error))
    return sendoff_cli_report (call->cli, error);
  return show_changed (call->cli, job, _ ("removed; its files stay"));
}

typedef struct
{
  const char *name;
  const char *usage;
  guint least, most; /* words */
  gboolean has_output, has_events;
  SendoffExit (*run) (const Call *call);
} Action;

static const Action actions[] = {
  { "cancel", "JOB [--output N]", 1, 1, TRUE, FALSE, cancel },
  { "pause", "[JOB]", 0, 1, FALSE, FALSE, pause_it },
  { "resume", "[JOB]", 0, 1, FALSE, FALSE, resume_it },
  { "retry", "JOB [--output N]", 1, 1, TRUE, TRUE, retry },
  { "move", "JOB first|last|up|down", 2, 2, FALSE, FALSE, move },
  { "remove", "JOB", 1, 1, FALSE, FALSE, forget },
};

static const Action *
find_action (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_strcmp0 (actions[i].name, name) == 0)
      return &actions[i];
  return NULL;
}

/** sendoff_cli_is_queue_action: whether @name is one that sendoff_cli_run_queue_action() carries out. */
gboolean
sendoff_cli_is_queue_action (const char *name)
{
  return find_action (name) != NULL;
}

/** sendoff_cli_run_queue_action: @args begin with the action's name. */
SendoffExit
sendoff_cli_run_queue_action (SendoffCli *cli, char **args)
{
  const Action *action = find_action (args[0]);
  g_autofree char *usage = g_strdup_printf ("%s %s", action->name, action->usage);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_auto (GStrv) words = NULL;
  g_autofree char *name = g_strconcat ("queue ", args[0], NULL);
  Call call = { .cli = cli };
  const GOptionEntry output[] = {
    { "output", 0, 0, G_OPTION_ARG_INT, &call.output, _ ("Only this output, counted from 1"), "N" },
    { NULL },
  };
  const GOptionEntry events[] = {
    { "json-events", 0, 0, G_OPTION_ARG_NONE, &cli->json_events,
      _ ("Print one JSON object a line while running"), NULL },
    { NULL },
  };
  const GOptionEntry entries[] = {
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;
  guint n_words;

  g_option_context_add_main_entries (context, entries, NULL);
  if (action->has_output)
    g_option_context_add_main_entries (context, output, NULL);
  if (action->has_events)
    g_option_context_add_main_entries (context, events, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  n_words = words != NULL ? g_strv_length (words) : 0;
  if (n_words < action->least || n_words > action->most)
    {
      sendoff_cli_message (cli, _ ("Say “%s %s”; “queue list” shows the jobs."), name, action->usage);
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  call.id = n_words > 0 ? words[0] : NULL;
  call.word = n_words > 1 ? words[1] : NULL;
  return action->run (&call);
}
