/* Still pictures of sources that were taken before, in a folder of bounded size.
 *
 * A picture is kept as a PNG file whose name says the source, the moment and the size. Blocking; any threads at once.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDOFF_FRAME_CACHE_MAX_BYTES (64 * G_GINT64_CONSTANT (1000000))

typedef struct _SendoffFrameCache SendoffFrameCache;

SendoffFrameCache *sendoff_frame_cache_new (const char *folder, gint64 max_bytes);
void sendoff_frame_cache_free (SendoffFrameCache *self);
char *sendoff_frame_cache_dup_key (const char *identity, const char *moment, int max_width, int max_height);
GBytes *sendoff_frame_cache_get (SendoffFrameCache *self, const char *key);
char *sendoff_frame_cache_dup_temporary_path (SendoffFrameCache *self, GError **error);
GBytes *sendoff_frame_cache_take (SendoffFrameCache *self, const char *key, const char *path, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffFrameCache, sendoff_frame_cache_free)

G_END_DECLS
