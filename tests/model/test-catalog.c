#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/sendoff-error.h"
#include "model/sendoff-catalog.h"

#define MB  G_GINT64_CONSTANT (1000000)
#define GB  G_GINT64_CONSTANT (1000000000)
#define MIB G_GINT64_CONSTANT (1048576)

static const char *const level_ids[] = { "draft", "low", "medium", "high", "ultra" };
static const char *const speed_ids[] = { "ultrafast", "fast", "medium", "slow", "veryslow" };

static SendoffCatalog *
load (void)
{
  g_autoptr (GError) error = NULL;
  SendoffCatalog *catalog = sendoff_catalog_new (&error);

  g_assert_no_error (error);
  g_assert_nonnull (catalog);
  return catalog;
}

static gboolean
contains (char **strv, const char *text)
{
  return strv != NULL && g_strv_contains ((const char *const *)strv, text);
}

static void
assert_list (char **strv, const char *expected)
{
  g_autofree char *joined = g_strjoinv (" ", strv);

  g_assert_cmpstr (joined, ==, expected);
}

/* The first member of @object that no field of @type reads: "" when every one is known. */
static char *
find_unknown_member (const SendoffDocType *type, JsonNode *node)
{
  g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));

  for (GList *l = members; l != NULL; l = l->next)
    {
      JsonNode *member = json_object_get_member (json_node_get_object (node), l->data);
      const SendoffField *field = type->fields;
      g_autofree char *inner = NULL;

      while (field->name != NULL && !g_str_equal (field->name, l->data))
        field++;
      if (field->name == NULL)
        return g_strdup (l->data);
      if (field->kind == SENDOFF_FIELD_DOC)
        inner = find_unknown_member (field->type, member);
      for (guint i = 0;
           field->kind == SENDOFF_FIELD_DOC_ARRAY && i < json_array_get_length (json_node_get_array (member));
           i++)
        {
          g_clear_pointer (&inner, g_free);
          inner = find_unknown_member (field->type, json_array_get_element (json_node_get_array (member), i));
          if (*inner != '\0')
            break;
        }
      if (inner != NULL && *inner != '\0')
        return g_strdup_printf ("%s.%s", (char *)l->data, inner);
    }
  return g_strdup ("");
}

static const struct
{
  const char *file;
  const char *list;
  const SendoffDocType *type;
} lists[] = {
  { "catalog/video-codecs.json", "video_codecs", &sendoff_video_codec_doc_type },
  { "catalog/audio-codecs.json", "audio_codecs", &sendoff_audio_codec_doc_type },
  { "catalog/containers.json", "containers", &sendoff_container_doc_type },
  { "catalog/levels.json", "levels", &sendoff_quality_level_doc_type },
  { "catalog/levels.json", "bitrate_factors", &sendoff_bitrate_factor_doc_type },
  { "catalog/resolutions.json", "resolutions", &sendoff_resolution_doc_type },
  { "presets/system.json", "presets", &sendoff_preset_doc_type },
};

static JsonNode *
read_data (const char *file)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "..", "data", file, NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  JsonNode *node;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  node = sendoff_json_parse (text, -1, &error);
  g_assert_no_error (error);
  return node;
}

static void
assert_known (const SendoffDocType *type, JsonNode *node, const char *file)
{
  g_autofree char *unknown = find_unknown_member (type, node);

  g_test_message ("%s", file);
  g_assert_cmpstr (unknown, ==, "");
}

static void
test_members_known (void)
{
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "..", "data", "platforms", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (SendoffCatalog) catalog = load ();
  const char *name;
  guint n_platforms = 0;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (JsonNode) node = read_data (lists[i].file);
      JsonObject *object = json_node_get_object (node);
      JsonArray *array = json_object_get_array_member (object, lists[i].list);

      g_assert_cmpuint (json_object_get_size (object), ==,
                        g_str_has_suffix (lists[i].file, "levels.json") ? 2 : 1);
      g_assert_cmpuint (json_array_get_length (array), >, 0);
      for (guint j = 0; j < json_array_get_length (array); j++)
        assert_known (lists[i].type, json_array_get_element (array, j), lists[i].file);
    }
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_strconcat ("platforms/", name, NULL);
      g_autofree char *id = g_strndup (name, strlen (name) - strlen (".json"));
      g_autoptr (JsonNode) node = read_data (file);

      assert_known (&sendoff_platform_doc_type, node, file);
      g_assert_nonnull (sendoff_catalog_get_platform (catalog, id));
      g_assert_cmpstr (sendoff_catalog_get_platform (catalog, id)->platform_id, ==, id);
      n_platforms++;
    }
  g_assert_cmpuint (sendoff_catalog_get_platforms (catalog)->len, ==, n_platforms);
}

static void
test_unknown_member_is_found (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = sendoff_json_parse (
      "{\"platform_id\":\"x\",\"rules\":[{\"source\":\"a\"},{\"sourc\":\"b\"}]}", -1, &error);
  g_autofree char *unknown = NULL;

  g_assert_no_error (error);
  unknown = find_unknown_member (&sendoff_platform_doc_type, node);
  g_assert_cmpstr (unknown, ==, "rules.sourc");
}

