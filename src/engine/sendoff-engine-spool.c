/* Sources that must be copied first, asynchronously. */
#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-spool.h"

typedef struct
{
  char *cache_dir;
  GFile *file;
  char *name;
} SpoolCall;

static void
spool_call_free (gpointer data)
{
  SpoolCall *call = data;

  g_object_unref (call->file);
  g_free (call->cache_dir);
  g_free (call->name);
  g_free (call);
}

static void
spool_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  SpoolCall *call = data;
  GError *error = NULL;
  GFile *copy;

  if (!sendoff_spool_is_needed (call->file))
    copy = g_object_ref (call->file);
  else
    copy = sendoff_spool_copy (call->cache_dir, call->file, call->name, cancellable, &error);
  if (copy != NULL)
    g_task_return_pointer (task, copy, g_object_unref);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_spool_async: copies @file into the cache as @name, if it is a pipe or not on this computer.
 */
void
sendoff_engine_spool_async (SendoffEngine *self,
                            GFile *file,
                            const char *name,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SpoolCall *call = g_new0 (SpoolCall, 1);

  call->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self));
  call->file = g_object_ref (file);
  call->name = g_strdup (name);
  g_task_set_source_tag (task, sendoff_engine_spool_async);
  g_task_set_task_data (task, call, spool_call_free);
  g_task_run_in_thread (task, spool_thread);
}

/** sendoff_engine_spool_finish: (transfer full): @file itself when it needs no copy, the copy, or %NULL with
 * an error as sendoff_spool_copy() has. */
GFile *
sendoff_engine_spool_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
