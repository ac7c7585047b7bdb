#include "app/sendoff-chips.h"

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

/* ---- Layout ---- */

/* Puts the chips into lines of @width, and really there when @allocate; the height of all lines. */
static int
lay_out (GtkWidget *widget, int width, gboolean allocate)
{
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = 0, y = 0, line_height = 0;

  for (GtkWidget *chip = gtk_widget_get_first_child (widget); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    {
      GtkRequisition size;

      gtk_widget_get_preferred_size (chip, &size, NULL);
      if (x > 0 && x + size.width > width)
        {
          x = 0;
          y += line_height + SPACING;
          line_height = 0;
        }
      if (allocate)
        gtk_widget_size_allocate (
            chip, &(GtkAllocation){ is_rtl ? width - x - size.width : x, y, size.width, size.height }, -1);
      x += size.width + SPACING;
      line_height = MAX (line_height, size.height);
    }
  return y + line_height;
}

static void
get_widths (GtkWidget *widget, int *widest, int *all)
{
  *widest = *all = 0;
  for (GtkWidget *chip = gtk_widget_get_first_child (widget); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    {
      int width;

      gtk_widget_measure (chip, GTK_ORIENTATION_HORIZONTAL, -1, &width, NULL, NULL, NULL);
      *widest = MAX (*widest, width);
      *all += width + SPACING;
    }
}

static GtkSizeRequestMode
sendoff_chips_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sendoff_chips_measure (GtkWidget *widget,
                       GtkOrientation orientation,
                       int for_size,
                       int *minimum,
                       int *natural,
                       int *minimum_baseline,
                       int *natural_baseline)
{
  int widest, all;

  get_widths (widget, &widest, &all);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = widest;
      *natural = all;
    }
  else
    *minimum = *natural = lay_out (widget, for_size > 0 ? for_size : all, FALSE);
}

static void
sendoff_chips_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  lay_out (widget, width, TRUE);
}

/* ---- Widget ---- */

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
  widget_class->get_request_mode = sendoff_chips_get_request_mode;
  widget_class->measure = sendoff_chips_measure;
  widget_class->size_allocate = sendoff_chips_size_allocate;
  properties[PROP_TEXT] = g_param_spec_string (
      "text", NULL, NULL, NULL, G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
sendoff_chips_init (SendoffChips *self)
{
}
