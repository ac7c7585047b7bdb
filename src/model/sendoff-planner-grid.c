/* Which part of the source an output shows, and the grid of chunks over which outputs share one decode.
 *
 * The grid depends on the length, the frame rate and the keyframe intervals, never on the machine, so that
 * chunks made elsewhere or earlier are the same.
 */
#include "model/sendoff-planner-private.h"

#include <math.h>

#include "base/sendoff-units.h"

/* Audio may lead the picture by this much and be cut; more is shown over the first frame. */
#define MOST_AUDIO_LEAD_US 500000
/* Keyframes every 4 s cost 5 % on a screen recording, at 8 s next to nothing; see DESIGN. */
#define SHORTEST_CHUNK_SECONDS 4.0
#define LONGEST_CHUNK_SECONDS  10.0
#define USUAL_CHUNK_SECONDS    8.0
/* Short videos are cut finer, so that cores have something to do: into 8, 4 or 2 chunks, none shorter than
 * this. Where keyframes are close anyway a cut costs next to nothing; libaom pays for each with its long look
 * ahead. */
#define FEW_CHUNKS                    8
#define SHORTEST_FREE_CHUNK_SECONDS   3.7 /* half a minute, or what is called so, gets all eight */
#define SHORTEST_LIBAOM_CHUNK_SECONDS 7.0
#define SHORTEST_KEYED_CHUNK_SECONDS  2.0

static gint64
get_stream_end (const SendoffPlanning *self, const SendoffStreamInfo *stream)
{
  if (stream == NULL)
    return 0;
  return stream->duration_us > 0 ? stream->start_us + stream->duration_us : self->source->duration_us;
}

/* Output time zero when nothing is cut. */
static gint64
get_natural_start (const SendoffPlanning *self)
{
  const SendoffStreamInfo *video = self->video_stream, *audio = self->audio_stream;

  if (video == NULL)
    return audio != NULL ? audio->start_us : 0;
  if (audio == NULL || audio->start_us >= video->start_us
      || video->start_us - audio->start_us < MOST_AUDIO_LEAD_US)
    return video->start_us;
  return audio->start_us;
}

static gint64
get_natural_end (const SendoffPlanning *self)
{
  gint64 end_us = MAX (get_stream_end (self, self->video_stream), get_stream_end (self, self->audio_stream));

  return end_us > 0 ? end_us : self->source->duration_us;
}

static void
check_trim (SendoffPlanning *self, gint64 start_us, gint64 end_us, gint64 natural_end_us)
{
  gboolean known = natural_end_us > 0 && (self->source->duration_is_exact || self->source->scanned);
  g_autofree char *length = sendoff_format_timestamp (natural_end_us);

  if (end_us >= 0 && start_us >= end_us)
    sendoff_planning_issue (self, ERROR, "end", "empty-range", "The end must come after the start.");
  else if (known && start_us >= natural_end_us)
    sendoff_planning_issue (self, ERROR, "start", "start-beyond-end",
                            "The start lies beyond the source's end at %s.", length);
  else if (known && end_us > natural_end_us)
    sendoff_planning_issue (self, WARNING, "end", "end-beyond-source",
                            "The end lies beyond the source's end at %s and is moved there.", length);
}

/* A cut between two frames of a constant rate goes to the nearer one, so that its sound begins with it and not up to half
 * a frame before or after. */
static gint64
snap_to_frame (const SendoffPlanning *self, gint64 start_us, gint64 end_us)
{
  const SendoffStreamInfo *video = self->video_stream;
  SendoffRational frame;
  gint64 snapped_us;

  if (video == NULL || self->video_codec == NULL || !video->constant_rate
      || !sendoff_rational_is_set (video->frame_rate) || start_us <= video->start_us)
    return start_us;
  frame = sendoff_rational_invert (video->frame_rate);
  snapped_us = video->start_us
               + sendoff_rescale (sendoff_rescale (start_us - video->start_us, SENDOFF_US, frame, SENDOFF_ROUND_NEAREST),
                                  frame, SENDOFF_US, SENDOFF_ROUND_NEAREST);
  return end_us > 0 && snapped_us >= end_us ? start_us : snapped_us;
}

