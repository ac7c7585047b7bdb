/* A row of the queue: an export together with the job that it belongs to. Immutable; what changes is notified
 * by both. */
#pragma once

#include "engine/sendoff-job.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_QUEUE_ITEM (sendoff_queue_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueueItem, sendoff_queue_item, SENDOFF, QUEUE_ITEM, GObject)

/* Properties: job, export (objects), title (string: "holiday.mp4 → YouTube"). */
GListStore *sendoff_queue_item_list (GListModel *jobs);
SendoffJob *sendoff_queue_item_get_job (SendoffQueueItem *self);
SendoffExport *sendoff_queue_item_get_export (SendoffQueueItem *self);
char *sendoff_queue_item_dup_title (SendoffQueueItem *self);
char *sendoff_queue_item_dup_details (SendoffQueueItem *self);

G_END_DECLS
