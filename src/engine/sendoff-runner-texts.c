/* Captions, subtitles, fonts and covers: read before anything is encoded, because pictures may need them. They lie in
 * the job's folder and are read again when the job goes on. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-identity.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-runner-private.h"
#include "model/sendoff-naming.h"

#define STAGE "preparing"

/* (transfer full): a name in the job's folder for texts, "texts/LEAF". */
static char *
dup_path (SendoffRunner *self, const char *leaf)
{
  g_autofree char *folder = sendoff_job_folder_dup_path (self->cache_dir, self->export_id, "texts");

  return leaf != NULL ? g_build_filename (folder, leaf, NULL) : g_steal_pointer (&folder);
}

static char *
dup_leaf_path (SendoffRunner *self, guint output, const char *what)
{
  g_autofree char *leaf = g_strdup_printf ("%u-%s", output, what);

  return dup_path (self, leaf);
}

static char *
dup_text_path (SendoffRunner *self, guint output, guint text)
{
  g_autofree char *what = g_strdup_printf ("text-%u", text);

  return dup_leaf_path (self, output, what);
}

/** sendoff_runner_dup_captions_path: (transfer full): the script that is burned into @output. */
char *
sendoff_runner_dup_captions_path (SendoffRunner *self, guint output)
{
  return dup_leaf_path (self, output, "burn.ass");
}

/** sendoff_runner_dup_fonts_dir: (transfer full): the fonts of the source. */
char *
sendoff_runner_dup_fonts_dir (SendoffRunner *self)
{
  return dup_path (self, "fonts");
}

/** sendoff_runner_dup_cover_path: (transfer full) (nullable): the packet file of the cover of @output. */
char *
sendoff_runner_dup_cover_path (SendoffRunner *self, guint output)
{
  const SendoffExtrasPlan *extras = self->outputs[output].plan->extras;

  return extras != NULL && extras->cover_index >= 0 ? dup_leaf_path (self, output, "cover") : NULL;
}

/** sendoff_runner_dup_text_paths: (transfer full): packet files of the text tracks of @output, in the plan's order. */
char **
sendoff_runner_dup_text_paths (SendoffRunner *self, guint output)
{
  const SendoffExtrasPlan *extras = self->outputs[output].plan->extras;
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; extras != NULL && i < extras->texts->len; i++)
    if (((SendoffTextPlan *)g_ptr_array_index (extras->texts, i))->use == SENDOFF_TEXT_TRACK)
      {
        g_autofree char *path = dup_text_path (self, output, i);

        g_strv_builder_add (paths, path);
      }
  return g_strv_builder_end (paths);
}

/**
 * sendoff_runner_dup_captions_identity:
 *
 * Chunks with captions in the picture are of use only for the very same captions.
 *
 * Returns: (transfer full) (nullable): what tells the captions' content, %NULL when @output has none of a file; or %NULL
 *   with the error of opening it
 */
char *
sendoff_runner_dup_captions_identity (SendoffRunner *self, guint output, GError **error)
{
  const SendoffVideoPlan *video = self->outputs[output].plan->video;
  g_autoptr (GFile) file = NULL;
  g_autofree char *identity = NULL;
  gint64 size_bytes;
  int fd;

  if (video == NULL || video->burn == NULL || video->burn->uri == NULL)
    return NULL;
  file = g_file_new_for_uri (video->burn->uri);
  fd = sendoff_identity_open_source (file, &size_bytes, error);
  if (fd < 0)
    return NULL;
  identity = sendoff_identity_compute (fd, error);
  close (fd);
  return identity != NULL ? g_strconcat ("captions ", identity, NULL) : NULL;
}

/* One reading of one stream or file, for all outputs that want it. */
typedef struct {
  SendoffWorkerSpec *spec;
  char *uri; /* (nullable): of a file of captions */
  GArray *outputs; /* guint */
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  sendoff_worker_spec_free (reading->spec);
  g_free (reading->uri);
  g_array_unref (reading->outputs);
  g_free (reading);
}

/* (transfer none): the reading of that stream or file, a new one when there is none; those that copy stay alone. */
static Reading *
get_reading (SendoffRunner *self, GPtrArray *readings, const char *uri, int stream_index)
{
  Reading *reading;

  for (guint i = 0; i < readings->len; i++)
    {
      reading = g_ptr_array_index (readings, i);
      if (g_strcmp0 (reading->uri, uri) == 0 && reading->spec->stream_index == stream_index)
        return reading;
    }
  reading = g_new0 (Reading, 1);
  reading->uri = g_strdup (uri);
  reading->outputs = g_array_new (FALSE, FALSE, sizeof (guint));
  reading->spec = sendoff_worker_spec_new ();
  reading->spec->role = SENDOFF_ROLE_TEXTS;
  reading->spec->stream_index = stream_index;
  if (uri == NULL)
    {
      reading->spec->source_name = g_strdup (self->source_name);
      reading->spec->source_size_bytes = self->source_size_bytes;
      reading->spec->origin_us = self->plan->origin_us;
    }
  g_ptr_array_add (readings, reading);
  return reading;
}

static SendoffTextOutputSpec *
add_text (SendoffRunner *self, Reading *reading, guint output)
{
  const SendoffOutputPlan *plan = self->outputs[output].plan;
  SendoffTextOutputSpec *text = sendoff_text_output_spec_new ();

  text->start_us = plan->start_us;
  text->end_us = plan->trimmed_end || plan->end_us > plan->start_us ? plan->end_us : G_MAXINT64;
  g_ptr_array_add (reading->spec->text_outputs, text);
  g_array_append_val (reading->outputs, output);
  return text;
}

