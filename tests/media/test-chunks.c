/* Frame accuracy: what seeking runs of chunks encode is, frame by frame, what one sequential decode gives. */
#include <glib/gstdio.h>
#include <string.h>

#include <fcntl.h>
#include <unistd.h>

#include "media-fixtures.h"
#include "media/sendoff-packet-joiner.h"
#include "media/sendoff-roles.h"

#define N_CHUNKS 4

typedef struct {
  const char *name;
  MediaFixture fixture;
  gboolean constant; /* export on a tick grid */
} Case;

static const gint64 irregular_times[] = { 0,   33,  66,   133,  200,  233,  266,  300,  500,  533,  566,  600,  700,  733,  766,  800,
                                          900, 933, 1000, 1033, 1066, 1100, 1500, 1533, 1566, 1600, 1700, 1733, 1900, 1933, 1966, 2000 };
static const gint32 quarter_turn[9] = { 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30 };

static const Case cases[] = {
  { "b-pyramid", { .container = "mp4", .codec = "libx264", .n_frames = 75, .gop = 20, .b_frames = 4 }, TRUE },
  { "open-gop", { .container = "matroska", .codec = "mpeg2video", .n_frames = 75, .gop = 12, .b_frames = 2 }, TRUE },
  { "variable-rate", { .container = "matroska", .codec = "mpeg4", .n_frames = 32, .gop = 10, .times_ms = irregular_times }, FALSE },
  { "variable-to-constant", { .container = "matroska", .codec = "mpeg4", .n_frames = 32, .gop = 10, .times_ms = irregular_times }, TRUE },
  { "edit-list", { .container = "mp4", .codec = "libx264", .n_frames = 75, .gop = 25, .b_frames = 3, .start_ms = -400 }, TRUE },
  { "rotated", { .container = "mp4", .codec = "mpeg4", .n_frames = 75, .gop = 12, .matrix = quarter_turn }, TRUE },
  { "one-keyframe", { .container = "mp4", .codec = "libx264", .n_frames = 75, .gop = 9999, .b_frames = 2 }, TRUE },
  { "decoding-times-only", { .container = "avi", .codec = "mpeg4", .n_frames = 75, .gop = 12, .b_frames = 2 }, TRUE },
  { "late-start", { .container = "mpegts", .codec = "mpeg2video", .n_frames = 75, .gop = 12, .b_frames = 2, .start_ms = 12000 }, TRUE },
};

typedef struct {
  char *path;
  int fd;
  char *directory;
  SendoffMediaInfo *info;
  SendoffEvents *events;
  int null_fd;
} Bench;

static void
bench_open (Bench *self, const MediaFixture *fixture)
{
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  g_autoptr (GError) error = NULL;

  self->path = media_fixture_write (fixture);
  self->fd = g_open (self->path, O_RDONLY | O_CLOEXEC, 0);
  self->directory = g_dir_make_tmp ("sendoff-chunks-XXXXXX", NULL);
  self->null_fd = g_open ("/dev/null", O_WRONLY | O_CLOEXEC, 0);
  self->events = sendoff_events_new (self->null_fd);
  spec->role = SENDOFF_ROLE_PROBE;
  spec->source_fd = self->fd;
  spec->scan = TRUE;
  self->info = sendoff_role_probe (spec, self->events, &error);
  g_assert_no_error (error);
  g_assert_cmpint (self->info->video_index, >=, 0);
}

static void
empty_directory (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);

      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static void
bench_close (Bench *self)
{
  empty_directory (self->directory);
  g_rmdir (self->directory);
  g_free (self->directory);
  sendoff_events_free (self->events);
  close (self->null_fd);
  close (self->fd);
  sendoff_media_info_free (self->info);
  media_fixture_delete (self->path);
}

