/* Is a finished file what was planned, what its platform takes, and sound? Pure comparisons with the facts probed from
 * the file.
 *
 * The checks are tables: against the plan (the export must be what it says), against every dated rule of a platform (for
 * any file, whoever made it), and of a file by itself. The worker probes the file in a process of its own; nothing here
 * opens it.
 */
#pragma once

#include "model/sendoff-catalog.h"
#include "model/sendoff-media-info.h"
#include "model/sendoff-plan.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct {
  char *code; /* "duration", "frame-count", "moov-first"… */
  gboolean passed;
  char *expected; /* for people */
  char *found;
  char *advice; /* (nullable): what to change, of a check that failed */
  char *source, *as_of; /* (nullable): where a platform's rule is written, and when it was read */
} SendoffCheck;
SENDOFF_DECLARE_DOC (SendoffCheck, sendoff_check)

typedef struct {
  gboolean passed;
  GPtrArray *checks; /* SendoffCheck */
  char *platform; /* (nullable): whose rules were checked too */
  char **notes; /* (nullable): sentences about rules that differ from those that were gone by */
} SendoffCertificate;
SENDOFF_DECLARE_DOC (SendoffCertificate, sendoff_certificate)

/* What the export knows of its own output beside the plan. */
typedef struct {
  gint64 video_frames; /* encoded; -1 no video */
  gint64 video_duration_us; /* of the joined frames */
  gint64 audio_samples; /* -1 no audio */
  gint64 size_bytes;
  const SendoffLoudness *loudness; /* (nullable): of the first audio track, when it was planned */
} SendoffOutputFacts;

/* What decoding all of a file found. */
typedef struct {
  gint64 video_frames, audio_samples; /* decoded */
  gint64 errors; /* packets that could not be decoded, and frames that came out damaged */
  gint64 first_error_us; /* source time of the first, -1 none or not known */
} SendoffDecodeResult;
SENDOFF_DECLARE_DOC (SendoffDecodeResult, sendoff_decode_result)

SendoffCertificate *sendoff_certificate_check (const SendoffOutputPlan *plan, const SendoffOutputFacts *facts,
                                               const SendoffMediaInfo *file);
SendoffCertificate *sendoff_certificate_check_file (const SendoffMediaInfo *file, const SendoffDecodeResult *decoded,
                                                    gboolean want_index_first);
void sendoff_certificate_add_platform (SendoffCertificate *self, SendoffCatalog *catalog,
                                       const SendoffPlatform *platform, const SendoffMediaInfo *file);
void sendoff_certificate_add_check (SendoffCertificate *self, SendoffCheck *check);
char *sendoff_check_dup_sentence (const SendoffCheck *self);
char *sendoff_certificate_dup_failure (const SendoffCertificate *self);

G_END_DECLS
