#include "engine/sendoff-worker-client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-spawner.h"

#define LINE_MAX_BYTES (16 << 20)
#define LOG_KEPT_BYTES 8192
#define EXIT_GRACE_MS  5000 /* from the last line to the end of the process */
#define READ_SIZE      65536
#define CHECK_EVERY_MS 1000

/* No encoder at the sizes that people export needs more; a share of the machine is the limit where that is less. */
#define MEMORY_MAX_BYTES ((gint64)16 << 30)
#define MEMORY_SHARE     0.75

struct _SendoffWorkerClient {
  char *path;
  SendoffSpawner *spawner;
  guint hang_timeout_ms; /* set before the first run */
  gint64 max_memory_bytes; /* of one worker; set before the first run */
  GMutex mutex;            /* guards the following */
  gint64 memory_bytes;     /* what all workers have in memory now */
};

/* One run; lives on its thread's stack. */
typedef struct {
  SendoffWorkerClient *client;
  const SendoffWorkerSpec *spec;
  SendoffWorkerEventFunc on_event;
  gpointer data;
  SendoffChild child;
  gboolean reaped;
  int wait_status;
  char *request; /* the spec's line */
  gsize request_length, request_sent;
  GByteArray *line; /* received but not ended */
  GString *log;
  gint64 idle_us;       /* since the last sign of life, as far as it was watched */
  gint64 checked_at_us; /* monotonic time of the last look */
  gint64 cpu_ticks;
  gint64 memory_bytes; /* resident; its share of the client's sum */
  gboolean output_ended, log_ended;
  JsonNode *result;
  char *stage;
  gint64 max_rss_bytes, cpu_us;
  gboolean landlock, seccomp;
  GError *error;
} WorkerRun;

/* What a role does, for sentences: "Encoding the video stopped…". To be translated. */
static const char *const role_phrases[] = {
  [SENDOFF_ROLE_CAPABILITIES] = N_ ("Looking for the installed encoders"),
  [SENDOFF_ROLE_PROBE] = N_ ("Reading the file"),
  [SENDOFF_ROLE_CHUNKS] = N_ ("Encoding the video"),
  [SENDOFF_ROLE_AUDIO] = N_ ("Encoding the audio"),
  [SENDOFF_ROLE_MUX] = N_ ("Writing the finished file"),
  [SENDOFF_ROLE_FRAME] = N_ ("Taking a picture of the video"),
  [SENDOFF_ROLE_VERIFY] = N_ ("Checking the file"),
};

static void
fail_garbage (WorkerRun *run)
{
  g_clear_error (&run->error);
  g_set_error (&run->error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED,
               _ ("%s stopped: its process gave an answer that makes no sense."), _ (role_phrases[run->spec->role]));
}

static const char *
string_member (JsonObject *object, const char *name)
{
  return json_object_has_member (object, name) ? json_object_get_string_member_with_default (object, name, NULL) : NULL;
}

static void
take_sandbox (WorkerRun *run, JsonObject *object)
{
  JsonNode *node = json_object_get_member (object, "sandbox");

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  object = json_node_get_object (node);
  run->landlock = json_object_get_boolean_member_with_default (object, "landlock", FALSE);
  run->seccomp = json_object_get_boolean_member_with_default (object, "seccomp", FALSE);
}

static void
take_result (WorkerRun *run, JsonObject *object)
{
  JsonNode *result = json_object_get_member (object, "result");

  if (result == NULL)
    {
      fail_garbage (run);
      return;
    }
  g_clear_pointer (&run->result, json_node_unref);
  run->result = json_node_copy (result);
  run->max_rss_bytes = json_object_get_int_member_with_default (object, "max_rss_bytes", 0);
  run->cpu_us = json_object_get_int_member_with_default (object, "cpu_us", 0);
  take_sandbox (run, object);
}

static void
take_error (WorkerRun *run, JsonObject *object)
{
  const char *message = string_member (object, "message");

  g_clear_error (&run->error);
  g_free (run->stage);
  run->stage = g_strdup (string_member (object, "stage"));
  run->error = g_error_new (SENDOFF_ERROR, sendoff_error_from_nick (string_member (object, "code")), "%s",
                            message != NULL ? message : _ ("The worker reported an error without a reason."));
}

