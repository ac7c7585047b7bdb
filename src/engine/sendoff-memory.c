#include "engine/sendoff-memory.h"

#include <stdio.h>
#include <string.h>

/* Left to the desktop, whatever is asked for. */
#define RESERVE_SHARE     0.1
#define RESERVE_MAX_BYTES (G_GINT64_CONSTANT (512) << 20)

/* A worker that does nothing yet: FFmpeg's libraries and its buffers. */
#define WORKER_BYTES (G_GINT64_CONSTANT (48) << 20)

/* Pictures that a decoder keeps: H.264's and H.265's largest set of references, and some for each thread. */
#define DECODER_FRAMES        18
#define DECODER_THREAD_FRAMES 3

/* Pictures between decoder and encoder: scaled, waiting, compared. */
#define FILTER_FRAMES 8

/* Measured on the next run of the same work; a little more than that is expected. */
#define MARGIN 1.05

/* Pictures that wait to be compared with what became of them: as many as an encoder delays. */
#define COMPARED_FRAMES 60

struct _SendoffMemoryBook
{
  GMutex mutex;      /* guards the following */
  GHashTable *bytes; /* work → gint64, the most that was measured */
};

/* How many of its pictures an encoder holds at once, as bytes of raw picture: look-ahead, references and what
 * it keeps beside each. From peak resident sizes of single encodes at 720p and 1080p. */
typedef struct
{
  const char *encoder;
  double frames;
  double frames_per_thread;
} EncoderMemory;

static const EncoderMemory encoder_memories[] = {
  { "libx264", 110, 8 },    { "libx265", 100, 12 }, { "libvpx-vp9", 60, 6 }, { "libaom-av1", 110, 10 },
  { "libsvtav1", 200, 10 }, { "prores_ks", 8, 4 },  { "dnxhd", 24, 8 },
};

static const EncoderMemory other_encoder = { NULL, 120, 10 };

/** sendoff_memory_get_available: bytes that programs can still take without swapping, G_MAXINT64 when not
 * known. */
gint64
sendoff_memory_get_available (void)
{
  g_autofree char *text = NULL;
  const char *line;
  long long kib;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL)
      || (line = strstr (text, "MemAvailable:")) == NULL || sscanf (line, "MemAvailable: %lld kB", &kib) != 1)
    return G_MAXINT64;
  return (gint64)kib * 1024;
}

/** sendoff_memory_get_reserve: bytes of @physical_bytes that are left to others. */
gint64
sendoff_memory_get_reserve (gint64 physical_bytes)
{
  return MIN ((gint64)((double)physical_bytes * RESERVE_SHARE), RESERVE_MAX_BYTES);
}

/** sendoff_memory_estimate_worker: bytes of a worker without decoder and encoders. */
gint64
sendoff_memory_estimate_worker (void)
{
  return WORKER_BYTES;
}

/* 4:2:0 with eight bits: what is more than that is left to the next measure. */
static double
get_frame_bytes (int width, int height)
{
  return (double)width * height * 1.5;
}

static double
get_plan_frame_bytes (const SendoffVideoPlan *plan)
{
  gboolean deep = plan->pixel_format != NULL && strstr (plan->pixel_format, "10") != NULL;

  return get_frame_bytes (plan->width, plan->height) * (deep ? 2 : 1);
}

/** sendoff_memory_estimate_decoder: bytes of one decoder for pictures of that size. */
gint64
sendoff_memory_estimate_decoder (int width, int height, int threads)
{
  return (gint64)(get_frame_bytes (width, height)
                  * (DECODER_FRAMES + DECODER_THREAD_FRAMES * MAX (threads, 1)));
}

/** sendoff_memory_estimate_encoder: bytes of the encoder and of what leads to it. */
gint64
sendoff_memory_estimate_encoder (const SendoffVideoPlan *plan)
{
  const EncoderMemory *memory = &other_encoder;

  for (guint i = 0; i < G_N_ELEMENTS (encoder_memories); i++)
    if (g_strcmp0 (encoder_memories[i].encoder, plan->encoder) == 0)
      memory = &encoder_memories[i];
  return (gint64)(get_plan_frame_bytes (plan)
                  * (FILTER_FRAMES + memory->frames + memory->frames_per_thread * MAX (plan->threads, 1)))
         + (plan->score != NULL ? sendoff_memory_estimate_comparison (plan) : 0);
}

/** sendoff_memory_estimate_comparison: bytes of the frames that wait to be compared with what the encoder
 * made of them. */
gint64
sendoff_memory_estimate_comparison (const SendoffVideoPlan *plan)
{
  return (gint64)(get_plan_frame_bytes (plan) * COMPARED_FRAMES);
}

/** sendoff_memory_book_new: (transfer full): an empty book. */
SendoffMemoryBook *
sendoff_memory_book_new (void)
{
  SendoffMemoryBook *self = g_new0 (SendoffMemoryBook, 1);

  g_mutex_init (&self->mutex);
  self->bytes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/** sendoff_memory_book_free: nobody may use it any more. */
void
sendoff_memory_book_free (SendoffMemoryBook *self)
{
  g_hash_table_unref (self->bytes);
  g_mutex_clear (&self->mutex);
  g_free (self);
}

/**
 * sendoff_memory_book_note:
 * @work: a text that is the same for work that takes as much
 * @bytes: the most that a worker with it had in memory
 */
void
sendoff_memory_book_note (SendoffMemoryBook *self, const char *work, gint64 bytes)
{
  gint64 *known;

  g_mutex_lock (&self->mutex);
  known = g_hash_table_lookup (self->bytes, work);
  if (known == NULL)
    {
      known = g_new0 (gint64, 1);
      g_hash_table_insert (self->bytes, g_strdup (work), known);
    }
  *known = MAX (*known, bytes);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_memory_book_look_up: bytes to expect of @work, 0 when it was never measured. */
gint64
sendoff_memory_book_look_up (SendoffMemoryBook *self, const char *work)
{
  gint64 *known, bytes;

  g_mutex_lock (&self->mutex);
  known = g_hash_table_lookup (self->bytes, work);
  bytes = known != NULL ? (gint64)((double)*known * MARGIN) : 0;
  g_mutex_unlock (&self->mutex);
  return bytes;
}
