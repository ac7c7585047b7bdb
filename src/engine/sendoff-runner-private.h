/* What the files of the runner share. Included by sendoff-runner*.c only.
 *
 * The runner's thread makes every decision. The scheduler's threads carry out RunnerWork: they read what was
 * fixed before the work was pushed, and take the mutex for what changes.
 */
#pragma once

#include "engine/sendoff-chunk-ledger.h"
#include "engine/sendoff-runner.h"

G_BEGIN_DECLS

/* Decides how chunks are encoded where their sizes have to fit; see sendoff-runner-rate.c. */
typedef struct _RunnerRate RunnerRate;

/* Outputs whose video is the same to the last byte share one rendition. */
typedef struct _RunnerRendition RunnerRendition;

struct _RunnerRendition {
  int id; /* in specs and events */
  const SendoffVideoPlan *video; /* borrowed from the plan */
  RunnerRendition *analysis; /* (nullable): the quick encode of the whole that is measured first */
  RunnerRendition *measures; /* (nullable): of an analysis: what it is made for */
  RunnerRate *rate; /* (nullable): as the plan says */
  guint group;
  guint output;   /* the first of outputs; stands for it in specs and events */
  GArray *outputs; /* guint */
  SendoffChunkLedger *ledger; /* guarded by the mutex */
  guint n_works;  /* pushed and not come back; runner's thread */
  /* for later estimates; runner's thread */
  double missing;      /* part of it that was not there when the job began */
  double cpu_us;       /* of its workers, its analysis included */
  double decode_share; /* of a decode that it shares with others */
  gint64 bytes;        /* of all its chunks, once they are there */
  gboolean is_uneven;  /* that time is not what such a video usually takes */
  GError *hardware_error; /* (nullable): why it is about to be made in software instead; runner's thread */
};

/* Outputs of which an audio track is the same to the last byte share it. */
typedef struct {
  guint output;
  guint number; /* of the output's audio tracks */
  GArray *outputs; /* guint */
  char *path;
  char *lock_path;
  int lock_fd;
  /* guarded by the mutex */
  SendoffPacketTrailer *trailer; /* NULL: missing */
  guint n_tries;                 /* for a size, before this one */
  gint64 bitrate_bps;            /* of this try; 0 as the plan says */
  gint64 fitting_bps;            /* of one whose file was smaller than it may be; 0 none */
} RunnerTrack;

typedef struct {
  const SendoffChunkGroup *grid;
  gboolean sequential; /* one decoder from the start */
  gboolean restart;    /* begin anew, sequentially, once its work has come back */
  guint n_works;
} RunnerGroup;

typedef struct {
  const SendoffOutputPlan *plan;
  RunnerRendition *rendition; /* (nullable) */
  GPtrArray *tracks;          /* RunnerTrack, borrowed, in the plan's order */
  char *target;    /* local path of the final name */
  char *part_path; /* what is written until then */
  char *receipt_path; /* of the file that is about to get its final name */
  gboolean over;      /* completed, failed or cancelled; guarded by the mutex */
  gboolean naming;    /* too late to cancel it: it gets its final name; guarded by the mutex */
  gboolean finishing; /* runner's thread */
} RunnerOutput;

/* Renditions of one group that are encoded from one decode. */
typedef struct {
  guint group;
  GPtrArray *renditions; /* RunnerRendition, borrowed */
  gboolean pushed;
} RunnerBatch;

typedef enum {
  RUNNER_WORK_CHUNKS, /* parts are renditions */
  RUNNER_WORK_AUDIO,  /* parts are tracks */
  RUNNER_WORK_FINISH, /* parts is one output */
} RunnerWorkKind;

typedef struct {
  SendoffRunner *runner;
  RunnerWorkKind kind;
  GPtrArray *parts; /* borrowed */
  guint group;
  guint first, last; /* chunks */
  gboolean sequential;
  int decoder_threads;
  int order;
  guint attempt; /* 0 the first, 1 once more, 2 each part alone */
  gint64 n_packets; /* to be written by a finish */
  gboolean called_back; /* a part is no longer wanted: begin again with the others; guarded by the mutex */
  gint64 max_rss_bytes; /* of its worker, 0 not known */
  gint64 cpu_us;        /* likewise */
  gint64 size_bytes; /* of the file that a finish wrote */
  gboolean ran;
  /* outcome */
  SendoffChunksResult *result; /* (nullable) */
  JsonNode *certificate;       /* (nullable) */
  GError *error;
  char *stage; /* (nullable) */
} RunnerWork;

