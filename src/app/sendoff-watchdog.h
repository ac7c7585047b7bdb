/* Measures how long the main loop is away from waiting for events: that long, nothing that the user does is
 * answered. Also says when the first window is painted.
 *
 * For tests and for whoever looks for a stall: on only when the environment variable SENDOFF_WATCHDOG names a
 * file. Main thread, with a thread of its own that looks at it.
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

typedef struct _SendoffWatchdog SendoffWatchdog;

SendoffWatchdog *sendoff_watchdog_new_from_environment (void);
void sendoff_watchdog_watch_windows (SendoffWatchdog *self, GtkApplication *application);
void sendoff_watchdog_free (SendoffWatchdog *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffWatchdog, sendoff_watchdog_free)

G_END_DECLS
