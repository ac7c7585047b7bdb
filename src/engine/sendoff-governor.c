#include "engine/sendoff-governor.h"

#include <sys/statvfs.h>

#include "base/sendoff-i18n.h"
#include "engine/sendoff-power-watch.h"

#define LOOK_EVERY_S 5

/* A disk is nearly full when less than this, or this share of it, is free, whichever is less; it must have
 * twice as much before work goes on. */
#define LOW_BYTES (256.0 * 1000 * 1000)
#define LOW_SHARE 0.01

struct _SendoffGovernor
{
  GObject parent_instance;
  SendoffQueue *queue;
  SendoffSettings *settings;
  SendoffPowerWatch *power;
  guint cores; /* of the machine, or as the program was told */
  char *reason;
  char *low_folder; /* (nullable): on a disk that is nearly full */
  guint look_source;
  gboolean looking;
};

enum
{
  PROP_REASON = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffGovernor, sendoff_governor, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_governor_finalize (GObject *object)
{
  SendoffGovernor *self = SENDOFF_GOVERNOR (object);

  g_clear_handle_id (&self->look_source, g_source_remove);
  g_clear_object (&self->power);
  g_clear_object (&self->settings);
  g_clear_object (&self->queue);
  g_free (self->reason);
  g_free (self->low_folder);
  G_OBJECT_CLASS (sendoff_governor_parent_class)->finalize (object);
}

static void
sendoff_governor_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, SENDOFF_GOVERNOR (object)->reason);
}

static void
sendoff_governor_class_init (SendoffGovernorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sendoff_governor_finalize;
  object_class->get_property = sendoff_governor_get_property;
  properties[PROP_REASON]
      = g_param_spec_string ("reason", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_governor_init (SendoffGovernor *self)
{
}

static gboolean
is_on (SendoffGovernor *self, const char *name)
{
  gboolean on;

  g_object_get (self->settings, name, &on, NULL);
  return on;
}

static char *
dup_reason (SendoffGovernor *self)
{
  g_autofree char *name = self->low_folder != NULL ? g_filename_display_name (self->low_folder) : NULL;

  if (is_on (self, "queue-paused"))
    return g_strdup (_ ("The queue is paused"));
  if (is_on (self, "pause-on-low-battery") && sendoff_power_watch_is_battery_low (self->power))
    return g_strdup (_ ("Paused: the battery is low"));
  if (is_on (self, "pause-on-power-saver") && sendoff_power_watch_is_saving (self->power))
    return g_strdup (_ ("Paused: the computer saves power"));
  if (is_on (self, "pause-on-low-disk") && name != NULL)
    return g_strdup_printf (_ ("Paused: the disk of “%s” is nearly full"), name);
  return NULL;
}

static void
decide (SendoffGovernor *self)
{
  g_autofree char *reason = dup_reason (self);

  if (g_strcmp0 (reason, self->reason) == 0)
    return;
  g_free (self->reason);
  self->reason = g_steal_pointer (&reason);
  sendoff_queue_set_held (self->queue, self->reason);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REASON]);
}

static void
apply_settings (SendoffGovernor *self)
{
  guint cores;
  gint64 memory_limit, cache_limit;

  g_object_get (self->settings, "cores", &cores, "memory-limit", &memory_limit, "cache-limit", &cache_limit,
                NULL);
  sendoff_queue_set_n_slots (self->queue, cores > 0 ? cores : self->cores);
  sendoff_queue_set_memory_limit (self->queue, memory_limit);
  sendoff_queue_set_cache_limit (self->queue, cache_limit);
  decide (self);
}

/* ---- Disks ---- */

static gboolean
is_nearly_full (const char *folder, double factor)
{
  struct statvfs disk;
  double bytes, size;

  if (statvfs (folder, &disk) != 0 || disk.f_blocks == 0)
    return FALSE;
  bytes = (double)disk.f_bavail * (double)disk.f_frsize;
  size = (double)disk.f_blocks * (double)disk.f_frsize;
  return bytes < MIN (LOW_BYTES, size * LOW_SHARE) * factor;
}

typedef struct
{
  char **folders;
  char *low_folder; /* as it was */
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_strfreev (look->folders);
  g_free (look->low_folder);
  g_free (look);
}

static void
look_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  Look *look = data;

  if (look->low_folder != NULL && is_nearly_full (look->low_folder, 2))
    {
      g_task_return_pointer (task, g_strdup (look->low_folder), g_free);
      return;
    }
  for (guint i = 0; look->folders != NULL && look->folders[i] != NULL; i++)
    if (is_nearly_full (look->folders[i], 1))
      {
        g_task_return_pointer (task, g_strdup (look->folders[i]), g_free);
        return;
      }
  g_task_return_pointer (task, NULL, NULL);
}

static void
on_looked (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffGovernor *self = SENDOFF_GOVERNOR (object);

  self->looking = FALSE;
  g_free (self->low_folder);
  self->low_folder = g_task_propagate_pointer (G_TASK (result), NULL);
  decide (self);
}

static gboolean
on_time_to_look (gpointer data)
{
  SendoffGovernor *self = data;
  g_autoptr (GTask) task = NULL;
  Look *look;

  if (self->looking || !is_on (self, "pause-on-low-disk"))
    return G_SOURCE_CONTINUE;
  look = g_new0 (Look, 1);
  look->folders = sendoff_queue_dup_folders (self->queue);
  look->low_folder = g_strdup (self->low_folder);
  self->looking = TRUE;
  task = g_task_new (self, NULL, on_looked, NULL);
  g_task_set_task_data (task, look, look_free);
  g_task_run_in_thread (task, look_thread);
  return G_SOURCE_CONTINUE;
}

/* An idle program does not wake up for nothing. */
static void
on_activity (SendoffGovernor *self)
{
  gboolean active = sendoff_queue_is_active (self->queue);

  if (active && self->look_source == 0)
    {
      self->look_source = g_timeout_add_seconds (LOOK_EVERY_S, on_time_to_look, self);
      on_time_to_look (self);
    }
  else if (!active)
    g_clear_handle_id (&self->look_source, g_source_remove);
}

/** sendoff_governor_new: (transfer full): governs @queue from now on; @cores are the slots when the settings
 * do not say. */
SendoffGovernor *
sendoff_governor_new (SendoffQueue *queue, SendoffSettings *settings, guint cores)
{
  SendoffGovernor *self = g_object_new (SENDOFF_TYPE_GOVERNOR, NULL);

  self->queue = g_object_ref (queue);
  self->settings = g_object_ref (settings);
  self->power = sendoff_power_watch_new ();
  self->cores = cores;
  g_signal_connect_object (settings, "notify", G_CALLBACK (apply_settings), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->power, "changed", G_CALLBACK (decide), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (queue, "activity-changed", G_CALLBACK (on_activity), self, G_CONNECT_SWAPPED);
  apply_settings (self);
  return self;
}

/** sendoff_governor_get_reason: (transfer none) (nullable): why nothing runs. */
const char *
sendoff_governor_get_reason (SendoffGovernor *self)
{
  return self->reason;
}
