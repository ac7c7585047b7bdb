#include "app/sendoff-application.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#include "app/sendoff-background.h"
#include "app/sendoff-files.h"
#include "app/sendoff-graphics.h"
#include "app/sendoff-job-monitor.h"
#include "app/sendoff-preferences.h"
#include "app/sendoff-window.h"
#include "engine/sendoff-engine.h"
#include "sendoff-config.h"

#define RESOURCES "/io/github/story_genius/Sendoff"

struct _SendoffApplication
{
  AdwApplication parent_instance;
  SendoffEngine *engine;
  SendoffPreferences *preferences;
  SendoffJobMonitor *monitor;
  SendoffWindow *window; /* (nullable) */
  gboolean starting;
  gboolean started;
  gboolean stopping;
  guint inhibit_cookie; /* 0: suspending is allowed */
  guint signal_ids[2];
};

G_DEFINE_FINAL_TYPE (SendoffApplication, sendoff_application, ADW_TYPE_APPLICATION)

/* ---- End ---- */

static void
on_engine_stopped (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffApplication) self = data;

  sendoff_engine_stop_finish (SENDOFF_ENGINE (object), result, NULL);
  g_application_quit (G_APPLICATION (self));
}

/* What runs can be continued the next time. */
static void
stop (SendoffApplication *self)
{
  if (self->stopping)
    return;
  self->stopping = TRUE;
  if (self->window != NULL)
    sendoff_window_stop (self->window);
  sendoff_engine_stop_async (self->engine, on_engine_stopped, g_object_ref (self));
}

static void
on_quit_answered (SendoffApplication *self, const char *response)
{
  if (g_str_equal (response, "quit"))
    stop (self);
}

