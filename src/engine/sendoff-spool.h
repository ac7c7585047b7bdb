/* Sources that cannot be searched, or are not on this computer, are copied into the cache before anything else: what
 * comes through a pipe, and what only GIO can read.
 *
 * Blocking calls, for threads. A copy belongs to the process that made it until a job names it; it goes with the job.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

gboolean sendoff_spool_is_needed (GFile *file);
GFile *sendoff_spool_copy (const char *cache_dir, GFile *file, const char *name, GCancellable *cancellable, GError **error);
void sendoff_spool_sweep (const char *cache_dir, GHashTable *needed_uris);

G_END_DECLS
