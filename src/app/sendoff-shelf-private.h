/* What the shelf's own files say to each other: sendoff-shelf.c keeps, sendoff-shelf-files.c reads and writes
 * files. Main thread.
 */
#pragma once

#include "app/sendoff-shelf.h"
#include "model/sendoff-preset.h"

G_BEGIN_DECLS

/* A change that is being made, and what is said when it is. */
typedef struct _SendoffShelfChange SendoffShelfChange;

GPtrArray *sendoff_shelf_get_sets (SendoffShelf *self);
SendoffCatalog *sendoff_shelf_get_catalog (SendoffShelf *self);
const SendoffPreset *sendoff_shelf_find_own (SendoffShelf *self, const char *name);
SendoffReleaseSet *sendoff_shelf_copy_set (SendoffShelf *self, const SendoffReleaseSet *set, GError **error);
void sendoff_shelf_keep_preset (SendoffShelf *self, const SendoffPreset *preset);
void sendoff_shelf_keep_set (SendoffShelf *self, const SendoffReleaseSet *set);
void sendoff_shelf_tell (SendoffShelf *self, const char *message);
void sendoff_shelf_ask_clash (SendoffShelf *self, const char *name, const char *text);
SendoffShelfChange *sendoff_shelf_change_new (SendoffShelf *self, const char *format, const char *name);
void sendoff_shelf_change_finish (SendoffShelfChange *change, const GError *error);

G_END_DECLS
