#include "app/sendoff-queue-page.h"

#include "base/sendoff-i18n.h"

#include "app/sendoff-cancellation.h"
#include "app/sendoff-queue-control.h"
#include "app/sendoff-queue-list.h"
#include "app/sendoff-queue-locate.h"
#include "app/sendoff-queue-posters.h"
#include "app/sendoff-queue-row.h"
#include "app/sendoff-queue-words.h"

/* GTK makes some two hundred rows of a long list whatever fits in the window: so many for each frame. */
#define ROWS_AT_ONCE 1
#define ROWS_MADE    220

struct _SendoffQueuePage
{
  AdwBin parent_instance;
  SendoffEngine *engine; /* (nullable) */
  SendoffJobMonitor *monitor;
  GListModel *jobs;         /* (nullable) */
  GListStore *rows;         /* (nullable): SendoffQueueItem */
  GtkSliceListModel *shown; /* (nullable): of the rows */
  guint grow_id;
  SendoffQueuePosters *posters;      /* (nullable) */
  SendoffCancellation *cancellation; /* (nullable): that can still be taken back */
  AdwToast *toast;                   /* (nullable): which offers that */
  GtkScrolledWindow *scroller;
  GtkListView *list;
};

enum
{
  PROP_JOBS = 1,
  PROP_MONITOR,
  PROP_ROWS,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffQueuePage, sendoff_queue_page, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* ---- What the template shows ---- */

static char *
get_view (GObject *object, guint n_items, gpointer data)
{
  return g_strdup (n_items > 0 ? "list" : "empty");
}

static gboolean
is_positive (GObject *object, guint n, gpointer data)
{
  return n > 0;
}

static gboolean
is_all_paused (GObject *object, gboolean is_held, guint n_running, guint n_active, gpointer data)
{
  return is_held || (n_running > 0 && n_active == 0);
}

/* ---- Rows ---- */

static void
on_setup (GtkListItemFactory *factory, GtkListItem *item)
{
  gtk_list_item_set_activatable (item, FALSE);
  gtk_list_item_set_selectable (item, FALSE);
  gtk_list_item_set_child (item, sendoff_queue_row_new ());
}

static void
on_bind (SendoffQueuePage *self, GtkListItem *item)
{
  SendoffQueueRow *row = SENDOFF_QUEUE_ROW (gtk_list_item_get_child (item));

  sendoff_queue_row_set_item (row, gtk_list_item_get_item (item));
  if (self->posters != NULL)
    sendoff_queue_posters_add (self->posters, GTK_WIDGET (row), gtk_list_item_get_item (item));
}

static void
on_unbind (SendoffQueuePage *self, GtkListItem *item)
{
  SendoffQueueRow *row = SENDOFF_QUEUE_ROW (gtk_list_item_get_child (item));

  if (self->posters != NULL)
    sendoff_queue_posters_remove (self->posters, GTK_WIDGET (row));
  sendoff_queue_row_set_item (row, NULL);
}

static gboolean
grow (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (widget);
  guint size = gtk_slice_list_model_get_size (self->shown);

  if (!gtk_widget_get_mapped (widget))
    {
      self->grow_id = 0;
      return G_SOURCE_REMOVE;
    }
  if (size >= ROWS_MADE || size >= g_list_model_get_n_items (G_LIST_MODEL (self->rows)))
    {
      gtk_slice_list_model_set_size (self->shown, G_MAXUINT);
      self->grow_id = 0;
      return G_SOURCE_REMOVE;
    }
  gtk_slice_list_model_set_size (self->shown, size + ROWS_AT_ONCE);
  return G_SOURCE_CONTINUE;
}

/* Only while they are looked at: then each step is measured and drawn before the next. Idle time would not
 * do: it has room for many steps before one frame. */
static void
grow_soon (SendoffQueuePage *self)
{
  if (self->shown != NULL && self->grow_id == 0 && gtk_widget_get_mapped (GTK_WIDGET (self))
      && gtk_slice_list_model_get_size (self->shown) != G_MAXUINT)
    self->grow_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), grow, NULL, NULL);
}

static void
stop_growing (SendoffQueuePage *self)
{
  if (self->grow_id != 0)
    gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->grow_id);
  self->grow_id = 0;
}

