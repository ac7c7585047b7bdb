/* A job of the queue whose video is not there, or is another one now: asks for it, and goes on or starts
 * again. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "app/sendoff-queue-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

void sendoff_queue_locate (SendoffEngine *engine, SendoffQueueItem *item, GtkWidget *widget);
void sendoff_queue_start_again (SendoffEngine *engine, SendoffQueueItem *item, GtkWidget *widget);

G_END_DECLS