static SendoffVideoPlan *
make_plan (const Bench *bench, gboolean constant)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (bench->info);
  SendoffVideoPlan *plan = sendoff_video_plan_new ();

  plan->codec = g_strdup ("h264");
  plan->encoder = g_strdup ("libx264");
  plan->width = 64;
  plan->height = 64;
  plan->pixel_format = g_strdup ("yuv420p");
  plan->fit = SENDOFF_FIT_STRETCH;
  plan->pad_color = g_strdup ("black");
  plan->rotation = stream->rotation;
  plan->mirrored = stream->mirrored;
  plan->nominal_frame_rate = SENDOFF_RATIONAL (25, 1);
  plan->frame_rate = constant ? SENDOFF_RATIONAL (25, 1) : SENDOFF_RATIONAL_NONE;
  plan->time_base = constant ? SENDOFF_RATIONAL (1, 25) : stream->time_base;
  plan->rate_control = SENDOFF_RATE_CRF;
  plan->crf = 30;
  plan->gop_frames = 250;
  plan->closed_gop = TRUE;
  plan->threads = 1;
  return plan;
}

/* Chunks [@first, @first + @n) of N_CHUNKS over @duration_us. */
static SendoffWorkerSpec *
make_spec (const Bench *bench, gboolean constant, guint first, guint n)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (bench->info);
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();
  SendoffChunkOutputSpec *output = sendoff_chunk_output_spec_new ();

  spec->role = SENDOFF_ROLE_CHUNKS;
  spec->source_fd = bench->fd;
  spec->stream_index = bench->info->video_index;
  spec->origin_us = bench->info->origin_us;
  spec->start_us = stream->start_us;
  spec->hash_frames = TRUE;
  for (guint i = first; i < first + n; i++)
    {
      SendoffChunkSpec *chunk = sendoff_chunk_spec_new ();

      chunk->index = (int)i;
      chunk->start_us = stream->start_us + stream->duration_us * i / N_CHUNKS / 40000 * 40000 - 20000;
      chunk->end_us = stream->start_us + stream->duration_us * (i + 1) / N_CHUNKS / 40000 * 40000 - 20000;
      chunk->open_start = i == 0;
      chunk->open_end = i == N_CHUNKS - 1;
      g_ptr_array_add (spec->chunks, chunk);
    }
  output->directory = g_strdup (bench->directory);
  output->video = make_plan (bench, constant);
  g_ptr_array_add (spec->chunk_outputs, output);
  return spec;
}

static char **
get_paths (const Bench *bench, const SendoffWorkerSpec *spec)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < spec->chunks->len; i++)
    {
      const SendoffChunkSpec *chunk = g_ptr_array_index (spec->chunks, i);
      g_autofree char *name = sendoff_chunk_file_name (chunk->start_us, chunk->end_us, NULL);
      g_autofree char *path = g_build_filename (bench->directory, name, NULL);

      g_strv_builder_add (builder, path);
    }
  return g_strv_builder_end (builder);
}

