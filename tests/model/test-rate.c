/* Bits shared out over chunks, against encoders that are formulas, and the buffer over joined packets. */
#include <math.h>

#include "model/sendoff-audio-rate.h"
#include "model/sendoff-rate-buffer.h"
#include "model/sendoff-rate-share.h"

#define MOST_CHUNKS 40

/* --- an encoder whose bytes are known --- */

typedef struct
{
  const char *name;
  guint n_chunks;
  SendoffRateScale scale;
  double surprise;  /* log2 of what its bytes differ from what the scale says */
  double spread;    /* the same from chunk to chunk, up to this */
  gint64 aim_bytes; /* for each chunk, on average */
  double tolerance;
  guint most_encodes; /* percent of the chunks that may be encoded, the first time included */
} Case;

static const Case cases[] = {
  { "many", 30, { 0.167, 1.0 / 16, 23, 0.8 }, 0.4, 0.3, 400000, 0.008, 125 },
  { "as-expected", 8, { 0.167, 1.0 / 16, 23, 0.8 }, 0, 0, 500000, 0.008, 115 },
  { "few", 4, { 0.167, 1.0 / 16, 23, 0.8 }, -0.5, 0.3, 200000, 0.008, 225 },
  { "one", 1, { 0.167, 1.0 / 16, 23, 0.8 }, 0.7, 0, 300000, 0.008, 300 },
  { "whole-steps", 12, { 0.093, 1, 38, 0.5 }, 0.3, 0.3, 150000, 0.015, 150 },
};

static gint64
get_complexity (guint chunk)
{
  return 100000 + 37000 * (chunk * 7 % 11);
}

static gint64
encode (const Case *it, guint chunk, double crf)
{
  double differs = it->surprise + it->spread * ((double)(chunk * 5 % 9) / 4 - 1);
  double slope = it->scale.slope * (0.85 + 0.3 * (double)(chunk * 3 % 5) / 4);

  return llround ((double)get_complexity (chunk)
                  * exp2 (it->scale.log_ratio + differs - slope * (crf - it->scale.crf)));
}

static void
init_task (const Case *it, gint64 *complexities, SendoffRateTask *task)
{
  for (guint i = 0; i < it->n_chunks; i++)
    complexities[i] = get_complexity (i);
  *task = (SendoffRateTask){
    .n_chunks = it->n_chunks,
    .complexities = complexities,
    .scale = it->scale,
    .best_crf = SENDOFF_RATE_BEST_CRF,
    .worst_crf = sendoff_rate_scale_get_worst (&it->scale),
    .aim_bytes = it->aim_bytes * it->n_chunks,
    .max_corrections = 4,
  };
  task->low_bytes = (gint64)((double)task->aim_bytes * (1 - it->tolerance));
  task->high_bytes = (gint64)((double)task->aim_bytes * (1 + it->tolerance));
}

static void
measure (const Case *it, SendoffRateLog *log)
{
  for (guint i = 0; i < log->trials->len; i++)
    {
      SendoffRateTrial *trial = g_ptr_array_index (log->trials, i);

      if (trial->bytes < 0)
        trial->bytes = encode (it, (guint)trial->chunk, trial->crf);
    }
}

static void
test_meets_size (gconstpointer data)
{
  const Case *it = data;
  gint64 complexities[MOST_CHUNKS];
  g_autoptr (SendoffRateLog) log = sendoff_rate_log_new ();
  double best = 100, worst = 0;
  SendoffRateTask task;
  gint64 bytes;

  init_task (it, complexities, &task);
  while (sendoff_rate_share_next (&task, log))
    measure (it, log);
  bytes = sendoff_rate_log_get_bytes (log, it->n_chunks);
  g_assert_cmpint (bytes, >=, task.low_bytes);
  g_assert_cmpint (bytes, <=, task.high_bytes);
  g_assert_cmpuint (log->trials->len * 100, <=, it->most_encodes * it->n_chunks);
  for (guint i = 0; i < it->n_chunks; i++)
    {
      best = MIN (best, sendoff_rate_log_get_last (log, i)->crf);
      worst = MAX (worst, sendoff_rate_log_get_last (log, i)->crf);
    }
  /* One quality for the whole, as far as that was known in time. */
  g_assert_cmpfloat ((worst - best) * it->scale.slope, <=, 0.7);
}

