/* One entry of a list to choose from: an id of the catalog and its name for people. Immutable. */
#pragma once

#include <gio/gio.h>

#include "model/sendoff-catalog.h"
#include "model/sendoff-media-info.h"
#include "model/sendoff-output-settings.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_CHOICE (sendoff_choice_get_type ())
G_DECLARE_FINAL_TYPE (SendoffChoice, sendoff_choice, SENDOFF, CHOICE, GObject)

/* Properties: id (string, NULL: nothing is chosen, the destination decides), name (string). */
SendoffChoice *sendoff_choice_new (const char *id, const char *name);
SendoffChoice *sendoff_choice_new_custom (const char *id, const char *name);
gboolean sendoff_choice_is_custom (SendoffChoice *self);
const char *sendoff_choice_get_id (SendoffChoice *self);
const char *sendoff_choice_get_name (SendoffChoice *self);

GListModel *sendoff_choice_list_new (SendoffCatalog *catalog, SendoffSetting setting);
GListModel *sendoff_choice_list_tracks (const SendoffMediaInfo *source);

G_END_DECLS
