/* Which encoder makes an output's pictures, and with which options.
 *
 * Whatever decides the bytes beside the pictures is pinned here: joined chunks must have the same parameter
 * sets, and chunks made by different machines must be the same bytes.
 */
#include "model/sendoff-planner-private.h"

#include <math.h>
#include <string.h>

#include "model/sendoff-estimate.h"
#include "model/sendoff-h264-level.h"
#include "model/sendoff-h265-level.h"
#include "model/sendoff-rate-share.h"

#define X264_PARAMS "stitchable=1:cpu-independent=1"
/* One frame thread compresses best, and any other number shows in the bytes; rows and look-ahead use the
 * pool. The buffer model counts alike in every run, and no text about the encoder goes into the stream. */
#define X265_PARAMS "log-level=error:info=0:repeat-headers=0:open-gop=0:frame-threads=1:const-vbv=1"
/* x265 needs a picture of at least one of its largest blocks. */
#define X265_LARGEST_BLOCK 64
#define SVT_SMALLEST_SIDE  64
/* A tile of libaom's is at least one block as wide. */
#define AOM_BLOCK       64
#define VP9_TILED_WIDTH 2560

static const char *
choose_speed (SendoffPlanning *self)
{
  const char *speed = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_SPEED);

  if (speed == NULL && self->level != NULL)
    speed = self->level->default_speed;
  return speed != NULL ? speed : "medium";
}

static gboolean
wants_constant_rate (SendoffPlanning *self)
{
  return g_strcmp0 (sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_RATE_CONTROL), "cbr")
         == 0;
}

/* Some codecs have an encoder that looks the same for less time, with pictures and rate controls that it
 * takes. */
static gboolean
wants_fast_encoder (SendoffPlanning *self)
{
  const SendoffVideoPlan *video = self->output->video;
  const char *fast = self->video_codec->fast_encoder;

  return fast != NULL && !wants_constant_rate (self) && MIN (video->width, video->height) >= SVT_SMALLEST_SIDE
         && sendoff_machine_has_encoder (self->machine, fast);
}

/* The codec's encoder, or the first of its others that this machine has; the rules report a missing one. */
static const char *
choose_encoder (SendoffPlanning *self)
{
  const SendoffVideoCodec *codec = self->video_codec;

  if (wants_fast_encoder (self))
    return codec->fast_encoder;
  if (sendoff_machine_has_encoder (self->machine, codec->encoder))
    return codec->encoder;
  for (guint i = 0; codec->fallback_encoders != NULL && codec->fallback_encoders[i] != NULL; i++)
    if (sendoff_machine_has_encoder (self->machine, codec->fallback_encoders[i]))
      return codec->fallback_encoders[i];
  return codec->encoder;
}

/** sendoff_planner_choose_encoder: speed and encoder of an output whose picture is planned. */
void
sendoff_planner_choose_encoder (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;

  video->speed = g_strdup (choose_speed (self));
  video->encoder = g_strdup (choose_encoder (self));
  if (!g_str_equal (video->encoder, self->video_codec->encoder))
    sendoff_planning_issue (self, INFO, "speed", "other-encoder", "%s is encoded with %s.",
                            self->video_codec->name, video->encoder);
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
  static const struct
  {
    const char *preset;
    int references;
  } table[] = {
    { "ultrafast", 1 }, { "superfast", 1 }, { "veryfast", 1 }, { "faster", 2 },    { "fast", 2 },
    { "medium", 3 },    { "slow", 5 },      { "slower", 8 },   { "veryslow", 16 },
  };

  for (guint i = 0; preset != NULL && i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].preset, preset))
      return table[i].references;
  return 3;
}

/* The level is pinned, and x264 keeps its start values out of the parameter sets. */
static void
plan_h264 (SendoffVideoPlan *video)
{
  double frame_rate = sendoff_rational_to_double (video->nominal_frame_rate);
  int references, most;

  video->level = sendoff_h264_level_choose (video->width, video->height, frame_rate,
                                            MAX (video->maxrate_bps, video->bitrate_bps), video->bufsize_bits,
                                            video->profile);
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

/* x265 takes the numbers in the standards' own units and order: ST 2086 and CTA-861.3. */
static void
append_x265_mastering (GString *params, const SendoffMastering *mastering)
{
  const GArray *primaries = mastering->display_primaries;

  if (primaries != NULL && primaries->len == 8)
    {
      const gint64 *p = (const gint64 *)(const void *)primaries->data;

      g_string_append_printf (
          params,
          ":master-display=G(%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ")B(%" G_GINT64_FORMAT
          ",%" G_GINT64_FORMAT ")R(%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ")WP(%" G_GINT64_FORMAT
          ",%" G_GINT64_FORMAT ")L(%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT ")",
          p[0], p[1], p[2], p[3], p[4], p[5], p[6], p[7], mastering->max_luminance, mastering->min_luminance);
    }
  if (mastering->max_content_light > 0)
    g_string_append_printf (params, ":max-cll=%d,%d", mastering->max_content_light,
                            mastering->max_frame_average_light);
}

