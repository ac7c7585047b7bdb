#include "app/sendoff-source-row.h"

#include <glib/gi18n.h>

#include "app/sendoff-chips.h"
#include "app/sendoff-locate.h"

struct _SendoffSourceRow
{
  AdwBin parent_instance;
  SendoffSourceItem *item; /* (nullable): rows of a long list are used again */
  GtkWidget *poster;
  GtkWidget *remove_button;
  GtkWidget *locate_button;
};

enum
{
  PROP_ITEM = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffSourceRow, sendoff_source_row, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

static gboolean
is_looking (GObject *object, int state, gpointer data)
{
  return state <= SENDOFF_SOURCE_LOOKING;
}

static gboolean
is_lost (GObject *object, int state, gpointer data)
{
  return state == SENDOFF_SOURCE_LOST;
}

static gboolean
has_text (GObject *object, const char *text, gpointer data)
{
  return text != NULL && *text != '\0';
}

static char *
get_facts (GObject *object, const char *facts, int state, gpointer data)
{
  if (state == SENDOFF_SOURCE_FETCHING)
    return g_strdup (_ ("Copying the video to this computer…"));
  return g_strdup (state == SENDOFF_SOURCE_LOOKING ? _ ("Looking at it…") : facts);
}

static gboolean
has_object (GObject *object, GObject *value, gpointer data)
{
  return value != NULL;
}

static gboolean
has_no_object (GObject *object, GObject *value, gpointer data)
{
  return value == NULL;
}

static void
on_remove_clicked (SendoffSourceRow *self)
{
  sendoff_source_item_remove (self->item);
}

static void
on_located (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffSourceItem) item = data;
  g_autoptr (GFile) file = sendoff_locate_finish (result);

  if (file != NULL)
    sendoff_source_item_relocate (item, file);
}

static void
on_locate_clicked (SendoffSourceRow *self)
{
  sendoff_locate_async (GTK_WIDGET (self), sendoff_source_item_get_file (self->item), on_located,
                        g_object_ref (self->item));
}

/* For screen readers. */
static void
name_controls (SendoffSourceRow *self)
{
  const char *name = sendoff_source_item_get_name (self->item);
  g_autofree char *remove = g_strdup_printf (_ ("Remove %s"), name);
  /* Translators: %s is the name of a video */
  g_autofree char *locate = g_strdup_printf (_ ("%1$s: %2$s"), _ ("Choose the Video Again…"), name);
  g_autofree char *poster = g_strdup_printf (_ ("Poster of %s"), name);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->poster), GTK_ACCESSIBLE_PROPERTY_LABEL, poster, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->locate_button), GTK_ACCESSIBLE_PROPERTY_LABEL, locate,
                                  -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->remove_button), GTK_ACCESSIBLE_PROPERTY_LABEL, remove,
                                  -1);
}

/* A poster is taken when its row is made, which of a long list are only those in sight. */
static void
set_item (SendoffSourceRow *self, SendoffSourceItem *item)
{
  if (!g_set_object (&self->item, item))
    return;
  if (item != NULL)
    {
      name_controls (self);
      sendoff_source_item_want_poster (item);
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ITEM]);
}

static void
sendoff_source_row_dispose (GObject *object)
{
  g_clear_object (&SENDOFF_SOURCE_ROW (object)->item);
  G_OBJECT_CLASS (sendoff_source_row_parent_class)->dispose (object);
}

static void
sendoff_source_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, SENDOFF_SOURCE_ROW (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_source_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    set_item (SENDOFF_SOURCE_ROW (object), g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_source_row_class_init (SendoffSourceRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sendoff_source_row_dispose;
  object_class->get_property = sendoff_source_row_get_property;
  object_class->set_property = sendoff_source_row_set_property;
  properties[PROP_ITEM]
      = g_param_spec_object ("item", NULL, NULL, SENDOFF_TYPE_SOURCE_ITEM,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (SENDOFF_TYPE_CHIPS);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-source-row.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffSourceRow, poster);
  gtk_widget_class_bind_template_child (widget_class, SendoffSourceRow, remove_button);
  gtk_widget_class_bind_template_child (widget_class, SendoffSourceRow, locate_button);
  gtk_widget_class_bind_template_callback (widget_class, is_looking);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, get_facts);
  gtk_widget_class_bind_template_callback (widget_class, has_object);
  gtk_widget_class_bind_template_callback (widget_class, has_no_object);
  gtk_widget_class_bind_template_callback (widget_class, on_remove_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_locate_clicked);
  gtk_widget_class_bind_template_callback (widget_class, is_lost);
}

static void
sendoff_source_row_init (SendoffSourceRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
