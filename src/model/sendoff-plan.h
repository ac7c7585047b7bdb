/* The plan: everything that an export will do, decided before it starts.
 *
 * Only the planner makes plans. The window and the command line show them, the estimator measures them, the
 * engine and the workers carry them out and may not change them. A plan is immutable and JSON both ways, and
 * is stored with its job, so that an interrupted job goes on with the same decisions.
 *
 * Times are microseconds of source time (see sendoff-media-info.h).
 */
#pragma once

#include "model/sendoff-issue.h"
#include "model/sendoff-media-info.h"
#include "model/sendoff-output-settings.h"

G_BEGIN_DECLS

#define SENDOFF_PLAN_VERSION 1

typedef enum {
  SENDOFF_RATE_CRF, /* constant quality, capped when maxrate_bps is set */
  SENDOFF_RATE_CBR,
  SENDOFF_RATE_VBR, /* average with a maximum rate and a buffer */
  SENDOFF_RATE_ABR,
} SendoffRateControl;

typedef enum {
  SENDOFF_FIT_PAD,     /* whole picture, bars in pad_color */
  SENDOFF_FIT_BLUR,    /* whole picture over a blurred, enlarged copy of itself */
  SENDOFF_FIT_CROP,    /* fill, cut what does not fit at crop_x/crop_y */
  SENDOFF_FIT_STRETCH, /* distort; only ever on request */
} SendoffFit;

typedef enum {
  SENDOFF_SCALING_BILINEAR,
  SENDOFF_SCALING_BICUBIC,
  SENDOFF_SCALING_LANCZOS,
  SENDOFF_SCALING_SPLINE,
} SendoffScaling;

extern const char *const sendoff_rate_control_nicks[];
extern const char *const sendoff_fit_nicks[];
extern const char *const sendoff_scaling_nicks[];

/* Text that becomes a part of the picture. */
typedef struct {
  int stream_index; /* of the source, -1: from a file of captions */
  char *uri; /* (nullable): of that file */
  double white; /* how bright white is, as a fraction of the signal: less than 1 where full signal is a lamp */
} SendoffBurnPlan;
SENDOFF_DECLARE_DOC (SendoffBurnPlan, sendoff_burn_plan)

/* A stream that goes into the output as it is, packet by packet. What the plan says of it beside this describes the
 * source's stream; its encoder is "copy". */
typedef struct {
  int stream_index;
  gint64 packet_count, packet_bytes; /* expected, 0 not known */
} SendoffCopyPlan;
SENDOFF_DECLARE_DOC (SendoffCopyPlan, sendoff_copy_plan)

/* How frames reach an encoder of the graphics card, and how it is told the quality. */
typedef struct {
  char *device_type;    /* (nullable): FFmpeg's name of the device that frames are uploaded to */
  char *upload_format;  /* what frames are converted to, FFmpeg's name */
  char *quality_option; /* what says the quality in the place of "crf" */
  double quality;
} SendoffHardwarePlan;
SENDOFF_DECLARE_DOC (SendoffHardwarePlan, sendoff_hardware_plan)

/* A quality that is wanted by its score, see sendoff-score.h. Which quality number of the encoder has it is found while
 * the job runs, by trying a few on some of its chunks; the plan's own is the first to try. */
typedef struct {
  char *metric;   /* its id, "ssim" */
  double wanted;
  GArray *chunks; /* gint64: indexes of the chunks that are tried */
} SendoffScorePlan;
SENDOFF_DECLARE_DOC (SendoffScorePlan, sendoff_score_plan)

typedef struct _SendoffVideoPlan SendoffVideoPlan;

struct _SendoffVideoPlan
{
  char *codec;   /* catalog codec_id */
  char *encoder; /* FFmpeg's name */
  char *profile; /* (nullable) */
  int level;     /* times ten for H.264 and H.265 ("4.1" is 41), 0 when the encoder chooses */
  char *tag;     /* (nullable): four-character code in the container */

