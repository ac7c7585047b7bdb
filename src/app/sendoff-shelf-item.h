/* Something that the user keeps: a preset or a release set, as a row of a list shows it. Immutable. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  SENDOFF_SHELF_PRESET,        /* the user's own */
  SENDOFF_SHELF_SYSTEM_PRESET, /* Sendoff's own: can be copied, not changed */
  SENDOFF_SHELF_RELEASE_SET,
} SendoffShelfKind;

#define SENDOFF_TYPE_SHELF_ITEM (sendoff_shelf_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffShelfItem, sendoff_shelf_item, SENDOFF, SHELF_ITEM, GObject)

/* Properties: name (string), words (string: what it makes), is-own (boolean: can be changed), kind (int). */
SendoffShelfItem *
sendoff_shelf_item_new (SendoffShelfKind kind, const char *id, const char *name, const char *words);
SendoffShelfKind sendoff_shelf_item_get_kind (SendoffShelfItem *self);
const char *sendoff_shelf_item_get_id (SendoffShelfItem *self);
const char *sendoff_shelf_item_get_name (SendoffShelfItem *self);

G_END_DECLS
