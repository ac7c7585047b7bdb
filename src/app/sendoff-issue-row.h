/* A sentence about an output. Main thread. */
#pragma once

#include <adwaita.h>

#include "app/sendoff-issue-item.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_ISSUE_ROW (sendoff_issue_row_get_type ())
G_DECLARE_FINAL_TYPE (SendoffIssueRow, sendoff_issue_row, SENDOFF, ISSUE_ROW, GtkListBoxRow)

GtkWidget *sendoff_issue_row_new (SendoffIssueItem *item);

G_END_DECLS
