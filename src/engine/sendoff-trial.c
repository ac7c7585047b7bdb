#include "engine/sendoff-trial.h"

#include <math.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-memory.h"
#include "engine/sendoff-chunk-ledger.h"
#include "engine/sendoff-identity.h"
#include "model/sendoff-estimate.h"

/* After every job: whoever waits for a file comes before whoever wonders. */
#define PRIORITY G_MININT
/* One chunk tells nothing about how much chunks differ. */
#define LEAST_CHUNKS 2
/* The 90 % interval of times: what else the machine does, and how much the rest may differ from what was
 * tried. */
#define LEAST_TIME_SPREAD 1.1
#define TIME_SPREAD       0.9
/* Joining, writing and reading the file again, beside the encoding. */
#define FINISHING_SHARE   0.02
#define FINISHING_SECONDS 0.5
/* Of sound and container, which are known by their rates. */
#define REST_SPREAD 0.02
/* Below this the model's interval is not believed: it is the same for every video. */
#define LEAST_PRIOR_SPREAD 1.5

/* Outputs whose video is the same to the last byte share one. */
typedef struct
{
  guint output;               /* the first of outputs */
  GArray *outputs;            /* guint */
  SendoffChunkLedger *ledger; /* guarded by the mutex */
} TrialRendition;

/* Renditions over one grid, tried chunk by chunk from one decode. */
typedef struct
{
  const SendoffChunkGroup *grid;
  GPtrArray *renditions; /* TrialRendition, owned */
  guint *order;          /* chunks as they are tried */
  guint n_chunks, n_wanted, n_pushed;
  /* guarded by the mutex */
  double tried_seconds, elapsed_seconds; /* of video, of a slot */
  gboolean distrusted;                   /* its seeks lie: what they led to is worth nothing */
} TrialGroup;

typedef struct
{
  const SendoffTrialSetup *setup;
  SendoffWorkerClient *client;
  SendoffLane *lane;
  GCancellable *cancellable; /* (nullable) */
  guint n_slots, n_running;
  int source_fd;
  gint64 source_size_bytes;
  GPtrArray *groups; /* TrialGroup */
  SendoffOutputEstimate *estimates;
  GMutex mutex;
} Trial;

typedef struct
{
  Trial *trial;
  TrialGroup *group;
  guint chunk;
  GError *error;
} TrialWork;

static void
rendition_free (gpointer data)
{
  TrialRendition *rendition = data;

  g_clear_pointer (&rendition->outputs, g_array_unref);
  if (rendition->ledger != NULL)
    sendoff_chunk_ledger_close (rendition->ledger, FALSE);
  g_free (rendition);
}

static void
group_free (gpointer data)
{
  TrialGroup *group = data;

  g_ptr_array_unref (group->renditions);
  g_free (group->order);
  g_free (group);
}

static void
work_free (TrialWork *work)
{
  g_clear_error (&work->error);
  g_free (work);
}

/* Of the others the size is known without: their rate or profile says it. */
static gboolean
is_tried (const SendoffOutputPlan *output)
{
  return output->video != NULL && output->video->rate_control == SENDOFF_RATE_CRF && output->video->crf >= 0;
}

/* Length of chunk @index. */
static double
get_seconds (const SendoffChunkGroup *grid, guint index)
{
  gint64 start_us = g_array_index (grid->boundaries_us, gint64, index);
  gint64 end_us = g_array_index (grid->boundaries_us, gint64, index + 1);

  return (double)MAX (end_us - start_us, 1) / 1e6;
}

/* What the source spends on chunk @index, by the bytes of its whole seconds; 0 unknown. */
static double
get_source_bytes (const SendoffMediaInfo *source, const SendoffChunkGroup *grid, guint index)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (source);
  double start = (double)g_array_index (grid->boundaries_us, gint64, index) / 1e6;
  double end = (double)g_array_index (grid->boundaries_us, gint64, index + 1) / 1e6;
  double sum = 0;

  if (stream == NULL || stream->packet_profile_bytes == NULL)
    return 0;
  for (guint second = (guint)MAX (floor (start), 0);
       second < stream->packet_profile_bytes->len && second < end; second++)
    {
      double share = MIN (end, second + 1.0) - MAX (start, (double)second);

      sum += (double)g_array_index (stream->packet_profile_bytes, gint64, second) * share;
    }
  return sum;
}

/* (transfer full): the chunks of @rendition (nullable) with what is known of each. */
static SendoffSample *
make_samples (Trial *self, TrialGroup *group, TrialRendition *rendition)
{
  SendoffSample *samples = g_new0 (SendoffSample, group->n_chunks);

  for (guint i = 0; i < group->n_chunks; i++)
    {
      const SendoffPacketTrailer *trailer = rendition != NULL ? rendition->ledger->chunks[i].trailer : NULL;

      samples[i].seconds = get_seconds (group->grid, i);
      samples[i].source_bytes = get_source_bytes (self->setup->source, group->grid, i);
      samples[i].bytes = trailer != NULL ? trailer->bytes : -1;
    }
  return samples;
}

