/* When a size leaves too few bits for a picture of acceptable quality: what is changed, or proposed, in SPEC
 * §7's order.
 *
 * Every change is a request of its own that is planned like any other; a step is taken when the size that an
 * acceptable picture needs becomes smaller by it and nothing is refused that was not refused before. What
 * somebody asked for by name is never changed, but may be proposed.
 */
#include "model/sendoff-planner-optimize.h"

#include <math.h>

#include "base/sendoff-units.h"
#include "model/sendoff-rules.h"

/* A change has to make that of the needed size that remains, to be worth anything. */
#define LEAST_EFFECT 0.99

/* The steps that were found, and where they have led. */
typedef struct
{
  SendoffOptimizePlan *found;
  GPtrArray *issues; /* SendoffIssue, owned: about the steps that are applied */
  double wanted;     /* share of an acceptable picture's bits */
  gint accepted_at;  /* before which step fewer bits were accepted, -1 not */
} Search;

static guint
count_errors (GPtrArray *issues)
{
  guint n = 0;

  for (guint i = 0; i < issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (issues, i);

      n += issue->severity == SENDOFF_SEVERITY_ERROR && !g_str_equal (issue->code, "size-too-small");
    }
  return n;
}

/* Other errors come when all outputs are planned; they have nothing to do with size. */
static gboolean
is_taken_by_platform (const SendoffPlanning *self)
{
  g_autoptr (GPtrArray) issues = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_issue_free);
  SendoffPlanning asked_about = *self;

  asked_about.issues = issues;
  sendoff_rules_check_platform (&asked_about);
  return count_errors (issues) == 0;
}

/* Whether the size can be met at all. */
static gboolean
is_possible (const SendoffPlanning *self)
{
  for (guint i = 0; i < self->issues->len; i++)
    if (g_str_equal (((const SendoffIssue *)g_ptr_array_index (self->issues, i))->code, "size-too-small"))
      return FALSE;
  return TRUE;
}

static gboolean
can_be_optimized (const SendoffPlanning *self)
{
  return self->output->size != NULL && sendoff_output_plan_encodes_video (self->output)
         && self->output->duration_us > 0 && count_errors (self->issues) == 0 && is_taken_by_platform (self);
}

/* Where somebody asked for a size, unless they say otherwise. A limit that only a platform has is nobody's
 * wish. */
static gboolean
is_applied (const SendoffPlanning *self)
{
  const char *how = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_AUTO_OPTIMIZE);

  if (how != NULL)
    return g_str_equal (how, "apply");
  return sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_TARGET_SIZE) > 0
         || sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_MAX_SIZE) > 0;
}

/* ---- Trying them ---- */

/* The kind of file stays, and what is not HDR now does not become it with another codec. */
static SendoffPlanning *
plan_changed (const SendoffPlanning *planned, SendoffOutputSettings *asked)
{
  g_autoptr (SendoffPlanning) candidate = sendoff_planning_new (planned, g_object_ref (asked));
  gboolean becomes_hdr = candidate->keeps_hdr && !planned->keeps_hdr;

  if (candidate->container == planned->container && !becomes_hdr)
    return g_steal_pointer (&candidate);
  if (candidate->container != planned->container)
    sendoff_output_settings_set_string (asked, SENDOFF_SETTING_CONTAINER, planned->container->format_id);
  if (becomes_hdr)
    sendoff_output_settings_set_string (asked, SENDOFF_SETTING_HDR, "sdr");
  return sendoff_planning_new (planned, g_object_ref (asked));
}

static gboolean
is_better (SendoffPlanning *candidate, const SendoffPlanning *planned, const SendoffSizeStep *step)
{
  const SendoffOutputPlan *output = candidate->output;

  if (!can_be_optimized (candidate) || candidate->keeps_hdr != planned->keeps_hdr
      || !sendoff_machine_has_encoder (candidate->machine, output->video->encoder)
      || !g_strv_contains ((const char *const *)candidate->container->video_codecs, output->video->codec)
      || candidate->container != planned->container)
    return FALSE;
  return g_str_equal (step->strategy, "metadata")
         || sendoff_planner_get_acceptable_bytes (candidate)
                < sendoff_planner_get_acceptable_bytes (planned) * LEAST_EFFECT;
}

