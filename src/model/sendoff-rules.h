/* Rules that an output must keep, before anything runs: SPEC's four rules and those about source and times.
 *
 * A table of checks over one planned output, each adding issues. Pure; called by the planner only.
 */
#pragma once

#include "model/sendoff-planner-private.h"

G_BEGIN_DECLS

void sendoff_rules_combine_limits (const SendoffPlatform *platform, SendoffPlatformRule *limits);
void sendoff_rules_check (const SendoffPlanning *planning);
void sendoff_rules_check_platform (const SendoffPlanning *planning); /* sendoff-rules-platform.c */

/* What this version of the engine can carry out; the catalog may know more. */
gboolean sendoff_rules_is_implemented (const char *codec_or_container);
gboolean sendoff_rules_is_available (SendoffSetting setting, const char *value);

G_END_DECLS