  /* picture */
  int width, height; /* pixels, square */
  char *pixel_format; /* FFmpeg's name */
  SendoffColor *color; /* what the output is tagged with and converted to */
  SendoffMastering *mastering; /* (nullable): static HDR metadata carried over */
  int rotation; /* degrees clockwise, applied after mirroring */
  gboolean mirrored;
  gboolean deinterlace;
  char *field_parity; /* (nullable): "tff" or "bff" when the frames do not say it themselves */
  int fit; /* SendoffFit */
  int scaling; /* SendoffScaling */
  char *pad_color; /* FFmpeg colour, "black", "#102030" */
  double crop_x, crop_y; /* fraction of the excess cut from the left/top: 0.5 is the middle */
  char *tone_map; /* (nullable): tone-mapping operator when HDR becomes SDR, "hable" */
  SendoffBurnPlan *burn; /* (nullable): captions drawn over the finished picture */
  char *filters; /* the filter chain for frames of the source's declared shape, for display */

  /* time */
  SendoffRational frame_rate; /* of the output; 0/1 when the source's time stamps are kept */
  SendoffRational nominal_frame_rate; /* always set: for GOP lengths and rate control */
  SendoffRational time_base; /* of the packets; 1/frame_rate when constant */
  gint64 expected_frames; /* 0 when it cannot be known */

  /* rate and structure */
  int rate_control; /* SendoffRateControl */
  double crf; /* -1 when the profile alone decides the quality */
  gint64 bitrate_bps, maxrate_bps, bufsize_bits; /* 0 none */
  gboolean two_pass;
  int gop_frames; /* longest distance between keyframes */
  gboolean closed_gop;
  int b_frames; /* -1 the encoder's own */
  char *speed; /* "ultrafast" … "veryslow", as in SPEC */
  int threads; /* the encoder's own threads; part of its output's identity */
  GPtrArray *options; /* SendoffTag: private options handed to the encoder as they are */
  SendoffCopyPlan *copy; /* (nullable): nothing is decoded or encoded */
  SendoffVideoPlan *analysis; /* (nullable): the quick encode of the whole that is measured before bits are shared
                                 out; its crf is the quality that it is made with */
  SendoffScorePlan *score; /* (nullable): crf is only the first of several that are tried */
  SendoffHardwarePlan *hardware; /* (nullable): the encoder is one of the graphics card */
  SendoffVideoPlan *software;    /* (nullable): of such a plan: what is done instead if the hardware fails */
};
SENDOFF_DECLARE_DOC (SendoffVideoPlan, sendoff_video_plan)

/* How loud an output is made: measured first, then changed by one gain for the whole of it. */
typedef struct {
  double target_lufs; /* integrated loudness, ITU-R BS.1770 */
  double max_true_peak_db; /* dBTP; where the gain would go beyond it, a limiter takes the peaks off */
} SendoffLoudnessPlan;
SENDOFF_DECLARE_DOC (SendoffLoudnessPlan, sendoff_loudness_plan)

typedef struct {
  int stream_index;
  char *codec;
  char *encoder;
  char *profile;
  int sample_rate; /* Hz */
  int channels;
  char *channel_layout;
  gint64 bitrate_bps; /* 0 for lossless */
  char *sample_format; /* FFmpeg's name */
  char *language; /* (nullable) */
  char *title; /* (nullable) */
  char *mix; /* (nullable): the resampler's options for mixing channels down; the peaks that this makes are limited */
  SendoffLoudnessPlan *loudness; /* (nullable): as loud as the source */
  GPtrArray *options; /* SendoffTag */
  SendoffCopyPlan *copy; /* (nullable) */
} SendoffAudioPlan;
SENDOFF_DECLARE_DOC (SendoffAudioPlan, sendoff_audio_plan)

