#include "engine/sendoff-chunk-ledger.h"

#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-chunk-runs.h"
#include "engine/sendoff-disk.h"

static void
clear_chunk (SendoffLedgerChunk *chunk)
{
  g_clear_pointer (&chunk->trailer, sendoff_packet_trailer_free);
  g_clear_pointer (&chunk->lead_in, g_free);
  chunk->by_seek = chunk->checked = FALSE;
  chunk->frames_now = chunk->bytes_now = 0;
}

static void
name_chunks (SendoffChunkLedger *self, const SendoffChunkGroup *group)
{
  self->n_chunks = sendoff_chunk_group_get_n_chunks (group);
  self->chunks = g_new0 (SendoffLedgerChunk, self->n_chunks);
  for (guint i = 0; i < self->n_chunks; i++)
    {
      gint64 start_us = g_array_index (group->boundaries_us, gint64, i);
      gint64 end_us = g_array_index (group->boundaries_us, gint64, i + 1);
      g_autofree char *leaf = sendoff_chunk_file_name (start_us, end_us, NULL);

      self->chunks[i].path = g_build_filename (self->folder, leaf, NULL);
      self->chunks[i].start_us = start_us;
      self->chunks[i].duration_us = end_us - start_us;
    }
}

/**
 * sendoff_chunk_ledger_open:
 * @folder: where the packet files of this key are; made when missing
 * @group: the grid
 *
 * Takes the folder's lock and looks at what is there.
 *
 * Returns: (transfer full): the ledger, for sendoff_chunk_ledger_close(); or %NULL with the disk's error
 */
SendoffChunkLedger *
sendoff_chunk_ledger_open (const char *folder, const SendoffChunkGroup *group, GError **error)
{
  g_autofree char *lock_path = g_build_filename (folder, ".lock", NULL);
  SendoffChunkLedger *self;
  int lock_fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_SHARED, error);

  if (lock_fd < 0)
    return NULL;
  self = g_new0 (SendoffChunkLedger, 1);
  self->folder = g_strdup (folder);
  self->lock_path = g_steal_pointer (&lock_path);
  self->lock_fd = lock_fd;
  name_chunks (self, group);
  for (guint i = 0; i < self->n_chunks; i++)
    sendoff_chunk_ledger_refresh (self, i);
  return self;
}

/**
 * sendoff_chunk_ledger_close:
 * @remove: whether the chunks are of no more use to this job; they stay while another one uses them
 */
void
sendoff_chunk_ledger_close (SendoffChunkLedger *self, gboolean remove)
{
  g_autoptr (GError) error = NULL;

  if (!remove)
    sendoff_disk_let_go (self->lock_fd);
  else if (!sendoff_disk_release_folder (self->lock_fd, self->lock_path, &error))
    g_info ("cache folder stays: %s", error->message);
  for (guint i = 0; i < self->n_chunks; i++)
    {
      clear_chunk (&self->chunks[i]);
      g_free (self->chunks[i].path);
      g_clear_pointer (&self->chunks[i].rate, sendoff_chunk_rate_free);
    }
  g_free (self->chunks);
  g_free (self->folder);
  g_free (self->lock_path);
  g_free (self);
}

/** sendoff_chunk_ledger_set_undecided: no chunk is wanted before it is said how it is encoded. */
void
sendoff_chunk_ledger_set_undecided (SendoffChunkLedger *self)
{
  for (guint i = 0; i < self->n_chunks; i++)
    {
      clear_chunk (&self->chunks[i]);
      g_clear_pointer (&self->chunks[i].path, g_free);
      g_clear_pointer (&self->chunks[i].rate, sendoff_chunk_rate_free);
    }
}

/** sendoff_chunk_ledger_set_rate: how @chunk is encoded from now on; looks whether that is there already. */
void
sendoff_chunk_ledger_set_rate (SendoffChunkLedger *self, guint chunk, const SendoffChunkRate *rate)
{
  SendoffLedgerChunk *entry = &self->chunks[chunk];
  g_autofree char *leaf = sendoff_chunk_file_name (entry->start_us, entry->start_us + entry->duration_us, rate);

  clear_chunk (entry);
  g_free (entry->path);
  g_clear_pointer (&entry->rate, sendoff_chunk_rate_free);
  entry->path = g_build_filename (self->folder, leaf, NULL);
  entry->rate = sendoff_chunk_rate_copy (rate);
  sendoff_chunk_ledger_refresh (self, chunk);
}

/** sendoff_chunk_ledger_is_missing: whether @chunk can be encoded and is not on the disk. */
gboolean
sendoff_chunk_ledger_is_missing (const SendoffChunkLedger *self, guint chunk)
{
  return self->chunks[chunk].path != NULL && self->chunks[chunk].trailer == NULL;
}

/** sendoff_chunk_ledger_refresh: reads chunk @chunk from the disk unless it is known; a damaged file is removed. */
void
sendoff_chunk_ledger_refresh (SendoffChunkLedger *self, guint chunk)
{
  SendoffLedgerChunk *entry = &self->chunks[chunk];
  g_autoptr (GError) error = NULL;

  if (entry->trailer != NULL || entry->path == NULL)
    return;
  entry->trailer = sendoff_packet_file_read_trailer (entry->path, &error);
  if (entry->trailer == NULL)
    {
      if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA))
        unlink (entry->path);
      return;
    }
  if (entry->trailer->lead_in != NULL)
    {
      g_free (entry->lead_in);
      entry->lead_in = g_strdup (entry->trailer->lead_in);
    }
}

