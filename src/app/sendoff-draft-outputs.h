/* The files that a draft makes of each video, and the cards of where they can go.
 *
 * A card is pressed when there is an output for it: pressing makes one, releasing takes away all of its kind.
 * Both lists are made again when presets change. Owned by the draft; main thread.
 */
#pragma once

#include "app/sendoff-output-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_DRAFT_OUTPUTS (sendoff_draft_outputs_get_type ())
G_DECLARE_FINAL_TYPE (SendoffDraftOutputs, sendoff_draft_outputs, SENDOFF, DRAFT_OUTPUTS, GObject)

/* Signals: "changed": outputs or their settings are others; "typing-problem": what is typed into one of them
 * became possible or impossible. */
SendoffDraftOutputs *sendoff_draft_outputs_new (SendoffEngine *engine);
void sendoff_draft_outputs_start (SendoffDraftOutputs *self, const char *const *remembered);
GListModel *sendoff_draft_outputs_get_list (SendoffDraftOutputs *self);
GListModel *sendoff_draft_outputs_get_destinations (SendoffDraftOutputs *self);
void sendoff_draft_outputs_add (SendoffDraftOutputs *self, SendoffOutputSettings *settings);
void sendoff_draft_outputs_apply (SendoffDraftOutputs *self, GPtrArray *plans);
void sendoff_draft_outputs_apply_estimates (SendoffDraftOutputs *self, GPtrArray *plans);
void sendoff_draft_outputs_add_preset (SendoffDraftOutputs *self, const char *preset_id);
void sendoff_draft_outputs_replace (SendoffDraftOutputs *self, GPtrArray *settings);

G_END_DECLS
