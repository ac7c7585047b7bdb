#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-bytes.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-runner-private.h"

/* A finished output frees its chunks and is of use at once: before anything that is still to be encoded. */
#define FINISH_ORDER -1

#define RENAME_TRIES 100

static guint
get_index (SendoffRunner *self, const RunnerOutput *output)
{
  return (guint)(output - self->outputs);
}

static gboolean
has_all_tracks_locked (const RunnerOutput *output)
{
  for (guint i = 0; i < output->tracks->len; i++)
    if (((RunnerTrack *)g_ptr_array_index (output->tracks, i))->trailer == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
is_ready (SendoffRunner *self, RunnerOutput *output)
{
  RunnerRendition *rendition = output->rendition;
  gboolean ready;

  if (output->finishing)
    return FALSE;
  g_mutex_lock (&self->mutex);
  ready = !output->over
          && (rendition == NULL
           || (rendition->n_works == 0 && sendoff_runner_rate_is_done (rendition)
               && !self->groups[rendition->group].restart
               && sendoff_chunk_ledger_is_proven (rendition->ledger)))
          && has_all_tracks_locked (output);
  g_mutex_unlock (&self->mutex);
  return ready;
}

/* Pushes every output of which all parts are there. */
void
sendoff_runner_push_finished (SendoffRunner *self)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      RunnerWork *work;

      if (!is_ready (self, &self->outputs[i]))
        continue;
      self->outputs[i].finishing = TRUE;
      sendoff_tracker_set_status (self->tracker, i, SENDOFF_STATUS_FINALIZING, N_ ("Waiting to be written"));
      work = sendoff_runner_work_new (self, RUNNER_WORK_FINISH, &self->outputs[i]);
      work->order = FINISH_ORDER;
      sendoff_runner_push (self, work, 0);
    }
}

static void
on_event (const char *event, JsonObject *members, gpointer data)
{
  RunnerWork *work = data;
  SendoffRunner *self = work->runner;
  const RunnerOutput *output = g_ptr_array_index (work->parts, 0);
  const char *message = json_object_get_string_member_with_default (members, "message", NULL);

  if (g_str_equal (event, "warning") && message != NULL)
    sendoff_tracker_add_warning (self->tracker, get_index (self, output), message);
  else if (g_str_equal (event, "progress"))
    sendoff_tracker_set_part (self->tracker, get_index (self, output), SENDOFF_PART_MUX,
                              json_object_get_int_member_with_default (members, "frames", 0)
                                  / (double)MAX (work->n_packets, 1));
}

static void
count_packets (RunnerWork *work, const RunnerOutput *output)
{
  SendoffRunner *self = work->runner;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; output->rendition != NULL && i < output->rendition->ledger->n_chunks; i++)
    work->n_packets += output->rendition->ledger->chunks[i].trailer->packets;
  for (guint i = 0; i < output->tracks->len; i++)
    work->n_packets += ((RunnerTrack *)g_ptr_array_index (output->tracks, i))->trailer->packets;
  if (output->plan->video != NULL && output->plan->video->copy != NULL)
    work->n_packets += output->plan->video->expected_frames;
  if (output->plan->audio != NULL && output->plan->audio->copy != NULL)
    work->n_packets += output->plan->audio->copy->packet_count;
  g_mutex_unlock (&self->mutex);
}

static char **
dup_audio_paths (const RunnerOutput *output)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < output->tracks->len; i++)
    g_strv_builder_add (paths, ((RunnerTrack *)g_ptr_array_index (output->tracks, i))->path);
  return g_strv_builder_end (paths);
}

static SendoffWorkerSpec *
make_mux_spec (SendoffRunner *self, const RunnerOutput *output)
{
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();

  spec->role = SENDOFF_ROLE_MUX;
  spec->output = sendoff_output_plan_copy (output->plan);
  spec->video_paths
      = output->rendition != NULL ? sendoff_chunk_ledger_dup_paths (output->rendition->ledger) : NULL;
  spec->audio_paths = dup_audio_paths (output);
  spec->text_paths = sendoff_runner_dup_text_paths (self, get_index (self, output));
  spec->cover_path = sendoff_runner_dup_cover_path (self, get_index (self, output));
  if (sendoff_output_plan_copies (output->plan))
    {
      spec->source_name = g_strdup (self->source_name);
      spec->source_size_bytes = self->source_size_bytes;
      spec->origin_us = self->plan->origin_us;
    }
  return spec;
}

