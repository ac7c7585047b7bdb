#include "app/sendoff-departure.h"

#include "app/sendoff-draft-request.h"
#include "app/sendoff-submission.h"
#include "base/sendoff-error.h"

/* One video on its way. */
typedef struct
{
  SendoffSourceItem *source;
  SendoffRequest *request;
  char *identity; /* (nullable) */
} Traveller;

/* Of the task: who goes, who is next, and the result so far. */
typedef struct
{
  GPtrArray *travellers; /* (element-type Traveller) */
  guint next;
  SendoffDepartureResult *result;
} Departure;

static void send_next (GTask *task);

static void
traveller_free (gpointer data)
{
  Traveller *self = data;

  g_object_unref (self->source);
  g_object_unref (self->request);
  g_free (self->identity);
  g_free (self);
}

static void
departure_free (gpointer data)
{
  Departure *self = data;

  g_ptr_array_unref (self->travellers);
  g_clear_pointer (&self->result, sendoff_departure_result_free);
  g_free (self);
}

/** sendoff_departure_result_free: frees @self. */
void
sendoff_departure_result_free (SendoffDepartureResult *self)
{
  g_ptr_array_unref (self->gone);
  g_free (self);
}

static void
tell (SendoffSourceItem *source, const GError *error)
{
  if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE))
    sendoff_source_item_set_lost (source, error->message);
  else if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED))
    sendoff_source_item_look_again (source);
  else
    sendoff_source_item_set_problem (source, error->message);
}

static void
on_submitted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Departure *departure = g_task_get_task_data (task);
  const Traveller *traveller = g_ptr_array_index (departure->travellers, departure->next++);
  g_autoptr (GError) error = NULL;

  if (sendoff_submission_run_finish (result, &error) != NULL)
    {
      departure->result->n_queued++;
      g_ptr_array_add (departure->result->gone, g_object_ref (traveller->source));
    }
  else
    {
      departure->result->n_failed++;
      tell (traveller->source, error);
    }
  send_next (task);
}

static void
send_next (GTask *task)
{
  Departure *departure = g_task_get_task_data (task);
  const Traveller *traveller;

  if (departure->next >= departure->travellers->len)
    {
      g_task_return_pointer (task, g_steal_pointer (&departure->result),
                             (GDestroyNotify)sendoff_departure_result_free);
      return;
    }
  traveller = g_ptr_array_index (departure->travellers, departure->next);
  sendoff_submission_run_async (g_task_get_source_object (task),
                                sendoff_source_item_get_file (traveller->source), traveller->identity,
                                traveller->request, on_submitted, g_object_ref (task));
}

/**
 * sendoff_departure_run_async:
 * @plans: (element-type SendoffDraftPlan): not needed after the call
 * @outputs: SendoffOutputItem, of which the plans were made
 *
 * Submits one after the other, so that the queue has them in their order; a video that cannot be queued gets
 * the reason as its problem.
 */
void
sendoff_departure_run_async (
    SendoffEngine *engine, GPtrArray *plans, GListModel *outputs, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (engine, NULL, callback, data);
  Departure *departure = g_new0 (Departure, 1);

  departure->travellers = g_ptr_array_new_with_free_func (traveller_free);
  departure->result = g_new0 (SendoffDepartureResult, 1);
  departure->result->gone = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_set_source_tag (task, sendoff_departure_run_async);
  g_task_set_task_data (task, departure, departure_free);
  for (guint i = 0; i < plans->len; i++)
    {
      const SendoffDraftPlan *plan = g_ptr_array_index (plans, i);
      g_autoptr (SendoffRequest) request
          = sendoff_draft_request_dup_wanted (plan->request, outputs, plan->source);
      Traveller *traveller;

      if (request == NULL)
        continue;
      traveller = g_new0 (Traveller, 1);
      traveller->source = g_object_ref (plan->source);
      traveller->request = g_steal_pointer (&request);
      traveller->identity = g_strdup (plan->plan->source_identity);
      g_ptr_array_add (departure->travellers, traveller);
    }
  send_next (task);
}

/** sendoff_departure_run_finish: (transfer full): how it went; it never fails as a whole. */
SendoffDepartureResult *
sendoff_departure_run_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