/* The frames of all chunks as "PTS:HASH PTS:HASH…". */
static char *
collect_frames (const Bench *bench, gboolean constant, gint64 *n_frames)
{
  g_autoptr (SendoffWorkerSpec) spec = make_spec (bench, constant, 0, N_CHUNKS);
  g_auto (GStrv) paths = get_paths (bench, spec);
  GString *all = g_string_new (NULL);

  *n_frames = 0;
  for (guint i = 0; paths[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_file_read_trailer (paths[i], &error);

      g_assert_no_error (error);
      g_assert_cmpint (trailer->packets, ==, trailer->frames);
      *n_frames += trailer->frames;
      if (trailer->frames > 0)
        g_string_append_printf (all, "%s ", trailer->frames_hash);
    }
  return g_string_free (all, FALSE);
}

static SendoffChunksResult *
run_chunks (const Bench *bench, gboolean constant, guint first, guint n)
{
  g_autoptr (SendoffWorkerSpec) spec = make_spec (bench, constant, first, n);
  g_autoptr (GError) error = NULL;
  SendoffChunksResult *result = sendoff_role_chunks (spec, bench->events, &error);

  g_assert_no_error (error);
  return result;
}

static void
make_chunks (const Bench *bench, gboolean constant, guint first, guint n)
{
  g_autoptr (SendoffChunksResult) result = run_chunks (bench, constant, first, n);

  g_assert_cmpint (result->damaged_frames, ==, 0);
}

/* Whether the frames before a seeking run are those that its predecessor saw last. */
static gboolean
seek_is_right (const Bench *bench, gboolean constant, guint chunk, const SendoffChunksResult *result)
{
  g_autoptr (SendoffWorkerSpec) spec = make_spec (bench, constant, chunk - 1, 1);
  g_auto (GStrv) paths = get_paths (bench, spec);
  g_autoptr (SendoffPacketTrailer) before = sendoff_packet_file_read_trailer (paths[0], NULL);
  g_auto (GStrv) seen = g_strsplit (result->lead_in != NULL ? result->lead_in : "", " ", -1);
  guint n_seen = g_strv_length (seen);

  if (result->needs_sequential || before == NULL || before->tail == NULL || n_seen == 0)
    return FALSE;
  return strstr (before->tail, seen[n_seen - 1]) != NULL;
}

static void
test_exact (gconstpointer data)
{
  const Case *test = data;
  Bench bench = { 0 };
  g_autofree char *expected = NULL, *found = NULL;
  gint64 n_expected, n_found;
  guint wrong_seeks = 0;

  if (!media_fixture_has_encoder (test->fixture.codec) || !media_fixture_has_encoder ("libx264"))
    {
      g_test_skip ("an encoder is missing");
      return;
    }
  bench_open (&bench, &test->fixture);
  make_chunks (&bench, test->constant, 0, N_CHUNKS);
  expected = collect_frames (&bench, test->constant, &n_expected);
  g_assert_cmpint (n_expected, >=, test->constant ? 50 : test->fixture.n_frames);
  if (!test->constant || test->fixture.times_ms == NULL)
    g_assert_cmpint (n_expected, ==, sendoff_media_info_get_video (bench.info)->frame_count);

  empty_directory (bench.directory);
  for (guint i = 0; i < N_CHUNKS; i++)
    {
      g_autoptr (SendoffChunksResult) result = run_chunks (&bench, test->constant, i, 1);

      if (i > 0)
        g_assert_true (result->seeked || result->needs_sequential);
      if (i > 0 && !seek_is_right (&bench, test->constant, i, result))
        wrong_seeks++;
    }
  /* A wrong seek is allowed where it is noticed; an unnoticed one is the defect. */
  if (wrong_seeks == 0)
    {
      found = collect_frames (&bench, test->constant, &n_found);
      g_assert_cmpint (n_found, ==, n_expected);
      g_assert_cmpstr (found, ==, expected);
    }
  else
    g_assert_false (bench.info->seekable);
  bench_close (&bench);
}

/* Chunks joined: every time once, decoding times strictly ascending and never after presentation. */
static void
test_join (void)
{
  Bench bench = { 0 };
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_autoptr (SendoffPacketJoiner) joiner = NULL;
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  g_auto (GStrv) paths = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) times = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gint64 last_dts = G_MININT64;
  int result;

  bench_open (&bench, &cases[0].fixture);
  make_chunks (&bench, TRUE, 0, N_CHUNKS);
  spec = make_spec (&bench, TRUE, 0, N_CHUNKS);
  paths = get_paths (&bench, spec);
  joiner = sendoff_packet_joiner_new ((const char *const *)paths, &error);
  g_assert_no_error (error);
  g_assert_cmpint (sendoff_packet_joiner_get_delay (joiner), >, 0);
  while ((result = sendoff_packet_joiner_next (joiner, packet, &error)) > 0)
    {
      g_assert_cmpint (packet->dts, >, last_dts);
      g_assert_cmpint (packet->dts, <=, packet->pts);
      g_assert_cmpint (packet->duration, ==, 1);
      g_assert_true (g_hash_table_add (times, g_memdup2 (&packet->pts, sizeof packet->pts)));
      last_dts = packet->dts;
    }
  g_assert_no_error (error);
  g_assert_cmpint (result, ==, 0);
  g_assert_cmpint (g_hash_table_size (times), ==, 75);
  g_assert_cmpint (sendoff_packet_joiner_get_packets (joiner), ==, 75);
  g_assert_cmpint (sendoff_packet_joiner_get_end (joiner), ==, 75);
  bench_close (&bench);
}