static SendoffMuxResult *
mux (RunnerWork *work, RunnerOutput *output, GCancellable *cancellable)
{
  SendoffRunner *self = work->runner;
  g_autoptr (SendoffWorkerSpec) spec = make_mux_spec (self, output);
  g_auto (SendoffWorkerReport) report = { 0 };
  g_autoptr (JsonNode) node = NULL;
  int source_fd = sendoff_output_plan_copies (output->plan) ? self->source_fd : -1;

  if (!sendoff_runner_begin_handover (self, output, spec, &work->error))
    return NULL;
  node = sendoff_worker_client_run (self->client, spec, source_fd, on_event, work, cancellable, &report, &work->error);
  work->stage = g_steal_pointer (&report.stage);
  if (node != NULL)
    sendoff_runner_note_walls (self, &report);
  return node != NULL ? sendoff_mux_result_from_json (node, &work->error) : NULL;
}

/* Not every source says how long its last frame lasts. */
static gint64
get_video_end_us (const SendoffVideoPlan *video, const SendoffPacketTrailer *last)
{
  gint64 shown_us = sendoff_rescale (last->last_pts, last->time_base, SENDOFF_US, SENDOFF_ROUND_NEAREST);
  gint64 lasts_us = sendoff_rescale (last->last_duration, last->time_base, SENDOFF_US, SENDOFF_ROUND_NEAREST);

  if (lasts_us <= 0)
    lasts_us = sendoff_rescale (1, sendoff_rational_invert (video->nominal_frame_rate), SENDOFF_US, SENDOFF_ROUND_NEAREST);
  return shown_us + lasts_us;
}

/* From the parts, not from the file: what the file must hold. */
static void
add_video_facts (const SendoffVideoPlan *video, const SendoffChunkLedger *ledger, SendoffOutputFacts *facts)
{
  const SendoffPacketTrailer *first = NULL, *last = NULL;

  facts->video_frames = 0;
  for (guint i = 0; i < ledger->n_chunks; i++)
    {
      const SendoffPacketTrailer *trailer = ledger->chunks[i].trailer;

      facts->video_frames += trailer->frames;
      if (trailer->packets == 0)
        continue;
      first = first != NULL ? first : trailer;
      last = trailer;
    }
  if (first != NULL)
    facts->video_duration_us = get_video_end_us (video, last)
                               - sendoff_rescale (first->first_pts, first->time_base, SENDOFF_US, SENDOFF_ROUND_NEAREST);
}

/* What was copied is known from the source when all of it was, and from the packets that went by. */
static void
add_copy_facts (const SendoffOutputPlan *plan, const SendoffMuxResult *result, SendoffOutputFacts *facts)
{
  if (plan->video != NULL && plan->video->copy != NULL)
    {
      gint64 expected = plan->video->copy->packet_count;

      facts->video_frames = expected > 0 ? expected : result->video_frames;
      facts->video_duration_us = result->video_us;
    }
  if (plan->audio != NULL && plan->audio->copy != NULL)
    facts->audio_samples = sendoff_rescale (result->audio_us, SENDOFF_US, SENDOFF_RATIONAL (1, plan->audio->sample_rate),
                                            SENDOFF_ROUND_NEAREST);
}

static void
gather_facts (SendoffRunner *self,
              const RunnerOutput *output,
              const SendoffMuxResult *result,
              SendoffOutputFacts *facts)
{
  *facts = (SendoffOutputFacts){ .video_frames = -1, .audio_samples = -1 };
  g_mutex_lock (&self->mutex);
  if (output->rendition != NULL)
    add_video_facts (output->plan->video, output->rendition->ledger, facts);
  if (output->tracks->len > 0)
    {
      const RunnerTrack *track = g_ptr_array_index (output->tracks, 0);

      facts->audio_samples = track->trailer->samples;
      facts->loudness = track->trailer->loudness;
    }
  add_copy_facts (output->plan, result, facts);
  g_mutex_unlock (&self->mutex);
}

static SendoffMediaInfo *
probe_part (RunnerWork *work, RunnerOutput *output, gint64 *size_bytes, GCancellable *cancellable)
{
  SendoffRunner *self = work->runner;
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  g_autoptr (JsonNode) node = NULL;
  struct stat found;
  int fd = open (output->part_path, O_RDONLY | O_CLOEXEC);

  if (fd < 0 || fstat (fd, &found) != 0)
    {
      sendoff_disk_set_error (&work->error, SENDOFF_ERROR_VERIFY, errno, "The finished file cannot be opened");
      if (fd >= 0)
        close (fd);
      return NULL;
    }
  *size_bytes = found.st_size;
  spec->role = SENDOFF_ROLE_PROBE;
  spec->scan = TRUE;
  spec->packet_details = TRUE;
  spec->source_name = sendoff_bytes_dup_display (output->plan->file_name);
  spec->source_size_bytes = found.st_size;
  node = sendoff_worker_client_run (self->client, spec, fd, NULL, NULL, cancellable, NULL, &work->error);
  close (fd);
  return node != NULL ? sendoff_media_info_from_json (node, &work->error) : NULL;
}

