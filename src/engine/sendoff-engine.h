/* The engine: everything that the window, the command line and the API can ask for.
 *
 * main() makes one and passes it down. It owns the catalog, the machine profile, the store, the scheduler and
 * the list of jobs. Its GObjects live on the thread-default main context in which it was made; every call that
 * could touch a disk, the database or a worker is asynchronous. Nothing here includes GTK, FFmpeg or SQL.
 */
#pragma once

#include <gio/gio.h>

#include "engine/sendoff-chunk-cache.h"
#include "engine/sendoff-estimator.h"
#include "engine/sendoff-job.h"
#include "engine/sendoff-settings.h"
#include "model/sendoff-catalog.h"
#include "model/sendoff-machine.h"
#include "model/sendoff-media-info.h"
#include "model/sendoff-plan.h"
#include "model/sendoff-release-set.h"
#include "model/sendoff-request.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_ENGINE (sendoff_engine_get_type ())
G_DECLARE_FINAL_TYPE (SendoffEngine, sendoff_engine, SENDOFF, ENGINE, GObject)

typedef enum {
  SENDOFF_PROBE_NONE = 0,
  SENDOFF_PROBE_SCAN = 1 << 0, /* read every packet where no index tells: right, but at disk speed */
  SENDOFF_PROBE_PACKET_DETAILS = 1 << 1, /* keyframe times and packet profile too */
} SendoffProbeFlags;

/* A still picture that was written. */
typedef struct {
  char *path; /* as it is named, any bytes */
  gint64 time_us; /* since when the source shows it */
  int width, height; /* pixels */
} SendoffSavedFrame;

/* Construct properties: data-dir, cache-dir, worker-path (all NULL: SENDOFF_DATA_DIR, SENDOFF_CACHE_DIR, SENDOFF_WORKER
 * from the environment, then the XDG places and the build or installed worker), cores (0: all). */
SendoffEngine *sendoff_engine_new (void);

