#include "engine/sendoff-chunk-runs.h"

#include <string.h>

/* The first run takes 1/(2·slots) of the work: long enough to spare seeks, short enough to end together. */
#define RUNS_PER_SLOT 2

/* Encoding a chunk, counted in decoding one: a guess at the low end. It decides how even the ends are, not what is made. */
#define ENCODE_COST 6

static guint
count_missing (const gboolean *missing, guint n_chunks)
{
  guint count = 0;

  for (guint i = 0; i < n_chunks; i++)
    count += missing[i] ? 1 : 0;
  return count;
}

/* How many runs it takes when none may cost more than @most: a run that ends with chunk i decodes i + 1 chunks and
 * encodes those that are missing. Adds them to @runs (nullable). */
static guint
fill_runs (const gboolean *missing, guint n_chunks, guint64 most, GArray *runs)
{
  SendoffChunkRun run = { 0 };
  guint count = 0, n_runs = 0;

  for (guint i = 0; i < n_chunks; i++)
    {
      guint64 cost = i + 1 + (guint64)(count + 1) * ENCODE_COST;

      if (!missing[i])
        continue;
      if (count > 0 && cost > most)
        {
          if (runs != NULL)
            g_array_append_val (runs, run);
          count = 0;
        }
      run.first = count == 0 ? i : run.first;
      run.last = i;
      n_runs += count == 0 ? 1 : 0;
      count++;
    }
  if (count > 0 && runs != NULL)
    g_array_append_val (runs, run);
  return n_runs;
}

/* Every run decodes from the start, so that all see the same pictures; the later ones encode less. The cheapest bound
 * that needs no more runs than there are slots is found by halving. */
static GArray *
split_sequential (const gboolean *missing, guint n_chunks, guint n_slots, GArray *runs)
{
  guint64 low = 0, high = (guint64)n_chunks * (1 + ENCODE_COST);

  while (low < high)
    {
      guint64 middle = (low + high) / 2;

      if (fill_runs (missing, n_chunks, middle, NULL) <= MAX (n_slots, 1))
        high = middle;
      else
        low = middle + 1;
    }
  fill_runs (missing, n_chunks, high, runs);
  return runs;
}

/**
 * sendoff_chunk_runs_split:
 * @missing: (array length=n_chunks): which chunks are wanted
 * @n_slots: pieces of work that may run at once
 * @sequential: every run decodes from the start; it may then hold chunks that are not missing
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
    return split_sequential (missing, n_chunks, n_slots, runs);
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
