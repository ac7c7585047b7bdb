#include "model/sendoff-rate-buffer.h"

#include <string.h>

/* Qualities that are lowered by whole steps spare so much more than they have to: half a step of VP9 or AV1.
 */
#define WHOLE_STEPS 1.03

/** sendoff_rate_buffer_init: the buffer of @video, which has a maximum rate. */
void
sendoff_rate_buffer_init (SendoffRateBuffer *self, const SendoffVideoPlan *video)
{
  *self = (SendoffRateBuffer){ video->maxrate_bps, video->bufsize_bits };
  self->windowed = !g_str_equal (video->codec, "h264") && !g_str_equal (video->codec, "h265");
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *)a, right = *(const gint64 *)b;

  return left < right ? -1 : left > right;
}

/* (transfer full) (element-type gint64): when each packet of @chunk is decoded, but for a delay that all
 * have: packets leave the buffer in the order of decoding, at the times of presentation in ascending order,
 * as they are muxed. */
static GArray *
dup_decoding_times (GArray *chunk)
{
  GArray *times = g_array_sized_new (FALSE, FALSE, sizeof (gint64), chunk->len);

  for (guint i = 0; i < chunk->len; i++)
    g_array_append_val (times, g_array_index (chunk, SendoffPacketSize, i).pts);
  g_array_sort (times, compare_times);
  return times;
}

/* --- the leaky bucket --- */

typedef struct
{
  double level; /* bits in the buffer */
  gint64 last;  /* when the last packet left it */
  gboolean begun;
} Bucket;

/* Lets the packets of @chunk leave the buffer; FALSE when one is not there in time. */
static gboolean
drain_chunk (const SendoffRateBuffer *self, Bucket *bucket, GArray *chunk, double tick_seconds)
{
  g_autoptr (GArray) times = dup_decoding_times (chunk);
  gboolean ok = TRUE;

  for (guint i = 0; i < chunk->len; i++)
    {
      gint64 time = g_array_index (times, gint64, i);

      if (bucket->begun)
        bucket->level += (double)(time - bucket->last) * tick_seconds * (double)self->maxrate_bps;
      bucket->level = MIN (bucket->level, (double)self->bufsize_bits);
      bucket->level -= (double)g_array_index (chunk, SendoffPacketSize, i).bytes * 8;
      bucket->last = time;
      bucket->begun = TRUE;
      ok &= bucket->level >= 0;
    }
  return ok;
}

/* A chunk that finds less than a capped one leaves has its predecessor to blame as well. */
static void
blame (const double *starts, guint chunk, double enough, double *excess)
{
  excess[chunk] = 2;
  while (chunk > 0 && starts[chunk] < enough)
    excess[--chunk] = 2;
}

static gboolean
check_bucket (const SendoffRateBuffer *self, GPtrArray *chunks, double tick_seconds, double *excess)
{
  double enough = (double)self->bufsize_bits * SENDOFF_BUFFER_START;
  g_autofree double *starts = g_new0 (double, chunks->len + 1);
  Bucket bucket = { .level = enough };
  gboolean ok = TRUE;

  for (guint i = 0; i < chunks->len; i++)
    {
      starts[i] = bucket.level;
      if (drain_chunk (self, &bucket, g_ptr_array_index (chunks, i), tick_seconds))
        continue;
      ok = FALSE;
      blame (starts, i, enough * 0.999, excess);
      bucket.level = enough; /* what it will leave */
    }
  return ok;
}

/* --- the window --- */

typedef struct
{
  gint64 time;
  double bits;
  guint chunk;
} Moment;

/* (transfer full) (element-type Moment): all packets in the order of decoding. */
static GArray *
list_moments (GPtrArray *chunks)
{
  GArray *moments = g_array_new (FALSE, FALSE, sizeof (Moment));

  for (guint i = 0; i < chunks->len; i++)
    {
      GArray *chunk = g_ptr_array_index (chunks, i);
      g_autoptr (GArray) times = dup_decoding_times (chunk);

      for (guint p = 0; p < chunk->len; p++)
        {
          Moment moment = { g_array_index (times, gint64, p),
                            (double)g_array_index (chunk, SendoffPacketSize, p).bytes * 8, i };

          g_array_append_val (moments, moment);
        }
    }
  return moments;
}

