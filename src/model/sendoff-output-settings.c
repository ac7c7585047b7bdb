#include "model/sendoff-output-settings-private.h"

#include "base/sendoff-i18n.h"

#define GBIT G_GINT64_CONSTANT (1000000000)
#define MAX_SIZE_BYTES (G_GINT64_CONSTANT (1000) * GBIT * 1000)
#define MAX_TIME_US (GBIT * 1000000)

const SendoffSettingSpec sendoff_setting_specs[SENDOFF_N_SETTINGS] = {
  [SENDOFF_SETTING_PLATFORM] = { "platform", KIND_TEXT, N_ ("the name of a platform") },
  [SENDOFF_SETTING_PRESET] = { "preset", KIND_TEXT, N_ ("the name of a preset") },
  [SENDOFF_SETTING_QUALITY] = { "quality", KIND_TEXT, N_ ("a quality level or a preset") },
  [SENDOFF_SETTING_CODEC] = { "codec", KIND_TEXT, N_ ("the name of a video codec, or none") },
  [SENDOFF_SETTING_AUDIO_CODEC] = { "audio-codec", KIND_TEXT, N_ ("the name of an audio codec, or none") },
  [SENDOFF_SETTING_CONTAINER] = { "container", KIND_TEXT, N_ ("the name of a container") },
  [SENDOFF_SETTING_RESOLUTION] = { "resolution", KIND_TEXT, N_ ("source, a resolution such as 1080p, or WIDTHxHEIGHT") },
  [SENDOFF_SETTING_SUFFIX] = { "suffix", KIND_TEXT, N_ ("the end of the file's name") },
  [SENDOFF_SETTING_PROFILE] = { "profile", KIND_TEXT, N_ ("a profile of the codec") },
  [SENDOFF_SETTING_PAD_COLOR] = { "pad-color", KIND_TEXT, N_ ("a colour such as black or #102030") },
  [SENDOFF_SETTING_CROP] = { "crop", KIND_TEXT, N_ ("left, center, right, top, bottom, or numbers from 0 to 1") },
  [SENDOFF_SETTING_FPS] = { "fps", KIND_TEXT, N_ ("source, or frames a second such as 25 or 30000/1001") },
  [SENDOFF_SETTING_SPEED] = { "speed", KIND_CHOICE, "ultrafast|fast|medium|slow|veryslow" },
  [SENDOFF_SETTING_ENCODER] = { "encoder", KIND_CHOICE, "software|hardware" },
  [SENDOFF_SETTING_RATE_CONTROL] = { "rate-control", KIND_CHOICE, "crf|cbr|vbr|abr" },
  [SENDOFF_SETTING_SCALING] = { "scaling", KIND_CHOICE, "bilinear|bicubic|lanczos|spline" },
  [SENDOFF_SETTING_FIT] = { "fit", KIND_CHOICE, "pad|blur|crop|stretch" },
  [SENDOFF_SETTING_PACKAGE] = { "package", KIND_CHOICE, "none|hls|dash|both" },
  [SENDOFF_SETTING_COPY] = { "copy", KIND_CHOICE, "auto|never|require" },
  [SENDOFF_SETTING_HDR] = { "hdr", KIND_CHOICE, "auto|keep|sdr" },
  [SENDOFF_SETTING_OPTIMIZE_FOR] = { "optimize-for", KIND_CHOICE, "streaming|download|archive" },
  [SENDOFF_SETTING_SIZE_PRIORITY] = { "size-priority", KIND_CHOICE, "quality|balanced|size" },
  [SENDOFF_SETTING_AUTO_OPTIMIZE] = { "auto-optimize", KIND_CHOICE, "apply|propose" },
  [SENDOFF_SETTING_TARGET_SCORE] = { "target-score", KIND_TEXT, N_ ("a score such as 0.98 or ssim:0.98") },
  [SENDOFF_SETTING_CRF] = { "crf", KIND_NUMBER, N_ ("a number such as 23"), 0, 1000 },
  [SENDOFF_SETTING_VIDEO_BITRATE] = { "video-bitrate", KIND_BITRATE, N_ ("a bit rate such as 6M"), 1000, 10 * GBIT },
  [SENDOFF_SETTING_AUDIO_BITRATE] = { "audio-bitrate", KIND_BITRATE, N_ ("a bit rate such as 192k"), 1000, GBIT / 100 },
  [SENDOFF_SETTING_TARGET_SIZE] = { "target-size", KIND_SIZE, N_ ("a size such as 25MB"), 1000, MAX_SIZE_BYTES },
  [SENDOFF_SETTING_MAX_SIZE] = { "max-size", KIND_SIZE, N_ ("a size such as 25MiB"), 1000, MAX_SIZE_BYTES },
  [SENDOFF_SETTING_START] = { "start", KIND_TIME, N_ ("a time such as 12.5 or 1:02:03.5"), 0, MAX_TIME_US },
  [SENDOFF_SETTING_END] = { "end", KIND_TIME, N_ ("a time such as 12.5 or 1:02:03.5"), 0, MAX_TIME_US },
  [SENDOFF_SETTING_TWO_PASS] = { "two-pass", KIND_FLAG, N_ ("yes or no"), 0, 1 },
  [SENDOFF_SETTING_UPSCALE] = { "upscale", KIND_FLAG, N_ ("yes or no"), 0, 1 },
  [SENDOFF_SETTING_KEEP_METADATA] = { "keep-metadata", KIND_FLAG, N_ ("yes or no"), 0, 1 },
  [SENDOFF_SETTING_AUDIO_TRACK] = { "audio-track", KIND_INDEX, N_ ("a number, 0 for the first track"), 0, 999 },
  [SENDOFF_SETTING_AUDIO_TRACKS] = { "audio-tracks", KIND_CHOICE, "one|all" },
  [SENDOFF_SETTING_CAPTIONS] = { "captions", KIND_TEXT, N_ ("a file of captions: SRT, WebVTT or ASS") },
  [SENDOFF_SETTING_CAPTIONS_MODE] = { "captions-mode", KIND_CHOICE, "auto|burn|track|sidecar|off" },
  [SENDOFF_SETTING_CAPTIONS_LANGUAGE] = { "captions-language", KIND_TEXT, N_ ("a language such as en or eng") },
  [SENDOFF_SETTING_CAPTIONS_TRACK] = { "captions-track", KIND_INDEX, N_ ("a number, 0 for the first track"), 0, 999 },
  [SENDOFF_SETTING_LOUDNESS]
  = { "loudness", KIND_TEXT, N_ ("off, recommended, or a loudness in LUFS such as -14") },
};

