/* Sources are known by content, and only files are opened. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-identity.h"

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("sendoff-identity-XXXXXX", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);

  for (const char *name; (name = g_dir_read_name (dir)) != NULL;)
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      g_remove (path);
    }
  g_rmdir (self->folder);
  g_free (self->folder);
}

static char *
write_file (Fixture *self, const char *name, const char *content, gsize length)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, content, (gssize)length, NULL));
  return g_steal_pointer (&path);
}

static char *
compute (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;
  gint64 size = 0;
  int fd = sendoff_identity_open_source (file, &size, &error);
  struct stat st;
  char *identity;

  g_assert_no_error (error);
  g_assert_cmpint (fcntl (fd, F_GETFD) & FD_CLOEXEC, !=, 0);
  g_assert_cmpint (stat (path, &st), ==, 0);
  g_assert_cmpint (size, ==, st.st_size);
  identity = sendoff_identity_compute (fd, &error);
  g_assert_no_error (error);
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 0);
  close (fd);
  return identity;
}

static void
test_small (Fixture *self, gconstpointer data)
{
  g_autofree char *path = write_file (self, "a", "abc", 3);
  g_autofree char *identity = compute (path);

  g_assert_cmpstr (identity, ==, "3-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* Copies are the same; a change at either end, of the length or of a large part in the middle is seen. */
static void
test_large (Fixture *self, gconstpointer data)
{
  gsize length = 3000001;
  g_autofree char *content = g_malloc0 (length);
  g_autofree char *path = write_file (self, "a", content, length);
  g_autofree char *copy = write_file (self, "b", content, length);
  g_autofree char *identity = compute (path);
  g_autofree char *copy_identity = compute (copy);
  gsize places[] = { 0, 65535, length - 1, length - 65536 };

  g_assert_cmpstr (identity, ==, copy_identity);
  g_assert_true (g_str_has_prefix (identity, "3000001-"));
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *changed = NULL;

      content[places[i]] ^= 1;
      g_free (write_file (self, "b", content, length));
      content[places[i]] ^= 1;
      changed = compute (copy);
      g_assert_cmpstr (changed, !=, identity);
    }
  {
    g_autofree char *changed = NULL;

    memset (content + length / 3, 1, length / 3);
    g_free (write_file (self, "b", content, length));
    changed = compute (copy);
    g_assert_cmpstr (changed, !=, identity);
  }
  {
    g_autofree char *shorter = write_file (self, "c", content, length - 1);
    g_autofree char *changed = compute (shorter);

    g_assert_cmpstr (changed, !=, identity);
  }
}

static void
expect_refused (GFile *file, const char *word, const char *name)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (sendoff_identity_open_source (file, NULL, &error), ==, -1);
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE);
  g_test_message ("%s", error->message);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, word));
  g_assert_nonnull (strstr (error->message, name));
}

static void
expect_path_refused (Fixture *self, const char *name, const char *word)
{
  g_autoptr (GFile) file = g_file_new_build_filename (self->folder, name, NULL);

  expect_refused (file, word, name);
}

static void
make_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (struct sockaddr *)&address, sizeof address), ==, 0);
  close (fd);
}

static void
test_refused (Fixture *self, gconstpointer data)
{
  g_autofree char *empty = write_file (self, "empty", "", 0);
  g_autofree char *pipe_path = g_build_filename (self->folder, "pipe", NULL);
  g_autofree char *socket_path = g_build_filename (self->folder, "socket", NULL);
  g_autofree char *link_path = g_build_filename (self->folder, "dangling", NULL);
  g_autofree char *loop_path = g_build_filename (self->folder, "loop", NULL);
  g_autoptr (GFile) folder = g_file_new_for_path (self->folder);
  g_autoptr (GFile) device = g_file_new_for_path ("/dev/null");
  g_autoptr (GFile) remote = g_file_new_for_uri ("sftp://example.org/clip.mov");

  g_assert_cmpint (mkfifo (pipe_path, 0600), ==, 0);
  g_assert_cmpint (symlink ("nowhere", link_path), ==, 0);
  g_assert_cmpint (symlink ("loop", loop_path), ==, 0);
  make_socket (socket_path);
  expect_refused (folder, "a folder", self->folder);
  expect_refused (device, "a device", "/dev/null");
  expect_refused (remote, "not a file on this computer", "example.org");
  expect_path_refused (self, "empty", "is empty");
  expect_path_refused (self, "pipe", "a pipe");
  expect_path_refused (self, "socket", "a socket");
  expect_path_refused (self, "dangling", "“nowhere”, which does not exist");
  expect_path_refused (self, "loop", "leads back to itself");
  expect_path_refused (self, "missing", "does not exist");
}

static void
test_no_permission (Fixture *self, gconstpointer data)
{
  g_autofree char *path = write_file (self, "secret", "x", 1);

  if (geteuid () == 0)
    {
      g_test_skip ("root may read everything");
      return;
    }
  g_assert_cmpint (g_chmod (path, 0), ==, 0);
  expect_path_refused (self, "secret", "no permission");
}

/* Any bytes are a name; a link is what it leads to. */
static void
test_names (Fixture *self, gconstpointer data)
{
  g_autofree char *path = write_file (self, "clip \xff\xfe.mov", "abc", 3);
  g_autofree char *link_path = g_build_filename (self->folder, "link", NULL);
  g_autofree char *identity = compute (path);
  g_autofree char *link_identity = NULL;
  g_autoptr (GFile) missing = g_file_new_build_filename (self->folder, "gone \xff.mov", NULL);

  g_assert_cmpint (symlink (path, link_path), ==, 0);
  link_identity = compute (link_path);
  g_assert_cmpstr (link_identity, ==, identity);
  expect_refused (missing, "does not exist", "gone ");
}

#define ADD(path, func) g_test_add ("/engine/identity/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("small", test_small);
  ADD ("large", test_large);
  ADD ("refused", test_refused);
  ADD ("no-permission", test_no_permission);
  ADD ("names", test_names);
  return g_test_run ();
}
