/* The database's tables, made by numbered migrations, and the opening of its file.
 *
 * Private to the store; all calls block and belong to its thread. PRAGMA user_version tells how many migrations a
 * database has seen. A released migration is never changed: a new one is added at the end.
 */
#pragma once

#include "engine/sendoff-sql.h"

G_BEGIN_DECLS

int sendoff_store_schema_get_newest_version (void);
gboolean sendoff_store_schema_migrate (sqlite3 *db, int version, GError **error);
sqlite3 *sendoff_store_schema_open (const char *path, char **warning, GError **error);

G_END_DECLS
