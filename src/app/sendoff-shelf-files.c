/* The part of the shelf that reads and writes files. */
#include <glib/gi18n.h>

#include "app/sendoff-shelf-private.h"

/* Both kinds of files are a few hundred bytes. */
#define FILE_BYTES_MAX (1024 * 1024)

/* The one member that only release sets have. */
static gboolean
is_release_set (const char *text, gsize length)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, (gssize)length, NULL);

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
         && json_object_has_member (json_node_get_object (node), "outputs");
}

static void
import_set (SendoffShelf *self, const char *text, gsize length, SendoffImportMode mode, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (SendoffReleaseSet) set = sendoff_release_set_parse (text, length, none, error);
  const SendoffReleaseSet *old;

  if (set == NULL)
    return;
  old = sendoff_release_set_find (sendoff_shelf_get_sets (self), set->release_set_id);
  if (old == NULL)
    old = sendoff_release_set_find (sendoff_shelf_get_sets (self), set->name);
  if (old != NULL && mode == SENDOFF_IMPORT_ASK)
    sendoff_shelf_ask_clash (self, old->name, text);
  else if (old != NULL && mode == SENDOFF_IMPORT_COPY)
    {
      g_autoptr (SendoffReleaseSet) copy = sendoff_shelf_copy_set (self, set, error);

      if (copy != NULL)
        sendoff_shelf_keep_set (self, copy);
    }
  else
    {
      if (old != NULL)
        {
          g_free (set->release_set_id);
          set->release_set_id = g_strdup (old->release_set_id);
        }
      sendoff_shelf_keep_set (self, set);
    }
}

static void
import_preset (SendoffShelf *self, const char *text, gsize length, SendoffImportMode mode, GError **error)
{
  SendoffCatalog *catalog = sendoff_shelf_get_catalog (self);
  g_autoptr (SendoffPreset) preset = sendoff_preset_parse (text, length, catalog, error);
  const SendoffPreset *old;

  if (preset == NULL)
    return;
  old = sendoff_catalog_get_preset (catalog, preset->preset_id);
  if (old == NULL)
    old = sendoff_shelf_find_own (self, preset->name);
  /* One of ours is never replaced: what was copied from it comes in as a copy. */
  if (old != NULL && !old->is_system && mode == SENDOFF_IMPORT_ASK)
    sendoff_shelf_ask_clash (self, old->name, text);
  else if (old != NULL && (old->is_system || mode == SENDOFF_IMPORT_COPY))
    {
      g_autoptr (SendoffPreset) copy = sendoff_preset_duplicate (preset, NULL, catalog, error);

      if (copy != NULL)
        sendoff_shelf_keep_preset (self, copy);
    }
  else
    {
      if (old != NULL)
        {
          g_free (preset->preset_id);
          preset->preset_id = g_strdup (old->preset_id);
        }
      sendoff_shelf_keep_preset (self, preset);
    }
}

/** sendoff_shelf_import: takes in a preset or a release set that is written in @text, @length bytes of JSON.
 */
void
sendoff_shelf_import (SendoffShelf *self, const char *text, gsize length, SendoffImportMode mode)
{
  g_autoptr (GError) error = NULL;

  if (is_release_set (text, length))
    import_set (self, text, length, mode, &error);
  else
    import_preset (self, text, length, mode, &error);
  if (error != NULL)
    {
      g_autofree char *message
          = g_strdup_printf (_ ("This is neither a preset nor a release set: %s"), error->message);

      sendoff_shelf_tell (self, message);
    }
}

static void
on_file_read (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffShelf) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (object), result, &error);

  if (bytes == NULL)
    sendoff_shelf_tell (self, error->message);
  else if (g_bytes_get_size (bytes) >= FILE_BYTES_MAX)
    sendoff_shelf_tell (self, _ ("This file is too large to be a preset or a release set."));
  else
    {
      g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

      sendoff_shelf_import (self, text, strlen (text), SENDOFF_IMPORT_ASK);
    }
}

static void
on_file_opened (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffShelf) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFileInputStream) stream = g_file_read_finish (G_FILE (object), result, &error);

  if (stream == NULL)
    sendoff_shelf_tell (self, error->message);
  else
    g_input_stream_read_bytes_async (G_INPUT_STREAM (stream), FILE_BYTES_MAX, G_PRIORITY_DEFAULT, NULL,
                                     on_file_read, g_object_ref (self));
}

/** sendoff_shelf_import_file: takes in the preset or release set in @file, wherever it is. */
void
sendoff_shelf_import_file (SendoffShelf *self, GFile *file)
{
  g_file_read_async (file, G_PRIORITY_DEFAULT, NULL, on_file_opened, g_object_ref (self));
}

/* (transfer full) (nullable): what import takes again. */
static char *
dup_text (SendoffShelf *self, SendoffShelfItem *item)
{
  const char *id = sendoff_shelf_item_get_id (item);
  gboolean is_set = sendoff_shelf_item_get_kind (item) == SENDOFF_SHELF_RELEASE_SET;
  const SendoffReleaseSet *set = is_set ? sendoff_shelf_find_release_set (self, id) : NULL;
  const SendoffPreset *preset = is_set ? NULL : sendoff_shelf_find_preset (self, id);
  g_autoptr (JsonNode) node = set != NULL      ? sendoff_release_set_to_json (set)
                              : preset != NULL ? sendoff_preset_to_json (preset)
                                               : NULL;

  return node != NULL ? sendoff_json_to_text (node, TRUE) : NULL;
}

static void
on_file_written (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_file_replace_contents_finish (G_FILE (object), result, NULL, &error);
  sendoff_shelf_change_finish (data, error);
}

/** sendoff_shelf_export_file: writes @item to @file, wherever that is. */
void
sendoff_shelf_export_file (SendoffShelf *self, SendoffShelfItem *item, GFile *file)
{
  g_autofree char *text = dup_text (self, item);
  g_autofree char *line = text != NULL ? g_strconcat (text, "\n", NULL) : NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (line == NULL)
    return;
  bytes = g_bytes_new (line, strlen (line));
  g_file_replace_contents_bytes_async (
      file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_file_written,
      sendoff_shelf_change_new (self, _ ("“%s” is written"), sendoff_shelf_item_get_name (item)));
}
