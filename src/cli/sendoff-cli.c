#include "cli/sendoff-cli.h"

#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-progress.h"
#include "cli/sendoff-cli-text.h"

static gboolean
on_signal (gpointer data)
{
  SendoffCli *self = data;

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      /* Workers end with this process; what they finished stays for "resume". */
      _exit (SENDOFF_EXIT_CANCELLED);
    }
  sendoff_cli_message (self, _ ("Cancelling. Press Ctrl+C once more to quit at once."));
  g_cancellable_cancel (self->cancellable);
  for (guint i = 0; i < self->jobs->len; i++)
    sendoff_job_cancel (g_ptr_array_index (self->jobs, i));
  return G_SOURCE_CONTINUE;
}

/** sendoff_cli_new: (transfer full): also takes over SIGINT and SIGTERM. */
SendoffCli *
sendoff_cli_new (void)
{
  SendoffCli *self = g_new0 (SendoffCli, 1);

  self->cancellable = g_cancellable_new ();
  self->jobs = g_ptr_array_new_with_free_func (g_object_unref);
  g_unix_signal_add (SIGINT, on_signal, self);
  g_unix_signal_add (SIGTERM, on_signal, self);
  return self;
}

/** sendoff_cli_free: stops the engine, if it was started, and waits until its workers are gone. */
void
sendoff_cli_free (SendoffCli *self)
{
  if (self->engine != NULL)
    {
      g_autoptr (GAsyncResult) result = NULL;
      g_autoptr (GError) error = NULL;

      g_signal_handlers_disconnect_by_data (self->engine, self);
      sendoff_engine_stop_async (self->engine, sendoff_cli_on_ready, &result);
      if (!sendoff_engine_stop_finish (self->engine, sendoff_cli_wait (&result), &error))
        sendoff_cli_message (self, "%s", error->message);
    }
  g_source_remove_by_user_data (self);
  g_source_remove_by_user_data (self);
  g_clear_pointer (&self->jobs, g_ptr_array_unref);
  g_clear_object (&self->engine);
  g_clear_object (&self->cancellable);
  g_clear_error (&self->failure);
  g_free (self->first_message);
  g_free (self);
}

/** sendoff_cli_blame: tells what is wrong with the input @name, which a sentence about it may name itself. */
void
sendoff_cli_blame (SendoffCli *self, const char *name, const GError *error)
{
  if (strstr (error->message, name) != NULL)
    sendoff_cli_message (self, "%s", error->message);
  else
    sendoff_cli_message (self, "%s: %s", name, error->message);
}

/** sendoff_cli_on_ready: the callback for sendoff_cli_wait(); its data is the address of the slot. */
void
sendoff_cli_on_ready (GObject *source, GAsyncResult *result, gpointer slot)
{
  GAsyncResult **place = slot;

  *place = g_object_ref (result);
}

/**
 * sendoff_cli_wait:
 * @slot: where sendoff_cli_on_ready() will put the result
 *
 * Runs the main context until the result is there. Only for the command's own code, never in a callback.
 *
 * Returns: (transfer none): the result, owned by @slot
 */
GAsyncResult *
sendoff_cli_wait (GAsyncResult **slot)
{
  while (*slot == NULL)
    g_main_context_iteration (NULL, TRUE);
  return *slot;
}

/**
 * sendoff_cli_parse:
 * @context: the command's options, help of its own switched off
 * @args: the command's arguments, from its name on
 * @status: (out): what to exit with when the result is %FALSE
 *
 * Adds --json and --help, and parses.
 *
 * Returns: whether the command should go on: not after --help or a usage error, which was reported
 */
gboolean
sendoff_cli_parse (SendoffCli *self, GOptionContext *context, char **args, SendoffExit *status)
{
  gboolean help = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, _ ("Print one JSON document on standard output"), NULL },
    { "help", 'h', 0, G_OPTION_ARG_NONE, &help, _ ("Show this help"), NULL },
    { NULL },
  };
  g_auto (GStrv) copy = g_strdupv (args);
  g_autoptr (GError) error = NULL;

  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse_strv (context, &copy, &error))
    {
      sendoff_cli_message (self, "%s", error->message);
      sendoff_cli_message (self, _ ("“sendoff-cli %s --help” shows what can be said."), args[0]);
      *status = SENDOFF_EXIT_USAGE;
      return FALSE;
    }
  if (help)
    {
      g_autofree char *program = g_strdup_printf ("sendoff-cli %s", args[0]);
      g_autofree char *text = NULL;

      g_set_prgname (program);
      text = g_option_context_get_help (context, FALSE, NULL);
      g_print ("%s", text);
      *status = SENDOFF_EXIT_COMPLETED;
      return FALSE;
    }
  if (self->json && self->json_events)
    {
      sendoff_cli_message (self, _ ("Use either --json or --json-events, not both."));
      *status = SENDOFF_EXIT_USAGE;
      return FALSE;
    }
  return TRUE;
}

