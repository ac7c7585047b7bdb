#include <fcntl.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-chunk-runs.h"
#include "engine/sendoff-runner-private.h"

#define STAGE "encoding"

/* What one of the scheduler's threads knows while a worker encodes chunks. */
typedef struct {
  RunnerWork *work;
  GPtrArray *renditions; /* RunnerRendition in the spec */
} ChunkRun;

/* Tells the tracker how far @rendition is. */
void
sendoff_runner_report_rendition_locked (SendoffRunner *self, RunnerRendition *rendition)
{
  gint64 frames, bytes;
  SendoffPart part = rendition->measures != NULL ? SENDOFF_PART_ANALYSIS : SENDOFF_PART_VIDEO;
  double fraction
      = sendoff_chunk_ledger_get_fraction (rendition->ledger, rendition->video->nominal_frame_rate, &frames, &bytes);

  for (guint i = 0; i < rendition->outputs->len; i++)
    {
      guint output = g_array_index (rendition->outputs, guint, i);

      if (self->outputs[output].over)
        continue;
      sendoff_tracker_set_part (self->tracker, output, part, fraction);
      if (part == SENDOFF_PART_VIDEO)
        sendoff_tracker_set_frames (self->tracker, output, frames, bytes);
    }
}

static gboolean
is_missing_any (const SendoffChunkLedger *ledger, guint first, guint last)
{
  for (guint i = first; i <= last; i++)
    if (sendoff_chunk_ledger_is_missing (ledger, i))
      return TRUE;
  return FALSE;
}

/* The renditions of @work that still want a chunk of it; narrows the range to what is missing. */
static GPtrArray *
choose_renditions_locked (SendoffRunner *self, RunnerWork *work, guint *first, guint *last)
{
  GPtrArray *chosen = g_ptr_array_new ();

  *first = G_MAXUINT;
  *last = 0;
  for (guint p = 0; p < work->parts->len; p++)
    {
      RunnerRendition *rendition = g_ptr_array_index (work->parts, p);

      if (!sendoff_runner_is_wanted_locked (self, rendition->outputs)
          || !is_missing_any (rendition->ledger, work->first, work->last))
        continue;
      g_ptr_array_add (chosen, rendition);
      for (guint i = work->first; i <= work->last; i++)
        if (sendoff_chunk_ledger_is_missing (rendition->ledger, i))
          {
            *first = MIN (*first, i);
            *last = MAX (*last, i);
          }
    }
  return chosen;
}

/* How the chunks of @rendition are encoded that this run makes; nothing where the plan says it. */
static void
add_rates_locked (SendoffChunkOutputSpec *output, const RunnerRendition *rendition, guint first, guint last)
{
  for (guint i = first; rendition->rate != NULL && i <= last; i++)
    {
      const SendoffLedgerChunk *chunk = &rendition->ledger->chunks[i];
      SendoffChunkRate *rate = chunk->rate != NULL ? sendoff_chunk_rate_copy (chunk->rate) : sendoff_chunk_rate_new ();

      rate->skip = !sendoff_chunk_ledger_is_missing (rendition->ledger, i);
      g_ptr_array_add (output->rates, rate);
    }
}

static SendoffChunkOutputSpec *
make_output_spec_locked (SendoffRunner *self, const RunnerRendition *rendition, guint first, guint last)
{
  SendoffChunkOutputSpec *output = sendoff_chunk_output_spec_new ();

  output->output = rendition->id;
  output->directory = g_strdup (rendition->ledger->folder);
  output->video = sendoff_video_plan_copy (rendition->video);
  if (output->video->burn != NULL)
    {
      output->captions_path = sendoff_runner_dup_captions_path (self, rendition->output);
      output->fonts_dir = sendoff_runner_dup_fonts_dir (self);
    }
  if (rendition->measures != NULL)
    output->first_pass = sendoff_video_plan_copy (rendition->measures->video);
  if (rendition->analysis != NULL)
    output->first_pass_directory = g_strdup (rendition->analysis->ledger->folder);
  add_rates_locked (output, rendition, first, last);
  return output;
}