struct _SendoffOutputSettings {
  GObject parent_instance;
  GValue values[SENDOFF_N_SETTINGS];
};

static GParamSpec *properties[SENDOFF_N_SETTINGS];

G_DEFINE_FINAL_TYPE (SendoffOutputSettings, sendoff_output_settings, G_TYPE_OBJECT)

static void
sendoff_output_settings_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffOutputSettings *self = SENDOFF_OUTPUT_SETTINGS (object);

  g_value_copy (&self->values[prop_id], value);
}

static void
sendoff_output_settings_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffOutputSettings *self = SENDOFF_OUTPUT_SETTINGS (object);

  if (g_param_values_cmp (pspec, value, &self->values[prop_id]) == 0)
    return;
  g_value_copy (value, &self->values[prop_id]);
  g_object_notify_by_pspec (object, pspec);
}

static void
sendoff_output_settings_finalize (GObject *object)
{
  SendoffOutputSettings *self = SENDOFF_OUTPUT_SETTINGS (object);

  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    g_value_unset (&self->values[i]);
  G_OBJECT_CLASS (sendoff_output_settings_parent_class)->finalize (object);
}

static GParamSpec *
setting_to_param_spec (const SendoffSettingSpec *setting)
{
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  switch (setting->kind)
    {
    case KIND_NUMBER:
      return g_param_spec_double (setting->name, NULL, setting->accepted, -1, (double)setting->max, -1, flags);
    case KIND_BITRATE:
    case KIND_SIZE:
    case KIND_TIME:
      return g_param_spec_int64 (setting->name, NULL, setting->accepted, -1, setting->max, -1, flags);
    case KIND_FLAG:
    case KIND_INDEX:
      return g_param_spec_int (setting->name, NULL, setting->accepted, -1, (int)setting->max, -1, flags);
    case KIND_TEXT:
    case KIND_CHOICE:
    default:
      return g_param_spec_string (setting->name, NULL, setting->accepted, NULL, flags);
    }
}

