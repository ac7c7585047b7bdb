#include "engine/sendoff-startup.h"

#include "base/sendoff-error.h"
#include "engine/sendoff-chunk-cache.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-engine-private.h"
#include "engine/sendoff-environment.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"
#include "engine/sendoff-platform-files.h"
#include "engine/sendoff-restore.h"
#include "engine/sendoff-spool.h"

#define DATABASE_FILE "sendoff.db"
#define SETTINGS_FILE "settings.json"

/** sendoff_startup_free: frees what was found and not taken. */
void
sendoff_startup_free (SendoffStartup *start)
{
  g_free (start->data_dir);
  g_free (start->cache_dir);
  g_free (start->worker_path);
  g_clear_pointer (&start->client, sendoff_worker_client_free);
  g_clear_object (&start->catalog);
  g_clear_pointer (&start->machine, sendoff_machine_free);
  g_clear_object (&start->store);
  g_clear_object (&start->settings);
  g_clear_pointer (&start->marks, g_ptr_array_unref);
  g_clear_pointer (&start->jobs, g_ptr_array_unref);
  g_free (start);
}

static gboolean
open_store (SendoffStartup *start, GError **error)
{
  g_autofree char *path = g_build_filename (start->data_dir, DATABASE_FILE, NULL);
  g_autoptr (SendoffCatalog) base = sendoff_platform_files_load_catalog (start->data_dir, error);
  g_autoptr (GPtrArray) presets = NULL;

  if (base == NULL || !sendoff_disk_make_folder (start->data_dir, error))
    return FALSE;
  start->store = sendoff_store_new (path);
  if (!sendoff_store_open_sync (start->store, base, error))
    return FALSE;
  presets = sendoff_store_list_presets_sync (start->store, error);
  if (presets == NULL)
    return FALSE;
  start->catalog = sendoff_catalog_new_with_presets (base, presets, error);
  return start->catalog != NULL;
}

static gboolean
job_is_over (const char *export_id, gpointer data)
{
  SendoffStore *store = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffStoredJob) job = sendoff_store_get_job_sync (store, export_id, &error);

  if (job == NULL)
    return g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
  return sendoff_status_is_final (sendoff_status_from_nick (job->status));
}

/* What was spooled for jobs that are over is not needed any more. */
static void
sweep_spool (SendoffStartup *start)
{
  g_autoptr (GHashTable) needed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < start->jobs->len; i++)
    {
      SendoffJob *job = g_ptr_array_index (start->jobs, i);
      char *uri = NULL;

      if (sendoff_status_is_final (sendoff_job_get_status (job)))
        continue;
      g_object_get (sendoff_job_get_request (job), "source-uri", &uri, NULL);
      if (uri != NULL)
        g_hash_table_add (needed, uri);
    }
  sendoff_spool_sweep (start->cache_dir, needed);
}

/* A thousand jobs are some ten megabytes of JSON, which is why they are not left to the main context; parsed they are
 * many times that, and memory once used stays with the process, which is why they are parsed one by one. */
static gboolean
list_jobs (SendoffStartup *start, GError **error)
{
  g_autoptr (GPtrArray) ids = NULL;

  sendoff_job_folder_sweep (start->cache_dir, job_is_over, start->store);
  start->version = SENDOFF_STORE_NEVER;
  if (!sendoff_store_list_marks_sync (start->store, &start->version, &start->marks, error))
    return FALSE;
  ids = sendoff_store_list_job_ids_sync (start->store, SENDOFF_LISTED_JOBS_MAX, error);
  if (ids == NULL)
    return FALSE;
  start->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (SendoffStoredJob) stored
          = sendoff_store_get_job_sync (start->store, g_ptr_array_index (ids, i), &local);
      SendoffJob *job = stored != NULL ? sendoff_restore_job (start->cache_dir, stored) : NULL;

      if (stored == NULL)
        g_info ("stored job left out: %s", local->message);
      if (job != NULL)
        g_ptr_array_add (start->jobs, job);
    }
  sweep_spool (start);
  return TRUE;
}

static gboolean
read_lessons (SendoffStartup *start, GError **error)
{
  g_autoptr (GPtrArray) lessons = sendoff_store_list_lessons_sync (start->store, error);

  for (guint i = lessons != NULL ? lessons->len : 0; i > 0; i--)
    sendoff_machine_learn (start->machine, g_ptr_array_index (lessons, i - 1));
  return lessons != NULL;
}

/* What other processes left of the cache is bounded here. */
static void
read_settings (SendoffStartup *start)
{
  g_autofree char *path = g_build_filename (start->data_dir, SETTINGS_FILE, NULL);

  start->settings = sendoff_settings_new (path);
  sendoff_chunk_cache_trim (start->cache_dir,
                            sendoff_chunk_cache_choose_limit (start->cache_dir,
                                                              sendoff_settings_get_cache_limit (start->settings)));
}

/**
 * sendoff_startup_run:
 * @start: with what the engine was told: folders and worker, each may be %NULL
 * @cores: encoding slots, 0 for all
 *
 * Returns: whether everything was found; otherwise the error of what was missing
 */
gboolean
sendoff_startup_run (SendoffStartup *start, int cores, GCancellable *cancellable, GError **error)
{
  if (start->data_dir == NULL)
    start->data_dir = sendoff_environment_dup_data_dir ();
  if (start->cache_dir == NULL)
    start->cache_dir = sendoff_environment_dup_cache_dir ();
  if (start->worker_path == NULL)
    start->worker_path = sendoff_environment_find_worker (error);
  if (start->worker_path == NULL || !sendoff_disk_make_folder (start->cache_dir, error)
      || !sendoff_engine_prepare_requests (start->cache_dir, error))
    return FALSE;
  start->client = sendoff_worker_client_new (start->worker_path);
  if (!open_store (start, error))
    return FALSE;
  start->machine = sendoff_environment_learn_machine (start->client, start->catalog, start->cache_dir, cores,
                                                      cancellable, error);
  if (start->machine == NULL || !list_jobs (start, error) || !read_lessons (start, error))
    return FALSE;
  read_settings (start);
  return TRUE;
}
