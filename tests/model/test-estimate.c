#include "model/sendoff-estimate.h"
#include "model/sendoff-h264-level.h"
#include "model/sendoff-h265-level.h"

static SendoffCatalog *
get_catalog (void)
{
  g_autoptr (GError) error = NULL;
  SendoffCatalog *catalog = sendoff_catalog_new (&error);

  g_assert_no_error (error);
  return catalog;
}

/* The arithmetic's own vectors: (kbps + kbps) × s / 8000 × 1.05. */
static void
test_simple_size (void)
{
  g_assert_cmpfloat_with_epsilon (sendoff_estimate_simple_size_mb (6000, 192, 60), 48.762, 1e-9);
  g_assert_cmpfloat_with_epsilon (sendoff_estimate_simple_size_mb (8000, 0, 1), 1.05, 1e-9);
  g_assert_cmpfloat_with_epsilon (sendoff_estimate_simple_size_mb (0, 128, 3600), 60.48, 1e-9);
}

static void
test_scaled_bitrate (void)
{
  g_autoptr (SendoffCatalog) catalog = get_catalog ();

  g_assert_cmpint (sendoff_estimate_scaled_bitrate (catalog, 8000000, 1280 * 720, 30, 1), ==, 8000000);
  g_assert_cmpint (sendoff_estimate_scaled_bitrate (catalog, 8000000, 1920 * 1080, 25, 1), ==, 16000000);
  g_assert_cmpint (sendoff_estimate_scaled_bitrate (catalog, 8000000, 3840 * 2160, 30, 0.5), ==, 24000000);
  /* 60 frames need half as much again, as in YouTube's table (8 → 12 Mbit/s). */
  g_assert_cmpfloat_with_epsilon ((double)sendoff_estimate_scaled_bitrate (catalog, 8000000, 1280 * 720, 60, 1), 12e6,
                                  5000);
}

static SendoffMediaInfo *
make_source (gint64 bitrate_bps)
{
  SendoffMediaInfo *source = sendoff_media_info_new ();
  SendoffStreamInfo *stream = sendoff_stream_info_new ();

  stream->width = 1920;
  stream->height = 1080;
  stream->frame_rate = SENDOFF_RATIONAL (30, 1);
  stream->codec = g_strdup ("h264");
  stream->bitrate_bps = bitrate_bps;
  source->video_index = 0;
  source->duration_us = 10000000;
  g_ptr_array_add (source->streams, stream);
  return source;
}

static SendoffOutputPlan *
make_output (int width, int height, double crf)
{
  SendoffOutputPlan *output = sendoff_output_plan_new ();

  output->duration_us = 10000000;
  output->video = sendoff_video_plan_new ();
  output->video->codec = g_strdup ("h264");
  output->video->width = width;
  output->video->height = height;
  output->video->crf = crf;
  output->video->nominal_frame_rate = SENDOFF_RATIONAL (30, 1);
  return output;
}

static gint64
estimate (SendoffCatalog *catalog, SendoffMediaInfo *source, SendoffOutputPlan *output)
{
  sendoff_estimate_output (catalog, source, NULL, output);
  g_assert_cmpint (output->estimated_low_bytes, <=, output->estimated_size_bytes);
  g_assert_cmpint (output->estimated_size_bytes, <=, output->estimated_high_bytes);
  return output->estimated_size_bytes;
}

static void
test_grows_with_quality_and_size (void)
{
  g_autoptr (SendoffCatalog) catalog = get_catalog ();
  g_autoptr (SendoffMediaInfo) source = make_source (100000000);
  g_autoptr (SendoffOutputPlan) base = make_output (1280, 720, 23);
  g_autoptr (SendoffOutputPlan) better = make_output (1280, 720, 17);
  g_autoptr (SendoffOutputPlan) larger = make_output (1920, 1080, 23);
  double size = (double)estimate (catalog, source, base);

  g_assert_cmpfloat_with_epsilon ((double)estimate (catalog, source, better), 2 * size, size * 0.02);
  g_assert_cmpint (estimate (catalog, source, larger), >, (gint64)(size * 1.5));
  g_assert_cmpstr (base->size_basis, ==, "model");
}

static void
test_ceilings (void)
{
  g_autoptr (SendoffCatalog) catalog = get_catalog ();
  g_autoptr (SendoffMediaInfo) poor = make_source (500000);
  g_autoptr (SendoffMediaInfo) rich = make_source (100000000);
  g_autoptr (SendoffOutputPlan) output = make_output (1920, 1080, 17);

  /* Never much above what the source had … */
  estimate (catalog, poor, output);
  g_assert_cmpint (output->estimated_high_bytes, <, 2 * 500000 * 10 / 8 + 20000);
  /* … and never above the cap. */
  output->video->maxrate_bps = 2000000;
  estimate (catalog, rich, output);
  g_assert_cmpint (output->estimated_high_bytes, <, 2000000 * 10 / 8 + 20000);
}

static void
test_audio_only (void)
{
  g_autoptr (SendoffCatalog) catalog = get_catalog ();
  g_autoptr (SendoffMediaInfo) source = sendoff_media_info_new ();
  g_autoptr (SendoffOutputPlan) output = sendoff_output_plan_new ();

  output->duration_us = 60000000;
  output->audio = sendoff_audio_plan_new ();
  output->audio->codec = g_strdup ("aac");
  output->audio->sample_rate = 48000;
  output->audio->channels = 2;
  output->audio->bitrate_bps = 192000;
  g_assert_cmpfloat_with_epsilon ((double)estimate (catalog, source, output), 192000 * 60 / 8.0, 50000);
  g_assert_cmpstr (output->size_basis, ==, "bitrate");
}

