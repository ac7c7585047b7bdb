#include "engine/sendoff-job-folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-disk.h"

#define KEY_PREFIX "key-"

/* Somebody who only looks whether a job is interrupted holds its lock for a moment. */
#define LOCK_TRIES   20
#define LOCK_WAIT_US (10 * G_TIME_SPAN_MILLISECOND)

static const SendoffField receipt_fields[] = {
  SENDOFF_FIELD (SendoffReceipt, target_uri, STRING),
  SENDOFF_FIELD (SendoffReceipt, device, INT64),
  SENDOFF_FIELD (SendoffReceipt, inode, INT64),
  SENDOFF_FIELD (SendoffReceipt, size_bytes, INT64),
  SENDOFF_FIELD (SendoffReceipt, modified_ns, INT64),
  SENDOFF_FIELD (SendoffReceipt, certificate, JSON),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffReceipt, sendoff_receipt, "receipt of a finished file", receipt_fields, NULL)

/** sendoff_job_folder_dup_path: (transfer full): the file @leaf of job @export_id. */
char *
sendoff_job_folder_dup_path (const char *cache_dir, const char *export_id, const char *leaf)
{
  return g_build_filename (cache_dir, "jobs", export_id, leaf, NULL);
}

/** sendoff_job_folder_dup_lock_path: (transfer full): the file whose lock says who carries the job out. */
char *
sendoff_job_folder_dup_lock_path (const char *cache_dir, const char *export_id)
{
  return sendoff_job_folder_dup_path (cache_dir, export_id, "lock");
}

/** sendoff_job_folder_is_held: whether some process carries the job out. Makes no file, and looks without keeping others
 * from the lock for longer than the call. */
gboolean
sendoff_job_folder_is_held (const char *cache_dir, const char *export_id)
{
  g_autofree char *path = sendoff_job_folder_dup_lock_path (cache_dir, export_id);
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  gboolean held = fd >= 0 && flock (fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

  if (fd >= 0)
    close (fd);
  return held;
}

/** sendoff_job_folder_take_lock: the lock's descriptor, or -1 with the error of sendoff_disk_try_lock(). */
int
sendoff_job_folder_take_lock (const char *cache_dir, const char *export_id, GError **error)
{
  g_autofree char *path = sendoff_job_folder_dup_lock_path (cache_dir, export_id);

  for (guint tries = 1;; tries++)
    {
      g_autoptr (GError) local = NULL;
      int fd = sendoff_disk_try_lock (path, SENDOFF_LOCK_EXCLUSIVE, &local);

      if (fd >= 0)
        return fd;
      if (tries == LOCK_TRIES || !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return -1;
        }
      g_usleep (LOCK_WAIT_US);
    }
}

/**
 * sendoff_job_folder_note_key:
 * @key: the name of a folder of chunks, before it is made
 *
 * Makes sure that whoever ends the job finds the folder, whichever process or version of an encoder began it.
 *
 * Returns: FALSE with the disk's error
 */
gboolean
sendoff_job_folder_note_key (const char *cache_dir, const char *export_id, const char *key, GError **error)
{
  g_autofree char *leaf = g_strconcat (KEY_PREFIX, key, NULL);
  g_autofree char *path = sendoff_job_folder_dup_path (cache_dir, export_id, leaf);
  g_autofree char *folder = g_path_get_dirname (path);
  int fd;

  if (!sendoff_disk_make_folder (folder, error))
    return FALSE;
  fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    {
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The folder “%s” cannot be written", folder);
      return FALSE;
    }
  close (fd);
  return TRUE;
}

static void
release_key (const char *cache_dir, const char *key)
{
  g_autofree char *folder = g_build_filename (cache_dir, "chunks", key, NULL);
  g_autofree char *lock_path = g_build_filename (folder, ".lock", NULL);
  g_autoptr (GError) error = NULL;
  int fd;

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    return;
  fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_SHARED, &error);
  if (fd < 0 || !sendoff_disk_release_folder (fd, lock_path, &error))
    g_info ("cache folder stays: %s", error->message);
}

static void
release_keys (const char *cache_dir, const char *export_id, const char *suffix)
{
  g_autofree char *folder = sendoff_job_folder_dup_path (cache_dir, export_id, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_prefix (name, KEY_PREFIX) && g_str_has_suffix (name, suffix))
      release_key (cache_dir, name + strlen (KEY_PREFIX));
}

/** sendoff_job_folder_release_keys: removes the chunks that the job used and no other one uses; it must hold none. */
void
sendoff_job_folder_release_keys (const char *cache_dir, const char *export_id)
{
  release_keys (cache_dir, export_id, "");
}

/** sendoff_job_folder_dup_own_key: (transfer full): a key like @key for chunks that are of use to this job alone. */
char *
sendoff_job_folder_dup_own_key (const char *export_id, const char *key)
{
  return g_strconcat (key, "-", export_id, NULL);
}

/** sendoff_job_folder_release_own_keys: removes what is of use to this job alone, whichever process made it. */
void
sendoff_job_folder_release_own_keys (const char *cache_dir, const char *export_id)
{
  g_autofree char *suffix = sendoff_job_folder_dup_own_key (export_id, "");

  release_keys (cache_dir, export_id, suffix);
}

/**
 * sendoff_job_folder_note_libraries:
 * @libraries: what encodes from now on
 * @changed: (out): whether it was something else when the job began
 *
 * Returns: FALSE with the disk's error
 */
