/* The filter chain that turns decoded frames into the frames of an output.
 *
 * Pure text: the planner shows it, the worker builds it with libavfilter, and builds it again with the same
 * function when a source changes its picture in mid-stream. Stateless per frame but for deinterlacing. Any thread.
 */
#pragma once

#include "model/sendoff-plan.h"

G_BEGIN_DECLS

/* A decoded frame's shape. */
typedef struct {
  int width, height;
  SendoffRational sample_aspect_ratio; /* 0/1 counts as 1 */
  const char *pixel_format;
  gboolean has_alpha;
  const char *range, *matrix, *primaries, *transfer; /* (nullable): FFmpeg's names; NULL when not stated */
} SendoffFrameShape;

char *sendoff_filters_build (const SendoffVideoPlan *video, const SendoffFrameShape *shape);
gboolean sendoff_filters_parse_color (const char *text, guint8 rgb[3]);

G_END_DECLS