/* A part that is damaged is refused, not joined. */
static void
test_join_damaged (void)
{
  Bench bench = { 0 };
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_autoptr (SendoffPacketJoiner) joiner = NULL;
  g_auto (GStrv) paths = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &cases[0].fixture);
  make_chunks (&bench, TRUE, 0, N_CHUNKS);
  spec = make_spec (&bench, TRUE, 0, N_CHUNKS);
  paths = get_paths (&bench, spec);
  media_fixture_truncate (paths[2], 0.7);
  joiner = sendoff_packet_joiner_new ((const char *const *)paths, &error);
  g_assert_null (joiner);
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA);
  bench_close (&bench);
}

/* What checks a seek is in the first chunk's file too, in case nobody is left to hear the result. */
static void
test_notes_lead_in (void)
{
  Bench bench = { 0 };
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_autoptr (SendoffChunksResult) result = NULL;
  g_autoptr (SendoffPacketTrailer) first = NULL, second = NULL;
  g_auto (GStrv) paths = NULL;

  bench_open (&bench, &cases[0].fixture);
  spec = make_spec (&bench, TRUE, 0, N_CHUNKS);
  paths = get_paths (&bench, spec);
  result = run_chunks (&bench, TRUE, 1, 2);
  first = sendoff_packet_file_read_trailer (paths[1], NULL);
  second = sendoff_packet_file_read_trailer (paths[2], NULL);
  g_assert_nonnull (result->lead_in);
  g_assert_cmpstr (first->lead_in, ==, result->lead_in);
  g_assert_null (second->lead_in);
  bench_close (&bench);
}

static SendoffPacketTrailer *
make_first_chunk (const Bench *bench, const char *metric, SendoffChunkRate *rate, GError **error)
{
  g_autoptr (SendoffWorkerSpec) spec = make_spec (bench, TRUE, 0, 1);
  SendoffChunkOutputSpec *output = g_ptr_array_index (spec->chunk_outputs, 0);
  const SendoffChunkSpec *chunk = g_ptr_array_index (spec->chunks, 0);
  g_autofree char *name = sendoff_chunk_file_name (chunk->start_us, chunk->end_us, rate);
  g_autofree char *path = g_build_filename (bench->directory, name, NULL);
  g_autoptr (SendoffChunksResult) result = NULL;

  output->metric = g_strdup (metric);
  if (rate != NULL)
    g_ptr_array_add (output->rates, rate);
  unlink (path);
  result = sendoff_role_chunks (spec, bench->events, error);
  return result != NULL ? sendoff_packet_file_read_trailer (path, error) : NULL;
}

/* Scores for an estimate are left away where they cannot be had; those that decide the quality are not. */
static void
test_scores (void)
{
  Bench bench = { 0 };
  SendoffChunkRate *rate = sendoff_chunk_rate_new ();
  g_autoptr (SendoffPacketTrailer) measured = NULL, unmeasured = NULL, none = NULL;
  g_autoptr (GError) error = NULL;

  bench_open (&bench, &cases[0].fixture);
  measured = make_first_chunk (&bench, "ssim", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (measured->scores->len, ==, measured->frames);
  unmeasured = make_first_chunk (&bench, "taste", NULL, &error);
  g_assert_no_error (error);
  g_assert_null (unmeasured->scores);
  g_assert_cmpint (unmeasured->bytes, ==, measured->bytes);
  rate->crf = 30;
  rate->metric = g_strdup ("taste");
  none = make_first_chunk (&bench, NULL, rate, &error);
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER);
  g_assert_null (none);
  bench_close (&bench);
}

