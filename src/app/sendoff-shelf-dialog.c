#include "app/sendoff-shelf-dialog.h"

#include <glib/gi18n.h>

#include "app/sendoff-name-dialog.h"
#include "app/sendoff-shelf-row.h"

struct _SendoffShelfDialog
{
  AdwWindow parent_instance;
  SendoffShelf *shelf;
  AdwToastOverlay *toasts;
  GtkListBox *own_presets;
  GtkListBox *release_sets;
  GtkListBox *system_presets;
  GtkFileChooserNative *chooser; /* (nullable): while it is open */
  SendoffShelfItem *exported;    /* (nullable): what the chooser is for; NULL to import */
};

enum
{
  SIGNAL_USE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffShelfDialog, sendoff_shelf_dialog, ADW_TYPE_WINDOW)

static guint signals[N_SIGNALS];

/* ---- Files ---- */

static void
on_file_chosen (SendoffShelfDialog *self, int response)
{
  g_autoptr (GFile) file
      = response == GTK_RESPONSE_ACCEPT ? gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->chooser)) : NULL;

  if (file != NULL && self->exported != NULL)
    sendoff_shelf_export_file (self->shelf, self->exported, file);
  else if (file != NULL)
    sendoff_shelf_import_file (self->shelf, file);
  g_clear_object (&self->chooser);
  g_clear_object (&self->exported);
}

static void
open_chooser (SendoffShelfDialog *self, const char *title, GtkFileChooserAction action, const char *accept)
{
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  self->chooser = gtk_file_chooser_native_new (title, GTK_WINDOW (self), action, accept, _ ("_Cancel"));
  gtk_file_filter_set_name (filter, _ ("Presets and release sets"));
  gtk_file_filter_add_suffix (filter, "json");
  gtk_file_chooser_add_filter (GTK_FILE_CHOOSER (self->chooser), filter);
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->chooser), TRUE);
  g_signal_connect_swapped (self->chooser, "response", G_CALLBACK (on_file_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->chooser));
}

static void
on_import_clicked (SendoffShelfDialog *self)
{
  if (self->chooser == NULL)
    open_chooser (self, _ ("Import"), GTK_FILE_CHOOSER_ACTION_OPEN, _ ("_Import"));
}

static void
export_item (SendoffShelfDialog *self, SendoffShelfItem *item)
{
  g_autofree char *name = g_strconcat (sendoff_shelf_item_get_id (item), ".json", NULL);

  if (self->chooser != NULL)
    return;
  g_set_object (&self->exported, item);
  open_chooser (self, _ ("Export to a File"), GTK_FILE_CHOOSER_ACTION_SAVE, _ ("_Save"));
  gtk_file_chooser_set_current_name (GTK_FILE_CHOOSER (self->chooser), name);
}

static gboolean
on_drop (SendoffShelfDialog *self, const GValue *value, double x, double y)
{
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  for (GSList *link = g_value_get_boxed (value); link != NULL; link = link->next)
    sendoff_shelf_import_file (self->shelf, link->data);
  return TRUE;
}

/* ---- What is done with an item ---- */

/* What a further question is about. */
typedef struct
{
  SendoffShelf *shelf;
  SendoffShelfItem *item;
} Subject;

static Subject *
subject_new (SendoffShelf *shelf, SendoffShelfItem *item)
{
  Subject *subject = g_new0 (Subject, 1);

  subject->shelf = g_object_ref (shelf);
  subject->item = g_object_ref (item);
  return subject;
}

static void
subject_free (gpointer data)
{
  Subject *subject = data;

  g_object_unref (subject->shelf);
  g_object_unref (subject->item);
  g_free (subject);
}

static void
free_subject_of_closure (gpointer data, GClosure *closure)
{
  subject_free (data);
}

static void
on_renamed (const char *name, gpointer data)
{
  Subject *subject = data;

  sendoff_shelf_rename (subject->shelf, subject->item, name);
}

static void
on_delete_answered (AdwMessageDialog *dialog, const char *response, Subject *subject)
{
  if (g_str_equal (response, "delete"))
    sendoff_shelf_remove (subject->shelf, subject->item);
}

static void
ask_to_delete (SendoffShelfDialog *self, SendoffShelfItem *item)
{
  g_autofree char *heading = g_strdup_printf (_ ("Delete “%s”?"), sendoff_shelf_item_get_name (item));
  GtkWidget *dialog
      = adw_message_dialog_new (GTK_WINDOW (self), heading, _ ("What was exported with it stays."));

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "delete",
                                    _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_delete_answered), subject_new (self->shelf, item),
                         free_subject_of_closure, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
on_chosen (SendoffShelfRow *row, const char *action, SendoffShelfDialog *self)
{
  g_autoptr (SendoffShelfItem) item = g_object_ref (sendoff_shelf_row_get_item (row));

  if (g_str_equal (action, "item.use"))
    {
      g_signal_emit (self, signals[SIGNAL_USE], 0, item);
      gtk_window_close (GTK_WINDOW (self));
    }
  else if (g_str_equal (action, "item.rename"))
    sendoff_name_dialog_ask (GTK_WINDOW (self), _ ("Rename"), NULL, _ ("_Rename"),
                             sendoff_shelf_item_get_name (item), on_renamed, subject_new (self->shelf, item),
                             subject_free);
  else if (g_str_equal (action, "item.duplicate"))
    sendoff_shelf_duplicate (self->shelf, item);
  else if (g_str_equal (action, "item.export"))
    export_item (self, item);
  else if (g_str_equal (action, "item.delete"))
    ask_to_delete (self, item);
}

