/* Encodes the frames of one chunk of one output into a packet file.
 *
 * Every chunk has an encoder of its own, so that its bytes depend on nothing before it: the first frame is a
 * keyframe and no frame refers across the boundary. Owned by one thread.
 */
#pragma once

#include "media/sendoff-packet-file.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

typedef struct _SendoffChunkEncoder SendoffChunkEncoder;

typedef struct
{
  const SendoffVideoPlan *plan;
  const SendoffChunkRate *rate;       /* (nullable): as the plan says */
  const SendoffVideoPlan *first_pass; /* (nullable): packets are measured, not kept, and this output's first
                                         pass is made from the same frames */
  const char *statistics_path;        /* (nullable): packet file of the first pass */
  gint64 duration_us;                 /* of the whole chunk, for the buffer model of capped rates */
  const char *path;                   /* packet file to make */
  const char *metric;                 /* (nullable): note every frame's score by it in the trailer */
  gboolean hash_frames;               /* note a hash of every frame in the trailer */
} SendoffChunkJob;

SendoffChunkEncoder *sendoff_chunk_encoder_new (const SendoffChunkJob *job, GError **error);
void sendoff_chunk_encoder_free (SendoffChunkEncoder *self);
gboolean sendoff_chunk_encoder_push (
    SendoffChunkEncoder *self, const AVFrame *frame, gint64 pts, gint64 duration, GError **error);
gboolean sendoff_chunk_encoder_finish (SendoffChunkEncoder *self,
                                       const char *lead_in,
                                       const char *tail,
                                       GError **error);
gint64 sendoff_chunk_encoder_get_frames (SendoffChunkEncoder *self);
gint64 sendoff_chunk_encoder_get_bytes (SendoffChunkEncoder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffChunkEncoder, sendoff_chunk_encoder_free)

G_END_DECLS
