/* Trial encodes for what is on the Export page, while somebody looks at it.
 *
 * When the plans have been left alone for a moment, the first few videos are tried one after the other, until sizes are
 * as good as known. Every change of the plans begins anew; chunks that still fit are not made again. Nothing is tried on
 * a machine that saves power. Owned by the draft; main thread.
 */
#pragma once

#include "app/sendoff-draft-plans.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_DRAFT_ESTIMATES (sendoff_draft_estimates_get_type ())
G_DECLARE_FINAL_TYPE (SendoffDraftEstimates, sendoff_draft_estimates, SENDOFF, DRAFT_ESTIMATES, GObject)

/* Signal: "changed": the plans have other estimates. */
SendoffDraftEstimates *sendoff_draft_estimates_new (SendoffEngine *engine, SendoffDraftPlans *plans);
void sendoff_draft_estimates_stop (SendoffDraftEstimates *self);

G_END_DECLS