static void
test_video_codecs (void)
{
  static const struct
  {
    const char *id, *encoder, *containers, *probe_name;
    double crf[5];
  } expected[] = {
    { "h264", "libx264", "mp4 mov mkv", "h264", { 28, 26, 23, 20, 17 } },
    { "h265", "libx265", "mp4 mov mkv", "hevc", { 30, 28, 25, 22, 19 } },
    { "vp9", "libvpx-vp9", "webm mkv mp4", "vp9", { 40, 36, 32, 28, 24 } },
    { "av1", "libaom-av1", "mp4 webm mkv", "av1", { 46, 42, 36, 30, 24 } },
    { "prores", "prores_ks", "mov mkv", "prores", { 0 } },
    { "dnxhd", "dnxhd", "mov mkv", "dnxhd", { 0 } },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  g_assert_cmpuint (sendoff_catalog_get_video_codecs (catalog)->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (catalog, expected[i].id);

      g_assert_nonnull (codec);
      g_assert_cmpstr (codec->encoder, ==, expected[i].encoder);
      g_assert_cmpstr (codec->probe_name, ==, expected[i].probe_name);
      assert_list (codec->containers, expected[i].containers);
      g_assert_cmpfloat (codec->efficiency, >, 0);
      g_assert_cmpfloat (codec->efficiency, <=, 1);
      if (codec->quality_max <= 0)
        {
          g_assert_cmpuint (codec->crf->len, ==, 0);
          g_assert_cmpuint (codec->profiles->len, ==, 5);
          g_assert_false (codec->two_pass);
          continue;
        }
      g_assert_cmpuint (codec->crf->len, ==, 5);
      for (guint j = 0; j < 5; j++)
        {
          const SendoffLevelValue *value = g_ptr_array_index (codec->crf, j);

          g_assert_cmpstr (value->level, ==, level_ids[j]);
          g_assert_cmpfloat (value->value, ==, expected[i].crf[j]);
          g_assert_cmpfloat (value->value, >=, codec->quality_min);
          g_assert_cmpfloat (value->value, <=, codec->quality_max);
          g_assert_true (j == 0 || value->value < expected[i].crf[j - 1]);
        }
      g_assert_true (codec->quality_descending);
      g_assert_true (codec->two_pass);
      assert_list (codec->rate_controls, "crf cbr vbr abr");
      g_assert_cmpstr (codec->pixel_formats[0], ==, "yuv420p");
    }
  g_assert_cmpstr (sendoff_catalog_get_video_codec (catalog, "h265")->tag_isom, ==, "hvc1");
  assert_list (sendoff_catalog_get_video_codec (catalog, "av1")->fallback_encoders, "libsvtav1");
}

static const char *
find_option (GPtrArray *options, const char *key)
{
  for (guint i = 0; i < options->len; i++)
    {
      const SendoffCatalogTag *tag = g_ptr_array_index (options, i);

      if (g_str_equal (tag->key, key))
        return tag->value;
    }
  return NULL;
}

/* Every encoder with a speed control has the five speeds in order, and a slower one is another setting. */
static void
check_speeds (const SendoffVideoCodec *codec)
{
  guint n_encoders = 1 + (codec->fallback_encoders != NULL ? g_strv_length (codec->fallback_encoders) : 0);

  g_assert_cmpuint (codec->speeds->len, ==, 5 * n_encoders);
  for (guint i = 0; i < codec->speeds->len; i++)
    {
      const SendoffSpeed *speed = g_ptr_array_index (codec->speeds, i);
      const SendoffSpeed *previous = i % 5 != 0 ? g_ptr_array_index (codec->speeds, i - 1) : NULL;
      g_autofree char *text = sendoff_doc_to_text (&sendoff_speed_doc_type, speed);

      g_assert_cmpstr (speed->speed, ==, speed_ids[i % 5]);
      g_assert_cmpstr (speed->encoder, ==, i < 5 ? NULL : codec->fallback_encoders[i / 5 - 1]);
      g_assert_cmpuint (speed->options->len, >, 0);
      if (previous != NULL)
        {
          g_autoptr (SendoffSpeed) renamed = sendoff_speed_copy (previous);
          g_autofree char *other = NULL;

          g_free (renamed->speed);
          renamed->speed = g_strdup (speed->speed);
          other = sendoff_doc_to_text (&sendoff_speed_doc_type, renamed);
          g_assert_cmpstr (text, !=, other);
        }
    }
}

static void
test_speeds (void)
{
  g_autoptr (SendoffCatalog) catalog = load ();
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (catalog);

  for (guint i = 0; i < codecs->len; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);

      if (codec->quality_max > 0)
        check_speeds (codec);
      else
        g_assert_cmpuint (codec->speeds->len, ==, 0);
      if (g_str_equal (codec->codec_id, "h264") || g_str_equal (codec->codec_id, "h265"))
        {
          const SendoffSpeed *medium = g_ptr_array_index (codec->speeds, 2);

          g_assert_cmpstr (find_option (medium->options, "preset"), ==, "medium");
        }
    }
  g_assert_cmpstr (find_option (sendoff_catalog_get_video_codec (catalog, "vp9")->default_params, "row-mt"),
                   ==, "1");
}