static SendoffWorkerSpec *
make_spec (SendoffRunner *self, RunnerWork *work, GPtrArray *renditions, guint first, guint last)
{
  const SendoffChunkGroup *grid = self->groups[work->group].grid;
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();

  spec->role = SENDOFF_ROLE_CHUNKS;
  spec->source_name = g_strdup (self->source_name);
  spec->source_size_bytes = self->source_size_bytes;
  spec->stream_index = self->plan->video_stream_index;
  spec->origin_us = self->plan->origin_us;
  spec->start_us = grid->start_us;
  spec->sequential = work->sequential;
  spec->decoder_threads = work->decoder_threads;
  for (guint i = first; i <= last; i++)
    g_ptr_array_add (spec->chunks, sendoff_chunk_spec_new_of_group (grid, i));
  for (guint i = 0; i < renditions->len; i++)
    g_ptr_array_add (spec->chunk_outputs,
                     make_output_spec_locked (self, g_ptr_array_index (renditions, i), first, last));
  return spec;
}

/* Only what begins with the source itself needs no seek. */
static gboolean
begins_with_seek (SendoffRunner *self, const RunnerWork *work)
{
  return !work->sequential && (work->first > 0 || !self->groups[work->group].grid->open_start);
}

/* Looks on the disk for what the run has finished; @chunk -1 for all of it. */
static void
refresh (ChunkRun *run, gint64 chunk)
{
  RunnerWork *work = run->work;
  SendoffRunner *self = work->runner;

  g_mutex_lock (&self->mutex);
  for (guint r = 0; r < run->renditions->len; r++)
    {
      RunnerRendition *rendition = g_ptr_array_index (run->renditions, r);

      for (guint i = work->first; i <= work->last; i++)
        {
          SendoffLedgerChunk *entry = &rendition->ledger->chunks[i];

          if (entry->trailer != NULL || (chunk >= 0 && i != chunk))
            continue;
          sendoff_chunk_ledger_refresh (rendition->ledger, i);
          entry->by_seek = entry->trailer != NULL && begins_with_seek (self, work);
          if (entry->trailer == NULL && chunk < 0)
            entry->frames_now = entry->bytes_now = 0;
        }
      sendoff_runner_report_rendition_locked (self, rendition);
    }
  g_mutex_unlock (&self->mutex);
}

static void
take_progress (ChunkRun *run, JsonObject *members)
{
  SendoffRunner *self = run->work->runner;
  gint64 chunk = json_object_get_int_member_with_default (members, "chunk", -1);
  gint64 output = json_object_get_int_member_with_default (members, "output", -1);

  g_mutex_lock (&self->mutex);
  for (guint r = 0; r < run->renditions->len; r++)
    {
      RunnerRendition *rendition = g_ptr_array_index (run->renditions, r);

      if (rendition->id != output || chunk < run->work->first || chunk > run->work->last)
        continue;
      rendition->ledger->chunks[chunk].frames_now = json_object_get_int_member_with_default (members, "frames", 0);
      rendition->ledger->chunks[chunk].bytes_now = json_object_get_int_member_with_default (members, "bytes", 0);
      sendoff_runner_report_rendition_locked (self, rendition);
    }
  g_mutex_unlock (&self->mutex);
}

static void
take_warning (ChunkRun *run, JsonObject *members)
{
  SendoffRunner *self = run->work->runner;
  const char *message = json_object_get_string_member_with_default (members, "message", NULL);

  for (guint r = 0; message != NULL && r < run->renditions->len; r++)
    {
      RunnerRendition *rendition = g_ptr_array_index (run->renditions, r);

      for (guint i = 0; i < rendition->outputs->len; i++)
        sendoff_tracker_add_warning (self->tracker, g_array_index (rendition->outputs, guint, i), message);
    }
}

static void
on_event (const char *event, JsonObject *members, gpointer data)
{
  if (g_str_equal (event, "progress"))
    take_progress (data, members);
  else if (g_str_equal (event, "chunk"))
    refresh (data, json_object_get_int_member_with_default (members, "chunk", -1));
  else if (g_str_equal (event, "warning"))
    take_warning (data, members);
}