/* Codecs for editing: the sizes that FFmpeg makes of ten seconds, DNxHR's to the byte but for the container. */
static void
test_profiles (void)
{
  static const struct {
    const char *codec, *profile;
    int width, height;
    gint64 picture_bytes;
  } cases[] = {
    { "dnxhd", "dnxhr_lb", 256, 144, 8192 },     { "dnxhd", "dnxhr_sq", 640, 360, 69632 },
    { "dnxhd", "dnxhr_hqx", 640, 360, 102400 },  { "dnxhd", "dnxhr_444", 640, 360, 208896 },
    { "dnxhd", "dnxhr_hq", 1920, 1080, 917504 },
  };
  g_autoptr (SendoffCatalog) catalog = get_catalog ();
  g_autoptr (SendoffMediaInfo) source = make_source (500000);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (SendoffOutputPlan) output = make_output (cases[i].width, cases[i].height, -1);

      g_free (output->video->codec);
      output->video->codec = g_strdup (cases[i].codec);
      output->video->profile = g_strdup (cases[i].profile);
      g_assert_cmpfloat_with_epsilon ((double)estimate (catalog, source, output), (double)cases[i].picture_bytes * 300, 10000);
      g_assert_cmpint (output->estimated_high_bytes - output->estimated_low_bytes, <, 10000);
    }
}

/* Table A-1 of ITU-T H.264. */
static void
test_h264_levels (void)
{
  static const struct {
    int width, height;
    double frame_rate;
    gint64 maxrate_bps;
    const char *profile;
    int level;
  } cases[] = {
    { 176, 144, 15, 0, "high", 10 },        { 640, 360, 30, 0, "high", 30 },          { 1280, 720, 30, 0, "high", 31 },
    { 1280, 720, 60, 0, "high", 32 },       { 1920, 1080, 30, 0, "high", 40 },        { 1920, 1080, 30, 30000000, "high", 41 },
    { 1920, 1080, 60, 0, "high", 42 },      { 3840, 2160, 30, 0, "high", 51 },        { 3840, 2160, 60, 0, "high", 52 },
    { 7680, 4320, 60, 0, "high", 61 },      { 1920, 1080, 30, 25000000, "high", 41 }, { 1280, 720, 30, 14000000, "high", 40 },
    { 1280, 720, 30, 8000000, "main", 32 }, { 32, 1920, 30, 0, "high", 31 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (sendoff_h264_level_choose (cases[i].width, cases[i].height, cases[i].frame_rate, cases[i].maxrate_bps,
                                                2 * cases[i].maxrate_bps, cases[i].profile),
                     ==, cases[i].level);
  g_assert_cmpint (sendoff_h264_level_get_max_references (40, 1920, 1080), ==, 4);
  g_assert_cmpint (sendoff_h264_level_get_max_references (31, 1280, 720), ==, 5);
  g_assert_cmpint (sendoff_h264_level_get_max_references (52, 640, 360), ==, 16);
}

/* Tables A.8 and A.9 of ITU-T H.265. */
static void
test_h265_levels (void)
{
  static const struct {
    int width, height;
    double frame_rate;
    gint64 maxrate_bps;
    int level;
    gboolean high_tier;
    gint64 max_buffer_bits;
  } cases[] = {
    { 256, 144, 25, 0, 20, FALSE, 1500000 },           { 1280, 720, 30, 0, 31, FALSE, 10000000 },
    { 1920, 1080, 30, 10400000, 40, FALSE, 12000000 }, { 1920, 1080, 30, 20000000, 40, TRUE, 30000000 },
    { 1920, 1080, 60, 20000000, 41, FALSE, 20000000 }, { 1920, 1080, 30, 65000000, 50, TRUE, 100000000 },
    { 3840, 2160, 30, 0, 50, FALSE, 25000000 },        { 3840, 2160, 60, 60000000, 51, TRUE, 160000000 },
    { 7680, 4320, 30, 0, 60, FALSE, 60000000 },        { 16384, 16384, 30, 0, 0, FALSE, 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gboolean high_tier;
      gint64 max_buffer_bits;

      g_assert_cmpint (sendoff_h265_level_choose (cases[i].width, cases[i].height, cases[i].frame_rate,
                                                  cases[i].maxrate_bps, &high_tier, &max_buffer_bits),
                       ==, cases[i].level);
      g_assert_cmpint (high_tier, ==, cases[i].high_tier);
      g_assert_cmpint (max_buffer_bits, ==, cases[i].max_buffer_bits);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/estimate/simple-size", test_simple_size);
  g_test_add_func ("/model/estimate/scaled-bitrate", test_scaled_bitrate);
  g_test_add_func ("/model/estimate/grows-with-quality-and-size", test_grows_with_quality_and_size);
  g_test_add_func ("/model/estimate/ceilings", test_ceilings);
  g_test_add_func ("/model/estimate/audio-only", test_audio_only);
  g_test_add_func ("/model/estimate/profiles", test_profiles);
  g_test_add_func ("/model/h264-level/table", test_h264_levels);
  g_test_add_func ("/model/h265-level/table", test_h265_levels);
  return g_test_run ();
}
