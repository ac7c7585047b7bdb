#include "engine/sendoff-frame-loader.h"

#include "base/sendoff-i18n.h"

#define MAX_WORKERS 2

struct _SendoffFrameLoader {
  GObject parent_instance;
  SendoffQueue *queue; /* keeps the worker client */
  SendoffFrameCache *cache;
  GPtrArray *loads;  /* Load: all that are not answered */
  GQueue *waiting;   /* Load, borrowed: not in the cache, newest first */
  guint n_running;
  guint64 n_loads;   /* ever */
  GTask *stop;       /* (nullable) */
  gboolean stopped;
};

/* One request on its way. */
typedef struct {
  SendoffFrameLoader *loader; /* a reference: what runs keeps what it runs on */
  SendoffFrameRequest *request;
  GTask *task;
  guint64 serial;
  GCancellable *cancellable; /* follows the task's, and the stop */
  gulong cancel_handler;
} Load;

G_DEFINE_FINAL_TYPE (SendoffFrameLoader, sendoff_frame_loader, G_TYPE_OBJECT)

static void
load_free (gpointer data)
{
  Load *load = data;

  g_cancellable_disconnect (g_task_get_cancellable (load->task), load->cancel_handler);
  g_clear_pointer (&load->request, sendoff_frame_request_free);
  g_object_unref (load->cancellable);
  g_object_unref (load->task);
  g_object_unref (load->loader);
  g_free (load);
}

static void
sendoff_frame_loader_finalize (GObject *object)
{
  SendoffFrameLoader *self = SENDOFF_FRAME_LOADER (object);

  g_ptr_array_unref (self->loads);
  g_queue_free (self->waiting);
  sendoff_frame_cache_free (self->cache);
  g_object_unref (self->queue);
  G_OBJECT_CLASS (sendoff_frame_loader_parent_class)->finalize (object);
}

static void
sendoff_frame_loader_class_init (SendoffFrameLoaderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_frame_loader_finalize;
}

static void
sendoff_frame_loader_init (SendoffFrameLoader *self)
{
  self->loads = g_ptr_array_new_with_free_func (load_free);
  self->waiting = g_queue_new ();
}

/** sendoff_frame_loader_new: (transfer full): a loader that uses the workers of @queue. */
SendoffFrameLoader *
sendoff_frame_loader_new (SendoffQueue *queue, const char *cache_dir)
{
  SendoffFrameLoader *self = g_object_new (SENDOFF_TYPE_FRAME_LOADER, NULL);
  g_autofree char *folder = g_build_filename (cache_dir, "frames", NULL);

  self->queue = g_object_ref (queue);
  self->cache = sendoff_frame_cache_new (folder, SENDOFF_FRAME_CACHE_MAX_BYTES);
  return self;
}

static void
finish_stop_if_idle (SendoffFrameLoader *self)
{
  g_autoptr (GTask) stop = NULL;

  if (self->stop == NULL || self->loads->len > 0)
    return;
  stop = g_steal_pointer (&self->stop);
  g_task_return_boolean (stop, TRUE);
}

