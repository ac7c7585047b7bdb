#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-runner-private.h"
#include "model/sendoff-audio-rate.h"

#define STAGE "audio"

/* The audio is one long serial piece of work: it starts first, so that the chunks fill the rest. */
#define AUDIO_ORDER 0

/* How often sound alone is made again for a size. */
#define MOST_RETRIES 4

static const SendoffOutputPlan *
get_plan (SendoffRunner *self, const RunnerTrack *track)
{
  return self->outputs[track->output].plan;
}

static const SendoffAudioPlan *
get_audio (SendoffRunner *self, const RunnerTrack *track)
{
  return sendoff_output_plan_get_audio (get_plan (self, track), track->number);
}

/* The first track stands for all in the progress of its outputs: they are made side by side. */
static void
report_progress (SendoffRunner *self, const RunnerTrack *track, double fraction)
{
  for (guint i = 0; track->number == 0 && i < track->outputs->len; i++)
    sendoff_tracker_set_part (self->tracker, g_array_index (track->outputs, guint, i), SENDOFF_PART_AUDIO,
                              fraction);
}

/* Tracks that one worker can make from one pass over the source. */
static gboolean
fit_together (SendoffRunner *self, const RunnerTrack *a, const RunnerTrack *b)
{
  const SendoffOutputPlan *first = get_plan (self, a), *second = get_plan (self, b);

  return get_audio (self, a)->stream_index == get_audio (self, b)->stream_index
         && first->start_us == second->start_us;
}

/* Pushes the audio of all outputs that have none yet. */
void
sendoff_runner_push_audio (SendoffRunner *self)
{
  g_autoptr (GPtrArray) works = g_ptr_array_new ();

  for (guint i = 0; i < self->tracks->len; i++)
    {
      RunnerTrack *track = g_ptr_array_index (self->tracks, i);
      RunnerWork *work = NULL;

      if (track->trailer != NULL)
        {
          report_progress (self, track, 1);
          continue;
        }
      for (guint w = 0; w < works->len && work == NULL; w++)
        {
          RunnerWork *other = g_ptr_array_index (works, w);

          if (fit_together (self, g_ptr_array_index (other->parts, 0), track))
            work = other;
        }
      if (work != NULL)
        g_ptr_array_add (work->parts, track);
      else
        g_ptr_array_add (works, sendoff_runner_work_new (self, RUNNER_WORK_AUDIO, track));
    }
  for (guint i = 0; i < works->len; i++)
    {
      RunnerWork *work = g_ptr_array_index (works, i);

      work->order = AUDIO_ORDER;
      sendoff_runner_push (self, work, 0);
    }
}

static SendoffWorkerSpec *
make_spec_locked (SendoffRunner *self, RunnerWork *work)
{
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();
  const SendoffOutputPlan *first = get_plan (self, g_ptr_array_index (work->parts, 0));

  spec->role = SENDOFF_ROLE_AUDIO;
  spec->source_name = g_strdup (self->source_name);
  spec->source_size_bytes = self->source_size_bytes;
  spec->stream_index = get_audio (self, g_ptr_array_index (work->parts, 0))->stream_index;
  spec->origin_us = self->plan->origin_us;
  spec->start_us = first->start_us;
  spec->sequential = self->plan->sequential;
  for (guint i = 0; i < work->parts->len; i++)
    {
      const RunnerTrack *track = g_ptr_array_index (work->parts, i);
      const SendoffOutputPlan *plan = get_plan (self, track);
      SendoffAudioOutputSpec *output;

      if (track->trailer != NULL || !sendoff_runner_is_wanted_locked (self, track->outputs))
        continue;
      output = sendoff_audio_output_spec_new_of_plan (plan, track->number);
      output->output = (int)track->output;
      output->path = g_strdup (track->path);
      if (track->bitrate_bps > 0)
        output->audio->bitrate_bps = track->bitrate_bps;
      g_ptr_array_add (spec->audio_outputs, output);
    }
  return spec;
}

