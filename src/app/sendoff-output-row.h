/* A file that will be made: what it will be, what is wrong with it, and its settings. Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-output-item.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_OUTPUT_ROW (sendoff_output_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffOutputRow, sendoff_output_row, SENDOFF, OUTPUT_ROW, GtkListBoxRow)

GtkWidget *sendoff_output_row_new (SendoffOutputItem *item);

G_END_DECLS
