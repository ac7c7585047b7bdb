/* The commands, one file each; main.c lists them in the table that help and dispatch read. */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

SendoffExit sendoff_cli_run_export (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_plan (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_validate (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_probe (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_codecs (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_containers (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_presets (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_platforms (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_resolutions (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_queue (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_resume (SendoffCli *cli, char **args);

/* What "export --dry-run" shares with "plan". */
SendoffExit sendoff_cli_show_plans (SendoffCli *cli, GPtrArray *requests, gboolean scan);

G_END_DECLS