/* Takes @answers or @error. The callback may come back to the loader, so everything is in order before it is called. */
static void
answer (Load *load, GPtrArray *answers, GError *error)
{
  g_autoptr (SendoffFrameLoader) self = g_object_ref (load->loader);
  g_autoptr (GTask) task = g_object_ref (load->task);

  g_ptr_array_remove (self->loads, load);
  if (answers != NULL)
    g_task_return_pointer (task, answers, (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, error);
  finish_stop_if_idle (self);
}

static void
answer_cancelled (Load *load)
{
  answer (load, NULL, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The picture is no longer wanted.")));
}

static void
run_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  SendoffFrameLoader *self = object;
  Load *load = data;
  GError *error = NULL;
  GPtrArray *answers = sendoff_frame_request_run (load->request, self->cache, sendoff_queue_get_client (self->queue),
                                                  cancellable, &error);

  if (answers != NULL)
    g_task_return_pointer (task, answers, (GDestroyNotify)g_ptr_array_unref);
  else
    g_task_return_error (task, error);
}

static void start_waiting (SendoffFrameLoader *self);

static void
on_run (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffFrameLoader *self = SENDOFF_FRAME_LOADER (object);
  GError *error = NULL;
  GPtrArray *answers = g_task_propagate_pointer (G_TASK (result), &error);

  self->n_running--;
  answer (data, answers, error);
  start_waiting (self);
}

static void
start (Load *load)
{
  g_autoptr (GTask) task = g_task_new (load->loader, load->cancellable, on_run, load);

  load->loader->n_running++;
  g_task_set_source_tag (task, start);
  g_task_set_task_data (task, load, NULL);
  g_task_run_in_thread (task, run_thread);
}

static Load *
find_cancelled (SendoffFrameLoader *self)
{
  for (GList *l = self->waiting->head; l != NULL; l = l->next)
    if (g_cancellable_is_cancelled (((Load *)l->data)->cancellable))
      return l->data;
  return NULL;
}

static void
start_waiting (SendoffFrameLoader *self)
{
  Load *load;

  while ((load = find_cancelled (self)) != NULL)
    {
      g_queue_remove (self->waiting, load);
      answer_cancelled (load);
    }
  while (self->n_running < MAX_WORKERS && (load = g_queue_pop_head (self->waiting)) != NULL)
    start (load);
}

static gint
compare_newest_first (gconstpointer a, gconstpointer b, gpointer data)
{
  const Load *first = a, *second = b;

  return first->serial > second->serial ? -1 : first->serial < second->serial;
}

static void
look_up_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  SendoffFrameLoader *self = object;
  Load *load = data;

  g_task_return_pointer (task, sendoff_frame_request_look_up (load->request, self->cache),
                         (GDestroyNotify)g_ptr_array_unref);
}

static void
on_looked_up (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffFrameLoader *self = SENDOFF_FRAME_LOADER (object);
  Load *load = data;
  GError *error = NULL;
  GPtrArray *answers = g_task_propagate_pointer (G_TASK (result), &error);

  if (answers != NULL || error != NULL)
    {
      answer (load, answers, error);
      return;
    }
  g_queue_insert_sorted (self->waiting, load, compare_newest_first, NULL);
  start_waiting (self);
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

/**
 * sendoff_frame_loader_load:
 * @request: (transfer full): what is wanted
 * @task: (transfer none): gets the answers as sendoff_frame_request_run() gives them; its cancellable counts
 */
void
sendoff_frame_loader_load (SendoffFrameLoader *self, SendoffFrameRequest *request, GTask *task)
{
  g_autoptr (GTask) look_up = NULL;
  Load *load = g_new0 (Load, 1);

  load->loader = g_object_ref (self);
  load->request = request;
  load->task = g_object_ref (task);
  load->serial = self->n_loads++;
  load->cancellable = g_cancellable_new ();
  if (g_task_get_cancellable (task) != NULL)
    load->cancel_handler = g_cancellable_connect (g_task_get_cancellable (task), G_CALLBACK (on_cancelled),
                                                  g_object_ref (load->cancellable), g_object_unref);
  g_ptr_array_add (self->loads, load);
  if (self->stopped)
    {
      answer_cancelled (load);
      return;
    }
  look_up = g_task_new (self, load->cancellable, on_looked_up, load);
  g_task_set_source_tag (look_up, sendoff_frame_loader_load);
  g_task_set_task_data (look_up, load, NULL);
  g_task_run_in_thread (look_up, look_up_thread);
  start_waiting (self);
}

/** sendoff_frame_loader_stop_async: cancels every request, now and later; done when no worker is left. */
void
sendoff_frame_loader_stop_async (SendoffFrameLoader *self, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, data);

  g_return_if_fail (self->stop == NULL);
  g_task_set_source_tag (task, sendoff_frame_loader_stop_async);
  self->stopped = TRUE;
  self->stop = g_steal_pointer (&task);
  for (guint i = 0; i < self->loads->len; i++)
    g_cancellable_cancel (((Load *)g_ptr_array_index (self->loads, i))->cancellable);
  start_waiting (self);
  finish_stop_if_idle (self);
}

/** sendoff_frame_loader_stop_finish: always succeeds. */
gboolean
sendoff_frame_loader_stop_finish (SendoffFrameLoader *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}
