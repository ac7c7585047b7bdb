#include "app/sendoff-queue-locate.h"

#include <adwaita.h>

#include "app/sendoff-locate.h"
#include "app/sendoff-start-again.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

/* What the steps hand on. */
typedef struct
{
  SendoffEngine *engine;
  SendoffQueueItem *item;
  GtkWidget *widget; /* in the window that is asked, and told what goes wrong */
  GFile *file;       /* (nullable): that was chosen */
} Search;

static Search *
search_new (SendoffEngine *engine, SendoffQueueItem *item, GtkWidget *widget)
{
  Search *self = g_new0 (Search, 1);

  self->engine = g_object_ref (engine);
  self->item = g_object_ref (item);
  self->widget = g_object_ref (widget);
  return self;
}

static void
search_free (Search *self)
{
  g_object_unref (self->engine);
  g_object_unref (self->item);
  g_object_unref (self->widget);
  g_clear_object (&self->file);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Search, search_free)

static void
tell (Search *self, const GError *error)
{
  gtk_widget_activate_action (self->widget, "win.tell", "s", error->message);
}

static GFile *
dup_known_file (SendoffJob *job)
{
  g_autofree char *uri = NULL;

  g_object_get (sendoff_job_get_request (job), "source-uri", &uri, NULL);
  return g_file_new_for_uri (uri != NULL ? uri : "");
}

/* ---- Start again ---- */

static void
on_started_again (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Search) self = data;
  g_autoptr (GError) error = NULL;

  if (!sendoff_start_again_finish (result, &error))
    tell (self, error);
}

/* Takes @self. */
static void
start_again (Search *self)
{
  sendoff_start_again_async (self->engine, sendoff_queue_item_get_job (self->item), self->file,
                             on_started_again, self);
}

/** sendoff_queue_start_again: makes everything that @item's job has not made anew, from what lies now where
 * its video was. */
void
sendoff_queue_start_again (SendoffEngine *engine, SendoffQueueItem *item, GtkWidget *widget)
{
  Search *self = search_new (engine, item, widget);

  self->file = dup_known_file (sendoff_queue_item_get_job (item));
  start_again (self);
}

static void
on_answered (AdwMessageDialog *dialog, const char *response, gpointer data)
{
  Search *self = data;

  if (g_str_equal (response, "again"))
    start_again (self);
  else
    search_free (self);
}

/* What was made so far is of no use for another video, so it is not given up without being told to. Takes
 * @self. */
static void
ask (Search *self, const GError *error)
{
  GtkWidget *dialog
      = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (self->widget)), _ ("Another Video"), NULL);

  adw_message_dialog_format_body (
      ADW_MESSAGE_DIALOG (dialog),
      /* Translators: %s is a sentence that names the file */
      _ ("%s What was made so far cannot be used for it: everything would be made anew."), error->message);
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "again",
                                    _ ("_Start Again"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "again", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (on_answered), self);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- Choose again ---- */

static void
on_retried (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Search) self = data;
  g_autoptr (GError) error = NULL;

  if (!sendoff_engine_retry_finish (SENDOFF_ENGINE (object), result, &error))
    tell (self, error);
}

/* All that failed is made again with the video; but not what was cancelled. */
static int
find_retried (SendoffQueueItem *item)
{
  GListModel *exports = sendoff_job_get_exports (sendoff_queue_item_get_job (item));

  for (guint i = 0; i < g_list_model_get_n_items (exports); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (exports, i);

      if (sendoff_export_get_status (export) == SENDOFF_STATUS_CANCELLED)
        return (int)sendoff_export_get_output (sendoff_queue_item_get_export (item));
    }
  return -1;
}

/* Takes @self. */
static void
go_on (Search *self)
{
  SendoffJob *job = sendoff_queue_item_get_job (self->item);

  if (sendoff_status_is_final (sendoff_job_get_status (job)))
    {
      sendoff_engine_retry_async (self->engine, job, find_retried (self->item), NULL, on_retried, self);
      return;
    }
  gtk_widget_activate_action (self->widget, "app.continue-export", "s", sendoff_job_get_export_id (job));
  search_free (self);
}

static void
on_relocated (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Search) self = data;
  g_autoptr (GError) error = NULL;

  if (sendoff_engine_relocate_finish (SENDOFF_ENGINE (object), result, &error))
    go_on (g_steal_pointer (&self));
  else if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED)
           && gtk_widget_get_root (self->widget) != NULL)
    ask (g_steal_pointer (&self), error);
  else
    tell (self, error);
}

static void
on_chosen (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Search) self = data;

  self->file = sendoff_locate_finish (result);
  if (self->file == NULL)
    return;
  sendoff_engine_relocate_async (self->engine, sendoff_queue_item_get_job (self->item), self->file, NULL,
                                 on_relocated, self);
  g_steal_pointer (&self);
}

/** sendoff_queue_locate: asks where the video of @item's job is now, and goes on with what was made so far.
 */
void
sendoff_queue_locate (SendoffEngine *engine, SendoffQueueItem *item, GtkWidget *widget)
{
  g_autoptr (GFile) known = dup_known_file (sendoff_queue_item_get_job (item));

  sendoff_locate_async (widget, known, on_chosen, search_new (engine, item, widget));
}
