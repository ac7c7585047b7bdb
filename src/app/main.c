/* The desktop application: sendoff [FILE…]. */
#include "app/sendoff-application.h"
#include "app/sendoff-watchdog.h"
#include "base/sendoff-i18n.h"

int
main (int argc, char **argv)
{
  g_autoptr (SendoffWatchdog) watchdog = sendoff_watchdog_new_from_environment ();
  g_autoptr (SendoffApplication) application = NULL;

  sendoff_i18n_init ();
  /* GTK would take the locale's decimal comma again. */
  gtk_disable_setlocale ();
  g_set_application_name (_ ("Sendoff"));
  application = sendoff_application_new ();
  if (watchdog != NULL)
    sendoff_watchdog_watch_windows (watchdog, GTK_APPLICATION (application));
  return g_application_run (G_APPLICATION (application), argc, argv);
}
