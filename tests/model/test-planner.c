/* The planner as a table: (source, wanted outputs) → plan, compared with tests/model/golden/NAME.json.
 * SENDOFF_UPDATE_GOLDEN=1 rewrites the golden files; read the difference before keeping it. */
#include <string.h>

#include "planner-fixtures.h"

typedef struct {
  const char *name;   /* of the case and its golden file */
  const char *source; /* in tests/model/sources */
  const char *outputs; /* specs as on the command line, separated by spaces */
} Case;

static const Case cases[] = {
  /* what nothing said means */
  { "defaults", "landscape", "" },
  { "no-request", "landscape", NULL },
  { "webm-follows-container", "landscape", "container=webm" },
  { "container-follows-codec", "landscape", "codec=vp9" },
  { "codec-replaces-recommended-container", "landscape", "platform=web,codec=h264" },
  { "merge-order", "landscape", "platform=youtube,preset=mobile platform=youtube,preset=mobile,quality=ultra,speed=slow" },
  { "quality-names-preset", "landscape", "quality=web_optimized" },
  { "two-presets", "landscape", "preset=mobile,quality=archive" },

  /* platforms */
  { "youtube", "landscape", "platform=youtube" },
  { "shared-decode", "landscape", "platform=youtube platform=instagram platform=web" },
  { "reels-from-landscape", "landscape", "platform=instagram platform=instagram,fit=blur platform=instagram,fit=crop,crop=0.2" },
  { "tiktok-from-portrait", "portrait", "platform=tiktok" },
  { "x-scales-down", "wide", "platform=x" },
  { "x-too-long", "uhd60", "platform=x" },
  { "discord-size", "uhd60", "platform=discord,end=60" },
  { "advisory-both-figures", "uhd60", "platform=youtube" },
  { "professional", "landscape", "platform=professional" },
  { "platform-halves-120fps", "fps120", "platform=x" },
  { "platform-raises-15fps", "fps15", "platform=instagram" },
  { "platform-raises-varying-rate", "screen", "platform=instagram" },
  { "fps-not-on-platform", "landscape", "platform=x,fps=90" },
  { "social-needs-video", "sound", "platform=youtube" },

  /* geometry */
  { "boxes", "fourthree", "resolution=1080p resolution=720p resolution=480p_sq resolution=1080p,fit=pad" },
  { "portrait-under-landscape-names", "portrait", "resolution=1080p resolution=720p resolution=720p,fit=pad" },
  { "ultra-wide", "wide", "resolution=1080p resolution=source" },
  { "square", "square", "resolution=1080p_v resolution=480p_sq resolution=1080p,upscale" },
  { "not-upscaled", "fps15", "resolution=1080p resolution=1080p_v,fit=crop resolution=1920x1080" },
  { "upscaled", "fps15", "resolution=1080p,upscale" },
  { "custom-size", "landscape", "resolution=640x640,fit=crop,crop=left resolution=10x10" },
  { "odd-edges", "odd", "" },
  { "tiny", "tiny", "platform=instagram" },
  { "preset-limit", "uhd60", "preset=mobile preset=mobile,resolution=source" },
  { "bad-picture-settings", "landscape", "crop=middle,pad-color=mauve,resolution=1080,fps=1000" },

  /* colour and interlacing */
  { "hlg-phone", "phone", "platform=youtube" },
  { "hdr10", "hdr10", "codec=h265 codec=vp9 codec=av1 codec=av1,speed=fast codec=h264 codec=prores codec=prores,hdr=keep "
    "codec=h265,hdr=sdr platform=youtube,codec=h265 platform=facebook-reels,codec=h265 "
    "platform=facebook-reels,codec=h265,hdr=keep" },
  { "hdr-refused", "hdr10", "hdr=keep codec=h265,profile=main,hdr=keep codec=h265,profile=main codec=dnxhd,hdr=keep "
    "platform=instagram-reels-api,codec=h265,hdr=keep" },
  { "hdr-of-nothing", "landscape", "codec=h265,hdr=keep" },
  { "dolby-vision", "dovi8", "codec=h265 codec=h264" },
  { "dolby-vision-without-base", "dovi5", "codec=h265 codec=none" },
  { "standard-definition", "ntsc", "codec=h264 platform=youtube resolution=1080p,upscale codec=dnxhd" },
  { "wide-primaries", "p3", "codec=h264 platform=tiktok" },
  { "fill-colours", "hdr10", "codec=h265,resolution=1080p_sq,pad-color=white codec=h264,resolution=1080p_sq,pad-color=#ff0000 "
    "codec=h265,resolution=1080p_sq,fit=blur" },
  { "interlaced-anamorphic", "dvd", "" },
  { "hidden-fields", "hidden-fields", "" },
  { "full-range-444-vfr", "screen", "platform=facebook-reels,fit=pad codec=vp9" },
  { "alpha", "alpha", "pad-color=#102030 codec=prores codec=prores,profile=4444" },
  { "ten-bits", "deep", "codec=h264 codec=h265 codec=av1 codec=dnxhd,quality=ultra platform=youtube,codec=h265" },
  { "too-small-for-codec", "landscape", "codec=dnxhd,resolution=160x90 codec=h265,resolution=32x16" },

  /* time */
  { "trim", "landscape", "start=5,end=12.5 start=5,end=12.5,codec=vp9 end=10 start=10" },
  { "trim-errors", "landscape", "start=8,end=8 start=30 start=1,end=99" },
  { "audio-leads-a-little", "lead", "" },
  { "audio-leads-much", "long-lead", "" },
  { "audio-outlasts-picture", "long-tail", "codec=h264 start=30" },
  { "explicit-rates", "landscape", "fps=15 fps=60 fps=29.97" },
  { "nonsense-rate", "nonsense", "" },
  { "grid-long", "uhd60", "codec=h264 platform=youtube codec=vp9,start=60,end=600" },
  { "grid-streaming", "uhd60", "optimize-for=streaming" },
  { "unknown-length", "headers-only", "" },

  /* quality */
  { "levels", "landscape", "quality=draft quality=low quality=medium quality=high quality=ultra" },
  { "levels-vp9", "landscape", "codec=vp9,quality=draft codec=vp9,quality=medium,resolution=720p codec=vp9,quality=ultra" },
  { "levels-h265", "landscape", "codec=h265,quality=draft codec=h265 codec=h265,quality=ultra" },
  { "levels-for-editing", "landscape",
    "codec=prores,quality=draft codec=prores codec=prores,quality=ultra codec=prores,profile=4444 codec=dnxhd,quality=low "
    "codec=dnxhd,quality=ultra codec=dnxhd,profile=444 codec=prores,crf=20" },
  { "av1-speeds", "landscape", "codec=av1,speed=ultrafast codec=av1,speed=fast codec=av1,speed=slow" },
  { "explicit-crf-is-not-capped", "landscape", "crf=18 crf=55 codec=vp9,crf=55" },
  { "veryslow-references", "landscape", "speed=veryslow speed=veryslow,resolution=480p" },
  { "profiles", "landscape", "profile=baseline profile=main profile=high10" },

  /* audio */
  { "surround", "wide", "codec=h264 platform=youtube codec=vp9" },
  { "mono", "fps15", "codec=h264 codec=vp9" },
  { "audio-bitrate", "landscape", "audio-bitrate=96k audio-bitrate=2M platform=instagram,audio-bitrate=256k" },
  { "audio-off", "landscape", "audio-codec=none" },
  { "audio-track", "landscape", "audio-track=0 audio-track=3" },
  { "undecodable-audio", "undecodable", "" },
  { "unreadable-audio", "unreadable-audio", "" },
  { "audio-only", "sound", "" },
  { "audio-containers", "landscape",
    "container=m4a container=mp3 container=opus container=flac container=wav codec=none audio-codec=mp3,codec=none "
    "container=mp3,codec=h264" },
  { "lossless-audio", "deep", "container=flac container=wav container=opus container=mkv,audio-codec=flac" },
  { "metadata", "landscape", "keep-metadata=no keep-metadata platform=tiktok,keep-metadata" },

  { "rate-control", "landscape",
    "rate-control=cbr rate-control=abr,video-bitrate=6M rate-control=vbr,codec=h265,two-pass=no video-bitrate=3M,codec=vp9 "
    "rate-control=cbr,codec=av1,speed=fast platform=instagram,rate-control=vbr" },
  { "rate-control-errors", "landscape",
    "rate-control=abr,crf=20 rate-control=crf,video-bitrate=2M codec=prores,rate-control=cbr codec=prores,video-bitrate=5M "
    "platform=instagram,video-bitrate=60M two-pass rate-control=cbr,two-pass" },

  { "sizes", "landscape",
    "target-size=25MB target-size=3MB,codec=vp9,size-priority=balanced max-size=2MiB max-size=2GB,crf=20 "
    "platform=discord,quality=ultra codec=none,target-size=300kB codec=none,audio-codec=mp3,target-size=300kB" },
  { "size-errors", "landscape",
    "target-size=100kB max-size=50kB,audio-bitrate=128k target-size=9MB,crf=20 target-size=9MB,video-bitrate=2M "
    "codec=prores,target-size=9MB codec=none,audio-codec=flac,max-size=9MB max-size=9MB,size-priority=size "
    "codec=none,target-size=20kB" },

  { "hardware", "landscape",
    "encoder=hardware encoder=hardware,codec=h265,speed=slow,quality=high encoder=hardware,codec=vp9 "
    "encoder=hardware,target-size=9MB encoder=hardware,codec=prores platform=instagram,encoder=hardware encoder=software" },
  { "hardware-hdr", "hdr10", "codec=h265,encoder=hardware codec=h265,hdr=sdr,encoder=hardware" },

  /* what must not go ahead */
  { "not-available", "landscape",
    "package=hls copy=require" },
  { "part-of-an-id", "landscape", "platform=reels" },
  { "unknown-ids", "landscape",
    "platform=yuotube preset=sociaI_quick quality=ultr codec=h266 audio-codec=acc container=mp5 resolution=1081p" },
  { "incompatible", "landscape", "codec=h264,container=webm codec=vp9,platform=tiktok,container=mp4 container=webm,audio-codec=aac" },
  { "nothing-to-export", "empty", "" },
  { "source-warning", "damaged", "" },
  { "same-names", "landscape", "suffix=.a suffix=.a suffix=.A" },
};

