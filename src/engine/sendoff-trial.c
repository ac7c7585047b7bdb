#include "engine/sendoff-trial.h"

#include <math.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-identity.h"
#include "engine/sendoff-memory.h"
#include "engine/sendoff-trial-private.h"

/* After every job: whoever waits for a file comes before whoever wonders. */
#define PRIORITY G_MININT
/* One chunk tells nothing about how much chunks differ. */
#define LEAST_CHUNKS 2
/* Longer sound is made only when all of the picture is. */
#define MOST_AUDIO_SECONDS 600.0
/* Parts of a group whose quality is measured, which takes a decoding and a comparison. */
#define MEASURED_PARTS 4

typedef struct
{
  Trial *trial;
  TrialGroup *group; /* NULL for a track */
  guint chunk;       /* or piece */
  gboolean is_piece, is_measured;
  SendoffTrialTrack *track; /* (nullable) */
  GError *error;
} TrialWork;

static void
rendition_free (gpointer data)
{
  TrialRendition *rendition = data;

  if (rendition->ledger != NULL)
    sendoff_chunk_ledger_close (rendition->ledger, FALSE);
  g_free (rendition->kept_bytes);
  g_free (rendition->pieces);
  g_array_unref (rendition->piece_scores);
  g_free (rendition);
}

static void
group_free (gpointer data)
{
  TrialGroup *group = data;

  g_ptr_array_unref (group->renditions);
  g_free (group->order);
  g_free (group->piece_order);
  g_free (group);
}

static void
work_free (TrialWork *work)
{
  g_clear_error (&work->error);
  g_free (work);
}

/* Of the others the size is known without: their rate, their profile or the source says it. */
static gboolean
is_tried (const SendoffOutputPlan *output)
{
  const SendoffVideoPlan *video = output->video;

  return video != NULL && video->copy == NULL && video->score == NULL
         && video->rate_control == SENDOFF_RATE_CRF && video->crf >= 0;
}

static void
report (Trial *self, SendoffTrialFunc func, gpointer data)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->setup->plan->outputs->len; i++)
    sendoff_trial_estimate_output_locked (self, i);
  g_mutex_unlock (&self->mutex);
  func (self->estimates, data);
}

static gboolean
is_precise (Trial *self, TrialGroup *group)
{
  for (guint r = 0; r < group->renditions->len; r++)
    {
      TrialRendition *rendition = g_ptr_array_index (group->renditions, r);
      const SendoffInterval *size = &self->estimates[rendition->output].size_bytes;

      if (size->high - size->low > 2 * self->setup->precision * size->middle)
        return FALSE;
    }
  return TRUE;
}

/* ---- Trying ---- */

static SendoffWorkerSpec *
make_chunk_spec_locked (Trial *self, TrialWork *work)
{
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();
  TrialGroup *group = work->group;

  spec->role = SENDOFF_ROLE_CHUNKS;
  spec->source_name = g_strdup (self->setup->plan->source_name);
  spec->stream_index = self->setup->plan->video_stream_index;
  spec->origin_us = self->setup->plan->origin_us;
  spec->start_us = group->grid->start_us;
  spec->decoder_threads = 1;
  g_ptr_array_add (spec->chunks, work->is_piece ? sendoff_trial_make_piece_spec (group, work->chunk)
                                                : sendoff_chunk_spec_new_of_group (group->grid, work->chunk));
  for (guint r = 0; r < group->renditions->len; r++)
    {
      TrialRendition *rendition = g_ptr_array_index (group->renditions, r);
      const SendoffChunkRate *rate = work->is_piece ? NULL : rendition->ledger->chunks[work->chunk].rate;
      SendoffChunkOutputSpec *output;

      if (work->is_piece ? sendoff_trial_has_piece (rendition, work->chunk)
                         : rendition->ledger->chunks[work->chunk].trailer != NULL)
        continue;
      output = sendoff_chunk_output_spec_new ();
      output->output = (int)rendition->output;
      output->directory = g_strdup (rendition->ledger->folder);
      output->video
          = sendoff_video_plan_copy (sendoff_plan_get_output (self->setup->plan, rendition->output)->video);
      if (work->is_piece)
        g_ptr_array_add (output->rates, sendoff_trial_make_piece_rate (output->video));
      else if (rate != NULL)
        g_ptr_array_add (output->rates, sendoff_chunk_rate_copy (rate));
      output->metric = work->is_measured ? g_strdup (self->setup->metric) : NULL;
      g_ptr_array_add (spec->chunk_outputs, output);
    }
  return spec;
}

