/* Levels of H.264, from table A-1 of ITU-T H.264. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int sendoff_h264_level_choose (int width, int height, double frame_rate, gint64 maxrate_bps, gint64 bufsize_bits,
                               const char *profile);
int sendoff_h264_level_get_max_references (int level, int width, int height);

G_END_DECLS