static void
sendoff_output_settings_class_init (SendoffOutputSettingsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sendoff_output_settings_get_property;
  object_class->set_property = sendoff_output_settings_set_property;
  object_class->finalize = sendoff_output_settings_finalize;
  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    properties[i] = setting_to_param_spec (&sendoff_setting_specs[i]);
  g_object_class_install_properties (object_class, SENDOFF_N_SETTINGS, properties);
}

static void
sendoff_output_settings_init (SendoffOutputSettings *self)
{
  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    {
      g_value_init (&self->values[i], properties[i]->value_type);
      g_param_value_set_default (properties[i], &self->values[i]);
    }
}

/** sendoff_output_settings_new: (transfer full): settings that say nothing yet. */
SendoffOutputSettings *
sendoff_output_settings_new (void)
{
  return g_object_new (SENDOFF_TYPE_OUTPUT_SETTINGS, NULL);
}

/** sendoff_output_settings_copy: (transfer full): independent settings with @self's values. */
SendoffOutputSettings *
sendoff_output_settings_copy (SendoffOutputSettings *self)
{
  SendoffOutputSettings *copy = sendoff_output_settings_new ();

  sendoff_output_settings_fill_unset (copy, self);
  return copy;
}

/** sendoff_output_settings_equal: whether both say the same. */
gboolean
sendoff_output_settings_equal (SendoffOutputSettings *self, SendoffOutputSettings *other)
{
  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    if (g_param_values_cmp (properties[i], &self->values[i], &other->values[i]) != 0)
      return FALSE;
  return TRUE;
}

/**
 * sendoff_output_settings_fill_unset:
 * @lower: settings of lower rank, for example a preset's
 *
 * Takes from @lower whatever @self leaves unset.
 */
void
sendoff_output_settings_fill_unset (SendoffOutputSettings *self, SendoffOutputSettings *lower)
{
  for (guint i = 1; i < SENDOFF_N_SETTINGS; i++)
    if (!sendoff_output_settings_is_set (self, i) && sendoff_output_settings_is_set (lower, i))
      g_object_set_property (G_OBJECT (self), sendoff_setting_specs[i].name, &lower->values[i]);
}

/** sendoff_output_settings_is_set: whether anything is said about @setting. */
gboolean
sendoff_output_settings_is_set (SendoffOutputSettings *self, SendoffSetting setting)
{
  return !g_param_value_defaults (properties[setting], &self->values[setting]);
}

/* (transfer none): the value of @setting, of its property's type. */
const GValue *
sendoff_output_settings_peek_value (SendoffOutputSettings *self, SendoffSetting setting)
{
  return &self->values[setting];
}

/** sendoff_output_settings_get_string: (transfer none) (nullable): the value of a text setting. */
const char *
sendoff_output_settings_get_string (SendoffOutputSettings *self, SendoffSetting setting)
{
  return g_value_get_string (&self->values[setting]);
}

/** sendoff_output_settings_get_int: the value of a whole-number setting in its unit, -1 when unset. */
gint64
sendoff_output_settings_get_int (SendoffOutputSettings *self, SendoffSetting setting)
{
  const GValue *value = &self->values[setting];

  return G_VALUE_HOLDS_INT (value) ? g_value_get_int (value) : g_value_get_int64 (value);
}

/** sendoff_output_settings_get_double: the value of a fractional setting, -1 when unset. */
double
sendoff_output_settings_get_double (SendoffOutputSettings *self, SendoffSetting setting)
{
  return g_value_get_double (&self->values[setting]);
}

/** sendoff_output_settings_set_string: sets a text setting; NULL unsets it. */
void
sendoff_output_settings_set_string (SendoffOutputSettings *self, SendoffSetting setting, const char *value)
{
  g_object_set (self, sendoff_setting_specs[setting].name, value, NULL);
}

/** sendoff_output_settings_set_int: sets a whole-number setting in its unit; -1 unsets it. */
void
sendoff_output_settings_set_int (SendoffOutputSettings *self, SendoffSetting setting, gint64 value)
{
  if (G_VALUE_HOLDS_INT (&self->values[setting]))
    g_object_set (self, sendoff_setting_specs[setting].name, (int)value, NULL);
  else
    g_object_set (self, sendoff_setting_specs[setting].name, value, NULL);
}

/** sendoff_setting_get_name: (transfer none): the property's name, "video-bitrate". */
const char *
sendoff_setting_get_name (SendoffSetting setting)
{
  return sendoff_setting_specs[setting].name;
}
