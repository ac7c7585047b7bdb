/* Which chunks of one rendition are on the disk, and what they say of themselves.
 *
 * The folder is the truth: a packet file with its final name and a readable trailer is done, for this job and
 * for any other with the same key. The folder is held by a shared lock while the ledger exists. Not locked
 * against threads: its owner's mutex guards it.
 */
#pragma once

#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct {
  char *path;          /* (nullable): NULL while it is not decided how it is encoded */
  gint64 start_us, duration_us;
  SendoffChunkRate *rate; /* (nullable): as the plan says */
  SendoffPacketTrailer *trailer; /* NULL: missing */
  char *lead_in;       /* (nullable): frames before it, when it was decoded after a seek */
  gboolean by_seek;    /* made in this process by a run that did not begin at the first frame */
  gboolean checked;    /* the frames before it are the ones at the end of the chunk before */
  gint64 frames_now, bytes_now; /* of the unfinished file */
} SendoffLedgerChunk;

typedef struct {
  char *folder;
  char *lock_path;
  int lock_fd;
  guint n_chunks;
  SendoffLedgerChunk *chunks;
} SendoffChunkLedger;

SendoffChunkLedger *sendoff_chunk_ledger_open (const char *folder, const SendoffChunkGroup *group, GError **error);
void sendoff_chunk_ledger_close (SendoffChunkLedger *self, gboolean remove);
void sendoff_chunk_ledger_set_undecided (SendoffChunkLedger *self);
void sendoff_chunk_ledger_set_rate (SendoffChunkLedger *self, guint chunk, const SendoffChunkRate *rate);
gboolean sendoff_chunk_ledger_is_missing (const SendoffChunkLedger *self, guint chunk);
void sendoff_chunk_ledger_refresh (SendoffChunkLedger *self, guint chunk);
void sendoff_chunk_ledger_drop_first (SendoffChunkLedger *self, guint count);
void sendoff_chunk_ledger_drop_sought (SendoffChunkLedger *self);
guint sendoff_chunk_ledger_count_missing (const SendoffChunkLedger *self);
gboolean sendoff_chunk_ledger_check_joins (SendoffChunkLedger *self);
gboolean sendoff_chunk_ledger_is_proven (const SendoffChunkLedger *self);
double sendoff_chunk_ledger_get_fraction (const SendoffChunkLedger *self, SendoffRational frame_rate, gint64 *frames,
                                          gint64 *bytes);
char **sendoff_chunk_ledger_dup_paths (const SendoffChunkLedger *self);

G_END_DECLS
