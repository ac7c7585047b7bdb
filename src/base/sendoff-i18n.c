#include "base/sendoff-i18n.h"

#include <langinfo.h>
#include <libintl.h>
#include <locale.h>

/* (transfer full) (nullable): the catalogs of the build tree that the running program lies in: po/, two
 * folders above that of the program. */
static char *
dup_build_folder (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *top = folder != NULL ? g_build_filename (folder, "..", "..", NULL) : NULL;
  g_autofree char *mark = top != NULL ? g_build_filename (top, "build.ninja", NULL) : NULL;
  g_autofree char *catalogs = top != NULL ? g_build_filename (top, "po", NULL) : NULL;

  return mark != NULL && g_file_test (mark, G_FILE_TEST_EXISTS) ? g_steal_pointer (&catalogs) : NULL;
}

/* Where no locale is set, as in cron and on bare machines, the C library takes the terminal for one of ASCII
 * alone and GLib prints “?” for every dash and quotation mark. Terminals and files are UTF-8 there all the
 * same. */
static void
leave_ascii_behind (void)
{
  if (g_strcmp0 (nl_langinfo (CODESET), "ANSI_X3.4-1968") == 0)
    setlocale (LC_CTYPE, "C.UTF-8");
}

/**
 * sendoff_i18n_init:
 *
 * Takes the locale from the environment and says where translations are: in the build tree when the program
 * was not installed. Numbers keep their dot, because they end up in filters and documents as well as on the
 * screen. The catalog is opened here already: a worker may not open it once it has locked itself in.
 */
void
sendoff_i18n_init (void)
{
  g_autofree char *build_folder = dup_build_folder ();

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  leave_ascii_behind ();
  bindtextdomain (GETTEXT_PACKAGE, build_folder != NULL ? build_folder : SENDOFF_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  gettext ("");
}
