#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker/sendoff-sandbox.h"

/* What a child of its own reports by its exit status: 0, or the errno that it was refused with. */
typedef int (*Attempt) (const SendoffWorkerSpec *spec);

typedef struct {
  char *folder, *chunks, *other, *target;
  SendoffWorkerSpec *spec;
} Fixture;

#define SKIPPED 200

/* The sanitizer reads about its own process, and forks to look for leaks when it ends: the walls have a door for it. */
#ifdef __SANITIZE_ADDRESS__
#define IS_SANITIZED TRUE
#else
#define IS_SANITIZED FALSE
#endif

static void
set_up (Fixture *self, gconstpointer data)
{
  SendoffChunkOutputSpec *output = sendoff_chunk_output_spec_new ();

  self->folder = g_dir_make_tmp ("sendoff-XXXXXX", NULL);
  self->chunks = g_build_filename (self->folder, "chunks", NULL);
  self->other = g_build_filename (self->folder, "other", NULL);
  self->target = g_build_filename (self->folder, ".film.part", NULL);
  g_assert_cmpint (g_mkdir (self->chunks, 0700), ==, 0);
  g_assert_true (g_file_set_contents (self->other, "private", -1, NULL));
  self->spec = sendoff_worker_spec_new ();
  output->directory = g_strdup (self->chunks);
  g_ptr_array_add (self->spec->chunk_outputs, output);
  self->spec->target_path = g_strdup (self->target);
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        remove_all (path);
      else
        g_unlink (path);
    }
  g_rmdir (folder);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  sendoff_worker_spec_free (self->spec);
  remove_all (self->folder);
  g_free (self->folder);
  g_free (self->chunks);
  g_free (self->other);
  g_free (self->target);
}

