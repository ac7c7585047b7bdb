#include "model/sendoff-preset.h"

#include <string.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-label.h"
#include "base/sendoff-units.h"

#define DEFAULT_LEVEL "medium"
#define NONE          "none"
#define SEPARATOR     " · "

/* What belongs to one video. */
static const SendoffSetting passing_settings[] = { SENDOFF_SETTING_START, SENDOFF_SETTING_END };

/* The text settings that are columns of the table. */
static const struct
{
  SendoffSetting setting;
  gsize offset; /* of the char * in SendoffPreset */
} columns[] = {
  { SENDOFF_SETTING_QUALITY, G_STRUCT_OFFSET (SendoffPreset, target_quality) },
  { SENDOFF_SETTING_CODEC, G_STRUCT_OFFSET (SendoffPreset, video_codec) },
  { SENDOFF_SETTING_AUDIO_CODEC, G_STRUCT_OFFSET (SendoffPreset, audio_codec) },
  { SENDOFF_SETTING_CONTAINER, G_STRUCT_OFFSET (SendoffPreset, container) },
  { SENDOFF_SETTING_SPEED, G_STRUCT_OFFSET (SendoffPreset, encoding_speed) },
  { SENDOFF_SETTING_SIZE_PRIORITY, G_STRUCT_OFFSET (SendoffPreset, file_size_priority) },
};

/**
 * sendoff_preset_dup_settings:
 *
 * Returns: (transfer full): what the preset says about an output, or %NULL with %SENDOFF_ERROR_BAD_DATA when
 * its custom_settings are none
 */
SendoffOutputSettings *
sendoff_preset_dup_settings (const SendoffPreset *preset, GError **error)
{
  SendoffOutputSettings *settings = preset->custom_settings != NULL
                                        ? sendoff_output_settings_from_json (preset->custom_settings, error)
                                        : sendoff_output_settings_new ();
  g_autoptr (SendoffOutputSettings) lower = NULL;

  if (settings == NULL)
    return NULL;
  lower = sendoff_output_settings_new ();
  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    sendoff_output_settings_set_string (lower, columns[i].setting,
                                        G_STRUCT_MEMBER (char *, preset, columns[i].offset));
  if (preset->audio_bitrate_bps > 0)
    sendoff_output_settings_set_int (lower, SENDOFF_SETTING_AUDIO_BITRATE, preset->audio_bitrate_bps);
  sendoff_output_settings_fill_unset (settings, lower);
  return settings;
}

/**
 * sendoff_preset_take_settings:
 * @settings: all that the preset is to say about an output from now on
 *
 * A quality level that @settings leave open stays as it was. What is no setting of an output stays too: the
 * limit of the resolution and the bit rates of the level. "none" is no codec, so it is kept with the rest.
 */
void
sendoff_preset_take_settings (SendoffPreset *preset, SendoffOutputSettings *settings)
{
  g_autoptr (SendoffOutputSettings) rest = sendoff_output_settings_copy (settings);
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      const char *text = sendoff_output_settings_get_string (settings, columns[i].setting);
      char **member = &G_STRUCT_MEMBER (char *, preset, columns[i].offset);
      gboolean taken = text != NULL && !g_str_equal (text, NONE);

      if (text == NULL && columns[i].setting == SENDOFF_SETTING_QUALITY)
        continue;
      g_free (*member);
      *member = taken ? g_strdup (text) : NULL;
      if (taken)
        sendoff_output_settings_set_string (rest, columns[i].setting, NULL);
    }
  preset->audio_bitrate_bps
      = MAX (sendoff_output_settings_get_int (settings, SENDOFF_SETTING_AUDIO_BITRATE), 0);
  sendoff_output_settings_set_int (rest, SENDOFF_SETTING_AUDIO_BITRATE, -1);
  node = sendoff_output_settings_to_json (rest);
  g_clear_pointer (&preset->custom_settings, json_node_unref);
  if (json_object_get_size (json_node_get_object (node)) > 0)
    preset->custom_settings = g_steal_pointer (&node);
}

