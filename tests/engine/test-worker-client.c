#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-worker-client.h"

static char *
dup_fake_worker (void)
{
  return g_test_build_filename (G_TEST_BUILT, "engine", "fake-worker", NULL);
}

/* A source that tells the fake worker what to do. */
static int
open_source (const char *text, gint64 *size)
{
  g_autofree char *path = NULL;
  int fd = g_file_open_tmp ("sendoff-XXXXXX", &path, NULL);

  g_assert_cmpint (fd, >=, 0);
  g_unlink (path);
  *size = (gint64)strlen (text);
  g_assert_cmpint (write (fd, text, strlen (text)), ==, *size);
  return fd;
}

static JsonNode *
probe (SendoffWorkerClient *client,
       const char *wishes,
       GCancellable *cancellable,
       SendoffWorkerReport *report,
       GError **error)
{
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  JsonNode *node;
  int fd = open_source (wishes, &spec->source_size_bytes);

  spec->role = SENDOFF_ROLE_PROBE;
  node = sendoff_worker_client_run (client, spec, fd, NULL, NULL, cancellable, report, error);
  close (fd);
  return node;
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static SendoffWorkerClient *
client_new (void)
{
  g_autofree char *path = dup_fake_worker ();

  return sendoff_worker_client_new (path);
}

static void
test_result (void)
{
  g_autoptr (SendoffWorkerClient) client = client_new ();
  g_auto (SendoffWorkerReport) report = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = probe (client, "nothing=1\n", NULL, &report, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (json_object_get_string_member (json_node_get_object (node), "container"), ==, "fake");
  g_assert_cmpint (report.max_rss_bytes, ==, 1000);
  g_assert_cmpint (report.cpu_us, ==, 5);
}

static void
test_big_result (void)
{
  g_autoptr (SendoffWorkerClient) client = client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = probe (client, "act=big\n", NULL, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (strlen (json_object_get_string_member (json_node_get_object (node), "text")), ==, 3 << 20);
}

static void
test_big_request (void)
{
  g_autoptr (SendoffWorkerClient) client = client_new ();
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  /* More than a pipe or socket holds. */
  spec->role = SENDOFF_ROLE_CAPABILITIES;
  spec->source_name = g_strnfill (4 << 20, 'n');
  node = sendoff_worker_client_run (client, spec, -1, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (node);
}

typedef struct {
  const char *wishes;
  int code;
  const char *words; /* in the message */
} FailureCase;

static const FailureCase failures[] = {
  { "act=crash\n", SENDOFF_ERROR_WORKER_CRASHED, "SIGSEGV" },
  { "act=hang\n", SENDOFF_ERROR_WORKER_HUNG, "nothing moved" },
  { "act=stop\n", SENDOFF_ERROR_WORKER_HUNG, "nothing moved" },
  { "act=eat\n", SENDOFF_ERROR_WORKER_CRASHED, "of memory" },
  { "act=garbage\n", SENDOFF_ERROR_WORKER_CRASHED, "makes no sense" },
  { "act=silent\n", SENDOFF_ERROR_WORKER_CRASHED, "no answer" },
  { "act=exit\n", SENDOFF_ERROR_WORKER_CRASHED, "status 7" },
  { "act=error\n", SENDOFF_ERROR_SOURCE_UNSUPPORTED, "No video." },
};

static void
test_failure (gconstpointer data)
{
  const FailureCase *expected = data;
  g_autoptr (SendoffWorkerClient) client = client_new ();
  g_auto (SendoffWorkerReport) report = { 0 };
  g_autoptr (GError) error = NULL;
  guint before = count_descriptors ();

  /* Filling memory takes a sanitizer longer. */
  sendoff_worker_client_set_hang_timeout (client, g_str_equal (expected->wishes, "act=eat\n") ? 30000 : 300);
  sendoff_worker_client_set_max_memory (client, 128 << 20);
  g_assert_null (probe (client, expected->wishes, NULL, &report, &error));
  g_assert_error (error, SENDOFF_ERROR, expected->code);
  g_assert_nonnull (strstr (error->message, expected->words));
  g_assert_cmpuint (count_descriptors (), ==, before);
  g_assert_cmpint (sendoff_worker_client_get_memory (client), ==, 0);
  if (expected->code == SENDOFF_ERROR_SOURCE_UNSUPPORTED)
    g_assert_cmpstr (report.stage, ==, "probing");
  if (g_str_equal (expected->words, "SIGSEGV"))
    g_assert_nonnull (strstr (report.details, "about to crash"));
}

static gpointer
cancel_soon (gpointer data)
{
  g_usleep (200000);
  g_cancellable_cancel (data);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (SendoffWorkerClient) client = client_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_new ("cancel", cancel_soon, cancellable);
  gint64 began_us = g_get_monotonic_time ();

  /* Busy, so that it cannot count as hung. */
  sendoff_worker_client_set_hang_timeout (client, 100);
  g_assert_null (probe (client, "act=spin\n", cancellable, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 2 * G_USEC_PER_SEC);
  g_assert_cmpint (g_get_monotonic_time () - began_us, >, 150000);
  g_thread_join (thread);
  g_clear_error (&error);
  g_assert_null (probe (client, "", cancellable, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_missing_program (void)
{
  g_autoptr (SendoffWorkerClient) client = sendoff_worker_client_new ("/nonexistent/worker");
  g_autoptr (GError) error = NULL;
  guint before = count_descriptors ();

  g_assert_null (probe (client, "", NULL, NULL, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "/nonexistent/worker"));
  g_assert_cmpuint (count_descriptors (), ==, before);
}

/* A worker has the source as descriptor 3 and none of ours, and Ctrl+C is not for it. */
static void
test_descriptors (void)
{
  g_autofree char *folder = g_dir_make_tmp ("sendoff-XXXXXX", NULL);
  g_autofree char *script = g_build_filename (folder, "worker", NULL);
  g_autofree char *list = g_build_filename (folder, "list", NULL);
  int inheritable = fcntl (STDERR_FILENO, F_DUPFD, 40);
  g_autofree char *text = g_strdup_printf ("#!/bin/sh\nread line\n{\n[ -e /proc/$$/fd/3 ] && echo source\n"
                                           "[ -e /proc/$$/fd/%d ] || echo closed\n"
                                           "grep -q '^SigIgn:.*[2367abef]$' /proc/self/status && echo deaf\n} > '%s'\n"
                                           "echo '{\"event\":\"result\",\"result\":{}}'\n",
                                           inheritable, list);
  g_autoptr (SendoffWorkerClient) client = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *found = NULL;

  g_assert_true (g_file_set_contents (script, text, -1, NULL));
  g_assert_cmpint (g_chmod (script, 0700), ==, 0);
  client = sendoff_worker_client_new (script);
  node = probe (client, "x", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (list, &found, NULL, NULL));
  g_assert_cmpstr (found, ==, "source\nclosed\ndeaf\n");
  close (inheritable);
  g_unlink (script);
  g_unlink (list);
  g_rmdir (folder);
}

/* ---- The machine sleeps ---- */

#define HELPER "SENDOFF_TEST_HELPER"

/* What the helper does: a worker idles for most of the time-out. */
static int
run_helper (void)
{
  g_autoptr (SendoffWorkerClient) client = client_new ();
  g_autoptr (JsonNode) node = NULL;

  sendoff_worker_client_set_hang_timeout (client, 1000);
  node = probe (client, "nap-ms=700\n", NULL, NULL, NULL);
  return node != NULL ? 0 : 1;
}

static pid_t
find_child (pid_t parent)
{
  g_autofree char *tasks = g_strdup_printf ("/proc/%d/task", (int)parent);
  g_autoptr (GDir) dir = g_dir_open (tasks, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (tasks, name, "children", NULL);
      g_autofree char *text = NULL;

      if (g_file_get_contents (path, &text, NULL, NULL) && *text != '\0')
        return (pid_t)g_ascii_strtoll (text, NULL, 10);
    }
  return 0;
}

/* The whole machine stands still for longer than the time-out, and wakes up one process after the other. */
static void
test_sleep (void)
{
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), HELPER, "1", TRUE);
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  char *arguments[] = { program, NULL };
  g_autoptr (GError) error = NULL;
  GPid helper;
  pid_t worker;
  int status;

  g_spawn_async (NULL, arguments, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &helper, &error);
  g_assert_no_error (error);
  while ((worker = find_child (helper)) == 0)
    g_usleep (5000);
  g_usleep (100000);
  kill (helper, SIGSTOP);
  kill (worker, SIGSTOP);
  g_usleep (2 * G_USEC_PER_SEC);
  kill (helper, SIGCONT);
  g_usleep (150000);
  kill (worker, SIGCONT);
  g_assert_cmpint (waitpid (helper, &status, 0), ==, helper);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

/* One that gives its answer and then does not end is not waited for for long. */
static void
test_answer_without_end (void)
{
  g_autoptr (SendoffWorkerClient) client = client_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  if (!g_test_slow ())
    {
      g_test_skip ("waits for five seconds");
      return;
    }
  node = probe (client, "act=close\n", NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (json_object_get_boolean_member (json_node_get_object (node), "closed"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  if (g_getenv (HELPER) != NULL)
    return run_helper ();
  g_test_add_func ("/engine/worker-client/sleep", test_sleep);
  g_test_add_func ("/engine/worker-client/result", test_result);
  g_test_add_func ("/engine/worker-client/big-result", test_big_result);
  g_test_add_func ("/engine/worker-client/big-request", test_big_request);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *how = g_strchomp (g_strdup (failures[i].wishes + strlen ("act=")));
      g_autofree char *path = g_strconcat ("/engine/worker-client/failure/", how, NULL);

      g_test_add_data_func (path, &failures[i], test_failure);
    }
  g_test_add_func ("/engine/worker-client/cancel", test_cancel);
  g_test_add_func ("/engine/worker-client/missing-program", test_missing_program);
  g_test_add_func ("/engine/worker-client/descriptors", test_descriptors);
  g_test_add_func ("/engine/worker-client/answer-without-end", test_answer_without_end);
  return g_test_run ();
}
