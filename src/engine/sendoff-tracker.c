#include "engine/sendoff-tracker.h"

#include <math.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-forecast.h"
#include "engine/sendoff-job-private.h"
#include "model/sendoff-estimate.h"

#define POST_INTERVAL_US  100000  /* at most ten snapshots a second */
#define SPEED_SAMPLE_US   250000
#define SPEED_SMOOTHING_S 2.0
#define WARNINGS_MAX      20

/* SPEC §9. Without a first pass its share is the encoding's. */
static const double part_weights[SENDOFF_N_PARTS] = {
  [SENDOFF_PART_PREPARE] = 5, [SENDOFF_PART_ANALYSIS] = 25, [SENDOFF_PART_VIDEO] = 60,
  [SENDOFF_PART_AUDIO] = 5,   [SENDOFF_PART_MUX] = 3,       [SENDOFF_PART_VERIFY] = 2,
};

/* An analysis is a quick encode without the decode of a second picture: of x264's and x265's speeds between a quarter
 * and a half of the encode, of libvpx a fifth. */
#define ANALYSIS_COST 0.35
#define LEAST_COST    1e-3
/* Where sizes are steered, some chunks are made again after all were made once: of a minute of mixed scenes an eighth. */
#define REMADE_COST 0.12

/* How fast something grows. */
typedef struct {
  gint64 sampled_at_us;
  double sampled_value;
  double per_second; /* smoothed */
  double measured_s;
} Speed;

typedef struct {
  SendoffStoredOutput *stored;
  SendoffStatus status;
  double weights[SENDOFF_N_PARTS];
  double fractions[SENDOFF_N_PARTS];
  double costs[SENDOFF_N_PARTS]; /* seconds of a usual processor: other shares than those that are shown */
  Speed frames;
  SendoffForecast forecast;
} Tracked;

struct _SendoffTracker {
  gatomicrefcount references;
  GMainContext *context;
  GMutex mutex; /* guards everything below */
  Tracked *outputs;
  guint n_outputs;
  SendoffForecast forecast; /* of all */
  double best_progress; /* the mean of the outputs */
  gint64 posted_at_us;
  gboolean post_pending;
  SendoffTrackerFunc changed; /* NULL once disconnected */
  gpointer data;
};

static void
measure (Speed *speed, double value, gint64 now_us)
{
  double seconds = (now_us - speed->sampled_at_us) / 1e6, current, weight;

  /* The time until it begins to grow says nothing. */
  if (speed->sampled_at_us == 0 || (speed->measured_s <= 0 && value <= speed->sampled_value))
    {
      speed->sampled_at_us = now_us;
      speed->sampled_value = value;
    }
  if (now_us - speed->sampled_at_us < SPEED_SAMPLE_US)
    return;
  current = MAX (value - speed->sampled_value, 0) / seconds;
  speed->measured_s += seconds;
  /* The mean at first, and the last seconds later. */
  weight = MAX (1 - exp (-seconds / SPEED_SMOOTHING_S), seconds / speed->measured_s);
  speed->per_second += (current - speed->per_second) * weight;
  speed->sampled_at_us = now_us;
  speed->sampled_value = value;
}

static void
move_weight (Tracked *tracked, SendoffPart from, SendoffPart to)
{
  tracked->weights[to] += tracked->weights[from];
  tracked->weights[from] = 0;
}

/* What is not encoded is either not there or copied by the mux. */
static void
set_weights (Tracked *tracked, const SendoffOutputPlan *plan)
{
  gboolean video = sendoff_output_plan_encodes_video (plan), audio = sendoff_output_plan_encodes_audio (plan);

  for (int i = 0; i < SENDOFF_N_PARTS; i++)
    tracked->weights[i] = part_weights[i];
  if (!video || plan->video->analysis == NULL)
    move_weight (tracked, SENDOFF_PART_ANALYSIS, SENDOFF_PART_VIDEO);
  if (!audio)
    move_weight (tracked, SENDOFF_PART_AUDIO, SENDOFF_PART_VIDEO);
  if (!video)
    move_weight (tracked, SENDOFF_PART_VIDEO,
                 sendoff_output_plan_copies (plan) || !audio ? SENDOFF_PART_MUX : SENDOFF_PART_AUDIO);
}

