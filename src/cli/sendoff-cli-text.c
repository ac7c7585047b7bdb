#include "cli/sendoff-cli-text.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct _SendoffCliTable {
  guint n_columns;
  GPtrArray *rows; /* char **, the header first */
};

/** sendoff_cli_is_terminal: whether standard output is a terminal that can redraw lines. */
gboolean
sendoff_cli_is_terminal (void)
{
  return isatty (STDOUT_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

/** sendoff_cli_get_terminal_size: columns and lines of standard output now, 80 × 24 when it cannot say. */
void
sendoff_cli_get_terminal_size (int *columns, int *lines)
{
  struct winsize size = { 0 };

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
    size.ws_col = 0;
  *columns = size.ws_col > 0 ? size.ws_col : 80;
  *lines = size.ws_col > 0 && size.ws_row > 0 ? size.ws_row : 24;
}

/** sendoff_cli_is_utf8: whether the locale's characters are UTF-8. */
gboolean
sendoff_cli_is_utf8 (void)
{
  return g_get_charset (NULL);
}

/* Controls could steer the terminal, directional overrides could make a name look like another. Joiners are part of
 * scripts and emoji. */
static gboolean
is_harmless (gunichar c)
{
  switch ((int)g_unichar_type (c))
    {
    case G_UNICODE_FORMAT:
      return c == 0x200c || c == 0x200d;
    case G_UNICODE_CONTROL:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
      return FALSE;
    default:
      return TRUE;
    }
}

/**
 * sendoff_cli_text_dup_printable:
 * @text: (nullable): anything, such as a file name
 *
 * Returns: (transfer full): UTF-8 of one line, without characters that could steer a terminal
 */
char *
sendoff_cli_text_dup_printable (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *clean = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      g_string_append_unichar (clean, is_harmless (c) ? c : 0xfffd);
    }
  return g_string_free (clean, FALSE);
}

static int
char_width (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

/** sendoff_cli_text_get_width: columns that @text takes on a terminal. */
int
sendoff_cli_text_get_width (const char *text)
{
  int width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += char_width (g_utf8_get_char (p));
  return width;
}

/**
 * sendoff_cli_text_fit:
 * @text: printable UTF-8
 * @columns: at least 1
 * @pad: whether to fill up with spaces
 *
 * Returns: (transfer full): @text in at most @columns, its end replaced by "…" when it is too long
 */
char *
sendoff_cli_text_fit (const char *text, int columns, gboolean pad)
{
  GString *fitted = g_string_new (NULL);
  int total = sendoff_cli_text_get_width (text);
  int room = total > columns ? columns - 1 : columns;
  int width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (width + char_width (c) > room)
        break;
      width += char_width (c);
      g_string_append_unichar (fitted, c);
    }
  if (total > columns)
    {
      g_string_append (fitted, "…");
      width++;
    }
  for (; pad && width < columns; width++)
    g_string_append_c (fitted, ' ');
  return g_string_free (fitted, FALSE);
}

/** sendoff_cli_table_new: (transfer full): a table with the NULL-terminated @header. */
SendoffCliTable *
sendoff_cli_table_new (const char *const *header)
{
  SendoffCliTable *self = g_new0 (SendoffCliTable, 1);

  self->n_columns = g_strv_length ((char **)header);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify)g_strfreev);
  g_ptr_array_add (self->rows, g_strdupv ((char **)header));
  return self;
}

/** sendoff_cli_table_add: one row: as many strings as the header has. */
void
sendoff_cli_table_add (SendoffCliTable *self, const char *const *cells)
{
  char **row = g_new0 (char *, self->n_columns + 1);

  for (guint i = 0; i < self->n_columns; i++)
    row[i] = sendoff_cli_text_dup_printable (cells[i]);
  g_ptr_array_add (self->rows, row);
}

/* The last column, usually a description, gives way when the terminal is too narrow. */
static void
measure (SendoffCliTable *self, int *widths)
{
  int columns, lines, used = 0;

  for (guint r = 0; r < self->rows->len; r++)
    for (guint i = 0; i < self->n_columns; i++)
      widths[i] = MAX (widths[i], sendoff_cli_text_get_width (((char **)g_ptr_array_index (self->rows, r))[i]));
  if (!sendoff_cli_is_terminal ())
    return;
  sendoff_cli_get_terminal_size (&columns, &lines);
  for (guint i = 0; i + 1 < self->n_columns; i++)
    used += widths[i] + 2;
  if (self->n_columns > 0)
    widths[self->n_columns - 1] = CLAMP (columns - used, 8, MAX (widths[self->n_columns - 1], 8));
}

/** sendoff_cli_table_print: the table on standard output, cut to the terminal's width when it is one. */
void
sendoff_cli_table_print (SendoffCliTable *self)
{
  g_autofree int *widths = g_new0 (int, self->n_columns + 1);

  measure (self, widths);
  for (guint r = 0; r < self->rows->len; r++)
    {
      char **row = g_ptr_array_index (self->rows, r);
      g_autoptr (GString) line = g_string_new (NULL);

      for (guint i = 0; i < self->n_columns; i++)
        {
          gboolean is_last = i + 1 == self->n_columns;
          g_autofree char *cell = sendoff_cli_text_fit (row[i], widths[i], !is_last);

          g_string_append_printf (line, "%s%s", cell, is_last ? "" : "  ");
        }
      g_print ("%s\n", g_strchomp (line->str));
    }
}

/** sendoff_cli_table_free: frees the table. */
void
sendoff_cli_table_free (SendoffCliTable *self)
{
  g_ptr_array_unref (self->rows);
  g_free (self);
}
