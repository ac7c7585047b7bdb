#include "app/sendoff-queue-list.h"

static void
add_rows (GPtrArray *rows, SendoffJob *job)
{
  GListModel *exports = sendoff_job_get_exports (job);

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      g_ptr_array_add (rows, sendoff_queue_item_new (job, export));
    }
}

/* Rows of the first @n_jobs jobs. */
static guint
count_rows (GListModel *jobs, guint n_jobs)
{
  guint n = 0;

  for (guint i = 0; i < n_jobs; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      n += g_list_model_get_n_items (sendoff_job_get_exports (job));
    }
  return n;
}

/* Rows of the next @n_jobs jobs, from row @first on. */
static guint
count_rows_of_jobs (GListStore *rows, guint first, guint n_jobs)
{
  guint n_rows = g_list_model_get_n_items (G_LIST_MODEL (rows)), row = first;

  for (guint n = 0; n < n_jobs && row < n_rows; n++)
    {
      g_autoptr (SendoffQueueItem) item = g_list_model_get_item (G_LIST_MODEL (rows), row);

      row += g_list_model_get_n_items (sendoff_job_get_exports (sendoff_queue_item_get_job (item)));
    }
  return row - first;
}

static void
on_jobs_changed (GListModel *jobs, guint position, guint removed, guint added, GListStore *rows)
{
  g_autoptr (GPtrArray) new_rows = g_ptr_array_new_with_free_func (g_object_unref);
  guint first = count_rows (jobs, position);

  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      add_rows (new_rows, job);
    }
  g_list_store_splice (rows, first, count_rows_of_jobs (rows, first, removed), new_rows->pdata,
                       new_rows->len);
}

/** sendoff_queue_list_new: (transfer full): a list of SendoffQueueItem that follows @jobs, a list of
 * SendoffJob, in its order. */
GListStore *
sendoff_queue_list_new (GListModel *jobs)
{
  GListStore *rows = g_list_store_new (SENDOFF_TYPE_QUEUE_ITEM);

  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (on_jobs_changed), rows, 0);
  on_jobs_changed (jobs, 0, 0, g_list_model_get_n_items (jobs), rows);
  return rows;
}

/** sendoff_queue_list_dup_key: (transfer full): what actions know @item by. */
char *
sendoff_queue_list_dup_key (SendoffQueueItem *item)
{
  return g_strdup_printf ("%s/%u", sendoff_job_get_export_id (sendoff_queue_item_get_job (item)),
                          sendoff_export_get_output (sendoff_queue_item_get_export (item)));
}

/** sendoff_queue_list_find: (transfer none) (nullable): the row with @key, %NULL when it is gone. */
SendoffQueueItem *
sendoff_queue_list_find (GListStore *rows, const char *key)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (rows)); i++)
    {
      g_autoptr (SendoffQueueItem) item = g_list_model_get_item (G_LIST_MODEL (rows), i);
      const char *id = sendoff_job_get_export_id (sendoff_queue_item_get_job (item));
      g_autofree char *own = g_str_has_prefix (key, id) ? sendoff_queue_list_dup_key (item) : NULL;

      if (g_strcmp0 (own, key) == 0)
        return item;
    }
  return NULL;
}

/** sendoff_queue_list_find_siblings: (transfer full) (element-type SendoffQueueItem): all rows of @job. */
GPtrArray *
sendoff_queue_list_find_siblings (GListStore *rows, SendoffJob *job)
{
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (rows)); i++)
    {
      g_autoptr (SendoffQueueItem) item = g_list_model_get_item (G_LIST_MODEL (rows), i);

      if (sendoff_queue_item_get_job (item) == job)
        g_ptr_array_add (found, g_object_ref (item));
    }
  return found;
}
