/* Hardware encoders can fail at any time: a driver crashes, another program takes the last session, a picture
 * is larger than the chip takes. What the plan says for that case is done then: the same output in software,
 * from its first chunk, because one file is never made by two encoders. A mark in the job's folder lets a
 * later run know. */
#include "engine/sendoff-runner-private.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/sendoff-i18n.h"
#include "engine/sendoff-job-folder.h"

#define STAGE "encoding"

static char *
dup_mark (SendoffRunner *self, guint output)
{
  g_autofree char *leaf = g_strdup_printf ("software-%u", output);

  return sendoff_job_folder_dup_path (self->cache_dir, self->export_id, leaf);
}

/* The runner's plan is a copy of its own. */
static void
take_software_plan (SendoffRunner *self, guint output)
{
  SendoffOutputPlan *plan = g_ptr_array_index (self->plan->outputs, output);
  SendoffVideoPlan *hardware = plan->video;

  plan->video = g_steal_pointer (&hardware->software);
  sendoff_video_plan_free (hardware);
}

static gboolean
is_hardware (const SendoffOutputPlan *plan)
{
  return plan->video != NULL && plan->video->software != NULL;
}

/* Before its rendition is made: in an earlier run @output's hardware encoder failed. */
void
sendoff_runner_recall_fallback (SendoffRunner *self, guint output)
{
  g_autofree char *mark = dup_mark (self, output);

  if (is_hardware (self->outputs[output].plan) && g_file_test (mark, G_FILE_TEST_EXISTS))
    take_software_plan (self, output);
}

/* Decides that @rendition, whose encoder failed with @error, is made in software; FALSE when that is not the
 * way out. Runner's thread. */
gboolean
sendoff_runner_fall_back (SendoffRunner *self, RunnerRendition *rendition, const GError *error)
{
  if (rendition->video->software == NULL || rendition->hardware_error != NULL)
    return rendition->hardware_error != NULL;
  if (!sendoff_runner_may_be_encoder (error))
    return FALSE;
  rendition->hardware_error = g_error_copy (error);
  for (guint i = 0; i < self->works->len; i++)
    {
      RunnerWork *work = g_ptr_array_index (self->works, i);

      if (work->kind == RUNNER_WORK_CHUNKS && g_ptr_array_find (work->parts, rendition, NULL))
        sendoff_lane_cancel (self->lane, work);
    }
  return TRUE;
}

/* For people, and for a later run. */
static void
note_fallback (SendoffRunner *self, const RunnerRendition *rendition)
{
  for (guint i = 0; i < rendition->outputs->len; i++)
    {
      guint output = g_array_index (rendition->outputs, guint, i);
      const SendoffVideoPlan *video = self->outputs[output].plan->video;
      g_autofree char *mark = dup_mark (self, output);
      g_autofree char *warning
          = g_strdup_printf (_ ("%s It was encoded with %s instead."), rendition->hardware_error->message,
                             video->software->encoder);
      int fd = open (mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

      if (fd >= 0)
        close (fd);
      sendoff_tracker_add_warning (self->tracker, output, warning);
    }
}

static void
take_software_plans (SendoffRunner *self, RunnerRendition *rendition)
{
  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < rendition->outputs->len; i++)
    take_software_plan (self, g_array_index (rendition->outputs, guint, i));
  rendition->video = self->outputs[rendition->output].plan->video;
  g_mutex_unlock (&self->mutex);
}

static void
take_ledger (SendoffRunner *self, RunnerRendition *rendition, SendoffChunkLedger *ledger)
{
  SendoffChunkLedger *before = rendition->ledger;

  g_mutex_lock (&self->mutex);
  rendition->ledger = ledger;
  g_mutex_unlock (&self->mutex);
  sendoff_chunk_ledger_close (before, TRUE);
}

static gboolean
open_software_ledger (SendoffRunner *self, RunnerRendition *rendition, GError **error)
{
  g_autofree char *captions = sendoff_runner_dup_captions_identity (self, rendition->output, NULL);
  g_auto (GStrv) ingredients = sendoff_runner_dup_ingredients (self, captions);
  g_autofree char *key = sendoff_plan_dup_video_key (self->plan, rendition->output, ingredients);
  g_autofree char *identity = sendoff_plan_dup_video_identity (self->plan, rendition->output, ingredients);
  SendoffChunkLedger *ledger = sendoff_runner_open_ledger (self, rendition->output, key, error);

  if (ledger == NULL)
    return FALSE;
  take_ledger (self, rendition, ledger);
  sendoff_runner_begin_rate (self, rendition, identity);
  return TRUE;
}

/* Nothing of @rendition runs: only its pointers are changed under the mutex, for which the main loop may
 * wait. */
static void
switch_over (SendoffRunner *self, RunnerRendition *rendition)
{
  g_autoptr (GError) error = NULL;
  gboolean ok;

  note_fallback (self, rendition);
  take_software_plans (self, rendition);
  rendition->is_uneven = TRUE;
  ok = open_software_ledger (self, rendition, &error);
  g_clear_error (&rendition->hardware_error);
  if (!ok)
    sendoff_runner_fail_outputs (self, rendition->outputs, error, STAGE);
  for (guint i = 0; ok && i < self->batches->len; i++)
    {
      RunnerBatch *batch = g_ptr_array_index (self->batches, i);

      if (g_ptr_array_find (batch->renditions, rendition, NULL))
        batch->pushed = FALSE;
    }
}

/* Begins what has to be made in software, once nothing of the hardware's work is under way any more. */
void
sendoff_runner_finish_fallbacks (SendoffRunner *self)
{
  for (guint i = 0; i < self->renditions->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);

      if (rendition->hardware_error != NULL && rendition->n_works == 0)
        switch_over (self, rendition);
    }
}
