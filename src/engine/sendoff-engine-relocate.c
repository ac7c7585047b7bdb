/* Jobs whose source is somewhere else now: known again by its identity, size and a sample of the content. */
#include "engine/sendoff-engine-private.h"

#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-identity.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"

typedef struct
{
  SendoffStore *store;
  SendoffJob *job; /* touched on the main context only */
  SendoffStoredJob *stored;
  char *cache_dir;
  GFile *file;
} Relocation;

static void
relocation_free (gpointer data)
{
  Relocation *self = data;

  g_object_unref (self->store);
  g_object_unref (self->job);
  sendoff_stored_job_free (self->stored);
  g_object_unref (self->file);
  g_free (self->cache_dir);
  g_free (self);
}

/**
 * sendoff_source_check:
 * @identity: as sendoff_identity_compute() gave it when the source was planned
 *
 * Reads a sample of @file; blocking.
 *
 * Returns: whether it is that source; otherwise %SENDOFF_ERROR_SOURCE_UNREADABLE or
 * %SENDOFF_ERROR_SOURCE_CHANGED
 */
gboolean
sendoff_source_check (GFile *file, const char *identity, GError **error)
{
  g_autofree char *basename = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (basename != NULL ? basename : "?");
  g_autofree char *found = NULL;
  int fd = sendoff_identity_open_source (file, NULL, error);

  if (fd < 0)
    return FALSE;
  found = sendoff_identity_compute (fd, error);
  close (fd);
  if (found == NULL)
    return FALSE;
  if (g_strcmp0 (found, identity) == 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED,
               _ ("“%s” is not the video that this export was planned for: its content is different."), name);
  return FALSE;
}

/** sendoff_source_check_job: as sendoff_source_check(), for the source of a stored job. */
gboolean
sendoff_source_check_job (const SendoffStoredJob *job, GError **error)
{
  JsonObject *config = json_node_get_object (job->export_config);
  JsonObject *request = json_object_get_object_member (config, "request");
  g_autoptr (GFile) file
      = g_file_new_for_uri (json_object_get_string_member_with_default (request, "source_uri", ""));

  return sendoff_source_check (file, job->source_id, error);
}

typedef struct
{
  GFile *file;
  char *identity;
} Check;

static void
check_free (gpointer data)
{
  Check *self = data;

  g_object_unref (self->file);
  g_free (self->identity);
  g_free (self);
}

static void
check_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  const Check *check = data;
  GError *error = NULL;

  if (sendoff_source_check (check->file, check->identity, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

/** sendoff_engine_check_source_async: whether the content of @file is still, or again, that of @identity, as
 * the facts about a source have it. */
void
sendoff_engine_check_source_async (SendoffEngine *self,
                                   GFile *file,
                                   const char *identity,
                                   GCancellable *cancellable,
                                   GAsyncReadyCallback callback,
                                   gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Check *check = g_new0 (Check, 1);

  check->file = g_object_ref (file);
  check->identity = g_strdup (identity);
  g_task_set_source_tag (task, sendoff_engine_check_source_async);
  g_task_set_task_data (task, check, check_free);
  g_task_run_in_thread (task, check_thread);
}

/** sendoff_engine_check_source_finish: FALSE with the errors of sendoff_source_check() or
 * %G_IO_ERROR_CANCELLED. */
gboolean
sendoff_engine_check_source_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
store_uri (Relocation *self, GError **error)
{
  g_autofree char *uri = g_file_get_uri (self->file);
  JsonObject *config = json_node_get_object (self->stored->export_config);

  json_object_set_string_member (json_object_get_object_member (config, "request"), "source_uri", uri);
  return sendoff_store_save_job_sync (self->store, self->stored, error);
}

/* With the lock, nobody else carries the job out meanwhile. */
static void
relocate_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Relocation *self = data;
  g_autoptr (GError) error = NULL;
  gboolean over = sendoff_status_is_final (sendoff_status_from_nick (self->stored->status));
  int lock_fd;

  if (!sendoff_source_check (self->file, self->stored->source_id, &error))
    {
      g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  lock_fd = sendoff_job_folder_take_lock (self->cache_dir, self->stored->export_id, &error);
  if (lock_fd >= 0)
    store_uri (self, &error);
  if (over && lock_fd >= 0)
    {
      g_autofree char *path = sendoff_job_folder_dup_lock_path (self->cache_dir, self->stored->export_id);

      sendoff_disk_release_folder (lock_fd, path, NULL);
    }
  else if (lock_fd >= 0)
    close (lock_fd);
  if (error == NULL)
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

/**
 * sendoff_engine_relocate_async:
 * @job: one that runs nowhere: interrupted, or over
 * @file: where its source is now
 *
 * Makes sure that @file is the source that was planned, and lets the job take it from there. The job can be
 * resumed or tried again then, and goes on with the chunks that it has.
 */
void
sendoff_engine_relocate_async (SendoffEngine *self,
                               SendoffJob *job,
                               GFile *file,
                               GCancellable *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Relocation *relocation;

  g_return_if_fail (sendoff_engine_get_store (self) != NULL);
  g_task_set_source_tag (task, sendoff_engine_relocate_async);
  if (!sendoff_job_get_interrupted (job) && !sendoff_status_is_final (sendoff_job_get_status (job)))
    {
      g_task_return_new_error (task, SENDOFF_ERROR, SENDOFF_ERROR_FAILED, "%s",
                               _ ("This export is running; it reads the video from where it was."));
      return;
    }
  relocation = g_new0 (Relocation, 1);
  relocation->store = g_object_ref (sendoff_engine_get_store (self));
  relocation->job = g_object_ref (job);
  relocation->stored = sendoff_job_dup_stored (job);
  relocation->file = g_object_ref (file);
  relocation->cache_dir = g_strdup (sendoff_engine_get_cache_dir (self));
  g_task_set_task_data (task, relocation, relocation_free);
  g_task_run_in_thread (task, relocate_thread);
}

/** sendoff_engine_relocate_finish: FALSE with %SENDOFF_ERROR_SOURCE_UNREADABLE, %SENDOFF_ERROR_SOURCE_CHANGED
 * when it is another video, %G_IO_ERROR_WOULD_BLOCK when another process carries the job out, or the store's
 * error. */
gboolean
sendoff_engine_relocate_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  Relocation *relocation;
  g_autofree char *uri = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  relocation = g_task_get_task_data (G_TASK (result));
  uri = g_file_get_uri (relocation->file);
  g_object_set (sendoff_job_get_request (relocation->job), "source-uri", uri, NULL);
  sendoff_job_set_source_problem (relocation->job, NULL, FALSE);
  return TRUE;
}
