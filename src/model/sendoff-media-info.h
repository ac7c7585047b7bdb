/* What is known about a source: the result of probing it.
 *
 * The worker's probe makes one, everything else reads it. Times are microseconds of *source time*, which
 * starts at zero with the earliest stream (origin_us is what was subtracted). A fact that only a scan of
 * every packet can tell is marked by scanned = false and then holds the best guess from the headers.
 */
#pragma once

#include "base/sendoff-document.h"

G_BEGIN_DECLS

typedef enum {
  SENDOFF_STREAM_VIDEO,
  SENDOFF_STREAM_AUDIO,
  SENDOFF_STREAM_SUBTITLE,
  SENDOFF_STREAM_DATA,
  SENDOFF_STREAM_ATTACHMENT,
  SENDOFF_STREAM_COVER, /* attached picture */
} SendoffStreamKind;

typedef enum {
  SENDOFF_FIELDS_UNKNOWN,
  SENDOFF_FIELDS_PROGRESSIVE,
  SENDOFF_FIELDS_TOP_FIRST,
  SENDOFF_FIELDS_BOTTOM_FIRST,
} SendoffFieldOrder;

typedef enum {
  SENDOFF_HDR_NONE,
  SENDOFF_HDR_PQ,  /* HDR10, HDR10+ or a Dolby Vision base layer in PQ */
  SENDOFF_HDR_HLG,
} SendoffHdr;

/* How the stored picture must be turned to stand upright: mirror first (left–right), then turn clockwise. */
typedef struct {
  int rotation; /* degrees clockwise: 0, 90, 180, 270 */
  gboolean mirrored;
} SendoffOrientation;

/* Colour description with FFmpeg's names ("bt709", "smpte170m", "tv"); NULL when not stated. */
typedef struct {
  char *range;      /* "tv" | "pc" */
  char *matrix;
  char *primaries;
  char *transfer;
  char *chroma_location;
} SendoffColor;
SENDOFF_DECLARE_DOC (SendoffColor, sendoff_color)

/* SMPTE ST 2086 and CTA-861.3, in the units of those standards. */
typedef struct {
  GArray *display_primaries;   /* (nullable): gx gy bx by rx ry wx wy, in 0.00002 */
  gint64 max_luminance;        /* 0.0001 cd/m² */
  gint64 min_luminance;        /* 0.0001 cd/m² */
  int max_content_light;       /* cd/m², 0 unknown */
  int max_frame_average_light; /* cd/m², 0 unknown */
} SendoffMastering;
SENDOFF_DECLARE_DOC (SendoffMastering, sendoff_mastering)

