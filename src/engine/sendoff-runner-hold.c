/* Pausing: because the user wants it, because a disk is full, or because nothing may run now.
 *
 * Either way everything that runs is ended and its slots and memory are free for other jobs; finished chunks stay,
 * and the runner begins again from them. That is the same as going on after a crash, so there is one way to go on.
 */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-disk.h"
#include "engine/sendoff-runner-private.h"

#define CHECK_EVERY_US (2 * G_USEC_PER_SEC)

/* So much room that was not there before is worth a try, or as much as the whole job needs. */
#define WORTH_A_TRY_BYTES (32 * 1024 * 1024)

/* Free space does not tell everything (quotas, thin volumes): now and then it is tried anyway. */
#define FIRST_TRY_US (2 * G_USEC_PER_SEC)
#define LAST_TRY_US  (300 * G_USEC_PER_SEC)

/* A disk as it was when it was found full. */
typedef struct {
  char *path;
  gint64 free_bytes;
} FullDisk;

static void
full_disk_clear (gpointer data)
{
  g_free (((FullDisk *)data)->path);
}

static void
drain_locked (SendoffRunner *self)
{
  self->draining = TRUE;
  if (self->lane != NULL)
    sendoff_lane_cancel (self->lane, NULL);
  g_cond_broadcast (&self->woken);
}

/** sendoff_runner_set_paused: ends what runs, or goes on. Any thread, before or while it runs. */
void
sendoff_runner_set_paused (SendoffRunner *self, gboolean paused)
{
  g_mutex_lock (&self->mutex);
  self->paused = paused;
  if (paused)
    drain_locked (self);
  else
    g_cond_broadcast (&self->woken);
  g_mutex_unlock (&self->mutex);
}

/** sendoff_runner_set_held: ends what runs and says @why, or goes on when that is %NULL. Any thread. */
void
sendoff_runner_set_held (SendoffRunner *self, const char *why)
{
  g_mutex_lock (&self->mutex);
  if (g_strcmp0 (self->held, why) != 0)
    {
      g_free (self->held);
      self->held = g_strdup (why);
      /* Another reason is to be said. */
      self->held_anew = TRUE;
      if (why != NULL)
        drain_locked (self);
      else
        g_cond_broadcast (&self->woken);
    }
  g_mutex_unlock (&self->mutex);
}

/* Whether the work that comes back was called back, to be begun again later. */
gboolean
sendoff_runner_is_draining (SendoffRunner *self)
{
  gboolean draining;

  g_mutex_lock (&self->mutex);
  draining = self->draining;
  g_mutex_unlock (&self->mutex);
  return draining;
}

/* Takes note of a full disk, if that is what @error says. Returns whether it is. */
gboolean
sendoff_runner_note_full (SendoffRunner *self, const GError *error)
{
  if (!g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE))
    return FALSE;
  g_info ("waiting for room on the disk: %s", error->message);
  g_mutex_lock (&self->mutex);
  g_free (self->full);
  self->full = g_strdup (error->message);
  drain_locked (self);
  g_mutex_unlock (&self->mutex);
  return TRUE;
}

/* What was done since shows that there is room. */
void
sendoff_runner_note_room (SendoffRunner *self)
{
  self->try_after_us = 0;
}

static void
say (SendoffRunner *self, const char *stage)
{
  for (guint i = 0; i < self->plan->outputs->len; i++)
    if (!sendoff_runner_is_over (self, i))
      sendoff_tracker_hold (self->tracker, i, stage);
}

/* Killed workers leave unfinished files; a live one, of whichever job, holds a lock on its own. */
static void
remove_if_abandoned (const char *path)
{
  int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  struct stat found;

  if (fd < 0)
    return;
  /* An empty one may be about to be locked. */
  if (fstat (fd, &found) == 0 && found.st_size > 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    g_unlink (path);
  close (fd);
}

static void
clean_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  for (const char *name; dir != NULL && (name = g_dir_read_name (dir)) != NULL;)
    if (g_str_has_suffix (name, ".tmp"))
      {
        g_autofree char *path = g_build_filename (folder, name, NULL);

        remove_if_abandoned (path);
      }
}

/* Removes unfinished files from the folders of chunks that this job uses. */
void
sendoff_runner_clean_cache (SendoffRunner *self)
{
  for (guint i = 0; i < self->renditions->len; i++)
    clean_folder (((RunnerRendition *)g_ptr_array_index (self->renditions, i))->ledger->folder);
  for (guint i = 0; i < self->tracks->len; i++)
    {
      g_autofree char *folder = g_path_get_dirname (((RunnerTrack *)g_ptr_array_index (self->tracks, i))->path);

      clean_folder (folder);
    }
}

