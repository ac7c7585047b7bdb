#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-identity.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-preflight.h"
#include "engine/sendoff-runner-private.h"

#define STAGE "preparing"

static char *
dup_key_folder (SendoffRunner *self, const char *key)
{
  return g_build_filename (self->cache_dir, "chunks", key, NULL);
}

/* (transfer full): exists once group @group is known to need one decoder from the start. */
char *
sendoff_runner_dup_sequential_mark (SendoffRunner *self, guint group)
{
  g_autofree char *leaf = g_strdup_printf ("sequential-%u", group);

  return sendoff_job_folder_dup_path (self->cache_dir, self->export_id, leaf);
}

/* (transfer full): what decides an output's bytes beside its plan: versions, and captions that become picture. */
char **
sendoff_runner_dup_ingredients (SendoffRunner *self, const char *captions)
{
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();

  if (self->libraries != NULL)
    g_strv_builder_addv (all, (const char **)self->libraries);
  if (captions != NULL)
    g_strv_builder_add (all, captions);
  return g_strv_builder_end (all);
}

/* (transfer full): the chunks of @key, which are @output's; or %NULL with the disk's error. */
SendoffChunkLedger *
sendoff_runner_open_ledger (SendoffRunner *self, guint output, const char *key, GError **error)
{
  g_autofree char *leaf = sendoff_runner_dup_chunks_key (self, output, key);
  g_autofree char *folder = dup_key_folder (self, leaf);

  if (!sendoff_job_folder_note_key (self->cache_dir, self->export_id, leaf, error))
    return NULL;
  return sendoff_chunk_ledger_open (folder, self->groups[self->outputs[output].plan->group].grid, error);
}

/* Renditions whose chunks are chosen by their sizes are measured under another number than they are encoded. */
#define ANALYSIS_ID_OFFSET 1000

/* (nullable) (transfer none): the rendition with the chunks of @key, made when there is none yet. */
static RunnerRendition *
find_rendition (SendoffRunner *self, GHashTable *known, guint output, const char *identity, const char *key,
                GError **error)
{
  RunnerRendition *rendition = g_hash_table_lookup (known, identity);
  SendoffChunkLedger *ledger;

  if (rendition != NULL)
    return rendition;
  ledger = sendoff_runner_open_ledger (self, output, key, error);
  if (ledger == NULL)
    return NULL;
  rendition = g_new0 (RunnerRendition, 1);
  rendition->id = (int)output;
  rendition->video = self->outputs[output].plan->video;
  rendition->group = (guint)self->outputs[output].plan->group;
  rendition->output = output;
  rendition->outputs = g_array_new (FALSE, FALSE, sizeof (guint));
  rendition->ledger = ledger;
  g_ptr_array_add (self->renditions, rendition);
  g_hash_table_insert (known, g_strdup (identity), rendition);
  return rendition;
}

/* What is measured before @rendition can be encoded, once for both when two renditions need the same. */
static gboolean
add_analysis (SendoffRunner *self, GHashTable *known, RunnerRendition *rendition, char *const *ingredients, GError **error)
{
  g_autofree char *key = sendoff_plan_dup_analysis_key (self->plan, rendition->output, ingredients);
  RunnerRendition *analysis = find_rendition (self, known, rendition->output, key, key, error);

  if (analysis == NULL)
    return FALSE;
  if (analysis->measures == NULL)
    {
      analysis->id = ANALYSIS_ID_OFFSET + (int)rendition->output;
      analysis->video = rendition->video->analysis;
      analysis->measures = rendition;
    }
  g_array_append_val (analysis->outputs, rendition->output);
  rendition->analysis = analysis;
  return TRUE;
}

