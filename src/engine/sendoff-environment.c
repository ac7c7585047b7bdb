#include "engine/sendoff-environment.h"

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "model/sendoff-planner.h"
#include "sendoff-config.h"

#define MACHINE_FILE "machine.json"

static char *
dup_dir (const char *variable, const char *base)
{
  const char *value = g_getenv (variable);

  if (value != NULL && value[0] != '\0')
    return g_canonicalize_filename (value, NULL);
  return g_build_filename (base, "sendoff", NULL);
}

/** sendoff_environment_dup_data_dir: (transfer full): SENDOFF_DATA_DIR or the XDG place, for the database. */
char *
sendoff_environment_dup_data_dir (void)
{
  return dup_dir ("SENDOFF_DATA_DIR", g_get_user_data_dir ());
}

/** sendoff_environment_dup_cache_dir: (transfer full): SENDOFF_CACHE_DIR or the XDG place, for chunks and locks. */
char *
sendoff_environment_dup_cache_dir (void)
{
  return dup_dir ("SENDOFF_CACHE_DIR", g_get_user_cache_dir ());
}

/**
 * sendoff_environment_find_worker:
 *
 * Looks at SENDOFF_WORKER, then where a build tree has it beside the running program, then where it is installed.
 *
 * Returns: (transfer full): the program, or %NULL with %SENDOFF_ERROR_FAILED
 */
char *
sendoff_environment_find_worker (GError **error)
{
  const char *wanted = g_getenv ("SENDOFF_WORKER");
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : g_strdup (".");
  g_autofree char *built = g_build_filename (folder, "..", "worker", "sendoff-worker", NULL);
  g_autofree char *installed = g_build_filename (SENDOFF_LIBEXECDIR, "sendoff-worker", NULL);

  if (wanted != NULL && wanted[0] != '\0')
    return g_canonicalize_filename (wanted, NULL);
  if (access (built, X_OK) == 0)
    return g_canonicalize_filename (built, NULL);
  if (access (installed, X_OK) == 0)
    return g_steal_pointer (&installed);
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED,
               _ ("Sendoff's worker program is missing: it should be at “%s”. Install Sendoff again."), installed);
  return NULL;
}

static void
append_file_state (GString *key, const char *path)
{
  struct stat state = { 0 };

  if (stat (path, &state) != 0)
    return;
  g_string_append_printf (key, "%s:%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT ".%09ld;", path, (gint64)state.st_size,
                          (gint64)state.st_mtim.tv_sec, (long)state.st_mtim.tv_nsec);
}

/**
 * sendoff_environment_dup_worker_key:
 *
 * Returns: (transfer full): a text that changes when the worker is another program, or when libraries were installed
 *   (the loader's cache is written anew)
 */
char *
sendoff_environment_dup_worker_key (const char *worker_path)
{
  GString *key = g_string_new ("2;");

  append_file_state (key, worker_path);
  append_file_state (key, "/etc/ld.so.cache");
  return g_string_free (key, FALSE);
}

static SendoffMachine *
read_machine (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return NULL;
  node = sendoff_json_parse (text, (gssize)length, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  object = json_node_get_object (node);
  if (!json_object_has_member (object, "key") || !json_object_has_member (object, "machine")
      || g_strcmp0 (json_object_get_string_member_with_default (object, "key", NULL), key) != 0)
    return NULL;
  return sendoff_machine_from_json (json_object_get_member (object, "machine"), NULL);
}

static void
write_machine (const char *path, const char *key, const SendoffMachine *machine)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  json_object_set_string_member (object, "key", key);
  json_object_set_member (object, "machine", sendoff_machine_to_json (machine));
  node = json_node_init_object (json_node_alloc (), object);
  text = sendoff_json_to_text (node, FALSE);
  if (!g_file_set_contents (path, text, -1, &error))
    g_info ("machine profile not kept: %s", error->message);
}

static int
count_cores (void)
{
  cpu_set_t set;

  if (sched_getaffinity (0, sizeof set, &set) == 0)
    return MAX (CPU_COUNT (&set), 1);
  return (int)g_get_num_processors ();
}

/* Calls @visit with each hardware encoder whose device is here, and its codec. SENDOFF_HARDWARE=off leaves the graphics
 * card alone, for one whose driver misbehaves. */
