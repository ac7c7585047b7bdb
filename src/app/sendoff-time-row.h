/* A row to type a time of the video, "1:02.5", so that a setting can be bound to it. Main thread. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_TIME_ROW (sendoff_time_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffTimeRow, sendoff_time_row, SENDOFF, TIME_ROW, AdwEntryRow)

/* Properties: time-us (int64, -1 when nothing that is a time is typed), valid (boolean: empty or a time). */

G_END_DECLS
