#include "cli/sendoff-cli-options.h"

#include <glib/gstdio.h>
#include <string.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "cli/sendoff-cli-commands.h"

/* What a setting is, for the help. A property that is not here is an option all the same. */
static const struct
{
  const char *name;
  const char *placeholder;
  const char *description;
} setting_help[] = {
  { "codec", "ID", N_ ("Video codec, see “codecs”") },
  { "audio-codec", "ID", N_ ("Audio codec, see “codecs”; “none” for no sound") },
  { "container", "ID", N_ ("Container, see “containers”") },
  { "quality", "LEVEL", N_ ("draft, low, medium, high, ultra, or a preset's id") },
  { "resolution", "SIZE", N_ ("“source”, an id of “resolutions”, or WIDTHxHEIGHT") },
  { "suffix", "TEXT", N_ ("Added to the file's name") },
  { "speed", "SPEED", N_ ("ultrafast, fast, medium, slow or veryslow") },
  { "rate-control", "MODE", N_ ("crf, cbr, vbr or abr") },
  { "crf", "N", N_ ("Constant quality on the codec's own scale") },
  { "target-score", "SCORE", N_ ("Quality to reach, such as ssim:0.98; finds the CRF for it") },
  { "video-bitrate", "RATE", N_ ("Such as 6M") },
  { "audio-bitrate", "RATE", N_ ("Such as 192k") },
  { "two-pass", NULL, N_ ("Analyse first, then encode") },
  { "target-size", "SIZE", N_ ("Size to reach, such as 25MB") },
  { "max-size", "SIZE", N_ ("Size never to exceed, such as 25MiB") },
  { "size-priority", "WHAT", N_ ("quality, balanced or size") },
  { "auto-optimize", "HOW", N_ ("apply or propose") },
  { "encoder", "KIND", N_ ("software, or hardware where this computer has an encoder for the codec") },
  { "optimize-for", "USE", N_ ("streaming, download or archive") },
  { "scaling", "METHOD", N_ ("bilinear, bicubic, lanczos or spline") },
  { "fit", "HOW", N_ ("pad, blur, crop or stretch, when the shape differs") },
  { "pad-color", "COLOR", N_ ("Colour of the bars") },
  { "crop", "WHERE", N_ ("x[,y] from 0 to 1, or left, center, right, top, bottom") },
  { "fps", "N", N_ ("“source” or frames a second") },
  { "start", "TIME", N_ ("Where to begin: seconds or h:mm:ss") },
  { "end", "TIME", N_ ("Where to end") },
  { "copy", "WHEN", N_ ("auto, never or require: take streams over as they are") },
  { "hdr", "HOW", N_ ("keep, sdr or auto") },
  { "package", "KIND", N_ ("hls, dash or both") },
  { "profile", "NAME", N_ ("Profile of the codec") },
  { "upscale", NULL, N_ ("Allow enlarging") },
  { "keep-metadata", NULL, N_ ("Keep titles, dates and the like") },
  { "audio-track", "N", N_ ("Stream to take the sound from") },
  { "audio-tracks", "WHICH", N_ ("one or all of the source's sound tracks") },
  { "captions", "FILE", N_ ("Captions to use: SRT, WebVTT or ASS") },
  { "captions-mode", "HOW", N_ ("auto, burn (into the picture), track, sidecar (a file) or off") },
  { "captions-track", "N", N_ ("Text track of the source to use instead of a file") },
  { "captions-language", "CODE", N_ ("Language of the captions, such as en") },
  { "loudness", "LUFS", N_ ("off, recommended, or a loudness such as -14") },
};

/* Part of the contract of the command line, but not in this version: said, never ignored. */
static const struct
{
  const char *name;
  gboolean is_flag;
} not_available[] = {
  { "webhook", FALSE },  { "deliver", FALSE }, { "save-to-library", TRUE },
  { "start-at", FALSE }, { "project", FALSE },
};

