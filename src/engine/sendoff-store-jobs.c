#include "engine/sendoff-store-jobs.h"

#include <math.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

/* Facts can be large (every keyframe's time) and can be had again: only the latest are kept. */
#define FACTS_KEPT "500"

static const SendoffField stored_output_fields[] = {
  SENDOFF_FIELD (SendoffStoredOutput, position, INT),
  SENDOFF_FIELD (SendoffStoredOutput, name, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, platform, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, status, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, progress, DOUBLE),
  SENDOFF_FIELD (SendoffStoredOutput, current_stage, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, file_uri, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, size_bytes, INT64),
  SENDOFF_FIELD (SendoffStoredOutput, target_uri, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, certificate, JSON),
  SENDOFF_FIELD (SendoffStoredOutput, warnings, STRV),
  SENDOFF_FIELD (SendoffStoredOutput, error_code, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, error_message, STRING),
  SENDOFF_FIELD (SendoffStoredOutput, error_stage, STRING),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffStoredOutput, sendoff_stored_output, "stored output", stored_output_fields, NULL)

static const SendoffField stored_job_fields[] = {
  SENDOFF_FIELD (SendoffStoredJob, export_id, STRING),
  SENDOFF_FIELD (SendoffStoredJob, user_id, STRING),
  SENDOFF_FIELD (SendoffStoredJob, source_id, STRING),
  SENDOFF_FIELD (SendoffStoredJob, source_type, STRING),
  SENDOFF_FIELD (SendoffStoredJob, export_config, JSON),
  SENDOFF_FIELD (SendoffStoredJob, status, STRING),
  SENDOFF_FIELD (SendoffStoredJob, progress, DOUBLE),
  SENDOFF_FIELD (SendoffStoredJob, current_stage, STRING),
  SENDOFF_FIELD (SendoffStoredJob, output_files, JSON),
  SENDOFF_FIELD (SendoffStoredJob, file_sizes, JSON),
  SENDOFF_FIELD (SendoffStoredJob, error_message, STRING),
  SENDOFF_FIELD (SendoffStoredJob, webhook_url, STRING),
  SENDOFF_FIELD (SendoffStoredJob, priority, INT),
  SENDOFF_FIELD (SendoffStoredJob, paused, BOOL),
  SENDOFF_FIELD (SendoffStoredJob, started_at, INT64),
  SENDOFF_FIELD (SendoffStoredJob, completed_at, INT64),
  SENDOFF_FIELD (SendoffStoredJob, created_at, INT64),
  SENDOFF_FIELD (SendoffStoredJob, updated_at, INT64),
  SENDOFF_FIELD_OF (SendoffStoredJob, outputs, DOC_ARRAY, sendoff_stored_output_doc_type),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffStoredJob, sendoff_stored_job, "stored job", stored_job_fields, NULL)

static double
clamp_progress (double progress)
{
  return isnan (progress) ? 0 : CLAMP (progress, 0, 100);
}

/* What a job refers to; both are known by their id alone, so that a job never waits for somebody to register them. */
static gboolean
save_references (sqlite3 *db, const SendoffStoredJob *job, gint64 now, GError **error)
{
  g_autoptr (sqlite3_stmt) user = sendoff_sql_prepare (db,
                                                       "INSERT INTO users (user_id, name, created_at) VALUES "
                                                       "(:user_id, :user_id, :now) ON CONFLICT DO NOTHING",
                                                       error);
  g_autoptr (sqlite3_stmt) source = sendoff_sql_prepare (
      db,
      "INSERT INTO sources (source_id, uri, created_at, updated_at)"
      " VALUES (:source_id, COALESCE (json_extract (:export_config, '$.request.source_uri'), ''), :now, :now)"
      " ON CONFLICT DO NOTHING",
      error);

  if (user == NULL || source == NULL)
    return FALSE;
  sendoff_sql_bind_text (user, ":user_id", job->user_id != NULL ? job->user_id : SENDOFF_USER_DESKTOP);
  sendoff_sql_bind_int (user, ":now", now);
  sendoff_sql_bind_doc (source, &sendoff_stored_job_doc_type, job);
  sendoff_sql_bind_int (source, ":now", now);
  return sendoff_sql_run (user, error) && sendoff_sql_run (source, error);
}