/* Level and tier are pinned too: x265 would derive them from each chunk's own buffer. */
static void
plan_h265 (SendoffVideoPlan *video)
{
  g_autoptr (GString) params = g_string_new (X265_PARAMS);
  double frame_rate = sendoff_rational_to_double (video->nominal_frame_rate);
  int shortest = MIN (video->width, video->height);
  gboolean high_tier;
  gint64 max_buffer_bits;

  if (!g_str_equal (video->encoder, "libx265") || get_option (video, "x265-params") != NULL)
    return;
  video->level = sendoff_h265_level_choose (video->width, video->height, frame_rate,
                                            MAX (video->maxrate_bps, video->bitrate_bps), &high_tier,
                                            &max_buffer_bits);
  if (video->level > 0)
    video->bufsize_bits = MIN (video->bufsize_bits, max_buffer_bits);
  if (video->level > 0)
    g_string_append_printf (params, ":level-idc=%d:high-tier=%d", video->level, high_tier);
  if (shortest < X265_LARGEST_BLOCK)
    g_string_append_printf (params, ":ctu=%d", shortest < X265_LARGEST_BLOCK / 2 ? 16 : 32);
  if (video->mastering != NULL)
    append_x265_mastering (params, video->mastering);
  set_option (video, "x265-params", params->str);
}

static void
append_number (GString *params, gint64 value, int per_unit, const char *after)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (number, sizeof number, "%.6g", (double)value / per_unit);
  g_string_append_printf (params, "%s%s", number, after);
}

/* SVT-AV1 takes fractions and cd/m². libaom takes nothing; there the container says it alone. */
static void
append_svt_mastering (SendoffVideoPlan *video)
{
  static const char *const parts[] = { ",", ")B(", ",", ")R(", ",", ")WP(", ",", ")L(" };
  const SendoffMastering *mastering = video->mastering;
  g_autoptr (GString) params = g_string_new (NULL);

  if (mastering == NULL || get_option (video, "svtav1-params") != NULL)
    return;
  if (mastering->display_primaries != NULL && mastering->display_primaries->len == G_N_ELEMENTS (parts))
    {
      g_string_append (params, "mastering-display=G(");
      for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
        append_number (params, g_array_index (mastering->display_primaries, gint64, i), 50000, parts[i]);
      append_number (params, mastering->max_luminance, 10000, ",");
      append_number (params, mastering->min_luminance, 10000, ")");
    }
  if (mastering->max_content_light > 0)
    g_string_append_printf (params, "%scontent-light=%d,%d", params->len > 0 ? ":" : "",
                            mastering->max_content_light, mastering->max_frame_average_light);
  if (params->len > 0)
    set_option (video, "svtav1-params", params->str);
}

static void
plan_av1 (SendoffVideoPlan *video)
{
  if (g_str_equal (video->encoder, "libsvtav1"))
    append_svt_mastering (video);
  else if (g_str_equal (video->encoder, "libaom-av1") && video->width <= AOM_BLOCK)
    set_option (video, "tile-columns", "0");
}

/* Columns of tiles let players decode on several cores, which only large pictures need: four of them cost
 * 1.3 % of the bytes at 1080p and 2 % of the encoder's time. The option is a power of two. */
static void
plan_vp9 (SendoffVideoPlan *video)
{
  if (g_str_equal (video->encoder, "libvpx-vp9") && video->width >= VP9_TILED_WIDTH)
    set_option (video, "tile-columns", "1");
}

/** sendoff_planner_plan_options: the encoder's options, when rate and structure are planned. */
void
sendoff_planner_plan_options (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;

  if (g_str_equal (video->encoder, self->video_codec->encoder))
    set_options (video, self->video_codec->default_params);
  set_speed_options (self);
  if (g_str_equal (video->codec, "h264"))
    plan_h264 (video);
  else if (g_str_equal (video->codec, "h265"))
    plan_h265 (video);
  else if (g_str_equal (video->codec, "av1"))
    plan_av1 (video);
  else if (g_str_equal (video->codec, "vp9"))
    plan_vp9 (video);
}

/* Of one encoder: more cost x264 and libvpx quality or bring nothing. */
#define MOST_THREADS 4

/* With a cap, x264's frame threads look at how far the others are, so that the bytes depend on the moment; it
 * gets slice threads instead, which cost quality. */
static gboolean
has_racing_threads (const SendoffVideoPlan *video)
{
  return g_str_equal (video->encoder, "libx264") && video->maxrate_bps > 0;
}

