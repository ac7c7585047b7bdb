/* Looking at a source, planning, and looking at the disks that the plan would use. */
#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-facts.h"
#include "engine/sendoff-preflight.h"
#include "model/sendoff-estimate.h"
#include "model/sendoff-planner.h"

typedef struct {
  GFile *file;
  SendoffProbeFlags flags;
  SendoffStore *store;
  SendoffQueue *queue; /* keeps the worker client */
} Probe;

static void
probe_free (gpointer data)
{
  Probe *probe = data;

  g_object_unref (probe->file);
  g_object_unref (probe->store);
  g_object_unref (probe->queue);
  g_free (probe);
}

static void
probe_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Probe *probe = data;
  GError *error = NULL;
  SendoffMediaInfo *info = sendoff_facts_look_up (probe->store, sendoff_queue_get_client (probe->queue), probe->file,
                                                  probe->flags, cancellable, &error);

  if (info != NULL)
    g_task_return_pointer (task, info, (GDestroyNotify)sendoff_media_info_free);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_probe_async: facts about @file, from the store when the same content was looked at before. */
void
sendoff_engine_probe_async (SendoffEngine *self,
                            GFile *file,
                            SendoffProbeFlags flags,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Probe *probe;

  g_return_if_fail (sendoff_engine_get_queue (self) != NULL);
  probe = g_new0 (Probe, 1);
  probe->file = g_object_ref (file);
  probe->flags = flags;
  probe->store = g_object_ref (sendoff_engine_get_store (self));
  probe->queue = g_object_ref (sendoff_engine_get_queue (self));
  g_task_set_source_tag (task, sendoff_engine_probe_async);
  g_task_set_task_data (task, probe, probe_free);
  g_task_run_in_thread (task, probe_thread);
}

/** sendoff_engine_probe_finish: (transfer full): the facts, or %NULL with an error as sendoff_facts_look_up() has. */
SendoffMediaInfo *
sendoff_engine_probe_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/** sendoff_engine_plan: (transfer full): what would be done. */
SendoffPlan *
sendoff_engine_plan (SendoffEngine *self, const SendoffMediaInfo *source, SendoffRequest *request)
{
  g_return_val_if_fail (sendoff_engine_get_catalog (self) != NULL, NULL);
  return sendoff_planner_plan (source, request, sendoff_engine_get_catalog (self), sendoff_engine_get_machine (self));
}

/** sendoff_engine_estimate_cpu: how many µs of a processor @output is expected to take, by what such exports have
 * taken here. */
SendoffInterval
sendoff_engine_estimate_cpu (SendoffEngine *self, const SendoffMediaInfo *source, const SendoffOutputPlan *output)
{
  return sendoff_estimate_time (sendoff_engine_get_catalog (self), source, sendoff_engine_get_machine (self)->lessons,
                                output);
}

static void
forget_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;

  if (sendoff_store_forget_lessons_sync (data, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_forget_lessons_async: first estimates are the model's again, as before the first export; in this
 * process from its next start on. */
void
sendoff_engine_forget_lessons_async (SendoffEngine *self,
                                     GCancellable *cancellable,
                                     GAsyncReadyCallback callback,
                                     gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_task_set_source_tag (task, sendoff_engine_forget_lessons_async);
  g_task_set_task_data (task, g_object_ref (sendoff_engine_get_store (self)), g_object_unref);
  g_task_run_in_thread (task, forget_thread);
}

/** sendoff_engine_forget_lessons_finish: FALSE with %SENDOFF_ERROR_STORE. */
gboolean
sendoff_engine_forget_lessons_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

/** sendoff_engine_new_estimator: (transfer full): how large the files of @plan, which has no errors, will be. */
SendoffEstimator *
sendoff_engine_new_estimator (SendoffEngine *self, GFile *file, const SendoffMediaInfo *source, const SendoffPlan *plan)
{
  g_autofree SendoffInterval *cpu_us = g_new0 (SendoffInterval, plan->outputs->len);

  g_return_val_if_fail (sendoff_engine_get_queue (self) != NULL, NULL);
  for (guint i = 0; i < plan->outputs->len; i++)
    cpu_us[i] = sendoff_engine_estimate_cpu (self, source, sendoff_plan_get_output (plan, i));
  return sendoff_estimator_new (sendoff_engine_get_queue (self), file, source, plan, cpu_us,
                                sendoff_engine_get_cache_dir (self), sendoff_engine_get_machine (self));
}

/* Copies for a thread. */
typedef struct {
  SendoffRequest *request;
  SendoffPlan *plan;
  char *cache_dir;
} Preflight;

static void
preflight_free (gpointer data)
{
  Preflight *preflight = data;

  g_clear_object (&preflight->request);
  sendoff_plan_free (preflight->plan);
  g_free (preflight->cache_dir);
  g_free (preflight);
}

static void
preflight_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Preflight *preflight = data;

  g_task_return_pointer (task, sendoff_preflight_check (preflight->request, preflight->plan, preflight->cache_dir),
                         (GDestroyNotify)g_ptr_array_unref);
}

/** sendoff_engine_preflight_async: looks at the disks and folders that the plan would use. */
void
sendoff_engine_preflight_async (SendoffEngine *self,
                                SendoffRequest *request,
                                const SendoffPlan *plan,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  g_autoptr (JsonNode) node = sendoff_request_to_json (request);
  GError *error = NULL;
  Preflight *preflight;

  g_return_if_fail (sendoff_engine_get_queue (self) != NULL);
  g_task_set_source_tag (task, sendoff_engine_preflight_async);
  preflight = g_new0 (Preflight, 1);
  g_task_set_task_data (task, preflight, preflight_free);
  preflight->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self));
  preflight->plan = sendoff_plan_copy (plan);
  preflight->request = sendoff_request_from_json (node, &error);
  if (preflight->request != NULL)
    g_task_run_in_thread (task, preflight_thread);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_preflight_finish: (transfer full) (element-type SendoffIssue): what stands in the way. */
GPtrArray *
sendoff_engine_preflight_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
