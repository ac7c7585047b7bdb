#include "app/sendoff-shelf-row.h"

#include <glib/gi18n.h>

struct _SendoffShelfRow
{
  AdwActionRow parent_instance;
  SendoffShelfItem *item;
  GtkWidget *menu_button;
};

enum
{
  PROP_ITEM = 1,
  N_PROPS
};

enum
{
  SIGNAL_CHOSEN,
  N_SIGNALS
};

static const char *const actions[]
    = { "item.use", "item.rename", "item.duplicate", "item.export", "item.delete" };

G_DEFINE_FINAL_TYPE (SendoffShelfRow, sendoff_shelf_row, ADW_TYPE_ACTION_ROW)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
choose (GtkWidget *widget, const char *action, GVariant *parameter)
{
  g_signal_emit (widget, signals[SIGNAL_CHOSEN], 0, action);
}

static void
sendoff_shelf_row_constructed (GObject *object)
{
  SendoffShelfRow *self = SENDOFF_SHELF_ROW (object);
  const char *name = sendoff_shelf_item_get_name (self->item);
  gboolean is_own = sendoff_shelf_item_get_kind (self->item) != SENDOFF_SHELF_SYSTEM_PRESET;
  /* Translators: %s is the name of a preset or a release set; it opens a menu */
  g_autofree char *menu = g_strdup_printf (_ ("What to do with %s"), name);

  G_OBJECT_CLASS (sendoff_shelf_row_parent_class)->constructed (object);
  /* Not in the template: GTK 4.8 complains when a binding of the row itself goes away with it. */
  g_object_bind_property (self->item, "name", self, "title", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->item, "words", self, "subtitle", G_BINDING_SYNC_CREATE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->menu_button), GTK_ACCESSIBLE_PROPERTY_LABEL, menu,
                                  -1);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "item.rename", is_own);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "item.delete", is_own);
}

static void
sendoff_shelf_row_dispose (GObject *object)
{
  g_clear_object (&SENDOFF_SHELF_ROW (object)->item);
  G_OBJECT_CLASS (sendoff_shelf_row_parent_class)->dispose (object);
}

static void
sendoff_shelf_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, SENDOFF_SHELF_ROW (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_shelf_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    SENDOFF_SHELF_ROW (object)->item = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_shelf_row_class_init (SendoffShelfRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sendoff_shelf_row_constructed;
  object_class->dispose = sendoff_shelf_row_dispose;
  object_class->get_property = sendoff_shelf_row_get_property;
  object_class->set_property = sendoff_shelf_row_set_property;
  properties[PROP_ITEM]
      = g_param_spec_object ("item", NULL, NULL, SENDOFF_TYPE_SHELF_ITEM,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", SENDOFF_TYPE_SHELF_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_class_install_action (widget_class, actions[i], NULL, choose);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-shelf-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffShelfRow, menu_button);
}

static void
sendoff_shelf_row_init (SendoffShelfRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/** sendoff_shelf_row_new: (transfer floating): a row for @item. */
GtkWidget *
sendoff_shelf_row_new (SendoffShelfItem *item)
{
  return g_object_new (SENDOFF_TYPE_SHELF_ROW, "item", item, NULL);
}

/** sendoff_shelf_row_get_item: (transfer none): what it shows. */
SendoffShelfItem *
sendoff_shelf_row_get_item (SendoffShelfRow *self)
{
  return self->item;
}
