/* The catalog: codecs, containers, quality levels, resolutions, platforms and presets, as dated data.
 *
 * Loaded from the JSON under data/ (built into the program as a resource, so that a build tree works as it
 * is), and from then on immutable: any thread may read it. User data (custom presets, updated platform
 * files) makes a new catalog. Ids and aliases are ASCII and lower case.
 */
#pragma once

#include <gio/gio.h>

#include "base/sendoff-document.h"

G_BEGIN_DECLS

typedef struct {
  char *codec_id;
  char *name;
  char *encoder;             /* FFmpeg's name */
  char **fallback_encoders;  /* (nullable): other encoders of the same codec, in order of preference */
  char *fast_encoder;        /* (nullable): one of those, preferred where it is present: faster for the same look */
  char *probe_name;          /* FFmpeg's name of the codec in a file: "hevc" for h265 */
  char **containers;         /* format_ids, in order of preference */
  char *file_extension;
  char *tag_isom;            /* (nullable): four-character code for MP4/MOV: "hvc1" */
  char *audio_codec;         /* (nullable): what goes with it when nobody says otherwise */
  int min_width, min_height; /* pixels, 0 any */
  char *matrix;              /* (nullable): the one colour matrix that its streams can state */
  char *hdr;                 /* (nullable): "kept" by itself, or on "request"; NULL when it cannot hold HDR */
  char *use;                 /* a few words for people */
  double quality_min, quality_max; /* of the CRF scale; both 0 when the codec has none */
  gboolean quality_descending;     /* a smaller number is better */
  GPtrArray *crf;            /* SendoffLevelValue: CRF of each quality level */
  double efficiency;         /* bits needed for the same look, H.264 = 1 */
  char **successors;         /* codecs that need fewer bits, in the order in which they are tried */
  char **pixel_formats;      /* what may be encoded, the default first */
  char **rate_controls;      /* nicks of SendoffRateControl that it can do */
  gboolean two_pass;
  GPtrArray *profiles;       /* SendoffLevelValue: profile of each quality level (ProRes, DNxHR); the text is
                                the encoder's name of it, the value its bits per pixel */
  GPtrArray *known_profiles; /* SendoffCodecProfile: what may be asked for */
  GPtrArray *speeds;         /* SendoffSpeed: those of encoder first, then those of fallback encoders */
  GPtrArray *default_params; /* SendoffCatalogTag: options always set for encoder, not for its fallbacks */
  GPtrArray *hardware_encoders; /* SendoffHardwareEncoder: in order of preference */
} SendoffVideoCodec;
SENDOFF_DECLARE_DOC (SendoffVideoCodec, sendoff_video_codec)

typedef struct {
  char *key;
  char *value;
} SendoffCatalogTag;
SENDOFF_DECLARE_DOC (SendoffCatalogTag, sendoff_catalog_tag)

typedef struct {
  char *level; /* quality level */
  double value;
  char *text; /* (nullable) */
} SendoffLevelValue;
SENDOFF_DECLARE_DOC (SendoffLevelValue, sendoff_level_value)

/* A profile that a codec can be asked for by name. */
typedef struct {
  char *profile_id;      /* for people and requests: "hq", "lb" */
  char *name;
  char *option;          /* value of the encoder's "profile" option: "dnxhr_lb" */
  char **pixel_formats;  /* those of the codec that it can hold, the default first */
  double bits_per_pixel; /* about what it spends, 0 when the rate control decides */
} SendoffCodecProfile;
SENDOFF_DECLARE_DOC (SendoffCodecProfile, sendoff_codec_profile)

/* One of the five speeds for one encoder: the encoder options that mean it. */
typedef struct {
  char *speed; /* ultrafast | fast | medium | slow | veryslow */
  char *encoder; /* (nullable): the fallback encoder that it is for; NULL the codec's first */
  GPtrArray *options; /* SendoffCatalogTag, "preset=veryfast" */
} SendoffSpeed;
SENDOFF_DECLARE_DOC (SendoffSpeed, sendoff_speed)

/* An encoder that a graphics card brings. What its quality number means follows from the codec's CRF:
 * scale × CRF + offset, at most quality_max. */
typedef struct {
  char *encoder; /* FFmpeg's name */
  char *name;    /* of the interface, for people: "VA-API" */
  char *device;  /* (nullable): a path; where it does not exist, neither does the encoder */
  char *device_type;        /* (nullable): FFmpeg's name of the device that frames are uploaded to; NULL: the encoder
                               takes them from memory */
  char *upload_format;      /* what 8-bit 4:2:0 pictures are given as: "nv12" */
  char *deep_upload_format; /* (nullable): the same for 10 bits: "p010le"; NULL when it has no 10 bits */
  char *quality_option;     /* the encoder option for the quality */
  double quality_scale, quality_offset, quality_max;
  GPtrArray *speeds;        /* SendoffSpeed; none: there is but one speed */
  GPtrArray *params;        /* SendoffCatalogTag: options always set */
} SendoffHardwareEncoder;
SENDOFF_DECLARE_DOC (SendoffHardwareEncoder, sendoff_hardware_encoder)