static void
take_progress (RunnerWork *work, JsonObject *members)
{
  SendoffRunner *self = work->runner;
  gint64 output = json_object_get_int_member_with_default (members, "output", -1);
  gint64 time_us = json_object_get_int_member_with_default (members, "time_us", 0);

  for (guint p = 0; p < work->parts->len; p++)
    {
      const RunnerTrack *track = g_ptr_array_index (work->parts, p);
      gint64 duration_us = MAX (get_plan (self, track)->duration_us, 1);

      if (output >= 0 && track->output != output)
        continue;
      report_progress (self, track, MIN (time_us / (double)duration_us, 0.99));
    }
}

static void
on_event (const char *event, JsonObject *members, gpointer data)
{
  RunnerWork *work = data;
  const char *message = json_object_get_string_member_with_default (members, "message", NULL);

  if (g_str_equal (event, "progress"))
    take_progress (work, members);
  if (!g_str_equal (event, "warning") || message == NULL)
    return;
  for (guint p = 0; p < work->parts->len; p++)
    {
      const RunnerTrack *track = g_ptr_array_index (work->parts, p);

      for (guint i = 0; i < track->outputs->len; i++)
        sendoff_tracker_add_warning (work->runner->tracker, g_array_index (track->outputs, guint, i),
                                     message);
    }
}

static void
read_trailers (SendoffRunner *self, RunnerWork *work)
{
  g_mutex_lock (&self->mutex);
  for (guint p = 0; p < work->parts->len; p++)
    {
      RunnerTrack *track = g_ptr_array_index (work->parts, p);

      if (track->trailer == NULL)
        track->trailer = sendoff_packet_file_read_trailer (track->path, NULL);
      if (track->trailer != NULL)
        report_progress (self, track, 1);
    }
  g_mutex_unlock (&self->mutex);
}

static void
say_encoding (SendoffRunner *self, RunnerWork *work)
{
  for (guint p = 0; p < work->parts->len; p++)
    {
      const RunnerTrack *track = g_ptr_array_index (work->parts, p);

      for (guint i = 0; i < track->outputs->len; i++)
        {
          guint output = g_array_index (track->outputs, guint, i);

          /* While pictures are encoded, their stage is the one to tell; of kept work there may be none to encode. */
          if (!sendoff_output_plan_encodes_video (self->outputs[output].plan)
              || sendoff_tracker_get_status (self->tracker, output) < SENDOFF_STATUS_ENCODING)
            sendoff_tracker_set_status (self->tracker, output, SENDOFF_STATUS_ENCODING, N_ ("Encoding"));
        }
    }
}

/* RunnerWork of audio, on one of the scheduler's threads. */
void
sendoff_runner_run_audio (gpointer data, GCancellable *cancellable)
{
  RunnerWork *work = data;
  SendoffRunner *self = work->runner;
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_auto (SendoffWorkerReport) report = { 0 };
  g_autoptr (JsonNode) node = NULL;

  g_mutex_lock (&self->mutex);
  spec = make_spec_locked (self, work);
  g_mutex_unlock (&self->mutex);
  if (spec->audio_outputs->len == 0)
    return;
  say_encoding (self, work);
  node = sendoff_worker_client_run (self->client, spec, self->source_fd, on_event, work, cancellable, &report,
                                    &work->error);
  work->stage = g_steal_pointer (&report.stage);
  if (node != NULL)
    sendoff_runner_note_walls (self, &report);
  read_trailers (self, work);
}

static gboolean
is_incomplete (SendoffRunner *self, RunnerWork *work)
{
  gboolean incomplete = FALSE;

  g_mutex_lock (&self->mutex);
  for (guint p = 0; p < work->parts->len; p++)
    {
      const RunnerTrack *track = g_ptr_array_index (work->parts, p);

      incomplete |= track->trailer == NULL && sendoff_runner_is_wanted_locked (self, track->outputs);
    }
  g_mutex_unlock (&self->mutex);
  return incomplete;
}

