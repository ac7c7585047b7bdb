/* The row to choose a release set by: the one that asks for what the draft has now is selected by itself.
 * Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-draft.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_RELEASE_ROW (sendoff_release_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffReleaseRow, sendoff_release_row, SENDOFF, RELEASE_ROW, AdwComboRow)

/* Properties: draft (SendoffDraft, set once). */

G_END_DECLS
