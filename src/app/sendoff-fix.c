#include "app/sendoff-fix.h"

#include <glib/gi18n.h>
#include <math.h>

#include "base/sendoff-units.h"
#include "model/sendoff-rules.h"

/* So many variants of one remedy are tried. */
#define MAX_ATTEMPTS 12

struct _SendoffFix
{
  char *label;
  SendoffOutputSettings *before, *after; /* what differs between them is the change */
};

/* What a remedy looks at. */
typedef struct
{
  SendoffCatalog *catalog;
  const SendoffMediaInfo *info;
  const SendoffIssue *issue;
  const SendoffOutputPlan *planned;
  const SendoffPlatform *platform; /* (nullable) */
  SendoffPlatformRule limits;      /* all that are not advisory, together */
} Case;

/* Changes @settings and returns the button's label; %NULL when it has nothing (more) to try. */
typedef char *(*Remedy) (const Case *self, SendoffOutputSettings *settings, guint attempt);

static char *
unset (SendoffOutputSettings *settings, const SendoffSetting *which, const char *label)
{
  gboolean changed = FALSE;

  for (; *which != 0; which++)
    {
      GParamSpec *pspec
          = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), sendoff_setting_get_name (*which));

      changed |= sendoff_output_settings_is_set (settings, *which);
      g_object_set_property (G_OBJECT (settings), pspec->name, g_param_spec_get_default_value (pspec));
    }
  return changed ? g_strdup (label) : NULL;
}

#define UNSET(settings, label, ...) unset (settings, (const SendoffSetting[]){ __VA_ARGS__, 0 }, label)

/* ---- Formats ---- */

static char *
use_video_codec (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  const char *codec = self->platform != NULL && self->platform->recommended != NULL
                          ? self->platform->recommended->video_codec
                          : "h264";
  const SendoffVideoCodec *known = sendoff_catalog_get_video_codec (self->catalog, codec);

  if (attempt > 0 || known == NULL)
    return NULL;
  unset (
      settings,
      (const SendoffSetting[]){ SENDOFF_SETTING_PROFILE, SENDOFF_SETTING_CONTAINER, SENDOFF_SETTING_CRF, 0 },
      NULL);
  sendoff_output_settings_set_string (settings, SENDOFF_SETTING_CODEC, codec);
  /* Translators: %s is a codec or a container, as in "Use H.264" */
  return g_strdup_printf (_ ("Use %s"), known->name);
}

static char *
use_audio_codec (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  const SendoffAudioCodec *known;

  if (attempt > 0 || self->platform == NULL || self->platform->recommended == NULL)
    return NULL;
  known = sendoff_catalog_get_audio_codec (self->catalog, self->platform->recommended->audio_codec);
  if (known == NULL)
    return NULL;
  sendoff_output_settings_set_string (settings, SENDOFF_SETTING_AUDIO_CODEC, known->codec_id);
  return g_strdup_printf (_ ("Use %s"), known->name);
}

/* One after the other of those that the codec works in; the platform's own comes first. */
static char *
use_container (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  GPtrArray *containers = sendoff_catalog_get_containers (self->catalog);
  const SendoffContainer *container = NULL;

  if (self->platform != NULL && self->platform->recommended != NULL && attempt-- == 0)
    container = sendoff_catalog_get_container (self->catalog, self->platform->recommended->container);
  else if (attempt < containers->len)
    container = g_ptr_array_index (containers, attempt);
  if (container == NULL)
    return NULL;
  sendoff_output_settings_set_string (settings, SENDOFF_SETTING_CONTAINER, container->format_id);
  return g_strdup_printf (_ ("Use %s"), container->name);
}

static char *
forget_profile (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  return attempt == 0 ? UNSET (settings, _ ("Use the Suggested Profile"), SENDOFF_SETTING_PROFILE) : NULL;
}

/* ---- Length ---- */

/* What an advisory rule says warns; what all others say together refuses. */
static double
get_max_seconds (const Case *self)
{
  double seconds = self->limits.max_duration_seconds;

  for (guint i = 0; self->issue->severity == SENDOFF_SEVERITY_WARNING && i < self->platform->rules->len; i++)
    {
      const SendoffPlatformRule *rule = g_ptr_array_index (self->platform->rules, i);

      if (rule->max_duration_seconds > 0 && (seconds <= 0 || rule->max_duration_seconds < seconds))
        seconds = rule->max_duration_seconds;
    }
  return seconds;
}

