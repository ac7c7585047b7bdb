/* What the queue says about an export. Pure; main thread. */
#pragma once

#include "app/sendoff-queue-item.h"

G_BEGIN_DECLS

char *sendoff_queue_words_for_state (SendoffQueueItem *item);
char *sendoff_queue_words_for_numbers (SendoffQueueItem *item);
char *sendoff_queue_words_for_details (SendoffQueueItem *item);

G_END_DECLS
