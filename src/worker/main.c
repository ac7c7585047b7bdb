/* sendoff-worker: everything that touches untrusted media, one role a process.
 *
 * The engine writes a spec on standard input and reads events from standard output;
 * model/sendoff-worker-spec.h is the protocol. Two things end a worker with its engine, whatever it is doing:
 * PDEATHSIG, and the end of standard input, which also covers an engine that was gone before PDEATHSIG was
 * set. Between the spec and the first byte of the source the process locks itself in.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/sendoff-i18n.h"
#include "media/sendoff-ffmpeg.h"
#include "media/sendoff-roles.h"
#include "worker/sendoff-sandbox.h"

#define MAX_SPEC_BYTES (16 * 1024 * 1024)

/* A damaged file can make FFmpeg complain about every macroblock. */
#define MAX_LOG_LINES_PER_SECOND 20

typedef struct
{
  const char *stage; /* in error events */
  JsonNode *(*run) (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error);
} Role;

static JsonNode *
run_capabilities (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffMachine) machine = sendoff_role_capabilities ();

  return sendoff_machine_to_json (machine);
}

static JsonNode *
run_probe (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffMediaInfo) info = sendoff_role_probe (spec, events, error);

  return info != NULL ? sendoff_media_info_to_json (info) : NULL;
}

static JsonNode *
run_chunks (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffChunksResult) result = sendoff_role_chunks (spec, events, error);

  return result != NULL ? sendoff_chunks_result_to_json (result) : NULL;
}

static JsonNode *
run_audio (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  if (!sendoff_role_audio (spec, events, error))
    return NULL;
  return json_node_init_object (json_node_alloc (), json_object_new ());
}

static JsonNode *
run_mux (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffMuxResult) result = sendoff_role_mux (spec, events, error);

  return result != NULL ? sendoff_mux_result_to_json (result) : NULL;
}

static JsonNode *
run_frame (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffFramesResult) result = sendoff_role_frame (spec, events, error);

  return result != NULL ? sendoff_frames_result_to_json (result) : NULL;
}

static JsonNode *
run_verify (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffDecodeResult) result = sendoff_role_verify (spec, events, error);

  return result != NULL ? sendoff_decode_result_to_json (result) : NULL;
}

static JsonNode *
run_texts (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffTextsResult) result = sendoff_role_texts (spec, events, error);

  return result != NULL ? sendoff_texts_result_to_json (result) : NULL;
}

static JsonNode *
run_trial (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  if (!sendoff_role_trial (spec, error))
    return NULL;
  return json_node_init_object (json_node_alloc (), json_object_new ());
}

static const Role roles[] = {
  [SENDOFF_ROLE_CAPABILITIES] = { "looking for codecs", run_capabilities },
  [SENDOFF_ROLE_PROBE] = { "probing", run_probe },
  [SENDOFF_ROLE_CHUNKS] = { "encoding video", run_chunks },
  [SENDOFF_ROLE_AUDIO] = { "encoding audio", run_audio },
  [SENDOFF_ROLE_MUX] = { "joining", run_mux },
  [SENDOFF_ROLE_FRAME] = { "taking pictures", run_frame },
  [SENDOFF_ROLE_VERIFY] = { "verifying", run_verify },
  [SENDOFF_ROLE_TEXTS] = { "reading captions", run_texts },
  [SENDOFF_ROLE_TRIAL] = { "trying an encoder", run_trial },
};

/* Whether another line may be written in this second. FFmpeg calls from any thread and gives its callback no
 * data of ours, hence the statics. */
static gboolean
may_log (void)
{
  static gint second;
  static gint lines;
  gint now = (gint)(g_get_monotonic_time () / G_USEC_PER_SEC);

  if (g_atomic_int_get (&second) != now)
    {
      g_atomic_int_set (&second, now);
      g_atomic_int_set (&lines, 0);
    }
  return g_atomic_int_add (&lines, 1) < MAX_LOG_LINES_PER_SECOND;
}

