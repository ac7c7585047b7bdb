/* Still pictures: the right frame at every time, upright, with square pixels, in its box. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "media-fixtures.h"
#include "media/sendoff-ffmpeg.h"
#include "media/sendoff-roles.h"

#define FRAME_US 40000

typedef struct {
  char *path;
  int fd, null_fd;
  char *directory;
  SendoffEvents *events;
  SendoffMediaInfo *info;
  SendoffWorkerSpec *spec;
} Bench;

static void
bench_open (Bench *self, const MediaFixture *fixture)
{
  g_autoptr (SendoffWorkerSpec) probe = sendoff_worker_spec_new ();
  g_autoptr (GError) error = NULL;

  self->path = media_fixture_write (fixture);
  self->fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);
  self->null_fd = g_open ("/dev/null", O_WRONLY | O_CLOEXEC, 0);
  self->directory = g_dir_make_tmp ("sendoff-frames-XXXXXX", NULL);
  self->events = sendoff_events_new (self->null_fd);
  probe->source_fd = self->fd;
  probe->scan = TRUE;
  self->info = sendoff_role_probe (probe, self->events, &error);
  g_assert_no_error (error);
  self->spec = sendoff_worker_spec_new ();
  self->spec->role = SENDOFF_ROLE_FRAME;
  self->spec->source_fd = self->fd;
  self->spec->stream_index = self->info->video_index;
  self->spec->origin_us = self->info->origin_us;
  self->spec->picture_encoder = g_strdup ("png");
  self->spec->times_us = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
bench_close (Bench *self)
{
  for (guint i = 0; self->spec->frame_paths != NULL && self->spec->frame_paths[i] != NULL; i++)
    g_unlink (self->spec->frame_paths[i]);
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
  g_free (self->directory);
  sendoff_worker_spec_free (self->spec);
  sendoff_media_info_free (self->info);
  sendoff_events_free (self->events);
  close (self->null_fd);
  close (self->fd);
  media_fixture_delete (self->path);
}

static void
add_time (Bench *self, gint64 time_us)
{
  g_array_append_val (self->spec->times_us, time_us);
}

static SendoffFramesResult *
take (Bench *self, GError **error)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < self->spec->times_us->len; i++)
    {
      g_autofree char *leaf = g_strdup_printf ("%u", i);
      g_autofree char *path = g_build_filename (self->directory, leaf, NULL);

      g_strv_builder_add (paths, path);
    }
  self->spec->frame_paths = g_strv_builder_end (paths);
  return sendoff_role_frame (self->spec, self->events, error);
}

static SendoffFramesResult *
take_all (Bench *self)
{
  g_autoptr (GError) error = NULL;
  SendoffFramesResult *result = take (self, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (result->frames->len, ==, self->spec->times_us->len);
  return result;
}

/* Other times, with the files of the first. */
static SendoffFramesResult *
take_again (Bench *self)
{
  g_auto (GStrv) paths = g_steal_pointer (&self->spec->frame_paths);
  SendoffFramesResult *result = take_all (self);

  g_strfreev (self->spec->frame_paths);
  self->spec->frame_paths = g_steal_pointer (&paths);
  return result;
}

static AVFrame *
read_picture (const char *path, enum AVCodecID codec)
{
  AVCodecContext *decoder = avcodec_alloc_context3 (avcodec_find_decoder (codec));
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  g_autofree char *data = NULL;
  AVFrame *frame = av_frame_alloc ();
  gsize length;

  g_assert_true (g_file_get_contents (path, &data, &length, NULL));
  g_assert_cmpint (av_new_packet (packet, (int)length), ==, 0);
  memcpy (packet->data, data, length);
  g_assert_cmpint (avcodec_open2 (decoder, NULL, NULL), ==, 0);
  g_assert_cmpint (avcodec_send_packet (decoder, packet), ==, 0);
  avcodec_send_packet (decoder, NULL);
  g_assert_cmpint (avcodec_receive_frame (decoder, frame), ==, 0);
  avcodec_free_context (&decoder);
  return frame;
}

/* The first component of a pixel of an RGB picture, or luma of JPEG. */
static int
get_pixel (const AVFrame *frame, int x, int y)
{
  return frame->data[0][y * frame->linesize[0] + x * (frame->format == AV_PIX_FMT_RGB24 ? 3 : 1)];
}

/* The frame's number, from the brightness of its counting corner: 7 a frame, from 16, in limited range. */
static int
read_number (const AVFrame *frame, int x, int y)
{
  return (int)lround (get_pixel (frame, x, y) * 219 / 255.0 / 7);
}

