#include "engine/sendoff-store-schema.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"

#define BUSY_TIMEOUT_MS  10000
#define LOCK_TIMEOUT_US  (30 * G_TIME_SPAN_SECOND)
#define LOCK_INTERVAL_US (20 * G_TIME_SPAN_MILLISECOND)

#define CHECK_STATUS                                                                            \
  "CHECK (status IN ('queued', 'preparing', 'encoding', 'optimizing', 'finalizing',"            \
  " 'completed', 'failed', 'cancelled'))"
#define PROGRESS "progress REAL NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100)"

static const char catalog_script[] =
    "CREATE TABLE users ("
    "  user_id TEXT NOT NULL PRIMARY KEY CHECK (user_id <> ''),"
    "  name TEXT NOT NULL,"
    "  created_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE codec_configurations ("
    "  codec_id TEXT NOT NULL PRIMARY KEY CHECK (codec_id <> ''),"
    "  codec_type TEXT NOT NULL CHECK (codec_type IN ('video', 'audio')),"
    "  name TEXT NOT NULL,"
    "  encoder TEXT NOT NULL,"
    "  container TEXT NOT NULL,"
    "  file_extension TEXT NOT NULL,"
    /* array of platform_ids */
    "  compatibility TEXT NOT NULL CHECK (json_valid (compatibility)),"
    /* {"min", "max"} of the CRF or in bit/s */
    "  quality_range TEXT CHECK (quality_range IS NULL OR json_valid (quality_range)),"
    "  default_params TEXT NOT NULL DEFAULT '{}' CHECK (json_valid (default_params)),"
    "  is_enabled INTEGER NOT NULL DEFAULT TRUE CHECK (is_enabled IN (FALSE, TRUE))"
    ") STRICT;"
    "CREATE TABLE platform_presets ("
    "  platform_id TEXT NOT NULL PRIMARY KEY CHECK (platform_id <> ''),"
    "  name TEXT NOT NULL,"
    "  video_codec TEXT,"
    "  audio_codec TEXT,"
    /* {"width", "height"} */
    "  max_resolution TEXT CHECK (max_resolution IS NULL OR json_valid (max_resolution)),"
    /* 10^6 bytes */
    "  max_file_size_mb REAL CHECK (max_file_size_mb > 0),"
    "  max_duration_seconds REAL CHECK (max_duration_seconds > 0),"
    "  recommended_settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid (recommended_settings)),"
    "  compatibility_notes TEXT"
    ") STRICT;"
    "CREATE TABLE export_presets ("
    "  preset_id TEXT NOT NULL PRIMARY KEY CHECK (preset_id <> ''),"
    "  user_id TEXT REFERENCES users (user_id) ON DELETE CASCADE,"
    "  name TEXT NOT NULL CHECK (name <> ''),"
    "  description TEXT,"
    "  target_quality TEXT NOT NULL CHECK (target_quality IN ('draft', 'low', 'medium', 'high', 'ultra')),"
    "  video_codec TEXT,"
    "  audio_codec TEXT,"
    "  container TEXT,"
    /* {"min", "target", "max"} in bit/s */
    "  video_bitrate TEXT CHECK (video_bitrate IS NULL OR json_valid (video_bitrate)),"
    /* kbit/s */
    "  audio_bitrate REAL CHECK (audio_bitrate >= 0),"
    /* a resolution's id */
    "  resolution_limit TEXT CHECK (resolution_limit IS NULL OR json_valid (resolution_limit)),"
    "  encoding_speed TEXT CHECK (encoding_speed IN ('ultrafast', 'fast', 'medium', 'slow', 'veryslow')),"
    "  file_size_priority TEXT CHECK (file_size_priority IN ('quality', 'balanced', 'size')),"
    "  custom_settings TEXT CHECK (custom_settings IS NULL OR json_valid (custom_settings)),"
    "  is_system INTEGER NOT NULL DEFAULT FALSE CHECK (is_system IN (FALSE, TRUE)),"
    "  created_at INTEGER NOT NULL,"
    "  updated_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX export_presets_user_id ON export_presets (user_id);"
    "CREATE INDEX export_presets_is_system ON export_presets (is_system);";

