/* Jobs that another process carries out are asked to change: a file named after the job and the wish, in a
 * folder that every process watches. Whoever holds the job does it and removes the file. A job that nobody
 * holds is changed here.
 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"

#define FOLDER "requests"

/* Who asks looks this often, asks again this often (the job may have changed hands), and gives up after a
 * while. */
#define LOOK_EVERY_US   (50 * G_TIME_SPAN_MILLISECOND)
#define ASK_EVERY_LOOKS 20
#define LOOKS_MAX       400

static const char *const control_nicks[] = {
  [SENDOFF_CONTROL_CANCEL] = "cancel", [SENDOFF_CONTROL_PAUSE] = "pause",
  [SENDOFF_CONTROL_RESUME] = "resume", [SENDOFF_CONTROL_PRIORITY] = "priority",
  [SENDOFF_CONTROL_RETRY] = "retry",
};

/* ---- For those who hold jobs ---- */

static void
cancel_here (SendoffJob *job, int output)
{
  g_autoptr (SendoffExport) export = NULL;

  if (output < 0)
    {
      sendoff_job_cancel (job);
      return;
    }
  export = g_list_model_get_item (sendoff_job_get_exports (job), (guint)output);
  if (export != NULL)
    sendoff_job_cancel_export (job, export);
}

static void
change_here (SendoffEngine *self, SendoffJob *job, SendoffControl control, int value)
{
  if (control == SENDOFF_CONTROL_CANCEL)
    cancel_here (job, value);
  else if (control == SENDOFF_CONTROL_PRIORITY)
    sendoff_queue_set_priority (sendoff_engine_get_queue (self), job, value);
  else if (control == SENDOFF_CONTROL_RETRY)
    sendoff_queue_retry (sendoff_engine_get_queue (self), job, value);
  else if (control == SENDOFF_CONTROL_PAUSE)
    sendoff_job_pause (job);
  else
    sendoff_job_resume (job);
}

/* "ID.WISH.NUMBER". FALSE when it is none of ours. */
static gboolean
take_request (SendoffEngine *self, const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, ".", 3);
  SendoffQueue *queue = sendoff_engine_get_queue (self);
  SendoffJob *job = g_strv_length (parts) == 3 ? sendoff_engine_find_job (self, parts[0]) : NULL;

  if (job == NULL || queue == NULL || !sendoff_queue_contains (queue, job))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (control_nicks); i++)
    if (g_str_equal (control_nicks[i], parts[1]))
      {
        change_here (self, job, (SendoffControl)i, (int)g_ascii_strtoll (parts[2], NULL, 10));
        return TRUE;
      }
  return FALSE;
}

static void
on_request (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  g_autofree char *name = g_file_get_basename (file);

  if (event == G_FILE_MONITOR_EVENT_CREATED && take_request (data, name))
    g_file_delete_async (file, G_PRIORITY_DEFAULT, NULL, NULL, NULL);
}

/* (transfer full) (nullable): hears what other processes ask for, for as long as it is kept; the folder must
 * exist. */
GFileMonitor *
sendoff_engine_watch_requests (SendoffEngine *self)
{
  g_autofree char *path = g_build_filename (sendoff_engine_get_cache_dir (self), FOLDER, NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  GFileMonitor *monitor = g_file_monitor_directory (folder, G_FILE_MONITOR_NONE, NULL, &error);

  if (monitor == NULL)
    g_info ("other processes cannot ask for anything: %s", error->message);
  else
    g_signal_connect_object (monitor, "changed", G_CALLBACK (on_request), self, 0);
  return monitor;
}

/* Makes the folder, and removes what nobody waits for any more. Blocking. */
gboolean
sendoff_engine_prepare_requests (const char *cache_dir, GError **error)
{
  g_autofree char *folder = g_build_filename (cache_dir, FOLDER, NULL);
  g_autoptr (GDir) dir = NULL;

  if (!sendoff_disk_make_folder (folder, error))
    return FALSE;
  dir = g_dir_open (folder, 0, NULL);
  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      struct stat found;

      if (stat (path, &found) == 0
          && found.st_mtime
                 < g_get_real_time () / G_USEC_PER_SEC - LOOKS_MAX * LOOK_EVERY_US / G_USEC_PER_SEC)
        g_unlink (path);
    }
  return TRUE;
}

/* ---- For those who ask ---- */

typedef struct
{
  SendoffControl control;
  int value;
  char *cache_dir;
  SendoffStore *store;
  SendoffJob *job; /* touched on the main context only */
  char *export_id;
  gboolean here; /* nobody holds it: what is left to do is done on the main context */
} Wish;

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_clear_object (&wish->store);
  g_object_unref (wish->job);
  g_free (wish->cache_dir);
  g_free (wish->export_id);
  g_free (wish);
}

/* Under the job's lock. */
static gboolean
change_stored (Wish *wish, GError **error)
{
  g_autoptr (SendoffStoredJob) stored = sendoff_store_get_job_sync (wish->store, wish->export_id, error);

  if (stored == NULL)
    return FALSE;
  if (sendoff_status_is_final (sendoff_status_from_nick (stored->status)))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("This export is over: it is %s."),
                   stored->status);
      return FALSE;
    }
  if (wish->control == SENDOFF_CONTROL_CANCEL)
    return TRUE;
  if (wish->control == SENDOFF_CONTROL_RETRY)
    {
      g_set_error_literal (
          error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
          _ ("This export was interrupted. Let it go on first; then what failed can be tried again."));
      return FALSE;
    }
  if (wish->control == SENDOFF_CONTROL_PRIORITY)
    stored->priority = wish->value;
  else
    stored->paused = wish->control == SENDOFF_CONTROL_PAUSE;
  return sendoff_store_save_job_sync (wish->store, stored, error);
}

