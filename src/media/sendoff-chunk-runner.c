/* The role "chunks": one decoder, any number of outputs, a run of consecutive chunks.
 *
 * Source frames go from the reader (and the deinterlacer, when planned) to every output: its pacer decides what
 * is shown when, its filter makes the picture, and the encoder of the chunk that the moment belongs to takes it.
 * A chunk of an output is finished by the first moment that lies behind it.
 */
#include "base/sendoff-i18n.h"
#include "media/sendoff-roles.h"

#include "media/sendoff-chunk-encoder.h"
#include "media/sendoff-frame-filter.h"
#include "media/sendoff-frame-pacer.h"
#include "media/sendoff-frame-reader.h"

/* Frames before a boundary whose hashes are kept, to compare a seek with. */
#define TAIL_FRAMES 3

typedef struct {
  const SendoffChunkOutputSpec *spec;
  SendoffFramePacer *pacer;
  SendoffFrameFilter *filter;
  SendoffChunkEncoder *encoder; /* of the current chunk; NULL when its file exists already */
  AVFrame *filtered;
  AVFrame *filtered_from; /* the source frame that filtered shows */
  guint chunk;            /* index into the run's chunks; their number when done */
} Output;

typedef struct {
  const SendoffWorkerSpec *spec;
  SendoffEvents *events;
  SendoffSource *source;
  SendoffFrameReader *reader;
  SendoffFrameFilter *deinterlacer; /* (nullable) */
  Output *outputs;
  guint n_outputs;
  AVFrame *tail[TAIL_FRAMES]; /* the last decoded frames, oldest first, empty ones at the front */
  char **tails;               /* of each chunk; NULL until its end was decoded */
  guint n_tails;
  guint *unfinished;          /* outputs that still work on each chunk */
  char *lead_in;
  gboolean lead_in_noted;
  AVFrame *deinterlaced;
} Run;

static const SendoffChunkSpec *
get_chunk (Run *self, guint index)
{
  return g_ptr_array_index (self->spec->chunks, index);
}

static guint
get_n_chunks (Run *self)
{
  return self->spec->chunks->len;
}

/* First position of @output behind chunk @index. */
static gint64
get_end (Run *self, Output *output, guint index)
{
  const SendoffChunkSpec *chunk = get_chunk (self, index);

  return chunk->open_end ? G_MAXINT64 : sendoff_frame_pacer_get_position (output->pacer, chunk->end_us);
}

/* (nullable): how the current chunk of @output is encoded; NULL as the plan says. */
static const SendoffChunkRate *
get_rate (Output *output)
{
  return output->chunk < output->spec->rates->len ? g_ptr_array_index (output->spec->rates, output->chunk) : NULL;
}

/* (transfer full) (nullable): where the first pass over @chunk left what it found out. */
static char *
dup_statistics_path (Output *output, const SendoffChunkSpec *chunk)
{
  g_autofree char *name = sendoff_chunk_file_name (chunk->start_us, chunk->end_us, NULL);

  if (output->spec->first_pass_directory == NULL)
    return NULL;
  return g_build_filename (output->spec->first_pass_directory, name, NULL);
}

static gboolean
begin_chunk (Run *self, Output *output, GError **error)
{
  SendoffChunkJob job = { .plan = output->spec->video, .first_pass = output->spec->first_pass };
  const SendoffChunkSpec *chunk;
  g_autofree char *name = NULL;
  g_autofree char *path = NULL;
  g_autofree char *statistics_path = NULL;

  job.rate = get_rate (output);
  if (output->chunk >= get_n_chunks (self) || (job.rate != NULL && job.rate->skip))
    return TRUE;
  chunk = get_chunk (self, output->chunk);
  name = sendoff_chunk_file_name (chunk->start_us, chunk->end_us, job.rate);
  job.path = path = g_build_filename (output->spec->directory, name, NULL);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return TRUE;
  job.statistics_path = statistics_path = dup_statistics_path (output, chunk);
  job.duration_us = chunk->end_us - chunk->start_us;
  job.hash_frames = self->spec->hash_frames;
  job.metric = job.rate != NULL && job.rate->metric != NULL ? job.rate->metric : output->spec->metric;
  output->encoder = sendoff_chunk_encoder_new (&job, error);
  return output->encoder != NULL;
}

