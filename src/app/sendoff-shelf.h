/* What the user keeps for next time, as the window sees it: presets and release sets.
 *
 * Wraps the engine's calls: every change is asked for here, and what became of it is told by signals, so that
 * dialogs and rows need not wait. Owned by the window; main thread.
 */
#pragma once

#include "app/sendoff-shelf-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_SHELF (sendoff_shelf_get_type ())
G_DECLARE_FINAL_TYPE (SendoffShelf, sendoff_shelf, SENDOFF, SHELF, GObject)

/* Properties: presets, release-sets (GListModel of SendoffShelfItem; empty until the start). Signals: "told"
 * (string): a sentence about what was done or why it was not; "clash" (string name, string text): a file has
 * the id of something that is kept already; sendoff_shelf_import() with replace or copy goes on. */
SendoffShelf *sendoff_shelf_new (SendoffEngine *engine);
void sendoff_shelf_start (SendoffShelf *self);
GListModel *sendoff_shelf_get_presets (SendoffShelf *self);
GListModel *sendoff_shelf_get_release_sets (SendoffShelf *self);
const SendoffPreset *sendoff_shelf_find_preset (SendoffShelf *self, const char *preset_id);
const SendoffReleaseSet *sendoff_shelf_find_release_set (SendoffShelf *self, const char *release_set_id);
const SendoffReleaseSet *sendoff_shelf_match (SendoffShelf *self, SendoffRequest *request);

typedef enum
{
  SENDOFF_IMPORT_ASK,
  SENDOFF_IMPORT_REPLACE,
  SENDOFF_IMPORT_COPY,
} SendoffImportMode;

void sendoff_shelf_import (SendoffShelf *self, const char *text, gsize length, SendoffImportMode mode);
void sendoff_shelf_import_file (SendoffShelf *self, GFile *file);
void sendoff_shelf_export_file (SendoffShelf *self, SendoffShelfItem *item, GFile *file);
void sendoff_shelf_save_settings (SendoffShelf *self, const char *name, SendoffOutputSettings *settings);
void sendoff_shelf_save_request (SendoffShelf *self, const char *name, SendoffRequest *request);
void sendoff_shelf_rename (SendoffShelf *self, SendoffShelfItem *item, const char *name);
void sendoff_shelf_duplicate (SendoffShelf *self, SendoffShelfItem *item);
void sendoff_shelf_remove (SendoffShelf *self, SendoffShelfItem *item);

G_END_DECLS
