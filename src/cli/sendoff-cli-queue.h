/* Jobs as the commands find and show them. Main thread. */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

SendoffJob *sendoff_cli_find_job (SendoffCli *cli, const char *id, GError **error);
GPtrArray *sendoff_cli_list_unfinished (SendoffCli *cli);
JsonNode *sendoff_cli_job_to_json (SendoffJob *job);

/* Actions that change jobs; args[0] is the action's name. */
gboolean sendoff_cli_is_queue_action (const char *name);
SendoffExit sendoff_cli_run_queue_action (SendoffCli *cli, char **args);

G_END_DECLS
