#include "engine/sendoff-disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

#define NAME_BYTES_MAX 255

/* A shared lock waits for somebody who is removing the folder: for milliseconds, or much longer on a network. */
#define LOCK_ATTEMPTS 100
#define LOCK_WAIT_US  (50 * G_TIME_SPAN_MILLISECOND)

/* Where folders go on their way out. */
#define REMOVED_PREFIX ".removed-"

/* How often making a folder is tried while others remove it. */
#define MAKE_ATTEMPTS 20

/* As large as the blocks of any file system, or larger. */
#define HOLE_BYTES (64 * 1024)

/* How often a folder is emptied while others still make files in it. */
#define REMOVE_ATTEMPTS 20

/**
 * sendoff_disk_set_error:
 * @code: the #SendoffErrorCode for anything but a full disk
 * @saved_errno: why it failed
 * @format: a sentence without its full stop: "The folder “x” cannot be made"
 *
 * Sets @error to the sentence and the system's reason. ENOSPC and EDQUOT become %SENDOFF_ERROR_NO_SPACE, whatever
 * @code is.
 */
void
sendoff_disk_set_error (GError **error, int code, int saved_errno, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  const char *reason = g_strerror (saved_errno);
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (_ (format), args);
  va_end (args);
  if (saved_errno == ENOSPC)
    {
      code = SENDOFF_ERROR_NO_SPACE;
      reason = _ ("the disk is full");
    }
  else if (saved_errno == EDQUOT)
    {
      code = SENDOFF_ERROR_NO_SPACE;
      reason = _ ("your quota on this disk is used up");
    }
  g_set_error (error, SENDOFF_ERROR, code, "%s: %s.", sentence, reason);
}

/* For messages: names need not be UTF-8. */
static char *
display (const char *path)
{
  return g_filename_display_name (path);
}

/**
 * sendoff_disk_make_folder:
 * @path: a local path
 *
 * Makes the folder and its parents where they are missing.
 *
 * Returns: whether @path is a folder now; otherwise %SENDOFF_ERROR_FAILED or %SENDOFF_ERROR_NO_SPACE
 */
gboolean
sendoff_disk_make_folder (const char *path, GError **error)
{
  g_autofree char *name = NULL;

  /* The call also fails when somebody removes the folder between finding that it exists and looking what it is. */
  for (int attempt = 0; attempt < MAKE_ATTEMPTS; attempt++)
    {
      int saved_errno;

      if (g_mkdir_with_parents (path, 0777) == 0)
        return TRUE;
      saved_errno = errno;
      if (g_file_test (path, G_FILE_TEST_EXISTS) && !g_file_test (path, G_FILE_TEST_IS_DIR))
        attempt = MAKE_ATTEMPTS;
      errno = saved_errno;
      if (errno != ENOTDIR && errno != EEXIST && errno != ENOENT)
        break;
    }
  name = display (path);
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The folder “%s” cannot be made", name);
  return FALSE;
}

static gboolean
sync_path (const char *path, int flags, GError **error)
{
  g_autofree char *name = display (path);
  int fd = open (path, flags | O_CLOEXEC);
  int saved_errno = 0;

  if (fd < 0 || fsync (fd) != 0)
    saved_errno = errno;
  if (fd >= 0)
    close (fd);
  /* Some FUSE and network file systems cannot fsync a folder; there is nothing more to be had from them. */
  if (saved_errno == 0 || ((flags & O_DIRECTORY) != 0 && (saved_errno == EINVAL || saved_errno == ENOTSUP)))
    return TRUE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, saved_errno, "“%s” cannot be written to the disk",
                          name);
  return FALSE;
}

/**
 * sendoff_disk_sync_folder:
 * @path: a local folder
 *
 * Makes sure that the names in a folder survive a power cut.
 *
 * Returns: FALSE with %SENDOFF_ERROR_FAILED or %SENDOFF_ERROR_NO_SPACE
 */
gboolean
sendoff_disk_sync_folder (const char *path, GError **error)
{
  return sync_path (path, O_RDONLY | O_DIRECTORY, error);
}

/* For file systems that have neither RENAME_NOREPLACE nor hard links (FAT, some network file systems): the final
 * name is claimed with an empty file, which only its maker then replaces. */