static SendoffSamplePrior
make_prior (const SendoffOutputPlan *output, double seconds)
{
  double rest = sendoff_estimate_rest_bytes (output);
  double spread = output->estimated_low_bytes > 0
                      ? sqrt ((double)output->estimated_high_bytes / (double)output->estimated_low_bytes)
                      : LEAST_PRIOR_SPREAD;
  double bytes = MAX ((double)output->estimated_size_bytes - rest, 1);

  return (SendoffSamplePrior){ bytes / MAX (seconds, 1e-3), MAX (spread, LEAST_PRIOR_SPREAD) };
}

/* How much of the picture is encoded; @seconds (out) is the length of all of it. */
static double
get_tried_fraction (const SendoffSample *samples, guint n, double *seconds)
{
  double tried = 0;

  *seconds = 0;
  for (guint i = 0; i < n; i++)
    {
      *seconds += samples[i].seconds;
      tried += samples[i].bytes >= 0 ? samples[i].seconds : 0;
    }
  return *seconds > 0 ? tried / *seconds : 1;
}

/* How long @left_seconds of @group's video take; FALSE when nothing was tried yet. */
static gboolean
estimate_time_locked (Trial *self, TrialGroup *group, double left_seconds, SendoffInterval *time)
{
  double middle, spread;

  if (left_seconds > 0 && group->tried_seconds <= 0)
    return FALSE;
  middle = left_seconds > 0 ? group->elapsed_seconds / group->tried_seconds * left_seconds
                                  / MIN (self->n_slots, group->n_chunks)
                            : 0;
  middle = middle * (1 + FINISHING_SHARE) + FINISHING_SECONDS;
  spread = LEAST_TIME_SPREAD + TIME_SPREAD / sqrt (1 + group->tried_seconds);
  *time = (SendoffInterval){ middle / spread, middle, middle * spread };
  return TRUE;
}

static void
estimate_rendition_locked (Trial *self, TrialGroup *group, TrialRendition *rendition)
{
  g_autofree SendoffSample *samples = make_samples (self, group, rendition);
  double seconds, tried = get_tried_fraction (samples, group->n_chunks, &seconds);

  for (guint i = 0; i < rendition->outputs->len; i++)
    {
      guint index = g_array_index (rendition->outputs, guint, i);
      const SendoffOutputPlan *output = sendoff_plan_get_output (self->setup->plan, index);
      SendoffOutputEstimate *estimate = &self->estimates[index];
      SendoffSamplePrior prior = make_prior (output, seconds);
      double rest = sendoff_estimate_rest_bytes (output);
      SendoffInterval video;

      estimate->tried = tried;
      estimate->time_is_known = estimate_time_locked (self, group, seconds * (1 - tried), &estimate->seconds);
      if (output->estimated_size_bytes <= 0)
        continue;
      video = sendoff_sampling_estimate (samples, group->n_chunks, &prior);
      estimate->size_bytes = (SendoffInterval){ video.low + rest * (1 - REST_SPREAD), video.middle + rest,
                                                video.high + rest * (1 + REST_SPREAD) };
    }
}

