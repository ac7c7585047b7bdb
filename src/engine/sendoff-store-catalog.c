#include "engine/sendoff-store-catalog.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-store-jobs.h"

#define BYTES_PER_MB 1e6

/* Rows that are the same are not written: a start that changes nothing writes nothing. What the user switched off
 * (is_enabled) stays off. */
static const SendoffSqlColumn codec_columns[] = {
  { SENDOFF_SQL_KEY, "codec_id", NULL },         { SENDOFF_SQL_VALUE, "codec_type", NULL },
  { SENDOFF_SQL_VALUE, "name", NULL },           { SENDOFF_SQL_VALUE, "encoder", NULL },
  { SENDOFF_SQL_VALUE, "container", NULL },      { SENDOFF_SQL_VALUE, "file_extension", NULL },
  { SENDOFF_SQL_VALUE, "compatibility", NULL },  { SENDOFF_SQL_VALUE, "quality_range", NULL },
  { SENDOFF_SQL_VALUE, "default_params", NULL }, { SENDOFF_SQL_END, NULL, NULL },
};

static const SendoffSqlColumn platform_columns[] = {
  { SENDOFF_SQL_KEY, "platform_id", NULL },
  { SENDOFF_SQL_VALUE, "name", NULL },
  { SENDOFF_SQL_VALUE, "video_codec", NULL },
  { SENDOFF_SQL_VALUE, "audio_codec", NULL },
  { SENDOFF_SQL_VALUE, "max_resolution", NULL },
  { SENDOFF_SQL_VALUE, "max_file_size_mb", "NULLIF (:max_file_size_mb, 0)" },
  { SENDOFF_SQL_VALUE, "max_duration_seconds", "NULLIF (:max_duration_seconds, 0)" },
  { SENDOFF_SQL_VALUE, "recommended_settings", "COALESCE (:recommended_settings, '{}')" },
  { SENDOFF_SQL_VALUE, "compatibility_notes", NULL },
  { SENDOFF_SQL_END, NULL, NULL },
};

static const SendoffSqlColumn preset_columns[] = {
  { SENDOFF_SQL_KEY, "preset_id", NULL },
  { SENDOFF_SQL_FIXED, "user_id", NULL },
  { SENDOFF_SQL_VALUE, "name", NULL },
  { SENDOFF_SQL_VALUE, "description", NULL },
  { SENDOFF_SQL_VALUE, "target_quality", NULL },
  { SENDOFF_SQL_VALUE, "video_codec", NULL },
  { SENDOFF_SQL_VALUE, "audio_codec", NULL },
  { SENDOFF_SQL_VALUE, "container", NULL },
  { SENDOFF_SQL_VALUE, "video_bitrate",
    "json_object ('min', :video_bitrate_min_bps, 'target', :video_bitrate_target_bps,"
    " 'max', :video_bitrate_max_bps)" },
  { SENDOFF_SQL_VALUE, "audio_bitrate", ":audio_bitrate_bps / 1000.0" },
  { SENDOFF_SQL_VALUE, "resolution_limit",
    "CASE WHEN :resolution_limit <> '' THEN json_quote (:resolution_limit) END" },
  { SENDOFF_SQL_VALUE, "encoding_speed", NULL },
  { SENDOFF_SQL_VALUE, "file_size_priority", NULL },
  { SENDOFF_SQL_VALUE, "custom_settings", NULL },
  { SENDOFF_SQL_FIXED, "is_system", NULL },
  { SENDOFF_SQL_FIXED, "created_at", ":now" },
  { SENDOFF_SQL_TOUCH, "updated_at", ":now" },
  { SENDOFF_SQL_END, NULL, NULL },
};

static gboolean
platform_accepts (const SendoffPlatform *platform, const char *codec_id, gboolean video)
{
  const SendoffPlatformSettings *recommended = platform->recommended;

  for (guint i = 0; i < platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (platform->rules, i);
      char **codecs = video ? rule->video_codecs : rule->audio_codecs;

      if (codecs != NULL && !rule->advisory)
        return g_strv_contains ((const char *const *)codecs, codec_id);
    }
  return recommended != NULL
         && g_strcmp0 (video ? recommended->video_codec : recommended->audio_codec, codec_id) == 0;
}

