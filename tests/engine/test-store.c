/* The database: what it keeps, what it refuses, and what it does with files that are not as they should be. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-job.h"
#include "engine/sendoff-store-schema.h"
#include "engine/sendoff-store.h"

#define EXPORT_ID "0b7d3c1e-3f5a-4e0f-9d2b-6c2f1f6f8a01"
#define SOURCE_ID "1234-abcdef"

typedef struct
{
  char *folder;
  char *path;
  SendoffCatalog *catalog;
  SendoffStore *store;
} Fixture;

static SendoffStore *
open_store (Fixture *self)
{
  g_autoptr (GError) error = NULL;
  SendoffStore *store = sendoff_store_new (self->path);

  sendoff_store_open_sync (store, self->catalog, &error);
  g_assert_no_error (error);
  return store;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("sendoff-store-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "data", "sendoff.db", NULL);
  self->catalog = sendoff_catalog_new (&error);
  g_assert_no_error (error);
  self->store = open_store (self);
}

static void
remove_tree (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      remove_tree (child);
    }
  g_remove (path);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->store);
  g_object_unref (self->catalog);
  remove_tree (self->folder);
  g_free (self->folder);
  g_free (self->path);
}

/* A second connection, as another program would have it. */
static sqlite3 *
open_raw (Fixture *self)
{
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 5000);
  g_assert_cmpint (sqlite3_exec (db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL), ==, SQLITE_OK);
  return db;
}

static gint64
get_number (Fixture *self, const char *sql)
{
  g_autoptr (sqlite3) db = open_raw (self);
  g_autoptr (GError) error = NULL;
  gint64 value = -1;

  sendoff_sql_get_number (db, sql, &value, &error);
  g_assert_no_error (error);
  return value;
}

static SendoffStoredJob *
make_job (const char *export_id)
{
  SendoffStoredJob *job = sendoff_stored_job_new ();
  SendoffStoredOutput *output = sendoff_stored_output_new ();

  job->export_id = g_strdup (export_id);
  job->source_id = g_strdup (SOURCE_ID);
  job->export_config
      = sendoff_json_parse ("{\"request\":{\"source_uri\":\"file:///x%FF.mov\"},\"plan\":{}}", -1, NULL);
  job->status = g_strdup ("encoding");
  job->progress = 12.5;
  job->current_stage = g_strdup ("Encoding");
  job->output_files = sendoff_json_parse ("[\"file:///a.mp4\"]", -1, NULL);
  job->file_sizes = sendoff_json_parse ("{\"file:///a.mp4\":5000000000}", -1, NULL);
  job->webhook_url = g_strdup ("http://localhost/hook");
  job->priority = 3;
  job->paused = TRUE;
  job->started_at = 1700000000000001;
  job->created_at = 1700000000000000;
  output->name = g_strdup ("YouTube “ä”");
  output->platform = g_strdup ("youtube");
  output->status = g_strdup ("encoding");
  output->progress = 25;
  output->file_uri = g_strdup ("file:///a%FF.mp4");
  output->size_bytes = 5000000000;
  output->target_uri = g_strdup ("file:///b%FF.mp4");
  output->certificate = sendoff_json_parse ("{\"passed\":true}", -1, NULL);
  output->warnings = g_strsplit ("one|two \"quoted\"", "|", -1);
  output->error_code = g_strdup ("encoder");
  g_ptr_array_add (job->outputs, output);
  output = sendoff_stored_output_new ();
  output->position = 1;
  g_ptr_array_add (job->outputs, output);
  return job;
}

static void
save_job (SendoffStore *store, const SendoffStoredJob *job)
{
  g_autoptr (GError) error = NULL;

  sendoff_store_save_job_sync (store, job, &error);
  g_assert_no_error (error);
}

static SendoffStoredJob *
get_job (SendoffStore *store, const char *export_id)
{
  g_autoptr (GError) error = NULL;
  SendoffStoredJob *job = sendoff_store_get_job_sync (store, export_id, &error);

  g_assert_no_error (error);
  return job;
}

