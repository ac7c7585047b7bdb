/* The database: jobs, presets, sources and the tables of the catalog, in SQLite.
 *
 * The connection lives on a thread of the store's own; every call here queues work for that thread and is either
 * asynchronous (main context) or, for threads that carry out jobs, a _sync call that must not be used on the main
 * loop. The schema is made by numbered migrations (PRAGMA user_version), WAL, foreign keys on. A database that a
 * newer program wrote is refused with a sentence; a damaged one is set aside, never deleted.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "base/sendoff-document.h"
#include "model/sendoff-catalog.h"
#include "model/sendoff-lesson.h"
#include "model/sendoff-release-set.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_STORE (sendoff_store_get_type ())
G_DECLARE_FINAL_TYPE (SendoffStore, sendoff_store, SENDOFF, STORE, GObject)

/* A row of export_jobs. Times are Unix microseconds, 0 not yet. */
typedef struct {
  char *export_id; /* UUID */
  char *user_id;
  char *source_id; /* identity of the source */
  char *source_type; /* "video" | "project" */
  JsonNode *export_config; /* {"request":…, "plan":…} */
  char *status; /* as sendoff_status_nicks */
  double progress;
  char *current_stage; /* (nullable) */
  JsonNode *output_files; /* array of URIs */
  JsonNode *file_sizes; /* object URI → bytes */
  char *error_message; /* (nullable) */
  char *webhook_url; /* (nullable) */
  int priority;
  gboolean paused;
  gint64 started_at, completed_at, created_at, updated_at;
  GPtrArray *outputs; /* SendoffStoredOutput */
} SendoffStoredJob;
SENDOFF_DECLARE_DOC (SendoffStoredJob, sendoff_stored_job)

/* A row of export_outputs: one output of a job. */
typedef struct {
  int position;
  char *name;
  char *platform; /* (nullable) */
  char *status;
  double progress;
  char *current_stage;
  char *file_uri; /* (nullable): exact */
  gint64 size_bytes;
  char *target_uri; /* (nullable): the final name, chosen when the job first ran */
  JsonNode *certificate; /* (nullable) */
  char **warnings;
  char *error_code, *error_message, *error_stage; /* (nullable) */
} SendoffStoredOutput;
SENDOFF_DECLARE_DOC (SendoffStoredOutput, sendoff_stored_output)

/* When a job was last written, by whichever process. */
typedef struct {
  char *export_id;
  gint64 updated_at; /* Unix microseconds */
} SendoffJobMark;
void sendoff_job_mark_free (SendoffJobMark *self);

/* A version that no database has. */
#define SENDOFF_STORE_NEVER (-1)

/* Properties: path (construct only), warning (see sendoff_store_dup_warning()). */
SendoffStore *sendoff_store_new (const char *path);
char *sendoff_store_dup_warning (SendoffStore *self);
void sendoff_store_open_async (SendoffStore *self, SendoffCatalog *catalog, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_store_open_finish (SendoffStore *self, GAsyncResult *result, GError **error);
gboolean sendoff_store_open_sync (SendoffStore *self, SendoffCatalog *catalog, GError **error);
void sendoff_store_close_sync (SendoffStore *self);

/* Inserts or replaces a job with its outputs, in one transaction. */
gboolean sendoff_store_save_job_sync (SendoffStore *self, const SendoffStoredJob *job, GError **error);
void sendoff_store_save_job_async (SendoffStore *self, const SendoffStoredJob *job, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_store_save_job_finish (SendoffStore *self, GAsyncResult *result, GError **error);
/* Cheap progress updates: queued, the last one wins, never blocks. Of outputs (SendoffStoredOutput, nullable) progress, stage and
 * size are taken. */
void sendoff_store_update_progress (SendoffStore *self, const char *export_id, const char *status, const char *stage,
                                    double progress, GPtrArray *outputs);

GPtrArray *sendoff_store_list_jobs_sync (SendoffStore *self, guint limit, GError **error); /* SendoffStoredJob, newest first */
GPtrArray *sendoff_store_list_job_ids_sync (SendoffStore *self, guint limit, GError **error); /* char * */
gboolean sendoff_store_list_marks_sync (SendoffStore *self, gint64 *version, GPtrArray **marks, GError **error);
void sendoff_store_list_jobs_async (SendoffStore *self, guint limit, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *sendoff_store_list_jobs_finish (SendoffStore *self, GAsyncResult *result, GError **error);
SendoffStoredJob *sendoff_store_get_job_sync (SendoffStore *self, const char *export_id, GError **error);
gboolean sendoff_store_delete_job_sync (SendoffStore *self, const char *export_id, GError **error);

/* Media facts cached by source identity and by what was asked ("quick", "scan", "details"). */
JsonNode *sendoff_store_get_source_sync (SendoffStore *self, const char *identity, const char *kind, GError **error);
gboolean sendoff_store_put_source_sync (SendoffStore *self, const char *identity, const char *kind, const char *uri, JsonNode *info, GError **error);

/* Custom presets. */
GPtrArray *sendoff_store_list_presets_sync (SendoffStore *self, GError **error); /* SendoffPreset, user's own */
gboolean sendoff_store_save_preset_sync (SendoffStore *self, const SendoffPreset *preset, GError **error);
gboolean sendoff_store_delete_preset_sync (SendoffStore *self, const char *preset_id, GError **error);

GPtrArray *sendoff_store_list_release_sets_sync (SendoffStore *self, GError **error); /* SendoffReleaseSet */
gboolean sendoff_store_save_release_set_sync (SendoffStore *self, const SendoffReleaseSet *set, GError **error);
gboolean sendoff_store_delete_release_set_sync (SendoffStore *self, const char *release_set_id, GError **error);

/* What exports taught. */
GPtrArray *sendoff_store_list_lessons_sync (SendoffStore *self, GError **error); /* SendoffLesson, newest first */
gboolean sendoff_store_add_lessons_sync (SendoffStore *self, GPtrArray *lessons, GError **error);
gboolean sendoff_store_forget_lessons_sync (SendoffStore *self, GError **error);

G_END_DECLS
