/* The list of jobs of one engine, while another process, here a second connection to the database and the
 * locks of its jobs, adds, carries out and forgets jobs. */
#include <unistd.h>

#include "engine/sendoff-disk.h"
#include "engine/sendoff-engine.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"
#include "engine/sendoff-store.h"
#include "model/sendoff-catalog.h"

#define PATIENCE_US (20 * G_USEC_PER_SEC)

typedef struct
{
  char *folder, *cache, *source;
  SendoffEngine *engine;
  SendoffCatalog *catalog;
  SendoffStore *other; /* of the other process */
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
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *worker = g_test_build_filename (G_TEST_BUILT, "engine", "fake-worker", NULL);
  g_autofree char *data_dir = NULL;
  g_autofree char *database = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("sendoff-follower-XXXXXX", NULL);
  self->cache = g_build_filename (self->folder, "cache", NULL);
  self->source = g_build_filename (self->folder, "source.mp4", NULL);
  data_dir = g_build_filename (self->folder, "data", NULL);
  database = g_build_filename (data_dir, "sendoff.db", NULL);
  g_assert_true (g_file_set_contents (self->source, "video", -1, NULL));
  self->engine = g_object_new (SENDOFF_TYPE_ENGINE, "data-dir", data_dir, "cache-dir", self->cache,
                               "worker-path", worker, "cores", 1, NULL);
  sendoff_engine_start_async (self->engine, NULL, on_done, &result);
  sendoff_engine_start_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
  self->catalog = sendoff_catalog_new (&error);
  self->other = sendoff_store_new (database);
  sendoff_store_open_sync (self->other, self->catalog, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_stop_async (self->engine, on_done, &result);
  g_assert_true (sendoff_engine_stop_finish (self->engine, wait_for (&result), NULL));
  g_object_unref (self->engine);
  g_object_unref (self->other);
  g_object_unref (self->catalog);
  g_assert_true (sendoff_disk_remove_folder (self->folder, NULL));
  g_free (self->folder);
  g_free (self->cache);
  g_free (self->source);
}

/* A job of one output, as the other process would store it. */
static SendoffStoredJob *
make_job (Fixture *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->source);
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *id = g_uuid_string_random ();
  g_autoptr (SendoffRequest) request = g_object_new (SENDOFF_TYPE_REQUEST, "source-uri", uri, NULL);
  g_autoptr (SendoffPlan) plan = sendoff_plan_new ();
  SendoffOutputPlan *output = sendoff_output_plan_new ();
  g_autoptr (SendoffJob) job = NULL;

  plan->source_identity = g_strdup ("5-abc");
  plan->source_name = g_strdup ("source.mp4");
  output->label = g_strdup ("one");
  output->file_name = g_strdup ("one.mp4");
  g_ptr_array_add (plan->outputs, output);
  job = sendoff_job_new (id, request, plan);
  return sendoff_job_dup_stored (job);
}

static int
take_lock (Fixture *self, const SendoffStoredJob *stored)
{
  g_autoptr (GError) error = NULL;
  int fd = sendoff_job_folder_take_lock (self->cache, stored->export_id, &error);

  g_assert_no_error (error);
  return fd;
}

static void
set_status (SendoffStoredJob *stored, SendoffStatus status, double progress)
{
  SendoffStoredOutput *output = g_ptr_array_index (stored->outputs, 0);

  g_free (stored->status);
  stored->status = g_strdup (sendoff_status_nicks[status]);
  g_free (output->status);
  output->status = g_strdup (sendoff_status_nicks[status]);
  stored->progress = output->progress = progress;
}

static void
save (Fixture *self, const SendoffStoredJob *stored)
{
  g_autoptr (GError) error = NULL;

  sendoff_store_save_job_sync (self->other, stored, &error);
  g_assert_no_error (error);
}

static guint
count_jobs (Fixture *self)
{
  return g_list_model_get_n_items (sendoff_engine_get_jobs (self->engine));
}

static gboolean
on_time (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define WAIT_UNTIL(condition)                                                                                \
  G_STMT_START                                                                                               \
  {                                                                                                          \
    gint64 deadline_us = g_get_monotonic_time () + PATIENCE_US;                                              \
    guint timer = g_timeout_add (50, on_time, NULL);                                                         \
                                                                                                             \
    while (!(condition))                                                                                     \
      {                                                                                                      \
        g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);                                           \
        g_main_context_iteration (NULL, TRUE);                                                               \
      }                                                                                                      \
    g_source_remove (timer);                                                                                 \
  }                                                                                                          \
  G_STMT_END

static void
let_pass (guint milliseconds)
{
  gint64 end_us = g_get_monotonic_time () + milliseconds * G_TIME_SPAN_MILLISECOND;

  WAIT_UNTIL (g_get_monotonic_time () > end_us);
}

