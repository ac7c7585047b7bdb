/* The rows of the queue for a list of jobs. Main thread. */
#pragma once

#include "app/sendoff-queue-item.h"

G_BEGIN_DECLS

GListStore *sendoff_queue_list_new (GListModel *jobs);
char *sendoff_queue_list_dup_key (SendoffQueueItem *item);
SendoffQueueItem *sendoff_queue_list_find (GListStore *rows, const char *key);
GPtrArray *sendoff_queue_list_find_siblings (GListStore *rows, SendoffJob *job);

G_END_DECLS
