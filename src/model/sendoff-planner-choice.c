/* What the settings' ids mean, and what follows from them where they say nothing.
 *
 * Merge order, later ones winning: defaults, the platform's recommended settings, the preset, what was asked
 * for. Codec and container that nobody asked for give way to those that somebody did.
 */
#include "base/sendoff-i18n.h"
#include "model/sendoff-planner-private.h"

#include <string.h>

#include "model/sendoff-preset.h"
#include "model/sendoff-rules.h"

#define DEFAULT_VIDEO_CODEC "h264"
#define DEFAULT_AUDIO_CODEC "aac"
#define DEFAULT_LEVEL       "medium"
#define NONE                "none"
#define SHORTEST_PART       3 /* letters of an id that say which is meant */

/* Levenshtein distance, for suggestions. */
static guint
get_distance (const char *a, const char *b)
{
  gsize length = strlen (b);
  g_autofree guint *row = g_new (guint, length + 1);

  for (guint j = 0; j <= length; j++)
    row[j] = j;
  for (guint i = 0; a[i] != '\0'; i++)
    {
      guint diagonal = row[0];

      row[0] = i + 1;
      for (guint j = 0; j < length; j++)
        {
          guint substituted = diagonal + (a[i] != b[j]);

          diagonal = row[j + 1];
          row[j + 1] = MIN (substituted, MIN (row[j], row[j + 1]) + 1);
        }
    }
  return row[length];
}

/* Every entry of the catalog begins with its id. */
static const char *
get_id (GPtrArray *list, guint index)
{
  return **(char ***)&g_ptr_array_index (list, index);
}

/** sendoff_planner_get_nearest_id: (transfer none) (nullable): the id in a list of the catalog that is spelt
 * most like @id, NULL when less than half of it is alike. */
const char *
sendoff_planner_get_nearest_id (GPtrArray *list, const char *id)
{
  g_autofree char *lower = g_ascii_strdown (id, -1);
  const char *nearest = NULL;
  guint best = G_MAXUINT;

  for (guint i = 0; i < list->len; i++)
    {
      const char *candidate = get_id (list, i);
      guint distance = get_distance (lower, candidate);

      if (distance < best)
        {
          best = distance;
          nearest = candidate;
        }
    }
  return 2 * best < strlen (id) ? nearest : NULL;
}

/* The ids in a list of the catalog of which @id is a part, such as “reels”; NULL when there is none. */
static char *
dup_ids_containing (GPtrArray *list, const char *id)
{
  g_autofree char *lower = g_ascii_strdown (id, -1);
  g_autoptr (GStrvBuilder) found = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;

  if (strlen (id) < SHORTEST_PART)
    return NULL;
  for (guint i = 0; i < list->len; i++)
    if (strstr (get_id (list, i), lower) != NULL)
      g_strv_builder_add (found, get_id (list, i));
  ids = g_strv_builder_end (found);
  return ids[0] != NULL ? g_strjoinv (", ", ids) : NULL;
}

static void
add_unknown (SendoffPlanning *self, const char *field, const char *what, const char *id, GPtrArray *list)
{
  g_autofree char *code = g_strdelimit (g_strdup_printf ("unknown-%s", field), "_", '-');
  g_autofree char *containing = dup_ids_containing (list, id);
  const char *nearest = sendoff_planner_get_nearest_id (list, id);

  if (nearest != NULL)
    sendoff_planning_issue (self, ERROR, field, code, "There is no %s “%s”; the nearest is “%s”.", what, id,
                            nearest);
  else if (containing != NULL)
    sendoff_planning_issue (self, ERROR, field, code, "There is no %s “%s”; there are: %s.", what, id,
                            containing);
  else
    sendoff_planning_issue (self, ERROR, field, code, "There is no %s “%s”.", what, id);
}

static const char *
get_text (SendoffPlanning *self, SendoffSetting setting)
{
  return sendoff_output_settings_get_string (self->settings, setting);
}

static gboolean
was_asked (SendoffPlanning *self, SendoffSetting setting)
{
  return sendoff_output_settings_is_set (self->asked, setting);
}