typedef struct {
  int index; /* in the container */
  int kind;  /* SendoffStreamKind */
  char *codec; /* FFmpeg's name, "h264" */
  char *codec_tag;
  char *profile;
  int level; /* the codec's own number, -99 unknown */
  gboolean decodable;
  char *language; /* as tagged */
  char *title;
  gboolean is_default;
  gint64 start_us; /* source time of the first presented frame */
  gint64 duration_us; /* 0 unknown */
  gint64 bitrate_bps; /* 0 unknown */
  SendoffRational time_base;
  char *extradata_hash; /* hex, for stream copy */
  gint64 packet_count; /* that show or sound something; 0 unknown */
  gint64 packet_bytes; /* of their data */
  gint64 hidden_packets; /* that an edit list hides, an encoder's delay included */
  gint64 bad_packets;  /* damaged, beyond the end of the file, or with times that go backwards or overlap */
  int n_edits;         /* entries of the track's edit list, of whatever effect; 0 none */

  /* video and cover */
  int width, height; /* stored, in pixels */
  int display_width, display_height; /* upright, square pixels, not rounded to even */
  SendoffRational sample_aspect_ratio; /* 1 when not stated */
  int rotation; /* degrees clockwise to stand upright, after mirroring */
  gboolean mirrored;
  char *pixel_format;
  int bit_depth;
  char *chroma; /* "420" "422" "444" "gray" "rgb" */
  gboolean has_alpha;
  int field_order; /* SendoffFieldOrder */
  gboolean hidden_fields; /* field_order comes from the pictures; the stream says that they are progressive */
  SendoffRational frame_rate; /* exact when constant, else the average */
  SendoffRational max_frame_rate; /* 1 / shortest frame */
  gboolean constant_rate;
  gint64 frame_count; /* 0 unknown */
  SendoffColor *color;
  int hdr; /* SendoffHdr */
  gboolean hdr10_plus; /* dynamic metadata of SMPTE ST 2094-40 */
  int dolby_vision_profile; /* 0 none */
  int dolby_vision_compatibility; /* base layer signal compatibility id */
  SendoffMastering *mastering;
  int reorder_frames; /* has_b_frames */
  gboolean has_edit_list; /* one that matters: it hides pictures, repeats or changes speed */
  int open_gops;          /* keyframes followed by pictures that are shown before them; -1 unknown */
  gint64 longest_gop_us;  /* from a keyframe to the next or the end; 0 unknown */

  /* audio */
  int sample_rate; /* Hz */
  int channels;
  char *channel_layout; /* "stereo", "5.1" */
  char *sample_format;

  /* packets (video only), when scanned or indexed */
  GArray *keyframe_times_us; /* (nullable): source time, ascending; only when asked for */
  GArray *packet_profile_bytes; /* (nullable): bytes of each whole second of source time */
} SendoffStreamInfo;
SENDOFF_DECLARE_DOC (SendoffStreamInfo, sendoff_stream_info)

typedef struct {
  gint64 start_us, end_us;
  char *title;
} SendoffChapter;
SENDOFF_DECLARE_DOC (SendoffChapter, sendoff_chapter)

typedef struct {
  char *key;
  char *value;
} SendoffTag;
SENDOFF_DECLARE_DOC (SendoffTag, sendoff_tag)
void sendoff_tags_clear (GPtrArray *tags);

typedef struct {
  char *identity; /* "SIZE-HEX": size and a hash of a content sample; never the path */
  gint64 size_bytes;
  char *container; /* FFmpeg's demuxer name, "mov,mp4,m4a,3gp,3g2,mj2" */
  char *format_id; /* (nullable): what the catalog calls the container; "3gp", "mkv" */
  char *container_name; /* for people, "MP4 / QuickTime" */
  gint64 origin_us; /* container time of source time zero */
  gint64 duration_us; /* the longest of video and audio; 0 unknown */
  gboolean duration_is_exact; /* from an index or a scan, not from a header's word */
  gboolean scanned; /* every packet was looked at, or an index told the same */
  gboolean seekable; /* seeks in this container can be trusted after the lead-in check */
  gboolean faststart; /* the index comes first */
  int video_index; /* stream to export, -1 none */
  int audio_index; /* default audio stream, -1 none */
  GPtrArray *streams; /* SendoffStreamInfo */
  GPtrArray *chapters; /* SendoffChapter */
  GPtrArray *tags; /* SendoffTag */
  char **warnings; /* sentences: damage found, facts that contradict each other */
} SendoffMediaInfo;
SENDOFF_DECLARE_DOC (SendoffMediaInfo, sendoff_media_info)

const SendoffStreamInfo *sendoff_media_info_get_stream (const SendoffMediaInfo *self, int index);
double sendoff_stream_info_get_bytes (const SendoffStreamInfo *self, gint64 start_us, gint64 end_us);
const SendoffStreamInfo *sendoff_media_info_get_video (const SendoffMediaInfo *self);
const SendoffStreamInfo *sendoff_media_info_get_audio (const SendoffMediaInfo *self);

extern const char *const sendoff_stream_kind_nicks[];
extern const char *const sendoff_field_order_nicks[];
extern const char *const sendoff_hdr_nicks[];

G_END_DECLS