static void
show_jobs (SendoffQueuePage *self)
{
  g_autoptr (GtkNoSelection) selection = NULL;

  self->rows = sendoff_queue_list_new (self->jobs);
  self->shown = gtk_slice_list_model_new (g_object_ref (G_LIST_MODEL (self->rows)), 0, 0);
  g_signal_connect_object (self->rows, "items-changed", G_CALLBACK (grow_soon), self, G_CONNECT_SWAPPED);
  selection = gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->shown)));
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (selection));
  grow_soon (self);
}

static void
set_jobs (SendoffQueuePage *self, GListModel *jobs)
{
  if (!g_set_object (&self->jobs, jobs))
    return;
  gtk_list_view_set_model (self->list, NULL);
  stop_growing (self);
  g_clear_object (&self->shown);
  g_clear_object (&self->rows);
  if (jobs != NULL)
    show_jobs (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOBS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROWS]);
}

static void
tell (SendoffQueuePage *self, const char *message)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.tell", "s", message);
}

static SendoffQueueItem *
find_item (GtkWidget *widget, GVariant *parameter)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (widget);

  return self->rows != NULL ? sendoff_queue_list_find (self->rows, g_variant_get_string (parameter, NULL))
                            : NULL;
}

static SendoffJob *
find_job (GtkWidget *widget, GVariant *parameter)
{
  SendoffQueueItem *item = find_item (widget, parameter);

  return item != NULL ? sendoff_queue_item_get_job (item) : NULL;
}

/* ---- Pause ---- */

static void
control (GtkWidget *widget, GVariant *parameter, SendoffControl what)
{
  SendoffJob *job = find_job (widget, parameter);
  SendoffEngine *engine = SENDOFF_QUEUE_PAGE (widget)->engine;

  if (job != NULL && engine != NULL)
    sendoff_queue_control (engine, job, what, 0, widget);
}

static void
pause_job (GtkWidget *widget, const char *action, GVariant *parameter)
{
  control (widget, parameter, SENDOFF_CONTROL_PAUSE);
}

static void
resume_job (GtkWidget *widget, const char *action, GVariant *parameter)
{
  control (widget, parameter, SENDOFF_CONTROL_RESUME);
}

static void
pause_all (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sendoff_job_monitor_pause_all (SENDOFF_QUEUE_PAGE (widget)->monitor);
}

static void
resume_all (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sendoff_job_monitor_resume_all (SENDOFF_QUEUE_PAGE (widget)->monitor);
}

/* ---- Cancel ---- */

static void
forget_cancellation (SendoffQueuePage *self)
{
  g_autoptr (AdwToast) toast = g_steal_pointer (&self->toast);

  g_clear_object (&self->cancellation);
  if (toast != NULL)
    {
      g_signal_handlers_disconnect_by_data (toast, self);
      adw_toast_dismiss (toast);
    }
}

/** sendoff_queue_page_settle: what was cancelled and could still be taken back is cancelled for good. */
void
sendoff_queue_page_settle (SendoffQueuePage *self)
{
  if (self->cancellation != NULL)
    sendoff_cancellation_carry_out (self->cancellation);
  forget_cancellation (self);
}

static void
take_back (SendoffQueuePage *self)
{
  if (self->cancellation != NULL)
    sendoff_cancellation_take_back (self->cancellation);
  forget_cancellation (self);
}

static void
offer_undo (SendoffQueuePage *self, const char *message)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_TOAST_OVERLAY);

  g_return_if_fail (overlay != NULL);
  self->toast = g_object_ref (adw_toast_new (message));
  adw_toast_set_button_label (self->toast, _ ("_Undo"));
  adw_toast_set_priority (self->toast, ADW_TOAST_PRIORITY_HIGH);
  g_signal_connect_swapped (self->toast, "button-clicked", G_CALLBACK (take_back), self);
  g_signal_connect_swapped (self->toast, "dismissed", G_CALLBACK (sendoff_queue_page_settle), self);
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), g_object_ref (self->toast));
}

/* Only the latest can be taken back. */
static void
begin_cancelling (SendoffQueuePage *self, SendoffJob *job, GPtrArray *items, const char *what)
{
  g_autofree char *escaped = g_markup_escape_text (what, -1);
  g_autofree char *message = g_strdup_printf (_ ("“%s” cancelled"), escaped);

  sendoff_queue_page_settle (self);
  self->cancellation = sendoff_cancellation_new (self->engine, job, items, GTK_WIDGET (self));
  offer_undo (self, message);
}