/* "quality" may name a preset: it then is one, and the level is the preset's. */
static void
resolve_quality (SendoffPlanning *self)
{
  const char *quality = get_text (self, SENDOFF_SETTING_QUALITY);
  const char *preset = get_text (self, SENDOFF_SETTING_PRESET);

  if (quality != NULL && sendoff_catalog_get_level (self->catalog, quality) == NULL
      && sendoff_catalog_get_preset (self->catalog, quality) != NULL)
    {
      if (preset == NULL)
        sendoff_output_settings_set_string (self->settings, SENDOFF_SETTING_PRESET, quality);
      else if (!g_str_equal (preset, quality))
        sendoff_planning_issue (self, ERROR, "quality", "two-presets",
                                "Both “%s” and “%s” are presets; choose one.", preset, quality);
      sendoff_output_settings_set_string (self->settings, SENDOFF_SETTING_QUALITY, NULL);
    }
}

static void
look_up_sources_of_settings (SendoffPlanning *self)
{
  const char *platform = get_text (self, SENDOFF_SETTING_PLATFORM);
  const char *preset;

  if (platform != NULL)
    {
      self->platform = sendoff_catalog_get_platform (self->catalog, platform);
      if (self->platform == NULL)
        add_unknown (self, "platform", _ ("platform"), platform,
                     sendoff_catalog_get_platforms (self->catalog));
    }
  resolve_quality (self);
  preset = get_text (self, SENDOFF_SETTING_PRESET);
  if (preset != NULL)
    {
      self->preset = sendoff_catalog_get_preset (self->catalog, preset);
      if (self->preset == NULL)
        add_unknown (self, "preset", _ ("preset"), preset, sendoff_catalog_get_presets (self->catalog));
    }
}

/* An int64 setting that says nothing when zero. */
static void
set_amount (SendoffOutputSettings *settings, SendoffSetting setting, gint64 amount)
{
  if (amount > 0)
    sendoff_output_settings_set_int (settings, setting, amount);
}

/* Also a preset can be for a platform, unless the output itself is for one. */
static void
take_platform_of_preset (SendoffPlanning *self, SendoffOutputSettings *lower)
{
  const char *platform = sendoff_output_settings_get_string (lower, SENDOFF_SETTING_PLATFORM);

  if (platform == NULL || get_text (self, SENDOFF_SETTING_PLATFORM) != NULL)
    return;
  self->platform = sendoff_catalog_get_platform (self->catalog, platform);
  if (self->platform == NULL)
    add_unknown (self, "platform", _ ("platform"), platform, sendoff_catalog_get_platforms (self->catalog));
}

static void
merge_preset (SendoffPlanning *self)
{
  g_autoptr (SendoffOutputSettings) lower = NULL;
  g_autoptr (GError) error = NULL;

  if (self->preset == NULL)
    return;
  lower = sendoff_preset_dup_settings (self->preset, &error);
  if (lower == NULL)
    {
      sendoff_planning_issue (self, ERROR, "preset", "bad-preset", "The preset “%s” cannot be used: %s",
                              self->preset->name, error->message);
      return;
    }
  take_platform_of_preset (self, lower);
  sendoff_output_settings_fill_unset (self->settings, lower);
}

static void
merge_platform (SendoffPlanning *self)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  g_autoptr (SendoffOutputSettings) lower = NULL;

  if (recommended == NULL)
    return;
  lower = sendoff_output_settings_new ();
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_QUALITY, recommended->quality);
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_CODEC, recommended->video_codec);
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_AUDIO_CODEC, recommended->audio_codec);
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_CONTAINER, recommended->container);
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_SPEED, recommended->speed);
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_RESOLUTION, recommended->resolution);
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_FIT, recommended->fit);
  sendoff_output_settings_set_string (lower, SENDOFF_SETTING_OPTIMIZE_FOR, recommended->optimize_for);
  set_amount (lower, SENDOFF_SETTING_AUDIO_BITRATE, recommended->audio_bitrate_bps);
  sendoff_output_settings_fill_unset (self->settings, lower);
}

