#include "model/sendoff-fill-color.h"

#include <math.h>
#include <string.h>

/* cd/m² of diffuse white in HDR: ITU-R BT.2408, section 2.1. */
#define HDR_WHITE 203.0
/* cd/m² and system gamma of the reference display of HLG: ITU-R BT.2100, table 5. */
#define HLG_PEAK 1000.0
#define HLG_GAMMA 1.2
/* Of a reference display for standard range: ITU-R BT.1886. */
#define DISPLAY_GAMMA 2.4

/**
 * sendoff_fill_color_parse:
 * @text: "#rrggbb", "0xrrggbb" or one of a few names
 * @rgb: (out): three bytes
 *
 * Returns: whether @text is a colour; everything accepted here is safe in a filter chain
 */
gboolean
sendoff_fill_color_parse (const char *text, guint8 rgb[3])
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

/* ITU-R BT.2087, annex 2. */
static void
to_bt2020_primaries (double rgb[3])
{
  static const double matrix[3][3] = {
    { 0.6274, 0.3293, 0.0433 },
    { 0.0691, 0.9195, 0.0114 },
    { 0.0164, 0.0880, 0.8956 },
  };
  double result[3];

  for (int i = 0; i < 3; i++)
    result[i] = matrix[i][0] * rgb[0] + matrix[i][1] * rgb[1] + matrix[i][2] * rgb[2];
  memcpy (rgb, result, sizeof result);
}

/* The inverse of the EOTF of PQ: ITU-R BT.2100, table 4. */
static double
encode_pq (double nits)
{
  const double m1 = 2610.0 / 16384, m2 = 2523.0 / 4096 * 128;
  const double c1 = 3424.0 / 4096, c2 = 2413.0 / 4096 * 32, c3 = 2392.0 / 4096 * 32;
  double power = pow (nits / 10000, m1);

  return pow ((c1 + c2 * power) / (1 + c3 * power), m2);
}

/* The OETF of HLG: ITU-R BT.2100, table 5. */
static double
encode_hlg (double scene)
{
  const double a = 0.17883277, b = 1 - 4 * a, c = 0.5 - a * log (4 * a);

  return scene <= 1.0 / 12 ? sqrt (3 * scene) : a * log (12 * scene - b) + c;
}

/* Standard range as HDR shows it: its white is diffuse white. */
static void
to_hdr (double rgb[3], gboolean is_hlg)
{
  double luminance;

  for (int i = 0; i < 3; i++)
    rgb[i] = pow (rgb[i], DISPLAY_GAMMA) * HDR_WHITE;
  to_bt2020_primaries (rgb);
  luminance = 0.2627 * rgb[0] + 0.6780 * rgb[1] + 0.0593 * rgb[2];
  for (int i = 0; i < 3; i++)
    {
      double scene = luminance > 0 ? pow (luminance / HLG_PEAK, (1 - HLG_GAMMA) / HLG_GAMMA) * rgb[i] / HLG_PEAK : 0;

      rgb[i] = is_hlg ? encode_hlg (scene) : encode_pq (rgb[i]);
    }
}

/* Shares of red and blue in luma: ITU-T H.273, table 4. */
static void
get_luma_shares (const char *matrix, double *red, double *blue)
{
  static const struct {
    const char *matrix;
    double red, blue;
  } table[] = {
    { "bt709", 0.2126, 0.0722 },     { "smpte170m", 0.299, 0.114 },  { "bt470bg", 0.299, 0.114 },
    { "fcc", 0.30, 0.11 },           { "smpte240m", 0.212, 0.087 },  { "bt2020nc", 0.2627, 0.0593 },
    { "bt2020c", 0.2627, 0.0593 },
  };

  *red = table[0].red;
  *blue = table[0].blue;
  for (guint i = 0; matrix != NULL && i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].matrix, matrix))
      {
        *red = table[i].red;
        *blue = table[i].blue;
      }
}

/**
 * sendoff_fill_color_to_yuv:
 * @rgb: of standard range
 * @color: what the numbers are to mean
 * @bit_depth: of the result
 * @yuv: (out): three code values of limited range
 *
 * In HDR the colour has the brightness that standard range has there.
 */
void
sendoff_fill_color_to_yuv (const guint8 rgb[3], const SendoffColor *color, int bit_depth, int yuv[3])
{
  double value[3] = { rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0 };
  double unit = 1 << (bit_depth - 8);
  gboolean is_hlg = g_strcmp0 (color->transfer, "arib-std-b67") == 0;
  double red, blue, luma;

  if (is_hlg || g_strcmp0 (color->transfer, "smpte2084") == 0)
    to_hdr (value, is_hlg);
  get_luma_shares (color->matrix, &red, &blue);
  luma = red * value[0] + (1 - red - blue) * value[1] + blue * value[2];
  yuv[0] = (int)lround ((16 + 219 * luma) * unit);
  yuv[1] = (int)lround ((128 + 224 * (value[2] - luma) / (2 * (1 - blue))) * unit);
  yuv[2] = (int)lround ((128 + 224 * (value[0] - luma) / (2 * (1 - red))) * unit);
}
