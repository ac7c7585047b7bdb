/* What stands in the way of an export is said before it starts, and the source is never in danger. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-preflight.h"

typedef struct
{
  char *folder;
  char *cache;
  char *source;
  SendoffRequest *request;
  SendoffPlan *plan;
} Fixture;

static char *
write_file (Fixture *self, const char *name)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);

  g_assert_true (g_file_set_contents (path, name, -1, NULL));
  return g_steal_pointer (&path);
}

static SendoffOutputPlan *
add_output (Fixture *self, const char *file_name)
{
  SendoffOutputPlan *output = sendoff_output_plan_new ();

  output->file_name = g_strdup (file_name);
  g_ptr_array_add (self->plan->outputs, output);
  return output;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *uri = NULL;

  self->folder = g_dir_make_tmp ("sendoff-preflight-XXXXXX", NULL);
  self->cache = g_build_filename (self->folder, "cache", NULL);
  self->source = write_file (self, "clip \xff.mov");
  uri = g_filename_to_uri (self->source, NULL, NULL);
  self->request = sendoff_request_new (uri);
  self->plan = sendoff_plan_new ();
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  sendoff_disk_remove_folder (self->folder, &error);
  g_assert_no_error (error);
  g_object_unref (self->request);
  sendoff_plan_free (self->plan);
  g_free (self->folder);
  g_free (self->cache);
  g_free (self->source);
}

static void
set_output_folder (Fixture *self, const char *path)
{
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  g_object_set (self->request, "output-folder-uri", uri, NULL);
}

/* "severity code output" of every issue, in order. */
static void
expect_issues (Fixture *self, const char *wanted)
{
  g_autoptr (GPtrArray) issues = sendoff_preflight_check (self->request, self->plan, self->cache);
  g_autoptr (GString) found = g_string_new (NULL);

  for (guint i = 0; i < issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (issues, i);

      g_test_message ("%s", issue->message);
      g_assert_true (g_utf8_validate (issue->message, -1, NULL));
      g_string_append_printf (found, "%s%s %s %d", i > 0 ? ", " : "", sendoff_severity_nicks[issue->severity],
                              issue->code, issue->output);
    }
  g_assert_cmpstr (found->str, ==, wanted);
}

static void
expect_target (Fixture *self, guint output, const char *folder, const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) target = sendoff_preflight_choose_target (self->request, self->plan, output, &error);
  g_autofree char *wanted = g_build_filename (folder, name, NULL);

  g_assert_no_error (error);
  g_assert_cmpstr (g_file_peek_path (target), ==, wanted);
}

static void
expect_no_target (Fixture *self, int code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (sendoff_preflight_choose_target (self->request, self->plan, 0, &error));
  g_assert_error (error, SENDOFF_ERROR, code);
}

static void
test_clear (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (self->folder, "new", "folder", NULL);

  add_output (self, "out.mp4")->estimated_size_bytes = 1000;
  expect_issues (self, "");
  expect_target (self, 0, self->folder, "out.mp4");
  set_output_folder (self, folder);
  expect_issues (self, "");
  expect_target (self, 0, folder, "out.mp4");
  g_assert_false (g_file_test (folder, G_FILE_TEST_EXISTS));
}

static void
test_exists (Fixture *self, gconstpointer data)
{
  g_autofree char *first = write_file (self, "out.mp4");
  g_autofree char *second = write_file (self, "out (2).mp4");
  g_autofree char *dangling = g_build_filename (self->folder, "out (3).mp4", NULL);

  g_assert_cmpint (symlink ("nowhere", dangling), ==, 0);
  add_output (self, "out.mp4");
  expect_issues (self, "info file-exists 0");
  expect_target (self, 0, self->folder, "out (4).mp4");
  g_object_set (self->request, "overwrite", TRUE, NULL);
  expect_issues (self, "info file-replaced 0");
  expect_target (self, 0, self->folder, "out.mp4");
  g_assert_cmpint (unlink (dangling), ==, 0);
}

/* Outputs of one request never take each other's name, not even when replacing is allowed. */
static void
test_same_names (Fixture *self, gconstpointer data)
{
  add_output (self, "out.mp4");
  add_output (self, "out.mp4");
  add_output (self, "out (2).mp4");
  expect_target (self, 0, self->folder, "out.mp4");
  expect_target (self, 1, self->folder, "out (3).mp4");
  expect_target (self, 2, self->folder, "out (2).mp4");
  g_object_set (self->request, "overwrite", TRUE, NULL);
  expect_target (self, 1, self->folder, "out (3).mp4");
}

static void
test_source (Fixture *self, gconstpointer data)
{
  static const char *const names[] = { "clip \xff.mov", "hard.mov", "soft.mov" };
  g_autofree char *hard = g_build_filename (self->folder, "hard.mov", NULL);
  g_autofree char *soft = g_build_filename (self->folder, "soft.mov", NULL);
  SendoffOutputPlan *output = add_output (self, NULL);

  g_assert_cmpint (link (self->source, hard), ==, 0);
  g_assert_cmpint (symlink (self->source, soft), ==, 0);
  for (guint i = 1; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *numbered = g_strdup_printf ("%.4s (2).mov", names[i]);

      g_free (output->file_name);
      output->file_name = g_strdup (names[i]);
      g_object_set (self->request, "overwrite", TRUE, NULL);
      expect_issues (self, "error overwrites-source 0");
      expect_no_target (self, SENDOFF_ERROR_EXISTS);
      g_object_set (self->request, "overwrite", FALSE, NULL);
      expect_issues (self, "info file-exists 0");
      expect_target (self, 0, self->folder, numbered);
    }
  g_assert_cmpint (unlink (soft), ==, 0);
}

