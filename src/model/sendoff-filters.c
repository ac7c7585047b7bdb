#include "model/sendoff-filters.h"

#include <math.h>
#include <string.h>

#include "model/sendoff-fill-color.h"
#include "model/sendoff-pixel-format.h"

/* Hable's curve keeps contrast in the middle and detail in the highlights. */
#define TONE_MAP_OPERATOR "hable"
/* cd/m²: the brightest of a source that does not tell, as HLG's reference display has it; and that of PQ. */
#define DEFAULT_PEAK_NITS 1000
#define MOST_NITS         10000

/* The picture as it is after the filters written so far. */
typedef struct {
  const SendoffVideoPlan *video;
  GString *chain;
  int width, height; /* stored pixels */
  SendoffRational sample_aspect_ratio;
  const char *pixel_format;
  const char *range, *matrix, *primaries, *transfer; /* (nullable) */
  gboolean has_alpha;
  gboolean lost_tags; /* the frames no longer say what their colours mean */
} Chain;

static void
append (Chain *self, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
append (Chain *self, const char *format, ...)
{
  va_list args;

  if (self->chain->len > 0)
    g_string_append_c (self->chain, ',');
  va_start (args, format);
  g_string_append_vprintf (self->chain, format, args);
  va_end (args);
}

static gboolean
is_hdr_transfer (const char *transfer)
{
  return g_strcmp0 (transfer, "smpte2084") == 0 || g_strcmp0 (transfer, "arib-std-b67") == 0;
}

/* FFmpeg's "not stated" in its several spellings. */
static const char *
stated (const char *name)
{
  static const char *const none[] = { "", "unknown", "unspecified", "reserved", NULL };

  return name == NULL || g_strv_contains (none, name) ? NULL : name;
}

static const char *
get_range (const Chain *self)
{
  if (sendoff_pixel_format_is_rgb (self->pixel_format) || g_str_has_prefix (self->pixel_format, "yuvj"))
    return "pc";
  return self->range != NULL ? self->range : "tv";
}

/* Pictures that are not video, RGB and JPEG's, always use the whole range. */
static const char *
get_target_range (const Chain *self)
{
  gboolean is_full = sendoff_pixel_format_is_rgb (self->video->pixel_format)
                     || g_str_has_prefix (self->video->pixel_format, "yuvj");

  return is_full ? "pc" : "tv";
}

/* The scale filter's name of a matrix; what it does not know, and RGB, counts as @fallback. */
static const char *
matrix_for_scale (const char *matrix, const char *fallback)
{
  static const struct {
    const char *name;
    const char *scale_name;
  } names[] = {
    { "bt709", "bt709" },       { "smpte170m", "smpte170m" }, { "bt470bg", "bt470" }, { "fcc", "fcc" },
    { "smpte240m", "smpte240m" }, { "bt2020nc", "bt2020" },   { "bt2020c", "bt2020" },
  };

  for (guint i = 0; matrix != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i].name, matrix))
      return names[i].scale_name;
  return fallback;
}

static const char *
get_target_matrix (const Chain *self)
{
  return matrix_for_scale (self->video->color != NULL ? self->video->color->matrix : NULL, "bt709");
}

static const char *
get_source_matrix (const Chain *self)
{
  return matrix_for_scale (self->matrix, get_target_matrix (self));
}

/* What the output's matrix is called; NULL where nobody cares. */
static const char *
get_matrix_name (const Chain *self)
{
  return self->video->color != NULL ? self->video->color->matrix : NULL;
}

static const char *
get_pad_color (const Chain *self)
{
  return self->video->pad_color != NULL ? self->video->pad_color : "black";
}

static void
deinterlace (Chain *self)
{
  if (self->video->deinterlace)
    append (self, "bwdif=mode=send_frame:parity=%s:deint=all",
            self->video->field_parity != NULL ? self->video->field_parity : "auto");
}

