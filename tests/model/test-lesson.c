#include <math.h>

#include "model/sendoff-lesson.h"

#define SPREAD 3.0

static SendoffLesson *
make_lesson (const char *encoder, double size_factor, double time_factor)
{
  SendoffLesson *self = sendoff_lesson_new ();

  self->encoder = g_strdup (encoder);
  self->speed = g_strdup ("fast");
  self->quality = 23;
  self->pixels = 1280 * 720;
  self->source_share = 1;
  self->size_factor = size_factor;
  self->time_factor = time_factor;
  self->weight = 1;
  return self;
}

static GPtrArray *
make_lessons (const char *encoder, guint n, double size_factor)
{
  GPtrArray *lessons = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_lesson_free);

  for (guint i = 0; i < n; i++)
    g_ptr_array_add (lessons, make_lesson (encoder, size_factor, size_factor));
  return lessons;
}

static double
get_factor (GPtrArray *lessons)
{
  g_autoptr (SendoffLesson) subject = make_lesson ("libx264", 0, 0);

  return sendoff_lessons_infer_size (lessons, subject, SPREAD).factor;
}

static void
test_nothing_learned (void)
{
  g_autoptr (SendoffLesson) subject = make_lesson ("libx264", 0, 0);
  g_autoptr (GPtrArray) untaught = make_lessons ("libx264", 3, 0);
  SendoffBelief belief = sendoff_lessons_infer_size (NULL, subject, SPREAD);

  g_assert_cmpfloat (belief.factor, ==, 1);
  g_assert_cmpfloat (belief.spread, ==, SPREAD);
  belief = sendoff_lessons_infer_time (untaught, subject, SPREAD);
  g_assert_cmpfloat (belief.factor, ==, 1);
  g_assert_cmpfloat (belief.spread, ==, SPREAD);
}

/* One lesson is half the way in logarithms, many are nearly all of it, and the more agree the surer they are. */
static void
test_converges (void)
{
  g_autoptr (SendoffLesson) subject = make_lesson ("libx264", 0, 0);
  double before = 1, spread = SPREAD;

  for (guint n = 1; n <= 32; n *= 2)
    {
      g_autoptr (GPtrArray) lessons = make_lessons ("libx264", n, 0.5);
      SendoffBelief belief = sendoff_lessons_infer_size (lessons, subject, SPREAD);

      g_assert_cmpfloat (belief.factor, <, before);
      g_assert_cmpfloat (belief.factor, >, 0.5);
      g_assert_cmpfloat (belief.spread, <=, spread + 1e-9);
      before = belief.factor;
      spread = belief.spread;
      if (n == 1)
        g_assert_cmpfloat_with_epsilon (belief.factor, sqrt (0.5), 1e-9);
    }
  g_assert_cmpfloat (before, <, 0.53);
  g_assert_cmpfloat (spread, <, 1.6);
}

/* A single video that is nothing like the others moves little, however far off it is. */
static void
test_outlier (void)
{
  g_autoptr (GPtrArray) lessons = make_lessons ("libx264", 10, 0.5);
  g_autoptr (GPtrArray) worse = make_lessons ("libx264", 10, 0.5);
  double usual = get_factor (lessons);

  g_ptr_array_insert (lessons, 0, make_lesson ("libx264", 1e3, 1));
  g_ptr_array_insert (worse, 0, make_lesson ("libx264", 1e9, 1));
  g_assert_cmpfloat (get_factor (lessons), <, usual * 1.2);
  g_assert_cmpfloat_with_epsilon (get_factor (worse), get_factor (lessons), 1e-9);
}

/* The same lessons in another order: what came last counts most, and no number of old ones holds it back for ever. */
static void
test_recent_counts_more (void)
{
  g_autoptr (GPtrArray) falling = make_lessons ("libx264", 20, 0.6);
  g_autoptr (GPtrArray) rising = make_lessons ("libx264", 20, 1.2);
  g_autoptr (GPtrArray) many = make_lessons ("libx264", 30, 0.6);

  for (guint i = 0; i < 20; i++)
    {
      g_ptr_array_add (falling, make_lesson ("libx264", 1.2, 1));
      g_ptr_array_add (rising, make_lesson ("libx264", 0.6, 1));
    }
  g_assert_cmpfloat (get_factor (falling), <, 0.85);
  g_assert_cmpfloat (get_factor (rising), >, 0.9);
  for (guint i = 0; i < SENDOFF_LESSONS_MAX - 30; i++)
    g_ptr_array_add (many, make_lesson ("libx264", 1.2, 1));
  g_assert_cmpfloat (get_factor (many), <, 0.8);
}

/* What is alike in kind and degree counts for more, the very source most of all. */
static void
test_kinship (void)
{
  g_autoptr (GPtrArray) same = make_lessons ("libx264", 4, 0.5);
  g_autoptr (GPtrArray) other = make_lessons ("libvpx-vp9", 4, 0.5);
  g_autoptr (GPtrArray) mixed = make_lessons ("libx264", 4, 0.5);
  g_autoptr (SendoffLesson) subject = make_lesson ("libx264", 0, 0);
  g_autoptr (SendoffLesson) rich = make_lesson ("libx264", 0, 0);
  SendoffLesson *known = make_lesson ("libx264", 1.5, 1);

  rich->source_share = 30;
  g_assert_cmpfloat (get_factor (same), <, get_factor (other));
  g_assert_cmpfloat (get_factor (other), <, 1);
  g_assert_cmpfloat (sendoff_lessons_infer_size (same, rich, SPREAD).factor, >, get_factor (same));
  subject->source_identity = g_strdup ("a");
  known->source_identity = g_strdup ("a");
  g_ptr_array_add (mixed, known);
  g_assert_cmpfloat (sendoff_lessons_infer_size (mixed, subject, SPREAD).factor, >, 1);
}

/* For the processor another encoder is another matter, for sizes less so. */
static void
test_time (void)
{
  g_autoptr (GPtrArray) other = make_lessons ("libvpx-vp9", 2, 3);
  g_autoptr (SendoffLesson) subject = make_lesson ("libx264", 0, 0);
  SendoffBelief size = sendoff_lessons_infer_size (other, subject, SPREAD);
  SendoffBelief time = sendoff_lessons_infer_time (other, subject, SPREAD);

  g_assert_cmpfloat (time.factor, >, 1);
  g_assert_cmpfloat (time.factor, <, size.factor);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/lesson/nothing-learned", test_nothing_learned);
  g_test_add_func ("/model/lesson/converges", test_converges);
  g_test_add_func ("/model/lesson/outlier", test_outlier);
  g_test_add_func ("/model/lesson/recent-counts-more", test_recent_counts_more);
  g_test_add_func ("/model/lesson/kinship", test_kinship);
  g_test_add_func ("/model/lesson/time", test_time);
  return g_test_run ();
}
