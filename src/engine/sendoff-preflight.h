/* What an export depends on beside its plan: folders, existing files, room on the disks.
 *
 * Blocking; for a thread of the engine's. The request is only read, and must not be edited meanwhile.
 */
#pragma once

#include <gio/gio.h>

#include "model/sendoff-plan.h"
#include "model/sendoff-request.h"

G_BEGIN_DECLS

GPtrArray *sendoff_preflight_check (SendoffRequest *request, const SendoffPlan *plan, const char *cache_dir);
GFile *sendoff_preflight_choose_target (SendoffRequest *request, const SendoffPlan *plan, guint output, GError **error);

G_END_DECLS
