/* The page of the queue: every export, of earlier runs too, newest first. Main thread. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_QUEUE_PAGE (sendoff_queue_page_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueuePage, sendoff_queue_page, SENDOFF, QUEUE_PAGE, AdwBin)

/* Properties: jobs (GListModel of SendoffJob, nullable). */

G_END_DECLS
