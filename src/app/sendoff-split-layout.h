/* Two children beside each other where there is room for that, else the second below the first. Main thread.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_SPLIT_LAYOUT (sendoff_split_layout_get_type ())
G_DECLARE_FINAL_TYPE (SendoffSplitLayout, sendoff_split_layout, SENDOFF, SPLIT_LAYOUT, GtkLayoutManager)

G_END_DECLS
