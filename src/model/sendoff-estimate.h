/* Arithmetic of sizes: what a plan's output will weigh before anything was encoded. Pure; bytes and bit/s. */
#pragma once

#include "model/sendoff-catalog.h"
#include "model/sendoff-lesson.h"
#include "model/sendoff-plan.h"
#include "model/sendoff-sampling.h"

G_BEGIN_DECLS

double sendoff_estimate_simple_size_mb (double video_kbps, double audio_kbps, double seconds);
gint64 sendoff_estimate_scaled_bitrate (SendoffCatalog *catalog, gint64 bitrate_720p_bps, gint64 pixels, double frame_rate, double efficiency);
double sendoff_estimate_floor_bps (SendoffCatalog *catalog, const SendoffMediaInfo *source, const SendoffVideoPlan *video);
double sendoff_estimate_h264_crf (SendoffCatalog *catalog, const SendoffVideoPlan *video);
double sendoff_estimate_overhead_bytes (const SendoffOutputPlan *output);
double sendoff_estimate_audio_bytes (const SendoffOutputPlan *output);
double sendoff_estimate_model_bytes (SendoffCatalog *catalog, const SendoffOutputPlan *output);
SendoffLesson *sendoff_estimate_make_lesson (SendoffCatalog *catalog,
                                             const SendoffMediaInfo *source,
                                             const SendoffOutputPlan *output);
void sendoff_estimate_output (SendoffCatalog *catalog,
                              const SendoffMediaInfo *source,
                              GPtrArray *lessons,
                              SendoffOutputPlan *output);
gint64 sendoff_estimate_encode_us (const SendoffOutputPlan *output);
gint64 sendoff_estimate_audio_us (const SendoffOutputPlan *output);
gint64 sendoff_estimate_decode_us (const SendoffMediaInfo *source, const SendoffOutputPlan *output);
gint64 sendoff_estimate_cpu_us (const SendoffMediaInfo *source, const SendoffOutputPlan *output);
SendoffInterval sendoff_estimate_time (SendoffCatalog *catalog,
                                       const SendoffMediaInfo *source,
                                       GPtrArray *lessons,
                                       const SendoffOutputPlan *output);

G_END_DECLS
