/* How an output's video is encoded: codec, rate control, structure, colour. */
#include "model/sendoff-pixel-format.h"
#include "model/sendoff-planner-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/sendoff-filters.h"

#define STREAMING_GOP_SECONDS 2.0
#define LONGEST_GOP_SECONDS (250.0 / 30.0)

static const char *
get_text (SendoffPlanning *self, SendoffSetting setting)
{
  return sendoff_output_settings_get_string (self->settings, setting);
}

static gboolean
contains (char **list, const char *item)
{
  return list != NULL && item != NULL && g_strv_contains ((const char *const *)list, item);
}

static const char *
get_level_profile (SendoffPlanning *self)
{
  for (guint i = 0; i < self->video_codec->profiles->len; i++)
    {
      const SendoffLevelValue *value = g_ptr_array_index (self->video_codec->profiles, i);

      if (self->level != NULL && g_strcmp0 (value->level, self->level->level_id) == 0)
        return value->text;
    }
  return NULL;
}

static void
add_unknown_profile (SendoffPlanning *self, const char *name)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < self->video_codec->known_profiles->len; i++)
    {
      const SendoffCodecProfile *profile = g_ptr_array_index (self->video_codec->known_profiles, i);

      g_string_append_printf (known, "%s%s", i > 0 ? ", " : "", profile->profile_id);
    }
  if (known->len > 0)
    sendoff_planning_issue (self, ERROR, "profile", "unknown-profile", "%s has no profile “%s”; it has %s.",
                            self->video_codec->name, name, known->str);
  else
    sendoff_planning_issue (self, ERROR, "profile", "unknown-profile", "%s has no profile “%s”.",
                            self->video_codec->name, name);
}

static const char *
get_asked_profile (SendoffPlanning *self)
{
  const char *name = get_text (self, SENDOFF_SETTING_PROFILE);
  const SendoffCodecProfile *profile
    = name != NULL ? sendoff_video_codec_get_profile (self->video_codec, name) : NULL;

  if (name != NULL && profile == NULL)
    add_unknown_profile (self, name);
  return profile != NULL ? profile->option : NULL;
}

/* Asked for, else what the quality level means for this codec, else the platform's, else H.264's best known. */
static const char *
choose_profile (SendoffPlanning *self)
{
  gboolean is_h264 = g_str_equal (self->video_codec->codec_id, "h264");
  const char *profile = get_asked_profile (self);

  if (profile == NULL)
    profile = get_level_profile (self);
  if (profile == NULL && is_h264 && self->platform != NULL && self->platform->recommended != NULL)
    profile = self->platform->recommended->profile;
  return profile == NULL && is_h264 ? "high" : profile;
}

static gboolean
is_deep (const char *pixel_format)
{
  return g_str_has_suffix (pixel_format, "10le");
}

static char **
get_pixel_formats (SendoffPlanning *self)
{
  const char *name = self->output->video->profile;
  const SendoffCodecProfile *profile = name != NULL ? sendoff_video_codec_get_profile (self->video_codec, name) : NULL;

  return profile != NULL ? profile->pixel_formats : self->video_codec->pixel_formats;
}

/** sendoff_planner_find_pixel_format: (transfer none) (nullable): the first one of codec and profile that has alpha as
 * wanted, is deep if it has to be, and is taken by the platform if it must be. */
const char *
sendoff_planner_find_pixel_format (SendoffPlanning *self, gboolean alpha, gboolean deep, gboolean on_platform)
{
  char **formats = get_pixel_formats (self);
  char **taken = on_platform ? self->limits.pixel_formats : NULL;

  for (guint i = 0; formats != NULL && formats[i] != NULL; i++)
    if (sendoff_pixel_format_has_alpha (formats[i]) == alpha && (!deep || is_deep (formats[i]))
        && (taken == NULL || contains (taken, formats[i])))
      return formats[i];
  return NULL;
}

/* Transparency and more than 8 bits are kept where the codec has a format for them and the platform takes it. Tone
 * mapping leaves nothing that needs more than 8. */
static const char *
choose_pixel_format (SendoffPlanning *self)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  const SendoffStreamInfo *stream = self->video_stream;
  char **formats = get_pixel_formats (self);
  gboolean wants_depth = stream->hdr != SENDOFF_HDR_NONE ? self->keeps_hdr : stream->bit_depth > 8;
  const char *format = NULL;

  if (!self->keeps_hdr && recommended != NULL
      && g_strcmp0 (recommended->video_codec, self->video_codec->codec_id) == 0
      && contains (formats, recommended->pixel_format))
    return recommended->pixel_format;
  if (stream->has_alpha)
    format = sendoff_planner_find_pixel_format (self, TRUE, FALSE, TRUE);
  if (format == NULL && wants_depth)
    format = sendoff_planner_find_pixel_format (self, FALSE, TRUE, TRUE);
  if (format == NULL)
    format = formats != NULL && formats[0] != NULL ? formats[0] : "yuv420p";
  return format;
}

static void
plan_pixel_format (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;

  video->pixel_format = g_strdup (choose_pixel_format (self));
  if (!self->video_stream->has_alpha || sendoff_pixel_format_has_alpha (video->pixel_format))
    return;
  sendoff_planning_issue (self, INFO, "pad_color", "alpha-filled", "The picture's transparent parts become %s.%s",
                          video->pad_color,
                          g_str_equal (video->codec, "prores") ? " The profile 4444 keeps them." : "");
}

static void
plan_codec (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  gboolean is_isom = self->container != NULL && contains (self->container->features, "moov-first");

  video->codec = g_strdup (self->video_codec->codec_id);
  sendoff_planner_choose_encoder (self);
  video->profile = g_strdup (choose_profile (self));
  sendoff_planner_decide_hdr (self);
  video->tag = g_strdup (is_isom ? self->video_codec->tag_isom : NULL);
  plan_pixel_format (self);
}

