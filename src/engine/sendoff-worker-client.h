/* Runs one worker process for one spec and waits for its answer.
 *
 * Everything that touches untrusted media happens in workers; a worker that crashes, hangs or talks nonsense
 * becomes an error here and nothing else. The client is made by the engine and may be used by any number of
 * threads at once; a run blocks its thread and is never for the main loop. Only processes that were started
 * here are ever killed.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

/* Without output and without CPU time for so long, a worker counts as hung. */
#define SENDOFF_WORKER_HANG_MS 30000

typedef struct _SendoffWorkerClient SendoffWorkerClient;

/* "progress", "chunk" or "warning" with its members; on the thread of the run. */
typedef void (*SendoffWorkerEventFunc) (const char *event, JsonObject *members, gpointer data);

/* What is worth knowing of a run beside its result or error. */
typedef struct {
  char *stage;   /* (nullable): where the worker was when it reported an error */
  char *details; /* the end of its log, at most 8 KiB, valid UTF-8 */
  gint64 max_rss_bytes; /* 0 unknown */
  gint64 cpu_us;
  gboolean landlock, seccomp; /* which walls stood around it */
} SendoffWorkerReport;

SendoffWorkerClient *sendoff_worker_client_new (const char *path);
void sendoff_worker_client_free (SendoffWorkerClient *self);
const char *sendoff_worker_client_get_path (SendoffWorkerClient *self);
void sendoff_worker_client_set_hang_timeout (SendoffWorkerClient *self, guint timeout_ms);
void sendoff_worker_client_set_max_memory (SendoffWorkerClient *self, gint64 bytes);
gint64 sendoff_worker_client_get_memory (SendoffWorkerClient *self);
JsonNode *sendoff_worker_client_run (SendoffWorkerClient *self, const SendoffWorkerSpec *spec, int source_fd,
                                     SendoffWorkerEventFunc on_event, gpointer data, GCancellable *cancellable,
                                     SendoffWorkerReport *report, GError **error);
JsonNode *sendoff_worker_client_ask (SendoffWorkerClient *self, const SendoffWorkerSpec *spec, int source_fd,
                                     GCancellable *cancellable, GError **error);
void sendoff_worker_report_clear (SendoffWorkerReport *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffWorkerClient, sendoff_worker_client_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SendoffWorkerReport, sendoff_worker_report_clear)

G_END_DECLS
