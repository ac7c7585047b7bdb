/* Chunks whose quality depends on the sizes of others: bit rates and sizes that have to be met.
 *
 * Between two rounds nothing of a batch runs. Then everything that was decided is measured, the next
 * decisions are made (model/sendoff-rate-share.h) and stored in the job's folder before anything is encoded
 * by them. So they depend neither on which worker was first nor on how often the job was interrupted.
 */
#include <errno.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-runner-rate.h"
#include "model/sendoff-estimate.h"

#define STAGE "encoding"

/* How near a bit rate is met: the whole steps of libvpx's and libaom's qualities allow no more in short
 * videos. */
#define FINE_TOLERANCE   0.008
#define COARSE_TOLERANCE 0.015

#define MOST_CORRECTIONS 4

/* Shares of a size: what is aimed at, what is full enough, and what leaves room for the container's last
 * bytes. Whole steps of quality come less near. */
#define FINE_AIM    0.991
#define FINE_FILL   0.982
#define COARSE_AIM  0.982
#define COARSE_FILL 0.965
#define MOST_FILL   0.999

/* A miss from which on it is told. */
#define MISS_TO_TELL 0.01

void
sendoff_runner_free_rate (RunnerRate *self)
{
  g_clear_pointer (&self->log, sendoff_rate_log_free);
  g_free (self->log_path);
  g_free (self->complexities);
  g_free (self);
}

/* Whether no chunk of @rendition will be encoded in another way than now. */
gboolean
sendoff_runner_rate_is_done (const RunnerRendition *rendition)
{
  return rendition->rate == NULL || rendition->rate->done;
}

static void
apply (RunnerRendition *rendition, guint chunk)
{
  const SendoffRateTrial *trial = sendoff_rate_log_get_last (rendition->rate->log, chunk);
  g_autoptr (SendoffChunkRate) rate = sendoff_chunk_rate_new ();

  if (trial == NULL)
    return;
  rate->crf = trial->crf;
  rate->bitrate_bps = trial->bitrate_bps;
  rate->cap = trial->cap;
  rate->metric = g_strdup (trial->metric);
  sendoff_chunk_ledger_set_rate (rendition->ledger, chunk, rate);
}

/* (transfer full): what was decided by an earlier process, or nothing yet. */
static SendoffRateLog *
read_log (const char *path, guint n_chunks)
{
  g_autofree char *text = NULL;
  SendoffRateLog *log = g_file_get_contents (path, &text, NULL, NULL)
                            ? sendoff_doc_from_text (&sendoff_rate_log_doc_type, text, NULL)
                            : NULL;

  for (guint i = 0; log != NULL && i < log->trials->len; i++)
    {
      const SendoffRateTrial *trial = g_ptr_array_index (log->trials, i);

      if (trial->chunk < 0 || trial->chunk >= (int)n_chunks)
        g_clear_pointer (&log, sendoff_rate_log_free);
    }
  return log != NULL ? log : sendoff_rate_log_new ();
}

static gboolean
save_log (const RunnerRate *self, GError **error)
{
  g_autofree char *text = sendoff_doc_to_text (&sendoff_rate_log_doc_type, self->log);
  g_autoptr (GError) local = NULL;

  if (g_file_set_contents_full (self->log_path, text, -1,
                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666, &local))
    return TRUE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED,
                          g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ENOSPC : EIO,
                          "What was decided about the video's rate cannot be stored");
  return FALSE;
}

/* Takes up where an earlier process left off, for a rendition that is steered; @identity is a name for its
 * log. */
void
sendoff_runner_begin_rate (SendoffRunner *self, RunnerRendition *rendition, const char *identity)
{
  g_autofree char *leaf = g_strconcat ("rate-", identity, NULL);
  RunnerRate *rate;

  if (!sendoff_video_plan_is_steered (rendition->video))
    return;
  rate = rendition->rate = g_new0 (RunnerRate, 1);
  rate->log_path = sendoff_job_folder_dup_path (self->cache_dir, self->export_id, leaf);
  rate->log = read_log (rate->log_path, rendition->ledger->n_chunks);
  sendoff_chunk_ledger_set_undecided (rendition->ledger);
  for (guint i = 0; i < rendition->ledger->n_chunks; i++)
    apply (rendition, i);
}