static void
quit (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;
  GtkWidget *dialog;

  if (sendoff_job_monitor_get_n_active (self->monitor) == 0 || self->window == NULL)
    {
      stop (self);
      return;
    }
  gtk_window_present (GTK_WINDOW (self->window));
  dialog = adw_message_dialog_new (GTK_WINDOW (self->window), _ ("Stop Exporting?"),
                                   _ ("Exports are running. They can be continued the next time."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "stay", _ ("_Go On"), "quit",
                                    _ ("_Stop and Quit"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "quit", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "stay");
  g_signal_connect_object (dialog, "response", G_CALLBACK (on_quit_answered), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static gboolean
on_signal (gpointer data)
{
  stop (data);
  return G_SOURCE_CONTINUE;
}

static void
on_window_removed (SendoffApplication *self, GtkWindow *window)
{
  if (window != GTK_WINDOW (self->window))
    return;
  self->window = NULL;
  stop (self);
}

/* ---- Jobs ---- */

static gboolean
is_watched (SendoffApplication *self)
{
  return self->window != NULL && gtk_widget_get_visible (GTK_WIDGET (self->window));
}

static void
on_n_active_changed (SendoffApplication *self)
{
  guint n_active = sendoff_job_monitor_get_n_active (self->monitor);
  /* A queue that another process paused goes on here when that one says so. */
  gboolean waits = sendoff_job_monitor_get_is_held (self->monitor)
                   && sendoff_job_monitor_get_n_running (self->monitor) > 0;

  if (n_active > 0 && self->inhibit_cookie == 0)
    self->inhibit_cookie
        = gtk_application_inhibit (GTK_APPLICATION (self), GTK_WINDOW (self->window),
                                   GTK_APPLICATION_INHIBIT_SUSPEND, _ ("Videos are being exported"));
  else if (n_active == 0 && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (GTK_APPLICATION (self), self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
  if (n_active == 0 && !waits && self->window != NULL && !is_watched (self))
    stop (self);
}

/* ---- Without a window ---- */

static void
on_background_answered (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffApplication) self = data;

  if (sendoff_background_request_finish (result) || self->stopping || self->window == NULL
      || is_watched (self))
    return;
  gtk_window_present (GTK_WINDOW (self->window));
  sendoff_window_tell (self->window, _ ("Your desktop does not let Sendoff work in the background. "
                                        "Keep this window open until the exports are done."));
}

/* Closing hid it, because exports run. */
static void
on_window_visible_changed (SendoffApplication *self)
{
  if (!self->stopping && !is_watched (self) && sendoff_job_monitor_get_n_active (self->monitor) > 0)
    sendoff_background_request_async (g_application_get_dbus_connection (G_APPLICATION (self)),
                                      on_background_answered, g_object_ref (self));
}

static GFile *
find_finished_file (SendoffJob *job)
{
  GListModel *exports = sendoff_job_get_exports (job);

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      if (sendoff_export_get_file (export) != NULL)
        return sendoff_export_get_file (export);
    }
  return NULL;
}

static void
notify_end (SendoffApplication *self, SendoffJob *job)
{
  const SendoffPlan *plan = sendoff_job_get_plan (job);
  gboolean failed = sendoff_job_get_status (job) == SENDOFF_STATUS_FAILED;
  g_autoptr (GNotification) notification
      = g_notification_new (failed ? _ ("Export failed") : _ ("Export finished"));
  GFile *file = find_finished_file (job);

  if (plan != NULL && plan->source_name != NULL)
    g_notification_set_body (notification, plan->source_name);
  g_notification_set_default_action (notification, "app.show-queue");
  if (file != NULL)
    {
      g_autofree char *uri = g_file_get_uri (file);

      g_notification_add_button_with_target (notification, _ ("Show in Folder"), "app.show-in-folder", "s",
                                             uri);
    }
  g_application_send_notification (G_APPLICATION (self), sendoff_job_get_export_id (job), notification);
}

static void
on_job_ended (SendoffApplication *self, SendoffJob *job)
{
  gboolean is_looked_at = is_watched (self) && gtk_window_is_active (GTK_WINDOW (self->window));

  gboolean was_wanted
      = sendoff_job_get_status (job) != SENDOFF_STATUS_CANCELLED || find_finished_file (job) != NULL;

  if (was_wanted && !is_looked_at && !self->stopping)
    notify_end (self, job);
}

static void
on_resumed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffApplication) self = data;
  g_autoptr (GError) error = NULL;

  if (!sendoff_engine_resume_finish (SENDOFF_ENGINE (object), result, &error) && self->window != NULL)
    sendoff_window_tell (self->window, error->message);
}

static void
continue_export (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;
  SendoffJob *job = sendoff_engine_find_job (self->engine, g_variant_get_string (parameter, NULL));

  if (job != NULL)
    sendoff_engine_resume_async (self->engine, job, NULL, on_resumed, g_object_ref (self));
}

/* ---- Files ---- */

static void
open_file (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;

  sendoff_files_open (GTK_WINDOW (self->window), g_variant_get_string (parameter, NULL));
}

static void
show_in_folder (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;

  sendoff_files_show_in_folder (GTK_WINDOW (self->window),
                                g_application_get_dbus_connection (G_APPLICATION (self)),
                                g_variant_get_string (parameter, NULL));
}

/* ---- Dialogs ---- */

/* (nullable): what a button means that has no name of its own, in windows that are not our own. */
static const char *
get_missing_name (GtkWidget *widget)
{
  const char *icon_name = GTK_IS_BUTTON (widget) ? gtk_button_get_icon_name (GTK_BUTTON (widget)) : NULL;
  GtkWidget *child = GTK_IS_BUTTON (widget) ? gtk_button_get_child (GTK_BUTTON (widget)) : NULL;

  if (GTK_IS_LABEL (child) && gtk_button_get_label (GTK_BUTTON (widget)) == NULL)
    return gtk_label_get_text (GTK_LABEL (child));
  if (icon_name != NULL && g_str_has_prefix (icon_name, "go-previous"))
    return _ ("Back");
  if (GTK_IS_MENU_BUTTON (widget)
      || (GTK_IS_TOGGLE_BUTTON (widget) && gtk_widget_get_ancestor (widget, GTK_TYPE_MENU_BUTTON) != NULL))
    return _ ("Search Results");
  return GTK_IS_TOGGLE_BUTTON (widget) ? _ ("Search") : NULL;
}

static void
name_buttons (GtkWidget *widget)
{
  const char *words = get_missing_name (widget);

  if (words != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    name_buttons (child);
}

static void
about (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;
  GtkWidget *window = g_object_new (ADW_TYPE_ABOUT_WINDOW, "transient-for", self->window, "application-name",
                                    _ ("Sendoff"), "application-icon", SENDOFF_APPLICATION_ID, "version",
                                    SENDOFF_VERSION, "developer-name", "Story Genius", "comments",
                                    _ ("Makes files that the places you publish to accept."), "license-type",
                                    GTK_LICENSE_GPL_3_0, NULL);

  name_buttons (window);
  gtk_window_present (GTK_WINDOW (window));
}

static void
shortcuts (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;
  GtkApplicationWindow *window = GTK_APPLICATION_WINDOW (self->window);

  if (window == NULL)
    return;
  /* As the window's help overlay it finds the keys of actions by itself. */
  if (gtk_application_window_get_help_overlay (window) == NULL)
    {
      g_autoptr (GtkBuilder) builder = gtk_builder_new_from_resource (RESOURCES "/ui/shortcuts.ui");

      gtk_application_window_set_help_overlay (
          window, GTK_SHORTCUTS_WINDOW (gtk_builder_get_object (builder, "shortcuts")));
      name_buttons (GTK_WIDGET (gtk_application_window_get_help_overlay (window)));
    }
  gtk_window_present (GTK_WINDOW (gtk_application_window_get_help_overlay (window)));
}

static void
show_queue (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;

  g_application_activate (G_APPLICATION (self));
  gtk_widget_activate_action (GTK_WIDGET (self->window), "win.show-queue", NULL);
}

/* ---- Start ---- */

static void
on_engine_started (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffApplication) self = data;
  g_autoptr (GError) error = NULL;

  self->starting = FALSE;
  self->started = sendoff_engine_start_finish (SENDOFF_ENGINE (object), result, &error);
  if (self->started)
    {
      sendoff_job_monitor_start (self->monitor, sendoff_engine_get_jobs (self->engine),
                                 sendoff_engine_get_settings (self->engine));
      sendoff_engine_go_on (self->engine);
    }
  if (self->window == NULL)
    return;
  if (self->started)
    sendoff_window_start (self->window);
  else
    sendoff_window_set_problem (self->window, error->message);
}

static void
start (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  SendoffApplication *self = data;

  if (self->starting || self->started)
    return;
  self->starting = TRUE;
  if (self->window != NULL)
    sendoff_window_set_problem (self->window, NULL);
  sendoff_engine_start_async (self->engine, NULL, on_engine_started, g_object_ref (self));
}

static void
sendoff_application_activate (GApplication *application)
{
  SendoffApplication *self = SENDOFF_APPLICATION (application);

  if (self->stopping)
    return;
  if (self->window == NULL)
    {
      self->window
          = sendoff_window_new (GTK_APPLICATION (self), self->engine, self->preferences, self->monitor);
      g_signal_connect_object (self->window, "notify::visible", G_CALLBACK (on_window_visible_changed), self,
                               G_CONNECT_SWAPPED);
      if (self->started)
        sendoff_window_start (self->window);
    }
  gtk_window_present (GTK_WINDOW (self->window));
}

static void
sendoff_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  SendoffApplication *self = SENDOFF_APPLICATION (application);
  g_autoptr (GPtrArray) opened = g_ptr_array_new_with_free_func (g_object_unref);

  sendoff_application_activate (application);
  for (int i = 0; i < n_files; i++)
    g_ptr_array_add (opened, g_object_ref (files[i]));
  if (self->window != NULL)
    sendoff_window_add_files (self->window, opened);
}

static void
add_actions (SendoffApplication *self)
{
  static const GActionEntry entries[] = {
    { "quit", quit },
    { "about", about },
    { "shortcuts", shortcuts },
    { "start", start },
    { "show-queue", show_queue },
    { "open-file", open_file, "s" },
    { "show-in-folder", show_in_folder, "s" },
    { "continue-export", continue_export, "s" },
  };
  static const struct
  {
    const char *action;
    const char *accels[2];
  } accels[] = {
    { "app.quit", { "<Control>q" } },     { "app.shortcuts", { "<Control>question" } },
    { "win.open", { "<Control>o" } },     { "win.export", { "<Control>Return" } },
    { "win.show-export", { "<Alt>1" } },  { "win.show-queue", { "<Alt>2" } },
    { "window.close", { "<Control>w" } }, { "win.preferences", { "<Control>comma" } },
  };

  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action, accels[i].accels);
}

