/* The audio tracks of a plan, as an estimate has them made: whole, where the export will look for them.
 *
 * Sound costs little beside the picture, and what an encoder spends on it can be far below its rate. Used by
 * one trial; its mutex guards the trailers.
 */
#pragma once

#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct
{
  guint output; /* the first that has it */
  guint number; /* of that output's audio tracks */
  char *key;
  char *path;
  int lock_fd;
  SendoffPacketTrailer *trailer; /* NULL: not made yet */
  gboolean pushed;
} SendoffTrialTrack;

GPtrArray *sendoff_trial_audio_open (const SendoffPlan *plan,
                                     const char *cache_dir,
                                     char *const *libraries,
                                     GError **error);
SendoffWorkerSpec *sendoff_trial_track_make_spec (const SendoffTrialTrack *self, const SendoffPlan *plan);
void sendoff_trial_track_refresh (SendoffTrialTrack *self);
gboolean sendoff_trial_audio_get_bytes (
    GPtrArray *tracks, const SendoffPlan *plan, guint output, char *const *libraries, gint64 *bytes);

G_END_DECLS
