#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "media-fixtures.h"
#include "media/sendoff-ffmpeg.h"
#include "media/sendoff-probe-stream.h"
#include "media/sendoff-probe-timing.h"
#include "media/sendoff-roles.h"

static SendoffMediaInfo *
probe_path (const char *path, gboolean scan, GError **error)
{
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  int null_fd = open ("/dev/null", O_WRONLY | O_CLOEXEC);
  g_autoptr (SendoffEvents) events = sendoff_events_new (null_fd);
  SendoffMediaInfo *info;

  spec->source_fd = open (path, O_RDONLY | O_CLOEXEC);
  spec->source_name = g_strdup ("Clip");
  spec->scan = scan;
  spec->packet_details = TRUE;
  info = sendoff_role_probe (spec, events, error);
  close (spec->source_fd);
  close (null_fd);
  return info;
}

static SendoffMediaInfo *
probe_fixture (const MediaFixture *fixture, gboolean scan)
{
  g_autoptr (GError) error = NULL;
  char *path = media_fixture_write (fixture);
  SendoffMediaInfo *info = probe_path (path, scan, &error);

  g_assert_no_error (error);
  media_fixture_delete (path);
  return info;
}

static void
assert_rational (SendoffRational value, gint64 num, gint64 den)
{
  g_assert_cmpint (value.num, ==, num);
  g_assert_cmpint (value.den, ==, den);
}

typedef struct
{
  const char *name;
  gint64 scale; /* ticks a second */
  double rate;
  double jitter; /* fraction of a frame, alternating */
  guint n;
  guint dropped; /* index of a frame that is missing, 0 none */
  SendoffRational hint;
  SendoffRational expected;
  gboolean is_constant;
} TimingCase;

static const TimingCase timing_cases[] = {
  { "pal", 12800, 25, 0, 250, 0, { 25, 1 }, { 25, 1 }, TRUE },
  { "ntsc-in-milliseconds", 1000, 30000 / 1001.0, 0, 900, 0, { 0, 1 }, { 30000, 1001 }, TRUE },
  { "film-in-milliseconds", 1000, 24000 / 1001.0, 0, 240, 0, { 24000, 1001 }, { 24000, 1001 }, TRUE },
  { "short-in-milliseconds", 1000, 30, 0, 7, 0, { 0, 1 }, { 30, 1 }, TRUE },
  { "lying-declaration", 600, 30, 0, 100, 0, { 600, 1 }, { 30, 1 }, TRUE },
  { "jitter", 90000, 30, 0.15, 300, 0, { 0, 1 }, { 30, 1 }, TRUE },
  { "too-much-jitter", 90000, 30, 0.3, 300, 0, { 30, 1 }, { 30, 1 }, FALSE },
  { "dropped-frame", 90000, 50, 0, 101, 50, { 50, 1 }, { 99, 2 }, FALSE },
  { "odd-rate", 26777, 26.777, 0, 200, 0, { 0, 1 }, { 26777, 1000 }, TRUE },
  { "single", 1000, 25, 0, 1, 0, { 25, 1 }, { 25, 1 }, TRUE },
  { "two-hours", 1000, 60000 / 1001.0, 0, 431568, 0, { 0, 1 }, { 60000, 1001 }, TRUE },
};

static void
test_timing (gconstpointer data)
{
  const TimingCase *test = data;
  g_autoptr (GArray) samples = g_array_new (FALSE, TRUE, sizeof (SendoffSample));
  SendoffTiming timing;

  for (guint i = 0; i < test->n; i++)
    {
      double frame = i + (i % 2 == 1 ? test->jitter : -test->jitter);
      SendoffSample sample = { .time = (gint64)(frame / test->rate * (double)test->scale + 1000.5) };

      if (i == 0 || i != test->dropped)
        g_array_append_val (samples, sample);
    }
  sendoff_timing_sort (samples);
  timing = sendoff_timing_analyse (samples, SENDOFF_RATIONAL (1, test->scale), test->hint);
  g_assert_cmpint (timing.is_constant, ==, test->is_constant);
  if (test->is_constant)
    assert_rational (timing.rate, test->expected.num, test->expected.den);
  else
    g_assert_cmpfloat_with_epsilon (sendoff_rational_to_double (timing.rate),
                                    sendoff_rational_to_double (test->expected), 0.1);
}

