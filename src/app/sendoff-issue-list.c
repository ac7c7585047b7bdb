#include "app/sendoff-issue-list.h"

#include <glib/gi18n.h>

/* What is collected so far. */
typedef struct
{
  SendoffEngine *engine;
  GPtrArray *plans;
  GHashTable *counts; /* sentence (borrowed) → number of videos that it is said about */
  GHashTable *seen;   /* what is in items already */
  GPtrArray *items;
} Collection;

static gboolean
is_about (const SendoffIssue *issue, guint output)
{
  return issue->output == (int)output || (issue->output < 0 && output == 0);
}

static GHashTable *
count_sentences (GPtrArray *plans, guint output)
{
  GHashTable *counts = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint p = 0; p < plans->len; p++)
    {
      GPtrArray *issues = ((SendoffDraftPlan *)g_ptr_array_index (plans, p))->plan->issues;

      for (guint i = 0; i < issues->len; i++)
        {
          const SendoffIssue *issue = g_ptr_array_index (issues, i);
          guint n = GPOINTER_TO_UINT (g_hash_table_lookup (counts, issue->message));

          if (is_about (issue, output))
            g_hash_table_insert (counts, issue->message, GUINT_TO_POINTER (n + 1));
        }
    }
  return counts;
}

/* Each sentence once; with the video's name where it is not true of all. */
static void
add_issue (Collection *self, const SendoffDraftPlan *plan, const SendoffIssue *issue)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, issue->message));
  g_autofree char *message = NULL;
  g_autoptr (SendoffFix) fix = NULL;
  SendoffIssueItem *item;

  if (n < self->plans->len)
    /* Translators: the name of a video, and a sentence about it */
    message = g_strdup_printf (_ ("%s: %s"), plan->plan->source_name, issue->message);
  else
    message = g_strdup (issue->message);
  if (g_hash_table_contains (self->seen, message))
    return;
  fix = sendoff_fix_find (self->engine, plan, issue);
  item = sendoff_issue_item_new (issue->severity, message, fix != NULL ? sendoff_fix_get_label (fix) : NULL);
  sendoff_issue_item_take_fix (item, g_steal_pointer (&fix));
  /* What stops one video need not stop the others. */
  if (issue->severity == SENDOFF_SEVERITY_ERROR && issue->output >= 0 && n < self->plans->len)
    sendoff_issue_item_offer_leaving (item, plan->source, _ ("Leave It Out"));
  g_ptr_array_add (self->items, item);
  g_hash_table_add (self->seen, g_steal_pointer (&message));
}

/**
 * sendoff_issue_list_collect:
 * @plans: (element-type SendoffDraftPlan)
 *
 * Returns: (transfer full) (element-type SendoffIssueItem): what is to be said about @output, the worst first
 */
GPtrArray *
sendoff_issue_list_collect (SendoffEngine *engine, GPtrArray *plans, guint output)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) counts = count_sentences (plans, output);
  Collection self = { engine, plans, counts, seen, g_ptr_array_new_with_free_func (g_object_unref) };

  for (int severity = SENDOFF_SEVERITY_ERROR; severity >= SENDOFF_SEVERITY_INFO; severity--)
    for (guint p = 0; p < plans->len; p++)
      {
        const SendoffDraftPlan *plan = g_ptr_array_index (plans, p);

        for (guint i = 0; i < plan->plan->issues->len; i++)
          {
            const SendoffIssue *issue = g_ptr_array_index (plan->plan->issues, i);

            if (issue->severity == severity && is_about (issue, output))
              add_issue (&self, plan, issue);
          }
      }
  return self.items;
}

static gboolean
looks_like (GListModel *list, GPtrArray *items)
{
  if (g_list_model_get_n_items (list) != items->len)
    return FALSE;
  for (guint i = 0; i < items->len; i++)
    {
      g_autoptr (SendoffIssueItem) old = g_list_model_get_item (list, i);

      if (!sendoff_issue_item_looks_like (old, g_ptr_array_index (items, i)))
        return FALSE;
    }
  return TRUE;
}

/**
 * sendoff_issue_list_apply:
 * @items: (element-type SendoffIssueItem): their fixes are taken
 *
 * Makes @list show @items. Rows are made anew only when there is something new to read.
 *
 * Returns: whether the items of @list are others now
 */
gboolean
sendoff_issue_list_apply (GListStore *list, GPtrArray *items)
{
  gboolean same = looks_like (G_LIST_MODEL (list), items);

  for (guint i = 0; same && i < items->len; i++)
    {
      g_autoptr (SendoffIssueItem) old = g_list_model_get_item (G_LIST_MODEL (list), i);

      sendoff_issue_item_move_fix (old, g_ptr_array_index (items, i));
    }
  if (!same)
    g_list_store_splice (list, 0, g_list_model_get_n_items (G_LIST_MODEL (list)), items->pdata, items->len);
  return !same;
}