static void
for_each_hardware_encoder (SendoffCatalog *catalog,
                           void (*visit) (const SendoffVideoCodec *codec, const SendoffHardwareEncoder *encoder, gpointer data),
                           gpointer data)
{
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (catalog);
  gboolean is_off = g_strcmp0 (g_getenv ("SENDOFF_HARDWARE"), "off") == 0;

  for (guint i = 0; i < codecs->len && !is_off; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);

      for (guint j = 0; j < codec->hardware_encoders->len; j++)
        {
          const SendoffHardwareEncoder *encoder = g_ptr_array_index (codec->hardware_encoders, j);

          if (encoder->device == NULL || g_file_test (encoder->device, G_FILE_TEST_EXISTS))
            visit (codec, encoder, data);
        }
    }
}

typedef struct
{
  SendoffWorkerClient *client;
  GCancellable *cancellable;
  GStrvBuilder *works;
} HardwareTrial;

/* In a process of its own each: drivers can crash. */
static void
try_hardware_encoder (const SendoffVideoCodec *codec, const SendoffHardwareEncoder *encoder, gpointer data)
{
  HardwareTrial *self = data;
  g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
  SendoffChunkOutputSpec *output = sendoff_chunk_output_spec_new ();
  g_autoptr (JsonNode) answer = NULL;
  g_autoptr (GError) error = NULL;

  spec->role = SENDOFF_ROLE_TRIAL;
  output->video = sendoff_planner_new_hardware_trial (codec, encoder);
  g_ptr_array_add (spec->chunk_outputs, output);
  answer = sendoff_worker_client_ask (self->client, spec, -1, self->cancellable, &error);
  if (answer != NULL)
    g_strv_builder_add (self->works, encoder->encoder);
  else
    g_info ("%s is not offered: %s", encoder->encoder, error->message);
}

static char **
list_working_hardware_encoders (SendoffWorkerClient *client, SendoffCatalog *catalog, GCancellable *cancellable)
{
  g_autoptr (GStrvBuilder) works = g_strv_builder_new ();
  HardwareTrial trial = { .client = client, .cancellable = cancellable, .works = works };

  for_each_hardware_encoder (catalog, try_hardware_encoder, &trial);
  return g_strv_builder_end (works);
}

/* Nodes are made anew at every start of the system, so that their times say nothing; their numbers and names do. */
static void
append_device_state (const SendoffVideoCodec *codec, const SendoffHardwareEncoder *encoder, gpointer key)
{
  g_autoptr (GDir) dir = encoder->device != NULL ? g_dir_open (encoder->device, 0, NULL) : NULL;
  struct stat state = { 0 };
  const char *name;

  if (encoder->device != NULL && stat (encoder->device, &state) != 0)
    return;
  g_string_append_printf (key, "%s:%" G_GUINT64_FORMAT ";", encoder->encoder, (guint64)state.st_rdev);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_string_append_printf (key, "%s,", name);
}

/* Changes with the worker, with libraries and drivers, and with the devices that are there. */
static char *
dup_machine_key (SendoffWorkerClient *client, SendoffCatalog *catalog)
{
  g_autofree char *worker = sendoff_environment_dup_worker_key (sendoff_worker_client_get_path (client));
  GString *key = g_string_new (worker);

  for_each_hardware_encoder (catalog, append_device_state, key);
  return g_string_free (key, FALSE);
}

/**
 * sendoff_environment_learn_machine:
 * @catalog: whose hardware encoders are tried
 * @cores: encoding slots, 0 for every core that this process may use
 *
 * What FFmpeg can do here is asked of the worker once and kept in the cache folder.
 *
 * Returns: (transfer full): the profile, or %NULL with the worker's error
 */
SendoffMachine *
sendoff_environment_learn_machine (SendoffWorkerClient *client,
                                   SendoffCatalog *catalog,
                                   const char *cache_dir,
                                   int cores,
                                   GCancellable *cancellable,
                                   GError **error)
{
  g_autofree char *path = g_build_filename (cache_dir, MACHINE_FILE, NULL);
  g_autofree char *key = dup_machine_key (client, catalog);
  g_autoptr (SendoffMachine) machine = read_machine (path, key);

  if (machine == NULL)
    {
      g_autoptr (SendoffWorkerSpec) spec = sendoff_worker_spec_new ();
      g_autoptr (JsonNode) node = NULL;

      spec->role = SENDOFF_ROLE_CAPABILITIES;
      node = sendoff_worker_client_ask (client, spec, -1, cancellable, error);
      machine = node != NULL ? sendoff_machine_from_json (node, error) : NULL;
      if (machine == NULL)
        return NULL;
      machine->hardware_encoders = list_working_hardware_encoders (client, catalog, cancellable);
      write_machine (path, key, machine);
    }
  machine->cores = cores > 0 ? cores : count_cores ();
  machine->memory_bytes = (gint64)sysconf (_SC_PHYS_PAGES) * sysconf (_SC_PAGESIZE);
  return g_steal_pointer (&machine);
}