/* Mirrors, then turns clockwise. Half a turn is both flips, of which mirroring takes one away. */
static void
turn_upright (Chain *self)
{
  int width = self->width;

  if (self->video->mirrored != (self->video->rotation == 180))
    append (self, "hflip");
  if (self->video->rotation == 180)
    append (self, "vflip");
  if (self->video->rotation != 90 && self->video->rotation != 270)
    return;
  append (self, "transpose=%s", self->video->rotation == 90 ? "clock" : "cclock");
  self->sample_aspect_ratio = sendoff_rational_invert (self->sample_aspect_ratio);
  self->width = self->height;
  self->height = width;
}

/* Lays a transparent picture over the pad colour. In RGB, so that every format with alpha takes the same way. */
static void
flatten_alpha (Chain *self)
{
  guint8 rgb[3];

  if (!self->has_alpha || sendoff_pixel_format_has_alpha (self->video->pixel_format))
    return;
  if (!sendoff_pixel_format_is_rgb (self->pixel_format))
    append (self, "scale=in_range=%s:in_color_matrix=%s:flags=full_chroma_int+accurate_rnd", get_range (self),
            get_source_matrix (self));
  if (!sendoff_fill_color_parse (get_pad_color (self), rgb))
    memset (rgb, 0, sizeof rgb);
  append (self, "format=rgba,split[over][under];[under]lutrgb=r=%d:g=%d:b=%d:a=255[color];[color][over]overlay=format=rgb",
          rgb[0], rgb[1], rgb[2]);
  self->pixel_format = "rgb24";
  self->range = "pc";
  self->matrix = NULL;
  self->has_alpha = FALSE;
}

static int
to_even (double value)
{
  return MAX (2, 2 * (int)floor (value / 2 + 0.5));
}

/* Cuts to @width × @height stored pixels, leaving the plan's share of the excess at the left and top. */
static void
crop_to (Chain *self, int width, int height)
{
  int x, y;

  if (width >= self->width && height >= self->height)
    return;
  x = 2 * (int)floor ((self->width - width) * self->video->crop_x / 2 + 0.5);
  y = 2 * (int)floor ((self->height - height) * self->video->crop_y / 2 + 0.5);
  append (self, "crop=%d:%d:%d:%d", width, height, CLAMP (x, 0, self->width - width), CLAMP (y, 0, self->height - height));
  self->width = width;
  self->height = height;
}

static double
get_display_width (const Chain *self)
{
  return self->width * sendoff_rational_to_double (self->sample_aspect_ratio);
}

/* Cuts what does not fit the output's shape, never less than a whole even pixel. */
static void
crop_to_shape (Chain *self)
{
  double wanted = (double)self->video->width / self->video->height;
  double shape = get_display_width (self) / self->height;
  int width = MIN (to_even (self->width * wanted / shape), self->width);
  int height = MIN (to_even (self->height * shape / wanted), self->height);

  if (shape > wanted && self->width - width >= 2)
    crop_to (self, width, self->height);
  else if (shape < wanted && self->height - height >= 2)
    crop_to (self, self->width, height);
}

/* The size at which the picture is shown in the frame: the whole frame unless bars are wanted around it. */
static void
choose_picture_size (const Chain *self, int *width, int *height)
{
  const SendoffVideoPlan *video = self->video;
  double shape = get_display_width (self) / self->height;
  double fit_width = video->height * shape, fit_height = video->width / shape;
  gboolean wants_bars = video->fit == SENDOFF_FIT_PAD || video->fit == SENDOFF_FIT_BLUR;

  *width = video->width;
  *height = video->height;
  /* Up to two pixels are rounding of the frame's size, not a shape that differs. */
  if (!wants_bars || fabs (fit_width - video->width) <= 2 || fabs (fit_height - video->height) <= 2)
    return;
  if (fit_width < video->width)
    *width = MIN (to_even (fit_width), video->width);
  else
    *height = MIN (to_even (fit_height), video->height);
}