static JsonNode *
list_platforms_accepting (SendoffCatalog *catalog, const char *codec_id, gboolean video)
{
  GPtrArray *platforms = sendoff_catalog_get_platforms (catalog);
  g_autoptr (JsonArray) ids = json_array_new ();

  for (guint i = 0; i < platforms->len; i++)
    {
      const SendoffPlatform *platform = g_ptr_array_index (platforms, i);

      if (platform_accepts (platform, codec_id, video))
        json_array_add_string_element (ids, platform->platform_id);
    }
  return json_node_init_array (json_node_alloc (), ids);
}

static JsonNode *
range_to_json (double min, double max)
{
  g_autoptr (JsonObject) object = NULL;

  if (min == 0 && max == 0)
    return NULL;
  object = json_object_new ();
  json_object_set_double_member (object, "min", min);
  json_object_set_double_member (object, "max", max);
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
tags_to_json (GPtrArray *tags)
{
  g_autoptr (JsonObject) object = json_object_new ();

  for (guint i = 0; tags != NULL && i < tags->len; i++)
    {
      const SendoffCatalogTag *tag = g_ptr_array_index (tags, i);

      json_object_set_string_member (object, tag->key, tag->value);
    }
  return json_node_init_object (json_node_alloc (), object);
}

/* What video and audio codecs have in common in the table. */
static void
bind_codec (
    sqlite3_stmt *statement, SendoffCatalog *catalog, const char *codec_id, char **containers, gboolean video)
{
  const char *container = containers != NULL && containers[0] != NULL ? containers[0] : "";
  const SendoffContainer *format = sendoff_catalog_get_container (catalog, container);
  g_autoptr (JsonNode) platforms = list_platforms_accepting (catalog, codec_id, video);

  sendoff_sql_bind_text (statement, ":codec_type", video ? "video" : "audio");
  sendoff_sql_bind_text (statement, ":container", container);
  sendoff_sql_bind_text (statement, ":file_extension", format != NULL ? format->extension : "");
  sendoff_sql_bind_json (statement, ":compatibility", platforms);
}

static gboolean
mirror_video_codecs (sqlite3 *db, SendoffCatalog *catalog, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare_upsert (db, "codec_configurations", codec_columns, NULL, error);
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (catalog);

  for (guint i = 0; statement != NULL && i < codecs->len; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);
      g_autoptr (JsonNode) range = range_to_json (codec->quality_min, codec->quality_max);
      g_autoptr (JsonNode) params = tags_to_json (codec->default_params);

      bind_codec (statement, catalog, codec->codec_id, codec->containers, TRUE);
      sendoff_sql_bind_text (statement, ":codec_id", codec->codec_id);
      sendoff_sql_bind_text (statement, ":name", codec->name);
      sendoff_sql_bind_text (statement, ":encoder", codec->encoder);
      if (codec->file_extension != NULL)
        sendoff_sql_bind_text (statement, ":file_extension", codec->file_extension);
      sendoff_sql_bind_json (statement, ":quality_range", range);
      sendoff_sql_bind_json (statement, ":default_params", params);
      if (!sendoff_sql_run (statement, error))
        return FALSE;
    }
  return statement != NULL;
}

static gboolean
mirror_audio_codecs (sqlite3 *db, SendoffCatalog *catalog, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare_upsert (db, "codec_configurations", codec_columns, NULL, error);
  GPtrArray *codecs = sendoff_catalog_get_audio_codecs (catalog);

  for (guint i = 0; statement != NULL && i < codecs->len; i++)
    {
      const SendoffAudioCodec *codec = g_ptr_array_index (codecs, i);
      g_autoptr (JsonNode) range = range_to_json (codec->bitrate_min_bps, codec->bitrate_max_bps);

      bind_codec (statement, catalog, codec->codec_id, codec->containers, FALSE);
      sendoff_sql_bind_text (statement, ":codec_id", codec->codec_id);
      sendoff_sql_bind_text (statement, ":name", codec->name);
      sendoff_sql_bind_text (statement, ":encoder", codec->encoder);
      sendoff_sql_bind_json (statement, ":quality_range", range);
      sendoff_sql_bind_text (statement, ":default_params", "{}");
      if (!sendoff_sql_run (statement, error))
        return FALSE;
    }
  return statement != NULL;
}

