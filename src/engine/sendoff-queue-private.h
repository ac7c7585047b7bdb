/* What the queue's own files share. Main context. */
#pragma once

#include "engine/sendoff-queue.h"
#include "engine/sendoff-runner.h"

G_BEGIN_DECLS

struct _SendoffQueue {
  GObject parent_instance;
  SendoffScheduler *scheduler;
  SendoffWorkerClient *client;
  SendoffStore *store;
  SendoffMemoryBook *memory;
  gint64 memory_limit_bytes; /* 0 none; guarded by the mutex */
  gint64 cache_limit_bytes;  /* -1 chooses; guarded by the mutex */
  GMutex mutex;
  char *held; /* (nullable): why nothing may run now */
  char *cache_dir;
  char **libraries;
  SendoffCatalog *catalog; /* what jobs that begin now are checked by */
  guint max_running;
  guint n_running;
  GPtrArray *entries; /* SendoffQueueEntry: waiting, running, and those whose end is being stored */
  GTask *stop; /* (nullable) */
};

/* One job on its way through the queue. */
typedef struct {
  SendoffQueue *queue; /* a reference: what runs keeps what it runs on */
  SendoffJob *job;
  int lock_fd;
  char *lock_path;
  gulong cancel_handler, cancel_export_handler, pause_handler;
  guint store_again; /* source, while its end cannot be stored */
  GCancellable *cancellable;
  SendoffRunner *runner;   /* NULL while it waits */
  SendoffTracker *tracker;
  gboolean running;
  gint64 progress_kept_at_us;
  GPtrArray *lessons; /* (nullable): SendoffLesson, once the job is over */
  GArray *retries; /* (nullable): of int: the outputs to make again when nothing of it runs any more */
} SendoffQueueEntry;

/* sendoff-queue.c */
void sendoff_queue_start_waiting (SendoffQueue *self);
void sendoff_queue_remove (SendoffQueueEntry *entry);
void sendoff_queue_teach (SendoffQueue *self, GPtrArray *lessons);
gint64 sendoff_queue_get_cache_limit (SendoffQueue *self);

/* sendoff-queue-entry.c */
SendoffQueueEntry *sendoff_queue_entry_new (SendoffQueue *queue, SendoffJob *job, int lock_fd);
void sendoff_queue_entry_free (gpointer entry);
void sendoff_queue_entry_start (SendoffQueueEntry *entry);
void sendoff_queue_entry_cancel (SendoffQueueEntry *entry);
gboolean sendoff_queue_entry_retry (SendoffQueueEntry *entry, int output);
void sendoff_queue_entry_store (SendoffQueueEntry *entry, GAsyncReadyCallback callback, gpointer data);
void sendoff_queue_on_state_stored (GObject *store, GAsyncResult *result, gpointer data);

G_END_DECLS
