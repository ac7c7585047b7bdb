#include "media/sendoff-frame-pacer.h"

/* The longest that the very last frame of a source is believed to stay on the screen. */
#define MAX_LAST_FRAME_US (10 * G_GINT64_CONSTANT (1000000))

struct _SendoffFramePacer {
  AVRational rate;      /* 0/1 when source times are kept */
  AVRational out_base;  /* the plan's time base */
  AVRational time_base; /* of source frames */
  gint64 start_us;      /* output time zero in source time */
  gint64 start_pts;     /* the same in source pts */
  AVFrame *current;     /* shown until the next one's tick; empty before the first */
  AVFrame *next;        /* pushed and not reached yet */
  gint64 current_tick;
  gint64 next_time_us;
  gint64 begin;         /* position of the first emission */
  gint64 next_tick;     /* the next to be emitted */
  guint has_current : 1;
  guint has_next : 1;
  guint hold_first : 1; /* nothing was emitted yet, and the first frame covers what is before it */
  guint finished : 1;
};

/**
 * sendoff_frame_pacer_new:
 * @plan: frame_rate and time_base are read
 * @start_us: output time zero, µs of source time
 * @origin_us: container time of source time zero
 * @time_base: of the pts of the frames that are pushed
 *
 * Returns: (transfer full): a pacer; call sendoff_frame_pacer_begin() before the first frame
 */
SendoffFramePacer *
sendoff_frame_pacer_new (const SendoffVideoPlan *plan, gint64 start_us, gint64 origin_us, AVRational time_base)
{
  SendoffFramePacer *self = g_new0 (SendoffFramePacer, 1);

  self->rate = sendoff_to_av (plan->frame_rate);
  self->out_base = sendoff_to_av (plan->time_base);
  self->time_base = time_base;
  self->start_us = start_us;
  self->start_pts = av_rescale_q (start_us + origin_us, (AVRational){ 1, 1000000 }, time_base);
  self->current = av_frame_alloc ();
  self->next = av_frame_alloc ();
  return self;
}

/** sendoff_frame_pacer_free: frees @self and the frames it holds. */
void
sendoff_frame_pacer_free (SendoffFramePacer *self)
{
  av_frame_free (&self->current);
  av_frame_free (&self->next);
  g_free (self);
}

static gboolean
is_constant (SendoffFramePacer *self)
{
  return self->rate.num > 0;
}

/** sendoff_frame_pacer_get_position: the first position that belongs to what starts at @boundary_us. */
gint64
sendoff_frame_pacer_get_position (SendoffFramePacer *self, gint64 boundary_us)
{
  if (!is_constant (self))
    return boundary_us;
  return MAX (0, av_rescale_q_rnd (boundary_us - self->start_us, (AVRational){ 1, 1000000 }, av_inv_q (self->rate),
                                   AV_ROUND_UP));
}

/**
 * sendoff_frame_pacer_begin:
 * @position: where emissions begin
 * @hold_first: whether the first frame is to cover what lies before it, at the start of an output
 */
void
sendoff_frame_pacer_begin (SendoffFramePacer *self, gint64 position, gboolean hold_first)
{
  self->begin = position;
  self->next_tick = position;
  self->hold_first = hold_first;
}

static gint64
tick_of (SendoffFramePacer *self, const AVFrame *frame)
{
  return av_rescale_q_rnd (frame->pts - self->start_pts, self->time_base, av_inv_q (self->rate), AV_ROUND_NEAR_INF);
}

/**
 * sendoff_frame_pacer_push:
 * @frame: the next frame of the source, kept by reference
 * @time_us: its source time
 *
 * Pull until nothing comes before pushing another.
 */
void
sendoff_frame_pacer_push (SendoffFramePacer *self, const AVFrame *frame, gint64 time_us)
{
  g_return_if_fail (!self->has_next);

  av_frame_unref (self->next);
  av_frame_ref (self->next, frame);
  self->next_time_us = time_us;
  self->has_next = TRUE;
}

/** sendoff_frame_pacer_finish: the source has no more frames. */
void
sendoff_frame_pacer_finish (SendoffFramePacer *self)
{
  self->finished = TRUE;
}

static void
advance (SendoffFramePacer *self)
{
  av_frame_unref (self->current);
  av_frame_move_ref (self->current, self->next);
  self->has_next = FALSE;
  self->has_current = TRUE;
}

/* Where frames are left out, the last one can round to a tick at which the source is over. A source that has nothing
 * else to show keeps it. */
static gboolean
is_past_the_end (SendoffFramePacer *self)
{
  gint64 tick = av_rescale_q (1, av_inv_q (self->rate), self->time_base);
  gint64 shown = self->start_pts + av_rescale_q (self->current_tick, av_inv_q (self->rate), self->time_base);
  gint64 late = shown - self->current->pts;

  return self->next_tick > self->begin && late * 4 >= tick && late >= MAX (sendoff_frame_duration (self->current), 1);
}

/* The tick at which the last frame of the source disappears. */
static gint64
last_end_tick (SendoffFramePacer *self)
{
  gint64 longest = av_rescale_q (MAX_LAST_FRAME_US, (AVRational){ 1, 1000000 }, av_inv_q (self->rate));
  gint64 duration = av_rescale_q_rnd (MAX (sendoff_frame_duration (self->current), 0), self->time_base,
                                      av_inv_q (self->rate), AV_ROUND_NEAR_INF);

  if (is_past_the_end (self))
    return self->current_tick;
  return self->current_tick + CLAMP (duration, 1, longest);
}

static gboolean
pull_constant (SendoffFramePacer *self, SendoffEmission *emission)
{
  for (;;)
    {
      if (self->has_current)
        {
          gint64 from = MAX (self->next_tick, self->current_tick);
          gint64 limit = self->has_next ? tick_of (self, self->next) : self->finished ? last_end_tick (self) : from;

          if (from < limit)
            {
              *emission = (SendoffEmission){ .frame = self->current, .pts = from, .position = from };
              self->next_tick = from + 1;
              return TRUE;
            }
        }
      if (!self->has_next)
        return FALSE;
      advance (self);
      self->current_tick = tick_of (self, self->current);
      if (self->hold_first)
        self->current_tick = MIN (self->current_tick, self->next_tick);
      self->hold_first = FALSE;
    }
}

static gboolean
pull_source_time (SendoffFramePacer *self, SendoffEmission *emission)
{
  if (!self->has_next)
    return FALSE;
  advance (self);
  if (self->next_time_us < self->begin)
    return FALSE;
  emission->frame = self->current;
  emission->position = self->next_time_us;
  emission->pts = self->hold_first ? 0 : av_rescale_q (self->current->pts - self->start_pts, self->time_base,
                                                       self->out_base);
  self->hold_first = FALSE;
  return TRUE;
}

/**
 * sendoff_frame_pacer_pull:
 * @emission: (out): what is shown next; its frame is valid until the next pull or push
 *
 * Returns: %FALSE when another frame must be pushed first
 */
gboolean
sendoff_frame_pacer_pull (SendoffFramePacer *self, SendoffEmission *emission)
{
  return is_constant (self) ? pull_constant (self, emission) : pull_source_time (self, emission);
}
