/* An output's colours: whether HDR stays, which standard the numbers follow, and what is said about both. */
#include "model/sendoff-planner-private.h"

#include <string.h>

#include "model/sendoff-filters.h"

/* From this height on an output is high definition, whose colours are BT.709's by common agreement. */
#define HIGH_DEFINITION_HEIGHT (SENDOFF_STANDARD_DEFINITION_HEIGHT + 1)

static const char *
stated (const char *name)
{
  static const char *const none[] = { "", "unknown", "unspecified", "reserved", "gbr", "rgb", NULL };

  return name == NULL || g_strv_contains (none, name) ? NULL : name;
}

static const char *
get_hdr_name (const SendoffStreamInfo *stream)
{
  return stream->hdr == SENDOFF_HDR_HLG ? "HLG" : "HDR10";
}

/* --- Whether HDR stays --- */

/* What keeps an HDR picture from staying one. */
typedef enum {
  OBSTACLE_NONE,
  OBSTACLE_CODEC,
  OBSTACLE_PROFILE,
  OBSTACLE_PLATFORM,
} Obstacle;

static Obstacle
find_obstacle (SendoffPlanning *self)
{
  if (self->video_codec->hdr == NULL)
    return OBSTACLE_CODEC;
  if (sendoff_planner_find_pixel_format (self, FALSE, TRUE, FALSE) == NULL)
    return OBSTACLE_PROFILE;
  return sendoff_planner_find_pixel_format (self, FALSE, TRUE, TRUE) == NULL ? OBSTACLE_PLATFORM : OBSTACLE_NONE;
}

static void
report_obstacle (SendoffPlanning *self, Obstacle obstacle)
{
  if (obstacle == OBSTACLE_CODEC)
    sendoff_planning_issue (self, ERROR, "hdr", "hdr-not-in-codec",
                            "%s cannot keep HDR. Choose H.265, VP9 or AV1, or have it converted to standard range (sdr).",
                            self->video_codec->name);
  else if (obstacle == OBSTACLE_PROFILE)
    sendoff_planning_issue (self, ERROR, "hdr", "hdr-needs-ten-bits",
                            "This profile of %s has 8 bits, and HDR needs 10. Leave the profile open, or have HDR "
                            "converted to standard range (sdr).",
                            self->video_codec->name);
  else if (obstacle == OBSTACLE_PLATFORM)
    sendoff_planning_issue (self, ERROR, "hdr", "hdr-not-on-platform",
                            "%s takes 8 bits, and HDR needs 10. Have it converted to standard range (sdr).",
                            self->platform->name);
  else if (self->platform != NULL && !self->platform->hdr)
    sendoff_planning_issue (self, WARNING, "hdr", "hdr-not-shown",
                            "%s may not show HDR; the picture can look dull there. Standard range (sdr) is safer.",
                            self->platform->name);
}

/**
 * sendoff_planner_decide_hdr:
 *
 * Unless something else is asked for, HDR stays where codec and platform show it as such, and becomes standard range
 * everywhere else. Needs the profile, and decides the pixel format.
 */
void
sendoff_planner_decide_hdr (SendoffPlanning *self)
{
  const char *asked = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_HDR);
  gboolean wanted = g_strcmp0 (asked, "keep") == 0;
  Obstacle obstacle;

  if (self->video_stream->hdr == SENDOFF_HDR_NONE)
    {
      if (wanted)
        sendoff_planning_issue (self, INFO, "hdr", "no-effect", "The source is not HDR, so there is none to keep.");
      return;
    }
  obstacle = find_obstacle (self);
  if (wanted)
    report_obstacle (self, obstacle);
  if (asked == NULL || g_str_equal (asked, "auto"))
    wanted = g_strcmp0 (self->video_codec->hdr, "kept") == 0 && (self->platform == NULL || self->platform->hdr);
  self->keeps_hdr = wanted && obstacle == OBSTACLE_NONE;
}

/* --- What is said about it --- */

/* Profiles 5 and 10.0 hold their picture in a colour space of Dolby's, which is nothing without the metadata. The
 * others have a base that any decoder shows: Dolby Vision Profiles and Levels, table 3. */
static gboolean
lacks_base_layer (const SendoffStreamInfo *stream)
{
  return stream->dolby_vision_profile == 5
         || (stream->dolby_vision_profile == 10 && stream->dolby_vision_compatibility == 0);
}

static void
report_dolby_vision (SendoffPlanning *self)
{
  const SendoffStreamInfo *stream = self->video_stream;

  if (lacks_base_layer (stream))
    sendoff_planning_issue (self, ERROR, "source", "dolby-vision-without-base",
                            "The source is Dolby Vision profile %d, whose picture only Dolby's own decoders can show: it "
                            "has no base picture in ordinary colours. Export it as HDR10, HLG or profile 8 from the "
                            "program or device that made it.",
                            stream->dolby_vision_profile);
  else if (stream->dolby_vision_profile > 0)
    sendoff_planning_issue (self, INFO, "source", "dolby-vision-base",
                            "The source is Dolby Vision; its base picture in %s is used.",
                            stream->hdr != SENDOFF_HDR_NONE ? get_hdr_name (stream) : "standard range");
}

