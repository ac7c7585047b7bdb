#include "app/sendoff-queue-row.h"

#include "base/sendoff-i18n.h"

#include "app/sendoff-flow-layout.h"
#include "app/sendoff-queue-list.h"

struct _SendoffQueueRow
{
  GtkBox parent_instance;
  SendoffQueueItem *item; /* (nullable) */
  gulong state_handler;
  GtkWidget *progress_bar;
  GtkWidget *first_button, *second_button, *alone_button, *all_button, *copy_button, *remove_button;
};

enum
{
  PROP_ITEM = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffQueueRow, sendoff_queue_row, GTK_TYPE_BOX)

static GParamSpec *properties[N_PROPS];

/* What can be done in a state, and how it looks. */
typedef struct
{
  const char *icon_name, *style;
  struct
  {
    const char *label, *action; /* NULL: no such button */
  } first, second, alone;       /* the last is above the others, because it is long */
} StateLook;

static const StateLook state_looks[] = {
  [SENDOFF_QUEUE_WAITING]
  = { NULL, NULL, { N_ ("Pause"), "queue.pause" }, { N_ ("Cancel"), "queue.cancel" } },
  [SENDOFF_QUEUE_RUNNING]
  = { NULL, NULL, { N_ ("Pause"), "queue.pause" }, { N_ ("Cancel"), "queue.cancel" } },
  [SENDOFF_QUEUE_PAUSED] = { "media-playback-pause-symbolic",
                             NULL,
                             { N_ ("Resume"), "queue.resume" },
                             { N_ ("Cancel"), "queue.cancel" } },
  [SENDOFF_QUEUE_STORED]
  = { NULL, NULL, { N_ ("Start"), "queue.continue" }, { N_ ("Cancel"), "queue.cancel" } },
  [SENDOFF_QUEUE_INTERRUPTED] = { "media-playback-pause-symbolic",
                                  NULL,
                                  { N_ ("Continue"), "queue.continue" },
                                  { N_ ("Cancel"), "queue.cancel" } },
  [SENDOFF_QUEUE_LOST]
  = { "dialog-warning-symbolic", "warning", .alone = { N_ ("Choose the Video Again…"), "queue.locate" },
      .first = { N_ ("Try Again"), "queue.continue" }, .second = { N_ ("Cancel"), "queue.cancel" } },
  [SENDOFF_QUEUE_CHANGED]
  = { "dialog-warning-symbolic", "warning", .alone = { N_ ("Choose the Video Again…"), "queue.locate" },
      .first = { N_ ("Start Again"), "queue.start-again" }, .second = { N_ ("Cancel"), "queue.cancel" } },
  [SENDOFF_QUEUE_CANCELLING]
  = { "process-stop-symbolic", NULL, { N_ ("Undo"), "queue.undo" }, { NULL, NULL } },
  [SENDOFF_QUEUE_COMPLETED] = { "emblem-ok-symbolic",
                                "success",
                                { N_ ("Show in Folder"), "queue.show" },
                                { N_ ("Open"), "queue.open" } },
  [SENDOFF_QUEUE_FAILED] = { "dialog-error-symbolic",
                             "error",
                             { N_ ("Try Again"), "queue.retry" },
                             { N_ ("Copy Details"), "queue.copy" } },
  [SENDOFF_QUEUE_FAILED_LOST]
  = { "dialog-error-symbolic", "error", .alone = { N_ ("Choose the Video Again…"), "queue.locate" },
      .first = { N_ ("Try Again"), "queue.retry" }, .second = { N_ ("Copy Details"), "queue.copy" } },
  [SENDOFF_QUEUE_FAILED_CHANGED]
  = { "dialog-error-symbolic", "error", .alone = { N_ ("Choose the Video Again…"), "queue.locate" },
      .first = { N_ ("Start Again"), "queue.start-again" }, .second = { N_ ("Copy Details"), "queue.copy" } },
  [SENDOFF_QUEUE_CANCELLED]
  = { "process-stop-symbolic", NULL, { N_ ("Try Again"), "queue.retry" }, { NULL, NULL } },
};

/* ---- What the template shows ---- */

static char *
get_icon_name (GObject *object, int state, gpointer data)
{
  return g_strdup (state_looks[state].icon_name);
}

static gboolean
has_icon (GObject *object, int state, gpointer data)
{
  return state_looks[state].icon_name != NULL;
}

static char **
get_styles (GObject *object, int state, gpointer data)
{
  const char *styles[] = { state_looks[state].style, NULL };

  return g_strdupv ((char **)styles);
}

static char *
get_first_label (GObject *object, int state, gpointer data)
{
  return g_strdup (state_looks[state].first.label != NULL ? _ (state_looks[state].first.label) : "");
}

static char *
get_second_label (GObject *object, int state, gpointer data)
{
  return g_strdup (state_looks[state].second.label != NULL ? _ (state_looks[state].second.label) : "");
}

static char *
get_alone_label (GObject *object, int state, gpointer data)
{
  return g_strdup (state_looks[state].alone.label != NULL ? _ (state_looks[state].alone.label) : "");
}

static gboolean
has_first (GObject *object, int state, gpointer data)
{
  return state_looks[state].first.label != NULL;
}

static gboolean
has_second (GObject *object, int state, gpointer data)
{
  return state_looks[state].second.label != NULL;
}

static gboolean
has_alone (GObject *object, int state, gpointer data)
{
  return state_looks[state].alone.label != NULL;
}

static gboolean
can_cancel_all (GObject *object, int state, gboolean is_shared, gpointer data)
{
  return is_shared && g_strcmp0 (state_looks[state].second.action, "queue.cancel") == 0;
}