/** sendoff_cli_options_new: (transfer full): nothing said yet. */
SendoffCliOptions *
sendoff_cli_options_new (void)
{
  SendoffCliOptions *self = g_new0 (SendoffCliOptions, 1);

  self->jobs = SENDOFF_CLI_UNSAID;
  self->common = sendoff_output_settings_new ();
  self->outputs = g_ptr_array_new_with_free_func (g_object_unref);
  self->option_names = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/** sendoff_cli_options_free: frees @self; the option context that it was added to must be gone. */
void
sendoff_cli_options_free (SendoffCliOptions *self)
{
  g_clear_object (&self->common);
  g_ptr_array_unref (self->outputs);
  g_ptr_array_unref (self->option_names);
  g_strfreev (self->inputs);
  g_free (self->output_folder);
  g_free (self->naming_pattern);
  g_free (self->request_path);
  g_free (self->release_set);
  g_free (self);
}

/* --two-pass and --no-two-pass instead of a number. */
static gboolean
is_switch (GParamSpec *pspec)
{
  return G_IS_PARAM_SPEC_INT (pspec) && G_PARAM_SPEC_INT (pspec)->minimum == -1
         && G_PARAM_SPEC_INT (pspec)->maximum == 1;
}

static gboolean
makes_an_output (const char *name)
{
  return g_str_equal (name, "platform") || g_str_equal (name, "preset");
}

static gboolean
on_setting (const char *option, const char *value, gpointer data, GError **error)
{
  SendoffCliOptions *self = data;
  const char *name = option + strlen ("--");
  GObjectClass *klass = G_OBJECT_GET_CLASS (self->common);
  GParamSpec *pspec = g_object_class_find_property (klass, name);

  if (pspec == NULL)
    g_object_set (self->common, name + strlen ("no-"), 0, NULL);
  else if (is_switch (pspec))
    g_object_set (self->common, name, 1, NULL);
  else
    return sendoff_output_settings_set_from_text (self->common, name, value, error);
  return TRUE;
}

static gboolean
on_output (const char *option, const char *value, gpointer data, GError **error)
{
  SendoffCliOptions *self = data;
  g_autoptr (SendoffOutputSettings) output = sendoff_output_settings_new ();
  gboolean ok;

  if (g_str_equal (option, "--output"))
    ok = sendoff_output_settings_parse (output, value, error);
  else
    ok = sendoff_output_settings_set_from_text (output, option + strlen ("--"), value, error);
  if (ok)
    g_ptr_array_add (self->outputs, g_steal_pointer (&output));
  return ok;
}

static gboolean
on_not_available (const char *option, const char *value, gpointer data, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("%s is not available in this version."), option);
  return FALSE;
}

static void
describe_setting (GOptionEntry *entry, GParamSpec *pspec)
{
  entry->description = _ (g_param_spec_get_blurb (pspec));
  entry->arg_description = "VALUE";
  for (guint i = 0; i < G_N_ELEMENTS (setting_help); i++)
    if (g_str_equal (setting_help[i].name, pspec->name))
      {
        entry->description = _ (setting_help[i].description);
        entry->arg_description = setting_help[i].placeholder;
      }
}

static void
add_switch (SendoffCliOptions *self, GArray *entries, GOptionEntry entry)
{
  char *negated = g_strdup_printf ("no-%s", entry.long_name);

  g_ptr_array_add (self->option_names, negated);
  entry.flags = G_OPTION_FLAG_NO_ARG;
  entry.arg_description = NULL;
  g_array_append_val (entries, entry);
  entry.long_name = negated;
  entry.flags |= G_OPTION_FLAG_HIDDEN;
  g_array_append_val (entries, entry);
}

