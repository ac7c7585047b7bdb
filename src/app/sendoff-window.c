#include "app/sendoff-window.h"

#include <glib/gi18n.h>

#include "app/sendoff-draft.h"
#include "app/sendoff-export-page.h"
#include "app/sendoff-preferences-dialog.h"
#include "app/sendoff-queue-page.h"
#include "app/sendoff-shelf-actions.h"

struct _SendoffWindow
{
  AdwApplicationWindow parent_instance;
  SendoffDraft *draft;
  GListModel *jobs;
  SendoffJobMonitor *monitor;
  gboolean started;
  char *problem; /* (nullable) */
  AdwToastOverlay *toasts;
  AdwViewStack *pages;
  SendoffQueuePage *queue_page;
  SendoffEngine *engine;
  GtkFileChooserNative *chooser; /* (nullable): while it is open */
};

enum
{
  PROP_DRAFT = 1,
  PROP_JOBS,
  PROP_MONITOR,
  PROP_STARTED,
  PROP_PROBLEM,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffWindow, sendoff_window, ADW_TYPE_APPLICATION_WINDOW)

static GParamSpec *properties[N_PROPS];

/* ---- What the template shows ---- */

static char *
get_view (GObject *object, gboolean started, const char *problem, gpointer data)
{
  return g_strdup (problem != NULL ? "problem" : started ? "pages" : "starting");
}

static gboolean
has_object (GObject *object, GObject *value, gpointer data)
{
  return value != NULL;
}

/* ---- Adding videos ---- */

static void
show_page (SendoffWindow *self, const char *name)
{
  adw_view_stack_set_visible_child_name (self->pages, name);
}

static gboolean
add_file_list (SendoffWindow *self, const GValue *value)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  for (GSList *link = g_value_get_boxed (value); link != NULL; link = link->next)
    g_ptr_array_add (files, g_object_ref (link->data));
  sendoff_window_add_files (self, files);
  return TRUE;
}

static gboolean
on_drop (SendoffWindow *self, const GValue *value, double x, double y)
{
  return add_file_list (self, value);
}

static void
on_files_chosen (SendoffWindow *self, int response)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GListModel) chosen = gtk_file_chooser_get_files (GTK_FILE_CHOOSER (self->chooser));
      g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (g_object_unref);

      for (guint i = 0; i < g_list_model_get_n_items (chosen); i++)
        g_ptr_array_add (files, g_list_model_get_item (chosen, i));
      sendoff_window_add_files (self, files);
    }
  g_clear_object (&self->chooser);
}

static void
add_filters (GtkFileChooser *chooser)
{
  static const char *const captions[] = { "*.srt", "*.vtt", "*.ass", "*.ssa" };
  static const char *const types[] = { "video/*", "audio/*", "application/mxf", "image/gif" };
  g_autoptr (GtkFileFilter) media = gtk_file_filter_new ();
  g_autoptr (GtkFileFilter) everything = gtk_file_filter_new ();

  gtk_file_filter_set_name (media, _ ("Videos and sound"));
  for (guint i = 0; i < G_N_ELEMENTS (captions); i++)
    gtk_file_filter_add_pattern (media, captions[i]);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    gtk_file_filter_add_mime_type (media, types[i]);
  gtk_file_filter_set_name (everything, _ ("All files"));
  gtk_file_filter_add_pattern (everything, "*");
  gtk_file_chooser_add_filter (chooser, media);
  gtk_file_chooser_add_filter (chooser, everything);
}

static void
open_files (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffWindow *self = SENDOFF_WINDOW (widget);

  if (self->chooser != NULL)
    return;
  self->chooser = gtk_file_chooser_native_new (_ ("Open Videos"), GTK_WINDOW (self),
                                               GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Open"), _ ("_Cancel"));
  gtk_file_chooser_set_select_multiple (GTK_FILE_CHOOSER (self->chooser), TRUE);
  add_filters (GTK_FILE_CHOOSER (self->chooser));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_files_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_clipboard_read (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffWindow) self = data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (object), result, NULL);

  if (value == NULL || !add_file_list (self, value))
    sendoff_window_tell (self, _ ("There are no files on the clipboard"));
}

