/* The desktop application: makes the engine, opens files, shows the window, and ends in good order.
 *
 * It lives until its window is closed and no export runs any more. Main thread.
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_APPLICATION (sendoff_application_get_type ())
G_DECLARE_FINAL_TYPE (SendoffApplication, sendoff_application, SENDOFF, APPLICATION, AdwApplication)

/* Actions: app.quit, app.about, app.shortcuts, app.start, app.show-queue, app.open-file(s),
 * app.show-in-folder(s), app.continue-export(s). */
SendoffApplication *sendoff_application_new (void);

G_END_DECLS