static void
test_job_round_trip (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  g_autoptr (SendoffStoredJob) found = NULL;
  g_autofree char *wanted_text = NULL;
  g_autofree char *found_text = NULL;
  SendoffStoredOutput *second = g_ptr_array_index (job->outputs, 1);

  save_job (self->store, job);
  g_clear_object (&self->store);
  self->store = open_store (self);
  found = get_job (self->store, EXPORT_ID);
  g_assert_cmpint (found->updated_at, >, job->created_at);

  /* What was not set has its defaults now; everything else is as it was. */
  job->updated_at = found->updated_at;
  job->user_id = g_strdup ("desktop");
  job->source_type = g_strdup ("video");
  second->name = g_strdup ("");
  second->status = g_strdup ("queued");
  second->warnings = g_new0 (char *, 1);
  wanted_text = sendoff_doc_to_text (&sendoff_stored_job_doc_type, job);
  found_text = sendoff_doc_to_text (&sendoff_stored_job_doc_type, found);
  g_assert_cmpstr (found_text, ==, wanted_text);
  g_assert_cmpint (get_number (self, "SELECT uri = 'file:///x%FF.mov' FROM sources"), ==, 1);
}

static void
test_job_replace (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  g_autoptr (SendoffStoredJob) found = NULL;

  save_job (self->store, job);
  job->created_at = 42;
  job->paused = FALSE;
  g_clear_pointer (&job->current_stage, g_free);
  sendoff_stored_output_free (g_ptr_array_steal_index (job->outputs, 0));
  save_job (self->store, job);
  found = get_job (self->store, EXPORT_ID);
  g_assert_cmpint (found->created_at, ==, 1700000000000000);
  g_assert_false (found->paused);
  g_assert_null (found->current_stage);
  g_assert_cmpuint (found->outputs->len, ==, 1);
  g_assert_cmpint (((SendoffStoredOutput *)g_ptr_array_index (found->outputs, 0))->position, ==, 1);
}

