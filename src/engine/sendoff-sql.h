/* Small steps over SQLite for the store: statements, documents as rows, errors as sentences.
 *
 * Private to the store. A connection and its statements belong to the store's thread.
 */
#pragma once

#include <sqlite3.h>

#include "base/sendoff-document.h"

G_BEGIN_DECLS

G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3, sqlite3_close)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (sqlite3_stmt, sqlite3_finalize)

typedef enum {
  SENDOFF_SQL_END,
  SENDOFF_SQL_KEY,   /* tells which row */
  SENDOFF_SQL_FIXED, /* set when the row is made, and never again */
  SENDOFF_SQL_VALUE,
  SENDOFF_SQL_TOUCH, /* set with the values, but no reason to write when they are all the same */
} SendoffSqlRole;

/* A column of a row that is inserted or replaced. */
typedef struct {
  SendoffSqlRole role;
  const char *name;
  const char *value; /* (nullable): an expression; NULL is the parameter of the column's name */
} SendoffSqlColumn;

void sendoff_sql_set_error (GError **error, sqlite3 *db);
gboolean sendoff_sql_execute (sqlite3 *db, const char *script, GError **error);

sqlite3_stmt *sendoff_sql_prepare (sqlite3 *db, const char *sql, GError **error);
sqlite3_stmt *sendoff_sql_prepare_upsert (sqlite3 *db, const char *table, const SendoffSqlColumn *columns,
                                          const char *condition, GError **error);
void sendoff_sql_bind_text (sqlite3_stmt *statement, const char *parameter, const char *text);
void sendoff_sql_bind_int (sqlite3_stmt *statement, const char *parameter, gint64 value);
void sendoff_sql_bind_double (sqlite3_stmt *statement, const char *parameter, double value);
void sendoff_sql_bind_json (sqlite3_stmt *statement, const char *parameter, JsonNode *node);
void sendoff_sql_bind_doc (sqlite3_stmt *statement, const SendoffDocType *type, gconstpointer doc);

gboolean sendoff_sql_run (sqlite3_stmt *statement, GError **error);
gboolean sendoff_sql_next_row (sqlite3_stmt *statement, gboolean *has_row, GError **error);
gpointer sendoff_sql_read_doc (sqlite3_stmt *statement, const SendoffDocType *type, GError **error);
gboolean sendoff_sql_get_number (sqlite3 *db, const char *sql, gint64 *value, GError **error);

gboolean sendoff_sql_end_transaction (sqlite3 *db, gboolean ok, GError **error);

G_END_DECLS
