#include "engine/sendoff-spawner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

/* The worker finds the source here; see model/sendoff-worker-spec.h. */
#define SOURCE_FD 3

/* The desktop goes first: a nice level, the scheduler's batch class, the last level of best-effort disk access, and
 * whoever must end when memory runs out. */
#define BACKGROUND_NICE      10
#define BACKGROUND_IO_LEVEL  7
#define BACKGROUND_OOM_SCORE "300"

struct _SendoffSpawner {
  GThread *thread;
  GAsyncQueue *requests; /* SpawnRequest *, or the spawner itself as the sign to stop */
  GMutex mutex;          /* guards SpawnRequest.done */
  GCond answered;
};

typedef struct {
  const char *path;
  int source_fd;
  gboolean background;
  SendoffChild *child;
  int error_number; /* 0 success */
  gboolean done;
} SpawnRequest;

/* The worker's side of the pipes, and the one that tells of a failed exec. */
typedef struct {
  int input[2], output[2], log[2], status[2];
} SpawnPipes;

static void
close_pair (int pair[2])
{
  for (int i = 0; i < 2; i++)
    if (pair[i] >= 0)
      close (pair[i]);
  pair[0] = pair[1] = -1;
}

static int
open_pipes (SpawnPipes *pipes)
{
  memset (pipes, 0xff, sizeof *pipes);
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pipes->input) == 0 && pipe2 (pipes->output, O_CLOEXEC) == 0
      && pipe2 (pipes->log, O_CLOEXEC) == 0 && pipe2 (pipes->status, O_CLOEXEC) == 0)
    return 0;
  return errno;
}

/* Only what is safe between fork() and exec() in a program with threads. */
static void
move_fd (int fd, int wanted)
{
  if (fd == wanted)
    fcntl (fd, F_SETFD, 0);
  else
    dup2 (fd, wanted);
}

