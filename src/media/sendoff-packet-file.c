#include "media/sendoff-packet-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/sendoff-i18n.h"
#include "media/sendoff-codec-parameters.h"
#include "media/sendoff-copy-reader.h"

#define HEAD_MARK    "SNDPKT01"
#define TRAILER_MARK "SNDPKEND"
#define MARK_SIZE    8
#define RECORD_SIZE  36
#define MAX_PACKET   (512 * 1024 * 1024)

/* Side data that changes what is written to a container; the rest is an encoder's gossip. */
static const enum AVPacketSideDataType kept_side_data[] = {
  AV_PKT_DATA_SKIP_SAMPLES,
  AV_PKT_DATA_NEW_EXTRADATA,
  AV_PKT_DATA_MATROSKA_BLOCKADDITIONAL,
};

struct _SendoffPacketWriter {
  FILE *stream;
  char *path;
  char *temporary; /* NULL once renamed */
  gint64 packets;
  gint64 bytes;
};

struct _SendoffPacketReader {
  FILE *stream;
  gint64 end; /* offset of the trailer */
  gint64 position;
  gint64 data_offset; /* of the last packet */
  SendoffPacketTrailer *trailer;
  AVCodecParameters *codec;
  SendoffCopyReader *copy; /* (nullable): reads from there and not from a file */
};

static gboolean
set_write_error (GError **error)
{
  int code = errno;

  g_set_error (error, SENDOFF_ERROR, code == ENOSPC || code == EDQUOT ? SENDOFF_ERROR_NO_SPACE : SENDOFF_ERROR_FAILED,
               _ ("A part of the export cannot be stored: %s."), g_strerror (code));
  return FALSE;
}

static gboolean
set_damaged (GError **error)
{
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("A stored part of the export is damaged."));
  return FALSE;
}

/**
 * sendoff_packet_writer_new:
 * @path: the final name; its folder must exist
 *
 * Returns: (transfer full): a writer to a temporary file beside @path, or %NULL with %SENDOFF_ERROR_NO_SPACE
 *   or %SENDOFF_ERROR_FAILED
 */
SendoffPacketWriter *
sendoff_packet_writer_new (const char *path, GError **error)
{
  g_autoptr (SendoffPacketWriter) self = g_new0 (SendoffPacketWriter, 1);

  self->path = g_strdup (path);
  self->temporary = g_strdup_printf ("%s.%d.tmp", path, (int)getpid ());
  self->stream = fopen (self->temporary, "we");
  /* Says that somebody is writing it: what nobody locks was left by a process that was killed. */
  if (self->stream != NULL)
    flock (fileno (self->stream), LOCK_EX | LOCK_NB);
  if (self->stream == NULL || fwrite (HEAD_MARK, 1, MARK_SIZE, self->stream) != MARK_SIZE)
    {
      set_write_error (error);
      return NULL;
    }
  return g_steal_pointer (&self);
}

static gboolean
is_kept (enum AVPacketSideDataType type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kept_side_data); i++)
    if (kept_side_data[i] == type)
      return TRUE;
  return FALSE;
}

static void
put_int (guchar **cursor, gint64 value, int n_bytes)
{
  guint64 little_endian = GUINT64_TO_LE ((guint64)value);

  memcpy (*cursor, &little_endian, n_bytes);
  *cursor += n_bytes;
}

static gint64
take_int (const guchar **cursor, int n_bytes)
{
  guint64 value = 0;

  memcpy (&value, *cursor, n_bytes);
  *cursor += n_bytes;
  return (gint64)GUINT64_FROM_LE (value);
}

static gboolean
write_side_data (SendoffPacketWriter *self, const AVPacket *packet)
{
  for (int i = 0; i < packet->side_data_elems; i++)
    {
      const AVPacketSideData *side = &packet->side_data[i];
      guchar head[8], *cursor = head;

      if (!is_kept (side->type))
        continue;
      put_int (&cursor, side->type, 4);
      put_int (&cursor, (gint64)side->size, 4);
      if (fwrite (head, 1, sizeof head, self->stream) != sizeof head
          || fwrite (side->data, 1, side->size, self->stream) != side->size)
        return FALSE;
    }
  return TRUE;
}

