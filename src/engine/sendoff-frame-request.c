#include "engine/sendoff-frame-request.h"

#include <glib/gstdio.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-identity.h"
#include "model/sendoff-naming.h"

#define MAX_NAME_NUMBER 9999

/* Shares of the length, past titles and before the end. */
static const int poster_percents[] = { 10, 25, 50 };

/* Where the length is not known. */
static const gint64 poster_times_us[] = { 0, 1000000, 5000000 };

static char *
dup_display_name (GFile *file)
{
  const char *path = g_file_peek_path (file);

  return path != NULL ? g_filename_display_basename (path) : g_file_get_uri (file);
}

/**
 * sendoff_frame_request_new:
 * @info: facts about @file; only read
 * @max_width: pixels, 0 as wide as the source
 * @max_height: pixels, 0 as high as the source
 *
 * Returns: (transfer full): a request for PNG pictures at no time yet
 */
SendoffFrameRequest *
sendoff_frame_request_new (GFile *file, const SendoffMediaInfo *info, int max_width, int max_height, int decoder_threads)
{
  SendoffFrameRequest *self = g_new0 (SendoffFrameRequest, 1);
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();

  self->file = g_object_ref (file);
  self->identity = g_strdup (info->identity);
  self->spec = spec;
  spec->role = SENDOFF_ROLE_FRAME;
  spec->source_name = dup_display_name (file);
  spec->source_size_bytes = info->size_bytes;
  spec->stream_index = info->video_index;
  spec->origin_us = info->origin_us;
  spec->decoder_threads = decoder_threads;
  spec->picture_encoder = g_strdup ("png");
  spec->max_width = max_width;
  spec->max_height = max_height;
  spec->times_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  return self;
}

/** sendoff_frame_request_free: frees @self. */
void
sendoff_frame_request_free (SendoffFrameRequest *self)
{
  g_object_unref (self->file);
  g_free (self->identity);
  sendoff_worker_spec_free (self->spec);
  g_strfreev (self->paths);
  g_clear_object (&self->receiver);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

/** sendoff_frame_request_add_time: wants the picture at @time_us of source time too. */
void
sendoff_frame_request_add_time (SendoffFrameRequest *self, gint64 time_us)
{
  g_array_append_val (self->spec->times_us, time_us);
}

/** sendoff_frame_request_set_poster: wants one picture only, that shows something. */
void
sendoff_frame_request_set_poster (SendoffFrameRequest *self, const SendoffMediaInfo *info)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (info);
  gint64 start_us = video != NULL ? video->start_us : 0;
  gint64 duration_us = video != NULL && video->duration_us > 0 ? video->duration_us : info->duration_us;

  self->is_poster = TRUE;
  for (guint i = 0; i < (video != NULL ? G_N_ELEMENTS (poster_percents) : 1); i++)
    sendoff_frame_request_add_time (self, duration_us > 0 ? start_us + duration_us / 100 * poster_percents[i]
                                                          : start_us + poster_times_us[i]);
}

/** sendoff_frame_request_set_stream: @receiver gets each picture as soon as it is taken, by @on_frame in the
 * thread-default context of now. */
void
sendoff_frame_request_set_stream (SendoffFrameRequest *self, SendoffFrameFunc on_frame, GObject *receiver)
{
  self->on_frame = on_frame;
  self->receiver = g_object_ref (receiver);
  self->context = g_main_context_ref_thread_default ();
}

static char *
dup_key (SendoffFrameRequest *self, guint index)
{
  g_autofree char *moment
      = self->is_poster ? g_strdup ("poster")
                        : g_strdup_printf ("%" G_GINT64_FORMAT, g_array_index (self->spec->times_us, gint64, index));

  return sendoff_frame_cache_dup_key (self->identity, moment, self->spec->max_width, self->spec->max_height);
}

static guint
get_n_answers (SendoffFrameRequest *self)
{
  return self->is_poster ? 1 : self->spec->times_us->len;
}

static void
clear_bytes (gpointer bytes)
{
  if (bytes != NULL)
    g_bytes_unref (bytes);
}

