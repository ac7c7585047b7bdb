/* Files and folders as the engine needs them: nothing lost by a power cut, nothing of somebody else's replaced.
 *
 * Blocking calls on local paths (any bytes), for threads that carry out jobs; never on the main loop. Errors are
 * sentences that name the file; a full disk or quota is always SENDOFF_ERROR_NO_SPACE.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  SENDOFF_LOCK_SHARED,
  SENDOFF_LOCK_EXCLUSIVE,
} SendoffLockMode;

void sendoff_disk_set_error (GError **error, int code, int saved_errno, const char *format, ...) G_GNUC_PRINTF (4, 5);

gboolean sendoff_disk_make_folder (const char *path, GError **error);
gboolean sendoff_disk_sync_folder (const char *path, GError **error);
gboolean sendoff_disk_rename (const char *from, const char *to, gboolean overwrite, GError **error);
gboolean sendoff_disk_remove_folder (const char *path, GError **error);
char *sendoff_disk_dup_temporary_path (const char *final_path, const char *tag);

char *sendoff_disk_dup_existing_ancestor (const char *path);
gint64 sendoff_disk_get_free_bytes (const char *path, GError **error);
gint64 sendoff_disk_get_max_file_bytes (const char *path);
gboolean sendoff_disk_can_give_back (const char *path);

int sendoff_disk_try_lock (const char *path, SendoffLockMode mode, GError **error);
gboolean sendoff_disk_release_folder (int lock_fd, const char *lock_path, GError **error);
void sendoff_disk_let_go (int lock_fd);
void sendoff_disk_sweep_removed (const char *parent);

G_END_DECLS
