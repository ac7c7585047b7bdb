#include "app/sendoff-output-row.h"

#include <glib/gi18n.h>

#include "app/sendoff-choice.h"
#include "app/sendoff-choice-row.h"
#include "app/sendoff-issue-row.h"
#include "app/sendoff-time-row.h"

struct _SendoffOutputRow
{
  GtkListBoxRow parent_instance;
  SendoffOutputItem *item;
  GtkWidget *card;
  GtkWidget *remove_button;
  AdwComboRow *resolution_row;
  AdwComboRow *framing_row;
  AdwComboRow *quality_row;
  AdwComboRow *codec_row;
  GtkWidget *suffix_row;
  GtkWidget *start_row;
  GtkWidget *end_row;
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

static void
on_remove_clicked (SendoffOutputRow *self)
{
  sendoff_output_item_remove (self->item);
}

static void
on_valid_changed (SendoffOutputRow *self)
{
  gboolean start_valid, end_valid;

  g_object_get (self->start_row, "valid", &start_valid, NULL);
  g_object_get (self->end_row, "valid", &end_valid, NULL);
  sendoff_output_item_set_typing_valid (self->item, start_valid && end_valid);
}

static GtkWidget *
create_issue_row (gpointer item, gpointer data)
{
  return sendoff_issue_row_new (item);
}

/* An unset suffix is an empty entry. */
static gboolean
suffix_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  const char *suffix = g_value_get_string (from);

  g_value_set_string (to, suffix != NULL ? suffix : "");
  return TRUE;
}

static gboolean
text_to_suffix (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  const char *text = g_value_get_string (from);

  g_value_set_string (to, text != NULL && *text != '\0' ? text : NULL);
  return TRUE;
}

static void
bind_choice (SendoffOutputSettings *settings, SendoffSetting setting, AdwComboRow *row, GListModel *choices)
{
  adw_combo_row_set_model (row, choices);
  g_object_bind_property (settings, sendoff_setting_get_name (setting), row, "choice-id",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_object_unref (choices);
}

static void
bind_settings (SendoffOutputRow *self)
{
  SendoffOutputSettings *settings = sendoff_output_item_get_settings (self->item);
  SendoffCatalog *catalog = sendoff_output_item_get_catalog (self->item);
  const GBindingFlags flags = G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL;

  bind_choice (settings, SENDOFF_SETTING_RESOLUTION, self->resolution_row,
               sendoff_choice_list_resolutions (catalog));
  bind_choice (settings, SENDOFF_SETTING_FIT, self->framing_row, sendoff_choice_list_framings ());
  bind_choice (settings, SENDOFF_SETTING_QUALITY, self->quality_row, sendoff_choice_list_qualities (catalog));
  bind_choice (settings, SENDOFF_SETTING_CODEC, self->codec_row, sendoff_choice_list_codecs (catalog));
  g_object_bind_property_full (settings, "suffix", self->suffix_row, "text", flags, suffix_to_text,
                               text_to_suffix, NULL, NULL);
  g_object_bind_property (settings, "start", self->start_row, "time-us", flags);
  g_object_bind_property (settings, "end", self->end_row, "time-us", flags);
  gtk_list_box_bind_model (self->issues, sendoff_output_item_get_issues (self->item), create_issue_row, NULL,
                           NULL);
}

/* For screen readers; the planner may give another title when the settings change. */
static void
name_controls (SendoffOutputRow *self)
{
  const char *title = sendoff_output_item_get_title (self->item);
  g_autofree char *remove = g_strdup_printf (_ ("Remove %s"), title);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->card), GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->remove_button), GTK_ACCESSIBLE_PROPERTY_LABEL, remove,
                                  -1);
}

static void
sendoff_output_row_constructed (GObject *object)
{
  SendoffOutputRow *self = SENDOFF_OUTPUT_ROW (object);

  G_OBJECT_CLASS (sendoff_output_row_parent_class)->constructed (object);
  bind_settings (self);
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
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, remove_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, resolution_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, framing_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, quality_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, codec_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, suffix_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, start_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, end_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffOutputRow, issues);
  gtk_widget_class_bind_template_callback (widget_class, has_issues);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_valid_changed);
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
  g_type_ensure (SENDOFF_TYPE_CHOICE_ROW);
  g_type_ensure (SENDOFF_TYPE_TIME_ROW);
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
