#include "app/sendoff-background.h"

#include "base/sendoff-i18n.h"

#define PORTAL_NAME       "org.freedesktop.portal.Desktop"
#define PORTAL_PATH       "/org/freedesktop/portal/desktop"
#define PORTAL_BACKGROUND "org.freedesktop.portal.Background"
#define PORTAL_REQUEST    "org.freedesktop.portal.Request"

/* What waits for the answer, which comes as a signal of an object that the call makes. */
typedef struct
{
  GDBusConnection *connection;
  guint subscription;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  if (request->subscription != 0)
    g_dbus_connection_signal_unsubscribe (request->connection, request->subscription);
  g_object_unref (request->connection);
  g_free (request);
}

/* The task was kept alive for this. */
static void
answer (GTask *task, gboolean allowed)
{
  Request *request = g_task_get_task_data (task);

  guint subscription = request->subscription;

  request->subscription = 0;
  g_dbus_connection_signal_unsubscribe (request->connection, subscription);
  g_task_return_boolean (task, allowed);
}

static void
on_response (GDBusConnection *connection,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer data)
{
  g_autoptr (GTask) task = g_object_ref (data);
  g_autoptr (GVariant) results = NULL;
  gboolean background = FALSE;
  guint32 response = 2;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_variant_get (parameters, "(u@a{sv})", &response, &results);
  g_variant_lookup (results, "background", "b", &background);
  answer (task, response == 0 && background);
}

/* A desktop without the portal minds nothing. */
static void
on_called (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (object), result, &error);
  Request *request = g_task_get_task_data (task);

  if (reply != NULL || request->subscription == 0)
    return;
  g_debug ("no background portal: %s", error->message);
  answer (task, TRUE);
}

/* As the portal's documentation says where its answer will come from. */
static char *
dup_request_path (GDBusConnection *connection, const char *token)
{
  g_autoptr (GString) sender = g_string_new (g_dbus_connection_get_unique_name (connection));

  g_string_erase (sender, 0, 1);
  g_string_replace (sender, ".", "_", 0);
  return g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender->str, token);
}

/**
 * sendoff_background_request_async:
 * @connection: (nullable): the session's
 *
 * Asks; the desktop may ask the user in turn.
 */
void
sendoff_background_request_async (GDBusConnection *connection, GAsyncReadyCallback callback, gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, data);
  g_autofree char *token = g_strdup_printf ("sendoff%u", g_random_int ());
  g_autofree char *path = NULL;
  GVariantBuilder options;
  Request *request;

  g_task_set_source_tag (task, sendoff_background_request_async);
  if (connection == NULL)
    {
      g_task_return_boolean (task, TRUE);
      return;
    }
  request = g_new0 (Request, 1);
  request->connection = g_object_ref (connection);
  path = dup_request_path (connection, token);
  g_task_set_task_data (task, request, request_free);
  request->subscription = g_dbus_connection_signal_subscribe (
      connection, PORTAL_NAME, PORTAL_REQUEST, "Response", path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_response,
      g_object_ref (task), g_object_unref);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "reason",
                         g_variant_new_string (_ ("Exports go on while the window is closed.")));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (FALSE));
  g_dbus_connection_call (connection, PORTAL_NAME, PORTAL_PATH, PORTAL_BACKGROUND, "RequestBackground",
                          g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"),
                          G_DBUS_CALL_FLAGS_NONE, -1, NULL, on_called, g_object_ref (task));
}

/** sendoff_background_request_finish: whether exports may go on. */
gboolean
sendoff_background_request_finish (GAsyncResult *result)
{
  return g_task_propagate_boolean (G_TASK (result), NULL);
}
