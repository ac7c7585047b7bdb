#include "model/sendoff-catalog-private.h"

#include <string.h>

#include "sendoff-catalog-resources.h"

#define RESOURCE_PREFIX "/io/github/story_genius/Sendoff/catalog/"

struct _SendoffCatalog {
  GObject parent_instance;

  SendoffCatalogContents *contents;
};

G_DEFINE_FINAL_TYPE (SendoffCatalog, sendoff_catalog, G_TYPE_OBJECT)

static const SendoffField contents_fields[] = {
  SENDOFF_FIELD_OF (SendoffCatalogContents, video_codecs, DOC_ARRAY, sendoff_video_codec_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, audio_codecs, DOC_ARRAY, sendoff_audio_codec_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, containers, DOC_ARRAY, sendoff_container_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, levels, DOC_ARRAY, sendoff_quality_level_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, bitrate_factors, DOC_ARRAY, sendoff_bitrate_factor_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, resolutions, DOC_ARRAY, sendoff_resolution_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, size_strategies, DOC_ARRAY, sendoff_size_strategy_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, platforms, DOC_ARRAY, sendoff_platform_doc_type),
  SENDOFF_FIELD_OF (SendoffCatalogContents, presets, DOC_ARRAY, sendoff_preset_doc_type),
  SENDOFF_FIELDS_END,
};

const SendoffDocType sendoff_catalog_contents_type = { "catalog", sizeof (SendoffCatalogContents), contents_fields, NULL };

static void
contents_free (SendoffCatalogContents *contents)
{
  sendoff_doc_free (&sendoff_catalog_contents_type, contents);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCatalogContents, contents_free)

/* (transfer none) (nullable): the entry of @list with that id; @id may be %NULL. */
gpointer
sendoff_catalog_find_entry (GPtrArray *list, const char *id)
{
  for (guint i = 0; id != NULL && i < list->len; i++)
    if (g_strcmp0 (sendoff_catalog_get_entry_id (g_ptr_array_index (list, i)), id) == 0)
      return g_ptr_array_index (list, i);
  return NULL;
}

static int
compare_platforms (gconstpointer a, gconstpointer b)
{
  const SendoffPlatform *first = *(SendoffPlatform *const *)a;
  const SendoffPlatform *second = *(SendoffPlatform *const *)b;

  if (first->order != second->order)
    return first->order < second->order ? -1 : 1;
  return g_strcmp0 (first->platform_id, second->platform_id);
}

static int
compare_factors (gconstpointer a, gconstpointer b)
{
  const SendoffBitrateFactor *first = *(SendoffBitrateFactor *const *)a;
  const SendoffBitrateFactor *second = *(SendoffBitrateFactor *const *)b;

  return first->pixels < second->pixels ? -1 : first->pixels > second->pixels;
}

/* Takes @contents. */
static SendoffCatalog *
catalog_new (SendoffCatalogContents *contents, GHashTable *files, GError **error)
{
  g_autoptr (SendoffCatalogContents) owned = contents;
  SendoffCatalog *self;

  if (!sendoff_catalog_check_contents (owned, files, error))
    return NULL;
  g_ptr_array_sort (owned->platforms, compare_platforms);
  g_ptr_array_sort (owned->bitrate_factors, compare_factors);
  self = g_object_new (SENDOFF_TYPE_CATALOG, NULL);
  self->contents = g_steal_pointer (&owned);
  return self;
}

/* A platform's file is that platform itself, so that it can be handed on alone; the others hold lists. */
static SendoffCatalogContents *
read_contents (const char *file, JsonNode *node, GError **error)
{
  g_autoptr (SendoffCatalogContents) contents = NULL;
  SendoffPlatform *platform;

  if (!g_str_has_prefix (file, "platforms/"))
    return sendoff_doc_from_json (&sendoff_catalog_contents_type, node, error);
  platform = sendoff_platform_from_json (node, error);
  if (platform == NULL)
    return NULL;
  contents = sendoff_doc_new (&sendoff_catalog_contents_type);
  g_ptr_array_add (contents->platforms, platform);
  return g_steal_pointer (&contents);
}