static void
refresh_locked (TrialWork *work, double elapsed)
{
  TrialGroup *group = work->group;

  for (guint r = 0; r < group->renditions->len; r++)
    {
      TrialRendition *rendition = g_ptr_array_index (group->renditions, r);

      if (work->is_piece)
        {
          sendoff_trial_note_piece_locked (work->trial, group, rendition, work->chunk);
          continue;
        }
      sendoff_chunk_ledger_refresh (rendition->ledger, work->chunk);
      sendoff_trial_note_chunk_locked (work->trial, rendition, work->chunk);
    }
  if (work->is_piece)
    {
      group->piece_seconds += 1;
      group->piece_elapsed += elapsed;
      return;
    }
  group->tried_seconds += sendoff_trial_get_chunk_seconds (group->grid, work->chunk);
  group->elapsed_seconds += elapsed;
}

static void
run_track (TrialWork *work, GCancellable *cancellable)
{
  Trial *self = work->trial;
  g_autoptr (SendoffWorkerSpec) spec = sendoff_trial_track_make_spec (work->track, self->setup->plan);
  g_autoptr (JsonNode) node = NULL;

  spec->source_size_bytes = self->source_size_bytes;
  node = sendoff_worker_client_ask (self->client, spec, self->source_fd, cancellable, &work->error);
  g_mutex_lock (&self->mutex);
  if (node != NULL)
    sendoff_trial_track_refresh (work->track);
  g_mutex_unlock (&self->mutex);
}

static void
run_chunk (TrialWork *work, GCancellable *cancellable)
{
  Trial *self = work->trial;
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SendoffChunksResult) result = NULL;
  gint64 start_us = g_get_monotonic_time ();

  g_mutex_lock (&self->mutex);
  spec = make_chunk_spec_locked (self, work);
  g_mutex_unlock (&self->mutex);
  spec->source_size_bytes = self->source_size_bytes;
  if (spec->chunk_outputs->len == 0)
    return;
  node = sendoff_worker_client_ask (self->client, spec, self->source_fd, cancellable, &work->error);
  result = node != NULL ? sendoff_chunks_result_from_json (node, &work->error) : NULL;
  if (result == NULL)
    return;
  g_mutex_lock (&self->mutex);
  if (result->needs_sequential)
    work->group->distrusted = TRUE;
  else
    refresh_locked (work, (double)(g_get_monotonic_time () - start_us) / 1e6);
  g_mutex_unlock (&self->mutex);
}

static gint64
estimate_memory (Trial *self, const TrialWork *work)
{
  gint64 bytes = sendoff_memory_estimate_worker ();

  for (guint i = 0; work->group != NULL && i < work->group->renditions->len; i++)
    {
      const TrialRendition *rendition = g_ptr_array_index (work->group->renditions, i);
      const SendoffVideoPlan *video = sendoff_plan_get_output (self->setup->plan, rendition->output)->video;

      bytes += sendoff_memory_estimate_encoder (video);
      if (work->is_measured && self->setup->metric != NULL)
        bytes += sendoff_memory_estimate_comparison (video);
    }
  return bytes;
}

/* TrialWork, on one of the scheduler's threads. */
static void
run_work (gpointer data, GCancellable *cancellable)
{
  TrialWork *work = data;

  if (work->track != NULL)
    run_track (work, cancellable);
  else
    run_chunk (work, cancellable);
}

static gboolean
is_done (const TrialGroup *group)
{
  return group->n_pieces_pushed >= group->n_pieces && group->n_pushed >= group->n_wanted;
}

/* The group that has had the smallest part of its chunks; NULL when none wants more. */
static TrialGroup *
choose_group (Trial *self)
{
  TrialGroup *next = NULL;

  for (guint g = 0; g < self->groups->len; g++)
    {
      TrialGroup *group = g_ptr_array_index (self->groups, g);

      if (group->distrusted || is_done (group) || (self->setup->precision > 0 && is_precise (self, group)))
        continue;
      if (next == NULL || group->n_pushed * next->n_chunks < next->n_pushed * group->n_chunks)
        next = group;
    }
  return next;
}

/* A track that is worth its time; NULL when there is none. */
static SendoffTrialTrack *
choose_track (Trial *self)
{
  for (guint i = 0; i < self->tracks->len; i++)
    {
      SendoffTrialTrack *track = g_ptr_array_index (self->tracks, i);
      double seconds = (double)sendoff_plan_get_output (self->setup->plan, track->output)->duration_us / 1e6;

      if (!track->pushed && track->trailer == NULL && self->setup->effort > 0
          && (seconds <= MOST_AUDIO_SECONDS || self->setup->effort >= 1))
        return track;
    }
  return NULL;
}

