#include "engine/sendoff-trial-audio.h"

#include "engine/sendoff-disk.h"

static void
track_free (gpointer data)
{
  SendoffTrialTrack *self = data;

  if (self->lock_fd >= 0)
    sendoff_disk_let_go (self->lock_fd);
  g_clear_pointer (&self->trailer, sendoff_packet_trailer_free);
  g_free (self->key);
  g_free (self->path);
  g_free (self);
}

static SendoffTrialTrack *
find_track (GPtrArray *tracks, const char *key)
{
  for (guint i = 0; i < tracks->len; i++)
    {
      SendoffTrialTrack *track = g_ptr_array_index (tracks, i);

      if (g_str_equal (track->key, key))
        return track;
    }
  return NULL;
}

static gboolean
add_track (GPtrArray *tracks, char *key, guint output, guint number, const char *cache_dir, GError **error)
{
  g_autofree char *owned = key;
  g_autofree char *folder = g_build_filename (cache_dir, "chunks", key, NULL);
  g_autofree char *lock_path = g_build_filename (folder, ".lock", NULL);
  int lock_fd = sendoff_disk_try_lock (lock_path, SENDOFF_LOCK_SHARED, error);
  SendoffTrialTrack *track;

  if (lock_fd < 0)
    return FALSE;
  track = g_new0 (SendoffTrialTrack, 1);
  track->output = output;
  track->number = number;
  track->key = g_steal_pointer (&owned);
  track->path = g_build_filename (folder, "audio.packets", NULL);
  track->lock_fd = lock_fd;
  sendoff_trial_track_refresh (track);
  g_ptr_array_add (tracks, track);
  return TRUE;
}

/**
 * sendoff_trial_audio_open:
 *
 * Returns: (transfer full) (element-type SendoffTrialTrack): every track of @plan that is encoded, once, and
 * what is there of it; or %NULL with the disk's error
 */
GPtrArray *
sendoff_trial_audio_open (const SendoffPlan *plan,
                          const char *cache_dir,
                          char *const *libraries,
                          GError **error)
{
  g_autoptr (GPtrArray) tracks = g_ptr_array_new_with_free_func (track_free);

  for (guint i = 0; i < plan->outputs->len; i++)
    for (guint n = 0; n < sendoff_output_plan_get_n_audio (sendoff_plan_get_output (plan, i)); n++)
      {
        g_autofree char *key = NULL;

        if (sendoff_output_plan_get_audio (sendoff_plan_get_output (plan, i), n)->copy != NULL)
          continue;
        key = sendoff_plan_dup_audio_key (plan, i, n, libraries);
        if (find_track (tracks, key) == NULL
            && !add_track (tracks, g_steal_pointer (&key), i, n, cache_dir, error))
          return NULL;
      }
  return g_steal_pointer (&tracks);
}

/** sendoff_trial_track_make_spec: (transfer full): what makes @self, but for the source's size. */
SendoffWorkerSpec *
sendoff_trial_track_make_spec (const SendoffTrialTrack *self, const SendoffPlan *plan)
{
  const SendoffOutputPlan *output = sendoff_plan_get_output (plan, self->output);
  const SendoffAudioPlan *audio = sendoff_output_plan_get_audio (output, self->number);
  SendoffWorkerSpec *spec = sendoff_worker_spec_new ();

  spec->role = SENDOFF_ROLE_AUDIO;
  spec->source_name = g_strdup (plan->source_name);
  spec->stream_index = audio->stream_index;
  spec->origin_us = plan->origin_us;
  spec->start_us = output->start_us;
  spec->sequential = plan->sequential;
  g_ptr_array_add (spec->audio_outputs, sendoff_audio_output_spec_new_of_plan (output, self->number));
  ((SendoffAudioOutputSpec *)g_ptr_array_index (spec->audio_outputs, 0))->output = (int)self->output;
  ((SendoffAudioOutputSpec *)g_ptr_array_index (spec->audio_outputs, 0))->path = g_strdup (self->path);
  return spec;
}

/** sendoff_trial_track_refresh: looks on the disk whether @self was made. */
void
sendoff_trial_track_refresh (SendoffTrialTrack *self)
{
  if (self->trailer == NULL)
    self->trailer = sendoff_packet_file_read_trailer (self->path, NULL);
}

/* -1 while it is not known. */
static gint64
get_track_bytes (GPtrArray *tracks, const SendoffPlan *plan, guint output, guint number, char *const *libraries)
{
  const SendoffAudioPlan *audio = sendoff_output_plan_get_audio (sendoff_plan_get_output (plan, output), number);
  g_autofree char *key = NULL;
  const SendoffTrialTrack *track;

  if (audio->copy != NULL)
    return audio->copy->packet_bytes > 0 ? audio->copy->packet_bytes : -1;
  key = sendoff_plan_dup_audio_key (plan, output, number, libraries);
  track = find_track (tracks, key);
  return track != NULL && track->trailer != NULL ? track->trailer->bytes : -1;
}

/** sendoff_trial_audio_get_bytes: of all packets of @output's tracks; %FALSE while one of them is not known. */
gboolean
sendoff_trial_audio_get_bytes (
    GPtrArray *tracks, const SendoffPlan *plan, guint output, char *const *libraries, gint64 *bytes)
{
  *bytes = 0;
  for (guint n = 0; n < sendoff_output_plan_get_n_audio (sendoff_plan_get_output (plan, output)); n++)
    {
      gint64 one = get_track_bytes (tracks, plan, output, n, libraries);

      if (one < 0)
        return FALSE;
      *bytes += one;
    }
  return TRUE;
}
