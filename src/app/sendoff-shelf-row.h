/* A preset or release set in the list of what is kept: what it is, and a menu of what can be done with it.
 * Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-shelf-item.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_SHELF_ROW (sendoff_shelf_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffShelfRow, sendoff_shelf_row, SENDOFF, SHELF_ROW, AdwActionRow)

/* Signal: "chosen" (string): "item.use", "item.rename", "item.duplicate", "item.export" or "item.delete". */
GtkWidget *sendoff_shelf_row_new (SendoffShelfItem *item);
SendoffShelfItem *sendoff_shelf_row_get_item (SendoffShelfRow *self);

G_END_DECLS
