#include "engine/sendoff-runner.h"

#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-runner-private.h"

/* SPEC §8: at most so many exports at once. */
#define DEFAULT_BATCH_SIZE 3

static const SendoffWorkFunc work_funcs[] = {
  [RUNNER_WORK_CHUNKS] = sendoff_runner_run_chunks,
  [RUNNER_WORK_AUDIO] = sendoff_runner_run_audio,
  [RUNNER_WORK_FINISH] = sendoff_runner_run_finish,
};

static void
run_work (gpointer data, GCancellable *cancellable)
{
  RunnerWork *work = data;

  work->ran = TRUE;
  work_funcs[work->kind] (work, cancellable);
}

static void
work_free (RunnerWork *work)
{
  g_ptr_array_unref (work->parts);
  g_clear_pointer (&work->result, sendoff_chunks_result_free);
  g_clear_pointer (&work->certificate, json_node_unref);
  g_clear_error (&work->error);
  g_free (work->stage);
  g_free (work);
}

static void
rendition_free (gpointer data)
{
  RunnerRendition *rendition = data;

  g_assert (rendition->ledger == NULL);
  g_clear_pointer (&rendition->rate, sendoff_runner_free_rate);
  g_clear_error (&rendition->hardware_error);
  g_array_unref (rendition->outputs);
  g_free (rendition);
}

static void
track_free (gpointer data)
{
  RunnerTrack *track = data;

  g_array_unref (track->outputs);
  g_clear_pointer (&track->trailer, sendoff_packet_trailer_free);
  g_free (track->path);
  g_free (track->lock_path);
  g_free (track);
}

static void
batch_free (gpointer data)
{
  RunnerBatch *batch = data;

  g_ptr_array_unref (batch->renditions);
  g_free (batch);
}

static void
read_stored_outputs (SendoffRunner *self, GPtrArray *stored_outputs)
{
  self->target_uris = g_new0 (char *, self->plan->outputs->len + 1);
  self->outputs = g_new0 (RunnerOutput, self->plan->outputs->len);
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      const SendoffStoredOutput *stored = g_ptr_array_index (stored_outputs, i);
      g_autofree char *receipt = g_strdup_printf ("finished-%u", i);

      self->target_uris[i] = g_strdup (stored->target_uri != NULL ? stored->target_uri : "");
      self->outputs[i].plan = sendoff_plan_get_output (self->plan, i);
      self->outputs[i].tracks = g_ptr_array_new ();
      self->outputs[i].receipt_path = sendoff_job_folder_dup_path (self->cache_dir, self->export_id, receipt);
      self->outputs[i].over = sendoff_status_is_final (sendoff_tracker_get_status (self->tracker, i));
    }
}

static void
read_request (SendoffRunner *self, SendoffRequest *request)
{
  g_autoptr (JsonNode) node = sendoff_request_to_json (request);
  int jobs = 0;

  self->request = sendoff_request_from_json (node, NULL);
  if (self->request == NULL)
    self->request = g_object_ref (request);
  g_object_get (self->request, "source-uri", &self->source_uri, "overwrite", &self->overwrite, "sequential",
                &self->sequential, "jobs", &jobs, NULL);
  self->batch_size = self->sequential ? 1 : jobs > 0 ? (guint)jobs : DEFAULT_BATCH_SIZE;
}

/**
 * sendoff_runner_new:
 * @scheduler: (transfer none): must outlive the runner, as @client
 * @tracker: reported to; a reference is kept
 *
 * Returns: (transfer full): a runner, to be run once
 */
SendoffRunner *
sendoff_runner_new (const SendoffRunnerSetup *setup,
                    SendoffScheduler *scheduler,
                    SendoffWorkerClient *client,
                    SendoffTracker *tracker)
{
  SendoffRunner *self = g_new0 (SendoffRunner, 1);

  self->export_id = g_strdup (setup->export_id);
  self->plan = sendoff_plan_copy (setup->plan);
  self->cache_dir = g_strdup (setup->cache_dir);
  read_request (self, setup->request);
  self->priority = setup->priority;
  self->libraries = g_strdupv ((char **)setup->libraries);
  self->catalog = g_object_ref (setup->catalog);
  self->scheduler = scheduler;
  self->client = client;
  self->memory = setup->memory;
  self->keep_chunks = setup->keep_chunks;
  self->held = g_strdup (setup->held);
  self->tracker = sendoff_tracker_ref (tracker);
  self->source_fd = -1;
  self->groups = g_new0 (RunnerGroup, self->plan->groups->len);
  self->renditions = g_ptr_array_new_with_free_func (rendition_free);
  self->tracks = g_ptr_array_new_with_free_func (track_free);
  self->batches = g_ptr_array_new_with_free_func (batch_free);
  self->works = g_ptr_array_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->woken);
  read_stored_outputs (self, setup->stored_outputs);
  return self;
}

