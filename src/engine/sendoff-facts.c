#include "engine/sendoff-facts.h"

#include <unistd.h>

#include "engine/sendoff-environment.h"
#include "engine/sendoff-identity.h"

/* A member of what is kept, beside the media info: which program found it out. */
#define PROBER_MEMBER "prober"

/* The store's names for what was asked, the most thorough last. A more thorough answer serves a lesser question. */
static const char *const kinds[] = { "quick", "scan", "details" };

static guint
get_kind (SendoffProbeFlags flags)
{
  return (flags & SENDOFF_PROBE_PACKET_DETAILS) != 0 ? 2 : (flags & SENDOFF_PROBE_SCAN) != 0 ? 1 : 0;
}

static SendoffMediaInfo *
read_kept (SendoffStore *store, const char *identity, const char *kind, const char *prober)
{
  g_autoptr (JsonNode) node = sendoff_store_get_source_sync (store, identity, kind, NULL);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node)
      || g_strcmp0 (json_object_get_string_member_with_default (json_node_get_object (node), PROBER_MEMBER, NULL),
                    prober)
             != 0)
    return NULL;
  return sendoff_media_info_from_json (node, NULL);
}

/** sendoff_facts_find_known: (transfer full) (nullable): what is kept of the source, whichever program found it out. */
SendoffMediaInfo *
sendoff_facts_find_known (SendoffStore *store, const char *identity)
{
  SendoffMediaInfo *info = NULL;

  for (guint kind = G_N_ELEMENTS (kinds); kind > 0 && info == NULL; kind--)
    {
      g_autoptr (JsonNode) node = sendoff_store_get_source_sync (store, identity, kinds[kind - 1], NULL);

      info = node != NULL ? sendoff_media_info_from_json (node, NULL) : NULL;
    }
  return info;
}

static SendoffMediaInfo *
find_known (SendoffStore *store, const char *identity, guint wanted, const char *prober)
{
  for (guint kind = 0; kind < G_N_ELEMENTS (kinds); kind++)
    {
      g_autoptr (SendoffMediaInfo) info = read_kept (store, identity, kinds[kind], prober);

      /* An index may have told a quick look as much as a scan would. */
      if (info != NULL && (kind >= wanted || (wanted == 1 && info->scanned)))
        return g_steal_pointer (&info);
    }
  return NULL;
}

static void
keep (SendoffStore *store, GFile *file, const SendoffMediaInfo *info, guint kind, const char *prober)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autoptr (JsonNode) node = sendoff_media_info_to_json (info);
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (json_node_get_object (node), PROBER_MEMBER, prober);
  if (!sendoff_store_put_source_sync (store, info->identity, kinds[kind], uri, node, &error))
    g_info ("facts not kept: %s", error->message);
}

static SendoffMediaInfo *
ask_worker (SendoffWorkerClient *client,
            GFile *file,
            int fd,
            gint64 size_bytes,
            guint kind,
            GCancellable *cancellable,
            GError **error)
{
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  g_autofree char *path = g_file_get_path (file);
  g_autoptr (JsonNode) node = NULL;

  spec->role = SENDOFF_ROLE_PROBE;
  spec->scan = kind > 0;
  spec->packet_details = kind == 2;
  spec->source_name = path != NULL ? g_filename_display_basename (path) : g_file_get_uri (file);
  spec->source_size_bytes = size_bytes;
  node = sendoff_worker_client_ask (client, spec, fd, cancellable, error);
  return node != NULL ? sendoff_media_info_from_json (node, error) : NULL;
}

/**
 * sendoff_facts_look_up:
 * @file: a source on this machine
 * @flags: how thoroughly
 *
 * Returns: (transfer full): the facts, or %NULL with %SENDOFF_ERROR_SOURCE_UNREADABLE,
 *   %SENDOFF_ERROR_SOURCE_UNSUPPORTED or what a worker can end with
 */
SendoffMediaInfo *
sendoff_facts_look_up (SendoffStore *store,
                       SendoffWorkerClient *client,
                       GFile *file,
                       SendoffProbeFlags flags,
                       GCancellable *cancellable,
                       GError **error)
{
  g_autofree char *prober = sendoff_environment_dup_worker_key (sendoff_worker_client_get_path (client));
  gint64 size_bytes;
  int fd = sendoff_identity_open_source (file, &size_bytes, error);
  g_autofree char *identity = fd >= 0 ? sendoff_identity_compute (fd, error) : NULL;
  guint kind = get_kind (flags);
  SendoffMediaInfo *info = identity != NULL ? find_known (store, identity, kind, prober) : NULL;

  if (identity != NULL && info == NULL)
    {
      info = ask_worker (client, file, fd, size_bytes, kind, cancellable, error);
      if (info != NULL)
        {
          g_free (info->identity);
          info->identity = g_steal_pointer (&identity);
          info->size_bytes = size_bytes;
          keep (store, file, info, kind, prober);
        }
    }
  if (fd >= 0)
    close (fd);
  return info;
}