static int
read_number_at (Bench *self, guint index, int x, int y)
{
  AVFrame *frame = read_picture (self->spec->frame_paths[index], AV_CODEC_ID_PNG);
  int number = read_number (frame, x, y);

  g_assert_cmpint (frame->format, ==, AV_PIX_FMT_RGB24);
  av_frame_free (&frame);
  return number;
}

static const SendoffFrameFacts *
get_facts (const SendoffFramesResult *result, guint index)
{
  return g_ptr_array_index (result->frames, index);
}

/* ---- Which frame ---- */

/* Longer than what is decoded rather than searched. */
static const MediaFixture exact_cases[] = {
  { .container = "mp4", .codec = "mpeg4", .n_frames = 75, .gop = 12 },
  { .container = "mp4", .codec = "libx264", .n_frames = 75, .gop = 9, .b_frames = 3 },
  { .container = "mp4", .codec = "libx264", .n_frames = 75, .gop = 999, .b_frames = 3, .start_ms = -400 },
  { .container = "matroska", .codec = "mpeg2video", .n_frames = 75, .gop = 6, .b_frames = 2 },
  { .container = "mpegts", .codec = "mpeg2video", .n_frames = 75, .gop = 9, .start_ms = 12000 },
  { .container = "avi", .codec = "mpeg4", .n_frames = 75, .gop = 9 },
};

/* Frame @number is shown from its time until just before the next one's. */
static void
check_shown (Bench *bench, const SendoffFramesResult *result, guint index, int cut_frames)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (bench->info);
  gint64 since_us = g_array_index (bench->spec->times_us, gint64, index) - video->start_us;
  int number = (int)(since_us / FRAME_US);
  AVFrame *frame = read_picture (bench->spec->frame_paths[index], AV_CODEC_ID_PNG);
  int luma = get_pixel (frame, 8, 8) * 219 / 255 + 16;

  g_assert_cmpint (ABS (get_facts (result, index)->time_us - video->start_us - (gint64)number * FRAME_US), <, 1000);
  g_assert_cmpint (ABS (luma - (16 + (number + cut_frames) * 7 % 220)), <=, 3);
  av_frame_free (&frame);
}

/* Every third frame, each at its start and at its end: first all at once and backwards, then by a seek of its own. */
static void
test_exact (gconstpointer data)
{
  const MediaFixture *fixture = data;
  int cut_frames = (int)MAX (0, -fixture->start_ms) * 1000 / FRAME_US;
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;
  g_autoptr (GArray) times_us = NULL;
  gint64 start_us;

  if (!media_fixture_has_encoder (fixture->codec))
    {
      g_test_skip ("the encoder is not installed");
      return;
    }
  bench_open (&bench, fixture);
  start_us = sendoff_media_info_get_video (bench.info)->start_us;
  for (int i = fixture->n_frames - cut_frames - 1; i >= 0; i -= 3)
    {
      add_time (&bench, start_us + (gint64)i * FRAME_US + 1000);
      add_time (&bench, start_us + (gint64)(i + 1) * FRAME_US - 1000);
    }
  result = take_all (&bench);
  for (guint i = 0; i < result->frames->len; i++)
    check_shown (&bench, result, i, cut_frames);
  times_us = g_array_copy (bench.spec->times_us);
  for (guint i = 0; i < times_us->len / 2; i++)
    {
      g_autoptr (SendoffFramesResult) single = NULL;

      g_array_set_size (bench.spec->times_us, 0);
      add_time (&bench, g_array_index (times_us, gint64, i));
      single = take_again (&bench);
      check_shown (&bench, single, 0, cut_frames);
    }
  bench_close (&bench);
}

static void
test_far_apart (void)
{
  const MediaFixture fixture = { .codec = "mpeg4", .rate_num = 1, .n_frames = 30, .gop = 4 };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;
  const int seconds[] = { 25, 3, 14, 13 };

  bench_open (&bench, &fixture);
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    add_time (&bench, seconds[i] * G_USEC_PER_SEC);
  result = take_all (&bench);
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++)
    g_assert_cmpint (read_number_at (&bench, i, 8, 8), ==, seconds[i]);
  bench_close (&bench);
}

static void
test_variable_rate (void)
{
  static const gint64 times_ms[] = { 0, 33, 500, 533, 1500, 1600 };
  const MediaFixture fixture = { .container = "matroska", .n_frames = 6, .gop = 3, .times_ms = times_ms };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;

  bench_open (&bench, &fixture);
  add_time (&bench, 499000);
  add_time (&bench, 500000);
  add_time (&bench, 1499000);
  result = take_all (&bench);
  g_assert_cmpint (read_number_at (&bench, 0, 8, 8), ==, 1);
  g_assert_cmpint (read_number_at (&bench, 1, 8, 8), ==, 2);
  g_assert_cmpint (read_number_at (&bench, 2, 8, 8), ==, 3);
  bench_close (&bench);
}

