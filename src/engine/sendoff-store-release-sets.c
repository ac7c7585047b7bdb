#include "engine/sendoff-store-release-sets.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-store-jobs.h"

static const SendoffSqlColumn columns[] = {
  { SENDOFF_SQL_KEY, "release_set_id", NULL },
  { SENDOFF_SQL_FIXED, "user_id", NULL },
  { SENDOFF_SQL_VALUE, "name", NULL },
  { SENDOFF_SQL_VALUE, "output_folder_uri", NULL },
  { SENDOFF_SQL_VALUE, "naming_pattern", NULL },
  { SENDOFF_SQL_VALUE, "outputs", NULL },
  { SENDOFF_SQL_FIXED, "created_at", ":now" },
  { SENDOFF_SQL_TOUCH, "updated_at", ":now" },
  { SENDOFF_SQL_END, NULL, NULL },
};

/** sendoff_store_release_sets_list: (transfer full) (element-type SendoffReleaseSet): all of them, by name.
 */
GPtrArray *
sendoff_store_release_sets_list (sqlite3 *db, GError **error)
{
  g_autoptr (GPtrArray) sets = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_release_set_free);
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (
      db,
      "SELECT release_set_id, name, output_folder_uri, naming_pattern, outputs FROM release_sets"
      " ORDER BY name COLLATE NOCASE, release_set_id",
      error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  while (sendoff_sql_next_row (statement, &has_row, error))
    {
      SendoffReleaseSet *set;

      if (!has_row)
        return g_steal_pointer (&sets);
      set = sendoff_sql_read_doc (statement, &sendoff_release_set_doc_type, error);
      if (set == NULL)
        return NULL;
      g_ptr_array_add (sets, set);
    }
  return NULL;
}

static gboolean
save (sqlite3 *db, const SendoffReleaseSet *set, GError **error)
{
  g_autoptr (sqlite3_stmt) user = sendoff_sql_prepare (db,
                                                       "INSERT INTO users (user_id, name, created_at) VALUES "
                                                       "(:user_id, :user_id, :now) ON CONFLICT DO NOTHING",
                                                       error);
  g_autoptr (sqlite3_stmt) statement
      = user != NULL ? sendoff_sql_prepare_upsert (db, "release_sets", columns, NULL, error) : NULL;

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_text (user, ":user_id", SENDOFF_USER_DESKTOP);
  sendoff_sql_bind_int (user, ":now", g_get_real_time ());
  sendoff_sql_bind_doc (statement, &sendoff_release_set_doc_type, set);
  sendoff_sql_bind_text (statement, ":user_id", SENDOFF_USER_DESKTOP);
  sendoff_sql_bind_int (statement, ":now", g_get_real_time ());
  return sendoff_sql_run (user, error) && sendoff_sql_run (statement, error);
}

/** sendoff_store_release_sets_save: inserts or replaces the one with its id. */
gboolean
sendoff_store_release_sets_save (sqlite3 *db, const SendoffReleaseSet *set, GError **error)
{
  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  return sendoff_sql_end_transaction (db, save (db, set, error), error);
}

/** sendoff_store_release_sets_delete: %SENDOFF_ERROR_NOT_FOUND when there is none. */
gboolean
sendoff_store_release_sets_delete (sqlite3 *db, const char *release_set_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare (db, "DELETE FROM release_sets WHERE release_set_id = :id", error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_text (statement, ":id", release_set_id);
  if (!sendoff_sql_run (statement, error))
    return FALSE;
  if (sqlite3_changes (db) > 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, _ ("There is no release set “%s”."),
               release_set_id);
  return FALSE;
}