static gboolean
add_rendition (SendoffRunner *self, GHashTable *known, guint output, const char *captions, GError **error)
{
  g_auto (GStrv) ingredients = sendoff_runner_dup_ingredients (self, captions);
  g_autofree char *key = sendoff_plan_dup_video_key (self->plan, output, ingredients);
  g_autofree char *identity = sendoff_plan_dup_video_identity (self->plan, output, ingredients);
  RunnerRendition *rendition = find_rendition (self, known, output, identity, key, error);
  gboolean is_new = rendition != NULL && rendition->outputs->len == 0;

  if (rendition == NULL)
    return FALSE;
  g_array_append_val (rendition->outputs, output);
  self->outputs[output].rendition = rendition;
  if (!is_new)
    return TRUE;
  if (rendition->video->analysis != NULL && !add_analysis (self, known, rendition, ingredients, error))
    return FALSE;
  sendoff_runner_begin_rate (self, rendition, identity);
  return TRUE;
}

static gboolean
add_track (SendoffRunner *self, GHashTable *known, guint output, guint number, GError **error)
{
  g_autofree char *key = sendoff_plan_dup_audio_key (self->plan, output, number, self->libraries);
  g_autofree char *folder = dup_key_folder (self, key);
  g_autofree char *lock_path = g_build_filename (folder, ".lock", NULL);
  RunnerTrack *track = g_hash_table_lookup (known, key);

  if (track == NULL)
    {
      int lock_fd = -1;

      if (sendoff_job_folder_note_key (self->cache_dir, self->export_id, key, error))
        lock_fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_SHARED, error);
      if (lock_fd < 0)
        return FALSE;
      track = g_new0 (RunnerTrack, 1);
      track->output = output;
      track->number = number;
      track->outputs = g_array_new (FALSE, FALSE, sizeof (guint));
      track->path = g_build_filename (folder, "audio.packets", NULL);
      track->lock_path = g_steal_pointer (&lock_path);
      track->lock_fd = lock_fd;
      track->trailer = sendoff_packet_file_read_trailer (track->path, NULL);
      g_ptr_array_add (self->tracks, track);
      g_hash_table_insert (known, g_steal_pointer (&key), track);
    }
  g_array_append_val (track->outputs, output);
  g_ptr_array_add (self->outputs[output].tracks, track);
  return TRUE;
}

static gboolean
add_tracks (SendoffRunner *self, GHashTable *known, guint output, GError **error)
{
  const SendoffOutputPlan *plan = self->outputs[output].plan;
  guint n_tracks = sendoff_output_plan_encodes_audio (plan) ? sendoff_output_plan_get_n_audio (plan) : 0;

  for (guint number = 0; number < n_tracks; number++)
    if (!add_track (self, known, output, number, error))
      return FALSE;
  return TRUE;
}

/* What hardware makes fails by itself, and is made in software by itself then. */
static gboolean
goes_alone (const RunnerBatch *batch, const RunnerRendition *rendition)
{
  const RunnerRendition *other = g_ptr_array_index (batch->renditions, 0);

  return rendition->video->hardware != NULL || other->video->hardware != NULL;
}

static void
batch_renditions (SendoffRunner *self)
{
  RunnerBatch *batch = NULL;
  guint n_outputs = 0, size = 0;

  for (guint i = 0; i < self->renditions->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);

      /* What is measured is not encoded at the same time. */
      if (rendition->measures == NULL)
        n_outputs++;
      if (batch == NULL || batch->group != rendition->group || n_outputs > size || goes_alone (batch, rendition))
        {
          n_outputs = rendition->measures == NULL ? 1 : 0;
          size = sendoff_runner_fit_batch (self, i, self->batch_size);
          batch = g_new0 (RunnerBatch, 1);
          batch->group = rendition->group;
          batch->renditions = g_ptr_array_new ();
          g_ptr_array_add (self->batches, batch);
        }
      g_ptr_array_add (batch->renditions, rendition);
    }
}

/* Lets go what was opened before the disk turned out to be full. */
static void
forget_cache (SendoffRunner *self)
{
  sendoff_runner_close_cache (self, FALSE, FALSE);
  g_ptr_array_set_size (self->batches, 0);
  g_ptr_array_set_size (self->renditions, 0);
  g_ptr_array_set_size (self->tracks, 0);
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      self->outputs[i].rendition = NULL;
      g_ptr_array_set_size (self->outputs[i].tracks, 0);
    }
}

