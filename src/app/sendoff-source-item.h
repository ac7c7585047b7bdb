/* A video that was dropped on the window: its file, and what the engine found out about it.
 *
 * Looks at its file by itself once it is started: first a quick look, then a thorough one where that tells
 * more. What is not on this computer is copied into the cache first. It notices when the file goes away,
 * comes back or becomes another video, and knows it again by its content at another place. Owned by the
 * draft's list; main thread.
 */
#pragma once

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

typedef enum
{
  SENDOFF_SOURCE_FETCHING, /* it is not on this computer */
  SENDOFF_SOURCE_LOOKING,
  SENDOFF_SOURCE_READY,
  SENDOFF_SOURCE_LOST, /* it cannot be read, or not any more */
  SENDOFF_SOURCE_BROKEN,
} SendoffSourceState;

#define SENDOFF_TYPE_SOURCE_ITEM (sendoff_source_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffSourceItem, sendoff_source_item, SENDOFF, SOURCE_ITEM, GObject)

/* Properties (notified): name, facts, warnings, problem (strings for people, NULL when there is nothing to
 * say), state (int SendoffSourceState), poster (GdkPaintable, NULL until there is one). Signals: "changed":
 * the facts are others; "remove": the user wants it gone. */
SendoffSourceItem *sendoff_source_item_new (GFile *file);
void sendoff_source_item_start (SendoffSourceItem *self, SendoffEngine *engine);
void sendoff_source_item_want_poster (SendoffSourceItem *self);
void sendoff_source_item_stop (SendoffSourceItem *self);
void sendoff_source_item_look_again (SendoffSourceItem *self);
void sendoff_source_item_set_lost (SendoffSourceItem *self, const char *problem);
void sendoff_source_item_relocate (SendoffSourceItem *self, GFile *file);
gboolean sendoff_source_item_is_of (SendoffSourceItem *self, GFile *file);
char *sendoff_source_item_dup_folder_uri (SendoffSourceItem *self);
GFile *sendoff_source_item_get_file (SendoffSourceItem *self);
GFile *sendoff_source_item_get_captions (SendoffSourceItem *self);
void sendoff_source_item_set_captions (SendoffSourceItem *self, GFile *captions);
const char *sendoff_source_item_get_name (SendoffSourceItem *self);
SendoffSourceState sendoff_source_item_get_state (SendoffSourceItem *self);
const SendoffMediaInfo *sendoff_source_item_get_info (SendoffSourceItem *self);
void sendoff_source_item_set_problem (SendoffSourceItem *self, const char *problem);
void sendoff_source_item_remove (SendoffSourceItem *self);

G_END_DECLS
