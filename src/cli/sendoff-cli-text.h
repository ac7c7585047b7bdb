/* Text for a terminal: names made harmless, widths in columns, aligned tables. Pure but for the two questions
 * about the terminal; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sendoff_cli_is_terminal (void);
void sendoff_cli_get_terminal_size (int *columns, int *lines);
gboolean sendoff_cli_is_utf8 (void);

char *sendoff_cli_text_dup_printable (const char *text);
int sendoff_cli_text_get_width (const char *text);
char *sendoff_cli_text_fit (const char *text, int columns, gboolean pad);

/* Rows of cells, printed aligned under a header. */
typedef struct _SendoffCliTable SendoffCliTable;

SendoffCliTable *sendoff_cli_table_new (const char *const *header);
void sendoff_cli_table_add (SendoffCliTable *self, const char *const *cells);
void sendoff_cli_table_print (SendoffCliTable *self);
void sendoff_cli_table_free (SendoffCliTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCliTable, sendoff_cli_table_free)

G_END_DECLS
