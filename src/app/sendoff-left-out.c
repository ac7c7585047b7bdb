#include "app/sendoff-left-out.h"

#include <glib/gi18n.h>

#include "app/sendoff-issue-item.h"

struct _SendoffLeftOut
{
  GPtrArray *sources; /* SendoffSourceItem, in the order in which they were left out */
};

/** sendoff_left_out_new: (transfer full): no videos. */
SendoffLeftOut *
sendoff_left_out_new (void)
{
  SendoffLeftOut *self = g_new0 (SendoffLeftOut, 1);

  self->sources = g_ptr_array_new_with_free_func (g_object_unref);
  return self;
}

/** sendoff_left_out_free: frees @self. */
void
sendoff_left_out_free (SendoffLeftOut *self)
{
  g_ptr_array_unref (self->sources);
  g_free (self);
}

/** sendoff_left_out_toggle: leaves @source out, or takes it in again. */
void
sendoff_left_out_toggle (SendoffLeftOut *self, SendoffSourceItem *source)
{
  if (!g_ptr_array_remove (self->sources, source))
    g_ptr_array_add (self->sources, g_object_ref (source));
}

/** sendoff_left_out_contains: whether @source is left out. */
gboolean
sendoff_left_out_contains (SendoffLeftOut *self, SendoffSourceItem *source)
{
  return g_ptr_array_find (self->sources, source, NULL);
}

static gboolean
has_plan_for (GPtrArray *plans, SendoffSourceItem *source)
{
  for (guint i = 0; i < plans->len; i++)
    if (((const SendoffDraftPlan *)g_ptr_array_index (plans, i))->source == source)
      return TRUE;
  return FALSE;
}

/** sendoff_left_out_filter: (transfer container) (element-type SendoffDraftPlan): those of @plans whose
 * videos are not left out. Videos without a plan are forgotten. */
GPtrArray *
sendoff_left_out_filter (SendoffLeftOut *self, GPtrArray *plans)
{
  GPtrArray *wanted = g_ptr_array_new ();

  for (guint i = self->sources->len; i > 0; i--)
    if (!has_plan_for (plans, g_ptr_array_index (self->sources, i - 1)))
      g_ptr_array_remove_index (self->sources, i - 1);
  for (guint i = 0; i < plans->len; i++)
    if (!sendoff_left_out_contains (self, ((const SendoffDraftPlan *)g_ptr_array_index (plans, i))->source))
      g_ptr_array_add (wanted, g_ptr_array_index (plans, i));
  return wanted;
}

/** sendoff_left_out_add_items: appends to @items (element-type SendoffIssueItem) what is left out, each with
 * the way back. */
void
sendoff_left_out_add_items (SendoffLeftOut *self, GPtrArray *items)
{
  for (guint i = 0; i < self->sources->len; i++)
    {
      SendoffSourceItem *source = g_ptr_array_index (self->sources, i);
      g_autofree char *message
          = g_strdup_printf (_ ("%s is left out here."), sendoff_source_item_get_name (source));
      SendoffIssueItem *item = sendoff_issue_item_new (SENDOFF_SEVERITY_INFO, message, NULL);

      sendoff_issue_item_offer_leaving (item, source, _ ("Put It Back"));
      g_ptr_array_add (items, item);
    }
}
