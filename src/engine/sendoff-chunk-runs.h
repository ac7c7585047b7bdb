/* How missing chunks become runs of work, and whether two runs saw the same source. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Consecutive chunks, both ends included. */
typedef struct {
  guint first, last;
} SendoffChunkRun;

GArray *sendoff_chunk_runs_split (const gboolean *missing, guint n_chunks, guint n_slots, gboolean sequential);
gboolean sendoff_chunk_tails_agree (const char *lead_in, const char *tail);

G_END_DECLS