static gboolean
is_one_less (int size, int target)
{
  return size - target == 0 || size - target == 1;
}

/* An odd column or line is cut, not scaled away, when the rest is one to one. */
static void
crop_odd_edges (Chain *self, int width, int height)
{
  gboolean is_square = sendoff_rational_compare (self->sample_aspect_ratio, SENDOFF_RATIONAL (1, 1)) == 0;

  if (is_square && is_one_less (self->width, width) && is_one_less (self->height, height))
    crop_to (self, width, height);
}

static void
append_scale_size (Chain *self, GString *filter, int width, int height)
{
  if (self->width != width || self->height != height)
    g_string_append_printf (filter, "%d:%d:", width, height);
  self->width = width;
  self->height = height;
}

/* The output's colours have other primaries, so that every pixel has to go through linear light. RGB has its own. */
static gboolean
has_other_primaries (const Chain *self)
{
  const SendoffColor *color = self->video->color;

  return color != NULL && !sendoff_pixel_format_is_rgb (self->pixel_format) && self->primaries != NULL
         && color->primaries != NULL && color->transfer != NULL && !is_hdr_transfer (self->transfer)
         && !g_str_equal (self->primaries, color->primaries);
}

static gboolean
needs_conversion (const Chain *self)
{
  gboolean other_format = g_strcmp0 (self->pixel_format, self->video->pixel_format) != 0;
  gboolean other_range = !g_str_equal (get_range (self), get_target_range (self));
  gboolean other_matrix = !sendoff_pixel_format_is_rgb (self->pixel_format)
                          && !sendoff_pixel_format_is_rgb (self->video->pixel_format)
                          && !g_str_equal (get_source_matrix (self), get_target_matrix (self));

  return other_format || other_range || other_matrix;
}

/* Scales, and converts format, range and matrix in the same step; nothing when there is nothing to do. */
static void
scale_to (Chain *self, int width, int height, gboolean convert)
{
  g_autoptr (GString) filter = g_string_new ("scale=");
  gboolean converts = convert && needs_conversion (self);

  if (self->width == width && self->height == height && !converts)
    return;
  append_scale_size (self, filter, width, height);
  g_string_append_printf (filter, "flags=%s+accurate_rnd+full_chroma_int", sendoff_scaling_nicks[self->video->scaling]);
  if (!convert)
    {
      append (self, "%s", filter->str);
      return;
    }
  if (sendoff_pixel_format_is_rgb (self->pixel_format))
    g_string_append (filter, "+full_chroma_inp");
  else
    g_string_append_printf (filter, ":in_range=%s:in_color_matrix=%s", get_range (self), get_source_matrix (self));
  g_string_append_printf (filter, ":out_range=%s:out_color_matrix=%s", get_target_range (self), get_target_matrix (self));
  append (self, "%s", filter->str);
  if (converts)
    append (self, "format=%s", self->video->pixel_format);
  self->pixel_format = self->video->pixel_format;
  self->range = get_target_range (self);
  self->matrix = get_matrix_name (self);
}

/* The frames' own colour tags can be missing, and zscale finds its way only from complete ones. */
static void
tag_source (Chain *self, const char *matrix, const char *primaries)
{
  append (self, "setparams=range=%s:color_primaries=%s:color_trc=%s:colorspace=%s", get_range (self),
          primaries, self->transfer != NULL ? self->transfer : "bt709",
          sendoff_pixel_format_is_rgb (self->pixel_format) ? "gbr" : matrix);
}

/* From one standard range to another with other primaries. */
static void
convert_primaries (Chain *self)
{
  const SendoffColor *color = self->video->color;

  tag_source (self, self->matrix, self->primaries);
  append (self, "zscale=p=%s:t=%s:m=%s:r=%s,format=%s", color->primaries, color->transfer, color->matrix,
          get_target_range (self), self->video->pixel_format);
  self->pixel_format = self->video->pixel_format;
  self->range = get_target_range (self);
  self->matrix = color->matrix;
  self->primaries = color->primaries;
  self->transfer = color->transfer;
}

