/* The output's picture: its size, and how the source gets into it.
 *
 * A named landscape size is a box into which the source's own shape is put, turned upright for a portrait source.
 * It is a frame of exactly that size when somebody chose how to fit, gave a size in pixels, a portrait or square
 * size, or when the platform shows everything upright: such a platform gets the whole frame from small sources too,
 * unless a size was asked for.
 */
#include "model/sendoff-planner-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/sendoff-fill-color.h"

typedef struct {
  double width, height;
  gboolean fixed;    /* bars or crop fill exactly this shape */
  gboolean as_source;
  gboolean full;     /* exactly this size, however small the source */
  const SendoffResolution *resolution; /* (nullable) */
} Frame;

typedef struct {
  double width, height;
} Size;

#define DEFAULT_VERTICAL_RESOLUTION "1080p_v"
#define SMALLEST_SIDE 16
#define LARGEST_SIDE  16384

/* Upright, with square pixels. */
static Size
get_source_size (const SendoffStreamInfo *stream)
{
  Size size = { stream->display_width, stream->display_height };
  double aspect = sendoff_rational_to_double (stream->sample_aspect_ratio);

  if (size.width > 0 && size.height > 0)
    return size;
  size.width = stream->width * (aspect > 0 ? aspect : 1);
  size.height = stream->height;
  if (stream->rotation == 90 || stream->rotation == 270)
    return (Size){ size.height, size.width };
  return size;
}

static gboolean
parse_size (const char *text, Size *size)
{
  char *end = NULL;
  gint64 width, height;

  if (!g_ascii_isdigit (*text))
    return FALSE;
  width = g_ascii_strtoll (text, &end, 10);
  if ((*end != 'x' && *end != 'X') || !g_ascii_isdigit (end[1]))
    return FALSE;
  height = g_ascii_strtoll (end + 1, &end, 10);
  if (*end != '\0' || width < SMALLEST_SIDE || height < SMALLEST_SIDE || width > LARGEST_SIDE || height > LARGEST_SIDE)
    return FALSE;
  *size = (Size){ (double)width, (double)height };
  return TRUE;
}

static void
swap_sides (Frame *frame)
{
  double width = frame->width;

  frame->width = frame->height;
  frame->height = width;
}

static void
add_unknown_resolution (SendoffPlanning *self, const char *name)
{
  const char *nearest = sendoff_planner_get_nearest_id (sendoff_catalog_get_resolutions (self->catalog), name);

  if (nearest != NULL)
    sendoff_planning_issue (self, ERROR, "resolution", "unknown-resolution",
                            "There is no resolution “%s”; the nearest is “%s”. It also takes source, or a size such as "
                            "1280x720.",
                            name, nearest);
  else
    sendoff_planning_issue (self, ERROR, "resolution", "unknown-resolution",
                            "There is no resolution “%s”. It takes source, a name such as 1080p, or a size such as "
                            "1280x720, with sides of %d to %d pixels.",
                            name, SMALLEST_SIDE, LARGEST_SIDE);
}

static Frame
choose_named_frame (SendoffPlanning *self, const char *name, Size source)
{
  gboolean vertical = self->platform != NULL && self->platform->vertical;
  const SendoffResolution *resolution = sendoff_catalog_get_resolution (self->catalog, name);
  Frame frame = { source.width, source.height, FALSE, TRUE, FALSE, NULL };

  if (resolution == NULL)
    {
      add_unknown_resolution (self, name);
      return frame;
    }
  frame = (Frame){ resolution->width, resolution->height, FALSE, FALSE, FALSE, resolution };
  frame.fixed = vertical || resolution->height >= resolution->width
                || sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_FIT);
  if (frame.width > frame.height && (vertical || (!frame.fixed && source.height > source.width)))
    swap_sides (&frame);
  return frame;
}

static Frame
choose_frame (SendoffPlanning *self, Size source)
{
  const char *name = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_RESOLUTION);
  gboolean vertical = self->platform != NULL && self->platform->vertical;
  Frame frame = { source.width, source.height, FALSE, TRUE, FALSE, NULL };
  Size custom;

  if (name == NULL && vertical)
    name = DEFAULT_VERTICAL_RESOLUTION;
  if (name == NULL || g_str_equal (name, "source"))
    return frame;
  if (parse_size (name, &custom))
    return (Frame){ custom.width, custom.height, TRUE, FALSE, FALSE, NULL };
  frame = choose_named_frame (self, name, source);
  frame.full = vertical && !sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_RESOLUTION)
               && !sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_UPSCALE);
  return frame;
}