static GOptionGroup *
make_settings_group (SendoffCliOptions *self)
{
  GOptionGroup *group = g_option_group_new (
      "settings", _ ("Settings, for every output that does not say its own:"), "", self, NULL);
  g_autoptr (GArray) entries = g_array_new (TRUE, TRUE, sizeof (GOptionEntry));
  g_autofree GParamSpec **pspecs = NULL;
  guint n_pspecs = 0;

  pspecs = g_object_class_list_properties (G_OBJECT_GET_CLASS (self->common), &n_pspecs);
  for (guint i = 0; i < n_pspecs; i++)
    {
      GOptionEntry entry = { pspecs[i]->name, 0, 0, G_OPTION_ARG_CALLBACK, on_setting, NULL, NULL };

      if (!(pspecs[i]->flags & G_PARAM_WRITABLE) || makes_an_output (pspecs[i]->name))
        continue;
      describe_setting (&entry, pspecs[i]);
      if (is_switch (pspecs[i]))
        add_switch (self, entries, entry);
      else
        g_array_append_val (entries, entry);
    }
  for (guint i = 0; i < G_N_ELEMENTS (not_available); i++)
    {
      GOptionEntry entry = {
        not_available[i].name, 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_CALLBACK, on_not_available, NULL, "VALUE"
      };

      if (not_available[i].is_flag)
        entry.flags |= G_OPTION_FLAG_NO_ARG;
      g_array_append_val (entries, entry);
    }
  g_option_group_add_entries (group, (const GOptionEntry *)entries->data);
  return group;
}

static GOptionGroup *
make_outputs_group (SendoffCliOptions *self)
{
  const GOptionEntry entries[] = {
    { "platform", 0, 0, G_OPTION_ARG_CALLBACK, on_output, _ ("One output for a platform (repeatable)"),
      "ID" },
    { "preset", 0, 0, G_OPTION_ARG_CALLBACK, on_output, _ ("One output from a preset (repeatable)"), "ID" },
    { "output", 0, 0, G_OPTION_ARG_CALLBACK, on_output,
      _ ("One output, as “key=value,…” of platform, preset and settings (repeatable)"), "SPEC" },
    { NULL },
  };
  GOptionGroup *group
      = g_option_group_new ("outputs", _ ("Outputs (none said: one, from the settings):"), "", self, NULL);

  g_option_group_add_entries (group, entries);
  return group;
}

static void
add_options (SendoffCliOptions *self, GOptionContext *context)
{
  const GOptionEntry entries[] = {
    { "output-folder", 'd', 0, G_OPTION_ARG_FILENAME, &self->output_folder,
      _ ("Where files go (default: beside the input)"), "DIR" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &self->naming_pattern,
      _ ("Names, of {name} {platform} {resolution} {codec} {quality} {date} {timestamp}"), "PATTERN" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &self->overwrite, _ ("Replace files instead of adding a number"),
      NULL },
    { "sequential", 0, 0, G_OPTION_ARG_NONE, &self->sequential, _ ("One output after the other"), NULL },
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &self->jobs, _ ("Outputs made at once (default 3)"), "N" },
    { "release-set", 0, 0, G_OPTION_ARG_STRING, &self->release_set,
      _ ("Make the outputs of a release set, see “release-sets”"), "ID" },
    { "request", 0, 0, G_OPTION_ARG_FILENAME, &self->request_path,
      _ ("Read the request from a JSON file, “-” is standard input"), "FILE" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->inputs, NULL, NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, make_outputs_group (self));
  g_option_context_add_group (context, make_settings_group (self));
}

/**
 * sendoff_cli_file_for_argument:
 * @argument: raw bytes of an argument
 *
 * A file of that very name wins over reading the argument as a URI, so that "file:holiday.mp4" and "a:b.mp4"
 * are names like any other.
 *
 * Returns: (transfer full): the file
 */
GFile *
sendoff_cli_file_for_argument (const char *argument)
{
  GStatBuf info;

  /* As everywhere on the command line. */
  if (g_str_equal (argument, "-"))
    return g_file_new_for_path ("/dev/stdin");
  if (g_lstat (argument, &info) != 0 && strstr (argument, "://") != NULL)
    return g_file_new_for_uri (argument);
  return g_file_new_for_path (argument);
}

static JsonNode *
read_request_file (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  g_autoptr (GError) local = NULL;

  if (!g_file_get_contents (g_str_equal (path, "-") ? "/dev/stdin" : path, &text, &length, &local))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("The request cannot be read: %s"),
                   local->message);
      return NULL;
    }
  return sendoff_json_parse (text, (gssize)length, error);
}