/* GBytes in the order of the answers, NULL where the cache has none. */
static GPtrArray *
find_known (SendoffFrameRequest *self, SendoffFrameCache *cache)
{
  GPtrArray *answers = g_ptr_array_new_with_free_func (clear_bytes);

  for (guint i = 0; i < get_n_answers (self); i++)
    {
      g_autofree char *key = dup_key (self, i);

      g_ptr_array_add (answers, key != NULL ? sendoff_frame_cache_get (cache, key) : NULL);
    }
  return answers;
}

/**
 * sendoff_frame_request_look_up:
 *
 * Returns: (transfer full) (nullable) (element-type GBytes): the answers when the cache has them all
 */
GPtrArray *
sendoff_frame_request_look_up (SendoffFrameRequest *self, SendoffFrameCache *cache)
{
  g_autoptr (GPtrArray) answers = NULL;

  if (self->paths != NULL || self->on_frame != NULL || self->identity == NULL)
    return NULL;
  answers = find_known (self, cache);
  for (guint i = 0; i < answers->len; i++)
    if (g_ptr_array_index (answers, i) == NULL)
      return NULL;
  return g_steal_pointer (&answers);
}

/* Has a worker make @paths, one for each of @times_us; @on_event (nullable) gets @data. */
static SendoffFramesResult *
ask_worker (SendoffFrameRequest *self,
            GArray *times_us,
            GPtrArray *paths,
            SendoffWorkerEventFunc on_event,
            gpointer data,
            SendoffWorkerClient *client,
            GCancellable *cancellable,
            GError **error)
{
  SendoffWorkerSpec spec = *self->spec;
  g_autoptr (SendoffFramesResult) result = NULL;
  g_autoptr (JsonNode) node = NULL;
  int fd = sendoff_identity_open_source (self->file, NULL, error);

  if (fd < 0)
    return NULL;
  g_ptr_array_add (paths, NULL);
  spec.times_us = times_us;
  spec.frame_paths = (char **)paths->pdata;
  node = sendoff_worker_client_run (client, &spec, fd, on_event, data, cancellable, NULL, error);
  g_ptr_array_set_size (paths, (int)paths->len - 1);
  close (fd);
  result = node != NULL ? sendoff_frames_result_from_json (node, error) : NULL;
  if (result == NULL || result->frames->len == times_us->len)
    return g_steal_pointer (&result);
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED, _ ("Not all of the pictures were taken."));
  return NULL;
}

static void
remove_files (GPtrArray *paths)
{
  for (guint i = 0; i < paths->len; i++)
    g_unlink (g_ptr_array_index (paths, i));
}

static GPtrArray *
make_temporary_paths (SendoffFrameCache *cache, guint n, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < n; i++)
    {
      char *path = sendoff_frame_cache_dup_temporary_path (cache, error);

      if (path == NULL)
        return NULL;
      g_ptr_array_add (paths, path);
    }
  return g_steal_pointer (&paths);
}

/* ---- Pictures in memory ---- */

static gboolean
take_missing (SendoffFrameRequest *self,
              GPtrArray *answers,
              GPtrArray *paths,
              SendoffFrameCache *cache,
              GError **error)
{
  for (guint i = 0, done = 0; i < answers->len; i++)
    {
      g_autofree char *key = dup_key (self, i);

      if (g_ptr_array_index (answers, i) != NULL)
        continue;
      answers->pdata[i] = sendoff_frame_cache_take (cache, key, g_ptr_array_index (paths, done++), error);
      if (answers->pdata[i] == NULL)
        return FALSE;
    }
  return TRUE;
}