static const char *
get_dynamic_metadata (const SendoffStreamInfo *stream)
{
  if (stream->dolby_vision_profile > 0)
    return "Dolby Vision";
  return stream->hdr10_plus ? "HDR10+" : NULL;
}

static void
report_hdr (SendoffPlanning *self)
{
  const SendoffStreamInfo *stream = self->video_stream;
  const char *dynamic = get_dynamic_metadata (stream);

  if (!self->keeps_hdr)
    {
      sendoff_planning_issue (self, INFO, "hdr", "hdr-tone-mapped",
                              "The HDR picture is converted to standard range.");
      return;
    }
  sendoff_planning_issue (self, INFO, "hdr", "hdr-kept", "The picture stays HDR (%s).", get_hdr_name (stream));
  if (dynamic != NULL)
    sendoff_planning_issue (self, WARNING, "hdr", "dynamic-metadata-lost",
                            "The scene-by-scene brightness data of %s cannot be carried over; the picture is plain %s.",
                            dynamic, get_hdr_name (stream));
}

/* --- Which standard --- */

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

static gboolean
is_standard_definition_matrix (const char *matrix)
{
  static const char *const matrices[] = { "smpte170m", "bt470bg", "fcc", "smpte240m", NULL };

  return g_strv_contains (matrices, matrix);
}

/* Platforms that encode again and most screens take everything for BT.709, and so does everybody for high definition. */
static gboolean
wants_bt709 (SendoffPlanning *self, const char *matrix)
{
  const SendoffPlatformSettings *recommended = self->platform != NULL ? self->platform->recommended : NULL;
  const SendoffVideoPlan *video = self->output->video;

  if (recommended != NULL && g_strcmp0 (recommended->color, "bt709") == 0)
    return TRUE;
  return self->video_codec->matrix != NULL
         || (MIN (video->width, video->height) >= HIGH_DEFINITION_HEIGHT && is_standard_definition_matrix (matrix));
}

static void
set_color (SendoffColor *color, const char *matrix, const char *primaries, const char *transfer)
{
  color->matrix = g_strdup (matrix);
  color->primaries = g_strdup (primaries);
  color->transfer = g_strdup (transfer);
}

/* Standard range keeps the source's colours and says what they are, unless the target wants BT.709's. A transfer that
 * differs from that of BT.709 stays: players show its numbers as they are. */
static void
choose_standard_color (SendoffPlanning *self, SendoffColor *color)
{
  const SendoffColor *source = self->video_stream->color;
  const char *matrix = source != NULL ? stated (source->matrix) : NULL;
  const char *primaries = source != NULL ? stated (source->primaries) : NULL;
  const char *transfer = source != NULL ? stated (source->transfer) : NULL;

  if (matrix == NULL)
    matrix = sendoff_filters_guess_matrix (self->video_stream->pixel_format, self->video_stream->height);
  if (transfer == NULL)
    transfer = get_transfer_of (matrix);
  if (wants_bt709 (self, matrix))
    set_color (color, "bt709", "bt709", sendoff_filters_is_video_transfer (transfer) ? "bt709" : transfer);
  else
    set_color (color, matrix, primaries != NULL ? primaries : get_primaries_of (matrix), transfer);
}

static void
choose_hdr_color (SendoffPlanning *self, SendoffColor *color)
{
  const SendoffColor *source = self->video_stream->color;
  const char *matrix = stated (source->matrix);
  const char *primaries = stated (source->primaries);

  set_color (color, matrix != NULL ? matrix : "bt2020nc", primaries != NULL ? primaries : "bt2020", source->transfer);
  self->output->video->mastering = sendoff_mastering_copy (self->video_stream->mastering);
}

static gboolean
is_subsampled (const char *pixel_format)
{
  return pixel_format != NULL && strstr (pixel_format, "420") != NULL;
}

/* Where colour lies between the pixels stays as it is; nothing said means at the left. */
static void
choose_chroma_location (SendoffPlanning *self, SendoffColor *color)
{
  const SendoffStreamInfo *stream = self->video_stream;
  const char *location = stream->color != NULL ? stated (stream->color->chroma_location) : NULL;

  if (location != NULL && !g_str_equal (location, "left") && is_subsampled (stream->pixel_format)
      && is_subsampled (self->output->video->pixel_format))
    color->chroma_location = g_strdup (location);
}

/** sendoff_planner_plan_color: the colours of an output whose pixel format is planned. */
void
sendoff_planner_plan_color (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  SendoffColor *color = sendoff_color_new ();
  gboolean is_hdr = self->video_stream->hdr != SENDOFF_HDR_NONE;

  video->color = color;
  color->range = g_strdup ("tv");
  report_dolby_vision (self);
  if (is_hdr)
    report_hdr (self);
  if (is_hdr && !self->keeps_hdr)
    {
      set_color (color, "bt709", "bt709", "bt709");
      video->tone_map = sendoff_filters_dup_tone_map (self->video_stream->mastering);
      return;
    }
  if (is_hdr)
    choose_hdr_color (self, color);
  else
    choose_standard_color (self, color);
  choose_chroma_location (self, color);
}