/** sendoff_planner_plan_times: the part of the source that an output shows. */
void
sendoff_planner_plan_times (SendoffPlanning *self)
{
  SendoffOutputPlan *output = self->output;
  gint64 start_us = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_START);
  gint64 end_us = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_END);
  gint64 natural_end_us = get_natural_end (self);

  output->trimmed_start = start_us > 0;
  output->start_us = output->trimmed_start ? start_us : get_natural_start (self);
  if (start_us > 0 || end_us >= 0)
    check_trim (self, MAX (start_us, 0), end_us, natural_end_us);
  if (output->trimmed_start)
    output->start_us = snap_to_frame (self, start_us, end_us >= 0 ? end_us : natural_end_us);
  output->trimmed_end = end_us >= 0 && (natural_end_us <= 0 || end_us < natural_end_us);
  output->end_us = output->trimmed_end ? end_us : natural_end_us;
  output->duration_us = MAX (output->end_us - output->start_us, 0);
  if (output->duration_us == 0 && natural_end_us == 0)
    sendoff_planning_issue (self, INFO, "source", "unknown-duration",
                            "The source's length is not known yet.");
}

static SendoffPlanning *
get_planning (GPtrArray *plannings, const SendoffChunkGroup *group, guint member)
{
  return g_ptr_array_index (plannings, (guint)g_array_index (group->outputs, gint64, member));
}

static gboolean
same_part (const SendoffOutputPlan *a, const SendoffOutputPlan *b)
{
  return a->start_us == b->start_us && a->end_us == b->end_us && a->trimmed_start == b->trimmed_start
         && a->trimmed_end == b->trimmed_end;
}

static SendoffChunkGroup *
add_group (SendoffPlan *plan, const SendoffOutputPlan *output)
{
  SendoffChunkGroup *group = sendoff_chunk_group_new ();

  group->start_us = output->start_us;
  group->open_start = !output->trimmed_start;
  group->open_end = !output->trimmed_end;
  group->outputs = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_ptr_array_add (plan->groups, group);
  return group;
}

static void
join_group (SendoffPlan *plan, GPtrArray *plannings, SendoffOutputPlan *output, gint64 index)
{
  SendoffChunkGroup *group = NULL;

  for (guint i = 0; i < plan->groups->len && group == NULL; i++)
    {
      SendoffChunkGroup *candidate = g_ptr_array_index (plan->groups, i);

      if (same_part (get_planning (plannings, candidate, 0)->output, output))
        {
          group = candidate;
          output->group = (int)i;
        }
    }
  if (group == NULL)
    {
      output->group = (int)plan->groups->len;
      group = add_group (plan, output);
    }
  g_array_append_val (group->outputs, index);
}

/* A multiple of the longest keyframe interval among the outputs, of about the right length. An output without
 * such an interval wants few keyframes: then chunks are long, and not cut to the others' intervals. */
static double
choose_chunk_seconds (GPtrArray *plannings, const SendoffChunkGroup *group, double *gop_seconds)
{
  double seconds;

  *gop_seconds = 0;
  for (guint i = 0; i < group->outputs->len; i++)
    *gop_seconds = MAX (*gop_seconds, get_planning (plannings, group, i)->gop_seconds);
  for (guint i = 0; i < group->outputs->len; i++)
    if (get_planning (plannings, group, i)->gop_seconds <= 0)
      {
        *gop_seconds = 0;
        return USUAL_CHUNK_SECONDS;
      }
  seconds = *gop_seconds * ceil (SHORTEST_CHUNK_SECONDS / *gop_seconds - 1e-6);
  return MIN (seconds, LONGEST_CHUNK_SECONDS);
}

/* The last frame of the picture decides: sound that goes on has no chunks. */
static gint64
get_video_duration (GPtrArray *plannings, const SendoffChunkGroup *group)
{
  const SendoffPlanning *first = get_planning (plannings, group, 0);
  gint64 video_end_us = get_stream_end (first, first->video_stream);
  gint64 end_us = video_end_us > 0 ? MIN (video_end_us, first->output->end_us) : first->output->end_us;

  return MAX (end_us - group->start_us, 0);
}

/* Where chunk @i of @n begins, in frames: even shares, in whole keyframe intervals where that still gives
 * even ones. */
static gint64
get_chunk_frame (gint64 i, gint64 n, gint64 frames, gint64 gop_frames)
{
  double share = (double)frames * (double)i / (double)n;

  if (i > 0 && i < n && gop_frames > 0 && frames / n >= 2 * gop_frames)
    return llround (share / (double)gop_frames) * gop_frames;
  return llround (share);
}

