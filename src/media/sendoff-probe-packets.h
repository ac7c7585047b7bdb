/* A walk through the packets of a source, for the facts that headers don't tell or tell wrong.
 *
 * Notes times and sizes of every packet, and decodes the first frames of one video stream on the way. Owned
 * by one thread.
 */
#pragma once

#include "media/sendoff-events.h"
#include "media/sendoff-probe-timing.h"
#include "media/sendoff-source.h"

G_BEGIN_DECLS

/* The packets of one stream; times are in its time base. */
typedef struct
{
  GArray *samples; /* video only: SendoffSample, in the order in which they are shown */
  gint64 first;    /* earliest time, AV_NOPTS_VALUE unknown */
  gint64 end;      /* of the packet that lasts longest, AV_NOPTS_VALUE unknown */
  gint64 bytes;
  gint64 n_packets;        /* that show or sound something */
  gboolean is_keyed;       /* has a key frame */
  gint64 n_hidden;         /* packets that an edit list hides */
  gboolean has_hidden_key; /* also a key frame */
  guint n_jumps;           /* breaks of the clock, which are repaired here */
  gint64 n_bad;            /* flagged as damaged, empty, out of order, or with new parameters */
  int open_gops;           /* video only: keyframes with leading pictures, -1 unknown */

  /* while walking */
  GArray *decode_times;
  gboolean lacks_times;
  gint64 last_decode_time;
  gint64 last_duration;
  gint64 offset;
} SendoffPacketLog;

typedef struct
{
  GPtrArray *logs; /* SendoffPacketLog by stream, NULL for those that are not walked */
  AVFrame *frame;  /* (nullable): the first decoded */
  guint n_frames;  /* that were decoded */
  guint n_interlaced;
  guint n_top_first;
  int reorder_frames;   /* has_b_frames of the decoder, -1 unknown */
  gboolean is_complete; /* walked to the end */
} SendoffPacketWalk;

SendoffPacketWalk *sendoff_packet_walk_first (SendoffSource *source, int video_index);
SendoffPacketWalk *sendoff_packet_walk_all (SendoffSource *source, int video_index, SendoffEvents *events);
void sendoff_packet_walk_free (SendoffPacketWalk *self);
SendoffPacketLog *sendoff_packet_walk_get_log (SendoffPacketWalk *self, int index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffPacketWalk, sendoff_packet_walk_free)

G_END_DECLS
