#include "app/sendoff-submission.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

/* What the steps hand on. */
typedef struct
{
  char *identity; /* (nullable) */
  SendoffRequest *request;
  SendoffPlan *plan; /* (nullable) */
} Submission;

static void
submission_free (gpointer data)
{
  Submission *self = data;

  g_object_unref (self->request);
  g_clear_pointer (&self->plan, sendoff_plan_free);
  g_free (self->identity);
  g_free (self);
}

static GError *
find_error (GPtrArray *issues)
{
  for (guint i = 0; i < issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (issues, i);

      if (issue->severity == SENDOFF_SEVERITY_ERROR)
        return g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, issue->message);
    }
  return NULL;
}

static void
on_submitted (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  SendoffJob *job = sendoff_engine_submit_finish (SENDOFF_ENGINE (object), result, &error);

  if (job != NULL)
    g_task_return_pointer (task, job, NULL);
  else
    g_task_return_error (task, error);
}

static void
on_preflight (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SendoffEngine *engine = SENDOFF_ENGINE (object);
  Submission *submission = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GPtrArray) issues = sendoff_engine_preflight_finish (engine, result, &error);

  if (issues != NULL)
    error = find_error (issues);
  if (error != NULL)
    g_task_return_error (task, error);
  else
    sendoff_engine_submit_async (engine, submission->request, submission->plan, NULL, on_submitted,
                                 g_steal_pointer (&task));
}

static void
on_probed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SendoffEngine *engine = SENDOFF_ENGINE (object);
  Submission *submission = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (SendoffMediaInfo) info = sendoff_engine_probe_finish (engine, result, &error);

  if (info != NULL && submission->identity != NULL && g_strcmp0 (info->identity, submission->identity) != 0)
    error = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED,
                                 _ ("The video has changed since it was added."));
  else if (info != NULL)
    {
      submission->plan = sendoff_engine_plan (engine, info, submission->request);
      error = find_error (submission->plan->issues);
    }
  if (error != NULL)
    g_task_return_error (task, error);
  else
    sendoff_engine_preflight_async (engine, submission->request, submission->plan, NULL, on_preflight,
                                    g_steal_pointer (&task));
}

/**
 * sendoff_submission_run_async:
 * @source: the video that @request is about
 * @identity: (nullable): what was found out about its content before: anything else is not queued
 *
 * Plans for what the file really holds, and queues it.
 */
void
sendoff_submission_run_async (SendoffEngine *engine,
                              GFile *source,
                              const char *identity,
                              SendoffRequest *request,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  GTask *task = g_task_new (engine, NULL, callback, data);
  Submission *submission = g_new0 (Submission, 1);

  submission->identity = g_strdup (identity);
  submission->request = g_object_ref (request);
  g_task_set_source_tag (task, sendoff_submission_run_async);
  g_task_set_task_data (task, submission, submission_free);
  sendoff_engine_probe_async (engine, source, SENDOFF_PROBE_SCAN, NULL, on_probed, task);
}

/** sendoff_submission_run_finish: (transfer none): the queued job, or %NULL with a sentence about what is
 * wrong. */
SendoffJob *
sendoff_submission_run_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
