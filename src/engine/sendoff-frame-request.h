/* One request for still pictures of a source, and how a thread carries it out.
 *
 * Made on the main context; after that only the thread that looks it up or runs it touches it.
 */
#pragma once

#include "engine/sendoff-engine.h"
#include "engine/sendoff-frame-cache.h"
#include "engine/sendoff-worker-client.h"

G_BEGIN_DECLS

typedef struct {
  GFile *file;
  char *identity;          /* (nullable): without it nothing is cached */
  SendoffWorkerSpec *spec; /* all but frame_paths */
  gboolean is_poster;      /* of the pictures at times_us only the one with most contrast is wanted */
  char **paths;            /* (nullable): final names, one for each time, instead of answers in memory */
  gboolean overwrite;
  SendoffFrameFunc on_frame; /* (nullable): gets the pictures one by one instead of the answers, which are empty */
  GObject *receiver;         /* (nullable): of on_frame */
  GMainContext *context;     /* (nullable): where on_frame is called */
} SendoffFrameRequest;

SendoffFrameRequest *sendoff_frame_request_new (GFile *file, const SendoffMediaInfo *info, int max_width,
                                                int max_height, int decoder_threads);
void sendoff_frame_request_free (SendoffFrameRequest *self);
void sendoff_frame_request_add_time (SendoffFrameRequest *self, gint64 time_us);
void sendoff_frame_request_set_poster (SendoffFrameRequest *self, const SendoffMediaInfo *info);
void sendoff_frame_request_set_stream (SendoffFrameRequest *self, SendoffFrameFunc on_frame, GObject *receiver);

GPtrArray *sendoff_frame_request_look_up (SendoffFrameRequest *self, SendoffFrameCache *cache);
GPtrArray *sendoff_frame_request_run (SendoffFrameRequest *self, SendoffFrameCache *cache, SendoffWorkerClient *client,
                                      GCancellable *cancellable, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffFrameRequest, sendoff_frame_request_free)

G_END_DECLS