static void
say_encoding (SendoffRunner *self, GPtrArray *renditions)
{
  for (guint r = 0; r < renditions->len; r++)
    {
      RunnerRendition *rendition = g_ptr_array_index (renditions, r);

      for (guint i = 0; i < rendition->outputs->len; i++)
        sendoff_tracker_set_status (self->tracker, g_array_index (rendition->outputs, guint, i),
                                    SENDOFF_STATUS_ENCODING, rendition->measures != NULL ? N_ ("Analysing") : N_ ("Encoding"));
    }
}

static void
encode (ChunkRun *run, const SendoffWorkerSpec *spec, GCancellable *cancellable)
{
  RunnerWork *work = run->work;
  SendoffRunner *self = work->runner;
  g_auto (SendoffWorkerReport) report = { 0 };
  g_autoptr (JsonNode) node = NULL;

  say_encoding (self, run->renditions);
  node = sendoff_worker_client_run (self->client, spec, self->source_fd, on_event, run, cancellable, &report,
                                    &work->error);
  work->stage = g_steal_pointer (&report.stage);
  if (node != NULL)
    sendoff_runner_note_walls (self, &report);
  work->max_rss_bytes = report.max_rss_bytes;
  work->cpu_us = report.cpu_us;
  if (node != NULL)
    work->result = sendoff_chunks_result_from_json (node, &work->error);
  refresh (run, -1);
}

/* RunnerWork of chunks, on one of the scheduler's threads. */
void
sendoff_runner_run_chunks (gpointer data, GCancellable *cancellable)
{
  RunnerWork *work = data;
  SendoffRunner *self = work->runner;
  g_autoptr (GPtrArray) renditions = NULL;
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  ChunkRun run = { .work = work };
  guint first, last;

  g_mutex_lock (&self->mutex);
  run.renditions = renditions = choose_renditions_locked (self, work, &first, &last);
  if (renditions->len > 0)
    {
      work->first = first;
      work->last = last;
      spec = make_spec (self, work, renditions, first, last);
    }
  g_mutex_unlock (&self->mutex);
  if (spec != NULL)
    encode (&run, spec, cancellable);
}

static void
push_run (SendoffRunner *self, RunnerBatch *batch, guint index, SendoffChunkRun run, int decoder_threads)
{
  RunnerWork *work = sendoff_runner_work_new (self, RUNNER_WORK_CHUNKS, NULL);
  const RunnerGroup *group = &self->groups[batch->group];

  for (guint i = 0; i < batch->renditions->len; i++)
    g_ptr_array_add (work->parts, g_ptr_array_index (batch->renditions, i));
  work->group = batch->group;
  work->first = run.first;
  work->last = run.last;
  work->sequential = group->sequential;
  work->decoder_threads = decoder_threads;
  work->order = (int)index + 1;
  sendoff_runner_push (self, work, sendoff_chunk_group_get_weight (group->grid, run.first, run.last));
}

/* Graphics cards take few videos at a time, some cheap ones three, and are no faster with more. */
#define MOST_HARDWARE_RUNS 2

static guint
get_n_slots (SendoffRunner *self, RunnerBatch *batch)
{
  const RunnerRendition *rendition = g_ptr_array_index (batch->renditions, 0);
  guint n_slots = sendoff_scheduler_get_n_slots (self->scheduler);

  return rendition->video->hardware != NULL ? MIN (n_slots, MOST_HARDWARE_RUNS) : n_slots;
}

static GArray *
plan_runs (SendoffRunner *self, RunnerBatch *batch)
{
  const RunnerGroup *group = &self->groups[batch->group];
  guint n_chunks = sendoff_chunk_group_get_n_chunks (group->grid);
  g_autofree gboolean *missing = g_new0 (gboolean, n_chunks);
  guint n_slots = get_n_slots (self, batch);

  g_mutex_lock (&self->mutex);
  for (guint r = 0; r < batch->renditions->len; r++)
    {
      RunnerRendition *rendition = g_ptr_array_index (batch->renditions, r);

      if (!sendoff_runner_is_wanted_locked (self, rendition->outputs))
        continue;
      sendoff_runner_report_rendition_locked (self, rendition);
      for (guint i = 0; i < n_chunks; i++)
        missing[i] |= sendoff_chunk_ledger_is_missing (rendition->ledger, i);
    }
  g_mutex_unlock (&self->mutex);
  return sendoff_chunk_runs_split (missing, n_chunks, n_slots, group->sequential);
}

