/* How an output's video is encoded: codec, rate control, structure, colour, encoder options. */
#include "model/sendoff-planner-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/sendoff-estimate.h"
#include "model/sendoff-filters.h"
#include "model/sendoff-h264-level.h"

#define STREAMING_GOP_SECONDS 2.0
#define LONGEST_GOP_SECONDS (250.0 / 30.0)
#define TONE_MAP_OPERATOR "hable"
#define X264_PARAMS "stitchable=1:cpu-independent=1"

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

/* The codec's encoder, or the first of its others that this machine has; the rules report a missing one. */
static const char *
choose_encoder (SendoffPlanning *self)
{
  const SendoffVideoCodec *codec = self->video_codec;

  if (sendoff_machine_has_encoder (self->machine, codec->encoder))
    return codec->encoder;
  for (guint i = 0; codec->fallback_encoders != NULL && codec->fallback_encoders[i] != NULL; i++)
    if (sendoff_machine_has_encoder (self->machine, codec->fallback_encoders[i]))
      return codec->fallback_encoders[i];
  return codec->encoder;
}

static const char *
choose_pixel_format (SendoffPlanning *self)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;

  if (recommended != NULL && contains (self->video_codec->pixel_formats, recommended->pixel_format))
    return recommended->pixel_format;
  return self->video_codec->pixel_formats != NULL ? self->video_codec->pixel_formats[0] : "yuv420p";
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

static const char *
get_asked_profile (SendoffPlanning *self)
{
  const char *name = get_text (self, SENDOFF_SETTING_PROFILE);
  const SendoffCodecProfile *profile
    = name != NULL ? sendoff_video_codec_get_profile (self->video_codec, name) : NULL;

  if (name != NULL && profile == NULL)
    sendoff_planning_issue (self, ERROR, "profile", "unknown-profile", "%s has no profile “%s”.",
                            self->video_codec->name, name);
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

static void
plan_codec (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  gboolean is_isom = self->container != NULL && contains (self->container->features, "moov-first");

  video->codec = g_strdup (self->video_codec->codec_id);
  video->encoder = g_strdup (choose_encoder (self));
  video->profile = g_strdup (choose_profile (self));
  video->tag = g_strdup (is_isom ? self->video_codec->tag_isom : NULL);
  video->pixel_format = g_strdup (choose_pixel_format (self));
}

static const char *
stated (const char *name)
{
  static const char *const none[] = { "", "unknown", "unspecified", "reserved", "gbr", "rgb", NULL };

  return name == NULL || g_strv_contains (none, name) ? NULL : name;
}

/* What untagged video means by common agreement: standard definition is BT.601, everything else BT.709. */
static const char *
guess_matrix (const SendoffStreamInfo *stream)
{
  gboolean is_rgb = g_strcmp0 (stream->chroma, "rgb") == 0;

  return !is_rgb && stream->height <= 576 ? "smpte170m" : "bt709";
}

/* BT.2020's constants are spelt "nc"/"c" as a matrix only; its transfer equals BT.709's. */
static const char *
get_primaries_of (const char *matrix)
{
  return g_str_has_prefix (matrix, "bt2020") ? "bt2020" : matrix;
}

static const char *
get_transfer_of (const char *matrix)
{
  if (g_str_has_prefix (matrix, "bt2020"))
    return "bt709";
  return g_str_equal (matrix, "bt470bg") || g_str_equal (matrix, "fcc") ? "smpte170m" : matrix;
}

/* Standard dynamic range keeps the source's colours and says what they are; HDR becomes BT.709. */
static void
plan_color (SendoffPlanning *self)
{
  const SendoffStreamInfo *stream = self->video_stream;
  const SendoffColor *source = stream->color;
  SendoffVideoPlan *video = self->output->video;
  SendoffColor *color = sendoff_color_new ();
  const char *matrix = source != NULL ? stated (source->matrix) : NULL;
  const char *primaries = source != NULL ? stated (source->primaries) : NULL;
  const char *transfer = source != NULL ? stated (source->transfer) : NULL;

  if (stream->hdr != SENDOFF_HDR_NONE)
    {
      video->tone_map = g_strdup (TONE_MAP_OPERATOR);
      matrix = primaries = transfer = "bt709";
      sendoff_planning_issue (self, INFO, "hdr", "tone-mapped", "The HDR picture is converted to standard range.");
    }
  if (stream->dolby_vision_profile == 5)
    sendoff_planning_issue (self, WARNING, "source", "dolby-vision",
                            "The source is Dolby Vision without a compatible base; its colours will look wrong.");
  if (matrix == NULL)
    matrix = guess_matrix (stream);
  color->range = g_strdup ("tv");
  color->matrix = g_strdup (matrix);
  color->primaries = g_strdup (primaries != NULL ? primaries : get_primaries_of (matrix));
  color->transfer = g_strdup (transfer != NULL ? transfer : get_transfer_of (matrix));
  video->color = color;
}

static double
get_level_crf (SendoffPlanning *self)
{
  for (guint i = 0; i < self->video_codec->crf->len; i++)
    {
      const SendoffLevelValue *value = g_ptr_array_index (self->video_codec->crf, i);

      if (self->level != NULL && g_strcmp0 (value->level, self->level->level_id) == 0)
        return value->value;
    }
  return (self->video_codec->quality_min + self->video_codec->quality_max) / 2;
}

static gint64
get_level_cap (SendoffPlanning *self)
{
  const SendoffVideoPlan *video = self->output->video;
  gint64 cap_720p = self->level != NULL ? self->level->video_bitrate_max_bps : 0;

  if (self->preset != NULL && self->preset->video_bitrate_max_bps > 0)
    cap_720p = self->preset->video_bitrate_max_bps;
  return sendoff_estimate_scaled_bitrate (self->catalog, cap_720p, (gint64)video->width * video->height,
                                          sendoff_rational_to_double (video->nominal_frame_rate),
                                          self->video_codec->efficiency);
}

/* A quality number of one's own has no cap but the platform's. */
static void
plan_rate_control (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  double asked = sendoff_output_settings_get_double (self->settings, SENDOFF_SETTING_CRF);
  gint64 limit = self->limits.max_video_bitrate_bps;

  video->rate_control = SENDOFF_RATE_CRF;
  video->crf = asked >= 0 ? asked : get_level_crf (self);
  video->maxrate_bps = asked >= 0 ? 0 : get_level_cap (self);
  if (limit > 0 && (video->maxrate_bps == 0 || video->maxrate_bps > limit))
    video->maxrate_bps = limit;
  video->bufsize_bits = 2 * video->maxrate_bps;
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

static const char *
choose_speed (SendoffPlanning *self)
{
  const char *speed = get_text (self, SENDOFF_SETTING_SPEED);

  if (speed == NULL && self->level != NULL)
    speed = self->level->default_speed;
  return speed != NULL ? speed : "medium";
}

static const char *
get_option (const SendoffVideoPlan *video, const char *key)
{
  for (guint i = 0; i < video->options->len; i++)
    {
      const SendoffTag *option = g_ptr_array_index (video->options, i);

      if (g_str_equal (option->key, key))
        return option->value;
    }
  return NULL;
}

static void
set_option (SendoffVideoPlan *video, const char *key, const char *value)
{
  SendoffTag *option = NULL;

  for (guint i = 0; i < video->options->len; i++)
    if (g_str_equal (((SendoffTag *)g_ptr_array_index (video->options, i))->key, key))
      option = g_ptr_array_index (video->options, i);
  if (option == NULL)
    {
      option = sendoff_tag_new ();
      option->key = g_strdup (key);
      g_ptr_array_add (video->options, option);
    }
  g_free (option->value);
  option->value = g_strdup (value);
}

static void
set_options (SendoffVideoPlan *video, GPtrArray *tags)
{
  for (guint i = 0; i < tags->len; i++)
    {
      const SendoffCatalogTag *tag = g_ptr_array_index (tags, i);

      set_option (video, tag->key, tag->value);
    }
}

/* Each of a codec's encoders has its own way to say a speed; the codec's first needs no name. */
static void
set_speed_options (SendoffPlanning *self)
{
  const char *first = self->video_codec->encoder;

  for (guint i = 0; i < self->video_codec->speeds->len; i++)
    {
      const SendoffSpeed *speed = g_ptr_array_index (self->video_codec->speeds, i);

      if (g_strcmp0 (speed->speed, self->output->video->speed) == 0
          && g_strcmp0 (speed->encoder != NULL ? speed->encoder : first, self->output->video->encoder) == 0)
        set_options (self->output->video, speed->options);
    }
}

/* Reference frames that x264's presets use; with a level given, x264 itself does not reduce them. */
static int
get_x264_references (const char *preset)
{
  static const struct {
    const char *preset;
    int references;
  } table[] = {
    { "ultrafast", 1 }, { "superfast", 1 }, { "veryfast", 1 }, { "faster", 2 }, { "fast", 2 },
    { "medium", 3 },    { "slow", 5 },      { "slower", 8 },   { "veryslow", 16 },
  };

  for (guint i = 0; preset != NULL && i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].preset, preset))
      return table[i].references;
  return 3;
}