static void
report (Run *self, Output *output)
{
  const SendoffChunkSpec *chunk;

  if (output->encoder == NULL || output->chunk >= get_n_chunks (self))
    return;
  chunk = get_chunk (self, output->chunk);
  sendoff_events_progress (self->events, chunk->index, output->spec->output,
                           sendoff_chunk_encoder_get_frames (output->encoder),
                           sendoff_chunk_encoder_get_bytes (output->encoder), chunk->start_us);
}

static gboolean
finish_chunk (Run *self, Output *output, GError **error)
{
  guint index = output->chunk++;
  const char *lead_in = index == 0 ? self->lead_in : NULL;

  if (output->encoder != NULL && !sendoff_chunk_encoder_finish (output->encoder, lead_in, self->tails[index], error))
    return FALSE;
  g_clear_pointer (&output->encoder, sendoff_chunk_encoder_free);
  if (--self->unfinished[index] == 0)
    sendoff_events_chunk_done (self->events, get_chunk (self, index)->index);
  return begin_chunk (self, output, error);
}

static gboolean
filter_frame (Run *self, Output *output, AVFrame *frame, GError **error)
{
  int result;

  if (output->filtered->buf[0] != NULL && output->filtered_from->data[0] == frame->data[0]
      && output->filtered_from->pts == frame->pts)
    return TRUE;
  av_frame_unref (output->filtered_from);
  av_frame_ref (output->filtered_from, frame);
  if (!sendoff_frame_filter_push (output->filter, frame, error))
    return FALSE;
  result = sendoff_frame_filter_pull (output->filter, output->filtered, error);
  if (result == 0)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The picture was lost while it was converted."));
  return result > 0;
}

static gboolean
emit (Run *self, Output *output, const SendoffEmission *emission, GError **error)
{
  const SendoffVideoPlan *plan = output->spec->video;
  gint64 duration = 1;

  while (output->chunk < get_n_chunks (self) && emission->position >= get_end (self, output, output->chunk))
    if (!finish_chunk (self, output, error))
      return FALSE;
  if (output->chunk >= get_n_chunks (self) || output->encoder == NULL)
    return TRUE;
  if (!filter_frame (self, output, emission->frame, error))
    return FALSE;
  if (!sendoff_rational_is_set (plan->frame_rate))
    duration = av_rescale_q (sendoff_frame_duration (emission->frame),
                             sendoff_frame_reader_get_time_base (self->reader), sendoff_to_av (plan->time_base));
  if (!sendoff_chunk_encoder_push (output->encoder, output->filtered, emission->pts, duration, error))
    return FALSE;
  report (self, output);
  return TRUE;
}

static gboolean
pull_output (Run *self, Output *output, GError **error)
{
  SendoffEmission emission;

  while (output->chunk < get_n_chunks (self) && sendoff_frame_pacer_pull (output->pacer, &emission))
    if (!emit (self, output, &emission, error))
      return FALSE;
  return TRUE;
}

static gboolean
show_frame (Run *self, AVFrame *frame, GError **error)
{
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      if (output->chunk >= get_n_chunks (self))
        continue;
      sendoff_frame_pacer_push (output->pacer, frame, sendoff_frame_reader_get_time (self->reader, frame));
      if (!pull_output (self, output, error))
        return FALSE;
    }
  return TRUE;
}

/* "PTS:HEX PTS:HEX…" of the last decoded frames, NULL when there is none yet. */
static char *
describe_tail (Run *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < TAIL_FRAMES; i++)
    {
      g_autofree char *hash = NULL;

      if (self->tail[i]->buf[0] == NULL)
        continue;
      hash = sendoff_frame_hash (self->tail[i]);
      g_string_append_printf (text, "%s%" G_GINT64_FORMAT ":%s", text->len > 0 ? " " : "", self->tail[i]->pts, hash);
    }
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

/* Before @time_us is shown, everything before it was decoded: notes what ended there. */
static void
note_boundaries (Run *self, gint64 time_us)
{
  if (!self->lead_in_noted && time_us >= get_chunk (self, 0)->start_us)
    {
      self->lead_in = sendoff_frame_reader_has_seeked (self->reader) ? describe_tail (self) : NULL;
      self->lead_in_noted = TRUE;
    }
  while (self->n_tails < get_n_chunks (self)
         && (time_us == G_MAXINT64
             || (!get_chunk (self, self->n_tails)->open_end && time_us >= get_chunk (self, self->n_tails)->end_us)))
    self->tails[self->n_tails++] = describe_tail (self);
}

