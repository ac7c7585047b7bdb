#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-engine.h"
#include "engine/sendoff-job-folder.h"
#include "model/sendoff-estimate.h"

#define CHUNK_US 4000000
#define FPS      25

/* An engine of its own for every test, with a folder for everything. */
typedef struct {
  char *folder, *state, *data, *cache, *out;
  char *source;
  SendoffEngine *engine;
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
start_engine (Fixture *self)
{
  g_autofree char *worker = g_test_build_filename (G_TEST_BUILT, "engine", "fake-worker", NULL);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  self->engine = g_object_new (SENDOFF_TYPE_ENGINE, "data-dir", self->data, "cache-dir", self->cache, "worker-path",
                               worker, "cores", 2, NULL);
  sendoff_engine_start_async (self->engine, NULL, on_done, &result);
  sendoff_engine_start_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
}

static void
stop_engine (Fixture *self)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_stop_async (self->engine, on_done, &result);
  g_assert_true (sendoff_engine_stop_finish (self->engine, wait_for (&result), NULL));
  g_clear_object (&result);
  g_object_add_weak_pointer (G_OBJECT (self->engine), (gpointer *)&self->engine);
  g_object_unref (self->engine);
  /* A thread of GTask's may hold it for a moment longer. */
  for (guint i = 0; i < 1000 && g_atomic_pointer_get (&self->engine) != NULL; i++)
    g_usleep (1000);
  g_assert_null (self->engine);
}

static void
keep_chunks (Fixture *self, gint64 limit_bytes)
{
  g_autofree char *path = g_build_filename (self->data, "settings.json", NULL);
  g_autofree char *text = g_strdup_printf ("{\"cache-limit\": %" G_GINT64_FORMAT "}", limit_bytes);

  g_assert_cmpint (g_mkdir_with_parents (self->data, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* Takes @folder. */
static void
set_up_in (Fixture *self, char *folder)
{
  self->folder = folder;
  self->state = g_build_filename (self->folder, "state", NULL);
  self->data = g_build_filename (self->folder, "data", NULL);
  self->cache = g_build_filename (self->folder, "cache", NULL);
  self->out = g_build_filename (self->folder, "out", NULL);
  self->source = g_build_filename (self->folder, "source.mp4", NULL);
  g_assert_cmpint (g_mkdir_with_parents (self->state, 0700), ==, 0);
  keep_chunks (self, 0);
  start_engine (self);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  set_up_in (self, g_dir_make_tmp ("sendoff-XXXXXX", NULL));
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  if (self->engine != NULL)
    stop_engine (self);
  g_assert_true (sendoff_disk_remove_folder (self->folder, NULL));
  g_free (self->folder);
  g_free (self->state);
  g_free (self->data);
  g_free (self->cache);
  g_free (self->out);
  g_free (self->source);
}

/* ---- Making things ---- */

static void
write_source (Fixture *self, const char *wishes)
{
  g_autofree char *text = g_strdup_printf ("state=%s\n%s", self->state, wishes);

  g_assert_true (g_file_set_contents (self->source, text, -1, NULL));
}

static SendoffMediaInfo *
probe (Fixture *self, SendoffProbeFlags flags)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->source);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SendoffMediaInfo *info;

  sendoff_engine_probe_async (self->engine, file, flags, NULL, on_done, &result);
  info = sendoff_engine_probe_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
  return info;
}

static SendoffVideoPlan *
make_video (int height)
{
  SendoffVideoPlan *video = sendoff_video_plan_new ();

  video->codec = g_strdup ("h264");
  video->encoder = g_strdup ("libx264");
  video->width = height * 16 / 9;
  video->height = height;
  video->pixel_format = g_strdup ("yuv420p");
  video->frame_rate = video->nominal_frame_rate = SENDOFF_RATIONAL (FPS, 1);
  video->time_base = SENDOFF_RATIONAL (1, FPS);
  return video;
}

static SendoffAudioPlan *
make_audio (void)
{
  SendoffAudioPlan *audio = sendoff_audio_plan_new ();

  audio->stream_index = 1;
  audio->codec = g_strdup ("aac");
  audio->encoder = g_strdup ("aac");
  audio->sample_rate = 48000;
  audio->channels = 2;
  return audio;
}

static void
add_output (SendoffPlan *plan, const char *label, int height, guint n_chunks)
{
  SendoffChunkGroup *group = g_ptr_array_index (plan->groups, 0);
  SendoffOutputPlan *output = sendoff_output_plan_new ();
  gint64 index = plan->outputs->len;

  output->label = g_strdup (label);
  output->platform = g_strdup ("youtube");
  output->container = g_strdup ("mp4");
  output->muxer = g_strdup ("mp4");
  output->file_name = g_strdup_printf ("%s.mp4", label);
  output->group = 0;
  output->end_us = output->duration_us = (gint64)n_chunks * CHUNK_US;
  output->video = make_video (height);
  output->audio = make_audio ();
  output->estimated_size_bytes = 2500000;
  g_ptr_array_add (plan->outputs, output);
  g_array_append_val (group->outputs, index);
}

/* A plan for the source as it is now; outputs are to be added. */
static SendoffPlan *
make_plan (Fixture *self, guint n_chunks)
{
  SendoffPlan *plan = sendoff_plan_new ();
  SendoffChunkGroup *group = sendoff_chunk_group_new ();
  g_autoptr (SendoffMediaInfo) info = probe (self, SENDOFF_PROBE_NONE);

  plan->source_identity = g_strdup (info->identity);
  plan->source_name = g_strdup ("source.mp4");
  plan->video_stream_index = 0;
  group->boundaries_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  group->outputs = g_array_new (FALSE, FALSE, sizeof (gint64));
  group->open_start = group->open_end = TRUE;
  for (guint i = 0; i <= n_chunks; i++)
    {
      gint64 time_us = (gint64)i * CHUNK_US;

      g_array_append_val (group->boundaries_us, time_us);
    }
  g_ptr_array_add (plan->groups, group);
  return plan;
}

static SendoffRequest *
make_request (Fixture *self)
{
  g_autofree char *source_uri = g_filename_to_uri (self->source, NULL, NULL);
  g_autofree char *folder_uri = g_filename_to_uri (self->out, NULL, NULL);
  SendoffRequest *request = sendoff_request_new (source_uri);

  g_object_set (request, "output-folder-uri", folder_uri, NULL);
  return request;
}

static SendoffJob *
submit_request (Fixture *self, SendoffRequest *request, SendoffPlan *plan)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  SendoffJob *job;

  sendoff_engine_submit_async (self->engine, request, plan, NULL, on_done, &result);
  job = sendoff_engine_submit_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
  return job;
}