static void
close_others_on_exec (void)
{
  if (close_range (SOURCE_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
    return;
  /* Kernels before 5.11. What GLib opens is close-on-exec anyway. */
  for (int fd = SOURCE_FD + 1; fd < 1024; fd++)
    fcntl (fd, F_SETFD, FD_CLOEXEC);
}

static void
reset_signals (void)
{
  sigset_t none;

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  signal (SIGPIPE, SIG_DFL);
  /* Ctrl+C goes to the whole group of the terminal; the engine decides what ends. */
  signal (SIGINT, SIG_IGN);
}

/* What is refused is done without. */
static void
step_back (void)
{
  struct sched_param parameters = { 0 };
  int fd;

  if (getpriority (PRIO_PROCESS, 0) < BACKGROUND_NICE)
    setpriority (PRIO_PROCESS, 0, BACKGROUND_NICE);
  sched_setscheduler (0, SCHED_BATCH, &parameters);
  syscall (SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE (IOPRIO_CLASS_BE, BACKGROUND_IO_LEVEL));
  fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
  if (fd < 0)
    return;
  while (write (fd, BACKGROUND_OOM_SCORE, strlen (BACKGROUND_OOM_SCORE)) < 0 && errno == EINTR)
    ;
  close (fd);
}

G_NORETURN static void
become_worker (const SpawnRequest *request, SpawnPipes *pipes, pid_t engine)
{
  char *const argv[] = { (char *)request->path, NULL };
  /* Out of the way of 0–3 first, so that no dup2() closes a descriptor that is still needed. */
  int status = fcntl (pipes->status[1], F_DUPFD_CLOEXEC, 10);
  int input = fcntl (pipes->input[1], F_DUPFD_CLOEXEC, 10);
  int output = fcntl (pipes->output[1], F_DUPFD_CLOEXEC, 10);
  int log = fcntl (pipes->log[1], F_DUPFD_CLOEXEC, 10);
  int source = request->source_fd >= 0 ? fcntl (request->source_fd, F_DUPFD_CLOEXEC, 10) : -1;
  int code;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != engine)
    _exit (127);
  move_fd (input, STDIN_FILENO);
  move_fd (output, STDOUT_FILENO);
  move_fd (log, STDERR_FILENO);
  if (source >= 0)
    move_fd (source, SOURCE_FD);
  else
    close (SOURCE_FD);
  close_others_on_exec ();
  reset_signals ();
  if (request->background)
    step_back ();
  execv (request->path, argv);
  code = errno;
  if (write (status, &code, sizeof code) != sizeof code)
    _exit (126);
  _exit (127);
}

/* Returns what exec() failed with, 0 when the worker runs. */
static int
read_exec_status (int fd)
{
  int code = 0;
  gssize got;

  do
    got = read (fd, &code, sizeof code);
  while (got < 0 && errno == EINTR);
  return got == sizeof code ? code : 0;
}

static int
fork_worker (SpawnRequest *request)
{
  SpawnPipes pipes;
  int code = open_pipes (&pipes);
  pid_t engine = getpid (), pid = -1;

  if (code == 0)
    {
      pid = fork ();
      if (pid == 0)
        become_worker (request, &pipes, engine);
      code = pid < 0 ? errno : 0;
    }
  if (code == 0)
    {
      close (pipes.status[1]);
      pipes.status[1] = -1;
      code = read_exec_status (pipes.status[0]);
      if (code != 0)
        waitpid (pid, NULL, 0);
    }
  if (code == 0)
    {
      request->child->pid = pid;
      request->child->input_fd = g_steal_fd (&pipes.input[0]);
      request->child->output_fd = g_steal_fd (&pipes.output[0]);
      request->child->log_fd = g_steal_fd (&pipes.log[0]);
    }
  close_pair (pipes.input);
  close_pair (pipes.output);
  close_pair (pipes.log);
  close_pair (pipes.status);
  return code;
}

static void
make_non_blocking (SendoffChild *child)
{
  fcntl (child->input_fd, F_SETFL, fcntl (child->input_fd, F_GETFL) | O_NONBLOCK);
  fcntl (child->output_fd, F_SETFL, fcntl (child->output_fd, F_GETFL) | O_NONBLOCK);
  fcntl (child->log_fd, F_SETFL, fcntl (child->log_fd, F_GETFL) | O_NONBLOCK);
}

static gpointer
spawner_main (gpointer data)
{
  SendoffSpawner *self = data;
  gpointer next;

  while ((next = g_async_queue_pop (self->requests)) != self)
    {
      SpawnRequest *request = next;

      request->error_number = fork_worker (request);
      if (request->error_number == 0)
        make_non_blocking (request->child);
      g_mutex_lock (&self->mutex);
      request->done = TRUE;
      g_cond_broadcast (&self->answered);
      g_mutex_unlock (&self->mutex);
    }
  return NULL;
}

/** sendoff_spawner_new: (transfer full): a spawner with its thread running. */
SendoffSpawner *
sendoff_spawner_new (void)
{
  SendoffSpawner *self = g_new0 (SendoffSpawner, 1);

  self->requests = g_async_queue_new ();
  g_mutex_init (&self->mutex);
  g_cond_init (&self->answered);
  self->thread = g_thread_new ("sendoff-spawner", spawner_main, self);
  return self;
}

/** sendoff_spawner_free: ends the thread, and with it every worker that is still running. */
void
sendoff_spawner_free (SendoffSpawner *self)
{
  g_async_queue_push (self->requests, self);
  g_thread_join (self->thread);
  g_async_queue_unref (self->requests);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->answered);
  g_free (self);
}

/**
 * sendoff_spawner_spawn:
 * @path: the worker's program
 * @source_fd: descriptor that the worker gets as number 3, or -1; stays the caller's
 * @background: whether it gives way to whatever else runs on the machine
 * @child: (out caller-allocates): on success, the process; the caller closes its descriptors and reaps it
 *
 * Blocks until the program runs.
 *
 * Returns: success; otherwise %SENDOFF_ERROR_FAILED
 */
gboolean
sendoff_spawner_spawn (SendoffSpawner *self,
                       const char *path,
                       int source_fd,
                       gboolean background,
                       SendoffChild *child,
                       GError **error)
{
  SpawnRequest request = { .path = path, .source_fd = source_fd, .background = background, .child = child };

  g_return_val_if_fail (path != NULL, FALSE);
  g_async_queue_push (self->requests, &request);
  g_mutex_lock (&self->mutex);
  while (!request.done)
    g_cond_wait (&self->answered, &self->mutex);
  g_mutex_unlock (&self->mutex);
  if (request.error_number == 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
               _ ("Sendoff's worker program “%s” cannot be started: %s."), path, g_strerror (request.error_number));
  return FALSE;
}