static const SendoffSqlColumn job_columns[] = {
  { SENDOFF_SQL_KEY, "export_id", NULL },
  { SENDOFF_SQL_VALUE, "user_id", "COALESCE (:user_id, '" SENDOFF_USER_DESKTOP "')" },
  { SENDOFF_SQL_VALUE, "source_id", NULL },
  { SENDOFF_SQL_VALUE, "source_type", "COALESCE (:source_type, 'video')" },
  { SENDOFF_SQL_VALUE, "export_config", NULL },
  { SENDOFF_SQL_VALUE, "status", "COALESCE (:status, 'queued')" },
  { SENDOFF_SQL_VALUE, "progress", NULL },
  { SENDOFF_SQL_VALUE, "current_stage", NULL },
  { SENDOFF_SQL_VALUE, "output_files", "COALESCE (:output_files, '[]')" },
  { SENDOFF_SQL_VALUE, "file_sizes", "COALESCE (:file_sizes, '{}')" },
  { SENDOFF_SQL_VALUE, "error_message", NULL },
  { SENDOFF_SQL_VALUE, "webhook_url", NULL },
  { SENDOFF_SQL_VALUE, "priority", NULL },
  { SENDOFF_SQL_VALUE, "paused", NULL },
  { SENDOFF_SQL_VALUE, "started_at", "NULLIF (:started_at, 0)" },
  { SENDOFF_SQL_VALUE, "completed_at", "NULLIF (:completed_at, 0)" },
  { SENDOFF_SQL_FIXED, "created_at", "COALESCE (NULLIF (:created_at, 0), :now)" },
  { SENDOFF_SQL_VALUE, "updated_at", ":now" },
  { SENDOFF_SQL_END, NULL, NULL },
};