static void
paste_files (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gdk_clipboard_read_value_async (gtk_widget_get_clipboard (widget), GDK_TYPE_FILE_LIST, G_PRIORITY_DEFAULT,
                                  NULL, on_clipboard_read, g_object_ref (widget));
}

/* ---- Export ---- */

static void export(GtkWidget *widget, const char *action, GVariant *parameter)
{
  sendoff_draft_export (SENDOFF_WINDOW (widget)->draft);
}

static void
on_queued (SendoffWindow *self, guint n_queued, guint n_failed)
{
  g_autofree char *message = NULL;

  if (n_failed > 0 && n_queued == 0)
    message = g_strdup (_ ("Nothing was exported. The message beside the video says why."));
  else if (n_failed > 0)
    message = g_strdup (_ ("Not everything was exported. The message beside the video says why."));
  else
    message = g_strdup_printf (
        ngettext ("%u video is being exported", "%u videos are being exported", n_queued), n_queued);
  sendoff_window_tell (self, message);
  if (n_failed == 0)
    show_page (self, "queue");
}

static void
on_can_export_changed (SendoffWindow *self)
{
  gboolean can_export;

  g_object_get (self->draft, "can-export", &can_export, NULL);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export", can_export);
}

static void
show_export_page (GtkWidget *widget, const char *action, GVariant *parameter)
{
  show_page (SENDOFF_WINDOW (widget), "export");
}

static void
show_queue_page (GtkWidget *widget, const char *action, GVariant *parameter)
{
  show_page (SENDOFF_WINDOW (widget), "queue");
}

static void
show_preferences (GtkWidget *widget, const char *action, GVariant *parameter)
{
  gtk_window_present (
      GTK_WINDOW (sendoff_preferences_dialog_new (GTK_WINDOW (widget), SENDOFF_WINDOW (widget)->engine)));
}

