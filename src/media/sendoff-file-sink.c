#include "media/sendoff-file-sink.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/sendoff-i18n.h"

#define BUFFER_SIZE (1 << 20)

struct _SendoffFileSink {
  AVIOContext *io;
  int fd; /* -1 for a dry run */
  gint64 position;
  gint64 size;
  int error_number;
};

#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(61, 0, 100)
typedef const uint8_t *WriteBuffer;
#else
typedef uint8_t *WriteBuffer;
#endif

static int
write_bytes (void *opaque, WriteBuffer data, int length)
{
  SendoffFileSink *self = opaque;
  int done = 0;

  while (self->fd >= 0 && done < length)
    {
      ssize_t written = pwrite (self->fd, data + done, length - done, self->position + done);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        {
          self->error_number = written < 0 ? errno : EIO;
          return AVERROR (self->error_number);
        }
      done += (int)written;
    }
  self->position += length;
  self->size = MAX (self->size, self->position);
  return length;
}

static int64_t
seek_to (void *opaque, int64_t offset, int whence)
{
  SendoffFileSink *self = opaque;

  if (whence == AVSEEK_SIZE)
    return self->size;
  if (whence == SEEK_CUR)
    offset += self->position;
  else if (whence == SEEK_END)
    offset += self->size;
  else if (whence != SEEK_SET)
    return AVERROR (EINVAL);
  if (offset < 0)
    return AVERROR (EINVAL);
  return self->position = offset;
}

static SendoffFileSink *
sink_new (int fd)
{
  SendoffFileSink *self = g_new0 (SendoffFileSink, 1);

  self->fd = fd;
  self->io = avio_alloc_context (av_malloc (BUFFER_SIZE), BUFFER_SIZE, 1, self, NULL, write_bytes, seek_to);
  return self;
}

/**
 * sendoff_file_sink_new:
 * @path: a file to create or empty
 * @keep: whether what is in it stays until it is written over, or the file is finished
 *
 * Returns: (transfer full): a sink, or %NULL with %SENDOFF_ERROR_FAILED or %SENDOFF_ERROR_NO_SPACE
 */
SendoffFileSink *
sendoff_file_sink_new (const char *path, gboolean keep, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | (keep ? 0 : O_TRUNC) | O_CLOEXEC, 0666);

  if (fd < 0)
    {
      int code = errno;

      g_set_error (error, SENDOFF_ERROR, code == ENOSPC || code == EDQUOT ? SENDOFF_ERROR_NO_SPACE : SENDOFF_ERROR_FAILED,
                   _ ("The file cannot be created in the destination folder: %s."), g_strerror (code));
      return NULL;
    }
  return sink_new (fd);
}

/** sendoff_file_sink_new_dry: (transfer full): a sink that only counts. */
SendoffFileSink *
sendoff_file_sink_new_dry (void)
{
  return sink_new (-1);
}

/** sendoff_file_sink_free: closes the file, keeping what was written. */
void
sendoff_file_sink_free (SendoffFileSink *self)
{
  av_freep (&self->io->buffer);
  avio_context_free (&self->io);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self);
}

/** sendoff_file_sink_get_io: (transfer none): what a muxer writes to. */
AVIOContext *
sendoff_file_sink_get_io (SendoffFileSink *self)
{
  return self->io;
}

/** sendoff_file_sink_get_size: bytes, after flushing what is buffered. */
gint64
sendoff_file_sink_get_size (SendoffFileSink *self)
{
  avio_flush (self->io);
  return self->size;
}

/** sendoff_file_sink_get_fd: (transfer none): the file, -1 for a dry run. */
int
sendoff_file_sink_get_fd (SendoffFileSink *self)
{
  return self->fd;
}

/** sendoff_file_sink_get_errno: of the first write that failed, 0 when none did. */
int
sendoff_file_sink_get_errno (SendoffFileSink *self)
{
  return self->error_number;
}

/** sendoff_file_sink_sync: waits until the disk has what was written so far. */
gboolean
sendoff_file_sink_sync (SendoffFileSink *self, GError **error)
{
  avio_flush (self->io);
  if (self->error_number == 0 && self->fd >= 0 && fsync (self->fd) != 0)
    self->error_number = errno;
  if (self->error_number == 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR,
               self->error_number == ENOSPC || self->error_number == EDQUOT ? SENDOFF_ERROR_NO_SPACE
                                                                            : SENDOFF_ERROR_FAILED,
               _ ("The file cannot be written: %s."), g_strerror (self->error_number));
  return FALSE;
}

/** sendoff_file_sink_finish: cuts off what was there before, and waits until the disk has everything. */
gboolean
sendoff_file_sink_finish (SendoffFileSink *self, GError **error)
{
  avio_flush (self->io);
  if (self->error_number == 0 && ftruncate (self->fd, self->size) != 0)
    self->error_number = errno;
  return sendoff_file_sink_sync (self, error);
}
