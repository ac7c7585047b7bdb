/* The engine's asynchronous calls as the commands use them: called, waited for, and answered by a value.
 * Main thread, from a command's own code. */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

SendoffMediaInfo *sendoff_cli_probe (SendoffCli *cli, GFile *file, SendoffProbeFlags flags, GError **error);
SendoffPlan *sendoff_cli_plan (SendoffCli *cli, SendoffRequest *request, SendoffProbeFlags flags,
                               SendoffMediaInfo **source, GError **error);
GPtrArray *sendoff_cli_preflight (SendoffCli *cli, SendoffRequest *request, const SendoffPlan *plan, GError **error);
SendoffJob *sendoff_cli_submit (SendoffCli *cli, SendoffRequest *request, const SendoffPlan *plan, GError **error);
gboolean sendoff_cli_resume (SendoffCli *cli, SendoffJob *job, GError **error);
gboolean sendoff_cli_relocate (SendoffCli *cli, SendoffJob *job, GFile *file, GError **error);
void sendoff_cli_wait_for_jobs (SendoffCli *cli);

char *sendoff_cli_dup_request_name (SendoffRequest *request);

G_END_DECLS
