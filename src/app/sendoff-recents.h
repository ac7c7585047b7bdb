/* The videos that were opened last, on the empty page: those of them that are still there. Hidden when there are none.
 * Main thread; files are looked at without blocking. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-draft.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_RECENTS (sendoff_recents_get_type ())
G_DECLARE_FINAL_TYPE (SendoffRecents, sendoff_recents, SENDOFF, RECENTS, AdwBin)

/* Properties: draft (SendoffDraft): videos that are added to it are noted. */

G_END_DECLS
