/* Pictures for the rows of the queue that can be seen, one after the other.
 *
 * Old jobs are many and their videos may lie on slow disks, so nothing is loaded for a row that is out of sight. Main
 * thread; the work is done in workers and threads.
 */
#pragma once

#include <gtk/gtk.h>

#include "app/sendoff-queue-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_QUEUE_POSTERS (sendoff_queue_posters_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueuePosters, sendoff_queue_posters, SENDOFF, QUEUE_POSTERS, GObject)

SendoffQueuePosters *sendoff_queue_posters_new (SendoffEngine *engine, GtkScrolledWindow *view);
void sendoff_queue_posters_add (SendoffQueuePosters *self, GtkWidget *row, SendoffQueueItem *item);
void sendoff_queue_posters_remove (SendoffQueuePosters *self, GtkWidget *row);
void sendoff_queue_posters_stop (SendoffQueuePosters *self);

G_END_DECLS
