#include "engine/sendoff-chunk-cache.h"

#include <sys/stat.h>

#include "engine/sendoff-disk.h"
#include "engine/sendoff-job-folder.h"

/* When the user has not said how much: this, or a share of what is free, whichever is less. */
#define LIMIT_MAX_BYTES (G_GINT64_CONSTANT (10) * 1000 * 1000 * 1000)
#define LIMIT_SHARE     0.1

#define LOCK_LEAF ".lock"

/* One folder of chunks. */
typedef struct
{
  char *path;
  gint64 bytes;
  gint64 used_at; /* Unix nanoseconds: when a job last let it go */
} KeptFolder;

static void
kept_folder_clear (gpointer data)
{
  g_free (((KeptFolder *)data)->path);
}

static gint64
get_bytes (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gint64 bytes = 0;

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat found;

      if (lstat (path, &found) == 0)
        bytes += (gint64)found.st_blocks * 512;
    }
  return bytes;
}

static gint64
get_used_at (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, LOCK_LEAF, NULL);
  struct stat found;

  return stat (path, &found) == 0 ? (gint64)found.st_mtim.tv_sec * 1000000000 + found.st_mtim.tv_nsec : 0;
}

/* Folders that no unfinished job needs, in no order; counts the others. */
static GArray *
look (const char *cache_dir, SendoffChunkCacheUse *use)
{
  g_autofree char *chunks = g_build_filename (cache_dir, "chunks", NULL);
  g_autoptr (GHashTable) needed = sendoff_job_folder_list_keys (cache_dir);
  g_autoptr (GDir) dir = g_dir_open (chunks, 0, NULL);
  GArray *kept = g_array_new (FALSE, FALSE, sizeof (KeptFolder));

  *use = (SendoffChunkCacheUse){ 0 };
  g_array_set_clear_func (kept, kept_folder_clear);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      KeptFolder folder = { .path = g_build_filename (chunks, name, NULL) };

      folder.bytes = get_bytes (folder.path);
      if (name[0] != '.' && !g_hash_table_contains (needed, name))
        {
          folder.used_at = get_used_at (folder.path);
          use->kept_bytes += folder.bytes;
          use->n_kept++;
          g_array_append_val (kept, folder);
          continue;
        }
      use->live_bytes += folder.bytes;
      use->n_live += name[0] != '.' ? 1 : 0;
      g_free (folder.path);
    }
  return kept;
}

static int
compare_use (gconstpointer a, gconstpointer b)
{
  const KeptFolder *one = a, *other = b;

  return one->used_at < other->used_at ? -1 : one->used_at > other->used_at ? 1 : 0;
}

/* Somebody who has just begun to use it keeps it. */
static gboolean
remove_kept (const KeptFolder *folder)
{
  g_autofree char *lock_path = g_build_filename (folder->path, LOCK_LEAF, NULL);
  g_autoptr (GError) error = NULL;
  int fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_EXCLUSIVE, NULL);

  if (fd < 0)
    return FALSE;
  if (!sendoff_disk_release_folder (fd, lock_path, &error))
    g_info ("cache folder stays: %s", error->message);
  return error == NULL;
}

/**
 * sendoff_chunk_cache_choose_limit:
 * @wanted_bytes: what the user wants, -1 to choose
 *
 * Returns: bytes of chunks that may be kept
 */
gint64
sendoff_chunk_cache_choose_limit (const char *cache_dir, gint64 wanted_bytes)
{
  gint64 free_bytes;

  if (wanted_bytes >= 0)
    return wanted_bytes;
  free_bytes = MAX (sendoff_disk_get_free_bytes (cache_dir, NULL), 0);
  return MIN ((gint64)((double)free_bytes * LIMIT_SHARE), LIMIT_MAX_BYTES);
}

/** sendoff_chunk_cache_measure: fills in @use. */
void
sendoff_chunk_cache_measure (const char *cache_dir, SendoffChunkCacheUse *use)
{
  g_array_unref (look (cache_dir, use));
}

/**
 * sendoff_chunk_cache_trim:
 * @limit_bytes: how much may stay, 0 for nothing
 *
 * Removes chunks that no unfinished job needs, those that were not used for longest first.
 *
 * Returns: bytes that were removed
 */
gint64
sendoff_chunk_cache_trim (const char *cache_dir, gint64 limit_bytes)
{
  SendoffChunkCacheUse use;
  g_autoptr (GArray) kept = look (cache_dir, &use);
  gint64 removed_bytes = 0;

  g_array_sort (kept, compare_use);
  for (guint i = 0; i < kept->len; i++)
    {
      const KeptFolder *folder = &g_array_index (kept, KeptFolder, i);

      if (limit_bytes > 0 && use.kept_bytes - removed_bytes <= limit_bytes)
        break;
      removed_bytes += remove_kept (folder) ? folder->bytes : 0;
    }
  return removed_bytes;
}