/* One bad output: the job must not be half there. */
static void
test_job_all_or_nothing (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  g_autoptr (GError) error = NULL;
  SendoffStoredOutput *output = g_ptr_array_index (job->outputs, 1);

  output->position = 0;
  g_assert_false (sendoff_store_save_job_sync (self->store, job, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE);
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM export_jobs"), ==, 0);
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM export_outputs"), ==, 0);
  output->position = 1;
  save_job (self->store, job);
}

static void
test_job_delete (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  g_autoptr (GError) error = NULL;

  save_job (self->store, job);
  g_assert_true (sendoff_store_delete_job_sync (self->store, EXPORT_ID, NULL));
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM export_outputs"), ==, 0);
  g_assert_false (sendoff_store_delete_job_sync (self->store, EXPORT_ID, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (sendoff_store_get_job_sync (self->store, EXPORT_ID, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
}

static const char copy_jobs[]
    = "BEGIN; CREATE TEMP TABLE n AS WITH RECURSIVE r (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM r WHERE "
      "i < 999)"
      " SELECT i FROM r;"
      "INSERT INTO export_jobs (export_id, user_id, source_id, export_config, created_at, updated_at)"
      " SELECT 'job-' || i, user_id, source_id, export_config, created_at + i, updated_at FROM export_jobs, "
      "n;"
      "INSERT INTO export_outputs (export_id, position) SELECT 'job-' || i, position FROM export_outputs, n; "
      "COMMIT";

static void
test_list (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) jobs = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (SendoffStoredJob) first = make_job ("job-0");
  g_autoptr (sqlite3) db = open_raw (self);

  save_job (self->store, first);
  g_assert_cmpint (sqlite3_exec (db, copy_jobs, NULL, NULL, NULL), ==, SQLITE_OK);
  jobs = sendoff_store_list_jobs_sync (self->store, 3, NULL);
  g_assert_cmpuint (jobs->len, ==, 3);
  for (guint i = 0; i < jobs->len; i++)
    {
      g_autofree char *export_id = g_strdup_printf ("job-%u", 999 - i);
      const SendoffStoredJob *job = g_ptr_array_index (jobs, i);

      g_assert_cmpstr (job->export_id, ==, export_id);
      g_assert_cmpuint (job->outputs->len, ==, 2);
    }
  all = sendoff_store_list_jobs_sync (self->store, 0, NULL);
  g_assert_cmpuint (all->len, ==, 1000);
}

static void
test_progress (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  g_autoptr (SendoffStoredJob) running = NULL;
  g_autoptr (SendoffStoredJob) ended = NULL;

  save_job (self->store, job);
  for (int i = 0; i <= 1000; i++)
    sendoff_store_update_progress (self->store, EXPORT_ID, NULL, "Joining", i / 10.0 - 20, NULL);
  running = get_job (self->store, EXPORT_ID);
  g_assert_cmpfloat (running->progress, ==, 80);
  g_assert_cmpstr (running->status, ==, "encoding");
  g_assert_cmpstr (running->current_stage, ==, "Joining");
  g_assert_cmpuint (running->outputs->len, ==, 2);

  /* What was reported before the end, and what comes late, changes nothing. */
  sendoff_store_update_progress (self->store, EXPORT_ID, "finalizing", NULL, 99, NULL);
  g_free (job->status);
  job->status = g_strdup ("completed");
  job->progress = 100;
  save_job (self->store, job);
  sendoff_store_update_progress (self->store, EXPORT_ID, "encoding", NULL, 50, NULL);
  sendoff_store_close_sync (self->store);
  g_assert_cmpint (get_number (self, "SELECT progress FROM export_jobs"), ==, 100);
  g_clear_object (&self->store);
  self->store = open_store (self);
  ended = get_job (self->store, EXPORT_ID);
  g_assert_cmpstr (ended->status, ==, "completed");
}

/* Written without anybody asking, and out of range never refused. */
static void
test_progress_by_itself (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  gint64 deadline_us = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  save_job (self->store, job);
  sendoff_store_update_progress (self->store, EXPORT_ID, "optimizing", NULL, 100.00001, NULL);
  while (get_number (self, "SELECT progress FROM export_jobs") != 100
         && g_get_monotonic_time () < deadline_us)
    g_usleep (10000);
  g_assert_cmpint (get_number (self, "SELECT progress = 100 AND status = 'optimizing' FROM export_jobs"), ==,
                   1);
}

typedef struct
{
  GMainLoop *loop;
  GPtrArray *jobs;
  GError *error;
  int left;
} AsyncResult;

static void
on_saved (GObject *source, GAsyncResult *result, gpointer data)
{
  AsyncResult *wait = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (sendoff_store_save_job_finish (SENDOFF_STORE (source), result, &error));
  g_assert_no_error (error);
  wait->left--;
}

static void
on_listed (GObject *source, GAsyncResult *result, gpointer data)
{
  AsyncResult *wait = data;

  wait->jobs = sendoff_store_list_jobs_finish (SENDOFF_STORE (source), result, &wait->error);
  g_main_loop_quit (wait->loop);
}

static void
test_async (Fixture *self, gconstpointer data)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  SendoffStoredJob *job = make_job (EXPORT_ID);
  AsyncResult wait = { .loop = loop, .left = 1 };

  sendoff_store_save_job_async (self->store, job, NULL, on_saved, &wait);
  sendoff_stored_job_free (job);
  sendoff_store_list_jobs_async (self->store, 0, NULL, on_listed, &wait);
  g_main_loop_run (loop);
  g_assert_cmpint (wait.left, ==, 0);
  g_assert_no_error (wait.error);
  g_assert_cmpuint (wait.jobs->len, ==, 1);
  g_clear_pointer (&wait.jobs, g_ptr_array_unref);

  g_cancellable_cancel (cancelled);
  sendoff_store_list_jobs_async (self->store, 0, cancelled, on_listed, &wait);
  /* The call alone keeps the store until it is answered. */
  g_clear_object (&self->store);
  g_main_loop_run (loop);
  g_assert_error (wait.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&wait.error);
}

static void
test_not_open (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  sendoff_store_close_sync (self->store);
  g_assert_null (sendoff_store_list_jobs_sync (self->store, 0, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE);
}

#define INSERT_JOB(columns, values)                                                                          \
  "INSERT INTO export_jobs (export_id, user_id, source_id, export_config, created_at, updated_at" columns    \
  ")"                                                                                                        \
  " VALUES ('new', 'desktop', '" SOURCE_ID "', '{}', 1, 1" values ")"

static void
test_constraints (Fixture *self, gconstpointer data)
{
  static const struct
  {
    const char *sql;
    int code;
  } cases[] = {
    { INSERT_JOB ("", ""), SQLITE_OK },
    { INSERT_JOB ("", ""), SQLITE_CONSTRAINT }, /* the same again */
    { "UPDATE export_jobs SET status = 'done'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET status = NULL", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET status = 'cancelled'", SQLITE_OK },
    { "UPDATE export_jobs SET progress = 100.5", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET progress = -1", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET progress = 'half'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET source_type = 'photo'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET export_config = '{'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET export_config = '[]'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET output_files = '{}'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET file_sizes = '[]'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET paused = 2", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET user_id = 'nobody'", SQLITE_CONSTRAINT },
    { "UPDATE export_jobs SET source_id = 'nothing'", SQLITE_CONSTRAINT },
    { "DELETE FROM sources", SQLITE_CONSTRAINT },
    { "DELETE FROM users", SQLITE_CONSTRAINT },
    { "INSERT INTO export_outputs (export_id, position) VALUES ('nothing', 0)", SQLITE_CONSTRAINT },
    { "INSERT INTO export_outputs (export_id, position) VALUES ('new', -1)", SQLITE_CONSTRAINT },
    { "INSERT INTO export_outputs (export_id, position) VALUES ('new', 0)", SQLITE_OK },
    { "UPDATE export_outputs SET certificate = 'x' WHERE export_id = 'new'", SQLITE_CONSTRAINT },
    { "INSERT INTO source_facts VALUES ('" SOURCE_ID "', 'deep', '{}', 1)", SQLITE_CONSTRAINT },
    { "UPDATE codec_configurations SET codec_type = 'text'", SQLITE_CONSTRAINT },
    { "UPDATE codec_configurations SET is_enabled = NULL", SQLITE_CONSTRAINT },
    { "UPDATE codec_configurations SET compatibility = 'all'", SQLITE_CONSTRAINT },
    { "UPDATE platform_presets SET max_file_size_mb = 0", SQLITE_CONSTRAINT },
    { "UPDATE platform_presets SET name = NULL", SQLITE_CONSTRAINT },
    { "UPDATE export_presets SET target_quality = 'best'", SQLITE_CONSTRAINT },
    { "UPDATE export_presets SET encoding_speed = 'warp'", SQLITE_CONSTRAINT },
    { "UPDATE export_presets SET user_id = 'nobody'", SQLITE_CONSTRAINT },
    { "UPDATE export_presets SET is_system = 2", SQLITE_CONSTRAINT },
  };
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  g_autoptr (sqlite3) db = open_raw (self);

  save_job (self->store, job);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_test_message ("%s", cases[i].sql);
      g_assert_cmpint (sqlite3_exec (db, cases[i].sql, NULL, NULL, NULL), ==, cases[i].code);
    }
  g_assert_cmpint (
      get_number (self, "SELECT progress = 0 AND output_files = '[]' AND file_sizes = '{}' AND NOT paused"
                        " FROM export_jobs WHERE export_id = 'new'"),
      ==, 1);
}

/* Whatever status a job can have can be stored. */
static void
test_statuses (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);

  for (guint i = 0; sendoff_status_nicks[i] != NULL; i++)
    {
      g_autoptr (SendoffStoredJob) found = NULL;

      g_free (job->status);
      job->status = g_strdup (sendoff_status_nicks[i]);
      save_job (self->store, job);
      found = get_job (self->store, EXPORT_ID);
      g_assert_cmpstr (found->status, ==, sendoff_status_nicks[i]);
    }
}

static void
test_schema (Fixture *self, gconstpointer data)
{
  static const char *const indexes[] = {
    "export_jobs_user_id_status",
    "export_jobs_status_created_at",
    "export_presets_user_id",
    "export_presets_is_system",
    "release_sets_user_id",
  };

  for (guint i = 0; i < G_N_ELEMENTS (indexes); i++)
    {
      g_autofree char *sql = g_strdup_printf (
          "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'index' AND name = '%s'", indexes[i]);

      g_assert_cmpint (get_number (self, sql), ==, 1);
    }
  g_assert_cmpint (get_number (self, "PRAGMA user_version"), ==, sendoff_store_schema_get_newest_version ());
  g_assert_cmpint (get_number (self, "SELECT journal_mode = 'wal' FROM pragma_journal_mode"), ==, 1);
}

static void
test_mirror (Fixture *self, gconstpointer data)
{
  const SendoffVideoCodec *h264 = sendoff_catalog_get_video_codec (self->catalog, "h264");
  g_autofree char *sql = NULL;
  guint n_codecs = sendoff_catalog_get_video_codecs (self->catalog)->len
                   + sendoff_catalog_get_audio_codecs (self->catalog)->len;

  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM codec_configurations"), ==, n_codecs);
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM platform_presets"), ==,
                   sendoff_catalog_get_platforms (self->catalog)->len);
  g_assert_cmpint (
      get_number (self, "SELECT COUNT(*) FROM export_presets WHERE is_system AND user_id IS NULL"), ==,
      sendoff_catalog_get_presets (self->catalog)->len);
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM codec_configurations WHERE NOT is_enabled"), ==,
                   0);
  sql = g_strdup_printf ("SELECT encoder = '%s' AND codec_type = 'video' AND file_extension <> ''"
                         " AND json_extract (quality_range, '$.max') = %d"
                         " AND EXISTS (SELECT 1 FROM json_each (compatibility) WHERE value = 'youtube')"
                         " FROM codec_configurations WHERE codec_id = 'h264'",
                         h264->encoder, (int)h264->quality_max);
  g_assert_cmpint (get_number (self, sql), ==, 1);
  g_assert_cmpint (get_number (self, "SELECT max_file_size_mb = 256000 AND video_codec = 'h264'"
                                     " FROM platform_presets WHERE platform_id = 'youtube'"),
                   ==, 1);
  g_assert_cmpint (get_number (self, "SELECT video_codec = 'h265' AND json_type (video_bitrate) = 'object'"
                                     " FROM export_presets WHERE preset_id = 'archive'"),
                   ==, 1);
}

/* What has changed is put right, what is gone goes, and what the user switched off stays off. */
static void
test_mirror_refresh (Fixture *self, gconstpointer data)
{
  g_autoptr (sqlite3) db = open_raw (self);
  g_autoptr (SendoffStore) unchanged = NULL;
  g_autoptr (SendoffStore) again = NULL;
  gint64 updated_at = get_number (self, "SELECT MAX (updated_at) FROM export_presets");

  unchanged = open_store (self);
  g_assert_cmpint (get_number (self, "SELECT MAX (updated_at) FROM export_presets"), ==, updated_at);
  g_assert_cmpint (
      sqlite3_exec (
          db,
          "UPDATE codec_configurations SET encoder = 'old', is_enabled = FALSE WHERE codec_id = 'vp9';"
          "INSERT INTO platform_presets (platform_id, name) VALUES ('myspace', 'Myspace');"
          "UPDATE export_presets SET name = 'old', created_at = 7 WHERE preset_id = 'mobile'",
          NULL, NULL, NULL),
      ==, SQLITE_OK);
  again = open_store (self);
  g_assert_cmpint (get_number (self, "SELECT encoder <> 'old' AND NOT is_enabled FROM codec_configurations"
                                     " WHERE codec_id = 'vp9'"),
                   ==, 1);
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM platform_presets WHERE platform_id = 'myspace'"),
                   ==, 0);
  g_assert_cmpint (get_number (self, "SELECT name <> 'old' AND created_at = 7 FROM export_presets"
                                     " WHERE preset_id = 'mobile'"),
                   ==, 1);
}

static SendoffPreset *
make_preset (const char *preset_id)
{
  SendoffPreset *preset = sendoff_preset_new ();

  preset->preset_id = g_strdup (preset_id);
  preset->name = g_strdup ("Mine");
  preset->target_quality = g_strdup ("high");
  preset->video_codec = g_strdup ("h265");
  preset->video_bitrate_target_bps = 9000000;
  preset->audio_bitrate_bps = 127500;
  preset->resolution_limit = g_strdup ("1080p");
  preset->encoding_speed = g_strdup ("slow");
  preset->file_size_priority = g_strdup ("balanced");
  preset->custom_settings = sendoff_json_parse ("{\"crf\":21.5}", -1, NULL);
  return preset;
}

static void
test_presets (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPreset) preset = make_preset ("mine");
  g_autoptr (GPtrArray) presets = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *wanted_text = sendoff_doc_to_text (&sendoff_preset_doc_type, preset);
  g_autofree char *found_text = NULL;

  g_assert_true (sendoff_store_save_preset_sync (self->store, preset, &error));
  g_assert_no_error (error);
  g_assert_true (sendoff_store_save_preset_sync (self->store, preset, NULL));
  presets = sendoff_store_list_presets_sync (self->store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (presets->len, ==, 1);
  found_text = sendoff_doc_to_text (&sendoff_preset_doc_type, g_ptr_array_index (presets, 0));
  g_assert_cmpstr (found_text, ==, wanted_text);
  g_assert_true (sendoff_store_delete_preset_sync (self->store, "mine", NULL));
  g_assert_false (sendoff_store_delete_preset_sync (self->store, "mine", &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
}

static void
test_system_presets (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPreset) preset = make_preset ("archive");
  g_autoptr (GError) error = NULL;

  g_assert_false (sendoff_store_save_preset_sync (self->store, preset, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_false (sendoff_store_delete_preset_sync (self->store, "archive", &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS);
  g_clear_error (&error);
  g_clear_pointer (&preset->target_quality, g_free);
  g_assert_false (sendoff_store_save_preset_sync (self->store, preset, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST);
  g_assert_cmpint (get_number (self, "SELECT name <> 'Mine' FROM export_presets WHERE preset_id = 'archive'"),
                   ==, 1);
}

static void
test_release_sets (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffReleaseSet) set = sendoff_release_set_new ();
  g_autoptr (GPtrArray) sets = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *wanted = NULL, *found = NULL;

  set->release_set_id = g_strdup ("weekly");
  set->name = g_strdup ("Weekly");
  set->output_folder_uri = g_strdup ("file:///ready%FF");
  set->outputs = sendoff_json_parse ("[{\"platform\":\"x\"}]", -1, NULL);
  wanted = sendoff_doc_to_text (&sendoff_release_set_doc_type, set);
  g_assert_true (sendoff_store_save_release_set_sync (self->store, set, &error));
  g_assert_true (sendoff_store_save_release_set_sync (self->store, set, &error));
  sets = sendoff_store_list_release_sets_sync (self->store, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sets->len, ==, 1);
  found = sendoff_doc_to_text (&sendoff_release_set_doc_type, g_ptr_array_index (sets, 0));
  g_assert_cmpstr (found, ==, wanted);
  g_assert_true (sendoff_store_delete_release_set_sync (self->store, "weekly", NULL));
  g_assert_false (sendoff_store_delete_release_set_sync (self->store, "weekly", &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
}

static void
test_sources (Fixture *self, gconstpointer data)
{
  g_autoptr (JsonNode) info = sendoff_json_parse ("{\"format\":\"mov\"}", -1, NULL);
  g_autoptr (JsonNode) newer = sendoff_json_parse ("{\"format\":\"mp4\"}", -1, NULL);
  g_autoptr (JsonNode) found = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_null (sendoff_store_get_source_sync (self->store, SOURCE_ID, "scan", &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_true (sendoff_store_put_source_sync (self->store, SOURCE_ID, "quick", "file:///a", info, NULL));
  g_assert_null (sendoff_store_get_source_sync (self->store, SOURCE_ID, "scan", NULL));
  g_assert_true (sendoff_store_put_source_sync (self->store, SOURCE_ID, "scan", "file:///b", info, NULL));
  g_assert_true (sendoff_store_put_source_sync (self->store, SOURCE_ID, "scan", "file:///b", newer, NULL));
  found = sendoff_store_get_source_sync (self->store, SOURCE_ID, "scan", &error);
  g_assert_no_error (error);
  text = sendoff_json_to_text (found, FALSE);
  g_assert_cmpstr (text, ==, "{\"format\":\"mp4\"}");
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) = 1 AND MAX (uri) = 'file:///b' FROM sources"), ==, 1);
  g_assert_false (sendoff_store_put_source_sync (self->store, SOURCE_ID, "deep", "file:///b", info, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE);
}

/* The newest lessons are kept, newest first, until they are forgotten. */
static void
test_lessons (Fixture *self, gconstpointer data)
{
  g_autoptr (GPtrArray) lessons = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_lesson_free);
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GError) error = NULL;
  const SendoffLesson *newest;

  for (int i = 0; i < SENDOFF_LESSONS_MAX + 5; i++)
    {
      SendoffLesson *lesson = sendoff_lesson_new ();

      lesson->encoder = g_strdup ("libx264");
      lesson->steered = i % 2 == 0;
      lesson->size_factor = 0.25;
      lesson->weight = 1;
      lesson->learned_at = i;
      g_ptr_array_add (lessons, lesson);
    }
  g_assert_true (sendoff_store_add_lessons_sync (self->store, lessons, &error));
  g_assert_no_error (error);
  kept = sendoff_store_list_lessons_sync (self->store, &error);
  g_assert_cmpuint (kept->len, ==, SENDOFF_LESSONS_MAX);
  g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM lessons"), ==, SENDOFF_LESSONS_MAX);
  newest = g_ptr_array_index (kept, 0);
  g_assert_cmpint (newest->learned_at, ==, SENDOFF_LESSONS_MAX + 4);
  g_assert_true (newest->steered);
  g_assert_null (newest->speed);
  g_assert_cmpfloat (newest->size_factor, ==, 0.25);
  g_assert_true (sendoff_store_forget_lessons_sync (self->store, &error));
  none = sendoff_store_list_lessons_sync (self->store, &error);
  g_assert_cmpuint (none->len, ==, 0);
}

/* Every version that was ever written opens, with what was in it. */
static void
test_migrate (Fixture *self, gconstpointer data)
{
  g_clear_object (&self->store);
  for (int version = 0; version <= sendoff_store_schema_get_newest_version (); version++)
    {
      g_autoptr (sqlite3) db = NULL;
      g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
      g_autoptr (GError) error = NULL;

      g_free (self->path);
      self->path = g_strdup_printf ("%s/version-%d.db", self->folder, version);
      db = open_raw (self);
      g_assert_true (sendoff_store_schema_migrate (db, version, &error));
      g_assert_no_error (error);
      g_assert_cmpint (get_number (self, "PRAGMA user_version"), ==, version);
      if (version >= 1)
        g_assert_cmpint (sqlite3_exec (db, "INSERT INTO users VALUES ('eve', 'Eve', 1)", NULL, NULL, NULL),
                         ==, SQLITE_OK);
      g_clear_pointer (&db, sqlite3_close);
      self->store = open_store (self);
      save_job (self->store, job);
      g_assert_cmpint (get_number (self, "PRAGMA user_version"), ==,
                       sendoff_store_schema_get_newest_version ());
      g_assert_cmpint (get_number (self, "SELECT COUNT(*) FROM users WHERE user_id = 'eve'"), ==,
                       version >= 1);
      g_clear_object (&self->store);
    }
}

static gpointer
open_in_thread (gpointer data)
{
  return open_store (data);
}

/* Several at once on a file that does not exist: one migrates, all can use it. */
static void
test_open_together (Fixture *self, gconstpointer data)
{
  GThread *threads[4];
  SendoffStore *stores[4];

  g_free (self->path);
  self->path = g_build_filename (self->folder, "together", "sendoff.db", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("open", open_in_thread, self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    stores[i] = g_thread_join (threads[i]);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree char *export_id = g_strdup_printf ("job-%u", i);
      g_autoptr (SendoffStoredJob) job = make_job (export_id);

      save_job (stores[i], job);
    }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autoptr (GPtrArray) jobs = sendoff_store_list_jobs_sync (stores[i], 0, NULL);

      g_assert_cmpuint (jobs->len, ==, 4);
      g_object_unref (stores[i]);
    }
}

static guint
count_aside (Fixture *self)
{
  g_autofree char *folder = g_path_get_dirname (self->path);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    n += strstr (name, ".db.damaged-") != NULL && !g_str_has_suffix (name, "-wal")
         && !g_str_has_suffix (name, "-shm");
  return n;
}

static void
expect_set_aside (Fixture *self, guint n_aside)
{
  g_autoptr (GPtrArray) jobs = NULL;
  g_autofree char *warning = NULL;

  g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, "Database *");
  self->store = open_store (self);
  g_test_assert_expected_messages ();
  warning = sendoff_store_dup_warning (self->store);
  g_assert_nonnull (strstr (warning, ".db.damaged-"));
  jobs = sendoff_store_list_jobs_sync (self->store, 0, NULL);
  g_assert_cmpuint (jobs->len, ==, 0);
  g_assert_cmpuint (count_aside (self), ==, n_aside);
}

static void
test_damaged (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffStoredJob) job = make_job (EXPORT_ID);
  g_autofree char *warning = sendoff_store_dup_warning (self->store);
  g_autofree char *content = NULL;
  gsize length;

  g_assert_null (warning);
  save_job (self->store, job);
  g_clear_object (&self->store);

  /* A page in the middle, then not a database at all. */
  g_assert_true (g_file_get_contents (self->path, &content, &length, NULL));
  g_assert_cmpuint (length, >, 8 * 4096);
  memset (content + 4096, 0xA5, 7 * 4096);
  g_assert_true (g_file_set_contents (self->path, content, (gssize)length, NULL));
  expect_set_aside (self, 1);
  g_clear_object (&self->store);
  g_assert_true (g_file_set_contents (
      self->path, "this is not a database, but it is long enough to look like one", -1, NULL));
  expect_set_aside (self, 2);
  save_job (self->store, job);
}

static void
test_newer (Fixture *self, gconstpointer data)
{
  g_autoptr (sqlite3) db = open_raw (self);
  g_autoptr (SendoffStore) store = sendoff_store_new (self->path);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sqlite3_exec (db, "PRAGMA user_version = 9999", NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_false (sendoff_store_open_sync (store, self->catalog, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE);
  g_assert_nonnull (strstr (error->message, "newer"));
  g_assert_cmpuint (count_aside (self), ==, 0);
  g_assert_cmpint (get_number (self, "PRAGMA user_version"), ==, 9999);
}

static void
test_full_disk (void)
{
  g_autoptr (sqlite3) db = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sqlite3_open (":memory:", &db), ==, SQLITE_OK);
  g_assert_true (sendoff_sql_execute (db, "PRAGMA max_page_count = 3; CREATE TABLE t (x)", NULL));
  g_assert_false (sendoff_sql_execute (db, "INSERT INTO t VALUES (zeroblob (100000))", &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE);
}

static void
test_cannot_open (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->path, "below-a-file", "sendoff.db", NULL);
  g_autoptr (SendoffStore) store = sendoff_store_new (path);
  g_autoptr (GError) error = NULL;

  g_assert_false (sendoff_store_open_sync (store, self->catalog, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE);
}

#define ADD(path, func) g_test_add ("/engine/store/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("job-round-trip", test_job_round_trip);
  ADD ("job-replace", test_job_replace);
  ADD ("job-all-or-nothing", test_job_all_or_nothing);
  ADD ("job-delete", test_job_delete);
  ADD ("list", test_list);
  ADD ("progress", test_progress);
  ADD ("progress-by-itself", test_progress_by_itself);
  ADD ("async", test_async);
  ADD ("not-open", test_not_open);
  ADD ("constraints", test_constraints);
  ADD ("statuses", test_statuses);
  ADD ("schema", test_schema);
  ADD ("mirror", test_mirror);
  ADD ("mirror-refresh", test_mirror_refresh);
  ADD ("presets", test_presets);
  ADD ("system-presets", test_system_presets);
  ADD ("release-sets", test_release_sets);
  ADD ("sources", test_sources);
  ADD ("lessons", test_lessons);
  ADD ("migrate", test_migrate);
  ADD ("open-together", test_open_together);
  ADD ("damaged", test_damaged);
  ADD ("newer", test_newer);
  ADD ("cannot-open", test_cannot_open);
  g_test_add_func ("/engine/store/full-disk", test_full_disk);
  return g_test_run ();
}
