/* Large chunks give their space back while the file is made of them.
 *
 * They lie in a folder that is this job's alone, so that nobody else takes them for whole. From the first
 * byte that is given back on, the unfinished file is as precious as they were: it stays whatever ends the
 * job's process, and the next one goes on with it. Only if somebody removes or changes it meanwhile, what it
 * held is encoded again.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-runner-private.h"
#include "model/sendoff-handover-note.h"

/* (transfer full): the folder's name for chunks of @output that others know by @key. */
char *
sendoff_runner_dup_chunks_key (SendoffRunner *self, guint output, const char *key)
{
  return sendoff_output_plan_hands_over (self->outputs[output].plan)
             ? sendoff_job_folder_dup_own_key (self->export_id, key)
             : g_strdup (key);
}

static char *
dup_note_path (const RunnerOutput *output)
{
  return output->rendition != NULL
             ? g_build_filename (output->rendition->ledger->folder, SENDOFF_HANDOVER_LEAF, NULL)
             : NULL;
}

/* The others of its outputs would find nothing left. */
static gboolean
is_only_reader (SendoffRunner *self, const RunnerOutput *output)
{
  GArray *readers = output->rendition->outputs;
  gboolean only = TRUE;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < readers->len; i++)
    {
      const RunnerOutput *reader = &self->outputs[g_array_index (readers, guint, i)];

      only &= reader == output || reader->over;
    }
  g_mutex_unlock (&self->mutex);
  return only;
}

/* An empty file whose name survives a power cut. */
static gboolean
make_part (const RunnerOutput *output, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (output->part_path);
  int fd = open (output->part_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

  if (fd < 0)
    {
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The file cannot be written");
      return FALSE;
    }
  close (fd);
  return sendoff_disk_sync_folder (folder, error);
}

/* Completes @spec, of the mux of @output; FALSE with the disk's error. Any of the scheduler's threads. */
gboolean
sendoff_runner_begin_handover (SendoffRunner *self,
                               RunnerOutput *output,
                               SendoffWorkerSpec *spec,
                               GError **error)
{
  g_autofree char *note = dup_note_path (output);

  spec->target_path = g_strdup (output->part_path);
  if (!sendoff_output_plan_hands_over (output->plan) || !is_only_reader (self, output))
    {
      unlink (output->part_path);
      return TRUE;
    }
  if (!g_file_test (note, G_FILE_TEST_EXISTS))
    {
      unlink (output->part_path);
      if (!make_part (output, error))
        return FALSE;
    }
  spec->handover_path = g_steal_pointer (&note);
  spec->handover_bytes = sendoff_output_plan_get_handover_bytes (output->plan);
  return TRUE;
}

/* What @output's chunks have given back is not to be had any more: they are encoded again. */
static void
forget_chunks (SendoffRunner *self, RunnerOutput *output, const char *note_path, guint count)
{
  g_mutex_lock (&self->mutex);
  sendoff_chunk_ledger_drop_first (output->rendition->ledger, count);
  g_mutex_unlock (&self->mutex);
  g_unlink (note_path);
  g_unlink (output->part_path);
  sendoff_tracker_add_warning (
      self->tracker, (guint)(output - self->outputs),
      "The unfinished file was changed or removed meanwhile: what it held is encoded again.");
}

/* Whether the file under @output's temporary name is all there is of some of its chunks; if it was, and is
 * not any more, they are encoded again. Otherwise it is of no use, and goes. Runner's thread, while the
 * output is not being finished. */
gboolean
sendoff_runner_settle_part (SendoffRunner *self, guint index)
{
  RunnerOutput *output = &self->outputs[index];
  g_autofree char *note_path = dup_note_path (output);
  g_autoptr (SendoffHandoverNote) note = NULL;
  g_autoptr (GError) error = NULL;
  GStatBuf found;

  if (note_path != NULL)
    note = sendoff_handover_note_read (note_path, &error);
  if (note != NULL && g_lstat (output->part_path, &found) == 0 && sendoff_handover_note_fits (note, &found))
    return TRUE;
  if (note != NULL || error != NULL)
    forget_chunks (self, output, note_path, note != NULL ? (guint)note->n_chunks : G_MAXUINT);
  g_unlink (output->part_path);
  return FALSE;
}

/* A worker found that the unfinished file is not what its chunks have given: begins with them again. Returns
 * FALSE when there was none. Runner's thread. */
gboolean
sendoff_runner_undo_handover (SendoffRunner *self, guint index)
{
  RunnerOutput *output = &self->outputs[index];
  g_autofree char *note_path = dup_note_path (output);

  if (note_path == NULL || !g_file_test (note_path, G_FILE_TEST_EXISTS))
    return FALSE;
  forget_chunks (self, output, note_path, G_MAXUINT);
  for (guint i = 0; i < self->batches->len; i++)
    {
      RunnerBatch *batch = g_ptr_array_index (self->batches, i);

      if (g_ptr_array_find (batch->renditions, output->rendition, NULL))
        batch->pushed = FALSE;
    }
  output->finishing = FALSE;
  return TRUE;
}
