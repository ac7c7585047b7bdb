/* What the Export page edits: the videos, where they are going, the files that will be made, and the plan of
 * it all.
 *
 * The model behind the page: every change plans again (on the next turn of the main loop), and the results
 * are properties that the widgets bind to. Owned by the window; main thread.
 */
#pragma once

#include "app/sendoff-draft-plans.h"
#include "app/sendoff-preferences.h"
#include "app/sendoff-shelf.h"
#include "app/sendoff-output-item.h"
#include "app/sendoff-source-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_DRAFT (sendoff_draft_get_type ())
G_DECLARE_FINAL_TYPE (SendoffDraft, sendoff_draft, SENDOFF, DRAFT, GObject)

/* Properties (notified): sources, outputs, destinations (GListModel), has-sources, can-export
 * (boolean), totals, reason (why it cannot export, NULL when it can) and folder-name (strings), folder-uri
 * (string, NULL beside the video), naming-pattern (string, writable), folder-issues (GListModel of
 * SendoffIssueItem), has-folder-issues (boolean), selected-source (SendoffSourceItem, writable). Signals:
 * "queued" (uint n_videos, uint n_failed): what Export led to; "planned": the plans are others;
 * "folder-wanted": a button asks for another folder. */
SendoffDraft *sendoff_draft_new (SendoffEngine *engine, SendoffPreferences *preferences);
SendoffEngine *sendoff_draft_get_engine (SendoffDraft *self);
void sendoff_draft_start (SendoffDraft *self);
void sendoff_draft_stop (SendoffDraft *self);
GListModel *sendoff_draft_get_sources (SendoffDraft *self);
GListModel *sendoff_draft_get_outputs (SendoffDraft *self);
GListModel *sendoff_draft_get_destinations (SendoffDraft *self);
GListModel *sendoff_draft_get_folder_issues (SendoffDraft *self);
void sendoff_draft_add_files (SendoffDraft *self, GPtrArray *files);
void sendoff_draft_add_output (SendoffDraft *self);
void sendoff_draft_set_folder (SendoffDraft *self, GFile *folder);
void sendoff_draft_set_naming_pattern (SendoffDraft *self, const char *pattern);
void sendoff_draft_export (SendoffDraft *self);
SendoffSourceItem *sendoff_draft_get_selected_source (SendoffDraft *self);
void sendoff_draft_select_source (SendoffDraft *self, SendoffSourceItem *source);
const SendoffDraftPlan *sendoff_draft_get_selected_plan (SendoffDraft *self);

/* Presets and release sets. */
SendoffShelf *sendoff_draft_get_shelf (SendoffDraft *self);
SendoffRequest *sendoff_draft_dup_request (SendoffDraft *self);
void sendoff_draft_use_release_set (SendoffDraft *self, const char *release_set_id);
void sendoff_draft_add_preset (SendoffDraft *self, const char *preset_id);

G_END_DECLS
