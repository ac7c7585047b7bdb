#include "app/sendoff-output-row.h"

#include <glib/gi18n.h>

#include "app/sendoff-issue-row.h"
#include "app/sendoff-setting-rows.h"

struct _SendoffOutputRow
{
  GtkListBoxRow parent_instance;
  SendoffOutputItem *item;
  GtkWidget *card;
  GtkWidget *size_bar;
  GtkWidget *remove_button;
  AdwExpanderRow *usual;
  AdwExpanderRow *advanced;
  GtkListBox *issues;
};

enum
{
  PROP_ITEM = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffOutputRow, sendoff_output_row, GTK_TYPE_LIST_BOX_ROW)

static GParamSpec *properties[N_PROPS];

static gboolean
has_issues (GObject *object, int severity, gpointer data)
{
  return severity >= 0;
}

static gboolean
has_text (GObject *object, const char *text, gpointer data)
{
  return text != NULL && *text != '\0';
}

/* A file far below the limit needs no bar to say so. */
static gboolean
shows_bar (GObject *object, double fraction, gpointer data)
{
  return fraction >= 0.01;
}

static void
on_remove_clicked (SendoffOutputRow *self)
{
  sendoff_output_item_remove (self->item);
}

static GtkWidget *
create_issue_row (gpointer item, gpointer data)
{
  return sendoff_issue_row_new (item);
}

/* Many rows that most people never see are made when they are wanted. */
static void
on_usual_expanded (SendoffOutputRow *self)
{
  g_signal_handlers_disconnect_by_func (self->usual, on_usual_expanded, self);
  sendoff_setting_rows_add (self->usual, self->item, SENDOFF_DEPTH_USUAL);
}

static void
on_advanced_expanded (SendoffOutputRow *self)
{
  g_signal_handlers_disconnect_by_func (self->advanced, on_advanced_expanded, self);
  sendoff_setting_rows_add (self->advanced, self->item, SENDOFF_DEPTH_ADVANCED);
}

static void
set_name (gpointer widget, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static void
on_save_preset_clicked (SendoffOutputRow *self)
{
  g_autofree char *settings = sendoff_output_item_dup_remembered (self->item);

  gtk_widget_activate_action (GTK_WIDGET (self), "shelf.save-preset", "s", settings);
}

/* For screen readers; the planner may give another title when the settings change. */
static void
name_controls (SendoffOutputRow *self)
{
  const char *title = sendoff_output_item_get_title (self->item);
  g_autofree char *remove = g_strdup_printf (_ ("Remove %s"), title);
  /* Translators: of the room that a platform gives to a file; %s is the name of the platform */
  g_autofree char *bar = g_strdup_printf (_ ("Share of the size that %s takes"), title);
  /* Translators: %s is the name of an output */
  g_autofree char *usual = g_strdup_printf (_ ("Settings of %s"), title);
  g_autofree char *advanced = g_strdup_printf (_ ("Advanced settings of %s"), title);

  set_name (self->usual, usual);
  set_name (self->advanced, advanced);
  set_name (self, title);
  set_name (self->card, title);
  set_name (self->remove_button, remove);
  set_name (self->size_bar, bar);
}

static void
sendoff_output_row_constructed (GObject *object)
{
  SendoffOutputRow *self = SENDOFF_OUTPUT_ROW (object);

  G_OBJECT_CLASS (sendoff_output_row_parent_class)->constructed (object);
  gtk_list_box_bind_model (self->issues, sendoff_output_item_get_issues (self->item), create_issue_row, NULL,
                           NULL);
  name_controls (self);
  g_signal_connect_object (self->item, "notify::title", G_CALLBACK (name_controls), self, G_CONNECT_SWAPPED);
}

static void
sendoff_output_row_dispose (GObject *object)
{
  g_clear_object (&SENDOFF_OUTPUT_ROW (object)->item);
  G_OBJECT_CLASS (sendoff_output_row_parent_class)->dispose (object);
}

static void
sendoff_output_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, SENDOFF_OUTPUT_ROW (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_output_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    SENDOFF_OUTPUT_ROW (object)->item = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-output-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, card);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, size_bar);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, remove_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, usual);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, advanced);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, issues);
  gtk_widget_class_bind_template_callback (widget_class, has_issues);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, shows_bar);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_usual_expanded);
  gtk_widget_class_bind_template_callback (widget_class, on_advanced_expanded);
  gtk_widget_class_bind_template_callback (widget_class, on_save_preset_clicked);
}

static void
sendoff_output_row_class_init (SendoffOutputRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = sendoff_output_row_constructed;
  object_class->dispose = sendoff_output_row_dispose;
  object_class->get_property = sendoff_output_row_get_property;
  object_class->set_property = sendoff_output_row_set_property;
  properties[PROP_ITEM]
      = g_param_spec_object ("item", NULL, NULL, SENDOFF_TYPE_OUTPUT_ITEM,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
sendoff_output_row_init (SendoffOutputRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/** sendoff_output_row_new: (transfer floating): a row for @item. */
GtkWidget *
sendoff_output_row_new (SendoffOutputItem *item)
{
  return g_object_new (SENDOFF_TYPE_OUTPUT_ROW, "item", item, NULL);
}