/** sendoff_packet_writer_write: appends @packet with its time stamps and the side data that containers keep. */
gboolean
sendoff_packet_writer_write (SendoffPacketWriter *self, const AVPacket *packet, GError **error)
{
  guchar record[RECORD_SIZE], *cursor = record;
  int n_side = 0;

  for (int i = 0; i < packet->side_data_elems; i++)
    n_side += is_kept (packet->side_data[i].type);
  put_int (&cursor, packet->pts, 8);
  put_int (&cursor, packet->dts, 8);
  put_int (&cursor, packet->duration, 8);
  put_int (&cursor, packet->flags, 4);
  put_int (&cursor, packet->size, 4);
  put_int (&cursor, n_side, 4);
  if (fwrite (record, 1, sizeof record, self->stream) != sizeof record
      || fwrite (packet->data, 1, packet->size, self->stream) != (gsize)packet->size
      || !write_side_data (self, packet))
    return set_write_error (error);
  self->packets++;
  self->bytes += packet->size;
  return TRUE;
}

/** sendoff_packet_writer_get_bytes: the bytes of all packets so far. */
gint64
sendoff_packet_writer_get_bytes (SendoffPacketWriter *self)
{
  return self->bytes;
}

static char *
trailer_to_text (const SendoffPacketTrailer *trailer, const AVCodecParameters *codec)
{
  g_autoptr (JsonNode) node = sendoff_packet_trailer_to_json (trailer);

  if (codec != NULL)
    json_object_set_member (json_node_get_object (node), "codec", sendoff_codec_parameters_to_json (codec));
  return sendoff_json_to_text (node, FALSE);
}

/**
 * sendoff_packet_writer_finish:
 * @codec: (nullable): the encoder's parameters; %NULL for a chunk without frames
 * @trailer: what is known of the packets; packets and bytes are filled in here
 *
 * Writes the trailer, waits until the disk has everything, and gives the file its final name.
 *
 * Returns: whether the file stands under its final name
 */
gboolean
sendoff_packet_writer_finish (SendoffPacketWriter *self,
                              const AVCodecParameters *codec,
                              SendoffPacketTrailer *trailer,
                              GError **error)
{
  g_autofree char *text = NULL;
  guchar tail[4], *cursor = tail;
  gsize length;

  trailer->packets = self->packets;
  trailer->bytes = self->bytes;
  text = trailer_to_text (trailer, codec);
  length = strlen (text);
  put_int (&cursor, (gint64)length, 4);
  if (fwrite (text, 1, length, self->stream) != length || fwrite (tail, 1, 4, self->stream) != 4
      || fwrite (TRAILER_MARK, 1, MARK_SIZE, self->stream) != MARK_SIZE || fflush (self->stream) != 0
      || fdatasync (fileno (self->stream)) != 0)
    return set_write_error (error);
  if (rename (self->temporary, self->path) != 0)
    return set_write_error (error);
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}

/** sendoff_packet_writer_free: closes; a file that was not finished is removed. */
void
sendoff_packet_writer_free (SendoffPacketWriter *self)
{
  if (self->stream != NULL)
    fclose (self->stream);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}

static gboolean
read_codec (SendoffPacketReader *self, JsonNode *trailer, GError **error)
{
  JsonNode *node = json_object_get_member (json_node_get_object (trailer), "codec");

  if (node == NULL)
    return TRUE;
  self->codec = sendoff_codec_parameters_from_json (node, error);
  return self->codec != NULL;
}

static gboolean
read_trailer (SendoffPacketReader *self, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  guchar tail[4 + MARK_SIZE];
  const guchar *cursor = tail;
  gint64 size, length;

  if (fseeko (self->stream, -(gint64)sizeof tail, SEEK_END) != 0)
    return set_damaged (error);
  size = ftello (self->stream) + (gint64)sizeof tail;
  if (fread (tail, 1, sizeof tail, self->stream) != sizeof tail || memcmp (tail + 4, TRAILER_MARK, MARK_SIZE) != 0)
    return set_damaged (error);
  length = take_int (&cursor, 4);
  self->end = size - (gint64)sizeof tail - length;
  if (self->end < MARK_SIZE || fseeko (self->stream, self->end, SEEK_SET) != 0)
    return set_damaged (error);
  text = g_malloc0 (length + 1);
  if (fread (text, 1, length, self->stream) != (gsize)length)
    return set_damaged (error);
  node = sendoff_json_parse (text, length, error);
  if (node == NULL)
    return FALSE;
  self->trailer = sendoff_packet_trailer_from_json (node, error);
  return self->trailer != NULL && read_codec (self, node, error);
}

