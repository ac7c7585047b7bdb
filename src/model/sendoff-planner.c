#include "model/sendoff-planner.h"

#include "model/sendoff-estimate.h"
#include "model/sendoff-planner-private.h"
#include "model/sendoff-rules.h"

/* Takes @asked. */
static SendoffPlanning *
planning_new (const SendoffPlanning *common, int index, SendoffOutputSettings *asked)
{
  SendoffPlanning *self = g_memdup2 (common, sizeof *common);

  self->index = index;
  self->asked = asked;
  self->output = sendoff_output_plan_new ();
  return self;
}

static void
planning_free (SendoffPlanning *self)
{
  g_clear_object (&self->asked);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->output, sendoff_output_plan_free);
  g_free (self);
}

/* A request without outputs asks for one that says nothing. */
static GPtrArray *
dup_plannings (const SendoffPlanning *common)
{
  GListModel *outputs = sendoff_request_get_outputs (common->request);
  GPtrArray *plannings = g_ptr_array_new_with_free_func ((GDestroyNotify)planning_free);
  guint n_outputs = g_list_model_get_n_items (outputs);

  for (guint i = 0; i < n_outputs; i++)
    g_ptr_array_add (plannings, planning_new (common, (int)i, g_list_model_get_item (outputs, i)));
  if (n_outputs == 0)
    g_ptr_array_add (plannings, planning_new (common, 0, sendoff_output_settings_new ()));
  return plannings;
}

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
 * Settings are merged per output, later ones winning: defaults, the platform's recommended settings, the preset (which
 * "quality" may name too), what was asked for. Whatever was asked for and cannot be had is an error among the issues.
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
  SendoffPlanning common = {
    .source = source, .catalog = catalog, .machine = machine, .request = request, .issues = plan->issues
  };
  g_autoptr (GPtrArray) plannings = dup_plannings (&common);

  copy_source_facts (plan, source);
  for (guint i = 0; i < plannings->len; i++)
    plan_output (g_ptr_array_index (plannings, i));
  sendoff_planner_group (plan, plannings);
  sendoff_planner_name_outputs (plan, plannings);
  for (guint i = 0; i < plannings->len; i++)
    {
      SendoffPlanning *planning = g_ptr_array_index (plannings, i);

      sendoff_estimate_output (catalog, source, planning->output);
      sendoff_rules_check (planning);
      g_ptr_array_add (plan->outputs, g_steal_pointer (&planning->output));
    }
  return plan;
}