static void
push_batch (SendoffRunner *self, RunnerBatch *batch, guint index)
{
  g_autoptr (GArray) runs = plan_runs (self, batch);
  guint n_slots = sendoff_scheduler_get_n_slots (self->scheduler);
  int decoder_threads = runs->len >= n_slots ? 1 : (int)n_slots;

  batch->pushed = TRUE;
  for (guint i = 0; i < runs->len; i++)
    push_run (self, batch, index, g_array_index (runs, SendoffChunkRun, i), decoder_threads);
}

static gboolean
batch_is_over (SendoffRunner *self, RunnerBatch *batch)
{
  gboolean over = TRUE;

  g_mutex_lock (&self->mutex);
  for (guint r = 0; r < batch->renditions->len; r++)
    {
      RunnerRendition *rendition = g_ptr_array_index (batch->renditions, r);

      over &= !sendoff_runner_is_wanted_locked (self, rendition->outputs);
    }
  g_mutex_unlock (&self->mutex);
  return over;
}

/* Pushes what is missing of every batch whose turn has come. One output after the other waits for each to be over;
 * otherwise the next batch fills the slots that the end of the one before leaves free. */
void
sendoff_runner_push_batches (SendoffRunner *self)
{
  for (guint i = 0; i < self->batches->len; i++)
    {
      RunnerBatch *batch = g_ptr_array_index (self->batches, i);

      if (!batch->pushed && !self->groups[batch->group].restart)
        push_batch (self, batch, i);
      if (self->sequential && !batch_is_over (self, batch))
        return;
    }
}

static void
fail_group (SendoffRunner *self, guint group)
{
  g_autoptr (GError) error
      = g_error_new (SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                     _ ("“%s” gives other pictures each time it is read."), self->source_name);

  for (guint i = 0; i < self->plan->outputs->len; i++)
    if (self->outputs[i].plan->group == (int)group && self->outputs[i].rendition != NULL)
      sendoff_runner_fail_output (self, i, error, STAGE);
}

/* The group's seeks cannot be trusted: everything that they led to is made again by one decoder. */
static void
begin_restart (SendoffRunner *self, guint group)
{
  RunnerGroup *entry = &self->groups[group];
  g_autofree char *mark = sendoff_runner_dup_sequential_mark (self, group);
  int fd;

  if (entry->sequential)
    {
      fail_group (self, group);
      return;
    }
  g_info ("seeks in %s cannot be trusted; decoding from the start", self->source_name);
  entry->sequential = entry->restart = TRUE;
  fd = open (mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd >= 0)
    close (fd);
  for (guint i = 0; i < self->works->len; i++)
    {
      RunnerWork *work = g_ptr_array_index (self->works, i);

      if (work->kind == RUNNER_WORK_CHUNKS && work->group == group)
        sendoff_lane_cancel (self->lane, work);
    }
}

/* Its chunks are being read. */
static gboolean
is_finishing (SendoffRunner *self, const RunnerRendition *rendition)
{
  for (guint i = 0; i < rendition->outputs->len; i++)
    if (self->outputs[g_array_index (rendition->outputs, guint, i)].finishing)
      return TRUE;
  return FALSE;
}

static void
finish_restart (SendoffRunner *self, guint group)
{
  self->groups[group].restart = FALSE;
  sendoff_runner_forget_rates (self, group);
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->renditions->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);

      if (rendition->group == group && !is_finishing (self, rendition))
        sendoff_chunk_ledger_drop_sought (rendition->ledger);
    }
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < self->batches->len; i++)
    {
      RunnerBatch *batch = g_ptr_array_index (self->batches, i);

      if (batch->group == group)
        batch->pushed = FALSE;
    }
}

static gboolean
joins_are_right (SendoffRunner *self, guint group)
{
  gboolean right = TRUE;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->renditions->len && right; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);

      if (rendition->group == group && sendoff_runner_is_wanted_locked (self, rendition->outputs))
        right = sendoff_chunk_ledger_check_joins (rendition->ledger);
    }
  g_mutex_unlock (&self->mutex);
  return right;
}

