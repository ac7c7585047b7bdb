#include "app/sendoff-watchdog.h"

#include <execinfo.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Turns of the main loop that take longer are reported one by one. */
#define REPORTED_US 20000
/* After so long, and then after as long again, it is written down what the main thread is doing. */
#define LOOKED_AT_US 25000
#define LOOK_SIGNAL  SIGURG /* without a handler it does nothing, so that a late one is harmless */
#define N_FRAMES     100

/* Where a turn began. */
typedef struct
{
  gint64 wall_us;
  gint64 waited_us; /* for a core, since the thread began: the machine's fault and not the program's */
  gint64 cpu_us;    /* used by the thread */
} Moment;

struct _SendoffWatchdog
{
  int report_fd;
  int schedule_fd; /* -1: this kernel does not say how long a thread waits for a core */
  pthread_t main_thread;
  GThread *thread;
  gint stopping;       /* atomic */
  gint busy_since_ms;  /* atomic: when the turn began, 0 while the main loop waits for events */
  GPollFunc next_poll; /* what waits really */
  Moment began;
  gboolean has_begun;
  gint64 longest_away_us, longest_cpu_us;
};

/* A poll function and a signal handler are given no data. */
static SendoffWatchdog *the_watchdog;

static gint64
read_waited (SendoffWatchdog *self)
{
  char text[96] = { 0 };
  long long run_ns, waited_ns;

  if (self->schedule_fd < 0 || pread (self->schedule_fd, text, sizeof text - 1, 0) <= 0
      || sscanf (text, "%lld %lld", &run_ns, &waited_ns) != 2)
    return 0;
  return waited_ns / 1000;
}

static gint64
read_cpu (void)
{
  struct timespec used = { 0 };

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used);
  return (gint64)used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

static int
now_ms (void)
{
  return (int)MAX (g_get_monotonic_time () / 1000 % G_MAXINT, 1);
}

/* Says @what took @us when that is longer than anything before. */
static void
note_longest (SendoffWatchdog *self, const char *what, gint64 us, gint64 *longest_us)
{
  if (us <= *longest_us)
    return;
  *longest_us = us;
  dprintf (self->report_fd, "%s %.1f\n", what, (double)us / 1000);
}

static void
end_turn (SendoffWatchdog *self)
{
  gint64 wall_us = g_get_monotonic_time () - self->began.wall_us;
  gint64 waited_us = read_waited (self) - self->began.waited_us;
  gint64 cpu_us = read_cpu () - self->began.cpu_us;

  g_atomic_int_set (&self->busy_since_ms, 0);
  note_longest (self, "longest-away", wall_us - waited_us, &self->longest_away_us);
  note_longest (self, "longest-cpu", cpu_us, &self->longest_cpu_us);
  if (cpu_us > REPORTED_US)
    dprintf (self->report_fd, "turn cpu %.1f away %.1f waited %.1f at %.3f\n", (double)cpu_us / 1000,
             (double)(wall_us - waited_us) / 1000, (double)waited_us / 1000,
             (double)g_get_monotonic_time () / 1e6);
}

static int
poll_and_measure (GPollFD *fds, guint n_fds, int timeout_ms)
{
  SendoffWatchdog *self = the_watchdog;
  int n_ready;

  if (self->has_begun)
    end_turn (self);
  n_ready = self->next_poll (fds, n_fds, timeout_ms);
  self->has_begun = TRUE;
  self->began.waited_us = read_waited (self);
  self->began.cpu_us = read_cpu ();
  self->began.wall_us = g_get_monotonic_time ();
  g_atomic_int_set (&self->busy_since_ms, now_ms ());
  return n_ready;
}

static void
on_look (int signal_number)
{
  void *frames[N_FRAMES];
  int n_frames = backtrace (frames, N_FRAMES);

  if (write (the_watchdog->report_fd, "busy with:\n", strlen ("busy with:\n")) < 0)
    return;
  backtrace_symbols_fd (frames, n_frames, the_watchdog->report_fd);
}