static gboolean
save_job_row (sqlite3 *db, const SendoffStoredJob *job, gint64 now, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare_upsert (db, "export_jobs", job_columns, NULL, error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_doc (statement, &sendoff_stored_job_doc_type, job);
  sendoff_sql_bind_double (statement, ":progress", clamp_progress (job->progress));
  sendoff_sql_bind_int (statement, ":now", now);
  return sendoff_sql_run (statement, error);
}

static gboolean
save_output_rows (sqlite3 *db, const SendoffStoredJob *job, GError **error)
{
  g_autoptr (sqlite3_stmt) clear
      = sendoff_sql_prepare (db, "DELETE FROM export_outputs WHERE export_id = :export_id", error);
  g_autoptr (sqlite3_stmt) insert = sendoff_sql_prepare (
      db,
      "INSERT INTO export_outputs (export_id, position, name, platform, status, progress, current_stage, "
      "file_uri,"
      " size_bytes, target_uri, certificate, warnings, error_code, error_message, error_stage)"
      " VALUES (:export_id, :position, COALESCE (:name, ''), :platform, COALESCE (:status, 'queued'), "
      ":progress,"
      " :current_stage, :file_uri, :size_bytes, :target_uri, :certificate, :warnings, :error_code, "
      ":error_message,"
      " :error_stage)",
      error);

  if (clear == NULL || insert == NULL)
    return FALSE;
  sendoff_sql_bind_text (clear, ":export_id", job->export_id);
  if (!sendoff_sql_run (clear, error))
    return FALSE;
  for (guint i = 0; job->outputs != NULL && i < job->outputs->len; i++)
    {
      const SendoffStoredOutput *output = g_ptr_array_index (job->outputs, i);

      sendoff_sql_bind_doc (insert, &sendoff_stored_output_doc_type, output);
      sendoff_sql_bind_text (insert, ":export_id", job->export_id);
      sendoff_sql_bind_double (insert, ":progress", clamp_progress (output->progress));
      if (!sendoff_sql_run (insert, error))
        return FALSE;
    }
  return TRUE;
}

/** sendoff_store_jobs_save: inserts or replaces @job and its outputs, all or nothing. The time it was created stays. */
gboolean
sendoff_store_jobs_save (sqlite3 *db, const SendoffStoredJob *job, GError **error)
{
  gint64 now = g_get_real_time ();
  gboolean ok;

  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  ok = save_references (db, job, now, error) && save_job_row (db, job, now, error)
       && save_output_rows (db, job, error);
  return sendoff_sql_end_transaction (db, ok, error);
}

/* Only of outputs that are not over. */
static gboolean
save_output_progress (sqlite3 *db, const char *export_id, GPtrArray *outputs, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare (db,
                             "UPDATE export_outputs SET progress = :progress, current_stage = :stage, size_bytes = :size"
                             " WHERE export_id = :export_id AND position = :position AND status NOT IN "
                             "('completed', 'failed', 'cancelled')",
                             error);

  if (statement == NULL)
    return FALSE;
  for (guint i = 0; i < outputs->len; i++)
    {
      const SendoffStoredOutput *output = g_ptr_array_index (outputs, i);

      sendoff_sql_bind_text (statement, ":export_id", export_id);
      sendoff_sql_bind_int (statement, ":position", output->position);
      sendoff_sql_bind_double (statement, ":progress", clamp_progress (output->progress));
      sendoff_sql_bind_text (statement, ":stage", output->current_stage);
      sendoff_sql_bind_int (statement, ":size", output->size_bytes);
      if (!sendoff_sql_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

/** sendoff_store_jobs_save_progress: leaves a job alone that has ended: news of its progress are older than that. */
gboolean
sendoff_store_jobs_save_progress (sqlite3 *db,
                                  const char *export_id,
                                  const char *status,
                                  const char *stage,
                                  double progress,
                                  GPtrArray *outputs,
                                  GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare (db,
                             "UPDATE export_jobs SET status = COALESCE (:status, status), current_stage = "
                             ":stage, progress = :progress,"
                             " updated_at = :now WHERE export_id = :export_id AND status NOT IN "
                             "('completed', 'failed', 'cancelled')",
                             error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_text (statement, ":export_id", export_id);
  sendoff_sql_bind_text (statement, ":status", status);
  sendoff_sql_bind_text (statement, ":stage", stage);
  sendoff_sql_bind_double (statement, ":progress", clamp_progress (progress));
  sendoff_sql_bind_int (statement, ":now", g_get_real_time ());
  return sendoff_sql_run (statement, error) && save_output_progress (db, export_id, outputs, error);
}

/* One row that cannot be understood must not take the others with it: it is left out. FALSE only when the database
 * itself failed. */
static gboolean
read_rows (sqlite3_stmt *statement, const SendoffDocType *type, GFunc take_row, gpointer data, GError **error)
{
  gboolean has_row;

  while (sendoff_sql_next_row (statement, &has_row, error))
    {
      g_autoptr (GError) local = NULL;
      gpointer doc;

      if (!has_row)
        return TRUE;
      doc = sendoff_sql_read_doc (statement, type, &local);
      if (doc != NULL)
        take_row (doc, data);
      else
        g_message ("A row of the %s table is left out: %s", type->name, local->message);
    }
  return FALSE;
}

typedef struct
{
  GPtrArray *jobs;        /* newest first */
  GHashTable *jobs_by_id; /* borrows from jobs */
  sqlite3_stmt *outputs;  /* its first column is the export_id */
} JobList;

static void
take_job (gpointer doc, gpointer data)
{
  SendoffStoredJob *job = doc;
  JobList *list = data;

  g_ptr_array_add (list->jobs, job);
  g_hash_table_insert (list->jobs_by_id, job->export_id, job);
}

static void
take_output (gpointer doc, gpointer data)
{
  JobList *list = data;
  SendoffStoredJob *job = g_hash_table_lookup (list->jobs_by_id, sqlite3_column_text (list->outputs, 0));

  if (job != NULL)
    g_ptr_array_add (job->outputs, doc);
  else
    sendoff_stored_output_free (doc);
}

static GPtrArray *
read_jobs (sqlite3_stmt *jobs_statement, sqlite3_stmt *outputs_statement, GError **error)
{
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_stored_job_free);
  g_autoptr (GHashTable) jobs_by_id = g_hash_table_new (g_str_hash, g_str_equal);
  JobList list = { jobs, jobs_by_id, outputs_statement };

  if (!read_rows (jobs_statement, &sendoff_stored_job_doc_type, take_job, &list, error)
      || !read_rows (outputs_statement, &sendoff_stored_output_doc_type, take_output, &list, error))
    return NULL;
  return g_steal_pointer (&jobs);
}

static GPtrArray *
list_in_transaction (sqlite3 *db, guint limit, GError **error)
{
  g_autoptr (sqlite3_stmt) jobs = sendoff_sql_prepare (
      db, "SELECT * FROM export_jobs ORDER BY created_at DESC, rowid DESC LIMIT :limit", error);
  g_autoptr (sqlite3_stmt) outputs = sendoff_sql_prepare (
      db,
      "SELECT * FROM export_outputs WHERE export_id IN"
      " (SELECT export_id FROM export_jobs ORDER BY created_at DESC, rowid DESC LIMIT :limit)"
      " ORDER BY export_id, position",
      error);
  gint64 rows = limit > 0 ? (gint64)limit : -1;

  if (jobs == NULL || outputs == NULL)
    return NULL;
  sendoff_sql_bind_int (jobs, ":limit", rows);
  sendoff_sql_bind_int (outputs, ":limit", rows);
  return read_jobs (jobs, outputs, error);
}

/** sendoff_store_jobs_list_ids: (transfer full) (element-type utf8): of the @limit newest jobs, newest first. */
GPtrArray *
sendoff_store_jobs_list_ids (sqlite3 *db, guint limit, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (
      db, "SELECT export_id FROM export_jobs ORDER BY created_at DESC, rowid DESC LIMIT :limit", error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  gboolean has_row = statement != NULL;

  if (statement == NULL)
    return NULL;
  sendoff_sql_bind_int (statement, ":limit", limit);
  while (has_row)
    {
      if (!sendoff_sql_next_row (statement, &has_row, error))
        return NULL;
      if (has_row)
        g_ptr_array_add (ids, g_strdup ((const char *)sqlite3_column_text (statement, 0)));
    }
  return g_steal_pointer (&ids);
}

static gboolean
get_version (sqlite3 *db, gint64 *version, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (db, "PRAGMA data_version", error);
  gboolean has_row;

  if (statement == NULL || !sendoff_sql_next_row (statement, &has_row, error))
    return FALSE;
  *version = has_row ? sqlite3_column_int64 (statement, 0) : 0;
  return TRUE;
}

/** sendoff_store_jobs_list_marks: see sendoff_store_list_marks_sync(). SQLite's data_version changes with every commit of
 * another connection, and never with one of this. */
gboolean
sendoff_store_jobs_list_marks (sqlite3 *db, gint64 *version, GPtrArray **marks, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (
      db, "SELECT export_id, updated_at FROM export_jobs ORDER BY created_at DESC, rowid DESC", error);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_job_mark_free);
  gint64 now = 0;
  gboolean has_row = TRUE;

  if (statement == NULL || !get_version (db, &now, error))
    return FALSE;
  if (now == *version)
    return TRUE;
  while (sendoff_sql_next_row (statement, &has_row, error) && has_row)
    {
      SendoffJobMark *mark = g_new0 (SendoffJobMark, 1);

      mark->export_id = g_strdup ((const char *)sqlite3_column_text (statement, 0));
      mark->updated_at = sqlite3_column_int64 (statement, 1);
      g_ptr_array_add (found, mark);
    }
  if (has_row)
    return FALSE;
  *version = now;
  *marks = g_steal_pointer (&found);
  return TRUE;
}

/** sendoff_store_jobs_list: (transfer full): the @limit (0: all) newest jobs, newest first. */
GPtrArray *
sendoff_store_jobs_list (sqlite3 *db, guint limit, GError **error)
{
  g_autoptr (GPtrArray) jobs = NULL;

  /* One transaction: jobs and outputs of the same moment. */
  if (!sendoff_sql_execute (db, "BEGIN", error))
    return NULL;
  jobs = list_in_transaction (db, limit, error);
  if (!sendoff_sql_end_transaction (db, jobs != NULL, error))
    return NULL;
  return g_steal_pointer (&jobs);
}

static GPtrArray *
get_in_transaction (sqlite3 *db, const char *export_id, GError **error)
{
  g_autoptr (sqlite3_stmt) jobs
      = sendoff_sql_prepare (db, "SELECT * FROM export_jobs WHERE export_id = :id", error);
  g_autoptr (sqlite3_stmt) outputs = sendoff_sql_prepare (
      db, "SELECT * FROM export_outputs WHERE export_id = :id ORDER BY position", error);

  if (jobs == NULL || outputs == NULL)
    return NULL;
  sendoff_sql_bind_text (jobs, ":id", export_id);
  sendoff_sql_bind_text (outputs, ":id", export_id);
  return read_jobs (jobs, outputs, error);
}

static void
set_not_found (GError **error, const char *export_id)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, _ ("There is no export “%s”."), export_id);
}

/** sendoff_store_jobs_get: (transfer full): one job, or %NULL with %SENDOFF_ERROR_NOT_FOUND. */
SendoffStoredJob *
sendoff_store_jobs_get (sqlite3 *db, const char *export_id, GError **error)
{
  g_autoptr (GPtrArray) jobs = NULL;

  if (!sendoff_sql_execute (db, "BEGIN", error))
    return NULL;
  jobs = get_in_transaction (db, export_id, error);
  if (!sendoff_sql_end_transaction (db, jobs != NULL, error))
    return NULL;
  if (jobs->len == 0)
    {
      set_not_found (error, export_id);
      return NULL;
    }
  return g_ptr_array_steal_index (jobs, 0);
}

/** sendoff_store_jobs_delete: removes a job and its outputs; %SENDOFF_ERROR_NOT_FOUND when there is none. */
gboolean
sendoff_store_jobs_delete (sqlite3 *db, const char *export_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare (db, "DELETE FROM export_jobs WHERE export_id = :id", error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_text (statement, ":id", export_id);
  if (!sendoff_sql_run (statement, error))
    return FALSE;
  if (sqlite3_changes (db) > 0)
    return TRUE;
  set_not_found (error, export_id);
  return FALSE;
}

static gboolean
save_source_and_facts (
    sqlite3 *db, const char *identity, const char *kind, const char *uri, JsonNode *info, GError **error)
{
  static const char *const scripts[] = {
    "INSERT INTO sources (source_id, uri, created_at, updated_at) VALUES (:identity, :uri, :now, :now)"
    " ON CONFLICT (source_id) DO UPDATE SET uri = excluded.uri, updated_at = excluded.updated_at",
    "INSERT OR REPLACE INTO source_facts (source_id, kind, info, updated_at) VALUES (:identity, :kind, "
    ":info, :now)",
    "DELETE FROM source_facts WHERE rowid NOT IN"
    " (SELECT rowid FROM source_facts ORDER BY updated_at DESC LIMIT " FACTS_KEPT ")",
  };
  gint64 now = g_get_real_time ();

  for (guint i = 0; i < G_N_ELEMENTS (scripts); i++)
    {
      g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (db, scripts[i], error);

      if (statement == NULL)
        return FALSE;
      sendoff_sql_bind_text (statement, ":identity", identity);
      sendoff_sql_bind_text (statement, ":kind", kind);
      sendoff_sql_bind_text (statement, ":uri", uri);
      sendoff_sql_bind_json (statement, ":info", info);
      sendoff_sql_bind_int (statement, ":now", now);
      if (!sendoff_sql_run (statement, error))
        return FALSE;
    }
  return TRUE;
}

/** sendoff_store_sources_save_facts: remembers where a source was seen and what was learnt about it. */
gboolean
sendoff_store_sources_save_facts (
    sqlite3 *db, const char *identity, const char *kind, const char *uri, JsonNode *info, GError **error)
{
  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  return sendoff_sql_end_transaction (db, save_source_and_facts (db, identity, kind, uri, info, error),
                                      error);
}

/** sendoff_store_sources_get_facts: (transfer full): what is cached, or %NULL with %SENDOFF_ERROR_NOT_FOUND. */
JsonNode *
sendoff_store_sources_get_facts (sqlite3 *db, const char *identity, const char *kind, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (
      db, "SELECT info FROM source_facts WHERE source_id = :identity AND kind = :kind", error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  sendoff_sql_bind_text (statement, ":identity", identity);
  sendoff_sql_bind_text (statement, ":kind", kind);
  if (!sendoff_sql_next_row (statement, &has_row, error))
    return NULL;
  if (has_row)
    return sendoff_json_parse ((const char *)sqlite3_column_text (statement, 0), -1, error);
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND,
                       _ ("Nothing is stored about this source yet."));
  return NULL;
}
