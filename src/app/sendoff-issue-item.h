/* A sentence about an output, to be shown where it can be fixed, perhaps with a button that does so. See
 * model/sendoff-issue.h. */
#pragma once

#include <gio/gio.h>

#include "app/sendoff-fix.h"
#include "app/sendoff-source-item.h"
#include "model/sendoff-issue.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_ISSUE_ITEM (sendoff_issue_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffIssueItem, sendoff_issue_item, SENDOFF, ISSUE_ITEM, GObject)

/* Properties: message (string), severity (int SendoffSeverity), fix-label, leave-label (strings, nullable).
 * Signals: "fix", "leave". */
SendoffIssueItem *
sendoff_issue_item_new (SendoffSeverity severity, const char *message, const char *fix_label);
SendoffSeverity sendoff_issue_item_get_severity (SendoffIssueItem *self);
const char *sendoff_issue_item_get_message (SendoffIssueItem *self);
const char *sendoff_issue_item_get_fix_label (SendoffIssueItem *self);
void sendoff_issue_item_take_fix (SendoffIssueItem *self, SendoffFix *fix);
const SendoffFix *sendoff_issue_item_get_fix (SendoffIssueItem *self);
void sendoff_issue_item_move_fix (SendoffIssueItem *self, SendoffIssueItem *from);
void sendoff_issue_item_fix (SendoffIssueItem *self);
void sendoff_issue_item_offer_leaving (SendoffIssueItem *self, SendoffSourceItem *source, const char *label);
SendoffSourceItem *sendoff_issue_item_get_source (SendoffIssueItem *self);
void sendoff_issue_item_leave (SendoffIssueItem *self);
gboolean sendoff_issue_item_looks_like (SendoffIssueItem *self, SendoffIssueItem *other);

G_END_DECLS