/* A file that is as planned and not what its platform takes is kept: it may be of use all the same, and the plan had
 * warned. The certificate says what is wrong, and so does a warning. */
static void
check_platform (SendoffRunner *self,
                const RunnerOutput *output,
                SendoffCertificate *certificate,
                const SendoffMediaInfo *info)
{
  const SendoffPlatform *platform = sendoff_catalog_get_platform (self->catalog, output->plan->platform);
  guint n_before = certificate->checks->len;

  if (platform == NULL)
    return;
  sendoff_certificate_add_platform (certificate, self->catalog, platform, info);
  for (guint i = n_before; i < certificate->checks->len; i++)
    {
      const SendoffCheck *check = g_ptr_array_index (certificate->checks, i);
      g_autofree char *sentence = check->passed ? NULL : sendoff_check_dup_sentence (check);
      g_autofree char *warning
          = sentence != NULL ? g_strdup_printf (_ ("%s may refuse this file: %s"), platform->name, sentence) : NULL;

      if (warning != NULL)
        sendoff_tracker_add_warning (self->tracker, get_index (self, output), warning);
    }
}

/* Not a property of the file, but of how it was made: whoever made it from a stranger's video may want to know. */
static void
add_isolation (SendoffRunner *self, SendoffCertificate *certificate)
{
  SendoffCheck *check = sendoff_check_new ();
  gboolean landlock, seccomp;

  g_mutex_lock (&self->mutex);
  landlock = !self->without_landlock;
  seccomp = !self->without_seccomp;
  g_mutex_unlock (&self->mutex);
  check->code = g_strdup ("isolation");
  check->passed = TRUE;
  check->expected = g_strdup ("as far as this system can");
  check->found = g_strdup (landlock && seccomp ? "landlock, seccomp"
                           : landlock          ? "landlock"
                           : seccomp           ? "seccomp"
                                               : "none");
  sendoff_certificate_add_check (certificate, check);
}

static void
add_score (SendoffRunner *self, const RunnerOutput *output, SendoffCertificate *certificate)
{
  SendoffCheck *check = sendoff_runner_make_score_check (self, output);

  if (check != NULL)
    sendoff_certificate_add_check (certificate, check);
}

static gboolean
verify (RunnerWork *work, RunnerOutput *output, const SendoffMuxResult *result, GCancellable *cancellable)
{
  SendoffRunner *self = work->runner;
  g_autoptr (SendoffMediaInfo) info = NULL;
  g_autoptr (SendoffCertificate) certificate = NULL;
  g_autofree char *reason = NULL;
  SendoffOutputFacts facts;

  gather_facts (self, output, result, &facts);
  info = probe_part (work, output, &facts.size_bytes, cancellable);
  if (info == NULL)
    return FALSE;
  certificate = sendoff_certificate_check (output->plan, &facts, info);
  if (!certificate->passed)
    reason = sendoff_certificate_dup_failure (certificate);
  else
    check_platform (self, output, certificate, info);
  add_score (self, output, certificate);
  add_isolation (self, certificate);
  sendoff_tracker_set_certificate (self->tracker, get_index (self, output), certificate);
  work->certificate = sendoff_certificate_to_json (certificate);
  if (reason == NULL && facts.size_bytes != result->size_bytes)
    reason = g_strdup (_ ("The finished file has not the size that was written."));
  if (reason != NULL)
    g_set_error_literal (&work->error, SENDOFF_ERROR, SENDOFF_ERROR_VERIFY, reason);
  return reason == NULL;
}

static gboolean
exceeds_size (const RunnerOutput *output, gint64 size_bytes)
{
  return output->plan->size != NULL && size_bytes > output->plan->size->limit_bytes;
}

/* RunnerWork that finishes one output, on one of the scheduler's threads. The rename is left to the runner's thread,
 * which alone chooses names. */
