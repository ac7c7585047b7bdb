#include "engine/sendoff-sql.h"

#include <errno.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

#define MEMBER(doc, field, ctype) (*(ctype *)((char *)(doc) + (field)->offset))

static gboolean
is_disk_full (sqlite3 *db)
{
  int code = sqlite3_errcode (db) & 0xff;
  int saved_errno = sqlite3_system_errno (db);

  return code == SQLITE_FULL || (code == SQLITE_IOERR && (saved_errno == ENOSPC || saved_errno == EDQUOT));
}

/**
 * sendoff_sql_set_error:
 * @db: a connection whose last call failed
 *
 * Sets %SENDOFF_ERROR_NO_SPACE or %SENDOFF_ERROR_STORE with a sentence.
 */
void
sendoff_sql_set_error (GError **error, sqlite3 *db)
{
  const char *detail = sqlite3_errmsg (db);

  if (is_disk_full (db))
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE,
                           _ ("The database cannot be written: the disk is full."));
      return;
    }
  switch (sqlite3_errcode (db) & 0xff)
    {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE,
                   _ ("The database is damaged (%s). It is set aside when Sendoff is started again."), detail);
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE,
                           _ ("The database is being used by another program; try again."));
      break;
    case SQLITE_READONLY:
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE,
                           _ ("The database cannot be written: its file or folder is read-only."));
      break;
    case SQLITE_CONSTRAINT:
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE,
                   _ ("The database refused what should be stored: %s."), detail);
      break;
    default:
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_STORE, _ ("The database failed: %s."), detail);
    }
}

/** sendoff_sql_execute: runs a script of statements without results. */
gboolean
sendoff_sql_execute (sqlite3 *db, const char *script, GError **error)
{
  if (sqlite3_exec (db, script, NULL, NULL, NULL) == SQLITE_OK)
    return TRUE;
  sendoff_sql_set_error (error, db);
  return FALSE;
}

/** sendoff_sql_prepare: (transfer full): one statement; parameters are named ":like_this". */
sqlite3_stmt *
sendoff_sql_prepare (sqlite3 *db, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;

  if (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) != SQLITE_OK)
    sendoff_sql_set_error (error, db);
  return statement;
}

static void
append_name (GString *list, const char *prefix, const char *name)
{
  g_string_append_printf (list, "%s%s%s", list->len > 0 ? ", " : "", prefix, name);
}

/**
 * sendoff_sql_prepare_upsert:
 * @columns: ended by %SENDOFF_SQL_END; the key comes first
 * @condition: (nullable): which rows may be replaced
 *
 * Returns: (transfer full): a statement that inserts a row, or replaces the one with the same key unless all its
 *   values are the same already
 */
sqlite3_stmt *
sendoff_sql_prepare_upsert (
    sqlite3 *db, const char *table, const SendoffSqlColumn *columns, const char *condition, GError **error)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GString) values = g_string_new (NULL);
  g_autoptr (GString) changes = g_string_new (NULL);
  g_autoptr (GString) old_values = g_string_new (NULL);
  g_autoptr (GString) new_values = g_string_new (NULL);
  g_autofree char *sql = NULL;

  for (const SendoffSqlColumn *column = columns; column->role != SENDOFF_SQL_END; column++)
    {
      append_name (names, "", column->name);
      append_name (values, column->value != NULL ? "" : ":",
                   column->value != NULL ? column->value : column->name);
      if (column->role == SENDOFF_SQL_VALUE || column->role == SENDOFF_SQL_TOUCH)
        {
          append_name (changes, column->name, " = excluded.");
          g_string_append (changes, column->name);
        }
      if (column->role == SENDOFF_SQL_VALUE)
        {
          append_name (old_values, "", column->name);
          append_name (new_values, "excluded.", column->name);
        }
    }
  sql = g_strdup_printf (
      "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (%s) DO UPDATE SET %s WHERE (%s) IS NOT (%s) AND %s",
      table, names->str, values->str, columns[0].name, changes->str, old_values->str, new_values->str,
      condition != NULL ? condition : "TRUE");
  return sendoff_sql_prepare (db, sql, error);
}

/* A statement need not use everything that it is offered: 0 then, which the bind functions refuse harmlessly. */
static int
find_parameter (sqlite3_stmt *statement, const char *name)
{
  return sqlite3_bind_parameter_index (statement, name);
}

/** sendoff_sql_bind_text: @text may be %NULL. */
void
sendoff_sql_bind_text (sqlite3_stmt *statement, const char *parameter, const char *text)
{
  sqlite3_bind_text (statement, find_parameter (statement, parameter), text, -1, SQLITE_TRANSIENT);
}