static char *
keep_first (const Case *self, SendoffOutputSettings *settings, double seconds)
{
  gint64 length_us = (gint64)(seconds * 1e6);
  g_autofree char *text = sendoff_format_duration (length_us);

  sendoff_output_settings_set_int (settings, SENDOFF_SETTING_END, self->planned->start_us + length_us);
  /* Translators: %s is a length of time, as in "Keep the First 1:30" */
  return g_strdup_printf (_ ("Keep the First %s"), text);
}

static char *
shorten (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  double seconds = self->platform != NULL ? get_max_seconds (self) : 0;

  return attempt == 0 && seconds > 0 ? keep_first (self, settings, seconds) : NULL;
}

static char *
shorten_to_frames (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  double rate = self->planned->video != NULL
                    ? sendoff_rational_to_double (self->planned->video->nominal_frame_rate)
                    : 0;

  return attempt == 0 && rate > 0 && self->limits.max_frames > 0
             ? keep_first (self, settings, floor ((double)self->limits.max_frames / rate))
             : NULL;
}

static char *
use_whole (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  return attempt == 0
             ? UNSET (settings, _ ("Use the Whole Video"), SENDOFF_SETTING_START, SENDOFF_SETTING_END)
             : NULL;
}

static char *
end_with_video (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  return attempt == 0 ? UNSET (settings, _ ("End with the Video"), SENDOFF_SETTING_END) : NULL;
}

/* ---- Picture ---- */

static char *
forget_resolution (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  return attempt == 0 ? UNSET (settings, _ ("Use the Suggested Size"), SENDOFF_SETTING_RESOLUTION,
                               SENDOFF_SETTING_UPSCALE)
                      : NULL;
}

static char *
enlarge (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  if (attempt > 0)
    return NULL;
  sendoff_output_settings_set_int (settings, SENDOFF_SETTING_UPSCALE, 1);
  return g_strdup (_ ("Enlarge Anyway"));
}

static char *
use_frame_rate (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  double limit = attempt == 0 ? self->limits.max_frame_rate : self->limits.min_frame_rate;
  g_autofree char *text = g_strdup_printf ("%g", limit);

  if (attempt > 1 || self->planned->video == NULL)
    return NULL;
  if (limit <= 0)
    return attempt == 0 ? use_frame_rate (self, settings, 1) : NULL;
  sendoff_output_settings_set_string (settings, SENDOFF_SETTING_FPS, text);
  return g_strdup_printf (_ ("Use %s Frames a Second"), text);
}

/* In the format that is made now, or else in the one that most screens can show HDR in. */
static char *
keep_hdr (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (self->catalog, "h265");

  if (attempt > 1 || codec == NULL || !sendoff_rules_is_available (SENDOFF_SETTING_HDR, "keep"))
    return NULL;
  sendoff_output_settings_set_string (settings, SENDOFF_SETTING_HDR, "keep");
  if (attempt == 0)
    return g_strdup (_ ("Keep HDR"));
  sendoff_output_settings_set_string (settings, SENDOFF_SETTING_CODEC, codec->codec_id);
  unset (settings, (const SendoffSetting[]){ SENDOFF_SETTING_PROFILE, SENDOFF_SETTING_CRF, 0 }, NULL);
  /* Translators: %s is the name of a codec */
  return g_strdup_printf (_ ("Keep HDR (%s)"), codec->name);
}

/* ---- Quality and size ---- */

static char *
forget_quality (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  return attempt == 0 ? UNSET (settings, _ ("Use the Suggested Quality"), SENDOFF_SETTING_CRF) : NULL;
}

static char *
forget_audio_bitrate (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  return attempt == 0 ? UNSET (settings, _ ("Use the Suggested Bit Rate"), SENDOFF_SETTING_AUDIO_BITRATE)
                      : NULL;
}

static char *
cap_size (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  if (attempt > 0 || self->planned->max_size_bytes <= 0
      || !sendoff_rules_is_available (SENDOFF_SETTING_MAX_SIZE, NULL))
    return NULL;
  sendoff_output_settings_set_int (settings, SENDOFF_SETTING_MAX_SIZE, self->planned->max_size_bytes);
  return g_strdup (_ ("Make It Fit"));
}

