/* The planner: source facts, request, catalog and machine profile in, plan out.
 *
 * A pure function: no file, clock, environment or global is read. It never fails: what is wrong with the
 * request is in the plan's issues, and a plan without an error can be carried out as it is.
 */
#pragma once

#include "model/sendoff-catalog.h"
#include "model/sendoff-machine.h"
#include "model/sendoff-media-info.h"
#include "model/sendoff-plan.h"
#include "model/sendoff-request.h"

G_BEGIN_DECLS

SendoffPlan *sendoff_planner_plan (const SendoffMediaInfo *source, SendoffRequest *request, SendoffCatalog *catalog,
                                   const SendoffMachine *machine);

SendoffVideoPlan *sendoff_planner_new_hardware_trial (const SendoffVideoCodec *codec,
                                                      const SendoffHardwareEncoder *encoder);

gboolean sendoff_planner_needs_packet_details (SendoffRequest *request);

G_END_DECLS