/* Whoever waits for a job should know what it waits for. */
static void
say_hold_reason (SendoffCli *self)
{
  const char *reason = self->engine != NULL ? sendoff_engine_get_hold_reason (self->engine) : NULL;

  if (reason != NULL && self->jobs->len > 0)
    sendoff_cli_message (self, "%s.", reason);
}

/** sendoff_cli_start: starts the engine, unless it is; reports what went wrong and sets @status when it
 * cannot. */
gboolean
sendoff_cli_start (SendoffCli *self, SendoffExit *status)
{
  g_autoptr (SendoffEngine) engine = sendoff_engine_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  if (self->engine != NULL)
    return TRUE;
  sendoff_engine_start_async (engine, self->cancellable, sendoff_cli_on_ready, &result);
  if (!sendoff_engine_start_finish (engine, sendoff_cli_wait (&result), &error))
    {
      *status = sendoff_cli_report (self, error);
      return FALSE;
    }
  self->engine = g_steal_pointer (&engine);
  g_signal_connect_swapped (self->engine, "notify::hold-reason", G_CALLBACK (say_hold_reason), self);
  return TRUE;
}

/** sendoff_cli_add_job: from now on a signal cancels @job too, one that has come already included. */
void
sendoff_cli_add_job (SendoffCli *self, SendoffJob *job)
{
  g_ptr_array_add (self->jobs, g_object_ref (job));
  if (self->jobs->len == 1 && !self->store_only)
    say_hold_reason (self);
  if (sendoff_cli_is_cancelled (self))
    sendoff_job_cancel (job);
}

/** sendoff_cli_is_cancelled: whether a signal asked for the end. */
gboolean
sendoff_cli_is_cancelled (SendoffCli *self)
{
  return g_cancellable_is_cancelled (self->cancellable);
}

/** sendoff_cli_message: a sentence on standard error, above what is drawn on the terminal. */
void
sendoff_cli_message (SendoffCli *self, const char *format, ...)
{
  g_autofree char *text = NULL;
  g_autofree char *printable = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  printable = sendoff_cli_text_dup_printable (text);
  if (self->progress != NULL)
    sendoff_cli_progress_clear (self->progress);
  g_printerr ("sendoff-cli: %s\n", printable);
  if (self->first_message == NULL)
    self->first_message = g_steal_pointer (&text);
}

/** sendoff_cli_print_json: @node on standard output, in UTF-8 whatever the locale, and a line end. */
void
sendoff_cli_print_json (SendoffCli *self, JsonNode *node, gboolean pretty)
{
  g_autofree char *text = sendoff_json_to_text (node, pretty);

  fputs (text, stdout);
  fputc ('\n', stdout);
  fflush (stdout);
  self->answered = TRUE;
}

/** sendoff_cli_print_documents: one document as it is, several as the member @name of one. */
void
sendoff_cli_print_documents (SendoffCli *self, JsonArray *documents, const char *name)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = NULL;

  if (json_array_get_length (documents) == 1)
    {
      sendoff_cli_print_json (self, json_array_get_element (documents, 0), TRUE);
      return;
    }
  json_object_set_array_member (object, name, json_array_ref (documents));
  node = json_node_init_object (json_node_alloc (), object);
  sendoff_cli_print_json (self, node, TRUE);
}

/** sendoff_cli_exit_for_error: the exit status that says @error. */
SendoffExit
sendoff_cli_exit_for_error (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return SENDOFF_EXIT_CANCELLED;
  if (error->domain == G_OPTION_ERROR)
    return SENDOFF_EXIT_USAGE;
  if (error->domain != SENDOFF_ERROR)
    return SENDOFF_EXIT_FAILED;
  if (error->code == SENDOFF_ERROR_USAGE || error->code == SENDOFF_ERROR_NOT_FOUND)
    return SENDOFF_EXIT_USAGE;
  if (error->code == SENDOFF_ERROR_INVALID_REQUEST)
    return SENDOFF_EXIT_INVALID;
  if (error->code == SENDOFF_ERROR_SOURCE_UNREADABLE || error->code == SENDOFF_ERROR_SOURCE_CHANGED
      || error->code == SENDOFF_ERROR_SOURCE_UNSUPPORTED)
    return SENDOFF_EXIT_SOURCE;
  return SENDOFF_EXIT_FAILED;
}

/** sendoff_cli_report: says @error on standard error and returns its exit status. */
SendoffExit
sendoff_cli_report (SendoffCli *self, const GError *error)
{
  sendoff_cli_message (self, "%s", error->message);
  if (self->failure == NULL)
    self->failure = g_error_copy (error);
  return sendoff_cli_exit_for_error (error);
}