/* The preset that an output names, directly or as its quality. */
static const SendoffPreset *
find_base (SendoffOutputSettings *settings, SendoffCatalog *catalog)
{
  const SendoffPreset *preset = sendoff_catalog_get_preset (
      catalog, sendoff_output_settings_get_string (settings, SENDOFF_SETTING_PRESET));

  if (preset == NULL)
    preset = sendoff_catalog_get_preset (
        catalog, sendoff_output_settings_get_string (settings, SENDOFF_SETTING_QUALITY));
  return preset;
}

static const char *
get_default_level (SendoffOutputSettings *settings, SendoffCatalog *catalog)
{
  const SendoffPlatform *platform = sendoff_catalog_get_platform (
      catalog, sendoff_output_settings_get_string (settings, SENDOFF_SETTING_PLATFORM));

  return platform != NULL && platform->recommended != NULL ? platform->recommended->quality : DEFAULT_LEVEL;
}

/* Settings that stand alone: with those of the preset that they were made from, and without what is for one
 * video. */
static SendoffOutputSettings *
flatten (SendoffOutputSettings *settings, const SendoffPreset *base, GError **error)
{
  g_autoptr (SendoffOutputSettings) flat = sendoff_output_settings_copy (settings);
  g_autoptr (SendoffOutputSettings) lower = NULL;
  const char *quality = sendoff_output_settings_get_string (flat, SENDOFF_SETTING_QUALITY);

  sendoff_output_settings_set_string (flat, SENDOFF_SETTING_PRESET, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (passing_settings); i++)
    sendoff_output_settings_set_int (flat, passing_settings[i], -1);
  if (base == NULL)
    return g_steal_pointer (&flat);
  if (g_strcmp0 (quality, base->preset_id) == 0)
    sendoff_output_settings_set_string (flat, SENDOFF_SETTING_QUALITY, NULL);
  lower = sendoff_preset_dup_settings (base, error);
  if (lower == NULL)
    return NULL;
  sendoff_output_settings_fill_unset (flat, lower);
  return g_steal_pointer (&flat);
}

/**
 * sendoff_preset_new_from_settings:
 * @name: for people
 * @settings: an output's; the preset that they name becomes part of the new one, start and end do not
 *
 * Returns: (transfer full): a preset with an id that is free in @catalog, or %NULL with
 * %SENDOFF_ERROR_INVALID_REQUEST
 */
SendoffPreset *
sendoff_preset_new_from_settings (const char *name,
                                  SendoffOutputSettings *settings,
                                  SendoffCatalog *catalog,
                                  GError **error)
{
  const SendoffPreset *base = find_base (settings, catalog);
  g_autoptr (SendoffPreset) preset = base != NULL ? sendoff_preset_copy (base) : sendoff_preset_new ();
  g_autoptr (SendoffOutputSettings) flat = flatten (settings, base, error);

  if (flat == NULL || !sendoff_preset_set_name (preset, name, error))
    return NULL;
  preset->is_system = FALSE;
  g_clear_pointer (&preset->description, g_free);
  g_free (preset->preset_id);
  preset->preset_id = sendoff_preset_choose_id (preset->name, catalog);
  if (preset->target_quality == NULL)
    preset->target_quality = g_strdup (get_default_level (flat, catalog));
  sendoff_preset_take_settings (preset, flat);
  if (!sendoff_preset_check_name (preset, catalog, error))
    return NULL;
  return g_steal_pointer (&preset);
}

/* ---- Files ---- */

/* What lists and other programs of the family add to a preset, and what has no meaning here. */
static const char *const ignored_members[]
    = { "id", "type", "available", "user_id", "created_at", "updated_at", NULL };

