/* Children one after the other in as many lines as the width needs: like words of a text. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_FLOW_LAYOUT (sendoff_flow_layout_get_type ())
G_DECLARE_FINAL_TYPE (SendoffFlowLayout, sendoff_flow_layout, SENDOFF, FLOW_LAYOUT, GtkLayoutManager)

GtkLayoutManager *sendoff_flow_layout_new (int spacing);

G_END_DECLS