static gboolean
rename_over_placeholder (const char *from, const char *to)
{
  int fd = open (to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  int saved_errno;

  if (fd < 0)
    return FALSE;
  close (fd);
  if (rename (from, to) == 0)
    return TRUE;
  saved_errno = errno;
  unlink (to);
  errno = saved_errno;
  return FALSE;
}

/* Fails with EEXIST, atomically, when @to exists. */
static gboolean
rename_without_replacing (const char *from, const char *to)
{
  if (renameat2 (AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  if (link (from, to) == 0)
    return unlink (from) == 0;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
    return FALSE;
  return rename_over_placeholder (from, to);
}

/**
 * sendoff_disk_rename:
 * @from: a finished file
 * @to: its final name, in the same file system
 * @overwrite: whether a file that has the name @to may be replaced
 *
 * Gives a finished file its final name so that after a power cut the name is either not there or the whole file.
 * Without @overwrite nobody's file is replaced, even when it appears at the same moment.
 *
 * Returns: FALSE with %SENDOFF_ERROR_EXISTS when @to exists and may not be replaced (choose another name and call
 *   again: @from is still there), %SENDOFF_ERROR_NO_SPACE or %SENDOFF_ERROR_FAILED
 */
gboolean
sendoff_disk_rename (const char *from, const char *to, gboolean overwrite, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (to);
  g_autofree char *name = display (to);

  if (!sync_path (from, O_RDONLY | O_NOFOLLOW, error))
    return FALSE;
  if (overwrite ? rename (from, to) == 0 : rename_without_replacing (from, to))
    return sendoff_disk_sync_folder (folder, error);
  if (errno == EEXIST)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS, _ ("“%s” exists already."), name);
  else
    sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The finished file cannot be named “%s”",
                            name);
  return FALSE;
}

static gboolean remove_contents (int folder_fd, const char *path, GError **error);

/* Once; errno is ENOTEMPTY when something came in meanwhile. */
static gboolean
try_remove_subfolder (int parent_fd, const char *name, const char *path, GError **error)
{
  g_autofree char *text = display (path);
  int fd = openat (parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd < 0)
    {
      if (errno == ENOENT)
        return TRUE;
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The folder “%s” cannot be opened", text);
      errno = 0;
      return FALSE;
    }
  if (!remove_contents (fd, path, error))
    {
      errno = 0;
      return FALSE;
    }
  if (unlinkat (parent_fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
    return TRUE;
  if (errno == ENOTEMPTY)
    return FALSE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The folder “%s” cannot be removed", text);
  errno = 0;
  return FALSE;
}

/* Somebody who looked for the folder just before it lost its name can still make a lock file in it: then again. */
static gboolean
remove_subfolder (int parent_fd, const char *name, const char *path, GError **error)
{
  g_autofree char *text = display (path);

  for (int attempt = 0; attempt < REMOVE_ATTEMPTS; attempt++)
    if (try_remove_subfolder (parent_fd, name, path, error))
      return TRUE;
    else if (errno != ENOTEMPTY)
      return FALSE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, ENOTEMPTY, "The folder “%s” cannot be removed", text);
  return FALSE;
}

static gboolean
remove_entry (int folder_fd, const char *name, const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text = display (path);
  struct stat st;

  if (fstatat (folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
    {
      if (errno == ENOENT)
        return TRUE;
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "“%s” cannot be read", text);
      return FALSE;
    }
  if (S_ISDIR (st.st_mode))
    return remove_subfolder (folder_fd, name, path, error);
  if (!S_ISREG (st.st_mode))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
                   _ ("“%s” was not made by Sendoff and is left where it is."), text);
      return FALSE;
    }
  if (unlinkat (folder_fd, name, 0) == 0 || errno == ENOENT)
    return TRUE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "“%s” cannot be removed", text);
  return FALSE;
}

/* Takes @folder_fd. */
static gboolean
remove_contents (int folder_fd, const char *path, GError **error)
{
  DIR *folder = fdopendir (folder_fd);
  gboolean ok = TRUE;

  if (folder == NULL)
    {
      g_autofree char *name = display (path);

      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The folder “%s” cannot be read", name);
      close (folder_fd);
      return FALSE;
    }
  for (struct dirent *entry; ok && (entry = readdir (folder)) != NULL;)
    if (strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0)
      ok = remove_entry (folder_fd, entry->d_name, path, error);
  closedir (folder);
  return ok;
}

/**
 * sendoff_disk_remove_folder:
 * @path: a folder that Sendoff made
 *
 * Removes the folder with the files and folders in it. Links are never followed, and anything that is neither file
 * nor folder was not made by Sendoff: it stays, and the call fails. A folder that is not there is removed already.
 *
 * Returns: FALSE with %SENDOFF_ERROR_FAILED
 */
gboolean
sendoff_disk_remove_folder (const char *path, GError **error)
{
  return remove_subfolder (AT_FDCWD, path, path, error);
}

