#include "base/sendoff-bytes.h"

#include <string.h>

/* The character that stands for the byte 0x80; that for 0xff is the last of the range. */
#define FIRST_ESCAPE 0xef80
#define LAST_ESCAPE  0xefff

static gboolean
is_escape (gunichar c)
{
  return c >= FIRST_ESCAPE && c <= LAST_ESCAPE;
}

static void
append_escaped (GString *out, const char *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    g_string_append_unichar (out, FIRST_ESCAPE + ((guchar)bytes[i] & 0x7f));
}

/**
 * sendoff_bytes_escape:
 * @name: any bytes
 *
 * Returns: (transfer full): valid UTF-8; @name itself when that is UTF-8 without characters of the escapes' range
 */
char *
sendoff_bytes_escape (const char *name)
{
  GString *out = g_string_new (NULL);

  for (const char *p = name; *p != '\0';)
    {
      gunichar c = g_utf8_get_char_validated (p, -1);
      gsize length = 1;

      if (c != (gunichar)-1 && c != (gunichar)-2)
        length = (gsize)(g_utf8_next_char (p) - p);
      if (c == (gunichar)-1 || c == (gunichar)-2 || is_escape (c))
        append_escaped (out, p, length);
      else
        g_string_append_len (out, p, (gssize)length);
      p += length;
    }
  return g_string_free (out, FALSE);
}

/**
 * sendoff_bytes_unescape:
 * @escaped: valid UTF-8, as from sendoff_bytes_escape()
 *
 * Returns: (transfer full): the bytes of the name
 */
char *
sendoff_bytes_unescape (const char *escaped)
{
  GString *out = g_string_new (NULL);

  for (const char *p = escaped; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (is_escape (c))
        g_string_append_c (out, (char)(0x80 + (c - FIRST_ESCAPE)));
      else
        g_string_append_len (out, p, (gssize)(g_utf8_next_char (p) - p));
    }
  return g_string_free (out, FALSE);
}

/**
 * sendoff_bytes_dup_display:
 * @escaped: (nullable): as from sendoff_bytes_escape()
 *
 * Returns: (transfer full): the name for people to read, in UTF-8; not to open a file with
 */
char *
sendoff_bytes_dup_display (const char *escaped)
{
  g_autofree char *name = sendoff_bytes_unescape (escaped != NULL ? escaped : "");

  return g_filename_display_name (name);
}
