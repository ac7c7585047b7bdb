#include "base/sendoff-i18n.h"
#include "model/sendoff-worker-spec.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/sendoff-error.h"

/* See media/sendoff-packet-file.h for the whole layout: the file ends with the trailer's JSON, its length
 * as 32 bits little-endian, and this mark. */
#define TRAILER_MARK     "SNDPKEND"
#define TRAILER_TAIL     12
#define TRAILER_MAX_SIZE (1 << 20)

/* Before the packets stands a mark; each begins with its times, flags, size and number of side data. */
#define HEAD_SIZE   8
#define RECORD_SIZE 36
#define SIZE_OFFSET 28

static SendoffPacketTrailer *
read_trailer (int fd, GError **error)
{
  char tail[TRAILER_TAIL];
  gint64 size = lseek (fd, 0, SEEK_END);
  g_autofree char *text = NULL;
  guint32 length;

  if (size < TRAILER_TAIL || pread (fd, tail, TRAILER_TAIL, size - TRAILER_TAIL) != TRAILER_TAIL
      || memcmp (tail + 4, TRAILER_MARK, 8) != 0)
    goto bad;
  memcpy (&length, tail, 4);
  length = GUINT32_FROM_LE (length);
  if (length > TRAILER_MAX_SIZE || length + TRAILER_TAIL > size)
    goto bad;
  text = g_malloc0 (length + 1);
  if (pread (fd, text, length, size - TRAILER_TAIL - length) != length)
    goto bad;
  return sendoff_doc_from_text (&sendoff_packet_trailer_doc_type, text, error);

bad:
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("A stored part of the export is damaged."));
  return NULL;
}

/**
 * sendoff_packet_file_read_trailer:
 * @path: a finished packet file
 *
 * Blocks for one small read; not for the main loop.
 *
 * Returns: (transfer full): what the file says of itself, or %NULL with %SENDOFF_ERROR_BAD_DATA or
 *   %SENDOFF_ERROR_NOT_FOUND
 */
SendoffPacketTrailer *
sendoff_packet_file_read_trailer (const char *path, GError **error)
{
  SendoffPacketTrailer *trailer;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, _ ("A stored part of the export cannot be read: %s"),
                   g_strerror (errno));
      return NULL;
    }
  trailer = read_trailer (fd, error);
  close (fd);
  return trailer;
}

static gint64
take_int (const guchar *bytes, gsize n_bytes)
{
  guint64 value = 0;

  memcpy (&value, bytes, n_bytes);
  return (gint64)GUINT64_FROM_LE (value);
}

/* Moves *@offset behind the packet there; FALSE when the file is damaged. */
static gboolean
read_size (int fd, gint64 *offset, SendoffPacketSize *packet)
{
  guchar record[RECORD_SIZE], side[8];
  gint64 n_side;

  if (pread (fd, record, sizeof record, *offset) != sizeof record)
    return FALSE;
  packet->pts = take_int (record, 8);
  packet->bytes = take_int (record + SIZE_OFFSET, 4);
  n_side = take_int (record + SIZE_OFFSET + 4, 4);
  *offset += RECORD_SIZE + packet->bytes;
  for (gint64 i = 0; i < n_side; i++)
    {
      if (pread (fd, side, sizeof side, *offset) != sizeof side)
        return FALSE;
      *offset += (gint64)sizeof side + take_int (side + 4, 4);
    }
  return TRUE;
}

/**
 * sendoff_packet_file_read_sizes:
 * @path: a finished packet file
 *
 * Blocks for one small read for each packet; not for the main loop.
 *
 * Returns: (transfer full) (element-type SendoffPacketSize): the packets in the order of decoding, or %NULL with
 *   %SENDOFF_ERROR_BAD_DATA or %SENDOFF_ERROR_NOT_FOUND
 */
GArray *
sendoff_packet_file_read_sizes (const char *path, GError **error)
{
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_file_read_trailer (path, error);
  g_autoptr (GArray) sizes = g_array_new (FALSE, FALSE, sizeof (SendoffPacketSize));
  gint64 offset = HEAD_SIZE;
  int fd;

  if (trailer == NULL)
    return NULL;
  fd = open (path, O_RDONLY | O_CLOEXEC);
  for (gint64 i = 0; fd >= 0 && i < trailer->packets; i++)
    {
      SendoffPacketSize packet;

      if (!read_size (fd, &offset, &packet))
        break;
      g_array_append_val (sizes, packet);
    }
  if (fd >= 0)
    close (fd);
  if (sizes->len == trailer->packets)
    return g_steal_pointer (&sizes);
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("A stored part of the export is damaged."));
  return NULL;
}