/* From linear light to the output's: zscale knows RGB in planes only, and JPEG has the matrix of BT.601. */
static const char *
get_display_encoding (const Chain *self)
{
  if (sendoff_pixel_format_is_rgb (self->video->pixel_format))
    return "zscale=t=bt709:m=gbr:r=pc,format=gbrp";
  if (g_str_has_prefix (self->video->pixel_format, "yuvj"))
    return "zscale=t=bt709:m=smpte170m:r=pc,format=yuv444p";
  return "zscale=t=bt709:m=bt709:r=tv";
}

/* HDR to SDR in linear light, after scaling because it is the most expensive step. */
static void
tone_map (Chain *self)
{
  tag_source (self, self->matrix != NULL ? self->matrix : "bt2020nc", self->primaries != NULL ? self->primaries : "bt2020");
  append (self, "zscale=t=linear:npl=%d,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=%s:desat=0,%s,format=%s",
          SENDOFF_SDR_WHITE_NITS, self->video->tone_map, get_display_encoding (self), self->video->pixel_format);
  self->pixel_format = self->video->pixel_format;
  self->range = get_target_range (self);
  self->matrix = self->primaries = self->transfer = "bt709";
}

static void
resize_and_convert (Chain *self, int width, int height)
{
  gboolean maps_tones = self->video->tone_map != NULL && is_hdr_transfer (self->transfer);
  gboolean by_light = !maps_tones && has_other_primaries (self);

  scale_to (self, width, height, !maps_tones && !by_light);
  if (maps_tones)
    tone_map (self);
  else if (by_light)
    convert_primaries (self);
}

/* The middle of the free space, on an even pixel for the sake of subsampled colour. */
static int
get_middle (int frame, int picture)
{
  return (frame - picture) / 4 * 2;
}

/* Puts strips of [fill], which is as large as the frame, before and after [picture]; exact at every bit depth. The
 * filters that stack pictures forget the colour tags. */
static void
stack_strips (Chain *self)
{
  int width = self->video->width, height = self->video->height;
  gboolean is_column = self->width == width;
  int before = is_column ? get_middle (height, self->height) : get_middle (width, self->width);
  int after = is_column ? height - self->height - before : width - self->width - before;
  const char *stack = is_column ? "vstack" : "hstack";
  int across = is_column ? width : height;
  int end = is_column ? height - after : width - after;

  self->lost_tags = TRUE;
  if (before == 0)
    {
      g_string_append_printf (self->chain, ";[fill]crop=%d:%d:%d:%d[last];[picture][last]%s",
                              is_column ? across : after, is_column ? after : across, is_column ? 0 : end,
                              is_column ? end : 0, stack);
      return;
    }
  g_string_append_printf (self->chain,
                          ";[fill]split[one][two];[one]crop=%d:%d:0:0[first];[two]crop=%d:%d:%d:%d[last];"
                          "[first][picture][last]%s=inputs=3",
                          is_column ? across : before, is_column ? before : across, is_column ? across : after,
                          is_column ? after : across, is_column ? 0 : end, is_column ? end : 0, stack);
}

/* The background is blurred at an eighth of the size: as good to look at, and cheap. */
static void
append_blurred_fill (Chain *self)
{
  int width = self->video->width, height = self->video->height;
  double wanted = (double)width / height;
  double shape = (double)self->width / self->height;
  int cover_width = shape > wanted ? MIN (to_even (self->height * wanted), self->width) : self->width;
  int cover_height = shape < wanted ? MIN (to_even (self->width / wanted), self->height) : self->height;

  append (self, "split[picture][whole];[whole]crop=%d:%d,scale=%d:%d:flags=bilinear,gblur=sigma=4,"
                "scale=%d:%d:flags=bilinear[fill]",
          cover_width, cover_height, to_even (width / 8.0), to_even (height / 8.0), width, height);
  stack_strips (self);
}

