/* The engine's still pictures: posters, previews and thumbnails. */
#include "base/sendoff-i18n.h"
#include "engine/sendoff-engine-private.h"

/* Somebody waits for the way from the keyframe, but beyond a few threads each one more only starts a frame too many. */
#define MAX_DECODER_THREADS 4

static SendoffFrameRequest *
make_request (SendoffEngine *self, GFile *file, const SendoffMediaInfo *info, int max_width, int max_height)
{
  const SendoffMachine *machine = sendoff_engine_get_machine (self);
  int threads = CLAMP (machine != NULL ? machine->cores : 1, 1, MAX_DECODER_THREADS);

  return sendoff_frame_request_new (file, info, max_width, max_height, threads);
}

/* Takes @request. Rows of a list may still ask when the engine was stopped. */
static void
load (SendoffEngine *self, SendoffFrameRequest *request, GTask *task)
{
  SendoffFrameLoader *loader = sendoff_engine_get_frame_loader (self);

  if (loader != NULL)
    {
      sendoff_frame_loader_load (loader, request, task);
      return;
    }
  sendoff_frame_request_free (request);
  g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, _ ("The engine was stopped."));
}

/**
 * sendoff_engine_load_frames_async:
 * @info: facts about @file; not needed after the call
 * @times_us: (array length=n_times): source times, in any order
 * @max_width: pixels, 0 as wide as the source
 * @max_height: pixels, 0 as high as the source
 *
 * Takes several pictures with one decoder.
 */
void
sendoff_engine_load_frames_async (SendoffEngine *self,
                                  GFile *file,
                                  const SendoffMediaInfo *info,
                                  const gint64 *times_us,
                                  guint n_times,
                                  int max_width,
                                  int max_height,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffFrameRequest *request;

  g_return_if_fail (G_IS_FILE (file) && info != NULL && n_times > 0);
  g_task_set_source_tag (task, sendoff_engine_load_frames_async);
  request = make_request (self, file, info, max_width, max_height);
  for (guint i = 0; i < n_times; i++)
    sendoff_frame_request_add_time (request, times_us[i]);
  load (self, request, task);
}

/**
 * sendoff_engine_load_frames_finish:
 *
 * Returns: (transfer full) (element-type GBytes): a PNG for each time, or %NULL with %SENDOFF_ERROR_NOT_FOUND when the
 *   source has neither video nor a cover, or another error of sendoff_role_frame() and sendoff_identity_open_source()
 */
GPtrArray *
sendoff_engine_load_frames_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* What is asked for is a JPEG: smaller, and many times faster to make than a PNG. */
static void
want_jpeg (SendoffFrameRequest *request)
{
  g_free (request->spec->picture_encoder);
  request->spec->picture_encoder = g_strdup ("mjpeg");
}

/**
 * sendoff_engine_stream_frames_async:
 * @times_us: (array length=n_times): source times, ascending
 * @on_frame: called on the main context for each picture in order, also while cancelling
 * @receiver: what @on_frame gets
 *
 * The moving picture of a player: one decoder takes all pictures, and each arrives as soon as it is there.
 */
void
sendoff_engine_stream_frames_async (SendoffEngine *self,
                                    GFile *file,
                                    const SendoffMediaInfo *info,
                                    const gint64 *times_us,
                                    guint n_times,
                                    int max_width,
                                    int max_height,
                                    SendoffFrameFunc on_frame,
                                    GObject *receiver,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffFrameRequest *request;

  g_return_if_fail (G_IS_FILE (file) && info != NULL && n_times > 0 && on_frame != NULL);
  g_task_set_source_tag (task, sendoff_engine_stream_frames_async);
  request = make_request (self, file, info, max_width, max_height);
  for (guint i = 0; i < n_times; i++)
    sendoff_frame_request_add_time (request, times_us[i]);
  want_jpeg (request);
  sendoff_frame_request_set_stream (request, on_frame, receiver);
  load (self, request, task);
}

/**
 * sendoff_engine_stream_frames_finish:
 *
 * Returns: %TRUE when every picture was handed over; else %FALSE with the errors of sendoff_engine_load_frames_finish()
 */
