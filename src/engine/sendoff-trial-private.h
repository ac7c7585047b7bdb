/* What the files of a trial share. Included by sendoff-trial*.c only. */
#pragma once

#include "engine/sendoff-chunk-ledger.h"
#include "engine/sendoff-trial-audio.h"
#include "engine/sendoff-trial.h"

G_BEGIN_DECLS

/* Outputs whose video is the same to the last byte share one. */
typedef struct
{
  guint output;               /* the first that has it */
  SendoffChunkLedger *ledger; /* guarded by the mutex */
  gint64 *kept_bytes;    /* likewise: of each chunk that is there, as it will be within the maximum rate */
  SendoffSample *pieces; /* likewise: of its group, at the rates that chunks would have there */
  GArray *piece_scores;  /* likewise: gint64: of the frames of pieces, in SENDOFF_SCORE_PARTS */
} TrialRendition;

/* Renditions over one grid, tried chunk by chunk from one decode. */
typedef struct
{
  const SendoffChunkGroup *grid;
  GPtrArray *renditions; /* TrialRendition, owned */
  guint *order;          /* chunks as they are tried */
  guint n_chunks, n_wanted, n_pushed;
  guint *piece_order;
  guint n_pieces, n_pieces_pushed;
  /* guarded by the mutex */
  double tried_seconds, elapsed_seconds; /* of video, of a slot */
  double piece_seconds, piece_elapsed;   /* likewise, of pieces */
  gboolean distrusted;                   /* its seeks lie: what they led to is worth nothing */
} TrialGroup;

typedef struct
{
  const SendoffTrialSetup *setup;
  SendoffWorkerClient *client;
  SendoffLane *lane;
  GCancellable *cancellable; /* (nullable) */
  guint n_slots, n_running;
  int source_fd;
  gint64 source_size_bytes;
  GPtrArray *groups;             /* TrialGroup */
  GPtrArray *tracks;             /* SendoffTrialTrack */
  TrialGroup **group_of;         /* of each output; NULL when its picture is not tried */
  TrialRendition **rendition_of; /* likewise */
  SendoffOutputEstimate *estimates;
  GMutex mutex;
} Trial;

double sendoff_trial_get_chunk_seconds (const SendoffChunkGroup *grid, guint index);
SendoffSample *sendoff_trial_make_samples (Trial *self, TrialGroup *group, TrialRendition *rendition);
void sendoff_trial_note_chunk_locked (Trial *self, TrialRendition *rendition, guint chunk);
double sendoff_trial_get_source_bytes (const SendoffMediaInfo *source, gint64 start_us, gint64 end_us);
void sendoff_trial_estimate_output_locked (Trial *self, guint index);

/* sendoff-trial-pieces.c */
void sendoff_trial_plan_pieces (Trial *self, TrialGroup *group);
void sendoff_trial_drop_needless_pieces (TrialGroup *group);
double sendoff_trial_get_piece_seconds (const TrialGroup *group, const TrialRendition *rendition);
void sendoff_trial_open_pieces (Trial *self, TrialGroup *group, TrialRendition *rendition);
SendoffChunkSpec *sendoff_trial_make_piece_spec (const TrialGroup *group, guint piece);
SendoffChunkRate *sendoff_trial_make_piece_rate (const SendoffVideoPlan *video);
gboolean sendoff_trial_has_piece (const TrialRendition *rendition, guint piece);
void sendoff_trial_note_piece_locked (Trial *self, TrialGroup *group, TrialRendition *rendition, guint piece);

G_END_DECLS