/* (transfer full) (nullable): the output with what @step changes, when that is for the better. */
static SendoffPlanning *
try_step (const SendoffPlanning *planned, const SendoffSizeStep *step)
{
  for (guint attempt = 0;; attempt++)
    {
      g_autoptr (SendoffOutputSettings) asked = sendoff_output_settings_copy (planned->asked);
      g_autoptr (SendoffPlanning) candidate = NULL;

      if (!step->change (planned, asked, attempt))
        return NULL;
      candidate = plan_changed (planned, asked);
      if (is_better (candidate, planned, step))
        return g_steal_pointer (&candidate);
    }
}

static void
add_setting (SendoffOptimizeStep *self, SendoffSetting setting, char *value)
{
  SendoffTag *tag = sendoff_tag_new ();

  tag->key = g_strdelimit (g_strdup (sendoff_setting_get_name (setting)), "-", '_');
  tag->value = value;
  g_ptr_array_add (self->settings, tag);
}

/* What @after asks for and @before does not. */
static void
add_settings (SendoffOptimizeStep *self, SendoffOutputSettings *before, SendoffOutputSettings *after)
{
  for (SendoffSetting i = 1; i < SENDOFF_N_SETTINGS; i++)
    {
      g_autofree char *old = sendoff_output_settings_dup_text (before, i);
      g_autofree char *new = sendoff_output_settings_dup_text (after, i);

      if (new != NULL && g_strcmp0 (old, new) != 0)
        add_setting (self, i, g_steal_pointer (&new));
    }
}

static SendoffOptimizeStep *
make_step (const SendoffSizeStep *step,
           const SendoffPlanning *before,
           const SendoffPlanning *after,
           gboolean applied)
{
  const SendoffSizeStrategy *strategy = sendoff_catalog_get_size_strategy (after->catalog, step->strategy);
  SendoffOptimizeStep *self = sendoff_optimize_step_new ();

  self->strategy = g_strdup (step->strategy);
  self->label = step->dup_label != NULL ? step->dup_label (after) : NULL;
  self->savings = g_strdup (strategy != NULL ? strategy->savings : NULL);
  self->quality_impact = g_strdup (strategy != NULL ? strategy->quality_impact : NULL);
  self->applied = applied;
  self->acceptable_size_bytes = (gint64)sendoff_planner_get_acceptable_bytes (after);
  self->bits_share = sendoff_planner_get_bits_share (after);
  add_settings (self, before->asked, after->asked);
  return self;
}

static gboolean
was_tried (const Search *search, const SendoffSizeStep *step)
{
  for (guint i = 0; i < search->found->steps->len; i++)
    if (g_strcmp0 (((SendoffOptimizeStep *)g_ptr_array_index (search->found->steps, i))->strategy,
                   step->strategy)
        == 0)
      return TRUE;
  return FALSE;
}

/* Goes through the steps until the size is enough: those that @apply allows, or all that are left. Takes
 * @planned, and returns (transfer full) where they lead. */
static SendoffPlanning *
walk (Search *search, SendoffPlanning *planned, gboolean apply)
{
  for (guint i = 0; i < sendoff_n_size_steps && sendoff_planner_get_bits_share (planned) < search->wanted;
       i++)
    {
      const SendoffSizeStep *step = &sendoff_size_steps[i];
      SendoffPlanning *changed = NULL;

      if (step->change == NULL)
        {
          search->wanted = SENDOFF_SLIGHTLY_LESS;
          if (search->accepted_at < 0)
            search->accepted_at = (gint)search->found->steps->len;
          continue;
        }
      if (was_tried (search, step)
          || (apply && sendoff_output_settings_is_set (planned->asked, step->setting)))
        continue;
      changed = try_step (planned, step);
      if (changed == NULL)
        continue;
      g_ptr_array_add (search->found->steps, make_step (step, planned, changed, apply));
      if (apply)
        step->report (planned, changed, search->issues);
      sendoff_planning_free (planned);
      planned = changed;
    }
  return planned;
}

/* ---- What came of it ---- */

/* (transfer full) (nullable): the steps that are only proposed. */
static char *
dup_proposals (const SendoffOptimizePlan *found)
{
  g_autoptr (GPtrArray) labels = g_ptr_array_new ();

  for (guint i = 0; i < found->steps->len; i++)
    {
      const SendoffOptimizeStep *step = g_ptr_array_index (found->steps, i);

      if (!step->applied && step->label != NULL)
        g_ptr_array_add (labels, step->label);
    }
  if (labels->len == 0)
    return NULL;
  g_ptr_array_add (labels, NULL);
  return g_strjoinv (", ", (char **)labels->pdata);
}