/* Decides what the end of @work means. */
void
sendoff_runner_audio_returned (SendoffRunner *self, RunnerWork *work)
{
  if (work->error == NULL && is_incomplete (self, work))
    work->error
        = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED,
                               _ ("Encoding the audio stopped: its process did not write all of it."));
  if (work->error == NULL || g_error_matches (work->error, G_IO_ERROR, G_IO_ERROR_CANCELLED)
      || sendoff_runner_retry (self, work))
    return;
  for (guint i = 0; i < work->parts->len; i++)
    {
      RunnerTrack *track = g_ptr_array_index (work->parts, i);

      sendoff_runner_fail_outputs (self, track->outputs, work->error,
                                   work->stage != NULL ? work->stage : STAGE);
    }
}

/* --- sizes of sound alone --- */

static gint64
get_next_rate_locked (SendoffRunner *self, const RunnerTrack *track, gint64 size_bytes)
{
  const SendoffAudioPlan *audio = get_audio (self, track);
  const SendoffSizePlan *size = get_plan (self, track)->size;
  const SendoffAudioCodec *codec = sendoff_catalog_get_audio_codec (self->catalog, audio->codec);
  SendoffAudioTry last
      = { .file_bytes = size_bytes, .audio_bytes = track->trailer->bytes, .n_tries = track->n_tries };
  gint64 next;

  last.bitrate_bps = track->bitrate_bps > 0 ? track->bitrate_bps : audio->bitrate_bps;
  last.least_bps = codec->bitrate_min_bps;
  last.most_bps = size->target_bytes > 0 ? codec->bitrate_max_bps : audio->bitrate_bps;
  next = sendoff_audio_rate_correct (audio, size, &last);
  if (track->n_tries < MOST_RETRIES)
    return next;
  return next > 0 && size_bytes > size->limit_bytes ? track->fitting_bps : 0;
}

/* Wants @track at @bitrate_bps; that may be there since an earlier process. */
static void
set_rate_locked (RunnerTrack *track, gint64 bitrate_bps)
{
  g_autofree char *folder = g_path_get_dirname (track->path);
  g_autofree char *leaf = g_strdup_printf ("audio-%" G_GINT64_FORMAT ".packets", bitrate_bps);

  track->bitrate_bps = bitrate_bps;
  track->n_tries++;
  g_free (track->path);
  track->path = g_build_filename (folder, leaf, NULL);
  g_clear_pointer (&track->trailer, sendoff_packet_trailer_free);
  track->trailer = sendoff_packet_file_read_trailer (track->path, NULL);
}

/**
 * sendoff_runner_retry_audio:
 * @output: sound alone that has a size to meet, written as a file of @size_bytes
 *
 * What is decided depends on sizes only, so that a later process comes to the same rates. Runner's thread.
 *
 * Returns: whether the sound is made again at another rate; otherwise the file is as good as it gets
 */
gboolean
sendoff_runner_retry_audio (SendoffRunner *self, RunnerOutput *output, gint64 size_bytes)
{
  RunnerTrack *track = output->tracks->len == 1 ? g_ptr_array_index (output->tracks, 0) : NULL;
  RunnerWork *work = NULL;
  gint64 next;

  /* Others that share it keep what they have. */
  if (track == NULL || track->outputs->len > 1 || output->plan->video != NULL)
    return FALSE;
  g_mutex_lock (&self->mutex);
  next = get_next_rate_locked (self, track, size_bytes);
  if (next > 0)
    {
      if (size_bytes <= output->plan->size->limit_bytes)
        track->fitting_bps
            = track->bitrate_bps > 0 ? track->bitrate_bps : get_audio (self, track)->bitrate_bps;
      g_debug ("rate: sound at %" G_GINT64_FORMAT " bit/s after %" G_GINT64_FORMAT " bytes", next,
               size_bytes);
      set_rate_locked (track, next);
      if (track->trailer == NULL)
        work = sendoff_runner_work_new (self, RUNNER_WORK_AUDIO, track);
    }
  g_mutex_unlock (&self->mutex);
  if (work != NULL)
    {
      work->order = AUDIO_ORDER;
      sendoff_runner_push (self, work, 0);
    }
  return next > 0;
}