gboolean
sendoff_job_folder_note_libraries (const char *cache_dir,
                                   const char *export_id,
                                   char *const *libraries,
                                   gboolean *changed,
                                   GError **error)
{
  g_autofree char *path = sendoff_job_folder_dup_path (cache_dir, export_id, "libraries");
  g_autofree char *text = libraries != NULL ? g_strjoinv ("\n", (char **)libraries) : g_strdup ("");
  g_autofree char *noted = NULL;
  g_autoptr (GError) local = NULL;

  *changed = g_file_get_contents (path, &noted, NULL, NULL) && !g_str_equal (noted, text);
  if (g_strcmp0 (noted, text) == 0 || g_file_set_contents (path, text, -1, &local))
    return TRUE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED,
                          g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ENOSPC : EIO,
                          "The folder for unfinished work cannot be written");
  return FALSE;
}

static void
add_keys (const char *folder, GHashTable *keys)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_prefix (name, KEY_PREFIX))
      g_hash_table_add (keys, g_strdup (name + strlen (KEY_PREFIX)));
}

/** sendoff_job_folder_list_keys: (transfer full) (element-type utf8): the folders of chunks that jobs need. */
GHashTable *
sendoff_job_folder_list_keys (const char *cache_dir)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *jobs = g_build_filename (cache_dir, "jobs", NULL);
  g_autoptr (GDir) dir = g_dir_open (jobs, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *folder = g_build_filename (jobs, name, NULL);

      add_keys (folder, keys);
    }
  return keys;
}

/** sendoff_job_folder_list_own_keys: (transfer full) (element-type utf8): those that the job has noted. */
GHashTable *
sendoff_job_folder_list_own_keys (const char *cache_dir, const char *export_id)
{
  GHashTable *keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree char *folder = sendoff_job_folder_dup_path (cache_dir, export_id, NULL);

  add_keys (folder, keys);
  return keys;
}

static gint64
get_modified_ns (const struct stat *found)
{
  return (gint64)found->st_mtim.tv_sec * 1000000000 + found->st_mtim.tv_nsec;
}

/**
 * sendoff_job_folder_write_receipt:
 * @path: of the receipt, in the job's folder
 * @part_path: the finished file under its temporary name
 * @target: the name that it gets next
 * @certificate: (nullable): what its check found
 *
 * Returns: whether the receipt is on the disk; otherwise %SENDOFF_ERROR_NO_SPACE or %SENDOFF_ERROR_FAILED
 */
gboolean
sendoff_job_folder_write_receipt (const char *path,
                                  const char *part_path,
                                  const char *target,
                                  JsonNode *certificate,
                                  GError **error)
{
  g_autoptr (SendoffReceipt) receipt = sendoff_receipt_new ();
  g_autoptr (GError) local = NULL;
  g_autofree char *text = NULL;
  struct stat found;

  if (lstat (part_path, &found) != 0)
    {
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The finished file cannot be found");
      return FALSE;
    }
  receipt->target_uri = g_filename_to_uri (target, NULL, NULL);
  receipt->device = (gint64)found.st_dev;
  receipt->inode = (gint64)found.st_ino;
  receipt->size_bytes = found.st_size;
  receipt->modified_ns = get_modified_ns (&found);
  receipt->certificate = certificate != NULL ? json_node_ref (certificate) : NULL;
  text = sendoff_doc_to_text (&sendoff_receipt_doc_type, receipt);
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                &local))
    return TRUE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED,
                          g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ENOSPC : EIO,
                          "A note of the finished file cannot be stored");
  return FALSE;
}

/** sendoff_job_folder_read_receipt: (transfer full) (nullable): the receipt at @path, %NULL when there is none. */
SendoffReceipt *
sendoff_job_folder_read_receipt (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? sendoff_doc_from_text (&sendoff_receipt_doc_type, text, NULL)
                                                       : NULL;
}

/** sendoff_receipt_dup_finished_path: (transfer full) (nullable): the final name, if that very file has it now. */
char *
sendoff_receipt_dup_finished_path (const SendoffReceipt *self)
{
  g_autofree char *path = self->target_uri != NULL ? g_filename_from_uri (self->target_uri, NULL, NULL) : NULL;
  struct stat found;

  if (path == NULL || lstat (path, &found) != 0 || (gint64)found.st_dev != self->device
      || (gint64)found.st_ino != self->inode || found.st_size != self->size_bytes
      || get_modified_ns (&found) != self->modified_ns)
    return NULL;
  return g_steal_pointer (&path);
}

static void
sweep_job (const char *cache_dir, const char *export_id, SendoffJobIsOverFunc is_over, gpointer data)
{
  g_autofree char *lock_path = sendoff_job_folder_dup_lock_path (cache_dir, export_id);
  g_autoptr (GError) error = NULL;
  int fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_EXCLUSIVE, NULL);

  if (fd < 0)
    return;
  /* Looked up under the lock: whoever submits a job stores it while holding that. */
  if (!is_over (export_id, data))
    {
      close (fd);
      return;
    }
  if (!sendoff_disk_release_folder (fd, lock_path, &error))
    g_info ("job folder stays: %s", error->message);
}

/** sendoff_job_folder_sweep: removes what processes left that ended between the last steps of a job, or the first. */
void
sendoff_job_folder_sweep (const char *cache_dir, SendoffJobIsOverFunc is_over, gpointer data)
{
  g_autofree char *jobs = g_build_filename (cache_dir, "jobs", NULL);
  g_autofree char *chunks = g_build_filename (cache_dir, "chunks", NULL);
  g_autoptr (GDir) dir = g_dir_open (jobs, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (g_uuid_string_is_valid (name))
      sweep_job (cache_dir, name, is_over, data);
  sendoff_disk_sweep_removed (jobs);
  sendoff_disk_sweep_removed (chunks);
}
