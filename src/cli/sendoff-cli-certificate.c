#include "cli/sendoff-cli-certificate.h"

#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-text.h"

/* "closed groups of pictures" is what was expected and found of most checks: said once. */
static void
print_check (const SendoffCheck *check)
{
  int columns = MAX (sendoff_cli_text_get_width (_ ("ok")), sendoff_cli_text_get_width (_ ("FAIL")));
  g_autofree char *found = sendoff_cli_text_dup_printable (check->found);
  g_autofree char *expected = sendoff_cli_text_dup_printable (check->expected);
  g_autofree char *verdict = sendoff_cli_text_fit (check->passed ? _ ("ok") : _ ("FAIL"), columns, TRUE);
  g_autofree char *source = sendoff_cli_text_dup_printable (check->source);

  g_print ("  %s %s: %s", verdict, check->code, found);
  if (g_strcmp0 (found, expected) != 0)
    g_print (_ (", expected %s"), expected);
  if (!check->passed && check->source != NULL)
    g_print (" (%s, %s)", source, check->as_of);
  g_print ("\n");
  if (!check->passed && check->advice != NULL)
    g_print ("  %*s %s\n", columns, "", check->advice);
}

/** sendoff_cli_certificate_print: every check a line, or only those that failed; with what to change. */
void
sendoff_cli_certificate_print (const SendoffCertificate *certificate, gboolean all)
{
  for (guint i = 0; i < certificate->checks->len; i++)
    {
      const SendoffCheck *check = g_ptr_array_index (certificate->checks, i);

      if (all || !check->passed)
        print_check (check);
    }
  for (guint i = 0; certificate->notes != NULL && certificate->notes[i] != NULL; i++)
    {
      g_autofree char *note = sendoff_cli_text_dup_printable (certificate->notes[i]);

      g_print (_ ("  note: %s\n"), note);
    }
}