static SendoffJob *
submit (Fixture *self, SendoffPlan *plan)
{
  g_autoptr (SendoffRequest) request = make_request (self);

  return submit_request (self, request, plan);
}

/* ---- Looking at things ---- */

static void
wait_until_over (SendoffJob *job)
{
  while (!sendoff_status_is_final (sendoff_job_get_status (job)))
    g_main_context_iteration (NULL, TRUE);
}

static SendoffExport *
get_export (SendoffJob *job, guint index)
{
  g_autoptr (SendoffExport) export = g_list_model_get_item (sendoff_job_get_exports (job), index);

  return export;
}

static char *
read_log (Fixture *self)
{
  g_autofree char *path = g_build_filename (self->state, "log", NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

static guint
count_in_log (Fixture *self, const char *what)
{
  g_autofree char *log = read_log (self);
  guint count = 0;

  for (const char *at = log; (at = strstr (at, what)) != NULL; at += strlen (what))
    count++;
  return count;
}

static guint
count_entries (const char *folder, const char *leaf)
{
  g_autofree char *path = g_build_filename (folder, leaf, NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint count = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
assert_exists (Fixture *self, const char *leaf)
{
  g_autofree char *path = g_build_filename (self->out, leaf, NULL);

  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
}

/* The engine lets its folders go just after it told that the job is over. */
static void
assert_nothing_left (Fixture *self, guint n_files)
{
  stop_engine (self);
  g_assert_cmpuint (count_entries (self->cache, "chunks"), ==, 0);
  g_assert_cmpuint (count_entries (self->cache, "jobs"), ==, 0);
  g_assert_cmpuint (count_entries (self->out, ""), ==, n_files);
}

static void
assert_completed (SendoffJob *job, guint index)
{
  SendoffExport *export = get_export (job, index);

  if (sendoff_export_get_error (export) != NULL)
    g_test_message ("%s", sendoff_export_get_error (export)->message);
  g_assert_cmpint (sendoff_export_get_status (export), ==, SENDOFF_STATUS_COMPLETED);
  g_assert_true (sendoff_export_get_certificate (export)->passed);
  g_assert_cmpfloat (sendoff_export_get_progress (export), ==, 100);
}

static void
assert_failed (SendoffJob *job, guint index, int code)
{
  SendoffExport *export = get_export (job, index);

  g_assert_cmpint (sendoff_export_get_status (export), ==, SENDOFF_STATUS_FAILED);
  g_assert_error (sendoff_export_get_error (export), SENDOFF_ERROR, code);
  g_assert_null (sendoff_export_get_file (export));
}

/* ---- Tests ---- */

typedef struct {
  double last;
  guint n_moves;
  GString *statuses;
} Watch;

static void
on_progress (SendoffJob *job, GParamSpec *pspec, gpointer data)
{
  Watch *watch = data;

  g_assert_cmpfloat (sendoff_job_get_progress (job), >=, watch->last);
  watch->last = sendoff_job_get_progress (job);
  watch->n_moves++;
}

static void
on_status (SendoffJob *job, GParamSpec *pspec, gpointer data)
{
  Watch *watch = data;

  g_string_append_printf (watch->statuses, "%s ", sendoff_status_nicks[sendoff_job_get_status (job)]);
}

static void
assert_document (SendoffJob *job)
{
  g_autoptr (JsonNode) node = sendoff_job_to_json (job);
  JsonObject *object = json_node_get_object (node);
  JsonObject *export = json_array_get_object_element (json_object_get_array_member (object, "exports"), 0);
  const char *path = json_array_get_string_element (json_object_get_array_member (export, "output_files"), 0);
  const char *uri = json_array_get_string_element (json_object_get_array_member (export, "output_uris"), 0);

  g_assert_cmpstr (json_object_get_string_member (object, "status"), ==, "completed");
  g_assert_cmpstr (json_object_get_string_member (export, "name"), ==, "one");
  g_assert_cmpstr (json_object_get_string_member (export, "platform"), ==, "youtube");
  g_assert_cmpfloat (json_object_get_double_member (export, "estimated_size_mb"), ==, 2.5);
  g_assert_cmpfloat (json_object_get_double_member (export, "duration_seconds"), ==, 48);
  g_assert_true (g_str_has_suffix (path, "/out/one.mp4"));
  g_assert_true (g_str_has_prefix (uri, "file:///"));
  g_assert_cmpint (json_object_get_int_member (json_object_get_object_member (export, "file_sizes"), path), >, 0);
  g_assert_cmpuint (json_array_get_length (json_object_get_array_member (export, "warnings")), ==, 1);
  g_assert_true (json_object_get_null_member (export, "error"));
}

static void
test_export (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  Watch watch = { .statuses = g_string_new (NULL) };
  SendoffJob *job;

  write_source (self, "chunk-ms=30\n");
  plan = make_plan (self, 12);
  add_output (plan, "one", 720, 12);
  add_output (plan, "two", 480, 12);
  job = submit (self, plan);
  g_signal_connect (job, "notify::progress", G_CALLBACK (on_progress), &watch);
  g_signal_connect (job, "notify::status", G_CALLBACK (on_status), &watch);
  wait_until_over (job);
  assert_completed (job, 0);
  assert_completed (job, 1);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_COMPLETED);
  g_assert_true (g_str_has_suffix (watch.statuses->str, "encoding finalizing completed ")
                 || g_str_has_suffix (watch.statuses->str, "encoding completed "));
  g_assert_cmpuint (watch.n_moves, >=, 2);
  /* Both outputs from one decode, and one audio for both. */
  g_assert_cmpuint (count_in_log (self, "chunk "), ==, 12);
  g_assert_cmpuint (count_in_log (self, "outputs 2"), ==, count_in_log (self, "run "));
  g_assert_cmpuint (count_in_log (self, "run "), >, 2);
  g_assert_cmpuint (count_in_log (self, "audio "), ==, 1);
  assert_document (job);
  assert_exists (self, "one.mp4");
  assert_exists (self, "two.mp4");
  assert_nothing_left (self, 2);
  g_string_free (watch.statuses, TRUE);
}

static double
estimate_size (Fixture *self, const SendoffOutputPlan *plan, const SendoffMediaInfo *source)
{
  g_autoptr (SendoffOutputPlan) output = sendoff_output_plan_copy (plan);

  sendoff_estimate_output (sendoff_engine_get_catalog (self->engine), source,
                           sendoff_engine_get_machine (self->engine)->lessons, output);
  return (double)output->estimated_size_bytes;
}

/* What one export was tells the first estimate of the next like it, also in another process; of another encoder it tells
 * the time less. */
static void
test_learns (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autoptr (SendoffMediaInfo) source = NULL;
  SendoffOutputPlan *output;
  SendoffInterval time[3];
  double size[3];

  write_source (self, "cpu-ms=2000\n");
  plan = make_plan (self, 12);
  source = probe (self, SENDOFF_PROBE_NONE);
  add_output (plan, "one", 720, 12);
  output = g_ptr_array_index (plan->outputs, 0);
  output->video->crf = 23;
  size[0] = estimate_size (self, output, source);
  time[0] = sendoff_engine_estimate_cpu (self->engine, source, output);
  wait_until_over (submit (self, plan));
  size[1] = estimate_size (self, output, source);
  time[1] = sendoff_engine_estimate_cpu (self->engine, source, output);
  /* A hundred bytes a frame are much less than usual, two seconds of the processor for each run too. */
  g_assert_cmpfloat (size[1], <, size[0] * 0.5);
  g_assert_cmpfloat (time[1].middle, <, time[0].middle * 0.8);
  g_assert_cmpfloat (time[1].high / time[1].low, <=, time[0].high / time[0].low);
  stop_engine (self);
  start_engine (self);
  size[2] = estimate_size (self, output, source);
  time[2] = sendoff_engine_estimate_cpu (self->engine, source, output);
  g_assert_cmpfloat_with_epsilon (size[2], size[1], 1);
  g_assert_cmpfloat_with_epsilon (time[2].middle, time[1].middle, 1);
}

static void
test_batches (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "");
  plan = make_plan (self, 2);
  for (int i = 0; i < 4; i++)
    {
      g_autofree char *label = g_strdup_printf ("o%d", i);

      add_output (plan, label, 180 * (i + 1), 2);
    }
  /* The same picture in another file is not encoded twice. */
  add_output (plan, "again", 180, 2);
  job = submit (self, plan);
  wait_until_over (job);
  for (guint i = 0; i < 5; i++)
    assert_completed (job, i);
  g_assert_cmpuint (count_in_log (self, "outputs 3"), ==, 2);
  g_assert_cmpuint (count_in_log (self, "outputs 1"), ==, 2);
}

static void
test_sequential_outputs (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffRequest) request = make_request (self);
  g_autoptr (SendoffPlan) plan = NULL;
  g_autofree char *log = NULL;
  SendoffJob *job;

  write_source (self, "");
  g_object_set (request, "sequential", TRUE, NULL);
  plan = make_plan (self, 1);
  add_output (plan, "one", 720, 1);
  add_output (plan, "two", 480, 1);
  job = submit_request (self, request, plan);
  wait_until_over (job);
  assert_completed (job, 0);
  assert_completed (job, 1);
  g_assert_cmpuint (count_in_log (self, "outputs 1"), ==, 2);
}

static void
test_crash_is_retried (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "crash-chunk=2\n");
  plan = make_plan (self, 8);
  add_output (plan, "one", 720, 8);
  add_output (plan, "two", 480, 8);
  job = submit (self, plan);
  wait_until_over (job);
  assert_completed (job, 0);
  assert_completed (job, 1);
  g_assert_cmpuint (count_in_log (self, "chunk "), ==, 8);
}

