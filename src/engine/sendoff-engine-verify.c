/* Certificates of any file, and the rules that they are made by. */
#include "base/sendoff-i18n.h"
#include "engine/sendoff-engine-private.h"

#include <unistd.h>

#include "base/sendoff-error.h"
#include "engine/sendoff-facts.h"
#include "engine/sendoff-identity.h"
#include "engine/sendoff-platform-files.h"

typedef struct {
  GFile *file;
  char *platform_id; /* (nullable) */
  gboolean full;
  int threads;
  SendoffCatalog *catalog;
  SendoffStore *store;
  SendoffQueue *queue; /* keeps the worker client */
} Verification;

static void
verification_free (gpointer data)
{
  Verification *self = data;

  g_object_unref (self->file);
  g_free (self->platform_id);
  g_object_unref (self->catalog);
  g_object_unref (self->store);
  g_object_unref (self->queue);
  g_free (self);
}

static SendoffDecodeResult *
decode (Verification *self, const SendoffMediaInfo *info, GCancellable *cancellable, GError **error)
{
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  g_autofree char *base = g_file_get_basename (self->file);
  g_autoptr (JsonNode) node = NULL;
  int fd = sendoff_identity_open_source (self->file, &spec->source_size_bytes, error);

  if (fd < 0)
    return NULL;
  spec->role = SENDOFF_ROLE_VERIFY;
  spec->source_name = base != NULL ? g_filename_display_name (base) : NULL;
  spec->stream_index = info->video_index;
  spec->decoder_threads = self->threads;
  node = sendoff_worker_client_ask (sendoff_queue_get_client (self->queue), spec, fd, cancellable, error);
  close (fd);
  return node != NULL ? sendoff_decode_result_from_json (node, error) : NULL;
}

static SendoffCertificate *
verify (Verification *self, GCancellable *cancellable, GError **error)
{
  const SendoffPlatform *platform = sendoff_catalog_get_platform (self->catalog, self->platform_id);
  g_autoptr (SendoffMediaInfo) info
      = sendoff_facts_look_up (self->store, sendoff_queue_get_client (self->queue), self->file,
                               SENDOFF_PROBE_SCAN | SENDOFF_PROBE_PACKET_DETAILS, cancellable, error);
  g_autoptr (SendoffDecodeResult) decoded = NULL;
  SendoffCertificate *certificate;

  if (info == NULL)
    return NULL;
  if (self->full)
    {
      decoded = decode (self, info, cancellable, error);
      if (decoded == NULL)
        return NULL;
    }
  certificate = sendoff_certificate_check_file (info, decoded, platform == NULL);
  if (platform != NULL)
    sendoff_certificate_add_platform (certificate, self->catalog, platform, info);
  return certificate;
}

static void
verify_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  SendoffCertificate *certificate = verify (data, cancellable, &error);

  if (certificate != NULL)
    g_task_return_pointer (task, certificate, (GDestroyNotify)sendoff_certificate_free);
  else
    g_task_return_error (task, error);
}

/**
 * sendoff_engine_verify_async:
 * @file: any file on this machine, whoever made it
 * @platform_id: (nullable): whose rules it must keep too
 * @full: whether to decode all of it
 */
void
sendoff_engine_verify_async (SendoffEngine *self,
                             GFile *file,
                             const char *platform_id,
                             gboolean full,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  Verification *verification;

  g_return_if_fail (sendoff_engine_get_queue (self) != NULL);
  g_task_set_source_tag (task, sendoff_engine_verify_async);
  if (platform_id != NULL && sendoff_catalog_get_platform (sendoff_engine_get_catalog (self), platform_id) == NULL)
    {
      g_task_return_new_error (task, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, _ ("There is no platform “%s”."), platform_id);
      return;
    }
  verification = g_new0 (Verification, 1);
  verification->file = g_object_ref (file);
  verification->platform_id = g_strdup (platform_id);
  verification->full = full;
  verification->threads = sendoff_engine_get_machine (self)->cores;
  verification->catalog = g_object_ref (sendoff_engine_get_catalog (self));
  verification->store = g_object_ref (sendoff_engine_get_store (self));
  verification->queue = g_object_ref (sendoff_engine_get_queue (self));
  g_task_set_task_data (task, verification, verification_free);
  g_task_run_in_thread (task, verify_thread);
}