static void
stamp (SendoffRequest *request)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *date = g_date_time_format (now, "%Y-%m-%d");

  g_object_set (request, "created-at", g_date_time_to_unix (now), "local-date", date, NULL);
}

static void
apply_placement (SendoffCliOptions *self, SendoffRequest *request)
{
  if (self->output_folder != NULL)
    {
      g_autoptr (GFile) folder = sendoff_cli_file_for_argument (self->output_folder);
      g_autofree char *uri = g_file_get_uri (folder);

      g_object_set (request, "output-folder-uri", uri, NULL);
    }
  if (self->naming_pattern != NULL)
    g_object_set (request, "naming-pattern", self->naming_pattern, NULL);
  if (self->overwrite)
    g_object_set (request, "overwrite", TRUE, NULL);
  if (self->sequential)
    g_object_set (request, "sequential", TRUE, NULL);
  if (self->jobs > 0)
    g_object_set (request, "jobs", self->jobs, NULL);
}

/* @set is NULL when none was named. */
/* Paths are those of the folder in which they were typed; the request may be carried out elsewhere. */
static void
resolve_captions (SendoffOutputSettings *output)
{
  const char *given = sendoff_output_settings_get_string (output, SENDOFF_SETTING_CAPTIONS);
  g_autoptr (GFile) file = given != NULL ? sendoff_cli_file_for_argument (given) : NULL;
  g_autofree char *uri = file != NULL ? g_file_get_uri (file) : NULL;

  if (uri != NULL)
    sendoff_output_settings_set_string (output, SENDOFF_SETTING_CAPTIONS, uri);
}

static gboolean
apply_outputs (SendoffCliOptions *self, const SendoffReleaseSet *set, SendoffRequest *request, GError **error)
{
  GListModel *outputs = sendoff_request_get_outputs (request);

  if (set != NULL && !sendoff_release_set_apply (set, request, error))
    return FALSE;
  for (guint i = 0; i < self->outputs->len; i++)
    {
      g_autoptr (SendoffOutputSettings) copy
          = sendoff_output_settings_copy (g_ptr_array_index (self->outputs, i));

      sendoff_request_add_output (request, copy);
    }
  if (g_list_model_get_n_items (outputs) == 0)
    {
      g_autoptr (SendoffOutputSettings) plain = sendoff_output_settings_new ();

      sendoff_request_add_output (request, plain);
    }
  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SendoffOutputSettings) output = g_list_model_get_item (outputs, i);

      sendoff_output_settings_fill_unset (output, self->common);
      resolve_captions (output);
    }
  return TRUE;
}

/* @argument is NULL when the request file names the source. */
static SendoffRequest *
build_request (SendoffCliOptions *self,
               JsonNode *base,
               const SendoffReleaseSet *set,
               const char *argument,
               GError **error)
{
  g_autoptr (SendoffRequest) request = NULL;
  g_autofree char *uri = NULL;

  request = base != NULL ? sendoff_request_from_json (base, error) : sendoff_request_new (NULL);
  if (request == NULL)
    return NULL;
  if (argument != NULL)
    {
      g_autoptr (GFile) file = sendoff_cli_file_for_argument (argument);

      uri = g_file_get_uri (file);
      g_object_set (request, "source-uri", uri, NULL);
    }
  else
    {
      g_object_get (request, "source-uri", &uri, NULL);
      if (uri == NULL)
        {
          g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("Name the video to export."));
          return NULL;
        }
    }
  stamp (request);
  apply_placement (self, request);
  return apply_outputs (self, set, request, error) ? g_steal_pointer (&request) : NULL;
}

