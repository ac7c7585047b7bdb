#include "app/sendoff-queue-item.h"

#include "base/sendoff-i18n.h"

#include "app/sendoff-queue-words.h"
#include "base/sendoff-error.h"

struct _SendoffQueueItem
{
  GObject parent_instance;
  SendoffJob *job;
  SendoffExport *export;
  char *title;
  gboolean cancelling;
  gboolean is_shared;
  SendoffQueueState state;
  char *state_text;
  char *numbers;        /* (nullable) */
  GdkPaintable *poster; /* (nullable) */
};

enum
{
  PROP_TITLE = 1,
  PROP_STATE,
  PROP_STATE_TEXT,
  PROP_NUMBERS,
  PROP_FRACTION,
  PROP_SHOWS_PROGRESS,
  PROP_IS_FINAL,
  PROP_IS_SHARED,
  PROP_POSTER,
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
  g_clear_object (&self->poster);
  g_free (self->title);
  g_free (self->state_text);
  g_free (self->numbers);
  G_OBJECT_CLASS (sendoff_queue_item_parent_class)->finalize (object);
}

/* Old exports are many, and most of them are never seen. */
static void
make_words (SendoffQueueItem *self)
{
  if (self->state_text != NULL)
    return;
  self->state_text = sendoff_queue_words_for_state (self);
  self->numbers = sendoff_queue_words_for_numbers (self);
}

static void
sendoff_queue_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffQueueItem *self = SENDOFF_QUEUE_ITEM (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_STATE_TEXT:
      make_words (self);
      g_value_set_string (value, self->state_text);
      break;
    case PROP_NUMBERS:
      make_words (self);
      g_value_set_string (value, self->numbers);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, CLAMP (sendoff_export_get_progress (self->export) / 100, 0, 1));
      break;
    case PROP_SHOWS_PROGRESS:
      g_value_set_boolean (value, self->state < SENDOFF_QUEUE_CANCELLING);
      break;
    case PROP_IS_FINAL:
      g_value_set_boolean (value, self->state >= SENDOFF_QUEUE_COMPLETED);
      break;
    case PROP_IS_SHARED:
      g_value_set_boolean (value, self->is_shared);
      break;
    case PROP_POSTER:
      g_value_set_object (value, self->poster);
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
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, SENDOFF_QUEUE_CANCELLED, 0, flags);
  properties[PROP_STATE_TEXT] = g_param_spec_string ("state-text", NULL, NULL, NULL, flags);
  properties[PROP_NUMBERS] = g_param_spec_string ("numbers", NULL, NULL, NULL, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_SHOWS_PROGRESS] = g_param_spec_boolean ("shows-progress", NULL, NULL, FALSE, flags);
  properties[PROP_IS_FINAL] = g_param_spec_boolean ("is-final", NULL, NULL, FALSE, flags);
  properties[PROP_IS_SHARED] = g_param_spec_boolean ("is-shared", NULL, NULL, FALSE, flags);
  properties[PROP_POSTER] = g_param_spec_object ("poster", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_queue_item_init (SendoffQueueItem *self)
{
}

static SendoffQueueState
get_failed_state (const GError *error)
{
  if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE))
    return SENDOFF_QUEUE_FAILED_LOST;
  return g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED) ? SENDOFF_QUEUE_FAILED_CHANGED
                                                                              : SENDOFF_QUEUE_FAILED;
}

static SendoffQueueState
get_final_state (SendoffExport *export)
{
  SendoffStatus status = sendoff_export_get_status (export);

  if (status == SENDOFF_STATUS_FAILED)
    return get_failed_state (sendoff_export_get_error (export));
  return status == SENDOFF_STATUS_COMPLETED ? SENDOFF_QUEUE_COMPLETED : SENDOFF_QUEUE_CANCELLED;
}

static SendoffQueueState
get_interrupted_state (SendoffJob *job)
{
  if (sendoff_job_get_source_changed (job))
    return SENDOFF_QUEUE_CHANGED;
  if (sendoff_job_get_source_problem (job) != NULL)
    return SENDOFF_QUEUE_LOST;
  return sendoff_job_get_status (job) == SENDOFF_STATUS_QUEUED ? SENDOFF_QUEUE_STORED
                                                               : SENDOFF_QUEUE_INTERRUPTED;
}