static void
add_disk (GArray *disks, const char *path)
{
  FullDisk disk = { g_strdup (path), sendoff_disk_get_free_bytes (path, NULL) };

  g_array_append_val (disks, disk);
}

/* (element-type FullDisk): every place where this job writes. */
static GArray *
look_at_disks (SendoffRunner *self)
{
  GArray *disks = g_array_new (FALSE, FALSE, sizeof (FullDisk));

  g_array_set_clear_func (disks, full_disk_clear);
  add_disk (disks, self->cache_dir);
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      g_autofree char *folder = NULL;

      if (self->outputs[i].over || self->outputs[i].target == NULL)
        continue;
      folder = g_path_get_dirname (self->outputs[i].target);
      add_disk (disks, folder);
    }
  return disks;
}

static gint64
get_wanted_bytes (SendoffRunner *self)
{
  gint64 bytes = 0;

  for (guint i = 0; i < self->plan->outputs->len; i++)
    if (!self->outputs[i].over)
      bytes += MAX (self->outputs[i].plan->estimated_size_bytes, 0);
  return CLAMP (bytes, 1, WORTH_A_TRY_BYTES);
}

static gboolean
has_grown (GArray *disks, gint64 wanted_bytes)
{
  for (guint i = 0; i < disks->len; i++)
    {
      FullDisk *disk = &g_array_index (disks, FullDisk, i);
      gint64 free_bytes = sendoff_disk_get_free_bytes (disk->path, NULL);

      if (free_bytes - disk->free_bytes >= wanted_bytes)
        return TRUE;
      disk->free_bytes = MIN (disk->free_bytes, free_bytes);
    }
  return FALSE;
}

static void
wait_for_room_locked (SendoffRunner *self)
{
  g_autoptr (GArray) disks = look_at_disks (self);
  gint64 wanted_bytes = get_wanted_bytes (self);
  gint64 try_at_us;

  self->try_after_us = CLAMP (self->try_after_us * 2, FIRST_TRY_US, LAST_TRY_US);
  try_at_us = g_get_monotonic_time () + self->try_after_us;
  while (!sendoff_runner_is_cancelled (self) && g_get_monotonic_time () < try_at_us
         && !has_grown (disks, wanted_bytes))
    g_cond_wait_until (&self->woken, &self->mutex, g_get_monotonic_time () + CHECK_EVERY_US);
  g_clear_pointer (&self->full, g_free);
}

static char *
dup_reason_locked (SendoffRunner *self)
{
  if (self->full != NULL)
    return g_strdup_printf (_ ("Waiting for room: %s"), self->full);
  if (self->paused)
    return g_strdup (N_ ("Paused"));
  return g_strdup (self->held);
}

/* Blocks for as long as nothing is to be done; nothing of this job may run. Returns whether to go on. */
static gboolean
wait_until_free (SendoffRunner *self)
{
  g_mutex_lock (&self->mutex);
  do
    {
      g_autofree char *reason = dup_reason_locked (self);

      self->held_anew = FALSE;
      g_mutex_unlock (&self->mutex);
      say (self, reason);
      g_mutex_lock (&self->mutex);
      if (self->full != NULL)
        wait_for_room_locked (self);
      while ((self->paused || self->held != NULL) && !self->held_anew && !sendoff_runner_is_cancelled (self))
        g_cond_wait (&self->woken, &self->mutex);
    }
  while ((self->paused || self->held != NULL) && !sendoff_runner_is_cancelled (self));
  self->draining = FALSE;
  g_mutex_unlock (&self->mutex);
  return !sendoff_runner_is_cancelled (self);
}

/* When the work was called back: waits, and makes everything ready to be pushed again. Returns FALSE when there is
 * nothing to begin again. Runner's thread, with no work outstanding. */
gboolean
sendoff_runner_hold (SendoffRunner *self)
{
  if (!sendoff_runner_is_draining (self) || sendoff_runner_is_cancelled (self))
    return FALSE;
  sendoff_runner_clean_cache (self);
  for (guint i = 0; i < self->plan->outputs->len; i++)
    {
      RunnerOutput *output = &self->outputs[i];

      output->finishing = FALSE;
      if (!sendoff_runner_is_over (self, i) && output->part_path != NULL)
        sendoff_runner_settle_part (self, i);
    }
  for (guint i = 0; i < self->batches->len; i++)
    ((RunnerBatch *)g_ptr_array_index (self->batches, i))->pushed = FALSE;
  return wait_until_free (self);
}

/* The cancellable's: ends every wait. */
void
sendoff_runner_wake (SendoffRunner *self)
{
  g_mutex_lock (&self->mutex);
  if (self->lane != NULL)
    sendoff_lane_cancel (self->lane, NULL);
  g_cond_broadcast (&self->woken);
  g_mutex_unlock (&self->mutex);
}