/* What the time of @tracked depends on: encoding, where there is any. Its sound is most often that of the other
 * @n_outputs, too. */
static void
set_costs (Tracked *tracked, const SendoffOutputPlan *plan, guint n_outputs)
{
  gboolean video = sendoff_output_plan_encodes_video (plan), audio = sendoff_output_plan_encodes_audio (plan);
  double encode = MAX ((double)sendoff_estimate_encode_us (plan) / 1e6, LEAST_COST);
  double sound = (double)sendoff_estimate_audio_us (plan) / 1e6 / n_outputs;

  if (audio)
    tracked->costs[SENDOFF_PART_AUDIO] = MAX (sound, LEAST_COST);
  if (video)
    {
      tracked->costs[SENDOFF_PART_VIDEO] = encode / (plan->video->two_pass ? 2 : 1);
      if (plan->video->analysis != NULL)
        tracked->costs[SENDOFF_PART_ANALYSIS] = tracked->costs[SENDOFF_PART_VIDEO] * ANALYSIS_COST;
      if (sendoff_video_plan_is_steered (plan->video))
        tracked->costs[SENDOFF_PART_MUX] = tracked->costs[SENDOFF_PART_VIDEO] * REMADE_COST;
    }
  if (!video && !audio)
    tracked->costs[SENDOFF_PART_MUX] = LEAST_COST;
}

static double
sum_costs (const Tracked *tracked, gboolean only_done)
{
  double sum = 0;

  for (int i = 0; i < SENDOFF_N_PARTS; i++)
    sum += tracked->costs[i] * (only_done && !sendoff_status_is_final (tracked->status) ? tracked->fractions[i] : 1);
  return sum;
}

static double
sum_all_costs (const SendoffTracker *self, gboolean only_done)
{
  double sum = 0;

  for (guint i = 0; i < self->n_outputs; i++)
    sum += sum_costs (&self->outputs[i], only_done);
  return sum;
}

/**
 * sendoff_tracker_new:
 * @plan: what is carried out
 * @stored_outputs: (element-type SendoffStoredOutput): where an earlier process left it, one for each of its outputs
 * @context: where @changed is called
 * @changed: called after something was reported, until sendoff_tracker_disconnect()
 *
 * Returns: (transfer full): the tracker
 */
SendoffTracker *
sendoff_tracker_new (const SendoffPlan *plan,
                     GPtrArray *stored_outputs,
                     GMainContext *context,
                     SendoffTrackerFunc changed,
                     gpointer data)
{
  SendoffTracker *self = g_new0 (SendoffTracker, 1);

  g_return_val_if_fail (stored_outputs->len == plan->outputs->len, NULL);
  g_atomic_ref_count_init (&self->references);
  self->context = context != NULL ? g_main_context_ref (context) : NULL;
  g_mutex_init (&self->mutex);
  self->n_outputs = plan->outputs->len;
  self->outputs = g_new0 (Tracked, self->n_outputs);
  self->changed = changed;
  self->data = data;
  for (guint i = 0; i < self->n_outputs; i++)
    {
      self->outputs[i].stored = sendoff_stored_output_copy (g_ptr_array_index (stored_outputs, i));
      self->outputs[i].status = sendoff_status_from_nick (self->outputs[i].stored->status);
      set_weights (&self->outputs[i], sendoff_plan_get_output (plan, i));
      set_costs (&self->outputs[i], sendoff_plan_get_output (plan, i), self->n_outputs);
    }
  return self;
}

/** sendoff_tracker_ref: (transfer full): another reference. */
SendoffTracker *
sendoff_tracker_ref (SendoffTracker *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

/** sendoff_tracker_unref: drops a reference. */
void
sendoff_tracker_unref (SendoffTracker *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  for (guint i = 0; i < self->n_outputs; i++)
    sendoff_stored_output_free (self->outputs[i].stored);
  g_free (self->outputs);
  g_mutex_clear (&self->mutex);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self);
}