static void
test_crashing_output (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "crash-output=1\n");
  plan = make_plan (self, 4);
  add_output (plan, "one", 720, 4);
  add_output (plan, "two", 480, 4);
  add_output (plan, "three", 360, 4);
  job = submit (self, plan);
  wait_until_over (job);
  assert_completed (job, 0);
  assert_failed (job, 1, SENDOFF_ERROR_WORKER_CRASHED);
  assert_completed (job, 2);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_FAILED);
  assert_nothing_left (self, 2);
}

static void
test_failing_output (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "fail-output=0\n");
  plan = make_plan (self, 4);
  add_output (plan, "one", 720, 4);
  add_output (plan, "two", 480, 4);
  job = submit (self, plan);
  wait_until_over (job);
  assert_failed (job, 0, SENDOFF_ERROR_ENCODER);
  g_assert_cmpstr (sendoff_export_get_error (get_export (job, 0))->message, ==, "It refuses.");
  g_assert_cmpstr (sendoff_export_get_error_stage (get_export (job, 0)), ==, "encoding");
  assert_completed (job, 1);
}

static void
test_source_error (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "source-error=1\n");
  plan = make_plan (self, 1);
  add_output (plan, "one", 720, 1);
  job = submit (self, plan);
  wait_until_over (job);
  assert_failed (job, 0, SENDOFF_ERROR_SOURCE_UNREADABLE);
  g_assert_cmpuint (count_in_log (self, "run "), ==, 1);
  assert_nothing_left (self, 0);
}

static void
test_source_changed (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "");
  plan = make_plan (self, 1);
  add_output (plan, "one", 720, 1);
  write_source (self, "other=1\n");
  job = submit (self, plan);
  wait_until_over (job);
  assert_failed (job, 0, SENDOFF_ERROR_SOURCE_CHANGED);
  g_assert_cmpuint (count_in_log (self, "run "), ==, 0);
}

static void
test_bad_file (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "");
  plan = make_plan (self, 2);
  add_output (plan, "bad", 720, 2);
  add_output (plan, "good", 480, 2);
  job = submit (self, plan);
  wait_until_over (job);
  assert_failed (job, 0, SENDOFF_ERROR_VERIFY);
  g_assert_false (sendoff_export_get_certificate (get_export (job, 0))->passed);
  assert_completed (job, 1);
  assert_nothing_left (self, 1);
}

static gboolean
has_stage (SendoffExport *export, const char *prefix)
{
  g_autofree char *stage = NULL;

  g_object_get (export, "stage", &stage, NULL);
  return stage != NULL && g_str_has_prefix (stage, prefix);
}