void
sendoff_sql_bind_int (sqlite3_stmt *statement, const char *parameter, gint64 value)
{
  sqlite3_bind_int64 (statement, find_parameter (statement, parameter), value);
}

void
sendoff_sql_bind_double (sqlite3_stmt *statement, const char *parameter, double value)
{
  sqlite3_bind_double (statement, find_parameter (statement, parameter), value);
}

/** sendoff_sql_bind_json: binds @node as text, NULL for %NULL. */
void
sendoff_sql_bind_json (sqlite3_stmt *statement, const char *parameter, JsonNode *node)
{
  g_autofree char *text = node != NULL ? sendoff_json_to_text (node, FALSE) : NULL;

  sendoff_sql_bind_text (statement, parameter, text);
}

static JsonNode *
strv_to_json (char **strv)
{
  g_autoptr (JsonArray) array = json_array_new ();

  for (guint i = 0; strv != NULL && strv[i] != NULL; i++)
    json_array_add_string_element (array, strv[i]);
  return json_node_init_array (json_node_alloc (), array);
}

static void
bind_member (sqlite3_stmt *statement, const char *parameter, const SendoffField *field, gconstpointer doc)
{
  g_autoptr (JsonNode) node = NULL;

  switch (field->kind)
    {
    case SENDOFF_FIELD_BOOL:
      sendoff_sql_bind_int (statement, parameter, MEMBER (doc, field, gboolean) != FALSE);
      break;
    case SENDOFF_FIELD_INT:
      sendoff_sql_bind_int (statement, parameter, MEMBER (doc, field, int));
      break;
    case SENDOFF_FIELD_INT64:
      sendoff_sql_bind_int (statement, parameter, MEMBER (doc, field, gint64));
      break;
    case SENDOFF_FIELD_DOUBLE:
      sendoff_sql_bind_double (statement, parameter, MEMBER (doc, field, double));
      break;
    case SENDOFF_FIELD_STRING:
      sendoff_sql_bind_text (statement, parameter, MEMBER (doc, field, char *));
      break;
    case SENDOFF_FIELD_JSON:
      sendoff_sql_bind_json (statement, parameter, MEMBER (doc, field, JsonNode *));
      break;
    case SENDOFF_FIELD_STRV:
      node = strv_to_json (MEMBER (doc, field, char **));
      sendoff_sql_bind_json (statement, parameter, node);
      break;
    case SENDOFF_FIELD_FILENAME:
    case SENDOFF_FIELD_FILENAMES:
    case SENDOFF_FIELD_RATIONAL:
    case SENDOFF_FIELD_ENUM:
    case SENDOFF_FIELD_DOC:
    case SENDOFF_FIELD_DOC_ARRAY:
    case SENDOFF_FIELD_INT64_ARRAY:
    default:
      g_assert_not_reached ();
    }
}

/**
 * sendoff_sql_bind_doc:
 * @doc: a document whose members have the names of the statement's parameters
 *
 * Binds every member that the statement names; lists of strings become JSON arrays.
 */
void
sendoff_sql_bind_doc (sqlite3_stmt *statement, const SendoffDocType *type, gconstpointer doc)
{
  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    {
      g_autofree char *parameter = g_strconcat (":", field->name, NULL);

      if (find_parameter (statement, parameter) != 0)
        bind_member (statement, parameter, field, doc);
    }
}

/** sendoff_sql_run: runs a statement without results, and makes it ready for the next row. */
gboolean
sendoff_sql_run (sqlite3_stmt *statement, GError **error)
{
  gboolean ok = sqlite3_step (statement) == SQLITE_DONE;

  if (!ok)
    sendoff_sql_set_error (error, sqlite3_db_handle (statement));
  sqlite3_reset (statement);
  return ok;
}

/** sendoff_sql_next_row: FALSE only on errors; @has_row tells whether there was one more row. */
gboolean
sendoff_sql_next_row (sqlite3_stmt *statement, gboolean *has_row, GError **error)
{
  int code = sqlite3_step (statement);

  *has_row = code == SQLITE_ROW;
  if (code == SQLITE_ROW || code == SQLITE_DONE)
    return TRUE;
  sendoff_sql_set_error (error, sqlite3_db_handle (statement));
  return FALSE;
}

static const SendoffField *
find_field (const SendoffDocType *type, const char *name)
{
  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    if (g_str_equal (field->name, name))
      return field;
  return NULL;
}

