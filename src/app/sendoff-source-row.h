/* A video of the draft: its facts, what is unusual about it, and a button to remove it. Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-source-item.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_SOURCE_ROW (sendoff_source_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffSourceRow, sendoff_source_row, SENDOFF, SOURCE_ROW, AdwBin)

/* Properties: item (SendoffSourceItem, writable, nullable). */

G_END_DECLS
