#include "app/sendoff-destination.h"

#include "base/sendoff-i18n.h"
#include "model/sendoff-rules.h"

struct _SendoffDestination
{
  GObject parent_instance;
  char *id;
  char *name;
  char *description;
  char *icon_name;
  gboolean is_preset;
  gboolean is_usual;
  gboolean chosen;
};

enum
{
  PROP_ID = 1,
  PROP_NAME,
  PROP_DESCRIPTION,
  PROP_ICON_NAME,
  PROP_IS_PRESET,
  PROP_IS_USUAL,
  PROP_CHOSEN,
  N_PROPS
};

/* How many platforms of each group are shown without asking for more. */
static const struct
{
  const char *group;
  guint usual;
} groups[] = {
  { "social", 8 },
  { "web", 1 },
  { "editing", 1 },
};

G_DEFINE_FINAL_TYPE (SendoffDestination, sendoff_destination, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_destination_finalize (GObject *object)
{
  SendoffDestination *self = SENDOFF_DESTINATION (object);

  g_free (self->id);
  g_free (self->name);
  g_free (self->description);
  g_free (self->icon_name);
  G_OBJECT_CLASS (sendoff_destination_parent_class)->finalize (object);
}

static void
sendoff_destination_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffDestination *self = SENDOFF_DESTINATION (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    case PROP_ICON_NAME:
      g_value_set_string (value, self->icon_name);
      break;
    case PROP_IS_PRESET:
      g_value_set_boolean (value, self->is_preset);
      break;
    case PROP_IS_USUAL:
      g_value_set_boolean (value, self->is_usual);
      break;
    case PROP_CHOSEN:
      g_value_set_boolean (value, self->chosen);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_destination_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_CHOSEN)
    sendoff_destination_set_chosen (SENDOFF_DESTINATION (object), g_value_get_boolean (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_destination_class_init (SendoffDestinationClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_destination_finalize;
  object_class->get_property = sendoff_destination_get_property;
  object_class->set_property = sendoff_destination_set_property;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  properties[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL, flags);
  properties[PROP_IS_PRESET] = g_param_spec_boolean ("is-preset", NULL, NULL, FALSE, flags);
  properties[PROP_IS_USUAL] = g_param_spec_boolean ("is-usual", NULL, NULL, FALSE, flags);
  properties[PROP_CHOSEN] = g_param_spec_boolean ("chosen", NULL, NULL, FALSE,
                                                  flags | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_destination_init (SendoffDestination *self)
{
}

static gboolean
can_be_made (const char *container, const char *video_codec, const char *audio_codec)
{
  return (container == NULL || sendoff_rules_is_implemented (container))
         && (video_codec == NULL || sendoff_rules_is_implemented (video_codec))
         && (audio_codec == NULL || sendoff_rules_is_implemented (audio_codec));
}

/* (transfer full) (nullable): words of the shipped catalog in the user's language. gettext knows "" as its header. */
static char *
dup_words (const char *words)
{
  return words != NULL && *words != '\0' ? g_strdup (_ (words)) : g_strdup (words);
}

static SendoffDestination *
new_for_platform (const SendoffPlatform *platform, guint *n_in_group)
{
  SendoffDestination *self = g_object_new (SENDOFF_TYPE_DESTINATION, NULL);

  self->id = g_strdup (platform->platform_id);
  self->name = g_strdup (_ (platform->name));
  self->description = dup_words (platform->compatibility_notes);
  self->icon_name = g_strdup (platform->icon_name);
  for (guint i = 0; i < G_N_ELEMENTS (groups) && !platform->api_surface; i++)
    if (g_strcmp0 (groups[i].group, platform->group) == 0)
      self->is_usual = n_in_group[i]++ < groups[i].usual;
  return self;
}

static SendoffDestination *
new_for_preset (const SendoffPreset *preset)
{
  SendoffDestination *self = g_object_new (SENDOFF_TYPE_DESTINATION, NULL);

  self->id = g_strdup (preset->preset_id);
  self->name = g_strdup (preset->is_system ? _ (preset->name) : preset->name);
  self->description = preset->is_system ? dup_words (preset->description) : g_strdup (preset->description);
  self->icon_name = g_strdup ("video-x-generic-symbolic");
  self->is_preset = TRUE;
  self->is_usual = TRUE;
  return self;
}

static void
take (GListStore *list, SendoffDestination *destination)
{
  g_list_store_append (list, destination);
  g_object_unref (destination);
}

/** sendoff_destination_list: (transfer full): every platform and preset of which files can be made, none
 * chosen. */
GListModel *
sendoff_destination_list (SendoffCatalog *catalog)
{
  GListStore *list = g_list_store_new (SENDOFF_TYPE_DESTINATION);
  GPtrArray *platforms = sendoff_catalog_get_platforms (catalog);
  GPtrArray *presets = sendoff_catalog_get_presets (catalog);
  guint n_in_group[G_N_ELEMENTS (groups)] = { 0 };

  for (guint i = 0; i < platforms->len; i++)
    {
      const SendoffPlatform *platform = g_ptr_array_index (platforms, i);
      const SendoffPlatformSettings *recommended = platform->recommended;

      if (recommended == NULL
          || can_be_made (recommended->container, recommended->video_codec, recommended->audio_codec))
        take (list, new_for_platform (platform, n_in_group));
    }
  for (guint i = 0; i < presets->len; i++)
    {
      const SendoffPreset *preset = g_ptr_array_index (presets, i);

      if (can_be_made (preset->container, preset->video_codec, preset->audio_codec))
        take (list, new_for_preset (preset));
    }
  return G_LIST_MODEL (list);
}

static SendoffSetting
get_setting (SendoffDestination *self)
{
  return self->is_preset ? SENDOFF_SETTING_PRESET : SENDOFF_SETTING_PLATFORM;
}

/** sendoff_destination_is_of: whether an output with @settings goes here. */
gboolean
sendoff_destination_is_of (SendoffDestination *self, SendoffOutputSettings *settings)
{
  return g_strcmp0 (sendoff_output_settings_get_string (settings, get_setting (self)), self->id) == 0;
}

/** sendoff_destination_new_settings: (transfer full): settings of an output that goes here, and say nothing
 * else. */
SendoffOutputSettings *
sendoff_destination_new_settings (SendoffDestination *self)
{
  SendoffOutputSettings *settings = sendoff_output_settings_new ();

  sendoff_output_settings_set_string (settings, get_setting (self), self->id);
  return settings;
}

/** sendoff_destination_get_id: (transfer none): id of the platform or preset. */
const char *
sendoff_destination_get_id (SendoffDestination *self)
{
  return self->id;
}

/** sendoff_destination_get_name: (transfer none): "YouTube". */
const char *
sendoff_destination_get_name (SendoffDestination *self)
{
  return self->name;
}

/** sendoff_destination_get_description: (transfer none) (nullable): a sentence. */
const char *
sendoff_destination_get_description (SendoffDestination *self)
{
  return self->description;
}

/** sendoff_destination_is_preset: whether it is a preset, not a platform. */
gboolean
sendoff_destination_is_preset (SendoffDestination *self)
{
  return self->is_preset;
}

/** sendoff_destination_is_usual: whether it is shown without asking for more. */
gboolean
sendoff_destination_is_usual (SendoffDestination *self)
{
  return self->is_usual;
}

/** sendoff_destination_get_chosen: whether there is an output for it. */
gboolean
sendoff_destination_get_chosen (SendoffDestination *self)
{
  return self->chosen;
}

/** sendoff_destination_set_chosen: tells the draft to add or remove its outputs, by way of notify::chosen. */
void
sendoff_destination_set_chosen (SendoffDestination *self, gboolean chosen)
{
  if (self->chosen == !!chosen)
    return;
  self->chosen = !!chosen;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CHOSEN]);
}