static gboolean
read_strv (JsonNode *node, char ***out)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  JsonArray *array;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return FALSE;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *element = json_array_get_element (array, i);

      if (json_node_get_value_type (element) != G_TYPE_STRING)
        return FALSE;
      g_strv_builder_add (builder, json_node_get_string (element));
    }
  *out = g_strv_builder_end (builder);
  return TRUE;
}

static gboolean
read_json_column (
    sqlite3_stmt *statement, int column, const SendoffField *field, gpointer doc, GError **error)
{
  g_autoptr (JsonNode) node
      = sendoff_json_parse ((const char *)sqlite3_column_text (statement, column), -1, error);

  if (node == NULL)
    return FALSE;
  if (field->kind == SENDOFF_FIELD_JSON)
    MEMBER (doc, field, JsonNode *) = g_steal_pointer (&node);
  else if (!read_strv (node, &MEMBER (doc, field, char **)))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA,
                   _ ("In the database, “%s” must be a list of strings."), field->name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_column (sqlite3_stmt *statement, int column, const SendoffField *field, gpointer doc, GError **error)
{
  switch (field->kind)
    {
    case SENDOFF_FIELD_BOOL:
      MEMBER (doc, field, gboolean) = sqlite3_column_int (statement, column) != 0;
      return TRUE;
    case SENDOFF_FIELD_INT:
      MEMBER (doc, field, int) = sqlite3_column_int (statement, column);
      return TRUE;
    case SENDOFF_FIELD_INT64:
      MEMBER (doc, field, gint64) = sqlite3_column_int64 (statement, column);
      return TRUE;
    case SENDOFF_FIELD_DOUBLE:
      MEMBER (doc, field, double) = sqlite3_column_double (statement, column);
      return TRUE;
    case SENDOFF_FIELD_STRING:
      MEMBER (doc, field, char *) = g_strdup ((const char *)sqlite3_column_text (statement, column));
      return TRUE;
    case SENDOFF_FIELD_JSON:
    case SENDOFF_FIELD_STRV:
      return read_json_column (statement, column, field, doc, error);
    case SENDOFF_FIELD_FILENAME:
    case SENDOFF_FIELD_FILENAMES:
    case SENDOFF_FIELD_RATIONAL:
    case SENDOFF_FIELD_ENUM:
    case SENDOFF_FIELD_DOC:
    case SENDOFF_FIELD_DOC_ARRAY:
    case SENDOFF_FIELD_INT64_ARRAY:
    default:
      g_assert_not_reached ();
    }
}

/**
 * sendoff_sql_read_doc:
 * @statement: standing on a row
 *
 * Returns: (transfer full): a document with the columns that have the name of a member; NULL columns leave the
 *   member's default. %NULL with %SENDOFF_ERROR_BAD_DATA
 */
gpointer
sendoff_sql_read_doc (sqlite3_stmt *statement, const SendoffDocType *type, GError **error)
{
  gpointer doc = sendoff_doc_new (type);

  for (int column = 0; column < sqlite3_column_count (statement); column++)
    {
      const SendoffField *field = find_field (type, sqlite3_column_name (statement, column));

      if (field == NULL || sqlite3_column_type (statement, column) == SQLITE_NULL)
        continue;
      if (!read_column (statement, column, field, doc, error))
        {
          sendoff_doc_free (type, doc);
          return NULL;
        }
    }
  return doc;
}

/** sendoff_sql_get_number: the single number that @sql asks for, such as a count or a pragma. */
gboolean
sendoff_sql_get_number (sqlite3 *db, const char *sql, gint64 *value, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (db, sql, error);
  gboolean has_row;

  if (statement == NULL || !sendoff_sql_next_row (statement, &has_row, error))
    return FALSE;
  *value = has_row ? sqlite3_column_int64 (statement, 0) : 0;
  return TRUE;
}

/**
 * sendoff_sql_end_transaction:
 * @ok: whether all went well so far
 *
 * Commits, or rolls back when @ok is FALSE or the commit fails.
 *
 * Returns: whether everything is in the database now
 */
gboolean
sendoff_sql_end_transaction (sqlite3 *db, gboolean ok, GError **error)
{
  ok = ok && sendoff_sql_execute (db, "COMMIT", error);
  /* A full disk makes SQLite roll back by itself. */
  if (!ok && sqlite3_get_autocommit (db) == 0)
    sqlite3_exec (db, "ROLLBACK", NULL, NULL, NULL);
  return ok;
}
