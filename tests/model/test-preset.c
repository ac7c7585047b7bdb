#include <string.h>

#include "base/sendoff-error.h"
#include "model/sendoff-preset.h"
#include "model/sendoff-release-set.h"

static SendoffCatalog *
load_catalog (void)
{
  g_autoptr (GError) error = NULL;
  SendoffCatalog *catalog = sendoff_catalog_new (&error);

  g_assert_no_error (error);
  return catalog;
}

static SendoffOutputSettings *
parse_settings (const char *spec)
{
  SendoffOutputSettings *settings = sendoff_output_settings_new ();
  g_autoptr (GError) error = NULL;

  sendoff_output_settings_parse (settings, spec, &error);
  g_assert_no_error (error);
  return settings;
}

static char *
to_text (SendoffOutputSettings *settings)
{
  g_autoptr (JsonNode) node = sendoff_output_settings_to_json (settings);

  return sendoff_json_to_text (node, FALSE);
}

/* What goes into a preset comes out again, whichever part of it keeps it. */
static void
test_settings_stay (void)
{
  static const char *const specs[] = {
    "quality=high",
    "quality=low,codec=h265,audio-codec=opus,container=mkv,speed=slow,size-priority=size,audio-bitrate=96k",
    "quality=high,codec=none,audio-codec=flac",
    "quality=medium,platform=youtube,crf=21.5,two-pass=no,resolution=1280x720,fit=crop,crop=0.2",
    "quality=ultra,audio-codec=none,target-size=25MB,suffix=-x,keep-metadata",
  };
  g_autoptr (SendoffCatalog) catalog = load_catalog ();

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (SendoffOutputSettings) settings = parse_settings (specs[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (SendoffPreset) preset = sendoff_preset_new_from_settings ("Mine", settings, catalog, &error);
      g_autoptr (SendoffOutputSettings) found = NULL;
      g_autofree char *wanted_text = to_text (settings), *found_text = NULL;

      g_assert_no_error (error);
      found = sendoff_preset_dup_settings (preset, &error);
      g_assert_no_error (error);
      found_text = to_text (found);
      g_assert_cmpstr (found_text, ==, wanted_text);
    }
}

static void
check_flat (const char *spec, const char *wanted)
{
  g_autoptr (SendoffCatalog) catalog = load_catalog ();
  g_autoptr (SendoffOutputSettings) settings = parse_settings (spec);
  g_autoptr (SendoffPreset) preset = sendoff_preset_new_from_settings (" Mine ", settings, catalog, NULL);
  g_autoptr (SendoffOutputSettings) found = sendoff_preset_dup_settings (preset, NULL);
  g_autoptr (SendoffOutputSettings) expected = parse_settings (wanted);
  g_autofree char *found_text = to_text (found), *expected_text = to_text (expected);

  g_assert_cmpstr (preset->name, ==, "Mine");
  g_assert_cmpstr (preset->preset_id, ==, "mine");
  g_assert_false (preset->is_system);
  g_assert_cmpstr (found_text, ==, expected_text);
}

/* A preset stands alone: what it was made from goes into it, what belongs to one video does not. */
static void
test_flat (void)
{
  check_flat ("start=1,end=2", "quality=medium");
  check_flat ("platform=youtube", "platform=youtube,quality=high");
  check_flat ("preset=web_optimized,quality=low",
              "quality=low,codec=vp9,audio-codec=opus,container=webm,speed=medium,size-priority=size");
  check_flat ("quality=web_optimized",
              "quality=medium,codec=vp9,audio-codec=opus,container=webm,speed=medium,size-priority=size");
}

static void
test_ids (void)
{
  static const struct {
    const char *name, *id;
  } cases[] = {
    { "My own", "my_own" },         { "Für Oma & Opa!", "fur_oma_opa" }, { "休日", "preset" },
    { "High", "high_2" },           { "mobile", "mobile_2" },            { "  4K / HDR  ", "4k_hdr" },
  };
  g_autoptr (SendoffCatalog) catalog = load_catalog ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = sendoff_preset_choose_id (cases[i].name, catalog);

      g_assert_cmpstr (id, ==, cases[i].id);
    }
}

static void
test_words (void)
{
  static const struct {
    const char *spec, *words;
  } cases[] = {
    { "codec=h264,audio-codec=aac,container=mp4,quality=high",
      "size of the source · H.264 · AAC · MP4 · high quality" },
    { "platform=youtube,resolution=1080p,codec=h265,crf=20", "for YouTube · 1080p · H.265 · CRF 20" },
    { "codec=none,audio-codec=mp3,quality=low", "sound only · MP3 · low quality" },
    { "audio-codec=none,video-bitrate=6M,fps=25,fit=crop,hdr=sdr,speed=slow",
      "size of the source · no sound · 6.0 Mbit/s · 25 fps · cropped where the shape differs · without HDR · takes its "
      "time" },
  };
  g_autoptr (SendoffCatalog) catalog = load_catalog ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SendoffOutputSettings) settings = parse_settings (cases[i].spec);
      g_autoptr (SendoffPreset) preset = sendoff_preset_new_from_settings ("Mine", settings, catalog, NULL);
      g_autofree char *words = sendoff_preset_dup_words (preset, catalog);

      g_assert_cmpstr (words, ==, cases[i].words);
    }
}

/* A set says of its outputs what a request for another video needs, and nothing of the first video. */
static void
test_release_set (void)
{
  g_autoptr (SendoffRequest) request = sendoff_request_new ("file:///first.mp4");
  g_autoptr (SendoffRequest) other = sendoff_request_new ("file:///second.mp4");
  g_autoptr (SendoffOutputSettings) output = parse_settings ("platform=x,start=3,end=4,suffix=-s");
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (SendoffReleaseSet) set = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_object_set (request, "output-folder-uri", "file:///ready", "naming-pattern", "{name}", NULL);
  g_assert_null (sendoff_release_set_new_from_request ("Weekly", request, none, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST);
  g_clear_error (&error);
  sendoff_request_add_output (request, output);
  set = sendoff_release_set_new_from_request ("Weekly", request, none, &error);
  g_assert_no_error (error);
  g_object_set (other, "naming-pattern", "{name} b", NULL);
  g_assert_true (sendoff_release_set_apply (set, other, &error));
  node = sendoff_request_to_json (other);
  text = sendoff_json_to_text (node, FALSE);
  g_assert_cmpstr (text, ==,
                   "{\"source_uri\":\"file:///second.mp4\",\"naming_pattern\":\"{name} b\","
                   "\"output_folder_uri\":\"file:///ready\",\"outputs\":[{\"platform\":\"x\",\"suffix\":\"-s\"}]}");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/preset/settings-stay", test_settings_stay);
  g_test_add_func ("/model/preset/flat", test_flat);
  g_test_add_func ("/model/preset/ids", test_ids);
  g_test_add_func ("/model/preset/words", test_words);
  g_test_add_func ("/model/release-set", test_release_set);
  return g_test_run ();
}