/* Cuts @name to at most @bytes, never inside a UTF-8 character. Bytes that are not UTF-8 are cut anywhere. */
static char *
shorten_name (const char *name, gsize bytes)
{
  const char *end = name + bytes;

  if (strlen (name) <= bytes)
    return g_strdup (name);
  if (g_utf8_validate (name, -1, NULL))
    while ((*end & 0xC0) == 0x80)
      end--;
  return g_strndup (name, end - name);
}

/**
 * sendoff_disk_dup_temporary_path:
 * @final_path: where the finished file will be
 * @tag: (nullable): a short file name part that is unique to the writer, so that it finds its own leftovers after a
 *   crash; %NULL for a random one that is not in use
 *
 * Returns: (transfer full): a hidden name in the same folder, ".NAME.sendoff-TAG.part", at most 255 bytes
 */
char *
sendoff_disk_dup_temporary_path (const char *final_path, const char *tag)
{
  g_autofree char *folder = g_path_get_dirname (final_path);
  g_autofree char *name = g_path_get_basename (final_path);

  for (;;)
    {
      g_autofree char *random = g_strdup_printf ("%08x", g_random_int ());
      g_autofree char *suffix = g_strdup_printf (".sendoff-%s.part", tag != NULL ? tag : random);
      g_autofree char *stem
          = shorten_name (name, NAME_BYTES_MAX - 1 - MIN (strlen (suffix), NAME_BYTES_MAX - 1));
      g_autofree char *leaf = g_strconcat (".", stem, suffix, NULL);
      g_autofree char *path = g_build_filename (folder, leaf, NULL);
      struct stat st;

      if (tag != NULL || lstat (path, &st) != 0)
        return g_steal_pointer (&path);
    }
}

/** sendoff_disk_dup_existing_ancestor: (transfer full): @path itself or the nearest folder above it that exists. */
char *
sendoff_disk_dup_existing_ancestor (const char *path)
{
  g_autofree char *ancestor = g_canonicalize_filename (path, NULL);
  struct stat st;

  while (stat (ancestor, &st) != 0 && strcmp (ancestor, "/") != 0)
    {
      char *parent = g_path_get_dirname (ancestor);

      g_free (ancestor);
      ancestor = parent;
    }
  return g_steal_pointer (&ancestor);
}

/**
 * sendoff_disk_get_free_bytes:
 * @path: a local path that need not exist
 *
 * Returns: bytes that this user can still write on the file system that holds @path or will hold it, G_MAXINT64 when the file
 *   system does not tell, -1 with %SENDOFF_ERROR_FAILED
 */
gint64
sendoff_disk_get_free_bytes (const char *path, GError **error)
{
  g_autofree char *ancestor = sendoff_disk_dup_existing_ancestor (path);
  g_autofree char *name = display (ancestor);
  struct statvfs fs;
  guint64 bytes;

  if (statvfs (ancestor, &fs) != 0)
    {
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno,
                              "The room left on the disk of “%s” is not known", name);
      return -1;
    }
  if (fs.f_blocks == 0 || !g_uint64_checked_mul (&bytes, fs.f_bavail, fs.f_frsize) || bytes > G_MAXINT64)
    return G_MAXINT64;
  return (gint64)bytes;
}

/** sendoff_disk_get_max_file_bytes: the largest file that the file system of @path can hold, G_MAXINT64 when that
 * is no concern. FAT is the one that people meet: cards and sticks, 4 GiB less one byte. */
gint64
sendoff_disk_get_max_file_bytes (const char *path)
{
  g_autofree char *ancestor = sendoff_disk_dup_existing_ancestor (path);
  struct statfs fs;

  if (statfs (ancestor, &fs) == 0 && fs.f_type == MSDOS_SUPER_MAGIC)
    return G_MAXUINT32;
  return G_MAXINT64;
}

/** sendoff_disk_can_give_back: whether parts of a file give their space back on the disk of @path, which need not exist.
 * Tried with a file that has no name. */
gboolean
sendoff_disk_can_give_back (const char *path)
{
  static const char content[2 * HOLE_BYTES] = "data";
  g_autofree char *ancestor = sendoff_disk_dup_existing_ancestor (path);
  int fd = open (ancestor, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  gboolean can = fd >= 0 && write (fd, content, sizeof content) == (ssize_t)sizeof content
                 && fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, HOLE_BYTES) == 0;

  if (fd >= 0)
    close (fd);
  return can;
}

