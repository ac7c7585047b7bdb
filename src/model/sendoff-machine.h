/* What this machine can do: the facts that plans depend on beside the source, the request and the catalog.
 *
 * The worker's "capabilities" role tells what FFmpeg is there, the engine adds cores and memory. A plan made
 * with one machine profile is executed as it is. Immutable once shared.
 */
#pragma once

#include "base/sendoff-document.h"
#include "model/sendoff-catalog.h"
#include "model/sendoff-lesson.h"

G_BEGIN_DECLS

typedef struct {
  int cores;            /* encoding slots, at least 1 */
  gint64 memory_bytes;  /* physical */
  char *ffmpeg_version; /* libavcodec's, "59.37.100" */
  char **libraries;     /* "libavcodec 59.37.100", "libx264 164"… part of every chunk's identity */
  char **encoders;      /* FFmpeg names that open: "libx264" */
  char **hardware_encoders; /* FFmpeg names of those that have proved themselves here in a trial: "h264_vaapi" */
  char **decoders;
  char **filters;
  char **muxers;
  GPtrArray *lessons; /* SendoffLesson: what exports have taught here, newest first; for estimates only */
} SendoffMachine;
SENDOFF_DECLARE_DOC (SendoffMachine, sendoff_machine)

gboolean sendoff_machine_has_encoder (const SendoffMachine *self, const char *name);
gboolean sendoff_machine_has_hardware_encoder (const SendoffMachine *self, const char *name);
gboolean sendoff_machine_has_hardware_for (const SendoffMachine *self, const SendoffVideoCodec *codec);
gboolean sendoff_machine_has_filter (const SendoffMachine *self, const char *name);
void sendoff_machine_learn (SendoffMachine *self, const SendoffLesson *lesson);

G_END_DECLS