static void
report (Trial *self, SendoffTrialFunc func, gpointer data)
{
  g_mutex_lock (&self->mutex);
  for (guint g = 0; g < self->groups->len; g++)
    {
      TrialGroup *group = g_ptr_array_index (self->groups, g);

      for (guint r = 0; r < group->renditions->len; r++)
        estimate_rendition_locked (self, group, g_ptr_array_index (group->renditions, r));
    }
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
make_spec_locked (Trial *self, TrialWork *work)
{
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();
  TrialGroup *group = work->group;

  spec->role = SENDOFF_ROLE_CHUNKS;
  spec->source_name = g_strdup (self->setup->plan->source_name);
  spec->source_size_bytes = self->source_size_bytes;
  spec->stream_index = self->setup->plan->video_stream_index;
  spec->origin_us = self->setup->plan->origin_us;
  spec->start_us = group->grid->start_us;
  spec->decoder_threads = 1;
  g_ptr_array_add (spec->chunks, sendoff_chunk_spec_new_of_group (group->grid, work->chunk));
  for (guint r = 0; r < group->renditions->len; r++)
    {
      TrialRendition *rendition = g_ptr_array_index (group->renditions, r);
      SendoffChunkOutputSpec *output;

      if (rendition->ledger->chunks[work->chunk].trailer != NULL)
        continue;
      output = sendoff_chunk_output_spec_new ();
      output->output = (int)rendition->output;
      output->directory = g_strdup (rendition->ledger->folder);
      output->video
          = sendoff_video_plan_copy (sendoff_plan_get_output (self->setup->plan, rendition->output)->video);
      g_ptr_array_add (spec->chunk_outputs, output);
    }
  return spec;
}

static void
refresh_locked (TrialWork *work, double elapsed)
{
  TrialGroup *group = work->group;

  for (guint r = 0; r < group->renditions->len; r++)
    sendoff_chunk_ledger_refresh (((TrialRendition *)g_ptr_array_index (group->renditions, r))->ledger,
                                  work->chunk);
  group->tried_seconds += get_seconds (group->grid, work->chunk);
  group->elapsed_seconds += elapsed;
}

/* TrialWork, on one of the scheduler's threads. */
static void
try_chunk (gpointer data, GCancellable *cancellable)
{
  TrialWork *work = data;
  Trial *self = work->trial;
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SendoffChunksResult) result = NULL;
  gint64 start_us = g_get_monotonic_time ();

  g_mutex_lock (&self->mutex);
  spec = make_spec_locked (self, work);
  g_mutex_unlock (&self->mutex);
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
estimate_memory (Trial *self, const TrialGroup *group)
{
  gint64 bytes = sendoff_memory_estimate_worker ();

  for (guint i = 0; i < group->renditions->len; i++)
    {
      const TrialRendition *rendition = g_ptr_array_index (group->renditions, i);

      bytes += sendoff_memory_estimate_encoder (sendoff_plan_get_output (self->setup->plan, rendition->output)->video);
    }
  return bytes;
}

/* The next chunk of the group that has had the smallest part of its own; FALSE when none is wanted. */
static gboolean
push_next (Trial *self)
{
  TrialGroup *next = NULL;
  TrialWork *work;

  for (guint g = 0; g < self->groups->len; g++)
    {
      TrialGroup *group = g_ptr_array_index (self->groups, g);

      if (group->distrusted || group->n_pushed >= group->n_wanted
          || (self->setup->precision > 0 && is_precise (self, group)))
        continue;
      if (next == NULL || group->n_pushed * next->n_chunks < next->n_pushed * group->n_chunks)
        next = group;
    }
  if (next == NULL)
    return FALSE;
  work = g_new0 (TrialWork, 1);
  work->trial = self;
  work->group = next;
  work->chunk = next->order[next->n_pushed++];
  self->n_running++;
  sendoff_lane_push (self->lane, 0, 1, estimate_memory (self, next), try_chunk, work);
  /* Cancelling just before the push must not miss it. */
  if (g_cancellable_is_cancelled (self->cancellable))
    sendoff_lane_cancel (self->lane, NULL);
  return TRUE;
}

static gboolean
try_chunks (Trial *self, SendoffTrialFunc func, gpointer data, GError **error)
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
  samples = make_samples (self, group, NULL);
  group->order = sendoff_sampling_order (samples, group->n_chunks);
  group->n_wanted = (guint)ceil (self->setup->effort * group->n_chunks - 1e-9);
  if (self->setup->effort > 0)
    group->n_wanted = MIN (MAX (group->n_wanted, LEAST_CHUNKS), group->n_chunks);
  g_ptr_array_add (self->groups, group);
  return group;
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
      rendition->outputs = g_array_new (FALSE, FALSE, sizeof (guint));
      rendition->ledger = ledger;
      g_ptr_array_add (group->renditions, rendition);
      g_hash_table_insert (known, g_steal_pointer (&key), rendition);
    }
  g_array_append_val (rendition->outputs, output);
  return TRUE;
}

static gboolean
open_groups (Trial *self, GError **error)
{
  const SendoffPlan *plan = self->setup->plan;
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autofree TrialGroup **by_index = g_new0 (TrialGroup *, plan->groups->len + 1);

  for (guint i = 0; i < plan->outputs->len; i++)
    {
      const SendoffOutputPlan *output = sendoff_plan_get_output (plan, i);

      self->estimates[i].size_bytes
          = (SendoffInterval){ (double)output->estimated_low_bytes, (double)output->estimated_size_bytes,
                               (double)output->estimated_high_bytes };
      if (!is_tried (output) || plan->sequential)
        continue;
      if (by_index[output->group] == NULL)
        by_index[output->group] = add_group (self, g_ptr_array_index (plan->groups, output->group));
      if (!add_rendition (self, by_index[output->group], known, i, error))
        return FALSE;
    }
  return TRUE;
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
               "“%s” is no longer the file that was looked at before.", self->setup->plan->source_name);
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
  self.estimates = g_new0 (SendoffOutputEstimate, setup->plan->outputs->len);
  ok = open_source (&self, error) && open_groups (&self, error);
  if (ok)
    {
      gulong handler;

      self.lane = sendoff_scheduler_open_lane (scheduler, PRIORITY);
      handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled), self.lane, NULL);
      ok = try_chunks (&self, func, data, error);
      drop_distrusted (&self);
      g_cancellable_disconnect (cancellable, handler);
      sendoff_lane_close (self.lane);
    }
  g_ptr_array_unref (self.groups);
  g_free (self.estimates);
  if (self.source_fd >= 0)
    close (self.source_fd);
  g_mutex_clear (&self.mutex);
  return ok;
}