static gboolean
check_window (const SendoffRateBuffer *self, GPtrArray *chunks, double tick_seconds, double *excess)
{
  g_autoptr (GArray) moments = list_moments (chunks);
  double window = (double)self->bufsize_bits / (double)self->maxrate_bps / tick_seconds, bits = 0;
  gboolean ok = TRUE;
  guint first = 0;

  for (guint i = 0; i < moments->len; i++)
    {
      const Moment *moment = &g_array_index (moments, Moment, i);
      double ratio;

      bits += moment->bits;
      while ((double)(moment->time - g_array_index (moments, Moment, first).time) >= window)
        bits -= g_array_index (moments, Moment, first++).bits;
      ratio = bits / (double)self->bufsize_bits;
      if (ratio <= 1 + SENDOFF_WINDOW_TOLERANCE)
        continue;
      ok = FALSE;
      for (guint c = g_array_index (moments, Moment, first).chunk; c <= moment->chunk; c++)
        excess[c] = MAX (excess[c], ratio);
    }
  return ok;
}

/* The most that lies in any window over @times and @packets, as a multiple of what may. */
static double
find_highest_mean (const SendoffRateBuffer *self, GArray *times, GArray *packets, double tick_seconds)
{
  double window = (double)self->bufsize_bits / (double)self->maxrate_bps / tick_seconds, bits = 0,
         highest = 0;
  guint first = 0;

  for (guint i = 0; i < packets->len; i++)
    {
      bits += (double)g_array_index (packets, SendoffPacketSize, i).bytes * 8;
      while ((double)(g_array_index (times, gint64, i) - g_array_index (times, gint64, first)) >= window)
        bits -= (double)g_array_index (packets, SendoffPacketSize, first++).bytes * 8;
      highest = MAX (highest, bits / (double)self->bufsize_bits);
    }
  return highest;
}

/* What is left of @packets when no stretch as long as the window takes more than it may. */
static double
sum_stretches (const SendoffRateBuffer *self, GArray *times, GArray *packets, double tick_seconds)
{
  double window = (double)self->bufsize_bits / (double)self->maxrate_bps / tick_seconds, bits = 0, sum = 0;
  gint64 begin = packets->len > 0 ? g_array_index (times, gint64, 0) : 0;

  for (guint i = 0; i < packets->len; i++)
    {
      if ((double)(g_array_index (times, gint64, i) - begin) >= window)
        {
          sum += MIN (bits, (double)self->bufsize_bits);
          bits = 0;
          begin = g_array_index (times, gint64, i);
        }
      bits += (double)g_array_index (packets, SendoffPacketSize, i).bytes * 8;
    }
  return (sum + MIN (bits, (double)self->bufsize_bits)) / 8;
}

/**
 * sendoff_rate_buffer_guess_bytes:
 * @packets: (element-type SendoffPacketSize): of one chunk, made without a maximum, in the order of decoding
 * @tick_seconds: the unit of their times
 *
 * Where the mean over a window counts, a chunk that exceeds it gets a lower quality as a whole; otherwise the
 * encoder spares where it has to.
 *
 * Returns: about how many bytes the chunk takes once it keeps the maximum rate; as it is when it does already
 */
gint64
sendoff_rate_buffer_guess_bytes (const SendoffRateBuffer *self, GArray *packets, double tick_seconds)
{
  g_autoptr (GArray) times = dup_decoding_times (packets);
  gint64 bytes = 0;
  double highest;

  for (guint i = 0; i < packets->len; i++)
    bytes += g_array_index (packets, SendoffPacketSize, i).bytes;
  if (!self->windowed)
    return (gint64)MIN (sum_stretches (self, times, packets, tick_seconds), (double)bytes);
  highest = find_highest_mean (self, times, packets, tick_seconds);
  if (highest <= 1 + SENDOFF_WINDOW_TOLERANCE)
    return bytes;
  return (gint64)((double)bytes / (highest * SENDOFF_WINDOW_MARGIN * WHOLE_STEPS));
}

/**
 * sendoff_rate_buffer_check:
 * @chunks: (element-type GArray of SendoffPacketSize): the packets of each chunk in the order of decoding
 * @tick_seconds: the unit of their times
 * @excess: (array): set for every chunk: 0 when it may stay; otherwise more than 1, and for a window by how
 * much its mean exceeds the maximum
 *
 * Returns: whether the joined stream keeps the maximum rate
 */
gboolean
sendoff_rate_buffer_check (const SendoffRateBuffer *self,
                           GPtrArray *chunks,
                           double tick_seconds,
                           double *excess)
{
  memset (excess, 0, chunks->len * sizeof *excess);
  return self->windowed ? check_window (self, chunks, tick_seconds, excess)
                        : check_bucket (self, chunks, tick_seconds, excess);
}