typedef enum {
  SENDOFF_TEXT_TRACK,   /* in the file */
  SENDOFF_TEXT_SIDECAR, /* a file of its own beside it, of the same name */
} SendoffTextUse;

extern const char *const sendoff_text_use_nicks[];

/* Subtitles or captions. */
typedef struct {
  int use; /* SendoffTextUse */
  int stream_index; /* of the source, -1: from a file of captions */
  char *uri; /* (nullable): of that file */
  char *codec; /* FFmpeg's name of what it becomes; "copy" for pictures of text */
  char *extension; /* (nullable): of a sidecar, "srt" */
  char *language; /* (nullable) */
  char *title; /* (nullable) */
  gboolean is_default;
} SendoffTextPlan;
SENDOFF_DECLARE_DOC (SendoffTextPlan, sendoff_text_plan)

/* What a file holds beside its picture and its first sound. */
typedef struct {
  GPtrArray *audio; /* SendoffAudioPlan: further tracks */
  GPtrArray *texts; /* SendoffTextPlan */
  int cover_index; /* stream of the source's cover picture, -1 none */
} SendoffExtrasPlan;
SENDOFF_DECLARE_DOC (SendoffExtrasPlan, sendoff_extras_plan)

/* A size that the finished file has to meet. */
typedef struct {
  gint64 target_bytes; /* to come near to from below; 0: only the limit counts */
  gint64 limit_bytes;  /* never exceeded */
  double best_crf;     /* quality beyond which no more bytes are spent */
} SendoffSizePlan;
SENDOFF_DECLARE_DOC (SendoffSizePlan, sendoff_size_plan)

/* One change that leaves more bits for the picture, or takes fewer. */
typedef struct {
  char *strategy;       /* catalog strategy_id */
  char *label;          /* for people: "H.265/HEVC", "1280×720" */
  char *savings;        /* as the catalog says of the strategy */
  char *quality_impact; /* likewise */
  gboolean applied;     /* in this plan; otherwise it is proposed */
  GPtrArray *settings;  /* SendoffTag: what to ask for to have it, as in a request; none for fewer bits */
  gint64 acceptable_size_bytes; /* with this step and those before it */
  double bits_share;            /* likewise */
} SendoffOptimizeStep;
SENDOFF_DECLARE_DOC (SendoffOptimizeStep, sendoff_optimize_step)

/* What a size means for the picture when it is too small for what was chosen. */
typedef struct {
  gint64 acceptable_size_bytes; /* of the file as it was chosen, for a picture of the least acceptable quality */
  double bits_share;            /* what the picture gets of the bits that it then would have */
  GPtrArray *steps;             /* SendoffOptimizeStep */
} SendoffOptimizePlan;
SENDOFF_DECLARE_DOC (SendoffOptimizePlan, sendoff_optimize_plan)

typedef struct {
  char *label;      /* for people: "YouTube", "1080p H.264" */
  char *platform;   /* (nullable): catalog ids of what it was made from */
  char *preset;
  char *quality;
  char *resolution;
  char *container;  /* catalog format_id */
  char *muxer;      /* FFmpeg's name */
  char *extension;  /* without the dot */
  char *file_name;  /* leaf name, escaped as by sendoff_bytes_escape(), before a clash adds a number */
  int group;        /* index into groups; -1 when no video is encoded */
  gint64 start_us, end_us; /* part of the source: end is the source's own end when not trimmed */
  gboolean trimmed_start, trimmed_end; /* when false, nothing is cut there even if the facts were wrong */
  gint64 duration_us; /* expected */
  SendoffVideoPlan *video; /* (nullable) */
  SendoffAudioPlan *audio; /* (nullable): the track that players choose */
  SendoffExtrasPlan *extras; /* (nullable): what travels along */
  gboolean moov_first;     /* MP4/MOV: the index before the media */
  gboolean edit_list;      /* whether the container may hold edit lists */
  GPtrArray *tags;         /* SendoffTag: metadata written */
  GPtrArray *chapters;     /* SendoffChapter, in output time */
  gint64 estimated_size_bytes; /* 0 unknown */
  gint64 estimated_low_bytes, estimated_high_bytes; /* 90 % interval */
  gint64 max_size_bytes;   /* limit of the platform or request, 0 none */
  SendoffSizePlan *size;   /* (nullable): how the video is encoded depends on the size of the file */
  SendoffOptimizePlan *optimize; /* (nullable): the size is small for what was chosen */
  char *size_basis;        /* where the estimate comes from: "model", "bitrate", "trial", "copy" */
} SendoffOutputPlan;
SENDOFF_DECLARE_DOC (SendoffOutputPlan, sendoff_output_plan)