/* The pad filter knows the numbers of grey only: it takes every matrix for that of BT.601. */
static void
append_colored_fill (Chain *self, const guint8 rgb[3])
{
  int bit_depth = g_str_has_suffix (self->pixel_format, "10le") ? 10 : 8;
  gboolean has_alpha = sendoff_pixel_format_has_alpha (self->pixel_format);
  const char *subsampling = self->pixel_format + strlen (has_alpha ? "yuva" : "yuv");
  int yuv[3];

  /* lutyuv knows no deep formats with alpha; what comes without it is opaque. */
  sendoff_fill_color_to_yuv (rgb, self->video->color, bit_depth, yuv);
  append (self, "split[picture][whole];[whole]scale=%d:%d:flags=neighbor,format=yuv%s,lutyuv=y=%d:u=%d:v=%d,format=%s[fill]",
          self->video->width, self->video->height, subsampling, yuv[0], yuv[1], yuv[2], self->pixel_format);
  stack_strips (self);
}

static void
fill_frame (Chain *self)
{
  int width = self->video->width, height = self->video->height;
  guint8 rgb[3];

  if (self->width == width && self->height == height)
    return;
  if (!sendoff_fill_color_parse (get_pad_color (self), rgb))
    memset (rgb, 0, sizeof rgb);
  if (self->video->fit == SENDOFF_FIT_BLUR)
    append_blurred_fill (self);
  else if ((rgb[0] | rgb[1] | rgb[2]) == 0 || sendoff_pixel_format_is_rgb (self->pixel_format)
           || self->video->color == NULL)
    append (self, "pad=%d:%d:%d:%d:color=%s", width, height, get_middle (width, self->width),
            get_middle (height, self->height), get_pad_color (self));
  else
    append_colored_fill (self, rgb);
}

/* Untagged pictures mean what everybody takes them for. Transparent ones become RGB first, by this matrix too. */
static void
guess_color (Chain *self)
{
  if (sendoff_pixel_format_is_rgb (self->pixel_format))
    return;
  if (self->matrix == NULL || g_str_equal (self->matrix, "gbr"))
    self->matrix = is_hdr_transfer (self->transfer) ? "bt2020nc"
                                                    : sendoff_filters_guess_matrix (self->pixel_format, self->height);
  if (self->primaries == NULL)
    self->primaries = g_str_has_prefix (self->matrix, "bt2020") ? "bt2020" : self->matrix;
}

/* Scaling by a rounded size leaves a sample aspect ratio near one. */
static void
make_square (Chain *self, const SendoffFrameShape *shape)
{
  gboolean was_square = sendoff_rational_compare (self->sample_aspect_ratio, SENDOFF_RATIONAL (1, 1)) == 0;

  if (!was_square || strstr (self->chain->str, "scale=") != NULL)
    append (self, "setsar=1");
}

static void
append_parameter (const Chain *self, GString *filter, const char *name, const char *wanted, const char *had)
{
  if (wanted != NULL && (self->lost_tags || g_strcmp0 (wanted, stated (had)) != 0))
    g_string_append_printf (filter, "%s%s=%s", filter->len > 0 ? ":" : "", name, wanted);
}

/* Says what the output's colours mean wherever the source did not say it, or said something else. */
static void
tag_color (Chain *self, const SendoffFrameShape *shape)
{
  g_autoptr (GString) parameters = g_string_new (NULL);
  const SendoffColor *color = self->video->color;

  if (color == NULL)
    return;
  append_parameter (self, parameters, "range", color->range, shape->range);
  append_parameter (self, parameters, "color_primaries", color->primaries, shape->primaries);
  append_parameter (self, parameters, "color_trc", color->transfer, shape->transfer);
  append_parameter (self, parameters, "colorspace", color->matrix, shape->matrix);
  if (parameters->len > 0)
    append (self, "setparams=%s", parameters->str);
}

