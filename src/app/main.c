/* The desktop application: sendoff [FILE…]. */
#include <glib/gi18n.h>
#include <locale.h>

#include "app/sendoff-application.h"
#include "sendoff-config.h"

int
main (int argc, char **argv)
{
  g_autoptr (SendoffApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, SENDOFF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  g_set_application_name (_ ("Sendoff"));
  application = sendoff_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}
