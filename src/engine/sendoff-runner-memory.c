/* What the work of a job is expected to take, and what it turned out to take. */
#include "engine/sendoff-memory.h"
#include "engine/sendoff-runner-private.h"

/* Joining and checking read packets and keep their times. */
#define FINISH_BYTES (G_GINT64_CONSTANT (96) << 20)

/* The plan does not tell the size of the source; most are not smaller. */
#define SOURCE_WIDTH  1920
#define SOURCE_HEIGHT 1080

static const SendoffVideoPlan *
get_video (SendoffRunner *self, const RunnerRendition *rendition)
{
  return self->outputs[rendition->output].plan->video;
}

/* Work that takes as much has the same text. */
static char *
describe (SendoffRunner *self, GPtrArray *renditions, int decoder_threads)
{
  GString *text = g_string_new (self->plan->source_identity);

  g_string_append_printf (text, " %d", decoder_threads);
  for (guint i = 0; i < renditions->len; i++)
    {
      const SendoffVideoPlan *video = get_video (self, g_ptr_array_index (renditions, i));

      g_string_append_printf (text, " %s:%s:%d:%dx%d:%s", video->encoder, video->speed, video->threads,
                              video->width, video->height, video->pixel_format);
    }
  return g_string_free (text, FALSE);
}

/* Bytes of a worker that makes @renditions from one decode. */
gint64
sendoff_runner_estimate_chunks (SendoffRunner *self, GPtrArray *renditions, int decoder_threads)
{
  g_autofree char *work = describe (self, renditions, decoder_threads);
  gint64 bytes = sendoff_memory_book_look_up (self->memory, work);
  int width = SOURCE_WIDTH, height = SOURCE_HEIGHT;

  if (bytes > 0)
    return bytes;
  bytes = sendoff_memory_estimate_worker ();
  for (guint i = 0; i < renditions->len; i++)
    {
      const SendoffVideoPlan *video = get_video (self, g_ptr_array_index (renditions, i));

      width = MAX (width, video->width);
      height = MAX (height, video->height);
      bytes += sendoff_memory_estimate_encoder (video);
    }
  return bytes + sendoff_memory_estimate_decoder (width, height, decoder_threads);
}

/* Bytes that @work is expected to take. */
gint64
sendoff_runner_estimate_memory (SendoffRunner *self, const RunnerWork *work)
{
  if (work->kind == RUNNER_WORK_CHUNKS)
    return sendoff_runner_estimate_chunks (self, work->parts, work->decoder_threads);
  return work->kind == RUNNER_WORK_FINISH ? FINISH_BYTES : sendoff_memory_estimate_worker ();
}

/* The rest of such work is expected to take as much as @work did. Runner's thread. */
void
sendoff_runner_note_memory (SendoffRunner *self, const RunnerWork *work)
{
  g_autofree char *text = NULL;

  if (work->kind != RUNNER_WORK_CHUNKS || work->max_rss_bytes <= 0)
    return;
  text = describe (self, work->parts, work->decoder_threads);
  g_debug ("memory: %" G_GINT64_FORMAT " MB expected, %" G_GINT64_FORMAT " MB taken by %s",
           sendoff_runner_estimate_memory (self, work) >> 20, work->max_rss_bytes >> 20, text);
  sendoff_memory_book_note (self->memory, text, work->max_rss_bytes);
  for (guint i = 0; i < self->works->len; i++)
    {
      RunnerWork *other = g_ptr_array_index (self->works, i);

      sendoff_lane_set_memory (self->lane, other, sendoff_runner_estimate_memory (self, other));
    }
}

/* How many of @renditions (in their order, from @first) one worker can make with the memory there is: at
 * least one. */
guint
sendoff_runner_fit_batch (SendoffRunner *self, guint first, guint wanted)
{
  gint64 budget = sendoff_scheduler_get_budget (self->scheduler);
  guint count = MIN (wanted, self->renditions->len - first);

  for (; count > 1; count--)
    {
      g_autoptr (GPtrArray) part = g_ptr_array_new ();

      for (guint i = 0; i < count; i++)
        g_ptr_array_add (part, g_ptr_array_index (self->renditions, first + i));
      if (sendoff_runner_estimate_chunks (self, part, 1) <= budget)
        break;
    }
  return MAX (count, 1);
}
