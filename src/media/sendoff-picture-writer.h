/* Still pictures: a decoded frame made upright, square and small enough, and written as a PNG or JPEG file.
 *
 * Colours become those of ordinary screens: HDR is mapped down, transparency laid over black. Owned by one thread.
 */
#pragma once

#include "media/sendoff-ffmpeg.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct {
  const char *encoder;       /* "png" or "mjpeg" */
  int max_width, max_height; /* pixels, 0 no limit */
  int rotation;              /* degrees clockwise, after mirroring */
  gboolean mirrored;
  const SendoffMastering *mastering; /* (nullable): of HDR */
} SendoffPictureStyle;

SendoffFrameFacts *sendoff_picture_write (AVFrame *frame, const SendoffPictureStyle *style, const char *path,
                                          GError **error);

G_END_DECLS
