#include "engine/sendoff-places.h"

#include <string.h>

/* A sandbox sees single files and folders that were handed to it below this folder of the runtime directory:
 * doc/ID/NAME, or doc/by-app/APPLICATION/ID/NAME from outside. ID is a folder for this one NAME: what else is
 * written there is seen by nobody.
 * (https://flatpak.github.io/xdg-desktop-portal/docs/documents-and-permissions.html) */
#define DOCUMENTS "doc/"
#define BY_APP    "by-app"

/* Where newer sandboxes have that folder really. */
#define SANDBOX_DOCUMENTS "/run/flatpak/doc/"

/* (nullable): the part of @path below the folder of documents. */
static const char *
find_below_documents (const char *path)
{
  g_autofree char *root = g_build_filename (g_get_user_runtime_dir (), DOCUMENTS, NULL);

  if (path != NULL && g_str_has_prefix (path, root))
    return path + strlen (root);
  return path != NULL && g_str_has_prefix (path, SANDBOX_DOCUMENTS) ? path + strlen (SANDBOX_DOCUMENTS)
                                                                    : NULL;
}

/* The part of @path after the document's ID, "NAME/…", "" for the ID's folder itself; NULL when it is no
 * document. */
static const char *
find_in_document (const char *path)
{
  const char *rest = find_below_documents (path);
  guint n_skipped = rest != NULL && g_str_has_prefix (rest, BY_APP "/") ? 3 : 1;

  for (; rest != NULL && n_skipped > 0; n_skipped--)
    {
      const char *slash = strchr (rest, '/');

      rest = slash != NULL ? slash + 1 : rest + strlen (rest);
    }
  return rest;
}

/** sendoff_places_dup_name: (transfer full): what people call the place of @file: its path, but of what was
 * handed to a sandbox only the part that was there before, and of what is not on this computer its address.
 */
char *
sendoff_places_dup_name (GFile *file)
{
  const char *path = g_file_peek_path (file);
  const char *inside = find_in_document (path);

  /* GVfs gives some a path that only programs understand. */
  if (path == NULL || !g_file_is_native (file))
    return g_file_get_parse_name (file);
  return g_filename_display_name (inside != NULL ? inside : path);
}

/** sendoff_places_can_hold_more: whether files of other names can be made in @folder, as far as its name
 * tells. */
gboolean
sendoff_places_can_hold_more (GFile *folder)
{
  const char *path = g_file_peek_path (folder);
  const char *inside = find_in_document (path);

  return path != NULL && (inside == NULL || *inside != '\0');
}

static GFile *
dup_videos_folder (void)
{
  const char *videos = g_get_user_special_dir (G_USER_DIRECTORY_VIDEOS);

  return g_file_new_for_path (videos != NULL ? videos : g_get_home_dir ());
}

/** sendoff_places_dup_folder_beside: (transfer full): where files made of @source go when nobody said where:
 * its own folder, or that of the user's videos when nothing can be saved there. */
GFile *
sendoff_places_dup_folder_beside (GFile *source)
{
  g_autoptr (GFile) parent = g_file_get_parent (source);

  return parent != NULL && sendoff_places_can_hold_more (parent) ? g_steal_pointer (&parent)
                                                                 : dup_videos_folder ();
}
