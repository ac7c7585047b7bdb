#include "engine/sendoff-store-lessons.h"

#include "engine/sendoff-sql.h"

#define COLUMNS                                                                                              \
  "encoder, speed, source_identity, steered, quality, pixels, source_share, size_factor, time_factor, "      \
  "weight, learned_at"

/** sendoff_store_lessons_list: (transfer full) (element-type SendoffLesson): those that are kept, newest
 * first. */
GPtrArray *
sendoff_store_lessons_list (sqlite3 *db, GError **error)
{
  g_autoptr (GPtrArray) lessons = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_lesson_free);
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (
      db, "SELECT " COLUMNS " FROM lessons ORDER BY lesson_id DESC LIMIT :most", error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  sendoff_sql_bind_int (statement, ":most", SENDOFF_LESSONS_MAX);
  while (sendoff_sql_next_row (statement, &has_row, error))
    {
      SendoffLesson *lesson;

      if (!has_row)
        return g_steal_pointer (&lessons);
      lesson = sendoff_sql_read_doc (statement, &sendoff_lesson_doc_type, error);
      if (lesson == NULL)
        return NULL;
      g_ptr_array_add (lessons, lesson);
    }
  return NULL;
}

static gboolean
add_one (sqlite3 *db, const SendoffLesson *lesson, GError **error)
{
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (
      db,
      "INSERT INTO lessons (" COLUMNS ") VALUES (:encoder, :speed, :source_identity, :steered,"
      " :quality, :pixels, :source_share, :size_factor, :time_factor, :weight, :learned_at)",
      error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_doc (statement, &sendoff_lesson_doc_type, lesson);
  return sendoff_sql_run (statement, error);
}

static gboolean
drop_oldest (sqlite3 *db, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare (db,
                             "DELETE FROM lessons WHERE lesson_id NOT IN (SELECT lesson_id FROM lessons "
                             "ORDER BY lesson_id DESC LIMIT :most)",
                             error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_int (statement, ":most", SENDOFF_LESSONS_MAX);
  return sendoff_sql_run (statement, error);
}

/** sendoff_store_lessons_add: adds @lessons (element-type SendoffLesson), the newest last; the oldest of too
 * many go. */
gboolean
sendoff_store_lessons_add (sqlite3 *db, GPtrArray *lessons, GError **error)
{
  gboolean ok = TRUE;

  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  for (guint i = 0; i < lessons->len && ok; i++)
    ok = add_one (db, g_ptr_array_index (lessons, i), error);
  return sendoff_sql_end_transaction (db, ok && drop_oldest (db, error), error);
}

/** sendoff_store_lessons_forget: removes all of them. */
gboolean
sendoff_store_lessons_forget (sqlite3 *db, GError **error)
{
  return sendoff_sql_execute (db, "DELETE FROM lessons", error);
}
