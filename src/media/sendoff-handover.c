#include "media/sendoff-handover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "model/sendoff-handover-note.h"

/* Data of a packet that is in the target. */
typedef struct
{
  const char *path; /* of the chunk; borrowed from the joiner */
  gint64 offset;
  int size;
} Hole;

struct _SendoffHandover
{
  SendoffFileSink *sink; /* borrowed */
  char *path;            /* of the note */
  SendoffHandoverNote *note;
  gint64 kept_bytes; /* what an earlier process has joined, -1 nothing */
  gint64 kept_packets;
  gint64 limit_bytes;
  GArray *holes;        /* Hole: joined, and not cut out yet */
  gint64 pending_bytes; /* of them */
  gint64 end;           /* of the last packet in the target */
  gint64 packets;       /* until there */
  int n_chunks;         /* likewise */
  gboolean is_off;      /* nothing can be given back here */
};

static gboolean
set_error (GError **error)
{
  int code = errno;

  g_set_error (error, SENDOFF_ERROR,
               code == ENOSPC || code == EDQUOT ? SENDOFF_ERROR_NO_SPACE : SENDOFF_ERROR_FAILED,
               "How far the file has come cannot be noted: %s.", g_strerror (code));
  return FALSE;
}

static gboolean
set_lost (GError **error)
{
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA,
                       "The unfinished file is not what it was.");
  return FALSE;
}

/* Begins, or goes on where an earlier process was. */
static gboolean
take_note (SendoffHandover *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  struct stat found;

  if (fstat (sendoff_file_sink_get_fd (self->sink), &found) != 0)
    return set_error (error);
  self->note = sendoff_handover_note_read (self->path, &local);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (self->note != NULL && !sendoff_handover_note_fits (self->note, &found))
    return set_lost (error);
  self->kept_bytes = self->note != NULL ? self->note->joined_bytes : -1;
  self->kept_packets = self->note != NULL ? self->note->joined_packets : 0;
  if (self->note == NULL)
    {
      self->note = sendoff_handover_note_new ();
      self->note->device = (gint64)found.st_dev;
      self->note->inode = (gint64)found.st_ino;
    }
  return TRUE;
}

/**
 * sendoff_handover_new:
 * @spec: of a mux; names the note
 * @sink: the target, opened so that its content stays
 *
 * Returns: (transfer full): %NULL with %SENDOFF_ERROR_BAD_DATA when the target is not the file that has what
 * the chunks have lost, or %SENDOFF_ERROR_FAILED
 */
SendoffHandover *
sendoff_handover_new (const SendoffWorkerSpec *spec, SendoffFileSink *sink, GError **error)
{
  g_autoptr (SendoffHandover) self = g_new0 (SendoffHandover, 1);

  self->sink = sink;
  self->path = g_strdup (spec->handover_path);
  self->limit_bytes = spec->handover_bytes;
  self->holes = g_array_new (FALSE, FALSE, sizeof (Hole));
  return take_note (self, error) ? g_steal_pointer (&self) : NULL;
}

/** sendoff_handover_free: frees @self; what was noted stays. */
void
sendoff_handover_free (SendoffHandover *self)
{
  g_clear_pointer (&self->note, sendoff_handover_note_free);
  g_array_unref (self->holes);
  g_free (self->path);
  g_free (self);
}

/** sendoff_handover_get_reserve: what is kept free in the file that is gone on with, bytes; -1 when it begins
 * now. */
gint64
sendoff_handover_get_reserve (SendoffHandover *self)
{
  return self->kept_bytes >= 0 ? self->note->reserve_bytes : -1;
}

/** sendoff_handover_set_reserve: what is kept free in a file that begins now. */
void
sendoff_handover_set_reserve (SendoffHandover *self, gint64 bytes)
{
  self->note->reserve_bytes = bytes;
}

/**
 * sendoff_handover_fetch:
 * @packet: as the chunk has it
 * @offset: where in the target it is about to be written
 *
 * Fills in the data that the chunk may have given up.
 *
 * Returns: FALSE with %SENDOFF_ERROR_BAD_DATA or %SENDOFF_ERROR_FAILED
 */
