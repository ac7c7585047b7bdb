#include <string.h>

#include "base/sendoff-bytes.h"
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "cli/sendoff-cli-calls.h"
#include "cli/sendoff-cli-commands.h"
#include "cli/sendoff-cli-options.h"
#include "cli/sendoff-cli-outcome.h"
#include "cli/sendoff-cli-text.h"
#include "model/sendoff-naming.h"

#define DEFAULT_COUNT 5
#define MAX_COUNT     1000
#define LARGEST_SIDE  16384

/* The options as typed, and what they mean. */
typedef struct
{
  char **inputs;
  char **times;
  char *size;
  char *format;
  char *output_folder; /* raw bytes */
  int count;           /* SENDOFF_CLI_UNSAID the default */
  gboolean overwrite;

  gboolean jpeg;
  int max_width, max_height; /* 0 as the source */
  GArray *times_us;          /* gint64; empty: count of them, spread evenly */
} Options;

static void
options_clear (Options *self)
{
  g_strfreev (self->inputs);
  g_strfreev (self->times);
  g_free (self->size);
  g_free (self->format);
  g_free (self->output_folder);
  g_clear_pointer (&self->times_us, g_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Options, options_clear)

/* ---- Options ---- */

static gboolean
parse_size (Options *self, GError **error)
{
  g_auto (GStrv) sides = self->size != NULL ? g_strsplit_set (self->size, "xX", 2) : NULL;
  guint64 width = 0, height = 0;

  if (sides == NULL)
    return TRUE;
  if (g_strv_length (sides) != 2 || !g_ascii_string_to_unsigned (sides[0], 10, 1, LARGEST_SIDE, &width, NULL)
      || !g_ascii_string_to_unsigned (sides[1], 10, 1, LARGEST_SIDE, &height, NULL))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
                   _ ("“%s” is not a size; --size takes one such as 320x180."), self->size);
      return FALSE;
    }
  self->max_width = (int)width;
  self->max_height = (int)height;
  return TRUE;
}

static gboolean
parse_format (Options *self, GError **error)
{
  static const char *const jpeg_names[] = { "jpg", "jpeg", NULL };

  self->jpeg = self->format != NULL && g_strv_contains (jpeg_names, self->format);
  if (self->format == NULL || self->jpeg || g_str_equal (self->format, "png"))
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
               _ ("“%s” is not a format for pictures; --format takes png or jpg."), self->format);
  return FALSE;
}

static gboolean
parse_times (Options *self, GError **error)
{
  self->times_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; self->times != NULL && self->times[i] != NULL; i++)
    {
      gint64 time_us;

      if (!sendoff_parse_time (self->times[i], &time_us))
        {
          g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
                       _ ("“%s” is not a time; --time takes seconds or h:mm:ss."), self->times[i]);
          return FALSE;
        }
      g_array_append_val (self->times_us, time_us);
    }
  if (self->count != SENDOFF_CLI_UNSAID && self->times_us->len > 0)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
                         _ ("Use either --count or --time, not both."));
  else if ((self->count < 1 && self->count != SENDOFF_CLI_UNSAID) || self->count > MAX_COUNT
           || self->times_us->len > MAX_COUNT)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("From 1 to %d pictures are taken at once."),
                 MAX_COUNT);
  else
    return TRUE;
  return FALSE;
}

static gboolean
interpret (Options *self, GError **error)
{
  if (self->inputs != NULL && g_strv_length (self->inputs) == 1)
    return parse_size (self, error) && parse_format (self, error) && parse_times (self, error);
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE, _ ("Name one input to take pictures of."));
  return FALSE;
}

