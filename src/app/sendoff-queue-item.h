/* A row of the queue: an export together with the job that it belongs to, in words, and what can be done with it now.
 *
 * Follows both objects and notifies what a row shows. Owned by the list; main thread.
 */
#pragma once

#include <gdk/gdk.h>

#include "engine/sendoff-job.h"

G_BEGIN_DECLS

typedef enum
{
  SENDOFF_QUEUE_WAITING,
  SENDOFF_QUEUE_RUNNING,
  SENDOFF_QUEUE_PAUSED,
  SENDOFF_QUEUE_STORED, /* and never begun */
  SENDOFF_QUEUE_INTERRUPTED,
  SENDOFF_QUEUE_LOST,    /* interrupted, and the source is not where it was */
  SENDOFF_QUEUE_CHANGED, /* interrupted, and another video lies there */
  SENDOFF_QUEUE_CANCELLING,
  SENDOFF_QUEUE_COMPLETED,
  SENDOFF_QUEUE_FAILED,
  SENDOFF_QUEUE_FAILED_LOST,    /* because of its source */
  SENDOFF_QUEUE_FAILED_CHANGED, /* because another video lies there */
  SENDOFF_QUEUE_CANCELLED,
} SendoffQueueState;

#define SENDOFF_TYPE_QUEUE_ITEM (sendoff_queue_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffQueueItem, sendoff_queue_item, SENDOFF, QUEUE_ITEM, GObject)

/* Properties (read-only, notified): title (string: "holiday.mp4 → YouTube"), state (int SendoffQueueState), state-text,
 * numbers (strings), fraction (double 0–1), shows-progress, is-final, is-shared (booleans: the last one when other
 * exports of the same video go on), poster (GdkPaintable, nullable). */
SendoffQueueItem *sendoff_queue_item_new (SendoffJob *job, SendoffExport *export);
SendoffJob *sendoff_queue_item_get_job (SendoffQueueItem *self);
SendoffExport *sendoff_queue_item_get_export (SendoffQueueItem *self);
SendoffQueueState sendoff_queue_item_get_state (SendoffQueueItem *self);
void sendoff_queue_item_set_cancelling (SendoffQueueItem *self, gboolean cancelling);
gboolean sendoff_queue_item_has_poster (SendoffQueueItem *self);
void sendoff_queue_item_set_poster (SendoffQueueItem *self, GdkPaintable *poster);
const char *sendoff_queue_item_get_title (SendoffQueueItem *self);

G_END_DECLS
