/* The dialog where presets and release sets are looked at, used, renamed, copied, deleted, and handed on as
 * files. Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-shelf.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_SHELF_DIALOG (sendoff_shelf_dialog_get_type ())
G_DECLARE_FINAL_TYPE (SendoffShelfDialog, sendoff_shelf_dialog, SENDOFF, SHELF_DIALOG, AdwWindow)

/* Signal: "use" (SendoffShelfItem): it is to be exported with. */
GtkWidget *sendoff_shelf_dialog_new (GtkWindow *parent, SendoffShelf *shelf);
void
sendoff_shelf_dialog_ask_clash (GtkWindow *parent, SendoffShelf *shelf, const char *name, const char *text);

G_END_DECLS
