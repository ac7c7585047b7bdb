/* Is a finished file what was planned? A pure comparison of a plan's output with the facts probed from the file.
 *
 * The checks are a table. The worker probes the file in a process of its own; nothing here opens it.
 */
#pragma once

#include "model/sendoff-media-info.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

typedef struct {
  char *code; /* "duration", "frame-count", "moov-first"… */
  gboolean passed;
  char *expected; /* for people */
  char *found;
} SendoffCheck;
SENDOFF_DECLARE_DOC (SendoffCheck, sendoff_check)

typedef struct {
  gboolean passed;
  GPtrArray *checks; /* SendoffCheck */
} SendoffCertificate;
SENDOFF_DECLARE_DOC (SendoffCertificate, sendoff_certificate)

/* What the export knows of its own output beside the plan. */
typedef struct {
  gint64 video_frames; /* encoded; -1 no video */
  gint64 video_duration_us; /* of the joined frames */
  gint64 audio_samples; /* -1 no audio */
  gint64 size_bytes;
} SendoffOutputFacts;

SendoffCertificate *sendoff_certificate_check (const SendoffOutputPlan *plan, const SendoffOutputFacts *facts,
                                               const SendoffMediaInfo *file);
char *sendoff_certificate_dup_failure (const SendoffCertificate *self);

G_END_DECLS