/** sendoff_tracker_disconnect: no call of the changed function begins after this; on the main context. */
void
sendoff_tracker_disconnect (SendoffTracker *self)
{
  g_mutex_lock (&self->mutex);
  self->changed = NULL;
  g_mutex_unlock (&self->mutex);
}

static gboolean
post (gpointer data)
{
  SendoffTracker *self = data;
  SendoffTrackerFunc changed;
  gpointer changed_data;

  g_mutex_lock (&self->mutex);
  self->post_pending = FALSE;
  self->posted_at_us = g_get_monotonic_time ();
  changed = self->changed;
  changed_data = self->data;
  g_mutex_unlock (&self->mutex);
  if (changed != NULL)
    changed (self, changed_data);
  return G_SOURCE_REMOVE;
}

static void
post_soon_locked (SendoffTracker *self)
{
  g_autoptr (GSource) source = NULL;
  gint64 wait_us = self->posted_at_us + POST_INTERVAL_US - g_get_monotonic_time ();

  if (self->post_pending || self->changed == NULL)
    return;
  self->post_pending = TRUE;
  source = g_timeout_source_new ((guint)(MAX (wait_us, 0) / 1000));
  g_source_set_callback (source, post, sendoff_tracker_ref (self), (GDestroyNotify)sendoff_tracker_unref);
  g_source_attach (source, self->context);
}

static void
update_progress_locked (SendoffTracker *self, Tracked *tracked)
{
  gint64 now_us = g_get_monotonic_time ();
  double current = 0, shown = 0; /* what is done, 0–100; what is shown never goes back */

  for (int i = 0; i < SENDOFF_N_PARTS; i++)
    current += tracked->weights[i] * tracked->fractions[i];
  tracked->stored->progress = MAX (tracked->stored->progress, MIN (current, 100.0));
  for (guint i = 0; i < self->n_outputs; i++)
    shown += self->outputs[i].stored->progress;
  self->best_progress = MAX (self->best_progress, shown / self->n_outputs);
  /* What was there already says nothing about speed. */
  if (tracked->status >= SENDOFF_STATUS_ENCODING)
    {
      sendoff_forecast_note (&tracked->forecast, sum_costs (tracked, TRUE), now_us);
      sendoff_forecast_note (&self->forecast, sum_all_costs (self, TRUE), now_us);
    }
  post_soon_locked (self);
}

/** sendoff_tracker_get_status: the status of @output. */
SendoffStatus
sendoff_tracker_get_status (SendoffTracker *self, guint output)
{
  SendoffStatus status;

  g_mutex_lock (&self->mutex);
  status = self->outputs[output].status;
  g_mutex_unlock (&self->mutex);
  return status;
}

static void
set_status_locked (SendoffTracker *self, guint output, SendoffStatus status, const char *stage)
{
  Tracked *tracked = &self->outputs[output];

  if (sendoff_status_is_final (tracked->status))
    return;
  tracked->status = status;
  g_free (tracked->stored->status);
  tracked->stored->status = g_strdup (sendoff_status_nicks[status]);
  g_free (tracked->stored->current_stage);
  tracked->stored->current_stage = g_strdup (stage);
  post_soon_locked (self);
}