/**
 * sendoff_packet_reader_new:
 *
 * Returns: (transfer full): a reader at the first packet of the finished file @path, or %NULL with
 *   %SENDOFF_ERROR_BAD_DATA
 */
SendoffPacketReader *
sendoff_packet_reader_new (const char *path, GError **error)
{
  g_autoptr (SendoffPacketReader) self = g_new0 (SendoffPacketReader, 1);

  self->stream = fopen (path, "re");
  if (self->stream == NULL)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("A stored part of the export is missing: %s."),
                   g_strerror (errno));
      return NULL;
    }
  if (!read_trailer (self, error))
    return NULL;
  sendoff_packet_reader_rewind (self);
  return g_steal_pointer (&self);
}

/**
 * sendoff_packet_reader_new_copy:
 * @spec: of a mux; outlives the reader
 * @stream_index: the stream of the source that is copied
 *
 * Returns: (transfer full): a reader at the first packet of the output's part of that stream, or %NULL with the errors of
 *   sendoff_copy_reader_new()
 */
SendoffPacketReader *
sendoff_packet_reader_new_copy (const SendoffWorkerSpec *spec, int stream_index, GError **error)
{
  g_autoptr (SendoffPacketReader) self = g_new0 (SendoffPacketReader, 1);

  self->copy = sendoff_copy_reader_new (spec, stream_index, error);
  if (self->copy == NULL)
    return NULL;
  self->trailer = sendoff_copy_reader_measure (self->copy, error);
  if (self->trailer == NULL)
    return NULL;
  self->codec = avcodec_parameters_alloc ();
  avcodec_parameters_copy (self->codec, sendoff_copy_reader_get_codec (self->copy));
  return g_steal_pointer (&self);
}

/** sendoff_packet_reader_get_stream: (transfer none) (nullable): the stream that is copied. */
const AVStream *
sendoff_packet_reader_get_stream (SendoffPacketReader *self)
{
  return self->copy != NULL ? sendoff_copy_reader_get_stream (self->copy) : NULL;
}

/** sendoff_packet_reader_set_dry: whether the data of copied packets is of no interest; from the next rewind on. */
void
sendoff_packet_reader_set_dry (SendoffPacketReader *self, gboolean dry)
{
  if (self->copy != NULL)
    sendoff_copy_reader_set_dry (self->copy, dry);
}

/** sendoff_packet_reader_get_trailer: (transfer none): what the file says of itself. */
const SendoffPacketTrailer *
sendoff_packet_reader_get_trailer (SendoffPacketReader *self)
{
  return self->trailer;
}

/** sendoff_packet_reader_get_codec: (transfer none) (nullable): parameters of the stream; %NULL without packets. */
const AVCodecParameters *
sendoff_packet_reader_get_codec (SendoffPacketReader *self)
{
  return self->codec;
}

/** sendoff_packet_reader_rewind: back to the first packet. */
void
sendoff_packet_reader_rewind (SendoffPacketReader *self)
{
  if (self->copy != NULL)
    {
      sendoff_copy_reader_rewind (self->copy);
      return;
    }
  fseeko (self->stream, MARK_SIZE, SEEK_SET);
  self->position = MARK_SIZE;
}

typedef struct {
  gint64 pts, dts, duration;
  int flags, size, n_side;
} Record;