static guint
find_level (const Case *self)
{
  GPtrArray *levels = sendoff_catalog_get_levels (self->catalog);

  for (guint i = 0; i < levels->len; i++)
    if (g_strcmp0 (((SendoffQualityLevel *)g_ptr_array_index (levels, i))->level_id, self->planned->quality)
        == 0)
      return i;
  return levels->len;
}

/* One level after the other; the name of the level that fits is said. */
static char *
lower_quality (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  GPtrArray *levels = sendoff_catalog_get_levels (self->catalog);
  guint current = find_level (self);
  const SendoffQualityLevel *level;

  if (attempt >= current)
    return NULL;
  level = g_ptr_array_index (levels, current - 1 - attempt);
  unset (settings, (const SendoffSetting[]){ SENDOFF_SETTING_CRF, SENDOFF_SETTING_VIDEO_BITRATE, 0 }, NULL);
  sendoff_output_settings_set_string (settings, SENDOFF_SETTING_QUALITY, level->level_id);
  /* Translators: %s is the name of a quality level that makes smaller files */
  return g_strdup_printf (_ ("Make It Fit (%s Quality)"), _ (level->name));
}

static gboolean
is_smaller (const SendoffResolution *resolution, const SendoffVideoPlan *video)
{
  return (resolution->width > resolution->height) == (video->width > video->height)
         && (resolution->width == resolution->height) == (video->width == video->height)
         && MIN (resolution->width, resolution->height) < MIN (video->width, video->height);
}

/* Sizes of the same kind of shape, from the largest that is smaller; at the lowest quality that people still
 * watch. */
static char *
lower_resolution (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  GPtrArray *resolutions = sendoff_catalog_get_resolutions (self->catalog);

  for (guint i = resolutions->len; i > 0 && self->planned->video != NULL; i--)
    {
      const SendoffResolution *resolution = g_ptr_array_index (resolutions, i - 1);

      if (!is_smaller (resolution, self->planned->video) || attempt-- > 0)
        continue;
      unset (settings, (const SendoffSetting[]){ SENDOFF_SETTING_CRF, SENDOFF_SETTING_VIDEO_BITRATE, 0 },
             NULL);
      sendoff_output_settings_set_string (settings, SENDOFF_SETTING_QUALITY, "low");
      sendoff_output_settings_set_string (settings, SENDOFF_SETTING_RESOLUTION, resolution->preset_id);
      return g_strdup_printf (_ ("Make It Fit (%s)"), _ (resolution->name));
    }
  return NULL;
}

/* What the planner proposes for a size that is small for what was chosen. */
static char *
use_proposals (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  const SendoffOptimizePlan *optimize = self->planned->optimize;
  gboolean is_error = self->issue->severity == SENDOFF_SEVERITY_ERROR;
  g_autoptr (GString) labels = g_string_new (NULL);

  for (guint i = 0; attempt == 0 && optimize != NULL && i < optimize->steps->len; i++)
    {
      const SendoffOptimizeStep *step = g_ptr_array_index (optimize->steps, i);

      for (guint j = 0; !step->applied && j < step->settings->len; j++)
        {
          const SendoffTag *tag = g_ptr_array_index (step->settings, j);

          sendoff_output_settings_set_from_text (settings, tag->key, tag->value, NULL);
        }
      if (!step->applied && step->label != NULL)
        g_string_append_printf (labels, "%s%s", labels->len > 0 ? ", " : "", step->label);
    }
  if (labels->len == 0)
    return NULL;
  /* Translators: %s is a list such as "H.265/HEVC, 1280×720" */
  return g_strdup_printf (is_error ? _ ("Make It Fit (%s)") : _ ("Use %s"), labels->str);
}

/* ---- Anything ---- */

static char *
forget_track (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  return attempt == 0 ? UNSET (settings, _ ("Use the First Track"), SENDOFF_SETTING_AUDIO_TRACK) : NULL;
}

