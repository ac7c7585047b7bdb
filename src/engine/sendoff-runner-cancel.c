/* Ending single outputs while the others go on. */
#include "engine/sendoff-runner-private.h"

/* Whether @output is completed, failed or cancelled. Any thread. */
gboolean
sendoff_runner_is_over (SendoffRunner *self, guint output)
{
  gboolean over;

  g_mutex_lock (&self->mutex);
  over = self->outputs[output].over;
  g_mutex_unlock (&self->mutex);
  return over;
}

/* From here on it is too late to cancel @output. Returns FALSE when that happened before. */
gboolean
sendoff_runner_claim (SendoffRunner *self, guint output)
{
  gboolean claimed;

  g_mutex_lock (&self->mutex);
  claimed = self->outputs[output].naming = !self->outputs[output].over;
  g_mutex_unlock (&self->mutex);
  return claimed;
}

/* @output did not get its final name after all. */
void
sendoff_runner_unclaim (SendoffRunner *self, guint output)
{
  g_mutex_lock (&self->mutex);
  self->outputs[output].naming = FALSE;
  g_mutex_unlock (&self->mutex);
}

static gboolean
part_is_wanted_locked (SendoffRunner *self, const RunnerWork *work, gpointer part)
{
  switch (work->kind)
    {
    case RUNNER_WORK_CHUNKS:
      return sendoff_runner_is_wanted_locked (self, ((RunnerRendition *)part)->outputs);
    case RUNNER_WORK_AUDIO:
      return sendoff_runner_is_wanted_locked (self, ((RunnerTrack *)part)->outputs);
    case RUNNER_WORK_FINISH:
      return !((RunnerOutput *)part)->over;
    default:
      g_assert_not_reached ();
    }
}

static guint
count_wanted_locked (SendoffRunner *self, const RunnerWork *work)
{
  guint count = 0;

  for (guint i = 0; i < work->parts->len; i++)
    count += part_is_wanted_locked (self, work, g_ptr_array_index (work->parts, i)) ? 1 : 0;
  return count;
}

static void
cancel_unwanted_locked (SendoffRunner *self)
{
  for (guint i = 0; self->lane != NULL && i < self->works->len; i++)
    {
      RunnerWork *work = g_ptr_array_index (self->works, i);

      if (count_wanted_locked (self, work) == 0)
        sendoff_lane_cancel (self->lane, work);
    }
}

/* Slots are for what is still wanted. */
void
sendoff_runner_cancel_unwanted (SendoffRunner *self)
{
  g_mutex_lock (&self->mutex);
  cancel_unwanted_locked (self);
  g_mutex_unlock (&self->mutex);
}

/* What became unwanted just before @work was pushed did not find it. */
void
sendoff_runner_note_pushed (SendoffRunner *self, RunnerWork *work)
{
  g_mutex_lock (&self->mutex);
  if (count_wanted_locked (self, work) == 0)
    sendoff_lane_cancel (self->lane, work);
  g_mutex_unlock (&self->mutex);
}

/* One decoder feeds several encoders: without the one that is not wanted, the others are faster. They lose no more than
 * the chunks that they are in. */
static void
call_back_shared_locked (SendoffRunner *self, guint output)
{
  RunnerRendition *rendition = self->outputs[output].rendition;

  if (self->lane == NULL || rendition == NULL || sendoff_runner_is_wanted_locked (self, rendition->outputs))
    return;
  for (guint i = 0; i < self->works->len; i++)
    {
      RunnerWork *work = g_ptr_array_index (self->works, i);

      if (work->kind != RUNNER_WORK_CHUNKS || !g_ptr_array_find (work->parts, rendition, NULL)
          || count_wanted_locked (self, work) == 0)
        continue;
      work->called_back = TRUE;
      sendoff_lane_cancel (self->lane, work);
    }
}

/* Whether @work came back because of that, and not because it was done. Runner's thread. */
gboolean
sendoff_runner_was_called_back (SendoffRunner *self, RunnerWork *work)
{
  gboolean called_back;

  g_mutex_lock (&self->mutex);
  called_back = work->called_back;
  g_mutex_unlock (&self->mutex);
  return called_back && (!work->ran || g_error_matches (work->error, G_IO_ERROR, G_IO_ERROR_CANCELLED));
}

/**
 * sendoff_runner_cancel_output:
 *
 * Gives @output up while the others go on; not the last one, which is to be cancelled as the whole job is. Without
 * effect when it is over or about to get its final name. Any thread, before or while it runs.
 */
void
sendoff_runner_cancel_output (SendoffRunner *self, guint output)
{
  g_mutex_lock (&self->mutex);
  if (!self->outputs[output].over && !self->outputs[output].naming)
    {
      self->outputs[output].over = TRUE;
      sendoff_tracker_cancel (self->tracker, output);
      call_back_shared_locked (self, output);
      cancel_unwanted_locked (self);
    }
  g_mutex_unlock (&self->mutex);
}
