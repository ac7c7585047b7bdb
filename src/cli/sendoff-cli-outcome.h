/* What became of the inputs of a command: a job, findings that stopped it, or an error.
 *
 * From it come the JSON document, the words for people and the exit status, in one place for export and resume.
 * Main thread.
 */
#pragma once

#include "cli/sendoff-cli.h"

G_BEGIN_DECLS

typedef struct {
  char *name;        /* of the input, for people */
  SendoffJob *job;   /* (nullable): it got as far as running */
  GPtrArray *issues; /* (nullable): SendoffIssue, why nothing was run */
  GError *error;     /* (nullable): why nothing was run; a cancellation too */
  char *stage;       /* (nullable): where the error came up: "probe", "queue" */
} SendoffCliOutcome;

SendoffCliOutcome *sendoff_cli_outcome_new (const char *name);
void sendoff_cli_outcome_free (SendoffCliOutcome *self);

SendoffExit sendoff_cli_outcomes_get_exit (GPtrArray *outcomes);
JsonNode *sendoff_cli_outcomes_to_json (GPtrArray *outcomes);
JsonNode *sendoff_cli_failure_to_json (const GError *error, const char *stage);
void sendoff_cli_answer_failure (SendoffCli *cli, SendoffExit status);
void sendoff_cli_outcomes_print (SendoffCli *cli, GPtrArray *outcomes);
SendoffExit sendoff_cli_outcomes_conclude (SendoffCli *cli, GPtrArray *outcomes);

JsonArray *sendoff_cli_issues_to_json (GPtrArray *issues);
JsonNode *sendoff_cli_invalid_to_json (GPtrArray *issues);
void sendoff_cli_report_issues (SendoffCli *cli, GPtrArray *issues, SendoffSeverity at_least);

G_END_DECLS