/** sendoff_engine_verify_finish: (transfer full): the certificate, passed or not; %NULL when the file cannot be read
 * (%SENDOFF_ERROR_SOURCE_UNREADABLE, %SENDOFF_ERROR_SOURCE_UNSUPPORTED) or the platform is unknown
 * (%SENDOFF_ERROR_NOT_FOUND). */
SendoffCertificate *
sendoff_engine_verify_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- Rules of platforms ---- */

typedef struct {
  char *data_dir;
  char *text;        /* rules to store, or */
  char *platform_id; /* a platform to reset */
  SendoffStore *store;
} RulesChange;

static void
rules_change_free (gpointer data)
{
  RulesChange *self = data;

  g_free (self->data_dir);
  g_free (self->text);
  g_free (self->platform_id);
  g_object_unref (self->store);
  g_free (self);
}

static SendoffCatalog *
change_rules (RulesChange *self, GError **error)
{
  g_autoptr (SendoffCatalog) base = NULL;
  g_autoptr (GPtrArray) presets = NULL;
  g_autoptr (GPtrArray) updated = NULL;

  if (self->text != NULL)
    {
      updated = sendoff_platform_files_update (self->data_dir, self->text, error);
      if (updated == NULL)
        return NULL;
    }
  else if (!sendoff_platform_files_reset (self->data_dir, self->platform_id, error))
    return NULL;
  base = sendoff_platform_files_load_catalog (self->data_dir, error);
  presets = base != NULL ? sendoff_store_list_presets_sync (self->store, error) : NULL;
  return presets != NULL ? sendoff_catalog_new_with_presets (base, presets, error) : NULL;
}

static void
change_rules_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  SendoffCatalog *catalog = change_rules (data, &error);

  if (catalog != NULL)
    g_task_return_pointer (task, catalog, g_object_unref);
  else
    g_task_return_error (task, error);
}

/**
 * sendoff_engine_change_platforms_async:
 * @text: (nullable): JSON of newer rules: one platform, or {"platforms": […]}
 * @platform_id: (nullable): without @text: the platform that goes back to the shipped rules
 */
void
sendoff_engine_change_platforms_async (SendoffEngine *self,
                                       const char *text,
                                       const char *platform_id,
                                       GCancellable *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, data);
  RulesChange *change;

  g_return_if_fail (sendoff_engine_get_store (self) != NULL);
  g_return_if_fail (text != NULL || platform_id != NULL);
  change = g_new0 (RulesChange, 1);
  change->data_dir = g_strdup (sendoff_engine_get_data_dir (self));
  change->text = g_strdup (text);
  change->platform_id = g_strdup (platform_id);
  change->store = g_object_ref (sendoff_engine_get_store (self));
  g_task_set_source_tag (task, sendoff_engine_change_platforms_async);
  g_task_set_task_data (task, change, rules_change_free);
  g_task_run_in_thread (task, change_rules_thread);
}

/** sendoff_engine_change_platforms_finish: FALSE with %SENDOFF_ERROR_INVALID_REQUEST for rules that make no sense,
 * %SENDOFF_ERROR_NOT_FOUND when there is nothing to reset, or the disk's error. The catalog is another one then. */
gboolean
sendoff_engine_change_platforms_finish (SendoffEngine *self, GAsyncResult *result, GError **error)
{
  g_autoptr (SendoffCatalog) catalog = NULL;

  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  catalog = g_task_propagate_pointer (G_TASK (result), error);
  if (catalog != NULL)
    sendoff_engine_set_catalog (self, catalog);
  return catalog != NULL;
}