static void
cancel (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueueItem *item = find_item (widget, parameter);
  g_autoptr (GPtrArray) items = g_ptr_array_new ();

  if (item == NULL || SENDOFF_QUEUE_PAGE (widget)->engine == NULL)
    return;
  g_ptr_array_add (items, item);
  begin_cancelling (SENDOFF_QUEUE_PAGE (widget), sendoff_queue_item_get_job (item), items,
                    sendoff_queue_item_get_title (item));
}

static void
cancel_video (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (widget);
  SendoffJob *job = find_job (widget, parameter);
  g_autoptr (GPtrArray) items = job != NULL ? sendoff_queue_list_find_siblings (self->rows, job) : NULL;
  const char *name = job != NULL ? sendoff_job_get_source_name (job) : NULL;

  if (job != NULL && self->engine != NULL)
    begin_cancelling (self, job, items, name != NULL ? name : _ ("Video"));
}

static void
undo (GtkWidget *widget, const char *action, GVariant *parameter)
{
  take_back (SENDOFF_QUEUE_PAGE (widget));
}

/* ---- Go on, try again ---- */

static void
continue_job (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffJob *job = find_job (widget, parameter);

  if (job != NULL)
    gtk_widget_activate_action (widget, "app.continue-export", "s", sendoff_job_get_export_id (job));
}

static void
locate (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueueItem *item = find_item (widget, parameter);
  SendoffEngine *engine = SENDOFF_QUEUE_PAGE (widget)->engine;

  if (item != NULL && engine != NULL)
    sendoff_queue_locate (engine, item, widget);
}

static void
start_again (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueueItem *item = find_item (widget, parameter);
  SendoffEngine *engine = SENDOFF_QUEUE_PAGE (widget)->engine;

  if (item != NULL && engine != NULL)
    sendoff_queue_start_again (engine, item, widget);
}

static void
on_retried (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffQueuePage) self = data;
  g_autoptr (GError) error = NULL;

  if (!sendoff_engine_retry_finish (SENDOFF_ENGINE (object), result, &error))
    tell (self, error->message);
}

static void
retry (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (widget);
  SendoffQueueItem *item = find_item (widget, parameter);

  if (item != NULL && self->engine != NULL)
    sendoff_engine_retry_async (self->engine, sendoff_queue_item_get_job (item),
                                (int)sendoff_export_get_output (sendoff_queue_item_get_export (item)), NULL,
                                on_retried, g_object_ref (self));
}

/* ---- The result ---- */

static void
activate_with_file (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueueItem *item = find_item (widget, parameter);
  GFile *file = item != NULL ? sendoff_export_get_file (sendoff_queue_item_get_export (item)) : NULL;
  g_autofree char *uri = file != NULL ? g_file_get_uri (file) : NULL;

  if (uri != NULL)
    gtk_widget_activate_action (widget, action, "s", uri);
}

static void
open_result (GtkWidget *widget, const char *action, GVariant *parameter)
{
  activate_with_file (widget, "app.open-file", parameter);
}

static void
show_result (GtkWidget *widget, const char *action, GVariant *parameter)
{
  activate_with_file (widget, "app.show-in-folder", parameter);
}

static void
copy (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueueItem *item = find_item (widget, parameter);
  g_autofree char *details = item != NULL ? sendoff_queue_words_for_details (item) : NULL;

  if (details == NULL)
    return;
  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), details);
  tell (SENDOFF_QUEUE_PAGE (widget), _ ("Details copied"));
}

/* ---- Removing ---- */

static void
on_removed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffQueuePage) self = data;
  g_autoptr (GError) error = NULL;

  if (!sendoff_engine_remove_jobs_finish (SENDOFF_ENGINE (object), result, &error))
    tell (self, error->message);
}

static void
remove_job (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (widget);
  SendoffJob *job = find_job (widget, parameter);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new ();

  if (job == NULL || self->engine == NULL)
    return;
  g_ptr_array_add (jobs, job);
  if (sendoff_status_is_final (sendoff_job_get_status (job)))
    sendoff_engine_remove_jobs_async (self->engine, jobs, NULL, on_removed, g_object_ref (self));
  else
    tell (self, _ ("Other files of this video are still being made."));
}

