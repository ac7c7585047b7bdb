/* What stands in the way of saving: room, permissions, names that are taken. Looked at again a moment after
 * each change. Owned by the draft; main thread. */
#pragma once

#include "app/sendoff-draft-plans.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_DRAFT_DISKS (sendoff_draft_disks_get_type ())
G_DECLARE_FINAL_TYPE (SendoffDraftDisks, sendoff_draft_disks, SENDOFF, DRAFT_DISKS, GObject)

/* Signals: "changed": the issues are others; "folder-wanted", "names-wanted": a button asks for another
 * folder, or for names as usual. */
SendoffDraftDisks *sendoff_draft_disks_new (SendoffEngine *engine);
void sendoff_draft_disks_check (SendoffDraftDisks *self, const SendoffDraftPlan *plan);
void sendoff_draft_disks_stop (SendoffDraftDisks *self);
GListModel *sendoff_draft_disks_get_issues (SendoffDraftDisks *self);
const char *sendoff_draft_disks_get_error (SendoffDraftDisks *self);

G_END_DECLS
