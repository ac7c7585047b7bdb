#include "model/sendoff-captions.h"

#include <string.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

static gboolean
is_utf16 (const guint8 *bytes, gsize length)
{
  return length >= 2 && ((bytes[0] == 0xFF && bytes[1] == 0xFE) || (bytes[0] == 0xFE && bytes[1] == 0xFF));
}

static gboolean
holds (const char *text, gsize length, const char *mark)
{
  return memmem (text, length, mark, strlen (mark)) != NULL;
}

static gboolean
set_no_captions (const char *name, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
               _ ("“%s” holds no captions: it should be an SRT, WebVTT or ASS file."), name);
  return FALSE;
}

/* (transfer full) (nullable): UTF-8 of text in UTF-16 with its mark; @bytes may lie anywhere. */
static char *
convert_utf16 (const guint8 *bytes, gsize length)
{
  gboolean is_big = bytes[0] == 0xFE;
  gsize n = length / 2 - 1;
  g_autofree gunichar2 *units = g_new0 (gunichar2, n + 1);

  for (gsize i = 0; i < n; i++)
    {
      const guint8 *unit = bytes + 2 + 2 * i;

      units[i] = (gunichar2)(is_big ? unit[0] << 8 | unit[1] : unit[1] << 8 | unit[0]);
    }
  return g_utf16_to_utf8 (units, (glong)n, NULL, NULL, NULL);
}

static gboolean
check_text (const char *text, gsize length, const char *name, GError **error)
{
  gboolean is_binary = memchr (text, '\0', length) != NULL;

  if (!is_binary && !g_utf8_validate (text, (gssize)length, NULL))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
                   _ ("The captions “%s” are in an old encoding of characters. Save them as UTF-8 and try again."), name);
      return FALSE;
    }
  if (is_binary || !(holds (text, length, "-->") || holds (text, length, "Dialogue:")))
    return set_no_captions (name, error);
  return TRUE;
}

/**
 * sendoff_captions_dup_text:
 * @bytes: the whole file
 * @length: its size; more than %SENDOFF_CAPTIONS_MAX_BYTES are not looked at
 * @name: for messages
 *
 * Texts in UTF-8, and in UTF-16 with its mark, are read; what was written in an older encoding says nowhere in which, and
 * guessing puts wrong letters on the screen.
 *
 * Returns: (transfer full): the text in UTF-8, or %NULL with %SENDOFF_ERROR_SOURCE_UNSUPPORTED when these are no captions
 *   that can be read
 */
char *
sendoff_captions_dup_text (const char *bytes, gsize length, const char *name, GError **error)
{
  g_autofree char *text = NULL;

  if (length > SENDOFF_CAPTIONS_MAX_BYTES)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED, _ ("“%s” is too large to be captions."), name);
      return NULL;
    }
  if (is_utf16 ((const guint8 *)bytes, length))
    {
      text = convert_utf16 ((const guint8 *)bytes, length);
      if (text == NULL)
        {
          set_no_captions (name, error);
          return NULL;
        }
      length = strlen (text);
    }
  else
    {
      text = g_malloc (length + 1);
      memcpy (text, bytes, length);
      text[length] = '\0';
    }
  return check_text (text, length, name, error) ? g_steal_pointer (&text) : NULL;
}
