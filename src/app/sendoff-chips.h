/* Facts as chips beside and below each other, each of them on one line. Main thread. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_CHIPS (sendoff_chips_get_type ())
G_DECLARE_FINAL_TYPE (SendoffChips, sendoff_chips, SENDOFF, CHIPS, GtkWidget)

/* Properties: text (string, writable, nullable): the facts, as sendoff_words_for_source() joins them. */

G_END_DECLS
