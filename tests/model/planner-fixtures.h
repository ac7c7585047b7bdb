/* What tests of the planner begin with: sources as JSON, requests as on the command line, a machine that has
 * everything. */
#pragma once

#include "model/sendoff-planner.h"

char *planner_fixtures_read_text (const char *folder, const char *name);
SendoffMediaInfo *planner_fixtures_read_source (const char *name);
SendoffMachine *planner_fixtures_make_machine (void);
SendoffRequest *planner_fixtures_make_request (const char *outputs);
SendoffPlan *planner_fixtures_make_plan (const char *source_name, const char *outputs);