static void
test_golden (gconstpointer data)
{
  const Case *test = data;
  g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan (test->source, test->outputs);
  g_autoptr (JsonNode) node = sendoff_plan_to_json (plan);
  g_autofree char *pretty = sendoff_json_to_text (node, TRUE);
  g_autofree char *text = g_strconcat (pretty, "\n", NULL);
  g_autofree char *golden = NULL;

  if (g_getenv ("SENDOFF_UPDATE_GOLDEN") != NULL)
    {
      g_autofree char *leaf = g_strconcat (test->name, ".json", NULL);
      g_autofree char *path = g_test_build_filename (G_TEST_DIST, "model", "golden", leaf, NULL);

      g_assert_true (g_file_set_contents (path, text, -1, NULL));
      return;
    }
  golden = planner_fixtures_read_text ("golden", test->name);
  g_assert_nonnull (golden);
  g_assert_cmpstr (text, ==, golden);
}

/* Whatever the golden files say, every plan without errors keeps these. */
static void
check_grid (const SendoffChunkGroup *group)
{
  g_assert_cmpuint (sendoff_chunk_group_get_n_chunks (group), >=, 1);
  for (guint i = 0; i + 1 < group->boundaries_us->len; i++)
    g_assert_cmpint (g_array_index (group->boundaries_us, gint64, i), <,
                     g_array_index (group->boundaries_us, gint64, i + 1));
  g_assert_cmpint (g_array_index (group->boundaries_us, gint64, 0), <, group->start_us);
}

