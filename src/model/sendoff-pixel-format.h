/* What FFmpeg's names of pixel formats tell, for code that does not include FFmpeg. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sendoff_pixel_format_is_rgb (const char *name);
gboolean sendoff_pixel_format_has_alpha (const char *name);

G_END_DECLS
