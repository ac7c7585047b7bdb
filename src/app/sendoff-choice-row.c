#include "app/sendoff-choice-row.h"

#include <glib/gi18n.h>

#include "app/sendoff-choice.h"

struct _SendoffChoiceRow
{
  AdwComboRow parent_instance;
  char *choice_id; /* (nullable) */
};

enum
{
  PROP_CHOICE_ID = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffChoiceRow, sendoff_choice_row, ADW_TYPE_COMBO_ROW)

static GParamSpec *properties[N_PROPS];

static guint
find_position (GListModel *model, const char *id)
{
  for (guint i = 0; model != NULL && i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (SendoffChoice) choice = g_list_model_get_item (model, i);

      if (g_strcmp0 (sendoff_choice_get_id (choice), id) == 0)
        return i;
    }
  return GTK_INVALID_LIST_POSITION;
}

/* What was typed or framed elsewhere is a choice of its own, at the end. */
static guint
add_custom (GListModel *model, const char *id)
{
  guint n = g_list_model_get_n_items (model);
  g_autoptr (SendoffChoice) last = g_list_model_get_item (model, n - 1);
  /* Translators: %s is a value that is none of the usual ones */
  g_autofree char *name = g_strdup_printf (_ ("Custom (%s)"), id);
  g_autoptr (SendoffChoice) choice = sendoff_choice_new_custom (id, name);
  gboolean replace = sendoff_choice_is_custom (last);

  g_list_store_splice (G_LIST_STORE (model), replace ? n - 1 : n, replace, (gpointer *)&choice, 1);
  return replace ? n - 1 : n;
}

static guint
find_or_add (GListModel *model, const char *id)
{
  guint position = find_position (model, id);

  if (position != GTK_INVALID_LIST_POSITION || model == NULL || g_list_model_get_n_items (model) == 0)
    return position;
  return add_custom (model, id);
}

static void
set_choice_id (SendoffChoiceRow *self, const char *id)
{
  GListModel *model = adw_combo_row_get_model (ADW_COMBO_ROW (self));

  if (g_strcmp0 (self->choice_id, id) != 0)
    {
      g_free (self->choice_id);
      self->choice_id = g_strdup (id);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHOICE_ID]);
    }
  adw_combo_row_set_selected (ADW_COMBO_ROW (self), find_or_add (model, id));
}

static void
on_selected_changed (SendoffChoiceRow *self)
{
  SendoffChoice *choice = adw_combo_row_get_selected_item (ADW_COMBO_ROW (self));

  if (choice != NULL && g_strcmp0 (sendoff_choice_get_id (choice), self->choice_id) != 0)
    set_choice_id (self, sendoff_choice_get_id (choice));
}

static void
sendoff_choice_row_finalize (GObject *object)
{
  g_free (SENDOFF_CHOICE_ROW (object)->choice_id);
  G_OBJECT_CLASS (sendoff_choice_row_parent_class)->finalize (object);
}

static void
sendoff_choice_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_CHOICE_ID)
    g_value_set_string (value, SENDOFF_CHOICE_ROW (object)->choice_id);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_choice_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_CHOICE_ID)
    set_choice_id (SENDOFF_CHOICE_ROW (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_choice_row_class_init (SendoffChoiceRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sendoff_choice_row_finalize;
  object_class->get_property = sendoff_choice_row_get_property;
  object_class->set_property = sendoff_choice_row_set_property;
  properties[PROP_CHOICE_ID] = g_param_spec_string (
      "choice-id", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_choice_row_init (SendoffChoiceRow *self)
{
  g_autoptr (GtkExpression) name = gtk_property_expression_new (SENDOFF_TYPE_CHOICE, NULL, "name");

  adw_combo_row_set_expression (ADW_COMBO_ROW (self), name);
  g_signal_connect (self, "notify::selected", G_CALLBACK (on_selected_changed), NULL);
}