/* The nearest even size, not above @limit (0: none). */
static int
to_even (double value, int limit)
{
  int even = MAX (2, 2 * (int)lround (value / 2));

  return limit >= 2 && even > limit ? limit / 2 * 2 : even;
}

static void
scale_frame (Frame *frame, double factor)
{
  frame->width *= factor;
  frame->height *= factor;
}

/* How much the source is enlarged to fill @frame as @fit says. */
static double
get_enlargement (const Frame *frame, Size source, int fit)
{
  double across = frame->width / source.width, down = frame->height / source.height;

  if (!frame->fixed)
    return MIN (across, down);
  switch (fit)
    {
    case SENDOFF_FIT_CROP:
      return MAX (across, down);
    case SENDOFF_FIT_STRETCH:
      return sqrt (across * down);
    default:
      return MIN (across, down);
    }
}

/* Gives the frame the source's shape unless it is fixed, and keeps small sources small, but where a platform shows
 * everything in a frame of its own. */
static void
fit_to_source (SendoffPlanning *self, Frame *frame, Size source, int fit)
{
  gboolean may_upscale = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_UPSCALE) == 1;
  double enlargement = get_enlargement (frame, source, fit);

  if (frame->as_source)
    return;
  if (!frame->fixed)
    {
      frame->width = source.width * enlargement;
      frame->height = source.height * enlargement;
    }
  if (enlargement <= 1 || may_upscale)
    return;
  if (frame->full)
    {
      sendoff_planning_issue (self, INFO, "resolution", "enlarged-to-frame",
                              "The source is smaller than the %d×%d that %s shows; the picture is enlarged.",
                              (int)frame->width, (int)frame->height, self->platform->name);
      return;
    }
  scale_frame (frame, 1 / enlargement);
  if (!frame->fixed)
    frame->as_source = TRUE;
  sendoff_planning_issue (self, INFO, "resolution", "not-upscaled",
                          "The source is smaller than the size asked for and is not enlarged; the picture becomes %d×%d.",
                          to_even (frame->width, 0), to_even (frame->height, 0));
}

static void
shrink_below (double *factor, double limit, double value)
{
  if (limit > 0 && value > limit)
    *factor = MIN (*factor, limit / value);
}

static void
apply_preset_limit (SendoffPlanning *self, Frame *frame)
{
  const char *id = self->preset != NULL ? self->preset->resolution_limit : NULL;
  const SendoffResolution *limit = id != NULL ? sendoff_catalog_get_resolution (self->catalog, id) : NULL;
  double factor = 1;

  if (limit == NULL || sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_RESOLUTION))
    return;
  shrink_below (&factor, MIN (limit->width, limit->height), MIN (frame->width, frame->height));
  scale_frame (frame, factor);
  frame->as_source &= factor == 1;
}

/* Makes the frame as small as the platform wants it; an advisory limit is only warned about, by the rules. */
static void
apply_platform_maximum (SendoffPlanning *self, Frame *frame)
{
  const SendoffPlatformRule *limits = &self->limits;
  double factor = 1;

  shrink_below (&factor, limits->max_width, frame->width);
  shrink_below (&factor, limits->max_height, frame->height);
  shrink_below (&factor, limits->max_long_side, MAX (frame->width, frame->height));
  shrink_below (&factor, limits->max_short_side, MIN (frame->width, frame->height));
  shrink_below (&factor, sqrt ((double)limits->max_pixels), sqrt (frame->width * frame->height));
  if (factor == 1)
    return;
  scale_frame (frame, factor);
  frame->as_source = FALSE;
  sendoff_planning_issue (self, INFO, "resolution", "scaled-for-platform",
                          "The picture is scaled down to what %s takes.", self->platform->name);
}

static void
apply_platform_minimum (SendoffPlanning *self, Frame *frame)
{
  double factor = MAX (self->limits.min_width / frame->width, self->limits.min_height / frame->height);

  if (factor <= 1)
    return;
  scale_frame (frame, factor);
  frame->as_source = FALSE;
  sendoff_planning_issue (self, INFO, "resolution", "enlarged-for-platform",
                          "The picture is enlarged to the least that %s takes.", self->platform->name);
}

