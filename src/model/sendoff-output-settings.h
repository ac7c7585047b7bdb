/* One wanted output, as far as somebody said it: every property can be unset.
 *
 * The planner merges, later ones winning: defaults, the platform's recommended settings, the preset, and the
 * properties set here. The properties are the one list of settings: the JSON of requests, the options of the
 * command line and the bindings of the window derive from them. Strings are unset when NULL, numbers when -1
 * (or 0 where 0 means nothing), times when -1. Owned by a request; lives on the thread that made it.
 */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_OUTPUT_SETTINGS (sendoff_output_settings_get_type ())
G_DECLARE_FINAL_TYPE (SendoffOutputSettings, sendoff_output_settings, SENDOFF, OUTPUT_SETTINGS, GObject)

/* The settings, which are also the property ids. Kebab-case as properties and options, snake_case in JSON. */
typedef enum {
  SENDOFF_SETTING_PLATFORM = 1,
  SENDOFF_SETTING_PRESET,
  SENDOFF_SETTING_QUALITY,    /* a level or a preset's id */
  SENDOFF_SETTING_CODEC,      /* an id, "none" without video */
  SENDOFF_SETTING_AUDIO_CODEC, /* an id, "none" without audio */
  SENDOFF_SETTING_CONTAINER,
  SENDOFF_SETTING_RESOLUTION, /* "source", an id, "WIDTHxHEIGHT" */
  SENDOFF_SETTING_SUFFIX,
  SENDOFF_SETTING_PROFILE,
  SENDOFF_SETTING_PAD_COLOR,
  SENDOFF_SETTING_CROP,       /* "x[,y]" as 0–1, or left|center|right|top|bottom */
  SENDOFF_SETTING_FPS,        /* "source" or a rate */
  SENDOFF_SETTING_SPEED,
  SENDOFF_SETTING_RATE_CONTROL,
  SENDOFF_SETTING_SCALING,
  SENDOFF_SETTING_FIT,
  SENDOFF_SETTING_PACKAGE,
  SENDOFF_SETTING_COPY,
  SENDOFF_SETTING_HDR,
  SENDOFF_SETTING_OPTIMIZE_FOR,
  SENDOFF_SETTING_ENCODER,
  SENDOFF_SETTING_SIZE_PRIORITY,
  SENDOFF_SETTING_AUTO_OPTIMIZE,
  SENDOFF_SETTING_TARGET_SCORE, /* a number, or one with its measure: "ssim:0.98" */
  SENDOFF_SETTING_CRF,        /* double, -1 unset */
  SENDOFF_SETTING_VIDEO_BITRATE, /* int64 bit/s, -1 unset */
  SENDOFF_SETTING_AUDIO_BITRATE,
  SENDOFF_SETTING_TARGET_SIZE, /* int64 bytes, -1 unset */
  SENDOFF_SETTING_MAX_SIZE,
  SENDOFF_SETTING_START,      /* int64 µs, -1 unset; seconds in JSON */
  SENDOFF_SETTING_END,
  SENDOFF_SETTING_TWO_PASS,   /* int: -1 unset, 0, 1 */
  SENDOFF_SETTING_UPSCALE,
  SENDOFF_SETTING_KEEP_METADATA,
  SENDOFF_SETTING_AUDIO_TRACK,  /* int: 0 is the first audio stream, -1 unset */
  SENDOFF_SETTING_AUDIO_TRACKS, /* "one" or "all" of the source's audio tracks */
  SENDOFF_SETTING_LOUDNESS,     /* "off", "recommended", or LUFS such as "-14" */
  SENDOFF_SETTING_CAPTIONS,   /* a path or URI of a file of captions */
  SENDOFF_SETTING_CAPTIONS_MODE,
  SENDOFF_SETTING_CAPTIONS_LANGUAGE,
  SENDOFF_SETTING_CAPTIONS_TRACK, /* int: 0 is the source's first text track, -1 unset */
  SENDOFF_N_SETTINGS
} SendoffSetting;

SendoffOutputSettings *sendoff_output_settings_new (void);
SendoffOutputSettings *sendoff_output_settings_copy (SendoffOutputSettings *self);
gboolean sendoff_output_settings_equal (SendoffOutputSettings *self, SendoffOutputSettings *other);
void sendoff_output_settings_fill_unset (SendoffOutputSettings *self, SendoffOutputSettings *lower);

gboolean sendoff_output_settings_is_set (SendoffOutputSettings *self, SendoffSetting setting);
const char *sendoff_output_settings_get_string (SendoffOutputSettings *self, SendoffSetting setting);
gint64 sendoff_output_settings_get_int (SendoffOutputSettings *self, SendoffSetting setting);
double sendoff_output_settings_get_double (SendoffOutputSettings *self, SendoffSetting setting);
void sendoff_output_settings_set_string (SendoffOutputSettings *self, SendoffSetting setting, const char *value);
void sendoff_output_settings_set_int (SendoffOutputSettings *self, SendoffSetting setting, gint64 value);
char *sendoff_output_settings_dup_text (SendoffOutputSettings *self, SendoffSetting setting);
const char *sendoff_setting_get_name (SendoffSetting setting);
char *sendoff_setting_dup_accepted (SendoffSetting setting);

gboolean sendoff_output_settings_set_from_text (SendoffOutputSettings *self, const char *name, const char *value, GError **error);
gboolean sendoff_output_settings_parse (SendoffOutputSettings *self, const char *spec, GError **error);
JsonNode *sendoff_output_settings_to_json (SendoffOutputSettings *self);
SendoffOutputSettings *sendoff_output_settings_from_json (JsonNode *node, GError **error);

G_END_DECLS