/** sendoff_runner_free: not while it runs. */
void
sendoff_runner_free (SendoffRunner *self)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      g_free (self->outputs[i].target);
      g_free (self->outputs[i].part_path);
      g_free (self->outputs[i].receipt_path);
      g_ptr_array_unref (self->outputs[i].tracks);
    }
  g_free (self->outputs);
  g_free (self->groups);
  g_ptr_array_unref (self->renditions);
  g_ptr_array_unref (self->tracks);
  g_ptr_array_unref (self->batches);
  g_ptr_array_unref (self->works);
  g_strfreev (self->target_uris);
  g_strfreev (self->libraries);
  g_object_unref (self->catalog);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->woken);
  g_free (self->full);
  g_free (self->held);
  sendoff_tracker_unref (self->tracker);
  sendoff_plan_free (self->plan);
  g_free (self->export_id);
  g_free (self->source_uri);
  g_object_unref (self->request);
  g_free (self->cache_dir);
  g_free (self->source_name);
  g_free (self);
}

/** sendoff_runner_keep_for_later: when it is cancelled, everything stays as it is for another run. Any thread. */
void
sendoff_runner_keep_for_later (SendoffRunner *self)
{
  g_atomic_int_set (&self->keep, TRUE);
}

/* Takes note of the walls around a worker that has done its work. */
void
sendoff_runner_note_walls (SendoffRunner *self, const SendoffWorkerReport *report)
{
  g_mutex_lock (&self->mutex);
  self->without_landlock |= !report->landlock;
  self->without_seccomp |= !report->seccomp;
  g_mutex_unlock (&self->mutex);
}

/** sendoff_runner_set_priority: higher goes first. Any thread. */
void
sendoff_runner_set_priority (SendoffRunner *self, int priority)
{
  g_mutex_lock (&self->mutex);
  self->priority = priority;
  if (self->lane != NULL)
    sendoff_lane_set_priority (self->lane, priority);
  g_mutex_unlock (&self->mutex);
}

/* Whether the job was told to end. */
gboolean
sendoff_runner_is_cancelled (SendoffRunner *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

/* (transfer full): work of @kind with its first part. */
RunnerWork *
sendoff_runner_work_new (SendoffRunner *self, RunnerWorkKind kind, gpointer part)
{
  RunnerWork *work = g_new0 (RunnerWork, 1);

  work->runner = self;
  work->kind = kind;
  work->decoder_threads = 1;
  work->parts = g_ptr_array_new ();
  if (part != NULL)
    g_ptr_array_add (work->parts, part);
  return work;
}

static void
count_work (SendoffRunner *self, RunnerWork *work, int change)
{
  if (work->kind != RUNNER_WORK_CHUNKS)
    return;
  self->groups[work->group].n_works += change;
  for (guint i = 0; i < work->parts->len; i++)
    ((RunnerRendition *)g_ptr_array_index (work->parts, i))->n_works += change;
}

/* Hands @work (transfer full) to the scheduler; @length as in sendoff_lane_push(). */
void
sendoff_runner_push (SendoffRunner *self, RunnerWork *work, gint64 length)
{
  count_work (self, work, 1);
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->works, work);
  g_mutex_unlock (&self->mutex);
  sendoff_lane_push (self->lane, work->order, length, sendoff_runner_estimate_memory (self, work), run_work, work);
  /* Cancelling between two pushes must not miss the second. */
  if (sendoff_runner_is_cancelled (self) || sendoff_runner_is_draining (self))
    sendoff_lane_cancel (self->lane, NULL);
  else
    sendoff_runner_note_pushed (self, work);
}

/* Whether any of @outputs is still to be made. */
gboolean
sendoff_runner_is_wanted_locked (SendoffRunner *self, GArray *outputs)
{
  for (guint i = 0; i < outputs->len; i++)
    if (!self->outputs[g_array_index (outputs, guint, i)].over)
      return TRUE;
  return FALSE;
}

