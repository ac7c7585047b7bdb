/* Asks the desktop, where it wants to be asked, whether exports may go on without a window.
 *
 * The Background portal is what sandboxed programs are told to ask; a desktop without it lets every program be.
 * Main thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

void sendoff_background_request_async (GDBusConnection *connection, GAsyncReadyCallback callback, gpointer data);
gboolean sendoff_background_request_finish (GAsyncResult *result);

G_END_DECLS