/* One request for each input. */
static GPtrArray *
build_requests (SendoffCliOptions *self, const SendoffReleaseSet *set, GError **error)
{
  g_autoptr (GPtrArray) requests = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (JsonNode) base = NULL;
  guint n_inputs = self->inputs != NULL ? g_strv_length (self->inputs) : 0;

  if (self->jobs < 1 && self->jobs != SENDOFF_CLI_UNSAID)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
                           _ ("--jobs needs a number of at least 1."));
      return NULL;
    }
  if (self->request_path != NULL && (base = read_request_file (self->request_path, error)) == NULL)
    return NULL;
  for (guint i = 0; i < MAX (n_inputs, 1); i++)
    {
      SendoffRequest *request = build_request (self, base, set, n_inputs > 0 ? self->inputs[i] : NULL, error);

      if (request == NULL)
        return NULL;
      g_ptr_array_add (requests, request);
    }
  return g_steal_pointer (&requests);
}

/* (transfer full) (nullable): the release set that was named. Only the engine knows it. */
static SendoffReleaseSet *
look_up_set (SendoffCliOptions *self, SendoffCli *cli, SendoffExit *status)
{
  g_autoptr (GPtrArray) sets = NULL;
  g_autoptr (GError) error = NULL;
  const SendoffReleaseSet *set;

  if (!sendoff_cli_start (cli, status))
    return NULL;
  sets = sendoff_cli_list_release_sets (cli, &error);
  if (sets == NULL)
    {
      *status = sendoff_cli_report (cli, error);
      return NULL;
    }
  set = sendoff_release_set_find (sets, self->release_set);
  if (set != NULL)
    return sendoff_release_set_copy (set);
  sendoff_cli_message (cli, _ ("There is no release set “%s”; “sendoff-cli release-sets list” shows them."),
                       self->release_set);
  *status = SENDOFF_EXIT_USAGE;
  return NULL;
}

/**
 * sendoff_cli_options_parse:
 * @context: with the command's own options, must not outlive @self
 * @args: the command's arguments, from its name on
 * @status: (out): what to exit with when the result is %NULL
 *
 * Adds the options to @context, parses @args, and says on standard error what cannot be understood.
 *
 * Returns: (transfer full) (nullable) (element-type SendoffRequest): one request for each input
 */
GPtrArray *
sendoff_cli_options_parse (
    SendoffCliOptions *self, SendoffCli *cli, GOptionContext *context, char **args, SendoffExit *status)
{
  g_autoptr (SendoffReleaseSet) set = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *requests;

  add_options (self, context);
  if (!sendoff_cli_parse (cli, context, args, status))
    return NULL;
  if (self->release_set != NULL && (set = look_up_set (self, cli, status)) == NULL)
    return NULL;
  requests = build_requests (self, set, &error);
  if (requests == NULL)
    {
      sendoff_cli_message (cli, "%s", error->message);
      *status = SENDOFF_EXIT_USAGE;
    }
  return requests;
}

/**
 * sendoff_cli_options_parse_set:
 * @args: "release-sets new NAME" and options; the words are in @self's inputs then
 *
 * As sendoff_cli_options_parse(), for outputs that are kept and not made now.
 *
 * Returns: (transfer full) (nullable): a request without a source
 */
SendoffRequest *
sendoff_cli_options_parse_set (
    SendoffCliOptions *self, SendoffCli *cli, GOptionContext *context, char **args, SendoffExit *status)
{
  g_autoptr (SendoffRequest) request = sendoff_request_new (NULL);
  g_autoptr (GError) error = NULL;

  add_options (self, context);
  if (!sendoff_cli_parse (cli, context, args, status))
    return NULL;
  *status = SENDOFF_EXIT_USAGE;
  if (self->inputs == NULL || g_strv_length (self->inputs) != 2)
    {
      sendoff_cli_message (cli, _ ("Give the release set one name: “release-sets new NAME [options]”."));
      return NULL;
    }
  if (self->request_path != NULL || self->release_set != NULL)
    {
      sendoff_cli_message (cli,
                           _ ("A new release set is made of --platform, --preset, --output and settings."));
      return NULL;
    }
  apply_placement (self, request);
  if (!apply_outputs (self, NULL, request, &error))
    return NULL;
  *status = SENDOFF_EXIT_COMPLETED;
  return g_steal_pointer (&request);
}