static gboolean
read_record (SendoffPacketReader *self, Record *record)
{
  guchar bytes[RECORD_SIZE];
  const guchar *cursor = bytes;

  if (self->position + RECORD_SIZE > self->end || fread (bytes, 1, sizeof bytes, self->stream) != sizeof bytes)
    return FALSE;
  record->pts = take_int (&cursor, 8);
  record->dts = take_int (&cursor, 8);
  record->duration = take_int (&cursor, 8);
  record->flags = (int)take_int (&cursor, 4);
  record->size = (int)take_int (&cursor, 4);
  record->n_side = (int)take_int (&cursor, 4);
  self->data_offset = self->position + RECORD_SIZE;
  self->position = self->data_offset + record->size;
  return record->size >= 0 && record->size <= MAX_PACKET && record->n_side >= 0 && record->n_side < 16
         && self->position <= self->end;
}

static gboolean
read_side_data (SendoffPacketReader *self, AVPacket *packet)
{
  guchar head[8], *data;
  const guchar *cursor = head;
  gint64 type, size;

  if (fread (head, 1, sizeof head, self->stream) != sizeof head)
    return FALSE;
  type = take_int (&cursor, 4);
  size = take_int (&cursor, 4);
  self->position += (gint64)sizeof head + size;
  if (self->position > self->end)
    return FALSE;
  if (packet == NULL)
    return fseeko (self->stream, size, SEEK_CUR) == 0;
  data = av_packet_new_side_data (packet, (enum AVPacketSideDataType)type, (gsize)size);
  return data != NULL && fread (data, 1, (gsize)size, self->stream) == (gsize)size;
}

/**
 * sendoff_packet_reader_next:
 * @packet: (inout): emptied and filled
 *
 * Returns: 1 with a packet, 0 at the end, -1 with %SENDOFF_ERROR_BAD_DATA, or %SENDOFF_ERROR_SOURCE_UNREADABLE of a
 *   source that is copied
 */
int
sendoff_packet_reader_next (SendoffPacketReader *self, AVPacket *packet, GError **error)
{
  Record record;

  if (self->copy != NULL)
    return sendoff_copy_reader_next (self->copy, packet, error);
  av_packet_unref (packet);
  if (self->position == self->end)
    return 0;
  if (!read_record (self, &record) || av_new_packet (packet, record.size) < 0
      || fread (packet->data, 1, record.size, self->stream) != (gsize)record.size)
    {
      set_damaged (error);
      return -1;
    }
  packet->pts = record.pts;
  packet->dts = record.dts;
  packet->duration = record.duration;
  packet->flags = record.flags;
  for (int i = 0; i < record.n_side; i++)
    if (!read_side_data (self, packet))
      {
        set_damaged (error);
        return -1;
      }
  return 1;
}

/** sendoff_packet_reader_get_data_offset: where in the file the data of the last packet is. */
gint64
sendoff_packet_reader_get_data_offset (SendoffPacketReader *self)
{
  return self->data_offset;
}

static gboolean
next_copied_times (SendoffPacketReader *self, gint64 *pts, gint64 *duration)
{
  g_autoptr (AVPacket) packet = av_packet_alloc ();

  if (sendoff_copy_reader_next (self->copy, packet, NULL) <= 0)
    return FALSE;
  *pts = packet->pts;
  *duration = packet->duration;
  return TRUE;
}

/** sendoff_packet_reader_next_times: only the times of the next packet, skipping its data; %FALSE at the end. */
gboolean
sendoff_packet_reader_next_times (SendoffPacketReader *self, gint64 *pts, gint64 *duration)
{
  Record record;

  if (self->copy != NULL)
    return next_copied_times (self, pts, duration);
  if (self->position == self->end || !read_record (self, &record)
      || fseeko (self->stream, record.size, SEEK_CUR) != 0)
    return FALSE;
  for (int i = 0; i < record.n_side; i++)
    if (!read_side_data (self, NULL))
      return FALSE;
  *pts = record.pts;
  *duration = record.duration;
  return TRUE;
}

/** sendoff_packet_reader_free: closes and frees. */
void
sendoff_packet_reader_free (SendoffPacketReader *self)
{
  if (self->stream != NULL)
    fclose (self->stream);
  g_clear_pointer (&self->copy, sendoff_copy_reader_free);
  g_clear_pointer (&self->trailer, sendoff_packet_trailer_free);
  avcodec_parameters_free (&self->codec);
  g_free (self);
}
