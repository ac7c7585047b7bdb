#include "app/sendoff-poster.h"

/* Physical pixels: enough for a row on a display with a scale of 2, and for a look at it somewhat larger. */
#define MAX_WIDTH  320
#define MAX_HEIGHT 180

static void
decompress_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GdkTexture *texture = gdk_texture_new_from_bytes (data, &error);

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, error);
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  GBytes *png = sendoff_engine_load_poster_finish (SENDOFF_ENGINE (object), result, &error);

  if (png == NULL)
    {
      g_task_return_error (task, error);
      return;
    }
  g_task_set_task_data (task, png, (GDestroyNotify)g_bytes_unref);
  g_task_run_in_thread (task, decompress_thread);
}

/**
 * sendoff_poster_load_async:
 * @info: facts about @file; only read
 *
 * Makes a picture of @file for a row.
 */
void
sendoff_poster_load_async (SendoffEngine *engine,
                           GFile *file,
                           const SendoffMediaInfo *info,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer data)
{
  GTask *task = g_task_new (engine, cancellable, callback, data);

  g_task_set_source_tag (task, sendoff_poster_load_async);
  sendoff_engine_load_poster_async (engine, file, info, MAX_WIDTH, MAX_HEIGHT, cancellable, on_loaded, task);
}

/** sendoff_poster_load_finish: (transfer full): the picture, or %NULL as sendoff_engine_load_poster_finish().
 */
GdkPaintable *
sendoff_poster_load_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