/* Pictures that tell something come first, then the sound, then more pictures; FALSE when nothing is wanted.
 */
static gboolean
push_next (Trial *self)
{
  TrialGroup *group = choose_group (self);
  gboolean is_enough = group == NULL || group->n_pushed + group->n_pieces_pushed >= LEAST_CHUNKS;
  SendoffTrialTrack *track = is_enough ? choose_track (self) : NULL;
  TrialWork *work;

  if (group == NULL && track == NULL)
    return FALSE;
  work = g_new0 (TrialWork, 1);
  work->trial = self;
  work->track = track;
  if (track != NULL)
    track->pushed = TRUE;
  else
    {
      work->group = group;
      work->is_piece = group->n_pieces_pushed < group->n_pieces;
      work->is_measured = group->n_pieces_pushed + group->n_pushed < MEASURED_PARTS;
      work->chunk
          = work->is_piece ? group->piece_order[group->n_pieces_pushed++] : group->order[group->n_pushed++];
    }
  self->n_running++;
  sendoff_lane_push (self->lane, 0, 1, estimate_memory (self, work), run_work, work);
  /* Cancelling just before the push must not miss it. */
  if (g_cancellable_is_cancelled (self->cancellable))
    sendoff_lane_cancel (self->lane, NULL);
  return TRUE;
}

static gboolean
try_all (Trial *self, SendoffTrialFunc func, gpointer data, GError **error)
{
  TrialWork *work;
  gboolean ok = TRUE;

  report (self, func, data);
  while (self->n_running < self->n_slots && push_next (self))
    ;
  while ((work = sendoff_lane_wait (self->lane)) != NULL)
    {
      self->n_running--;
      if (work->error != NULL && ok)
        {
          ok = FALSE;
          g_propagate_error (error, g_steal_pointer (&work->error));
          sendoff_lane_cancel (self->lane, NULL);
        }
      work_free (work);
      if (ok)
        report (self, func, data);
      if (ok && !g_cancellable_is_cancelled (self->cancellable))
        push_next (self);
    }
  return ok && !g_cancellable_set_error_if_cancelled (self->cancellable, error);
}

/* Nothing runs any more. */
static void
drop_distrusted (Trial *self)
{
  for (guint g = 0; g < self->groups->len; g++)
    {
      TrialGroup *group = g_ptr_array_index (self->groups, g);

      for (guint r = 0; group->distrusted && r < group->renditions->len; r++)
        sendoff_chunk_ledger_drop_sought (
            ((TrialRendition *)g_ptr_array_index (group->renditions, r))->ledger);
    }
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  sendoff_lane_cancel (data, NULL);
}

/* ---- Preparing ---- */

static TrialGroup *
add_group (Trial *self, const SendoffChunkGroup *grid)
{
  TrialGroup *group = g_new0 (TrialGroup, 1);
  g_autofree SendoffSample *samples = NULL;

  group->grid = grid;
  group->n_chunks = sendoff_chunk_group_get_n_chunks (grid);
  group->renditions = g_ptr_array_new_with_free_func (rendition_free);
  samples = sendoff_trial_make_samples (self, group, NULL);
  group->order = sendoff_sampling_order (samples, group->n_chunks);
  group->n_wanted = (guint)ceil (self->setup->effort * group->n_chunks - 1e-9);
  sendoff_trial_plan_pieces (self, group);
  if (self->setup->effort > 0 && group->n_pieces == 0)
    group->n_wanted = MIN (MAX (group->n_wanted, LEAST_CHUNKS), group->n_chunks);
  g_ptr_array_add (self->groups, group);
  return group;
}

/* Where the sizes of chunks decide how others are encoded, an export begins with the plan's quality as it is.
 */
static void
set_first_rates (const SendoffVideoPlan *video, SendoffChunkLedger *ledger)
{
  g_autoptr (SendoffChunkRate) rate = sendoff_chunk_rate_new ();

  rate->crf = video->crf;
  for (guint i = 0; i < ledger->n_chunks && sendoff_video_plan_is_steered (video); i++)
    sendoff_chunk_ledger_set_rate (ledger, i, rate);
}

