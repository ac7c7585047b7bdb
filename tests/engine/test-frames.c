/* Still pictures: what is cached, what runs first, what never runs, and how files are named. */
#include <glib/gstdio.h>
#include <string.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-engine.h"
#include "engine/sendoff-frame-cache.h"

#define PNG_END "IEND\xae\x42\x60\x82"

typedef struct {
  char *folder, *log;
  GFile *source;
  SendoffEngine *engine;
  SendoffMediaInfo *info;
} Fixture;

static void
on_done (GObject *object, GAsyncResult *result, gpointer data)
{
  *(GAsyncResult **)data = g_object_ref (result);
}

static GAsyncResult *
wait_for (GAsyncResult **result)
{
  while (*result == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *result;
}

static void
set_up (Fixture *self, gconstpointer wishes)
{
  g_autofree char *worker = g_test_build_filename (G_TEST_BUILT, "engine", "fake-worker", NULL);
  g_autofree char *text = NULL;
  g_autofree char *path = NULL;
  g_autofree char *cache = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("sendoff-XXXXXX", NULL);
  self->log = g_build_filename (self->folder, "log", NULL);
  path = g_build_filename (self->folder, "source", NULL);
  cache = g_build_filename (self->folder, "cache", NULL);
  self->source = g_file_new_for_path (path);
  text = g_strdup_printf ("state=%s\n%s", self->folder, (const char *)wishes);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  self->engine = g_object_new (SENDOFF_TYPE_ENGINE, "data-dir", self->folder, "cache-dir", cache, "worker-path", worker,
                               "cores", 2, NULL);
  sendoff_engine_start_async (self->engine, NULL, on_done, &result);
  sendoff_engine_start_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
  self->info = sendoff_media_info_new ();
  self->info->identity = g_strdup ("1-abc");
  self->info->size_bytes = (gint64)strlen (text);
  self->info->video_index = -1;
  self->info->duration_us = 100000000;
}

static void
stop (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_stop_async (self->engine, on_done, &result);
  g_assert_true (sendoff_engine_stop_finish (self->engine, wait_for (&result), NULL));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  stop (self);
  g_object_unref (self->engine);
  g_object_unref (self->source);
  sendoff_media_info_free (self->info);
  g_assert_true (sendoff_disk_remove_folder (self->folder, NULL));
  g_free (self->folder);
  g_free (self->log);
}

static void
ask (Fixture *self, gint64 time_us, GCancellable *cancellable, GAsyncResult **result)
{
  sendoff_engine_load_frame_async (self->engine, self->source, self->info, time_us, 320, 180, cancellable, on_done,
                                   result);
}

static void
assert_picture (GBytes *bytes, const char *begins)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *text = g_strndup (data, length);

  g_assert_true (g_str_has_prefix (text, begins));
}

static void
load (Fixture *self, gint64 time_us, const char *begins)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  ask (self, time_us, NULL, &result);
  bytes = sendoff_engine_load_frame_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
  assert_picture (bytes, begins);
}

static void
assert_log (Fixture *self, const char *expected)
{
  g_autofree char *text = NULL;

  g_file_get_contents (self->log, &text, NULL, NULL);
  g_assert_cmpstr (text != NULL ? text : "", ==, expected);
}

static void
test_cached (Fixture *self, gconstpointer data)
{
  load (self, 5, "5 png");
  load (self, 5, "5 png");
  assert_log (self, "frame 5\n");
  /* Another content under the same name is another picture; nothing is kept for one without an identity. */
  g_free (self->info->identity);
  self->info->identity = g_strdup ("1-def");
  load (self, 5, "5 png");
  g_clear_pointer (&self->info->identity, g_free);
  load (self, 5, "5 png");
  load (self, 5, "5 png");
  assert_log (self, "frame 5\nframe 5\nframe 5\nframe 5\n");
}

static void
test_damaged_cache (Fixture *self, gconstpointer data)
{
  g_autofree char *key = sendoff_frame_cache_dup_key ("1-abc", "5", 320, 180);
  g_autofree char *leaf = g_strconcat (key, ".png", NULL);
  g_autofree char *path = g_build_filename (self->folder, "cache", "frames", leaf, NULL);

  load (self, 5, "5 png");
  g_assert_true (g_file_set_contents (path, "cut of", -1, NULL));
  load (self, 5, "5 png");
  assert_log (self, "frame 5\nframe 5\n");
}

