/* The table of lessons: what finished exports taught. Private to the store, on its thread. */
#pragma once

#include <sqlite3.h>

#include "model/sendoff-lesson.h"

G_BEGIN_DECLS

GPtrArray *sendoff_store_lessons_list (sqlite3 *db, GError **error);
gboolean sendoff_store_lessons_add (sqlite3 *db, GPtrArray *lessons, GError **error);
gboolean sendoff_store_lessons_forget (sqlite3 *db, GError **error);

G_END_DECLS
