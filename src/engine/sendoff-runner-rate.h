/* What steers the rate of one rendition. Included by sendoff-runner-rate.c, -buffer.c and -score.c only;
 * guarded by the runner's mutex. */
#pragma once

#include "engine/sendoff-runner-private.h"
#include "model/sendoff-rate-share.h"

G_BEGIN_DECLS

struct _RunnerRate
{
  char *log_path;
  SendoffRateLog *log;
  gint64 *complexities; /* of each chunk; NULL until the analysis is there */
  gboolean done;
  gboolean was_written; /* the file was written with what was decided last */
};

gboolean sendoff_runner_search_score (const RunnerRendition *rendition);
char *sendoff_runner_dup_score_warning (const RunnerRendition *rendition);
gboolean sendoff_runner_repair_rate (const RunnerRendition *rendition, gboolean *broken, GError **error);

G_END_DECLS