/* Keeps the smallest limit that is set. */
static void
lower (double *limit, double value)
{
  if (value > 0 && (*limit == 0 || value < *limit))
    *limit = value;
}

static void
bind_limits (sqlite3_stmt *statement, const SendoffPlatform *platform)
{
  double width = 0, height = 0, size_bytes = 0, duration_seconds = 0;
  g_autoptr (JsonNode) resolution = NULL;

  for (guint i = 0; i < platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (platform->rules, i);

      if (rule->advisory)
        continue;
      lower (&width, rule->max_width);
      lower (&height, rule->max_height);
      lower (&size_bytes, (double)rule->max_size_bytes);
      lower (&duration_seconds, rule->max_duration_seconds);
    }
  if (width > 0 || height > 0)
    {
      g_autoptr (JsonObject) object = json_object_new ();

      json_object_set_int_member (object, "width", (gint64)width);
      json_object_set_int_member (object, "height", (gint64)height);
      resolution = json_node_init_object (json_node_alloc (), object);
    }
  sendoff_sql_bind_json (statement, ":max_resolution", resolution);
  sendoff_sql_bind_double (statement, ":max_file_size_mb", size_bytes / BYTES_PER_MB);
  sendoff_sql_bind_double (statement, ":max_duration_seconds", duration_seconds);
}

static gboolean
mirror_platforms (sqlite3 *db, SendoffCatalog *catalog, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare_upsert (db, "platform_presets", platform_columns, NULL, error);
  GPtrArray *platforms = sendoff_catalog_get_platforms (catalog);

  for (guint i = 0; statement != NULL && i < platforms->len; i++)
    {
      const SendoffPlatform *platform = g_ptr_array_index (platforms, i);
      const SendoffPlatformSettings *recommended = platform->recommended;
      g_autoptr (JsonNode) settings
          = recommended != NULL ? sendoff_platform_settings_to_json (recommended) : NULL;

      sendoff_sql_bind_text (statement, ":platform_id", platform->platform_id);
      sendoff_sql_bind_text (statement, ":name", platform->name);
      sendoff_sql_bind_text (statement, ":video_codec",
                             recommended != NULL ? recommended->video_codec : NULL);
      sendoff_sql_bind_text (statement, ":audio_codec",
                             recommended != NULL ? recommended->audio_codec : NULL);
      sendoff_sql_bind_json (statement, ":recommended_settings", settings);
      sendoff_sql_bind_text (statement, ":compatibility_notes", platform->compatibility_notes);
      bind_limits (statement, platform);
      if (!sendoff_sql_run (statement, error))
        return FALSE;
    }
  return statement != NULL;
}

