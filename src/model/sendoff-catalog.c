#include "model/sendoff-catalog.h"

#include <stdio.h>
#include <string.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "model/sendoff-plan.h"
#include "sendoff-catalog-resources.h"

#define RESOURCE_PREFIX "/io/github/story_genius/Sendoff/catalog/"

/* All lists of a catalog. A file may hold any of them; every entry begins with its id. */
typedef struct {
  GPtrArray *video_codecs;
  GPtrArray *audio_codecs;
  GPtrArray *containers;
  GPtrArray *levels;
  GPtrArray *bitrate_factors;
  GPtrArray *resolutions;
  GPtrArray *size_strategies;
  GPtrArray *platforms;
  GPtrArray *presets;
} Contents;

struct _SendoffCatalog {
  GObject parent_instance;

  Contents *contents;
};

G_DEFINE_FINAL_TYPE (SendoffCatalog, sendoff_catalog, G_TYPE_OBJECT)

static const SendoffField contents_fields[] = {
  SENDOFF_FIELD_OF (Contents, video_codecs, DOC_ARRAY, sendoff_video_codec_doc_type),
  SENDOFF_FIELD_OF (Contents, audio_codecs, DOC_ARRAY, sendoff_audio_codec_doc_type),
  SENDOFF_FIELD_OF (Contents, containers, DOC_ARRAY, sendoff_container_doc_type),
  SENDOFF_FIELD_OF (Contents, levels, DOC_ARRAY, sendoff_quality_level_doc_type),
  SENDOFF_FIELD_OF (Contents, bitrate_factors, DOC_ARRAY, sendoff_bitrate_factor_doc_type),
  SENDOFF_FIELD_OF (Contents, resolutions, DOC_ARRAY, sendoff_resolution_doc_type),
  SENDOFF_FIELD_OF (Contents, size_strategies, DOC_ARRAY, sendoff_size_strategy_doc_type),
  SENDOFF_FIELD_OF (Contents, platforms, DOC_ARRAY, sendoff_platform_doc_type),
  SENDOFF_FIELD_OF (Contents, presets, DOC_ARRAY, sendoff_preset_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffDocType contents_type = { "catalog", sizeof (Contents), contents_fields, NULL };

static const char *const speed_nicks[] = { "ultrafast", "fast", "medium", "slow", "veryslow", NULL };
static const char *const priority_nicks[] = { "quality", "balanced", "size", NULL };
static const char *const hdr_nicks[] = { "kept", "request", NULL };
static const char *const color_nicks[] = { "bt709", NULL };
static const char *const purpose_nicks[] = { "streaming", "download", "archive", NULL };

/* What a text member must hold: the id of an entry of a list or one of some names, or just something. */
typedef struct {
  const SendoffDocType *type;
  const char *member;
  gssize list; /* offset in Contents, -1 none */
  const char *const *names; /* (nullable) */
  gboolean required;
} TextRule;

/* What platforms take and Sendoff does not make; files of others are checked for it. */
static const char *const foreign_containers[] = { "3gp", NULL };
static const char *const foreign_codecs[] = { "vp8", NULL };

#define ID_OF(type, member, list, required)                                                                    \
  { &sendoff_##type##_doc_type, #member, G_STRUCT_OFFSET (Contents, list), NULL, required }
#define ONE_OF(type, member, names, required) { &sendoff_##type##_doc_type, #member, -1, names, required }
#define ID_OR_ONE_OF(type, member, list, names)                                                                \
  { &sendoff_##type##_doc_type, #member, G_STRUCT_OFFSET (Contents, list), names, FALSE }
#define TEXT(type, member) { &sendoff_##type##_doc_type, #member, -1, NULL, TRUE }

static const TextRule text_rules[] = {
  TEXT (video_codec, name),
  TEXT (video_codec, encoder),
  TEXT (video_codec, probe_name),
  TEXT (video_codec, pixel_formats),
  ID_OF (video_codec, containers, containers, TRUE),
  ID_OF (video_codec, audio_codec, audio_codecs, FALSE),
  ID_OF (video_codec, successors, video_codecs, FALSE),
  ONE_OF (video_codec, rate_controls, sendoff_rate_control_nicks, FALSE),
  ONE_OF (video_codec, hdr, hdr_nicks, FALSE),
  TEXT (catalog_tag, key),
  TEXT (catalog_tag, value),
  ID_OF (level_value, level, levels, TRUE),
  TEXT (codec_profile, profile_id),
  TEXT (codec_profile, option),
  ONE_OF (speed, speed, speed_nicks, TRUE),
  TEXT (hardware_encoder, encoder),
  TEXT (hardware_encoder, name),
  TEXT (hardware_encoder, upload_format),
  TEXT (hardware_encoder, quality_option),
  TEXT (audio_codec, name),
  TEXT (audio_codec, encoder),
  TEXT (audio_codec, probe_name),
  TEXT (audio_codec, sample_format),
  ID_OF (audio_codec, containers, containers, TRUE),
  TEXT (container, name),
  TEXT (container, muxer),
  TEXT (container, extension),
  ID_OF (container, video_codecs, video_codecs, FALSE),
  ID_OF (container, audio_codecs, audio_codecs, TRUE),
  TEXT (quality_level, name),
  ONE_OF (quality_level, default_speed, speed_nicks, TRUE),
  TEXT (resolution, name),
  ONE_OF (resolution, scaling_method, sendoff_scaling_nicks, TRUE),
  TEXT (size_strategy, name),
  TEXT (size_strategy, savings),
  TEXT (size_strategy, quality_impact),
  TEXT (platform, name),
  TEXT (platform_rule, source),
  TEXT (platform_rule, as_of),
  ID_OR_ONE_OF (platform_rule, containers, containers, foreign_containers),
  ID_OR_ONE_OF (platform_rule, video_codecs, video_codecs, foreign_codecs),
  ID_OF (platform_rule, audio_codecs, audio_codecs, FALSE),
  ID_OF (platform_settings, container, containers, TRUE),
  ID_OF (platform_settings, video_codec, video_codecs, TRUE),
  ID_OF (platform_settings, audio_codec, audio_codecs, TRUE),
  ID_OF (platform_settings, quality, levels, TRUE),
  ONE_OF (platform_settings, speed, speed_nicks, FALSE),
  ID_OF (platform_settings, resolution, resolutions, FALSE),
  ONE_OF (platform_settings, fit, sendoff_fit_nicks, FALSE),
  ONE_OF (platform_settings, color, color_nicks, FALSE),
  ONE_OF (platform_settings, optimize_for, purpose_nicks, FALSE),
  TEXT (preset, name),
  ID_OF (preset, target_quality, levels, TRUE),
  ID_OF (preset, video_codec, video_codecs, FALSE),
  ID_OF (preset, audio_codec, audio_codecs, FALSE),
  ID_OF (preset, container, containers, FALSE),
  ID_OF (preset, resolution_limit, resolutions, FALSE),
  ONE_OF (preset, encoding_speed, speed_nicks, FALSE),
  ONE_OF (preset, file_size_priority, priority_nicks, FALSE),
};

/* Where a check stands, for sentences that say where the mistake is. */
typedef struct {
  const Contents *contents;
  GHashTable *files; /* (nullable): entry → name of the file it came from; entries of the user have none */
  gpointer entry;
  GError **error;
} Check;

static void
contents_free (Contents *contents)
{
  sendoff_doc_free (&contents_type, contents);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Contents, contents_free)

static const char *
entry_id (gconstpointer entry)
{
  return *(char *const *)entry;
}

static gpointer
find_entry (GPtrArray *list, const char *id)
{
  for (guint i = 0; id != NULL && i < list->len; i++)
    if (g_strcmp0 (entry_id (g_ptr_array_index (list, i)), id) == 0)
      return g_ptr_array_index (list, i);
  return NULL;
}

static GPtrArray *
get_list (const Contents *contents, gssize offset)
{
  return G_STRUCT_MEMBER (GPtrArray *, contents, offset);
}

static gboolean fail (const Check *check, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (const Check *check, const char *format, ...)
{
  const char *file = check->files != NULL ? g_hash_table_lookup (check->files, check->entry) : NULL;
  const char *id = entry_id (check->entry);
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (check->error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("In %s, the entry “%s” %s."),
               file != NULL ? file : _ ("your own data"), id != NULL ? id : _ ("without an id"), what);
  return FALSE;
}

static gboolean
check_text (const Check *check, const TextRule *rule, const char *text)
{
  if (text == NULL || *text == '\0')
    return fail (check, _ ("has an empty “%s”"), rule->member);
  if (rule->list >= 0 && find_entry (get_list (check->contents, rule->list), text) != NULL)
    return TRUE;
  if (rule->list >= 0 && (rule->names == NULL || !g_strv_contains (rule->names, text)))
    return fail (check, _ ("names “%s” as “%s”, which does not exist"), text, rule->member);
  if (rule->names != NULL && !g_strv_contains (rule->names, text))
    return fail (check, _ ("names “%s” as “%s”, which is not one of its values"), text, rule->member);
  return TRUE;
}

static gboolean
check_text_member (const Check *check, const SendoffDocType *type, const SendoffField *field, gconstpointer doc)
{
  for (guint i = 0; i < G_N_ELEMENTS (text_rules); i++)
    {
      const TextRule *rule = &text_rules[i];

      if (rule->type != type || !g_str_equal (rule->member, field->name))
        continue;
      if (field->kind == SENDOFF_FIELD_STRV)
        {
          char **texts = G_STRUCT_MEMBER (char **, doc, field->offset);

          if (rule->required && (texts == NULL || texts[0] == NULL))
            return fail (check, _ ("has no “%s”"), rule->member);
          for (guint j = 0; texts != NULL && texts[j] != NULL; j++)
            if (!check_text (check, rule, texts[j]))
              return FALSE;
        }
      else if (rule->required || G_STRUCT_MEMBER (char *, doc, field->offset) != NULL)
        return check_text (check, rule, G_STRUCT_MEMBER (char *, doc, field->offset));
    }
  return TRUE;
}

/* Every text of @doc and of the documents inside it. */
static gboolean
check_doc (const Check *check, const SendoffDocType *type, gconstpointer doc)
{
  for (const SendoffField *field = type->fields; field->name != NULL; field++)
    {
      if (field->kind == SENDOFF_FIELD_DOC && G_STRUCT_MEMBER (gpointer, doc, field->offset) != NULL)
        {
          if (!check_doc (check, field->type, G_STRUCT_MEMBER (gpointer, doc, field->offset)))
            return FALSE;
        }
      else if (field->kind == SENDOFF_FIELD_DOC_ARRAY)
        {
          GPtrArray *docs = G_STRUCT_MEMBER (GPtrArray *, doc, field->offset);

          for (guint i = 0; i < docs->len; i++)
            if (!check_doc (check, field->type, g_ptr_array_index (docs, i)))
              return FALSE;
        }
      else if (!check_text_member (check, type, field, doc))
        return FALSE;
    }
  return TRUE;
}

static gboolean
id_is_well_formed (const char *id)
{
  if (id == NULL || *id == '\0')
    return FALSE;
  for (const char *p = id; *p != '\0'; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '-' && *p != '_')
      return FALSE;
  return TRUE;
}

/* Ids name files, rows and words of a command line, so they are plain and belong to one entry. */
static gboolean
claim_id (const Check *check, GHashTable *taken, const char *id)
{
  if (!id_is_well_formed (id))
    return fail (check, _ ("has an id or alias that is not made of lower-case letters, digits, “-” and “_”"));
  if (!g_hash_table_add (taken, (gpointer)id))
    return fail (check, _ ("uses “%s”, which is taken"), id);
  return TRUE;
}

static gboolean
is_date (const char *text)
{
  guint year, month, day;
  char end;

  return sscanf (text, "%4u-%2u-%2u%c", &year, &month, &day, &end) == 3 && strlen (text) == 10
         && g_date_valid_dmy ((GDateDay)day, (GDateMonth)month, (GDateYear)year);
}

/* Dates are compared and shown; limits that nothing can keep are mistakes. */
static gboolean
check_rule (const Check *check, const SendoffPlatformRule *rule)
{
  const struct {
    const char *what;
    double least, most;
  } limits[] = {
    { "width", rule->min_width, rule->max_width },
    { "height", rule->min_height, rule->max_height },
    { "aspect", rule->min_aspect, rule->max_aspect },
    { "frame_rate", rule->min_frame_rate, rule->max_frame_rate },
    { "duration_seconds", rule->min_duration_seconds, rule->max_duration_seconds },
    { "sample_rate", rule->min_sample_rate, rule->max_sample_rate },
    { "size_bytes", 0, (double)rule->max_size_bytes },
    { "video_bitrate_bps", 0, (double)rule->max_video_bitrate_bps },
    { "audio_bitrate_bps", 0, (double)rule->max_audio_bitrate_bps },
    { "gop_seconds", 0, rule->max_gop_seconds },
    { "frames", 0, (double)rule->max_frames },
  };

  if (!is_date (rule->as_of))
    return fail (check, _ ("has a rule whose “as_of” is not a date such as 2026-11-22 but “%s”"), rule->as_of);
  for (guint i = 0; i < G_N_ELEMENTS (limits); i++)
    if (limits[i].least < 0 || limits[i].most < 0 || (limits[i].most > 0 && limits[i].least > limits[i].most))
      return fail (check, _ ("has a rule with a %s that nothing can have"), limits[i].what);
  return TRUE;
}

static gboolean
check_platform (const Check *check, GHashTable *taken, const SendoffPlatform *platform)
{
  for (guint i = 0; platform->aliases != NULL && platform->aliases[i] != NULL; i++)
    if (!claim_id (check, taken, platform->aliases[i]))
      return FALSE;
  if (platform->recommended == NULL)
    return fail (check, _ ("has no “recommended” settings"));
  if (platform->rules->len == 0)
    return fail (check, _ ("has no “rules”"));
  for (guint i = 0; i < platform->rules->len; i++)
    if (!check_rule (check, g_ptr_array_index (platform->rules, i)))
      return FALSE;
  return TRUE;
}

static gboolean
check_list (Check *check, const SendoffField *field)
{
  GPtrArray *list = get_list (check->contents, (gssize)field->offset);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  /* A request's quality is a level or a preset, so the two share their names. */
  for (guint i = 0; field->type == &sendoff_preset_doc_type && i < check->contents->levels->len; i++)
    g_hash_table_add (taken, (gpointer)entry_id (g_ptr_array_index (check->contents->levels, i)));
  for (guint i = 0; i < list->len; i++)
    {
      check->entry = g_ptr_array_index (list, i);
      if (!claim_id (check, taken, entry_id (check->entry)) || !check_doc (check, field->type, check->entry))
        return FALSE;
    }
  for (guint i = 0; field->type == &sendoff_platform_doc_type && i < list->len; i++)
    {
      check->entry = g_ptr_array_index (list, i);
      if (!check_platform (check, taken, check->entry))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_contents (const Contents *contents, GHashTable *files, GError **error)
{
  Check check = { contents, files, NULL, error };

  for (const SendoffField *field = contents_fields; field->name != NULL; field++)
    if (field->type != &sendoff_bitrate_factor_doc_type && !check_list (&check, field))
      return FALSE;
  return TRUE;
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
catalog_new (Contents *contents, GHashTable *files, GError **error)
{
  g_autoptr (Contents) owned = contents;
  SendoffCatalog *self;

  if (!check_contents (owned, files, error))
    return NULL;
  g_ptr_array_sort (owned->platforms, compare_platforms);
  g_ptr_array_sort (owned->bitrate_factors, compare_factors);
  self = g_object_new (SENDOFF_TYPE_CATALOG, NULL);
  self->contents = g_steal_pointer (&owned);
  return self;
}

/* A platform's file is that platform itself, so that it can be handed on alone; the others hold lists. */
static Contents *
read_contents (const char *file, JsonNode *node, GError **error)
{
  g_autoptr (Contents) contents = NULL;
  SendoffPlatform *platform;

  if (!g_str_has_prefix (file, "platforms/"))
    return sendoff_doc_from_json (&contents_type, node, error);
  platform = sendoff_platform_from_json (node, error);
  if (platform == NULL)
    return NULL;
  contents = sendoff_doc_new (&contents_type);
  g_ptr_array_add (contents->platforms, platform);
  return g_steal_pointer (&contents);
}

static gboolean
load_file (Contents *into, GHashTable *files, const char *file, GError **error)
{
  g_autofree char *path = g_strconcat (RESOURCE_PREFIX, file, NULL);
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (Contents) contents = NULL;

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
      g_ptr_array_extend_and_steal (get_list (into, (gssize)field->offset), g_steal_pointer (list));
    }
  return TRUE;
}

static gboolean
load_folder (Contents *into, GHashTable *files, const char *folder, GError **error)
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
  g_autoptr (Contents) contents = sendoff_doc_new (&contents_type);
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
  Contents *contents;

  g_return_val_if_fail (SENDOFF_IS_CATALOG (base), NULL);
  contents = sendoff_doc_copy (&contents_type, base->contents);
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
  Contents *contents;

  g_return_val_if_fail (SENDOFF_IS_CATALOG (base), NULL);
  contents = sendoff_doc_copy (&contents_type, base->contents);
  for (guint i = 0; i < platforms->len; i++)
    {
      SendoffPlatform *platform = sendoff_platform_copy (g_ptr_array_index (platforms, i));
      SendoffPlatform *old = find_entry (contents->platforms, platform->platform_id);

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
  return find_entry (self->contents->video_codecs, id);
}

/** sendoff_catalog_get_audio_codec: (transfer none) (nullable): by codec_id; @id may be %NULL. */
const SendoffAudioCodec *
sendoff_catalog_get_audio_codec (SendoffCatalog *self, const char *id)
{
  return find_entry (self->contents->audio_codecs, id);
}

/** sendoff_catalog_get_container: (transfer none) (nullable): by format_id; @id may be %NULL. */
const SendoffContainer *
sendoff_catalog_get_container (SendoffCatalog *self, const char *id)
{
  return find_entry (self->contents->containers, id);
}

/** sendoff_catalog_get_level: (transfer none) (nullable): by level_id; @id may be %NULL. */
const SendoffQualityLevel *
sendoff_catalog_get_level (SendoffCatalog *self, const char *id)
{
  return find_entry (self->contents->levels, id);
}

/** sendoff_catalog_get_resolution: (transfer none) (nullable): by preset_id; @id may be %NULL. */
const SendoffResolution *
sendoff_catalog_get_resolution (SendoffCatalog *self, const char *id)
{
  return find_entry (self->contents->resolutions, id);
}

/** sendoff_catalog_get_size_strategy: (transfer none) (nullable): by strategy_id; @id may be %NULL. */
const SendoffSizeStrategy *
sendoff_catalog_get_size_strategy (SendoffCatalog *self, const char *id)
{
  return find_entry (self->contents->size_strategies, id);
}

/** sendoff_catalog_get_platform: (transfer none) (nullable): by platform_id or alias; may be %NULL. */
const SendoffPlatform *
sendoff_catalog_get_platform (SendoffCatalog *self, const char *id_or_alias)
{
  GPtrArray *platforms = self->contents->platforms;
  const SendoffPlatform *found = find_entry (platforms, id_or_alias);

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
  return find_entry (self->contents->presets, id);
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
