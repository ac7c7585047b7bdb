/* How running jobs are shown: bars that are redrawn on a terminal, a line for each stage elsewhere, JSON objects
 * for --json-events, nothing for --json.
 *
 * Follows jobs of the engine by their properties and a timer on the main context; main thread only.
 */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

SendoffCliProgress *sendoff_cli_progress_new (SendoffCli *cli);
void sendoff_cli_progress_free (SendoffCliProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCliProgress, sendoff_cli_progress_free)

void sendoff_cli_progress_add_job (SendoffCliProgress *self, SendoffJob *job, const char *source_name);
void sendoff_cli_progress_clear (SendoffCliProgress *self);

G_END_DECLS
