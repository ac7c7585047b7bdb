#include "engine/sendoff-identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-places.h"

/* Headers and indexes are at the ends, so that most edits show there; blocks in between tell apart long recordings
 * with the same head and tail. Reading them costs a few milliseconds, even on a network. */
#define END_BYTES        (64 * 1024)
#define BLOCK_BYTES      (16 * 1024)
#define N_BLOCKS         8
#define WHOLE_FILE_BYTES (2 * END_BYTES + N_BLOCKS * BLOCK_BYTES)

static gboolean
hash_range (GChecksum *checksum, int fd, gint64 offset, gint64 length, GError **error)
{
  g_autofree guchar *buffer = g_malloc (length);
  gint64 done = 0;

  while (done < length)
    {
      gssize n = pread (fd, buffer + done, length - done, offset + done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          sendoff_disk_set_error (error, SENDOFF_ERROR_SOURCE_UNREADABLE, errno, "The source cannot be read");
          return FALSE;
        }
      if (n == 0)
        {
          g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED,
                               _ ("The source became shorter while it was being read."));
          return FALSE;
        }
      done += n;
    }
  g_checksum_update (checksum, buffer, length);
  return TRUE;
}

static gboolean
hash_sample (GChecksum *checksum, int fd, gint64 size, GError **error)
{
  gint64 between = size - 2 * END_BYTES - BLOCK_BYTES;

  if (size <= WHOLE_FILE_BYTES)
    return hash_range (checksum, fd, 0, size, error);
  if (!hash_range (checksum, fd, 0, END_BYTES, error))
    return FALSE;
  for (int i = 0; i < N_BLOCKS; i++)
    if (!hash_range (checksum, fd, END_BYTES + between / (N_BLOCKS + 1) * (i + 1), BLOCK_BYTES, error))
      return FALSE;
  return hash_range (checksum, fd, size - END_BYTES, END_BYTES, error);
}

/**
 * sendoff_identity_compute:
 * @fd: a regular file, open for reading
 *
 * Returns: (transfer full): "SIZE-HEX", the size in bytes and the SHA-256 of a sample of the content (all of it up to
 *   256 KiB); the same for every copy of a file. %NULL with %SENDOFF_ERROR_SOURCE_UNREADABLE or
 *   %SENDOFF_ERROR_SOURCE_CHANGED
 */
char *
sendoff_identity_compute (int fd, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  struct stat st;

  if (fstat (fd, &st) != 0)
    {
      sendoff_disk_set_error (error, SENDOFF_ERROR_SOURCE_UNREADABLE, errno, "The source cannot be read");
      return NULL;
    }
  if (!hash_sample (checksum, fd, st.st_size, error))
    return NULL;
  return g_strdup_printf ("%" G_GINT64_FORMAT "-%s", (gint64)st.st_size, g_checksum_get_string (checksum));
}

static const char *
describe_type (mode_t mode)
{
  switch (mode & S_IFMT)
    {
    case S_IFDIR:
      return _ ("a folder");
    case S_IFIFO:
      return _ ("a pipe");
    case S_IFSOCK:
      return _ ("a socket");
    case S_IFCHR:
    case S_IFBLK:
      return _ ("a device");
    default:
      return _ ("something else");
    }
}

static gboolean
check_type (const struct stat *st, const char *name, GError **error)
{
  if (!S_ISREG (st->st_mode))
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("“%s” is %s, not a file."), name,
                 describe_type (st->st_mode));
  else if (st->st_size == 0)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("The file “%s” is empty."), name);
  else
    return TRUE;
  return FALSE;
}

static void
set_open_error (GError **error, int saved_errno, const char *path, const char *name)
{
  struct stat st;

  if (saved_errno == ENOENT && lstat (path, &st) == 0 && S_ISLNK (st.st_mode))
    {
      g_autofree char *target = g_file_read_link (path, NULL);
      g_autofree char *target_name = g_filename_display_name (target != NULL ? target : "?");

      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                   _ ("“%s” is a link to “%s”, which does not exist."), name, target_name);
    }
  else if (saved_errno == ENOENT)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("The file “%s” does not exist."),
                 name);
  else if (saved_errno == ELOOP)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                 _ ("“%s” is a link that leads back to itself."), name);
  else if (saved_errno == EACCES || saved_errno == EPERM)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                 _ ("You have no permission to read “%s”."), name);
  else
    sendoff_disk_set_error (error, SENDOFF_ERROR_SOURCE_UNREADABLE, saved_errno,
                            "The file “%s” cannot be opened", name);
}

/**
 * sendoff_identity_open_source:
 * @file: a file on this machine
 * @size: (out) (optional): its length in bytes, more than 0
 *
 * Opens a source for reading. Links are followed; anything that is not a regular file with content is refused, and
 * is not opened at all, since opening a device or a pipe has effects of its own.
 *
 * Returns: a descriptor that is closed on exec, to be closed by the caller, or -1 with
 *   %SENDOFF_ERROR_SOURCE_UNREADABLE and a sentence that names the file
 */
int
sendoff_identity_open_source (GFile *file, gint64 *size, GError **error)
{
  const char *path = g_file_peek_path (file);
  g_autofree char *name = sendoff_places_dup_name (file);
  struct stat st;
  int fd;

  if (path == NULL)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                   _ ("“%s” is not a file on this computer; copy it here first."), name);
      return -1;
    }
  if (stat (path, &st) != 0)
    {
      set_open_error (error, errno, path, name);
      return -1;
    }
  if (!check_type (&st, name, error))
    return -1;
  /* Without O_NONBLOCK, a pipe that took the file's place since would hang us; for files it means nothing. */
  fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0)
    {
      set_open_error (error, errno, path, name);
      return -1;
    }
  /* fstat() of an open descriptor of ours cannot fail; what it is may have changed. */
  if (fstat (fd, &st) != 0 || !check_type (&st, name, error))
    {
      close (fd);
      return -1;
    }
  if (size != NULL)
    *size = st.st_size;
  return fd;
}
