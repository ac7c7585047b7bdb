#include "model/sendoff-sampling.h"

#include <math.h>

#define N_PARTS  20
#define N_VIDEOS 400

static const SendoffSamplePrior prior = { 300000, 3 };

/* Roughly normal: the sum of twelve uniform numbers. */
static double
random_normal (GRand *random)
{
  double sum = -6;

  for (guint i = 0; i < 12; i++)
    sum += g_rand_double (random);
  return sum;
}

/* A video whose source rate says much (@slope 1) or nothing (0) about the result; @truth has the bytes of
 * every part. */
static void
make_video (GRand *random, double slope, SendoffSample *samples, gint64 *truth)
{
  for (guint i = 0; i < N_PARTS; i++)
    {
      double source_rate = 500000 * exp (0.6 * random_normal (random));

      samples[i] = (SendoffSample){ 4, source_rate * 4, -1 };
      truth[i]
          = (gint64)(4 * 250000 * pow (source_rate / 500000, slope) * exp (0.3 * random_normal (random)));
    }
}

static double
get_total (const gint64 *truth)
{
  double total = 0;

  for (guint i = 0; i < N_PARTS; i++)
    total += (double)truth[i];
  return total;
}

static void
try_parts (SendoffSample *samples, const gint64 *truth, guint n_tried)
{
  g_autofree guint *order = sendoff_sampling_order (samples, N_PARTS);

  for (guint i = 0; i < n_tried; i++)
    samples[order[i]].bytes = truth[order[i]];
}

static void
test_exact_in_the_end (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  SendoffSample samples[N_PARTS];
  gint64 truth[N_PARTS];
  SendoffInterval interval;

  make_video (random, 0.7, samples, truth);
  try_parts (samples, truth, N_PARTS);
  interval = sendoff_sampling_estimate (samples, N_PARTS, &prior);
  g_assert_cmpfloat (interval.low, ==, get_total (truth));
  g_assert_cmpfloat (interval.middle, ==, get_total (truth));
  g_assert_cmpfloat (interval.high, ==, get_total (truth));
}

/* Nothing tried: what is believed beforehand, with about its spread. */
static void
test_prior (void)
{
  SendoffSample samples[N_PARTS];
  SendoffInterval interval;

  for (guint i = 0; i < N_PARTS; i++)
    samples[i] = (SendoffSample){ 4, 0, -1 };
  interval = sendoff_sampling_estimate (samples, N_PARTS, &prior);
  g_assert_cmpfloat_with_epsilon (interval.middle / (300000.0 * 4 * N_PARTS), 1.06, 0.01);
  g_assert_cmpfloat (interval.high / interval.middle, >, 2.5);
  g_assert_cmpfloat (interval.high / interval.middle, <, 8);
}

/* The 90 % interval is true about so often, whether the source's rates tell something or not, and narrows. */
static void
test_coverage (void)
{
  static const double slopes[] = { 0, 0.7, 1 };
  g_autoptr (GRand) random = g_rand_new_with_seed (2);

  for (guint s = 0; s < G_N_ELEMENTS (slopes); s++)
    {
      guint covered = 0;
      double width[2] = { 0, 0 };

      for (guint v = 0; v < N_VIDEOS; v++)
        for (guint step = 0; step < 2; step++)
          {
            SendoffSample samples[N_PARTS];
            gint64 truth[N_PARTS];
            SendoffInterval interval;

            make_video (random, slopes[s], samples, truth);
            try_parts (samples, truth, step == 0 ? 4 : 10);
            interval = sendoff_sampling_estimate (samples, N_PARTS, &prior);
            covered += interval.low <= get_total (truth) && get_total (truth) <= interval.high ? 1 : 0;
            width[step] += (interval.high - interval.low) / interval.middle / N_VIDEOS;
          }
      g_test_message ("slope %g: %.3f covered, width %.3f then %.3f", slopes[s], covered / (2.0 * N_VIDEOS),
                      width[0], width[1]);
      g_assert_cmpuint (covered, >=, (guint)(2 * N_VIDEOS * 0.85));
      g_assert_cmpfloat (width[1], <, width[0] * 0.7);
    }
}

/* Pieces of a second of a video whose seconds belong to scenes: they tell more than the same time in chunks, and their
 * interval is as true. */