static void
clear (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (widget);
  g_autoptr (GPtrArray) jobs = g_ptr_array_new_with_free_func (g_object_unref);

  if (self->engine == NULL || self->jobs == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (self->jobs); i++)
    g_ptr_array_add (jobs, g_list_model_get_item (self->jobs, i));
  /* The engine leaves out what is not over. */
  sendoff_engine_remove_jobs_async (self->engine, jobs, NULL, on_removed, g_object_ref (self));
}

/* ---- Object ---- */

static void
sendoff_queue_page_dispose (GObject *object)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (object);

  sendoff_queue_page_stop (self);
  set_jobs (self, NULL);
  g_clear_object (&self->posters);
  g_clear_object (&self->engine);
  g_clear_object (&self->monitor);
  G_OBJECT_CLASS (sendoff_queue_page_parent_class)->dispose (object);
}

static void
sendoff_queue_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (object);

  switch (prop_id)
    {
    case PROP_JOBS:
      g_value_set_object (value, self->jobs);
      break;
    case PROP_MONITOR:
      g_value_set_object (value, self->monitor);
      break;
    case PROP_ROWS:
      g_value_set_object (value, self->rows);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_queue_page_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffQueuePage *self = SENDOFF_QUEUE_PAGE (object);

  if (prop_id == PROP_JOBS)
    set_jobs (self, g_value_get_object (value));
  else if (prop_id == PROP_MONITOR && g_set_object (&self->monitor, g_value_get_object (value)))
    g_object_notify_by_pspec (object, pspec);
  else if (prop_id != PROP_MONITOR)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  static const struct
  {
    const char *name, *type;
    GtkWidgetActionActivateFunc func;
  } actions[] = {
    { "queue.pause", "s", pause_job },
    { "queue.resume", "s", resume_job },
    { "queue.continue", "s", continue_job },
    { "queue.locate", "s", locate },
    { "queue.start-again", "s", start_again },
    { "queue.retry", "s", retry },
    { "queue.cancel", "s", cancel },
    { "queue.cancel-video", "s", cancel_video },
    { "queue.undo", "s", undo },
    { "queue.open", "s", open_result },
    { "queue.show", "s", show_result },
    { "queue.copy", "s", copy },
    { "queue.remove", "s", remove_job },
    { "queue.pause-all", NULL, pause_all },
    { "queue.resume-all", NULL, resume_all },
    { "queue.clear", NULL, clear },
  };

  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i].name, actions[i].type, actions[i].func);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-queue-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffQueuePage, scroller);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueuePage, list);
  gtk_widget_class_bind_template_callback (widget_class, get_view);
  gtk_widget_class_bind_template_callback (widget_class, is_positive);
  gtk_widget_class_bind_template_callback (widget_class, is_all_paused);
}

static void
sendoff_queue_page_class_init (SendoffQueuePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags writable = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sendoff_queue_page_dispose;
  object_class->get_property = sendoff_queue_page_get_property;
  object_class->set_property = sendoff_queue_page_set_property;
  properties[PROP_JOBS] = g_param_spec_object ("jobs", NULL, NULL, G_TYPE_LIST_MODEL, writable);
  properties[PROP_MONITOR] = g_param_spec_object ("monitor", NULL, NULL, SENDOFF_TYPE_JOB_MONITOR, writable);
  properties[PROP_ROWS] = g_param_spec_object ("rows", NULL, NULL, G_TYPE_LIST_STORE,
                                               G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_actions (GTK_WIDGET_CLASS (klass));
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
sendoff_queue_page_init (SendoffQueuePage *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self, "map", G_CALLBACK (grow_soon), NULL);
  g_signal_connect (factory, "setup", G_CALLBACK (on_setup), NULL);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_bind), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_unbind), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list, factory);
}

/** sendoff_queue_page_start: @engine is ready. */
void
sendoff_queue_page_start (SendoffQueuePage *self, SendoffEngine *engine)
{
  g_set_object (&self->engine, engine);
  if (self->posters == NULL)
    self->posters = sendoff_queue_posters_new (engine, self->scroller);
}

/** sendoff_queue_page_stop: the engine is about to stop: nothing is asked of it any more. */
void
sendoff_queue_page_stop (SendoffQueuePage *self)
{
  sendoff_queue_page_settle (self);
  if (self->posters != NULL)
    sendoff_queue_posters_stop (self->posters);
  g_clear_object (&self->engine);
}
