#include "app/sendoff-cancellation.h"

#include "app/sendoff-queue-control.h"

struct _SendoffCancellation
{
  GObject parent_instance;
  SendoffEngine *engine;
  GtkWidget *widget; /* whose window tells what goes wrong */
  SendoffJob *job;
  GPtrArray *items;    /* SendoffQueueItem */
  gboolean is_whole;   /* nothing of the job is left to be made */
  gboolean was_paused; /* by the user, before */
  gboolean is_settled;
};

G_DEFINE_FINAL_TYPE (SendoffCancellation, sendoff_cancellation, G_TYPE_OBJECT)

static void
sendoff_cancellation_finalize (GObject *object)
{
  SendoffCancellation *self = SENDOFF_CANCELLATION (object);

  g_clear_object (&self->engine);
  g_clear_object (&self->widget);
  g_clear_object (&self->job);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  G_OBJECT_CLASS (sendoff_cancellation_parent_class)->finalize (object);
}

static void
sendoff_cancellation_class_init (SendoffCancellationClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_cancellation_finalize;
}

static void
sendoff_cancellation_init (SendoffCancellation *self)
{
}

static guint
count_unfinished (SendoffJob *job)
{
  GListModel *exports = sendoff_job_get_exports (job);
  guint n = 0;

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      n += sendoff_status_is_final (sendoff_export_get_status (export)) ? 0 : 1;
    }
  return n;
}

static void
mark (SendoffCancellation *self, gboolean cancelling)
{
  for (guint i = 0; i < self->items->len; i++)
    sendoff_queue_item_set_cancelling (g_ptr_array_index (self->items, i), cancelling);
}

static void
control (SendoffCancellation *self, SendoffControl what, int value)
{
  sendoff_queue_control (self->engine, self->job, what, value, self->widget);
}

/**
 * sendoff_cancellation_new:
 * @items: (element-type SendoffQueueItem): rows of @job; those that are over are left out
 * @widget: whose window tells when another process does not do it
 *
 * Begins to cancel; one of the other two functions has to follow.
 *
 * Returns: (transfer full): the cancellation
 */
SendoffCancellation *
sendoff_cancellation_new (SendoffEngine *engine, SendoffJob *job, GPtrArray *items, GtkWidget *widget)
{
  SendoffCancellation *self = g_object_new (SENDOFF_TYPE_CANCELLATION, NULL);

  self->engine = g_object_ref (engine);
  self->widget = g_object_ref (widget);
  self->job = g_object_ref (job);
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < items->len; i++)
    if (sendoff_queue_item_get_state (g_ptr_array_index (items, i)) < SENDOFF_QUEUE_CANCELLING)
      g_ptr_array_add (self->items, g_object_ref (g_ptr_array_index (items, i)));
  self->is_whole = self->items->len == count_unfinished (job);
  self->was_paused = sendoff_job_get_paused (job);
  if (self->is_whole && !sendoff_job_get_interrupted (job))
    control (self, SENDOFF_CONTROL_PAUSE, 0);
  mark (self, TRUE);
  return self;
}

static int
get_output (SendoffQueueItem *item)
{
  return (int)sendoff_export_get_output (sendoff_queue_item_get_export (item));
}

/** sendoff_cancellation_carry_out: now it is meant; the second call does nothing. */
void
sendoff_cancellation_carry_out (SendoffCancellation *self)
{
  if (self->is_settled)
    return;
  self->is_settled = TRUE;
  if (self->is_whole)
    control (self, SENDOFF_CONTROL_CANCEL, -1);
  for (guint i = 0; !self->is_whole && i < self->items->len; i++)
    control (self, SENDOFF_CONTROL_CANCEL, get_output (g_ptr_array_index (self->items, i)));
  /* Another process may refuse. */
  if (sendoff_job_get_elsewhere (self->job))
    mark (self, FALSE);
}

/** sendoff_cancellation_take_back: it goes on from where it was. */
void
sendoff_cancellation_take_back (SendoffCancellation *self)
{
  if (self->is_settled)
    return;
  self->is_settled = TRUE;
  mark (self, FALSE);
  if (self->is_whole && !self->was_paused)
    control (self, SENDOFF_CONTROL_RESUME, 0);
}
