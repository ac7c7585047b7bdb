/* The videos of a draft, and the one of them that is looked at.
 *
 * Takes in what is dropped or opened; files that are there already are not added again, captions go to their
 * video. Owned by the draft; main thread.
 */
#pragma once

#include "app/sendoff-source-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_DRAFT_SOURCES (sendoff_draft_sources_get_type ())
G_DECLARE_FINAL_TYPE (SendoffDraftSources, sendoff_draft_sources, SENDOFF, DRAFT_SOURCES, GObject)

/* Property (notified): selected (SendoffSourceItem, writable), one of the list as long as there are any.
 * Signal: "stale" (SendoffSourceItem): what was planned for it holds no more. */
SendoffDraftSources *sendoff_draft_sources_new (void);
void sendoff_draft_sources_start (SendoffDraftSources *self, SendoffEngine *engine);
void sendoff_draft_sources_stop (SendoffDraftSources *self);
GListModel *sendoff_draft_sources_get_list (SendoffDraftSources *self);
void sendoff_draft_sources_add_files (SendoffDraftSources *self, GPtrArray *files);
void sendoff_draft_sources_remove (SendoffDraftSources *self, SendoffSourceItem *source);
void sendoff_draft_sources_forget_problems (SendoffDraftSources *self);
SendoffSourceItem *sendoff_draft_sources_get_selected (SendoffDraftSources *self);
void sendoff_draft_sources_select (SendoffDraftSources *self, SendoffSourceItem *source);

G_END_DECLS