/* Seconds between keyframes where somebody wants them short; 0 lets a chunk be one group of pictures. */
static double
choose_gop_seconds (SendoffPlanning *self)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  double seconds = 0;

  if (recommended != NULL && recommended->gop_seconds > 0)
    seconds = recommended->gop_seconds;
  else if (recommended != NULL && recommended->gop_frame_rate_fraction > 0)
    seconds = recommended->gop_frame_rate_fraction;
  else if (g_strcmp0 (get_text (self, SENDOFF_SETTING_OPTIMIZE_FOR), "streaming") == 0)
    seconds = STREAMING_GOP_SECONDS;
  if (self->limits.max_gop_seconds > 0 && (seconds == 0 || seconds > self->limits.max_gop_seconds))
    seconds = MIN (self->limits.max_gop_seconds, LONGEST_GOP_SECONDS);
  return seconds;
}

static void
plan_structure (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;

  self->gop_seconds = choose_gop_seconds (self);
  video->closed_gop = TRUE;
  video->b_frames = recommended != NULL ? recommended->b_frames : -1;
  if (g_strcmp0 (video->profile, "baseline") == 0)
    video->b_frames = 0;
}

/**
 * sendoff_planner_dup_filters:
 * @stream: whose declared shape the frames have
 *
 * Returns: (transfer full): the filter chain that @video means for @stream
 */
char *
sendoff_planner_dup_filters (const SendoffVideoPlan *video, const SendoffStreamInfo *stream)
{
  const SendoffColor *color = stream->color;
  SendoffFrameShape shape = {
    .width = stream->width,
    .height = stream->height,
    .sample_aspect_ratio = stream->sample_aspect_ratio,
    .pixel_format = stream->pixel_format != NULL ? stream->pixel_format : "yuv420p",
    .has_alpha = stream->has_alpha,
  };

  if (color != NULL)
    {
      shape.range = color->range;
      shape.matrix = color->matrix;
      shape.primaries = color->primaries;
      shape.transfer = color->transfer;
    }
  return sendoff_filters_build (video, &shape);
}

/** sendoff_planner_plan_video: the video plan of an output, but for what depends on the chunk grid. */
void
sendoff_planner_plan_video (SendoffPlanning *self)
{
  if (self->video_stream == NULL || self->video_codec == NULL)
    return;
  self->output->video = sendoff_video_plan_new ();
  self->source_rate = sendoff_planner_get_source_rate (self->source, self->video_stream);
  sendoff_planner_plan_picture (self);
  sendoff_planner_plan_frame_rate (self);
  plan_codec (self);
  sendoff_planner_plan_color (self);
  sendoff_planner_plan_rate_control (self);
  plan_structure (self);
  sendoff_planner_plan_options (self);
  self->output->video->filters = sendoff_planner_dup_filters (self->output->video, self->video_stream);
}

static gint64
get_longest_chunk_us (const SendoffChunkGroup *group)
{
  gint64 longest = 0;

  for (guint i = 0; i + 1 < group->boundaries_us->len; i++)
    longest = MAX (longest, g_array_index (group->boundaries_us, gint64, i + 1)
                              - g_array_index (group->boundaries_us, gint64, i));
  return longest;
}

/* The source's own count where every frame is shown once; otherwise what the time gives. */
static gint64
count_frames (SendoffPlanning *self)
{
  const SendoffOutputPlan *output = self->output;
  const SendoffVideoPlan *video = output->video;
  gint64 end_us = MIN (output->end_us, self->video_stream->duration_us > 0
                                         ? self->video_stream->start_us + self->video_stream->duration_us
                                         : output->end_us);
  gboolean whole = !output->trimmed_start && !output->trimmed_end && output->start_us >= self->video_stream->start_us;
  gboolean same_rate = !sendoff_rational_is_set (video->frame_rate)
                       || sendoff_rational_compare (video->frame_rate, self->video_stream->frame_rate) == 0;

  if (whole && same_rate && self->video_stream->frame_count > 0
      && (self->video_stream->constant_rate || !sendoff_rational_is_set (video->frame_rate)))
    return self->video_stream->frame_count;
  if (end_us <= output->start_us)
    return 0;
  return sendoff_rescale (end_us - output->start_us, SENDOFF_US, sendoff_rational_invert (video->nominal_frame_rate),
                          SENDOFF_ROUND_NEAREST);
}

/** sendoff_planner_finish_video: what depends on the grid of @group: keyframe interval, threads, frames. */
void
sendoff_planner_finish_video (SendoffPlanning *self, const SendoffChunkGroup *group)
{
  SendoffVideoPlan *video = self->output->video;
  double frame_rate = sendoff_rational_to_double (video->nominal_frame_rate);
  double chunk_seconds = (double)get_longest_chunk_us (group) / 1e6;
  double seconds = self->gop_seconds;

  /* A grid shorter than a second is a single picture, or a source whose length is not known yet. */
  if (seconds <= 0)
    seconds = chunk_seconds >= 1 ? MIN (chunk_seconds, LONGEST_GOP_SECONDS) : LONGEST_GOP_SECONDS;
  video->gop_frames = MAX (1, (int)lround (seconds * frame_rate));
  sendoff_planner_plan_threads (self, sendoff_chunk_group_get_n_chunks (group));
  video->expected_frames = count_frames (self);
  sendoff_planner_choose_score_chunks (self, group);
  sendoff_planner_plan_analysis (self);
  sendoff_planner_plan_hardware (self);
}
