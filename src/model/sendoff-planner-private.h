/* What the files of the planner share: one output on its way from settings to plan.
 *
 * Only sendoff-planner*.c and sendoff-rules.c include this. Everything but the owned members is borrowed for
 * the length of one sendoff_planner_plan() call.
 */
#pragma once

#include "model/sendoff-planner.h"

G_BEGIN_DECLS

typedef struct {
  const SendoffMediaInfo *source;
  SendoffCatalog *catalog;
  const SendoffMachine *machine;
  SendoffRequest *request;
  GPtrArray *issues; /* owned: SendoffIssue */
  int index;         /* of the output */

  SendoffOutputSettings *asked;    /* owned: what the request says about this output */
  SendoffOutputSettings *settings; /* owned: the same, over preset, platform and defaults */

  /* what the settings' ids mean; NULL when unset or unknown */
  const SendoffPlatform *platform;
  const SendoffPreset *preset;
  const SendoffQualityLevel *level;
  const SendoffContainer *container;
  const SendoffVideoCodec *video_codec; /* NULL: no video wanted */
  const SendoffAudioCodec *audio_codec; /* NULL: no audio wanted */
  SendoffPlatformRule limits; /* the platform's rules that refuse, combined; strings borrowed from them */

  const SendoffStreamInfo *video_stream; /* NULL: none to encode */
  const SendoffStreamInfo *audio_stream;
  SendoffRational source_rate; /* of the video stream, believable; 0/1 without video */
  gboolean keeps_hdr; /* the source is HDR and the output too */
  double gop_seconds; /* longest keyframe interval asked for, 0: as long as a chunk */

  SendoffOutputPlan *output; /* owned until the plan takes it */
} SendoffPlanning;

#define sendoff_planning_issue(planning, severity, field, code, ...) \
  sendoff_issues_add ((planning)->issues, SENDOFF_SEVERITY_##severity, (planning)->index, field, code, __VA_ARGS__)

/* sendoff-planner.c */
SendoffPlanning *sendoff_planning_new (const SendoffPlanning *like, SendoffOutputSettings *asked);
void sendoff_planning_free (SendoffPlanning *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffPlanning, sendoff_planning_free)

/* sendoff-planner-optimize.c */
SendoffPlanning *sendoff_planner_optimize (SendoffPlanning *first);

/* sendoff-planner-choice.c */
void sendoff_planner_choose (SendoffPlanning *planning);
const char *sendoff_planner_get_nearest_id (GPtrArray *list, const char *id);

/* sendoff-planner-geometry.c */
void sendoff_planner_plan_picture (SendoffPlanning *planning);

/* sendoff-planner-color.c */
void sendoff_planner_decide_hdr (SendoffPlanning *planning);
void sendoff_planner_plan_color (SendoffPlanning *planning);

/* sendoff-planner-rate.c */
void sendoff_planner_plan_frame_rate (SendoffPlanning *planning);
SendoffRational sendoff_planner_get_source_rate (const SendoffMediaInfo *source, const SendoffStreamInfo *stream);

/* sendoff-planner-video.c */
void sendoff_planner_plan_video (SendoffPlanning *planning);
const char *sendoff_planner_find_pixel_format (SendoffPlanning *planning, gboolean alpha, gboolean deep,
                                               gboolean on_platform);
void sendoff_planner_finish_video (SendoffPlanning *planning, const SendoffChunkGroup *group);
char *sendoff_planner_dup_filters (const SendoffVideoPlan *video, const SendoffStreamInfo *stream);

/* sendoff-planner-encoder.c */
void sendoff_planner_choose_encoder (SendoffPlanning *planning);
void sendoff_planner_set_quick_encoder (SendoffPlanning *planning, SendoffVideoPlan *video);
void sendoff_planner_plan_options (SendoffPlanning *planning);
void sendoff_planner_plan_threads (SendoffPlanning *planning, guint n_chunks);

/* sendoff-planner-hardware.c */
void sendoff_planner_plan_hardware (SendoffPlanning *planning);

/* sendoff-planner-bitrate.c */
void sendoff_planner_plan_rate_control (SendoffPlanning *planning);
double sendoff_planner_get_level_crf (const SendoffPlanning *planning, const char *level);
void sendoff_planner_plan_analysis (SendoffPlanning *planning);

/* sendoff-planner-score.c */
gboolean sendoff_planner_wants_score (const SendoffPlanning *planning);
void sendoff_planner_plan_score (SendoffPlanning *planning);
void sendoff_planner_choose_score_chunks (SendoffPlanning *planning, const SendoffChunkGroup *group);
void sendoff_rules_check_score (const SendoffPlanning *planning);

/* sendoff-planner-size.c */
gint64 sendoff_planner_get_wanted_size (const SendoffPlanning *planning);
void sendoff_planner_plan_size (SendoffPlanning *planning);

/* sendoff-planner-audio.c */
void sendoff_planner_choose_audio_stream (SendoffPlanning *planning);
void sendoff_planner_plan_audio (SendoffPlanning *planning);
SendoffExtrasPlan *sendoff_planner_ensure_extras (SendoffOutputPlan *output);

/* sendoff-planner-texts.c */
void sendoff_planner_plan_texts (SendoffPlanning *planning);

/* sendoff-planner-copy.c */
void sendoff_planner_prefer_source (SendoffPlanning *planning);
void sendoff_planner_plan_copy (SendoffPlanning *planning);

/* sendoff-planner-grid.c */
void sendoff_planner_plan_times (SendoffPlanning *planning);
void sendoff_planner_group (SendoffPlan *plan, GPtrArray *plannings);

/* sendoff-planner-names.c */
void sendoff_planner_name_outputs (SendoffPlan *plan, GPtrArray *plannings);
void sendoff_planner_plan_metadata (SendoffPlanning *planning);

G_END_DECLS
