#include "app/sendoff-queue-row.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/sendoff-words.h"
#include "base/sendoff-units.h"

struct _SendoffQueueRow
{
  GtkBox parent_instance;
  SendoffQueueItem *item; /* (nullable) */
  GtkWidget *progress_bar;
  GtkWidget *cancel_button;
  GtkWidget *continue_button;
  GtkWidget *open_button;
  GtkWidget *folder_button;
  GtkWidget *copy_button;
};

enum
{
  PROP_ITEM = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffQueueRow, sendoff_queue_row, GTK_TYPE_BOX)

static GParamSpec *properties[N_PROPS];

/* ---- What the template shows: formatters ---- */

static char *
get_status (GObject *object, SendoffExport *export, int status, gboolean interrupted, gpointer data)
{
  const GError *error = export != NULL ? sendoff_export_get_error (export) : NULL;

  if (status == SENDOFF_STATUS_FAILED && error != NULL)
    return g_strdup (error->message);
  if (interrupted && !sendoff_status_is_final (status))
    return g_strdup (_ ("Interrupted: what was made so far is kept"));
  return g_strdup (sendoff_words_for_status (status));
}

static void
append (GString *text, char *part)
{
  if (part != NULL && text->len > 0)
    g_string_append (text, " · ");
  if (part != NULL)
    g_string_append (text, part);
  g_free (part);
}

static char *
dup_result (SendoffExport *export, gint64 size_bytes)
{
  const SendoffCertificate *certificate = export != NULL ? sendoff_export_get_certificate (export) : NULL;
  GString *text = g_string_new (NULL);

  append (text, sendoff_format_size (size_bytes));
  if (certificate != NULL && certificate->passed)
    append (text, g_strdup (_ ("checked")));
  return g_string_free (text, FALSE);
}

static char *
get_numbers (GObject *object,
             SendoffExport *export,
             int status,
             double progress,
             double frames_per_second,
             gint64 size_bytes,
             gint64 time_left_us,
             gpointer data)
{
  g_autofree char *size = sendoff_format_size (size_bytes);
  GString *text;

  if (status == SENDOFF_STATUS_COMPLETED)
    return dup_result (export, size_bytes);
  if (sendoff_status_is_final (status) || status == SENDOFF_STATUS_QUEUED)
    return NULL;
  text = g_string_new (NULL);
  append (text, g_strdup_printf ("%.0f %%", floor (progress)));
  if (frames_per_second > 0)
    append (text, g_strdup_printf (_ ("%.*f fps"), frames_per_second < 9.95 ? 1 : 0, frames_per_second));
  if (size_bytes > 0)
    append (text, g_strdup_printf (_ ("%s so far"), size));
  append (text, sendoff_words_for_time_left (time_left_us));
  return g_string_free (text, FALSE);
}

static double
get_fraction (GObject *object, double progress, gpointer data)
{
  return CLAMP (progress / 100, 0, 1);
}

static gboolean
has_text (GObject *object, const char *text, gpointer data)
{
  return text != NULL && *text != '\0';
}

static gboolean
is_unfinished (GObject *object, int status, gpointer data)
{
  return !sendoff_status_is_final (status);
}

static gboolean
can_continue (GObject *object, int status, gboolean interrupted, gpointer data)
{
  return interrupted && !sendoff_status_is_final (status);
}

static gboolean
is_completed (GObject *object, int status, gpointer data)
{
  return status == SENDOFF_STATUS_COMPLETED;
}

static gboolean
is_failed (GObject *object, int status, gpointer data)
{
  return status == SENDOFF_STATUS_FAILED;
}

static char *
get_icon_name (GObject *object, int status, gpointer data)
{
  switch ((SendoffStatus)status)
    {
    case SENDOFF_STATUS_COMPLETED:
      return g_strdup ("emblem-ok-symbolic");
    case SENDOFF_STATUS_FAILED:
      return g_strdup ("dialog-error-symbolic");
    case SENDOFF_STATUS_CANCELLED:
      return g_strdup ("process-stop-symbolic");
    case SENDOFF_STATUS_QUEUED:
    case SENDOFF_STATUS_PREPARING:
    case SENDOFF_STATUS_ENCODING:
    case SENDOFF_STATUS_OPTIMIZING:
    case SENDOFF_STATUS_FINALIZING:
    default:
      return g_strdup ("video-x-generic-symbolic");
    }
}