/* Subsampled colour needs even sides; an odd column of the source is cut, not scaled away. */
static void
set_size (SendoffPlanning *self, SendoffVideoPlan *video, const Frame *frame)
{
  if (frame->as_source)
    {
      video->width = MAX (2, (int)(frame->width + 0.01) / 2 * 2);
      video->height = MAX (2, (int)(frame->height + 0.01) / 2 * 2);
      return;
    }
  video->width = to_even (frame->width, self->limits.max_width);
  video->height = to_even (frame->height, self->limits.max_height);
}

static int
find_nick (const char *const *nicks, const char *nick, int fallback)
{
  for (int i = 0; nick != NULL && nicks[i] != NULL; i++)
    if (g_str_equal (nicks[i], nick))
      return i;
  return fallback;
}

static gboolean
parse_crop_word (const char *word, double *x, double *y)
{
  static const struct {
    const char *word;
    double x, y;
  } words[] = { { "center", .5, .5 }, { "left", 0, .5 }, { "right", 1, .5 }, { "top", .5, 0 }, { "bottom", .5, 1 } };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i].word, word))
      {
        *x = words[i].x;
        *y = words[i].y;
        return TRUE;
      }
  return FALSE;
}

static gboolean
parse_crop (const char *text, double *x, double *y)
{
  char *end = NULL;
  double first, second = 0.5;

  if (parse_crop_word (text, x, y))
    return TRUE;
  if (!g_ascii_isdigit (*text) && *text != '.')
    return FALSE;
  first = g_ascii_strtod (text, &end);
  if (*end == ',')
    second = g_ascii_strtod (end + 1, &end);
  if (*end != '\0' || !(first >= 0 && first <= 1 && second >= 0 && second <= 1))
    return FALSE;
  *x = first;
  *y = second;
  return TRUE;
}

static void
plan_crop (SendoffPlanning *self, SendoffVideoPlan *video)
{
  const char *crop = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_CROP);

  if (crop != NULL && !parse_crop (crop, &video->crop_x, &video->crop_y))
    sendoff_planning_issue (self, ERROR, "crop", "bad-value",
                            "“%s” is not a crop; it takes left, center, right, top, bottom, or numbers from 0 to 1.",
                            crop);
}

static void
plan_pad_color (SendoffPlanning *self, SendoffVideoPlan *video)
{
  const char *color = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_PAD_COLOR);
  guint8 rgb[3];

  if (color != NULL && !sendoff_fill_color_parse (color, rgb))
    {
      sendoff_planning_issue (self, ERROR, "pad_color", "bad-value",
                              "“%s” is not a colour; it takes a name such as black, or #rrggbb.", color);
      color = NULL;
    }
  video->pad_color = g_strdup (color != NULL ? color : "black");
}

static void
plan_orientation (SendoffPlanning *self, SendoffVideoPlan *video)
{
  const SendoffStreamInfo *stream = self->video_stream;

  video->rotation = stream->rotation;
  video->mirrored = stream->mirrored;
  video->deinterlace = stream->field_order == SENDOFF_FIELDS_TOP_FIRST
                       || stream->field_order == SENDOFF_FIELDS_BOTTOM_FIRST;
  if (video->deinterlace && stream->hidden_fields)
    {
      video->field_parity = g_strdup (stream->field_order == SENDOFF_FIELDS_TOP_FIRST ? "tff" : "bff");
      sendoff_planning_issue (self, INFO, "source", "deinterlaced",
                              "The source is marked as progressive, but its pictures are interlaced; they become progressive.");
    }
  else if (video->deinterlace)
    sendoff_planning_issue (self, INFO, "source", "deinterlaced", "The source is interlaced and becomes progressive.");
}

/** sendoff_planner_plan_picture: size, framing and orientation of an output's video plan. */
void
sendoff_planner_plan_picture (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  const char *fit = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_FIT);
  const char *scaling = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_SCALING);
  Size source = get_source_size (self->video_stream);
  Frame frame = choose_frame (self, source);

  video->fit = find_nick (sendoff_fit_nicks, fit, SENDOFF_FIT_PAD);
  if (scaling == NULL && frame.resolution != NULL)
    scaling = frame.resolution->scaling_method;
  video->scaling = find_nick (sendoff_scaling_nicks, scaling, SENDOFF_SCALING_BICUBIC);
  plan_crop (self, video);
  plan_pad_color (self, video);
  plan_orientation (self, video);

  fit_to_source (self, &frame, source, video->fit);
  apply_preset_limit (self, &frame);
  apply_platform_maximum (self, &frame);
  apply_platform_minimum (self, &frame);
  set_size (self, video, &frame);
}