static void
test_outside (void)
{
  const MediaFixture fixture = { .audio = "aac", .audio_ms = 4000, .n_frames = 25 };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;

  bench_open (&bench, &fixture);
  add_time (&bench, -1000000);
  add_time (&bench, 3900000);
  add_time (&bench, G_MAXINT64 / 4);
  result = take_all (&bench);
  g_assert_cmpint (read_number_at (&bench, 0, 8, 8), ==, 0);
  g_assert_cmpint (read_number_at (&bench, 1, 8, 8), ==, 24);
  g_assert_cmpint (read_number_at (&bench, 2, 8, 8), ==, 24);
  bench_close (&bench);
}

/* ---- Its shape ---- */

typedef struct {
  const char *name;
  MediaFixture fixture;
  int max_width, max_height;
  int width, height;
  int corner_x, corner_y;
} ShapeCase;

static const gint32 quarter_turn[9] = { 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30 };
static const gint32 half_turn[9] = { -65536, 0, 0, 0, -65536, 0, 0, 0, 1 << 30 };

static const ShapeCase shape_cases[] = {
  { "as-source", { .n_frames = 12 }, 0, 0, 64, 48, 8, 8 },
  { "not-enlarged", { .n_frames = 12 }, 640, 480, 64, 48, 8, 8 },
  { "fits-width", { .n_frames = 12 }, 32, 480, 32, 24, 4, 4 },
  { "fits-height", { .n_frames = 12 }, 0, 24, 32, 24, 4, 4 },
  { "odd", { .n_frames = 12 }, 33, 33, 33, 25, 4, 4 },
  { "quarter-turn", { .n_frames = 12, .matrix = quarter_turn }, 0, 0, 48, 64, 39, 8 },
  { "half-turn", { .n_frames = 12, .matrix = half_turn }, 0, 0, 64, 48, 55, 39 },
  { "wide-pixels", { .n_frames = 12, .aspect_num = 4, .aspect_den = 3 }, 0, 0, 85, 48, 10, 8 },
  { "wide-pixels-turned", { .n_frames = 12, .aspect_num = 2, .aspect_den = 1, .matrix = quarter_turn }, 24, 64, 24, 64, 20, 8 },
  { "full-range", { .n_frames = 12, .codec = "mjpeg", .container = "matroska", .pixel_format = "yuvj420p" }, 0, 0, 64, 48, -1, 0 },
};

static void
test_shape (gconstpointer data)
{
  const ShapeCase *wanted = data;
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;
  AVFrame *frame;

  bench_open (&bench, &wanted->fixture);
  bench.spec->max_width = wanted->max_width;
  bench.spec->max_height = wanted->max_height;
  add_time (&bench, 11 * FRAME_US);
  result = take_all (&bench);
  g_assert_cmpint (get_facts (result, 0)->width, ==, wanted->width);
  g_assert_cmpint (get_facts (result, 0)->height, ==, wanted->height);
  frame = read_picture (bench.spec->frame_paths[0], AV_CODEC_ID_PNG);
  g_assert_cmpint (frame->width, ==, wanted->width);
  g_assert_cmpint (frame->height, ==, wanted->height);
  if (wanted->corner_x >= 0)
    g_assert_cmpint (read_number (frame, wanted->corner_x, wanted->corner_y), ==, 11);
  else
    g_assert_cmpint (ABS (get_pixel (frame, 8, 8) - (16 + 11 * 7)), <=, 4); /* as stored: not stretched */
  av_frame_free (&frame);
  bench_close (&bench);
}

static void
test_jpeg (void)
{
  const MediaFixture fixture = { .n_frames = 12 };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;
  AVFrame *frame;

  bench_open (&bench, &fixture);
  g_free (bench.spec->picture_encoder);
  bench.spec->picture_encoder = g_strdup ("mjpeg");
  add_time (&bench, 9 * FRAME_US);
  result = take_all (&bench);
  frame = read_picture (bench.spec->frame_paths[0], AV_CODEC_ID_MJPEG);
  g_assert_cmpint (frame->width, ==, 64);
  g_assert_cmpint (read_number (frame, 8, 8), ==, 9);
  av_frame_free (&frame);
  bench_close (&bench);
}

