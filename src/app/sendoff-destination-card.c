#include "app/sendoff-destination-card.h"

struct _SendoffDestinationCard
{
  GtkFlowBoxChild parent_instance;
  SendoffDestination *destination;
  GtkWidget *button;
};

enum
{
  PROP_DESTINATION = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffDestinationCard, sendoff_destination_card, GTK_TYPE_FLOW_BOX_CHILD)

static GParamSpec *properties[N_PROPS];

/* The button has the focus, never the child of the flow box around it: one stop of Tab for each card. */
static gboolean
sendoff_destination_card_focus (GtkWidget *widget, GtkDirectionType direction)
{
  SendoffDestinationCard *self = SENDOFF_DESTINATION_CARD (widget);

  return gtk_widget_get_focus_child (widget) == NULL && gtk_widget_grab_focus (self->button);
}

static gboolean
sendoff_destination_card_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (SENDOFF_DESTINATION_CARD (widget)->button);
}

static void
sendoff_destination_card_constructed (GObject *object)
{
  SendoffDestinationCard *self = SENDOFF_DESTINATION_CARD (object);
  const char *name = sendoff_destination_get_name (self->destination);
  const char *description = sendoff_destination_get_description (self->destination);

  G_OBJECT_CLASS (sendoff_destination_card_parent_class)->constructed (object);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  if (description != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                    description, -1);
}

static void
sendoff_destination_card_dispose (GObject *object)
{
  g_clear_object (&SENDOFF_DESTINATION_CARD (object)->destination);
  G_OBJECT_CLASS (sendoff_destination_card_parent_class)->dispose (object);
}

static void
sendoff_destination_card_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_DESTINATION)
    g_value_set_object (value, SENDOFF_DESTINATION_CARD (object)->destination);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_destination_card_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffDestinationCard *self = SENDOFF_DESTINATION_CARD (object);

  if (prop_id != PROP_DESTINATION)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  self->destination = g_value_dup_object (value);
  g_object_bind_property (self->destination, "chosen", self->button, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}

static void
sendoff_destination_card_class_init (SendoffDestinationCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sendoff_destination_card_constructed;
  object_class->dispose = sendoff_destination_card_dispose;
  object_class->get_property = sendoff_destination_card_get_property;
  object_class->set_property = sendoff_destination_card_set_property;
  widget_class->focus = sendoff_destination_card_focus;
  widget_class->grab_focus = sendoff_destination_card_grab_focus;
  properties[PROP_DESTINATION]
      = g_param_spec_object ("destination", NULL, NULL, SENDOFF_TYPE_DESTINATION,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/story_genius/Sendoff/ui/sendoff-destination-card.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffDestinationCard, button);
}

static void
sendoff_destination_card_init (SendoffDestinationCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/** sendoff_destination_card_new: (transfer floating): a card for @destination. */
GtkWidget *
sendoff_destination_card_new (SendoffDestination *destination)
{
  return g_object_new (SENDOFF_TYPE_DESTINATION_CARD, "destination", destination, NULL);
}
