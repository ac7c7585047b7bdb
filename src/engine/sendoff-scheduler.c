#include "engine/sendoff-scheduler.h"

/* Memory becomes free without anybody telling. */
#define LOOK_AGAIN_US (2 * G_USEC_PER_SEC)

struct _SendoffScheduler {
  GMutex mutex; /* guards everything below, and all of every lane */
  guint n_slots;
  guint n_running;
  gint64 memory_bytes; /* expected of what runs */
  SendoffBudgetFunc budget; /* (nullable) */
  gpointer budget_data;
  GPtrArray *threads; /* never fewer than n_slots */
  GCond work_added;
  GPtrArray *lanes; /* SendoffLane *, borrowed */
  guint64 served; /* pieces started so far */
  gboolean stopping;
};

struct _SendoffLane {
  SendoffScheduler *scheduler;
  int priority;
  guint64 last_served;
  GQueue pending; /* Piece *, the next one first */
  GList *running; /* Piece * */
  guint n_running;
  GQueue returned; /* the work itself */
  GCond work_returned;
};

typedef struct {
  int order;
  gint64 length;
  gint64 memory_bytes;
  SendoffWorkFunc func;
  gpointer work;
  GCancellable *cancellable;
} Piece;

static void
piece_free (Piece *piece)
{
  g_object_unref (piece->cancellable);
  g_free (piece);
}

static gboolean
piece_goes_before (const Piece *a, const Piece *b)
{
  return a->order != b->order ? a->order < b->order : a->length > b->length;
}

static gboolean
lane_goes_before (const SendoffLane *a, const SendoffLane *b)
{
  if (a->priority != b->priority)
    return a->priority > b->priority;
  if (a->n_running != b->n_running)
    return a->n_running < b->n_running;
  return a->last_served < b->last_served;
}

static SendoffLane *
choose_lane_locked (SendoffScheduler *self)
{
  SendoffLane *best = NULL;

  for (guint i = 0; i < self->lanes->len; i++)
    {
      SendoffLane *lane = g_ptr_array_index (self->lanes, i);

      if (!g_queue_is_empty (&lane->pending) && (best == NULL || lane_goes_before (lane, best)))
        best = lane;
    }
  return best;
}

/* One piece is always carried out, however little memory there is. What is next waits for its memory and is not
 * overtaken, or it might wait for ever. */
static gboolean
has_memory_locked (SendoffScheduler *self, const Piece *piece)
{
  return self->n_running == 0 || self->budget == NULL || piece->memory_bytes <= 0
         || self->memory_bytes + piece->memory_bytes <= self->budget (self->budget_data);
}

static void
run_next_locked (SendoffScheduler *self, SendoffLane *lane)
{
  Piece *piece = g_queue_pop_head (&lane->pending);

  lane->running = g_list_prepend (lane->running, piece);
  lane->n_running++;
  self->n_running++;
  self->memory_bytes += piece->memory_bytes;
  lane->last_served = ++self->served;
  g_mutex_unlock (&self->mutex);
  piece->func (piece->work, piece->cancellable);
  g_mutex_lock (&self->mutex);
  lane->running = g_list_remove (lane->running, piece);
  lane->n_running--;
  self->n_running--;
  self->memory_bytes -= piece->memory_bytes;
  g_queue_push_tail (&lane->returned, piece->work);
  g_cond_signal (&lane->work_returned);
  g_cond_signal (&self->work_added);
  piece_free (piece);
}

static gpointer
slot_main (gpointer data)
{
  SendoffScheduler *self = data;

  g_mutex_lock (&self->mutex);
  while (!self->stopping)
    {
      SendoffLane *lane = self->n_running < self->n_slots ? choose_lane_locked (self) : NULL;

      if (lane != NULL && has_memory_locked (self, g_queue_peek_head (&lane->pending)))
        run_next_locked (self, lane);
      else if (lane != NULL)
        g_cond_wait_until (&self->work_added, &self->mutex, g_get_monotonic_time () + LOOK_AGAIN_US);
      else
        g_cond_wait (&self->work_added, &self->mutex);
    }
  g_mutex_unlock (&self->mutex);
  return NULL;
}

