/* Cancelling that can be taken back for a while.
 *
 * What is cancelled as a whole stops at once: its job is paused, and finished chunks stay. One of several files that are
 * made of a video goes on until the time for second thoughts is over, because it shares its workers with the others.
 * Main thread.
 */
#pragma once

#include <gtk/gtk.h>

#include "app/sendoff-queue-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_CANCELLATION (sendoff_cancellation_get_type ())
G_DECLARE_FINAL_TYPE (SendoffCancellation, sendoff_cancellation, SENDOFF, CANCELLATION, GObject)

SendoffCancellation *sendoff_cancellation_new (SendoffEngine *engine, SendoffJob *job, GPtrArray *items,
                                               GtkWidget *widget);
void sendoff_cancellation_carry_out (SendoffCancellation *self);
void sendoff_cancellation_take_back (SendoffCancellation *self);

G_END_DECLS
