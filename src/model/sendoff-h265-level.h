/* Levels and tiers of H.265, from tables A.8 and A.9 of ITU-T H.265. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

int sendoff_h265_level_choose (int width, int height, double frame_rate, gint64 maxrate_bps,
                               gboolean *high_tier, gint64 *max_buffer_bits);

G_END_DECLS
