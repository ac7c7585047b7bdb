/* The page where an export is put together: videos, destinations, outputs, folder, and the Export button.
 * Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-draft.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_EXPORT_PAGE (sendoff_export_page_get_type ())
G_DECLARE_FINAL_TYPE (SendoffExportPage, sendoff_export_page, SENDOFF, EXPORT_PAGE, AdwBin)

/* Properties: draft (SendoffDraft, set once), show-all (boolean: every destination, not only the usual ones).
 */

G_END_DECLS
