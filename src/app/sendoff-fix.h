/* What the button beside a message does about it: a change of the output's settings that the planner likes
 * better.
 *
 * Found by trying: each remedy that a table has for the issue's code is applied to a copy of the settings and
 * planned; the first one after which the issue is gone, and no new error there, is offered. So a button never
 * does nothing. Immutable; main thread.
 */
#pragma once

#include "app/sendoff-draft-plans.h"

G_BEGIN_DECLS

typedef struct _SendoffFix SendoffFix;

SendoffFix *sendoff_fix_find (SendoffEngine *engine, const SendoffDraftPlan *plan, const SendoffIssue *issue);
void sendoff_fix_free (SendoffFix *self);
const char *sendoff_fix_get_label (const SendoffFix *self);
void sendoff_fix_apply (const SendoffFix *self, SendoffOutputSettings *settings);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffFix, sendoff_fix_free)

G_END_DECLS
