/* How much longer something takes, by how fast it has gone so far.
 *
 * A plain struct that starts as zeroes. It has no clock: who uses it says what time it is, on a clock that
 * stands still while the machine sleeps. What is done and what there is to do are in any unit of work that
 * takes about the same time throughout.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  gint64 sampled_at_us; /* 0: not since it last stood still */
  double sampled_done;
  double per_second;
  double measured_s;
} SendoffForecast;

void sendoff_forecast_note (SendoffForecast *self, double done, gint64 now_us);
void sendoff_forecast_pause (SendoffForecast *self);
void sendoff_forecast_turn (SendoffForecast *self);
gint64 sendoff_forecast_get_left_us (const SendoffForecast *self, double total, gint64 now_us);

G_END_DECLS
