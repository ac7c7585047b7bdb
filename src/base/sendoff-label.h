/* Names that people give to what they keep (presets, release sets), and the ids that are made of them. Any
 * thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef gboolean (*SendoffLabelIsFree) (const char *text, gpointer data);

char *sendoff_label_clean (const char *name, GError **error);
gboolean sendoff_label_equal (const char *a, const char *b);
char *
sendoff_label_dup_id (const char *name, const char *fallback, SendoffLabelIsFree is_free, gpointer data);
char *sendoff_label_dup_copy (const char *name, SendoffLabelIsFree is_free, gpointer data);

G_END_DECLS
