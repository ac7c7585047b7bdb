#include "engine/sendoff-platform-files.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"

#define SUFFIX ".json"

/* Nobody's rules are longer. */
#define MAX_BYTES (4 * 1024 * 1024)

static char *
dup_folder (const char *data_dir)
{
  return g_build_filename (data_dir, "platforms", NULL);
}

static char *
dup_path (const char *data_dir, const char *platform_id)
{
  g_autofree char *folder = dup_folder (data_dir);
  g_autofree char *leaf = g_strconcat (platform_id, SUFFIX, NULL);

  return g_build_filename (folder, leaf, NULL);
}

static SendoffPlatform *
read_file (const char *path, const char *leaf, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *expected = NULL;
  g_autoptr (SendoffPlatform) platform = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  platform = sendoff_doc_from_text (&sendoff_platform_doc_type, text, error);
  if (platform == NULL)
    return NULL;
  expected = g_strconcat (platform->platform_id, SUFFIX, NULL);
  if (g_strcmp0 (expected, leaf) == 0)
    return g_steal_pointer (&platform);
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("It holds the platform “%s” under another name."),
               platform->platform_id != NULL ? platform->platform_id : "");
  return NULL;
}

/* Takes @catalog and @platform; gives @catalog back when @platform cannot be used. */
static SendoffCatalog *
add_platform (SendoffCatalog *catalog, SendoffPlatform *platform, GError **error)
{
  g_autoptr (GPtrArray) one = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_platform_free);
  SendoffCatalog *with;

  g_ptr_array_add (one, platform);
  with = sendoff_catalog_new_with_platforms (catalog, one, error);
  if (with == NULL)
    return catalog;
  g_object_unref (catalog);
  return with;
}

static int
compare_leaves (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(char *const *)a, *(char *const *)b);
}

/* In the order of their names, so that the same files always make the same catalog. */
static GPtrArray *
list_leaves (const char *folder)
{
  GPtrArray *leaves = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_suffix (name, SUFFIX))
      g_ptr_array_add (leaves, g_strdup (name));
  g_ptr_array_sort (leaves, compare_leaves);
  return leaves;
}

/** sendoff_platform_files_load_catalog: (transfer full): the shipped catalog with the platforms that the user updated. */
SendoffCatalog *
sendoff_platform_files_load_catalog (const char *data_dir, GError **error)
{
  SendoffCatalog *catalog = sendoff_catalog_new (error);
  g_autofree char *folder = dup_folder (data_dir);
  g_autoptr (GPtrArray) leaves = list_leaves (folder);

  for (guint i = 0; catalog != NULL && i < leaves->len; i++)
    {
      const char *leaf = g_ptr_array_index (leaves, i);
      g_autofree char *path = g_build_filename (folder, leaf, NULL);
      g_autofree char *name = g_filename_display_name (path);
      g_autoptr (GError) reason = NULL;
      SendoffPlatform *platform = read_file (path, leaf, &reason);

      if (platform != NULL)
        catalog = add_platform (catalog, platform, &reason);
      if (reason != NULL)
        g_message ("The updated platform in “%s” is not used: %s", name, reason->message);
    }
  return catalog;
}

/* A platform by itself, or {"platforms": […]}. */
static GPtrArray *
parse_platforms (const char *text, GError **error)
{
  g_autoptr (GPtrArray) platforms = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_platform_free);
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, error);
  JsonObject *object = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *list = object != NULL ? json_object_get_member (object, "platforms") : NULL;
  guint n = list != NULL && JSON_NODE_HOLDS_ARRAY (list) ? json_array_get_length (json_node_get_array (list)) : 1;

  if (node == NULL)
    return NULL;
  for (guint i = 0; i < n; i++)
    {
      SendoffPlatform *platform = sendoff_platform_from_json (
          list != NULL ? json_array_get_element (json_node_get_array (list), i) : node, error);

      if (platform == NULL)
        return NULL;
      g_ptr_array_add (platforms, platform);
    }
  return g_steal_pointer (&platforms);
}

static gboolean
set_invalid (GError *reason, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, _ ("The platform rules cannot be used: %s"),
               reason->message);
  return FALSE;
}

static gboolean
write_file (const char *data_dir, const SendoffPlatform *platform, GError **error)
{
  g_autofree char *folder = dup_folder (data_dir);
  g_autofree char *path = dup_path (data_dir, platform->platform_id);
  g_autoptr (JsonNode) node = sendoff_platform_to_json (platform);
  g_autofree char *text = sendoff_json_to_text (node, TRUE);
  g_autoptr (GError) local = NULL;

  if (!sendoff_disk_make_folder (folder, error))
    return FALSE;
  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0666,
                                &local))
    return TRUE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED,
                          g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? ENOSPC : EIO,
                          "The platform rules cannot be stored");
  return FALSE;
}

/**
 * sendoff_platform_files_update:
 * @text: one platform, or {"platforms": […]}
 *
 * Checks all of them as the catalog does, then stores them. An update may be older than what is there: rules can be
 * taken back.
 *
 * Returns: (transfer full) (element-type SendoffPlatform): what was stored, or %NULL with %SENDOFF_ERROR_INVALID_REQUEST
 *   and nothing stored, or the disk's error
 */
GPtrArray *
sendoff_platform_files_update (const char *data_dir, const char *text, GError **error)
{
  g_autoptr (GError) reason = NULL;
  g_autoptr (GPtrArray) platforms = strlen (text) <= MAX_BYTES ? parse_platforms (text, &reason) : NULL;
  g_autoptr (SendoffCatalog) base = NULL;
  g_autoptr (SendoffCatalog) checked = NULL;

  if (platforms == NULL && reason == NULL)
    reason = g_error_new_literal (SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The file is too long."));
  if (platforms == NULL && !set_invalid (reason, error))
    return NULL;
  base = sendoff_platform_files_load_catalog (data_dir, error);
  if (base == NULL)
    return NULL;
  checked = sendoff_catalog_new_with_platforms (base, platforms, &reason);
  if (checked == NULL && !set_invalid (reason, error))
    return NULL;
  for (guint i = 0; i < platforms->len; i++)
    if (!write_file (data_dir, g_ptr_array_index (platforms, i), error))
      return NULL;
  return g_steal_pointer (&platforms);
}

/** sendoff_platform_files_reset: back to the shipped rules; %SENDOFF_ERROR_NOT_FOUND when nothing was updated. */
gboolean
sendoff_platform_files_reset (const char *data_dir, const char *platform_id, GError **error)
{
  g_autofree char *path = dup_path (data_dir, platform_id);

  if (strchr (platform_id, '/') == NULL && g_unlink (path) == 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, _ ("The rules of “%s” were not updated."), platform_id);
  return FALSE;
}
