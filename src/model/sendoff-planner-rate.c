/* How many frames a second an output has, and whether the source's own time stamps are kept. */
#include "model/sendoff-planner-private.h"

#include <math.h>
#include <string.h>

#define HIGHEST_RATE 240
#define LOWEST_RATE 1

static const SendoffRational standard_rates[] = {
  { 24000, 1001 }, { 24, 1 }, { 25, 1 }, { 30000, 1001 }, { 30, 1 }, { 48, 1 }, { 50, 1 }, { 60000, 1001 }, { 60, 1 },
};

static gboolean
is_believable (SendoffRational rate)
{
  return sendoff_rational_is_set (rate) && sendoff_rational_compare (rate, SENDOFF_RATIONAL (HIGHEST_RATE, 1)) <= 0
         && sendoff_rational_compare (rate, SENDOFF_RATIONAL (LOWEST_RATE, 1)) >= 0;
}

/**
 * sendoff_planner_get_source_rate:
 *
 * Headers can declare a time base as a rate (600 or 1000 frames a second); then the count and the duration tell.
 *
 * Returns: the rate of @stream, from 1 to 240 frames a second; 30 when nothing tells it
 */
SendoffRational
sendoff_planner_get_source_rate (const SendoffMediaInfo *source, const SendoffStreamInfo *stream)
{
  gint64 duration_us = stream->duration_us > 0 ? stream->duration_us : source->duration_us;
  SendoffRational average;

  if (is_believable (stream->frame_rate))
    return stream->frame_rate;
  if (stream->frame_count <= 0 || duration_us <= 0)
    return SENDOFF_RATIONAL (30, 1);
  /* In thousandths: an average is no exact rate. */
  average = sendoff_rational_new (llround ((double)stream->frame_count * 1e9 / (double)duration_us), 1000);
  if (sendoff_rational_compare (average, SENDOFF_RATIONAL (HIGHEST_RATE, 1)) > 0)
    return SENDOFF_RATIONAL (HIGHEST_RATE, 1);
  return is_believable (average) ? average : SENDOFF_RATIONAL (LOWEST_RATE, 1);
}

/* The lowest standard rate that shows every frame of an average rate; half a percent is measuring error. */
static SendoffRational
get_standard_rate (double average)
{
  for (guint i = 0; i < G_N_ELEMENTS (standard_rates); i++)
    if (sendoff_rational_to_double (standard_rates[i]) >= average * 0.995)
      return standard_rates[i];
  return SENDOFF_RATIONAL (60, 1);
}

/* The whole rate nearest below a limit that is an exact fraction of @rate, else the limit itself. */
static SendoffRational
reduce_rate (SendoffRational rate, double limit)
{
  for (int divisor = 2; divisor <= 4; divisor++)
    {
      SendoffRational part = sendoff_rational_multiply (rate, SENDOFF_RATIONAL (1, divisor));
      double value = sendoff_rational_to_double (part);

      if (value <= limit && value > limit * 0.75)
        return part;
    }
  return sendoff_rational_new (llround (limit * 1000), 1000);
}

static SendoffRational
raise_rate (SendoffRational rate, double limit)
{
  int factor = (int)ceil (limit / sendoff_rational_to_double (rate) - 1e-6);

  return sendoff_rational_multiply (rate, SENDOFF_RATIONAL (MAX (factor, 1), 1));
}

/* Brings a rate within the platform's limits; TRUE when it changed. The average of a varying rate has no exact
 * multiples worth keeping. */
static gboolean
apply_limits (SendoffPlanning *self, gboolean constant, SendoffRational *rate)
{
  double value = sendoff_rational_to_double (*rate);
  double most = self->limits.max_frame_rate, least = self->limits.min_frame_rate;

  if (most > 0 && value > most + 0.001)
    *rate = constant ? reduce_rate (*rate, most) : get_standard_rate (most);
  else if (least > 0 && value < least - 0.05)
    *rate = constant ? raise_rate (*rate, least) : get_standard_rate (least);
  else
    return FALSE;
  sendoff_planning_issue (self, INFO, "fps", "rate-for-platform", "The frame rate becomes %.5g, as %s takes it.",
                          sendoff_rational_to_double (*rate), self->platform->name);
  return TRUE;
}

/* An explicit rate; FALSE when none was asked for or it makes no sense. */
static gboolean
read_asked_rate (SendoffPlanning *self, SendoffRational *rate)
{
  const char *text = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_FPS);
  SendoffRational asked;

  if (text == NULL || g_str_equal (text, "source"))
    return FALSE;
  if (!sendoff_rational_parse (text, &asked) || !is_believable (asked))
    {
      sendoff_planning_issue (self, ERROR, "fps", "bad-value",
                              "“%s” is not a frame rate; it takes source, or 1 to 240 frames a second.", text);
      return FALSE;
    }
  *rate = asked;
  if (sendoff_rational_compare (asked, self->source_rate) > 0)
    sendoff_planning_issue (self, INFO, "fps", "frames-repeated",
                            "The source has %.5g frames a second; frames are repeated to make %.5g.",
                            sendoff_rational_to_double (self->source_rate), sendoff_rational_to_double (asked));
  return TRUE;
}

static gboolean
needs_constant_rate (SendoffPlanning *self)
{
  const SendoffPlatform *platform = self->platform;
  gboolean container_varies = self->container != NULL && self->container->features != NULL
                              && g_strv_contains ((const char *const *)self->container->features,
                                                  "variable-frame-rate");

  return self->limits.constant_rate || !container_varies
         || (platform != NULL && platform->recommended != NULL && platform->recommended->constant_rate);
}

static SendoffRational
choose_time_base (const SendoffStreamInfo *stream)
{
  SendoffRational base = stream->time_base;

  return base.num == 1 && base.den > 0 && base.den <= 1000000 ? base : SENDOFF_RATIONAL (1, 90000);
}

/**
 * sendoff_planner_plan_frame_rate:
 *
 * A constant source keeps its rate. A varying one keeps its time stamps where container and platform take them, and
 * otherwise gets the lowest standard rate that is not below its average. Platforms' limits come last.
 */
void
sendoff_planner_plan_frame_rate (SendoffPlanning *self)
{
  SendoffVideoPlan *video = self->output->video;
  const SendoffStreamInfo *stream = self->video_stream;
  SendoffRational rate = self->source_rate;
  gboolean asked = read_asked_rate (self, &rate);
  gboolean constant = asked || (stream->constant_rate && is_believable (stream->frame_rate));

  if (!constant && needs_constant_rate (self))
    {
      rate = get_standard_rate (sendoff_rational_to_double (rate));
      constant = TRUE;
      sendoff_planning_issue (self, INFO, "fps", "constant-rate",
                              "The source's frame rate varies; the output has %.5g frames a second.",
                              sendoff_rational_to_double (rate));
    }
  if (!asked && apply_limits (self, constant, &rate))
    constant = TRUE;
  video->nominal_frame_rate = rate;
  video->frame_rate = constant ? rate : SENDOFF_RATIONAL_NONE;
  video->time_base = constant ? sendoff_rational_invert (rate) : choose_time_base (stream);
}