static void
check_output (const SendoffPlan *plan, const SendoffOutputPlan *output)
{
  g_assert_cmpint (output->group >= 0, ==, output->video != NULL);
  g_assert_cmpint (output->estimated_low_bytes, <=, output->estimated_size_bytes);
  g_assert_cmpint (output->estimated_size_bytes, <=, output->estimated_high_bytes);
  if (output->video == NULL)
    return;
  g_assert_cmpint (output->video->width % 2, ==, 0);
  g_assert_cmpint (output->video->height % 2, ==, 0);
  g_assert_cmpint (output->video->gop_frames, >=, 1);
  g_assert_cmpint (output->video->threads, >=, 1);
  g_assert_true (sendoff_rational_is_set (output->video->nominal_frame_rate));
  g_assert_true (sendoff_rational_is_set (output->video->time_base));
}

static void
test_invariants (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan (cases[i].source, cases[i].outputs);

      if (sendoff_plan_has_errors (plan))
        continue;
      for (guint j = 0; j < plan->groups->len; j++)
        check_grid (g_ptr_array_index (plan->groups, j));
      for (guint j = 0; j < plan->outputs->len; j++)
        check_output (plan, sendoff_plan_get_output (plan, j));
    }
}

/* A plan stored with its job is the same plan when it is read again. */
static void
test_json_round_trip (void)
{
  g_autoptr (SendoffPlan) plan = planner_fixtures_make_plan ("phone", "platform=youtube start=2,end=9,codec=vp9");
  g_autofree char *text = sendoff_doc_to_text (&sendoff_plan_doc_type, plan);
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffPlan) copy = sendoff_doc_from_text (&sendoff_plan_doc_type, text, &error);
  g_autofree char *again = NULL;

  g_assert_no_error (error);
  again = sendoff_doc_to_text (&sendoff_plan_doc_type, copy);
  g_assert_cmpstr (text, ==, again);
}

