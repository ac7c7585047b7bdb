/* The state of one probe, shared by the files that fill a SendoffMediaInfo. Private to sendoff-probe*.c. */
#pragma once

#include "media/sendoff-probe-layout.h"
#include "media/sendoff-probe-packets.h"
#include "media/sendoff-source.h"
#include "model/sendoff-media-info.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

typedef struct
{
  const SendoffWorkerSpec *spec;
  SendoffEvents *events;
  SendoffSource *source;    /* owned */
  AVFormatContext *format;  /* borrowed from source */
  SendoffLayout *layout;    /* owned (nullable): of MP4 and Matroska */
  SendoffPacketWalk *first; /* owned: the first frames, and every packet of an unindexed file when scanned */
  SendoffPacketWalk *times; /* owned (nullable): every packet's times and sizes by the index */
  SendoffMediaInfo *info;   /* owned */
  GStrvBuilder *warnings;
} SendoffProbe;

gboolean sendoff_probe_is_mp4 (SendoffProbe *probe);
SendoffStreamInfo *sendoff_probe_get_stream (SendoffProbe *probe, int index);
gint64 sendoff_probe_to_us (gint64 time, AVRational time_base);
void sendoff_probe_find_fields (SendoffProbe *probe);
void sendoff_probe_time_streams (SendoffProbe *probe);
void sendoff_probe_add_packet_details (SendoffProbe *probe);

G_END_DECLS