/* About the size as it now is. */
static void
report_share (Search *search, const SendoffPlanning *planned, const char *proposals)
{
  double share = sendoff_planner_get_bits_share (planned);
  gboolean has_target = sendoff_output_settings_get_int (planned->asked, SENDOFF_SETTING_TARGET_SIZE) > 0;
  const char *field = has_target ? "target_size" : "max_size";
  g_autofree char *size = sendoff_format_size (planned->output->size->limit_bytes);
  g_autofree char *enough
      = sendoff_format_size ((gint64)ceil (sendoff_planner_get_acceptable_bytes (planned)));

  if (proposals != NULL)
    sendoff_issues_add (
        search->issues, SENDOFF_SEVERITY_WARNING, planned->index, field, "quality-below-floor",
        "With %s, the picture gets about %d %% of the bits that acceptable quality takes; %s would be "
        "enough. This would look better: %s.",
        size, (int)(share * 100), enough, proposals);
  else if (share < SENDOFF_SLIGHTLY_LESS)
    sendoff_issues_add (
        search->issues, SENDOFF_SEVERITY_WARNING, planned->index, field, "quality-low",
        "With %s, the picture gets about %d %% of the bits that acceptable quality takes; %s would be "
        "enough.",
        size, (int)(share * 100), enough);
  else if (share < 1)
    sendoff_issues_add (
        search->issues, SENDOFF_SEVERITY_INFO, planned->index, field, "optimized-bitrate",
        "With %s, the picture gets about %d %% of the bits that acceptable quality takes: busy scenes "
        "may look soft.",
        size, (int)(share * 100));
}

/* That fewer bits are accepted is a step like the others, if there are fewer in the end. */
static void
add_accepted (Search *search, const SendoffPlanning *led_to, gboolean applied)
{
  double share = sendoff_planner_get_bits_share (led_to);

  for (guint i = 0; i < sendoff_n_size_steps; i++)
    if (sendoff_size_steps[i].change == NULL && search->accepted_at >= 0 && share < 1
        && share >= SENDOFF_SLIGHTLY_LESS)
      g_ptr_array_insert (search->found->steps, search->accepted_at,
                          make_step (&sendoff_size_steps[i], led_to, led_to, applied));
}

static SendoffPlanning *
search_steps (Search *search, SendoffPlanning *planned)
{
  g_autoptr (SendoffPlanning) led_to = NULL;
  g_autofree char *proposals = NULL;

  if (is_applied (planned))
    planned = walk (search, planned, TRUE);
  led_to = sendoff_planning_new (planned, g_object_ref (planned->asked));
  led_to = walk (search, g_steal_pointer (&led_to), FALSE);
  proposals = dup_proposals (search->found);
  add_accepted (search, led_to, proposals == NULL);
  if (is_possible (led_to))
    report_share (search, planned, proposals);
  else
    g_ptr_array_set_size (search->issues, 0); /* the refusal says all */
  return planned;
}

/**
 * sendoff_planner_optimize:
 * @first: (transfer full): an output as it was asked for
 *
 * Compares the size that it must meet with what a picture of acceptable quality takes. Where that is more,
 * steps are taken or proposed, and both are told in the output's plan and among its issues.
 *
 * Returns: (transfer full): the output as it will be
 */
SendoffPlanning *
sendoff_planner_optimize (SendoffPlanning *first)
{
  Search search = { .wanted = 1, .accepted_at = -1 };
  SendoffPlanning *planned;

  if (!can_be_optimized (first) || sendoff_planner_get_bits_share (first) >= 1)
    return first;
  search.found = sendoff_optimize_plan_new ();
  search.found->acceptable_size_bytes = (gint64)sendoff_planner_get_acceptable_bytes (first);
  search.found->bits_share = sendoff_planner_get_bits_share (first);
  search.issues = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_issue_free);
  planned = search_steps (&search, first);
  planned->output->optimize = search.found;
  g_ptr_array_extend_and_steal (planned->issues, search.issues);
  return planned;
}