/* A full disk makes the whole job wait, and say so; then it goes on from its chunks. */
static void
test_full_disk (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "");
  plan = make_plan (self, 2);
  add_output (plan, "no space", 720, 2);
  add_output (plan, "good", 480, 2);
  job = submit (self, plan);
  while (!has_stage (get_export (job, 0), "Waiting for room: The disk is full."))
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sendoff_status_is_final (sendoff_job_get_status (job)));
  wait_until_over (job);
  assert_completed (job, 0);
  assert_completed (job, 1);
  g_assert_cmpuint (count_in_log (self, "chunk "), ==, 2);
  assert_nothing_left (self, 2);
}

/* For longer than anything in the queue would take to begin. */
static void
let_time_pass (void)
{
  gint64 end_us = g_get_monotonic_time () + 300 * G_TIME_SPAN_MILLISECOND;

  while (g_get_monotonic_time () < end_us)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (5000);
    }
}

/* Pausing ends what runs, leaves the slots to the next job, and keeps the chunks. */
static void
test_pause (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autoptr (SendoffPlan) small = NULL;
  SendoffJob *job, *other;
  guint before;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, 16);
  small = make_plan (self, 1);
  add_output (plan, "one", 720, 16);
  add_output (small, "two", 720, 1);
  sendoff_engine_set_max_running_exports (self->engine, 1);
  job = submit (self, plan);
  other = submit (self, small);
  while (sendoff_job_get_progress (job) < 40)
    g_main_context_iteration (NULL, TRUE);
  sendoff_job_pause (job);
  g_assert_true (sendoff_job_get_paused (job));
  wait_until_over (other);
  assert_completed (other, 0);
  before = count_in_log (self, "chunk ");
  let_time_pass ();
  g_assert_cmpuint (count_in_log (self, "chunk "), ==, before);
  g_assert_true (has_stage (get_export (job, 0), "Paused"));
  g_assert_false (sendoff_status_is_final (sendoff_job_get_status (job)));
  sendoff_job_resume (job);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_false (sendoff_job_get_paused (job));
  /* One of the other job; of this one, what was finished is not made again. */
  g_assert_cmpuint (count_in_log (self, "chunk "), <=, 17);
  assert_nothing_left (self, 2);
}

/* Again and again, faster than anything can end. */
static void
test_pause_quickly (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=10\n");
  plan = make_plan (self, 8);
  add_output (plan, "one", 720, 8);
  add_output (plan, "two", 480, 8);
  job = submit (self, plan);
  for (guint i = 0; i < 200 && !sendoff_status_is_final (sendoff_job_get_status (job)); i++)
    {
      if (i % 2 == 0)
        sendoff_job_pause (job);
      else
        sendoff_job_resume (job);
      g_main_context_iteration (NULL, i % 3 == 0);
    }
  sendoff_job_resume (job);
  wait_until_over (job);
  assert_completed (job, 0);
  assert_completed (job, 1);
  assert_nothing_left (self, 2);
}

static void
test_pause_waiting (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job, *waiting;

  write_source (self, "chunk-ms=20\n");
  plan = make_plan (self, 4);
  add_output (plan, "one", 720, 4);
  sendoff_engine_set_max_running_exports (self->engine, 1);
  job = submit (self, plan);
  waiting = submit (self, plan);
  sendoff_job_pause (waiting);
  wait_until_over (job);
  let_time_pass ();
  g_assert_cmpint (sendoff_job_get_status (waiting), ==, SENDOFF_STATUS_QUEUED);
  sendoff_job_resume (waiting);
  wait_until_over (waiting);
  assert_completed (waiting, 0);
  assert_nothing_left (self, 2);
}

/* Processor time of this process, in seconds. */
static double
measure_export (Fixture *self, guint n_chunks)
{
  g_autoptr (SendoffPlan) plan = make_plan (self, n_chunks);
  struct rusage before, after;
  SendoffJob *job;

  add_output (plan, "one", 720, n_chunks);
  getrusage (RUSAGE_SELF, &before);
  job = submit (self, plan);
  wait_until_over (job);
  getrusage (RUSAGE_SELF, &after);
  assert_completed (job, 0);
  return (after.ru_utime.tv_sec - before.ru_utime.tv_sec) + (after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6
         + (after.ru_stime.tv_sec - before.ru_stime.tv_sec) + (after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
}

/* Ten times as many chunks are about ten times the work, not a hundred times. */
static void
test_many_chunks (Fixture *self, gconstpointer data)
{
  double some, many;

  write_source (self, "");
  some = measure_export (self, 1000);
  many = measure_export (self, 10000);
  g_test_message ("1,000 chunks: %.2f s, 10,000 chunks: %.2f s", some, many);
  g_assert_cmpfloat (many, <, 25 * some + 1);
  assert_nothing_left (self, 2);
}

/* Frames after a seek are not the ones that should follow: everything sought is made again in one go. */
static void
test_lying_seeks (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, data);
  plan = make_plan (self, 8);
  add_output (plan, "one", 720, 8);
  job = submit (self, plan);
  wait_until_over (job);
  assert_completed (job, 0);
  /* Each slot decodes from the start, and no chunk is made twice by that. */
  g_assert_cmpuint (count_in_log (self, " sequential"), >=, 1);
  g_assert_cmpuint (count_in_log (self, " sequential"), <=, 2);
  g_assert_cmpuint (count_in_log (self, "chunk 0\n"), ==, 1);
  g_assert_cmpuint (count_in_log (self, "chunk 7\n"), >=, 1);
  assert_nothing_left (self, 1);
}

static void
test_cancel (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job, *waiting;
  gint64 began_us;

  write_source (self, "chunk-ms=100\n");
  plan = make_plan (self, 50);
  add_output (plan, "one", 720, 50);
  sendoff_engine_set_max_running_exports (self->engine, 1);
  job = submit (self, plan);
  waiting = submit (self, plan);
  while (sendoff_job_get_progress (job) < 10)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (sendoff_job_get_status (waiting), ==, SENDOFF_STATUS_QUEUED);
  began_us = g_get_monotonic_time ();
  sendoff_job_cancel (waiting);
  sendoff_job_cancel (job);
  wait_until_over (waiting);
  wait_until_over (job);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, G_USEC_PER_SEC);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_CANCELLED);
  g_assert_cmpint (sendoff_job_get_status (waiting), ==, SENDOFF_STATUS_CANCELLED);
  g_assert_cmpint (sendoff_export_get_status (get_export (job, 0)), ==, SENDOFF_STATUS_CANCELLED);
  assert_nothing_left (self, 0);
}

