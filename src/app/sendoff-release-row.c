#include "app/sendoff-release-row.h"

#include <glib/gi18n.h>

struct _SendoffReleaseRow
{
  AdwComboRow parent_instance;
  SendoffDraft *draft; /* (nullable) */
  guint follow_id;
  gboolean following; /* what is selected is being set by us */
};

enum
{
  PROP_DRAFT = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffReleaseRow, sendoff_release_row, ADW_TYPE_COMBO_ROW)

static GParamSpec *properties[N_PROPS];

static GListModel *
get_sets (SendoffReleaseRow *self)
{
  return sendoff_shelf_get_release_sets (sendoff_draft_get_shelf (self->draft));
}

/* Position 0 is no release set. */
static guint
find_position (SendoffReleaseRow *self)
{
  g_autoptr (SendoffRequest) request = sendoff_draft_dup_request (self->draft);
  const SendoffReleaseSet *set = sendoff_shelf_match (sendoff_draft_get_shelf (self->draft), request);
  GListModel *sets = get_sets (self);

  for (guint i = 0; set != NULL && i < g_list_model_get_n_items (sets); i++)
    {
      g_autoptr (SendoffShelfItem) item = g_list_model_get_item (sets, i);

      if (g_str_equal (sendoff_shelf_item_get_id (item), set->release_set_id))
        return i + 1;
    }
  return 0;
}

static gboolean
follow (gpointer data)
{
  SendoffReleaseRow *self = data;

  self->follow_id = 0;
  self->following = TRUE;
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), find_position (self));
  self->following = FALSE;
  return G_SOURCE_REMOVE;
}

static void
queue_follow (SendoffReleaseRow *self)
{
  if (self->follow_id == 0)
    self->follow_id = g_idle_add (follow, self);
}

static void
on_outputs_changed (SendoffReleaseRow *self, guint position, guint removed, guint added, GListModel *outputs)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (SendoffOutputItem) output = g_list_model_get_item (outputs, i);

      g_signal_connect_object (sendoff_output_item_get_settings (output), "notify", G_CALLBACK (queue_follow),
                               self, G_CONNECT_SWAPPED);
    }
  queue_follow (self);
}

static void
on_sets_changed (SendoffReleaseRow *self)
{
  GListModel *sets = get_sets (self);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  /* Translators: no release set is chosen */
  gtk_string_list_append (names, _ ("None"));
  for (guint i = 0; i < g_list_model_get_n_items (sets); i++)
    {
      g_autoptr (SendoffShelfItem) item = g_list_model_get_item (sets, i);

      gtk_string_list_append (names, sendoff_shelf_item_get_name (item));
    }
  self->following = TRUE;
  adw_combo_row_set_model (ADW_COMBO_ROW (self), G_LIST_MODEL (names));
  self->following = FALSE;
  queue_follow (self);
}

static void
on_selected_changed (SendoffReleaseRow *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self));
  g_autoptr (SendoffShelfItem) item = NULL;

  if (self->following || self->draft == NULL)
    return;
  item = selected > 0 ? g_list_model_get_item (get_sets (self), selected - 1) : NULL;
  sendoff_draft_use_release_set (self->draft, item != NULL ? sendoff_shelf_item_get_id (item) : NULL);
}

static void
set_draft (SendoffReleaseRow *self, SendoffDraft *draft)
{
  if (!g_set_object (&self->draft, draft) || draft == NULL)
    return;
  g_signal_connect_object (draft, "notify::folder-uri", G_CALLBACK (queue_follow), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::naming-pattern", G_CALLBACK (queue_follow), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (sendoff_draft_get_outputs (draft), "items-changed",
                           G_CALLBACK (on_outputs_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (get_sets (self), "items-changed", G_CALLBACK (on_sets_changed), self,
                           G_CONNECT_SWAPPED);
  on_sets_changed (self);
}

static void
sendoff_release_row_dispose (GObject *object)
{
  SendoffReleaseRow *self = SENDOFF_RELEASE_ROW (object);

  g_clear_handle_id (&self->follow_id, g_source_remove);
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (sendoff_release_row_parent_class)->dispose (object);
}

static void
sendoff_release_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_DRAFT)
    g_value_set_object (value, SENDOFF_RELEASE_ROW (object)->draft);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_release_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_DRAFT)
    set_draft (SENDOFF_RELEASE_ROW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_release_row_class_init (SendoffReleaseRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_release_row_dispose;
  object_class->get_property = sendoff_release_row_get_property;
  object_class->set_property = sendoff_release_row_set_property;
  properties[PROP_DRAFT] = g_param_spec_object ("draft", NULL, NULL, SENDOFF_TYPE_DRAFT,
                                                G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_release_row_init (SendoffReleaseRow *self)
{
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected_changed), NULL);
}