/** sendoff_tracker_set_status: @stage is a few words for people, (nullable). A final status stays. */
void
sendoff_tracker_set_status (SendoffTracker *self, guint output, SendoffStatus status, const char *stage)
{
  g_mutex_lock (&self->mutex);
  set_status_locked (self, output, status, stage);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_hold: nothing moves for a while, for the reason @stage, (nullable); that says nothing about speed. */
void
sendoff_tracker_hold (SendoffTracker *self, guint output, const char *stage)
{
  Tracked *tracked = &self->outputs[output];

  g_mutex_lock (&self->mutex);
  if (stage != NULL)
    set_status_locked (self, output, tracked->status, stage);
  tracked->frames.sampled_at_us = 0;
  sendoff_forecast_pause (&tracked->forecast);
  sendoff_forecast_pause (&self->forecast);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_set_target: the name that the finished file will have. */
void
sendoff_tracker_set_target (SendoffTracker *self, guint output, const char *uri)
{
  g_mutex_lock (&self->mutex);
  g_free (self->outputs[output].stored->target_uri);
  self->outputs[output].stored->target_uri = g_strdup (uri);
  post_soon_locked (self);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_set_part: how much of one part of the work is done, 0–1; less than before is ignored. */
void
sendoff_tracker_set_part (SendoffTracker *self, guint output, SendoffPart part, double fraction)
{
  Tracked *tracked = &self->outputs[output];

  g_mutex_lock (&self->mutex);
  if (part == SENDOFF_PART_VIDEO && tracked->fractions[part] <= 0 && fraction > 0 && tracked->costs[SENDOFF_PART_ANALYSIS] > 0)
    {
      sendoff_forecast_turn (&tracked->forecast);
      sendoff_forecast_turn (&self->forecast);
    }
  tracked->fractions[part] = MAX (tracked->fractions[part], CLAMP (fraction, 0.0, 1.0));
  update_progress_locked (self, tracked);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_set_frames: frames encoded in this and earlier processes, and the bytes that they take. */
void
sendoff_tracker_set_frames (SendoffTracker *self, guint output, gint64 frames, gint64 size_bytes)
{
  Tracked *tracked = &self->outputs[output];

  g_mutex_lock (&self->mutex);
  if (tracked->status >= SENDOFF_STATUS_ENCODING)
    measure (&tracked->frames, (double)frames, g_get_monotonic_time ());
  tracked->stored->size_bytes = size_bytes;
  post_soon_locked (self);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_add_warning: a sentence about @output, once. */
void
sendoff_tracker_add_warning (SendoffTracker *self, guint output, const char *message)
{
  SendoffStoredOutput *stored = self->outputs[output].stored;
  guint count;

  g_mutex_lock (&self->mutex);
  count = stored->warnings != NULL ? g_strv_length (stored->warnings) : 0;
  if (count < WARNINGS_MAX
      && (count == 0 || !g_strv_contains ((const char *const *)stored->warnings, message)))
    {
      stored->warnings = g_renew (char *, stored->warnings, count + 2);
      stored->warnings[count] = g_strdup (message);
      stored->warnings[count + 1] = NULL;
      post_soon_locked (self);
    }
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_set_certificate: what the check of the finished file found. */
void
sendoff_tracker_set_certificate (SendoffTracker *self, guint output, const SendoffCertificate *certificate)
{
  SendoffStoredOutput *stored = self->outputs[output].stored;

  g_mutex_lock (&self->mutex);
  g_clear_pointer (&stored->certificate, json_node_unref);
  stored->certificate = sendoff_certificate_to_json (certificate);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_complete: @output is at @uri, whole. */
void
sendoff_tracker_complete (SendoffTracker *self, guint output, const char *uri, gint64 size_bytes)
{
  Tracked *tracked = &self->outputs[output];

  g_mutex_lock (&self->mutex);
  g_free (tracked->stored->file_uri);
  tracked->stored->file_uri = g_strdup (uri);
  tracked->stored->size_bytes = size_bytes;
  for (int i = 0; i < SENDOFF_N_PARTS; i++)
    tracked->fractions[i] = 1;
  update_progress_locked (self, tracked);
  set_status_locked (self, output, SENDOFF_STATUS_COMPLETED, NULL);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_fail: @output will not be made; @stage is a stable word for where. The first reason stays. */
void
sendoff_tracker_fail (SendoffTracker *self, guint output, const GError *error, const char *stage)
{
  SendoffStoredOutput *stored = self->outputs[output].stored;

  g_mutex_lock (&self->mutex);
  if (!sendoff_status_is_final (self->outputs[output].status))
    {
      int code = error->domain == SENDOFF_ERROR ? error->code : SENDOFF_ERROR_FAILED;

      g_free (stored->error_code);
      g_free (stored->error_message);
      g_free (stored->error_stage);
      stored->error_code = g_strdup (sendoff_error_get_nick (code));
      stored->error_message = g_strdup (error->message);
      stored->error_stage = g_strdup (stage);
      set_status_locked (self, output, SENDOFF_STATUS_FAILED, NULL);
    }
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_cancel: @output will not be made, because it is not wanted any more. A final status stays. */
void
sendoff_tracker_cancel (SendoffTracker *self, guint output)
{
  g_mutex_lock (&self->mutex);
  set_status_locked (self, output, SENDOFF_STATUS_CANCELLED, NULL);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_tracker_cancel_rest: every output that has no final status is cancelled. */
void
sendoff_tracker_cancel_rest (SendoffTracker *self)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->n_outputs; i++)
    set_status_locked (self, i, SENDOFF_STATUS_CANCELLED, NULL);
  g_mutex_unlock (&self->mutex);
}

/* Running: as far as the one that is furthest but not over. Over: the worst of all. */
static SendoffStatus
get_job_status_locked (SendoffTracker *self)
{
  gboolean all_final = TRUE, any_cancelled = FALSE, any_failed = FALSE;
  SendoffStatus furthest = SENDOFF_STATUS_QUEUED, nearest = SENDOFF_STATUS_FINALIZING;

  for (guint i = 0; i < self->n_outputs; i++)
    {
      SendoffStatus status = self->outputs[i].status;

      any_cancelled |= status == SENDOFF_STATUS_CANCELLED;
      any_failed |= status == SENDOFF_STATUS_FAILED;
      if (sendoff_status_is_final (status))
        continue;
      all_final = FALSE;
      furthest = MAX (furthest, status);
      nearest = MIN (nearest, status);
    }
  if (all_final)
    return any_cancelled ? SENDOFF_STATUS_CANCELLED
           : any_failed  ? SENDOFF_STATUS_FAILED
                         : SENDOFF_STATUS_COMPLETED;
  /* While anything is still encoded, the job encodes. */
  return nearest >= SENDOFF_STATUS_OPTIMIZING ? nearest : MIN (furthest, SENDOFF_STATUS_ENCODING);
}

/** sendoff_tracker_dup_snapshot: (transfer full): where everything stands now. */
SendoffSnapshot *
sendoff_tracker_dup_snapshot (SendoffTracker *self)
{
  SendoffSnapshot *snapshot = g_new0 (SendoffSnapshot, 1);
  gint64 now_us = g_get_monotonic_time ();

  snapshot->outputs = g_ptr_array_new ();
  g_mutex_lock (&self->mutex);
  snapshot->status = get_job_status_locked (self);
  snapshot->progress = self->best_progress;
  snapshot->time_left_us = sendoff_forecast_get_left_us (&self->forecast, sum_all_costs (self, FALSE), now_us);
  for (guint i = 0; i < self->n_outputs; i++)
    {
      const Tracked *tracked = &self->outputs[i];
      SendoffOutputState *state = g_new0 (SendoffOutputState, 1);
      gboolean encodes = tracked->status == SENDOFF_STATUS_ENCODING;

      state->stored = sendoff_stored_output_copy (tracked->stored);
      state->frames_per_second = encodes ? tracked->frames.per_second : 0;
      state->time_left_us = sendoff_status_is_final (tracked->status)
                                ? -1
                                : sendoff_forecast_get_left_us (&tracked->forecast, sum_costs (tracked, FALSE), now_us);
      g_ptr_array_add (snapshot->outputs, state);
    }
  g_mutex_unlock (&self->mutex);
  return snapshot;
}

/** sendoff_snapshot_free: frees a snapshot. */
void
sendoff_snapshot_free (SendoffSnapshot *self)
{
  for (guint i = 0; i < self->outputs->len; i++)
    {
      SendoffOutputState *state = g_ptr_array_index (self->outputs, i);

      sendoff_stored_output_free (state->stored);
      g_free (state);
    }
  g_ptr_array_unref (self->outputs);
  g_free (self);
}