static void
add_burn (SendoffRunner *self, GPtrArray *readings, guint output)
{
  const SendoffVideoPlan *video = self->outputs[output].plan->video;
  Reading *reading;
  SendoffTextOutputSpec *text;

  if (video == NULL || video->burn == NULL)
    return;
  reading = get_reading (self, readings, video->burn->uri, video->burn->stream_index);
  if (video->burn->uri == NULL && reading->spec->fonts_dir == NULL)
    reading->spec->fonts_dir = sendoff_runner_dup_fonts_dir (self);
  text = add_text (self, reading, output);
  text->format = SENDOFF_TEXT_FORMAT_BURN;
  text->path = sendoff_runner_dup_captions_path (self, output);
  text->width = video->width;
  text->height = video->height;
  text->white = video->burn->white;
}

static void
add_extras (SendoffRunner *self, GPtrArray *readings, guint output)
{
  const SendoffExtrasPlan *extras = self->outputs[output].plan->extras;

  for (guint i = 0; extras != NULL && i < extras->texts->len; i++)
    {
      const SendoffTextPlan *plan = g_ptr_array_index (extras->texts, i);
      SendoffTextOutputSpec *text
          = add_text (self, get_reading (self, readings, plan->uri, plan->stream_index), output);

      text->path = dup_text_path (self, output, i);
      text->codec = g_strdup (plan->codec);
      if (plan->use == SENDOFF_TEXT_SIDECAR)
        text->format = g_strcmp0 (plan->extension, "vtt") == 0 ? SENDOFF_TEXT_FORMAT_VTT : SENDOFF_TEXT_FORMAT_SRT;
    }
  if (extras != NULL && extras->cover_index >= 0)
    {
      Reading *reading = g_new0 (Reading, 1);

      reading->spec = sendoff_worker_spec_new ();
      reading->spec->role = SENDOFF_ROLE_TEXTS;
      reading->spec->source_name = g_strdup (self->source_name);
      reading->spec->source_size_bytes = self->source_size_bytes;
      reading->spec->cover_index = extras->cover_index;
      reading->spec->cover_path = sendoff_runner_dup_cover_path (self, output);
      reading->outputs = g_array_new (FALSE, FALSE, sizeof (guint));
      g_array_append_val (reading->outputs, output);
      g_ptr_array_add (readings, reading);
    }
}

static int
open_captions (Reading *reading, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_uri (reading->uri);
  g_autofree char *path = g_file_get_path (file);

  reading->spec->source_name = path != NULL ? g_filename_display_basename (path) : g_strdup (reading->uri);
  return sendoff_identity_open_source (file, &reading->spec->source_size_bytes, error);
}

static gboolean
run (SendoffRunner *self, Reading *reading, GError **error)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (SendoffTextsResult) result = NULL;
  int fd = reading->uri != NULL ? open_captions (reading, error) : self->source_fd;

  if (fd < 0)
    return FALSE;
  node = sendoff_worker_client_run (self->client, reading->spec, fd, NULL, NULL, self->cancellable, NULL, error);
  if (reading->uri != NULL)
    close (fd);
  result = node != NULL ? sendoff_texts_result_from_json (node, error) : NULL;
  for (guint i = 0; result != NULL && result->cues == 0 && reading->uri != NULL && i < reading->outputs->len; i++)
    sendoff_tracker_add_warning (self->tracker, g_array_index (reading->outputs, guint, i),
                                 _ ("The file of captions holds none."));
  return result != NULL;
}

/** sendoff_runner_read_texts: makes what the outputs need of text; an output whose text cannot be read fails.
 * FALSE with %SENDOFF_ERROR_NO_SPACE. */
gboolean
sendoff_runner_read_texts (SendoffRunner *self, GError **error)
{
  g_autoptr (GPtrArray) readings = g_ptr_array_new_with_free_func (reading_free);
  g_autofree char *fonts = sendoff_runner_dup_fonts_dir (self);

  for (guint i = 0; i < self->plan->outputs->len; i++)
    if (!self->outputs[i].over)
      {
        add_burn (self, readings, i);
        add_extras (self, readings, i);
      }
  if (readings->len > 0 && !sendoff_disk_make_folder (fonts, error))
    return FALSE;
  for (guint i = 0; i < readings->len; i++)
    {
      Reading *reading = g_ptr_array_index (readings, i);
      g_autoptr (GError) local = NULL;

      if (run (self, reading, &local))
        continue;
      if (g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      sendoff_runner_fail_outputs (self, reading->outputs, local, STAGE);
    }
  return TRUE;
}

/** sendoff_runner_place_sidecar: puts the captions beside what will be the finished file, under the same name. */
gboolean
sendoff_runner_place_sidecar (SendoffRunner *self, guint output, GError **error)
{
  const RunnerOutput *entry = &self->outputs[output];
  const SendoffTextPlan *sidecar = sendoff_output_plan_get_sidecar (entry->plan);
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;
  g_autofree char *target = NULL;
  gsize length;
  guint index = 0;

  if (sidecar == NULL)
    return TRUE;
  g_ptr_array_find (entry->plan->extras->texts, sidecar, &index);
  path = dup_text_path (self, output, index);
  target = sendoff_naming_dup_sidecar (entry->target, sidecar->extension);
  if (g_file_get_contents (path, &text, &length, NULL)
      && g_file_set_contents_full (target, text, (gssize)length, G_FILE_SET_CONTENTS_CONSISTENT, 0666, NULL))
    return TRUE;
  sendoff_disk_set_error (error, SENDOFF_ERROR_FAILED, errno, "The captions cannot be put beside the finished file");
  return FALSE;
}
