#include "model/sendoff-filters.h"

#include <math.h>
#include <string.h>

/* The picture as it is after the filters written so far. */
typedef struct {
  const SendoffVideoPlan *video;
  GString *chain;
  int width, height; /* stored pixels */
  SendoffRational sample_aspect_ratio;
  const char *pixel_format;
  const char *range, *matrix, *primaries, *transfer; /* (nullable) */
  gboolean has_alpha;
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
has_prefix_of (const char *text, const char *const *prefixes)
{
  for (guint i = 0; text != NULL && prefixes[i] != NULL; i++)
    if (g_str_has_prefix (text, prefixes[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_rgb (const char *pixel_format)
{
  static const char *const prefixes[] = { "rgb",  "bgr",  "gbr",  "argb",    "abgr",   "0rgb", "0bgr",
                                          "pal8", "x2rgb", "x2bgr", "xyz",    "monow", "monob", NULL };

  return has_prefix_of (pixel_format, prefixes);
}

static gboolean
format_has_alpha (const char *pixel_format)
{
  static const char *const prefixes[] = { "yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya", "pal8", "ayuv", NULL };

  return has_prefix_of (pixel_format, prefixes);
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
  if (is_rgb (self->pixel_format) || g_str_has_prefix (self->pixel_format, "yuvj"))
    return "pc";
  return self->range != NULL ? self->range : "tv";
}

/* Pictures that are not video, RGB and JPEG's, always use the whole range. */
static const char *
get_target_range (const Chain *self)
{
  gboolean is_full = is_rgb (self->video->pixel_format) || g_str_has_prefix (self->video->pixel_format, "yuvj");

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

static const char *
get_pad_color (const Chain *self)
{
  return self->video->pad_color != NULL ? self->video->pad_color : "black";
}

static void
deinterlace (Chain *self)
{
  if (self->video->deinterlace)
    append (self, "bwdif=mode=send_frame:parity=auto:deint=all");
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

  if (!self->has_alpha || format_has_alpha (self->video->pixel_format))
    return;
  if (!is_rgb (self->pixel_format))
    append (self, "scale=in_range=%s:in_color_matrix=%s:flags=full_chroma_int+accurate_rnd", get_range (self),
            get_source_matrix (self));
  if (!sendoff_filters_parse_color (get_pad_color (self), rgb))
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

/* Scales, and converts format, range and matrix in the same step; nothing when there is nothing to do. */
static void
scale_to (Chain *self, int width, int height, gboolean convert)
{
  g_autoptr (GString) filter = g_string_new ("scale=");
  gboolean resize = self->width != width || self->height != height;
  gboolean other_format = g_strcmp0 (self->pixel_format, self->video->pixel_format) != 0;
  gboolean other_range = !g_str_equal (get_range (self), get_target_range (self));

  if (!resize && !(convert && (other_format || other_range)))
    return;
  append_scale_size (self, filter, width, height);
  g_string_append_printf (filter, "flags=%s+accurate_rnd+full_chroma_int", sendoff_scaling_nicks[self->video->scaling]);
  if (!convert)
    {
      append (self, "%s", filter->str);
      return;
    }
  if (is_rgb (self->pixel_format))
    g_string_append (filter, "+full_chroma_inp");
  else
    g_string_append_printf (filter, ":in_range=%s:in_color_matrix=%s", get_range (self), get_source_matrix (self));
  g_string_append_printf (filter, ":out_range=%s:out_color_matrix=%s", get_target_range (self), get_target_matrix (self));
  append (self, "%s", filter->str);
  if (other_format || other_range)
    append (self, "format=%s", self->video->pixel_format);
  self->pixel_format = self->video->pixel_format;
  self->range = get_target_range (self);
  self->matrix = self->video->color != NULL ? self->video->color->matrix : NULL;
}

/* From linear light to the output's: zscale knows RGB in planes only, and JPEG has the matrix of BT.601. */
static const char *
get_display_encoding (const Chain *self)
{
  if (is_rgb (self->video->pixel_format))
    return "zscale=t=bt709:m=gbr:r=pc,format=gbrp";
  if (g_str_has_prefix (self->video->pixel_format, "yuvj"))
    return "zscale=t=bt709:m=smpte170m:r=pc,format=yuv444p";
  return "zscale=t=bt709:m=bt709:r=tv";
}

/* HDR to SDR in linear light, after scaling because it is the most expensive step. The frames' own colour
 * tags can be missing, and zscale finds its way only from complete ones, so they are always spelt out. */
static void
tone_map (Chain *self)
{
  const char *matrix = self->matrix != NULL && !g_str_equal (self->matrix, "gbr") ? self->matrix : "bt2020nc";

  append (self, "setparams=range=%s:color_primaries=%s:color_trc=%s:colorspace=%s", get_range (self),
          self->primaries != NULL ? self->primaries : "bt2020", self->transfer,
          is_rgb (self->pixel_format) ? "gbr" : matrix);
  append (self, "zscale=t=linear:npl=100,format=gbrpf32le,zscale=p=bt709,tonemap=tonemap=%s:desat=0,"
                "%s,format=%s",
          self->video->tone_map, get_display_encoding (self), self->video->pixel_format);
  self->pixel_format = self->video->pixel_format;
  self->range = get_target_range (self);
  self->matrix = self->primaries = self->transfer = "bt709";
}

static void
resize_and_convert (Chain *self, int width, int height)
{
  gboolean maps_tones = self->video->tone_map != NULL && is_hdr_transfer (self->transfer);

  scale_to (self, width, height, !maps_tones);
  if (maps_tones)
    tone_map (self);
}

/* The middle of the free space, on an even pixel for the sake of subsampled colour. */
static int
get_middle (int frame, int picture)
{
  return (frame - picture) / 4 * 2;
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
  int small_width = to_even (width / 8.0), small_height = to_even (height / 8.0);

  append (self, "split[picture][fill];[fill]crop=%d:%d,scale=%d:%d:flags=bilinear,gblur=sigma=4,"
                "scale=%d:%d:flags=bilinear[blurred];[blurred][picture]overlay=%d:%d:format=auto,format=%s",
          cover_width, cover_height, small_width, small_height, width, height, get_middle (width, self->width),
          get_middle (height, self->height), self->video->pixel_format);
}

static void
fill_frame (Chain *self)
{
  int width = self->video->width, height = self->video->height;

  if (self->width == width && self->height == height)
    return;
  if (self->video->fit == SENDOFF_FIT_BLUR)
    append_blurred_fill (self);
  else
    append (self, "pad=%d:%d:%d:%d:color=%s", width, height, get_middle (width, self->width),
            get_middle (height, self->height), get_pad_color (self));
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
append_parameter (GString *filter, const char *name, const char *wanted, const char *had)
{
  if (wanted != NULL && g_strcmp0 (wanted, had) != 0)
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
  append_parameter (parameters, "range", color->range, stated (shape->range));
  append_parameter (parameters, "color_primaries", color->primaries, stated (shape->primaries));
  append_parameter (parameters, "color_trc", color->transfer, stated (shape->transfer));
  append_parameter (parameters, "colorspace", color->matrix, stated (shape->matrix));
  if (parameters->len > 0)
    append (self, "setparams=%s", parameters->str);
}

/**
 * sendoff_filters_parse_color:
 * @text: "#rrggbb", "0xrrggbb" or one of a few names
 * @rgb: (out): three bytes
 *
 * Returns: whether @text is a colour; everything accepted here is safe in a filter chain
 */
gboolean
sendoff_filters_parse_color (const char *text, guint8 rgb[3])
{
  static const struct {
    const char *name;
    guint value;
  } colors[] = {
    { "black", 0x000000 }, { "white", 0xffffff }, { "gray", 0x808080 },   { "grey", 0x808080 },   { "red", 0xff0000 },
    { "lime", 0x00ff00 },  { "blue", 0x0000ff },  { "yellow", 0xffff00 }, { "orange", 0xffa500 }, { "green", 0x008000 },
    { "navy", 0x000080 },  { "purple", 0x800080 }, { "pink", 0xffc0cb },  { "brown", 0xa52a2a },
  };
  const char *digits = text != NULL && g_str_has_prefix (text, "0x") ? text + 1 : text;
  guint64 value = 0;
  gboolean found = text != NULL && (*text == '#' || digits != text) && strlen (digits) == 7
                   && g_ascii_string_to_unsigned (digits + 1, 16, 0, 0xffffff, &value, NULL);

  for (guint i = 0; text != NULL && !found && i < G_N_ELEMENTS (colors); i++)
    if (g_ascii_strcasecmp (text, colors[i].name) == 0)
      {
        value = colors[i].value;
        found = TRUE;
      }
  rgb[0] = (guint8)(value >> 16);
  rgb[1] = (guint8)(value >> 8);
  rgb[2] = (guint8)value;
  return found;
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
                  stated (shape->transfer), shape->has_alpha };
  int width, height;

  g_return_val_if_fail (shape->width > 0 && shape->height > 0 && shape->pixel_format != NULL, NULL);
  g_return_val_if_fail (video->width > 0 && video->height > 0 && video->pixel_format != NULL, NULL);

  if (!sendoff_rational_is_set (chain.sample_aspect_ratio))
    chain.sample_aspect_ratio = SENDOFF_RATIONAL (1, 1);
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