static void
choose_level (SendoffPlanning *self)
{
  const char *quality = get_text (self, SENDOFF_SETTING_QUALITY);

  self->level = sendoff_catalog_get_level (self->catalog, quality != NULL ? quality : DEFAULT_LEVEL);
  if (self->level == NULL && quality != NULL)
    {
      add_unknown (self, "quality", _ ("quality level or preset"), quality,
                   sendoff_catalog_get_levels (self->catalog));
      self->level = sendoff_catalog_get_level (self->catalog, DEFAULT_LEVEL);
    }
}

static gboolean
takes (char **list, const char *id)
{
  return list != NULL && id != NULL && g_strv_contains ((const char *const *)list, id);
}

/* The first of @list that this engine carries out, else the first. */
static const char *
get_first_implemented (char **list)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    if (sendoff_rules_is_implemented (list[i]))
      return list[i];
  return list != NULL ? list[0] : NULL;
}

static void
look_up_container (SendoffPlanning *self)
{
  const char *id = get_text (self, SENDOFF_SETTING_CONTAINER);

  if (id == NULL)
    return;
  self->container = sendoff_catalog_get_container (self->catalog, id);
  if (self->container == NULL)
    add_unknown (self, "container", _ ("container"), id, sendoff_catalog_get_containers (self->catalog));
}

/* By its id, or by the name that FFmpeg has for it ("hevc"). */
static const SendoffVideoCodec *
find_video_codec (SendoffCatalog *catalog, const char *id)
{
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (catalog);

  for (guint i = 0; i < codecs->len; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);

      if (g_str_equal (codec->codec_id, id) || g_strcmp0 (codec->probe_name, id) == 0)
        return codec;
    }
  return NULL;
}

static void
look_up_video_codec (SendoffPlanning *self)
{
  const char *id = get_text (self, SENDOFF_SETTING_CODEC);
  gboolean asked = was_asked (self, SENDOFF_SETTING_CODEC);
  gboolean container_asked = was_asked (self, SENDOFF_SETTING_CONTAINER) && self->container != NULL;

  if (id == NULL)
    id = DEFAULT_VIDEO_CODEC;
  if (self->video_stream == NULL || g_str_equal (id, NONE)
      || (!asked && container_asked && self->container->audio_only))
    return;
  if (!asked && container_asked && !takes (self->container->video_codecs, id))
    id = get_first_implemented (self->container->video_codecs);
  self->video_codec = find_video_codec (self->catalog, id);
  if (self->video_codec == NULL)
    {
      add_unknown (self, "codec", _ ("video codec"), id, sendoff_catalog_get_video_codecs (self->catalog));
      self->video_codec = sendoff_catalog_get_video_codec (self->catalog, DEFAULT_VIDEO_CODEC);
    }
}

static gboolean
platform_takes_container (SendoffPlanning *self, const char *id)
{
  return self->limits.containers == NULL || takes (self->limits.containers, id);
}

/* For pictures: the codec's first container that the platform takes. */
static const char *
choose_video_container (SendoffPlanning *self)
{
  for (guint i = 0; self->video_codec->containers[i] != NULL; i++)
    if (platform_takes_container (self, self->video_codec->containers[i]))
      return self->video_codec->containers[i];
  return self->video_codec->containers[0];
}

/* For sound alone: a container made for that, else whichever takes the codec. */
static const char *
choose_audio_container (SendoffPlanning *self, const char *audio_codec)
{
  GPtrArray *containers = sendoff_catalog_get_containers (self->catalog);
  const SendoffAudioCodec *codec = sendoff_catalog_get_audio_codec (self->catalog, audio_codec);

  for (guint i = 0; i < containers->len; i++)
    {
      const SendoffContainer *container = g_ptr_array_index (containers, i);

      if (container->audio_only && takes (container->audio_codecs, audio_codec))
        return container->format_id;
    }
  return codec != NULL && codec->containers != NULL ? codec->containers[0] : "mp4";
}

static void
choose_container (SendoffPlanning *self)
{
  const char *audio_codec = get_text (self, SENDOFF_SETTING_AUDIO_CODEC);
  const char *id;

  if (was_asked (self, SENDOFF_SETTING_CONTAINER))
    return;
  if (self->container != NULL && self->video_codec != NULL
      && takes (self->container->video_codecs, self->video_codec->codec_id)
      && platform_takes_container (self, self->container->format_id))
    return;
  if (self->video_codec != NULL)
    id = choose_video_container (self);
  else
    id = choose_audio_container (self, audio_codec != NULL ? audio_codec : DEFAULT_AUDIO_CODEC);
  self->container = sendoff_catalog_get_container (self->catalog, id);
}