/* A lock on a file that was removed meanwhile keeps nobody out. */
static gboolean
is_still_named (int fd, const char *path)
{
  struct stat locked, named;

  return fstat (fd, &locked) == 0 && stat (path, &named) == 0 && locked.st_dev == named.st_dev
         && locked.st_ino == named.st_ino;
}

/* -1 with errno; ESTALE when the lock was taken on a file that another process then removed. */
static int
open_and_lock (const char *path, SendoffLockMode mode)
{
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
  int saved_errno;

  if (fd < 0)
    return -1;
  if (flock (fd, (mode == SENDOFF_LOCK_SHARED ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0)
    {
      if (is_still_named (fd, path))
        return fd;
      errno = ESTALE;
    }
  saved_errno = errno;
  close (fd);
  errno = saved_errno;
  return -1;
}

/**
 * sendoff_disk_try_lock:
 * @path: a lock file; it and its folder are made when missing
 *
 * Takes a lock (flock). An exclusive one does not wait; a shared one waits, for a few seconds at most, for an
 * exclusive holder that is removing the folder. It is held until the descriptor is closed, also by the end of the
 * process.
 *
 * Returns: the descriptor, or -1 with %G_IO_ERROR_WOULD_BLOCK when another holder excludes it, or
 *   %SENDOFF_ERROR_FAILED or %SENDOFF_ERROR_NO_SPACE
 */
int
sendoff_disk_try_lock (const char *path, SendoffLockMode mode, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *name = display (path);

  for (int attempt = 0; attempt < LOCK_ATTEMPTS; attempt++)
    {
      int fd;

      if (!sendoff_disk_make_folder (folder, error))
        return -1;
      fd = open_and_lock (path, mode);
      if (fd >= 0)
        return fd;
      if (errno == EWOULDBLOCK && mode == SENDOFF_LOCK_SHARED)
        {
          g_usleep (LOCK_WAIT_US);
          errno = EWOULDBLOCK;
        }
      else if (errno != ESTALE && errno != ENOENT)
        break;
    }
  if (errno == EWOULDBLOCK)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK, _ ("“%s” is in use by another process."), name);
  else
    sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "“%s” cannot be locked", name);
  return -1;
}

/* What an earlier process left behind when it ended in the middle of removing goes too. */
static gboolean
remove_removed_folders (const char *parent, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, error);
  gboolean ok = dir != NULL;

  for (const char *name; ok && (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_prefix (name, REMOVED_PREFIX))
      {
        g_autofree char *path = g_build_filename (parent, name, NULL);

        ok = sendoff_disk_remove_folder (path, error);
      }
  return ok;
}

/**
 * sendoff_disk_release_folder:
 * @lock_fd: (transfer full): a lock from sendoff_disk_try_lock()
 * @lock_path: its path; the lock protects the folder that it is in
 *
 * Gives the lock back, and removes the folder when nobody else holds the lock. The folder loses its name first, so
 * that whoever wants it next makes a new one instead of writing into one that is being emptied.
 *
 * Returns: FALSE with %SENDOFF_ERROR_FAILED when the folder should have been removed and could not be
 */
gboolean
sendoff_disk_release_folder (int lock_fd, const char *lock_path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (lock_path);
  g_autofree char *parent = g_path_get_dirname (folder);
  gboolean ok = TRUE;

  /* Turning a shared lock into an exclusive one lets others in between: look at the name again. */
  if (flock (lock_fd, LOCK_EX | LOCK_NB) == 0 && is_still_named (lock_fd, lock_path))
    {
      g_autofree char *leaf = g_strdup_printf (REMOVED_PREFIX "%08x%08x", g_random_int (), g_random_int ());
      g_autofree char *removed = g_build_filename (parent, leaf, NULL);

      if (rename (folder, removed) == 0)
        ok = remove_removed_folders (parent, error);
      else
        {
          g_autofree char *name = display (folder);

          sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The folder “%s” cannot be removed",
                                  name);
          ok = FALSE;
        }
    }
  close (lock_fd);
  return ok;
}

/** sendoff_disk_let_go: gives a lock back; its file tells from now on when its folder was last used. */
void
sendoff_disk_let_go (int lock_fd)
{
  futimens (lock_fd, NULL);
  close (lock_fd);
}

/** sendoff_disk_sweep_removed: removes folders below @parent that sendoff_disk_release_folder() did not come to. */
void
sendoff_disk_sweep_removed (const char *parent)
{
  g_autoptr (GError) error = NULL;

  if (g_file_test (parent, G_FILE_TEST_IS_DIR) && !remove_removed_folders (parent, &error))
    g_info ("removed folder stays: %s", error->message);
}
