#include <glib.h>

#include "engine/sendoff-chunk-runs.h"
#include "engine/sendoff-scheduler.h"

/* What ran, in the order in which it began. */
typedef struct {
  GMutex mutex;
  GCond cond;
  GString *order;
  gboolean gate_open;
  guint n_waiting;
} Log;

typedef struct {
  Log *log;
  char name;
  gboolean ran;
  gboolean was_cancelled;
} Work;

static void
log_init (Log *log)
{
  *log = (Log){ .order = g_string_new (NULL) };
  g_mutex_init (&log->mutex);
  g_cond_init (&log->cond);
}

static void
log_clear (Log *log)
{
  g_string_free (log->order, TRUE);
  g_mutex_clear (&log->mutex);
  g_cond_clear (&log->cond);
}

static void
note (gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  g_mutex_lock (&work->log->mutex);
  work->ran = TRUE;
  g_string_append_c (work->log->order, work->name);
  g_mutex_unlock (&work->log->mutex);
}

/* Holds a slot until the gate opens. */
static void
hold (gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  g_mutex_lock (&work->log->mutex);
  work->ran = TRUE;
  work->log->n_waiting++;
  g_cond_broadcast (&work->log->cond);
  while (!work->log->gate_open)
    g_cond_wait (&work->log->cond, &work->log->mutex);
  g_mutex_unlock (&work->log->mutex);
}

static void
wait_for_cancel (gpointer data, GCancellable *cancellable)
{
  Work *work = data;

  g_mutex_lock (&work->log->mutex);
  work->ran = TRUE;
  work->log->n_waiting++;
  g_cond_broadcast (&work->log->cond);
  g_mutex_unlock (&work->log->mutex);
  while (!g_cancellable_is_cancelled (cancellable))
    g_usleep (1000);
  work->was_cancelled = TRUE;
}

static void
wait_until_held (Log *log, guint n)
{
  g_mutex_lock (&log->mutex);
  while (log->n_waiting < n)
    g_cond_wait (&log->cond, &log->mutex);
  g_mutex_unlock (&log->mutex);
}

static void
open_gate (Log *log)
{
  g_mutex_lock (&log->mutex);
  log->gate_open = TRUE;
  g_cond_broadcast (&log->cond);
  g_mutex_unlock (&log->mutex);
}

static guint
drain (SendoffLane *lane)
{
  guint count = 0;

  while (sendoff_lane_wait (lane) != NULL)
    count++;
  return count;
}

static void
test_order (void)
{
  g_autoptr (SendoffScheduler) scheduler = sendoff_scheduler_new (1);
  g_autoptr (SendoffLane) lane = sendoff_scheduler_open_lane (scheduler, 0);
  Log log;
  Work gate = { &log, 'G', FALSE, FALSE };
  Work works[] = { { &log, 'a' }, { &log, 'b' }, { &log, 'c' }, { &log, 'd' } };

  log_init (&log);
  sendoff_lane_push (lane, 0, 0, 0, hold, &gate);
  wait_until_held (&log, 1);
  sendoff_lane_push (lane, 1, 1, 0, note, &works[0]);
  sendoff_lane_push (lane, 1, 5, 0, note, &works[1]);
  sendoff_lane_push (lane, 1, 1, 0, note, &works[2]);
  sendoff_lane_push (lane, 0, 0, 0, note, &works[3]);
  open_gate (&log);
  g_assert_cmpuint (drain (lane), ==, 5);
  g_assert_cmpstr (log.order->str, ==, "dbac");
  log_clear (&log);
}

static void
test_fairness (void)
{
  g_autoptr (SendoffScheduler) scheduler = sendoff_scheduler_new (1);
  SendoffLane *first = sendoff_scheduler_open_lane (scheduler, 0);
  SendoffLane *second = sendoff_scheduler_open_lane (scheduler, 0);
  SendoffLane *urgent = sendoff_scheduler_open_lane (scheduler, 5);
  Log log;
  Work gate = { &log, 'G', FALSE, FALSE };
  Work works[] = { { &log, 'a' }, { &log, 'a' }, { &log, 'b' }, { &log, 'b' }, { &log, 'U' } };

  log_init (&log);
  sendoff_lane_push (first, 0, 0, 0, hold, &gate);
  wait_until_held (&log, 1);
  sendoff_lane_push (first, 0, 0, 0, note, &works[0]);
  sendoff_lane_push (first, 0, 0, 0, note, &works[1]);
  sendoff_lane_push (second, 0, 0, 0, note, &works[2]);
  sendoff_lane_push (second, 0, 0, 0, note, &works[3]);
  sendoff_lane_push (urgent, 0, 0, 0, note, &works[4]);
  open_gate (&log);
  g_assert_cmpuint (drain (first) + drain (second) + drain (urgent), ==, 6);
  g_assert_cmpstr (log.order->str, ==, "Ubaba");
  sendoff_lane_close (first);
  sendoff_lane_close (second);
  sendoff_lane_close (urgent);
  log_clear (&log);
}

