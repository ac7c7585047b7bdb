#include "engine/sendoff-forecast.h"

#include <math.h>

#define SAMPLE_US 250000
#define LEAST_S   0.5 /* of measuring, before anything is said */
/* Scenes differ, and what else the machine does changes: the last half of the time counts most, but never
 * less than so much. */
#define LEAST_MEMORY_S 10.0
#define MEMORY_SHARE   0.5
/* What was measured before a turn counts as so much. */
#define KEPT_AT_TURN_S 1.0
/* Joining, writing and reading the file again, after the last unit of work. */
#define FINISHING_SECONDS 0.4
#define FINISHING_SHARE   0.01

/** sendoff_forecast_note: @done units at @now_us. The time until they begin to grow says nothing, nor what
 * they lose. */
void
sendoff_forecast_note (SendoffForecast *self, double done, gint64 now_us)
{
  double seconds = (double)(now_us - self->sampled_at_us) / 1e6, memory, weight;

  if (self->sampled_at_us == 0 || done < self->sampled_done
      || (self->measured_s <= 0 && done <= self->sampled_done))
    {
      self->sampled_at_us = now_us;
      self->sampled_done = done;
    }
  if (now_us - self->sampled_at_us < SAMPLE_US)
    return;
  self->measured_s += seconds;
  memory = MAX (LEAST_MEMORY_S, self->measured_s * MEMORY_SHARE);
  /* The mean at first, and later what is within the memory. */
  weight = MAX (1 - exp (-seconds / memory), seconds / self->measured_s);
  self->per_second += ((done - self->sampled_done) / seconds - self->per_second) * weight;
  self->sampled_at_us = now_us;
  self->sampled_done = done;
}

/** sendoff_forecast_pause: nothing moves for a while, which says nothing about speed. */
void
sendoff_forecast_pause (SendoffForecast *self)
{
  self->sampled_at_us = 0;
}

/** sendoff_forecast_turn: work of another kind begins: what was measured is a guess only, to be replaced
 * soon. */
void
sendoff_forecast_turn (SendoffForecast *self)
{
  self->measured_s = MIN (self->measured_s, KEPT_AT_TURN_S);
}

/** sendoff_forecast_get_left_us: µs from @now_us until @total units are done and the file is written; -1
 * unknown. */
gint64
sendoff_forecast_get_left_us (const SendoffForecast *self, double total, gint64 now_us)
{
  double since = self->sampled_at_us != 0 ? (double)(now_us - self->sampled_at_us) / 1e6 : 0, seconds;

  if (self->measured_s < LEAST_S || self->per_second <= total * 1e-9)
    return -1;
  seconds = MAX (total - self->sampled_done, 0) / self->per_second;
  seconds += FINISHING_SECONDS + FINISHING_SHARE * total / self->per_second;
  return (gint64)(MAX (seconds - since, 0) * 1e6);
}
