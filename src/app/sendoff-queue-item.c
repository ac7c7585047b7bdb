#include "app/sendoff-queue-item.h"

#include <glib/gi18n.h>

#include "base/sendoff-error.h"
#include "sendoff-config.h"

struct _SendoffQueueItem
{
  GObject parent_instance;
  SendoffJob *job;
  SendoffExport *export;
};

enum
{
  PROP_JOB = 1,
  PROP_EXPORT,
  PROP_TITLE,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffQueueItem, sendoff_queue_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_queue_item_finalize (GObject *object)
{
  SendoffQueueItem *self = SENDOFF_QUEUE_ITEM (object);

  g_clear_object (&self->job);
  g_clear_object (&self->export);
  G_OBJECT_CLASS (sendoff_queue_item_parent_class)->finalize (object);
}

static void
sendoff_queue_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffQueueItem *self = SENDOFF_QUEUE_ITEM (object);

  switch (prop_id)
    {
    case PROP_JOB:
      g_value_set_object (value, self->job);
      break;
    case PROP_EXPORT:
      g_value_set_object (value, self->export);
      break;
    case PROP_TITLE:
      g_value_take_string (value, sendoff_queue_item_dup_title (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_queue_item_class_init (SendoffQueueItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_queue_item_finalize;
  object_class->get_property = sendoff_queue_item_get_property;
  properties[PROP_JOB] = g_param_spec_object ("job", NULL, NULL, SENDOFF_TYPE_JOB, flags);
  properties[PROP_EXPORT] = g_param_spec_object ("export", NULL, NULL, SENDOFF_TYPE_EXPORT, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_queue_item_init (SendoffQueueItem *self)
{
}

static SendoffQueueItem *
new_item (SendoffJob *job, SendoffExport *export)
{
  SendoffQueueItem *self = g_object_new (SENDOFF_TYPE_QUEUE_ITEM, NULL);

  self->job = g_object_ref (job);
  self->export = export;
  return self;
}

/* Inserts the rows of a job; returns the position after them. */
static guint
insert_rows (GListStore *rows, guint position, SendoffJob *job)
{
  GListModel *exports = sendoff_job_get_exports (job);
  guint n = g_list_model_get_n_items (exports);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (SendoffQueueItem) item = new_item (job, g_list_model_get_item (exports, i));

      g_list_store_insert (rows, position + i, item);
    }
  return position + n;
}

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

static void
on_jobs_changed (GListModel *jobs, guint position, guint removed, guint added, GListStore *rows)
{
  guint row;

  /* Jobs are removed only all together, when the engine starts again. */
  if (removed > 0)
    {
      g_list_store_remove_all (rows);
      position = 0;
      added = g_list_model_get_n_items (jobs);
    }
  row = count_rows (jobs, position);
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (SendoffJob) job = g_list_model_get_item (jobs, i);

      row = insert_rows (rows, row, job);
    }
}

/** sendoff_queue_item_list: (transfer full): the rows for all exports of @jobs, a list of SendoffJob, in its
 * order. */
GListStore *
sendoff_queue_item_list (GListModel *jobs)
{
  GListStore *rows = g_list_store_new (SENDOFF_TYPE_QUEUE_ITEM);

  g_signal_connect_object (jobs, "items-changed", G_CALLBACK (on_jobs_changed), rows, 0);
  on_jobs_changed (jobs, 0, 0, g_list_model_get_n_items (jobs), rows);
  return rows;
}

/** sendoff_queue_item_get_job: (transfer none): the job of the export. */
SendoffJob *
sendoff_queue_item_get_job (SendoffQueueItem *self)
{
  return self->job;
}

/** sendoff_queue_item_get_export: (transfer none): the export. */
SendoffExport *
sendoff_queue_item_get_export (SendoffQueueItem *self)
{
  return self->export;
}

/** sendoff_queue_item_dup_title: (transfer full): "holiday.mp4 → YouTube". */
char *
sendoff_queue_item_dup_title (SendoffQueueItem *self)
{
  const SendoffPlan *plan = sendoff_job_get_plan (self->job);
  const char *source = plan != NULL && plan->source_name != NULL ? plan->source_name : _ ("Video");

  return g_strdup_printf ("%s → %s", source, sendoff_export_get_name (self->export));
}

/** sendoff_queue_item_dup_details: (transfer full): all that is known about a failure, for a report. */
char *
sendoff_queue_item_dup_details (SendoffQueueItem *self)
{
  const GError *error = sendoff_export_get_error (self->export);
  const char *stage = sendoff_export_get_error_stage (self->export);
  const char *const *warnings = sendoff_export_get_warnings (self->export);
  g_autofree char *title = sendoff_queue_item_dup_title (self);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "Sendoff %s\n%s\n", SENDOFF_VERSION, title);
  if (error != NULL)
    g_string_append_printf (text, "%s\nCode: %s\n", error->message, sendoff_error_get_nick (error->code));
  if (stage != NULL)
    g_string_append_printf (text, "Stage: %s\n", stage);
  g_string_append_printf (text, "Export: %s\n", sendoff_job_get_export_id (self->job));
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    g_string_append_printf (text, "Warning: %s\n", warnings[i]);
  return g_string_free (text, FALSE);
}
