/* What the engine's own files share. */
#pragma once

#include "engine/sendoff-engine.h"
#include "engine/sendoff-follower.h"
#include "engine/sendoff-frame-loader.h"
#include "engine/sendoff-queue.h"
#include "engine/sendoff-store.h"

G_BEGIN_DECLS

SendoffFrameLoader *sendoff_engine_get_frame_loader (SendoffEngine *self);
GListStore *sendoff_engine_get_job_list (SendoffEngine *self);
SendoffQueue *sendoff_engine_get_queue (SendoffEngine *self);
SendoffFollower *sendoff_engine_get_follower (SendoffEngine *self);
SendoffStore *sendoff_engine_get_store (SendoffEngine *self);
const char *sendoff_engine_get_data_dir (SendoffEngine *self);
void sendoff_engine_set_catalog (SendoffEngine *self, SendoffCatalog *catalog);
const char *sendoff_engine_get_cache_dir (SendoffEngine *self);

gboolean sendoff_engine_is_store_only (SendoffEngine *self);

/* sendoff-engine-jobs.c */
void sendoff_engine_watch_job (SendoffEngine *self, SendoffJob *job);

/* sendoff-engine-control.c */
GFileMonitor *sendoff_engine_watch_requests (SendoffEngine *self);
gboolean sendoff_engine_prepare_requests (const char *cache_dir, GError **error);

/* sendoff-engine-relocate.c */
gboolean sendoff_source_check (GFile *file, const char *identity, GError **error);
gboolean sendoff_source_check_job (const SendoffStoredJob *job, GError **error);

SendoffEstimator *sendoff_estimator_new (SendoffQueue *queue,
                                         GFile *file,
                                         const SendoffMediaInfo *source,
                                         const SendoffPlan *plan,
                                         const SendoffInterval *cpu_us,
                                         const char *cache_dir,
                                         const SendoffMachine *machine);

G_END_DECLS
