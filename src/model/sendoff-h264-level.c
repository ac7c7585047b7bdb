#include "model/sendoff-h264-level.h"

typedef struct {
  int level;                 /* times ten; 1b is left out */
  gint64 macroblocks_second; /* MaxMBPS */
  gint64 frame_macroblocks;  /* MaxFS */
  gint64 dpb_macroblocks;    /* MaxDpbMbs */
  gint64 bitrate;            /* MaxBR, in the profile's unit a second */
  gint64 buffer;             /* MaxCPB, in the profile's unit */
} Level;

static const Level levels[] = {
  { 10, 1485, 99, 396, 64, 175 },
  { 11, 3000, 396, 900, 192, 500 },
  { 12, 6000, 396, 2376, 384, 1000 },
  { 13, 11880, 396, 2376, 768, 2000 },
  { 20, 11880, 396, 2376, 2000, 2000 },
  { 21, 19800, 792, 4752, 4000, 4000 },
  { 22, 20250, 1620, 8100, 4000, 4000 },
  { 30, 40500, 1620, 8100, 10000, 10000 },
  { 31, 108000, 3600, 18000, 14000, 14000 },
  { 32, 216000, 5120, 20480, 20000, 20000 },
  { 40, 245760, 8192, 32768, 20000, 25000 },
  { 41, 245760, 8192, 32768, 50000, 62500 },
  { 42, 522240, 8704, 34816, 50000, 62500 },
  { 50, 589824, 22080, 110400, 135000, 135000 },
  { 51, 983040, 36864, 184320, 240000, 240000 },
  { 52, 2073600, 36864, 184320, 240000, 240000 },
  { 60, 4177920, 139264, 696320, 240000, 240000 },
  { 61, 8355840, 139264, 696320, 480000, 480000 },
  { 62, 16711680, 139264, 696320, 800000, 800000 },
};

static gint64
to_macroblocks (int pixels)
{
  return (pixels + 15) / 16;
}

static gboolean
level_fits (const Level *level, int width, int height, double frame_rate, gint64 maxrate_bps, gint64 bufsize_bits,
            gint64 unit)
{
  gint64 columns = to_macroblocks (width), rows = to_macroblocks (height);
  gint64 longest = MAX (columns, rows);

  return columns * rows <= level->frame_macroblocks && longest * longest <= 8 * level->frame_macroblocks
         && (double)(columns * rows) * frame_rate <= (double)level->macroblocks_second + 0.5
         && maxrate_bps <= level->bitrate * unit && bufsize_bits <= level->buffer * unit;
}

/**
 * sendoff_h264_level_choose:
 * @frame_rate: frames a second
 * @maxrate_bps: highest rate of the buffer model, 0 when it has none
 * @bufsize_bits: its size
 * @profile: (nullable): "high" may use a quarter more than the others
 *
 * Returns: the lowest level that holds all of it, times ten; 62 when none does
 */
int
sendoff_h264_level_choose (int width, int height, double frame_rate, gint64 maxrate_bps, gint64 bufsize_bits,
                           const char *profile)
{
  gint64 unit = profile == NULL || g_str_equal (profile, "high") ? 1250 : 1000; /* cpbBrVclFactor */

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (level_fits (&levels[i], width, height, frame_rate, maxrate_bps, bufsize_bits, unit))
      return levels[i].level;
  return levels[G_N_ELEMENTS (levels) - 1].level;
}

/** sendoff_h264_level_get_max_references: how many reference frames the picture buffer of @level holds, 1 to 16. */
int
sendoff_h264_level_get_max_references (int level, int width, int height)
{
  gint64 frame = to_macroblocks (width) * to_macroblocks (height);

  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    if (levels[i].level == level)
      return (int)CLAMP (levels[i].dpb_macroblocks / MAX (frame, 1), 1, 16);
  return 1;
}
