/* The changes by which a size becomes enough, in SPEC §7's order, with what each says of itself. */
#include "model/sendoff-planner-optimize.h"

#include <math.h>
#include <string.h>

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "model/sendoff-estimate.h"

/* The next size down is at most so large in each direction: 720p of 1080p is 0.67, 480p of 540 lines 0.89. */
#define LESS_PICTURE 0.9
/* Above this movement is smooth anyway; an exact part of the rate is taken that is not above it. */
#define SMOOTH_RATE 31
/* Stereo sound in AAC of which few would complain on small speakers. */
#define LOW_AUDIO_BPS 64000

static double
get_rest_bytes (const SendoffPlanning *self)
{
  return sendoff_estimate_overhead_bytes (self->output) + sendoff_estimate_audio_bytes (self->output);
}

static double
get_least_video_bytes (const SendoffPlanning *self)
{
  return sendoff_estimate_floor_bps (self->catalog, self->source, self->output->video)
         * (double)self->output->duration_us / 8e6;
}

/** sendoff_planner_get_acceptable_bytes: of a file whose picture is just acceptable. */
double
sendoff_planner_get_acceptable_bytes (const SendoffPlanning *self)
{
  return get_least_video_bytes (self) + get_rest_bytes (self);
}

/** sendoff_planner_get_bits_share: what the picture gets of the bits that it should have, for an output with
 * a size. */
double
sendoff_planner_get_bits_share (const SendoffPlanning *self)
{
  double room = (double)self->output->size->limit_bytes - get_rest_bytes (self);

  return MAX (room, 0) / MAX (get_least_video_bytes (self), 1);
}

static gboolean
use_successor (const SendoffPlanning *planned, SendoffOutputSettings *asked, guint attempt)
{
  char **successors = planned->video_codec->successors;

  if (successors == NULL || attempt >= g_strv_length (successors)
      || sendoff_output_settings_is_set (asked, SENDOFF_SETTING_CRF)
      || sendoff_output_settings_is_set (asked, SENDOFF_SETTING_PROFILE))
    return FALSE;
  sendoff_output_settings_set_string (asked, SENDOFF_SETTING_CODEC, successors[attempt]);
  return TRUE;
}

static char *
dup_codec_label (const SendoffPlanning *changed)
{
  return g_strdup (changed->video_codec->name);
}

static void
report_codec (const SendoffPlanning *before, const SendoffPlanning *after, GPtrArray *issues)
{
  g_autofree char *size = sendoff_format_size (after->output->size->limit_bytes);
  g_autofree char *old = sendoff_format_size ((gint64)sendoff_planner_get_acceptable_bytes (before));
  g_autofree char *new = sendoff_format_size ((gint64)sendoff_planner_get_acceptable_bytes (after));

  sendoff_issues_add (
      issues, SENDOFF_SEVERITY_WARNING, after->index, "codec", "optimized-codec",
      "To fit %s, the picture is made in %s instead of %s: acceptable quality then takes about %s "
      "instead of %s, and hardly anything is lost.",
      size, after->video_codec->name, before->video_codec->name, new, old);
}

/* The largest of that shape that is clearly smaller than the picture; NULL when there is none. */
static const SendoffResolution *
find_smaller (const SendoffPlanning *planned, const char *aspect_ratio, double *factor)
{
  GPtrArray *resolutions = sendoff_catalog_get_resolutions (planned->catalog);
  const SendoffVideoPlan *video = planned->output->video;
  const SendoffResolution *best = NULL;

  for (guint i = 0; i < resolutions->len; i++)
    {
      const SendoffResolution *one = g_ptr_array_index (resolutions, i);
      double fit = MIN ((double)MAX (one->width, one->height) / MAX (video->width, video->height),
                        (double)MIN (one->width, one->height) / MIN (video->width, video->height));

      if (g_strcmp0 (one->aspect_ratio, aspect_ratio) != 0 || fit > LESS_PICTURE
          || (best != NULL && fit <= *factor))
        continue;
      best = one;
      *factor = fit;
    }
  return best;
}

