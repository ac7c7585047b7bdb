#include "engine/sendoff-chunk-runs.h"

#include <string.h>

/* The first run takes 1/(2·slots) of the work: long enough to spare seeks, short enough to end together. */
#define RUNS_PER_SLOT 2

static guint
count_missing (const gboolean *missing, guint n_chunks)
{
  guint count = 0;

  for (guint i = 0; i < n_chunks; i++)
    count += missing[i] ? 1 : 0;
  return count;
}

static GArray *
split_sequential (const gboolean *missing, guint n_chunks, GArray *runs)
{
  SendoffChunkRun run = { G_MAXUINT, 0 };

  for (guint i = 0; i < n_chunks; i++)
    if (missing[i])
      {
        run.first = MIN (run.first, i);
        run.last = i;
      }
  if (run.first != G_MAXUINT)
    g_array_append_val (runs, run);
  return runs;
}

/**
 * sendoff_chunk_runs_split:
 * @missing: (array length=n_chunks): which chunks are wanted
 * @n_slots: pieces of work that may run at once
 * @sequential: one decoder for everything; the run may then hold chunks that are not missing
 *
 * Guided self-scheduling: each run takes a share of what remains, so that they get shorter towards the end.
 * A single slot gets the longest runs there are.
 *
 * Returns: (transfer full) (element-type SendoffChunkRun): the runs in ascending order
 */
GArray *
sendoff_chunk_runs_split (const gboolean *missing, guint n_chunks, guint n_slots, gboolean sequential)
{
  GArray *runs = g_array_new (FALSE, FALSE, sizeof (SendoffChunkRun));
  guint remaining = count_missing (missing, n_chunks);

  if (sequential)
    return split_sequential (missing, n_chunks, runs);
  for (guint i = 0; i < n_chunks;)
    {
      SendoffChunkRun run = { i, i };
      guint length = n_slots > 1 ? MAX (1, remaining / (RUNS_PER_SLOT * n_slots)) : remaining;

      if (!missing[i])
        {
          i++;
          continue;
        }
      while (run.last + 1 < n_chunks && missing[run.last + 1] && run.last + 1 - run.first < length)
        run.last++;
      g_array_append_val (runs, run);
      remaining -= run.last - run.first + 1;
      i = run.last + 1;
    }
  return runs;
}

static GHashTable *
index_tail (const char *tail)
{
  GHashTable *table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) entries = g_strsplit (tail, " ", -1);

  for (guint i = 0; entries[i] != NULL; i++)
    {
      const char *colon = strchr (entries[i], ':');

      if (colon != NULL)
        g_hash_table_insert (table, g_strndup (entries[i], (gsize)(colon - entries[i])), g_strdup (colon + 1));
    }
  return table;
}

/**
 * sendoff_chunk_tails_agree:
 * @lead_in: (nullable): "PTS:HEX PTS:HEX…" of the frames before a run that began with a seek
 * @tail: (nullable): the same of the frames at the end of the chunk before it
 *
 * Returns: whether at least one frame is in both, and every frame that is in both has the same picture
 */
gboolean
sendoff_chunk_tails_agree (const char *lead_in, const char *tail)
{
  g_autoptr (GHashTable) before = index_tail (tail != NULL ? tail : "");
  g_autoptr (GHashTable) seen = index_tail (lead_in != NULL ? lead_in : "");
  GHashTableIter iter;
  gpointer pts, hash;
  guint common = 0;

  g_hash_table_iter_init (&iter, seen);
  while (g_hash_table_iter_next (&iter, &pts, &hash))
    {
      const char *other = g_hash_table_lookup (before, pts);

      if (other != NULL && !g_str_equal (other, hash))
        return FALSE;
      common += other != NULL ? 1 : 0;
    }
  return common > 0;
}