/* The encoder's own threads. Chunks side by side use the cores better than any encoder does alone, so threads
 * only fill the cores that have no chunk; x264 and x265 get one more, which works while the other waits. */
static int
choose_threads (const SendoffVideoPlan *video, const SendoffMachine *machine, guint n_chunks)
{
  int cores = MAX (machine->cores, 1);
  int share = (cores + (int)n_chunks - 1) / MAX ((int)n_chunks, 1);
  gboolean has_waits = g_str_equal (video->codec, "h264") || g_str_equal (video->codec, "h265");

  /* With a single thread libaom makes other bytes than with any more. */
  if ((has_waits && !has_racing_threads (video)) || g_str_equal (video->codec, "av1"))
    share = MAX (share, MIN (2, cores));
  return MIN (share, MOST_THREADS);
}

/** sendoff_planner_plan_threads: how many threads the encoder of each of @n_chunks chunks has. */
void
sendoff_planner_plan_threads (SendoffPlanning *self, guint n_chunks)
{
  SendoffVideoPlan *video = self->output->video;
  const char *params = get_option (video, "x265-params");

  video->threads = choose_threads (video, self->machine, n_chunks);
  if (params != NULL)
    {
      g_autofree char *with_pool = g_strdup_printf ("%s:pools=%d", params, video->threads);

      set_option (video, "x265-params", with_pool);
    }
}

/* Beside the output's own preset, what x264 leaves out of a first pass (its "turbo") and most of the search
 * for B-frames. It tells how the parts of a video compare to 5 % at a similar quality and to 9 % at six steps
 * from it, for two thirds of the time of veryfast, which is 10 and 13 % off. */
#define X264_FIRST_PASS                                                                                      \
  "ref=1:me=dia:subme=1:partitions=none:8x8dct=0:trellis=0:fast-pskip=1:bframes=1:b-adapt=0"

/* Further from the output's quality an analysis tells less (at six of H.264's steps nearly twice as little).
 * Outputs whose qualities are alike share one. */
#define ANALYSIS_STEP       3
#define MOST_ANALYSIS_STEPS 4

/* What measures a video before it is encoded: how much its parts need compared with each other. x265's
 * fastest knows that better for all newer codecs than x264's (a spread of 10 to 15 % in 15 pieces of video
 * against 25 to 30), for a third of the time that x265 itself takes, and less of libvpx's and libaom's. */
static const char *
choose_quick_encoder (SendoffPlanning *self)
{
  const SendoffVideoPlan *video = self->output->video;
  gboolean large = MIN (video->width, video->height) >= X265_LARGEST_BLOCK;

  return !g_str_equal (video->codec, "h264") && large
                 && sendoff_machine_has_encoder (self->machine, "libx265")
             ? "libx265"
             : "libx264";
}

static void
set_quick_x265 (SendoffVideoPlan *analysis)
{
  g_autofree char *params = g_strdup_printf ("%s:pools=%d", X265_PARAMS, analysis->threads);

  set_option (analysis, "preset", "ultrafast");
  set_option (analysis, "x265-params", params);
}

static void
set_quick_x264 (const SendoffVideoPlan *video, SendoffVideoPlan *analysis)
{
  const char *preset = g_str_equal (video->encoder, "libx264") ? get_option (video, "preset") : NULL;

  set_option (analysis, "preset", preset != NULL ? preset : "veryfast");
  set_option (analysis, "x264-params", preset != NULL ? X264_PARAMS ":" X264_FIRST_PASS : X264_PARAMS);
}

/** sendoff_planner_set_quick_encoder: makes @analysis, a copy of the output's video, quick to encode, for
 * measuring. */
void
sendoff_planner_set_quick_encoder (SendoffPlanning *self, SendoffVideoPlan *analysis)
{
  const SendoffVideoPlan *video = self->output->video;
  const char *encoder = choose_quick_encoder (self);
  gboolean is_x265 = g_str_equal (encoder, "libx265");
  double steps = round ((sendoff_estimate_h264_crf (self->catalog, video) - SENDOFF_ANALYSIS_CRF_X264)
                        / ANALYSIS_STEP);

  g_free (analysis->encoder);
  analysis->encoder = g_strdup (encoder);
  g_free (analysis->codec);
  analysis->codec = g_strdup (is_x265 ? "h265" : "h264");
  sendoff_tags_clear (analysis->options);
  analysis->crf = (is_x265 ? SENDOFF_ANALYSIS_CRF_X265 : SENDOFF_ANALYSIS_CRF_X264)
                  + ANALYSIS_STEP * CLAMP (steps, -MOST_ANALYSIS_STEPS, MOST_ANALYSIS_STEPS);
  if (is_x265)
    set_quick_x265 (analysis);
  else
    set_quick_x264 (video, analysis);
}
