#include "cli/sendoff-cli-outcome.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "cli/sendoff-cli-text.h"

/** sendoff_cli_outcome_new: (transfer full): nothing has happened to the input @name yet. */
SendoffCliOutcome *
sendoff_cli_outcome_new (const char *name)
{
  SendoffCliOutcome *self = g_new0 (SendoffCliOutcome, 1);

  self->name = sendoff_cli_text_dup_printable (name);
  return self;
}

/** sendoff_cli_outcome_free: frees @self. */
void
sendoff_cli_outcome_free (SendoffCliOutcome *self)
{
  g_free (self->name);
  g_clear_object (&self->job);
  g_clear_pointer (&self->issues, g_ptr_array_unref);
  g_clear_error (&self->error);
  g_free (self->stage);
  g_free (self);
}

/* An input whose exports all failed because it cannot be decoded is as unreadable as one that cannot be
 * opened. */
static SendoffExit
get_job_exit (SendoffJob *job)
{
  GListModel *exports = sendoff_job_get_exports (job);
  guint n = g_list_model_get_n_items (exports);
  guint n_unreadable = 0;

  if (sendoff_job_get_status (job) == SENDOFF_STATUS_COMPLETED)
    return SENDOFF_EXIT_COMPLETED;
  if (sendoff_job_get_status (job) == SENDOFF_STATUS_CANCELLED)
    return SENDOFF_EXIT_CANCELLED;
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);
      const GError *error = sendoff_export_get_error (export);

      if (error != NULL && sendoff_cli_exit_for_error (error) == SENDOFF_EXIT_SOURCE)
        n_unreadable++;
    }
  return n > 0 && n_unreadable == n ? SENDOFF_EXIT_SOURCE : SENDOFF_EXIT_FAILED;
}

static SendoffExit
get_exit (const SendoffCliOutcome *self)
{
  if (self->job != NULL)
    return get_job_exit (self->job);
  if (self->error != NULL)
    return sendoff_cli_exit_for_error (self->error);
  return SENDOFF_EXIT_INVALID;
}

/**
 * sendoff_cli_outcomes_get_exit:
 * @outcomes: (element-type SendoffCliOutcome): at least one
 *
 * Returns: cancelled when any was; what all have in common; otherwise that something failed
 */
SendoffExit
sendoff_cli_outcomes_get_exit (GPtrArray *outcomes)
{
  SendoffExit common = get_exit (g_ptr_array_index (outcomes, 0));

  for (guint i = 0; i < outcomes->len; i++)
    {
      SendoffExit one = get_exit (g_ptr_array_index (outcomes, i));

      if (one == SENDOFF_EXIT_CANCELLED)
        return one;
      if (one != common)
        common = SENDOFF_EXIT_FAILED;
    }
  return common;
}

static const char *
get_status_word (SendoffExit status)
{
  switch (status)
    {
    case SENDOFF_EXIT_COMPLETED:
      return "completed";
    case SENDOFF_EXIT_INVALID:
      return "invalid";
    case SENDOFF_EXIT_CANCELLED:
      return "cancelled";
    case SENDOFF_EXIT_FAILED:
    case SENDOFF_EXIT_USAGE:
    case SENDOFF_EXIT_SOURCE:
    default:
      return "failed";
    }
}

/** sendoff_cli_issues_to_json: (transfer full): @issues as an array. */
JsonArray *
sendoff_cli_issues_to_json (GPtrArray *issues)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < issues->len; i++)
    json_array_add_element (array, sendoff_issue_to_json (g_ptr_array_index (issues, i)));
  return array;
}

/** sendoff_cli_invalid_to_json: (transfer full): the document for a request that cannot be run, by its
 * @issues. */
JsonNode *
sendoff_cli_invalid_to_json (GPtrArray *issues)
{
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "status", "invalid");
  json_object_set_array_member (object, "issues", sendoff_cli_issues_to_json (issues));
  json_object_set_array_member (object, "exports", json_array_new ());
  return json_node_init_object (json_node_alloc (), object);
}

