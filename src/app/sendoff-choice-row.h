/* A row to choose one of a list by its id, so that a setting can be bound to it. Main thread. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_CHOICE_ROW (sendoff_choice_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffChoiceRow, sendoff_choice_row, SENDOFF, CHOICE_ROW, AdwComboRow)

/* Properties: choice-id (string, NULL for the entry without an id). The model is a list of SendoffChoice. */

G_END_DECLS