static void
test_parallel (void)
{
  g_autoptr (SendoffScheduler) scheduler = sendoff_scheduler_new (3);
  g_autoptr (SendoffLane) lane = sendoff_scheduler_open_lane (scheduler, 0);
  Log log;
  Work works[3] = { { &log, 'a' }, { &log, 'b' }, { &log, 'c' } };

  log_init (&log);
  for (guint i = 0; i < 3; i++)
    sendoff_lane_push (lane, 0, 0, 0, hold, &works[i]);
  wait_until_held (&log, 3); /* hangs unless all three run at once */
  open_gate (&log);
  g_assert_cmpuint (drain (lane), ==, 3);
  log_clear (&log);
}

/* ---- Memory and slots ---- */

static gint64
get_ten (gpointer data)
{
  return 10;
}

static guint
count_held (Log *log)
{
  guint n;

  g_mutex_lock (&log->mutex);
  n = log->n_waiting;
  g_mutex_unlock (&log->mutex);
  return n;
}

/* As many as fit run at once; one that never fits runs alone; what is next is not overtaken. */
static void
test_memory (void)
{
  g_autoptr (SendoffScheduler) scheduler = sendoff_scheduler_new (4);
  g_autoptr (SendoffLane) lane = sendoff_scheduler_open_lane (scheduler, 0);
  Log log;
  Work works[] = { { &log, 'a' }, { &log, 'b' }, { &log, 'c' }, { &log, 'd' } };

  log_init (&log);
  sendoff_scheduler_set_budget (scheduler, get_ten, NULL);
  sendoff_lane_push (lane, 0, 0, 5, hold, &works[0]);
  sendoff_lane_push (lane, 0, 0, 5, hold, &works[1]);
  wait_until_held (&log, 2);
  sendoff_lane_push (lane, 1, 0, 50, note, &works[2]);
  sendoff_lane_push (lane, 2, 0, 1, note, &works[3]);
  g_usleep (50000);
  g_assert_cmpuint (count_held (&log), ==, 2);
  g_assert_cmpstr (log.order->str, ==, "");
  open_gate (&log);
  g_assert_cmpuint (drain (lane), ==, 4);
  g_assert_cmpstr (log.order->str, ==, "cd");
  log_clear (&log);
}

/* What was measured since counts for what has not begun. */
static void
test_measured_memory (void)
{
  g_autoptr (SendoffScheduler) scheduler = sendoff_scheduler_new (2);
  g_autoptr (SendoffLane) lane = sendoff_scheduler_open_lane (scheduler, 0);
  Log log;
  Work works[] = { { &log, 'a' }, { &log, 'b' } };

  log_init (&log);
  sendoff_scheduler_set_budget (scheduler, get_ten, NULL);
  sendoff_lane_push (lane, 0, 0, 6, hold, &works[0]);
  wait_until_held (&log, 1);
  sendoff_lane_push (lane, 0, 0, 6, hold, &works[1]);
  sendoff_lane_set_memory (lane, &works[1], 4);
  wait_until_held (&log, 2); /* hangs unless both run at once */
  open_gate (&log);
  g_assert_cmpuint (drain (lane), ==, 2);
  log_clear (&log);
}

static void
test_change_slots (void)
{
  g_autoptr (SendoffScheduler) scheduler = sendoff_scheduler_new (1);
  g_autoptr (SendoffLane) lane = sendoff_scheduler_open_lane (scheduler, 0);
  Log log;
  Work works[] = { { &log, 'a' }, { &log, 'b' }, { &log, 'c' } };

  log_init (&log);
  sendoff_lane_push (lane, 0, 0, 0, hold, &works[0]);
  sendoff_lane_push (lane, 0, 0, 0, hold, &works[1]);
  wait_until_held (&log, 1);
  sendoff_scheduler_set_n_slots (scheduler, 2);
  wait_until_held (&log, 2); /* hangs unless both run at once */
  sendoff_scheduler_set_n_slots (scheduler, 1);
  sendoff_lane_push (lane, 0, 0, 0, hold, &works[2]);
  g_usleep (50000);
  g_assert_cmpuint (count_held (&log), ==, 2);
  open_gate (&log);
  g_assert_cmpuint (drain (lane), ==, 3);
  log_clear (&log);
}

