/* Files keep their names and their contents, whoever else is there. */
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-disk.h"

typedef struct
{
  char *folder;
} Fixture;

static void
set_up (Fixture *self, gconstpointer data)
{
  self->folder = g_dir_make_tmp ("sendoff-disk-XXXXXX", NULL);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  sendoff_disk_remove_folder (self->folder, &error);
  g_assert_no_error (error);
  g_assert_false (g_file_test (self->folder, G_FILE_TEST_EXISTS));
  g_free (self->folder);
}

static char *
in_folder (Fixture *self, const char *name)
{
  return g_build_filename (self->folder, name, NULL);
}

static char *
write_file (Fixture *self, const char *name, const char *content)
{
  g_autofree char *path = in_folder (self, name);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  return g_steal_pointer (&path);
}

static void
assert_content (const char *path, const char *wanted)
{
  g_autofree char *content = NULL;

  g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
  g_assert_cmpstr (content, ==, wanted);
}

static void
test_rename (Fixture *self, gconstpointer data)
{
  g_autofree char *from = write_file (self, "from", "new");
  g_autofree char *to = write_file (self, "to", "old");
  g_autofree char *other = in_folder (self, "other");
  g_autoptr (GError) error = NULL;

  g_assert_false (sendoff_disk_rename (from, to, FALSE, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS);
  g_clear_error (&error);
  assert_content (to, "old");
  assert_content (from, "new");
  g_assert_true (sendoff_disk_rename (from, to, TRUE, &error));
  g_assert_no_error (error);
  assert_content (to, "new");
  g_assert_true (sendoff_disk_rename (to, other, FALSE, &error));
  g_assert_no_error (error);
  assert_content (other, "new");
  g_assert_false (g_file_test (to, G_FILE_TEST_EXISTS));
  g_assert_false (sendoff_disk_rename (from, to, TRUE, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED);
}

#define N_RACERS 8

typedef struct
{
  char *from;
  const char *to;
  gint *start;
  gboolean won;
} Racer;

static gpointer
race (gpointer data)
{
  Racer *racer = data;
  g_autoptr (GError) error = NULL;

  while (g_atomic_int_get (racer->start) == 0)
    g_thread_yield ();
  racer->won = sendoff_disk_rename (racer->from, racer->to, FALSE, &error);
  if (!racer->won)
    g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_EXISTS);
  return NULL;
}

/* Many want one name: one gets it, and the others keep their file. */
static void
test_rename_race (Fixture *self, gconstpointer data)
{
  g_autofree char *to = in_folder (self, "to");
  Racer racers[N_RACERS];
  GThread *threads[N_RACERS];
  gint start = 0;
  guint n_won = 0;

  for (guint i = 0; i < N_RACERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      racers[i] = (Racer){ write_file (self, name, name), to, &start, FALSE };
      threads[i] = g_thread_new ("race", race, &racers[i]);
    }
  g_atomic_int_set (&start, 1);
  for (guint i = 0; i < N_RACERS; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      g_thread_join (threads[i]);
      n_won += racers[i].won;
      assert_content (racers[i].won ? to : racers[i].from, name);
      g_free (racers[i].from);
    }
  g_assert_cmpuint (n_won, ==, 1);
}

static void
test_remove_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *kept = write_file (self, "kept", "x");
  g_autofree char *deep = in_folder (self, "ours/a/b");
  g_autofree char *ours = in_folder (self, "ours");
  g_autofree char *ours_link = in_folder (self, "ours-link");
  g_autofree char *file = NULL;
  g_autofree char *link_path = in_folder (self, "ours/a/link");
  g_autoptr (GError) error = NULL;

  g_assert_true (sendoff_disk_make_folder (deep, &error));
  file = write_file (self, "ours/a/b/file", "x");
  g_assert_cmpint (symlink (kept, link_path), ==, 0);
  g_assert_false (sendoff_disk_remove_folder (ours, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (g_file_test (link_path, G_FILE_TEST_IS_SYMLINK));
  g_assert_cmpint (unlink (link_path), ==, 0);
  g_assert_true (sendoff_disk_remove_folder (ours, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (ours, G_FILE_TEST_EXISTS));
  g_assert_true (sendoff_disk_remove_folder (ours, &error));

  /* A link in the folder's place is not followed either. */
  g_assert_true (sendoff_disk_make_folder (deep, NULL));
  g_assert_cmpint (symlink (ours, ours_link), ==, 0);
  g_assert_false (sendoff_disk_remove_folder (ours_link, NULL));
  g_assert_true (g_file_test (deep, G_FILE_TEST_IS_DIR));
  g_assert_cmpint (unlink (ours_link), ==, 0);
  assert_content (kept, "x");
}

static void
test_make_folder_error (Fixture *self, gconstpointer data)
{
  g_autofree char *file = write_file (self, "file", "x");
  g_autofree char *below = in_folder (self, "file/folder");
  g_autoptr (GError) error = NULL;

  g_assert_false (sendoff_disk_make_folder (below, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "file/folder"));
}

static void
test_errors (void)
{
  static const struct
  {
    int saved_errno;
    int code;
  } cases[] = {
    { ENOSPC, SENDOFF_ERROR_NO_SPACE },
    { EDQUOT, SENDOFF_ERROR_NO_SPACE },
    { EACCES, SENDOFF_ERROR_MUX },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      sendoff_disk_set_error (&error, SENDOFF_ERROR_MUX, cases[i].saved_errno, "“%s” cannot be written", "a");
      g_assert_error (error, SENDOFF_ERROR, cases[i].code);
      g_assert_true (g_str_has_prefix (error->message, "“a” cannot be written: "));
    }
}

static void
test_temporary_path (Fixture *self, gconstpointer data)
{
  g_autoptr (GString) name = g_string_new (NULL);
  g_autofree char *short_path = in_folder (self, "a.mp4");
  g_autofree char *tagged = sendoff_disk_dup_temporary_path (short_path, "t1");
  g_autofree char *tagged_name = g_path_get_basename (tagged);
  g_autofree char *random = sendoff_disk_dup_temporary_path (short_path, NULL);
  g_autofree char *other_random = sendoff_disk_dup_temporary_path (short_path, NULL);

  g_assert_cmpstr (tagged_name, ==, ".a.mp4.sendoff-t1.part");
  g_assert_true (g_str_has_prefix (tagged, self->folder));
  g_assert_cmpstr (random, !=, other_random);

  /* At every offset in a four-byte character. */
  for (guint i = 0; i < 62; i++)
    g_string_append (name, "\U0001F3AC");
  for (guint i = 0; i < 4; i++)
    {
      g_autofree char *path = in_folder (self, name->str);
      g_autofree char *temporary = sendoff_disk_dup_temporary_path (path, "0123456789");
      g_autofree char *leaf = g_path_get_basename (temporary);

      g_assert_cmpuint (strlen (leaf), <=, 255);
      g_assert_cmpuint (strlen (leaf), >, 255 - 4);
      g_assert_true (g_utf8_validate (leaf, -1, NULL));
      g_assert_true (g_str_has_suffix (leaf, ".sendoff-0123456789.part"));
      g_string_prepend_c (name, 'x');
    }
}

static void
test_free_bytes (Fixture *self, gconstpointer data)
{
  g_autofree char *missing = in_folder (self, "not/there/yet");
  g_autofree char *ancestor = sendoff_disk_dup_existing_ancestor (missing);
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (ancestor, ==, self->folder);
  g_assert_cmpint (sendoff_disk_get_free_bytes (missing, &error), >=, 0);
  g_assert_no_error (error);
  g_assert_false (g_file_test (missing, G_FILE_TEST_EXISTS));
  g_assert_cmpint (sendoff_disk_get_max_file_bytes (missing), >=, G_MAXUINT32);
}

static int
lock (const char *path, SendoffLockMode mode)
{
  g_autoptr (GError) error = NULL;
  int fd = sendoff_disk_try_lock (path, mode, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fd, >=, 0);
  return fd;
}

static void
test_lock (Fixture *self, gconstpointer data)
{
  g_autofree char *path = in_folder (self, "job/lock");
  g_autoptr (GError) error = NULL;
  int first = lock (path, SENDOFF_LOCK_SHARED);
  int second = lock (path, SENDOFF_LOCK_SHARED);
  int third;

  g_assert_cmpint (sendoff_disk_try_lock (path, SENDOFF_LOCK_EXCLUSIVE, &error), ==, -1);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
  close (first);
  close (second);
  third = lock (path, SENDOFF_LOCK_EXCLUSIVE);
  close (third);
}

/* The last one to leave removes the folder, and nobody before. */
static void
test_release_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *path = in_folder (self, "key/.lock");
  g_autofree char *folder = in_folder (self, "key");
  g_autofree char *leftover = in_folder (self, ".removed-earlier/x");
  g_autofree char *leftover_folder = in_folder (self, ".removed-earlier");
  g_autoptr (GError) error = NULL;
  int first = lock (path, SENDOFF_LOCK_SHARED);
  int second = lock (path, SENDOFF_LOCK_SHARED);
  g_autofree char *file = write_file (self, "key/chunk", "x");

  g_assert_true (sendoff_disk_make_folder (leftover, NULL));
  g_assert_true (sendoff_disk_release_folder (first, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_test (file, G_FILE_TEST_EXISTS));
  g_assert_true (sendoff_disk_release_folder (second, path, &error));
  g_assert_no_error (error);
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (leftover_folder, G_FILE_TEST_EXISTS));
}

typedef struct
{
  const char *path;
  gint *failures;
} User;

static gpointer
use_folder (gpointer data)
{
  User *user = data;
  g_autofree char *folder = g_path_get_dirname (user->path);

  for (int i = 0; i < 200; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *file = g_strdup_printf ("%s/%p-%d", folder, (gpointer)g_thread_self (), i);
      int fd = sendoff_disk_try_lock (user->path, SENDOFF_LOCK_SHARED, &error);
      int file_fd;

      if (fd < 0)
        {
          g_printerr ("lock: %s\n", error->message);
          g_atomic_int_inc (user->failures);
          continue;
        }
      /* Whoever holds the lock can write to the folder, and finds what it wrote. */
      file_fd = open (file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
      if (file_fd < 0 || !g_file_test (file, G_FILE_TEST_EXISTS))
        {
          g_printerr ("write: %s\n", g_strerror (errno));
          g_atomic_int_inc (user->failures);
        }
      if (file_fd >= 0)
        close (file_fd);
      if (!sendoff_disk_release_folder (fd, user->path, &error))
        {
          g_printerr ("release: %s\n", error->message);
          g_atomic_int_inc (user->failures);
        }
    }
  return NULL;
}

static void
test_release_race (Fixture *self, gconstpointer data)
{
  g_autofree char *path = in_folder (self, "chunks/key/.lock");
  GThread *threads[4];
  gint failures = 0;
  User user = { path, &failures };

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("user", use_folder, &user);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (failures, ==, 0);
}

#define ADD(path, func) g_test_add ("/engine/disk/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("rename", test_rename);
  ADD ("rename-race", test_rename_race);
  ADD ("remove-folder", test_remove_folder);
  ADD ("make-folder-error", test_make_folder_error);
  ADD ("temporary-path", test_temporary_path);
  ADD ("free-bytes", test_free_bytes);
  ADD ("lock", test_lock);
  ADD ("release-folder", test_release_folder);
  ADD ("release-race", test_release_race);
  g_test_add_func ("/engine/disk/errors", test_errors);
  return g_test_run ();
}
