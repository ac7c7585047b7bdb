#include "engine/sendoff-spool.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"

#define FOLDER      "spool"
#define LOCK_LEAF   ".lock"
#define BUFFER_SIZE (1 << 20)

/* A pipe that nobody writes to is given up. */
#define WRITER_MS 30000

/** sendoff_spool_is_needed: whether @file must be copied before it can be a source. */
gboolean
sendoff_spool_is_needed (GFile *file)
{
  const char *path = g_file_peek_path (file);
  struct stat found;

  if (path == NULL)
    return TRUE;
  return stat (path, &found) == 0 && (S_ISFIFO (found.st_mode) || S_ISSOCK (found.st_mode));
}

/* Opening a pipe must not wait for ever for somebody at its other end. */
static GInputStream *
open_pipe (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  struct pollfd waiting = { .fd = fd, .events = POLLIN };

  if (fd >= 0 && poll (&waiting, 1, WRITER_MS) > 0)
    {
      fcntl (fd, F_SETFL, fcntl (fd, F_GETFL) & ~O_NONBLOCK);
      return g_unix_input_stream_new (fd, TRUE);
    }
  if (fd >= 0)
    close (fd);
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                       fd < 0 ? _ ("The input cannot be opened.") : _ ("Nothing is written to the input."));
  return NULL;
}

static GInputStream *
open_input (GFile *file, GCancellable *cancellable, GError **error)
{
  const char *path = g_file_peek_path (file);
  g_autoptr (GError) local = NULL;
  GInputStream *stream;

  if (path != NULL)
    return open_pipe (path, error);
  stream = G_INPUT_STREAM (g_file_read (file, cancellable, &local));
  if (stream == NULL)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("The input cannot be read: %s."),
                 local->message);
  return stream;
}

static gboolean
write_all (int fd, const char *data, gsize length, GError **error)
{
  while (length > 0)
    {
      gssize written = write (fd, data, length);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        {
          sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno,
                                  _ ("The input cannot be kept in the cache"));
          return FALSE;
        }
      data += written;
      length -= (gsize)written;
    }
  return TRUE;
}

static gboolean
copy (GInputStream *input, int fd, GCancellable *cancellable, GError **error)
{
  g_autofree char *buffer = g_malloc (BUFFER_SIZE);
  g_autoptr (GError) local = NULL;
  gssize got;

  while ((got = g_input_stream_read (input, buffer, BUFFER_SIZE, cancellable, &local)) > 0)
    if (!write_all (fd, buffer, (gsize)got, error))
      return FALSE;
  if (got == 0)
    return TRUE;
  if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_propagate_error (error, g_steal_pointer (&local));
  else
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("The input cannot be read: %s."),
                 local->message);
  return FALSE;
}

static gboolean
fill (const char *path, GFile *file, GCancellable *cancellable, GError **error)
{
  g_autoptr (GInputStream) input = open_input (file, cancellable, error);
  gboolean ok;
  int fd;

  if (input == NULL)
    return FALSE;
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno,
                              _ ("The input cannot be kept in the cache"));
      return FALSE;
    }
  ok = copy (input, fd, cancellable, error);
  close (fd);
  return ok;
}

/**
 * sendoff_spool_copy:
 * @file: for which sendoff_spool_is_needed()
 * @name: what the copy is called
 *
 * The copy's lock is held for as long as this process lives, so that no other one sweeps it before a job
 * names it.
 *
 * Returns: (transfer full): the copy, or %NULL with %SENDOFF_ERROR_SOURCE_UNREADABLE, the disk's error or
 *   %G_IO_ERROR_CANCELLED
 */
GFile *
sendoff_spool_copy (
    const char *cache_dir, GFile *file, const char *name, GCancellable *cancellable, GError **error)
{
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *folder = g_build_filename (cache_dir, FOLDER, id, NULL);
  g_autofree char *lock_path = g_build_filename (folder, LOCK_LEAF, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int lock_fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_EXCLUSIVE, error);

  if (lock_fd < 0)
    return NULL;
  if (fill (path, file, cancellable, error))
    return g_file_new_for_path (path);
  sendoff_disk_release_folder (lock_fd, lock_path, NULL);
  return NULL;
}

static gboolean
is_needed (const char *folder, GHashTable *needed_uris)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

      if (uri != NULL && g_hash_table_contains (needed_uris, uri))
        return TRUE;
    }
  return FALSE;
}

/** sendoff_spool_sweep: removes copies that no living process has made and whose URI no unfinished job names.
 */
void
sendoff_spool_sweep (const char *cache_dir, GHashTable *needed_uris)
{
  g_autofree char *spool = g_build_filename (cache_dir, FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (spool, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *folder = g_build_filename (spool, name, NULL);
      g_autofree char *lock_path = g_build_filename (folder, LOCK_LEAF, NULL);
      int fd = g_uuid_string_is_valid (name) ? sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_EXCLUSIVE, NULL)
                                             : -1;

      if (fd < 0)
        continue;
      if (is_needed (folder, needed_uris))
        close (fd);
      else
        sendoff_disk_release_folder (fd, lock_path, NULL);
    }
}
