/* The videos of which one output is not made, because the user left them out there: a set of them.
 *
 * A video that goes from the draft, or is no longer what was planned, is forgotten. Main thread.
 */
#pragma once

#include "app/sendoff-draft-plans.h"

G_BEGIN_DECLS

typedef struct _SendoffLeftOut SendoffLeftOut;

SendoffLeftOut *sendoff_left_out_new (void);
void sendoff_left_out_free (SendoffLeftOut *self);
void sendoff_left_out_toggle (SendoffLeftOut *self, SendoffSourceItem *source);
gboolean sendoff_left_out_contains (SendoffLeftOut *self, SendoffSourceItem *source);
GPtrArray *sendoff_left_out_filter (SendoffLeftOut *self, GPtrArray *plans);
void sendoff_left_out_add_items (SendoffLeftOut *self, GPtrArray *items);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffLeftOut, sendoff_left_out_free)

G_END_DECLS
