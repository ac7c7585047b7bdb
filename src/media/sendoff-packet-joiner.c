#include "media/sendoff-packet-joiner.h"

#include <stdlib.h>
#include <string.h>

#include "base/sendoff-i18n.h"

struct _SendoffPacketJoiner {
  char **paths;
  AVCodecParameters *codec; /* NULL without packets */
  AVRational time_base;
  GArray *times;  /* gint64: pts of all packets in presentation order */
  guint delay;    /* packets by which decoding runs ahead of presentation */
  gint64 step;    /* shortest distance of two frames */
  gint64 last_duration;
  gboolean extended; /* last_duration is longer than the frame's own */
  guint next_path;
  gint64 index;   /* of the next packet */
  SendoffPacketReader *reader; /* (nullable) */
  SendoffPacketReader *copied; /* (nullable): all of it, instead of paths */
};

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return left < right ? -1 : left > right;
}

static gboolean
set_misfit (const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_MUX, _ ("The encoded parts do not fit together: %s."), what);
  return FALSE;
}

static gboolean
same_codec (const AVCodecParameters *a, const AVCodecParameters *b)
{
  return a->codec_id == b->codec_id && a->width == b->width && a->height == b->height
         && a->extradata_size == b->extradata_size
         && (a->extradata_size == 0 || memcmp (a->extradata, b->extradata, a->extradata_size) == 0);
}

static gboolean
take_codec (SendoffPacketJoiner *self, SendoffPacketReader *reader, GError **error)
{
  const AVCodecParameters *codec = sendoff_packet_reader_get_codec (reader);

  if (codec == NULL)
    return TRUE;
  if (self->codec != NULL)
    return same_codec (self->codec, codec) || set_misfit (_ ("their headers differ"), error);
  self->codec = avcodec_parameters_alloc ();
  return avcodec_parameters_copy (self->codec, codec) >= 0;
}

/* Adds a chunk's times in order and widens the delay to what its reordering needs. */
static gboolean
take_times (SendoffPacketJoiner *self, SendoffPacketReader *reader, GError **error)
{
  g_autoptr (GArray) decoded = g_array_new (FALSE, FALSE, sizeof (gint64));
  guint base = self->times->len;
  gint64 pts, duration;

  while (sendoff_packet_reader_next_times (reader, &pts, &duration))
    g_array_append_val (decoded, pts);
  if (decoded->len != sendoff_packet_reader_get_trailer (reader)->packets)
    return set_misfit (_ ("one of them is damaged"), error);
  if (decoded->len == 0)
    return TRUE;
  g_array_append_vals (self->times, decoded->data, decoded->len);
  qsort (&g_array_index (self->times, gint64, base), decoded->len, sizeof (gint64), compare_times);
  for (guint i = 0; i < decoded->len; i++)
    {
      const gint64 *sorted = &g_array_index (self->times, gint64, base);
      const gint64 *found = bsearch (&g_array_index (decoded, gint64, i), sorted, decoded->len, sizeof (gint64),
                                     compare_times);
      guint rank = (guint)(found - sorted);

      if (i > rank)
        self->delay = MAX (self->delay, i - rank);
    }
  self->last_duration = sendoff_packet_reader_get_trailer (reader)->last_duration;
  return TRUE;
}

static gboolean
check_times (SendoffPacketJoiner *self, GError **error)
{
  self->step = G_MAXINT64;
  for (guint i = 1; i < self->times->len; i++)
    {
      gint64 step = g_array_index (self->times, gint64, i) - g_array_index (self->times, gint64, i - 1);

      if (step <= 0)
        return set_misfit (_ ("two frames have the same time"), error);
      self->step = MIN (self->step, step);
    }
  if (self->times->len < 2)
    self->step = MAX (1, self->last_duration);
  if (self->last_duration <= 0)
    self->last_duration = self->step;
  return TRUE;
}

/**
 * sendoff_packet_joiner_new:
 * @paths: packet files in order; some may be empty
 *
 * Reads every packet's time once.
 *
 * Returns: (transfer full): the joined stream at its start, or %NULL with %SENDOFF_ERROR_MUX or
 *   %SENDOFF_ERROR_BAD_DATA
 */
