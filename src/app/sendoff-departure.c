#include "app/sendoff-departure.h"

#include "app/sendoff-submission.h"
#include "base/sendoff-error.h"

/* One video on its way. */
typedef struct
{
  GTask *task;
  SendoffSourceItem *source;
} Traveller;

/* Of the task: what is still on its way, and the result so far. */
typedef struct
{
  guint n_waiting;
  SendoffDepartureResult *result;
} Departure;

static void
departure_free (gpointer data)
{
  Departure *self = data;

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
finish_one (GTask *task)
{
  Departure *departure = g_task_get_task_data (task);

  if (--departure->n_waiting == 0)
    g_task_return_pointer (task, g_steal_pointer (&departure->result),
                           (GDestroyNotify)sendoff_departure_result_free);
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
  Traveller *traveller = data;
  g_autoptr (GTask) task = traveller->task;
  g_autoptr (SendoffSourceItem) source = traveller->source;
  Departure *departure = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;

  g_free (traveller);
  if (sendoff_submission_run_finish (result, &error) != NULL)
    {
      departure->result->n_queued++;
      g_ptr_array_add (departure->result->gone, g_object_ref (source));
    }
  else
    {
      departure->result->n_failed++;
      tell (source, error);
    }
  finish_one (task);
}

/**
 * sendoff_departure_run_async:
 * @plans: (element-type SendoffDraftPlan): not needed after the call
 *
 * Submits each; a video that cannot be queued gets the reason as its problem.
 */
void
sendoff_departure_run_async (SendoffEngine *engine,
                             GPtrArray *plans,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (engine, NULL, callback, data);
  Departure *departure = g_new0 (Departure, 1);

  departure->n_waiting = plans->len + 1;
  departure->result = g_new0 (SendoffDepartureResult, 1);
  departure->result->gone = g_ptr_array_new_with_free_func (g_object_unref);
  g_task_set_source_tag (task, sendoff_departure_run_async);
  g_task_set_task_data (task, departure, departure_free);
  for (guint i = 0; i < plans->len; i++)
    {
      const SendoffDraftPlan *plan = g_ptr_array_index (plans, i);
      Traveller *traveller = g_new0 (Traveller, 1);

      traveller->task = g_object_ref (task);
      traveller->source = g_object_ref (plan->source);
      sendoff_submission_run_async (engine, sendoff_source_item_get_file (plan->source),
                                    plan->plan->source_identity, plan->request, on_submitted, traveller);
    }
  finish_one (task);
}

/** sendoff_departure_run_finish: (transfer full): how it went; it never fails as a whole. */
SendoffDepartureResult *
sendoff_departure_run_finish (GAsyncResult *result)
{
  return g_task_propagate_pointer (G_TASK (result), NULL);
}