/* The pictures turned out to be other ones: everything about @group is measured anew. */
void
sendoff_runner_forget_rates (SendoffRunner *self, guint group)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->renditions->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);
      RunnerRate *rate = rendition->rate;

      if (rate == NULL || rendition->group != group)
        continue;
      unlink (rate->log_path);
      g_clear_pointer (&rate->complexities, g_free);
      sendoff_rate_log_free (rate->log);
      rate->log = sendoff_rate_log_new ();
      rate->done = FALSE;
      sendoff_chunk_ledger_set_undecided (rendition->ledger);
    }
  g_mutex_unlock (&self->mutex);
}

/* --- deciding --- */

/* How long the picture is, from chunks of which none is missing. */
static double
get_seconds (const SendoffChunkLedger *ledger)
{
  const SendoffPacketTrailer *first = NULL, *last = NULL;

  for (guint i = 0; i < ledger->n_chunks; i++)
    if (ledger->chunks[i].trailer->frames > 0)
      {
        first = first != NULL ? first : ledger->chunks[i].trailer;
        last = ledger->chunks[i].trailer;
      }
  if (first == NULL)
    return 0;
  return (double)(last->last_pts + last->last_duration - first->first_pts)
         * sendoff_rational_to_double (last->time_base);
}

static gint64
get_aim (const RunnerRendition *rendition)
{
  const RunnerRendition *whole = rendition->analysis != NULL ? rendition->analysis : rendition;

  return (gint64)((double)rendition->video->bitrate_bps / 8 * get_seconds (whole->ledger));
}

static void
read_complexities (RunnerRendition *rendition)
{
  const SendoffChunkLedger *analysis = rendition->analysis->ledger;

  rendition->rate->complexities = g_new (gint64, MAX (analysis->n_chunks, 1));
  for (guint i = 0; i < analysis->n_chunks; i++)
    rendition->rate->complexities[i] = analysis->chunks[i].trailer->measured_bytes;
}

static gint64
get_audio_bytes (const RunnerOutput *output)
{
  gint64 bytes = 0;

  for (guint i = 0; i < output->tracks->len; i++)
    bytes += ((RunnerTrack *)g_ptr_array_index (output->tracks, i))->trailer->bytes;
  return bytes;
}

/* What is not picture: the sound, which is there, and the container, which is known exactly once it was
 * written. */
static gint64
get_rest_bytes (const RunnerRendition *rendition, const RunnerOutput *output)
{
  gint64 overhead = rendition->rate->log->overhead_bytes;

  if (overhead == 0)
    overhead = (gint64)sendoff_estimate_overhead_bytes (output->plan);
  return get_audio_bytes (output) + overhead;
}

static void
aim_at_mean (const RunnerRendition *rendition, SendoffRateTask *task)
{
  double tolerance = task->scale.step < 1 ? FINE_TOLERANCE : COARSE_TOLERANCE;

  task->best_crf = SENDOFF_RATE_BEST_CRF;
  task->aim_bytes = get_aim (rendition);
  task->low_bytes = (gint64)((double)task->aim_bytes * (1 - tolerance));
  task->high_bytes = (gint64)((double)task->aim_bytes * (1 + tolerance));
  task->max_corrections = rendition->video->two_pass ? MOST_CORRECTIONS : 0;
}

static void
aim_at_size (const RunnerRendition *rendition, const RunnerOutput *output, SendoffRateTask *task)
{
  const SendoffSizePlan *size = output->plan->size;
  gint64 rest = get_rest_bytes (rendition, output);
  gboolean fine = task->scale.step < 1;

  task->best_crf = size->best_crf;
  task->aim_bytes = (gint64)((double)size->limit_bytes * (fine ? FINE_AIM : COARSE_AIM)) - rest;
  task->high_bytes = (gint64)((double)size->limit_bytes * MOST_FILL) - rest;
  task->low_bytes = 0;
  if (size->target_bytes > 0)
    task->low_bytes = (gint64)((double)size->limit_bytes * (fine ? FINE_FILL : COARSE_FILL)) - rest;
  task->max_corrections = MOST_CORRECTIONS;
  task->hard = TRUE;
}