static void
test_profiles (void)
{
  static const struct
  {
    const char *codec;
    const char *options[5];
  } expected[] = {
    { "prores", { "proxy", "lt", "standard", "hq", "hq" } },
    { "dnxhd", { "dnxhr_lb", "dnxhr_lb", "dnxhr_sq", "dnxhr_hq", "dnxhr_hqx" } },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (catalog, expected[i].codec);

      for (guint j = 0; j < 5; j++)
        {
          const SendoffLevelValue *value = g_ptr_array_index (codec->profiles, j);
          const SendoffCodecProfile *profile = sendoff_video_codec_get_profile (codec, value->text);

          g_assert_cmpstr (value->level, ==, level_ids[j]);
          g_assert_cmpstr (value->text, ==, expected[i].options[j]);
          g_assert_nonnull (profile);
          g_assert_cmpfloat (value->value, ==, profile->bits_per_pixel);
          g_assert_cmpfloat (value->value, >, 0);
        }
      for (guint j = 0; j < codec->known_profiles->len; j++)
        {
          const SendoffCodecProfile *profile = g_ptr_array_index (codec->known_profiles, j);

          g_assert_true (sendoff_video_codec_get_profile (codec, profile->profile_id) == profile);
          for (guint k = 0; profile->pixel_formats[k] != NULL; k++)
            g_assert_true (contains (codec->pixel_formats, profile->pixel_formats[k]));
        }
      g_assert_nonnull (sendoff_video_codec_get_profile (codec, i == 0 ? "4444" : "444"));
      g_assert_null (sendoff_video_codec_get_profile (codec, "main"));
      g_assert_null (sendoff_video_codec_get_profile (codec, NULL));
    }
}