/* What failed offers it in words. */
static gboolean
has_copy_icon (GObject *object, int state, gpointer data)
{
  return g_strcmp0 (state_looks[state].second.action, "queue.copy") != 0;
}

static gboolean
has_text (GObject *object, const char *text, gpointer data)
{
  return text != NULL && *text != '\0';
}

static gboolean
has_object (GObject *object, GObject *value, gpointer data)
{
  return value != NULL;
}

static gboolean
has_no_object (GObject *object, GObject *value, gpointer data)
{
  return value == NULL;
}

/* ---- Actions ---- */

static void
act (SendoffQueueRow *self, const char *action)
{
  g_autofree char *key = self->item != NULL ? sendoff_queue_list_dup_key (self->item) : NULL;

  if (key != NULL && action != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), action, "s", key);
}

static void
on_first_clicked (SendoffQueueRow *self)
{
  act (self, state_looks[sendoff_queue_item_get_state (self->item)].first.action);
}

static void
on_second_clicked (SendoffQueueRow *self)
{
  act (self, state_looks[sendoff_queue_item_get_state (self->item)].second.action);
}

static void
on_alone_clicked (SendoffQueueRow *self)
{
  act (self, state_looks[sendoff_queue_item_get_state (self->item)].alone.action);
}

static void
on_all_clicked (SendoffQueueRow *self)
{
  act (self, "queue.cancel-video");
}

static void
on_copy_clicked (SendoffQueueRow *self)
{
  act (self, "queue.copy");
}

static void
on_remove_clicked (SendoffQueueRow *self)
{
  act (self, "queue.remove");
}

/* ---- Object ---- */

static void
set_name (GtkWidget *widget, const char *label, const char *title)
{
  /* Translators: a button and what it is about, as in "Cancel: holiday.mp4 → YouTube" */
  g_autofree char *name = g_strdup_printf (_ ("%1$s: %2$s"), label, title);

  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/* Names for screen readers, which hear "Cancel" many times in a list. */
static void
name_buttons (SendoffQueueRow *self)
{
  const StateLook *looks = &state_looks[sendoff_queue_item_get_state (self->item)];
  const char *title = sendoff_queue_item_get_title (self->item);

  if (looks->first.label != NULL)
    set_name (self->first_button, _ (looks->first.label), title);
  if (looks->second.label != NULL)
    set_name (self->second_button, _ (looks->second.label), title);
  if (looks->alone.label != NULL)
    set_name (self->alone_button, _ (looks->alone.label), title);
}

static void
name_controls (SendoffQueueRow *self)
{
  const char *title = sendoff_queue_item_get_title (self->item);

  set_name (self->progress_bar, _ ("Progress"), title);
  set_name (self->all_button, _ ("Cancel All"), title);
  set_name (self->copy_button, _ ("Copy Details"), title);
  set_name (self->remove_button, _ ("Remove from List"), title);
  name_buttons (self);
}

static void
sendoff_queue_row_dispose (GObject *object)
{
  SendoffQueueRow *self = SENDOFF_QUEUE_ROW (object);

  if (self->item != NULL)
    g_clear_signal_handler (&self->state_handler, self->item);
  g_clear_object (&self->item);
  G_OBJECT_CLASS (sendoff_queue_row_parent_class)->dispose (object);
}

static void
sendoff_queue_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, SENDOFF_QUEUE_ROW (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  g_type_ensure (SENDOFF_TYPE_FLOW_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-queue-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, first_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, second_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, alone_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, all_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, copy_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, remove_button);
  gtk_widget_class_bind_template_callback (widget_class, get_icon_name);
  gtk_widget_class_bind_template_callback (widget_class, has_icon);
  gtk_widget_class_bind_template_callback (widget_class, get_styles);
  gtk_widget_class_bind_template_callback (widget_class, get_first_label);
  gtk_widget_class_bind_template_callback (widget_class, get_second_label);
  gtk_widget_class_bind_template_callback (widget_class, get_alone_label);
  gtk_widget_class_bind_template_callback (widget_class, has_first);
  gtk_widget_class_bind_template_callback (widget_class, has_second);
  gtk_widget_class_bind_template_callback (widget_class, has_alone);
  gtk_widget_class_bind_template_callback (widget_class, can_cancel_all);
  gtk_widget_class_bind_template_callback (widget_class, has_copy_icon);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, has_object);
  gtk_widget_class_bind_template_callback (widget_class, has_no_object);
  gtk_widget_class_bind_template_callback (widget_class, on_first_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_second_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_alone_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_all_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked);
}

static void
sendoff_queue_row_class_init (SendoffQueueRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_queue_row_dispose;
  object_class->get_property = sendoff_queue_row_get_property;
  properties[PROP_ITEM] = g_param_spec_object ("item", NULL, NULL, SENDOFF_TYPE_QUEUE_ITEM,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
sendoff_queue_row_init (SendoffQueueRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/** sendoff_queue_row_new: a row without an item. */
GtkWidget *
sendoff_queue_row_new (void)
{
  return g_object_new (SENDOFF_TYPE_QUEUE_ROW, NULL);
}

/** sendoff_queue_row_set_item: @item is what it shows from now on, (nullable). */
void
sendoff_queue_row_set_item (SendoffQueueRow *self, SendoffQueueItem *item)
{
  if (self->item == item)
    return;
  if (self->item != NULL)
    g_clear_signal_handler (&self->state_handler, self->item);
  g_set_object (&self->item, item);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
  if (item == NULL)
    return;
  /* Only now, because a button that gets a label takes it as its name. */
  self->state_handler = g_signal_connect_swapped (item, "notify::state", G_CALLBACK (name_buttons), self);
  name_controls (self);
}
