/* What a finished job teaches the estimates of later ones. */
#include "engine/sendoff-runner-private.h"
#include "model/sendoff-estimate.h"

/* Videos differ more than the scenes of one, so that a few scenes tell nearly as much as all; less than a second
 * is mostly the start of processes. */
#define TYPICAL_SECONDS 6.0
#define LEAST_SECONDS   1.0
#define LEAST_CPU_US    (G_USEC_PER_SEC / 5)
/* Above this share of a maximum rate it is the maximum that made the size. */
#define MOST_OF_MAXIMUM 0.85

static double
get_missing (const SendoffChunkLedger *ledger)
{
  double missing_us = 0, total_us = 0;

  for (guint i = 0; i < ledger->n_chunks; i++)
    {
      total_us += (double)ledger->chunks[i].duration_us;
      missing_us += ledger->chunks[i].trailer == NULL ? (double)ledger->chunks[i].duration_us : 0;
    }
  return total_us > 0 ? missing_us / total_us : 0;
}

/* Before anything runs: how much of each rendition is to be made. */
void
sendoff_runner_note_missing (SendoffRunner *self)
{
  for (guint i = 0; i < self->renditions->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);

      rendition->missing = get_missing (rendition->ledger);
      rendition->is_uneven = rendition->video->hardware != NULL;
    }
}

/* What an analysis costs is a cost of what it is made for. */
static RunnerRendition *
get_reason (RunnerRendition *rendition)
{
  return rendition->measures != NULL ? rendition->measures : rendition;
}

static double
get_encode_us (SendoffRunner *self, const RunnerRendition *rendition)
{
  return MAX ((double)sendoff_estimate_encode_us (self->outputs[rendition->output].plan), 1);
}

/* The processor's time of @work that has come back, on those that it was for; decoding is shared like
 * encoding. */
void
sendoff_runner_note_effort (SendoffRunner *self, const RunnerWork *work)
{
  double total = 0;

  if (work->kind != RUNNER_WORK_CHUNKS || !work->ran)
    return;
  for (guint i = 0; i < work->parts->len; i++)
    total += get_encode_us (self, get_reason (g_ptr_array_index (work->parts, i)));
  for (guint i = 0; i < work->parts->len; i++)
    {
      RunnerRendition *reason = get_reason (g_ptr_array_index (work->parts, i));

      reason->cpu_us += (double)work->cpu_us * get_encode_us (self, reason) / total;
      reason->decode_share = get_encode_us (self, reason) / total;
      /* What was begun and lost cost time that nobody needs to expect. */
      reason->is_uneven |= work->error != NULL || work->cpu_us <= 0;
    }
}

/* Just before the chunks are let go. */
void
sendoff_runner_note_bytes (SendoffRunner *self)
{
  for (guint i = 0; i < self->renditions->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);
      gint64 frames;

      rendition->bytes = 0;
      if (rendition->ledger != NULL && sendoff_chunk_ledger_count_missing (rendition->ledger) == 0)
        sendoff_chunk_ledger_get_fraction (rendition->ledger, rendition->video->nominal_frame_rate, &frames,
                                           &rendition->bytes);
    }
}

static double
get_size_factor (SendoffRunner *self, const RunnerRendition *rendition)
{
  const SendoffOutputPlan *output = self->outputs[rendition->output].plan;
  double model = sendoff_estimate_model_bytes (self->catalog, output),
         seconds = (double)output->duration_us / 1e6;

  if (model <= 0 || rendition->bytes <= 0 || output->size != NULL
      || (output->video->maxrate_bps > 0
          && (double)rendition->bytes * 8 / seconds > (double)output->video->maxrate_bps * MOST_OF_MAXIMUM))
    return 0;
  return (double)rendition->bytes / model;
}

static double
get_time_factor (SendoffRunner *self, const RunnerRendition *rendition, const SendoffMediaInfo *source)
{
  const SendoffOutputPlan *output = self->outputs[rendition->output].plan;
  double decode = (double)sendoff_estimate_decode_us (source, output) * rendition->decode_share;
  double expected = (get_encode_us (self, rendition) + decode) * rendition->missing;
  gboolean is_partial = rendition->missing < 1 && sendoff_video_plan_is_steered (rendition->video);

  if (rendition->is_uneven || is_partial || rendition->cpu_us < LEAST_CPU_US
      || (rendition->analysis != NULL && rendition->analysis->missing < 1))
    return 0;
  return rendition->cpu_us / expected;
}

static SendoffLesson *
make_lesson (SendoffRunner *self, const RunnerRendition *rendition, const SendoffMediaInfo *source)
{
  const SendoffOutputPlan *output = self->outputs[rendition->output].plan;
  double seconds = (double)output->duration_us / 1e6;
  g_autoptr (SendoffLesson) lesson = NULL;

  if (rendition->measures != NULL || seconds < LEAST_SECONDS
      || sendoff_tracker_get_status (self->tracker, rendition->output) != SENDOFF_STATUS_COMPLETED)
    return NULL;
  lesson = sendoff_estimate_make_lesson (self->catalog, source, output);
  if (lesson == NULL)
    return NULL;
  lesson->size_factor = get_size_factor (self, rendition);
  lesson->time_factor = get_time_factor (self, rendition, source);
  lesson->weight = MIN (seconds / TYPICAL_SECONDS, 1);
  lesson->learned_at = g_get_real_time ();
  return lesson->size_factor > 0 || lesson->time_factor > 0 ? g_steal_pointer (&lesson) : NULL;
}

/** sendoff_runner_get_source_identity: (transfer none): of what is exported; any thread. */
const char *
sendoff_runner_get_source_identity (SendoffRunner *self)
{
  return self->plan->source_identity;
}

/**
 * sendoff_runner_dup_lessons:
 * @source: what was known of the source when the job was planned
 *
 * After sendoff_runner_run().
 *
 * Returns: (transfer full) (element-type SendoffLesson): one for each video that was made, where something
 * can be learned from it
 */
GPtrArray *
sendoff_runner_dup_lessons (SendoffRunner *self, const SendoffMediaInfo *source)
{
  GPtrArray *lessons = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_lesson_free);

  for (guint i = 0; i < self->renditions->len; i++)
    {
      SendoffLesson *lesson = make_lesson (self, g_ptr_array_index (self->renditions, i), source);

      if (lesson != NULL)
        g_ptr_array_add (lessons, lesson);
    }
  return lessons;
}
