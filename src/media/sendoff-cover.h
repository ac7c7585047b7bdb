/* Cover pictures of films and albums. */
#pragma once

#include "media/sendoff-ffmpeg.h"

G_BEGIN_DECLS

gsize sendoff_cover_strip (guint8 *data, gsize size);

G_END_DECLS