static void
remember (Run *self, AVFrame *frame)
{
  AVFrame *oldest = self->tail[0];

  for (guint i = 1; i < TAIL_FRAMES; i++)
    self->tail[i - 1] = self->tail[i];
  self->tail[TAIL_FRAMES - 1] = oldest;
  av_frame_unref (oldest);
  av_frame_ref (oldest, frame);
}

static gboolean
take_frame (Run *self, AVFrame *frame, GError **error)
{
  int result;

  if (frame != NULL)
    {
      note_boundaries (self, sendoff_frame_reader_get_time (self->reader, frame));
      remember (self, frame);
    }
  if (self->deinterlacer == NULL)
    return frame == NULL || show_frame (self, frame, error);
  if (!sendoff_frame_filter_push (self->deinterlacer, frame, error))
    return FALSE;
  while ((result = sendoff_frame_filter_pull (self->deinterlacer, self->deinterlaced, error)) > 0)
    if (!show_frame (self, self->deinterlaced, error))
      return FALSE;
  return result == 0;
}

static gboolean
is_done (Run *self)
{
  for (guint i = 0; i < self->n_outputs; i++)
    if (self->outputs[i].chunk < get_n_chunks (self))
      return FALSE;
  return TRUE;
}

/* The source is over: what is still held is shown, and chunks behind its end are empty. */
static gboolean
finish_outputs (Run *self, GError **error)
{
  if (!take_frame (self, NULL, error))
    return FALSE;
  note_boundaries (self, G_MAXINT64);
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      if (output->chunk < get_n_chunks (self))
        sendoff_frame_pacer_finish (output->pacer);
      if (!pull_output (self, output, error))
        return FALSE;
      while (output->chunk < get_n_chunks (self))
        if (!finish_chunk (self, output, error))
          return FALSE;
    }
  return TRUE;
}

static gboolean
run_frames (Run *self, GError **error)
{
  g_autoptr (AVFrame) frame = av_frame_alloc ();

  while (!is_done (self))
    {
      int result = sendoff_frame_reader_next (self->reader, frame, error);

      if (result < 0 || (result > 0 && !take_frame (self, frame, error)))
        return FALSE;
      if (result == 0)
        return finish_outputs (self, error);
      if (sendoff_frame_reader_has_seeked (self->reader) && sendoff_frame_reader_has_repaired (self->reader))
        return TRUE; /* made of guesses: the caller decodes from the start instead */
    }
  return TRUE;
}

static gboolean
open_output (Run *self, Output *output, GError **error)
{
  const SendoffChunkSpec *first = get_chunk (self, 0);
  AVRational time_base = sendoff_frame_reader_get_time_base (self->reader);
  gint64 begin;

  output->pacer = sendoff_frame_pacer_new (output->spec->video, self->spec->start_us, self->spec->origin_us, time_base);
  output->filter = sendoff_frame_filter_new (output->spec->video, time_base);
  if (output->spec->captions_path != NULL)
    sendoff_frame_filter_burn (output->filter, output->spec->captions_path, output->spec->fonts_dir,
                               self->spec->origin_us);
  output->filtered = av_frame_alloc ();
  output->filtered_from = av_frame_alloc ();
  begin = sendoff_frame_pacer_get_position (output->pacer, first->start_us);
  if (first->open_start)
    begin = sendoff_rational_is_set (output->spec->video->frame_rate) ? 0 : G_MININT64;
  sendoff_frame_pacer_begin (output->pacer, begin, first->index == 0);
  return begin_chunk (self, output, error);
}