static void
test_folder_in_the_way (Fixture *self, gconstpointer data)
{
  g_autofree char *path = g_build_filename (self->folder, "out.mp4", NULL);

  g_assert_cmpint (g_mkdir (path, 0700), ==, 0);
  add_output (self, "out.mp4");
  expect_target (self, 0, self->folder, "out (2).mp4");
  g_object_set (self->request, "overwrite", TRUE, NULL);
  expect_issues (self, "error file-exists 0");
  expect_no_target (self, SENDOFF_ERROR_EXISTS);
}

static void
test_folder (Fixture *self, gconstpointer data)
{
  g_autofree char *below_file = g_build_filename (self->source, "folder", NULL);

  add_output (self, "out.mp4");
  set_output_folder (self, below_file);
  expect_issues (self, "error output-folder-not-a-folder -1");
  g_object_set (self->request, "output-folder-uri", "sftp://example.org/folder", NULL);
  expect_issues (self, "error output-folder-not-local -1");
  expect_no_target (self, SENDOFF_ERROR_INVALID_REQUEST);
}

/* What a sandbox was handed over is the only file of its folder: without being told, nothing is put beside
 * it. */
static void
test_document (Fixture *self, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (g_get_user_runtime_dir (), "doc", "1a2b3c", NULL);
  g_autofree char *path = g_build_filename (folder, "holiday.mp4", NULL);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) target = NULL;

  add_output (self, "holiday - YouTube.mp4");
  g_object_set (self->request, "source-uri", uri, NULL);
  target = sendoff_preflight_choose_target (self->request, self->plan, 0, &error);
  g_assert_no_error (error);
  g_assert_false (g_str_has_prefix (g_file_peek_path (target), folder));
  set_output_folder (self, folder);
  expect_issues (self, "error output-folder-of-one-file -1");
}

static void
test_permission (Fixture *self, gconstpointer data)
{
  g_autofree char *locked = g_build_filename (self->folder, "locked", NULL);
  g_autofree char *below = g_build_filename (locked, "below", NULL);

  if (geteuid () == 0)
    {
      g_test_skip ("root may write everywhere");
      return;
    }
  g_assert_cmpint (g_mkdir (locked, 0500), ==, 0);
  add_output (self, "out.mp4");
  set_output_folder (self, locked);
  expect_issues (self, "error output-folder-not-writable -1");
  set_output_folder (self, below);
  expect_issues (self, "error output-folder-not-writable -1");
}

static void
test_names (Fixture *self, gconstpointer data)
{
  g_autofree char *long_name = g_strnfill (256, 'x');

  add_output (self, long_name);
  add_output (self, "../escape.mp4");
  expect_issues (self, "error name-too-long 0, error name-not-a-name 1");
  sendoff_output_plan_free (g_ptr_array_steal_index (self->plan->outputs, 0));
  expect_no_target (self, SENDOFF_ERROR_INVALID_REQUEST);
}

/* The cache is on the same disk: everything is there twice for a while. */
static void
test_room (Fixture *self, gconstpointer data)
{
  gint64 free_bytes = sendoff_disk_get_free_bytes (self->folder, NULL);
  SendoffOutputPlan *output = add_output (self, "out.mp4");

  if (free_bytes == G_MAXINT64)
    {
      g_test_skip ("this file system does not tell its free space");
      return;
    }
  output->estimated_low_bytes = 1;
  output->estimated_size_bytes = free_bytes / 4;
  output->estimated_high_bytes = free_bytes;
  expect_issues (self, "warning disk-full -1");
  output->estimated_low_bytes = output->estimated_size_bytes = free_bytes;
  expect_issues (self, "error disk-full -1");
  output->estimated_low_bytes = output->estimated_high_bytes = 0;
  expect_issues (self, "error disk-full -1");
  output->estimated_size_bytes = 0;
  expect_issues (self, "");

  /* Each output alone would fit. */
  output->estimated_low_bytes = output->estimated_size_bytes = output->estimated_high_bytes = free_bytes / 3;
  expect_issues (self, "");
  add_output (self, "b.mp4")->estimated_size_bytes = free_bytes / 3;
  expect_issues (self, "error disk-full -1");
}

static void
test_cache (Fixture *self, gconstpointer data)
{
  g_free (self->cache);
  self->cache = g_build_filename (self->source, "below-a-file", NULL);
  add_output (self, "out.mp4");
  expect_issues (self, "error cache-not-writable -1");
}

/* With the cache elsewhere nothing is there twice. */
static void
test_other_disk (Fixture *self, gconstpointer data)
{
  gint64 size_bytes = sendoff_disk_get_free_bytes (self->folder, NULL) / 4 * 3;
  struct stat here, there;

  if (stat (self->folder, &here) != 0 || stat ("/dev/shm", &there) != 0 || here.st_dev == there.st_dev)
    {
      g_test_skip ("there is no second disk");
      return;
    }
  g_free (self->cache);
  self->cache = g_strdup ("/dev/shm/sendoff-test-cache");
  add_output (self, "out.mp4")->estimated_size_bytes = size_bytes;
  expect_issues (
      self, sendoff_disk_get_free_bytes (self->cache, NULL) < size_bytes ? "error cache-disk-full -1" : "");
}

#define ADD(path, func) g_test_add ("/engine/preflight/" path, Fixture, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("clear", test_clear);
  ADD ("exists", test_exists);
  ADD ("same-names", test_same_names);
  ADD ("source", test_source);
  ADD ("folder-in-the-way", test_folder_in_the_way);
  ADD ("folder", test_folder);
  ADD ("document", test_document);
  ADD ("permission", test_permission);
  ADD ("names", test_names);
  ADD ("room", test_room);
  ADD ("cache", test_cache);
  ADD ("other-disk", test_other_disk);
  return g_test_run ();
}
