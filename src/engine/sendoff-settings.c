#include "engine/sendoff-settings.h"

#include "base/sendoff-document.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"

/* Changes that come together are written together. */
#define SAVE_AFTER_MS 200

struct _SendoffSettings
{
  GObject parent_instance;
  char *path;
  GFileMonitor *monitor; /* (nullable) */
  guint save_source;
  gboolean reading; /* values come from the file */
  guint cores;
  gint64 memory_limit;
  gint64 cache_limit;
  gboolean resume_automatically;
  gboolean pause_on_low_battery, pause_on_power_saver, pause_on_low_disk;
  gboolean queue_paused;
};

enum
{
  PROP_CORES = 1,
  PROP_MEMORY_LIMIT,
  PROP_CACHE_LIMIT,
  PROP_RESUME_AUTOMATICALLY,
  PROP_PAUSE_ON_LOW_BATTERY,
  PROP_PAUSE_ON_POWER_SAVER,
  PROP_PAUSE_ON_LOW_DISK,
  PROP_QUEUE_PAUSED,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffSettings, sendoff_settings, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_settings_finalize (GObject *object)
{
  SendoffSettings *self = SENDOFF_SETTINGS (object);

  if (self->save_source != 0 && g_source_remove (self->save_source))
    sendoff_settings_save (self, NULL);
  g_clear_object (&self->monitor);
  g_free (self->path);
  G_OBJECT_CLASS (sendoff_settings_parent_class)->finalize (object);
}

/* Where the value of a boolean property is. */
static gboolean *
find_switch (SendoffSettings *self, guint id)
{
  switch (id)
    {
    case PROP_RESUME_AUTOMATICALLY:
      return &self->resume_automatically;
    case PROP_PAUSE_ON_LOW_BATTERY:
      return &self->pause_on_low_battery;
    case PROP_PAUSE_ON_POWER_SAVER:
      return &self->pause_on_power_saver;
    case PROP_PAUSE_ON_LOW_DISK:
      return &self->pause_on_low_disk;
    case PROP_QUEUE_PAUSED:
      return &self->queue_paused;
    default:
      return NULL;
    }
}

static void
sendoff_settings_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendoffSettings *self = SENDOFF_SETTINGS (object);

  switch (id)
    {
    case PROP_CORES:
      g_value_set_uint (value, self->cores);
      break;
    case PROP_MEMORY_LIMIT:
      g_value_set_int64 (value, self->memory_limit);
      break;
    case PROP_CACHE_LIMIT:
      g_value_set_int64 (value, self->cache_limit);
      break;
    default:
      g_value_set_boolean (value, *find_switch (self, id));
    }
}

static void
on_saved (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_replace_contents_finish (G_FILE (object), result, NULL, &error))
    g_message ("Settings could not be stored: %s", error->message);
}

static char *
dup_text (SendoffSettings *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  json_object_set_int_member (object, "cores", self->cores);
  json_object_set_int_member (object, "memory-limit", self->memory_limit);
  json_object_set_int_member (object, "cache-limit", self->cache_limit);
  for (guint id = PROP_RESUME_AUTOMATICALLY; id < N_PROPS; id++)
    json_object_set_boolean_member (object, properties[id]->name, *find_switch (self, id));
  node = json_node_init_object (json_node_alloc (), object);
  return sendoff_json_to_text (node, TRUE);
}

static gboolean
on_time_to_save (gpointer data)
{
  SendoffSettings *self = data;
  g_autoptr (GFile) file = g_file_new_for_path (self->path);
  g_autofree char *text = dup_text (self);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  self->save_source = 0;
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL, on_saved, NULL);
  return G_SOURCE_REMOVE;
}

static void
sendoff_settings_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  SendoffSettings *self = SENDOFF_SETTINGS (object);

  switch (id)
    {
    case PROP_CORES:
      self->cores = g_value_get_uint (value);
      break;
    case PROP_MEMORY_LIMIT:
      self->memory_limit = g_value_get_int64 (value);
      break;
    case PROP_CACHE_LIMIT:
      self->cache_limit = g_value_get_int64 (value);
      break;
    default:
      *find_switch (self, id) = g_value_get_boolean (value);
    }
  if (!self->reading && self->monitor != NULL && self->save_source == 0)
    self->save_source = g_timeout_add (SAVE_AFTER_MS, on_time_to_save, self);
}

static GParamSpec *
make_switch (const char *name, const char *nick, const char *blurb, gboolean value)
{
  return g_param_spec_boolean (name, nick, blurb, value,
                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS);
}