static gboolean
add_rendition (Trial *self, TrialGroup *group, GHashTable *known, guint output, GError **error)
{
  g_autofree char *key = sendoff_plan_dup_video_key (self->setup->plan, output, self->setup->libraries);
  g_autofree char *folder = g_build_filename (self->setup->cache_dir, "chunks", key, NULL);
  TrialRendition *rendition = g_hash_table_lookup (known, key);

  if (rendition == NULL)
    {
      SendoffChunkLedger *ledger = sendoff_chunk_ledger_open (folder, group->grid, error);

      if (ledger == NULL)
        return FALSE;
      rendition = g_new0 (TrialRendition, 1);
      rendition->output = output;
      rendition->ledger = ledger;
      rendition->kept_bytes = g_new0 (gint64, MAX (ledger->n_chunks, 1));
      rendition->piece_scores = g_array_new (FALSE, FALSE, sizeof (gint64));
      set_first_rates (sendoff_plan_get_output (self->setup->plan, output)->video, ledger);
      for (guint i = 0; i < ledger->n_chunks; i++)
        sendoff_trial_note_chunk_locked (self, rendition, i);
      sendoff_trial_open_pieces (self, group, rendition);
      g_ptr_array_add (group->renditions, rendition);
      g_hash_table_insert (known, g_steal_pointer (&key), rendition);
    }
  self->group_of[output] = group;
  self->rendition_of[output] = rendition;
  return TRUE;
}

static gboolean
open_cache (Trial *self, GError **error)
{
  const SendoffPlan *plan = self->setup->plan;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree TrialGroup **by_index = g_new0 (TrialGroup *, plan->groups->len + 1);

  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const SendoffOutputPlan *output = sendoff_plan_get_output (plan, i);

      if (!is_tried (output) || plan->sequential)
        continue;
      if (by_index[output->group] == NULL)
        by_index[output->group] = add_group (self, g_ptr_array_index (plan->groups, output->group));
      if (!add_rendition (self, by_index[output->group], known, i, error))
        return FALSE;
    }
  for (guint g = 0; g < self->groups->len; g++)
    sendoff_trial_drop_needless_pieces (g_ptr_array_index (self->groups, g));
  self->tracks = sendoff_trial_audio_open (plan, self->setup->cache_dir, self->setup->libraries, error);
  return self->tracks != NULL;
}

static gboolean
open_source (Trial *self, GError **error)
{
  g_autofree char *identity = NULL;

  self->source_fd = sendoff_identity_open_source (self->setup->file, &self->source_size_bytes, error);
  if (self->source_fd >= 0)
    identity = sendoff_identity_compute (self->source_fd, error);
  if (identity == NULL)
    return FALSE;
  if (g_strcmp0 (identity, self->setup->plan->source_identity) == 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED,
               _ ("“%s” is no longer the file that was looked at before."), self->setup->plan->source_name);
  return FALSE;
}

/**
 * sendoff_trial_run:
 * @func: told what is known at once, and again with every chunk
 *
 * Tries chunks until @setup's effort is spent or every interval is narrow enough. A source that can only be
 * decoded from its start is not tried: it keeps the plan's own estimate.
 *
 * Returns: %FALSE with the error of the source, the cache or a worker, or G_IO_ERROR_CANCELLED
 */
gboolean
sendoff_trial_run (const SendoffTrialSetup *setup,
                   SendoffScheduler *scheduler,
                   SendoffWorkerClient *client,
                   SendoffTrialFunc func,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  Trial self = { .setup = setup, .client = client, .cancellable = cancellable, .source_fd = -1 };
  gboolean ok;

  g_mutex_init (&self.mutex);
  self.n_slots = sendoff_scheduler_get_n_slots (scheduler);
  self.groups = g_ptr_array_new_with_free_func (group_free);
  self.group_of = g_new0 (TrialGroup *, setup->plan->outputs->len);
  self.rendition_of = g_new0 (TrialRendition *, setup->plan->outputs->len);
  self.estimates = g_new0 (SendoffOutputEstimate, setup->plan->outputs->len);
  ok = open_source (&self, error) && open_cache (&self, error);
  if (ok)
    {
      gulong handler;

      self.lane = sendoff_scheduler_open_lane (scheduler, PRIORITY);
      handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self.lane, NULL);
      ok = try_all (&self, func, data, error);
      drop_distrusted (&self);
      g_cancellable_disconnect (cancellable, handler);
      sendoff_lane_close (self.lane);
    }
  g_ptr_array_unref (self.groups);
  g_clear_pointer (&self.tracks, g_ptr_array_unref);
  g_free (self.group_of);
  g_free (self.rendition_of);
  g_free (self.estimates);
  if (self.source_fd >= 0)
    close (self.source_fd);
  g_mutex_clear (&self.mutex);
  return ok;
}