/* One step of the catalog down. Where the frame is the picture's own and not one of the catalog, its shape
 * stays. */
static gboolean
use_smaller_picture (const SendoffPlanning *planned, SendoffOutputSettings *asked, guint attempt)
{
  const char *name = sendoff_output_settings_get_string (planned->settings, SENDOFF_SETTING_RESOLUTION);
  gboolean vertical = planned->platform != NULL && planned->platform->vertical;
  const SendoffVideoPlan *video = planned->output->video;
  const SendoffResolution *current
      = sendoff_catalog_get_resolution (planned->catalog, name == NULL && vertical ? "1080p_v" : name);
  double factor = 0;
  const SendoffResolution *smaller
      = find_smaller (planned, current != NULL ? current->aspect_ratio : "16:9", &factor);
  gboolean fits_shape = name == NULL || g_str_equal (name, "source");
  g_autofree char *size = NULL;

  if (attempt > 0 || smaller == NULL)
    return FALSE;
  fits_shape &= !sendoff_output_settings_is_set (asked, SENDOFF_SETTING_FIT);
  if (current == NULL && !fits_shape)
    size = g_strdup_printf ("%dx%d", 2 * (int)lround (video->width * factor / 2),
                            2 * (int)lround (video->height * factor / 2));
  sendoff_output_settings_set_string (asked, SENDOFF_SETTING_RESOLUTION,
                                      size != NULL ? size : smaller->preset_id);
  return TRUE;
}

static char *
dup_picture_label (const SendoffPlanning *changed)
{
  return g_strdup_printf ("%d×%d", changed->output->video->width, changed->output->video->height);
}

static void
report_picture (const SendoffPlanning *before, const SendoffPlanning *after, GPtrArray *issues)
{
  g_autofree char *size = sendoff_format_size (after->output->size->limit_bytes);
  g_autofree char *old = sendoff_format_size ((gint64)sendoff_planner_get_acceptable_bytes (before));
  g_autofree char *new = sendoff_format_size ((gint64)sendoff_planner_get_acceptable_bytes (after));

  sendoff_issues_add (
      issues, SENDOFF_SEVERITY_WARNING, after->index, "resolution", "optimized-resolution",
      "To fit %s, the picture becomes %d×%d instead of %d×%d: acceptable quality then takes about %s "
      "instead of %s, but fine detail is lost.",
      size, after->output->video->width, after->output->video->height, before->output->video->width,
      before->output->video->height, new, old);
}

static gboolean
use_fewer_frames (const SendoffPlanning *planned, SendoffOutputSettings *asked, guint attempt)
{
  const SendoffVideoPlan *video = planned->output->video;
  double rate = sendoff_rational_to_double (video->nominal_frame_rate);
  int divisor = (int)ceil (rate / SMOOTH_RATE);
  SendoffRational fewer
      = sendoff_rational_multiply (video->nominal_frame_rate, SENDOFF_RATIONAL (1, MAX (divisor, 1)));
  g_autofree char *text = NULL;

  if (attempt > 0 || divisor < 2)
    return FALSE;
  if (!sendoff_rational_is_set (video->frame_rate)) /* an average has no exact parts */
    fewer = SENDOFF_RATIONAL (30, 1);
  text = fewer.den == 1 ? g_strdup_printf ("%" G_GINT64_FORMAT, (gint64)fewer.num)
                        : sendoff_rational_to_string (fewer);
  sendoff_output_settings_set_string (asked, SENDOFF_SETTING_FPS, text);
  return TRUE;
}

static char *
dup_rate_label (const SendoffPlanning *changed)
{
  return g_strdup_printf ("%.4g fps",
                          sendoff_rational_to_double (changed->output->video->nominal_frame_rate));
}

