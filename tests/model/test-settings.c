#include <string.h>

#include "base/sendoff-error.h"
#include "model/sendoff-output-settings.h"
#include "model/sendoff-request.h"
#include "base/sendoff-document.h"

static char *
to_text (SendoffOutputSettings *settings)
{
  g_autoptr (JsonNode) node = sendoff_output_settings_to_json (settings);

  return sendoff_json_to_text (node, FALSE);
}

static SendoffOutputSettings *
parse (const char *spec)
{
  SendoffOutputSettings *settings = sendoff_output_settings_new ();
  g_autoptr (GError) error = NULL;

  sendoff_output_settings_parse (settings, spec, &error);
  g_assert_no_error (error);
  return settings;
}

static void
test_spec (void)
{
  static const struct {
    const char *spec;
    const char *json;
  } cases[] = {
    { "", "{}" },
    { "platform=youtube", "{\"platform\":\"youtube\"}" },
    { "video-bitrate=6M,audio_bitrate=192k", "{\"video_bitrate\":6000000,\"audio_bitrate\":192000}" },
    { "target-size=25MB,max_size=25MiB", "{\"target_size\":25000000,\"max_size\":26214400}" },
    { "start=1:02.5,end=1:02:03", "{\"start\":62.5,\"end\":3723.0}" },
    { "two-pass", "{\"two_pass\":true}" },
    { "two_pass=no,upscale", "{\"two_pass\":false,\"upscale\":true}" },
    { "crop=0.2,0.8,fit=crop", "{\"crop\":\"0.2,0.8\",\"fit\":\"crop\"}" },
    { "crop=0.2,two-pass", "{\"crop\":\"0.2\",\"two_pass\":true}" },
    { "crf=18.5", "{\"crf\":18.5}" },
    { "audio-track=0", "{\"audio_track\":0}" },
    { "quality_preset=high,filename_suffix=-a,target_size_mb=10", "{\"quality\":\"high\",\"suffix\":\"-a\",\"target_size\":10000000}" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SendoffOutputSettings) settings = parse (cases[i].spec);
      g_autofree char *json = to_text (settings);

      g_assert_cmpstr (json, ==, cases[i].json);
    }
}

static void
test_errors_name_option_and_what_it_takes (void)
{
  static const struct {
    const char *spec;
    const char *names;
    const char *takes;
  } cases[] = {
    { "colour=red", "colour", NULL },
    { "fit=squeeze", "fit", "pad, blur, crop, stretch" },
    { "rate-control=best", "rate-control", "crf, cbr, vbr, abr" },
    { "video-bitrate=fast", "video-bitrate", "6M" },
    { "video-bitrate=-1", "video-bitrate", "6M" },
    { "crf=2000", "crf", "such as 23" },
    { "crf=-3", "crf", "such as 23" },
    { "crf=nan", "crf", "such as 23" },
    { "start=yesterday", "start", "12.5" },
    { "start=0:99", "start", "12.5" },
    { "two-pass=maybe", "two-pass", "yes or no" },
    { "audio-track=1.5", "audio-track", "number" },
    { "platform=", "platform", "platform" },
    { "platform", "platform", "platform" },
    { "target-size=99999999TB", "target-size", "25MB" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SendoffOutputSettings) settings = sendoff_output_settings_new ();
      g_autoptr (GError) error = NULL;
      g_autofree char *json = NULL;

      g_assert_false (sendoff_output_settings_parse (settings, cases[i].spec, &error));
      g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE);
      g_assert_nonnull (strstr (error->message, cases[i].names));
      if (cases[i].takes != NULL)
        g_assert_nonnull (strstr (error->message, cases[i].takes));
      json = to_text (settings);
      g_assert_cmpstr (json, ==, "{}");
    }
}

static SendoffOutputSettings *
from_text (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, NULL);

  return sendoff_output_settings_from_json (node, error);
}

/* Every property survives JSON with the value it had. */
static void
test_json_round_trip (void)
{
  g_autoptr (SendoffOutputSettings) settings
    = parse ("platform=x,preset=mobile,quality=high,codec=h264,audio-codec=aac,container=mp4,resolution=1080p,suffix=-b,"
             "profile=main,pad-color=#102030,crop=0.1,0.9,fps=30000/1001,speed=slow,rate-control=vbr,scaling=spline,"
             "fit=blur,package=hls,copy=never,hdr=sdr,optimize-for=archive,encoder=hardware,size-priority=size,"
             "auto-optimize=propose,target-score=ssim:0.98,"
             "crf=21.25,video-bitrate=6M,audio-bitrate=192k,target-size=25MB,max-size=26MB,start=0.000001,"
             "end=86399.999999,two-pass=no,upscale=yes,keep-metadata=no,audio-track=2,audio-tracks=all,"
             "loudness=-14,captions=/a/b.srt,captions-mode=burn,captions-language=en,captions-track=1");
  g_autofree char *text = to_text (settings);
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffOutputSettings) again = from_text (text, &error);

  g_assert_no_error (error);
  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    g_assert_true (sendoff_output_settings_is_set (settings, i));
  g_assert_true (sendoff_output_settings_equal (settings, again));
  g_assert_cmpint (sendoff_output_settings_get_int (again, SENDOFF_SETTING_START), ==, 1);
  g_assert_cmpint (sendoff_output_settings_get_int (again, SENDOFF_SETTING_END), ==, G_GINT64_CONSTANT (86399999999));
}

