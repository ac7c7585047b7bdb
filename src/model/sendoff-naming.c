#include "model/sendoff-naming.h"

#include <string.h>

#include "base/sendoff-bytes.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

/* What Linux file systems take in one name. */
#define NAME_MAX_BYTES 255

/* The value of a {variable}; FALSE when there is none of that name. A value that is unset is empty. */
static gboolean
look_up_variable (const SendoffNameFields *fields, const char *variable, const char *timestamp, const char **value)
{
  const struct {
    const char *name;
    const char *value;
  } variables[] = {
    { "name", fields->name },       { "platform", fields->platform }, { "resolution", fields->resolution },
    { "codec", fields->codec },     { "quality", fields->quality },   { "date", fields->date },
    { "timestamp", timestamp },
  };

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (g_str_equal (variables[i].name, variable))
      {
        *value = variables[i].value != NULL ? variables[i].value : "";
        return TRUE;
      }
  return FALSE;
}

static char *
substitute (const char *pattern, const SendoffNameFields *fields, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autofree char *timestamp = g_strdup_printf ("%" G_GINT64_FORMAT, fields->timestamp);

  for (const char *p = pattern; *p != '\0';)
    {
      const char *close = *p == '{' ? strchr (p, '}') : NULL;
      g_autofree char *variable = NULL;
      const char *value;

      if (close == NULL)
        {
          g_string_append_c (out, *p++);
          continue;
        }
      variable = g_strndup (p + 1, (gsize)(close - p - 1));
      if (!look_up_variable (fields, variable, timestamp, &value))
        {
          g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
                       _ ("There is no variable {%s} for file names; there are {name}, {platform}, {resolution}, {codec}, "
                       "{quality}, {date} and {timestamp}."),
                       variable);
          return NULL;
        }
      g_string_append (out, value);
      p = close + 1;
    }
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
is_forbidden (gunichar c)
{
  return c == '/' || c == '\\' || g_unichar_iscntrl (c);
}

/* One leaf name: nothing that separates folders, no control characters, not hidden, no spaces at the ends. @escaped is
 * as from sendoff_bytes_escape(), and so is the result. */
static char *
sanitize (const char *escaped)
{
  g_autoptr (GString) out = g_string_new (NULL);

  for (const char *p = escaped; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (out->len == 0 && (c == '.' || g_unichar_isspace (c)))
        continue;
      g_string_append_unichar (out, is_forbidden (c) ? '-' : c);
    }
  while (out->len > 0 && (out->str[out->len - 1] == ' ' || out->str[out->len - 1] == '.'))
    g_string_truncate (out, out->len - 1);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Cuts @text to at most @limit bytes at the end of a character. */
static char *
truncate_utf8 (const char *text, gsize limit)
{
  const char *end = text + MIN (strlen (text), limit);

  while (end > text && (*end & 0xc0) == 0x80)
    end--;
  return g_strndup (text, (gsize)(end - text));
}

/**
 * sendoff_naming_expand:
 * @pattern: a name with {variables}; any bytes
 * @fields: their values
 *
 * The result never leaves its folder: separators become hyphens and leading dots go.
 *
 * Returns: (transfer full): the name without suffix and extension, at most 255 bytes, escaped as by sendoff_bytes_escape(); %NULL with
 *   %SENDOFF_ERROR_USAGE when a variable is unknown or nothing is left
 */
char *
sendoff_naming_expand (const char *pattern, const SendoffNameFields *fields, GError **error)
{
  g_autofree char *text = substitute (pattern, fields, error);
  g_autofree char *escaped = NULL;
  g_autofree char *name = NULL;

  if (text == NULL)
    return NULL;
  escaped = sendoff_bytes_escape (text);
  name = sanitize (escaped);
  if (*name == '\0')
    {
      g_autofree char *shown = g_filename_display_name (pattern);

      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("The pattern “%s” gives an empty file name."), shown);
      return NULL;
    }
  return truncate_utf8 (name, NAME_MAX_BYTES);
}

/**
 * sendoff_naming_join:
 * @stem: as from sendoff_naming_expand()
 * @suffix: (nullable): kept whole, whatever its length allows; any bytes
 * @extension: without the dot
 *
 * Returns: (transfer full): a file name of at most 255 bytes, the stem shortened when need be, escaped as @stem is
 */
char *
sendoff_naming_join (const char *stem, const char *suffix, const char *extension)
{
  g_autofree char *clean = sanitize (stem);
  g_autofree char *escaped = sendoff_bytes_escape (suffix != NULL ? suffix : "");
  g_autofree char *marked = g_strconcat ("x", escaped, NULL); /* a suffix may begin with a dot or a space */
  g_autofree char *clean_suffix = sanitize (marked);
  g_autofree char *tail = NULL;
  g_autofree char *head = NULL;
  g_autofree char *end = NULL;

  end = truncate_utf8 (clean_suffix + 1, NAME_MAX_BYTES / 2);
  tail = g_strconcat (end, ".", extension, NULL);
  head = truncate_utf8 (clean, NAME_MAX_BYTES - strlen (tail));
  return g_strconcat (head, tail, NULL);
}

/** sendoff_naming_add_number: (transfer full): "clip.mp4" and 2 give "clip (2).mp4", still at most 255 bytes. */
char *
sendoff_naming_add_number (const char *file_name, guint number)
{
  const char *dot = strrchr (file_name, '.');
  g_autofree char *stem = NULL;
  g_autofree char *suffix = g_strdup_printf (" (%u)", number);
  g_autofree char *tail = NULL;
  g_autofree char *head = NULL;

  if (dot == NULL || dot == file_name)
    dot = file_name + strlen (file_name);
  stem = g_strndup (file_name, (gsize)(dot - file_name));
  tail = g_strconcat (suffix, dot, NULL);
  head = truncate_utf8 (stem, NAME_MAX_BYTES - MIN (strlen (tail), NAME_MAX_BYTES));
  return g_strconcat (head, tail, NULL);
}

/** sendoff_naming_dup_sidecar: (transfer full): "/a/clip.mp4" and "srt" give "/a/clip.srt"; bytes, UTF-8 or not. */
char *
sendoff_naming_dup_sidecar (const char *path, const char *extension)
{
  const char *dot = strrchr (path, '.');
  const char *slash = strrchr (path, '/');

  if (dot == NULL || (slash != NULL && dot < slash))
    return g_strconcat (path, ".", extension, NULL);
  return g_strdup_printf ("%.*s.%s", (int)(dot - path), path, extension);
}

/** sendoff_naming_strip_extension: (transfer full): "clip.mp4" gives "clip"; "version 1.2" and ".mp4" stay. */
char *
sendoff_naming_strip_extension (const char *file_name)
{
  const char *dot = strrchr (file_name, '.');
  gboolean has_letter = FALSE;
  gsize length;

  if (dot == NULL || dot == file_name)
    return g_strdup (file_name);
  length = strlen (dot + 1);
  for (const char *p = dot + 1; *p != '\0'; p++)
    {
      if (!g_ascii_isalnum (*p))
        return g_strdup (file_name);
      has_letter |= g_ascii_isalpha (*p);
    }
  if (length < 1 || length > 5 || !has_letter)
    return g_strdup (file_name);
  return g_strndup (file_name, (gsize)(dot - file_name));
}
