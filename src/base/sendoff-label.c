#include "base/sendoff-label.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

#define CHARACTERS_MAX 80

static gboolean
is_one_line (const char *name)
{
  for (const char *p = name; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

/**
 * sendoff_label_clean:
 * @name: (nullable): as somebody typed it
 *
 * Returns: (transfer full): @name without spaces around it, or %NULL with %SENDOFF_ERROR_INVALID_REQUEST when
 * it cannot be a name: empty, more than 80 characters, several lines, not UTF-8
 */
char *
sendoff_label_clean (const char *name, GError **error)
{
  g_autofree char *stripped = name != NULL ? g_strstrip (g_strdup (name)) : NULL;

  if (stripped == NULL || *stripped == '\0')
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, _ ("It needs a name."));
  else if (!g_utf8_validate (stripped, -1, NULL) || !is_one_line (stripped))
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
                         _ ("A name is one line of letters that can be read."));
  else if (g_utf8_strlen (stripped, -1) > CHARACTERS_MAX)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, _ ("A name has at most %d letters."),
                 CHARACTERS_MAX);
  else
    return g_steal_pointer (&stripped);
  return NULL;
}

/** sendoff_label_equal: whether people would take the two names for the same. */
gboolean
sendoff_label_equal (const char *a, const char *b)
{
  g_autofree char *folded_a = g_utf8_casefold (a, -1);
  g_autofree char *folded_b = g_utf8_casefold (b, -1);

  return g_str_equal (folded_a, folded_b);
}

static char *
make_id (const char *name, const char *fallback)
{
  g_autofree char *ascii = g_str_to_ascii (name, "C");
  GString *id = g_string_new (NULL);

  for (const char *p = ascii; *p != '\0'; p++)
    if (g_ascii_isalnum (*p))
      g_string_append_c (id, g_ascii_tolower (*p));
    else if (id->len > 0 && id->str[id->len - 1] != '_' && *p != '?')
      g_string_append_c (id, '_');
  if (id->len > 0 && id->str[id->len - 1] == '_')
    g_string_truncate (id, id->len - 1);
  if (id->len == 0)
    g_string_append (id, fallback);
  return g_string_free (id, FALSE);
}

/**
 * sendoff_label_dup_id:
 * @fallback: what the id begins with when @name has no letter of ASCII
 *
 * Returns: (transfer full): "my_own" for "My own", with a number added until @is_free
 */
char *
sendoff_label_dup_id (const char *name, const char *fallback, SendoffLabelIsFree is_free, gpointer data)
{
  g_autofree char *id = make_id (name, fallback);

  for (guint i = 1;; i++)
    {
      g_autofree char *numbered = i > 1 ? g_strdup_printf ("%s_%u", id, i) : g_strdup (id);

      if (is_free (numbered, data))
        return g_steal_pointer (&numbered);
    }
}

/** sendoff_label_dup_copy: (transfer full): "NAME (copy)", with a number added until @is_free. */
char *
sendoff_label_dup_copy (const char *name, SendoffLabelIsFree is_free, gpointer data)
{
  for (guint i = 1;; i++)
    {
      /* Translators: the name of a copy; the form with a number is for further ones */
      g_autofree char *copy
          = i > 1 ? g_strdup_printf (_ ("%s (copy %u)"), name, i) : g_strdup_printf (_ ("%s (copy)"), name);

      if (is_free (copy, data))
        return g_steal_pointer (&copy);
    }
}