static SendoffJob *
get_first_job (Fixture *self)
{
  g_autoptr (SendoffJob) job = g_list_model_get_item (sendoff_engine_get_jobs (self->engine), 0);

  return job;
}

static void
interrupt (Fixture *self, guint n_chunks)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, n_chunks);
  add_output (plan, "one", 720, n_chunks);
  job = submit (self, plan);
  while (sendoff_job_get_progress (job) < 40)
    g_main_context_iteration (NULL, TRUE);
  stop_engine (self);
  g_assert_cmpuint (count_entries (self->out, ""), ==, 0);
  start_engine (self);
}

/* One of two that share a decoder is given up: the other goes on without it and keeps its chunks. */
static void
test_cancel_output (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, 16);
  add_output (plan, "one", 720, 16);
  add_output (plan, "two", 480, 16);
  job = submit (self, plan);
  while (sendoff_job_get_progress (job) < 30)
    g_main_context_iteration (NULL, TRUE);
  sendoff_job_cancel_export (job, get_export (job, 0));
  while (sendoff_export_get_status (get_export (job, 0)) != SENDOFF_STATUS_CANCELLED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sendoff_status_is_final (sendoff_job_get_status (job)));
  wait_until_over (job);
  g_assert_cmpint (sendoff_export_get_status (get_export (job, 0)), ==, SENDOFF_STATUS_CANCELLED);
  assert_completed (job, 1);
  g_assert_cmpuint (count_in_log (self, "outputs 2"), >=, 1);
  g_assert_cmpuint (count_in_log (self, "outputs 1"), >=, 1);
  g_assert_cmpuint (count_in_log (self, "chunk "), <=, 18);
  assert_nothing_left (self, 1);
}

/* At any moment, also while it is muxed or gets its name: it is made or it is not. */
static void
test_cancel_output_late (Fixture *self, gconstpointer data)
{
  guint n_files = 0;

  write_source (self, "chunk-ms=5\n");
  for (guint round = 0; round < 12; round++)
    {
      g_autoptr (SendoffPlan) plan = make_plan (self, 2);
      SendoffJob *job;

      add_output (plan, "one", 720, 2);
      add_output (plan, "two", 480, 2);
      job = submit (self, plan);
      while (sendoff_job_get_progress (job) < 40 + 5 * round && !sendoff_status_is_final (sendoff_job_get_status (job)))
        g_main_context_iteration (NULL, TRUE);
      sendoff_job_cancel_export (job, get_export (job, round % 2));
      wait_until_over (job);
      for (guint i = 0; i < 2; i++)
        if (sendoff_export_get_file (get_export (job, i)) != NULL)
          {
            assert_completed (job, i);
            n_files++;
          }
        else
          g_assert_cmpint (sendoff_export_get_status (get_export (job, i)), ==, SENDOFF_STATUS_CANCELLED);
    }
  assert_nothing_left (self, n_files);
}

static void
test_cancel_output_waiting (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "");
  plan = make_plan (self, 1);
  add_output (plan, "one", 720, 1);
  add_output (plan, "two", 480, 1);
  sendoff_engine_set_max_running_exports (self->engine, 1);
  submit (self, plan);
  job = submit (self, plan);
  sendoff_job_cancel_export (job, get_export (job, 1));
  g_assert_cmpint (sendoff_export_get_status (get_export (job, 1)), ==, SENDOFF_STATUS_CANCELLED);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_CANCELLED);
  assert_nothing_left (self, 3);
}

static gboolean
retry (Fixture *self, SendoffJob *job, int output, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_retry_async (self->engine, job, output, NULL, on_done, &result);
  return sendoff_engine_retry_finish (self->engine, wait_for (&result), error);
}

/* What failed is made again; what was finished is left alone. */
static void
test_retry (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  SendoffJob *job;

  write_source (self, "crash-chunk=0\ntimes=3\n");
  plan = make_plan (self, 2);
  add_output (plan, "one", 720, 2);
  job = submit (self, plan);
  g_assert_false (retry (self, job, -1, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED);
  g_clear_error (&error);
  wait_until_over (job);
  assert_failed (job, 0, SENDOFF_ERROR_WORKER_CRASHED);
  let_time_pass ();
  /* Across a restart, as the queue's rows of earlier runs can be. */
  stop_engine (self);
  start_engine (self);
  job = get_first_job (self);
  assert_failed (job, 0, SENDOFF_ERROR_WORKER_CRASHED);
  g_assert_true (retry (self, job, 0, &error));
  g_assert_no_error (error);
  g_assert_false (sendoff_status_is_final (sendoff_job_get_status (job)));
  g_assert_null (sendoff_export_get_error (get_export (job, 0)));
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_COMPLETED);
  let_time_pass ();
  g_assert_false (retry (self, job, -1, NULL));
  assert_nothing_left (self, 1);
}

static void
test_retry_cancelled (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autoptr (GError) error = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, 16);
  add_output (plan, "one", 720, 16);
  job = submit (self, plan);
  while (sendoff_job_get_progress (job) < 20)
    g_main_context_iteration (NULL, TRUE);
  sendoff_job_cancel (job);
  wait_until_over (job);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_CANCELLED);
  let_time_pass ();
  retry (self, job, -1, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (sendoff_job_get_progress (job), <, 20);
  wait_until_over (job);
  assert_completed (job, 0);
  assert_nothing_left (self, 1);
}

static guint
count_jobs (Fixture *self)
{
  return g_list_model_get_n_items (sendoff_engine_get_jobs (self->engine));
}

static void
on_items_changed (GListModel *list, guint position, guint removed, guint added, guint *n_changes)
{
  (*n_changes)++;
}