static void
test_orientation (void)
{
  static const struct
  {
    gint32 matrix[9];
    SendoffOrientation expected;
  } cases[] = {
    { { 65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30 }, { 0, FALSE } },
    { { 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30 }, { 90, FALSE } },
    { { -65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30 }, { 180, FALSE } },
    { { 0, -65536, 0, 65536, 0, 0, 0, 0, 1 << 30 }, { 270, FALSE } },
    { { -65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30 }, { 0, TRUE } },
    { { 65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30 }, { 180, TRUE } },
    /* transposed: mirrored left–right and turned three quarters */
    { { 0, 65536, 0, 65536, 0, 0, 0, 0, 1 << 30 }, { 270, TRUE } },
    { { 0 }, { 0, FALSE } },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      SendoffOrientation orientation = sendoff_probe_orientation (cases[i].matrix);

      g_assert_cmpint (orientation.rotation, ==, cases[i].expected.rotation);
      g_assert_cmpint (orientation.mirrored, ==, cases[i].expected.mirrored);
    }
}

static void
test_mp4 (void)
{
  MediaFixture fixture = { .n_frames = 50,
                           .gop = 10,
                           .b_frames = 2,
                           .audio = "aac",
                           .title = "A title",
                           .mux_options = "movflags=+faststart" };
  g_autoptr (SendoffMediaInfo) info = probe_fixture (&fixture, FALSE);
  const SendoffStreamInfo *video = sendoff_media_info_get_video (info);
  const SendoffStreamInfo *audio = sendoff_media_info_get_audio (info);
  const SendoffTag *tag = NULL;
  gint64 bytes = 0;

  g_assert_true (info->scanned);
  g_assert_true (info->duration_is_exact);
  g_assert_true (info->seekable);
  g_assert_true (info->faststart);
  g_assert_cmpint (video->duration_us, ==, 2000000);
  g_assert_cmpint (video->frame_count, ==, 50);
  g_assert_cmpint (video->start_us, ==, 0);
  assert_rational (video->frame_rate, 25, 1);
  g_assert_true (video->constant_rate);
  g_assert_false (video->has_edit_list);
  g_assert_cmpint (video->bit_depth, ==, 8);
  g_assert_cmpstr (video->chroma, ==, "420");
  g_assert_cmpint (video->field_order, ==, SENDOFF_FIELDS_PROGRESSIVE);
  g_assert_cmpint (audio->channels, ==, 2);
  g_assert_cmpstr (audio->channel_layout, ==, "stereo");
  g_assert_cmpint (ABS (audio->duration_us - 2000000), <, 30000);
  g_assert_cmpuint (video->keyframe_times_us->len, >=, 5);
  g_assert_cmpint (g_array_index (video->keyframe_times_us, gint64, 0), ==, 0);
  for (guint i = 0; i < video->packet_profile_bytes->len; i++)
    bytes += g_array_index (video->packet_profile_bytes, gint64, i);
  g_assert_cmpint (ABS (bytes * 8 / 2 - video->bitrate_bps), <, 10);
  for (guint i = 0; i < info->tags->len && (tag == NULL || !g_str_equal (tag->key, "title")); i++)
    tag = g_ptr_array_index (info->tags, i);
  g_assert_cmpstr (tag->value, ==, "A title");
}

static void
test_matroska (void)
{
  MediaFixture fixture = { .container = "matroska", .n_frames = 60, .rate_num = 30000, .rate_den = 1001 };
  g_autoptr (SendoffMediaInfo) guessed = probe_fixture (&fixture, FALSE);
  g_autoptr (SendoffMediaInfo) scanned = probe_fixture (&fixture, TRUE);

  g_assert_false (guessed->scanned);
  g_assert_true (guessed->seekable);
  g_assert_null (sendoff_media_info_get_video (guessed)->keyframe_times_us);
  g_assert_null (sendoff_media_info_get_video (guessed)->packet_profile_bytes);
  g_assert_nonnull (sendoff_media_info_get_video (scanned)->packet_profile_bytes);
  g_assert_true (scanned->scanned);
  g_assert_cmpint (sendoff_media_info_get_video (scanned)->frame_count, ==, 60);
  g_assert_cmpint (scanned->duration_us, ==, 2002000);
  assert_rational (sendoff_media_info_get_video (scanned)->frame_rate, 30000, 1001);
}

