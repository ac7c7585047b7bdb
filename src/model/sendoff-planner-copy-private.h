/* What the files about copies share. Only sendoff-planner-copy*.c include this. */
#pragma once

#include "model/sendoff-planner-private.h"

G_BEGIN_DECLS

typedef enum {
  SENDOFF_COPY_NEVER,
  SENDOFF_COPY_AS_MADE, /* nobody said anything: what is as Sendoff would make it for that platform, structure and rate included */
  SENDOFF_COPY_AUTO,    /* asked for: whatever codec, platform and container take */
  SENDOFF_COPY_REQUIRE,
} SendoffCopyMode;

typedef struct {
  SendoffPlanning *planning;
  SendoffCopyMode mode;
  const SendoffStreamInfo *stream;
} SendoffCopyCandidate;

/* sendoff-planner-copy-objections.c */
char *sendoff_copy_dup_objection (const SendoffCopyCandidate *self, gboolean is_video);
gint64 sendoff_copy_find_keyframe (const SendoffStreamInfo *stream, gint64 time_us);

G_END_DECLS
