/* Release sets as rows. Private to the store; all calls block and belong to its thread. */
#pragma once

#include "engine/sendoff-sql.h"

#include "model/sendoff-release-set.h"

G_BEGIN_DECLS

GPtrArray *sendoff_store_release_sets_list (sqlite3 *db, GError **error);
gboolean sendoff_store_release_sets_save (sqlite3 *db, const SendoffReleaseSet *set, GError **error);
gboolean sendoff_store_release_sets_delete (sqlite3 *db, const char *release_set_id, GError **error);

G_END_DECLS
