/* Colours that people name, for bars around a picture and behind transparent ones.
 *
 * Pure; any thread.
 */
#pragma once

#include "model/sendoff-media-info.h"

G_BEGIN_DECLS

gboolean sendoff_fill_color_parse (const char *text, guint8 rgb[3]);
void sendoff_fill_color_to_yuv (const guint8 rgb[3], const SendoffColor *color, int bit_depth, int yuv[3]);

G_END_DECLS
