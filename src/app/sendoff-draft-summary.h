/* What the draft says about itself as a whole, in words. Pure functions; main thread. */
#pragma once

#include "app/sendoff-draft-plans.h"

G_BEGIN_DECLS

char *sendoff_draft_summary_dup_reason (GListModel *sources,
                                        GListModel *outputs,
                                        GPtrArray *plans,
                                        gboolean submitting);
char *sendoff_draft_summary_dup_totals (SendoffEngine *engine, GListModel *outputs, GPtrArray *plans);
char *sendoff_draft_summary_dup_folder (const char *uri, SendoffSourceItem *selected);

G_END_DECLS