/* What nobody spoke about: codecs for editing have a companion, the others go with AAC. */
static const char *
get_default_audio_codec (SendoffPlanning *self)
{
  const char *companion = self->video_codec != NULL ? self->video_codec->audio_codec : NULL;

  return companion != NULL ? companion : DEFAULT_AUDIO_CODEC;
}

/* The codec that goes without saying with a container which replaced the recommended one. */
static void
choose_audio_codec (SendoffPlanning *self)
{
  const char *container = get_text (self, SENDOFF_SETTING_CONTAINER);
  const char *id = get_text (self, SENDOFF_SETTING_AUDIO_CODEC);

  if (id == NULL)
    id = get_default_audio_codec (self);
  if (self->audio_stream == NULL || g_str_equal (id, NONE))
    return;
  if (!was_asked (self, SENDOFF_SETTING_AUDIO_CODEC) && self->container != NULL
      && (!takes (self->container->audio_codecs, id)
          || (container != NULL && self->video_codec != NULL
              && !g_str_equal (container, self->container->format_id))))
    id = get_first_implemented (self->container->audio_codecs);
  self->audio_codec = id != NULL ? sendoff_catalog_get_audio_codec (self->catalog, id) : NULL;
  if (self->audio_codec == NULL && id != NULL)
    add_unknown (self, "audio_codec", _ ("audio codec"), id,
                 sendoff_catalog_get_audio_codecs (self->catalog));
}

static void
choose_video_stream (SendoffPlanning *self)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (self->source);
  const char *codec = sendoff_output_settings_get_string (self->asked, SENDOFF_SETTING_CODEC);

  if (stream == NULL)
    {
      if (codec != NULL && !g_str_equal (codec, NONE))
        sendoff_planning_issue (self, ERROR, "codec", "no-video", "The source has no video to encode.");
      return;
    }
  if (!stream->decodable)
    sendoff_planning_issue (self, ERROR, "source", "undecodable-video",
                            "The source's video (%s) cannot be decoded on this machine.",
                            stream->codec != NULL ? stream->codec : "unknown");
  else if (stream->width <= 0 || stream->height <= 0)
    sendoff_planning_issue (self, ERROR, "source", "no-picture-size",
                            "The source's video has no picture size.");
  else
    self->video_stream = stream;
}

static void
fill_output_ids (SendoffPlanning *self)
{
  SendoffOutputPlan *output = self->output;
  const char *resolution = get_text (self, SENDOFF_SETTING_RESOLUTION);

  output->platform = g_strdup (self->platform != NULL ? self->platform->platform_id : NULL);
  output->preset = g_strdup (self->preset != NULL ? self->preset->preset_id : NULL);
  output->quality = g_strdup (self->level != NULL ? self->level->level_id : NULL);
  output->resolution = g_strdup (resolution);
  if (self->container == NULL)
    return;
  output->container = g_strdup (self->container->format_id);
  output->muxer = g_strdup (self->container->muxer);
  output->extension = g_strdup (self->container->extension);
}

/** sendoff_planner_choose: merges the settings of an output and looks up what they name. */
void
sendoff_planner_choose (SendoffPlanning *self)
{
  self->settings = sendoff_output_settings_copy (self->asked);
  look_up_sources_of_settings (self);
  merge_preset (self);
  merge_platform (self);
  sendoff_rules_combine_limits (self->platform, &self->limits);
  choose_level (self);
  choose_video_stream (self);
  sendoff_planner_choose_audio_stream (self);
  sendoff_planner_prefer_source (self);
  look_up_container (self);
  look_up_video_codec (self);
  choose_container (self);
  choose_audio_codec (self);
  if (self->video_codec == NULL)
    self->video_stream = NULL;
  if (self->audio_codec == NULL)
    self->audio_stream = NULL;
  fill_output_ids (self);
}
