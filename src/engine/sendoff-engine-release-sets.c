/* Release sets: kept in the database, read when they are asked for. */
#include "engine/sendoff-engine-private.h"

typedef struct
{
  SendoffStore *store;
  SendoffReleaseSet *set; /* to save, or */
  char *release_set_id;   /* to remove; neither: only the list is wanted */
} Change;

static void
change_free (gpointer data)
{
  Change *change = data;

  g_object_unref (change->store);
  g_clear_pointer (&change->set, sendoff_release_set_free);
  g_free (change->release_set_id);
  g_free (change);
}

static gboolean
carry_out (const Change *change, GPtrArray *others, GError **error)
{
  if (change->set != NULL)
    return sendoff_release_set_check (change->set, others, error)
           && sendoff_store_save_release_set_sync (change->store, change->set, error);
  return change->release_set_id == NULL
         || sendoff_store_delete_release_set_sync (change->store, change->release_set_id, error);
}

/* What there is once the change is made. */
static void
change_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Change *change = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) sets = sendoff_store_list_release_sets_sync (change->store, &error);

  if (sets != NULL && carry_out (change, sets, &error))
    {
      g_clear_pointer (&sets, g_ptr_array_unref);
      sets = sendoff_store_list_release_sets_sync (change->store, &error);
    }
  if (error == NULL)
    g_task_return_pointer (task, g_steal_pointer (&sets), (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

/* Takes @set and @release_set_id. */
static void
run (SendoffEngine *self,
     SendoffReleaseSet *set,
     char *release_set_id,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Change *change = g_new0 (Change, 1);

  change->store = g_object_ref (sendoff_engine_get_store (self));
  change->set = set;
  change->release_set_id = release_set_id;
  g_task_set_source_tag (task, run);
  g_task_set_task_data (task, change, change_free);
  g_task_run_in_thread (task, change_thread);
}

/** sendoff_engine_list_release_sets_async: reads all release sets. */
void
sendoff_engine_list_release_sets_async (SendoffEngine *self,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer data)
{
  g_return_if_fail (sendoff_engine_get_store (self) != NULL);
  run (self, NULL, NULL, cancellable, callback, data);
}

/** sendoff_engine_save_release_set_async: adds @set, or puts it in the place of the one with its id. */
void
sendoff_engine_save_release_set_async (SendoffEngine *self,
                                       const SendoffReleaseSet *set,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer data)
{
  g_return_if_fail (sendoff_engine_get_store (self) != NULL);
  run (self, sendoff_release_set_copy (set), NULL, cancellable, callback, data);
}

/** sendoff_engine_remove_release_set_async: forgets a release set; what was exported with it stays. */
void
sendoff_engine_remove_release_set_async (SendoffEngine *self,
                                         const char *release_set_id,
                                         GCancellable *cancellable,
                                         GAsyncReadyCallback callback,
                                         gpointer data)
{
  g_return_if_fail (sendoff_engine_get_store (self) != NULL);
  run (self, NULL, g_strdup (release_set_id), cancellable, callback, data);
}

/**
 * sendoff_engine_release_sets_finish:
 *
 * Returns: (transfer full) (element-type SendoffReleaseSet): all release sets by name, as they are after the
 * call; or %NULL with %SENDOFF_ERROR_INVALID_REQUEST, %SENDOFF_ERROR_EXISTS (the name),
 * %SENDOFF_ERROR_NOT_FOUND or the store's error, and nothing changed
 */
GPtrArray *
sendoff_engine_release_sets_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}
