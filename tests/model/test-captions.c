/* Files of captions before anything parses them. */
#include "base/sendoff-error.h"
#include "model/sendoff-captions.h"

#include <string.h>

#define SRT "1\n00:00:01,000 --> 00:00:02,000\n"

static void
test_read (void)
{
  static const struct {
    const char *bytes;
    gsize length;
    const char *text; /* NULL: refused */
    const char *says;
  } cases[] = {
    { SRT "\303\234ber\n", 0, SRT "\303\234ber\n", NULL },
    { "\357\273\277" SRT, 0, "\357\273\277" SRT, NULL },
    { "\377\376-\0-\0>\0\334\0", 10, "-->\303\234", NULL },
    { "\376\377\0-\0-\0>\0\334", 10, "-->\303\234", NULL },
    { "[Script Info]\nDialogue: 0,0:00:01.00", 0, "[Script Info]\nDialogue: 0,0:00:01.00", NULL },
    { SRT "\334ber\n", 0, NULL, "UTF-8" },
    { "just text", 0, NULL, "SRT, WebVTT or ASS" },
    { "-->\0\1\2", 6, NULL, "SRT, WebVTT or ASS" },
    { "\377\376\0\330-\0-\0>\0", 10, NULL, "SRT, WebVTT or ASS" },
    { "", 0, NULL, "SRT, WebVTT or ASS" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      gsize length = cases[i].length > 0 ? cases[i].length : strlen (cases[i].bytes);
      g_autofree char *text = sendoff_captions_dup_text (cases[i].bytes, length, "a.srt", &error);

      g_assert_cmpstr (text, ==, cases[i].text);
      if (cases[i].text != NULL)
        g_assert_no_error (error);
      else
        {
          g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED);
          g_assert_nonnull (strstr (error->message, cases[i].says));
          g_assert_nonnull (strstr (error->message, "a.srt"));
        }
    }
}

static void
test_too_large (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sendoff_captions_dup_text (NULL, SENDOFF_CAPTIONS_MAX_BYTES + 1, "a.srt", &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/captions/read", test_read);
  g_test_add_func ("/model/captions/too-large", test_too_large);
  return g_test_run ();
}
