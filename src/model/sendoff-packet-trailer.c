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
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, "A stored part of the export is damaged.");
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
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, "A stored part of the export cannot be read: %s",
                   g_strerror (errno));
      return NULL;
    }
  trailer = read_trailer (fd, error);
  close (fd);
  return trailer;
}