/** sendoff_filters_guess_matrix: (transfer none): what untagged frames of @height lines mean by common agreement. */
const char *
sendoff_filters_guess_matrix (const char *pixel_format, int height)
{
  gboolean is_video = pixel_format == NULL || !sendoff_pixel_format_is_rgb (pixel_format);

  return is_video && height <= SENDOFF_STANDARD_DEFINITION_HEIGHT ? "smpte170m" : "bt709";
}

/** sendoff_filters_is_video_transfer: whether @transfer is that of BT.709 under one of its names. */
gboolean
sendoff_filters_is_video_transfer (const char *transfer)
{
  static const char *const names[] = { "bt709", "smpte170m", "bt2020-10", "bt2020-12", NULL };

  return g_strv_contains (names, transfer);
}

/**
 * sendoff_filters_dup_tone_map:
 * @mastering: (nullable): what the source says about its brightness
 *
 * The brightest that the source can show, in units of %SENDOFF_SDR_WHITE_NITS, is what becomes white: the content's own
 * maximum, else that of the display it was made on, else 1000 cd/m². The filter would look for it in each frame,
 * and not every frame tells.
 *
 * Returns: (transfer full): operator and options for the tonemap filter
 */
char *
sendoff_filters_dup_tone_map (const SendoffMastering *mastering)
{
  double nits = DEFAULT_PEAK_NITS;

  if (mastering != NULL && mastering->max_content_light > 0)
    nits = mastering->max_content_light;
  else if (mastering != NULL && mastering->max_luminance > 0)
    nits = (double)mastering->max_luminance / 10000;
  nits = CLAMP (nits, SENDOFF_SDR_WHITE_NITS, MOST_NITS);
  return g_strdup_printf ("%s:peak=%d.%02d", TONE_MAP_OPERATOR, (int)(nits / SENDOFF_SDR_WHITE_NITS),
                          (int)nits % SENDOFF_SDR_WHITE_NITS);
}

/**
 * sendoff_filters_build:
 * @video: the output
 * @shape: of the decoded frames
 *
 * The steps, of which only those that change something are written: deinterlace, turn upright, flatten alpha, crop,
 * scale and convert, tone-map, fill the frame, square pixels, colour tags. Works with libavfilter 8.44 and later.
 *
 * Returns: (transfer full): a chain with one open input and one open output, for avfilter_graph_parse_ptr();
 *   "null" when the frames are right as they are
 */
char *
sendoff_filters_build (const SendoffVideoPlan *video, const SendoffFrameShape *shape)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Chain chain = { video, text, shape->width, shape->height, shape->sample_aspect_ratio,
                  shape->pixel_format, stated (shape->range), stated (shape->matrix), stated (shape->primaries),
                  stated (shape->transfer), shape->has_alpha, FALSE };
  int width, height;

  g_return_val_if_fail (shape->width > 0 && shape->height > 0 && shape->pixel_format != NULL, NULL);
  g_return_val_if_fail (video->width > 0 && video->height > 0 && video->pixel_format != NULL, NULL);

  if (!sendoff_rational_is_set (chain.sample_aspect_ratio))
    chain.sample_aspect_ratio = SENDOFF_RATIONAL (1, 1);
  guess_color (&chain);
  deinterlace (&chain);
  turn_upright (&chain);
  flatten_alpha (&chain);
  if (video->fit == SENDOFF_FIT_CROP)
    crop_to_shape (&chain);
  choose_picture_size (&chain, &width, &height);
  crop_odd_edges (&chain, width, height);
  resize_and_convert (&chain, width, height);
  fill_frame (&chain);
  make_square (&chain, shape);
  tag_color (&chain, shape);
  if (text->len == 0)
    return g_strdup ("null");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
