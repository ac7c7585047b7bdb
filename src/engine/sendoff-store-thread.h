/* The thread that the store's connection lives on, and the queue of work for it.
 *
 * Private to the store. A SendoffStoreFunc runs on the thread and alone touches the connection; everything else here
 * may be called from any other thread.
 */
#pragma once

#include <gio/gio.h>

#include "engine/sendoff-sql.h"
#include "model/sendoff-catalog.h"

G_BEGIN_DECLS

typedef struct _SendoffStoreThread SendoffStoreThread;

/* Returns NULL and sets the error, or the result. */
typedef gpointer (*SendoffStoreFunc) (SendoffStoreThread *thread, gpointer data, GError **error);

SendoffStoreThread *sendoff_store_thread_start (const char *path);
void sendoff_store_thread_stop (SendoffStoreThread *self);

gpointer sendoff_store_thread_run_sync (SendoffStoreThread *self, SendoffStoreFunc func, gconstpointer data, GError **error);
void sendoff_store_thread_run_async (SendoffStoreThread *self, GTask *task, SendoffStoreFunc func, gpointer data,
                                     GDestroyNotify free_result);
void sendoff_store_thread_update_progress (SendoffStoreThread *self, const char *export_id, const char *status,
                                           const char *stage, double progress, GPtrArray *outputs);
void sendoff_store_thread_forget_progress (SendoffStoreThread *self, const char *export_id);
char *sendoff_store_thread_dup_warning (SendoffStoreThread *self);

/* For functions that run on the thread. */
gboolean sendoff_store_thread_open (SendoffStoreThread *self, SendoffCatalog *catalog, GError **error);
void sendoff_store_thread_close (SendoffStoreThread *self);
sqlite3 *sendoff_store_thread_get_db (SendoffStoreThread *self, GError **error);
void sendoff_store_thread_flush_progress (SendoffStoreThread *self);

G_END_DECLS
