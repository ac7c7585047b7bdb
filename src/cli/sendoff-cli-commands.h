/* The commands, one file each; main.c lists them in the table that help and dispatch read. */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

SendoffExit sendoff_cli_run_export (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_plan (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_estimate (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_validate (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_probe (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_thumbnails (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_verify (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_codecs (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_containers (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_presets (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_release_sets (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_platforms (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_resolutions (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_queue (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_cache (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_settings (SendoffCli *cli, char **args);
SendoffExit sendoff_cli_run_resume (SendoffCli *cli, char **args);

/* The actions of "presets". */
gboolean sendoff_cli_is_preset_action (char **words);
SendoffExit sendoff_cli_run_preset_action (SendoffCli *cli, char **words);

/* The release sets as --release-set looks them up. */
GPtrArray *sendoff_cli_list_release_sets (SendoffCli *cli, GError **error);
/* The actions of "platforms". */
gboolean sendoff_cli_is_platform_action (char **words);
SendoffExit sendoff_cli_run_platform_action (SendoffCli *cli, char **words);

/* What "export --dry-run" shares with "plan". */
SendoffExit sendoff_cli_show_plans (SendoffCli *cli, GPtrArray *requests, gboolean scan);

G_END_DECLS
