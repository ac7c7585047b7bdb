/* An export in the queue: where it stands in words, its progress, and what can be done with it. Main thread.
 */
#pragma once

#include <adwaita.h>

#include "app/sendoff-queue-item.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_QUEUE_ROW (sendoff_queue_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueueRow, sendoff_queue_row, SENDOFF, QUEUE_ROW, GtkBox)

/* Properties: item (SendoffQueueItem, nullable). */

G_END_DECLS