static gboolean
load_file (SendoffCatalogContents *into, GHashTable *files, const char *file, GError **error)
{
  g_autofree char *path = g_strconcat (RESOURCE_PREFIX, file, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SendoffCatalogContents) contents = NULL;

  if (bytes != NULL)
    node = sendoff_json_parse (g_bytes_get_data (bytes, NULL), (gssize)g_bytes_get_size (bytes), error);
  if (node != NULL)
    contents = read_contents (file, node, error);
  if (contents == NULL)
    {
      g_prefix_error (error, "In %s: ", file);
      return FALSE;
    }
  for (const SendoffField *field = contents_fields; field->name != NULL; field++)
    {
      GPtrArray **list = G_STRUCT_MEMBER_P (contents, field->offset);

      for (guint i = 0; i < (*list)->len; i++)
        g_hash_table_insert (files, g_ptr_array_index (*list, i), g_strdup (file));
      g_ptr_array_extend_and_steal (sendoff_catalog_get_list (into, (gssize)field->offset), g_steal_pointer (list));
    }
  return TRUE;
}

static gboolean
load_folder (SendoffCatalogContents *into, GHashTable *files, const char *folder, GError **error)
{
  g_autofree char *path = g_strconcat (RESOURCE_PREFIX, folder, NULL);
  g_auto (GStrv) names = g_resources_enumerate_children (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    {
      g_autofree char *file = g_strconcat (folder, "/", names[i], NULL);

      if (!load_file (into, files, file, error))
        return FALSE;
    }
  return TRUE;
}

static void
sendoff_catalog_finalize (GObject *object)
{
  SendoffCatalog *self = SENDOFF_CATALOG (object);

  g_clear_pointer (&self->contents, contents_free);
  G_OBJECT_CLASS (sendoff_catalog_parent_class)->finalize (object);
}

static void
sendoff_catalog_class_init (SendoffCatalogClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_catalog_finalize;
}

static void
sendoff_catalog_init (SendoffCatalog *self)
{
}

/**
 * sendoff_catalog_new:
 *
 * Reads the data that is built into the program. Every id that one entry uses for another is checked, so
 * that users of the catalog need not.
 *
 * Returns: (transfer full): the catalog, or %NULL with %SENDOFF_ERROR_BAD_DATA
 */
SendoffCatalog *
sendoff_catalog_new (GError **error)
{
  static const char *const folders[] = { "catalog", "platforms", "presets" };
  g_autoptr (SendoffCatalogContents) contents = sendoff_doc_new (&sendoff_catalog_contents_type);
  g_autoptr (GHashTable) files = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  (void)sendoff_catalog_get_resource (); /* it registers itself, which makes it open to overlays */
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    if (!load_folder (contents, files, folders[i], error))
      return NULL;
  return catalog_new (g_steal_pointer (&contents), files, error);
}

/**
 * sendoff_catalog_new_with_presets:
 * @base: the catalog to extend
 * @presets: (element-type SendoffPreset): the user's own presets, which are copied
 *
 * An id must not be that of a preset or quality level of @base, or be there twice. The added presets are
 * never system presets, whatever they say.
 *
 * Returns: (transfer full): a new catalog, or %NULL with %SENDOFF_ERROR_BAD_DATA
 */
SendoffCatalog *
sendoff_catalog_new_with_presets (SendoffCatalog *base, GPtrArray *presets, GError **error)
{
  SendoffCatalogContents *contents;

  g_return_val_if_fail (SENDOFF_IS_CATALOG (base), NULL);
  contents = sendoff_doc_copy (&sendoff_catalog_contents_type, base->contents);
  for (guint i = 0; i < presets->len; i++)
    {
      SendoffPreset *preset = sendoff_preset_copy (g_ptr_array_index (presets, i));

      preset->is_system = FALSE;
      g_ptr_array_add (contents->presets, preset);
    }
  return catalog_new (contents, NULL, error);
}

/**
 * sendoff_catalog_new_with_platforms:
 * @base: the catalog to extend
 * @platforms: (element-type SendoffPlatform): newer or further platforms, which are copied
 *
 * A platform takes the place of the one with the same id in @base.
 *
 * Returns: (transfer full): a new catalog, or %NULL with %SENDOFF_ERROR_BAD_DATA
 */
SendoffCatalog *
sendoff_catalog_new_with_platforms (SendoffCatalog *base, GPtrArray *platforms, GError **error)
{
  SendoffCatalogContents *contents;

  g_return_val_if_fail (SENDOFF_IS_CATALOG (base), NULL);
  contents = sendoff_doc_copy (&sendoff_catalog_contents_type, base->contents);
  for (guint i = 0; i < platforms->len; i++)
    {
      SendoffPlatform *platform = sendoff_platform_copy (g_ptr_array_index (platforms, i));
      SendoffPlatform *old = sendoff_catalog_find_entry (contents->platforms, platform->platform_id);

      if (old != NULL && g_ptr_array_remove (contents->platforms, old))
        sendoff_platform_free (old);
      g_ptr_array_add (contents->platforms, platform);
    }
  return catalog_new (contents, NULL, error);
}

/** sendoff_catalog_get_video_codecs: (transfer none) (element-type SendoffVideoCodec): the preferred one first. */
GPtrArray *
sendoff_catalog_get_video_codecs (SendoffCatalog *self)
{
  return self->contents->video_codecs;
}

/** sendoff_catalog_get_audio_codecs: (transfer none) (element-type SendoffAudioCodec): the preferred one first. */
GPtrArray *
sendoff_catalog_get_audio_codecs (SendoffCatalog *self)
{
  return self->contents->audio_codecs;
}

/** sendoff_catalog_get_containers: (transfer none) (element-type SendoffContainer): those for sound only last. */
GPtrArray *
sendoff_catalog_get_containers (SendoffCatalog *self)
{
  return self->contents->containers;
}

/** sendoff_catalog_get_levels: (transfer none) (element-type SendoffQualityLevel): from draft to ultra. */
GPtrArray *
sendoff_catalog_get_levels (SendoffCatalog *self)
{
  return self->contents->levels;
}

/** sendoff_catalog_get_resolutions: (transfer none) (element-type SendoffResolution): by shape, then by size. */
GPtrArray *
sendoff_catalog_get_resolutions (SendoffCatalog *self)
{
  return self->contents->resolutions;
}

/** sendoff_catalog_get_platforms: (transfer none) (element-type SendoffPlatform): by their order. */
GPtrArray *
sendoff_catalog_get_platforms (SendoffCatalog *self)
{
  return self->contents->platforms;
}

/** sendoff_catalog_get_presets: (transfer none) (element-type SendoffPreset): the system's, then the user's. */
GPtrArray *
sendoff_catalog_get_presets (SendoffCatalog *self)
{
  return self->contents->presets;
}

/** sendoff_catalog_get_video_codec: (transfer none) (nullable): by codec_id; @id may be %NULL. */
const SendoffVideoCodec *
sendoff_catalog_get_video_codec (SendoffCatalog *self, const char *id)
{
  return sendoff_catalog_find_entry (self->contents->video_codecs, id);
}

/** sendoff_catalog_get_audio_codec: (transfer none) (nullable): by codec_id; @id may be %NULL. */
const SendoffAudioCodec *
sendoff_catalog_get_audio_codec (SendoffCatalog *self, const char *id)
{
  return sendoff_catalog_find_entry (self->contents->audio_codecs, id);
}

/** sendoff_catalog_get_container: (transfer none) (nullable): by format_id; @id may be %NULL. */
const SendoffContainer *
sendoff_catalog_get_container (SendoffCatalog *self, const char *id)
{
  return sendoff_catalog_find_entry (self->contents->containers, id);
}

/** sendoff_catalog_get_level: (transfer none) (nullable): by level_id; @id may be %NULL. */
const SendoffQualityLevel *
sendoff_catalog_get_level (SendoffCatalog *self, const char *id)
{
  return sendoff_catalog_find_entry (self->contents->levels, id);
}

/** sendoff_catalog_get_resolution: (transfer none) (nullable): by preset_id; @id may be %NULL. */
const SendoffResolution *
sendoff_catalog_get_resolution (SendoffCatalog *self, const char *id)
{
  return sendoff_catalog_find_entry (self->contents->resolutions, id);
}

/** sendoff_catalog_get_size_strategy: (transfer none) (nullable): by strategy_id; @id may be %NULL. */
const SendoffSizeStrategy *
sendoff_catalog_get_size_strategy (SendoffCatalog *self, const char *id)
{
  return sendoff_catalog_find_entry (self->contents->size_strategies, id);
}

/** sendoff_catalog_get_platform: (transfer none) (nullable): by platform_id or alias; may be %NULL. */
const SendoffPlatform *
sendoff_catalog_get_platform (SendoffCatalog *self, const char *id_or_alias)
{
  GPtrArray *platforms = self->contents->platforms;
  const SendoffPlatform *found = sendoff_catalog_find_entry (platforms, id_or_alias);

  for (guint i = 0; found == NULL && id_or_alias != NULL && i < platforms->len; i++)
    {
      const SendoffPlatform *platform = g_ptr_array_index (platforms, i);

      if (platform->aliases != NULL && g_strv_contains ((const char *const *)platform->aliases, id_or_alias))
        found = platform;
    }
  return found;
}

/** sendoff_catalog_get_preset: (transfer none) (nullable): by preset_id; @id may be %NULL. */
const SendoffPreset *
sendoff_catalog_get_preset (SendoffCatalog *self, const char *id)
{
  return sendoff_catalog_find_entry (self->contents->presets, id);
}

/** sendoff_video_codec_get_profile: (transfer none) (nullable): by profile_id or the encoder's @name of it. */
const SendoffCodecProfile *
sendoff_video_codec_get_profile (const SendoffVideoCodec *self, const char *name)
{
  for (guint i = 0; name != NULL && i < self->known_profiles->len; i++)
    {
      const SendoffCodecProfile *profile = g_ptr_array_index (self->known_profiles, i);

      if (g_strcmp0 (profile->profile_id, name) == 0 || g_strcmp0 (profile->option, name) == 0)
        return profile;
    }
  return NULL;
}

/** sendoff_platform_dup_date: (transfer full): the newest date among the rules of @self, as ISO 8601. */
char *
sendoff_platform_dup_date (const SendoffPlatform *self)
{
  const char *newest = "";

  for (guint i = 0; i < self->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (self->rules, i);

      if (g_strcmp0 (rule->as_of, newest) > 0)
        newest = rule->as_of;
    }
  return g_strdup (newest);
}

/**
 * sendoff_catalog_get_bitrate_factor:
 * @pixels: width × height of the picture, whatever its shape
 *
 * How much a size multiplies the 720p bit rates of the levels: linear in pixels between the points of the
 * table, proportional to the nearest point outside of it.
 *
 * Returns: the factor, 1 at 1280×720
 */
double
sendoff_catalog_get_bitrate_factor (SendoffCatalog *self, gint64 pixels)
{
  GPtrArray *factors = self->contents->bitrate_factors;
  const SendoffBitrateFactor *below = NULL, *above = NULL, *nearest;

  for (guint i = 0; i < factors->len && above == NULL; i++)
    {
      const SendoffBitrateFactor *point = g_ptr_array_index (factors, i);

      if (point->pixels <= pixels)
        below = point;
      else
        above = point;
    }
  if (below != NULL && above != NULL)
    {
      double share = (double)(pixels - below->pixels) / (double)(above->pixels - below->pixels);

      return below->factor + (above->factor - below->factor) * share;
    }
  nearest = below != NULL ? below : above;
  g_return_val_if_fail (nearest != NULL, 1);
  return nearest->factor * (double)MAX (pixels, 0) / (double)nearest->pixels;
}
