#include "engine/sendoff-frame-cache.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <utime.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"

/* Changes when the same name would mean another picture. */
#define KEY_VERSION "1"

/* The folder is looked through again when a share of its limit was added. */
#define LOOKS_PER_LIMIT 8

struct _SendoffFrameCache {
  char *folder;
  gint64 max_bytes;
  GMutex mutex; /* guards unseen_bytes */
  gint64 unseen_bytes; /* added since the folder was looked through; -1 when that never was */
};

typedef struct {
  char *path;
  gint64 size_bytes;
  gint64 used_at; /* seconds */
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->path);
  g_free (entry);
}

/** sendoff_frame_cache_new: (transfer full): a cache in @folder, which is made when it is needed. */
SendoffFrameCache *
sendoff_frame_cache_new (const char *folder, gint64 max_bytes)
{
  SendoffFrameCache *self = g_new0 (SendoffFrameCache, 1);

  self->folder = g_strdup (folder);
  self->max_bytes = max_bytes;
  self->unseen_bytes = -1;
  g_mutex_init (&self->mutex);
  return self;
}

/** sendoff_frame_cache_free: frees @self, the files stay. */
void
sendoff_frame_cache_free (SendoffFrameCache *self)
{
  g_mutex_clear (&self->mutex);
  g_free (self->folder);
  g_free (self);
}

/**
 * sendoff_frame_cache_dup_key:
 * @identity: (nullable): of the source
 * @moment: a time in microseconds, or another word for it
 * @max_width: of the box, in pixels
 * @max_height: of the box, in pixels
 *
 * Returns: (transfer full) (nullable): the picture's name in the cache, %NULL when the source has none
 */
char *
sendoff_frame_cache_dup_key (const char *identity, const char *moment, int max_width, int max_height)
{
  g_autofree char *text = g_strdup_printf (KEY_VERSION "|%s|%s|%dx%d", identity != NULL ? identity : "", moment,
                                           max_width, max_height);

  return identity != NULL ? g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1) : NULL;
}

static char *
dup_path (SendoffFrameCache *self, const char *key)
{
  g_autofree char *leaf = g_strconcat (key, ".png", NULL);

  return g_build_filename (self->folder, leaf, NULL);
}

/* Files are not synchronised with the disk, so that after a power cut one may lack its end. */
static gboolean
is_whole (const char *data, gsize length)
{
  static const char end[] = "IEND\xae\x42\x60\x82";
  gsize end_length = sizeof end - 1;

  return length > end_length && memcmp (data + length - end_length, end, end_length) == 0;
}

static GBytes *
read_picture (const char *path)
{
  g_autofree char *data = NULL;
  gsize length;

  if (!g_file_get_contents (path, &data, &length, NULL) || !is_whole (data, length))
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&data), length);
}

/** sendoff_frame_cache_get: (transfer full) (nullable): the PNG of @key, which counts as used now. */
GBytes *
sendoff_frame_cache_get (SendoffFrameCache *self, const char *key)
{
  g_autofree char *path = dup_path (self, key);
  GBytes *bytes = read_picture (path);

  if (bytes != NULL)
    g_utime (path, NULL);
  return bytes;
}

/** sendoff_frame_cache_dup_temporary_path: (transfer full): a name in the folder for sendoff_frame_cache_take(). */
char *
sendoff_frame_cache_dup_temporary_path (SendoffFrameCache *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->folder, "picture.png", NULL);

  if (!sendoff_disk_make_folder (self->folder, error))
    return NULL;
  return sendoff_disk_dup_temporary_path (path, NULL);
}

static GPtrArray *
list_entries (SendoffFrameCache *self, gint64 *total_bytes)
{
  g_autoptr (GDir) folder = g_dir_open (self->folder, 0, NULL);
  GPtrArray *entries = g_ptr_array_new_with_free_func (entry_free);
  const char *name;

  *total_bytes = 0;
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);
      GStatBuf state;
      Entry *entry;

      if (g_lstat (path, &state) != 0 || !S_ISREG (state.st_mode))
        continue;
      entry = g_new0 (Entry, 1);
      entry->path = g_steal_pointer (&path);
      entry->size_bytes = state.st_size;
      entry->used_at = state.st_mtime;
      *total_bytes += entry->size_bytes;
      g_ptr_array_add (entries, entry);
    }
  return entries;
}

static gint
compare_age (gconstpointer a, gconstpointer b)
{
  const Entry *first = *(const Entry *const *)a;
  const Entry *second = *(const Entry *const *)b;

  return first->used_at < second->used_at ? -1 : first->used_at > second->used_at;
}

/* Leaves room for what is added until the next look. Leftovers of workers that were killed go the same way. */
static void
remove_oldest (SendoffFrameCache *self)
{
  gint64 total_bytes;
  gint64 allowed_bytes = self->max_bytes - self->max_bytes / LOOKS_PER_LIMIT;
  g_autoptr (GPtrArray) entries = list_entries (self, &total_bytes);

  g_ptr_array_sort (entries, compare_age);
  for (guint i = 0; i < entries->len && total_bytes > allowed_bytes; i++)
    {
      Entry *entry = g_ptr_array_index (entries, i);

      g_unlink (entry->path);
      total_bytes -= entry->size_bytes;
    }
}

static void
note_added (SendoffFrameCache *self, gint64 size_bytes)
{
  gboolean is_due;

  g_mutex_lock (&self->mutex);
  is_due = self->unseen_bytes < 0 || self->unseen_bytes + size_bytes > self->max_bytes / LOOKS_PER_LIMIT;
  self->unseen_bytes = is_due ? 0 : self->unseen_bytes + size_bytes;
  g_mutex_unlock (&self->mutex);
  if (is_due)
    remove_oldest (self);
}

/**
 * sendoff_frame_cache_take:
 * @key: (nullable): its name from now on; %NULL not to keep it
 * @path: a finished picture at a temporary path of this cache, gone afterwards
 *
 * Returns: (transfer full): the PNG, or %NULL with %SENDOFF_ERROR_FAILED
 */
GBytes *
sendoff_frame_cache_take (SendoffFrameCache *self, const char *key, const char *path, GError **error)
{
  g_autofree char *final_path = key != NULL ? dup_path (self, key) : NULL;
  GBytes *bytes = read_picture (path);

  if (bytes == NULL)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("The picture was lost in the cache folder."));
  if (bytes == NULL || final_path == NULL || g_rename (path, final_path) != 0)
    g_unlink (path);
  else
    note_added (self, (gint64)g_bytes_get_size (bytes));
  return bytes;
}