/* A chunk whose file is there is kept as it is, byte for byte and inode for inode. */
static void
test_keeps_chunks (void)
{
  Bench bench = { 0 };
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_auto (GStrv) paths = NULL;
  GStatBuf before, after;

  bench_open (&bench, &cases[0].fixture);
  spec = make_spec (&bench, TRUE, 0, N_CHUNKS);
  paths = get_paths (&bench, spec);
  make_chunks (&bench, TRUE, 1, 1);
  g_assert_cmpint (g_stat (paths[1], &before), ==, 0);
  make_chunks (&bench, TRUE, 0, N_CHUNKS);
  g_assert_cmpint (g_stat (paths[1], &after), ==, 0);
  g_assert_cmpuint (before.st_ino, ==, after.st_ino);
  g_assert_true (g_file_test (paths[3], G_FILE_TEST_EXISTS));
  bench_close (&bench);
}

static SendoffOutputPlan *
make_output (const Bench *bench, gboolean edit_list)
{
  SendoffOutputPlan *output = sendoff_output_plan_new ();

  output->container = g_strdup ("mp4");
  output->muxer = g_strdup ("mp4");
  output->extension = g_strdup ("mp4");
  output->moov_first = TRUE;
  output->edit_list = edit_list;
  output->video = make_plan (bench, TRUE);
  return output;
}

static char *
mux (Bench *bench, gboolean edit_list, gsize *length)
{
  g_autoptr (SendoffWorkerSpec) chunks = make_spec (bench, TRUE, 0, N_CHUNKS);
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  g_autoptr (SendoffMuxResult) result = NULL;
  g_autoptr (GError) error = NULL;
  char *content;

  spec->role = SENDOFF_ROLE_MUX;
  spec->output = make_output (bench, edit_list);
  spec->video_paths = get_paths (bench, chunks);
  spec->target_path = g_build_filename (bench->directory, "joined.mp4", NULL);
  result = sendoff_role_mux (spec, bench->events, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result->video_frames, ==, 75);
  g_assert_cmpint (result->duration_us, ==, 3000000);
  g_assert_true (g_file_get_contents (spec->target_path, &content, length, NULL));
  g_assert_cmpuint (*length, ==, result->size_bytes);
  return content;
}

static SendoffMediaInfo *
probe_joined (Bench *bench)
{
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (bench->directory, "joined.mp4", NULL);
  SendoffMediaInfo *info;

  spec->role = SENDOFF_ROLE_PROBE;
  spec->source_fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  spec->scan = TRUE;
  info = sendoff_role_probe (spec, bench->events, &error);
  close (spec->source_fd);
  g_assert_no_error (error);
  return info;
}

static void
test_mux (gconstpointer data)
{
  gboolean edit_list = GPOINTER_TO_INT (data);
  Bench bench = { 0 };
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (SendoffMediaInfo) info = NULL;
  gsize first_length, second_length;

  bench_open (&bench, &cases[0].fixture);
  make_chunks (&bench, TRUE, 0, N_CHUNKS);
  first = mux (&bench, edit_list, &first_length);
  info = probe_joined (&bench);
  g_assert_true (info->faststart);
  g_assert_cmpint (sendoff_media_info_get_video (info)->frame_count, ==, 75);
  g_assert_cmpint (sendoff_media_info_get_video (info)->start_us, ==, 0);
  g_assert_cmpint (sendoff_media_info_get_video (info)->duration_us, ==, 3000000);
  g_assert_cmpint (memmem (first, first_length, "elst", 4) != NULL, ==, edit_list);
  g_assert_false (sendoff_media_info_get_video (info)->has_edit_list);
  second = mux (&bench, edit_list, &second_length);
  g_assert_cmpmem (first, first_length, second, second_length);
  bench_close (&bench);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  av_log_set_level (AV_LOG_QUIET);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/media/chunks/exact/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_exact);
    }
  g_test_add_func ("/media/chunks/keeps-finished", test_keeps_chunks);
  g_test_add_func ("/media/chunks/notes-lead-in", test_notes_lead_in);
  g_test_add_func ("/media/chunks/scores", test_scores);
  g_test_add_func ("/media/joiner/times", test_join);
  g_test_add_func ("/media/joiner/damaged", test_join_damaged);
  g_test_add_data_func ("/media/muxer/edit-list", GINT_TO_POINTER (TRUE), test_mux);
  g_test_add_data_func ("/media/muxer/no-edit-list", GINT_TO_POINTER (FALSE), test_mux);
  return g_test_run ();
}
