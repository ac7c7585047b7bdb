#include "app/sendoff-shelf-item.h"

struct _SendoffShelfItem
{
  GObject parent_instance;
  SendoffShelfKind kind;
  char *id;
  char *name;
  char *words;
};

enum
{
  PROP_KIND = 1,
  PROP_NAME,
  PROP_WORDS,
  PROP_IS_OWN,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffShelfItem, sendoff_shelf_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_shelf_item_finalize (GObject *object)
{
  SendoffShelfItem *self = SENDOFF_SHELF_ITEM (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->words);
  G_OBJECT_CLASS (sendoff_shelf_item_parent_class)->finalize (object);
}

static void
sendoff_shelf_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffShelfItem *self = SENDOFF_SHELF_ITEM (object);

  switch (prop_id)
    {
    case PROP_KIND:
      g_value_set_int (value, self->kind);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_WORDS:
      g_value_set_string (value, self->words);
      break;
    case PROP_IS_OWN:
      g_value_set_boolean (value, self->kind != SENDOFF_SHELF_SYSTEM_PRESET);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_shelf_item_class_init (SendoffShelfItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_shelf_item_finalize;
  object_class->get_property = sendoff_shelf_item_get_property;
  properties[PROP_KIND] = g_param_spec_int ("kind", NULL, NULL, 0, SENDOFF_SHELF_RELEASE_SET, 0, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_WORDS] = g_param_spec_string ("words", NULL, NULL, NULL, flags);
  properties[PROP_IS_OWN] = g_param_spec_boolean ("is-own", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_shelf_item_init (SendoffShelfItem *self)
{
}

/** sendoff_shelf_item_new: (transfer full): an item; @words may be %NULL. */
SendoffShelfItem *
sendoff_shelf_item_new (SendoffShelfKind kind, const char *id, const char *name, const char *words)
{
  SendoffShelfItem *self = g_object_new (SENDOFF_TYPE_SHELF_ITEM, NULL);

  self->kind = kind;
  self->id = g_strdup (id);
  self->name = g_strdup (name);
  self->words = g_strdup (words);
  return self;
}

/** sendoff_shelf_item_get_kind: what it is. */
SendoffShelfKind
sendoff_shelf_item_get_kind (SendoffShelfItem *self)
{
  return self->kind;
}

/** sendoff_shelf_item_get_id: (transfer none): the id of the preset or release set. */
const char *
sendoff_shelf_item_get_id (SendoffShelfItem *self)
{
  return self->id;
}

/** sendoff_shelf_item_get_name: (transfer none): what the user calls it. */
const char *
sendoff_shelf_item_get_name (SendoffShelfItem *self)
{
  return self->name;
}