static void
take_line (WorkerRun *run, const char *text, gsize length)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, (gssize)length, NULL);
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *event = object != NULL ? string_member (object, "event") : NULL;

  if (event == NULL)
    fail_garbage (run);
  else if (g_str_equal (event, "result"))
    take_result (run, object);
  else if (g_str_equal (event, "error"))
    take_error (run, object);
  else if (run->on_event != NULL)
    run->on_event (event, object, run->data);
}

static void
take_lines (WorkerRun *run)
{
  gsize start = 0;
  guint8 *end;

  while (run->error == NULL && start < run->line->len
         && (end = memchr (run->line->data + start, '\n', run->line->len - start)) != NULL)
    {
      gsize length = (gsize)(end - (run->line->data + start));

      if (length > 0)
        take_line (run, (const char *)run->line->data + start, length);
      start += length + 1;
    }
  g_byte_array_remove_range (run->line, 0, (guint)MIN (start, run->line->len));
  if (run->line->len > LINE_MAX_BYTES && run->error == NULL)
    fail_garbage (run);
}

/* Returns FALSE at the end of the stream. */
static gboolean
receive (int fd, GByteArray *into, gboolean *got_some)
{
  guint8 buffer[READ_SIZE];
  gssize got = read (fd, buffer, sizeof buffer);

  *got_some = got > 0;
  if (got > 0)
    g_byte_array_append (into, buffer, (guint)got);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

static void
receive_output (WorkerRun *run)
{
  gboolean got_some;

  run->output_ended = !receive (run->child.output_fd, run->line, &got_some);
  if (got_some)
    run->idle_us = 0;
  take_lines (run);
}

static void
receive_log (WorkerRun *run)
{
  char buffer[4096];
  gssize got = read (run->child.log_fd, buffer, sizeof buffer);

  if (got > 0)
    {
      g_string_append_len (run->log, buffer, got);
      if (run->log->len > LOG_KEPT_BYTES)
        g_string_erase (run->log, 0, (gssize)run->log->len - LOG_KEPT_BYTES);
      run->idle_us = 0;
    }
  else if (got == 0 || (errno != EAGAIN && errno != EINTR))
    run->log_ended = TRUE;
}

static void
send_request (WorkerRun *run)
{
  gssize sent = send (run->child.input_fd, run->request + run->request_sent, run->request_length - run->request_sent,
                      MSG_NOSIGNAL);

  if (sent > 0)
    run->request_sent += (gsize)sent;
  else if (errno != EAGAIN && errno != EINTR)
    run->request_sent = run->request_length; /* it is gone; how it ended will be seen */
}

/* What the kernel tells of a process. */
typedef struct {
  gint64 cpu_ticks; /* of all threads */
  gint64 memory_bytes; /* resident */
  gboolean in_kernel; /* held up by the kernel itself: a slow disk */
} ProcessState;

static gboolean
read_process_state (pid_t pid, ProcessState *process)
{
  char path[64];
  g_autofree char *text = NULL;
  const char *rest;
  unsigned long user = 0, kernel = 0;
  long pages = 0;
  char state = '?';

  g_snprintf (path, sizeof path, "/proc/%d/stat", (int)pid);
  if (!g_file_get_contents (path, &text, NULL, NULL) || (rest = strrchr (text, ')')) == NULL)
    return FALSE;
  /* Fields 3, 14, 15 and 24 of proc(5). */
  if (sscanf (rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %*d %*d %*d %*d %*d %*d %*u %*u %ld", &state,
              &user, &kernel, &pages)
      != 4)
    return FALSE;
  process->cpu_ticks = (gint64)user + (gint64)kernel;
  process->memory_bytes = (gint64)pages * sysconf (_SC_PAGESIZE);
  process->in_kernel = state == 'D';
  return TRUE;
}

static void
note_memory (WorkerRun *run, gint64 memory_bytes)
{
  SendoffWorkerClient *client = run->client;

  g_mutex_lock (&client->mutex);
  client->memory_bytes += memory_bytes - run->memory_bytes;
  g_mutex_unlock (&client->mutex);
  run->memory_bytes = memory_bytes;
}

/* A decoder or encoder that is led astray must not take the whole machine's memory. */
static void
check_memory (WorkerRun *run)
{
  g_autofree char *text = g_format_size (run->client->max_memory_bytes);

  if (run->memory_bytes > run->client->max_memory_bytes)
    g_set_error (&run->error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED,
                 _ ("%s stopped: its process took more than %s of memory."), _ (role_phrases[run->spec->role]), text);
}

/* Only time that was watched counts. When this process was stopped or the machine slept, the worker most likely was
 * held up as well, and gets its time when both go on. */
static void
check_hang (WorkerRun *run)
{
  ProcessState process = { .cpu_ticks = -1 };
  gint64 now_us = g_get_monotonic_time (), limit_us = (gint64)run->client->hang_timeout_ms * 1000;
  gint64 passed_us = MIN (now_us - run->checked_at_us, MAX (limit_us / 2, 1));

  run->checked_at_us = now_us;
  if (read_process_state (run->child.pid, &process))
    note_memory (run, process.memory_bytes);
  run->idle_us = process.cpu_ticks != run->cpu_ticks || process.in_kernel ? 0 : run->idle_us + passed_us;
  run->cpu_ticks = process.cpu_ticks;
  check_memory (run);
  if (run->error == NULL && run->idle_us >= limit_us)
    g_set_error (&run->error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_HUNG,
                 _ ("%s stopped: nothing moved for %u seconds."), _ (role_phrases[run->spec->role]),
                 MAX (run->client->hang_timeout_ms / 1000, 1));
}

/* A worker that talks a lot is looked at now and then all the same. */
static gboolean
is_time_to_check (WorkerRun *run)
{
  return g_get_monotonic_time () - run->checked_at_us >= (gint64)CHECK_EVERY_MS * 1000;
}

/* Waits for something to happen once; the run's error or its end of output says when to stop. */
static void
poll_once (WorkerRun *run, GPollFD *cancel_fd)
{
  gboolean unsent = run->request_sent < run->request_length;
  struct pollfd fds[4] = {
    { .fd = run->child.output_fd, .events = POLLIN },
    { .fd = run->log_ended ? -1 : run->child.log_fd, .events = POLLIN },
    { .fd = unsent ? run->child.input_fd : -1, .events = POLLOUT },
    { .fd = cancel_fd != NULL ? cancel_fd->fd : -1, .events = POLLIN },
  };
  int timeout_ms = (int)CLAMP (run->client->hang_timeout_ms / 4, 10, CHECK_EVERY_MS);
  int ready = poll (fds, G_N_ELEMENTS (fds), timeout_ms);

  if (ready > 0 && fds[2].revents != 0)
    send_request (run);
  if (ready > 0 && fds[1].revents != 0)
    receive_log (run);
  if (ready > 0 && fds[0].revents != 0)
    receive_output (run);
  if (run->error == NULL && !run->output_ended && (ready <= 0 || fds[0].revents == 0 || is_time_to_check (run)))
    check_hang (run);
}

static void
talk (WorkerRun *run, GCancellable *cancellable)
{
  GPollFD cancel_fd;
  gboolean has_cancel_fd = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &cancel_fd);

  while (run->error == NULL && run->result == NULL && !run->output_ended)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, &run->error))
        break;
      poll_once (run, has_cancel_fd ? &cancel_fd : NULL);
    }
  if (has_cancel_fd)
    g_cancellable_release_fd (cancellable);
}

