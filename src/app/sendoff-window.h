/* The one window: the Export and Queue pages, what can be dropped on it, and its actions. Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-job-monitor.h"
#include "app/sendoff-preferences.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_WINDOW (sendoff_window_get_type ())
G_DECLARE_FINAL_TYPE (SendoffWindow, sendoff_window, SENDOFF, WINDOW, AdwApplicationWindow)

/* Properties: draft (SendoffDraft), jobs (GListModel), monitor (SendoffJobMonitor), problem (string: why the
 * engine did not start), started (boolean). Actions: win.open, win.paste, win.export, win.show-export,
 * win.show-queue, win.tell(s). */
SendoffWindow *sendoff_window_new (GtkApplication *application,
                                   SendoffEngine *engine,
                                   SendoffPreferences *preferences,
                                   SendoffJobMonitor *monitor);
void sendoff_window_start (SendoffWindow *self);
void sendoff_window_stop (SendoffWindow *self);
void sendoff_window_set_problem (SendoffWindow *self, const char *problem);
void sendoff_window_add_files (SendoffWindow *self, GPtrArray *files);
void sendoff_window_tell (SendoffWindow *self, const char *message);

G_END_DECLS