static void log_errors (void *context, int level, const char *format, va_list arguments) G_GNUC_PRINTF (3, 0);

/* Encoders tell their settings as information and warnings; only errors are worth the log. */
static void
log_errors (void *context, int level, const char *format, va_list arguments)
{
  g_autofree char *message = NULL;
  const AVClass *class = context != NULL ? *(AVClass **)context : NULL;

  if (level > AV_LOG_ERROR || !may_log ())
    return;
  message = g_strdup_vprintf (format, arguments);
  g_strchomp (message);
  fprintf (stderr, "%s: %s\n", class != NULL ? class->item_name (context) : "ffmpeg", message);
}

/* Ctrl+C in a terminal reaches the whole group; the engine decides then what becomes of its workers. */
static void
set_up_process (void)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  signal (SIGINT, SIG_IGN);
  signal (SIGPIPE, SIG_IGN);
  /* SVT-AV1 prints its settings unless it is told not to. */
  g_setenv ("SVT_LOG", "1", FALSE);
  av_log_set_callback (log_errors);
}

/* Reads up to the first newline; what follows on standard input is only waited for. */
static char *
read_spec_line (GError **error)
{
  g_autoptr (GString) line = g_string_new (NULL);
  char buffer[65536];

  while (line->len < MAX_SPEC_BYTES)
    {
      gssize got = read (STDIN_FILENO, buffer, sizeof buffer);
      char *newline;

      if (got < 0 && errno == EINTR)
        continue;
      if (got <= 0)
        break;
      newline = memchr (buffer, '\n', (gsize)got);
      g_string_append_len (line, buffer, newline != NULL ? newline - buffer : got);
      if (newline != NULL)
        return g_string_free (g_steal_pointer (&line), FALSE);
    }
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA,
                       line->len < MAX_SPEC_BYTES ? _ ("The instructions for this worker ended early.")
                                                  : _ ("The instructions for this worker are too long."));
  return NULL;
}

/* The work is of no use to anybody when the engine is gone. After the last line it closes our standard input
 * as well; then this process is about to end by itself. */
static gpointer
wait_for_engine_to_end (gpointer data)
{
  gint *has_answered = data; /* atomic */
  char buffer[256];
  gssize got;

  do
    got = read (STDIN_FILENO, buffer, sizeof buffer);
  while (got > 0 || (got < 0 && errno == EINTR));
  if (!g_atomic_int_get (has_answered))
    _exit (1);
  return NULL;
}

static JsonNode *
carry_out (SendoffEvents *events, gint *has_answered, const char **stage, GError **error)
{
  g_autoptr (SendoffWorkerSpec) spec = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *line = read_spec_line (error);
  SendoffSandbox sandbox;

  if (line == NULL)
    return NULL;
  node = sendoff_json_parse (line, -1, error);
  spec = node != NULL ? sendoff_worker_spec_from_json (node, error) : NULL;
  if (spec == NULL)
    return NULL;
  sandbox = sendoff_sandbox_enter (spec);
  sendoff_events_set_sandbox (events, sandbox.landlock, sandbox.seccomp);
  g_thread_unref (g_thread_new ("engine-watch", wait_for_engine_to_end, has_answered));
  *stage = roles[spec->role].stage;
  return roles[spec->role].run (spec, events, error);
}

int
main (void)
{
  g_autoptr (SendoffEvents) events = sendoff_events_new (STDOUT_FILENO);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) result = NULL;
  const char *stage = "starting";
  gint has_answered = FALSE;

  sendoff_i18n_init ();
  set_up_process ();
  result = carry_out (events, &has_answered, &stage, &error);
  /* Before the last line, after which the engine may close our standard input. */
  g_atomic_int_set (&has_answered, TRUE);
  if (result != NULL)
    sendoff_events_result (events, result);
  else
    sendoff_events_error (events, stage, error);
  /* Not by returning: the watching thread still looks at has_answered. */
  exit (result != NULL ? 0 : 1);
}