typedef struct {
  char *codec_id;
  char *name;
  char *encoder;
  char *probe_name;
  char **containers;
  char *use;
  gint64 bitrate_min_bps, bitrate_max_bps; /* both 0 when lossless */
  GArray *sample_rates; /* Hz, ascending; empty: any */
  int channels_max;
  gboolean lossless;
  char *sample_format; /* what the encoder is fed, FFmpeg's name */
  char *deep_sample_format; /* (nullable): the same for sources of more than 16 bits */
} SendoffAudioCodec;
SENDOFF_DECLARE_DOC (SendoffAudioCodec, sendoff_audio_codec)

typedef struct {
  char *format_id;
  char *name;
  char *muxer;     /* FFmpeg's name */
  char *extension; /* without the dot */
  char *mime_type;
  gboolean audio_only;
  char **video_codecs;
  char **audio_codecs;
  char **features; /* streaming, fragmented, chapters, metadata, subtitles, moov-first, edit-list, variable-frame-rate */
  char *description;
} SendoffContainer;
SENDOFF_DECLARE_DOC (SendoffContainer, sendoff_container)

/* A quality level of SPEC §5 (draft … ultra). Bit rates are for 720p. */
typedef struct {
  char *level_id;
  char *name;        /* for people: "Good" */
  char *description;
  gint64 video_bitrate_min_bps, video_bitrate_target_bps, video_bitrate_max_bps;
  gint64 audio_bitrate_bps;
  char *default_speed;
} SendoffQualityLevel;
SENDOFF_DECLARE_DOC (SendoffQualityLevel, sendoff_quality_level)

/* Points of the table by which a resolution multiplies the 720p bit rates. */
typedef struct {
  gint64 pixels;
  double factor;
} SendoffBitrateFactor;
SENDOFF_DECLARE_DOC (SendoffBitrateFactor, sendoff_bitrate_factor)

typedef struct {
  char *preset_id; /* "1080p", "1080p_v", "720p_sq" */
  char *name;
  int width, height;
  char *aspect_ratio; /* "16:9" */
  char *common_name;  /* "Full HD" */
  char *scaling_method; /* nick of SendoffScaling */
} SendoffResolution;
SENDOFF_DECLARE_DOC (SendoffResolution, sendoff_resolution)

/* A way to make files smaller. */
typedef struct {
  char *strategy_id;
  char *name;
  char *savings;        /* "30–50 %", "high" */
  char *quality_impact; /* "minimal", "noticeable" */
} SendoffSizeStrategy;
SENDOFF_DECLARE_DOC (SendoffSizeStrategy, sendoff_size_strategy)

/* One dated rule of a platform. What is not set (0, NULL) is not limited. */
typedef struct {
  char *source; /* where it is written */
  char *as_of;  /* ISO date of the reading; the first of the month when only that is known */
  char *note;   /* (nullable) */
  char **containers, **video_codecs, **audio_codecs;
  int min_width, min_height, max_width, max_height; /* pixels, of the upright picture */
  int max_long_side, max_short_side; /* whatever the orientation */
  gint64 max_pixels;
  double min_aspect, max_aspect; /* width / height */
  double min_frame_rate, max_frame_rate;
  gboolean constant_rate; /* variable frame rate is not taken */
  double min_duration_seconds, max_duration_seconds;
  gint64 max_size_bytes;
  gint64 max_video_bitrate_bps, max_audio_bitrate_bps;
  int min_sample_rate, max_sample_rate; /* Hz */
  int max_channels;
  int max_audio_streams;
  char **pixel_formats;
  char **profiles; /* H.264: "high", "main"… */
  char **audio_profiles; /* AAC: "lc"… */
  gboolean moov_first, no_edit_list, closed_gop, progressive;
  double max_gop_seconds;
  gint64 max_frames;
  gboolean advisory; /* differs from the user's own table: warn with both figures instead of refusing */
} SendoffPlatformRule;
SENDOFF_DECLARE_DOC (SendoffPlatformRule, sendoff_platform_rule)

/* What Sendoff makes for a platform unless told otherwise. */
typedef struct {
  char *container;
  char *video_codec, *audio_codec;
  char *quality;        /* level */
  char *speed;          /* (nullable) */
  char *resolution;     /* (nullable): resolution id; NULL keeps the source's, within the rules */
  char *fit;            /* (nullable): nick of SendoffFit for a shape that differs */
  char *profile;
  char *pixel_format;
  char *color;          /* (nullable): "bt709" when standard range video is wanted in its colours */
  int b_frames;         /* -1 the encoder's own */
  double gop_seconds;   /* 0: by frame rate below, or the default */
  double gop_frame_rate_fraction; /* 0.5: half the frame rate */
  int sample_rate;
  gint64 audio_bitrate_bps; /* of stereo; 0: the level's */
  gint64 mono_bitrate_bps, surround_bitrate_bps; /* 0: half and twice as much */
  int channels;         /* 0 keeps up to stereo */
  gboolean constant_rate;
  char *optimize_for;   /* streaming | download | archive */
  char *captions;       /* (nullable): how captions get there: burn | track | sidecar */
  char *captions_format; /* (nullable): of a sidecar: srt | vtt */
  double loudness_lufs; /* what "recommended" means, 0: as most services */
  GPtrArray *bitrates;  /* SendoffPlatformBitrate */
} SendoffPlatformSettings;
SENDOFF_DECLARE_DOC (SendoffPlatformSettings, sendoff_platform_settings)