static void
make_task (SendoffRunner *self, RunnerRendition *rendition, SendoffRateTask *task)
{
  const RunnerOutput *output = &self->outputs[rendition->output];
  RunnerRate *rate = rendition->rate;

  if (rate->complexities == NULL)
    read_complexities (rendition);
  *task = (SendoffRateTask){ .n_chunks = rendition->ledger->n_chunks, .complexities = rate->complexities };
  sendoff_rate_scale_init (&task->scale, rendition->video);
  task->worst_crf = sendoff_rate_scale_get_worst (&task->scale);
  if (output->plan->size != NULL)
    aim_at_size (rendition, output, task);
  else
    aim_at_mean (rendition, task);
}

/* The next step towards a mean rate or a size. */
static gboolean
share_next (SendoffRunner *self, RunnerRendition *rendition)
{
  SendoffRateTask task;

  make_task (self, rendition, &task);
  g_debug ("rate: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " bytes",
           sendoff_rate_log_get_bytes (rendition->rate->log, task.n_chunks), task.aim_bytes);
  return sendoff_rate_share_next (&task, rendition->rate->log);
}

/* A constant rate is the encoder's own business, chunk by chunk; a quality is the plan's, without its maximum. */
static gboolean
begin_unshared (RunnerRendition *rendition)
{
  SendoffRateLog *log = rendition->rate->log;
  const SendoffVideoPlan *video = rendition->video;
  gboolean constant = video->rate_control == SENDOFF_RATE_CBR;

  if (log->trials->len > 0)
    return FALSE;
  for (guint i = 0; i < rendition->ledger->n_chunks; i++)
    sendoff_rate_log_add (log, i, constant ? -1 : video->crf, 0)->bitrate_bps = constant ? video->bitrate_bps : 0;
  return rendition->ledger->n_chunks > 0;
}

static void
measure (RunnerRendition *rendition)
{
  SendoffRateLog *log = rendition->rate->log;

  for (guint i = 0; i < log->trials->len; i++)
    {
      SendoffRateTrial *trial = g_ptr_array_index (log->trials, i);

      if (trial->bytes < 0 && trial == sendoff_rate_log_get_last (log, (guint)trial->chunk))
        {
          const SendoffPacketTrailer *trailer = rendition->ledger->chunks[trial->chunk].trailer;

          trial->bytes = trailer->bytes;
          if (trial->metric != NULL && trailer->scores != NULL)
            trial->scores = g_array_copy (trailer->scores);
        }
    }
}

/* Puts into force what was decided from trial @first on. What it replaces is of no more use, unless a search goes on. */
static void
apply_from (RunnerRendition *rendition, guint first)
{
  const SendoffRateLog *log = rendition->rate->log;

  for (guint i = first; i < log->trials->len; i++)
    {
      const SendoffRateTrial *trial = g_ptr_array_index (log->trials, i);
      g_autofree char *replaced = g_strdup (rendition->ledger->chunks[trial->chunk].path);

      apply (rendition, (guint)trial->chunk);
      g_debug ("rate: chunk %d at crf %g, %" G_GINT64_FORMAT " bit/s, cap %d", trial->chunk, trial->crf,
               trial->bitrate_bps, trial->cap);
      if (replaced != NULL && rendition->video->score == NULL
          && !g_str_equal (replaced, rendition->ledger->chunks[trial->chunk].path))
        unlink (replaced);
    }
}

static void
warn (SendoffRunner *self, const RunnerRendition *rendition, const char *sentence)
{
  for (guint i = 0; i < rendition->outputs->len; i++)
    sendoff_tracker_add_warning (self->tracker, g_array_index (rendition->outputs, guint, i), sentence);
}