/* Joined chunks must have the same parameter sets: the level is pinned, and x264 keeps its start values out of them.
 * Chunks made by different processors must be the same bytes. */
static void
plan_h264 (SendoffVideoPlan *video)
{
  double frame_rate = sendoff_rational_to_double (video->nominal_frame_rate);
  int references, most;

  video->level = sendoff_h264_level_choose (video->width, video->height, frame_rate, video->maxrate_bps,
                                            video->bufsize_bits, video->profile);
  if (g_str_equal (video->encoder, "libx264") && get_option (video, "x264-params") == NULL)
    set_option (video, "x264-params", X264_PARAMS);
  references = get_x264_references (get_option (video, "preset"));
  most = sendoff_h264_level_get_max_references (video->level, video->width, video->height);
  if (references > most && get_option (video, "refs") == NULL)
    {
      g_autofree char *value = g_strdup_printf ("%d", most);

      set_option (video, "refs", value);
    }
}

static void
plan_options (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;

  video->speed = g_strdup (choose_speed (self));
  if (g_strcmp0 (video->encoder, self->video_codec->encoder) == 0)
    set_options (video, self->video_codec->default_params);
  set_speed_options (self);
  if (g_str_equal (video->codec, "h264"))
    plan_h264 (video);
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
  plan_color (self);
  plan_rate_control (self);
  plan_structure (self);
  plan_options (self);
  self->output->video->filters = sendoff_planner_dup_filters (self->output->video, self->video_stream);
}

/* The encoder's own threads. Chunks side by side use the cores better than any encoder does alone, so a long source
 * needs few: libvpx gains nothing from a second one, x264 hides its own waits with one. A short source has fewer
 * chunks than cores and leaves the rest to threads. */
static int
choose_threads (const SendoffVideoPlan *video, const SendoffMachine *machine, guint n_chunks)
{
  int cores = MAX (machine->cores, 1);
  gboolean many = n_chunks >= 4 * (guint)cores;

  if (many)
    return g_str_equal (video->codec, "vp9") ? 1 : MIN (2, cores);
  return MIN (cores, 4);
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
  video->threads = choose_threads (video, self->machine, sendoff_chunk_group_get_n_chunks (group));
  video->expected_frames = count_frames (self);
}