/* Checks the seeks of every group as far as it can be done now, and begins groups anew whose work has come back. */
void
sendoff_runner_check_groups (SendoffRunner *self)
{
  for (guint i = 0; i < self->plan->groups->len; i++)
    {
      if (!self->groups[i].restart && !joins_are_right (self, i))
        begin_restart (self, i);
      if (self->groups[i].restart && self->groups[i].n_works == 0)
        finish_restart (self, i);
    }
}

static gboolean
is_crash (const GError *error)
{
  return g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED)
         || g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_HUNG);
}

/* Whether the error may be one encoder's alone: not when it is the source's or the disk's. */
gboolean
sendoff_runner_may_be_encoder (const GError *error)
{
  return is_crash (error) || g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER)
         || g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED);
}

static void
push_again (SendoffRunner *self, RunnerWork *work, gpointer part, guint attempt)
{
  RunnerWork *again = sendoff_runner_work_new (self, work->kind, part);

  for (guint i = 0; part == NULL && i < work->parts->len; i++)
    g_ptr_array_add (again->parts, g_ptr_array_index (work->parts, i));
  again->group = work->group;
  again->first = work->first;
  again->last = work->last;
  again->sequential = work->sequential;
  again->decoder_threads = work->decoder_threads;
  again->order = work->order;
  again->attempt = attempt;
  sendoff_runner_push (self, again,
                       sendoff_chunk_group_get_weight (self->groups[work->group].grid, work->first, work->last));
}

/* A crash may be an accident: once more. What fails again may be one of several outputs' fault: each alone. Returns
 * FALSE when @work has had its chances. */
gboolean
sendoff_runner_retry (SendoffRunner *self, RunnerWork *work)
{
  if (is_crash (work->error) && work->attempt == 0)
    {
      push_again (self, work, NULL, 1);
      return TRUE;
    }
  if (work->parts->len < 2 || !sendoff_runner_may_be_encoder (work->error))
    return FALSE;
  for (guint i = 0; i < work->parts->len; i++)
    push_again (self, work, g_ptr_array_index (work->parts, i), 2);
  return TRUE;
}

static void
note_seek (SendoffRunner *self, RunnerWork *work)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < work->parts->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (work->parts, i);
      SendoffLedgerChunk *chunk = &rendition->ledger->chunks[work->first];

      if (chunk->trailer == NULL || !chunk->by_seek)
        continue;
      g_free (chunk->lead_in);
      chunk->lead_in = g_strdup (work->result->lead_in != NULL ? work->result->lead_in : "");
    }
  g_mutex_unlock (&self->mutex);
}

static gboolean
is_incomplete (SendoffRunner *self, RunnerWork *work)
{
  g_autoptr (GPtrArray) renditions = NULL;
  guint first, last;

  g_mutex_lock (&self->mutex);
  renditions = choose_renditions_locked (self, work, &first, &last);
  g_mutex_unlock (&self->mutex);
  return renditions->len > 0;
}

/* Decides what the end of @work means. */
void
sendoff_runner_chunks_returned (SendoffRunner *self, RunnerWork *work)
{
  if (work->result != NULL && work->result->seeked && !work->sequential)
    note_seek (self, work);
  if (sendoff_runner_was_called_back (self, work))
    {
      if (!self->groups[work->group].restart && is_incomplete (self, work))
        push_again (self, work, NULL, work->attempt);
      return;
    }
  if (self->groups[work->group].restart || g_error_matches (work->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (work->result != NULL && work->result->needs_sequential && !self->groups[work->group].sequential)
    {
      begin_restart (self, work->group);
      return;
    }
  if (work->error == NULL && is_incomplete (self, work))
    work->error = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED,
                                       _ ("Encoding the video stopped: its process did not write all of it."));
  if (work->error == NULL || sendoff_runner_retry (self, work))
    return;
  for (guint i = 0; i < work->parts->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (work->parts, i);

      if (!sendoff_runner_fall_back (self, rendition, work->error))
        sendoff_runner_fail_outputs (self, rendition->outputs, work->error, work->stage != NULL ? work->stage : STAGE);
    }
}