/* Whether the video has the quality beyond which a target size is not filled. */
static gboolean
has_best_quality (const RunnerRendition *rendition, double best_crf)
{
  for (guint i = 0; i < rendition->ledger->n_chunks; i++)
    if (sendoff_rate_log_get_last (rendition->rate->log, i)->crf > best_crf + 1)
      return FALSE;
  return TRUE;
}

/* Says by how much the asked rate was missed, or why a target is not filled. */
static void
report (SendoffRunner *self, const RunnerRendition *rendition, gboolean broken)
{
  const SendoffSizePlan *size = self->outputs[rendition->output].plan->size;
  gint64 bytes = sendoff_rate_log_get_bytes (rendition->rate->log, rendition->ledger->n_chunks);
  gint64 aim = get_aim (rendition);
  double miss = aim > 0 && size == NULL ? (double)bytes / (double)aim - 1 : 0;
  g_autofree char *sentence = NULL;
  g_autofree char *score = sendoff_runner_dup_score_warning (rendition);

  if (score != NULL)
    warn (self, rendition, score);
  if (broken)
    warn (self, rendition,
          _ ("The video exceeds its maximum bit rate for a moment: its pictures change too much."));
  if (size != NULL && size->target_bytes > 0 && has_best_quality (rendition, size->best_crf))
    warn (self, rendition,
          _ ("The file is smaller than asked for: its quality is already as good as it is useful."));
  if (ABS (miss) < MISS_TO_TELL)
    return;
  sentence = g_strdup_printf (miss < 0 ? _ ("The video's bit rate is %.1f %% lower than asked for.")
                                       : _ ("The video's bit rate is %.1f %% higher than asked for."),
                              ABS (miss) * 100);
  warn (self, rendition, sentence);
}

/* The size comes first, then the maximum; what is made again for that changes the size, and so on. */
static gboolean
decide_next (SendoffRunner *self, RunnerRendition *rendition, gboolean *broken, GError **error)
{
  gboolean decided = rendition->analysis != NULL         ? share_next (self, rendition)
                     : rendition->video->score != NULL ? sendoff_runner_search_score (rendition)
                                                       : begin_unshared (rendition);

  *broken = FALSE;
  return decided || sendoff_runner_repair_rate (rendition, broken, error);
}

/* One round of decisions. Returns whether there are new ones; FALSE with @error when they cannot be stored.
 */
