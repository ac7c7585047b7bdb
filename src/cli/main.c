/* sendoff-cli: finds the command in its table and runs it. */

#include <signal.h>
#include <string.h>

#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-text.h"
#include "sendoff-config.h"

static SendoffExit run_help (SendoffCli *cli, char **args);

static const SendoffCliCommand commands[] = {
  { "export", "INPUT… [options]", N_ ("Plan, run and verify; waits until done"), sendoff_cli_run_export },
  { "plan", "INPUT… [options]", N_ ("Show what an export would do"), sendoff_cli_run_plan },
  { "estimate", "INPUT… [options]", N_ ("Sizes and times before anything runs"), sendoff_cli_run_estimate },
  { "validate", "INPUT [options]", N_ ("Show only what is wrong with it"), sendoff_cli_run_validate },
  { "probe", "INPUT [--scan]", N_ ("Facts about a video"), sendoff_cli_run_probe },
  { "verify", "FILE [--platform ID]", N_ ("Check a finished file, whoever made it"), sendoff_cli_run_verify },
  { "thumbnails", "INPUT [options]", N_ ("Take still pictures of a video"), sendoff_cli_run_thumbnails },
  { "codecs", "[ID]", N_ ("Video and audio codecs"), sendoff_cli_run_codecs },
  { "containers", "[ID]", N_ ("File formats"), sendoff_cli_run_containers },
  { "presets", "[ID | add FILE …]", N_ ("Presets and quality levels"), sendoff_cli_run_presets },
  { "release-sets", "[list | new …]", N_ ("Outputs to make again"), sendoff_cli_run_release_sets },
  { "platforms", "[ID | update …]", N_ ("Platforms and what they accept"), sendoff_cli_run_platforms },
  { "resolutions", "[ID]", N_ ("Sizes of pictures"), sendoff_cli_run_resolutions },
  { "queue", "ACTION [JOB]", N_ ("Jobs: list, show, add, run, pause, cancel…"), sendoff_cli_run_queue },
  { "resume", "[JOB]", N_ ("Go on with what was interrupted"), sendoff_cli_run_resume },
  { "cache", "[clear | limit SIZE]", N_ ("Finished work kept for later exports"), sendoff_cli_run_cache },
  { "settings", "[NAME [VALUE]]", N_ ("What holds for every export"), sendoff_cli_run_settings },
  { "help", "[COMMAND]", N_ ("Explain a command"), run_help },
};

static const SendoffCliCommand *
find_command (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (g_str_equal (commands[i].name, name))
      return &commands[i];
  return NULL;
}

static void
print_overview (void)
{
  g_print (_ ("Usage: sendoff-cli COMMAND [options]\n\nCommands:\n"));
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", commands[i].name, commands[i].arguments);
      g_autofree char *padded = sendoff_cli_text_fit (usage, 28, TRUE);

      g_print ("  %s  %s\n", padded, _ (commands[i].summary));
    }
  g_print (_ ("\n“sendoff-cli COMMAND --help” shows a command's options. All but help take --json.\n"
              "Example: sendoff-cli export holiday.mp4 --platform youtube --platform tiktok\n"));
}

static SendoffExit
report_unknown (SendoffCli *cli, const char *name)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", commands[i].name);
  sendoff_cli_message (cli, _ ("There is no command “%s”. The commands are: %s."), name, known->str);
  return SENDOFF_EXIT_USAGE;
}

static SendoffExit
run_help (SendoffCli *cli, char **args)
{
  const SendoffCliCommand *command;
  char *help_args[] = { NULL, (char *)"--help", NULL };

  if (args[1] == NULL || g_str_equal (args[1], "--help") || g_str_equal (args[1], "-h"))
    {
      print_overview ();
      return SENDOFF_EXIT_COMPLETED;
    }
  command = find_command (args[1]);
  if (command == NULL)
    return report_unknown (cli, args[1]);
  help_args[0] = args[1];
  return command->run == run_help ? run_help (cli, help_args) : command->run (cli, help_args);
}

static SendoffExit
dispatch (SendoffCli *cli, char **args)
{
  const SendoffCliCommand *command;

  if (args[0] == NULL)
    {
      sendoff_cli_message (cli, _ ("Say what to do; “sendoff-cli help” lists the commands."));
      return SENDOFF_EXIT_USAGE;
    }
  if (g_str_equal (args[0], "--version"))
    {
      g_print ("sendoff-cli %s\n", SENDOFF_VERSION);
      return SENDOFF_EXIT_COMPLETED;
    }
  if (g_str_equal (args[0], "--help") || g_str_equal (args[0], "-h"))
    {
      print_overview ();
      return SENDOFF_EXIT_COMPLETED;
    }
  command = find_command (args[0]);
  return command != NULL ? command->run (cli, args) : report_unknown (cli, args[0]);
}

/* Whoever reads documents finds one when something is wrong with the command line, too. */
static gboolean
wants_document (const SendoffCli *cli, char **args)
{
  return !cli->answered && (cli->json || g_strv_contains ((const char *const *)args, "--json"));
}

int
main (int argc, char **argv)
{
  g_autoptr (SendoffCli) cli = NULL;
  SendoffExit status;

  sendoff_i18n_init ();
  /* A worker or a reader of our output that goes away is an error like any other. */
  signal (SIGPIPE, SIG_IGN);
  g_log_writer_default_set_use_stderr (TRUE);
  g_set_prgname ("sendoff-cli");
  cli = sendoff_cli_new ();
  status = dispatch (cli, argv + 1);
  if (status != SENDOFF_EXIT_COMPLETED && wants_document (cli, argv + 1))
    sendoff_cli_answer_failure (cli, status);
  return status;
}
