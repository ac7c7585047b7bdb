/* "verify": the certificate of a finished file, whoever made it. */
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-certificate.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-text.h"

typedef struct
{
  char **inputs;
  char *platform;
  gboolean full;
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->inputs);
  g_free (self->platform);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

static SendoffCertificate *
ask (SendoffCli *cli, const Options *options, GError **error)
{
  g_autoptr (GFile) file = sendoff_cli_file_for_argument (options->inputs[0]);
  g_autoptr (GAsyncResult) result = NULL;

  sendoff_engine_verify_async (cli->engine, file, options->platform, options->full, cli->cancellable,
                               sendoff_cli_on_ready, &result);
  return sendoff_engine_verify_finish (cli->engine, sendoff_cli_wait (&result), error);
}

/* {"file", "passed", "checks", …}, or {"file", "passed": false, "error": {…}} of a file that cannot be read.
 */
static void
print_document (SendoffCli *cli,
                const Options *options,
                const SendoffCertificate *certificate,
                const GError *error)
{
  g_autofree char *name = g_filename_display_name (options->inputs[0]);
  g_autoptr (JsonNode) node = NULL;

  if (certificate != NULL)
    node = sendoff_certificate_to_json (certificate);
  else
    {
      g_autoptr (JsonObject) object = json_object_new ();
      JsonObject *detail = json_object_new ();

      json_object_set_boolean_member (object, "passed", FALSE);
      json_object_set_array_member (object, "checks", json_array_new ());
      json_object_set_string_member (
          detail, "code", error->domain == SENDOFF_ERROR ? sendoff_error_get_nick (error->code) : "failed");
      json_object_set_string_member (detail, "message", error->message);
      json_object_set_object_member (object, "error", detail);
      node = json_node_init_object (json_node_alloc (), object);
    }
  json_object_set_string_member (json_node_get_object (node), "file", name);
  sendoff_cli_print_json (cli, node, TRUE);
}

static void
print_words (const Options *options, const SendoffCertificate *certificate)
{
  g_autofree char *name = g_filename_display_name (options->inputs[0]);
  g_autofree char *printable = sendoff_cli_text_dup_printable (name);

  g_print ("%s: %s\n", printable, certificate->passed ? _ ("PASS") : _ ("FAIL"));
  sendoff_cli_certificate_print (certificate, TRUE);
}

/** sendoff_cli_run_verify: 0 passed, 1 failed, 4 the file cannot be read. */
SendoffExit
sendoff_cli_run_verify (SendoffCli *cli, char **args)
{
  g_autoptr (GOptionContext) context
      = g_option_context_new (_ ("FILE - check a finished file, whichever program made it"));
  g_auto (Options) options = { 0 };
  const GOptionEntry entries[] = {
    { "platform", 0, 0, G_OPTION_ARG_STRING, &options.platform,
      _ ("Check it against the rules of this platform"), "ID" },
    { "full", 0, 0, G_OPTION_ARG_NONE, &options.full, _ ("Decode all of it too, and report errors"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options.inputs, NULL, NULL },
    { NULL },
  };
  g_autoptr (SendoffCertificate) certificate = NULL;
  g_autoptr (GError) error = NULL;
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, &status))
    return status;
  if (options.inputs == NULL || g_strv_length (options.inputs) != 1)
    {
      sendoff_cli_message (cli, _ ("Name one file to verify."));
      return SENDOFF_EXIT_USAGE;
    }
  if (!sendoff_cli_start (cli, &status))
    return status;
  certificate = ask (cli, &options, &error);
  if (certificate == NULL)
    status = sendoff_cli_report (cli, error);
  else
    status = certificate->passed ? SENDOFF_EXIT_COMPLETED : SENDOFF_EXIT_FAILED;
  if (cli->json && status != SENDOFF_EXIT_USAGE)
    print_document (cli, &options, certificate, error);
  else if (certificate != NULL)
    print_words (&options, certificate);
  return status;
}
