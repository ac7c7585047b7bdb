/* The user's own presets: in the database, and in the engine's catalog. */
#include "engine/sendoff-engine-private.h"

#include "base/sendoff-error.h"
#include "engine/sendoff-platform-files.h"
#include "model/sendoff-output-settings.h"
#include "model/sendoff-preset.h"

static gboolean
set_invalid (GError *reason, GError **error)
{
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST, reason->message);
  g_error_free (reason);
  return FALSE;
}

static gboolean
check_settings (const SendoffPreset *preset, GError **error)
{
  g_autoptr (SendoffOutputSettings) settings = NULL;
  GError *reason = NULL;

  if (preset->custom_settings == NULL)
    return TRUE;
  settings = sendoff_output_settings_from_json (preset->custom_settings, &reason);
  return settings != NULL || set_invalid (reason, error);
}

/* The catalog as it will be with @preset among @presets (element-type SendoffPreset), where it takes the place of the
 * one with its id. */
static SendoffCatalog *
make_catalog (SendoffCatalog *base, GPtrArray *presets, const SendoffPreset *preset, GError **error)
{
  g_autoptr (SendoffCatalog) catalog = NULL;
  GError *reason = NULL;

  for (guint i = 0; i < presets->len; i++)
    if (g_strcmp0 (((SendoffPreset *)g_ptr_array_index (presets, i))->preset_id, preset->preset_id) == 0)
      g_ptr_array_remove_index (presets, i--);
  g_ptr_array_add (presets, sendoff_preset_copy (preset));
  catalog = sendoff_catalog_new_with_presets (base, presets, &reason);
  if (catalog == NULL)
    set_invalid (reason, error);
  else if (sendoff_preset_check_name (preset, catalog, error))
    return g_steal_pointer (&catalog);
  return NULL;
}

/* (transfer full): the catalog with @preset, which is in the store then. */
static SendoffCatalog *
save_preset (SendoffStore *store, const char *data_dir, const SendoffPreset *preset, GError **error)
{
  g_autoptr (SendoffCatalog) base = sendoff_platform_files_load_catalog (data_dir, error);
  g_autoptr (SendoffCatalog) catalog = NULL;
  g_autoptr (GPtrArray) presets = NULL;
  gboolean is_ours;

  if (base == NULL || !check_settings (preset, error))
    return NULL;
  is_ours = preset->preset_id != NULL && sendoff_catalog_get_preset (base, preset->preset_id) != NULL;
  presets = sendoff_store_list_presets_sync (store, error);
  if (presets == NULL)
    return NULL;
  if (!is_ours)
    catalog = make_catalog (base, presets, preset, error);
  if ((!is_ours && catalog == NULL) || !sendoff_store_save_preset_sync (store, preset, error))
    return NULL;
  return g_steal_pointer (&catalog);
}

/* (transfer full): the catalog without @preset_id. */
static SendoffCatalog *
remove_preset (SendoffStore *store, const char *data_dir, const char *preset_id, GError **error)
{
  g_autoptr (SendoffCatalog) base = sendoff_platform_files_load_catalog (data_dir, error);
  g_autoptr (GPtrArray) presets = NULL;

  if (base == NULL || !sendoff_store_delete_preset_sync (store, preset_id, error))
    return NULL;
  presets = sendoff_store_list_presets_sync (store, error);
  return presets != NULL ? sendoff_catalog_new_with_presets (base, presets, error) : NULL;
}

typedef struct {
  SendoffStore *store;
  char *data_dir;
  SendoffPreset *preset; /* to save, or */
  char *preset_id;       /* to remove */
} PresetChange;

static void
preset_change_free (gpointer data)
{
  PresetChange *change = data;

  g_object_unref (change->store);
  g_clear_pointer (&change->preset, sendoff_preset_free);
  g_free (change->data_dir);
  g_free (change->preset_id);
  g_free (change);
}

static void
preset_change_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  PresetChange *change = data;
  GError *error = NULL;
  SendoffCatalog *catalog = change->preset != NULL ? save_preset (change->store, change->data_dir, change->preset, &error)
                                                   : remove_preset (change->store, change->data_dir, change->preset_id, &error);

  if (catalog != NULL)
    g_task_return_pointer (task, catalog, g_object_unref);
  else
    g_task_return_error (task, error);
}

/* Takes @preset and @preset_id. */
static void
change_presets (SendoffEngine *self, SendoffPreset *preset, char *preset_id, GTask *task)
{
  PresetChange *change = g_new0 (PresetChange, 1);

  change->store = g_object_ref (sendoff_engine_get_store (self));
  change->data_dir = g_strdup (sendoff_engine_get_data_dir (self));
  change->preset = preset;
  change->preset_id = preset_id;
  g_task_set_task_data (task, change, preset_change_free);
  g_task_run_in_thread (task, preset_change_thread);
}

static gboolean
take_catalog (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_autoptr (SendoffCatalog) catalog = g_task_propagate_pointer (G_TASK (result), error);

  if (catalog == NULL)
    return FALSE;
  sendoff_engine_set_catalog (self, catalog);
  return TRUE;
}

/** sendoff_engine_save_preset_async: adds @preset, or puts it in the place of the user's own with its id. */
void
sendoff_engine_save_preset_async (SendoffEngine *self,
                                  const SendoffPreset *preset,
                                  GCancellable *cancellable,
                                  GAsyncReadyCallback callback,
                                  gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_return_if_fail (sendoff_engine_get_store (self) != NULL);
  g_task_set_source_tag (task, sendoff_engine_save_preset_async);
  change_presets (self, sendoff_preset_copy (preset), NULL, task);
}

/** sendoff_engine_save_preset_finish: %SENDOFF_ERROR_INVALID_REQUEST when the preset makes no sense,
 * %SENDOFF_ERROR_EXISTS for the id of one of Sendoff's own, or the store's error. */
gboolean
sendoff_engine_save_preset_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return take_catalog (self, result, error);
}

/** sendoff_engine_remove_preset_async: forgets one of the user's own presets. */
void
sendoff_engine_remove_preset_async (SendoffEngine *self,
                                    const char *preset_id,
                                    GCancellable *cancellable,
                                    GAsyncReadyCallback callback,
                                    gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);

  g_return_if_fail (sendoff_engine_get_store (self) != NULL);
  g_task_set_source_tag (task, sendoff_engine_remove_preset_async);
  change_presets (self, NULL, g_strdup (preset_id), task);
}

/** sendoff_engine_remove_preset_finish: %SENDOFF_ERROR_NOT_FOUND, %SENDOFF_ERROR_EXISTS for one of Sendoff's own, or the
 * store's error. */
gboolean
sendoff_engine_remove_preset_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  return take_catalog (self, result, error);
}