static char **
get_icon_styles (GObject *object, int status, gpointer data)
{
  const char *style = status == SENDOFF_STATUS_COMPLETED ? "success"
                      : status == SENDOFF_STATUS_FAILED  ? "error"
                                                         : "dim-label";
  const char *styles[] = { style, NULL };

  return g_strdupv ((char **)styles);
}

/* ---- Actions ---- */

static void
on_cancel_clicked (SendoffQueueRow *self)
{
  sendoff_job_cancel (sendoff_queue_item_get_job (self->item));
}

static void
on_continue_clicked (SendoffQueueRow *self)
{
  SendoffJob *job = sendoff_queue_item_get_job (self->item);

  gtk_widget_activate_action (GTK_WIDGET (self), "app.continue-export", "s", sendoff_job_get_export_id (job));
}

static void
activate_with_file (SendoffQueueRow *self, const char *action)
{
  GFile *file = sendoff_export_get_file (sendoff_queue_item_get_export (self->item));
  g_autofree char *uri = file != NULL ? g_file_get_uri (file) : NULL;

  if (uri != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), action, "s", uri);
}

static void
on_open_clicked (SendoffQueueRow *self)
{
  activate_with_file (self, "app.open-file");
}

static void
on_folder_clicked (SendoffQueueRow *self)
{
  activate_with_file (self, "app.show-in-folder");
}

static void
on_copy_clicked (SendoffQueueRow *self)
{
  g_autofree char *details = sendoff_queue_item_dup_details (self->item);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), details);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.tell", "s", _ ("Details copied"));
}

/* ---- Object ---- */

static void
set_name (GtkWidget *widget, const char *format, const char *title)
{
  g_autoptr (GString) name = g_string_new (format);

  g_string_replace (name, "%s", title, 1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name->str, -1);
}

/* Names for screen readers, which hear "Cancel" many times in a list. */
static void
name_controls (SendoffQueueRow *self)
{
  g_autofree char *title = sendoff_queue_item_dup_title (self->item);

  set_name (self->progress_bar, _ ("Progress of %s"), title);
  set_name (self->cancel_button, _ ("Cancel %s"), title);
  set_name (self->continue_button, _ ("Continue %s"), title);
  set_name (self->open_button, _ ("Open %s"), title);
  set_name (self->folder_button, _ ("Show %s in Folder"), title);
  set_name (self->copy_button, _ ("Copy Details of %s"), title);
}

static void
sendoff_queue_row_dispose (GObject *object)
{
  g_clear_object (&SENDOFF_QUEUE_ROW (object)->item);
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
sendoff_queue_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffQueueRow *self = SENDOFF_QUEUE_ROW (object);

  if (prop_id != PROP_ITEM)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  if (!g_set_object (&self->item, g_value_get_object (value)))
    return;
  if (self->item != NULL)
    name_controls (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-queue-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, progress_bar);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, cancel_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, continue_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, open_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, folder_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffQueueRow, copy_button);
  gtk_widget_class_bind_template_callback (widget_class, get_status);
  gtk_widget_class_bind_template_callback (widget_class, get_numbers);
  gtk_widget_class_bind_template_callback (widget_class, get_fraction);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, is_unfinished);
  gtk_widget_class_bind_template_callback (widget_class, can_continue);
  gtk_widget_class_bind_template_callback (widget_class, is_completed);
  gtk_widget_class_bind_template_callback (widget_class, is_failed);
  gtk_widget_class_bind_template_callback (widget_class, get_icon_name);
  gtk_widget_class_bind_template_callback (widget_class, get_icon_styles);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_continue_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_open_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_folder_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_clicked);
}

static void
sendoff_queue_row_class_init (SendoffQueueRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_queue_row_dispose;
  object_class->get_property = sendoff_queue_row_get_property;
  object_class->set_property = sendoff_queue_row_set_property;
  properties[PROP_ITEM]
      = g_param_spec_object ("item", NULL, NULL, SENDOFF_TYPE_QUEUE_ITEM,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
sendoff_queue_row_init (SendoffQueueRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
