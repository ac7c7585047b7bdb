/* Export was pressed: every video of the draft goes into the queue, each for itself. Main thread. */
#pragma once

#include "app/sendoff-draft-plans.h"

G_BEGIN_DECLS

/* How it went. */
typedef struct
{
  guint n_queued, n_failed;
  GPtrArray *gone; /* SendoffSourceItem that are in the queue now */
} SendoffDepartureResult;

void sendoff_departure_run_async (SendoffEngine *engine,
                                  GPtrArray *plans,
                                  GListModel *outputs,
                                  GAsyncReadyCallback callback,
                                  gpointer data);
SendoffDepartureResult *sendoff_departure_run_finish (GAsyncResult *result);
void sendoff_departure_result_free (SendoffDepartureResult *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffDepartureResult, sendoff_departure_result_free)

G_END_DECLS
