#include "app/sendoff-recents.h"

#include <glib/gi18n.h>

#include "engine/sendoff-places.h"

#define SHOWN_MAX  5
#define LOOKED_MAX 12
/* A whole folder of videos is not what somebody looks for again one by one. */
#define NOTED_MAX 10

struct _SendoffRecents
{
  AdwBin parent_instance;
  SendoffDraft *draft; /* (nullable) */
  GtkListBox *list;
};

enum
{
  PROP_DRAFT = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffRecents, sendoff_recents, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* ---- What is shown ---- */

static void
on_row_activated (AdwActionRow *row, GFile *file)
{
  g_application_open (g_application_get_default (), &file, 1, "");
}

static GtkWidget *
new_row (GFile *file)
{
  g_autofree char *basename = g_file_get_basename (file);
  g_autofree char *name = g_filename_display_name (basename);
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autofree char *place = folder != NULL ? sendoff_places_dup_name (folder) : NULL;
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), place);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  g_signal_connect_data (row, "activated", G_CALLBACK (on_row_activated), g_object_ref (file),
                         (GClosureNotify)(void (*) (void))g_object_unref, 0);
  return row;
}

static void
show_files (SendoffRecents *self, GPtrArray *files)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, child);
  for (guint i = 0; i < files->len && i < SHOWN_MAX; i++)
    gtk_list_box_append (self->list, new_row (g_ptr_array_index (files, i)));
  gtk_widget_set_visible (GTK_WIDGET (self), files->len > 0);
}

static int
compare_by_time (gconstpointer a, gconstpointer b)
{
  return -g_date_time_compare (gtk_recent_info_get_modified (*(GtkRecentInfo *const *)a),
                               gtk_recent_info_get_modified (*(GtkRecentInfo *const *)b));
}

/* (transfer full) (element-type GFile): what this program opened, the last first. */
static GPtrArray *
list_known (void)
{
  g_autolist (GtkRecentInfo) items = gtk_recent_manager_get_items (gtk_recent_manager_get_default ());
  g_autoptr (GPtrArray) ours = g_ptr_array_new ();
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);

  for (GList *link = items; link != NULL; link = link->next)
    if (gtk_recent_info_has_application (link->data, g_get_application_name ()))
      g_ptr_array_add (ours, link->data);
  g_ptr_array_sort (ours, compare_by_time);
  for (guint i = 0; i < ours->len && i < LOOKED_MAX; i++)
    g_ptr_array_add (files, g_file_new_for_uri (gtk_recent_info_get_uri (g_ptr_array_index (ours, i))));
  return files;
}

static void
keep_existing (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GPtrArray *known = data;
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < known->len; i++)
    if (g_file_query_file_type (g_ptr_array_index (known, i), G_FILE_QUERY_INFO_NONE, cancellable)
        == G_FILE_TYPE_REGULAR)
      g_ptr_array_add (found, g_object_ref (g_ptr_array_index (known, i)));
  g_task_return_pointer (task, found, (GDestroyNotify)g_ptr_array_unref);
}

static void
on_looked (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GPtrArray) files = g_task_propagate_pointer (G_TASK (result), NULL);
  SendoffRecents *self = SENDOFF_RECENTS (object);

  if (files != NULL && self->list != NULL)
    show_files (self, files);
}

static void
look (SendoffRecents *self)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_looked, NULL);

  g_task_set_source_tag (task, look);
  g_task_set_task_data (task, list_known (), (GDestroyNotify)g_ptr_array_unref);
  g_task_run_in_thread (task, keep_existing);
}

/* ---- What is noted ---- */

/* What turned out to be no video is nothing to open again. */
static void
note_if_ready (SendoffSourceItem *source)
{
  g_autofree char *uri = g_file_get_uri (sendoff_source_item_get_file (source));

  if (sendoff_source_item_get_state (source) == SENDOFF_SOURCE_READY)
    gtk_recent_manager_add_item (gtk_recent_manager_get_default (), uri);
}

static void
on_sources_changed (SendoffRecents *self, guint position, guint removed, guint added, GListModel *sources)
{
  for (guint i = position; i < position + added && g_list_model_get_n_items (sources) <= NOTED_MAX; i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (sources, i);

      g_signal_connect (source, "notify::state", G_CALLBACK (note_if_ready), NULL);
      note_if_ready (source);
    }
}

/* ---- Object ---- */

static void
sendoff_recents_dispose (GObject *object)
{
  SendoffRecents *self = SENDOFF_RECENTS (object);

  self->list = NULL;
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (sendoff_recents_parent_class)->dispose (object);
}

static void
sendoff_recents_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_DRAFT)
    g_value_set_object (value, SENDOFF_RECENTS (object)->draft);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_recents_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffRecents *self = SENDOFF_RECENTS (object);

  if (prop_id != PROP_DRAFT)
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  else if (g_set_object (&self->draft, g_value_get_object (value)) && self->draft != NULL)
    g_signal_connect_object (sendoff_draft_get_sources (self->draft), "items-changed",
                             G_CALLBACK (on_sources_changed), self, G_CONNECT_SWAPPED);
}

static void
sendoff_recents_class_init (SendoffRecentsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_recents_dispose;
  object_class->get_property = sendoff_recents_get_property;
  object_class->set_property = sendoff_recents_set_property;
  properties[PROP_DRAFT] = g_param_spec_object ("draft", NULL, NULL, SENDOFF_TYPE_DRAFT,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_recents_init (SendoffRecents *self)
{
  GtkWidget *group = adw_preferences_group_new ();
  GtkWidget *clamp = adw_clamp_new ();

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Opened last"), -1);
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), _ ("Opened last"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), GTK_WIDGET (self->list));
  adw_clamp_set_maximum_size (ADW_CLAMP (clamp), 480);
  adw_clamp_set_child (ADW_CLAMP (clamp), group);
  adw_bin_set_child (ADW_BIN (self), clamp);
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect_object (gtk_recent_manager_get_default (), "changed", G_CALLBACK (look), self,
                           G_CONNECT_SWAPPED);
  look (self);
}