static SendoffQueueState
find_state (SendoffQueueItem *self)
{
  SendoffStatus status = sendoff_export_get_status (self->export);

  if (sendoff_status_is_final (status))
    return get_final_state (self->export);
  if (self->cancelling)
    return SENDOFF_QUEUE_CANCELLING;
  if (sendoff_job_get_interrupted (self->job))
    return get_interrupted_state (self->job);
  if (sendoff_job_get_paused (self->job))
    return SENDOFF_QUEUE_PAUSED;
  return status == SENDOFF_STATUS_QUEUED ? SENDOFF_QUEUE_WAITING : SENDOFF_QUEUE_RUNNING;
}

static gboolean
find_is_shared (SendoffQueueItem *self)
{
  GListModel *exports = sendoff_job_get_exports (self->job);
  guint n_unfinished = 0;

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      n_unfinished += sendoff_status_is_final (sendoff_export_get_status (export)) ? 0 : 1;
    }
  return n_unfinished > 1 && !sendoff_status_is_final (sendoff_export_get_status (self->export));
}

/* Takes @text. */
static void
take_text (SendoffQueueItem *self, char **member, guint prop_id, char *text)
{
  gboolean changed = g_strcmp0 (*member, text) != 0;

  g_free (*member);
  *member = text;
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

static void
take_state (SendoffQueueItem *self, SendoffQueueState state)
{
  if (self->state == state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOWS_PROGRESS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_FINAL]);
}

/* Of the job: its state, and that of the export's siblings. */
static void
on_state_changed (SendoffQueueItem *self)
{
  gboolean is_shared = find_is_shared (self);

  /* It may begin again later. */
  if (sendoff_status_is_final (sendoff_export_get_status (self->export)))
    self->cancelling = FALSE;
  g_object_freeze_notify (G_OBJECT (self));
  take_state (self, find_state (self));
  take_text (self, &self->state_text, PROP_STATE_TEXT, sendoff_queue_words_for_state (self));
  take_text (self, &self->numbers, PROP_NUMBERS, sendoff_queue_words_for_numbers (self));
  if (is_shared != self->is_shared)
    {
      self->is_shared = is_shared;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_IS_SHARED]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
on_export_changed (SendoffQueueItem *self, GParamSpec *pspec)
{
  if (g_str_equal (pspec->name, "progress"))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRACTION]);
  if (g_str_equal (pspec->name, "status") || g_str_equal (pspec->name, "stage")
      || g_str_equal (pspec->name, "file"))
    on_state_changed (self);
  else
    take_text (self, &self->numbers, PROP_NUMBERS, sendoff_queue_words_for_numbers (self));
}

static void
on_job_changed (SendoffQueueItem *self, GParamSpec *pspec)
{
  if (!g_str_equal (pspec->name, "progress") || self->is_shared != find_is_shared (self))
    on_state_changed (self);
}

static char *
dup_title (SendoffQueueItem *self)
{
  const char *name = sendoff_job_get_source_name (self->job);
  const char *source = name != NULL ? name : _ ("Video");

  return g_strdup_printf ("%s → %s", source, _ (sendoff_export_get_name (self->export)));
}

/** sendoff_queue_item_new: (transfer full): a row for @export of @job. */
SendoffQueueItem *
sendoff_queue_item_new (SendoffJob *job, SendoffExport *export)
{
  SendoffQueueItem *self = g_object_new (SENDOFF_TYPE_QUEUE_ITEM, NULL);

  self->job = g_object_ref (job);
  self->export = g_object_ref (export);
  self->title = dup_title (self);
  self->state = find_state (self);
  self->is_shared = find_is_shared (self);
  g_signal_connect_object (export, "notify", G_CALLBACK (on_export_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (job, "notify", G_CALLBACK (on_job_changed), self, G_CONNECT_SWAPPED);
  return self;
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

/** sendoff_queue_item_get_state: what decides what can be done with it. */
SendoffQueueState
sendoff_queue_item_get_state (SendoffQueueItem *self)
{
  return self->state;
}

/** sendoff_queue_item_get_title: (transfer none): "holiday.mp4 → YouTube". */
const char *
sendoff_queue_item_get_title (SendoffQueueItem *self)
{
  return self->title;
}

/** sendoff_queue_item_set_cancelling: whether it is about to be cancelled, which can still be taken back. */
void
sendoff_queue_item_set_cancelling (SendoffQueueItem *self, gboolean cancelling)
{
  self->cancelling = cancelling;
  on_state_changed (self);
}

/** sendoff_queue_item_has_poster: whether there is a picture of the video. */
gboolean
sendoff_queue_item_has_poster (SendoffQueueItem *self)
{
  return self->poster != NULL;
}

/** sendoff_queue_item_set_poster: @poster is a picture of the video. */
void
sendoff_queue_item_set_poster (SendoffQueueItem *self, GdkPaintable *poster)
{
  if (g_set_object (&self->poster, poster))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSTER]);
}