struct _SendoffRunner {
  char *export_id;
  SendoffPlan *plan;
  SendoffRequest *request; /* a copy of its own, so that the thread may read it */
  char *source_uri, *cache_dir;
  gboolean overwrite, sequential, keep_chunks;
  guint batch_size;
  int priority;
  char **libraries;
  SendoffCatalog *catalog;
  char **target_uris; /* n outputs, "" not chosen yet */
  SendoffScheduler *scheduler; /* borrowed */
  SendoffWorkerClient *client; /* borrowed */
  SendoffMemoryBook *memory;   /* borrowed */
  SendoffTracker *tracker;
  gint keep; /* atomic: leave everything for a later run */

  /* runner's thread; fixed once work is pushed */
  GCancellable *cancellable;
  SendoffLane *lane; /* changed under the mutex */
  int source_fd;
  gint64 source_size_bytes;
  char *source_name;
  RunnerOutput *outputs;
  RunnerGroup *groups;
  GPtrArray *renditions; /* RunnerRendition */
  GPtrArray *tracks;     /* RunnerTrack */
  GPtrArray *batches;    /* RunnerBatch */
  GPtrArray *works;      /* RunnerWork, pushed and not come back; changed under the mutex */

  gint64 try_after_us;   /* how long a full disk is left alone */

  GMutex mutex; /* guards the following too */
  GCond woken;
  gboolean without_landlock, without_seccomp; /* of any worker whose work counts */
  gboolean paused;   /* by the user */
  char *held;        /* (nullable): why nothing at all may run now */
  gboolean held_anew; /* that has changed since it was said */
  char *full;        /* (nullable): what a full disk was met by */
  gboolean draining; /* work comes back, to be begun again when nothing holds it up */
};

/* sendoff-runner.c */
RunnerWork *sendoff_runner_work_new (SendoffRunner *self, RunnerWorkKind kind, gpointer part);
void sendoff_runner_push (SendoffRunner *self, RunnerWork *work, gint64 length);
gboolean sendoff_runner_is_wanted_locked (SendoffRunner *self, GArray *outputs);
void sendoff_runner_fail_output (SendoffRunner *self, guint output, const GError *error, const char *stage);
void sendoff_runner_fail_outputs (SendoffRunner *self, GArray *outputs, const GError *error, const char *stage);
gboolean sendoff_runner_is_cancelled (SendoffRunner *self);

/* sendoff-runner-cancel.c */
gboolean sendoff_runner_is_over (SendoffRunner *self, guint output);
gboolean sendoff_runner_claim (SendoffRunner *self, guint output);
void sendoff_runner_unclaim (SendoffRunner *self, guint output);
void sendoff_runner_cancel_unwanted (SendoffRunner *self);
void sendoff_runner_note_pushed (SendoffRunner *self, RunnerWork *work);
gboolean sendoff_runner_was_called_back (SendoffRunner *self, RunnerWork *work);

/* sendoff-runner-texts.c */
char *sendoff_runner_dup_captions_path (SendoffRunner *self, guint output);
char *sendoff_runner_dup_fonts_dir (SendoffRunner *self);
char *sendoff_runner_dup_cover_path (SendoffRunner *self, guint output);
char **sendoff_runner_dup_text_paths (SendoffRunner *self, guint output);
char *sendoff_runner_dup_captions_identity (SendoffRunner *self, guint output, GError **error);
gboolean sendoff_runner_read_texts (SendoffRunner *self, GError **error);
gboolean sendoff_runner_place_sidecar (SendoffRunner *self, guint output, GError **error);

/* sendoff-runner-prepare.c */
gboolean sendoff_runner_prepare (SendoffRunner *self);
char **sendoff_runner_dup_ingredients (SendoffRunner *self, const char *captions);
SendoffChunkLedger *sendoff_runner_open_ledger (SendoffRunner *self, guint output, const char *key, GError **error);
gboolean sendoff_runner_choose_target (SendoffRunner *self, guint output, GError **error);
void sendoff_runner_set_target (SendoffRunner *self, guint output, char *path);
char *sendoff_runner_dup_sequential_mark (SendoffRunner *self, guint group);
void sendoff_runner_close_cache (SendoffRunner *self, gboolean over, gboolean remove);