static void
test_strip (Fixture *self, gconstpointer data)
{
  const gint64 times_us[] = { 9, 5, 7 };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GPtrArray) pictures = NULL;

  load (self, 5, "5 png");
  sendoff_engine_load_frames_async (self->engine, self->source, self->info, times_us, 3, 320, 180, NULL, on_done,
                                    &result);
  pictures = sendoff_engine_load_frames_finish (self->engine, wait_for (&result), NULL);
  g_assert_cmpuint (pictures->len, ==, 3);
  assert_picture (g_ptr_array_index (pictures, 0), "9 png");
  assert_picture (g_ptr_array_index (pictures, 1), "5 png");
  assert_picture (g_ptr_array_index (pictures, 2), "7 png");
  assert_log (self, "frame 5\nframe 9\nframe 7\n");
}

static void
on_frame (GObject *receiver, guint index, GBytes *picture)
{
  g_autofree char *text = g_strndup (g_bytes_get_data (picture, NULL), g_bytes_get_size (picture));
  g_autofree char *name = g_strndup (text, strcspn (text, "I"));

  g_object_set_data_full (receiver, "seen",
                          g_strdup_printf ("%s%u=%s;", (char *)g_object_get_data (receiver, "seen"), index, name), g_free);
}

/* A player gets every picture in order, before the end is told, and nothing is left in the cache's folder. */
static void
test_stream (Fixture *self, gconstpointer data)
{
  const gint64 times_us[] = { 5, 7, 9 };
  g_autofree char *folder = g_build_filename (self->folder, "cache", "frames", NULL);
  g_autoptr (GObject) receiver = G_OBJECT (g_file_new_for_path ("receiver"));
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GDir) left = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set_data_full (receiver, "seen", g_strdup (""), g_free);
  sendoff_engine_stream_frames_async (self->engine, self->source, self->info, times_us, 3, 320, 180, on_frame, receiver,
                                      NULL, on_done, &result);
  g_assert_true (sendoff_engine_stream_frames_finish (self->engine, wait_for (&result), &error));
  g_assert_no_error (error);
  g_assert_cmpstr (g_object_get_data (receiver, "seen"), ==, "0=5 mjpeg ;1=7 mjpeg ;2=9 mjpeg ;");
  assert_log (self, "frame 5\nframe 7\nframe 9\n");
  left = g_dir_open (folder, 0, NULL);
  g_assert_null (g_dir_read_name (left));
}

static void
load_poster (Fixture *self, const char *begins)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GBytes) bytes = NULL;

  sendoff_engine_load_poster_async (self->engine, self->source, self->info, 320, 180, NULL, on_done, &result);
  bytes = sendoff_engine_load_poster_finish (self->engine, wait_for (&result), NULL);
  assert_picture (bytes, begins);
}

static void
test_poster (Fixture *self, gconstpointer data)
{
  SendoffStreamInfo *video = sendoff_stream_info_new ();

  video->start_us = 1000;
  g_ptr_array_add (self->info->streams, video);
  self->info->video_index = 0;
  load_poster (self, "50001000 png");
  load_poster (self, "50001000 png");
  assert_log (self, "frame 10001000\nframe 25001000\nframe 50001000\n");
}

/* Two run at once; of those that wait, the newest goes first, and one that was cancelled never. */
static void
test_order (Fixture *self, gconstpointer data)
{
  GAsyncResult *results[6] = { NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < 2; i++)
    ask (self, i, NULL, &results[i]);
  /* Both have begun. */
  while (text == NULL || strlen (text) < strlen ("frame 0\nframe 1\n"))
    {
      g_clear_pointer (&text, g_free);
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
      g_file_get_contents (self->log, &text, NULL, NULL);
    }
  for (guint i = 2; i < 6; i++)
    ask (self, i, i == 4 ? cancellable : NULL, &results[i]);
  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < 6; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = sendoff_engine_load_frame_finish (self->engine, wait_for (&results[i]), &error);

      g_assert_true (i == 4 ? g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) : bytes != NULL);
      g_object_unref (results[i]);
    }
  g_clear_pointer (&text, g_free);
  g_assert_true (g_file_get_contents (self->log, &text, NULL, NULL));
  g_assert_null (strstr (text, "frame 4"));
  g_assert_nonnull (strstr (text, "frame 5"));
  g_assert_true (g_str_has_suffix (text, "frame 2\n"));
}

