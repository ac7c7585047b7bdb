#include <math.h>

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-text.h"
#include "model/sendoff-score.h"

/* Of the encode: enough for a first honest interval, and the export does not do it again. */
#define DEFAULT_EFFORT 0.2
#define UNSAID         G_MAXDOUBLE
/* Whoever names less than that wants the best estimate for it; from there on chunks tell as much, and are
 * kept. */
#define MOST_EFFORT_IN_PIECES 0.5

/* ---- Documents ---- */

static void
add_interval (JsonBuilder *builder, const char *name, const SendoffInterval *interval, double unit)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_array (builder);
  json_builder_add_double_value (builder, interval->low / unit);
  json_builder_add_double_value (builder, interval->high / unit);
  json_builder_end_array (builder);
}

/* Whether a file of @size meets @limit bytes, as far as the interval tells. */
static const char *
judge_size (const SendoffInterval *size, gint64 limit)
{
  if (size->high <= (double)limit)
    return "will-fit";
  return size->low > (double)limit ? "will-not-fit" : "may-not-fit";
}

/* What the size calls for and what would make it fit, as settings of a request. */
static void
add_recommended (JsonBuilder *builder, const SendoffOutputPlan *output, const SendoffOutputEstimate *estimate)
{
  g_autoptr (SendoffOutputSettings) settings = sendoff_output_plan_dup_recommended (output);

  if (output->max_size_bytes > 0 && estimate->size_bytes.high > (double)output->max_size_bytes)
    sendoff_output_settings_set_int (settings, SENDOFF_SETTING_MAX_SIZE, output->max_size_bytes);
  json_builder_set_member_name (builder, "recommended_settings");
  json_builder_add_value (builder, sendoff_output_settings_to_json (settings));
  if (output->optimize != NULL)
    {
      json_builder_set_member_name (builder, "optimize");
      json_builder_add_value (builder, sendoff_optimize_plan_to_json (output->optimize));
    }
}

static void
add_warnings (JsonBuilder *builder, const SendoffPlan *plan, guint index)
{
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

      if (issue->severity == SENDOFF_SEVERITY_WARNING && (issue->output == (int)index || issue->output < 0))
        json_builder_add_string_value (builder, issue->message);
    }
  json_builder_end_array (builder);
}

static void
add_quality (JsonBuilder *builder, const SendoffOutputEstimate *estimate)
{
  json_builder_set_member_name (builder, "quality");
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "metric");
  json_builder_add_string_value (builder, estimate->metric);
  json_builder_set_member_name (builder, "score");
  json_builder_add_double_value (builder, estimate->score);
  json_builder_set_member_name (builder, "worst_score");
  json_builder_add_double_value (builder, estimate->worst_score);
  json_builder_end_object (builder);
}

static void
add_output (JsonBuilder *builder, SendoffEstimator *estimator, guint index)
{
  const SendoffPlan *plan = sendoff_estimator_get_plan (estimator);
  const SendoffOutputPlan *output = sendoff_plan_get_output (plan, index);
  const SendoffOutputEstimate *estimate = sendoff_estimator_get_output (estimator, index);

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "name");
  json_builder_add_string_value (builder, output->label);
  json_builder_set_member_name (builder, "estimated_size_mb");
  json_builder_add_double_value (builder, estimate->size_bytes.middle / 1e6);
  add_interval (builder, "size_interval_mb", &estimate->size_bytes, 1e6);
  json_builder_set_member_name (builder, "estimated_time_seconds");
  json_builder_add_double_value (builder, estimate->seconds.middle);
  add_interval (builder, "time_interval_seconds", &estimate->seconds, 1);
  json_builder_set_member_name (builder, "tried");
  json_builder_add_double_value (builder, estimate->tried);
  json_builder_set_member_name (builder, "sampled");
  json_builder_add_double_value (builder, estimate->sampled);
  if (estimate->metric != NULL)
    add_quality (builder, estimate);
  if (output->max_size_bytes > 0)
    {
      json_builder_set_member_name (builder, "max_size_mb");
      json_builder_add_double_value (builder, (double)output->max_size_bytes / 1e6);
      json_builder_set_member_name (builder, "fits");
      json_builder_add_string_value (builder, judge_size (&estimate->size_bytes, output->max_size_bytes));
    }
  add_recommended (builder, output, estimate);
  add_warnings (builder, plan, index);
  json_builder_end_object (builder);
}

static JsonNode *
make_document (SendoffEstimator *estimator)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "exports");
  json_builder_begin_array (builder);
  for (guint i = 0; i < sendoff_estimator_get_plan (estimator)->outputs->len; i++)
    add_output (builder, estimator, i);
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

/* ---- Words ---- */

static char *
describe_time (const SendoffOutputEstimate *estimate)
{
  g_autofree char *middle = sendoff_format_duration ((gint64)(estimate->seconds.middle * 1e6));
  g_autofree char *low = sendoff_format_duration ((gint64)(estimate->seconds.low * 1e6));
  g_autofree char *high = sendoff_format_duration ((gint64)(estimate->seconds.high * 1e6));

  return g_strdup_printf (_ ("about %s (%s–%s)"), middle, low, high);
}

static void
print_limit (const SendoffOutputPlan *output, const SendoffOutputEstimate *estimate)
{
  g_autofree char *limit = sendoff_format_size (output->max_size_bytes);
  const char *verdict = judge_size (&estimate->size_bytes, output->max_size_bytes);

  if (g_str_equal (verdict, "will-fit"))
    g_print (_ ("    will fit the limit of %s\n"), limit);
  else if (g_str_equal (verdict, "will-not-fit"))
    g_print (_ ("    will not fit the limit of %s\n"), limit);
  else
    g_print (_ ("    may not fit the limit of %s\n"), limit);
}