/* Lets a worker that has given its answer end by itself; any other one is killed. */
static void
reap (WorkerRun *run)
{
  gboolean may_end = run->error == NULL || run->stage != NULL;
  gint64 deadline_us = g_get_monotonic_time () + (may_end ? EXIT_GRACE_MS * 1000 : 0);
  gulong pause_us = 200;

  close (g_steal_fd (&run->child.input_fd));
  while (waitpid (run->child.pid, &run->wait_status, WNOHANG) == 0)
    {
      if (g_get_monotonic_time () >= deadline_us)
        {
          kill (run->child.pid, SIGKILL);
          waitpid (run->child.pid, &run->wait_status, 0);
          break;
        }
      if (!run->log_ended)
        receive_log (run);
      g_usleep (pause_us);
      pause_us = MIN (pause_us * 2, 20000);
    }
  for (guint i = 0; i < 64 && !run->log_ended; i++)
    {
      gsize before = run->log->len;

      receive_log (run);
      if (run->log->len == before && run->log->len < LOG_KEPT_BYTES)
        break;
    }
  close (g_steal_fd (&run->child.output_fd));
  close (g_steal_fd (&run->child.log_fd));
}

/* Nothing came before the end: say how it ended. */
static void
explain_end (WorkerRun *run)
{
  const char *phrase = _ (role_phrases[run->spec->role]);

  if (WIFSIGNALED (run->wait_status))
    {
      int number = WTERMSIG (run->wait_status);
      const char *name = sigabbrev_np (number);
      g_autofree char *signal = name != NULL ? g_strconcat ("SIG", name, NULL) : g_strdup_printf ("%d", number);

      g_set_error (&run->error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED,
                   number == SIGKILL
                       ? _ ("%s stopped: its process ended by the signal %s, perhaps for lack of memory.")
                       : _ ("%s stopped: its process ended by the signal %s."),
                   phrase, signal);
    }
  else
    g_set_error (&run->error, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED,
                 _ ("%s stopped: its process ended with status %d and no answer."), phrase,
                 WEXITSTATUS (run->wait_status));
}

