/* The dialog of what holds for every export: the engine's settings, those of the command line's "settings".
 *
 * Every change is stored at once, and what another process changes is shown. Main thread. */
#pragma once

#include <adwaita.h>

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_PREFERENCES_DIALOG (sendoff_preferences_dialog_get_type ())
G_DECLARE_FINAL_TYPE (
    SendoffPreferencesDialog, sendoff_preferences_dialog, SENDOFF, PREFERENCES_DIALOG, AdwPreferencesWindow)

GtkWidget *sendoff_preferences_dialog_new (GtkWindow *parent, SendoffEngine *engine);

G_END_DECLS
