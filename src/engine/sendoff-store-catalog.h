/* The catalog's mirror in the database, and presets. Private to the store; all calls block and belong to its thread. */
#pragma once

#include "engine/sendoff-sql.h"
#include "model/sendoff-catalog.h"

G_BEGIN_DECLS

gboolean sendoff_store_catalog_mirror (sqlite3 *db, SendoffCatalog *catalog, GError **error);

GPtrArray *sendoff_store_presets_list (sqlite3 *db, GError **error);
gboolean sendoff_store_presets_save (sqlite3 *db, const SendoffPreset *preset, GError **error);
gboolean sendoff_store_presets_delete (sqlite3 *db, const char *preset_id, GError **error);

G_END_DECLS
