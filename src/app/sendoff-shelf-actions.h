/* What a window can do with presets and release sets, as actions: "shelf.manage" opens the dialog,
 * "shelf.save-set" keeps what the draft has, "shelf.save-preset" (string: settings as JSON) keeps the
 * settings of one output. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "app/sendoff-draft.h"

G_BEGIN_DECLS

void sendoff_shelf_actions_install (GtkWindow *window, SendoffDraft *draft);
void sendoff_shelf_actions_take_files (GPtrArray *files, SendoffShelf *shelf);

G_END_DECLS