static gboolean
decide_locked (SendoffRunner *self, RunnerRendition *rendition, GError **error)
{
  RunnerRate *rate = rendition->rate;
  g_autoptr (SendoffRateLog) before = NULL;
  g_autoptr (GError) local = NULL;
  gboolean broken;

  measure (rendition);
  before = sendoff_rate_log_copy (rate->log);
  if (decide_next (self, rendition, &broken, &local) && save_log (rate, &local))
    {
      apply_from (rendition, before->trials->len);
      rate->was_written = FALSE;
      return TRUE;
    }
  if (local != NULL)
    {
      sendoff_rate_log_free (rate->log);
      rate->log = g_steal_pointer (&before);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  rate->done = TRUE;
  report (self, rendition, broken);
  return FALSE;
}

static gboolean
is_missing_any (const SendoffChunkLedger *ledger)
{
  for (guint i = 0; i < ledger->n_chunks; i++)
    if (sendoff_chunk_ledger_is_missing (ledger, i))
      return TRUE;
  return FALSE;
}

/* Sound is part of what a size has to hold. */
static gboolean
has_sound (SendoffRunner *self, const RunnerRendition *rendition)
{
  const RunnerOutput *output = &self->outputs[rendition->output];

  for (guint i = 0; output->plan->size != NULL && i < output->tracks->len; i++)
    if (((RunnerTrack *)g_ptr_array_index (output->tracks, i))->trailer == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
can_decide_locked (SendoffRunner *self, const RunnerRendition *rendition)
{
  return rendition->rate != NULL && !rendition->rate->done
         && sendoff_runner_is_wanted_locked (self, rendition->outputs) && !is_missing_any (rendition->ledger)
         && has_sound (self, rendition)
         && (rendition->analysis == NULL || sendoff_chunk_ledger_is_proven (rendition->analysis->ledger));
}

/* Returns whether there are chunks to encode that were not there before. */
static gboolean
steer_rendition (SendoffRunner *self, RunnerRendition *rendition)
{
  g_autoptr (GError) error = NULL;
  gboolean decided = FALSE;

  g_mutex_lock (&self->mutex);
  while (error == NULL && can_decide_locked (self, rendition))
    decided |= decide_locked (self, rendition, &error);
  g_mutex_unlock (&self->mutex);
  if (error != NULL && !sendoff_runner_note_full (self, error))
    sendoff_runner_fail_outputs (self, rendition->outputs, error, STAGE);
  return decided;
}

static gboolean
refuse_size (gint64 size_bytes, GError **error)
{
  g_autofree char *text = sendoff_format_size (size_bytes);

  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
               _ ("The file does not fit its size: it cannot be made smaller than %s this way. A smaller "
               "picture or fewer "
               "frames a second help."),
               text);
  return FALSE;
}

/* Whether the file of @size_bytes is as it must be, or as near as it gets. What its container takes is known
 * now. */
static gboolean
weigh_locked (const RunnerOutput *output, gint64 size_bytes, GError **error)
{
  const SendoffSizePlan *size = output->plan->size;
  RunnerRate *rate = output->rendition->rate;
  gboolean fits = size_bytes <= size->limit_bytes;
  gboolean is_first = rate->log->overhead_bytes == 0;
  gboolean is_full = (double)size_bytes >= (double)size->target_bytes * FINE_FILL;

  /* Once is enough to fill it better. */
  if (fits && (is_full || !is_first))
    return TRUE;
  if (!fits && rate->was_written)
    return refuse_size (size_bytes, error);
  rate->log->overhead_bytes
      = MAX (size_bytes - get_audio_bytes (output)
                 - sendoff_rate_log_get_bytes (rate->log, output->rendition->ledger->n_chunks),
             1);
  rate->was_written = TRUE;
  rate->done = !save_log (rate, error);
  return FALSE;
}

/* Looks at the size of the finished file of @output. When it is not what it must be and more could be done,
 * the next sendoff_runner_steer() does it. Returns whether the file is good; FALSE with @error when nothing
 * helps. Runner's thread. */
gboolean
sendoff_runner_take_size (SendoffRunner *self, RunnerOutput *output, gint64 size_bytes, GError **error)
{
  gboolean good;

  if (output->plan->size == NULL)
    return TRUE;
  if (output->rendition == NULL && sendoff_runner_retry_audio (self, output, size_bytes))
    return FALSE;
  if (output->rendition == NULL || output->rendition->rate == NULL)
    return size_bytes <= output->plan->size->limit_bytes || refuse_size (size_bytes, error);
  g_mutex_lock (&self->mutex);
  good = weigh_locked (output, size_bytes, error);
  g_mutex_unlock (&self->mutex);
  return good;
}

static gboolean
is_busy (const RunnerBatch *batch)
{
  for (guint i = 0; i < batch->renditions->len; i++)
    if (((RunnerRendition *)g_ptr_array_index (batch->renditions, i))->n_works > 0)
      return TRUE;
  return FALSE;
}

/* Makes the next decisions for every batch of which nothing runs any more. */
void
sendoff_runner_steer (SendoffRunner *self)
{
  for (guint i = 0; i < self->batches->len; i++)
    {
      RunnerBatch *batch = g_ptr_array_index (self->batches, i);

      if (is_busy (batch) || self->groups[batch->group].restart)
        continue;
      for (guint r = 0; r < batch->renditions->len; r++)
        if (steer_rendition (self, g_ptr_array_index (batch->renditions, r)))
          batch->pushed = FALSE;
    }
}