static SendoffPreset *
read_preset (const char *text, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, (gssize)length, error);
  g_autoptr (SendoffPreset) preset = node != NULL ? sendoff_preset_from_json (node, error) : NULL;
  const char *stranger;

  if (preset == NULL)
    return NULL;
  stranger
      = sendoff_doc_find_stranger (&sendoff_preset_doc_type, json_node_get_object (node), ignored_members);
  if (stranger != NULL)
    {
      g_set_error (
          error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
          _ ("A preset has no “%s”. Settings of the file that is made belong into “custom_settings”."),
          stranger);
      return NULL;
    }
  return g_steal_pointer (&preset);
}

/**
 * sendoff_preset_parse:
 * @text: a JSON object, as a preset is exported; @length bytes
 *
 * Completes what can go without saying: an id made of the name, and the usual quality level. Whether codecs
 * and the like exist is found out when the preset is saved.
 *
 * Returns: (transfer full): the preset, or %NULL with %SENDOFF_ERROR_INVALID_REQUEST and a sentence that says
 * what is wrong
 */
SendoffPreset *
sendoff_preset_parse (const char *text, gsize length, SendoffCatalog *catalog, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (SendoffPreset) preset = read_preset (text, length, &local);
  g_autofree char *name = NULL;

  if (preset == NULL)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, local->message);
      return NULL;
    }
  name = g_steal_pointer (&preset->name);
  if (!sendoff_preset_set_name (preset, name, error))
    return NULL;
  if (preset->preset_id == NULL)
    preset->preset_id = sendoff_preset_choose_id (preset->name, catalog);
  if (preset->target_quality == NULL)
    preset->target_quality = g_strdup (DEFAULT_LEVEL);
  return g_steal_pointer (&preset);
}

/* ---- Names ---- */

/** sendoff_preset_set_name: takes @name without spaces around it; %SENDOFF_ERROR_INVALID_REQUEST when it
 * cannot be one. */
gboolean
sendoff_preset_set_name (SendoffPreset *preset, const char *name, GError **error)
{
  char *clean = sendoff_label_clean (name, error);

  if (clean == NULL)
    {
      g_prefix_error (error, "%s ", _ ("The preset cannot be kept."));
      return FALSE;
    }
  g_free (preset->name);
  preset->name = clean;
  return TRUE;
}

static const SendoffPreset *
find_by_name (const char *name, SendoffCatalog *catalog)
{
  GPtrArray *presets = sendoff_catalog_get_presets (catalog);

  for (guint i = 0; i < presets->len; i++)
    if (sendoff_label_equal (((SendoffPreset *)g_ptr_array_index (presets, i))->name, name))
      return g_ptr_array_index (presets, i);
  return NULL;
}

/** sendoff_preset_check_name: whether no other preset of @catalog is called the same; otherwise
 * %SENDOFF_ERROR_EXISTS. */
gboolean
sendoff_preset_check_name (const SendoffPreset *preset, SendoffCatalog *catalog, GError **error)
{
  const SendoffPreset *other = find_by_name (preset->name, catalog);

  if (other == NULL || g_strcmp0 (other->preset_id, preset->preset_id) == 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS,
               _ ("There is a preset called “%s” already; choose another name."), other->name);
  return FALSE;
}

static gboolean
is_free_id (const char *id, gpointer catalog)
{
  return sendoff_catalog_get_preset (catalog, id) == NULL && sendoff_catalog_get_level (catalog, id) == NULL;
}

static gboolean
is_free_name (const char *name, gpointer catalog)
{
  return find_by_name (name, catalog) == NULL;
}

/** sendoff_preset_choose_id: (transfer full): "my_own_2" for "My own", free in @catalog. */
char *
sendoff_preset_choose_id (const char *name, SendoffCatalog *catalog)
{
  return sendoff_label_dup_id (name, "preset", is_free_id, catalog);
}

/** sendoff_preset_duplicate: (transfer full): a copy of any preset under a name (%NULL: "NAME (copy)") and an
 * id of its own, or %NULL with %SENDOFF_ERROR_INVALID_REQUEST or %SENDOFF_ERROR_EXISTS. */