static void
start_threads_locked (SendoffScheduler *self)
{
  while (self->threads->len < self->n_slots)
    g_ptr_array_add (self->threads, g_thread_new ("sendoff-slot", slot_main, self));
}

/** sendoff_scheduler_new: (transfer full): a scheduler with @n_slots threads, at least one. */
SendoffScheduler *
sendoff_scheduler_new (guint n_slots)
{
  SendoffScheduler *self = g_new0 (SendoffScheduler, 1);

  self->n_slots = MAX (n_slots, 1);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->work_added);
  self->lanes = g_ptr_array_new ();
  self->threads = g_ptr_array_new ();
  g_mutex_lock (&self->mutex);
  start_threads_locked (self);
  g_mutex_unlock (&self->mutex);
  return self;
}

/** sendoff_scheduler_free: every lane must have been closed before. */
void
sendoff_scheduler_free (SendoffScheduler *self)
{
  g_return_if_fail (self->lanes->len == 0);
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->work_added);
  g_mutex_unlock (&self->mutex);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join (g_ptr_array_index (self->threads, i));
  g_ptr_array_unref (self->threads);
  g_ptr_array_unref (self->lanes);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->work_added);
  g_free (self);
}

/** sendoff_scheduler_get_n_slots: pieces of work that may run at once. */
guint
sendoff_scheduler_get_n_slots (SendoffScheduler *self)
{
  guint n_slots;

  g_mutex_lock (&self->mutex);
  n_slots = self->n_slots;
  g_mutex_unlock (&self->mutex);
  return n_slots;
}