static void
test_audio_codecs (void)
{
  static const struct
  {
    const char *id, *encoder, *containers;
  } expected[] = {
    { "aac", "aac", "mp4 mov mkv m4a" },        { "mp3", "libmp3lame", "mp4 mkv mp3" },
    { "opus", "libopus", "webm mkv mp4 opus" }, { "pcm", "pcm_s16le", "mov mkv wav" },
    { "flac", "flac", "mkv mp4 flac" },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  g_assert_cmpuint (sendoff_catalog_get_audio_codecs (catalog)->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const SendoffAudioCodec *codec = sendoff_catalog_get_audio_codec (catalog, expected[i].id);

      g_assert_nonnull (codec);
      g_assert_cmpstr (codec->encoder, ==, expected[i].encoder);
      assert_list (codec->containers, expected[i].containers);
      g_assert_cmpint (codec->channels_max, >=, 2);
      g_assert_true (codec->lossless == (codec->bitrate_max_bps == 0));
      g_assert_true (codec->lossless
                     || (codec->bitrate_min_bps > 0 && codec->bitrate_min_bps < codec->bitrate_max_bps));
      for (guint j = 1; j < codec->sample_rates->len; j++)
        g_assert_cmpint (g_array_index (codec->sample_rates, gint64, j - 1), <,
                         g_array_index (codec->sample_rates, gint64, j));
    }
}

static void
test_containers (void)
{
  g_autoptr (SendoffCatalog) catalog = load ();
  GPtrArray *containers = sendoff_catalog_get_containers (catalog);
  GPtrArray *videos = sendoff_catalog_get_video_codecs (catalog);
  GPtrArray *audios = sendoff_catalog_get_audio_codecs (catalog);

  g_assert_cmpuint (containers->len, ==, 9);
  for (guint i = 0; i < containers->len; i++)
    {
      const SendoffContainer *container = g_ptr_array_index (containers, i);

      g_assert_true (container->audio_only
                     == (container->video_codecs == NULL || container->video_codecs[0] == NULL));
      for (guint j = 0; j < videos->len; j++)
        {
          const SendoffVideoCodec *codec = g_ptr_array_index (videos, j);

          g_assert_true (contains (container->video_codecs, codec->codec_id)
                         == contains (codec->containers, container->format_id));
        }
      for (guint j = 0; j < audios->len; j++)
        {
          const SendoffAudioCodec *codec = g_ptr_array_index (audios, j);

          g_assert_true (contains (container->audio_codecs, codec->codec_id)
                         == contains (codec->containers, container->format_id));
        }
    }
  g_assert_true (contains (sendoff_catalog_get_container (catalog, "mp4")->features, "moov-first"));
  g_assert_cmpstr (sendoff_catalog_get_container (catalog, "mkv")->muxer, ==, "matroska");
}

static void
test_levels (void)
{
  static const double mbps[][2] = { { 1, 2 }, { 2, 4 }, { 4, 8 }, { 8, 15 }, { 15, 50 } };
  static const gint64 audio[] = { 96000, 128000, 192000, 256000, 320000 };
  g_autoptr (SendoffCatalog) catalog = load ();
  GPtrArray *levels = sendoff_catalog_get_levels (catalog);

  g_assert_cmpuint (levels->len, ==, 5);
  for (guint i = 0; i < levels->len; i++)
    {
      const SendoffQualityLevel *level = g_ptr_array_index (levels, i);

      g_assert_cmpstr (level->level_id, ==, level_ids[i]);
      g_assert_cmpint (level->video_bitrate_min_bps, ==, (gint64)(mbps[i][0] * 1e6));
      g_assert_cmpint (level->video_bitrate_max_bps, ==, (gint64)(mbps[i][1] * 1e6));
      g_assert_cmpint (level->video_bitrate_target_bps, >, level->video_bitrate_min_bps);
      g_assert_cmpint (level->video_bitrate_target_bps, <, level->video_bitrate_max_bps);
      g_assert_cmpint (level->audio_bitrate_bps, ==, audio[i]);
    }
}

static void
test_resolutions (void)
{
  static const struct
  {
    const char *id;
    int width, height;
    const char *aspect;
  } expected[] = {
    { "360p", 640, 360, "16:9" },    { "480p", 854, 480, "16:9" },    { "720p", 1280, 720, "16:9" },
    { "1080p", 1920, 1080, "16:9" }, { "1440p", 2560, 1440, "16:9" }, { "2160p", 3840, 2160, "16:9" },
    { "480p_v", 480, 854, "9:16" },  { "720p_v", 720, 1280, "9:16" }, { "1080p_v", 1080, 1920, "9:16" },
    { "480p_sq", 480, 480, "1:1" },  { "720p_sq", 720, 720, "1:1" },  { "1080p_sq", 1080, 1080, "1:1" },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  g_assert_cmpuint (sendoff_catalog_get_resolutions (catalog)->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const SendoffResolution *resolution = g_ptr_array_index (sendoff_catalog_get_resolutions (catalog), i);

      g_assert_true (sendoff_catalog_get_resolution (catalog, expected[i].id) == resolution);
      g_assert_cmpint (resolution->width, ==, expected[i].width);
      g_assert_cmpint (resolution->height, ==, expected[i].height);
      g_assert_cmpstr (resolution->aspect_ratio, ==, expected[i].aspect);
    }
}

static void
test_bitrate_factor (void)
{
  static const struct
  {
    gint64 pixels;
    double factor;
  } expected[] = {
    { 854 * 480, 0.5 },
    { 1280 * 720, 1 },
    { 1920 * 1080, 2 },
    { 2560 * 1440, 3.5 },
    { 3840 * 2160, 6 },
    { 1080 * 1920, 2 }, /* shape does not matter */
    { (854 * 480 + 1280 * 720) / 2, 0.75 },
    { (1920 * 1080 + 2560 * 1440) / 2, 2.75 },
    { 427 * 480, 0.25 }, /* proportional below the table… */
    { 7680 * 4320, 24 }, /* …and beyond it */
    { 0, 0 },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    g_assert_cmpfloat_with_epsilon (sendoff_catalog_get_bitrate_factor (catalog, expected[i].pixels),
                                    expected[i].factor, 1e-9);
}

static void
test_platform_limits (void)
{
  static const struct
  {
    const char *id;
    const char *codecs;              /* of the first rule */
    gint64 size_bytes;               /* smallest of the rules that refuse */
    double min_seconds, max_seconds; /* likewise */
  } expected[] = {
    { "youtube", "h264 h265 vp9", 256 * GB, 0, 43200 },
    { "youtube-shorts", "h264 h265 vp9", 256 * GB, 0, 180 },
    { "instagram-reels", "h264", 4 * GB, 3, 900 },
    { "instagram-reels-api", "h264 h265", 300 * MB, 3, 900 },
    { "instagram-stories", "h264", 100 * MB, 3, 60 },
    { "tiktok-web", "h264", 287 * MB, 0, 600 },
    { "tiktok-app", "h264", 72 * MB, 0, 600 },
    { "tiktok-api", "h264 h265 vp8 vp9", 4 * GB, 0, 600 },
    { "x", "h264", 512 * MB, 0.5, 140 },
    { "linkedin", "h264", 5 * GB, 3, 900 },
    { "linkedin-api", "h264", 500 * MB, 3, 1800 },
    { "facebook-reels", "h264 h265 vp9 av1", 0, 3, 90 },
    { "threads", "h264 h265", 1 * GB, 0, 300 },
    { "pinterest", "h264 h265", 2 * GB, 4, 900 },
    { "vimeo", "h264 h265 prores", 0, 0, 0 },
    { "bluesky", "h264", 100 * MB, 0, 180 },
    { "discord", "h264", 20 * MIB, 0, 0 },
    { "whatsapp", "h264", 16 * MB, 0, 0 },
    { "mastodon", "h264", 99 * MB, 0, 0 },
    { "telegram", "h264", 2 * GB, 0, 0 },
    { "telegram-api", "h264", 50 * MB, 0, 0 },
    { "web", "h264 vp9 av1", 0, 0, 0 },
    { "professional", "prores dnxhd", 0, 0, 0 },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  g_assert_cmpuint (sendoff_catalog_get_platforms (catalog)->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const SendoffPlatform *platform = sendoff_catalog_get_platform (catalog, expected[i].id);
      gint64 size = G_MAXINT64;
      double min = 0, max = HUGE_VAL;

      g_assert_nonnull (platform);
      assert_list (((SendoffPlatformRule *)platform->rules->pdata[0])->video_codecs, expected[i].codecs);
      for (guint j = 0; j < platform->rules->len; j++)
        {
          const SendoffPlatformRule *rule = g_ptr_array_index (platform->rules, j);

          if (rule->advisory)
            continue;
          size = rule->max_size_bytes > 0 ? MIN (size, rule->max_size_bytes) : size;
          min = MAX (min, rule->min_duration_seconds);
          max = rule->max_duration_seconds > 0 ? MIN (max, rule->max_duration_seconds) : max;
        }
      g_assert_cmpint (size == G_MAXINT64 ? 0 : size, ==, expected[i].size_bytes);
      g_assert_cmpfloat (min, ==, expected[i].min_seconds);
      g_assert_cmpfloat (isinf (max) ? 0 : max, ==, expected[i].max_seconds);
      g_assert_true (platform->api_surface == g_str_has_suffix (platform->platform_id, "-api"));
    }
}

static void
check_rule (const SendoffPlatform *platform, const SendoffPlatformRule *rule)
{
  int year, month, day;

  g_test_message ("%s: %s", platform->platform_id, rule->as_of);
  g_assert_cmpuint (strlen (rule->as_of), ==, 10);
  g_assert_cmpint (sscanf (rule->as_of, "%4d-%2d-%2d", &year, &month, &day), ==, 3);
  g_assert_true (g_date_valid_dmy ((GDateDay)day, (GDateMonth)month, (GDateYear)year));
  if (g_str_has_prefix (rule->source, "http"))
    {
      g_autofree char *url = g_strndup (rule->source, strcspn (rule->source, " "));

      g_assert_true (g_str_has_prefix (url, "https://"));
      g_assert_true (g_uri_is_valid (url, G_URI_FLAGS_NONE, NULL));
    }
  g_assert_true (rule->max_width == 0 || rule->min_width <= rule->max_width);
  g_assert_true (rule->max_height == 0 || rule->min_height <= rule->max_height);
  g_assert_true (rule->max_long_side == 0 || rule->max_short_side <= rule->max_long_side);
  g_assert_true (rule->max_aspect == 0 || rule->min_aspect <= rule->max_aspect);
  g_assert_true (rule->max_frame_rate == 0 || rule->min_frame_rate < rule->max_frame_rate);
  g_assert_true (rule->max_duration_seconds == 0 || rule->min_duration_seconds < rule->max_duration_seconds);
  g_assert_cmpint (rule->max_size_bytes, >=, 0);
}

/* What is recommended must not break the platform's own rules. */
static void
check_recommended (SendoffCatalog *catalog, const SendoffPlatform *platform, const SendoffPlatformRule *rule)
{
  const SendoffPlatformSettings *settings = platform->recommended;
  const SendoffResolution *resolution = sendoff_catalog_get_resolution (catalog, settings->resolution);
  double gop_seconds = settings->gop_seconds > 0 ? settings->gop_seconds : settings->gop_frame_rate_fraction;

  g_assert_true (rule->containers == NULL || contains (rule->containers, settings->container));
  g_assert_true (rule->video_codecs == NULL || contains (rule->video_codecs, settings->video_codec));
  g_assert_true (rule->audio_codecs == NULL || contains (rule->audio_codecs, settings->audio_codec));
  g_assert_true (rule->pixel_formats == NULL || contains (rule->pixel_formats, settings->pixel_format));
  g_assert_true (rule->profiles == NULL || contains (rule->profiles, settings->profile));
  g_assert_true (rule->max_sample_rate == 0 || settings->sample_rate <= rule->max_sample_rate);
  g_assert_true (rule->max_gop_seconds == 0 || (gop_seconds > 0 && gop_seconds <= rule->max_gop_seconds));
  g_assert_true (!rule->constant_rate || settings->constant_rate);
  g_assert_true (rule->max_audio_bitrate_bps == 0
                 || settings->audio_bitrate_bps <= rule->max_audio_bitrate_bps);
  if (resolution != NULL)
    {
      double aspect = (double)resolution->width / resolution->height;

      g_assert_cmpint (resolution->width, >=, rule->min_width);
      g_assert_cmpint (resolution->height, >=, rule->min_height);
      g_assert_true (rule->max_width == 0 || resolution->width <= rule->max_width);
      g_assert_true (rule->max_height == 0 || resolution->height <= rule->max_height);
      g_assert_true (aspect >= rule->min_aspect && (rule->max_aspect == 0 || aspect <= rule->max_aspect));
    }
}

static void
test_platforms_sane (void)
{
  g_autoptr (SendoffCatalog) catalog = load ();
  GPtrArray *platforms = sendoff_catalog_get_platforms (catalog);

  for (guint i = 0; i < platforms->len; i++)
    {
      const SendoffPlatform *platform = g_ptr_array_index (platforms, i);
      const SendoffPlatformSettings *settings = platform->recommended;
      const SendoffContainer *container = sendoff_catalog_get_container (catalog, settings->container);
      const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (catalog, settings->video_codec);

      g_assert_true (i == 0 || ((SendoffPlatform *)platforms->pdata[i - 1])->order < platform->order);
      for (guint j = 0; j < platform->rules->len; j++)
        {
          check_rule (platform, g_ptr_array_index (platform->rules, j));
          check_recommended (catalog, platform, g_ptr_array_index (platform->rules, j));
        }
      g_assert_true (contains (container->video_codecs, settings->video_codec));
      g_assert_true (contains (container->audio_codecs, settings->audio_codec));
      g_assert_true (contains (codec->pixel_formats, settings->pixel_format));
      g_assert_true (settings->profile == NULL
                     || sendoff_video_codec_get_profile (codec, settings->profile) != NULL);
      g_assert_cmpint (settings->sample_rate, ==, 48000);
      g_assert_cmpstr (platform->icon_name, !=, NULL);
      g_assert_true (g_str_has_suffix (platform->icon_name, "-symbolic"));
      g_assert_true (platform->vertical == (g_strcmp0 (settings->resolution, "1080p_v") == 0));
      g_assert_true (!platform->vertical || g_strcmp0 (settings->fit, "pad") == 0);
    }
}

static void
test_platform_aliases (void)
{
  static const char *const aliases[][2] = {
    { "instagram", "instagram-reels" },
    { "tiktok", "tiktok-web" },
    { "twitter", "x" },
    { "shorts", "youtube-shorts" },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  for (guint i = 0; i < G_N_ELEMENTS (aliases); i++)
    {
      const SendoffPlatform *platform = sendoff_catalog_get_platform (catalog, aliases[i][0]);

      g_assert_nonnull (platform);
      g_assert_cmpstr (platform->platform_id, ==, aliases[i][1]);
    }
  g_assert_null (sendoff_catalog_get_platform (catalog, "myspace"));
  g_assert_null (sendoff_catalog_get_platform (catalog, NULL));
  g_assert_null (sendoff_catalog_get_video_codec (catalog, NULL));
}

static const SendoffPlatformBitrate *
find_bitrate (const SendoffPlatform *platform, int height, gboolean fast, gboolean hdr)
{
  GPtrArray *rows = platform->recommended->bitrates;

  for (guint i = 0; i < rows->len; i++)
    {
      const SendoffPlatformBitrate *row = g_ptr_array_index (rows, i);

      if (row->height == height && row->high_frame_rate == fast && row->hdr == hdr)
        return row;
    }
  return NULL;
}

static void
test_youtube (void)
{
  static const struct
  {
    int height;
    double mbps[8]; /* SDR, SDR fast, HDR, HDR fast: lowest and highest */
  } expected[] = {
    { 2160, { 35, 45, 53, 68, 44, 56, 66, 85 } },
    { 1440, { 16, 16, 24, 24, 20, 20, 30, 30 } },
    { 1080, { 8, 8, 12, 12, 10, 10, 15, 15 } },
    { 720, { 5, 5, 7.5, 7.5, 6.5, 6.5, 9.5, 9.5 } },
    { 480, { 2.5, 2.5, 4, 4 } },
    { 360, { 1, 1, 1.5, 1.5 } },
  };
  g_autoptr (SendoffCatalog) catalog = load ();
  const SendoffPlatform *youtube = sendoff_catalog_get_platform (catalog, "youtube");

  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    for (guint j = 0; j < 4; j++)
      {
        const SendoffPlatformBitrate *row = find_bitrate (youtube, expected[i].height, j % 2 == 1, j >= 2);

        g_assert_cmpint (row != NULL ? row->min_bps : 0, ==, (gint64)(expected[i].mbps[2 * j] * 1e6));
        g_assert_cmpint (row != NULL ? row->max_bps : 0, ==, (gint64)(expected[i].mbps[2 * j + 1] * 1e6));
      }
  g_assert_cmpfloat (youtube->recommended->gop_frame_rate_fraction, ==, 0.5);
  g_assert_cmpint (youtube->recommended->b_frames, ==, 2);
  g_assert_cmpint (youtube->recommended->audio_bitrate_bps, ==, 384000);
  g_assert_cmpstr (youtube->recommended->quality, ==, "high");
  g_assert_cmpint (sendoff_catalog_get_platform (catalog, "x")->recommended->b_frames, ==, -1);
}

/* Two figures of different dates: both are there, the later one refuses, the other warns. */
static void
test_discord_keeps_both_figures (void)
{
  g_autoptr (SendoffCatalog) catalog = load ();
  const SendoffPlatform *discord = sendoff_catalog_get_platform (catalog, "discord");
  const SendoffPlatformRule *newer = g_ptr_array_index (discord->rules, 0);
  const SendoffPlatformRule *older = g_ptr_array_index (discord->rules, 1);

  g_assert_cmpint (newer->max_size_bytes, ==, 20 * MIB);
  g_assert_false (newer->advisory);
  g_assert_cmpint (older->max_size_bytes, ==, 10 * MIB);
  g_assert_true (older->advisory);
  g_assert_cmpint (g_strcmp0 (older->as_of, newer->as_of), <, 0);
}

static void
test_system_presets (void)
{
  static const struct
  {
    const char *id, *level, *codec, *speed, *priority;
  } expected[] = {
    { "social_quick", "medium", "h264", "fast", "balanced" },
    { "social_quality", "high", "h264", "slow", "quality" },
    { "web_optimized", "medium", "vp9", "medium", "size" },
    { "professional", "ultra", "prores", "medium", "quality" },
    { "archive", "high", "h265", "slow", "quality" },
    { "mobile", "low", "h264", "fast", "size" },
  };
  g_autoptr (SendoffCatalog) catalog = load ();

  g_assert_cmpuint (sendoff_catalog_get_presets (catalog)->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      const SendoffPreset *preset = sendoff_catalog_get_preset (catalog, expected[i].id);
      const SendoffContainer *container;

      g_assert_nonnull (preset);
      g_assert_true (preset->is_system);
      g_assert_cmpstr (preset->target_quality, ==, expected[i].level);
      g_assert_cmpstr (preset->video_codec, ==, expected[i].codec);
      g_assert_cmpstr (preset->encoding_speed, ==, expected[i].speed);
      g_assert_cmpstr (preset->file_size_priority, ==, expected[i].priority);
      container = sendoff_catalog_get_container (catalog, preset->container);
      g_assert_true (contains (container->video_codecs, preset->video_codec));
      g_assert_true (contains (container->audio_codecs, preset->audio_codec));
    }
}

/* A catalog with the presets in @text, a JSON array. */
static SendoffCatalog *
add_presets (SendoffCatalog *base, const char *text, GError **error)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, NULL);
  g_autoptr (GPtrArray) presets = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_preset_free);

  for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
    g_ptr_array_add (presets,
                     sendoff_preset_from_json (json_array_get_element (json_node_get_array (node), i), NULL));
  return sendoff_catalog_new_with_presets (base, presets, error);
}

static void
test_custom_presets (void)
{
  g_autoptr (SendoffCatalog) base = load ();
  g_autoptr (SendoffCatalog) catalog = NULL;
  g_autoptr (GError) error = NULL;

  catalog = add_presets (base,
                         "[{\"preset_id\":\"podcast\",\"name\":\"Podcast\",\"is_system\":true,"
                         "\"target_quality\":\"high\",\"resolution_limit\":\"720p\"}]",
                         &error);
  g_assert_no_error (error);
  g_assert_nonnull (sendoff_catalog_get_preset (catalog, "podcast"));
  g_assert_false (sendoff_catalog_get_preset (catalog, "podcast")->is_system);
  g_assert_true (sendoff_catalog_get_preset (catalog, "archive")->is_system);
  g_assert_nonnull (sendoff_catalog_get_platform (catalog, "youtube"));
  g_assert_null (sendoff_catalog_get_preset (base, "podcast"));
}

static void
test_bad_presets (void)
{
  static const struct
  {
    const char *text;
    const char *message; /* part of it */
  } cases[] = {
    { "[{\"preset_id\":\"archive\",\"name\":\"A\",\"target_quality\":\"high\"}]",
      "“archive”, which is taken" },
    { "[{\"preset_id\":\"high\",\"name\":\"A\",\"target_quality\":\"high\"}]", "“high”, which is taken" },
    { "[{\"preset_id\":\"a\",\"name\":\"A\",\"target_quality\":\"high\"},"
      "{\"preset_id\":\"a\",\"name\":\"B\",\"target_quality\":\"high\"}]",
      "“a”, which is taken" },
    { "[{\"preset_id\":\"a\",\"name\":\"A\",\"target_quality\":\"superb\"}]",
      "names “superb” as “target_quality”" },
    { "[{\"preset_id\":\"a\",\"name\":\"A\"}]", "an empty “target_quality”" },
    { "[{\"preset_id\":\"a\",\"name\":\"A\",\"target_quality\":\"low\",\"video_codec\":\"h266\"}]",
      "“h266”" },
    { "[{\"preset_id\":\"a\",\"name\":\"A\",\"target_quality\":\"low\",\"encoding_speed\":\"warp\"}]",
      "“warp”" },
    { "[{\"preset_id\":\"a\",\"name\":\"A\",\"target_quality\":\"low\",\"resolution_limit\":\"1p\"}]",
      "“1p”" },
    { "[{\"preset_id\":\"../A\",\"name\":\"A\",\"target_quality\":\"low\"}]", "lower-case letters" },
    { "[{\"name\":\"A\",\"target_quality\":\"low\"}]", "“without an id”" },
  };
  g_autoptr (SendoffCatalog) base = load ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SendoffCatalog) catalog = add_presets (base, cases[i].text, &error);

      g_assert_null (catalog);
      g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i].message));
    }
}

