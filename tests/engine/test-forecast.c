#include <math.h>

#include "engine/sendoff-forecast.h"

#define STEP_US 100000

/* An export that is only arithmetic: every tenth of a second some units are done, by a clock of its own. */
typedef struct
{
  SendoffForecast forecast;
  gint64 now_us;
  double done, total;
} Export;

/* Goes on at @per_second until @until units are done. Scenes differ by a third up and down, each for four
 * seconds. */
static void
go_on (Export *self, double until, double per_second)
{
  while (self->done < until)
    {
      gint64 scene = self->now_us / 4000000;
      double factor = 1 + ((scene * 7) % 5 - 2) / 6.0;

      self->now_us += STEP_US;
      self->done = MIN (self->done + per_second * factor * STEP_US / 1e6, until);
      sendoff_forecast_note (&self->forecast, self->done, self->now_us);
    }
}

static Export
begin (double total)
{
  Export self = { .now_us = 5000000, .total = total };

  sendoff_forecast_note (&self.forecast, 0, self.now_us);
  return self;
}

static double
get_left (const Export *self)
{
  return (double)sendoff_forecast_get_left_us (&self->forecast, self->total, self->now_us) / 1e6;
}

/* The end that was predicted @then, at @began of the clock, against the truth: within 15 % of the whole. */
static void
assert_end (double predicted_us, gint64 began_us, const Export *over)
{
  double truth = (double)(over->now_us - began_us);

  g_assert_cmpfloat (fabs (predicted_us - (double)began_us - truth), <=, truth * 0.15);
}

static void
test_steady (void)
{
  Export self = begin (200);
  gint64 began_us = self.now_us;
  double ends[4];

  g_assert_cmpint (sendoff_forecast_get_left_us (&self.forecast, self.total, self.now_us), ==, -1);
  for (int i = 0; i < 4; i++)
    {
      go_on (&self, self.total * 0.2 * (i + 1), 2);
      ends[i] = (double)self.now_us + get_left (&self) * 1e6;
    }
  go_on (&self, self.total, 2);
  for (int i = 0; i < 4; i++)
    assert_end (ends[i], began_us, &self);
  /* Nothing but the writing of the file is left, and then nothing at all. */
  g_assert_cmpfloat (get_left (&self), <, 3);
  self.now_us += 10000000;
  g_assert_cmpfloat (get_left (&self), ==, 0);
}

/* What is there already was not made in no time. */
static void
test_resumed (void)
{
  Export self = { .now_us = 5000000, .done = 100, .total = 200 };

  sendoff_forecast_note (&self.forecast, self.done, self.now_us);
  self.now_us += 20000000;
  sendoff_forecast_note (&self.forecast, self.done, self.now_us);
  go_on (&self, 120, 2);
  g_assert_cmpfloat (get_left (&self), >, 34);
  g_assert_cmpfloat (get_left (&self), <, 47);
}

/* An hour in which nothing moves says nothing about speed. */
static void
test_paused (void)
{
  Export self = begin (200);
  double before;

  go_on (&self, 60, 2);
  before = get_left (&self);
  sendoff_forecast_pause (&self.forecast);
  self.now_us += G_GINT64_CONSTANT (3600000000);
  sendoff_forecast_note (&self.forecast, self.done, self.now_us);
  g_assert_cmpfloat_with_epsilon (get_left (&self), before, 0.5);
  go_on (&self, 80, 2);
  g_assert_cmpfloat (get_left (&self), <, before);
}

/* The analysis took twice as long as its units say: the encode that follows has a speed of its own. */
static void
test_turn (void)
{
  Export self = begin (135);
  gint64 began_us = self.now_us;
  double end;

  go_on (&self, 35, 1);
  sendoff_forecast_turn (&self.forecast);
  go_on (&self, 35 + 20, 2);
  end = (double)self.now_us + get_left (&self) * 1e6;
  go_on (&self, self.total, 2);
  assert_end (end, began_us, &self);
}

/* Something else takes half of the machine from now on. */
static void
test_slows_down (void)
{
  Export self = begin (400);
  gint64 began_us = self.now_us;
  double end;

  go_on (&self, 120, 4);
  go_on (&self, 240, 2);
  end = (double)self.now_us + get_left (&self) * 1e6;
  go_on (&self, self.total, 2);
  assert_end (end, began_us, &self);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/forecast/steady", test_steady);
  g_test_add_func ("/engine/forecast/resumed", test_resumed);
  g_test_add_func ("/engine/forecast/paused", test_paused);
  g_test_add_func ("/engine/forecast/turn", test_turn);
  g_test_add_func ("/engine/forecast/slows-down", test_slows_down);
  return g_test_run ();
}