static void
sendoff_settings_class_init (SendoffSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_settings_finalize;
  object_class->get_property = sendoff_settings_get_property;
  object_class->set_property = sendoff_settings_set_property;
  properties[PROP_CORES] = g_param_spec_uint (
      "cores", "Cores", N_ ("Pieces of work at once; 0 is one for each core"), 0, 1024, 0, flags);
  properties[PROP_MEMORY_LIMIT]
      = g_param_spec_int64 ("memory-limit", "Memory limit",
                            N_ ("Memory that encoding may take; 0 is what is free"), 0, G_MAXINT64, 0, flags);
  properties[PROP_CACHE_LIMIT]
      = g_param_spec_int64 ("cache-limit", "Kept work",
                            N_ ("Finished work that is kept to make later exports faster; auto is "
                                "10 GB or a tenth of the free space, what is less"),
                            -1, G_MAXINT64, -1, flags);
  properties[PROP_RESUME_AUTOMATICALLY]
      = make_switch ("resume-automatically", "Go on with interrupted exports",
                     N_ ("The window goes on with interrupted exports when it opens, without asking"), FALSE);
  properties[PROP_PAUSE_ON_LOW_BATTERY]
      = make_switch ("pause-on-low-battery", "Pause when the battery is low",
                     N_ ("Wait while the computer runs on a nearly empty battery"), TRUE);
  properties[PROP_PAUSE_ON_POWER_SAVER] = make_switch ("pause-on-power-saver", "Pause in power saver mode",
                                                       N_ ("Wait while the desktop saves power"), TRUE);
  properties[PROP_PAUSE_ON_LOW_DISK]
      = make_switch ("pause-on-low-disk", "Pause when a disk is nearly full",
                     N_ ("Wait before the last of the free space is used"), TRUE);
  properties[PROP_QUEUE_PAUSED]
      = make_switch ("queue-paused", "Queue paused", N_ ("Nothing is encoded until it goes on"), FALSE);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_settings_init (SendoffSettings *self)
{
}

static void
take_member (SendoffSettings *self, JsonObject *object, GParamSpec *pspec)
{
  JsonNode *node = json_object_get_member (object, pspec->name);
  g_auto (GValue) value = G_VALUE_INIT, old = G_VALUE_INIT;

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return;
  g_value_init (&value, pspec->value_type);
  g_value_init (&old, pspec->value_type);
  if (pspec->value_type == G_TYPE_BOOLEAN)
    g_value_set_boolean (&value, json_node_get_boolean (node));
  else if (pspec->value_type == G_TYPE_UINT)
    g_value_set_uint (&value, (guint)CLAMP (json_node_get_int (node), 0, G_MAXUINT));
  else
    g_value_set_int64 (&value, json_node_get_int (node));
  g_param_value_validate (pspec, &value);
  g_object_get_property (G_OBJECT (self), pspec->name, &old);
  if (g_param_values_cmp (pspec, &value, &old) != 0)
    g_object_set_property (G_OBJECT (self), pspec->name, &value);
}

/* What cannot be understood keeps its value. */
static void
take_text (SendoffSettings *self, const char *text)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, NULL);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  self->reading = TRUE;
  for (guint id = 1; id < N_PROPS; id++)
    take_member (self, json_node_get_object (node), properties[id]);
  self->reading = FALSE;
}

/** sendoff_settings_new: (transfer full): the settings in the file at @path, defaults when there is none. Any
 * thread. */
SendoffSettings *
sendoff_settings_new (const char *path)
{
  SendoffSettings *self = g_object_new (SENDOFF_TYPE_SETTINGS, NULL);
  g_autofree char *text = NULL;

  self->path = g_strdup (path);
  if (g_file_get_contents (path, &text, NULL, NULL))
    take_text (self, text);
  return self;
}

static void
on_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffSettings) self = data;
  g_autofree char *text = NULL;

  if (self->save_source == 0
      && g_file_load_contents_finish (G_FILE (object), result, &text, NULL, NULL, NULL))
    take_text (self, text);
}

static void
on_file_changed (GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event, gpointer data)
{
  if (event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT || event == G_FILE_MONITOR_EVENT_RENAMED
      || event == G_FILE_MONITOR_EVENT_MOVED_IN || event == G_FILE_MONITOR_EVENT_CREATED)
    g_file_load_contents_async (other != NULL ? other : file, NULL, on_loaded, g_object_ref (data));
}

/** sendoff_settings_watch: from now on changes are stored, and those of other processes noticed. Main
 * context. */
void
sendoff_settings_watch (SendoffSettings *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (self->path);
  g_autoptr (GError) error = NULL;

  self->monitor = g_file_monitor_file (file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (on_file_changed), self, 0);
  else
    g_info ("changes of settings by others will not be noticed: %s", error->message);
}

/** sendoff_settings_save: writes them now, for those who wait for it; FALSE with the disk's error. */
gboolean
sendoff_settings_save (SendoffSettings *self, GError **error)
{
  g_autofree char *text = dup_text (self);

  g_clear_handle_id (&self->save_source, g_source_remove);
  return g_file_set_contents (self->path, text, -1, error);
}

/** sendoff_settings_get_cache_limit: bytes, -1 when it is to be chosen by the free space. */
gint64
sendoff_settings_get_cache_limit (SendoffSettings *self)
{
  return self->cache_limit;
}
