#include "model/sendoff-h265-level.h"

typedef struct {
  int level;             /* times ten */
  gint64 picture;        /* MaxLumaPs */
  gint64 samples_second; /* MaxLumaSr */
  gint64 main, high;     /* MaxBR and MaxCPB, in units of 1000 bits (a second); 0: the tier does not exist */
} Level;

static const Level levels[] = {
  { 10, 36864, 552960, 128, 0 },
  { 20, 122880, 3686400, 1500, 0 },
  { 21, 245760, 7372800, 3000, 0 },
  { 30, 552960, 16588800, 6000, 0 },
  { 31, 983040, 33177600, 10000, 0 },
  { 40, 2228224, 66846720, 12000, 30000 },
  { 41, 2228224, 133693440, 20000, 50000 },
  { 50, 8912896, 267386880, 25000, 100000 },
  { 51, 8912896, 534773760, 40000, 160000 },
  { 52, 8912896, 1069547520, 60000, 240000 },
  { 60, 35651584, 1069547520, 60000, 240000 },
  { 61, 35651584, 2139095040, 120000, 480000 },
  { 62, 35651584, 4278190080, 240000, 800000 },
};

#define RATE_UNIT 1000

static gboolean
picture_fits (const Level *level, gint64 width, gint64 height, double frame_rate)
{
  gint64 longest = MAX (width, height);

  return width * height <= level->picture && longest * longest <= 8 * level->picture
         && (double)(width * height) * frame_rate <= (double)level->samples_second + 0.5;
}

/**
 * sendoff_h265_level_choose:
 * @frame_rate: frames a second
 * @maxrate_bps: highest rate of the buffer model, 0 when it has none
 * @high_tier: (out): whether the rate needs the high tier
 * @max_buffer_bits: (out): the largest buffer that level and tier allow, 0 without a level
 *
 * A lower level in the high tier comes before a higher one in the main tier: decoders are built for picture sizes.
 *
 * Returns: the lowest level that holds picture and rate, times ten; 0 when none does
 */
int
sendoff_h265_level_choose (int width,
                           int height,
                           double frame_rate,
                           gint64 maxrate_bps,
                           gboolean *high_tier,
                           gint64 *max_buffer_bits)
{
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      const Level *level = &levels[i];

      *high_tier = maxrate_bps > level->main * RATE_UNIT;
      *max_buffer_bits = (*high_tier ? level->high : level->main) * RATE_UNIT;
      if (picture_fits (level, width, height, frame_rate) && maxrate_bps <= *max_buffer_bits)
        return level->level;
    }
  *high_tier = FALSE;
  *max_buffer_bits = 0;
  return 0;
}