static SendoffCatalog *
add_platform (SendoffCatalog *base, SendoffPlatform *platform, GError **error)
{
  g_autoptr (GPtrArray) platforms = g_ptr_array_new ();

  g_ptr_array_add (platforms, platform);
  return sendoff_catalog_new_with_platforms (base, platforms, error);
}

static void
test_updated_platform (void)
{
  g_autoptr (SendoffCatalog) base = load ();
  g_autoptr (SendoffPlatform) platform = sendoff_platform_copy (sendoff_catalog_get_platform (base, "x"));
  g_autoptr (SendoffCatalog) catalog = NULL;
  g_autoptr (GError) error = NULL;
  const SendoffPlatform *updated;

  ((SendoffPlatformRule *)platform->rules->pdata[0])->max_size_bytes = 1 * GB;
  catalog = add_platform (base, platform, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (sendoff_catalog_get_platforms (catalog)->len, ==,
                    sendoff_catalog_get_platforms (base)->len);
  updated = sendoff_catalog_get_platform (catalog, "twitter");
  g_assert_cmpint (((SendoffPlatformRule *)updated->rules->pdata[0])->max_size_bytes, ==, 1 * GB);
}

static void
test_bad_platforms (void)
{
  static const char *const cases[][2] = {
    { "{\"platform_id\":\"new\",\"name\":\"New\",\"rules\":[{\"source\":\"a\",\"as_of\":\"b\"}]}",
      "no “recommended”" },
    { "{\"platform_id\":\"new\",\"name\":\"New\",\"recommended\":{\"container\":\"mp4\",\"video_codec\":"
      "\"h264\","
      "\"audio_codec\":\"aac\",\"quality\":\"low\"}}",
      "no “rules”" },
    { "{\"platform_id\":\"new\",\"name\":\"New\",\"recommended\":{\"container\":\"avi\",\"video_codec\":"
      "\"h264\","
      "\"audio_codec\":\"aac\",\"quality\":\"low\"}}",
      "“avi” as “container”" },
    { "{\"platform_id\":\"new\",\"name\":\"New\",\"rules\":[{\"source\":\"a\",\"as_of\":\"b\","
      "\"video_codecs\":[\"h264\",\"vp7\"]}]}",
      "“vp7” as “video_codecs”" },
    { "{\"platform_id\":\"new\",\"name\":\"New\",\"aliases\":[\"youtube\"]}", "“youtube”, which is taken" },
    { "{\"platform_id\":\"tiktok\",\"name\":\"New\"}", "“tiktok”, which is taken" },
  };
  g_autoptr (SendoffCatalog) base = load ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SendoffPlatform) platform
          = sendoff_doc_from_text (&sendoff_platform_doc_type, cases[i][0], &error);
      g_autoptr (SendoffCatalog) catalog = NULL;

      g_assert_no_error (error);
      catalog = add_platform (base, platform, &error);
      g_assert_null (catalog);
      g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA);
      g_test_message ("%s", error->message);
      g_assert_nonnull (strstr (error->message, cases[i][1]));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/catalog/members-known", test_members_known);
  g_test_add_func ("/model/catalog/unknown-member-is-found", test_unknown_member_is_found);
  g_test_add_func ("/model/catalog/video-codecs", test_video_codecs);
  g_test_add_func ("/model/catalog/speeds", test_speeds);
  g_test_add_func ("/model/catalog/profiles", test_profiles);
  g_test_add_func ("/model/catalog/audio-codecs", test_audio_codecs);
  g_test_add_func ("/model/catalog/containers", test_containers);
  g_test_add_func ("/model/catalog/levels", test_levels);
  g_test_add_func ("/model/catalog/resolutions", test_resolutions);
  g_test_add_func ("/model/catalog/bitrate-factor", test_bitrate_factor);
  g_test_add_func ("/model/catalog/platform-limits", test_platform_limits);
  g_test_add_func ("/model/catalog/platforms-sane", test_platforms_sane);
  g_test_add_func ("/model/catalog/platform-aliases", test_platform_aliases);
  g_test_add_func ("/model/catalog/youtube", test_youtube);
  g_test_add_func ("/model/catalog/discord-keeps-both-figures", test_discord_keeps_both_figures);
  g_test_add_func ("/model/catalog/system-presets", test_system_presets);
  g_test_add_func ("/model/catalog/custom-presets", test_custom_presets);
  g_test_add_func ("/model/catalog/bad-presets", test_bad_presets);
  g_test_add_func ("/model/catalog/updated-platform", test_updated_platform);
  g_test_add_func ("/model/catalog/bad-platforms", test_bad_platforms);
  return g_test_run ();
}