/* Jobs that are over are forgotten for good, neighbours at once; one that runs stays. */
static void
test_remove_jobs (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();
  g_autoptr (GAsyncResult) result = NULL;
  guint n_changes = 0;

  write_source (self, "chunk-ms=20\n");
  for (guint i = 0; i < 4; i++)
    {
      g_autoptr (SendoffPlan) plan = make_plan (self, i == 3 ? 8 : 1);

      add_output (plan, "one", 720, i == 3 ? 8 : 1);
      g_ptr_array_add (jobs, submit (self, plan));
      if (i == 3)
        break;
      wait_until_over (g_ptr_array_index (jobs, i));
      let_time_pass ();
    }
  g_ptr_array_remove_index (jobs, 2);
  g_signal_connect (sendoff_engine_get_jobs (self->engine), "items-changed", G_CALLBACK (on_items_changed), &n_changes);
  sendoff_engine_remove_jobs_async (self->engine, jobs, NULL, on_done, &result);
  g_assert_true (sendoff_engine_remove_jobs_finish (self->engine, wait_for (&result), NULL));
  g_clear_object (&result);
  g_assert_cmpuint (n_changes, ==, 1);
  g_assert_cmpuint (count_jobs (self), ==, 2);
  wait_until_over (get_first_job (self));
  stop_engine (self);
  start_engine (self);
  g_assert_cmpuint (count_jobs (self), ==, 2);
  assert_nothing_left (self, 4);
}

static void
resume (Fixture *self, SendoffJob *job)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  sendoff_engine_resume_async (self->engine, job, NULL, on_done, &result);
  sendoff_engine_resume_finish (self->engine, wait_for (&result), &error);
  g_assert_no_error (error);
  g_assert_false (sendoff_job_get_interrupted (job));
}

static void
test_resume (Fixture *self, gconstpointer data)
{
  SendoffJob *job;
  guint before;

  interrupt (self, 16);
  job = get_first_job (self);
  g_assert_true (sendoff_job_get_interrupted (job));
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_ENCODING);
  g_assert_cmpfloat (sendoff_job_get_progress (job), >, 0);
  before = count_in_log (self, "chunk ");
  g_assert_cmpuint (before, >=, 4);
  resume (self, job);
  wait_until_over (job);
  assert_completed (job, 0);
  /* A chunk can be on the disk and not yet in the log when its worker is killed. */
  g_assert_cmpuint (count_in_log (self, "chunk "), <=, 16);
  g_assert_cmpuint (count_in_log (self, "chunk "), >=, 14);
  assert_exists (self, "one.mp4");
  assert_nothing_left (self, 1);
}

static void
test_cancel_interrupted (Fixture *self, gconstpointer data)
{
  SendoffJob *job;

  interrupt (self, 16);
  job = get_first_job (self);
  g_assert_cmpuint (count_entries (self->cache, "chunks"), ==, 2);
  sendoff_job_cancel (job);
  wait_until_over (job);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_CANCELLED);
  assert_nothing_left (self, 0);
  start_engine (self);
  g_assert_cmpint (sendoff_job_get_status (get_first_job (self)), ==, SENDOFF_STATUS_CANCELLED);
  g_assert_false (sendoff_job_get_interrupted (get_first_job (self)));
}

/* Paused in one process, still paused in the next, until somebody goes on with it. */
static gboolean
has_warning (SendoffJob *job, const char *words)
{
  const char *const *warnings = sendoff_export_get_warnings (get_export (job, 0));

  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    if (strstr (warnings[i], words) != NULL)
      return TRUE;
  return FALSE;
}

/* Between two runs of the program an encoder becomes another version. */
static void
test_upgraded_encoder (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autofree char *path = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, 16);
  add_output (plan, "one", 720, 16);
  job = submit (self, plan);
  while (sendoff_job_get_progress (job) < 40)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (has_warning (job, "updated"));
  path = sendoff_job_folder_dup_path (self->cache, sendoff_job_get_export_id (job), "libraries");
  stop_engine (self);
  g_assert_true (g_file_set_contents (path, "fake 0", -1, NULL));
  start_engine (self);
  job = get_first_job (self);
  resume (self, job);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_true (has_warning (job, "updated"));
}

/* Only if the user wants it. */
static void
test_goes_on_by_itself (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, 16);
  add_output (plan, "one", 720, 16);
  job = submit (self, plan);
  while (sendoff_job_get_progress (job) < 40)
    g_main_context_iteration (NULL, TRUE);
  stop_engine (self);
  start_engine (self);
  sendoff_engine_go_on (self->engine);
  let_time_pass ();
  job = get_first_job (self);
  g_assert_true (sendoff_job_get_interrupted (job));
  g_object_set (sendoff_engine_get_settings (self->engine), "resume-automatically", TRUE, NULL);
  sendoff_engine_go_on (self->engine);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_cmpuint (count_in_log (self, "chunk "), <=, 16 + 2);
}

static void
test_paused_across_restart (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, 16);
  add_output (plan, "one", 720, 16);
  job = submit (self, plan);
  while (sendoff_job_get_progress (job) < 40)
    g_main_context_iteration (NULL, TRUE);
  sendoff_job_pause (job);
  let_time_pass ();
  stop_engine (self);
  start_engine (self);
  job = get_first_job (self);
  g_assert_true (sendoff_job_get_interrupted (job));
  g_assert_true (sendoff_job_get_paused (job));
  resume (self, job);
  g_assert_false (sendoff_job_get_paused (job));
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_cmpuint (count_in_log (self, "chunk "), <=, 16);
  assert_nothing_left (self, 1);
}

/* The whole of it: pausing and cancelling, and a paused job that is cancelled. */
static void
test_cancel_paused (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  write_source (self, "chunk-ms=60\n");
  plan = make_plan (self, 16);
  add_output (plan, "one", 720, 16);
  job = submit (self, plan);
  while (sendoff_job_get_progress (job) < 20)
    g_main_context_iteration (NULL, TRUE);
  sendoff_job_pause (job);
  let_time_pass ();
  sendoff_job_cancel (job);
  wait_until_over (job);
  g_assert_cmpint (sendoff_job_get_status (job), ==, SENDOFF_STATUS_CANCELLED);
  assert_nothing_left (self, 0);
}

