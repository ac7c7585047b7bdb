#include "app/sendoff-queue-page.h"

#include "app/sendoff-queue-item.h"
#include "app/sendoff-queue-row.h"

struct _SendoffQueuePage
{
  AdwBin parent_instance;
  GListModel *jobs;  /* (nullable) */
  GListStore *items; /* (nullable): the rows */
};

enum
{
  PROP_JOBS = 1,
  PROP_ITEMS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffQueuePage, sendoff_queue_page, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

static char *
get_view (GObject *object, guint n_items, gpointer data)
{
  return g_strdup (n_items > 0 ? "list" : "empty");
}

static void
set_jobs (SendoffQueuePage *self, GListModel *jobs)
{
  if (!g_set_object (&self->jobs, jobs))
    return;
  g_clear_object (&self->items);
  self->items = jobs != NULL ? sendoff_queue_item_list (jobs) : NULL;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOBS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEMS]);
}

static void
sendoff_queue_page_dispose (GObject *object)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (object);

  g_clear_object (&self->jobs);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (sendoff_queue_page_parent_class)->dispose (object);
}

static void
sendoff_queue_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (object);

  if (prop_id == PROP_JOBS)
    g_value_set_object (value, self->jobs);
  else if (prop_id == PROP_ITEMS)
    g_value_set_object (value, self->items);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_queue_page_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_JOBS)
    set_jobs (SENDOFF_QUEUE_PAGE (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_queue_page_class_init (SendoffQueuePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sendoff_queue_page_dispose;
  object_class->get_property = sendoff_queue_page_get_property;
  object_class->set_property = sendoff_queue_page_set_property;
  properties[PROP_JOBS]
      = g_param_spec_object ("jobs", NULL, NULL, G_TYPE_LIST_MODEL,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_ITEMS] = g_param_spec_object ("items", NULL, NULL, G_TYPE_LIST_STORE,
                                                G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (SENDOFF_TYPE_QUEUE_ROW);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-queue-page.ui");
  gtk_widget_class_bind_template_callback (widget_class, get_view);
}

static void
sendoff_queue_page_init (SendoffQueuePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
