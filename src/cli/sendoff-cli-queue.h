/* Finding a job by what somebody typed. Main thread. */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

SendoffJob *sendoff_cli_find_job (SendoffCli *cli, const char *id, GError **error);

G_END_DECLS
