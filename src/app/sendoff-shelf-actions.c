#include "app/sendoff-shelf-actions.h"

#include <glib/gi18n.h>

#include "app/sendoff-name-dialog.h"
#include "app/sendoff-shelf-dialog.h"

/* Owned by the action group, which the window owns. */
typedef struct
{
  GtkWindow *window; /* borrowed: lives longer */
  SendoffDraft *draft;
} Actions;

static void
actions_free (gpointer data, GClosure *closure)
{
  Actions *self = data;

  g_object_unref (self->draft);
  g_free (self);
}

static SendoffShelf *
get_shelf (Actions *self)
{
  return sendoff_draft_get_shelf (self->draft);
}

/* ---- Keep ---- */

typedef struct
{
  SendoffShelf *shelf;
  SendoffOutputSettings *settings; /* (nullable) */
  SendoffRequest *request;         /* (nullable) */
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_object_unref (kept->shelf);
  g_clear_object (&kept->settings);
  g_clear_object (&kept->request);
  g_free (kept);
}

static void
on_named (const char *name, gpointer data)
{
  Kept *kept = data;

  if (kept->settings != NULL)
    sendoff_shelf_save_settings (kept->shelf, name, kept->settings);
  else
    sendoff_shelf_save_request (kept->shelf, name, kept->request);
}

/* The user's own preset that the output was made from: saving under its name is how it is edited. */
static const char *
suggest_preset_name (Actions *self, SendoffOutputSettings *settings)
{
  const SendoffPreset *preset = sendoff_shelf_find_preset (
      get_shelf (self), sendoff_output_settings_get_string (settings, SENDOFF_SETTING_PRESET));

  return preset != NULL && !preset->is_system ? preset->name : "";
}

static void
save_preset (Actions *self, GVariant *parameter)
{
  g_autoptr (SendoffOutputSettings) settings
      = sendoff_output_item_parse_remembered (g_variant_get_string (parameter, NULL));
  const char *name;
  Kept *kept;

  if (settings == NULL)
    return;
  name = suggest_preset_name (self, settings);
  kept = g_new0 (Kept, 1);
  kept->shelf = g_object_ref (get_shelf (self));
  kept->settings = g_steal_pointer (&settings);
  sendoff_name_dialog_ask (self->window, _ ("Save as Preset"),
                           *name != '\0' ? _ ("With the same name, the preset is replaced.")
                                         : _ ("The settings of this file are kept for next time."),
                           _ ("_Save"), name, on_named, kept, kept_free);
}

static void
save_set (Actions *self)
{
  g_autoptr (SendoffRequest) request = sendoff_draft_dup_request (self->draft);
  const SendoffReleaseSet *set = sendoff_shelf_match (get_shelf (self), request);
  g_autofree char *name = g_strdup (set != NULL ? set->name : "");
  Kept *kept = g_new0 (Kept, 1);

  kept->shelf = g_object_ref (get_shelf (self));
  kept->request = g_steal_pointer (&request);
  sendoff_name_dialog_ask (self->window, _ ("Save as Release Set"),
                           _ ("All files that will be made are kept, with folder and names."), _ ("_Save"),
                           name, on_named, kept, kept_free);
}

/* ---- Use ---- */

static void
on_use (SendoffShelfDialog *dialog, SendoffShelfItem *item, SendoffDraft *draft)
{
  if (sendoff_shelf_item_get_kind (item) == SENDOFF_SHELF_RELEASE_SET)
    sendoff_draft_use_release_set (draft, sendoff_shelf_item_get_id (item));
  else
    sendoff_draft_add_preset (draft, sendoff_shelf_item_get_id (item));
}

static void
manage (Actions *self)
{
  GtkWidget *dialog = sendoff_shelf_dialog_new (self->window, get_shelf (self));

  g_signal_connect_object (dialog, "use", G_CALLBACK (on_use), self->draft, 0);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* ---- Actions ---- */

static void
on_activated (GSimpleAction *action, GVariant *parameter, gpointer data)
{
  const char *name = g_action_get_name (G_ACTION (action));

  if (g_str_equal (name, "manage"))
    manage (data);
  else if (g_str_equal (name, "save-set"))
    save_set (data);
  else
    save_preset (data, parameter);
}

static void
on_told (GtkWidget *window, const char *message)
{
  gtk_widget_activate_action (window, "win.tell", "s", message);
}

/* Above the dialog, when that is open. */
static void
on_clash (GtkWindow *window, const char *name, const char *text, SendoffShelf *shelf)
{
  g_autoptr (GList) windows = gtk_window_list_toplevels ();
  GtkWindow *parent = window;

  for (GList *link = windows; link != NULL; link = link->next)
    if (SENDOFF_IS_SHELF_DIALOG (link->data) && gtk_window_get_transient_for (link->data) == window)
      parent = link->data;
  sendoff_shelf_dialog_ask_clash (parent, shelf, name, text);
}

/* Release sets keep at least one output. */
static gboolean
count_to_enabled (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_boolean (to, g_value_get_uint (from) > 0);
  return TRUE;
}

static void
add_action (GSimpleActionGroup *group,
            const char *name,
            const GVariantType *type,
            GtkWindow *window,
            SendoffDraft *draft)
{
  g_autoptr (GSimpleAction) action = g_simple_action_new (name, type);
  Actions *self = g_new0 (Actions, 1);

  self->window = window;
  self->draft = g_object_ref (draft);
  g_signal_connect_data (action, "activate", G_CALLBACK (on_activated), self, actions_free, 0);
  if (g_str_equal (name, "save-set"))
    g_object_bind_property_full (sendoff_draft_get_outputs (draft), "n-items", action, "enabled",
                                 G_BINDING_SYNC_CREATE, count_to_enabled, NULL, NULL, NULL);
  g_action_map_add_action (G_ACTION_MAP (group), G_ACTION (action));
}

/** sendoff_shelf_actions_install: adds the actions "shelf.…" to @window, which says with "win.tell" what
 * became of them. */
void
sendoff_shelf_actions_install (GtkWindow *window, SendoffDraft *draft)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  SendoffShelf *shelf = sendoff_draft_get_shelf (draft);

  add_action (group, "manage", NULL, window, draft);
  add_action (group, "save-set", NULL, window, draft);
  add_action (group, "save-preset", G_VARIANT_TYPE_STRING, window, draft);
  gtk_widget_insert_action_group (GTK_WIDGET (window), "shelf", G_ACTION_GROUP (group));
  g_signal_connect_object (shelf, "told", G_CALLBACK (on_told), window, G_CONNECT_SWAPPED);
  g_signal_connect_object (shelf, "clash", G_CALLBACK (on_clash), window, G_CONNECT_SWAPPED);
}

/** sendoff_shelf_actions_take_files: imports those of @files (element-type GFile) that are JSON, and takes
 * them out. */
void
sendoff_shelf_actions_take_files (GPtrArray *files, SendoffShelf *shelf)
{
  for (guint i = files->len; i > 0; i--)
    {
      GFile *file = g_ptr_array_index (files, i - 1);
      g_autofree char *basename = g_file_get_basename (file);
      g_autofree char *lower = basename != NULL ? g_ascii_strdown (basename, -1) : NULL;

      if (lower == NULL || !g_str_has_suffix (lower, ".json"))
        continue;
      sendoff_shelf_import_file (shelf, file);
      g_ptr_array_remove_index (files, i - 1);
    }
}
