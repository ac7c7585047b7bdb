/* What a job keeps in its folder of the cache, CACHE/jobs/ID: its lock, the keys of the chunks that it uses, and a
 * receipt for every file that it is about to give its final name.
 *
 * The database is written after the fact; these notes are written before it, so that a process that takes a job over
 * knows what its predecessor did last. Blocking; for threads that hold the job's lock.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "base/sendoff-document.h"

G_BEGIN_DECLS

/* A finished, verified file, noted under its temporary name; renaming keeps all of it. */
typedef struct {
  char *target_uri;
  gint64 device, inode, size_bytes, modified_ns;
  JsonNode *certificate; /* (nullable) */
} SendoffReceipt;
SENDOFF_DECLARE_DOC (SendoffReceipt, sendoff_receipt)

/* Whether the job has ended, as far as the database knows; a job that it does not know has. */
typedef gboolean (*SendoffJobIsOverFunc) (const char *export_id, gpointer data);

char *sendoff_job_folder_dup_path (const char *cache_dir, const char *export_id, const char *leaf);
char *sendoff_job_folder_dup_lock_path (const char *cache_dir, const char *export_id);
gboolean sendoff_job_folder_is_held (const char *cache_dir, const char *export_id);
int sendoff_job_folder_take_lock (const char *cache_dir, const char *export_id, GError **error);

gboolean sendoff_job_folder_note_key (const char *cache_dir, const char *export_id, const char *key, GError **error);
gboolean sendoff_job_folder_note_libraries (const char *cache_dir, const char *export_id, char *const *libraries,
                                            gboolean *changed, GError **error);
GHashTable *sendoff_job_folder_list_keys (const char *cache_dir);
GHashTable *sendoff_job_folder_list_own_keys (const char *cache_dir, const char *export_id);
void sendoff_job_folder_release_keys (const char *cache_dir, const char *export_id);
char *sendoff_job_folder_dup_own_key (const char *export_id, const char *key);
void sendoff_job_folder_release_own_keys (const char *cache_dir, const char *export_id);

gboolean sendoff_job_folder_write_receipt (const char *path, const char *part_path, const char *target,
                                           JsonNode *certificate, GError **error);
SendoffReceipt *sendoff_job_folder_read_receipt (const char *path);
char *sendoff_receipt_dup_finished_path (const SendoffReceipt *self);

void sendoff_job_folder_sweep (const char *cache_dir, SendoffJobIsOverFunc is_over, gpointer data);

G_END_DECLS
