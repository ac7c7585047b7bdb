/* How bits are shared out over a video whose size has to be met.
 *
 * One constant quality for the whole gives every moment what it needs, as the second pass of an encoder does.
 * The quality that meets the size is found by measuring: a quick encode of everything tells how the chunks
 * compare, the first chunks how the real encoder does, and the others follow in rounds. In the end the chunks
 * that differ most from the common quality are made again until the size is right.
 *
 * Pure arithmetic: what is decided depends on nothing but the sizes of what was decided before, never on time
 * or order. All decisions are in the log, which is stored with the job.
 */
#pragma once

#include "model/sendoff-plan.h"

G_BEGIN_DECLS

/* One way to encode one chunk; the last one of a chunk holds. */
typedef struct
{
  int chunk;
  double crf; /* -1: by bitrate_bps */
  gint64 bitrate_bps;
  int cap;      /* as in SendoffChunkRate */
  gint64 bytes; /* measured; -1 not yet */
  char *metric;   /* (nullable): its score is measured too */
  GArray *scores; /* (nullable): gint64: of each frame, as in the trailer */
} SendoffRateTrial;
SENDOFF_DECLARE_DOC (SendoffRateTrial, sendoff_rate_trial)

typedef struct
{
  GPtrArray *trials;     /* SendoffRateTrial */
  int corrections;       /* rounds for the size after all chunks were there */
  int repairs;           /* rounds for the maximum rate */
  gboolean score_found;  /* the quality that has the wanted score was chosen */
  gint64 overhead_bytes; /* of the finished file, once it was written; 0 before */
} SendoffRateLog;
SENDOFF_DECLARE_DOC (SendoffRateLog, sendoff_rate_log)

/* How an encoder's quality numbers and bytes go together. */
typedef struct
{
  double slope;     /* how much log2 of the bytes falls when the number grows by one */
  double step;      /* between two numbers */
  double crf;       /* a number… */
  double log_ratio; /* …and log2 of its bytes for one byte of the analysis */
} SendoffRateScale;

typedef struct
{
  guint n_chunks;
  const gint64 *complexities; /* bytes of each chunk in the analysis */
  SendoffRateScale scale;
  double best_crf, worst_crf;              /* no better and no worse than this */
  gint64 low_bytes, aim_bytes, high_bytes; /* of all chunks together */
  guint max_corrections;
  gboolean hard; /* high_bytes must not be exceeded: then there are more corrections */
} SendoffRateTask;

/* The qualities of an analysis for which the ratios between encoders were measured; others are a multiple of three
 * away. */
#define SENDOFF_ANALYSIS_CRF_X264 26
#define SENDOFF_ANALYSIS_CRF_X265 28

/* The best quality that is asked of an encoder to fill a size. */
#define SENDOFF_RATE_BEST_CRF 2

double sendoff_rate_scale_get_worst (const SendoffRateScale *self);
void sendoff_rate_scale_init (SendoffRateScale *self, const SendoffVideoPlan *video);
gboolean sendoff_rate_share_next (const SendoffRateTask *task, SendoffRateLog *log);
const SendoffRateTrial *sendoff_rate_log_get_last (const SendoffRateLog *self, guint chunk);
SendoffRateTrial *sendoff_rate_log_add (SendoffRateLog *self, guint chunk, double crf, int cap);
double sendoff_rate_lower_quality (const SendoffRateScale *scale,
                                   const SendoffRateLog *log,
                                   guint chunk,
                                   double excess);
gint64 sendoff_rate_log_get_bytes (const SendoffRateLog *self, guint n_chunks);

G_END_DECLS
