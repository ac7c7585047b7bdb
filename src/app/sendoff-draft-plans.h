/* The plans of a draft: one for each video that is ready, made again when something changes.
 *
 * A few are made at once, within a frame; with many videos the rest follows in idle slices, so that nothing
 * stalls, and "changed" tells when all are there. Until then the former ones stay. Owned by the draft; main
 * thread.
 */
#pragma once

#include "app/sendoff-source-item.h"
#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

/* What one video's export would be. Counted references; immutable. */
typedef struct
{
  SendoffSourceItem *source;
  SendoffRequest *request;
  SendoffPlan *plan;
  SendoffEstimator *estimator; /* (nullable): what trial encodes say; the one thing that changes */
} SendoffDraftPlan;

void sendoff_draft_plan_unref (SendoffDraftPlan *self);
SendoffInterval sendoff_draft_plan_get_size (const SendoffDraftPlan *self, guint output);
char *sendoff_draft_plan_dup_quality (const SendoffDraftPlan *self, guint output);
gint64 sendoff_draft_plan_get_work_us (const SendoffDraftPlan *self, guint output, SendoffEngine *engine);

#define SENDOFF_TYPE_DRAFT_PLANS (sendoff_draft_plans_get_type ())
G_DECLARE_FINAL_TYPE (SendoffDraftPlans, sendoff_draft_plans, SENDOFF, DRAFT_PLANS, GObject)

/* Makes the request for one video; (transfer full). */
typedef SendoffRequest *(*SendoffDraftRequestFunc) (SendoffSourceItem *source, gpointer data);

/* Signal: "changed": all plans are up to date. */
SendoffDraftPlans *sendoff_draft_plans_new (SendoffEngine *engine,
                                            GListModel *sources,
                                            SendoffDraftRequestFunc make_request,
                                            gpointer data);
void sendoff_draft_plans_start (SendoffDraftPlans *self);
void sendoff_draft_plans_stop (SendoffDraftPlans *self);
void sendoff_draft_plans_invalidate (SendoffDraftPlans *self);
void sendoff_draft_plans_forget (SendoffDraftPlans *self, SendoffSourceItem *source);
GPtrArray *sendoff_draft_plans_get (SendoffDraftPlans *self);
const SendoffDraftPlan *sendoff_draft_plans_find (SendoffDraftPlans *self, SendoffSourceItem *source);

G_END_DECLS