static gboolean
save_preset_row (sqlite3 *db, const SendoffPreset *preset, gboolean is_system, GError **error)
{
  /* A user's preset is never replaced by one of ours that gets the same id later. */
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare_upsert (
      db, "export_presets", preset_columns, "export_presets.is_system = excluded.is_system", error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_doc (statement, &sendoff_preset_doc_type, preset);
  sendoff_sql_bind_text (statement, ":user_id", is_system ? NULL : SENDOFF_USER_DESKTOP);
  sendoff_sql_bind_int (statement, ":is_system", is_system);
  sendoff_sql_bind_int (statement, ":now", g_get_real_time ());
  return sendoff_sql_run (statement, error);
}

static gboolean
mirror_presets (sqlite3 *db, SendoffCatalog *catalog, GError **error)
{
  GPtrArray *presets = sendoff_catalog_get_presets (catalog);

  for (guint i = 0; i < presets->len; i++)
    {
      const SendoffPreset *preset = g_ptr_array_index (presets, i);

      if (preset->is_system && !save_preset_row (db, preset, TRUE, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
knows_codec (SendoffCatalog *catalog, const char *id)
{
  return sendoff_catalog_get_video_codec (catalog, id) != NULL
         || sendoff_catalog_get_audio_codec (catalog, id) != NULL;
}

static gboolean
knows_platform (SendoffCatalog *catalog, const char *id)
{
  return sendoff_catalog_get_platform (catalog, id) != NULL;
}

static gboolean
knows_preset (SendoffCatalog *catalog, const char *id)
{
  return sendoff_catalog_get_preset (catalog, id) != NULL;
}

/* Rows that an older or newer catalog left behind. */
static gboolean
remove_unknown (sqlite3 *db,
                SendoffCatalog *catalog,
                const char *list_ids,
                const char *remove_row,
                gboolean (*knows) (SendoffCatalog *catalog, const char *id),
                GError **error)
{
  g_autoptr (sqlite3_stmt) list = sendoff_sql_prepare (db, list_ids, error);
  g_autoptr (sqlite3_stmt) remove = sendoff_sql_prepare (db, remove_row, error);
  g_autoptr (GPtrArray) unknown = g_ptr_array_new_with_free_func (g_free);
  gboolean has_row = TRUE;

  if (list == NULL || remove == NULL)
    return FALSE;
  while (has_row)
    {
      if (!sendoff_sql_next_row (list, &has_row, error))
        return FALSE;
      if (has_row && !knows (catalog, (const char *)sqlite3_column_text (list, 0)))
        g_ptr_array_add (unknown, g_strdup ((const char *)sqlite3_column_text (list, 0)));
    }
  for (guint i = 0; i < unknown->len; i++)
    {
      sendoff_sql_bind_text (remove, ":id", g_ptr_array_index (unknown, i));
      if (!sendoff_sql_run (remove, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
mirror_all (sqlite3 *db, SendoffCatalog *catalog, GError **error)
{
  return remove_unknown (db, catalog, "SELECT codec_id FROM codec_configurations",
                         "DELETE FROM codec_configurations WHERE codec_id = :id", knows_codec, error)
         && remove_unknown (db, catalog, "SELECT platform_id FROM platform_presets",
                            "DELETE FROM platform_presets WHERE platform_id = :id", knows_platform, error)
         && remove_unknown (db, catalog, "SELECT preset_id FROM export_presets WHERE is_system",
                            "DELETE FROM export_presets WHERE preset_id = :id", knows_preset, error)
         && mirror_video_codecs (db, catalog, error) && mirror_audio_codecs (db, catalog, error)
         && mirror_platforms (db, catalog, error) && mirror_presets (db, catalog, error);
}

/** sendoff_store_catalog_mirror: makes the catalog's tables what @catalog is, in one transaction. */
gboolean
sendoff_store_catalog_mirror (sqlite3 *db, SendoffCatalog *catalog, GError **error)
{
  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  return sendoff_sql_end_transaction (db, mirror_all (db, catalog, error), error);
}

/** sendoff_store_presets_list: (transfer full) (element-type SendoffPreset): the users' own, by name. */
GPtrArray *
sendoff_store_presets_list (sqlite3 *db, GError **error)
{
  g_autoptr (GPtrArray) presets = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_preset_free);
  g_autoptr (sqlite3_stmt) statement = sendoff_sql_prepare (
      db,
      "SELECT preset_id, name, description, is_system, target_quality, video_codec, audio_codec, container,"
      " json_extract (video_bitrate, '$.min') AS video_bitrate_min_bps,"
      " json_extract (video_bitrate, '$.target') AS video_bitrate_target_bps,"
      " json_extract (video_bitrate, '$.max') AS video_bitrate_max_bps,"
      " CAST (ROUND (audio_bitrate * 1000) AS INTEGER) AS audio_bitrate_bps,"
      " json_extract (resolution_limit, '$') AS resolution_limit, encoding_speed, file_size_priority, "
      "custom_settings"
      " FROM export_presets WHERE NOT is_system ORDER BY name, preset_id",
      error);
  gboolean has_row;

  if (statement == NULL)
    return NULL;
  while (sendoff_sql_next_row (statement, &has_row, error))
    {
      SendoffPreset *preset;

      if (!has_row)
        return g_steal_pointer (&presets);
      preset = sendoff_sql_read_doc (statement, &sendoff_preset_doc_type, error);
      if (preset == NULL)
        return NULL;
      g_ptr_array_add (presets, preset);
    }
  return NULL;
}

/* Whether there is a preset with this id, and whose. */
static gboolean
look_up_preset (sqlite3 *db, const char *preset_id, gboolean *exists, gboolean *is_system, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare (db, "SELECT is_system FROM export_presets WHERE preset_id = :id", error);

  if (statement == NULL)
    return FALSE;
  sendoff_sql_bind_text (statement, ":id", preset_id);
  if (!sendoff_sql_next_row (statement, exists, error))
    return FALSE;
  *is_system = *exists && sqlite3_column_int (statement, 0) != 0;
  return TRUE;
}

static void
set_system_preset_error (GError **error, const char *preset_id)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS,
               _ ("“%s” is one of Sendoff's own presets and stays as it is; make a copy with another name."),
               preset_id);
}

static gboolean
save_own_preset (sqlite3 *db, const SendoffPreset *preset, GError **error)
{
  g_autoptr (sqlite3_stmt) user = NULL;
  gboolean exists, is_system;

  if (!look_up_preset (db, preset->preset_id, &exists, &is_system, error))
    return FALSE;
  if (is_system)
    {
      set_system_preset_error (error, preset->preset_id);
      return FALSE;
    }
  user = sendoff_sql_prepare (db,
                              "INSERT INTO users (user_id, name, created_at) VALUES (:user_id, :user_id, "
                              ":now) ON CONFLICT DO NOTHING",
                              error);
  if (user == NULL)
    return FALSE;
  sendoff_sql_bind_text (user, ":user_id", SENDOFF_USER_DESKTOP);
  sendoff_sql_bind_int (user, ":now", g_get_real_time ());
  return sendoff_sql_run (user, error) && save_preset_row (db, preset, FALSE, error);
}

/** sendoff_store_presets_save: inserts or replaces a user's preset; %SENDOFF_ERROR_EXISTS for the id of a system
 * preset, %SENDOFF_ERROR_INVALID_REQUEST without id, name or quality level. */
gboolean
sendoff_store_presets_save (sqlite3 *db, const SendoffPreset *preset, GError **error)
{
  if (preset->preset_id == NULL || preset->name == NULL || preset->target_quality == NULL)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
                           _ ("A preset needs an id, a name and a quality level."));
      return FALSE;
    }
  if (!sendoff_sql_execute (db, "BEGIN IMMEDIATE", error))
    return FALSE;
  return sendoff_sql_end_transaction (db, save_own_preset (db, preset, error), error);
}

/** sendoff_store_presets_delete: %SENDOFF_ERROR_NOT_FOUND when there is none, %SENDOFF_ERROR_EXISTS for a system one. */
gboolean
sendoff_store_presets_delete (sqlite3 *db, const char *preset_id, GError **error)
{
  g_autoptr (sqlite3_stmt) statement
      = sendoff_sql_prepare (db, "DELETE FROM export_presets WHERE preset_id = :id AND NOT is_system", error);
  gboolean exists, is_system;

  if (statement == NULL || !look_up_preset (db, preset_id, &exists, &is_system, error))
    return FALSE;
  if (is_system)
    set_system_preset_error (error, preset_id);
  else if (!exists)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, _ ("There is no preset “%s”."), preset_id);
  if (is_system || !exists)
    return FALSE;
  sendoff_sql_bind_text (statement, ":id", preset_id);
  return sendoff_sql_run (statement, error);
}