static void
test_cancel (void)
{
  g_autoptr (SendoffScheduler) scheduler = sendoff_scheduler_new (1);
  g_autoptr (SendoffLane) lane = sendoff_scheduler_open_lane (scheduler, 0);
  Log log;
  Work running = { &log, 'r' }, waiting = { &log, 'w' }, kept = { &log, 'k' };

  log_init (&log);
  sendoff_lane_push (lane, 0, 0, 0, wait_for_cancel, &running);
  wait_until_held (&log, 1);
  sendoff_lane_push (lane, 0, 0, 0, note, &waiting);
  sendoff_lane_push (lane, 0, 0, 0, note, &kept);
  sendoff_lane_cancel (lane, &waiting);
  g_assert_true (sendoff_lane_wait (lane) == &waiting);
  g_assert_false (waiting.ran);
  sendoff_lane_cancel (lane, &running);
  g_assert_cmpuint (drain (lane), ==, 2);
  g_assert_true (running.was_cancelled);
  g_assert_true (kept.ran);
  log_clear (&log);
}

static void
assert_runs (const char *missing, guint n_slots, gboolean sequential, const char *expected)
{
  guint n = (guint)strlen (missing);
  g_autofree gboolean *flags = g_new0 (gboolean, n);
  g_autoptr (GArray) runs = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    flags[i] = missing[i] == 'x';
  runs = sendoff_chunk_runs_split (flags, n, n_slots, sequential);
  for (guint i = 0; i < runs->len; i++)
    {
      const SendoffChunkRun *run = &g_array_index (runs, SendoffChunkRun, i);

      g_string_append_printf (text, "%s%u-%u", i > 0 ? " " : "", run->first, run->last);
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_runs (void)
{
  assert_runs ("", 2, FALSE, "");
  assert_runs ("...", 2, FALSE, "");
  assert_runs ("xxxxxxxxxxxx", 2, FALSE, "0-2 3-4 5-5 6-6 7-7 8-8 9-9 10-10 11-11");
  assert_runs ("xxxx", 1, FALSE, "0-3");
  assert_runs ("xx..xxxx", 1, FALSE, "0-1 4-7");
  assert_runs ("x.x", 8, FALSE, "0-0 2-2");
  assert_runs (".x..xx.", 1, TRUE, "1-5");
  assert_runs (".x..xx.", 2, TRUE, "1-4 5-5");
  assert_runs ("xxxxxxxxxx", 2, TRUE, "0-4 5-9");
  assert_runs ("x", 4, TRUE, "0-0");
  assert_runs ("..", 2, TRUE, "");
}

static void
test_tails (void)
{
  g_assert_true (sendoff_chunk_tails_agree ("1:aa 2:bb", "1:aa 2:bb"));
  g_assert_true (sendoff_chunk_tails_agree ("2:bb 3:cc", "1:aa 2:bb"));
  g_assert_false (sendoff_chunk_tails_agree ("1:aa 2:bx", "1:aa 2:bb"));
  g_assert_false (sendoff_chunk_tails_agree ("3:aa", "1:aa"));
  g_assert_false (sendoff_chunk_tails_agree (NULL, "1:aa"));
  g_assert_false (sendoff_chunk_tails_agree ("1:aa", NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/scheduler/order", test_order);
  g_test_add_func ("/engine/scheduler/fairness", test_fairness);
  g_test_add_func ("/engine/scheduler/parallel", test_parallel);
  g_test_add_func ("/engine/scheduler/memory", test_memory);
  g_test_add_func ("/engine/scheduler/measured-memory", test_measured_memory);
  g_test_add_func ("/engine/scheduler/change-slots", test_change_slots);
  g_test_add_func ("/engine/scheduler/cancel", test_cancel);
  g_test_add_func ("/engine/chunk-runs/split", test_runs);
  g_test_add_func ("/engine/chunk-runs/tails", test_tails);
  return g_test_run ();
}