/* A file that got its final name just before the process ended is taken over as it is, not made twice. */
static void
test_finished_is_adopted (Fixture *self, gconstpointer data)
{
  g_autofree char *jobs = g_build_filename (self->cache, "jobs", NULL);
  g_autofree char *part = g_build_filename (self->out, "part", NULL);
  g_autofree char *target = g_build_filename (self->out, "elsewhere.mp4", NULL);
  g_autofree char *receipt = NULL;
  g_autoptr (SendoffCertificate) certificate = sendoff_certificate_new ();
  g_autoptr (JsonNode) node = NULL;
  SendoffJob *job;
  guint before;

  interrupt (self, 16);
  job = get_first_job (self);
  before = count_in_log (self, "chunk ");
  certificate->passed = TRUE;
  node = sendoff_certificate_to_json (certificate);
  receipt = g_build_filename (jobs, sendoff_job_get_export_id (job), "finished-0", NULL);
  g_assert_true (g_file_set_contents (part, "film", -1, NULL));
  g_assert_true (sendoff_job_folder_write_receipt (receipt, part, target, node, NULL));
  g_assert_cmpint (g_rename (part, target), ==, 0);
  resume (self, job);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_cmpint (sendoff_export_get_size_bytes (get_export (job, 0)), ==, 4);
  g_assert_cmpuint (count_in_log (self, "chunk "), ==, before);
  assert_nothing_left (self, 1);
}

/* Somebody's file of the same name is not ours. */
static void
test_stranger_is_not_adopted (Fixture *self, gconstpointer data)
{
  g_autofree char *part = NULL;
  g_autofree char *target = NULL;
  g_autofree char *receipt = NULL;
  g_autofree char *kept = NULL;
  SendoffJob *job;

  interrupt (self, 16);
  job = get_first_job (self);
  part = g_build_filename (self->folder, "part", NULL);
  target = g_build_filename (self->out, "one.mp4", NULL);
  receipt = g_build_filename (self->cache, "jobs", sendoff_job_get_export_id (job), "finished-0", NULL);
  g_assert_true (g_file_set_contents (part, "film", -1, NULL));
  g_assert_true (sendoff_job_folder_write_receipt (receipt, part, target, NULL, NULL));
  g_assert_true (g_file_set_contents (target, "mine", -1, NULL));
  resume (self, job);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_true (g_file_get_contents (target, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "mine");
  assert_nothing_left (self, 2);
}

/* What a process left that ended before its job was stored, or after its end was. */
static void
test_leftovers (Fixture *self, gconstpointer data)
{
  g_autofree char *export_id = g_uuid_string_random ();
  g_autofree char *chunks = g_build_filename (self->cache, "chunks", "0123", NULL);
  g_autofree char *removed = g_build_filename (self->cache, "jobs", ".removed-0", NULL);

  stop_engine (self);
  g_assert_true (sendoff_job_folder_note_key (self->cache, export_id, "0123", NULL));
  g_assert_cmpint (g_mkdir_with_parents (chunks, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (removed, 0700), ==, 0);
  start_engine (self);
  assert_nothing_left (self, 0);
}

/* The process that is killed in the middle of an export. */
static int
run_victim (const char *folder)
{
  Fixture self = { 0 };
  g_autoptr (SendoffPlan) plan = NULL;
  SendoffJob *job;

  set_up_in (&self, g_strdup (folder));
  write_source (&self, "chunk-ms=60\n");
  plan = make_plan (&self, 16);
  add_output (plan, "one", 720, 16);
  job = submit (&self, plan);
  while (sendoff_job_get_progress (job) < 40)
    g_main_context_iteration (NULL, TRUE);
  return raise (SIGKILL);
}

static void
test_killed_engine (Fixture *self, gconstpointer data)
{
  char *argv[] = { (char *)"/proc/self/exe", (char *)"--victim", self->folder, NULL };
  g_autofree char *program = g_file_read_link (argv[0], NULL);
  SendoffJob *job;
  int status;
  guint before;

  argv[0] = program;
  stop_engine (self);
  g_assert_true (g_spawn_sync (NULL, argv, NULL, G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL, NULL, &status, NULL));
  g_assert_true (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL);
  /* Its workers went with it. */
  g_usleep (50000);
  before = count_in_log (self, "chunk ");
  g_assert_cmpuint (before, >=, 4);
  g_usleep (200000);
  g_assert_cmpuint (count_in_log (self, "chunk "), ==, before);
  start_engine (self);
  job = get_first_job (self);
  g_assert_true (sendoff_job_get_interrupted (job));
  resume (self, job);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_cmpuint (count_in_log (self, "chunk "), <=, 16);
  assert_nothing_left (self, 1);
}

/* A finished chunk that was damaged is made again. */
static void
test_damaged_chunk (Fixture *self, gconstpointer data)
{
  g_autofree char *chunks = g_build_filename (self->cache, "chunks", NULL);
  g_autofree char *damaged = NULL;
  g_autoptr (GDir) dir = NULL;
  SendoffJob *job;

  interrupt (self, 16);
  job = get_first_job (self);
  dir = g_dir_open (chunks, 0, NULL);
  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (chunks, name, "0-4000000.packets", NULL);

      if (g_file_test (path, G_FILE_TEST_EXISTS))
        damaged = g_steal_pointer (&path);
    }
  g_assert_nonnull (damaged);
  g_assert_true (g_file_set_contents (damaged, "half", 4, NULL));
  resume (self, job);
  wait_until_over (job);
  assert_completed (job, 0);
  g_assert_cmpuint (count_in_log (self, "chunk 0\n"), ==, 2);
}

static void
test_names (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autofree char *taken = g_build_filename (self->out, "one.mp4", NULL);
  g_autofree char *kept = NULL;
  g_autofree char *name = NULL;
  SendoffJob *first, *second;

  g_assert_cmpint (g_mkdir (self->out, 0700), ==, 0);
  g_assert_true (g_file_set_contents (taken, "mine", 4, NULL));
  write_source (self, "chunk-ms=20\n");
  plan = make_plan (self, 2);
  add_output (plan, "one", 720, 2);
  /* Two jobs at once that want the same name. */
  first = submit (self, plan);
  second = submit (self, plan);
  wait_until_over (first);
  wait_until_over (second);
  assert_completed (first, 0);
  assert_completed (second, 0);
  g_assert_false (g_file_equal (sendoff_export_get_file (get_export (first, 0)),
                                sendoff_export_get_file (get_export (second, 0))));
  g_assert_true (g_file_get_contents (taken, &kept, NULL, NULL));
  g_assert_cmpstr (kept, ==, "mine");
  assert_nothing_left (self, 3);
}

/* File names are bytes; JSON is not. */
static void
test_names_of_bytes (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  SendoffJob *job;

  g_free (self->out);
  self->out = g_strconcat (self->folder, "/caf\xe9", NULL);
  write_source (self, "");
  plan = make_plan (self, 2);
  add_output (plan, "one", 720, 2);
  job = submit (self, plan);
  wait_until_over (job);
  assert_completed (job, 0);
  node = sendoff_job_to_json (job);
  text = sendoff_json_to_text (node, FALSE);
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_nonnull (strstr (text, "caf%E9/one.mp4"));
  assert_exists (self, "one.mp4");
}

static void
test_probe (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffMediaInfo) quick = NULL;
  g_autoptr (SendoffMediaInfo) again = NULL;
  g_autoptr (SendoffMediaInfo) scan = NULL;
  g_autoptr (SendoffMediaInfo) after_scan = NULL;

  write_source (self, "");
  quick = probe (self, SENDOFF_PROBE_NONE);
  again = probe (self, SENDOFF_PROBE_NONE);
  g_assert_cmpuint (count_in_log (self, "probe"), ==, 1);
  g_assert_cmpstr (quick->identity, ==, again->identity);
  g_assert_cmpint (quick->size_bytes, ==, strlen (self->state) + strlen ("state=\n"));
  scan = probe (self, SENDOFF_PROBE_SCAN);
  g_assert_true (scan->scanned);
  g_assert_cmpuint (count_in_log (self, "probe"), ==, 2);
  after_scan = probe (self, SENDOFF_PROBE_SCAN);
  g_assert_cmpuint (count_in_log (self, "probe"), ==, 2);
  write_source (self, "other=1\n");
  g_clear_pointer (&scan, sendoff_media_info_free);
  scan = probe (self, SENDOFF_PROBE_SCAN);
  g_clear_pointer (&quick, sendoff_media_info_free);
  quick = probe (self, SENDOFF_PROBE_NONE);
  g_assert_cmpuint (count_in_log (self, "probe"), ==, 3);
}