/* After an upgrade chunks have other keys, so that versions are never mixed; whoever waits for the end should know. */
static gboolean
check_libraries (SendoffRunner *self, GError **error)
{
  gboolean changed;

  if (!sendoff_job_folder_note_libraries (self->cache_dir, self->export_id, self->libraries, &changed, error))
    return FALSE;
  for (guint i = 0; changed && i < self->plan->outputs->len; i++)
    if (!sendoff_runner_is_over (self, i))
      sendoff_tracker_add_warning (self->tracker, i,
                                   _ ("Encoders were updated since this export began: it starts again, so that one file is "
                                   "not made by two versions."));
  return TRUE;
}

/* Finds out what is there already, and keeps others from removing it. */
static gboolean
open_cache (SendoffRunner *self, GError **error)
{
  g_autoptr (GHashTable) videos = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) audios = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  if (!check_libraries (self, error))
    return FALSE;
  for (guint i = 0; i < self->plan->groups->len; i++)
    {
      g_autofree char *mark = sendoff_runner_dup_sequential_mark (self, i);

      self->groups[i].grid = g_ptr_array_index (self->plan->groups, i);
      self->groups[i].sequential = self->plan->sequential || g_file_test (mark, G_FILE_TEST_EXISTS);
    }
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      const RunnerOutput *output = &self->outputs[i];
      g_autoptr (GError) local = NULL;
      g_autofree char *captions = NULL;

      if (sendoff_runner_is_over (self, i))
        continue;
      sendoff_runner_recall_fallback (self, i);
      captions = sendoff_runner_dup_captions_identity (self, i, &local);
      if (local != NULL)
        {
          sendoff_runner_fail_output (self, i, local, STAGE);
          continue;
        }
      if ((sendoff_output_plan_encodes_video (output->plan) && !add_rendition (self, videos, i, captions, error))
          || !add_tracks (self, audios, i, error))
        return FALSE;
    }
  batch_renditions (self);
  sendoff_runner_note_missing (self);
  sendoff_runner_clean_cache (self);
  return TRUE;
}

/* Lets the chunks go: of a job that is @over they may stay for others, within the cache's bound, unless @remove. */
void
sendoff_runner_close_cache (SendoffRunner *self, gboolean over, gboolean remove)
{
  for (guint i = 0; i < self->renditions->len; i++)
    {
      RunnerRendition *rendition = g_ptr_array_index (self->renditions, i);

      gboolean keep = !remove && (!over || !sendoff_video_plan_is_intra (self->outputs[rendition->output].plan->video));

      sendoff_chunk_ledger_close (g_steal_pointer (&rendition->ledger), !keep);
    }
  for (guint i = 0; i < self->tracks->len; i++)
    {
      RunnerTrack *track = g_ptr_array_index (self->tracks, i);
      g_autoptr (GError) error = NULL;

      if (!remove)
        sendoff_disk_let_go (track->lock_fd);
      else if (!sendoff_disk_release_folder (track->lock_fd, track->lock_path, &error))
        g_info ("cache folder stays: %s", error->message);
      track->lock_fd = -1;
    }
  if (remove)
    sendoff_job_folder_release_keys (self->cache_dir, self->export_id);
  else if (over)
    sendoff_job_folder_release_own_keys (self->cache_dir, self->export_id);
}

/* Opens the source and makes sure that it is the file that was planned. */
static gboolean
open_source (SendoffRunner *self)
{
  g_autoptr (GFile) file = g_file_new_for_uri (self->source_uri);
  g_autoptr (GError) error = NULL;
  g_autofree char *identity = NULL;
  g_autofree char *path = g_file_get_path (file);

  self->source_name = path != NULL ? g_filename_display_basename (path) : g_strdup (self->plan->source_name);
  self->source_fd = sendoff_identity_open_source (file, &self->source_size_bytes, &error);
  if (self->source_fd >= 0)
    identity = sendoff_identity_compute (self->source_fd, &error);
  if (identity != NULL && g_strcmp0 (identity, self->plan->source_identity) != 0)
    error = g_error_new (SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED,
                         _ ("“%s” is no longer the file that this export was planned for."), self->source_name);
  if (error == NULL)
    return TRUE;
  sendoff_runner_fail_outputs (self, NULL, error, STAGE);
  return FALSE;
}