/* A stream that was written to a pipe has neither length nor cues. */
static void
test_no_duration (void)
{
  MediaFixture fixture = { .container = "matroska", .n_frames = 30, .mux_options = "live=1" };
  g_autoptr (SendoffMediaInfo) info = probe_fixture (&fixture, TRUE);

  g_assert_false (info->seekable);
  g_assert_true (info->duration_is_exact);
  g_assert_cmpint (info->duration_us, ==, 1200000);
}

static void
test_variable (void)
{
  static const gint64 times_ms[] = { 0, 33, 66, 200, 233, 266, 300, 700, 733, 766 };
  MediaFixture fixture
      = { .container = "matroska", .n_frames = G_N_ELEMENTS (times_ms), .times_ms = times_ms };
  g_autoptr (SendoffMediaInfo) info = probe_fixture (&fixture, TRUE);
  const SendoffStreamInfo *video = sendoff_media_info_get_video (info);

  g_assert_false (video->constant_rate);
  g_assert_cmpfloat_with_epsilon (sendoff_rational_to_double (video->frame_rate), 9 / 0.766, 0.01);
  g_assert_cmpfloat_with_epsilon (sendoff_rational_to_double (video->max_frame_rate), 30.3, 0.4);
}

static void
test_picture_facts (void)
{
  static const gint32 matrix[9] = { 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30 };
  MediaFixture fixture = { .container = "mov",
                           .codec = "ffv1",
                           .width = 72,
                           .height = 48,
                           .aspect_num = 4,
                           .aspect_den = 3,
                           .matrix = matrix,
                           .pixel_format = "yuv422p10le",
                           .transfer = "smpte2084" };
  g_autoptr (SendoffMediaInfo) info = probe_fixture (&fixture, FALSE);
  const SendoffStreamInfo *video = sendoff_media_info_get_video (info);

  g_assert_cmpint (video->rotation, ==, 90);
  g_assert_false (video->mirrored);
  g_assert_cmpint (video->width, ==, 72);
  g_assert_cmpint (video->display_width, ==, 48);
  g_assert_cmpint (video->display_height, ==, 96);
  assert_rational (video->sample_aspect_ratio, 4, 3);
  g_assert_cmpint (video->bit_depth, ==, 10);
  g_assert_cmpstr (video->chroma, ==, "422");
  g_assert_cmpint (video->hdr, ==, SENDOFF_HDR_PQ);
  g_assert_cmpstr (video->color->primaries, ==, "bt2020");
}

static void
test_start (void)
{
  MediaFixture fixture = { .container = "mpegts", .codec = "mpeg2video", .start_ms = 12000, .audio = "mp2" };
  g_autoptr (SendoffMediaInfo) info = probe_fixture (&fixture, TRUE);

  /* The sound begins a little earlier, by its encoder's delay. */
  g_assert_cmpint (info->origin_us, >=, 11900000);
  g_assert_cmpint (info->origin_us, <=, 12000000);
  g_assert_cmpint (sendoff_media_info_get_video (info)->start_us, <, 100000);
  g_assert_cmpint (ABS (info->duration_us - 1000000), <, 60000);
  g_assert_false (info->seekable);
}

static void
test_fragmented (void)
{
  MediaFixture fixture = { .n_frames = 60, .mux_options = "movflags=+frag_keyframe+empty_moov" };
  g_autoptr (SendoffMediaInfo) info = probe_fixture (&fixture, TRUE);

  g_assert_false (info->seekable);
  g_assert_true (info->scanned);
  g_assert_cmpint (sendoff_media_info_get_video (info)->frame_count, ==, 60);
  g_assert_cmpint (info->duration_us, ==, 2400000);
}

