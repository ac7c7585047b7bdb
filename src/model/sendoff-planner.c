#include "model/sendoff-planner.h"

#include "model/sendoff-estimate.h"
#include "model/sendoff-planner-private.h"
#include "model/sendoff-rules.h"

static void
plan_output (SendoffPlanning *self)
{
  sendoff_planner_choose (self);
  sendoff_planner_plan_times (self);
  sendoff_planner_plan_video (self);
  sendoff_planner_plan_audio (self);
  sendoff_planner_plan_texts (self);
  sendoff_planner_plan_copy (self);
  sendoff_planner_plan_metadata (self);
  sendoff_planner_plan_size (self);
}

/**
 * sendoff_planning_new:
 * @like: an output of the same request, with its index
 * @asked: (transfer full): what is asked for
 *
 * Returns: (transfer full): the output planned as far as it can be without the others, with issues of its own
 */
SendoffPlanning *
sendoff_planning_new (const SendoffPlanning *like, SendoffOutputSettings *asked)
{
  SendoffPlanning *self = g_new0 (SendoffPlanning, 1);

  self->source = like->source;
  self->catalog = like->catalog;
  self->machine = like->machine;
  self->request = like->request;
  self->index = like->index;
  self->issues = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_issue_free);
  self->asked = asked;
  self->output = sendoff_output_plan_new ();
  plan_output (self);
  return self;
}

/** sendoff_planning_free: frees @self. */
void
sendoff_planning_free (SendoffPlanning *self)
{
  g_ptr_array_unref (self->issues);
  g_clear_object (&self->asked);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->output, sendoff_output_plan_free);
  g_free (self);
}

/* From now on what is wrong with @self is wrong with @plan. */
static void
join_issues (SendoffPlan *plan, SendoffPlanning *self)
{
  g_ptr_array_extend_and_steal (plan->issues, g_steal_pointer (&self->issues));
  self->issues = g_ptr_array_ref (plan->issues);
}

/* A request without outputs asks for one that says nothing. */
static GPtrArray *
make_plannings (SendoffPlan *plan, SendoffPlanning *common)
{
  GListModel *outputs = sendoff_request_get_outputs (common->request);
  GPtrArray *plannings = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_planning_free);
  guint n_outputs = g_list_model_get_n_items (outputs);

  for (guint i = 0; i < MAX (n_outputs, 1); i++)
    {
      SendoffPlanning *planning;

      common->index = (int)i;
      planning = sendoff_planning_new (common, n_outputs > 0 ? g_list_model_get_item (outputs, i)
                                                             : sendoff_output_settings_new ());
      planning = sendoff_planner_optimize (planning);
      join_issues (plan, planning);
      g_ptr_array_add (plannings, planning);
    }
  return plannings;
}

static void
copy_source_facts (SendoffPlan *plan, const SendoffMediaInfo *source)
{
  plan->source_identity = g_strdup (source->identity);
  plan->video_stream_index = source->video_index;
  plan->origin_us = source->origin_us;
  plan->sequential = !source->seekable;
  plan->provisional = !source->scanned;
  for (guint i = 0; source->warnings != NULL && source->warnings[i] != NULL; i++)
    sendoff_issues_add (plan->issues, SENDOFF_SEVERITY_WARNING, -1, "source", "source-warning", "%s",
                        source->warnings[i]);
}

/**
 * sendoff_planner_plan:
 * @source: facts of the source, scanned or not
 * @request: the wanted outputs; only read
 * @catalog: what exists
 * @machine: what this machine can do
 *
 * Settings are merged per output, later ones winning: defaults, the platform's recommended settings, the
 * preset (which "quality" may name too), what was asked for. Whatever was asked for and cannot be had is an
 * error among the issues.
 *
 * Returns: (transfer full): the plan; it can be carried out when sendoff_plan_has_errors() says no
 */
SendoffPlan *
sendoff_planner_plan (const SendoffMediaInfo *source,
                      SendoffRequest *request,
                      SendoffCatalog *catalog,
                      const SendoffMachine *machine)
{
  SendoffPlan *plan = sendoff_plan_new ();
  SendoffPlanning common = { .source = source, .catalog = catalog, .machine = machine, .request = request };
  g_autoptr (GPtrArray) plannings = NULL;

  copy_source_facts (plan, source);
  plannings = make_plannings (plan, &common);
  sendoff_planner_group (plan, plannings);
  sendoff_planner_name_outputs (plan, plannings);
  for (guint i = 0; i < plannings->len; i++)
    {
      SendoffPlanning *planning = g_ptr_array_index (plannings, i);

      sendoff_estimate_output (catalog, source, machine->lessons, planning->output);
      sendoff_rules_check (planning);
      g_ptr_array_add (plan->outputs, g_steal_pointer (&planning->output));
    }
  return plan;
}
