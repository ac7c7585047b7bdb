/* What the planner, and the look at the disks, say about one output, put together from the plans of all
 * videos. */
#pragma once

#include "app/sendoff-draft-plans.h"
#include "app/sendoff-issue-item.h"

G_BEGIN_DECLS

GPtrArray *sendoff_issue_list_collect (SendoffEngine *engine, GPtrArray *plans, guint output);
gboolean sendoff_issue_list_apply (GListStore *list, GPtrArray *items);

G_END_DECLS
