#include "app/sendoff-draft-summary.h"

#include <glib/gi18n.h>

#include "app/sendoff-output-item.h"
#include "app/sendoff-source-item.h"
#include "base/sendoff-units.h"

static gboolean
is_looking (GListModel *sources)
{
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (sources, i);

      if (sendoff_source_item_get_state (source) == SENDOFF_SOURCE_LOOKING)
        return TRUE;
    }
  return FALSE;
}

/* The first output that stands in the way. */
static char *
dup_output_reason (GListModel *outputs)
{
  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (outputs, i);
      const char *title = sendoff_output_item_get_title (output);

      if (sendoff_output_item_get_severity (output) == SENDOFF_SEVERITY_ERROR)
        return g_strdup_printf (_ ("“%s” cannot be made like this. Its message says why."), title);
      if (!sendoff_output_item_get_typing_valid (output))
        return g_strdup_printf (_ ("A time of “%s” cannot be understood. Write it like 1:30."), title);
    }
  return NULL;
}

/**
 * sendoff_draft_summary_dup_reason:
 * @sources: SendoffSourceItem
 * @outputs: SendoffOutputItem
 * @plans: (element-type SendoffPlan): one for each source that is ready
 * @submitting: whether Export was pressed and is not through yet
 *
 * Returns: (transfer full) (nullable): why Export is not possible, the first thing to do coming first
 */
char *
sendoff_draft_summary_dup_reason (GListModel *sources,
                                  GListModel *outputs,
                                  GPtrArray *plans,
                                  gboolean submitting)
{
  if (g_list_model_get_n_items (sources) == 0)
    return g_strdup (_ ("Add a video first."));
  if (submitting)
    return g_strdup (_ ("Putting the videos into the queue…"));
  if (is_looking (sources))
    return g_strdup (_ ("Looking at the videos…"));
  if (plans->len == 0)
    return g_strdup (_ ("None of these files can be exported."));
  if (g_list_model_get_n_items (outputs) == 0)
    return g_strdup (_ ("Choose where the video is going."));
  return dup_output_reason (outputs);
}

/** sendoff_draft_summary_dup_totals: (transfer full) (nullable): "2 files · about 109 MB" for all of @plans.
 */
char *
sendoff_draft_summary_dup_totals (GListModel *outputs, GPtrArray *plans)
{
  g_autofree char *size = NULL;
  gint64 size_bytes = 0;
  guint n = plans->len * g_list_model_get_n_items (outputs);

  if (n == 0)
    return NULL;
  for (guint p = 0; p < plans->len; p++)
    {
      const SendoffPlan *plan = g_ptr_array_index (plans, p);

      for (guint i = 0; i < plan->outputs->len; i++)
        size_bytes += sendoff_plan_get_output (plan, i)->estimated_size_bytes;
    }
  size = sendoff_format_size (size_bytes);
  return g_strdup_printf (ngettext ("%u file · about %s", "%u files · about %s", n), n, size);
}