static void
on_told (SendoffShelfDialog *self, const char *message)
{
  adw_toast_overlay_add_toast (self->toasts, adw_toast_new (message));
}

/* What a file that has the id of something kept is to become. */
typedef struct
{
  SendoffShelf *shelf;
  char *text;
} Clash;

static void
clash_free (gpointer data, GClosure *closure)
{
  Clash *clash = data;

  g_object_unref (clash->shelf);
  g_free (clash->text);
  g_free (clash);
}

static void
on_clash_answered (AdwMessageDialog *dialog, const char *response, Clash *clash)
{
  if (g_str_equal (response, "replace"))
    sendoff_shelf_import (clash->shelf, clash->text, strlen (clash->text), SENDOFF_IMPORT_REPLACE);
  else if (g_str_equal (response, "copy"))
    sendoff_shelf_import (clash->shelf, clash->text, strlen (clash->text), SENDOFF_IMPORT_COPY);
}

/** sendoff_shelf_dialog_ask_clash: whether @text takes the place of what is kept as @name, or is kept beside
 * it. */
void
sendoff_shelf_dialog_ask_clash (GtkWindow *parent, SendoffShelf *shelf, const char *name, const char *text)
{
  g_autofree char *heading = g_strdup_printf (_ ("Replace “%s”?"), name);
  GtkWidget *dialog = adw_message_dialog_new (parent, heading, _ ("One with this name is kept already."));
  Clash *clash = g_new0 (Clash, 1);

  clash->shelf = g_object_ref (shelf);
  clash->text = g_strdup (text);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "copy",
                                    _ ("_Keep Both"), "replace", _ ("_Replace"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "replace",
                                              ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "copy");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_clash_answered), clash, clash_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- Object ---- */

static GtkWidget *
create_row (gpointer item, gpointer data)
{
  GtkWidget *row = sendoff_shelf_row_new (item);

  g_signal_connect (row, "chosen", G_CALLBACK (on_chosen), data);
  return row;
}

static void
bind_presets (SendoffShelfDialog *self, GtkListBox *box, gboolean is_own)
{
  GtkBoolFilter *filter
      = gtk_bool_filter_new (gtk_property_expression_new (SENDOFF_TYPE_SHELF_ITEM, NULL, "is-own"));
  g_autoptr (GtkFilterListModel) presets = NULL;

  gtk_bool_filter_set_invert (filter, !is_own);
  presets = gtk_filter_list_model_new (g_object_ref (sendoff_shelf_get_presets (self->shelf)),
                                       GTK_FILTER (filter));
  gtk_list_box_bind_model (box, G_LIST_MODEL (presets), create_row, self, NULL);
}

static void
sendoff_shelf_dialog_dispose (GObject *object)
{
  SendoffShelfDialog *self = SENDOFF_SHELF_DIALOG (object);

  if (self->chooser != NULL)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->chooser));
  g_clear_object (&self->chooser);
  g_clear_object (&self->exported);
  g_clear_object (&self->shelf);
  G_OBJECT_CLASS (sendoff_shelf_dialog_parent_class)->dispose (object);
}

static void
sendoff_shelf_dialog_class_init (SendoffShelfDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sendoff_shelf_dialog_dispose;
  signals[SIGNAL_USE] = g_signal_new ("use", SENDOFF_TYPE_SHELF_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                      NULL, G_TYPE_NONE, 1, SENDOFF_TYPE_SHELF_ITEM);
  g_type_ensure (GDK_TYPE_FILE_LIST);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Escape, 0, "window.close", NULL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-shelf-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffShelfDialog, toasts);
  gtk_widget_class_bind_template_child (widget_class, SendoffShelfDialog, own_presets);
  gtk_widget_class_bind_template_child (widget_class, SendoffShelfDialog, release_sets);
  gtk_widget_class_bind_template_child (widget_class, SendoffShelfDialog, system_presets);
  gtk_widget_class_bind_template_callback (widget_class, on_import_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_drop);
}

static void
sendoff_shelf_dialog_init (SendoffShelfDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/** sendoff_shelf_dialog_new: (transfer none): a dialog above @parent, which owns it. */
GtkWidget *
sendoff_shelf_dialog_new (GtkWindow *parent, SendoffShelf *shelf)
{
  SendoffShelfDialog *self
      = g_object_new (SENDOFF_TYPE_SHELF_DIALOG, "transient-for", parent, "destroy-with-parent", TRUE, NULL);

  self->shelf = g_object_ref (shelf);
  bind_presets (self, self->own_presets, TRUE);
  bind_presets (self, self->system_presets, FALSE);
  gtk_list_box_bind_model (self->release_sets, sendoff_shelf_get_release_sets (shelf), create_row, self,
                           NULL);
  g_signal_connect_object (shelf, "told", G_CALLBACK (on_told), self, G_CONNECT_SWAPPED);
  return GTK_WIDGET (self);
}
