/* A worker's answers: one JSON object a line on standard output (see model/sendoff-worker-spec.h).
 *
 * Opaque; made by the worker's main(). Used by the one thread that carries out the role.
 */
#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _SendoffEvents SendoffEvents;

SendoffEvents *sendoff_events_new (int fd);
void sendoff_events_free (SendoffEvents *self);
void sendoff_events_set_sandbox (SendoffEvents *self, gboolean landlock, gboolean seccomp);
void sendoff_events_progress (SendoffEvents *self, int chunk, int output, gint64 frames, gint64 bytes, gint64 time_us);
void sendoff_events_chunk_done (SendoffEvents *self, int chunk);
void sendoff_events_warning (SendoffEvents *self, const char *code, const char *format, ...) G_GNUC_PRINTF (3, 4);
void sendoff_events_result (SendoffEvents *self, JsonNode *result);
void sendoff_events_error (SendoffEvents *self, const char *stage, const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffEvents, sendoff_events_free)

G_END_DECLS
