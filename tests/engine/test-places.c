/* Files that a sandbox was given by the document portal, files that are not on this computer, and where what
 * is made of them goes. */
#include <glib/gstdio.h>

#include "engine/sendoff-places.h"

static GFile *
new_document (const char *below)
{
  g_autofree char *path = g_build_filename (g_get_user_runtime_dir (), "doc", below, NULL);

  return g_file_new_for_path (path);
}

static void
expect_name (GFile *file, const char *wanted)
{
  g_autofree char *name = sendoff_places_dup_name (file);

  g_assert_cmpstr (name, ==, wanted);
}

/* A NULL @wanted is the folder of the user's videos. */
static void
expect_folder (GFile *file, GFile *wanted)
{
  g_autoptr (GFile) folder = sendoff_places_dup_folder_beside (file);
  const char *videos = g_get_user_special_dir (G_USER_DIRECTORY_VIDEOS);
  g_autoptr (GFile) usual = g_file_new_for_path (videos != NULL ? videos : g_get_home_dir ());

  g_assert_true (g_file_equal (folder, wanted != NULL ? wanted : usual));
}

static void
test_usual (void)
{
  g_autoptr (GFile) file = g_file_new_for_path ("/home/me/Videos/caf\xe9.mp4");
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autoptr (GFile) similar = g_file_new_for_path ("/home/me/doc/abc/holiday.mp4");
  g_autoptr (GFile) similar_folder = g_file_get_parent (similar);

  g_assert_true (sendoff_places_can_hold_more (folder));
  expect_folder (file, folder);
  expect_name (file, "/home/me/Videos/caf\xef\xbf\xbd.mp4");
  expect_folder (similar, similar_folder);
}

/* The folder of a document holds this one file. */
static void
test_documents (void)
{
  static const char *const files[] = { "1a2b3c/holiday.mp4", "by-app/org.example.App/1a2b3c/holiday.mp4" };

  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GFile) file = new_document (files[i]);
      g_autoptr (GFile) parent = g_file_get_parent (file);

      g_assert_false (sendoff_places_can_hold_more (parent));
      expect_folder (file, NULL);
      expect_name (file, "holiday.mp4");
    }
}

/* A folder that was handed over is one like others, but for its name. */
static void
test_document_folders (void)
{
  g_autoptr (GFile) file = new_document ("1a2b3c/Clips/May/holiday.mp4");
  g_autoptr (GFile) folder = g_file_get_parent (file);
  g_autoptr (GFile) sandbox = g_file_new_for_path ("/run/flatpak/doc/1a2b3c/Clips");

  g_assert_true (sendoff_places_can_hold_more (folder));
  expect_folder (file, folder);
  expect_name (folder, "Clips/May");
  expect_name (sandbox, "Clips");
}

/* A resource is a file of GIO without a path, as those of a server are. */
static void
test_elsewhere (void)
{
  g_autoptr (GFile) file = g_file_new_for_uri ("resource:///clips/holiday.mp4");
  g_autoptr (GFile) folder = g_file_get_parent (file);

  g_assert_false (sendoff_places_can_hold_more (folder));
  expect_folder (file, NULL);
  expect_name (folder, "resource:///clips");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/engine/places/usual", test_usual);
  g_test_add_func ("/engine/places/documents", test_documents);
  g_test_add_func ("/engine/places/document-folders", test_document_folders);
  g_test_add_func ("/engine/places/elsewhere", test_elsewhere);
  return g_test_run ();
}