static void
test_cancel_running (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  gint64 begun_us = g_get_monotonic_time ();

  ask (self, 1, cancellable, &result);
  while (!g_file_test (self->log, G_FILE_TEST_EXISTS))
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (cancellable);
  g_assert_null (sendoff_engine_load_frame_finish (self->engine, wait_for (&result), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, <, 10 * G_USEC_PER_SEC);
}

static void
test_stop (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) before = NULL;
  g_autoptr (GAsyncResult) after = NULL;
  g_autoptr (GError) error = NULL;

  ask (self, 1, NULL, &before);
  stop (self);
  g_assert_null (sendoff_engine_load_frame_finish (self->engine, wait_for (&before), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&error);
  ask (self, 2, NULL, &after);
  g_assert_null (sendoff_engine_load_frame_finish (self->engine, wait_for (&after), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_error (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  ask (self, 1, NULL, &result);
  g_assert_null (sendoff_engine_load_frame_finish (self->engine, wait_for (&result), &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
}

static GPtrArray *
save (Fixture *self, const char *path, gboolean overwrite)
{
  const gint64 time_us = 3;
  char *const paths[] = { (char *)path, NULL };
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *saved;

  sendoff_engine_save_frames_async (self->engine, self->source, self->info, &time_us, paths, TRUE, 0, 0, overwrite, NULL,
                                    on_done, &result);
  saved = sendoff_engine_save_frames_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
  return saved;
}

static void
test_save (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "new", "a.jpg", NULL);
  g_autofree char *second = g_build_filename (self->folder, "new", "a (2).jpg", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) saved = save (self, path, FALSE);
  g_autoptr (GPtrArray) numbered = NULL;
  g_autoptr (GPtrArray) replaced = NULL;

  g_assert_cmpstr (((SendoffSavedFrame *)g_ptr_array_index (saved, 0))->path, ==, path);
  g_assert_true (g_file_set_contents (path, "mine", -1, NULL));
  numbered = save (self, path, FALSE);
  g_assert_cmpstr (((SendoffSavedFrame *)g_ptr_array_index (numbered, 0))->path, ==, second);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "mine");
  replaced = save (self, path, TRUE);
  g_clear_pointer (&text, g_free);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_true (g_str_has_prefix (text, "3 mjpeg"));
}

static void
put (SendoffFrameCache *cache, const char *key, gsize size)
{
  g_autofree char *path = sendoff_frame_cache_dup_temporary_path (cache, NULL);
  g_autofree char *data = g_malloc0 (size);
  g_autoptr (GBytes) bytes = NULL;

  memcpy (data + size - strlen (PNG_END), PNG_END, strlen (PNG_END));
  g_assert_true (g_file_set_contents (path, data, (gssize)size, NULL));
  bytes = sendoff_frame_cache_take (cache, key, path, NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, size);
}

/* Under its limit after each addition, and the last one always there. */
static void
test_bounded (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sendoff-XXXXXX", NULL);
  g_autoptr (SendoffFrameCache) cache = sendoff_frame_cache_new (folder, 10000);

  for (guint i = 0; i < 40; i++)
    {
      g_autofree char *key = g_strdup_printf ("%u", i);
      g_autoptr (GDir) dir = NULL;
      const char *name;
      gint64 total = 0;

      put (cache, key, 1000);
      dir = g_dir_open (folder, 0, NULL);
      while ((name = g_dir_read_name (dir)) != NULL)
        total += 1000;
      g_assert_cmpint (total, <=, 10000);
      g_assert_cmpint (total, >=, MIN (i + 1, 8) * 1000);
    }
  g_assert_true (sendoff_disk_remove_folder (folder, NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, wishes, function) g_test_add ("/engine/frames/" name, Fixture, wishes, set_up, function, tear_down)
  ADD ("cached", "", test_cached);
  ADD ("damaged-cache", "", test_damaged_cache);
  ADD ("strip", "", test_strip);
  ADD ("stream", "", test_stream);
  ADD ("poster", "", test_poster);
  ADD ("order", "frame-ms=300", test_order);
  ADD ("cancel-running", "frame-ms=20000", test_cancel_running);
  ADD ("stop", "frame-ms=20000", test_stop);
  ADD ("error", "frame-error=1", test_error);
  ADD ("save", "", test_save);
#undef ADD
  g_test_add_func ("/engine/frames/bounded", test_bounded);
  return g_test_run ();
}
