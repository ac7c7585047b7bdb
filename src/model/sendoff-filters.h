/* The filter chain that turns decoded frames into the frames of an output.
 *
 * Pure text: the planner shows it, the worker builds it with libavfilter, and builds it again with the same
 * function when a source changes its picture in mid-stream. Stateless per frame but for deinterlacing. Any thread.
 */
#pragma once

#include "model/sendoff-plan.h"

G_BEGIN_DECLS

/* Untagged pictures up to this height have the colours of standard definition. */
#define SENDOFF_STANDARD_DEFINITION_HEIGHT 576
/* cd/m² of HDR that are as bright as 1.0 of linear light is before tone mapping. */
#define SENDOFF_SDR_WHITE_NITS 100

/* A decoded frame's shape. */
typedef struct {
  int width, height;
  SendoffRational sample_aspect_ratio; /* 0/1 counts as 1 */
  const char *pixel_format;
  gboolean has_alpha;
  const char *range, *matrix, *primaries, *transfer; /* (nullable): FFmpeg's names; NULL when not stated */
} SendoffFrameShape;

char *sendoff_filters_build (const SendoffVideoPlan *video, const SendoffFrameShape *shape);
const char *sendoff_filters_guess_matrix (const char *pixel_format, int height);
gboolean sendoff_filters_is_video_transfer (const char *transfer);
char *sendoff_filters_dup_tone_map (const SendoffMastering *mastering);

G_END_DECLS
