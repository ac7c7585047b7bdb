/* The page of the queue: every export, of earlier runs too, newest first; how far all of them are; and what can be done
 * with them. Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-job-monitor.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_QUEUE_PAGE (sendoff_queue_page_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueuePage, sendoff_queue_page, SENDOFF, QUEUE_PAGE, AdwBin)

/* Properties: monitor (SendoffJobMonitor), jobs (GListModel of SendoffJob, nullable until the engine is there). Actions:
 * queue.pause, resume, continue, locate, retry, cancel, cancel-video, undo, open, show, copy, remove (each "s", see
 * sendoff_queue_list_dup_key()), pause-all, resume-all, clear. */
void sendoff_queue_page_start (SendoffQueuePage *self, SendoffEngine *engine);
void sendoff_queue_page_settle (SendoffQueuePage *self);
void sendoff_queue_page_stop (SendoffQueuePage *self);

G_END_DECLS