SendoffPreset *
sendoff_preset_duplicate (const SendoffPreset *preset,
                          const char *name,
                          SendoffCatalog *catalog,
                          GError **error)
{
  g_autoptr (SendoffPreset) copy = sendoff_preset_copy (preset);
  g_autofree char *chosen
      = name != NULL ? g_strdup (name) : sendoff_label_dup_copy (preset->name, is_free_name, catalog);

  if (!sendoff_preset_set_name (copy, chosen, error))
    return NULL;
  g_free (copy->preset_id);
  copy->preset_id = sendoff_preset_choose_id (copy->name, catalog);
  copy->is_system = FALSE;
  return sendoff_preset_check_name (copy, catalog, error) ? g_steal_pointer (&copy) : NULL;
}

/* ---- Words ---- */

static void
append (GString *words, const char *part)
{
  if (part == NULL || *part == '\0')
    return;
  if (words->len > 0)
    g_string_append (words, SEPARATOR);
  g_string_append (words, part);
}

G_GNUC_PRINTF (2, 3)
static void
append_printf (GString *words, const char *format, ...)
{
  g_autofree char *part = NULL;
  va_list args;

  va_start (args, format);
  part = g_strdup_vprintf (format, args);
  va_end (args);
  append (words, part);
}

static const char *
get_text (SendoffOutputSettings *settings, SendoffSetting setting)
{
  return sendoff_output_settings_get_string (settings, setting);
}

static void
append_size_of_picture (GString *words,
                        const SendoffPreset *preset,
                        SendoffOutputSettings *settings,
                        SendoffCatalog *catalog)
{
  const char *wanted = get_text (settings, SENDOFF_SETTING_RESOLUTION);
  const SendoffResolution *limit = sendoff_catalog_get_resolution (catalog, preset->resolution_limit);
  const SendoffResolution *resolution = sendoff_catalog_get_resolution (catalog, wanted);

  if (resolution != NULL)
    append (words, _ (resolution->name));
  else if (wanted != NULL && !g_str_equal (wanted, "source"))
    append (words, wanted);
  else if (limit != NULL)
    /* Translators: %s is a size of pictures such as 1080p */
    append_printf (words, _ ("at most %s"), _ (limit->name));
  else
    append (words, _ ("size of the source"));
}

static void
append_formats (GString *words, SendoffOutputSettings *settings, SendoffCatalog *catalog)
{
  const SendoffVideoCodec *video
      = sendoff_catalog_get_video_codec (catalog, get_text (settings, SENDOFF_SETTING_CODEC));
  const SendoffAudioCodec *audio
      = sendoff_catalog_get_audio_codec (catalog, get_text (settings, SENDOFF_SETTING_AUDIO_CODEC));
  const SendoffContainer *container
      = sendoff_catalog_get_container (catalog, get_text (settings, SENDOFF_SETTING_CONTAINER));
  g_autofree char *video_name = video != NULL ? g_strndup (video->name, strcspn (video->name, "/")) : NULL;

  if (g_strcmp0 (get_text (settings, SENDOFF_SETTING_CODEC), NONE) == 0)
    append (words, _ ("sound only"));
  append (words, video_name);
  if (g_strcmp0 (get_text (settings, SENDOFF_SETTING_AUDIO_CODEC), NONE) == 0)
    append (words, _ ("no sound"));
  else if (audio != NULL)
    append (words, audio->name);
  if (container != NULL)
    append (words, container->name);
}

