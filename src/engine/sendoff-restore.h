/* Stored jobs as objects again, and what the world says about those that are not over. Blocking; for threads. */
#pragma once

#include "engine/sendoff-job.h"
#include "engine/sendoff-store.h"

G_BEGIN_DECLS

/* How a job stands that this process does not carry out. */
typedef struct {
  gboolean unfinished;
  gboolean held;  /* unfinished, and another process carries it out */
  char *problem; /* (nullable): nobody does, and its source is not there: a sentence */
} SendoffJobCondition;

SendoffJob *sendoff_restore_job (const char *cache_dir, const SendoffStoredJob *stored);
void sendoff_restore_look (const char *cache_dir, const SendoffStoredJob *stored, SendoffJobCondition *condition);
void sendoff_restore_take_condition (SendoffJob *job, const SendoffJobCondition *condition);

G_END_DECLS