static const char sources_script[] =
    "CREATE TABLE sources ("
    /* identity: size and content sample */
    "  source_id TEXT NOT NULL PRIMARY KEY CHECK (source_id <> ''),"
    /* where it was last seen */
    "  uri TEXT NOT NULL,"
    "  created_at INTEGER NOT NULL,"
    "  updated_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE TABLE source_facts ("
    "  source_id TEXT NOT NULL REFERENCES sources (source_id) ON DELETE CASCADE,"
    "  kind TEXT NOT NULL CHECK (kind IN ('quick', 'scan', 'details')),"
    "  info TEXT NOT NULL CHECK (json_valid (info)),"
    "  updated_at INTEGER NOT NULL,"
    "  PRIMARY KEY (source_id, kind)"
    ") STRICT;"
    "CREATE INDEX source_facts_updated_at ON source_facts (updated_at);";

static const char jobs_script[] =
    "CREATE TABLE export_jobs ("
    "  export_id TEXT NOT NULL PRIMARY KEY CHECK (export_id <> ''),"
    "  user_id TEXT NOT NULL REFERENCES users (user_id),"
    "  source_id TEXT NOT NULL REFERENCES sources (source_id),"
    "  source_type TEXT NOT NULL DEFAULT 'video' CHECK (source_type IN ('video', 'project')),"
    "  export_config TEXT NOT NULL CHECK (json_valid (export_config) AND json_type (export_config) = 'object'),"
    "  status TEXT NOT NULL DEFAULT 'queued' " CHECK_STATUS ","
    "  " PROGRESS ","
    "  current_stage TEXT,"
    "  output_files TEXT NOT NULL DEFAULT '[]'"
    "    CHECK (json_valid (output_files) AND json_type (output_files) = 'array'),"
    "  file_sizes TEXT NOT NULL DEFAULT '{}'"
    "    CHECK (json_valid (file_sizes) AND json_type (file_sizes) = 'object'),"
    "  error_message TEXT,"
    "  webhook_url TEXT,"
    "  priority INTEGER NOT NULL DEFAULT 0,"
    "  paused INTEGER NOT NULL DEFAULT FALSE CHECK (paused IN (FALSE, TRUE)),"
    "  started_at INTEGER,"
    "  completed_at INTEGER,"
    "  created_at INTEGER NOT NULL,"
    "  updated_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX export_jobs_user_id_status ON export_jobs (user_id, status);"
    "CREATE INDEX export_jobs_status_created_at ON export_jobs (status, created_at);"
    "CREATE INDEX export_jobs_source_id ON export_jobs (source_id);"
    "CREATE TABLE export_outputs ("
    "  export_id TEXT NOT NULL REFERENCES export_jobs (export_id) ON DELETE CASCADE,"
    "  position INTEGER NOT NULL CHECK (position >= 0),"
    "  name TEXT NOT NULL DEFAULT '',"
    "  platform TEXT,"
    "  status TEXT NOT NULL DEFAULT 'queued' " CHECK_STATUS ","
    "  " PROGRESS ","
    "  current_stage TEXT,"
    "  file_uri TEXT,"
    "  size_bytes INTEGER NOT NULL DEFAULT 0 CHECK (size_bytes >= 0),"
    "  target_uri TEXT,"
    "  certificate TEXT CHECK (certificate IS NULL OR json_valid (certificate)),"
    "  warnings TEXT NOT NULL DEFAULT '[]'"
    "    CHECK (json_valid (warnings) AND json_type (warnings) = 'array'),"
    "  error_code TEXT,"
    "  error_message TEXT,"
    "  error_stage TEXT,"
    "  PRIMARY KEY (export_id, position)"
    ") STRICT;";

static const char release_sets_script[] =
    "CREATE TABLE release_sets ("
    "  release_set_id TEXT NOT NULL PRIMARY KEY CHECK (release_set_id <> ''),"
    "  user_id TEXT NOT NULL REFERENCES users (user_id) ON DELETE CASCADE,"
    "  name TEXT NOT NULL CHECK (name <> ''),"
    /* NULL: beside the video */
    "  output_folder_uri TEXT,"
    /* NULL: the usual one */
    "  naming_pattern TEXT,"
    /* settings of each output, as in a request */
    "  outputs TEXT NOT NULL CHECK (json_valid (outputs) AND json_type (outputs) = 'array'),"
    "  created_at INTEGER NOT NULL,"
    "  updated_at INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX release_sets_user_id ON release_sets (user_id);";