/* What is decided depends on the log alone: taken up after each round, it comes out the same. */
static void
test_goes_on_from_log (void)
{
  const Case *it = &cases[0];
  gint64 complexities[MOST_CHUNKS];
  g_autoptr (SendoffRateLog) log = sendoff_rate_log_new ();
  g_autoptr (SendoffRateLog) other = sendoff_rate_log_new ();
  SendoffRateTask task;

  init_task (it, complexities, &task);
  while (sendoff_rate_share_next (&task, log))
    {
      g_autofree char *text = NULL;
      g_autofree char *other_text = NULL;

      g_assert_true (sendoff_rate_share_next (&task, other));
      text = sendoff_doc_to_text (&sendoff_rate_log_doc_type, log);
      other_text = sendoff_doc_to_text (&sendoff_rate_log_doc_type, other);
      g_assert_cmpstr (text, ==, other_text);
      measure (it, log);
      sendoff_rate_log_free (other);
      other = sendoff_rate_log_copy (log);
    }
}

/* A video that has no use for the bits gets the best quality and stays smaller; it is not tried for ever. */
static void
test_quality_has_an_end (void)
{
  const Case it = { "easy", 6, { 0.167, 1.0 / 16, 23, 0 }, 0, 0, 100000000, 0.008, 0 };
  gint64 complexities[MOST_CHUNKS];
  g_autoptr (SendoffRateLog) log = sendoff_rate_log_new ();
  SendoffRateTask task;

  init_task (&it, complexities, &task);
  while (sendoff_rate_share_next (&task, log))
    measure (&it, log);
  g_assert_cmpuint (log->trials->len, ==, 6);
  for (guint i = 0; i < it.n_chunks; i++)
    g_assert_cmpfloat (sendoff_rate_log_get_last (log, i)->crf, ==, SENDOFF_RATE_BEST_CRF);
}

/* An analysis at a better quality takes more, so that the encode is less of it. */
static void
test_knows_analysis (void)
{
  g_autoptr (SendoffVideoPlan) video = sendoff_video_plan_new ();
  SendoffRateScale usual, better;

  video->encoder = g_strdup ("libx264");
  video->analysis = sendoff_video_plan_new ();
  video->analysis->encoder = g_strdup ("libx264");
  video->analysis->crf = SENDOFF_ANALYSIS_CRF_X264;
  sendoff_rate_scale_init (&usual, video);
  video->analysis->crf = SENDOFF_ANALYSIS_CRF_X264 - 6;
  sendoff_rate_scale_init (&better, video);
  g_assert_cmpfloat (better.crf, ==, usual.crf);
  g_assert_cmpfloat (fabs (usual.log_ratio - better.log_ratio - 1), <, 0.1);
}

/* A quality is lowered by what the chunk itself has shown, but at least a step and not beyond the worst. */
static void
test_lowers_quality (void)
{
  const SendoffRateScale scale = { 0.1, 1, 40, 0 };
  g_autoptr (SendoffRateLog) log = sendoff_rate_log_new ();

  sendoff_rate_log_add (log, 3, 40, 0)->bytes = 100000;
  g_assert_cmpfloat (sendoff_rate_lower_quality (&scale, log, 3, 1.01), ==, 41);
  g_assert_cmpfloat (sendoff_rate_lower_quality (&scale, log, 3, 1.3), ==, 44);
  g_assert_cmpfloat (sendoff_rate_lower_quality (&scale, log, 3, 4), ==,
                     52); /* of 20 steps by the usual slope */
  sendoff_rate_log_add (log, 3, 44, 1)->bytes = 50000;
  g_assert_cmpfloat (sendoff_rate_lower_quality (&scale, log, 3, 2), ==, 48);
  g_assert_cmpfloat (sendoff_rate_lower_quality (&scale, log, 3, 1000), ==, 63);
}