/* From its beginning to its end and its removal; what belongs to each output is followed too. */
static void
test_life (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) stored = make_job (self);
  g_autoptr (SendoffExport) export = NULL;
  g_autoptr (SendoffJob) job = NULL;
  SendoffStoredOutput *output = g_ptr_array_index (stored->outputs, 0);
  gint64 size_bytes = 0;
  int lock_fd = take_lock (self, stored);

  g_assert_cmpuint (count_jobs (self), ==, 0);
  save (self, stored);
  WAIT_UNTIL (count_jobs (self) == 1);
  job = g_list_model_get_item (sendoff_engine_get_jobs (self->engine), 0);
  export = g_list_model_get_item (sendoff_job_get_exports (job), 0);
  g_assert_true (sendoff_job_get_elsewhere (job));
  g_assert_false (sendoff_job_get_interrupted (job));

  set_status (stored, SENDOFF_STATUS_ENCODING, 10);
  save (self, stored);
  WAIT_UNTIL (sendoff_job_get_status (job) == SENDOFF_STATUS_ENCODING);
  output->progress = 42;
  output->size_bytes = 4711;
  sendoff_store_update_progress (self->other, stored->export_id, "encoding", "encoding", 42, stored->outputs);
  WAIT_UNTIL (sendoff_job_get_progress (job) == 42);
  g_object_get (export, "size-bytes", &size_bytes, NULL);
  g_assert_cmpint (size_bytes, ==, 4711);
  g_assert_cmpfloat (sendoff_export_get_progress (export), ==, 42);

  stored->paused = TRUE;
  save (self, stored);
  WAIT_UNTIL (sendoff_job_get_paused (job));
  stored->paused = FALSE;
  set_status (stored, SENDOFF_STATUS_COMPLETED, 100);
  output->file_uri = g_strdup ("file:///made.mp4");
  save (self, stored);
  close (lock_fd);
  WAIT_UNTIL (sendoff_export_get_file (export) != NULL);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_COMPLETED);
  g_assert_false (sendoff_job_get_elsewhere (job));
  g_assert_false (sendoff_job_get_paused (job));

  g_assert_true (sendoff_store_delete_job_sync (self->other, stored->export_id, NULL));
  WAIT_UNTIL (count_jobs (self) == 0);
}

/* Nothing is written when a process is killed. */
static void
test_killed (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) stored = make_job (self);
  g_autoptr (SendoffJob) job = NULL;
  int lock_fd = take_lock (self, stored);

  set_status (stored, SENDOFF_STATUS_ENCODING, 10);
  save (self, stored);
  WAIT_UNTIL (count_jobs (self) == 1);
  job = g_list_model_get_item (sendoff_engine_get_jobs (self->engine), 0);
  g_assert_true (sendoff_job_get_elsewhere (job));
  g_assert_cmpint (unlink (self->source), ==, 0);
  close (lock_fd);
  WAIT_UNTIL (sendoff_job_get_interrupted (job));
  g_assert_false (sendoff_job_get_elsewhere (job));
  g_assert_nonnull (sendoff_job_get_source_problem (job));

  /* Another process goes on with it. */
  lock_fd = take_lock (self, stored);
  set_status (stored, SENDOFF_STATUS_ENCODING, 12);
  save (self, stored);
  WAIT_UNTIL (sendoff_job_get_elsewhere (job));
  g_assert_false (sendoff_job_get_interrupted (job));
  g_assert_null (sendoff_job_get_source_problem (job));
  close (lock_fd);
  WAIT_UNTIL (sendoff_job_get_interrupted (job));
}

/* Newest first, wherever they come from, and the lock of a job that is over is nobody's business. */
static void
test_order (Fixture *self, gconstpointer data)
{
  const int years[] = { 2, 3, 1 };

  for (guint i = 0; i < G_N_ELEMENTS (years); i++)
    {
      g_autoptr (SendoffStoredJob) stored = make_job (self);

      set_status (stored, SENDOFF_STATUS_CANCELLED, 0);
      stored->created_at = years[i];
      save (self, stored);
      WAIT_UNTIL (count_jobs (self) == i + 1);
    }
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (sendoff_engine_get_jobs (self->engine), i);

      g_assert_cmpint (sendoff_job_get_created_at (job), ==, 3 - i);
      g_assert_false (sendoff_job_get_elsewhere (job));
      g_assert_false (sendoff_job_get_interrupted (job));
    }
}

static gboolean
is_as_stored (Fixture *self, SendoffJob *job)
{
  g_autoptr (SendoffStoredJob) now
      = sendoff_store_get_job_sync (self->other, sendoff_job_get_export_id (job), NULL);

  return sendoff_job_get_paused (job) == now->paused;
}

/* Two processes write about a job at the same time: both know in the end what was written last. */
static void
test_own (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) stored = make_job (self);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (SendoffJob) job = NULL;

  save (self, stored);
  WAIT_UNTIL (count_jobs (self) == 1);
  job = g_list_model_get_item (sendoff_engine_get_jobs (self->engine), 0);
  g_assert_true (sendoff_job_get_interrupted (job));
  sendoff_engine_control_async (self->engine, job, SENDOFF_CONTROL_PAUSE, 0, NULL, on_done, &result);
  g_assert_true (sendoff_engine_control_finish (self->engine, wait_for (&result), NULL));
  g_assert_true (sendoff_job_get_paused (job));
  save (self, stored);
  let_pass (1500);
  WAIT_UNTIL (is_as_stored (self, job));
  g_assert_cmpuint (count_jobs (self), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/engine/follower/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("life", test_life);
  ADD ("killed", test_killed);
  ADD ("order", test_order);
  ADD ("own", test_own);
  return g_test_run ();
}