/* How short a chunk of @group may become to give every core one. */
static double
choose_shortest_seconds (GPtrArray *plannings, const SendoffChunkGroup *group, double gop_seconds)
{
  double shortest
      = gop_seconds > 0 ? MAX (gop_seconds, SHORTEST_KEYED_CHUNK_SECONDS) : SHORTEST_FREE_CHUNK_SECONDS;

  for (guint i = 0; i < group->outputs->len; i++)
    if (g_strcmp0 (get_planning (plannings, group, i)->output->video->encoder, "libaom-av1") == 0)
      shortest = MAX (shortest, SHORTEST_LIBAOM_CHUNK_SECONDS);
  return shortest;
}

/* The number of chunks depends on nothing but the length; few are a power of two, which most machines' cores
 * divide. */
static gint64
choose_n_chunks (double seconds, double usual_seconds, double shortest_seconds)
{
  gint64 n = MAX (llround (seconds / usual_seconds), 1);

  if (n >= FEW_CHUNKS)
    return n;
  for (n = FEW_CHUNKS; n > 1 && seconds / (double)n < shortest_seconds;)
    n /= 2;
  return n;
}

/* Boundaries lie half a frame before a frame, so that jittering time stamps never cross one. */
static void
lay_grid (
    SendoffChunkGroup *group, gint64 duration_us, SendoffRational rate, gint64 n_chunks, double gop_seconds)
{
  SendoffRational half_frame
      = sendoff_rational_multiply (sendoff_rational_invert (rate), SENDOFF_RATIONAL (1, 2));
  gint64 frames = MAX (
      1, sendoff_rescale (duration_us, SENDOFF_US, sendoff_rational_invert (rate), SENDOFF_ROUND_NEAREST));
  gint64 n = MIN (n_chunks, frames);
  gint64 gop_frames = llround (gop_seconds * sendoff_rational_to_double (rate));

  group->boundaries_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (gint64 i = 0; i <= n; i++)
    {
      gint64 halves = 2 * get_chunk_frame (i, n, frames, gop_frames) - 1;
      gint64 boundary_us
          = group->start_us + sendoff_rescale (halves, half_frame, SENDOFF_US, SENDOFF_ROUND_NEAREST);

      g_array_append_val (group->boundaries_us, boundary_us);
    }
}

/* What the source spends on each chunk, for whoever wants to begin with the longest work. */
static void
weigh_chunks (SendoffChunkGroup *group, const SendoffStreamInfo *stream)
{
  if (stream == NULL || stream->packet_profile_bytes == NULL)
    return;
  group->source_bytes = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < sendoff_chunk_group_get_n_chunks (group); i++)
    {
      gint64 bytes = llround (sendoff_stream_info_get_bytes (
          stream, g_array_index (group->boundaries_us, gint64, i),
          g_array_index (group->boundaries_us, gint64, i + 1)));

      g_array_append_val (group->source_bytes, bytes);
    }
}

/**
 * sendoff_planner_group:
 * @plannings: (element-type SendoffPlanning): all outputs of @plan, in order
 *
 * Puts the outputs whose video is encoded over the same part of the source into one group, and lays each group's grid.
 */
void
sendoff_planner_group (SendoffPlan *plan, GPtrArray *plannings)
{
  for (guint i = 0; i < plannings->len; i++)
    {
      SendoffPlanning *planning = g_ptr_array_index (plannings, i);

      if (sendoff_output_plan_encodes_video (planning->output))
        join_group (plan, plannings, planning->output, i);
    }
  for (guint i = 0; i < plan->groups->len; i++)
    {
      SendoffChunkGroup *group = g_ptr_array_index (plan->groups, i);
      double gop_seconds;
      double chunk_seconds = choose_chunk_seconds (plannings, group, &gop_seconds);
      double shortest_seconds = choose_shortest_seconds (plannings, group, gop_seconds);
      gint64 duration_us = get_video_duration (plannings, group);

      lay_grid (group, duration_us, get_planning (plannings, group, 0)->source_rate,
                choose_n_chunks ((double)duration_us / 1e6, chunk_seconds, shortest_seconds), gop_seconds);
      weigh_chunks (group, get_planning (plannings, group, 0)->video_stream);
      for (guint j = 0; j < group->outputs->len; j++)
        sendoff_planner_finish_video (get_planning (plannings, group, j), group);
    }
}
