/* A sentence about an output, to be shown where it can be fixed. Immutable; see model/sendoff-issue.h. */
#pragma once

#include <gio/gio.h>

#include "model/sendoff-issue.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_ISSUE_ITEM (sendoff_issue_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffIssueItem, sendoff_issue_item, SENDOFF, ISSUE_ITEM, GObject)

/* Properties: message (string), severity (int SendoffSeverity). */
SendoffIssueItem *sendoff_issue_item_new (SendoffSeverity severity, const char *message);
SendoffSeverity sendoff_issue_item_get_severity (SendoffIssueItem *self);
const char *sendoff_issue_item_get_message (SendoffIssueItem *self);

G_END_DECLS