/* Takes @path as the final name of @output. */
void
sendoff_runner_set_target (SendoffRunner *self, guint output, char *path)
{
  RunnerOutput *entry = &self->outputs[output];
  g_autofree char *tag = g_strdup_printf ("%s-%u", self->export_id, output);
  g_autofree char *uri = g_filename_to_uri (path, NULL, NULL);

  g_free (entry->target);
  entry->target = path;
  /* The temporary file keeps its name when the final one has to change. */
  if (entry->part_path == NULL)
    entry->part_path = sendoff_disk_dup_temporary_path (path, tag);
  if (uri != NULL)
    sendoff_tracker_set_target (self->tracker, output, uri);
}

/* Chooses a free name for @output in the folder; again when the one chosen before was taken meanwhile. */
gboolean
sendoff_runner_choose_target (SendoffRunner *self, guint output, GError **error)
{
  g_autoptr (GFile) file = sendoff_preflight_choose_target (self->request, self->plan, output, error);

  if (file == NULL)
    return FALSE;
  sendoff_runner_set_target (self, output, g_file_get_path (file));
  return TRUE;
}

/* A job that goes on keeps the name that it had chosen, unless somebody else has taken it; its unfinished file keeps its
 * own in any case. */
static gboolean
take_stored_target (SendoffRunner *self, guint output)
{
  g_autofree char *path = self->target_uris[output][0] != '\0'
                              ? g_filename_from_uri (self->target_uris[output], NULL, NULL)
                              : NULL;
  g_autofree char *tag = g_strdup_printf ("%s-%u", self->export_id, output);
  struct stat found;

  if (path == NULL)
    return FALSE;
  self->outputs[output].part_path = sendoff_disk_dup_temporary_path (path, tag);
  if (lstat (path, &found) == 0 && !self->overwrite)
    return FALSE;
  sendoff_runner_set_target (self, output, g_steal_pointer (&path));
  return TRUE;
}

static gboolean
prepare_target (SendoffRunner *self, guint output, GError **error)
{
  g_autofree char *folder = NULL;

  if (!take_stored_target (self, output) && !sendoff_runner_choose_target (self, output, error))
    return FALSE;
  sendoff_runner_settle_part (self, output);
  folder = g_path_get_dirname (self->outputs[output].target);
  return sendoff_disk_make_folder (folder, error);
}

/* Decides every output's final name, and makes the folder; only a full disk is an error. */
static gboolean
choose_targets (SendoffRunner *self, GError **error)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      g_autoptr (GError) local = NULL;

      if (sendoff_runner_is_over (self, i))
        continue;
      if (prepare_target (self, i, &local))
        sendoff_tracker_set_part (self->tracker, i, SENDOFF_PART_PREPARE, 1);
      else if (g_error_matches (local, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      else
        sendoff_runner_fail_output (self, i, local, STAGE);
    }
  return TRUE;
}

static gboolean
is_any_wanted (SendoffRunner *self)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    if (!sendoff_runner_is_over (self, i))
      return TRUE;
  return FALSE;
}

/* Everything before the first piece of work; a job that is cancelled finds what an earlier process left. Returns FALSE when there is nothing to do: every output is over. */
gboolean
sendoff_runner_prepare (SendoffRunner *self)
{
  while (is_any_wanted (self))
    {
      g_autoptr (GError) error = NULL;

      if (open_cache (self, &error) && choose_targets (self, &error))
        {
          if (sendoff_runner_is_cancelled (self) || !open_source (self))
            return FALSE;
          if (sendoff_runner_read_texts (self, &error))
            return !sendoff_runner_is_cancelled (self) && is_any_wanted (self);
          close (g_steal_fd (&self->source_fd));
        }
      forget_cache (self);
      if (!sendoff_runner_note_full (self, error))
        sendoff_runner_fail_outputs (self, NULL, error, STAGE);
      else if (!sendoff_runner_hold (self))
        break;
    }
  return FALSE;
}
