#include "media/sendoff-events.h"

#include <errno.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/sendoff-document.h"
#include "base/sendoff-error.h"

/* Progress of one output is told at most this often; the engine draws it, nothing depends on it. */
#define PROGRESS_INTERVAL_US 100000
#define N_PROGRESS_SLOTS     16

struct _SendoffEvents
{
  int fd; /* borrowed */
  gboolean landlock, seccomp;
  struct
  {
    int chunk;
    gint64 due_us;              /* monotonic */
  } progress[N_PROGRESS_SLOTS]; /* by output */
};

/**
 * sendoff_events_new:
 * @fd: (transfer none): where the lines go; stays open
 *
 * Returns: (transfer full): a writer of events
 */
SendoffEvents *
sendoff_events_new (int fd)
{
  SendoffEvents *self = g_new0 (SendoffEvents, 1);

  self->fd = fd;
  return self;
}

/** sendoff_events_free: frees @self, its descriptor stays open. */
void
sendoff_events_free (SendoffEvents *self)
{
  g_free (self);
}

/** sendoff_events_set_sandbox: which walls stand around this process; told with the result. */
void
sendoff_events_set_sandbox (SendoffEvents *self, gboolean landlock, gboolean seccomp)
{
  self->landlock = landlock;
  self->seccomp = seccomp;
}

/* An engine that no longer listens is noticed by main() on standard input, so a failed write needs no answer.
 */
static void
write_line (SendoffEvents *self, JsonObject *event)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), event);
  g_autofree char *text = sendoff_json_to_text (node, FALSE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);
  gsize length = strlen (line);

  for (gsize done = 0; done < length;)
    {
      gssize written = write (self->fd, line + done, length - done);

      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        return;
      done += (gsize)written;
    }
}

static JsonObject *
event_new (const char *name)
{
  JsonObject *event = json_object_new ();

  json_object_set_string_member (event, "event", name);
  return event;
}

/**
 * sendoff_events_progress:
 * @chunk: index of the chunk, -1 outside of chunks
 * @output: index of the output in the plan
 * @frames: encoded so far in this chunk
 * @bytes: written so far in this chunk
 * @time_us: source time that is reached
 *
 * May be called for every frame: all but a few a second are left out.
 */
void
sendoff_events_progress (
    SendoffEvents *self, int chunk, int output, gint64 frames, gint64 bytes, gint64 time_us)
{
  g_autoptr (JsonObject) event = NULL;
  gint64 now_us = g_get_monotonic_time ();
  guint slot = (guint)output % N_PROGRESS_SLOTS;

  if (self->progress[slot].chunk == chunk && now_us < self->progress[slot].due_us)
    return;
  self->progress[slot].chunk = chunk;
  self->progress[slot].due_us = now_us + PROGRESS_INTERVAL_US;
  event = event_new ("progress");
  json_object_set_int_member (event, "chunk", chunk);
  json_object_set_int_member (event, "output", output);
  json_object_set_int_member (event, "frames", frames);
  json_object_set_int_member (event, "bytes", bytes);
  json_object_set_int_member (event, "time_us", time_us);
  write_line (self, event);
}

/** sendoff_events_chunk_done: every output of chunk @chunk is on the disk under its final name. */
void
sendoff_events_chunk_done (SendoffEvents *self, int chunk)
{
  g_autoptr (JsonObject) event = event_new ("chunk");

  json_object_set_int_member (event, "chunk", chunk);
  write_line (self, event);
}

/**
 * sendoff_events_warning:
 * @code: a stable word such as "damaged-frames"
 * @format: a sentence for the user
 */
void
sendoff_events_warning (SendoffEvents *self, const char *code, const char *format, ...)
{
  g_autoptr (JsonObject) event = event_new ("warning");
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  valid = g_utf8_make_valid (message, -1);
  json_object_set_string_member (event, "code", code);
  json_object_set_string_member (event, "message", valid);
  write_line (self, event);
}

static gint64
timeval_us (struct timeval time)
{
  return (gint64)time.tv_sec * G_USEC_PER_SEC + time.tv_usec;
}

static JsonObject *
describe_sandbox (SendoffEvents *self)
{
  JsonObject *sandbox = json_object_new ();

  json_object_set_boolean_member (sandbox, "landlock", self->landlock);
  json_object_set_boolean_member (sandbox, "seccomp", self->seccomp);
  return sandbox;
}

/**
 * sendoff_events_result:
 * @result: (transfer none): the result of the role
 *
 * The last line of a success, with the peak memory and the CPU time that this process needed.
 */
void
sendoff_events_result (SendoffEvents *self, JsonNode *result)
{
  g_autoptr (JsonObject) event = event_new ("result");
  struct rusage usage = { 0 };

  getrusage (RUSAGE_SELF, &usage);
  json_object_set_member (event, "result", json_node_copy (result));
  json_object_set_int_member (event, "max_rss_bytes", (gint64)usage.ru_maxrss * 1024);
  json_object_set_int_member (event, "cpu_us", timeval_us (usage.ru_utime) + timeval_us (usage.ru_stime));
  json_object_set_object_member (event, "sandbox", describe_sandbox (self));
  write_line (self, event);
}

static int
error_code (const GError *error)
{
  if (error->domain == SENDOFF_ERROR)
    return error->code;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE)
      || g_error_matches (error, G_FILE_ERROR, G_FILE_ERROR_NOSPC))
    return SENDOFF_ERROR_NO_SPACE;
  return SENDOFF_ERROR_FAILED;
}

/**
 * sendoff_events_error:
 * @stage: what was being done: "probing", "encoding"…
 * @error: (transfer none): why it failed
 *
 * The last line of a failure.
 */
void
sendoff_events_error (SendoffEvents *self, const char *stage, const GError *error)
{
  g_autoptr (JsonObject) event = event_new ("error");
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  json_object_set_string_member (event, "code", sendoff_error_get_nick (error_code (error)));
  json_object_set_string_member (event, "stage", stage);
  json_object_set_string_member (event, "message", message);
  write_line (self, event);
}