/* Sound alone, in an encoder that takes @share of what it is told for @seconds; returns the size of the last file. */
static gint64
fill_with_sound (const char *codec, double share, gint64 most_bps, const SendoffSizePlan *size, guint *n_tries)
{
  g_autoptr (SendoffAudioPlan) audio = sendoff_audio_plan_new ();
  SendoffAudioTry file = { .bitrate_bps = 96000, .least_bps = 32000, .most_bps = most_bps };
  gint64 next = file.bitrate_bps;

  audio->codec = g_strdup (codec);
  for (; next > 0; file.n_tries++)
    {
      file.bitrate_bps = next;
      file.audio_bytes = (gint64)((double)file.bitrate_bps * share * 10 / 8);
      file.file_bytes = file.audio_bytes + 3000;
      next = sendoff_audio_rate_correct (audio, size, &file);
      g_assert_cmpuint (file.n_tries, <, 5);
    }
  *n_tries = file.n_tries;
  return file.file_bytes;
}

static void
test_sound_fills_size (void)
{
  const SendoffSizePlan target = { 100000, 100000, 0 }, most = { 0, 100000, 0 };
  guint n_tries;

  g_assert_cmpint (fill_with_sound ("aac", 0.7, 256000, &target, &n_tries), >=, 97000);
  g_assert_cmpuint (n_tries, ==, 2);
  g_assert_cmpint (fill_with_sound ("aac", 0.8, 256000, &target, &n_tries), ==, 99000);
  g_assert_cmpint (fill_with_sound ("aac", 1.1, 256000, &target, &n_tries), <=, 100000);
  g_assert_cmpuint (n_tries, ==, 2);
  /* One of the constant rates, below what would fit. */
  g_assert_cmpint (fill_with_sound ("mp3", 1, 256000, &most, &n_tries), ==, 64000 * 10 / 8 + 3000);
  /* What needs less than the best rate stays smaller, and nothing helps what is too large at the least. */
  g_assert_cmpint (fill_with_sound ("aac", 0.3, 128000, &target, &n_tries), ==, 128000 * 3 / 8 + 3000);
  g_assert_cmpint (fill_with_sound ("aac", 4, 128000, &target, &n_tries), >, 100000);
}

/* --- the buffer --- */

#define FPS 25

/* @n_chunks seconds of @bits a frame each. */
static GPtrArray *
make_chunks (guint n_chunks, gint64 bits)
{
  GPtrArray *chunks = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);

  for (guint c = 0; c < n_chunks; c++)
    {
      GArray *chunk = g_array_new (FALSE, FALSE, sizeof (SendoffPacketSize));

      for (guint i = 0; i < FPS; i++)
        {
          SendoffPacketSize packet = { c * FPS + i, bits / 8 };

          g_array_append_val (chunk, packet);
        }
      g_ptr_array_add (chunks, chunk);
    }
  return chunks;
}

static void
set_bits (GPtrArray *chunks, guint chunk, guint packet, gint64 bits)
{
  g_array_index ((GArray *)g_ptr_array_index (chunks, chunk), SendoffPacketSize, packet).bytes = bits / 8;
}