static void
print_quality (const SendoffOutputEstimate *estimate)
{
  const SendoffScoreMetric *metric = sendoff_score_metric_get (estimate->metric);
  g_autofree char *score = sendoff_score_metric_describe (metric, estimate->score);
  g_autofree char *worst = sendoff_score_metric_describe (metric, estimate->worst_score);

  g_print (_ ("    quality: %s, the worst twentieth of the frames below %s\n"), score, worst);
}

static void
print_estimate (SendoffEstimator *estimator)
{
  const SendoffPlan *plan = sendoff_estimator_get_plan (estimator);

  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const SendoffOutputPlan *output = sendoff_plan_get_output (plan, i);
      const SendoffOutputEstimate *estimate = sendoff_estimator_get_output (estimator, i);
      g_autofree char *middle = sendoff_format_size (llround (estimate->size_bytes.middle));
      g_autofree char *low = sendoff_format_size (llround (estimate->size_bytes.low));
      g_autofree char *high = sendoff_format_size (llround (estimate->size_bytes.high));
      g_autofree char *label = sendoff_cli_text_dup_printable (output->label);
      g_autofree char *time = describe_time (estimate);

      g_print ("  %s: %s (%s–%s), %s\n", label, middle, low, high, time);
      if (estimate->metric != NULL)
        print_quality (estimate);
      if (output->max_size_bytes > 0)
        print_limit (output, estimate);
    }
}

/* ---- The command ---- */

static SendoffEstimator *
estimate (SendoffCli *cli, SendoffRequest *request, double effort, SendoffPlan **plan, GError **error)
{
  g_autofree char *uri = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (SendoffMediaInfo) source = NULL;
  g_autoptr (SendoffEstimator) estimator = NULL;
  g_autoptr (GAsyncResult) result = NULL;

  g_object_get (request, "source-uri", &uri, NULL);
  file = g_file_new_for_uri (uri);
  *plan = sendoff_cli_plan (cli, request, SENDOFF_PROBE_SCAN | SENDOFF_PROBE_PACKET_DETAILS, &source, error);
  if (*plan == NULL || sendoff_plan_has_errors (*plan))
    return NULL;
  estimator = sendoff_engine_new_estimator (cli->engine, file, source, *plan);
  if (effort < MOST_EFFORT_IN_PIECES)
    sendoff_estimator_set_throwaway (estimator, effort);
  sendoff_estimator_run_async (estimator, effort != UNSAID ? effort : DEFAULT_EFFORT, 0, cli->cancellable,
                               sendoff_cli_on_ready, &result);
  if (!sendoff_estimator_run_finish (estimator, sendoff_cli_wait (&result), error))
    return NULL;
  return g_steal_pointer (&estimator);
}

static SendoffExit
show_estimate (SendoffCli *cli, SendoffRequest *request, double effort, JsonArray *documents)
{
  g_autofree char *name = sendoff_cli_dup_request_name (request);
  g_autofree char *printable = sendoff_cli_text_dup_printable (name);
  g_autoptr (SendoffPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffEstimator) estimator = estimate (cli, request, effort, &plan, &error);

  if (error != NULL)
    {
      sendoff_cli_blame (cli, name, error);
      json_array_add_element (documents,
                              sendoff_cli_failure_to_json (error, plan == NULL ? "probe" : "encoding"));
      return sendoff_cli_exit_for_error (error);
    }
  sendoff_cli_report_issues (cli, plan->issues, SENDOFF_SEVERITY_WARNING);
  if (estimator == NULL)
    {
      json_array_add_element (documents, sendoff_cli_invalid_to_json (plan->issues));
      return SENDOFF_EXIT_INVALID;
    }
  json_array_add_element (documents, make_document (estimator));
  if (!cli->json)
    {
      g_print ("%s\n", printable);
      print_estimate (estimator);
    }
  return SENDOFF_EXIT_COMPLETED;
}

static SendoffExit
show_estimates (SendoffCli *cli, GPtrArray *requests, double effort)
{
  g_autoptr (JsonArray) documents = json_array_new ();
  SendoffExit common = SENDOFF_EXIT_COMPLETED;

  for (guint i = 0; i < requests->len && !sendoff_cli_is_cancelled (cli); i++)
    {
      SendoffExit one = show_estimate (cli, g_ptr_array_index (requests, i), effort, documents);

      common = i == 0 || one == common ? one : SENDOFF_EXIT_FAILED;
    }
  if (sendoff_cli_is_cancelled (cli))
    return SENDOFF_EXIT_CANCELLED;
  if (cli->json)
    sendoff_cli_print_documents (cli, documents, "estimates");
  return common;
}

/** sendoff_cli_run_estimate: "estimate": sizes and times before anything is exported. */
SendoffExit
sendoff_cli_run_estimate (SendoffCli *cli, char **args)
{
  g_autoptr (SendoffCliOptions) options = sendoff_cli_options_new ();
  g_autoptr (GOptionContext) context
      = g_option_context_new (_ ("INPUT… - sizes and times, from trial encodes"));
  g_autoptr (GPtrArray) requests = NULL;
  double effort = UNSAID;
  const GOptionEntry entries[] = {
    { "effort", 0, 0, G_OPTION_ARG_DOUBLE, &effort, _ ("Part of the picture to encode, 0 to 1 (default 0.2)"),
      "PART" },
    { NULL },
  };
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  g_option_context_add_main_entries (context, entries, NULL);
  requests = sendoff_cli_options_parse (options, cli, context, args, &status);
  if (requests == NULL)
    return status;
  if (effort != UNSAID && !(effort >= 0 && effort <= 1))
    {
      sendoff_cli_message (cli, _ ("--effort is a part of the whole, from 0 to 1."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  return show_estimates (cli, requests, effort);
}
