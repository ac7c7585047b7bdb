#include "app/sendoff-chips.h"

#include "app/sendoff-flow-layout.h"
#include "app/sendoff-words.h"

#define SPACING 4 /* pixels */

struct _SendoffChips
{
  GtkWidget parent_instance;
  char *text; /* (nullable) */
};

enum
{
  PROP_TEXT = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffChips, sendoff_chips, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static void
remove_chips (SendoffChips *self)
{
  GtkWidget *chip;

  while ((chip = gtk_widget_get_first_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (chip);
}

static void
set_text (SendoffChips *self, const char *text)
{
  g_auto (GStrv) facts = g_strsplit (text != NULL ? text : "", SENDOFF_WORDS_SEPARATOR, -1);

  if (g_strcmp0 (self->text, text) == 0)
    return;
  g_free (self->text);
  self->text = g_strdup (text);
  remove_chips (self);
  for (guint i = 0; facts[i] != NULL && *facts[i] != '\0'; i++)
    {
      GtkWidget *chip = gtk_label_new (facts[i]);

      gtk_label_set_ellipsize (GTK_LABEL (chip), PANGO_ELLIPSIZE_END);
      gtk_widget_add_css_class (chip, "chip");
      gtk_widget_set_parent (chip, GTK_WIDGET (self));
    }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  text != NULL ? text : "", -1);
}

static void
sendoff_chips_dispose (GObject *object)
{
  remove_chips (SENDOFF_CHIPS (object));
  G_OBJECT_CLASS (sendoff_chips_parent_class)->dispose (object);
}

static void
sendoff_chips_finalize (GObject *object)
{
  g_free (SENDOFF_CHIPS (object)->text);
  G_OBJECT_CLASS (sendoff_chips_parent_class)->finalize (object);
}

static void
sendoff_chips_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_TEXT)
    g_value_set_string (value, SENDOFF_CHIPS (object)->text);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_chips_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_TEXT)
    set_text (SENDOFF_CHIPS (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_chips_class_init (SendoffChipsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sendoff_chips_dispose;
  object_class->finalize = sendoff_chips_finalize;
  object_class->get_property = sendoff_chips_get_property;
  object_class->set_property = sendoff_chips_set_property;
  properties[PROP_TEXT] = g_param_spec_string (
      "text", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sendoff_chips_init (SendoffChips *self)
{
  gtk_widget_set_layout_manager (GTK_WIDGET (self), sendoff_flow_layout_new (SPACING));
}