static void
test_probe_failure (Fixture *self, gconstpointer data)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->source);
  g_autoptr (GAsyncResult) first = NULL;
  g_autoptr (GAsyncResult) second = NULL;
  g_autoptr (GError) error = NULL;

  sendoff_engine_probe_async (self->engine, file, SENDOFF_PROBE_NONE, NULL, on_done, &first);
  g_assert_null (sendoff_engine_probe_finish (self->engine, wait_for (&first), &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE);
  g_clear_error (&error);
  write_source (self, "act=crash\n");
  sendoff_engine_probe_async (self->engine, file, SENDOFF_PROBE_NONE, NULL, on_done, &second);
  g_assert_null (sendoff_engine_probe_finish (self->engine, wait_for (&second), &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED);
}

static void
test_invalid_plan (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPlan) plan = NULL;
  g_autoptr (SendoffRequest) request = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  write_source (self, "");
  request = make_request (self);
  plan = make_plan (self, 1);
  add_output (plan, "one", 720, 1);
  sendoff_issues_add (plan->issues, SENDOFF_SEVERITY_ERROR, 0, "codec", "test", "That cannot be.");
  sendoff_engine_submit_async (self->engine, request, plan, NULL, on_done, &result);
  g_assert_null (sendoff_engine_submit_finish (self->engine, wait_for (&result), &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST);
  g_assert_cmpstr (error->message, ==, "That cannot be.");
  g_assert_cmpuint (g_list_model_get_n_items (sendoff_engine_get_jobs (self->engine)), ==, 0);
}

#define ADD(path, data, func) g_test_add ("/engine/engine/" path, Fixture, data, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (argc == 3 && g_str_equal (argv[1], "--victim"))
    return run_victim (argv[2]);
  ADD ("export", NULL, test_export);
  ADD ("learns", NULL, test_learns);
  ADD ("batches", NULL, test_batches);
  ADD ("many-chunks", NULL, test_many_chunks);
  ADD ("sequential-outputs", NULL, test_sequential_outputs);
  ADD ("crash-is-retried", NULL, test_crash_is_retried);
  ADD ("crashing-output", NULL, test_crashing_output);
  ADD ("failing-output", NULL, test_failing_output);
  ADD ("source-error", NULL, test_source_error);
  ADD ("source-changed", NULL, test_source_changed);
  ADD ("bad-file", NULL, test_bad_file);
  ADD ("lying-seeks", "lying-seeks=1\n", test_lying_seeks);
  ADD ("needs-sequential", "needs-sequential=1\n", test_lying_seeks);
  ADD ("cancel", NULL, test_cancel);
  ADD ("cancel-output", NULL, test_cancel_output);
  ADD ("cancel-output-late", NULL, test_cancel_output_late);
  ADD ("cancel-output-waiting", NULL, test_cancel_output_waiting);
  ADD ("retry", NULL, test_retry);
  ADD ("retry-cancelled", NULL, test_retry_cancelled);
  ADD ("remove-jobs", NULL, test_remove_jobs);
  ADD ("full-disk", NULL, test_full_disk);
  ADD ("pause", NULL, test_pause);
  ADD ("pause-quickly", NULL, test_pause_quickly);
  ADD ("pause-waiting", NULL, test_pause_waiting);
  ADD ("paused-across-restart", NULL, test_paused_across_restart);
  ADD ("upgraded-encoder", NULL, test_upgraded_encoder);
  ADD ("goes-on-by-itself", NULL, test_goes_on_by_itself);
  ADD ("cancel-paused", NULL, test_cancel_paused);
  ADD ("finished-is-adopted", NULL, test_finished_is_adopted);
  ADD ("stranger-is-not-adopted", NULL, test_stranger_is_not_adopted);
  ADD ("leftovers", NULL, test_leftovers);
  ADD ("resume", NULL, test_resume);
  ADD ("killed-engine", NULL, test_killed_engine);
  ADD ("cancel-interrupted", NULL, test_cancel_interrupted);
  ADD ("damaged-chunk", NULL, test_damaged_chunk);
  ADD ("names", NULL, test_names);
  ADD ("names-of-bytes", NULL, test_names_of_bytes);
  ADD ("probe", NULL, test_probe);
  ADD ("probe-failure", NULL, test_probe_failure);
  ADD ("invalid-plan", NULL, test_invalid_plan);
  return g_test_run ();
}