/* Opens the store, learns what this machine can do, lists the stored jobs. Everything below needs it finished. */
void sendoff_engine_start_async (SendoffEngine *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_start_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

SendoffCatalog *sendoff_engine_get_catalog (SendoffEngine *self);
const SendoffMachine *sendoff_engine_get_machine (SendoffEngine *self);

/* Limits and habits that outlive the program; and why nothing runs now: property "hold-reason" (string, notified), NULL
 * when nothing is in the way. */
SendoffSettings *sendoff_engine_get_settings (SendoffEngine *self);
const char *sendoff_engine_get_hold_reason (SendoffEngine *self);

/* Finished chunks that are kept for later exports. */
typedef struct {
  char *folder;
  gint64 limit_bytes;
  gint64 removed_bytes; /* just now */
  SendoffChunkCacheUse use;
} SendoffCacheFacts;
void sendoff_engine_trim_cache_async (SendoffEngine *self, gboolean clear, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
SendoffCacheFacts *sendoff_engine_trim_cache_finish (SendoffEngine *self, GAsyncResult *result, GError **error);
void sendoff_cache_facts_free (SendoffCacheFacts *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCacheFacts, sendoff_cache_facts_free)

/* A source that is a pipe or not on this computer is copied into the cache, named @name; any other file comes back as it
 * is. The copy stays until no unfinished job names it. */
void sendoff_engine_spool_async (SendoffEngine *self, GFile *file, const char *name, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
GFile *sendoff_engine_spool_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Facts about a source, parsed in a worker process; cached by source identity. */
void sendoff_engine_probe_async (SendoffEngine *self, GFile *file, SendoffProbeFlags flags, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
SendoffMediaInfo *sendoff_engine_probe_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Still pictures as PNG: what is shown at a moment of source time, upright, not enlarged, at most max_width × max_height
 * (0: as large as the source). Taken in a worker, kept by source identity. NOT_FOUND: neither video nor a cover. */
void sendoff_engine_load_frame_async (SendoffEngine *self, GFile *file, const SendoffMediaInfo *info, gint64 time_us,
                                      int max_width, int max_height, GCancellable *cancellable,
                                      GAsyncReadyCallback callback, gpointer data);
GBytes *sendoff_engine_load_frame_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* A picture that stands for the whole. */
void sendoff_engine_load_poster_async (SendoffEngine *self, GFile *file, const SendoffMediaInfo *info, int max_width,
                                       int max_height, GCancellable *cancellable, GAsyncReadyCallback callback,
                                       gpointer data);
GBytes *sendoff_engine_load_poster_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Several with one decoder; returns GBytes in the order of the times. */
void sendoff_engine_load_frames_async (SendoffEngine *self, GFile *file, const SendoffMediaInfo *info,
                                       const gint64 *times_us, guint n_times, int max_width, int max_height,
                                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *sendoff_engine_load_frames_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* A moving picture: JPEG pictures of ascending times, handed to on_frame on this main context while the worker still takes
 * the next ones. receiver is kept until the end; nothing is cached. */
typedef void (*SendoffFrameFunc) (GObject *receiver, guint index, GBytes *picture);
void sendoff_engine_stream_frames_async (SendoffEngine *self, GFile *file, const SendoffMediaInfo *info,
                                         const gint64 *times_us, guint n_times, int max_width, int max_height,
                                         SendoffFrameFunc on_frame, GObject *receiver, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_stream_frames_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Several as files; returns SendoffSavedFrame. */
void sendoff_engine_save_frames_async (SendoffEngine *self, GFile *file, const SendoffMediaInfo *info,
                                       const gint64 *times_us, char *const *paths, gboolean jpeg, int max_width,
                                       int max_height, gboolean overwrite, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer data);
GPtrArray *sendoff_engine_save_frames_finish (SendoffEngine *self, GAsyncResult *result, GError **error);
void sendoff_saved_frame_free (SendoffSavedFrame *self);

/* The planner with this engine's catalog and machine. Instant and pure. */
SendoffPlan *sendoff_engine_plan (SendoffEngine *self, const SendoffMediaInfo *source, SendoffRequest *request);

/* (transfer full): what @plan's files will weigh; @source is best probed with SENDOFF_PROBE_PACKET_DETAILS. */
void sendoff_engine_forget_lessons_async (SendoffEngine *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_forget_lessons_finish (SendoffEngine *self, GAsyncResult *result, GError **error);
SendoffInterval sendoff_engine_estimate_cpu (SendoffEngine *self, const SendoffMediaInfo *source, const SendoffOutputPlan *output);
SendoffEstimator *sendoff_engine_new_estimator (SendoffEngine *self, GFile *file, const SendoffMediaInfo *source,
                                                const SendoffPlan *plan);

/* What depends on the world and not on the plan: room on the disks, existing files, a folder that can be written.
 * Returns issues (element-type SendoffIssue). */
void sendoff_engine_preflight_async (SendoffEngine *self, SendoffRequest *request, const SendoffPlan *plan,
                                     GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *sendoff_engine_preflight_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* The user's own presets. When the call is finished, sendoff_engine_get_catalog() is another catalog, with the change; the property
 * "catalog" is notified. */
void sendoff_engine_save_preset_async (SendoffEngine *self, const SendoffPreset *preset, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_save_preset_finish (SendoffEngine *self, GAsyncResult *result, GError **error);
void sendoff_engine_remove_preset_async (SendoffEngine *self, const char *preset_id, GCancellable *cancellable,
                                         GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_remove_preset_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Release sets. Every call is finished by sendoff_engine_release_sets_finish(), which returns all of them, by name. */
void sendoff_engine_list_release_sets_async (SendoffEngine *self, GCancellable *cancellable,
                                             GAsyncReadyCallback callback, gpointer data);
void sendoff_engine_save_release_set_async (SendoffEngine *self, const SendoffReleaseSet *set, GCancellable *cancellable,
                                            GAsyncReadyCallback callback, gpointer data);
void sendoff_engine_remove_release_set_async (SendoffEngine *self, const char *release_set_id,
                                              GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GPtrArray *sendoff_engine_release_sets_finish (SendoffEngine *self, GAsyncResult *result, GError **error);
/* The certificate of any file: sound by itself, and within the rules of a platform (nullable); full decodes all of it. */
void sendoff_engine_verify_async (SendoffEngine *self, GFile *file, const char *platform_id, gboolean full,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
SendoffCertificate *sendoff_engine_verify_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Newer rules of platforms (JSON), kept in DATA/platforms; without text one platform goes back to what was shipped. */
void sendoff_engine_change_platforms_async (SendoffEngine *self, const char *text, const char *platform_id,
                                            GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_change_platforms_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Stores the job and queues it; fails with SENDOFF_ERROR_INVALID_REQUEST when the plan has an error. The job is
 * owned by the engine's list. */
void sendoff_engine_submit_async (SendoffEngine *self, SendoffRequest *request, const SendoffPlan *plan,
                                  GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
SendoffJob *sendoff_engine_submit_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* For a program that has just started: goes on with what was interrupted, if the setting resume-automatically is on. */
void sendoff_engine_go_on (SendoffEngine *self);

/* Jobs that are submitted from now on are stored and not begun: sendoff_engine_resume_async() does. */
void sendoff_engine_set_store_only (SendoffEngine *self, gboolean store_only);

/* Goes on with an interrupted job (status running in the store, executed by no living process). */
void sendoff_engine_resume_async (SendoffEngine *self, SendoffJob *job, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_resume_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Whatever process carries @job out, or none: cancels it (value: one export's position, -1 all), pauses it, lets it go on,
 * or gives it another priority (value). */
typedef enum
{
  SENDOFF_CONTROL_CANCEL,
  SENDOFF_CONTROL_PAUSE,
  SENDOFF_CONTROL_RESUME,
  SENDOFF_CONTROL_PRIORITY,
  SENDOFF_CONTROL_RETRY, /* only of a job that runs; sendoff_engine_retry_async() is for all */
} SendoffControl;
void sendoff_engine_control_async (SendoffEngine *self, SendoffJob *job, SendoffControl control, int value,
                                   GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_control_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Whether @file is the source with @identity: FALSE with SOURCE_UNREADABLE or SOURCE_CHANGED. */
void sendoff_engine_check_source_async (SendoffEngine *self,
                                        GFile *file,
                                        const char *identity,
                                        GCancellable *cancellable,
                                        GAsyncReadyCallback callback,
                                        gpointer data);
gboolean sendoff_engine_check_source_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* The source of a job that runs nowhere is at @file now. Only the same video will do: SOURCE_CHANGED otherwise. */
void sendoff_engine_relocate_async (SendoffEngine *self, SendoffJob *job, GFile *file, GCancellable *cancellable,
                                    GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_relocate_finish (SendoffEngine *self, GAsyncResult *result, GError **error);
/* Makes again what failed or was cancelled of a job that is over: the export at position @output, -1 for all of them. */
void sendoff_engine_retry_async (SendoffEngine *self, SendoffJob *job, int output, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_retry_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* Forgets jobs (element-type SendoffJob) that are over; their files stay. Those that are not over are left out. */
void sendoff_engine_remove_jobs_async (SendoffEngine *self, GPtrArray *jobs, GCancellable *cancellable,
                                       GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_remove_jobs_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

/* (transfer none): GListModel of SendoffJob, newest first, stored ones included. */
GListModel *sendoff_engine_get_jobs (SendoffEngine *self);
SendoffJob *sendoff_engine_find_job (SendoffEngine *self, const char *export_id);

/* Property max-running-exports (default 3). */
void sendoff_engine_set_max_running_exports (SendoffEngine *self, guint n);

/* Stops every worker and closes the store; running jobs stay resumable. */
void sendoff_engine_stop_async (SendoffEngine *self, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_engine_stop_finish (SendoffEngine *self, GAsyncResult *result, GError **error);

G_END_DECLS
