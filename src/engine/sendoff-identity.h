/* Which source a file is: by its size and a sample of its content, whatever its name.
 *
 * Blocking; any thread but the main loop's. The descriptor's file offset is never used (pread).
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

int sendoff_identity_open_source (GFile *file, gint64 *size, GError **error);
char *sendoff_identity_compute (int fd, GError **error);

G_END_DECLS