/* Leaves the setting that the issue is about to the planner. */
static char *
forget_setting (const Case *self, SendoffOutputSettings *settings, guint attempt)
{
  g_autofree char *name
      = self->issue->field != NULL ? g_strdelimit (g_strdup (self->issue->field), "_", '-') : NULL;

  for (SendoffSetting i = 1; attempt == 0 && name != NULL && i < SENDOFF_N_SETTINGS; i++)
    if (g_str_equal (sendoff_setting_get_name (i), name) && i != SENDOFF_SETTING_PLATFORM)
      return UNSET (settings, _ ("Use What Is Suggested"), i);
  return NULL;
}

/* In the order in which they are tried. */
static const struct
{
  const char *code; /* %NULL: any error */
  Remedy remedy;
  gboolean partly; /* it helps even if there is more to say afterwards */
} remedies[] = {
  { "codec-not-on-platform", use_video_codec },
  { "pixel-format-not-on-platform", forget_profile },
  { "pixel-format-not-on-platform", use_video_codec },
  { "profile-not-on-platform", forget_profile },
  { "unknown-profile", forget_profile },
  { "audio-codec-not-on-platform", use_audio_codec },
  { "container-not-on-platform", use_container },
  { "codec-not-in-container", use_container },
  { "audio-codec-not-in-container", use_container },
  { "muxer-missing", use_container },
  { "encoder-missing", use_video_codec },
  { "video-needed", use_video_codec },
  { "too-small-for-codec", forget_resolution },
  { "too-small-for-codec", use_video_codec },
  { "too-long", shorten },
  { "too-many-frames", shorten_to_frames },
  { "too-short", use_whole },
  { "empty-range", use_whole },
  { "start-beyond-end", use_whole },
  { "no-video-in-range", use_whole },
  { "end-beyond-source", end_with_video },
  { "aspect-not-on-platform", forget_resolution },
  { "size-not-on-platform", forget_resolution },
  { "frame-rate-not-on-platform", use_frame_rate },
  { "not-upscaled", enlarge },
  { "hdr-tone-mapped", keep_hdr },
  { "hdr-not-in-codec", keep_hdr },
  { "hdr-needs-ten-bits", keep_hdr },
  { "quality-not-in-codec", forget_quality },
  { "quality-out-of-range", forget_quality },
  { "audio-bitrate-out-of-range", forget_audio_bitrate },
  { "audio-bitrate-not-on-platform", forget_audio_bitrate },
  { "no-such-track", forget_track },
  { "will-not-fit", cap_size },
  { "will-not-fit", lower_quality },
  { "will-not-fit", lower_resolution },
  { "may-not-fit", cap_size },
  { "may-not-fit", lower_quality },
  { "may-not-fit", lower_resolution },
  { "quality-below-floor", use_proposals, TRUE },
  { "size-too-small", use_proposals },
  { "size-too-small", lower_resolution },
  { "size-too-small", shorten },
  { NULL, forget_setting },
};

/* ---- Trying ---- */

/* A plan for one output with @settings, as it would be beside the others. */
static SendoffPlan *
plan_alone (SendoffEngine *engine, const SendoffDraftPlan *plan, SendoffOutputSettings *settings)
{
  static const char *const kept[] = { "output-folder-uri", "naming-pattern", "local-date" };
  g_autofree char *uri = NULL;
  g_autoptr (SendoffRequest) request = NULL;

  g_object_get (plan->request, "source-uri", &uri, NULL);
  request = sendoff_request_new (uri);
  for (guint i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autofree char *value = NULL;

      g_object_get (plan->request, kept[i], &value, NULL);
      if (value != NULL)
        g_object_set (request, kept[i], value, NULL);
    }
  sendoff_request_add_output (request, settings);
  return sendoff_engine_plan (engine, sendoff_source_item_get_info (plan->source), request);
}

static guint
count_errors (const SendoffPlan *plan, int output)
{
  guint n = 0;

  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

      n += issue->output == output && issue->severity == SENDOFF_SEVERITY_ERROR;
    }
  return n;
}

static gboolean
has_issue_like (const SendoffPlan *plan, const SendoffIssue *like)
{
  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

      if (g_strcmp0 (issue->code, like->code) == 0 && issue->severity == like->severity)
        return TRUE;
    }
  return FALSE;
}