static void
report_frames (const SendoffPlanning *before, const SendoffPlanning *after, GPtrArray *issues)
{
  g_autofree char *size = sendoff_format_size (after->output->size->limit_bytes);
  g_autofree char *old = sendoff_format_size ((gint64)sendoff_planner_get_acceptable_bytes (before));
  g_autofree char *new = sendoff_format_size ((gint64)sendoff_planner_get_acceptable_bytes (after));

  sendoff_issues_add (
      issues, SENDOFF_SEVERITY_WARNING, after->index, "fps", "optimized-frame-rate",
      "To fit %s, there are %.4g frames a second instead of %.4g: acceptable quality then takes about %s "
      "instead of %s, but movement is less smooth.",
      size, sendoff_rational_to_double (after->output->video->nominal_frame_rate),
      sendoff_rational_to_double (before->output->video->nominal_frame_rate), new, old);
}

static gboolean
use_less_audio (const SendoffPlanning *planned, SendoffOutputSettings *asked, guint attempt)
{
  const SendoffAudioPlan *audio = planned->output->audio;

  if (attempt > 0 || audio == NULL || planned->audio_codec->lossless)
    return FALSE;
  sendoff_output_settings_set_int (asked, SENDOFF_SETTING_AUDIO_BITRATE,
                                   MAX (LOW_AUDIO_BPS, planned->audio_codec->bitrate_min_bps));
  return TRUE;
}

static char *
dup_audio_label (const SendoffPlanning *changed)
{
  return g_strdup_printf ("%d kbit/s", (int)(changed->output->audio->bitrate_bps / 1000));
}

static void
report_audio (const SendoffPlanning *before, const SendoffPlanning *after, GPtrArray *issues)
{
  g_autofree char *size = sendoff_format_size (after->output->size->limit_bytes);

  sendoff_issues_add (issues, SENDOFF_SEVERITY_WARNING, after->index, "audio_bitrate", "optimized-audio",
                      "To fit %s, the sound gets %d kbit/s instead of %d: hardly anything is lost.", size,
                      (int)(after->output->audio->bitrate_bps / 1000),
                      (int)(before->output->audio->bitrate_bps / 1000));
}

/* Only a cover is worth leaving out: titles and chapters are a few hundred bytes. */
static gboolean
use_no_metadata (const SendoffPlanning *planned, SendoffOutputSettings *asked, guint attempt)
{
  if (attempt > 0 || planned->output->extras == NULL || planned->output->extras->cover_index < 0)
    return FALSE;
  sendoff_output_settings_set_int (asked, SENDOFF_SETTING_KEEP_METADATA, 0);
  return TRUE;
}

static char *
dup_metadata_label (const SendoffPlanning *changed)
{
  return g_strdup (_ ("no cover"));
}

static void
report_metadata (const SendoffPlanning *before, const SendoffPlanning *after, GPtrArray *issues)
{
  g_autofree char *size = sendoff_format_size (after->output->size->limit_bytes);

  sendoff_issues_add (issues, SENDOFF_SEVERITY_WARNING, after->index, "keep_metadata", "optimized-metadata",
                      "To fit %s, cover, title and chapters are left out.", size);
}

/* In the order in which they are tried. */
const SendoffSizeStep sendoff_size_steps[] = {
  { "codec", SENDOFF_SETTING_CODEC, use_successor, dup_codec_label, report_codec },
  { "lower_bitrate", 0, NULL, NULL, NULL },
  { "resolution", SENDOFF_SETTING_RESOLUTION, use_smaller_picture, dup_picture_label, report_picture },
  { "frame_rate", SENDOFF_SETTING_FPS, use_fewer_frames, dup_rate_label, report_frames },
  { "audio", SENDOFF_SETTING_AUDIO_BITRATE, use_less_audio, dup_audio_label, report_audio },
  { "metadata", SENDOFF_SETTING_KEEP_METADATA, use_no_metadata, dup_metadata_label, report_metadata },
};

const guint sendoff_n_size_steps = G_N_ELEMENTS (sendoff_size_steps);