static void
sendoff_application_startup (GApplication *application)
{
  SendoffApplication *self = SENDOFF_APPLICATION (application);
  char *environment = sendoff_graphics_prepare ();

  G_APPLICATION_CLASS (sendoff_application_parent_class)->startup (application);
  sendoff_graphics_restore (environment);
  self->engine = sendoff_engine_new ();
  self->preferences = sendoff_preferences_new ();
  self->monitor = sendoff_job_monitor_new ();
  g_signal_connect_object (self->monitor, "notify::n-active", G_CALLBACK (on_n_active_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->monitor, "notify::n-running", G_CALLBACK (on_n_active_changed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->monitor, "ended", G_CALLBACK (on_job_ended), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "window-removed", G_CALLBACK (on_window_removed), NULL);
  add_actions (self);
  self->signal_ids[0] = g_unix_signal_add (SIGINT, on_signal, self);
  self->signal_ids[1] = g_unix_signal_add (SIGTERM, on_signal, self);
  /* Until stop() is through: the engine has to end its workers after the window is gone. */
  g_application_hold (application);
  start (NULL, NULL, self);
}

static void
sendoff_application_shutdown (GApplication *application)
{
  SendoffApplication *self = SENDOFF_APPLICATION (application);

  for (guint i = 0; i < G_N_ELEMENTS (self->signal_ids); i++)
    g_clear_handle_id (&self->signal_ids[i], g_source_remove);
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  self->window = NULL;
  G_APPLICATION_CLASS (sendoff_application_parent_class)->shutdown (application);
}

static void
sendoff_application_finalize (GObject *object)
{
  SendoffApplication *self = SENDOFF_APPLICATION (object);

  g_clear_object (&self->monitor);
  g_clear_object (&self->preferences);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (sendoff_application_parent_class)->finalize (object);
}

static void
sendoff_application_class_init (SendoffApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = sendoff_application_finalize;
  application_class->startup = sendoff_application_startup;
  application_class->activate = sendoff_application_activate;
  application_class->open = sendoff_application_open;
  application_class->shutdown = sendoff_application_shutdown;
}

static void
sendoff_application_init (SendoffApplication *self)
{
}

/** sendoff_application_new: (transfer full): the application; run it. */
SendoffApplication *
sendoff_application_new (void)
{
  return g_object_new (SENDOFF_TYPE_APPLICATION, "application-id", SENDOFF_APPLICATION_ID, "flags",
                       G_APPLICATION_HANDLES_OPEN, "resource-base-path", RESOURCES, NULL);
}