static gboolean
ask (const char *path, GError **error)
{
  int fd;

  g_unlink (path);
  fd = open (path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    {
      sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno,
                              _ ("The program that carries the export out cannot be reached"));
      return FALSE;
    }
  close (fd);
  return TRUE;
}

/* Whether the wish has nothing left to wait for: what is cancelled is waited for until it is let go. */
static gboolean
was_granted (const Wish *wish, const char *path, gboolean asked)
{
  return asked && !(wish->control == SENDOFF_CONTROL_CANCEL && wish->value < 0)
         && !g_file_test (path, G_FILE_TEST_EXISTS);
}

/* The job came free: either it was cancelled by its holder meanwhile, or it is to be changed here. */
static gboolean
change_free (Wish *wish, gboolean taken, GError **error)
{
  if (taken)
    return TRUE;
  wish->here = TRUE;
  return change_stored (wish, error);
}

static gboolean
carry_out (Wish *wish, const char *path, GError **error)
{
  gboolean asked = FALSE;

  for (guint looks = 0; looks < LOOKS_MAX; looks++)
    {
      g_autoptr (GError) local = NULL;
      int fd = sendoff_job_folder_take_lock (wish->cache_dir, wish->export_id, &local);

      if (fd >= 0)
        {
          gboolean ok = change_free (wish, asked && !g_file_test (path, G_FILE_TEST_EXISTS), error);

          close (fd);
          return ok;
        }
      if (was_granted (wish, path, asked))
        return TRUE;
      if ((!asked || (looks % ASK_EVERY_LOOKS == 0 && g_file_test (path, G_FILE_TEST_EXISTS)))
          && !ask (path, error))
        return FALSE;
      asked = TRUE;
      g_usleep (LOOK_EVERY_US);
    }
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
                       _ ("The program that carries this export out does not answer."));
  return FALSE;
}

static void
control_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Wish *wish = data;
  g_autofree char *leaf
      = g_strdup_printf ("%s.%s.%d", wish->export_id, control_nicks[wish->control], wish->value);
  g_autofree char *path = g_build_filename (wish->cache_dir, FOLDER, leaf, NULL);
  GError *error = NULL;
  gboolean ok = carry_out (wish, path, &error);

  g_unlink (path);
  if (ok)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/**
 * sendoff_engine_control_async:
 * @control: what is to become of @job, which is not over
 * @value: for a cancel or a retry the position of one export, -1 for all of them; for a priority that number
 *
 * The job may wait, run here or in another process, or be interrupted. A cancelled one that nobody carried
 * out is cleaned up here: wait for its end.
 */
void
sendoff_engine_control_async (SendoffEngine *self,
                              SendoffJob *job,
                              SendoffControl control,
                              int value,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  SendoffQueue *queue = sendoff_engine_get_queue (self);
  Wish *wish = g_new0 (Wish, 1);

  wish->control = control;
  wish->value = value;
  wish->job = g_object_ref (job);
  wish->export_id = g_strdup (sendoff_job_get_export_id (job));
  wish->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self));
  g_task_set_source_tag (task, sendoff_engine_control_async);
  g_task_set_task_data (task, wish, wish_free);
  if (queue != NULL && sendoff_queue_contains (queue, job))
    {
      wish->here = TRUE;
      g_task_return_boolean (task, TRUE);
      return;
    }
  wish->store = g_object_ref (sendoff_engine_get_store (self));
  g_task_run_in_thread (task, control_thread);
}

/** sendoff_engine_control_finish: FALSE when the job is over, or whoever carries it out does not answer. */
gboolean
sendoff_engine_control_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  Wish *wish;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  wish = g_task_get_task_data (G_TASK (result));
  if (wish->here && wish->store != NULL)
    {
      sendoff_job_set_elsewhere (wish->job, FALSE);
      sendoff_job_set_interrupted (wish->job, TRUE);
    }
  if (wish->here || (wish->control != SENDOFF_CONTROL_CANCEL && wish->control != SENDOFF_CONTROL_RETRY))
    change_here (self, wish->job, wish->control, wish->value);
  return TRUE;
}

/* ---- After a start ---- */

static void
on_gone_on (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!sendoff_engine_resume_finish (SENDOFF_ENGINE (object), result, &error))
    g_message ("An interrupted export stays interrupted: %s", error->message);
}

/**
 * sendoff_engine_go_on:
 *
 * Goes on with every export that was interrupted, if the user wants that to happen by itself: not with those that were
 * paused or never begun, nor with those whose video is not where it was.
 */
void
sendoff_engine_go_on (SendoffEngine *self)
{
  GListModel *jobs = sendoff_engine_get_jobs (self);
  gboolean wanted;

  g_object_get (sendoff_engine_get_settings (self), "resume-automatically", &wanted, NULL);
  for (guint i = g_list_model_get_n_items (jobs); wanted && i > 0; i--)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i - 1);

      if (sendoff_job_get_interrupted (job) && !sendoff_job_get_paused (job)
          && sendoff_job_get_status (job) != SENDOFF_STATUS_QUEUED && sendoff_job_get_source_problem (job) == NULL)
        sendoff_engine_resume_async (self, job, NULL, on_gone_on, NULL);
    }
}