/* In a child, behind the walls; those that the kernel does not have are skipped. */
static int
attempt (Fixture *self, Attempt func, gboolean needs_landlock)
{
  int status;
  pid_t child = fork ();

  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      SendoffSandbox sandbox = sendoff_sandbox_enter (self->spec);

      if (needs_landlock ? !sandbox.landlock : !sandbox.seccomp)
        _exit (SKIPPED);
      _exit (func (self->spec));
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
assert_refused (Fixture *self, Attempt func, gboolean needs_landlock, int code)
{
  int status = attempt (self, func, needs_landlock);

  if (status == SKIPPED)
    g_test_skip (needs_landlock ? "this kernel has no Landlock" : "this kernel has no seccomp filters");
  else
    g_assert_cmpint (status, ==, code);
}

static int
open_and_close (const char *path, int flags)
{
  int fd = open (path, flags | O_CLOEXEC, 0600);

  if (fd < 0)
    return errno;
  close (fd);
  return 0;
}

static int
open_passwd (const SendoffWorkerSpec *spec)
{
  return open_and_close ("/etc/passwd", O_RDONLY);
}

static char *
get_neighbour (const SendoffWorkerSpec *spec, const char *leaf)
{
  g_autofree char *folder = g_path_get_dirname (spec->target_path);

  return g_build_filename (folder, leaf, NULL);
}

static int
read_neighbour (const SendoffWorkerSpec *spec)
{
  g_autofree char *path = get_neighbour (spec, "other");

  return open_and_close (path, O_RDONLY);
}

static int
write_neighbour (const SendoffWorkerSpec *spec)
{
  g_autofree char *path = get_neighbour (spec, "other");

  return open_and_close (path, O_WRONLY);
}

static int
make_neighbour (const SendoffWorkerSpec *spec)
{
  g_autofree char *path = get_neighbour (spec, "another");

  return open_and_close (path, O_WRONLY | O_CREAT | O_EXCL);
}

static int
remove_neighbour (const SendoffWorkerSpec *spec)
{
  g_autofree char *path = get_neighbour (spec, "other");

  return unlink (path) != 0 ? errno : 0;
}

/* A device that everybody may use. */
static int
open_device (const SendoffWorkerSpec *spec)
{
  return open_and_close ("/dev/null", O_RDWR);
}

static void
test_files (Fixture *self, gconstpointer data)
{
  if (!IS_SANITIZED)
    {
      g_assert_cmpint (open_passwd (NULL), ==, 0);
      assert_refused (self, open_passwd, TRUE, EACCES);
      assert_refused (self, read_neighbour, TRUE, EACCES);
      assert_refused (self, open_device, TRUE, EACCES);
    }
  assert_refused (self, write_neighbour, TRUE, EACCES);
  assert_refused (self, make_neighbour, TRUE, EACCES);
  assert_refused (self, remove_neighbour, TRUE, EACCES);
}

static int
open_socket (const SendoffWorkerSpec *spec)
{
  return socket (AF_INET, SOCK_STREAM, 0) < 0 ? errno : 0;
}

static int
open_socket_pair (const SendoffWorkerSpec *spec)
{
  int pair[2];

  return socketpair (AF_UNIX, SOCK_STREAM, 0, pair) != 0 ? errno : 0;
}

static int
run_program (const SendoffWorkerSpec *spec)
{
  char *const argv[] = { (char *)"/bin/true", NULL };

  execv (argv[0], argv);
  return errno;
}

static int
read_parent (const SendoffWorkerSpec *spec)
{
  char byte;
  struct iovec here = { &byte, 1 }, there = { &byte, 1 };

  return process_vm_readv (getppid (), &here, 1, &there, 1, 0) < 0 ? errno : 0;
}

static int
start_process (const SendoffWorkerSpec *spec)
{
  pid_t child = fork ();

  if (child == 0)
    _exit (0);
  return child < 0 ? errno : 0;
}

static int
kill_parent (const SendoffWorkerSpec *spec)
{
  return kill (getppid (), 0) != 0 ? errno : 0;
}

static int
trace_parent (const SendoffWorkerSpec *spec)
{
  return ptrace (PTRACE_ATTACH, getppid (), NULL, NULL) != 0 ? errno : 0;
}

static int
outlive_parent (const SendoffWorkerSpec *spec)
{
  return prctl (PR_SET_PDEATHSIG, 0) != 0 ? errno : 0;
}

static int
call_young (const SendoffWorkerSpec *spec)
{
  /* openat2(): newer than the table, and done without. */
  return syscall (437, AT_FDCWD, "/etc/passwd", NULL, 0) < 0 ? errno : 0;
}

static void
test_calls (Fixture *self, gconstpointer data)
{
  assert_refused (self, open_socket, FALSE, EPERM);
  assert_refused (self, open_socket_pair, FALSE, EPERM);
  assert_refused (self, run_program, FALSE, EPERM);
  assert_refused (self, read_parent, FALSE, EPERM);
  assert_refused (self, call_young, FALSE, ENOSYS);
  if (!IS_SANITIZED)
    {
      assert_refused (self, start_process, FALSE, EPERM);
      assert_refused (self, kill_parent, FALSE, EPERM);
      assert_refused (self, trace_parent, FALSE, EPERM);
      assert_refused (self, outlive_parent, FALSE, EPERM);
    }
}

static int
write_what_is_named (const SendoffWorkerSpec *spec)
{
  const SendoffChunkOutputSpec *output = g_ptr_array_index (spec->chunk_outputs, 0);
  g_autofree char *temporary = g_build_filename (output->directory, "0-1.packets.1.tmp", NULL);
  g_autofree char *final = g_build_filename (output->directory, "0-1.packets", NULL);
  int code = open_and_close (temporary, O_WRONLY | O_CREAT | O_TRUNC);

  if (code == 0 && rename (temporary, final) != 0)
    code = errno;
  if (code == 0)
    code = open_and_close (final, O_RDONLY);
  if (code == 0 && unlink (final) != 0)
    code = errno;
  return code != 0 ? code : open_and_close (spec->target_path, O_RDWR | O_CREAT | O_TRUNC);
}

static gpointer
take_name (gpointer data)
{
  return pthread_setname_np (pthread_self (), "codec") == 0 ? data : NULL;
}

static int
use_threads (const SendoffWorkerSpec *spec)
{
  pthread_t thread;
  void *answer = NULL;
  int code = pthread_create (&thread, NULL, take_name, (gpointer)spec);

  if (code == 0)
    code = pthread_join (thread, &answer);
  return code != 0 ? code : answer != spec;
}

static int
end_itself (const SendoffWorkerSpec *spec)
{
  signal (SIGUSR1, SIG_IGN);
  return raise (SIGUSR1) != 0 ? errno : 0;
}

/* The walls leave what a worker lives on, with both of them up or with none. */
static void
test_work (Fixture *self, gconstpointer data)
{
  assert_refused (self, write_what_is_named, TRUE, 0);
  assert_refused (self, write_what_is_named, FALSE, 0);
  assert_refused (self, use_threads, FALSE, 0);
  assert_refused (self, end_itself, FALSE, 0);
}

#define ADD(name, func) g_test_add ("/worker/sandbox/" name, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("files", test_files);
  ADD ("calls", test_calls);
  ADD ("work", test_work);
  return g_test_run ();
}