/* Outputs over the same part of the source: decoded once, cut on the same grid. */
typedef struct {
  gint64 start_us; /* output time zero in source time */
  GArray *boundaries_us; /* chunk i is [boundaries[i], boundaries[i+1]) */
  gboolean open_start, open_end; /* the first / last chunk takes whatever lies before / after */
  GArray *outputs; /* gint64: indexes of outputs */
  GArray *source_bytes; /* (nullable): gint64: what the source spends on each chunk, where its packets are known */
} SendoffChunkGroup;
SENDOFF_DECLARE_DOC (SendoffChunkGroup, sendoff_chunk_group)

typedef struct {
  int version; /* SENDOFF_PLAN_VERSION */
  char *source_name; /* for people */
  char *source_identity;
  int video_stream_index; /* -1 none */
  gint64 origin_us; /* of the source, see SendoffMediaInfo */
  gboolean sequential; /* one decoder from the start; seeks in this source cannot be trusted */
  gboolean provisional; /* facts of the source were not scanned yet */
  GPtrArray *groups;  /* SendoffChunkGroup */
  GPtrArray *outputs; /* SendoffOutputPlan */
  GPtrArray *issues;  /* SendoffIssue */
} SendoffPlan;
SENDOFF_DECLARE_DOC (SendoffPlan, sendoff_plan)

gboolean sendoff_plan_has_errors (const SendoffPlan *self);
const SendoffOutputPlan *sendoff_plan_get_output (const SendoffPlan *self, guint index);
gboolean sendoff_output_plan_encodes_video (const SendoffOutputPlan *self);
gboolean sendoff_output_plan_encodes_audio (const SendoffOutputPlan *self);
gboolean sendoff_output_plan_copies (const SendoffOutputPlan *self);
gboolean sendoff_video_plan_is_intra (const SendoffVideoPlan *self);
gboolean sendoff_output_plan_hands_over (const SendoffOutputPlan *self);
gint64 sendoff_output_plan_get_handover_bytes (const SendoffOutputPlan *self);
guint sendoff_chunk_group_get_n_chunks (const SendoffChunkGroup *self);
gint64 sendoff_chunk_group_get_weight (const SendoffChunkGroup *self, guint first, guint last);
SendoffOutputSettings *sendoff_output_plan_dup_recommended (const SendoffOutputPlan *self);
char *sendoff_plan_dup_video_key (const SendoffPlan *self, guint output, char *const *libraries);
char *sendoff_plan_dup_audio_key (const SendoffPlan *self, guint output, guint track, char *const *libraries);
const SendoffTextPlan *sendoff_output_plan_get_sidecar (const SendoffOutputPlan *self);
guint sendoff_output_plan_get_n_audio (const SendoffOutputPlan *self);
const SendoffAudioPlan *sendoff_output_plan_get_audio (const SendoffOutputPlan *self, guint track);
char *sendoff_plan_dup_video_identity (const SendoffPlan *self, guint output, char *const *libraries);
char *sendoff_plan_dup_analysis_key (const SendoffPlan *self, guint output, char *const *libraries);
gboolean sendoff_video_plan_is_steered (const SendoffVideoPlan *self);

G_END_DECLS