static void
drop_chunk (SendoffLedgerChunk *chunk)
{
  if (chunk->path != NULL)
    unlink (chunk->path);
  clear_chunk (chunk);
}

/** sendoff_chunk_ledger_drop_first: removes the first @count chunks, or all when there are fewer. */
void
sendoff_chunk_ledger_drop_first (SendoffChunkLedger *self, guint count)
{
  for (guint i = 0; i < MIN (count, self->n_chunks); i++)
    drop_chunk (&self->chunks[i]);
}

/**
 * sendoff_chunk_ledger_drop_sought:
 *
 * Removes every chunk that does not belong to the unbroken run from the first frame on: what was decoded after a
 * seek, and what follows it.
 */
void
sendoff_chunk_ledger_drop_sought (SendoffChunkLedger *self)
{
  guint kept = 0;

  while (kept < self->n_chunks && self->chunks[kept].trailer != NULL && !self->chunks[kept].by_seek
         && self->chunks[kept].lead_in == NULL)
    kept++;
  for (guint i = kept; i < self->n_chunks; i++)
    drop_chunk (&self->chunks[i]);
}

/** sendoff_chunk_ledger_count_missing: chunks that are not on the disk, decided or not. */
guint
sendoff_chunk_ledger_count_missing (const SendoffChunkLedger *self)
{
  guint count = 0;

  for (guint i = 0; i < self->n_chunks; i++)
    count += self->chunks[i].trailer == NULL ? 1 : 0;
  return count;
}

/* The chunk whose tail comes before @chunk: the nearest one that has any frames. Returns FALSE while it is missing. */
static gboolean
find_tail_before (SendoffChunkLedger *self, guint chunk, const char **tail)
{
  *tail = NULL;
  for (guint i = chunk; i > 0; i--)
    {
      const SendoffPacketTrailer *trailer = self->chunks[i - 1].trailer;

      if (trailer == NULL)
        return FALSE;
      if (trailer->tail != NULL && trailer->tail[0] != '\0')
        {
          *tail = trailer->tail;
          return TRUE;
        }
    }
  return TRUE;
}

/**
 * sendoff_chunk_ledger_check_joins:
 *
 * Compares each chunk that was decoded after a seek with the one before it, where both are there.
 *
 * Returns: FALSE when a seek did not lead to the right frames
 */
gboolean
sendoff_chunk_ledger_check_joins (SendoffChunkLedger *self)
{
  for (guint i = 0; i < self->n_chunks; i++)
    {
      SendoffLedgerChunk *chunk = &self->chunks[i];
      const char *tail;

      if (chunk->trailer == NULL || chunk->checked || chunk->lead_in == NULL || !find_tail_before (self, i, &tail))
        continue;
      /* Nothing at all comes before: there was nothing to get wrong. */
      if (tail != NULL && !sendoff_chunk_tails_agree (chunk->lead_in, tail))
        return FALSE;
      chunk->checked = TRUE;
    }
  return TRUE;
}

/** sendoff_chunk_ledger_is_proven: whether nothing is missing and every join after a seek was found right. */
gboolean
sendoff_chunk_ledger_is_proven (const SendoffChunkLedger *self)
{
  for (guint i = 0; i < self->n_chunks; i++)
    if (self->chunks[i].trailer == NULL || (self->chunks[i].lead_in != NULL && !self->chunks[i].checked))
      return FALSE;
  return TRUE;
}

/**
 * sendoff_chunk_ledger_get_fraction:
 * @frame_rate: the rendition's nominal frame rate
 * @frames: (out): frames encoded so far, those of unfinished chunks included
 * @bytes: (out): their bytes
 *
 * Returns: how much of the rendition is there, 0–1, by time
 */
double
sendoff_chunk_ledger_get_fraction (const SendoffChunkLedger *self, SendoffRational frame_rate, gint64 *frames,
                                   gint64 *bytes)
{
  double rate = MAX (sendoff_rational_to_double (frame_rate), 1.0), done_us = 0, total_us = 0;

  *frames = *bytes = 0;
  for (guint i = 0; i < self->n_chunks; i++)
    {
      const SendoffLedgerChunk *chunk = &self->chunks[i];
      double expected = MAX (chunk->duration_us * rate / 1e6, 1.0);

      total_us += chunk->duration_us;
      done_us += chunk->duration_us * (chunk->trailer != NULL ? 1.0 : MIN (chunk->frames_now / expected, 0.99));
      *frames += chunk->trailer != NULL ? chunk->trailer->frames : chunk->frames_now;
      *bytes += chunk->trailer != NULL ? chunk->trailer->bytes : chunk->bytes_now;
    }
  return total_us > 0 ? done_us / total_us : 1.0;
}

/** sendoff_chunk_ledger_dup_paths: (transfer full): the packet files in order. */
char **
sendoff_chunk_ledger_dup_paths (const SendoffChunkLedger *self)
{
  char **paths = g_new0 (char *, self->n_chunks + 1);

  for (guint i = 0; i < self->n_chunks; i++)
    paths[i] = g_strdup (self->chunks[i].path);
  return paths;
}