/* Gives @output up; the others go on. @stage is a stable word. Runner's thread. */
void
sendoff_runner_fail_output (SendoffRunner *self, guint output, const GError *error, const char *stage)
{
  if (sendoff_runner_is_over (self, output) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_mutex_lock (&self->mutex);
  self->outputs[output].over = TRUE;
  g_mutex_unlock (&self->mutex);
  sendoff_tracker_fail (self->tracker, output, error, stage);
  if (self->lane != NULL)
    sendoff_runner_cancel_unwanted (self);
}

/* The same for several; @outputs (nullable) is all of them. */
void
sendoff_runner_fail_outputs (SendoffRunner *self, GArray *outputs, const GError *error, const char *stage)
{
  guint count = outputs != NULL ? outputs->len : self->plan->outputs->len;

  for (guint i = 0; i < count; i++)
    sendoff_runner_fail_output (self, outputs != NULL ? g_array_index (outputs, guint, i) : i, error, stage);
}

static void
handle_returned (SendoffRunner *self, RunnerWork *work)
{
  switch (work->kind)
    {
    case RUNNER_WORK_CHUNKS:
      sendoff_runner_chunks_returned (self, work);
      break;
    case RUNNER_WORK_AUDIO:
      sendoff_runner_audio_returned (self, work);
      break;
    case RUNNER_WORK_FINISH:
      sendoff_runner_finish_returned (self, work);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  sendoff_runner_wake (data);
}

static void
push_all (SendoffRunner *self)
{
  sendoff_runner_check_groups (self);
  sendoff_runner_finish_fallbacks (self);
  sendoff_runner_steer (self);
  sendoff_runner_push_batches (self);
  sendoff_runner_push_finished (self);
}

/* What was called back is begun again later, unless it was done all the same. */
static void
take_returned (SendoffRunner *self, RunnerWork *work)
{
  if (sendoff_runner_note_full (self, work->error)
      || (sendoff_runner_is_draining (self) && (!work->ran || work->error != NULL)))
    return;
  if (work->error == NULL)
    sendoff_runner_note_room (self);
  handle_returned (self, work);
  if (!sendoff_runner_note_full (self, work->error))
    push_all (self);
}

static void
set_lane (SendoffRunner *self, SendoffLane *lane)
{
  g_mutex_lock (&self->mutex);
  self->lane = lane;
  g_mutex_unlock (&self->mutex);
}

static void
carry_out (SendoffRunner *self)
{
  SendoffLane *lane = sendoff_scheduler_open_lane (self->scheduler, self->priority);
  RunnerWork *work;

  set_lane (self, lane);
  do
    {
      sendoff_runner_push_audio (self);
      push_all (self);
      while ((work = sendoff_lane_wait (lane)) != NULL)
        {
          g_mutex_lock (&self->mutex);
          g_ptr_array_remove_fast (self->works, work);
          g_mutex_unlock (&self->mutex);
          count_work (self, work, -1);
          sendoff_runner_note_memory (self, work);
          sendoff_runner_note_effort (self, work);
          if (!sendoff_runner_is_cancelled (self))
            take_returned (self, work);
          work_free (work);
        }
    }
  while (sendoff_runner_hold (self));
  set_lane (self, NULL);
  sendoff_lane_close (lane);
}

static void
begin_outputs (SendoffRunner *self)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    if (!sendoff_runner_is_over (self, i))
      {
        sendoff_tracker_set_status (self->tracker, i, SENDOFF_STATUS_PREPARING, N_ ("Opening the source"));
        sendoff_tracker_set_part (self->tracker, i, SENDOFF_PART_PREPARE, 0);
      }
}

static void
end_outputs (SendoffRunner *self, gboolean keep)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < self->plan->outputs->len; i++)
    if (self->outputs[i].part_path != NULL && !(keep && sendoff_runner_settle_part (self, i)))
      unlink (self->outputs[i].part_path);
  if (keep)
    return;
  if (sendoff_runner_is_cancelled (self))
    {
      sendoff_tracker_cancel_rest (self->tracker);
      return;
    }
  error = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("The export ended before this file was made."));
  sendoff_runner_fail_outputs (self, NULL, error, "encoding");
}

/**
 * sendoff_runner_run:
 * @cancellable: told when the job is to end
 *
 * Blocks until every output is completed, failed or cancelled, or, after sendoff_runner_keep_for_later(), until
 * nothing runs any more. What happened is in the tracker. Nothing temporary is left, but for what is kept for later:
 * chunks, and unfinished files that have taken their place.
 */
void
sendoff_runner_run (SendoffRunner *self, GCancellable *cancellable)
{
  gboolean keep;
  gulong handler;

  self->cancellable = cancellable;
  handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self, NULL);
  sendoff_runner_adopt_finished (self);
  begin_outputs (self);
  if (sendoff_runner_prepare (self))
    carry_out (self);
  g_cancellable_disconnect (cancellable, handler);
  keep = g_atomic_int_get (&self->keep) && sendoff_runner_is_cancelled (self);
  end_outputs (self, keep);
  sendoff_runner_note_bytes (self);
  sendoff_runner_close_cache (self, !keep, !keep && (sendoff_runner_is_cancelled (self) || !self->keep_chunks));
  if (self->source_fd >= 0)
    close (g_steal_fd (&self->source_fd));
}
