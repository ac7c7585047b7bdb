#include "engine/sendoff-power-watch.h"

/* A battery and a power profile as UPower and its companion show them, on a bus of the test's own. */
static const char xml[] = "<node>"
                          "<interface name='org.freedesktop.UPower.Device'>"
                          "<property name='IsPresent' type='b' access='read'/>"
                          "<property name='State' type='u' access='read'/>"
                          "<property name='WarningLevel' type='u' access='read'/>"
                          "<property name='Percentage' type='d' access='read'/>"
                          "</interface></node>";

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *connection;
  guint object, name;
  gboolean owned;
  guint state, warning;
  double percent;
} Fixture;

static GVariant *
get_property (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *property,
              GError **error,
              gpointer data)
{
  Fixture *self = data;

  if (g_str_equal (property, "IsPresent"))
    return g_variant_new_boolean (TRUE);
  if (g_str_equal (property, "State"))
    return g_variant_new_uint32 (self->state);
  if (g_str_equal (property, "WarningLevel"))
    return g_variant_new_uint32 (self->warning);
  return g_variant_new_double (self->percent);
}

static const GDBusInterfaceVTable vtable = { .get_property = get_property };

static void
on_name (GDBusConnection *connection, const char *name, gpointer data)
{
  ((Fixture *)data)->owned = TRUE;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  const char *address;

  self->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (self->bus);
  address = g_test_dbus_get_bus_address (self->bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", address, TRUE);
  self->connection = g_dbus_connection_new_for_address_sync (
      address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
      NULL, NULL, NULL);
  g_assert_nonnull (self->connection);
  self->state = 2;
  self->percent = 80;
  self->object
      = g_dbus_connection_register_object (self->connection, "/org/freedesktop/UPower/devices/DisplayDevice",
                                           node->interfaces[0], &vtable, self, NULL, NULL);
  self->name = g_bus_own_name_on_connection (self->connection, "org.freedesktop.UPower", 0, on_name, NULL,
                                             self, NULL);
  while (!self->owned)
    g_main_context_iteration (NULL, TRUE);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_bus_unown_name (self->name);
  g_dbus_connection_unregister_object (self->connection, self->object);
  g_dbus_connection_close_sync (self->connection, NULL, NULL);
  g_object_unref (self->connection);
  g_test_dbus_stop (self->bus);
  g_object_unref (self->bus);
}

/* Whoever asks again, as a proxy does when the name's owner was announced late, must hear the new value too. */
static void
change (Fixture *self, const char *property, GVariant *value)
{
  GVariantBuilder changed;

  if (g_str_equal (property, "State"))
    self->state = g_variant_get_uint32 (value);
  else if (g_str_equal (property, "WarningLevel"))
    self->warning = g_variant_get_uint32 (value);
  else
    self->percent = g_variant_get_double (value);

  g_variant_builder_init (&changed, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (&changed, "{sv}", property, value);
  g_dbus_connection_emit_signal (
      self->connection, NULL, "/org/freedesktop/UPower/devices/DisplayDevice",
      "org.freedesktop.DBus.Properties", "PropertiesChanged",
      g_variant_new ("(sa{sv}as)", "org.freedesktop.UPower.Device", &changed, NULL), NULL);
}

static void
wait_until (SendoffPowerWatch *watch, gboolean low)
{
  while (sendoff_power_watch_is_battery_low (watch) != low)
    g_main_context_iteration (NULL, TRUE);
}

static void
count (guint *n)
{
  (*n)++;
}

static void
test_battery (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffPowerWatch) watch = sendoff_power_watch_new ();
  guint n_changes = 0;

  g_signal_connect_swapped (watch, "changed", G_CALLBACK (count), &n_changes);
  g_assert_false (sendoff_power_watch_is_battery_low (watch));
  while (n_changes == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (sendoff_power_watch_is_battery_low (watch));
  change (self, "Percentage", g_variant_new_double (9));
  wait_until (watch, TRUE);
  change (self, "State", g_variant_new_uint32 (1)); /* charging */
  wait_until (watch, FALSE);
  change (self, "State", g_variant_new_uint32 (2));
  wait_until (watch, TRUE);
  change (self, "Percentage", g_variant_new_double (40));
  wait_until (watch, FALSE);
  change (self, "WarningLevel", g_variant_new_uint32 (4));
  wait_until (watch, TRUE);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/engine/power/battery", Fixture, NULL, set_up, test_battery, tear_down);
  return g_test_run ();
}
