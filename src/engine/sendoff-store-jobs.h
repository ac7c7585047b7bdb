/* Jobs, their outputs and their sources as rows. Private to the store; all calls block and belong to its thread. */
#pragma once

#include "engine/sendoff-sql.h"
#include "engine/sendoff-store.h"

G_BEGIN_DECLS

#define SENDOFF_USER_DESKTOP "desktop"

gboolean sendoff_store_jobs_save (sqlite3 *db, const SendoffStoredJob *job, GError **error);
gboolean sendoff_store_jobs_save_progress (sqlite3 *db, const char *export_id, const char *status, const char *stage,
                                           double progress, GPtrArray *outputs, GError **error);
gboolean sendoff_store_jobs_list_marks (sqlite3 *db, gint64 *version, GPtrArray **marks, GError **error);
GPtrArray *sendoff_store_jobs_list (sqlite3 *db, guint limit, GError **error);
GPtrArray *sendoff_store_jobs_list_ids (sqlite3 *db, guint limit, GError **error);
SendoffStoredJob *sendoff_store_jobs_get (sqlite3 *db, const char *export_id, GError **error);
gboolean sendoff_store_jobs_delete (sqlite3 *db, const char *export_id, GError **error);

gboolean sendoff_store_sources_save_facts (sqlite3 *db, const char *identity, const char *kind, const char *uri,
                                           JsonNode *info, GError **error);
JsonNode *sendoff_store_sources_get_facts (sqlite3 *db, const char *identity, const char *kind, GError **error);

G_END_DECLS
