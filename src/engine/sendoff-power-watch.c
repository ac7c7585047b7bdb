#include "engine/sendoff-power-watch.h"

#define UPOWER        "org.freedesktop.UPower"
#define BATTERY_PATH  "/org/freedesktop/UPower/devices/DisplayDevice"
#define BATTERY_CLASS "org.freedesktop.UPower.Device"

/* Of UPower's enumerations. */
#define STATE_DISCHARGING 2
#define WARNING_LOW       3

/* Where UPower does not warn: so many percent are low. */
#define LOW_PERCENT 15.0

struct _SendoffPowerWatch
{
  GObject parent_instance;
  GCancellable *cancellable;
  GDBusProxy *battery; /* NULL until, or without, UPower */
  GPowerProfileMonitor *profile;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffPowerWatch, sendoff_power_watch, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
sendoff_power_watch_finalize (GObject *object)
{
  SendoffPowerWatch *self = SENDOFF_POWER_WATCH (object);

  g_cancellable_cancel (self->cancellable);
  g_object_unref (self->cancellable);
  g_clear_object (&self->battery);
  g_clear_object (&self->profile);
  G_OBJECT_CLASS (sendoff_power_watch_parent_class)->finalize (object);
}

static void
sendoff_power_watch_class_init (SendoffPowerWatchClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_power_watch_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SENDOFF_TYPE_POWER_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
}

static void
sendoff_power_watch_init (SendoffPowerWatch *self)
{
  self->cancellable = g_cancellable_new ();
}

static void
tell (SendoffPowerWatch *self)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
on_battery_found (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  GDBusProxy *proxy = g_dbus_proxy_new_for_bus_finish (result, &error);
  SendoffPowerWatch *self = data;

  if (proxy == NULL)
    {
      /* When the watch is gone, that was told by cancelling. */
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_info ("no battery to be looked at: %s", error->message);
      return;
    }
  self->battery = proxy;
  g_signal_connect_object (proxy, "g-properties-changed", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (proxy, "notify::g-name-owner", G_CALLBACK (tell), self, G_CONNECT_SWAPPED);
  tell (self);
}

/** sendoff_power_watch_new: (transfer full): begins to listen; until answers come, there is plenty of power.
 */
SendoffPowerWatch *
sendoff_power_watch_new (void)
{
  SendoffPowerWatch *self = g_object_new (SENDOFF_TYPE_POWER_WATCH, NULL);

  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START, NULL, UPOWER,
                            BATTERY_PATH, BATTERY_CLASS, self->cancellable, on_battery_found, self);
  self->profile = g_power_profile_monitor_dup_default ();
  g_signal_connect_object (self->profile, "notify::power-saver-enabled", G_CALLBACK (tell), self,
                           G_CONNECT_SWAPPED);
  return self;
}

static double
get_number (GDBusProxy *proxy, const char *name)
{
  g_autoptr (GVariant) value = g_dbus_proxy_get_cached_property (proxy, name);

  if (value == NULL)
    return 0;
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32))
    return g_variant_get_uint32 (value);
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value) ? 1 : 0;
  return g_variant_is_of_type (value, G_VARIANT_TYPE_DOUBLE) ? g_variant_get_double (value) : 0;
}

/** sendoff_power_watch_is_battery_low: whether the computer runs on a battery that is nearly empty. */
gboolean
sendoff_power_watch_is_battery_low (SendoffPowerWatch *self)
{
  if (self->battery == NULL || get_number (self->battery, "IsPresent") <= 0
      || (int)get_number (self->battery, "State") != STATE_DISCHARGING)
    return FALSE;
  return get_number (self->battery, "WarningLevel") >= WARNING_LOW
         || get_number (self->battery, "Percentage") <= LOW_PERCENT;
}

/** sendoff_power_watch_is_saving: whether the desktop is in its power saver mode. */
gboolean
sendoff_power_watch_is_saving (SendoffPowerWatch *self)
{
  return g_power_profile_monitor_get_power_saver_enabled (self->profile);
}