/** sendoff_cli_failure_to_json: (transfer full): the document for an input of which nothing was run. */
JsonNode *
sendoff_cli_failure_to_json (const GError *error, const char *stage)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObject *detail = json_object_new ();
  SendoffExit status = sendoff_cli_exit_for_error (error);
  const char *code = error->domain == SENDOFF_ERROR ? sendoff_error_get_nick (error->code) : "failed";

  json_object_set_string_member (object, "status", get_status_word (status));
  json_object_set_string_member (detail, "code", status == SENDOFF_EXIT_CANCELLED ? "cancelled" : code);
  json_object_set_string_member (detail, "message", error->message);
  json_object_set_string_member (detail, "stage", stage != NULL ? stage : "");
  json_object_set_object_member (object, "error", detail);
  json_object_set_array_member (object, "exports", json_array_new ());
  return json_node_init_object (json_node_alloc (), object);
}

/** sendoff_cli_answer_failure: the document of a command that ends with @status before it had anything to
 * show. */
void
sendoff_cli_answer_failure (SendoffCli *cli, SendoffExit status)
{
  g_autoptr (GError) error = cli->failure != NULL ? g_error_copy (cli->failure) : NULL;
  g_autoptr (JsonNode) node = NULL;

  if (error == NULL)
    error = g_error_new_literal (SENDOFF_ERROR,
                                 status == SENDOFF_EXIT_USAGE ? SENDOFF_ERROR_USAGE : SENDOFF_ERROR_FAILED,
                                 cli->first_message != NULL ? cli->first_message : "");
  node = sendoff_cli_failure_to_json (error, NULL);
  sendoff_cli_print_json (cli, node, TRUE);
}

static JsonNode *
outcome_to_json (const SendoffCliOutcome *self)
{
  g_autoptr (JsonObject) object = NULL;

  if (self->job != NULL)
    return sendoff_job_to_json (self->job);
  if (self->error != NULL)
    return sendoff_cli_failure_to_json (self->error, self->stage);
  return sendoff_cli_invalid_to_json (self->issues);
}

/**
 * sendoff_cli_outcomes_to_json:
 * @outcomes: (element-type SendoffCliOutcome): at least one
 *
 * Returns: (transfer full): the document of a single input, or one with "status", "jobs" (a document for each
 *   input, with its name as "input") and "exports" (of all)
 */
JsonNode *
sendoff_cli_outcomes_to_json (GPtrArray *outcomes)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *jobs, *exports;

  if (outcomes->len == 1)
    return outcome_to_json (g_ptr_array_index (outcomes, 0));
  jobs = json_array_new ();
  exports = json_array_new ();
  for (guint i = 0; i < outcomes->len; i++)
    {
      const SendoffCliOutcome *outcome = g_ptr_array_index (outcomes, i);
      JsonNode *node = outcome_to_json (outcome);
      JsonArray *own = json_object_get_array_member (json_node_get_object (node), "exports");

      json_object_set_string_member (json_node_get_object (node), "input", outcome->name);
      for (guint e = 0; own != NULL && e < json_array_get_length (own); e++)
        json_array_add_element (exports, json_node_copy (json_array_get_element (own, e)));
      json_array_add_element (jobs, node);
    }
  json_object_set_string_member (object, "status",
                                 get_status_word (sendoff_cli_outcomes_get_exit (outcomes)));
  json_object_set_array_member (object, "jobs", jobs);
  json_object_set_array_member (object, "exports", exports);
  return json_node_init_object (json_node_alloc (), object);
}

/** sendoff_cli_report_issues: says the issues of at least that severity on standard error. */
void
sendoff_cli_report_issues (SendoffCli *cli, GPtrArray *issues, SendoffSeverity at_least)
{
  for (guint i = 0; i < issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (issues, i);

      if (issue->severity >= (int)at_least)
        sendoff_cli_message (cli, "%s: %s", _ (sendoff_severity_nicks[issue->severity]), issue->message);
    }
}

/* What was made otherwise than it was chosen, for its size. */
static void
print_changes (const SendoffOutputPlan *plan)
{
  g_autoptr (GString) labels = g_string_new (NULL);

  for (guint i = 0; plan->optimize != NULL && i < plan->optimize->steps->len; i++)
    {
      const SendoffOptimizeStep *step = g_ptr_array_index (plan->optimize->steps, i);

      if (step->applied && step->label != NULL)
        g_string_append_printf (labels, "%s%s", labels->len > 0 ? ", " : "", step->label);
    }
  if (labels->len > 0)
    g_print (_ ("; changed to fit: %s"), labels->str);
}