static void
test_json_as_people_write_it (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffOutputSettings) settings
    = from_text ("{\"video_bitrate\": \"6M\", \"start\": \"1:00\", \"end\": 90, \"crf\": 20, \"two_pass\": true, \"fps\": 25, "
                 "\"codec\": null, \"max_size_mb\": 0.5, \"custom_settings\": {\"fit\": \"crop\"}}",
                 &error);
  g_autofree char *json = NULL;

  g_assert_no_error (error);
  json = to_text (settings);
  g_assert_cmpstr (json, ==,
                   "{\"fps\":\"25\",\"fit\":\"crop\",\"crf\":20.0,\"video_bitrate\":6000000,\"max_size\":500000,"
                   "\"start\":60.0,\"end\":90.0,\"two_pass\":true}");
}

static void
test_json_errors (void)
{
  static const char *const texts[] = { "[]", "{\"codecs\": 1}", "{\"fit\": 3}", "{\"crf\": \"low\"}", "{\"start\": -1}",
                                       "{\"codec\": [\"h264\"]}", "{\"custom_settings\": 1}", "{\"crf\": true}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SendoffOutputSettings) settings = from_text (texts[i], &error);

      g_assert_null (settings);
      g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA);
    }
}

static void
test_fill_unset (void)
{
  g_autoptr (SendoffOutputSettings) upper = parse ("codec=vp9,two-pass=no");
  g_autoptr (SendoffOutputSettings) lower = parse ("codec=h264,two-pass=yes,speed=slow,crf=0");
  g_autofree char *json = NULL;

  sendoff_output_settings_fill_unset (upper, lower);
  json = to_text (upper);
  g_assert_cmpstr (json, ==, "{\"codec\":\"vp9\",\"speed\":\"slow\",\"crf\":0.0,\"two_pass\":false}");
}

static void
count_notify (GObject *object, GParamSpec *pspec, gpointer data)
{
  (*(guint *)data)++;
}

static void
test_properties (void)
{
  g_autoptr (SendoffOutputSettings) settings = sendoff_output_settings_new ();
  g_autofree char *fit = NULL;
  gint64 start_us;
  guint n_notified = 0;

  g_signal_connect (settings, "notify::start", G_CALLBACK (count_notify), &n_notified);
  g_object_set (settings, "fit", "crop", "start", G_GINT64_CONSTANT (1500000), NULL);
  g_object_set (settings, "start", G_GINT64_CONSTANT (1500000), NULL);
  g_object_get (settings, "fit", &fit, "start", &start_us, NULL);
  g_assert_cmpstr (fit, ==, "crop");
  g_assert_cmpint (start_us, ==, 1500000);
  g_assert_cmpuint (n_notified, ==, 1);
}

static void
test_request_round_trip (void)
{
  g_autoptr (SendoffRequest) request = sendoff_request_new ("file:///a%FFb.mp4");
  g_autoptr (SendoffOutputSettings) output = parse ("platform=youtube");
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (JsonNode) node_again = NULL;
  g_autoptr (SendoffRequest) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *text_again = NULL;

  g_object_set (request, "overwrite", TRUE, "jobs", 2, "created-at", G_GINT64_CONSTANT (1795000000), "local-date",
                "2026-11-22", "naming-pattern", "{name}", NULL);
  sendoff_request_add_output (request, output);
  node = sendoff_request_to_json (request);
  text = sendoff_json_to_text (node, FALSE);
  g_assert_cmpstr (text, ==,
                   "{\"source_uri\":\"file:///a%FFb.mp4\",\"naming_pattern\":\"{name}\",\"overwrite\":true,\"jobs\":2,"
                   "\"created_at\":1795000000,\"local_date\":\"2026-11-22\",\"outputs\":[{\"platform\":\"youtube\"}]}");
  again = sendoff_request_from_json (node, &error);
  g_assert_no_error (error);
  node_again = sendoff_request_to_json (again);
  text_again = sendoff_json_to_text (node_again, FALSE);
  g_assert_cmpstr (text, ==, text_again);
}

static void
test_request_errors (void)
{
  static const char *const texts[] = { "[]",
                                       "{\"sources\": 1}",
                                       "{\"outputs\": {}}",
                                       "{\"outputs\": [1]}",
                                       "{\"overwrite\": \"yes\"}",
                                       "{\"source_uri\": 5}",
                                       "{\"jobs\": -1}",
                                       "{\"outputs\": [{\"fit\": \"x\"}]}" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = sendoff_json_parse (texts[i], -1, NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (SendoffRequest) request = sendoff_request_from_json (node, &error);

      g_assert_null (request);
      g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/settings/spec", test_spec);
  g_test_add_func ("/model/settings/errors-name-option-and-what-it-takes", test_errors_name_option_and_what_it_takes);
  g_test_add_func ("/model/settings/json-round-trip", test_json_round_trip);
  g_test_add_func ("/model/settings/json-as-people-write-it", test_json_as_people_write_it);
  g_test_add_func ("/model/settings/json-errors", test_json_errors);
  g_test_add_func ("/model/settings/fill-unset", test_fill_unset);
  g_test_add_func ("/model/settings/properties", test_properties);
  g_test_add_func ("/model/request/round-trip", test_request_round_trip);
  g_test_add_func ("/model/request/errors", test_request_errors);
  return g_test_run ();
}