/* The grid must not depend on the machine: chunks made elsewhere are the same. */
static void
test_grid_does_not_depend_on_machine (void)
{
  g_autoptr (SendoffMediaInfo) source = planner_fixtures_read_source ("uhd60");
  g_autoptr (SendoffRequest) request = planner_fixtures_make_request ("codec=h264");
  g_autoptr (SendoffMachine) small = planner_fixtures_make_machine (), large = planner_fixtures_make_machine ();
  g_autoptr (SendoffCatalog) catalog = sendoff_catalog_new (NULL);
  g_autoptr (SendoffPlan) a = NULL, b = NULL;
  const SendoffChunkGroup *grid_a, *grid_b;

  small->cores = 1;
  large->cores = 64;
  a = sendoff_planner_plan (source, request, catalog, small);
  b = sendoff_planner_plan (source, request, catalog, large);
  grid_a = g_ptr_array_index (a->groups, 0);
  grid_b = g_ptr_array_index (b->groups, 0);
  g_assert_cmpuint (grid_a->boundaries_us->len, ==, grid_b->boundaries_us->len);
  g_assert_cmpmem (grid_a->boundaries_us->data, grid_a->boundaries_us->len * sizeof (gint64),
                   grid_b->boundaries_us->data, grid_b->boundaries_us->len * sizeof (gint64));
}

/* Even chunks, of which one costs the source four times as much: a run with it goes before others as long. */
static void
test_runs_are_weighed (void)
{
  g_autoptr (SendoffMediaInfo) source = planner_fixtures_read_source ("uhd60");
  g_autoptr (SendoffRequest) request = planner_fixtures_make_request ("codec=h264");
  g_autoptr (SendoffMachine) machine = planner_fixtures_make_machine ();
  g_autoptr (SendoffCatalog) catalog = sendoff_catalog_new (NULL);
  SendoffStreamInfo *video = (SendoffStreamInfo *)sendoff_media_info_get_video (source);
  g_autoptr (SendoffPlan) blind = sendoff_planner_plan (source, request, catalog, machine);
  g_autoptr (SendoffPlan) plan = NULL;
  const SendoffChunkGroup *grid = g_ptr_array_index (blind->groups, 0);
  double costly_end = (double)g_array_index (grid->boundaries_us, gint64, 3) / 1e6;

  g_assert_null (grid->source_bytes);
  g_assert_cmpint (sendoff_chunk_group_get_weight (grid, 1, 2), ==, 2);
  video->packet_profile_bytes = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (gint64 second = 0; second <= source->duration_us / G_USEC_PER_SEC; second++)
    {
      gint64 bytes = (double)second >= costly_end - 3 && (double)second < costly_end ? 4000 : 1000;

      g_array_append_val (video->packet_profile_bytes, bytes);
    }
  plan = sendoff_planner_plan (source, request, catalog, machine);
  grid = g_ptr_array_index (plan->groups, 0);
  g_assert_cmpuint (grid->source_bytes->len, ==, sendoff_chunk_group_get_n_chunks (grid));
  g_assert_cmpint (sendoff_chunk_group_get_weight (grid, 2, 2), >, sendoff_chunk_group_get_weight (grid, 0, 0));
  g_assert_cmpint (sendoff_chunk_group_get_weight (grid, 2, 3), >, sendoff_chunk_group_get_weight (grid, 4, 5));
  g_assert_cmpint (sendoff_chunk_group_get_weight (grid, 4, 5), >, sendoff_chunk_group_get_weight (grid, 2, 2));
}

static const char *
find_issue (const SendoffPlan *plan, const char *code)
{
  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

      if (g_str_equal (issue->code, code))
        return issue->message;
    }
  return NULL;
}

static void
test_missing_encoder_is_named (void)
{
  g_autoptr (SendoffMediaInfo) source = planner_fixtures_read_source ("phone");
  g_autoptr (SendoffRequest) request = planner_fixtures_make_request ("codec=vp9,hdr=sdr");
  g_autoptr (SendoffMachine) machine = sendoff_machine_new ();
  g_autoptr (SendoffCatalog) catalog = sendoff_catalog_new (NULL);
  g_autoptr (SendoffPlan) plan = sendoff_planner_plan (source, request, catalog, machine);

  g_assert_true (sendoff_plan_has_errors (plan));
  g_assert_nonnull (strstr (find_issue (plan, "encoder-missing"), "libvpx-vp9"));
  g_assert_nonnull (strstr (find_issue (plan, "filter-missing"), "zscale"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/model/planner/golden/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_golden);
    }
  g_test_add_func ("/model/planner/invariants", test_invariants);
  g_test_add_func ("/model/planner/json-round-trip", test_json_round_trip);
  g_test_add_func ("/model/planner/runs-are-weighed", test_runs_are_weighed);
  g_test_add_func ("/model/planner/grid-does-not-depend-on-machine", test_grid_does_not_depend_on_machine);
  g_test_add_func ("/model/planner/missing-encoder-is-named", test_missing_encoder_is_named);
  return g_test_run ();
}