static void
print_completed (SendoffExport *export, const SendoffOutputPlan *plan)
{
  GFile *file = sendoff_export_get_file (export);
  const SendoffCertificate *certificate = sendoff_export_get_certificate (export);
  g_autofree char *size = sendoff_format_size (sendoff_export_get_size_bytes (export));
  g_autofree char *raw = file != NULL ? g_file_get_path (file) : NULL;
  g_autofree char *path = sendoff_cli_text_dup_printable (raw);

  g_print ("%s  %s", path, size);
  if (certificate != NULL && certificate->passed)
    g_print (ngettext (", %u check passed", ", %u checks passed", certificate->checks->len),
             certificate->checks->len);
  else if (certificate != NULL)
    g_print (_ (", certificate FAILED"));
  print_changes (plan);
  g_print ("\n");
}

/* Warnings of the plan were said before it ran. */
static gboolean
was_planned (SendoffJob *job, const char *warning)
{
  const SendoffPlan *plan = sendoff_job_get_plan (job);

  for (guint i = 0; plan != NULL && i < plan->issues->len; i++)
    if (g_strcmp0 (((const SendoffIssue *)g_ptr_array_index (plan->issues, i))->message, warning) == 0)
      return TRUE;
  return FALSE;
}

static void
print_job (SendoffCli *cli, const SendoffCliOutcome *self)
{
  GListModel *exports = sendoff_job_get_exports (self->job);

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);
      const char *const *warnings = sendoff_export_get_warnings (export);
      const GError *error = sendoff_export_get_error (export);
      const char *name = sendoff_export_get_name (export);

      if (sendoff_export_get_status (export) == SENDOFF_STATUS_COMPLETED && !cli->json && !cli->json_events)
        print_completed (export, sendoff_plan_get_output (sendoff_job_get_plan (self->job), i));
      if (sendoff_export_get_status (export) == SENDOFF_STATUS_CANCELLED)
        sendoff_cli_message (cli, _ ("%s, %s: cancelled."), self->name, name);
      else if (error != NULL)
        sendoff_cli_message (cli, "%s, %s: %s", self->name, name, error->message);
      for (guint w = 0; warnings != NULL && warnings[w] != NULL; w++)
        if (!was_planned (self->job, warnings[w]))
          sendoff_cli_message (cli, _ ("%s, %s: warning: %s"), self->name, name, warnings[w]);
    }
}

/** sendoff_cli_outcomes_print: files on standard output (for people only), everything that went wrong on
 * standard error. */
void
sendoff_cli_outcomes_print (SendoffCli *cli, GPtrArray *outcomes)
{
  for (guint i = 0; i < outcomes->len; i++)
    {
      const SendoffCliOutcome *outcome = g_ptr_array_index (outcomes, i);

      if (outcome->job != NULL)
        print_job (cli, outcome);
      else if (outcome->error != NULL)
        sendoff_cli_blame (cli, outcome->name, outcome->error);
      else
        sendoff_cli_message (cli, _ ("%s: not exported, see above."), outcome->name);
    }
}

/** sendoff_cli_outcomes_conclude: answers in the way that was asked for, and returns the exit status. */
SendoffExit
sendoff_cli_outcomes_conclude (SendoffCli *cli, GPtrArray *outcomes)
{
  g_autoptr (JsonNode) document = sendoff_cli_outcomes_to_json (outcomes);

  sendoff_cli_outcomes_print (cli, outcomes);
  if (cli->json_events)
    {
      g_autoptr (JsonObject) event = json_object_new ();
      g_autoptr (JsonNode) node = NULL;

      json_object_set_string_member (event, "event", "result");
      json_object_set_member (event, "result", g_steal_pointer (&document));
      node = json_node_init_object (json_node_alloc (), event);
      sendoff_cli_print_json (cli, node, FALSE);
    }
  else if (cli->json)
    sendoff_cli_print_json (cli, document, TRUE);
  return sendoff_cli_outcomes_get_exit (outcomes);
}