void
sendoff_runner_run_finish (gpointer data, GCancellable *cancellable)
{
  RunnerWork *work = data;
  SendoffRunner *self = work->runner;
  RunnerOutput *output = g_ptr_array_index (work->parts, 0);
  g_autoptr (SendoffMuxResult) result = NULL;
  guint index = get_index (self, output);

  count_packets (work, output);
  sendoff_tracker_set_status (self->tracker, index, SENDOFF_STATUS_FINALIZING,
                              sendoff_output_plan_copies (output->plan) ? N_ ("Copying") : N_ ("Writing the file"));
  result = mux (work, output, cancellable);
  if (result == NULL)
    return;
  work->size_bytes = result->size_bytes;
  if (exceeds_size (output, result->size_bytes))
    return; /* made again, see sendoff_runner_take_size() */
  sendoff_tracker_set_part (self->tracker, index, SENDOFF_PART_MUX, 1);
  sendoff_tracker_set_status (self->tracker, index, SENDOFF_STATUS_FINALIZING, N_ ("Checking the file"));
  if (!verify (work, output, result, cancellable) && work->stage == NULL)
    work->stage = g_strdup ("verifying");
}

/* Somebody may take the name meanwhile; then the next number is ours. */
static gboolean
give_final_name (SendoffRunner *self, RunnerWork *work, RunnerOutput *output, GError **error)
{
  for (guint tries = 0; tries < RENAME_TRIES; tries++)
    {
      g_autoptr (GError) local = NULL;

      if (!sendoff_runner_place_sidecar (self, get_index (self, output), error)
          || !sendoff_job_folder_write_receipt (output->receipt_path, output->part_path, output->target,
                                                work->certificate, error))
        return FALSE;
      if (sendoff_disk_rename (output->part_path, output->target, self->overwrite, &local))
        return TRUE;
      if (!g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (!sendoff_runner_choose_target (self, get_index (self, output), error))
        return FALSE;
    }
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS, _ ("There is no free name for the finished file."));
  return FALSE;
}

static void
complete (SendoffRunner *self, RunnerOutput *output)
{
  g_autoptr (GFile) file = g_file_new_for_path (output->target);
  g_autofree char *uri = g_file_get_uri (file);
  struct stat found = { 0 };

  if (stat (output->target, &found) != 0)
    found.st_size = 0;
  g_mutex_lock (&self->mutex);
  output->over = TRUE;
  g_mutex_unlock (&self->mutex);
  sendoff_tracker_complete (self->tracker, get_index (self, output), uri, found.st_size);
}

/* Takes over what an earlier process finished and could not report any more: the file has its final name, and only
 * the database does not know. */
void
sendoff_runner_adopt_finished (SendoffRunner *self)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      RunnerOutput *output = &self->outputs[i];
      g_autoptr (SendoffReceipt) receipt
          = sendoff_runner_is_over (self, i) ? NULL : sendoff_job_folder_read_receipt (output->receipt_path);
      g_autofree char *path = receipt != NULL ? sendoff_receipt_dup_finished_path (receipt) : NULL;
      g_autoptr (SendoffCertificate) certificate = NULL;

      if (path == NULL)
        continue;
      if (receipt->certificate != NULL)
        certificate = sendoff_certificate_from_json (receipt->certificate, NULL);
      if (certificate != NULL)
        sendoff_tracker_set_certificate (self->tracker, i, certificate);
      sendoff_runner_set_target (self, i, g_steal_pointer (&path));
      complete (self, output);
    }
}

/* Decides what the end of @work means. */
void
sendoff_runner_finish_returned (SendoffRunner *self, RunnerWork *work)
{
  RunnerOutput *output = g_ptr_array_index (work->parts, 0);
  guint index = get_index (self, output);

  if (g_error_matches (work->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (work->error == NULL && !sendoff_runner_take_size (self, output, work->size_bytes, &work->error)
      && work->error == NULL)
    {
      unlink (output->part_path);
      output->finishing = FALSE;
      return;
    }
  if (!sendoff_runner_claim (self, index))
    {
      unlink (output->part_path);
      return;
    }
  if (work->error == NULL && give_final_name (self, work, output, &work->error))
    {
      complete (self, output);
      return;
    }
  sendoff_runner_unclaim (self, index);
  if (g_error_matches (work->error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA)
      && sendoff_runner_undo_handover (self, index))
    return;
  sendoff_runner_settle_part (self, index);
  if (g_error_matches (work->error, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE) || sendoff_runner_retry (self, work))
    return;
  unlink (output->part_path);
  sendoff_runner_fail_output (self, index, work->error, work->stage != NULL ? work->stage : "finalizing");
}