static gpointer
look (gpointer data)
{
  SendoffWatchdog *self = data;

  while (!g_atomic_int_get (&self->stopping))
    {
      int since_ms = g_atomic_int_get (&self->busy_since_ms);

      g_usleep (LOOKED_AT_US);
      if (since_ms != 0 && since_ms == g_atomic_int_get (&self->busy_since_ms))
        pthread_kill (self->main_thread, LOOK_SIGNAL);
    }
  return NULL;
}

static void
begin (SendoffWatchdog *self)
{
  struct sigaction action = { .sa_handler = on_look, .sa_flags = SA_RESTART };
  g_autofree char *schedule = g_strdup_printf ("/proc/self/task/%d/schedstat", (int)gettid ());
  void *frame;

  self->schedule_fd = open (schedule, O_RDONLY | O_CLOEXEC);
  self->main_thread = pthread_self ();
  /* The first call loads a library, which must not happen in the handler. */
  backtrace (&frame, 1);
  sigaction (LOOK_SIGNAL, &action, NULL);
  the_watchdog = self;
  self->next_poll = g_main_context_get_poll_func (NULL);
  g_main_context_set_poll_func (NULL, poll_and_measure);
  self->thread = g_thread_new ("sendoff-watchdog", look, self);
}

/**
 * sendoff_watchdog_new_from_environment:
 *
 * Begins to watch the main loop. The report has a line for each new maximum of milliseconds, and what
 * ran in turns that were long; time in which the main thread waited for a core is not counted.
 *
 * Returns: (transfer full) (nullable): %NULL when nobody wants to know, or the file cannot be written
 */
SendoffWatchdog *
sendoff_watchdog_new_from_environment (void)
{
  const char *path = g_getenv ("SENDOFF_WATCHDOG");
  int report_fd = path != NULL ? open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
  SendoffWatchdog *self;

  if (report_fd < 0)
    return NULL;
  self = g_new0 (SendoffWatchdog, 1);
  self->report_fd = report_fd;
  begin (self);
  return self;
}

static void
on_painted (GdkFrameClock *clock, SendoffWatchdog *self)
{
  g_signal_handlers_disconnect_by_func (clock, on_painted, self);
  dprintf (self->report_fd, "first-frame %.3f\n", (double)g_get_monotonic_time () / G_USEC_PER_SEC);
}

static void
on_mapped (GtkWidget *window, SendoffWatchdog *self)
{
  g_signal_handlers_disconnect_by_func (window, on_mapped, self);
  g_signal_connect (gtk_widget_get_frame_clock (window), "after-paint", G_CALLBACK (on_painted), self);
}

static void
on_window_added (GtkApplication *application, GtkWidget *window, SendoffWatchdog *self)
{
  g_signal_handlers_disconnect_by_func (application, on_window_added, self);
  g_signal_connect (window, "map", G_CALLBACK (on_mapped), self);
}

/** sendoff_watchdog_watch_windows: the report gets a line "first-frame SECONDS", of the monotonic clock, when
 * the first window of @application has been painted. */
void
sendoff_watchdog_watch_windows (SendoffWatchdog *self, GtkApplication *application)
{
  g_signal_connect (application, "window-added", G_CALLBACK (on_window_added), self);
}

/** sendoff_watchdog_free: ends the watch. */
void
sendoff_watchdog_free (SendoffWatchdog *self)
{
  g_main_context_set_poll_func (NULL, self->next_poll);
  g_atomic_int_set (&self->stopping, TRUE);
  g_thread_join (self->thread);
  signal (LOOK_SIGNAL, SIG_DFL);
  the_watchdog = NULL;
  close (self->report_fd);
  if (self->schedule_fd >= 0)
    close (self->schedule_fd);
  g_free (self);
}