static void
tell (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sendoff_window_tell (SENDOFF_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

/* ---- Object ---- */

/* While exports run, closing only hides the window: they go on, and the application ends when they have. */
static gboolean
sendoff_window_close_request (GtkWindow *window)
{
  SendoffWindow *self = SENDOFF_WINDOW (window);

  sendoff_queue_page_settle (self->queue_page);
  if (sendoff_job_monitor_get_n_active (self->monitor) == 0)
    return GTK_WINDOW_CLASS (sendoff_window_parent_class)->close_request (window);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  return TRUE;
}

static void
sendoff_window_dispose (GObject *object)
{
  SendoffWindow *self = SENDOFF_WINDOW (object);

  if (self->draft != NULL)
    sendoff_draft_stop (self->draft);
  if (self->chooser != NULL)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_clear_object (&self->chooser);
  g_clear_object (&self->draft);
  g_clear_object (&self->jobs);
  g_clear_object (&self->monitor);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (sendoff_window_parent_class)->dispose (object);
}

static void
sendoff_window_finalize (GObject *object)
{
  g_free (SENDOFF_WINDOW (object)->problem);
  G_OBJECT_CLASS (sendoff_window_parent_class)->finalize (object);
}

static void
sendoff_window_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffWindow *self = SENDOFF_WINDOW (object);

  switch (prop_id)
    {
    case PROP_DRAFT:
      g_value_set_object (value, self->draft);
      break;
    case PROP_JOBS:
      g_value_set_object (value, self->jobs);
      break;
    case PROP_MONITOR:
      g_value_set_object (value, self->monitor);
      break;
    case PROP_STARTED:
      g_value_set_boolean (value, self->started);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.open", NULL, open_files);
  gtk_widget_class_install_action (widget_class, "win.paste", NULL, paste_files);
  gtk_widget_class_install_action (widget_class, "win.export", NULL, export);
  gtk_widget_class_install_action (widget_class, "win.show-export", NULL, show_export_page);
  gtk_widget_class_install_action (widget_class, "win.show-queue", NULL, show_queue_page);
  gtk_widget_class_install_action (widget_class, "win.preferences", NULL, show_preferences);
  gtk_widget_class_install_action (widget_class, "win.tell", "s", tell);
}

static void
sendoff_window_class_init (SendoffWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sendoff_window_dispose;
  object_class->finalize = sendoff_window_finalize;
  object_class->get_property = sendoff_window_get_property;
  GTK_WINDOW_CLASS (klass)->close_request = sendoff_window_close_request;
  properties[PROP_DRAFT] = g_param_spec_object ("draft", NULL, NULL, SENDOFF_TYPE_DRAFT, flags);
  properties[PROP_JOBS] = g_param_spec_object ("jobs", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_MONITOR] = g_param_spec_object ("monitor", NULL, NULL, SENDOFF_TYPE_JOB_MONITOR, flags);
  properties[PROP_STARTED] = g_param_spec_boolean ("started", NULL, NULL, FALSE, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  install_actions (widget_class);
  /* By name in the template, and perhaps used by nobody before. */
  g_type_ensure (GDK_TYPE_FILE_LIST);
  g_type_ensure (SENDOFF_TYPE_EXPORT_PAGE);
  g_type_ensure (SENDOFF_TYPE_QUEUE_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-window.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, SendoffWindow, pages);
  gtk_widget_class_bind_template_child (widget_class, SendoffWindow, queue_page);
  gtk_widget_class_bind_template_callback (widget_class, get_view);
  gtk_widget_class_bind_template_callback (widget_class, has_object);
  gtk_widget_class_bind_template_callback (widget_class, on_drop);
}

static void
sendoff_window_init (SendoffWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.export", FALSE);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.preferences", FALSE);
}

/** sendoff_window_new: (transfer floating): a window that waits for sendoff_window_start(). */
SendoffWindow *
sendoff_window_new (GtkApplication *application,
                    SendoffEngine *engine,
                    SendoffPreferences *preferences,
                    SendoffJobMonitor *monitor)
{
  SendoffWindow *self = g_object_new (SENDOFF_TYPE_WINDOW, "application", application, NULL);

  self->draft = sendoff_draft_new (engine, preferences);
  self->jobs = g_object_ref (sendoff_engine_get_jobs (engine));
  self->monitor = g_object_ref (monitor);
  self->engine = g_object_ref (engine);
  sendoff_shelf_actions_install (GTK_WINDOW (self), self->draft);
  g_signal_connect_object (self->draft, "queued", G_CALLBACK (on_queued), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->draft, "notify::can-export", G_CALLBACK (on_can_export_changed), self,
                           G_CONNECT_SWAPPED);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DRAFT]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_JOBS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MONITOR]);
  sendoff_preferences_bind (preferences, "window-width", self, "default-width");
  sendoff_preferences_bind (preferences, "window-height", self, "default-height");
  sendoff_preferences_bind (preferences, "window-maximized", self, "maximized");
  sendoff_preferences_bind (preferences, "page", self->pages, "visible-child-name");
  return self;
}

/** sendoff_window_start: the engine is ready: shows the pages. */
void
sendoff_window_start (SendoffWindow *self)
{
  sendoff_draft_start (self->draft);
  sendoff_queue_page_start (self->queue_page, self->engine);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.preferences", TRUE);
  self->started = TRUE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STARTED]);
}

/** sendoff_window_stop: the engine is about to stop: hides the window and asks nothing any more. */
void
sendoff_window_stop (SendoffWindow *self)
{
  sendoff_draft_stop (self->draft);
  sendoff_queue_page_stop (self->queue_page);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.preferences", FALSE);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

/** sendoff_window_set_problem: why there is nothing to do here (a sentence), NULL when there is no problem.
 */
void
sendoff_window_set_problem (SendoffWindow *self, const char *problem)
{
  g_free (self->problem);
  self->problem = g_strdup (problem);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

/** sendoff_window_add_files: adds videos, or folders of them, to the Export page and shows it; presets and
 * release sets among @files are kept. */
void
sendoff_window_add_files (SendoffWindow *self, GPtrArray *files)
{
  sendoff_shelf_actions_take_files (files, sendoff_draft_get_shelf (self->draft));
  if (files->len == 0)
    return;
  sendoff_draft_add_files (self->draft, files);
  show_page (self, "export");
}

/** sendoff_window_tell: a few words that go away by themselves. */
void
sendoff_window_tell (SendoffWindow *self, const char *message)
{
  AdwToast *toast = adw_toast_new (message);

  adw_toast_overlay_add_toast (self->toasts, toast);
}
