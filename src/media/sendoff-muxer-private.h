/* What the files of the muxer share. Only sendoff-muxer*.c include this. */
#pragma once

#include "media/sendoff-handover.h"
#include "media/sendoff-packet-joiner.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

/* One stream of the file. */
typedef struct
{
  SendoffPacketJoiner *joiner;   /* (nullable): the video's */
  SendoffPacketReader *reader;   /* (nullable): everything else's */
  SendoffPacketReader *copied;   /* (nullable): of either, when it reads the source; borrowed from it */
  const SendoffAudioPlan *audio; /* (nullable) */
  const SendoffTextPlan *text;   /* (nullable) */
  gboolean is_cover;
  AVRational time_base;
  AVPacket *packet;   /* the next one */
  gboolean is_filled; /* whether packet is */
  gint64 keyframes;   /* written in this pass */
} SendoffMuxInput;

typedef struct
{
  const SendoffOutputPlan *plan;
  GArray *inputs;            /* SendoffMuxInput, in the order of the file's streams */
  SendoffHandover *handover; /* (nullable): the chunks give their space back */
} SendoffMux;

static inline gboolean
sendoff_mux_is_isom (const SendoffMux *self)
{
  return g_str_equal (self->plan->muxer, "mp4") || g_str_equal (self->plan->muxer, "mov")
         || g_str_equal (self->plan->muxer, "ipod");
}

static inline gboolean
sendoff_mux_is_matroska (const SendoffMux *self)
{
  return g_str_equal (self->plan->muxer, "matroska") || g_str_equal (self->plan->muxer, "webm");
}

static inline SendoffMuxInput *
sendoff_mux_get_input (SendoffMux *self, guint index)
{
  return &g_array_index (self->inputs, SendoffMuxInput, index);
}

/* sendoff-muxer-streams.c */
void sendoff_mux_add_streams (SendoffMux *self, AVFormatContext *format);
void sendoff_mux_add_chapters (SendoffMux *self, AVFormatContext *format);

G_END_DECLS