SendoffPacketJoiner *
sendoff_packet_joiner_new (const char *const *paths, GError **error)
{
  g_autoptr (SendoffPacketJoiner) self = g_new0 (SendoffPacketJoiner, 1);

  self->paths = g_strdupv ((char **)paths);
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; self->paths[i] != NULL; i++)
    {
      g_autoptr (SendoffPacketReader) reader = sendoff_packet_reader_new (self->paths[i], error);

      if (reader == NULL || !take_codec (self, reader, error) || !take_times (self, reader, error))
        return NULL;
      self->time_base = sendoff_to_av (sendoff_packet_reader_get_trailer (reader)->time_base);
    }
  if (self->codec == NULL)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                           _ ("Not one frame of the chosen part of the source could be decoded."));
      return NULL;
    }
  if (!check_times (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * sendoff_packet_joiner_new_copy:
 * @reader: (transfer full): a stream of the source
 *
 * Returns: (transfer full): that stream at its start, or %NULL with %SENDOFF_ERROR_MUX
 */
SendoffPacketJoiner *
sendoff_packet_joiner_new_copy (SendoffPacketReader *reader, GError **error)
{
  g_autoptr (SendoffPacketJoiner) self = g_new0 (SendoffPacketJoiner, 1);
  gboolean ok;

  self->copied = reader;
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->time_base = sendoff_to_av (sendoff_packet_reader_get_trailer (reader)->time_base);
  sendoff_packet_reader_set_dry (reader, TRUE);
  sendoff_packet_reader_rewind (reader);
  ok = take_codec (self, reader, error) && take_times (self, reader, error) && check_times (self, error);
  sendoff_packet_reader_set_dry (reader, FALSE);
  sendoff_packet_reader_rewind (reader);
  if (ok && self->times->len == 0)
    ok = set_misfit (_ ("the copied part is empty"), error);
  return ok ? g_steal_pointer (&self) : NULL;
}

/** sendoff_packet_joiner_free: frees @self. */
void
sendoff_packet_joiner_free (SendoffPacketJoiner *self)
{
  g_strfreev (self->paths);
  avcodec_parameters_free (&self->codec);
  g_clear_pointer (&self->times, g_array_unref);
  g_clear_pointer (&self->reader, sendoff_packet_reader_free);
  g_clear_pointer (&self->copied, sendoff_packet_reader_free);
  g_free (self);
}

/** sendoff_packet_joiner_get_codec: (transfer none): parameters that all chunks share. */
const AVCodecParameters *
sendoff_packet_joiner_get_codec (SendoffPacketJoiner *self)
{
  return self->codec;
}

/** sendoff_packet_joiner_get_time_base: unit of all times, in seconds. */
AVRational
sendoff_packet_joiner_get_time_base (SendoffPacketJoiner *self)
{
  return self->time_base;
}

/** sendoff_packet_joiner_get_packets: packets of all chunks. */
gint64
sendoff_packet_joiner_get_packets (SendoffPacketJoiner *self)
{
  return self->times->len;
}

/** sendoff_packet_joiner_get_end: when the last frame disappears, in the time base. */
gint64
sendoff_packet_joiner_get_end (SendoffPacketJoiner *self)
{
  return g_array_index (self->times, gint64, self->times->len - 1) + self->last_duration;
}

/** sendoff_packet_joiner_extend_to: the last frame is shown until @end, in the stream's time base, if not longer. */
void
sendoff_packet_joiner_extend_to (SendoffPacketJoiner *self, gint64 end)
{
  gint64 duration;

  if (self->times->len == 0)
    return;
  duration = end - g_array_index (self->times, gint64, self->times->len - 1);
  self->extended = duration > self->last_duration;
  self->last_duration = MAX (self->last_duration, duration);
}

/** sendoff_packet_joiner_get_delay: packets by which decoding runs ahead of presentation; 0 without B-frames. */
guint
sendoff_packet_joiner_get_delay (SendoffPacketJoiner *self)
{
  return self->delay;
}

static gint64
decoding_time (SendoffPacketJoiner *self)
{
  if (self->index >= self->delay)
    return g_array_index (self->times, gint64, self->index - self->delay);
  return g_array_index (self->times, gint64, 0) - (self->delay - self->index) * self->step;
}

static gint64
duration_at (SendoffPacketJoiner *self, gint64 pts)
{
  const gint64 *first = &g_array_index (self->times, gint64, 0);
  const gint64 *found = bsearch (&pts, first, self->times->len, sizeof (gint64), compare_times);

  return found + 1 < first + self->times->len ? found[1] - found[0] : self->last_duration;
}

/* MP4 adds up the durations of packets in the order of decoding, of which the last need not be the last that is shown. */
static gint64
last_decoded_duration (SendoffPacketJoiner *self)
{
  gint64 first = g_array_index (self->times, gint64, 0);

  return sendoff_packet_joiner_get_end (self) - first - (decoding_time (self) - (first - self->delay * self->step));
}

/* As sendoff_packet_joiner_next(), with the times of the file it came from. */
static int
read_next (SendoffPacketJoiner *self, AVPacket *packet, GError **error)
{
  if (self->copied != NULL)
    return sendoff_packet_reader_next (self->copied, packet, error);
  for (;;)
    {
      int result = self->reader != NULL ? sendoff_packet_reader_next (self->reader, packet, error) : 0;

      if (result != 0)
        return result;
      g_clear_pointer (&self->reader, sendoff_packet_reader_free);
      if (self->paths[self->next_path] == NULL)
        return 0;
      self->reader = sendoff_packet_reader_new (self->paths[self->next_path++], error);
      if (self->reader == NULL)
        return -1;
    }
}

/**
 * sendoff_packet_joiner_next:
 * @packet: (inout): emptied and filled, with decoding time and duration
 *
 * Returns: 1 with a packet, 0 at the end, -1 with an error
 */
int
sendoff_packet_joiner_next (SendoffPacketJoiner *self, AVPacket *packet, GError **error)
{
  int result = read_next (self, packet, error);

  if (result <= 0)
    return result;
  packet->dts = decoding_time (self);
  packet->duration = duration_at (self, packet->pts);
  if (self->extended && self->index + 1 == self->times->len)
    packet->duration = MAX (packet->duration, last_decoded_duration (self));
  self->index++;
  return 1;
}

/**
 * sendoff_packet_joiner_get_place:
 * @chunk: (out): which one the last packet came from
 * @offset: (out): where in it the data is
 *
 * Returns: (transfer none) (nullable): the chunk's path; %NULL for a stream that is copied
 */
const char *
sendoff_packet_joiner_get_place (SendoffPacketJoiner *self, guint *chunk, gint64 *offset)
{
  if (self->reader == NULL)
    return NULL;
  *chunk = self->next_path - 1;
  *offset = sendoff_packet_reader_get_data_offset (self->reader);
  return self->paths[*chunk];
}

/** sendoff_packet_joiner_rewind: back to the first packet. */
void
sendoff_packet_joiner_rewind (SendoffPacketJoiner *self)
{
  if (self->copied != NULL)
    sendoff_packet_reader_rewind (self->copied);
  g_clear_pointer (&self->reader, sendoff_packet_reader_free);
  self->next_path = 0;
  self->index = 0;
}