static GPtrArray *
run_frames (SendoffFrameRequest *self,
            SendoffFrameCache *cache,
            SendoffWorkerClient *client,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GPtrArray) answers = find_known (self, cache);
  g_autoptr (GArray) times_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (SendoffFramesResult) result = NULL;
  gboolean ok;

  for (guint i = 0; i < answers->len; i++)
    if (g_ptr_array_index (answers, i) == NULL)
      g_array_append_val (times_us, g_array_index (self->spec->times_us, gint64, i));
  /* Another request may have brought them meanwhile. */
  if (times_us->len == 0)
    return g_steal_pointer (&answers);
  paths = make_temporary_paths (cache, times_us->len, error);
  if (paths == NULL)
    return NULL;
  result = ask_worker (self, times_us, paths, NULL, NULL, client, cancellable, error);
  ok = result != NULL && take_missing (self, answers, paths, cache, error);
  remove_files (paths);
  return ok ? g_steal_pointer (&answers) : NULL;
}

static guint
find_most_contrast (const SendoffFramesResult *result)
{
  guint best = 0;

  for (guint i = 1; i < result->frames->len; i++)
    {
      const SendoffFrameFacts *facts = g_ptr_array_index (result->frames, i);
      const SendoffFrameFacts *best_facts = g_ptr_array_index (result->frames, best);

      if (facts->contrast > best_facts->contrast)
        best = i;
    }
  return best;
}

static GPtrArray *
run_poster (SendoffFrameRequest *self,
            SendoffFrameCache *cache,
            SendoffWorkerClient *client,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GPtrArray) answers = sendoff_frame_request_look_up (self, cache);
  g_autoptr (GPtrArray) paths = NULL;
  g_autoptr (SendoffFramesResult) result = NULL;
  g_autofree char *key = dup_key (self, 0);
  GBytes *bytes = NULL;

  if (answers != NULL)
    return g_steal_pointer (&answers);
  paths = make_temporary_paths (cache, self->spec->times_us->len, error);
  if (paths == NULL)
    return NULL;
  result = ask_worker (self, self->spec->times_us, paths, NULL, NULL, client, cancellable, error);
  if (result != NULL)
    bytes = sendoff_frame_cache_take (cache, key, g_ptr_array_index (paths, find_most_contrast (result)), error);
  remove_files (paths);
  if (bytes == NULL)
    return NULL;
  answers = g_ptr_array_new_with_free_func (clear_bytes);
  g_ptr_array_add (answers, bytes);
  return g_steal_pointer (&answers);
}

/* ---- Pictures that move ---- */

/* What the run's thread knows of a stream. */
typedef struct {
  SendoffFrameRequest *request;
  GPtrArray *paths;
  guint n_done;
} Stream;

/* One picture on its way to the main context. */
typedef struct {
  SendoffFrameFunc on_frame;
  GObject *receiver;
  guint index;
  GBytes *picture;
} Delivery;

static gboolean
deliver (gpointer data)
{
  Delivery *delivery = data;

  delivery->on_frame (delivery->receiver, delivery->index, delivery->picture);
  return G_SOURCE_REMOVE;
}

static void
delivery_free (gpointer data)
{
  Delivery *delivery = data;

  g_object_unref (delivery->receiver);
  g_bytes_unref (delivery->picture);
  g_free (delivery);
}

static gboolean
send_picture (Stream *stream, guint index, GError **error)
{
  const char *path = g_ptr_array_index (stream->paths, index);
  g_autoptr (GSource) source = NULL;
  Delivery *delivery;
  char *content;
  gsize length;

  if (!g_file_get_contents (path, &content, &length, error))
    return FALSE;
  g_unlink (path);
  delivery = g_new0 (Delivery, 1);
  delivery->on_frame = stream->request->on_frame;
  delivery->receiver = g_object_ref (stream->request->receiver);
  delivery->index = index;
  delivery->picture = g_bytes_new_take (content, length);
  /* Never at once, even from that context's own thread: pictures keep their order and the priority of answers. */
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, deliver, delivery, delivery_free);
  g_source_attach (source, stream->request->context);
  return TRUE;
}

static gboolean
send_until (Stream *stream, guint n_done, GError **error)
{
  for (; stream->n_done < MIN (n_done, stream->request->spec->times_us->len); stream->n_done++)
    if (!send_picture (stream, stream->n_done, error))
      return FALSE;
  return TRUE;
}

