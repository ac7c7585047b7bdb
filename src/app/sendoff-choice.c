#include "app/sendoff-choice.h"

#include <glib/gi18n.h>

#include "model/sendoff-rules.h"

struct _SendoffChoice
{
  GObject parent_instance;
  char *id; /* (nullable) */
  char *name;
};

enum
{
  PROP_ID = 1,
  PROP_NAME,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffChoice, sendoff_choice, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_choice_finalize (GObject *object)
{
  SendoffChoice *self = SENDOFF_CHOICE (object);

  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (sendoff_choice_parent_class)->finalize (object);
}

static void
sendoff_choice_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffChoice *self = SENDOFF_CHOICE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_choice_class_init (SendoffChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_choice_finalize;
  object_class->get_property = sendoff_choice_get_property;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_choice_init (SendoffChoice *self)
{
}

/** sendoff_choice_new: (transfer full): @id is %NULL for the entry that leaves it to the destination. */
SendoffChoice *
sendoff_choice_new (const char *id, const char *name)
{
  SendoffChoice *self = g_object_new (SENDOFF_TYPE_CHOICE, NULL);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  return self;
}

/** sendoff_choice_get_id: (transfer none) (nullable): the value of the setting. */
const char *
sendoff_choice_get_id (SendoffChoice *self)
{
  return self->id;
}

/** sendoff_choice_get_name: (transfer none): what to show. */
const char *
sendoff_choice_get_name (SendoffChoice *self)
{
  return self->name;
}

static void
add (GListStore *list, const char *id, const char *name)
{
  g_autoptr (SendoffChoice) choice = sendoff_choice_new (id, name);

  g_list_store_append (list, choice);
}

static GListStore *
new_list (void)
{
  GListStore *list = g_list_store_new (SENDOFF_TYPE_CHOICE);

  add (list, NULL, _ ("As suggested"));
  return list;
}

/** sendoff_choice_list_resolutions: (transfer full): sizes of the picture, as SendoffChoice. */
GListModel *
sendoff_choice_list_resolutions (SendoffCatalog *catalog)
{
  GPtrArray *resolutions = sendoff_catalog_get_resolutions (catalog);
  GListStore *list = new_list ();

  add (list, "source", _ ("As the video"));
  for (guint i = 0; i < resolutions->len; i++)
    {
      const SendoffResolution *resolution = g_ptr_array_index (resolutions, i);
      g_autofree char *name
          = g_strdup_printf ("%s (%d×%d)", resolution->name, resolution->width, resolution->height);

      add (list, resolution->preset_id, name);
    }
  return G_LIST_MODEL (list);
}

/** sendoff_choice_list_framings: (transfer full): what happens when shapes differ, as SendoffChoice. */
GListModel *
sendoff_choice_list_framings (void)
{
  GListStore *list = new_list ();

  add (list, "pad", _ ("Whole picture with bars"));
  add (list, "blur", _ ("Whole picture, blurred edges"));
  add (list, "crop", _ ("Fill and cut off the rest"));
  add (list, "stretch", _ ("Stretch"));
  return G_LIST_MODEL (list);
}

/** sendoff_choice_list_qualities: (transfer full): the quality levels, as SendoffChoice. */
GListModel *
sendoff_choice_list_qualities (SendoffCatalog *catalog)
{
  GPtrArray *levels = sendoff_catalog_get_levels (catalog);
  GListStore *list = new_list ();

  for (guint i = 0; i < levels->len; i++)
    {
      const SendoffQualityLevel *level = g_ptr_array_index (levels, i);

      add (list, level->level_id, level->name);
    }
  return G_LIST_MODEL (list);
}

/** sendoff_choice_list_codecs: (transfer full): the video codecs that can be made, as SendoffChoice. */
GListModel *
sendoff_choice_list_codecs (SendoffCatalog *catalog)
{
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (catalog);
  GListStore *list = new_list ();

  for (guint i = 0; i < codecs->len; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);

      if (sendoff_rules_is_implemented (codec->codec_id))
        add (list, codec->codec_id, codec->name);
    }
  add (list, "none", _ ("Sound only"));
  return G_LIST_MODEL (list);
}
