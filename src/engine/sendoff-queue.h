/* Which jobs run, and which wait.
 *
 * Lives on the main context, like the jobs. Each running job has a thread that carries it out; its reports are
 * taken over into the job and kept in the store here. Higher priority goes first, then who came first. A job that
 * is told to cancel leaves at once, whether it ran or waited. The signal "activity-changed" tells that the first job
 * has come or the last one gone, "learned" hands over the lessons (GPtrArray of SendoffLesson, the newest last) of one
 * that is over.
 */
#pragma once

#include "engine/sendoff-job.h"
#include "engine/sendoff-scheduler.h"
#include "engine/sendoff-store.h"
#include "engine/sendoff-worker-client.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_QUEUE (sendoff_queue_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueue, sendoff_queue, SENDOFF, QUEUE, GObject)

SendoffQueue *sendoff_queue_new (SendoffScheduler *scheduler, SendoffWorkerClient *client, SendoffStore *store,
                                 const char *cache_dir, char *const *libraries);
void sendoff_queue_set_catalog (SendoffQueue *self, SendoffCatalog *catalog);
SendoffWorkerClient *sendoff_queue_get_client (SendoffQueue *self);
SendoffScheduler *sendoff_queue_get_scheduler (SendoffQueue *self);
void sendoff_queue_set_max_running (SendoffQueue *self, guint n);
void sendoff_queue_set_memory_limit (SendoffQueue *self, gint64 bytes);
void sendoff_queue_set_priority (SendoffQueue *self, SendoffJob *job, int priority);
void sendoff_queue_set_cache_limit (SendoffQueue *self, gint64 bytes);
void sendoff_queue_set_held (SendoffQueue *self, const char *why);
gboolean sendoff_queue_is_active (SendoffQueue *self);
char **sendoff_queue_dup_folders (SendoffQueue *self);
void sendoff_queue_set_n_slots (SendoffQueue *self, guint n);
void sendoff_queue_add (SendoffQueue *self, SendoffJob *job, int lock_fd);
gboolean sendoff_queue_contains (SendoffQueue *self, SendoffJob *job);
gboolean sendoff_queue_retry (SendoffQueue *self, SendoffJob *job, int output);
void sendoff_queue_stop_async (SendoffQueue *self, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_queue_stop_finish (SendoffQueue *self, GAsyncResult *result, GError **error);

G_END_DECLS