gboolean
sendoff_handover_fetch (SendoffHandover *self, AVPacket *packet, gint64 offset, GError **error)
{
  int done = 0;

  if (offset + packet->size > self->kept_bytes)
    return TRUE;
  while (done < packet->size)
    {
      ssize_t got = pread (sendoff_file_sink_get_fd (self->sink), packet->data + done,
                           (gsize)(packet->size - done), offset + done);

      if (got < 0 && errno == EINTR)
        continue;
      if (got == 0)
        return set_lost (error);
      if (got < 0)
        return set_error (error);
      done += (int)got;
    }
  return TRUE;
}

static gboolean
write_all (int fd, const char *text, gsize length)
{
  return write (fd, text, length) == (ssize_t)length && fdatasync (fd) == 0;
}

/* The name in its folder must survive a power cut, too. */
static gboolean
sync_folder_of (const char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
write_note (SendoffHandover *self, GError **error)
{
  g_autofree char *text = sendoff_doc_to_text (&sendoff_handover_note_doc_type, self->note);
  g_autofree char *fresh = g_strconcat (self->path, ".new", NULL);
  int fd = open (fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  gboolean ok = fd >= 0 && write_all (fd, text, strlen (text));

  if (!ok)
    set_error (error);
  if (fd >= 0)
    close (fd);
  return ok && ((rename (fresh, self->path) == 0 && sync_folder_of (self->path)) || set_error (error));
}

/* A file system that cannot do it keeps what it has: that takes room, and nothing else. */
static void
cut_out (SendoffHandover *self)
{
  const char *path = NULL;
  int fd = -1;

  for (guint i = 0; i < self->holes->len && !self->is_off; i++)
    {
      const Hole *hole = &g_array_index (self->holes, Hole, i);

      if (hole->path != path)
        {
          if (fd >= 0)
            close (fd);
          path = hole->path;
          fd = open (path, O_WRONLY | O_CLOEXEC);
        }
      self->is_off
          = fd < 0
            || fallocate (fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, hole->offset, hole->size) != 0;
    }
  if (fd >= 0)
    close (fd);
}

static gboolean
give_back (SendoffHandover *self, GError **error)
{
  if (!sendoff_file_sink_sync (self->sink, error))
    return FALSE;
  if (self->end > self->note->joined_bytes)
    {
      self->note->joined_bytes = self->end;
      self->note->joined_packets = self->packets;
      self->note->n_chunks = self->n_chunks;
      if (!write_note (self, error))
        return FALSE;
    }
  cut_out (self);
  g_array_set_size (self->holes, 0);
  self->pending_bytes = 0;
  return TRUE;
}

/* Packets of other sizes, or a muxer that places them elsewhere, would have shifted the last one that was
 * joined. */
static gboolean
check_place (SendoffHandover *self, GError **error)
{
  return self->packets != self->kept_packets || self->kept_bytes < 0 || self->end == self->kept_bytes
         || set_lost (error);
}

/**
 * sendoff_handover_add:
 * @joiner: where the packet that was just written came from
 * @offset: where in the target its data was to be written
 * @size: of its data
 *
 * Gives its space back, now or together with that of later ones. From a packet that the muxer did not write
 * just as it was, nothing is given back any more.
 *
 * Returns: FALSE with %SENDOFF_ERROR_BAD_DATA when what an earlier process joined lies elsewhere,
 * %SENDOFF_ERROR_NO_SPACE or %SENDOFF_ERROR_FAILED
 */
gboolean
sendoff_handover_add (
    SendoffHandover *self, SendoffPacketJoiner *joiner, gint64 offset, int size, GError **error)
{
  Hole hole = { .size = size };
  guint chunk = 0;

  hole.path = sendoff_packet_joiner_get_place (joiner, &chunk, &hole.offset);
  self->end = avio_tell (sendoff_file_sink_get_io (self->sink));
  self->packets++;
  self->n_chunks = (int)chunk + 1;
  if (!check_place (self, error))
    return FALSE;
  self->is_off |= hole.path == NULL || self->end != offset + size;
  if (self->is_off)
    return TRUE;
  g_array_append_val (self->holes, hole);
  self->pending_bytes += size;
  return self->pending_bytes < self->limit_bytes || give_back (self, error);
}
