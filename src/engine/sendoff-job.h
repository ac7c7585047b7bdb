/* A job: one request on its way through the queue, with one export per output.
 *
 * Objects of the main context; the threads that carry a job out post their snapshots there, at most ten a
 * second, and never touch it otherwise. Progress never goes back.
 */
#pragma once

#include <gio/gio.h>

#include "model/sendoff-certificate.h"
#include "model/sendoff-plan.h"
#include "model/sendoff-request.h"

G_BEGIN_DECLS

typedef enum {
  SENDOFF_STATUS_QUEUED,
  SENDOFF_STATUS_PREPARING,
  SENDOFF_STATUS_ENCODING,
  SENDOFF_STATUS_OPTIMIZING,
  SENDOFF_STATUS_FINALIZING,
  SENDOFF_STATUS_COMPLETED,
  SENDOFF_STATUS_FAILED,
  SENDOFF_STATUS_CANCELLED,
} SendoffStatus;

extern const char *const sendoff_status_nicks[];
gboolean sendoff_status_is_final (SendoffStatus status);

#define SENDOFF_TYPE_EXPORT (sendoff_export_get_type ())
G_DECLARE_FINAL_TYPE (SendoffExport, sendoff_export, SENDOFF, EXPORT, GObject)

#define SENDOFF_TYPE_JOB (sendoff_job_get_type ())
G_DECLARE_FINAL_TYPE (SendoffJob, sendoff_job, SENDOFF, JOB, GObject)

/* SendoffExport, one output. Properties (read-only, notified): name (label), status (int SendoffStatus), stage (string: a few words),
 * progress (double 0–100), frames-per-second (double), size-bytes (int64 so far or final), time-left-us (int64,
 * -1 unknown), file (GFile of the final file, NULL until completed), output (int: index in the plan). */
const char *sendoff_export_get_name (SendoffExport *self);
guint sendoff_export_get_output (SendoffExport *self);
SendoffStatus sendoff_export_get_status (SendoffExport *self);
double sendoff_export_get_progress (SendoffExport *self);
GFile *sendoff_export_get_file (SendoffExport *self);
gint64 sendoff_export_get_size_bytes (SendoffExport *self);
const SendoffCertificate *sendoff_export_get_certificate (SendoffExport *self);
const GError *sendoff_export_get_error (SendoffExport *self);
const char *sendoff_export_get_error_stage (SendoffExport *self);
const char *const *sendoff_export_get_warnings (SendoffExport *self);

/* SendoffJob. Properties (read-only, notified): export-id, status, stage, progress (0–100, the mean of its exports),
 * time-left-us, exports (GListModel of SendoffExport), interrupted (boolean: found unfinished, run by no process),
 * elsewhere (boolean: another process carries it out; sendoff_engine_control_async() asks that one),
 * paused (boolean), source-problem (string: why an interrupted job cannot go on before its source is found again, NULL
 * when nothing is known to be in the way). */
const char *sendoff_job_get_export_id (SendoffJob *self);
SendoffStatus sendoff_job_get_status (SendoffJob *self);
double sendoff_job_get_progress (SendoffJob *self);
gboolean sendoff_job_get_interrupted (SendoffJob *self);
gboolean sendoff_job_get_elsewhere (SendoffJob *self);
const char *sendoff_job_get_source_problem (SendoffJob *self);
gboolean sendoff_job_get_source_changed (SendoffJob *self);
GListModel *sendoff_job_get_exports (SendoffJob *self);
const SendoffPlan *sendoff_job_get_plan (SendoffJob *self);
const char *sendoff_job_get_source_name (SendoffJob *self);
SendoffRequest *sendoff_job_get_request (SendoffJob *self);
gint64 sendoff_job_get_created_at (SendoffJob *self);
int sendoff_job_get_priority (SendoffJob *self);

/* Whether it was told to wait: property "paused", kept across restarts. What runs for it ends at once and is begun again
 * from the finished chunks. */
gboolean sendoff_job_get_paused (SendoffJob *self);
void sendoff_job_pause (SendoffJob *self);
void sendoff_job_resume (SendoffJob *self);

/* Asks for the end; the status becomes cancelled once workers are gone and partial files removed. */
void sendoff_job_cancel (SendoffJob *self);

/* The same for one of its outputs; the others go on. The last one that is not over ends the job. */
void sendoff_job_cancel_export (SendoffJob *self, SendoffExport *export);

/* The document of "export --json" and of the API. */
JsonNode *sendoff_job_to_json (SendoffJob *self);

G_END_DECLS