static gboolean
parse_options (Options *self, SendoffCli *cli, char **args, SendoffExit *status)
{
  g_autoptr (GOptionContext) context = g_option_context_new (_ ("INPUT - take still pictures of a video"));
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
    { "count", 'n', 0, G_OPTION_ARG_INT, &self->count, _ ("So many, spread evenly (default 5)"), "N" },
    { "time", 't', 0, G_OPTION_ARG_STRING_ARRAY, &self->times, _ ("One at this time; may be repeated"),
      "TIME" },
    { "size", 's', 0, G_OPTION_ARG_STRING, &self->size, _ ("Make them fit this box; they are never enlarged"),
      "WxH" },
    { "format", 'f', 0, G_OPTION_ARG_STRING, &self->format, _ ("png (default) or jpg"), "FORMAT" },
    { "output-folder", 'd', 0, G_OPTION_ARG_FILENAME, &self->output_folder,
      _ ("Put them there, not beside the input"), "DIR" },
    { "overwrite", 0, 0, G_OPTION_ARG_NONE, &self->overwrite, _ ("Replace files of the same name"), NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->inputs, NULL, NULL },
    { NULL },
  };

  g_option_context_add_main_entries (context, entries, NULL);
  if (!sendoff_cli_parse (cli, context, args, status))
    return FALSE;
  if (interpret (self, &error))
    return TRUE;
  *status = sendoff_cli_report (cli, error);
  return FALSE;
}

/* ---- What to take, and where to put it ---- */

static gint64
get_length (const SendoffMediaInfo *info, gint64 *start_us)
{
  const SendoffStreamInfo *video = sendoff_media_info_get_video (info);

  *start_us = video != NULL ? video->start_us : 0;
  return video != NULL && video->duration_us > 0 ? video->duration_us : info->duration_us;
}

static gboolean
check_times (Options *self, const SendoffMediaInfo *info, GError **error)
{
  for (guint i = 0; i < self->times_us->len; i++)
    {
      gint64 time_us = g_array_index (self->times_us, gint64, i);

      if (info->duration_us > 0 && time_us > info->duration_us)
        {
          g_autofree char *time = sendoff_format_timestamp (time_us);
          g_autofree char *duration = sendoff_format_timestamp (info->duration_us);

          g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_INVALID_REQUEST,
                       _ ("There is no picture at %s, the video is only %s long."), time, duration);
          return FALSE;
        }
    }
  return TRUE;
}

/* In the middle of as many equal parts; a cover has no times, so that there is only one. */
static gboolean
choose_times (Options *self, const SendoffMediaInfo *info, GError **error)
{
  gint64 start_us, length_us;
  int count = self->count != SENDOFF_CLI_UNSAID ? self->count : DEFAULT_COUNT;

  if (info->video_index < 0)
    {
      gint64 cover_us = 0;

      g_array_set_size (self->times_us, 0);
      g_array_append_val (self->times_us, cover_us);
      return TRUE;
    }
  if (self->times_us->len > 0)
    return check_times (self, info, error);
  length_us = get_length (info, &start_us);
  for (int i = 0; i < count; i++)
    {
      gint64 time_us = start_us + (gint64)((i + 0.5) / count * (double)length_us);

      g_array_append_val (self->times_us, time_us);
    }
  return TRUE;
}

static char *
dup_folder (Options *self, GFile *input, GError **error)
{
  g_autoptr (GFile) folder = self->output_folder != NULL ? sendoff_cli_file_for_argument (self->output_folder)
                                                         : g_file_get_parent (input);
  char *path = folder != NULL ? g_file_get_path (folder) : NULL;

  if (path == NULL)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_USAGE,
                         _ ("The pictures need a folder on this computer; name one with --output-folder."));
  return path;
}

static GStrv
make_paths (Options *self, GFile *input, GError **error)
{
  g_autofree char *folder = dup_folder (self, input, error);
  g_autofree char *base = g_file_get_basename (input);
  g_autofree char *name = sendoff_bytes_escape (base != NULL ? base : "video");
  g_autofree char *stem = sendoff_naming_strip_extension (name);
  int digits = self->times_us->len > 999 ? 4 : self->times_us->len > 99 ? 3 : 2;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  if (folder == NULL)
    return NULL;
  for (guint i = 0; i < self->times_us->len; i++)
    {
      g_autofree char *suffix = g_strdup_printf ("-%0*u", digits, i + 1);
      g_autofree char *leaf = sendoff_naming_join (stem, suffix, self->jpeg ? "jpg" : "png");
      g_autofree char *bytes = sendoff_bytes_unescape (leaf);
      g_autofree char *path = g_build_filename (folder, bytes, NULL);

      g_strv_builder_add (paths, path);
    }
  return g_strv_builder_end (paths);
}

