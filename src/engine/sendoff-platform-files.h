/* Platforms that the user updated: one JSON file each in DATA/platforms, which takes the place of the shipped one.
 *
 * Plain files, so that they can be looked at, handed on and removed by hand. One that cannot be used is left out with a
 * message and hides nothing that was shipped. Blocking; for threads.
 */
#pragma once

#include "model/sendoff-catalog.h"

G_BEGIN_DECLS

SendoffCatalog *sendoff_platform_files_load_catalog (const char *data_dir, GError **error);
GPtrArray *sendoff_platform_files_update (const char *data_dir, const char *text, GError **error);
gboolean sendoff_platform_files_reset (const char *data_dir, const char *platform_id, GError **error);

G_END_DECLS