/* A row of a platform's own table of recommended bit rates. */
typedef struct {
  int height; /* short side */
  gboolean high_frame_rate; /* 48 fps and more */
  gboolean hdr;
  gint64 min_bps, max_bps;
} SendoffPlatformBitrate;
SENDOFF_DECLARE_DOC (SendoffPlatformBitrate, sendoff_platform_bitrate)

typedef struct {
  char *platform_id;
  char *name;       /* "Instagram Reels" */
  char **aliases;
  char *group;      /* "social", "web", "messaging", "editing" */
  int order;        /* place in lists, ascending */
  char *icon_name;  /* symbolic icon of our own or of the icon theme; never a logo */
  gboolean api_surface; /* limits hold for uploads by API only */
  gboolean vertical;    /* 1080×1920 unless the user chose otherwise */
  gboolean social;      /* location data is removed */
  gboolean hdr;         /* shows HDR as such */
  char *compatibility_notes;
  SendoffPlatformSettings *recommended;
  GPtrArray *rules; /* SendoffPlatformRule; the first is the user's table (SPEC §4) or the platform's page */
} SendoffPlatform;
SENDOFF_DECLARE_DOC (SendoffPlatform, sendoff_platform)

typedef struct {
  char *preset_id;
  char *name;
  char *description;
  gboolean is_system;
  char *target_quality; /* level */
  char *video_codec, *audio_codec;
  char *container;
  gint64 video_bitrate_min_bps, video_bitrate_target_bps, video_bitrate_max_bps; /* 0: the level's */
  gint64 audio_bitrate_bps; /* 0: the level's */
  char *resolution_limit;   /* (nullable): resolution id; larger sources are scaled down to its short side */
  char *encoding_speed;
  char *file_size_priority; /* quality | balanced | size */
  JsonNode *custom_settings; /* (nullable): an output's settings as in a request */
} SendoffPreset;
SENDOFF_DECLARE_DOC (SendoffPreset, sendoff_preset)

#define SENDOFF_TYPE_CATALOG (sendoff_catalog_get_type ())
G_DECLARE_FINAL_TYPE (SendoffCatalog, sendoff_catalog, SENDOFF, CATALOG, GObject)

SendoffCatalog *sendoff_catalog_new (GError **error);
SendoffCatalog *sendoff_catalog_new_with_presets (SendoffCatalog *base, GPtrArray *presets, GError **error);
SendoffCatalog *sendoff_catalog_new_with_platforms (SendoffCatalog *base, GPtrArray *platforms, GError **error);

/* Lists in the catalog's order, owned by it. */
GPtrArray *sendoff_catalog_get_video_codecs (SendoffCatalog *self);
GPtrArray *sendoff_catalog_get_audio_codecs (SendoffCatalog *self);
GPtrArray *sendoff_catalog_get_containers (SendoffCatalog *self);
GPtrArray *sendoff_catalog_get_levels (SendoffCatalog *self);
GPtrArray *sendoff_catalog_get_resolutions (SendoffCatalog *self);
GPtrArray *sendoff_catalog_get_platforms (SendoffCatalog *self);
GPtrArray *sendoff_catalog_get_presets (SendoffCatalog *self);

/* Look-ups by id (platforms also by alias): NULL when unknown. */
const SendoffVideoCodec *sendoff_catalog_get_video_codec (SendoffCatalog *self, const char *id);
const SendoffAudioCodec *sendoff_catalog_get_audio_codec (SendoffCatalog *self, const char *id);
const SendoffContainer *sendoff_catalog_get_container (SendoffCatalog *self, const char *id);
const SendoffQualityLevel *sendoff_catalog_get_level (SendoffCatalog *self, const char *id);
const SendoffResolution *sendoff_catalog_get_resolution (SendoffCatalog *self, const char *id);
const SendoffSizeStrategy *sendoff_catalog_get_size_strategy (SendoffCatalog *self, const char *id);
const SendoffPlatform *sendoff_catalog_get_platform (SendoffCatalog *self, const char *id_or_alias);
const SendoffPreset *sendoff_catalog_get_preset (SendoffCatalog *self, const char *id);

/* A profile of a codec by its id or by the encoder's name of it: NULL when unknown. */
const SendoffCodecProfile *sendoff_video_codec_get_profile (const SendoffVideoCodec *self, const char *name);

/* The newest date among a platform's rules. */
char *sendoff_platform_dup_date (const SendoffPlatform *self);

double sendoff_catalog_get_bitrate_factor (SendoffCatalog *self, gint64 pixels);

G_END_DECLS
