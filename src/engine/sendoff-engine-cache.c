/* The kept chunks as the faces see them. */
#include "engine/sendoff-engine-private.h"

typedef struct
{
  char *cache_dir;
  gint64 wanted_bytes;
  gboolean clear;
} CacheCall;

static void
cache_call_free (gpointer data)
{
  CacheCall *call = data;

  g_free (call->cache_dir);
  g_free (call);
}

static void
cache_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  CacheCall *call = data;
  SendoffCacheFacts *facts = g_new0 (SendoffCacheFacts, 1);

  facts->limit_bytes = sendoff_chunk_cache_choose_limit (call->cache_dir, call->wanted_bytes);
  facts->removed_bytes = sendoff_chunk_cache_trim (call->cache_dir, call->clear ? 0 : facts->limit_bytes);
  sendoff_chunk_cache_measure (call->cache_dir, &facts->use);
  facts->folder = g_strdup (call->cache_dir);
  g_task_return_pointer (task, facts, (GDestroyNotify)sendoff_cache_facts_free);
}

/** sendoff_engine_trim_cache_async: brings the cache within its limit, or with @clear keeps nothing, and
 * measures it. */
void
sendoff_engine_trim_cache_async (SendoffEngine *self,
                                 gboolean clear,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  CacheCall *call = g_new0 (CacheCall, 1);

  call->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self));
  call->wanted_bytes = sendoff_settings_get_cache_limit (sendoff_engine_get_settings (self));
  call->clear = clear;
  g_task_set_source_tag (task, sendoff_engine_trim_cache_async);
  g_task_set_task_data (task, call, cache_call_free);
  g_task_run_in_thread (task, cache_thread);
}

/** sendoff_engine_trim_cache_finish: (transfer full): what is there now, or %NULL with %G_IO_ERROR_CANCELLED.
 */
SendoffCacheFacts *
sendoff_engine_trim_cache_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/** sendoff_cache_facts_free: for g_autoptr(). */
void
sendoff_cache_facts_free (SendoffCacheFacts *self)
{
  g_free (self->folder);
  g_free (self);
}
