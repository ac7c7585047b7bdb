/* Sentences in the user's language: the macros of gettext for every layer, and where translations are found.
 *
 * Include this instead of <glib/gi18n.h>. _() and ngettext() may be used on any thread once
 * sendoff_i18n_init() was called, which a program's main() does first; without that, and for languages
 * without a translation, sentences stay as they are written.
 */
#pragma once

#include "sendoff-config.h"

#include <glib/gi18n-lib.h>

G_BEGIN_DECLS

/* That of the C library knows only the program's own domain. */
#undef ngettext
#define ngettext(one, many, n) g_dngettext (GETTEXT_PACKAGE, one, many, n)

void sendoff_i18n_init (void);

G_END_DECLS