static void
append_amount (GString *words,
               const SendoffPreset *preset,
               SendoffOutputSettings *settings,
               SendoffCatalog *catalog)
{
  const SendoffQualityLevel *level = sendoff_catalog_get_level (catalog, preset->target_quality);
  gint64 target = sendoff_output_settings_get_int (settings, SENDOFF_SETTING_TARGET_SIZE);
  gint64 max = sendoff_output_settings_get_int (settings, SENDOFF_SETTING_MAX_SIZE);
  gint64 bitrate = sendoff_output_settings_get_int (settings, SENDOFF_SETTING_VIDEO_BITRATE);
  g_autofree char *target_text = sendoff_format_size (target);
  g_autofree char *max_text = sendoff_format_size (max);
  g_autofree char *bitrate_text = sendoff_format_bitrate (bitrate);
  g_autofree char *level_name = level != NULL ? g_utf8_strdown (_ (level->name), -1) : NULL;

  if (target > 0)
    append_printf (words, _ ("about %s"), target_text);
  if (max > 0)
    append_printf (words, _ ("at most %s"), max_text);
  if (bitrate > 0)
    append (words, bitrate_text);
  if (sendoff_output_settings_is_set (settings, SENDOFF_SETTING_CRF))
    append_printf (words, "CRF %g", sendoff_output_settings_get_double (settings, SENDOFF_SETTING_CRF));
  else if (sendoff_output_settings_is_set (settings, SENDOFF_SETTING_TARGET_SCORE))
    append_printf (words, _ ("score %s"), get_text (settings, SENDOFF_SETTING_TARGET_SCORE));
  else if (level_name != NULL && target <= 0 && bitrate <= 0)
    /* Translators: %s is a quality level in small letters, as in "good quality" */
    append_printf (words, _ ("%s quality"), level_name);
}

/* Words for the values of settings that change what is seen. */
static const struct
{
  SendoffSetting setting;
  const char *value;
  const char *words;
} value_words[] = {
  { SENDOFF_SETTING_FIT, "pad", N_ ("bars where the shape differs") },
  { SENDOFF_SETTING_FIT, "blur", N_ ("blurred edges where the shape differs") },
  { SENDOFF_SETTING_FIT, "crop", N_ ("cropped where the shape differs") },
  { SENDOFF_SETTING_FIT, "stretch", N_ ("stretched where the shape differs") },
  { SENDOFF_SETTING_HDR, "sdr", N_ ("without HDR") },
  { SENDOFF_SETTING_HDR, "keep", N_ ("with HDR") },
  { SENDOFF_SETTING_SPEED, "ultrafast", N_ ("in no time") },
  { SENDOFF_SETTING_SPEED, "fast", N_ ("fast") },
  { SENDOFF_SETTING_SPEED, "slow", N_ ("takes its time") },
  { SENDOFF_SETTING_SPEED, "veryslow", N_ ("takes a long time") },
};

static void
append_values (GString *words, SendoffOutputSettings *settings)
{
  const char *fps = get_text (settings, SENDOFF_SETTING_FPS);

  if (fps != NULL && !g_str_equal (fps, "source"))
    /* Translators: frames per second */
    append_printf (words, _ ("%s fps"), fps);
  for (guint i = 0; i < G_N_ELEMENTS (value_words); i++)
    if (g_strcmp0 (get_text (settings, value_words[i].setting), value_words[i].value) == 0)
      append (words, _ (value_words[i].words));
}

/** sendoff_preset_dup_words: (transfer full): what it makes: "at most 1080p · H.264 · AAC · MP4 · good
 * quality". */
char *
sendoff_preset_dup_words (const SendoffPreset *preset, SendoffCatalog *catalog)
{
  g_autoptr (SendoffOutputSettings) settings = sendoff_preset_dup_settings (preset, NULL);
  const SendoffPlatform *platform;
  GString *words = g_string_new (NULL);

  if (settings == NULL)
    return g_string_free (words, FALSE);
  platform = sendoff_catalog_get_platform (catalog, get_text (settings, SENDOFF_SETTING_PLATFORM));
  if (platform != NULL)
    /* Translators: %s is a place to publish, such as YouTube */
    append_printf (words, _ ("for %s"), _ (platform->name));
  if (g_strcmp0 (get_text (settings, SENDOFF_SETTING_CODEC), NONE) != 0)
    append_size_of_picture (words, preset, settings, catalog);
  append_formats (words, settings, catalog);
  append_amount (words, preset, settings, catalog);
  append_values (words, settings);
  return g_string_free (words, FALSE);
}
