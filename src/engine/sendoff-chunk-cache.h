/* Finished chunks that no unfinished job needs: kept within a bound, because the next export may be like the
 * last one.
 *
 * Blocking calls on the cache folder, for threads. Any number of processes may use them at once: a folder of
 * chunks goes only while nobody holds its lock and no job's folder names it.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 live_bytes;    /* of unfinished jobs */
  gint64 kept_bytes;    /* of no unfinished job */
  guint n_live, n_kept; /* folders: one for the picture or the sound of an output */
} SendoffChunkCacheUse;

gint64 sendoff_chunk_cache_choose_limit (const char *cache_dir, gint64 wanted_bytes);
void sendoff_chunk_cache_measure (const char *cache_dir, SendoffChunkCacheUse *use);
gint64 sendoff_chunk_cache_trim (const char *cache_dir, gint64 limit_bytes);

G_END_DECLS