/* Who watches what other processes do reads no more than this index. */
static const char job_marks_script[] = "CREATE INDEX export_jobs_marks ON export_jobs (created_at, export_id, updated_at);";

/* What finished exports taught, newest last; see model/sendoff-lesson.h. */
static const char lessons_script[] =
    "CREATE TABLE lessons ("
    "  lesson_id INTEGER PRIMARY KEY,"
    "  encoder TEXT NOT NULL,"
    "  speed TEXT,"
    "  source_identity TEXT,"
    "  steered INTEGER NOT NULL CHECK (steered IN (FALSE, TRUE)),"
    "  quality REAL NOT NULL,"
    "  pixels REAL NOT NULL,"
    "  source_share REAL NOT NULL,"
    "  size_factor REAL NOT NULL CHECK (size_factor >= 0),"
    "  time_factor REAL NOT NULL CHECK (time_factor >= 0),"
    "  weight REAL NOT NULL CHECK (weight BETWEEN 0 AND 1),"
    "  learned_at INTEGER NOT NULL"
    ") STRICT;";

/* Migration n, counted from 1, is at n - 1. */
static const char *const migrations[]
    = { catalog_script, sources_script, jobs_script, release_sets_script, job_marks_script, lessons_script };

/** sendoff_store_schema_get_newest_version: the version that this program reads and writes. */
int
sendoff_store_schema_get_newest_version (void)
{
  return G_N_ELEMENTS (migrations);
}

static gboolean
read_version (sqlite3 *db, gint64 *version, GError **error)
{
  return sendoff_sql_get_number (db, "PRAGMA user_version", version, error);
}

static gboolean
run_migrations (sqlite3 *db, int wanted, GError **error)
{
  gint64 version;

  if (!read_version (db, &version, error))
    return FALSE;
  for (; version < wanted; version++)
    {
      g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %d", (int)version + 1);

      if (!sendoff_sql_execute (db, migrations[version], error) || !sendoff_sql_execute (db, mark, error))
        return FALSE;
    }
  return TRUE;
}

/**
 * sendoff_store_schema_migrate:
 * @version: at most sendoff_store_schema_get_newest_version()
 *
 * Brings a database to @version, entirely or not at all. The version is read again once the write lock is held, since
 * another process may have migrated meanwhile.
 *
 * Returns: FALSE with %SENDOFF_ERROR_STORE or %SENDOFF_ERROR_NO_SPACE
 */
gboolean
sendoff_store_schema_migrate (sqlite3 *db, int version, GError **error)
{
  gint64 found;

  g_assert (version <= sendoff_store_schema_get_newest_version ());
  if (!read_version (db, &found, error))
    return FALSE;
  if (found >= version)
    return TRUE;
  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  return sendoff_sql_end_transaction (db, run_migrations (db, version, error), error);
}

static gboolean
check_version (sqlite3 *db, const char *path, GError **error)
{
  g_autofree char *name = g_filename_display_name (path);
  gint64 version;

  if (!read_version (db, &version, error))
    return FALSE;
  if (version >= 0 && version <= sendoff_store_schema_get_newest_version ())
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE,
               _ ("The database “%s” was written by a newer version of Sendoff. Update Sendoff to use it."), name);
  return FALSE;
}

/* Finds pages that are damaged now rather than in the middle of an export. */
static gboolean
check_pages (sqlite3 *db, gboolean *damaged, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (db, "PRAGMA quick_check (1)", error);
  gboolean has_row;

  if (statement == NULL || !sendoff_sql_next_row (statement, &has_row, error))
    return FALSE;
  if (has_row && g_strcmp0 ((const char *)sqlite3_column_text (statement, 0), "ok") == 0)
    return TRUE;
  *damaged = TRUE;
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE, _ ("The database is damaged."));
  return FALSE;
}