/* ---- The command ---- */

static GPtrArray *
take (Options *self, SendoffCli *cli, GError **error)
{
  g_autoptr (GFile) input = sendoff_cli_file_for_argument (self->inputs[0]);
  g_autoptr (SendoffMediaInfo) info = sendoff_cli_probe (cli, input, SENDOFF_PROBE_NONE, error);
  g_autoptr (GAsyncResult) result = NULL;
  g_auto (GStrv) paths = NULL;

  if (info == NULL)
    return NULL;
  if (info->duration_us <= 0 && self->times_us->len == 0)
    {
      /* Spreading them needs a length that the headers did not tell. */
      sendoff_media_info_free (info);
      info = sendoff_cli_probe (cli, input, SENDOFF_PROBE_SCAN, error);
      if (info == NULL)
        return NULL;
    }
  if (!choose_times (self, info, error))
    return NULL;
  paths = make_paths (self, input, error);
  if (paths == NULL)
    return NULL;
  sendoff_engine_save_frames_async (
      cli->engine, input, info, (const gint64 *)(const void *)self->times_us->data, paths, self->jpeg,
      self->max_width, self->max_height, self->overwrite, cli->cancellable, sendoff_cli_on_ready, &result);
  return sendoff_engine_save_frames_finish (cli->engine, sendoff_cli_wait (&result), error);
}

static JsonNode *
saved_to_json (GPtrArray *saved)
{
  g_autoptr (JsonObject) object = json_object_new ();
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < saved->len; i++)
    {
      const SendoffSavedFrame *frame = g_ptr_array_index (saved, i);
      g_autoptr (GFile) file = g_file_new_for_path (frame->path);
      g_autofree char *uri = g_file_get_uri (file);
      g_autofree char *name = g_filename_display_name (frame->path);
      JsonObject *entry = json_object_new ();

      json_object_set_string_member (entry, "file", name);
      json_object_set_string_member (entry, "uri", uri);
      json_object_set_double_member (entry, "time_seconds", (double)frame->time_us / G_USEC_PER_SEC);
      json_object_set_int_member (entry, "width", frame->width);
      json_object_set_int_member (entry, "height", frame->height);
      json_array_add_object_element (list, entry);
    }
  json_object_set_string_member (object, "status", "completed");
  json_object_set_array_member (object, "thumbnails", list);
  return json_node_init_object (json_node_alloc (), object);
}

static void
print_saved (GPtrArray *saved)
{
  for (guint i = 0; i < saved->len; i++)
    {
      const SendoffSavedFrame *frame = g_ptr_array_index (saved, i);
      g_autofree char *name = sendoff_cli_text_dup_printable (frame->path);
      g_autofree char *time = sendoff_format_timestamp (frame->time_us);

      g_print ("%s  %s  %d×%d\n", name, time, frame->width, frame->height);
    }
}

/* A source that shows nothing is of no more use here than one that cannot be read. */
static SendoffExit
report_failure (SendoffCli *cli, const GError *error)
{
  SendoffExit status = sendoff_cli_report (cli, error);
  g_autoptr (JsonNode) document = sendoff_cli_failure_to_json (error, "thumbnails");

  if (cli->json)
    sendoff_cli_print_json (cli, document, TRUE);
  return g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND) ? SENDOFF_EXIT_SOURCE : status;
}

/** sendoff_cli_run_thumbnails: "thumbnails": still pictures of one source, as files. */
SendoffExit
sendoff_cli_run_thumbnails (SendoffCli *cli, char **args)
{
  g_auto (Options) options = { .count = SENDOFF_CLI_UNSAID };
  g_autoptr (GPtrArray) saved = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) document = NULL;
  SendoffExit status = SENDOFF_EXIT_COMPLETED;

  if (!parse_options (&options, cli, args, &status) || !sendoff_cli_start (cli, &status))
    return status;
  saved = take (&options, cli, &error);
  if (saved == NULL)
    return report_failure (cli, error);
  document = saved_to_json (saved);
  if (cli->json)
    sendoff_cli_print_json (cli, document, TRUE);
  else
    print_saved (saved);
  return SENDOFF_EXIT_COMPLETED;
}
