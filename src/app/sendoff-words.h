/* Facts, plans and jobs in words for people. Pure functions; every string is translated. Main thread. */
#pragma once

#include "engine/sendoff-job.h"
#include "model/sendoff-catalog.h"
#include "model/sendoff-media-info.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

/* Between facts. */
#define SENDOFF_WORDS_SEPARATOR " · "

char *sendoff_words_for_source (const SendoffMediaInfo *info);
char *sendoff_words_for_source_warnings (const SendoffMediaInfo *info);
char *sendoff_words_for_output (const SendoffOutputPlan *output, SendoffCatalog *catalog);
void sendoff_words_add (char **text, char *more);
char *sendoff_words_for_size (gint64 size_bytes, gint64 low_bytes, gint64 high_bytes, gint64 limit_bytes);
char *sendoff_words_for_place (gint64 position_us, gint64 duration_us);
char *sendoff_words_for_range (gint64 start_us, gint64 end_us);
char *sendoff_words_for_work (gint64 duration_us);
char *sendoff_words_for_time_left (gint64 time_left_us);
const char *sendoff_words_for_status (SendoffStatus status);

G_END_DECLS