/* A picture that cannot be read now is tried again, and complained about, in the end. */
static void
on_stream_event (const char *event, JsonObject *members, gpointer data)
{
  if (g_str_equal (event, "progress"))
    send_until (data, (guint)json_object_get_int_member_with_default (members, "frames", 0), NULL);
}

static GPtrArray *
run_stream (SendoffFrameRequest *self,
            SendoffFrameCache *cache,
            SendoffWorkerClient *client,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (GPtrArray) paths = make_temporary_paths (cache, self->spec->times_us->len, error);
  g_autoptr (SendoffFramesResult) result = NULL;
  Stream stream = { self, paths, 0 };
  gboolean ok;

  if (paths == NULL)
    return NULL;
  result = ask_worker (self, self->spec->times_us, paths, on_stream_event, &stream, client, cancellable, error);
  ok = result != NULL && send_until (&stream, self->spec->times_us->len, error);
  remove_files (paths);
  return ok ? g_ptr_array_new () : NULL;
}

/* ---- Pictures as files ---- */

/* Gives @from the name @wanted, or that with a number when somebody has it. */
static char *
name_file (const char *from, const char *wanted, gboolean overwrite, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (wanted);
  g_autofree char *leaf = g_path_get_basename (wanted);

  for (guint number = 1; number <= MAX_NAME_NUMBER; number++)
    {
      g_autofree char *name = number > 1 ? sendoff_naming_add_number (leaf, number) : g_strdup (leaf);
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autoptr (GError) local = NULL;

      if (sendoff_disk_rename (from, path, overwrite, &local))
        return g_steal_pointer (&path);
      if (!g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS, _ ("There are too many pictures of that name."));
  return NULL;
}

static GPtrArray *
name_files (SendoffFrameRequest *self, GPtrArray *paths, const SendoffFramesResult *result, GError **error)
{
  g_autoptr (GPtrArray) saved = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_saved_frame_free);

  for (guint i = 0; i < paths->len; i++)
    {
      const SendoffFrameFacts *facts = g_ptr_array_index (result->frames, i);
      char *path = name_file (g_ptr_array_index (paths, i), self->paths[i], self->overwrite, error);
      SendoffSavedFrame *frame;

      if (path == NULL)
        return NULL;
      frame = g_new0 (SendoffSavedFrame, 1);
      frame->path = path;
      frame->time_us = facts->time_us;
      frame->width = facts->width;
      frame->height = facts->height;
      g_ptr_array_add (saved, frame);
    }
  return g_steal_pointer (&saved);
}

static GPtrArray *
run_files (SendoffFrameRequest *self, SendoffWorkerClient *client, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (SendoffFramesResult) result = NULL;
  GPtrArray *saved = NULL;

  for (guint i = 0; self->paths[i] != NULL; i++)
    {
      g_autofree char *folder = g_path_get_dirname (self->paths[i]);

      if (!sendoff_disk_make_folder (folder, error))
        return NULL;
      g_ptr_array_add (paths, sendoff_disk_dup_temporary_path (self->paths[i], NULL));
    }
  result = ask_worker (self, self->spec->times_us, paths, NULL, NULL, client, cancellable, error);
  if (result != NULL)
    saved = name_files (self, paths, result, error);
  remove_files (paths);
  return saved;
}

/**
 * sendoff_frame_request_run:
 *
 * Blocks until a worker has taken what the cache lacks.
 *
 * Returns: (transfer full): #GBytes of PNGs, or #SendoffSavedFrame when files are wanted, in the order of the times;
 *   or %NULL with the error of sendoff_identity_open_source(), the worker's or the disk's
 */
GPtrArray *
sendoff_frame_request_run (SendoffFrameRequest *self,
                           SendoffFrameCache *cache,
                           SendoffWorkerClient *client,
                           GCancellable *cancellable,
                           GError **error)
{
  if (self->paths != NULL)
    return run_files (self, client, cancellable, error);
  if (self->on_frame != NULL)
    return run_stream (self, cache, client, cancellable, error);
  if (self->is_poster)
    return run_poster (self, cache, client, cancellable, error);
  return run_frames (self, cache, client, cancellable, error);
}
