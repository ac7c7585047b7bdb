/* A place that a video can be sent to: a platform, or a preset for a kind of file. A card of the picker.
 *
 * Made of the catalog by the draft. "chosen" is set by the card and by the draft: whether there is an output
 * for it.
 */
#pragma once

#include <gio/gio.h>

#include "model/sendoff-catalog.h"
#include "model/sendoff-output-settings.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_DESTINATION (sendoff_destination_get_type ())
G_DECLARE_FINAL_TYPE (SendoffDestination, sendoff_destination, SENDOFF, DESTINATION, GObject)

/* Properties: id, name, description, icon-name (strings), is-preset, is-usual (boolean: shown without asking
 * for more), chosen (boolean, writable). */
GListModel *sendoff_destination_list (SendoffCatalog *catalog);
gboolean sendoff_destination_is_of (SendoffDestination *self, SendoffOutputSettings *settings);
SendoffOutputSettings *sendoff_destination_new_settings (SendoffDestination *self);
const char *sendoff_destination_get_id (SendoffDestination *self);
const char *sendoff_destination_get_name (SendoffDestination *self);
const char *sendoff_destination_get_description (SendoffDestination *self);
gboolean sendoff_destination_is_preset (SendoffDestination *self);
gboolean sendoff_destination_is_usual (SendoffDestination *self);
gboolean sendoff_destination_get_chosen (SendoffDestination *self);
void sendoff_destination_set_chosen (SendoffDestination *self, gboolean chosen);

G_END_DECLS