/** sendoff_scheduler_set_n_slots: from now on; what runs is not ended. Any thread. */
void
sendoff_scheduler_set_n_slots (SendoffScheduler *self, guint n_slots)
{
  g_mutex_lock (&self->mutex);
  self->n_slots = MAX (n_slots, 1);
  start_threads_locked (self);
  g_cond_broadcast (&self->work_added);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_scheduler_set_budget: asks @func (nullable) how much memory there is before it starts a piece. */
void
sendoff_scheduler_set_budget (SendoffScheduler *self, SendoffBudgetFunc func, gpointer data)
{
  g_mutex_lock (&self->mutex);
  self->budget = func;
  self->budget_data = data;
  g_cond_broadcast (&self->work_added);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_scheduler_get_budget: bytes for everything that runs, G_MAXINT64 without a limit. */
gint64
sendoff_scheduler_get_budget (SendoffScheduler *self)
{
  gint64 bytes;

  g_mutex_lock (&self->mutex);
  bytes = self->budget != NULL ? self->budget (self->budget_data) : G_MAXINT64;
  g_mutex_unlock (&self->mutex);
  return bytes;
}

/** sendoff_scheduler_open_lane: (transfer full): a lane for one job; higher @priority goes first. */
SendoffLane *
sendoff_scheduler_open_lane (SendoffScheduler *self, int priority)
{
  SendoffLane *lane = g_new0 (SendoffLane, 1);

  lane->scheduler = self;
  lane->priority = priority;
  g_queue_init (&lane->pending);
  g_queue_init (&lane->returned);
  g_cond_init (&lane->work_returned);
  g_mutex_lock (&self->mutex);
  lane->last_served = self->served;
  g_ptr_array_add (self->lanes, lane);
  g_mutex_unlock (&self->mutex);
  return lane;
}

/** sendoff_lane_close: frees the lane; all of its work must have come back. */
void
sendoff_lane_close (SendoffLane *self)
{
  SendoffScheduler *scheduler = self->scheduler;

  g_return_if_fail (sendoff_lane_get_n_outstanding (self) == 0);
  g_mutex_lock (&scheduler->mutex);
  g_ptr_array_remove (scheduler->lanes, self);
  g_mutex_unlock (&scheduler->mutex);
  g_cond_clear (&self->work_returned);
  g_free (self);
}

/** sendoff_lane_set_priority: higher goes first, from now on. Any thread. */
void
sendoff_lane_set_priority (SendoffLane *self, int priority)
{
  g_mutex_lock (&self->scheduler->mutex);
  self->priority = priority;
  g_mutex_unlock (&self->scheduler->mutex);
}

/**
 * sendoff_lane_push:
 * @order: lower goes first
 * @length: expected amount of work in any unit of the caller's; within an order, more goes first
 * @memory_bytes: what it is expected to take, 0 when that is of no concern
 * @func: what to do
 * @work: (transfer full): given to @func, comes back from sendoff_lane_wait()
 */
void
sendoff_lane_push (SendoffLane *self,
                   int order,
                   gint64 length,
                   gint64 memory_bytes,
                   SendoffWorkFunc func,
                   gpointer work)
{
  Piece *piece = g_new0 (Piece, 1);
  GList *before;

  g_return_if_fail (func != NULL && work != NULL);
  piece->order = order;
  piece->length = length;
  piece->memory_bytes = memory_bytes;
  piece->func = func;
  piece->work = work;
  piece->cancellable = g_cancellable_new ();
  g_mutex_lock (&self->scheduler->mutex);
  before = self->pending.head;
  while (before != NULL && !piece_goes_before (piece, before->data))
    before = before->next;
  g_queue_insert_before (&self->pending, before, piece);
  g_cond_signal (&self->scheduler->work_added);
  g_mutex_unlock (&self->scheduler->mutex);
}

static guint
count_locked (SendoffLane *self)
{
  return self->pending.length + self->n_running + self->returned.length;
}

/**
 * sendoff_lane_wait:
 *
 * Blocks until a piece of work comes back.
 *
 * Returns: (transfer full) (nullable): that work, %NULL when none is outstanding
 */
gpointer
sendoff_lane_wait (SendoffLane *self)
{
  gpointer work;

  g_mutex_lock (&self->scheduler->mutex);
  while (g_queue_is_empty (&self->returned) && count_locked (self) > 0)
    g_cond_wait (&self->work_returned, &self->scheduler->mutex);
  work = g_queue_pop_head (&self->returned);
  g_mutex_unlock (&self->scheduler->mutex);
  return work;
}

/** sendoff_lane_set_memory: what @work is now expected to take, if it has not begun. Any thread. */
void
sendoff_lane_set_memory (SendoffLane *self, gconstpointer work, gint64 memory_bytes)
{
  g_mutex_lock (&self->scheduler->mutex);
  for (GList *link = self->pending.head; link != NULL; link = link->next)
    {
      Piece *piece = link->data;

      if (piece->work == work)
        piece->memory_bytes = memory_bytes;
    }
  g_cond_signal (&self->scheduler->work_added);
  g_mutex_unlock (&self->scheduler->mutex);
}

/**
 * sendoff_lane_cancel:
 * @work: (nullable): which piece, %NULL for all
 *
 * What has not been started comes back as it is; what runs is told by its cancellable. Any thread.
 */
void
sendoff_lane_cancel (SendoffLane *self, gconstpointer work)
{
  g_autoptr (GPtrArray) told = g_ptr_array_new_with_free_func (g_object_unref);
  GList *next;

  g_mutex_lock (&self->scheduler->mutex);
  for (GList *link = self->pending.head; link != NULL; link = next)
    {
      Piece *piece = link->data;

      next = link->next;
      if (work != NULL && piece->work != work)
        continue;
      g_queue_delete_link (&self->pending, link);
      g_queue_push_tail (&self->returned, piece->work);
      piece_free (piece);
    }
  for (GList *link = self->running; link != NULL; link = link->next)
    {
      Piece *piece = link->data;

      if (work == NULL || piece->work == work)
        g_ptr_array_add (told, g_object_ref (piece->cancellable));
    }
  g_cond_signal (&self->work_returned);
  g_mutex_unlock (&self->scheduler->mutex);
  /* Handlers of a cancellable are not ours to run under a lock. */
  for (guint i = 0; i < told->len; i++)
    g_cancellable_cancel (g_ptr_array_index (told, i));
}

/** sendoff_lane_get_n_outstanding: pieces pushed and not yet handed back. */
guint
sendoff_lane_get_n_outstanding (SendoffLane *self)
{
  guint count;

  g_mutex_lock (&self->scheduler->mutex);
  count = count_locked (self);
  g_mutex_unlock (&self->scheduler->mutex);
  return count;
}
