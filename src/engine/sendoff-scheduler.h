/* Who may use the machine's encoding slots next.
 *
 * The scheduler has as many threads as the machine has slots; each carries out one piece of work at a time. A piece
 * waits while there is not the memory for it, but one is always carried out. A
 * job opens a lane, pushes its work there and waits for it to come back; every piece comes back exactly once,
 * carried out or not. Among lanes the higher priority goes first, then the one that has the fewest pieces
 * running, then the one that was served longest ago; within a lane the lower order, then the longer piece,
 * then the one pushed first.
 *
 * The engine owns the scheduler; a lane belongs to the thread that opened it. It knows nothing of media.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _SendoffScheduler SendoffScheduler;
typedef struct _SendoffLane SendoffLane;

/* Carries out @work on one of the scheduler's threads; @cancellable is that piece's own. */
typedef void (*SendoffWorkFunc) (gpointer work, GCancellable *cancellable);

/* Bytes that all pieces that run may take together, those that they have already included. Any thread. */
typedef gint64 (*SendoffBudgetFunc) (gpointer data);

SendoffScheduler *sendoff_scheduler_new (guint n_slots);
void sendoff_scheduler_free (SendoffScheduler *self);
guint sendoff_scheduler_get_n_slots (SendoffScheduler *self);
void sendoff_scheduler_set_n_slots (SendoffScheduler *self, guint n_slots);
void sendoff_scheduler_set_budget (SendoffScheduler *self, SendoffBudgetFunc func, gpointer data);
gint64 sendoff_scheduler_get_budget (SendoffScheduler *self);

SendoffLane *sendoff_scheduler_open_lane (SendoffScheduler *self, int priority);
void sendoff_lane_close (SendoffLane *self);
void sendoff_lane_set_priority (SendoffLane *self, int priority);
void sendoff_lane_push (SendoffLane *self, int order, gint64 length, gint64 memory_bytes, SendoffWorkFunc func,
                        gpointer work);
gpointer sendoff_lane_wait (SendoffLane *self);
void sendoff_lane_set_memory (SendoffLane *self, gconstpointer work, gint64 memory_bytes);
void sendoff_lane_cancel (SendoffLane *self, gconstpointer work);
guint sendoff_lane_get_n_outstanding (SendoffLane *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffScheduler, sendoff_scheduler_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffLane, sendoff_lane_close)

G_END_DECLS
