/* One run of sendoff-cli: the engine, how to answer, and how to stop.
 *
 * main() makes one SendoffCli and hands it to the command that was asked for. Commands are straight-line code:
 * they start an asynchronous call of the engine and let the main context run until its result is there
 * (sendoff_cli_wait()), always from the command itself and never from a callback. Everything here belongs to
 * the main thread.
 *
 * What a program reads goes to standard output, what a person should know beside it to standard error.
 */
#pragma once

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

typedef enum {
  SENDOFF_EXIT_COMPLETED = 0,
  SENDOFF_EXIT_FAILED = 1,
  SENDOFF_EXIT_USAGE = 2,
  SENDOFF_EXIT_INVALID = 3,
  SENDOFF_EXIT_SOURCE = 4,
  SENDOFF_EXIT_CANCELLED = 130,
} SendoffExit;

typedef struct _SendoffCliProgress SendoffCliProgress;

typedef struct {
  SendoffEngine *engine;        /* NULL until sendoff_cli_start() */
  GCancellable *cancellable;    /* triggered by the first SIGINT or SIGTERM */
  GPtrArray *jobs;              /* SendoffJob, owned: cancelled with it */
  SendoffCliProgress *progress; /* (nullable), borrowed: what is on the terminal now */
  gboolean store_only;          /* exports are queued and not carried out */
  gboolean json;                /* --json: one document on standard output */
  gboolean json_events;         /* --json-events: one object a line */
  gboolean answered;            /* something was printed as JSON */
  char *first_message;          /* (nullable): on standard error */
  GError *failure;              /* (nullable): the error that was reported */
} SendoffCli;

typedef struct {
  const char *name;
  const char *arguments; /* for the help: "INPUT… [options]" */
  const char *summary;
  SendoffExit (*run) (SendoffCli *cli, char **args); /* args[0] is the command's name */
} SendoffCliCommand;

SendoffCli *sendoff_cli_new (void);
void sendoff_cli_free (SendoffCli *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffCli, sendoff_cli_free)

gboolean sendoff_cli_parse (SendoffCli *self, GOptionContext *context, char **args, SendoffExit *status);
gboolean sendoff_cli_start (SendoffCli *self, SendoffExit *status);
void sendoff_cli_add_job (SendoffCli *self, SendoffJob *job);
gboolean sendoff_cli_is_cancelled (SendoffCli *self);

void sendoff_cli_on_ready (GObject *source, GAsyncResult *result, gpointer slot);
GAsyncResult *sendoff_cli_wait (GAsyncResult **slot);

void sendoff_cli_message (SendoffCli *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
void sendoff_cli_blame (SendoffCli *self, const char *name, const GError *error);
void sendoff_cli_print_json (SendoffCli *self, JsonNode *node, gboolean pretty);
void sendoff_cli_print_documents (SendoffCli *self, JsonArray *documents, const char *name);
SendoffExit sendoff_cli_report (SendoffCli *self, const GError *error);
SendoffExit sendoff_cli_exit_for_error (const GError *error);

G_END_DECLS
