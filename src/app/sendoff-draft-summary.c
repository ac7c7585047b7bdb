#include "app/sendoff-draft-summary.h"

#include <glib/gi18n.h>

#include "app/sendoff-output-item.h"
#include "app/sendoff-source-item.h"
#include "app/sendoff-words.h"
#include "base/sendoff-units.h"
#include "engine/sendoff-places.h"
#include "model/sendoff-estimate.h"

static gboolean
is_looking (GListModel *sources)
{
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (sources, i);

      if (sendoff_source_item_get_state (source) <= SENDOFF_SOURCE_LOOKING)
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
      if (sendoff_output_item_get_typing_problem (output) != NULL)
        /* Translators: the name of an output, and a sentence about what was typed there */
        return g_strdup_printf (_ ("%s: %s"), title, sendoff_output_item_get_typing_problem (output));
    }
  return NULL;
}

static gboolean
is_any_wanted (GListModel *outputs, GPtrArray *plans)
{
  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (outputs, i);

      for (guint p = 0; p < plans->len; p++)
        if (!sendoff_output_item_leaves_out (output,
                                             ((SendoffDraftPlan *)g_ptr_array_index (plans, p))->source))
          return TRUE;
    }
  return FALSE;
}

/**
 * sendoff_draft_summary_dup_reason:
 * @sources: SendoffSourceItem
 * @outputs: SendoffOutputItem
 * @plans: (element-type SendoffDraftPlan): one for each source that is ready
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
  if (!is_any_wanted (outputs, plans))
    return g_strdup (_ ("Every video is left out. Put one back first."));
  return dup_output_reason (outputs);
}

/* "done at 16:42", as the clock on the wall shows it; exports that wait in the queue already are not counted.
 */
static char *
dup_finish (gint64 work_us)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autoptr (GDateTime) end = g_date_time_add (now, work_us);
  g_autofree char *clock = g_date_time_format (end, "%H:%M");
  g_autofree char *work = sendoff_words_for_work (work_us);

  if (work_us <= 0)
    return NULL;
  if (work_us < 60 * G_TIME_SPAN_SECOND)
    return g_steal_pointer (&work);
  /* Translators: how long it takes, and a time of the day */
  return g_strdup_printf (_ ("%s, done at %s"), work, clock);
}

/** sendoff_draft_summary_dup_totals: (transfer full) (nullable): "2 files · about 109 MB · about 2 min, done
 * at 16:42" for all of @plans (element-type SendoffDraftPlan). */
char *
sendoff_draft_summary_dup_totals (SendoffEngine *engine, GListModel *outputs, GPtrArray *plans)
{
  gint64 size_bytes = 0, work_us = 0;
  g_autofree char *size = NULL;
  g_autofree char *files = NULL;
  g_autofree char *finish = NULL;
  guint n = 0;

  for (guint p = 0; p < plans->len; p++)
    {
      const SendoffDraftPlan *plan = g_ptr_array_index (plans, p);

      /* A request for nothing in particular has an output, too; and an output may be newer than the plans. */
      for (guint i = 0; i < MIN (g_list_model_get_n_items (outputs), plan->plan->outputs->len); i++)
        {
          g_autoptr (SendoffOutputItem) output = g_list_model_get_item (outputs, i);

          if (sendoff_output_item_leaves_out (output, plan->source))
            continue;
          n++;
          size_bytes += (gint64)sendoff_draft_plan_get_size (plan, i).middle;
          work_us += sendoff_draft_plan_get_work_us (plan, i, engine);
        }
    }
  if (n == 0)
    return NULL;
  size = sendoff_format_size (size_bytes);
  files = g_strdup_printf (ngettext ("%u file · about %s", "%u files · about %s", n), n, size);
  finish = dup_finish (work_us);
  return finish != NULL ? g_strdup_printf ("%s · %s", files, finish) : g_steal_pointer (&files);
}

/**
 * sendoff_draft_summary_dup_folder:
 * @uri: (nullable): the folder that was chosen; %NULL is beside each video
 * @selected: (nullable): the video that is looked at
 *
 * Returns: (transfer full): where files go, in words
 */
char *
sendoff_draft_summary_dup_folder (const char *uri, SendoffSourceItem *selected)
{
  g_autoptr (GFile) folder = uri != NULL ? g_file_new_for_uri (uri) : NULL;
  g_autofree char *other_uri
      = folder == NULL && selected != NULL ? sendoff_source_item_dup_folder_uri (selected) : NULL;
  g_autoptr (GFile) other = other_uri != NULL ? g_file_new_for_uri (other_uri) : NULL;
  g_autofree char *name
      = folder != NULL || other != NULL ? sendoff_places_dup_name (folder != NULL ? folder : other) : NULL;

  if (name == NULL)
    return g_strdup (_ ("The folder of each video"));
  if (other != NULL)
    return g_strdup_printf (_ ("%s, because nothing can be saved beside “%s”"), name,
                            sendoff_source_item_get_name (selected));
  return g_steal_pointer (&name);
}