/* @damaged tells whether setting the file aside would help. */
static sqlite3 *
open_file (const char *path, gboolean *damaged, GError **error)
{
  g_autoptr (sqlite3) db = NULL;
  int code = sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);

  *damaged = FALSE;
  if (code != SQLITE_OK)
    {
      g_autofree char *name = g_filename_display_name (path);

      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE, _ ("The database “%s” cannot be opened: %s."), name,
                   db != NULL ? sqlite3_errmsg (db) : sqlite3_errstr (code));
      return NULL;
    }
  sqlite3_extended_result_codes (db, 1);
  sqlite3_busy_timeout (db, BUSY_TIMEOUT_MS);
  if (check_version (db, path, error) && check_pages (db, damaged, error)
      && sendoff_sql_execute (db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", error)
      && sendoff_store_schema_migrate (db, sendoff_store_schema_get_newest_version (), error))
    return g_steal_pointer (&db);
  code = sqlite3_errcode (db) & 0xff;
  *damaged = *damaged || code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return NULL;
}

static char *
choose_aside_path (const char *path)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *stamp = g_date_time_format (now, "%Y%m%d-%H%M%S");

  for (guint i = 1;; i++)
    {
      g_autofree char *number = i > 1 ? g_strdup_printf ("-%u", i) : g_strdup ("");
      g_autofree char *aside = g_strconcat (path, ".damaged-", stamp, number, NULL);

      if (!g_file_test (aside, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&aside);
    }
}

/* The journal goes with the database: what is in it can still be recovered by hand, and must not be applied to the
 * new one. */
static char *
set_aside (const char *path, GError **error)
{
  static const char *const suffixes[] = { "", "-wal", "-shm", "-journal" };
  g_autofree char *aside = choose_aside_path (path);

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (aside, suffixes[i], NULL);

      if (g_rename (from, to) != 0 && errno != ENOENT)
        {
          sendoff_disk_set_error (error, SENDOFF_ERROR_STORE, errno, "The damaged database cannot be set aside");
          return NULL;
        }
    }
  return g_steal_pointer (&aside);
}

static sqlite3 *
open_locked (const char *path, char **warning, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *aside = NULL;
  g_autofree char *name = NULL;
  gboolean damaged;
  sqlite3 *db = open_file (path, &damaged, &local);

  if (db != NULL)
    return db;
  if (!damaged)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  g_message ("Database %s: %s", path, local->message);
  aside = set_aside (path, error);
  if (aside == NULL)
    return NULL;
  db = open_file (path, &damaged, error);
  if (db == NULL)
    return NULL;
  name = g_filename_display_name (aside);
  *warning = g_strdup_printf (_ ("The list of exports was damaged and starts empty. The old one was kept as “%s”."), name);
  return db;
}

static int
wait_for_lock (const char *path, GError **error)
{
  g_autofree char *lock_path = g_strconcat (path, ".lock", NULL);
  gint64 deadline_us = g_get_monotonic_time () + LOCK_TIMEOUT_US;

  for (;;)
    {
      g_autoptr (GError) local = NULL;
      int fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_EXCLUSIVE, &local);

      if (fd >= 0)
        return fd;
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK) || g_get_monotonic_time () > deadline_us)
        {
          int code = g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE) ? SENDOFF_ERROR_NO_SPACE
                                                                                   : SENDOFF_ERROR_STORE;

          g_set_error (error, SENDOFF_ERROR, code, _ ("The database cannot be opened. %s"), local->message);
          return -1;
        }
      g_usleep (LOCK_INTERVAL_US);
    }
}

/**
 * sendoff_store_schema_open:
 * @path: the database file; made with its folder when missing
 * @warning: (out) (transfer full) (nullable): a sentence when a damaged database was set aside
 *
 * Opens, checks and migrates. One process at a time does so (a lock beside the file), so that two that find the same
 * damage do not set aside each other's new database.
 *
 * Returns: (transfer full): the connection, or %NULL with %SENDOFF_ERROR_STORE or %SENDOFF_ERROR_NO_SPACE
 */
sqlite3 *
sendoff_store_schema_open (const char *path, char **warning, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int lock_fd;
  sqlite3 *db;

  /* What somebody exports is nobody else's business. A failure shows when the lock file is made. */
  g_mkdir_with_parents (folder, 0700);
  *warning = NULL;
  lock_fd = wait_for_lock (path, error);
  if (lock_fd < 0)
    return NULL;
  db = open_locked (path, warning, error);
  close (lock_fd);
  return db;
}
