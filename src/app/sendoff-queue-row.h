/* A row of the queue, bound to its item; its buttons are actions of the page. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "app/sendoff-queue-item.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_QUEUE_ROW (sendoff_queue_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueueRow, sendoff_queue_row, SENDOFF, QUEUE_ROW, GtkBox)

/* Properties: item (SendoffQueueItem, nullable). */
GtkWidget *sendoff_queue_row_new (void);
void sendoff_queue_row_set_item (SendoffQueueRow *self, SendoffQueueItem *item);

G_END_DECLS