gboolean
sendoff_engine_stream_frames_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_autoptr (GPtrArray) nothing = sendoff_engine_load_frames_finish (self, result, error);

  return nothing != NULL;
}

static GBytes *
get_first (GPtrArray *answers)
{
  GBytes *first = answers != NULL ? g_bytes_ref (g_ptr_array_index (answers, 0)) : NULL;

  g_clear_pointer (&answers, g_ptr_array_unref);
  return first;
}

/**
 * sendoff_engine_load_frame_async:
 * @time_us: source time
 *
 * The picture shown at a moment, upright, with square pixels, as large as it fits the box but never enlarged. The newest
 * request goes first, and one that is cancelled before its turn costs nothing.
 */
void
sendoff_engine_load_frame_async (SendoffEngine *self,
                                 GFile *file,
                                 const SendoffMediaInfo *info,
                                 gint64 time_us,
                                 int max_width,
                                 int max_height,
                                 GCancellable *cancellable,
                                 GAsyncReadyCallback callback,
                                 gpointer data)
{
  sendoff_engine_load_frames_async (self, file, info, &time_us, 1, max_width, max_height, cancellable, callback, data);
}

/** sendoff_engine_load_frame_finish: (transfer full): a PNG, or %NULL as sendoff_engine_load_frames_finish(). */
GBytes *
sendoff_engine_load_frame_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  return get_first (sendoff_engine_load_frames_finish (self, result, error));
}

/** sendoff_engine_load_poster_async: a picture that stands for the whole: of three moments that with most contrast. */
void
sendoff_engine_load_poster_async (SendoffEngine *self,
                                  GFile *file,
                                  const SendoffMediaInfo *info,
                                  int max_width,
                                  int max_height,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffFrameRequest *request;

  g_return_if_fail (G_IS_FILE (file) && info != NULL);
  g_task_set_source_tag (task, sendoff_engine_load_poster_async);
  request = make_request (self, file, info, max_width, max_height);
  sendoff_frame_request_set_poster (request, info);
  load (self, request, task);
}

/** sendoff_engine_load_poster_finish: (transfer full): a PNG, or %NULL as sendoff_engine_load_frames_finish(). */
GBytes *
sendoff_engine_load_poster_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  return get_first (sendoff_engine_load_frames_finish (self, result, error));
}

/**
 * sendoff_engine_save_frames_async:
 * @times_us: source times
 * @paths: (array zero-terminated=1): local files to make, one for each time; JPEG where @jpeg, else PNG
 * @overwrite: whether files of these names are replaced; otherwise the new ones get a number
 *
 * Takes pictures into files, which appear whole or not at all. Folders are made.
 */
void
sendoff_engine_save_frames_async (SendoffEngine *self,
                                  GFile *file,
                                  const SendoffMediaInfo *info,
                                  const gint64 *times_us,
                                  char *const *paths,
                                  gboolean jpeg,
                                  int max_width,
                                  int max_height,
                                  gboolean overwrite,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffFrameRequest *request;

  g_return_if_fail (G_IS_FILE (file) && info != NULL && paths[0] != NULL);
  g_task_set_source_tag (task, sendoff_engine_save_frames_async);
  request = make_request (self, file, info, max_width, max_height);
  request->paths = g_strdupv ((char **)paths);
  request->overwrite = overwrite;
  for (guint i = 0; paths[i] != NULL; i++)
    sendoff_frame_request_add_time (request, times_us[i]);
  if (jpeg)
    want_jpeg (request);
  load (self, request, task);
}

/** sendoff_engine_save_frames_finish: (transfer full) (element-type SendoffSavedFrame): the files as they are named. */
GPtrArray *
sendoff_engine_save_frames_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  return sendoff_engine_load_frames_finish (self, result, error);
}

/** sendoff_saved_frame_free: frees @self, the file stays. */
void
sendoff_saved_frame_free (SendoffSavedFrame *self)
{
  g_free (self->path);
  g_free (self);
}