static gboolean
helps (SendoffEngine *engine,
       const SendoffDraftPlan *plan,
       const SendoffIssue *issue,
       gboolean partly,
       SendoffOutputSettings *settings)
{
  g_autoptr (SendoffPlan) better = plan_alone (engine, plan, settings);
  guint n_allowed = count_errors (plan->plan, issue->output);

  if (issue->severity == SENDOFF_SEVERITY_ERROR)
    n_allowed--;
  return (partly || !has_issue_like (better, issue)) && count_errors (better, 0) <= n_allowed;
}

static SendoffFix *
try_remedy (SendoffEngine *engine,
            const SendoffDraftPlan *plan,
            const Case *situation,
            Remedy remedy,
            gboolean partly,
            SendoffOutputSettings *before)
{
  for (guint attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
    {
      g_autoptr (SendoffOutputSettings) after = sendoff_output_settings_copy (before);
      g_autofree char *label = remedy (situation, after, attempt);
      SendoffFix *self;

      if (label == NULL)
        return NULL;
      if (sendoff_output_settings_equal (before, after)
          || !helps (engine, plan, situation->issue, partly, after))
        continue;
      self = g_new0 (SendoffFix, 1);
      self->label = g_steal_pointer (&label);
      self->before = sendoff_output_settings_copy (before);
      self->after = g_steal_pointer (&after);
      return self;
    }
  return NULL;
}

static gboolean
is_for (const char *code, const SendoffIssue *issue)
{
  return code != NULL ? g_strcmp0 (code, issue->code) == 0 : issue->severity == SENDOFF_SEVERITY_ERROR;
}

/**
 * sendoff_fix_find:
 * @issue: one of @plan's, about one output
 *
 * Returns: (transfer full) (nullable): what can be done about it with one click
 */
SendoffFix *
sendoff_fix_find (SendoffEngine *engine, const SendoffDraftPlan *plan, const SendoffIssue *issue)
{
  Case situation
      = { sendoff_engine_get_catalog (engine), sendoff_source_item_get_info (plan->source), issue };
  g_autoptr (SendoffOutputSettings) before = NULL;
  SendoffFix *fix = NULL;

  if (issue->output < 0 || situation.info == NULL)
    return NULL;
  before = g_list_model_get_item (sendoff_request_get_outputs (plan->request), (guint)issue->output);
  situation.planned = sendoff_plan_get_output (plan->plan, (guint)issue->output);
  if (situation.planned->platform != NULL)
    situation.platform = sendoff_catalog_get_platform (situation.catalog, situation.planned->platform);
  sendoff_rules_combine_limits (situation.platform, &situation.limits);
  for (guint i = 0; fix == NULL && i < G_N_ELEMENTS (remedies); i++)
    if (is_for (remedies[i].code, issue))
      fix = try_remedy (engine, plan, &situation, remedies[i].remedy, remedies[i].partly, before);
  return fix;
}

/** sendoff_fix_free: frees @self. */
void
sendoff_fix_free (SendoffFix *self)
{
  g_free (self->label);
  g_object_unref (self->before);
  g_object_unref (self->after);
  g_free (self);
}

/** sendoff_fix_get_label: (transfer none): what the button says. */
const char *
sendoff_fix_get_label (const SendoffFix *self)
{
  return self->label;
}

/** sendoff_fix_apply: changes @settings; what the fix is not about stays as it is now. */
void
sendoff_fix_apply (const SendoffFix *self, SendoffOutputSettings *settings)
{
  g_object_freeze_notify (G_OBJECT (settings));
  for (SendoffSetting i = 1; i < SENDOFF_N_SETTINGS; i++)
    {
      GParamSpec *pspec
          = g_object_class_find_property (G_OBJECT_GET_CLASS (settings), sendoff_setting_get_name (i));
      g_auto (GValue) before = G_VALUE_INIT, after = G_VALUE_INIT;

      g_value_init (&before, pspec->value_type);
      g_value_init (&after, pspec->value_type);
      g_object_get_property (G_OBJECT (self->before), pspec->name, &before);
      g_object_get_property (G_OBJECT (self->after), pspec->name, &after);
      if (g_param_values_cmp (pspec, &before, &after) != 0)
        g_object_set_property (G_OBJECT (settings), pspec->name, &after);
    }
  g_object_thaw_notify (G_OBJECT (settings));
}
