/* Every id that one entry of the catalog uses for another is checked, so that users of the catalog need not. */
#include "model/sendoff-catalog-private.h"

#include <stdio.h>
#include <string.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "model/sendoff-plan.h"

static const char *const speed_nicks[] = { "ultrafast", "fast", "medium", "slow", "veryslow", NULL };
static const char *const priority_nicks[] = { "quality", "balanced", "size", NULL };
static const char *const hdr_nicks[] = { "kept", "request", NULL };
static const char *const color_nicks[] = { "bt709", NULL };
static const char *const purpose_nicks[] = { "streaming", "download", "archive", NULL };

/* What a text member must hold: the id of an entry of a list or one of some names, or just something. */
typedef struct {
  const SendoffDocType *type;
  const char *member;
  gssize list; /* offset in SendoffCatalogContents, -1 none */
  const char *const *names; /* (nullable) */
  gboolean required;
} TextRule;

/* What platforms take and Sendoff does not make; files of others are checked for it. */
static const char *const foreign_containers[] = { "3gp", NULL };
static const char *const foreign_codecs[] = { "vp8", NULL };

#define ID_OF(type, member, list, required)                                                                    \
  { &sendoff_##type##_doc_type, #member, G_STRUCT_OFFSET (SendoffCatalogContents, list), NULL, required }
#define ONE_OF(type, member, names, required) { &sendoff_##type##_doc_type, #member, -1, names, required }
#define ID_OR_ONE_OF(type, member, list, names)                                                                \
  { &sendoff_##type##_doc_type, #member, G_STRUCT_OFFSET (SendoffCatalogContents, list), names, FALSE }
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
  const SendoffCatalogContents *contents;
  GHashTable *files; /* (nullable): entry → name of the file it came from; entries of the user have none */
  gpointer entry;
  GError **error;
} Check;

static gboolean fail (const Check *check, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (const Check *check, const char *format, ...)
{
  const char *file = check->files != NULL ? g_hash_table_lookup (check->files, check->entry) : NULL;
  const char *id = sendoff_catalog_get_entry_id (check->entry);
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  if (file != NULL)
    g_set_error (check->error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("In %s, the entry “%s” %s."), file,
                 id != NULL ? id : _ ("without an id"), what);
  else
    g_set_error (check->error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("“%s” %s."),
                 id != NULL ? id : _ ("without an id"), what);
  return FALSE;
}

static gboolean
check_text (const Check *check, const TextRule *rule, const char *text)
{
  if (text == NULL || *text == '\0')
    return fail (check, _ ("has an empty “%s”"), rule->member);
  if (rule->list >= 0 && sendoff_catalog_find_entry (sendoff_catalog_get_list (check->contents, rule->list), text) != NULL)
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
  GPtrArray *list = sendoff_catalog_get_list (check->contents, (gssize)field->offset);
  g_autoptr (GHashTable) taken = g_hash_table_new (g_str_hash, g_str_equal);

  /* A request's quality is a level or a preset, so the two share their names. */
  for (guint i = 0; field->type == &sendoff_preset_doc_type && i < check->contents->levels->len; i++)
    g_hash_table_add (taken, (gpointer)sendoff_catalog_get_entry_id (g_ptr_array_index (check->contents->levels, i)));
  for (guint i = 0; i < list->len; i++)
    {
      check->entry = g_ptr_array_index (list, i);
      if (!claim_id (check, taken, sendoff_catalog_get_entry_id (check->entry)) || !check_doc (check, field->type, check->entry))
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

/* Whether ids, texts and dates of all lists are sound; otherwise %SENDOFF_ERROR_BAD_DATA, which names the file of
 * @files (nullable: entry → file) where the mistake is. */
gboolean
sendoff_catalog_check_contents (const SendoffCatalogContents *contents, GHashTable *files, GError **error)
{
  Check check = { contents, files, NULL, error };

  for (const SendoffField *field = sendoff_catalog_contents_type.fields; field->name != NULL; field++)
    if (field->type != &sendoff_bitrate_factor_doc_type && !check_list (&check, field))
      return FALSE;
  return TRUE;
}
