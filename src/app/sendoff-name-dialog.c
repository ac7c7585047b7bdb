#include "app/sendoff-name-dialog.h"

#include <glib/gi18n.h>

#include "base/sendoff-label.h"

typedef struct
{
  GtkWidget *entry;
  SendoffNameFunc on_named;
  gpointer data;
  GDestroyNotify destroy;
} Question;

static void
question_free (gpointer data, GClosure *closure)
{
  Question *question = data;

  if (question->destroy != NULL)
    question->destroy (question->data);
  g_free (question);
}

static void
on_response (AdwMessageDialog *dialog, const char *response, Question *question)
{
  if (g_str_equal (response, "accept"))
    question->on_named (gtk_editable_get_text (GTK_EDITABLE (question->entry)), question->data);
}

static void
on_text_changed (GtkEditable *entry, GParamSpec *pspec, AdwMessageDialog *dialog)
{
  g_autofree char *clean = sendoff_label_clean (gtk_editable_get_text (entry), NULL);

  adw_message_dialog_set_response_enabled (dialog, "accept", clean != NULL);
}

/**
 * sendoff_name_dialog_ask:
 * @body: (nullable): a sentence
 * @accept: what the button that goes on says, with a mnemonic
 * @name: what stands in the entry at first
 * @on_named: called with what was typed, unless the dialog is dismissed
 * @destroy: (nullable): frees @data when the dialog is gone
 */
void
sendoff_name_dialog_ask (GtkWindow *parent,
                         const char *heading,
                         const char *body,
                         const char *accept,
                         const char *name,
                         SendoffNameFunc on_named,
                         gpointer data,
                         GDestroyNotify destroy)
{
  GtkWidget *dialog = adw_message_dialog_new (parent, heading, body);
  Question *question = g_new0 (Question, 1);

  question->entry = gtk_entry_new ();
  question->on_named = on_named;
  question->data = data;
  question->destroy = destroy;
  gtk_entry_set_activates_default (GTK_ENTRY (question->entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (question->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name"),
                                  -1);
  adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), question->entry);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "accept", accept,
                                    NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "accept", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "accept");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect (question->entry, "notify::text", G_CALLBACK (on_text_changed), dialog);
  gtk_editable_set_text (GTK_EDITABLE (question->entry), name);
  on_text_changed (GTK_EDITABLE (question->entry), NULL, ADW_MESSAGE_DIALOG (dialog));
  g_signal_connect_data (dialog, "response", G_CALLBACK (on_response), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  gtk_widget_grab_focus (question->entry);
}