static void
test_truncated (void)
{
  g_autoptr (SendoffMediaInfo) info = NULL;
  char *path = media_fixture_write (&(MediaFixture){ .n_frames = 100, .mux_options = "movflags=+faststart" });

  media_fixture_truncate (path, 0.6);
  info = probe_path (path, FALSE, NULL);
  g_assert_nonnull (info);
  g_assert_cmpint (info->duration_us, <, 3900000);
  g_assert_cmpint (info->duration_us, >, 400000);
  g_assert_cmpint (info->duration_us, ==, sendoff_media_info_get_video (info)->frame_count * 40000);
  g_assert_cmpuint (g_strv_length (info->warnings), ==, 1);
  g_assert_nonnull (strstr (info->warnings[0], "cut off"));
  media_fixture_delete (path);
}

static void
test_cover (void)
{
  MediaFixture with_video = { .with_cover = TRUE };
  MediaFixture only_sound = { .codec = "", .audio = "aac", .with_cover = TRUE, .container = "ipod" };
  g_autoptr (SendoffMediaInfo) video = probe_fixture (&with_video, FALSE);
  g_autoptr (SendoffMediaInfo) sound = probe_fixture (&only_sound, FALSE);
  const SendoffStreamInfo *cover = sendoff_media_info_get_stream (sound, 1);

  g_assert_cmpint (video->video_index, ==, 0);
  g_assert_cmpint (sound->video_index, ==, -1);
  g_assert_cmpint (sound->audio_index, ==, 0);
  g_assert_cmpint (cover->kind, ==, SENDOFF_STREAM_COVER);
  g_assert_cmpint (ABS (sound->duration_us - 1000000), <, 30000);
}

/* What files call themselves must not break JSON or a window. */
static void
test_text (void)
{
  g_autofree char *text = sendoff_probe_dup_text ("a\x1f"
                                                  "b\x7f"
                                                  "c\xff"
                                                  "d\n");
  g_autofree char *large = g_strnfill (100000, 'x');
  g_autofree char *cut = sendoff_probe_dup_text (large);

  g_assert_cmpstr (text, ==,
                   "a b c\xef\xbf\xbd"
                   "d\n");
  g_assert_cmpuint (strlen (cut), ==, 4096);
}

static void
test_capabilities (void)
{
  g_autoptr (SendoffMachine) machine = sendoff_role_capabilities ();

  g_assert_true (sendoff_machine_has_encoder (machine, "mpeg4"));
  g_assert_false (sendoff_machine_has_encoder (machine, "h264_v4l2m2m"));
  g_assert_true (sendoff_machine_has_filter (machine, "scale"));
  g_assert_true (g_strv_contains ((const char *const *)machine->muxers, "mp4"));
  g_assert_true (g_strv_contains ((const char *const *)machine->decoders, "mpeg4"));
  g_assert_cmpuint (g_strv_length (machine->libraries), >=, 5);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  av_log_set_level (AV_LOG_QUIET);
  for (guint i = 0; i < G_N_ELEMENTS (timing_cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("/media/probe/timing/%s", timing_cases[i].name);

      g_test_add_data_func (name, &timing_cases[i], test_timing);
    }
  g_test_add_func ("/media/probe/orientation", test_orientation);
  g_test_add_func ("/media/probe/text", test_text);
  g_test_add_func ("/media/probe/mp4", test_mp4);
  g_test_add_func ("/media/probe/matroska", test_matroska);
  g_test_add_func ("/media/probe/no-duration", test_no_duration);
  g_test_add_func ("/media/probe/variable", test_variable);
  g_test_add_func ("/media/probe/picture-facts", test_picture_facts);
  g_test_add_func ("/media/probe/start", test_start);
  g_test_add_func ("/media/probe/fragmented", test_fragmented);
  g_test_add_func ("/media/probe/truncated", test_truncated);
  g_test_add_func ("/media/probe/cover", test_cover);
  g_test_add_func ("/media/probe/capabilities", test_capabilities);
  return g_test_run ();
}