static void
test_pieces (void)
{
  enum { SECONDS = 64, N_CHUNKS = 8, N_PIECES = 12 };
  g_autoptr (GRand) random = g_rand_new_with_seed (4);
  guint covered = 0, better = 0;

  for (guint v = 0; v < N_VIDEOS; v++)
    {
      SendoffSample chunks[N_CHUNKS], pieces[N_PIECES];
      double rates[SECONDS], scene = 0, total = 0, by_chunks, by_pieces;
      SendoffInterval interval;

      for (guint i = 0; i < SECONDS; i++)
        {
          if (i == 0 || g_rand_double (random) < 0.2)
            scene = 0.5 * random_normal (random);
          rates[i] = 200000 * exp (scene + 0.2 * random_normal (random));
          total += rates[i];
        }
      for (guint c = 0; c < N_CHUNKS; c++)
        chunks[c] = (SendoffSample){ 8, 0, -1 };
      for (guint i = 0; i < N_PIECES; i++)
        pieces[i] = (SendoffSample){ 1, 0, (gint64)rates[(guint)((i + g_rand_double (random)) * SECONDS / N_PIECES)] };
      interval = sendoff_sampling_estimate_with_pieces (chunks, N_CHUNKS, pieces, N_PIECES, &prior);
      covered += interval.low <= total && total <= interval.high;
      by_pieces = fabs (interval.middle / total - 1);
      for (guint c = 2; c < N_CHUNKS; c += 3)
        for (guint i = 0; i < 8; i++)
          chunks[c].bytes = MAX (chunks[c].bytes, 0) + (gint64)rates[8 * c + i];
      by_chunks = fabs (sendoff_sampling_estimate (chunks, N_CHUNKS, &prior).middle / total - 1);
      better += by_pieces < by_chunks;
    }
  g_test_message ("%.3f covered, better than chunks in %.3f", (double)covered / N_VIDEOS, (double)better / N_VIDEOS);
  g_assert_cmpuint (covered, >=, (guint)(N_VIDEOS * 0.85));
  g_assert_cmpuint (better, >=, (guint)(N_VIDEOS * 0.6));
}

/* Pieces say nothing about parts that are known. */
static void
test_pieces_of_what_is_known (void)
{
  SendoffSample chunks[2] = { { 8, 0, 1000000 }, { 8, 0, 2000000 } }, piece = { 1, 0, 999999 };
  SendoffInterval interval = sendoff_sampling_estimate_with_pieces (chunks, 2, &piece, 1, &prior);

  g_assert_cmpfloat (interval.low, ==, 3000000);
  g_assert_cmpfloat (interval.high, ==, 3000000);
}

static void
test_order (void)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (3);
  SendoffSample samples[N_PARTS];
  gint64 truth[N_PARTS];
  gboolean seen[N_PARTS] = { FALSE };
  g_autofree guint *order = NULL;

  make_video (random, 1, samples, truth);
  /* One part has most of the bytes: it comes first. */
  samples[13].source_bytes *= 100;
  order = sendoff_sampling_order (samples, N_PARTS);
  for (guint i = 0; i < N_PARTS; i++)
    {
      g_assert_false (seen[order[i]]);
      seen[order[i]] = TRUE;
    }
  g_assert_true (order[0] == 13 || order[1] == 13);

  /* Equal parts: the first four lie in four quarters. */
  for (guint i = 0; i < N_PARTS; i++)
    samples[i].source_bytes = 0;
  g_clear_pointer (&order, g_free);
  order = sendoff_sampling_order (samples, N_PARTS);
  for (guint quarter = 0; quarter < 3; quarter++)
    g_assert_cmpuint (order[quarter] / (N_PARTS / 4), !=, order[(quarter + 1) % 3] / (N_PARTS / 4));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/sampling/exact-in-the-end", test_exact_in_the_end);
  g_test_add_func ("/model/sampling/prior", test_prior);
  g_test_add_func ("/model/sampling/coverage", test_coverage);
  g_test_add_func ("/model/sampling/pieces", test_pieces);
  g_test_add_func ("/model/sampling/pieces-of-what-is-known", test_pieces_of_what_is_known);
  g_test_add_func ("/model/sampling/order", test_order);
  return g_test_run ();
}