static void
fill_report (WorkerRun *run, SendoffWorkerReport *report)
{
  g_autofree char *details = g_utf8_make_valid (run->log->str, (gssize)run->log->len);

  if (run->error != NULL && !g_error_matches (run->error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_info ("worker for %s: %s\n%s", sendoff_role_nicks[run->spec->role], run->error->message, details);
  if (report == NULL)
    return;
  report->stage = g_steal_pointer (&run->stage);
  report->details = g_steal_pointer (&details);
  report->max_rss_bytes = run->max_rss_bytes;
  report->cpu_us = run->cpu_us;
  report->landlock = run->landlock;
  report->seccomp = run->seccomp;
}

/* The descriptor's number in the spec is the worker's, not ours. */
static void
write_request (WorkerRun *run, int source_fd)
{
  SendoffWorkerSpec spec = *run->spec;
  g_autofree char *text = NULL;

  spec.source_fd = source_fd >= 0 ? 3 : -1;
  text = sendoff_doc_to_text (&sendoff_worker_spec_doc_type, &spec);
  run->request = g_strconcat (text, "\n", NULL);
  run->request_length = strlen (run->request);
}

static gint64
choose_max_memory (void)
{
  double physical_bytes = (double)sysconf (_SC_PHYS_PAGES) * (double)sysconf (_SC_PAGESIZE);

  return (gint64)MIN (physical_bytes * MEMORY_SHARE, (double)MEMORY_MAX_BYTES);
}

/** sendoff_worker_client_new: (transfer full): a client for the worker program at @path. */
SendoffWorkerClient *
sendoff_worker_client_new (const char *path)
{
  SendoffWorkerClient *self = g_new0 (SendoffWorkerClient, 1);

  g_return_val_if_fail (path != NULL, NULL);
  self->path = g_strdup (path);
  self->spawner = sendoff_spawner_new ();
  self->hang_timeout_ms = SENDOFF_WORKER_HANG_MS;
  self->max_memory_bytes = choose_max_memory ();
  g_mutex_init (&self->mutex);
  return self;
}

/** sendoff_worker_client_free: no run may be under way. */
void
sendoff_worker_client_free (SendoffWorkerClient *self)
{
  sendoff_spawner_free (self->spawner);
  g_mutex_clear (&self->mutex);
  g_free (self->path);
  g_free (self);
}

/** sendoff_worker_client_get_path: (transfer none): the worker program. */
const char *
sendoff_worker_client_get_path (SendoffWorkerClient *self)
{
  return self->path;
}

/** sendoff_worker_client_set_hang_timeout: for tests, before the first run. */
void
sendoff_worker_client_set_hang_timeout (SendoffWorkerClient *self, guint timeout_ms)
{
  self->hang_timeout_ms = timeout_ms;
}

/** sendoff_worker_client_set_max_memory: for tests, before the first run. */
void
sendoff_worker_client_set_max_memory (SendoffWorkerClient *self, gint64 bytes)
{
  self->max_memory_bytes = bytes;
}

/** sendoff_worker_client_get_memory: bytes that all workers have in memory, as they were last looked at. */
gint64
sendoff_worker_client_get_memory (SendoffWorkerClient *self)
{
  gint64 bytes;

  g_mutex_lock (&self->mutex);
  bytes = self->memory_bytes;
  g_mutex_unlock (&self->mutex);
  return bytes;
}

/** sendoff_worker_report_clear: frees what @self holds, for g_auto(). */
void
sendoff_worker_report_clear (SendoffWorkerReport *self)
{
  g_clear_pointer (&self->stage, g_free);
  g_clear_pointer (&self->details, g_free);
}

/* Nobody waits at the screen for these. */
static gboolean
is_background (const SendoffWorkerSpec *spec)
{
  return spec->role == SENDOFF_ROLE_CHUNKS || spec->role == SENDOFF_ROLE_AUDIO || spec->role == SENDOFF_ROLE_MUX;
}

/**
 * sendoff_worker_client_run:
 * @spec: what to do; source_fd is ignored
 * @source_fd: the source, or -1; stays the caller's
 * @on_event: (nullable): called on this thread for everything but the last line
 * @report: (nullable) (out caller-allocates): zeroed before; clear with sendoff_worker_report_clear()
 *
 * Blocks until the worker has ended and is reaped. Cancelling kills it at once.
 *
 * Returns: (transfer full): the result, or %NULL with the worker's own error, %SENDOFF_ERROR_WORKER_CRASHED,
 *   %SENDOFF_ERROR_WORKER_HUNG or %G_IO_ERROR_CANCELLED
 */
JsonNode *
sendoff_worker_client_run (SendoffWorkerClient *self,
                           const SendoffWorkerSpec *spec,
                           int source_fd,
                           SendoffWorkerEventFunc on_event,
                           gpointer data,
                           GCancellable *cancellable,
                           SendoffWorkerReport *report,
                           GError **error)
{
  WorkerRun run = { .client = self, .spec = spec, .on_event = on_event, .data = data };

  if (g_cancellable_set_error_if_cancelled (cancellable, error)
      || !sendoff_spawner_spawn (self->spawner, self->path, source_fd, is_background (spec), &run.child, error))
    return NULL;
  run.line = g_byte_array_new ();
  run.log = g_string_new (NULL);
  run.checked_at_us = g_get_monotonic_time ();
  write_request (&run, source_fd);
  talk (&run, cancellable);
  reap (&run);
  note_memory (&run, 0);
  if (run.error == NULL && run.result == NULL)
    explain_end (&run);
  fill_report (&run, report);
  if (run.error != NULL)
    {
      g_clear_pointer (&run.result, json_node_unref);
      g_propagate_error (error, g_steal_pointer (&run.error));
    }
  g_byte_array_unref (run.line);
  g_string_free (run.log, TRUE);
  g_free (run.request);
  g_free (run.stage);
  return run.result;
}

/** sendoff_worker_client_ask: as sendoff_worker_client_run(), but a worker that is killed is started once more. */
JsonNode *
sendoff_worker_client_ask (SendoffWorkerClient *self,
                           const SendoffWorkerSpec *spec,
                           int source_fd,
                           GCancellable *cancellable,
                           GError **error)
{
  g_autoptr (GError) local = NULL;
  JsonNode *node = sendoff_worker_client_run (self, spec, source_fd, NULL, NULL, cancellable, NULL, &local);

  if (node == NULL && g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_WORKER_CRASHED))
    return sendoff_worker_client_run (self, spec, source_fd, NULL, NULL, cancellable, NULL, error);
  if (node == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return node;
}
