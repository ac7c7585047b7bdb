/* Names of files in text that must be UTF-8, such as plans and JSON, without losing a byte.
 *
 * A name on Linux is any bytes but "/" and NUL. In the escaped form a byte that is no part of valid UTF-8 is the
 * character U+EF80 + (byte - 0x80) of the private use area, as in the OPTU-8 encoding of MirBSD; a name that holds such
 * a character itself has its bytes escaped one by one, so that every name comes back as it was. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *sendoff_bytes_escape (const char *name);
char *sendoff_bytes_unescape (const char *escaped);
char *sendoff_bytes_dup_display (const char *escaped);

G_END_DECLS