static gboolean
open_run (Run *self, GError **error)
{
  const SendoffWorkerSpec *spec = self->spec;
  const SendoffVideoPlan *interlaced = NULL;

  self->source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (self->source == NULL)
    return FALSE;
  self->reader = sendoff_frame_reader_new (self->source, spec->stream_index, spec->origin_us, spec->decoder_threads,
                                           error);
  if (self->reader == NULL)
    return FALSE;
  self->n_outputs = spec->chunk_outputs->len;
  self->outputs = g_new0 (Output, self->n_outputs);
  self->tails = g_new0 (char *, spec->chunks->len + 1);
  self->unfinished = g_new (guint, spec->chunks->len);
  self->deinterlaced = av_frame_alloc ();
  for (guint i = 0; i < spec->chunks->len; i++)
    self->unfinished[i] = self->n_outputs;
  for (guint i = 0; i < TAIL_FRAMES; i++)
    self->tail[i] = av_frame_alloc ();
  for (guint i = 0; i < self->n_outputs; i++)
    {
      self->outputs[i].spec = g_ptr_array_index (spec->chunk_outputs, i);
      if (self->outputs[i].spec->video->deinterlace)
        interlaced = self->outputs[i].spec->video;
      if (!open_output (self, &self->outputs[i], error))
        return FALSE;
    }
  if (interlaced != NULL)
    self->deinterlacer = sendoff_frame_filter_new_deinterlacer (sendoff_frame_reader_get_time_base (self->reader),
                                                                interlaced->field_parity);
  return TRUE;
}

static void
close_run (Run *self)
{
  for (guint i = 0; i < self->n_outputs; i++)
    {
      Output *output = &self->outputs[i];

      g_clear_pointer (&output->encoder, sendoff_chunk_encoder_free);
      g_clear_pointer (&output->pacer, sendoff_frame_pacer_free);
      g_clear_pointer (&output->filter, sendoff_frame_filter_free);
      av_frame_free (&output->filtered);
      av_frame_free (&output->filtered_from);
    }
  for (guint i = 0; i < TAIL_FRAMES; i++)
    av_frame_free (&self->tail[i]);
  av_frame_free (&self->deinterlaced);
  for (guint i = 0; self->tails != NULL && i < self->n_tails; i++)
    g_free (self->tails[i]);
  g_free (self->tails);
  g_free (self->unfinished);
  g_free (self->outputs);
  g_free (self->lead_in);
  g_clear_pointer (&self->deinterlacer, sendoff_frame_filter_free);
  g_clear_pointer (&self->reader, sendoff_frame_reader_free);
  g_clear_pointer (&self->source, sendoff_source_free);
}

static gboolean
carry_out (Run *self, GError **error)
{
  const SendoffChunkSpec *first = get_chunk (self, 0);

  if (!first->open_start && !self->spec->sequential
      && !sendoff_frame_reader_seek_before (self->reader, first->start_us, NULL))
    return TRUE; /* cannot search: nothing was made, and the result says so */
  return run_frames (self, error);
}

static void
warn (Run *self, gint64 damaged)
{
  guint rebuilds = 0;

  for (guint i = 0; i < self->n_outputs; i++)
    rebuilds = MAX (rebuilds, sendoff_frame_filter_get_rebuilds (self->outputs[i].filter));
  if (damaged > 0)
    sendoff_events_warning (self->events, "damaged-frames",
                            _ ("The source is damaged: parts of its picture could not be decoded."));
  if (rebuilds > 0)
    sendoff_events_warning (self->events, "picture-changes",
                            _ ("The source changes its picture's size or format on the way; every part was fitted to the "
                            "same frame."));
}

/**
 * sendoff_role_chunks:
 * @spec: consecutive chunks, in order, and the outputs to make of them
 *
 * Chunk files that exist are kept as they are. A source whose time stamps had to be guessed after a seek makes an
 * unfinished run: needs_sequential tells, and no file of it should be kept.
 *
 * Returns: (transfer full): what the check of the seek needs, or %NULL with an error
 */
SendoffChunksResult *
sendoff_role_chunks (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  Run run = { .spec = spec, .events = events };
  g_autoptr (SendoffChunksResult) result = sendoff_chunks_result_new ();
  gboolean ok;

  if (spec->chunks->len == 0 || spec->chunk_outputs->len == 0)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("There is nothing to encode in this run."));
      return NULL;
    }
  ok = open_run (&run, error) && carry_out (&run, error);
  if (ok)
    {
      result->seeked = sendoff_frame_reader_has_seeked (run.reader);
      result->needs_sequential = sendoff_frame_reader_has_repaired (run.reader) || !is_done (&run);
      result->damaged_frames = sendoff_frame_reader_get_damaged (run.reader);
      result->lead_in = g_steal_pointer (&run.lead_in);
      warn (&run, result->damaged_frames);
    }
  close_run (&run);
  return ok ? g_steal_pointer (&result) : NULL;
}