/* sendoff-runner-handover.c */
char *sendoff_runner_dup_chunks_key (SendoffRunner *self, guint output, const char *key);
gboolean sendoff_runner_begin_handover (SendoffRunner *self, RunnerOutput *output, SendoffWorkerSpec *spec, GError **error);
gboolean sendoff_runner_settle_part (SendoffRunner *self, guint output);
gboolean sendoff_runner_undo_handover (SendoffRunner *self, guint output);
/* sendoff-runner-fallback.c */
void sendoff_runner_recall_fallback (SendoffRunner *self, guint output);
gboolean sendoff_runner_fall_back (SendoffRunner *self, RunnerRendition *rendition, const GError *error);
void sendoff_runner_finish_fallbacks (SendoffRunner *self);

/* sendoff-runner-rate.c */
void sendoff_runner_begin_rate (SendoffRunner *self, RunnerRendition *rendition, const char *identity);
void sendoff_runner_free_rate (RunnerRate *rate);
void sendoff_runner_steer (SendoffRunner *self);
gboolean sendoff_runner_take_size (SendoffRunner *self, RunnerOutput *output, gint64 size_bytes, GError **error);
gboolean sendoff_runner_rate_is_done (const RunnerRendition *rendition);
void sendoff_runner_forget_rates (SendoffRunner *self, guint group);

/* sendoff-runner-score.c */
SendoffCheck *sendoff_runner_make_score_check (SendoffRunner *self, const RunnerOutput *output);

/* sendoff-runner-chunks.c */
void sendoff_runner_push_batches (SendoffRunner *self);
void sendoff_runner_chunks_returned (SendoffRunner *self, RunnerWork *work);
void sendoff_runner_check_groups (SendoffRunner *self);
void sendoff_runner_report_rendition_locked (SendoffRunner *self, RunnerRendition *rendition);
gboolean sendoff_runner_may_be_encoder (const GError *error);
gboolean sendoff_runner_retry (SendoffRunner *self, RunnerWork *work);
void sendoff_runner_run_chunks (gpointer work, GCancellable *cancellable);

/* sendoff-runner-hold.c */
gboolean sendoff_runner_is_draining (SendoffRunner *self);
gboolean sendoff_runner_note_full (SendoffRunner *self, const GError *error);
void sendoff_runner_note_room (SendoffRunner *self);
void sendoff_runner_clean_cache (SendoffRunner *self);
gboolean sendoff_runner_hold (SendoffRunner *self);
void sendoff_runner_wake (SendoffRunner *self);

void sendoff_runner_note_walls (SendoffRunner *self, const SendoffWorkerReport *report);

/* sendoff-runner-lessons.c */
void sendoff_runner_note_missing (SendoffRunner *self);
void sendoff_runner_note_effort (SendoffRunner *self, const RunnerWork *work);
void sendoff_runner_note_bytes (SendoffRunner *self);

/* sendoff-runner-memory.c */
gint64 sendoff_runner_estimate_chunks (SendoffRunner *self, GPtrArray *renditions, int decoder_threads);
gint64 sendoff_runner_estimate_memory (SendoffRunner *self, const RunnerWork *work);
void sendoff_runner_note_memory (SendoffRunner *self, const RunnerWork *work);
guint sendoff_runner_fit_batch (SendoffRunner *self, guint first, guint wanted);

/* sendoff-runner-audio.c */
void sendoff_runner_push_audio (SendoffRunner *self);
gboolean sendoff_runner_retry_audio (SendoffRunner *self, RunnerOutput *output, gint64 size_bytes);
void sendoff_runner_audio_returned (SendoffRunner *self, RunnerWork *work);
void sendoff_runner_run_audio (gpointer work, GCancellable *cancellable);

/* sendoff-runner-finish.c */
void sendoff_runner_push_finished (SendoffRunner *self);
void sendoff_runner_adopt_finished (SendoffRunner *self);
void sendoff_runner_finish_returned (SendoffRunner *self, RunnerWork *work);
void sendoff_runner_run_finish (gpointer work, GCancellable *cancellable);

G_END_DECLS