static void
test_bucket (void)
{
  const SendoffRateBuffer buffer = { 1000000, 2000000, FALSE };
  g_autoptr (GPtrArray) chunks = make_chunks (6, 40000);
  double excess[6];

  g_assert_true (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
  /* A burst within what is in the buffer, 667 kbit less a frame's. */
  set_bits (chunks, 3, 10, 600000);
  g_assert_true (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
  set_bits (chunks, 3, 10, 800000);
  g_assert_false (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
  g_assert_cmpfloat (excess[3], >, 1);
  g_assert_cmpfloat (excess[4], ==, 0);
}

/* Who leaves an empty buffer is to blame when the next one has not enough. */
static void
test_bucket_blames_predecessor (void)
{
  const SendoffRateBuffer buffer = { 1000000, 2000000, FALSE };
  g_autoptr (GPtrArray) chunks = make_chunks (5, 30000);
  double excess[5];

  set_bits (chunks, 2, FPS - 1, 1300000);
  set_bits (chunks, 3, 0, 400000);
  g_assert_false (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
  g_assert_cmpfloat (excess[1], ==, 0);
  g_assert_cmpfloat (excess[2], >, 1);
  g_assert_cmpfloat (excess[3], >, 1);
  g_assert_cmpfloat (excess[4], ==, 0);
}

/* Packets leave in the order of decoding at the ordered times: a large packet that is shown late leaves
 * early. */
static void
test_bucket_reordered (void)
{
  const SendoffRateBuffer buffer = { 1000000, 2000000, FALSE };
  g_autoptr (GPtrArray) chunks = make_chunks (1, 8000);
  GArray *chunk = g_ptr_array_index (chunks, 0);
  double excess[1];

  g_array_index (chunk, SendoffPacketSize, 1).pts = 20;
  g_array_index (chunk, SendoffPacketSize, 20).pts = 1;
  set_bits (chunks, 0, 1, 900000);
  g_assert_false (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
}

static void
test_window (void)
{
  const SendoffRateBuffer buffer = { 1000000, 2000000, TRUE };
  g_autoptr (GPtrArray) chunks = make_chunks (8, 40000);
  double excess[8];

  g_assert_true (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
  for (guint i = 0; i < FPS; i++)
    set_bits (chunks, 5, i, 60000);
  g_assert_false (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
  g_assert_cmpfloat (fabs (excess[5] - 1.25), <, 0.01);
  g_assert_cmpfloat (excess[2], ==, 0);
  /* A burst that the rest of its window makes good. */
  for (guint i = 0; i < FPS; i++)
    {
      set_bits (chunks, 4, i, 20000);
      set_bits (chunks, 6, i, 20000);
    }
  g_assert_true (sendoff_rate_buffer_check (&buffer, chunks, 1.0 / FPS, excess));
}

/* One second of the four is too much: for a window all of the chunk is made smaller, for a buffer that
 * second. */
static void
test_guess_within_maximum (void)
{
  SendoffRateBuffer buffer = { 1000000, 1000000, TRUE };
  g_autoptr (GPtrArray) chunks = make_chunks (1, 20000);
  GArray *chunk = g_ptr_array_index (chunks, 0);
  gint64 second = FPS * 20000 / 8, guess;

  for (guint i = FPS; i < 4 * FPS; i++)
    {
      SendoffPacketSize packet = { i, i < 2 * FPS ? 80000 / 8 : 20000 / 8 };

      g_array_append_val (chunk, packet);
    }
  guess = sendoff_rate_buffer_guess_bytes (&buffer, chunk, 1.0 / FPS);
  g_assert_cmpint (guess, <, 7 * second / 2);
  g_assert_cmpint (guess, >, 7 * second / 2 * 0.9);
  buffer.windowed = FALSE;
  g_assert_cmpint (sendoff_rate_buffer_guess_bytes (&buffer, chunk, 1.0 / FPS), ==, 5 * second);
  buffer = (SendoffRateBuffer){ 2000000, 2000000, TRUE };
  g_assert_cmpint (sendoff_rate_buffer_guess_bytes (&buffer, chunk, 1.0 / FPS), ==, 7 * second);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/model/rate/meets-size/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_meets_size);
    }
  g_test_add_func ("/model/rate/goes-on-from-log", test_goes_on_from_log);
  g_test_add_func ("/model/rate/quality-has-an-end", test_quality_has_an_end);
  g_test_add_func ("/model/rate/sound-fills-size", test_sound_fills_size);
  g_test_add_func ("/model/rate/knows-analysis", test_knows_analysis);
  g_test_add_func ("/model/rate/lowers-quality", test_lowers_quality);
  g_test_add_func ("/model/rate/bucket", test_bucket);
  g_test_add_func ("/model/rate/bucket-blames-predecessor", test_bucket_blames_predecessor);
  g_test_add_func ("/model/rate/bucket-reordered", test_bucket_reordered);
  g_test_add_func ("/model/rate/window", test_window);
  g_test_add_func ("/model/rate/guess-within-maximum", test_guess_within_maximum);
  return g_test_run ();
}
