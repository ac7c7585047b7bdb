/* What only the engine may do with jobs and exports. Main context, like the objects. */
#pragma once

#include "engine/sendoff-job.h"
#include "engine/sendoff-store.h"
#include "engine/sendoff-tracker.h"

G_BEGIN_DECLS

SendoffExport *sendoff_export_new (const SendoffStoredOutput *stored);
gboolean sendoff_export_apply (SendoffExport *self, const SendoffStoredOutput *stored, double frames_per_second,
                               gint64 time_left_us);
void sendoff_export_set_cancelled (SendoffExport *self);
void sendoff_export_make_compact (SendoffExport *self);
const SendoffStoredOutput *sendoff_export_get_stored (SendoffExport *self);
JsonNode *sendoff_export_to_json (SendoffExport *self, const SendoffOutputPlan *plan);

SendoffStatus sendoff_status_from_nick (const char *nick);

SendoffJob *sendoff_job_new (const char *export_id, SendoffRequest *request, const SendoffPlan *plan);
SendoffJob *sendoff_job_new_from_stored (const SendoffStoredJob *stored, GError **error);
SendoffStoredJob *sendoff_job_dup_stored (SendoffJob *self);
gboolean sendoff_job_apply (SendoffJob *self, const SendoffSnapshot *snapshot);
void sendoff_job_set_interrupted (SendoffJob *self, gboolean interrupted);
void sendoff_job_set_elsewhere (SendoffJob *self, gboolean elsewhere);
guint sendoff_job_get_n_saves (SendoffJob *self);
gboolean sendoff_job_take_stored (SendoffJob *self, const SendoffStoredJob *stored);
void sendoff_job_set_source_problem (SendoffJob *self, const char *problem, gboolean changed);
void sendoff_job_set_started (SendoffJob *self);
SendoffStoredJob *sendoff_job_dup_retry (SendoffJob *self, int output);
void sendoff_job_begin_again (SendoffJob *self, const SendoffStoredJob *stored);
gboolean sendoff_job_is_cancel_requested (SendoffJob *self);
void sendoff_job_set_priority (SendoffJob *self, int priority);
const char *sendoff_job_get_stage (SendoffJob *self);

G_END_DECLS