/* A picture of one colour has no contrast; a gradient has. */
static void
test_contrast (void)
{
  const MediaFixture flat = { .width = 16, .height = 16, .n_frames = 3 };
  const MediaFixture gradient = { .n_frames = 3 };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) none = NULL;
  g_autoptr (SendoffFramesResult) some = NULL;

  bench_open (&bench, &flat);
  add_time (&bench, 0);
  none = take_all (&bench);
  bench_close (&bench);
  bench_open (&bench, &gradient);
  add_time (&bench, 0);
  some = take_all (&bench);
  bench_close (&bench);
  g_assert_cmpfloat (get_facts (none, 0)->contrast, <, 0.02);
  g_assert_cmpfloat (get_facts (some, 0)->contrast, >, 0.1);
}

/* HDR's white of 203 nits is bright on a screen, and must not clip or stay grey. */
static void
test_hdr (void)
{
  const MediaFixture fixture = { .codec = "libx265", .pixel_format = "yuv420p10le", .n_frames = 3, .transfer = "smpte2084" };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;
  AVFrame *frame;
  int luma, brightness;

  if (!media_fixture_has_encoder (fixture.codec) || avfilter_get_by_name ("zscale") == NULL)
    {
      g_test_skip ("an encoder or filter is not installed");
      return;
    }
  bench_open (&bench, &fixture);
  bench.spec->max_width = 33; /* an odd size too */
  add_time (&bench, 0);
  result = take_all (&bench);
  frame = read_picture (bench.spec->frame_paths[0], AV_CODEC_ID_PNG);
  /* The middle of the gradient: (x · 2 + y) % 220 + 16 of 8 bits is about 58 % in PQ, near 200 nits. */
  luma = (48 * 2 + 36) % 220 + 16;
  brightness = get_pixel (frame, 24, 18);
  g_test_message ("luma %d became %d", luma, brightness);
  g_assert_cmpint (brightness, >, (luma - 16) * 255 / 219 + 20);
  g_assert_cmpint (brightness, <, 255);
  av_frame_free (&frame);
  bench_close (&bench);
}

/* ---- Without video ---- */

static void
test_cover (void)
{
  const MediaFixture fixture = { .container = "mp4", .codec = "", .audio = "aac", .audio_ms = 500, .with_cover = TRUE };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;

  bench_open (&bench, &fixture);
  g_assert_cmpint (bench.info->video_index, ==, -1);
  add_time (&bench, 300000);
  result = take_all (&bench);
  g_assert_cmpint (get_facts (result, 0)->width, ==, 16);
  g_assert_cmpint (get_facts (result, 0)->time_us, ==, 0);
  bench_close (&bench);
}

static void
test_no_picture (void)
{
  const MediaFixture fixture = { .codec = "", .audio = "aac", .audio_ms = 500 };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &fixture);
  add_time (&bench, 0);
  result = take (&bench, &error);
  g_assert_null (result);
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND);
  bench_close (&bench);
}

/* The file was replaced by one whose streams lie otherwise. */
static void
test_stream_changed (void)
{
  const MediaFixture fixture = { .codec = "", .audio = "aac", .audio_ms = 500 };
  Bench bench = { 0 };
  g_autoptr (SendoffFramesResult) result = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &fixture);
  bench.spec->stream_index = 0;
  add_time (&bench, 0);
  result = take (&bench, &error);
  g_assert_null (result);
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED);
  bench_close (&bench);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  av_log_set_level (AV_LOG_QUIET);
  for (guint i = 0; i < G_N_ELEMENTS (exact_cases); i++)
    {
      g_autofree char *path = g_strdup_printf ("/media/frame/exact/%s-%s-%u", exact_cases[i].container,
                                               exact_cases[i].codec, i);

      g_test_add_data_func (path, &exact_cases[i], test_exact);
    }
  for (guint i = 0; i < G_N_ELEMENTS (shape_cases); i++)
    {
      g_autofree char *path = g_strconcat ("/media/frame/shape/", shape_cases[i].name, NULL);

      g_test_add_data_func (path, &shape_cases[i], test_shape);
    }
  g_test_add_func ("/media/frame/far-apart", test_far_apart);
  g_test_add_func ("/media/frame/variable-rate", test_variable_rate);
  g_test_add_func ("/media/frame/outside", test_outside);
  g_test_add_func ("/media/frame/jpeg", test_jpeg);
  g_test_add_func ("/media/frame/contrast", test_contrast);
  g_test_add_func ("/media/frame/hdr", test_hdr);
  g_test_add_func ("/media/frame/cover", test_cover);
  g_test_add_func ("/media/frame/no-picture", test_no_picture);
  g_test_add_func ("/media/frame/stream-changed", test_stream_changed);
  return g_test_run ();
}
