/* The options that say what is wanted: outputs, their settings, placement and inputs.
 *
 * Shared by export, plan and validate. The settings are not listed here: every property of SendoffOutputSettings
 * is an option. Belongs to the command that made it; main thread.
 */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

/* Of an option that takes a number. */
#define SENDOFF_CLI_UNSAID G_MININT

typedef struct {
  SendoffOutputSettings *common; /* settings said once, for every output that does not say them itself */
  GPtrArray *outputs;            /* SendoffOutputSettings, in the order of the command line */
  GPtrArray *option_names;       /* strings that GOption borrows */
  char **inputs;                 /* raw bytes as in argv */
  char *output_folder;           /* raw bytes */
  char *naming_pattern;
  char *request_path; /* raw bytes, "-" standard input */
  char *release_set;  /* id or name */
  gboolean overwrite;
  gboolean sequential;
  int jobs; /* SENDOFF_CLI_UNSAID the default */
} SendoffCliOptions;

SendoffCliOptions *sendoff_cli_options_new (void);
void sendoff_cli_options_free (SendoffCliOptions *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCliOptions, sendoff_cli_options_free)

GPtrArray *sendoff_cli_options_parse (SendoffCliOptions *self, SendoffCli *cli, GOptionContext *context, char **args,
                                      SendoffExit *status);

SendoffRequest *sendoff_cli_options_parse_set (SendoffCliOptions *self, SendoffCli *cli, GOptionContext *context,
                                               char **args, SendoffExit *status);

GFile *sendoff_cli_file_for_argument (const char *argument);

G_END_DECLS
