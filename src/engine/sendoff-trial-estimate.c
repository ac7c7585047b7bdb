/* What a trial makes of the chunks and tracks that it has: sizes and times. */
#include <math.h>

#include "engine/sendoff-trial-private.h"
#include "model/sendoff-estimate.h"
#include "model/sendoff-rate-buffer.h"
#include "model/sendoff-score-search.h"

/* The 90 % interval of times: what else the machine does, and how much the rest may differ from what was
 * tried. */
#define LEAST_TIME_SPREAD   1.1
#define TIME_SPREAD         0.9
/* Joining, writing and reading the file again, beside the encoding. */
#define FINISHING_SHARE   0.02
#define FINISHING_SECONDS 0.5
/* Of sound by its rate, and of what the container adds. */
#define AUDIO_SPREAD    0.05
#define OVERHEAD_SPREAD 0.02
/* Of a chunk that will be made again to keep a maximum rate, and again for each halving of its bytes: real
 * clips came within 0.06, noise that an encoder drops all at once within 0.4. */
#define REPAIR_SPREAD 0.15
/* Below this the model's interval is not believed: it is the same for every video. */
#define LEAST_PRIOR_SPREAD 1.5

/* Length of chunk @index. */
double
sendoff_trial_get_chunk_seconds (const SendoffChunkGroup *grid, guint index)
{
  gint64 start_us = g_array_index (grid->boundaries_us, gint64, index);
  gint64 end_us = g_array_index (grid->boundaries_us, gint64, index + 1);

  return (double)MAX (end_us - start_us, 1) / 1e6;
}

/* What the source spends on a part of its time; 0 unknown. */
double
sendoff_trial_get_source_bytes (const SendoffMediaInfo *source, gint64 start_us, gint64 end_us)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (source);

  return stream != NULL ? sendoff_stream_info_get_bytes (stream, start_us, end_us) : 0;
}

/* What chunk @chunk of @rendition, if it is there, will take within the output's maximum rate: it was made
 * without, and what breaks the maximum is made again. */
void
sendoff_trial_note_chunk_locked (Trial *self, TrialRendition *rendition, guint chunk)
{
  const SendoffVideoPlan *video = sendoff_plan_get_output (self->setup->plan, rendition->output)->video;
  const SendoffLedgerChunk *entry = &rendition->ledger->chunks[chunk];
  g_autoptr (GArray) packets = NULL;
  SendoffRateBuffer buffer;

  if (entry->trailer == NULL)
    return;
  rendition->kept_bytes[chunk] = entry->trailer->bytes;
  if (entry->rate != NULL && video->maxrate_bps > 0 && video->bufsize_bits > 0)
    packets = sendoff_packet_file_read_sizes (entry->path, NULL);
  if (packets == NULL)
    return;
  sendoff_rate_buffer_init (&buffer, video);
  rendition->kept_bytes[chunk] = sendoff_rate_buffer_guess_bytes (
      &buffer, packets, sendoff_rational_to_double (entry->trailer->time_base));
}

/* (transfer full): the chunks of @rendition (nullable) with what is known of each. */
SendoffSample *
sendoff_trial_make_samples (Trial *self, TrialGroup *group, TrialRendition *rendition)
{
  SendoffSample *samples = g_new0 (SendoffSample, group->n_chunks);

  for (guint i = 0; i < group->n_chunks; i++)
    {
      const SendoffPacketTrailer *trailer = rendition != NULL ? rendition->ledger->chunks[i].trailer : NULL;

      samples[i].seconds = sendoff_trial_get_chunk_seconds (group->grid, i);
      samples[i].source_bytes = sendoff_trial_get_source_bytes (
          self->setup->source, g_array_index (group->grid->boundaries_us, gint64, i),
          g_array_index (group->grid->boundaries_us, gint64, i + 1));
      samples[i].bytes = trailer != NULL ? rendition->kept_bytes[i] : -1;
    }
  return samples;
}

/* Of @output's picture, by its plan. */
static SendoffInterval
get_planned_video (const SendoffOutputPlan *output)
{
  double rest = sendoff_estimate_overhead_bytes (output) + sendoff_estimate_audio_bytes (output);
  double low = (double)output->estimated_low_bytes, high = (double)output->estimated_high_bytes;

  if (output->video == NULL)
    return (SendoffInterval){ 0, 0, 0 };
  return (SendoffInterval){ MAX (low - rest, 0), MAX ((double)output->estimated_size_bytes - rest, 0),
                            MAX (high - rest, 0) };
}

static SendoffSamplePrior
make_prior (const SendoffOutputPlan *output, double seconds)
{
  SendoffInterval planned = get_planned_video (output);
  double spread = planned.low > 0 ? sqrt (planned.high / planned.low) : LEAST_PRIOR_SPREAD;

  return (SendoffSamplePrior){ MAX (planned.middle, 1) / MAX (seconds, 1e-3),
                               MAX (spread, LEAST_PRIOR_SPREAD) };
}

/* How much of the picture is encoded; @seconds (out) is the length of all of it. */
static double
get_tried_fraction (const SendoffSample *samples, guint n, double *seconds)
{
  double tried = 0;

  *seconds = 0;
  for (guint i = 0; i < n; i++)
    {
      *seconds += samples[i].seconds;
      tried += samples[i].bytes >= 0 ? samples[i].seconds : 0;
    }
  return *seconds > 0 ? tried / *seconds : 1;
}

/* How long the machine has to do with output @index and those beside it, by what such encoders usually take.
 */
static SendoffInterval
guess_seconds (Trial *self, guint index)
{
  const SendoffInterval *cpu_us = self->setup->cpu_us;
  SendoffInterval sum = cpu_us[index];

  for (guint i = 0; i < self->setup->plan->outputs->len; i++)
    if (i != index && self->group_of[i] != NULL && self->group_of[i] == self->group_of[index])
      {
        sum.low += cpu_us[i].low;
        sum.middle += cpu_us[i].middle;
        sum.high += cpu_us[i].high;
      }
  return (SendoffInterval){ sum.low / 1e6 / self->n_slots, sum.middle / 1e6 / self->n_slots,
                            sum.high / 1e6 / self->n_slots };
}

/* How long @left of output @index, a fraction, takes; 0 when nothing tells. */
static SendoffInterval
estimate_time_locked (Trial *self, guint index, double left)
{
  const TrialGroup *group = self->group_of[index];
  double middle, spread = LEAST_TIME_SPREAD;

  if (left <= 0)
    middle = 0;
  else if (group == NULL || group->tried_seconds + group->piece_seconds <= 0)
    {
      SendoffInterval guess = guess_seconds (self, index);

      middle = guess.middle * left;
      spread = guess.low > 0 ? MAX (sqrt (guess.high / guess.low), LEAST_TIME_SPREAD) : LEAST_TIME_SPREAD;
    }
  else
    {
      double seconds = (double)sendoff_plan_get_output (self->setup->plan, index)->duration_us / 1e6;
      double tried = group->tried_seconds > 0 ? group->tried_seconds : group->piece_seconds;
      double elapsed = group->tried_seconds > 0 ? group->elapsed_seconds : group->piece_elapsed;

      middle = elapsed / tried * seconds * left / MIN (self->n_slots, group->n_chunks);
      spread = LEAST_TIME_SPREAD + TIME_SPREAD / sqrt (1 + tried);
    }
  middle = middle * (1 + FINISHING_SHARE) + FINISHING_SECONDS;
  return (SendoffInterval){ middle / spread, middle, middle * spread };
}

/* By how many bytes the chunks may be wrong that are there and will be made again within the maximum rate. */
static double
get_repair_doubt (const TrialRendition *rendition)
{
  const SendoffChunkLedger *ledger = rendition->ledger;
  double doubt = 0;

  for (guint i = 0; i < ledger->n_chunks; i++)
    if (ledger->chunks[i].trailer != NULL && rendition->kept_bytes[i] < ledger->chunks[i].trailer->bytes)
      {
        double kept = (double)MAX (rendition->kept_bytes[i], 1);

        doubt += kept * REPAIR_SPREAD * (1 + log2 ((double)ledger->chunks[i].trailer->bytes / kept));
      }
  return doubt;
}

static SendoffInterval
estimate_video_locked (Trial *self, guint index)
{
  const SendoffOutputPlan *output = sendoff_plan_get_output (self->setup->plan, index);
  SendoffOutputEstimate *estimate = &self->estimates[index];
  TrialGroup *group = self->group_of[index];
  g_autofree SendoffSample *samples = NULL;
  SendoffSamplePrior prior;
  SendoffInterval interval;
  double seconds, doubt;

  if (group == NULL || group->distrusted)
    return get_planned_video (output);
  samples = sendoff_trial_make_samples (self, group, self->rendition_of[index]);
  estimate->tried = get_tried_fraction (samples, group->n_chunks, &seconds);
  estimate->sampled = sendoff_trial_get_piece_seconds (group, self->rendition_of[index]) / seconds;
  prior = make_prior (output, seconds);
  interval = sendoff_sampling_estimate_with_pieces (
      samples, group->n_chunks, self->rendition_of[index]->pieces, group->n_pieces, &prior);
  doubt = get_repair_doubt (self->rendition_of[index]);
  return (SendoffInterval){ MAX (interval.low - doubt, 0), interval.middle, interval.high + doubt };
}

static SendoffInterval
estimate_audio_locked (Trial *self, guint index)
{
  const SendoffPlan *plan = self->setup->plan;
  double guess = sendoff_estimate_audio_bytes (sendoff_plan_get_output (plan, index));
  gint64 bytes;

  if (sendoff_trial_audio_get_bytes (self->tracks, plan, index, self->setup->libraries, &bytes))
    return (SendoffInterval){ (double)bytes, (double)bytes, (double)bytes };
  return (SendoffInterval){ guess * (1 - AUDIO_SPREAD), guess, guess * (1 + AUDIO_SPREAD) };
}

/* How like the source it is, by the parts whose frames were compared, whenever that was. */
static void
estimate_score_locked (Trial *self, guint index)
{
  const TrialRendition *rendition = self->rendition_of[index];
  SendoffOutputEstimate *estimate = &self->estimates[index];
  g_autoptr (GArray) scores = NULL;

  if (rendition == NULL || self->setup->metric == NULL)
    return;
  scores = g_array_copy (rendition->piece_scores);
  for (guint i = 0; i < rendition->ledger->n_chunks; i++)
    {
      const SendoffPacketTrailer *trailer = rendition->ledger->chunks[i].trailer;

      if (trailer != NULL && trailer->scores != NULL)
        g_array_append_vals (scores, trailer->scores->data, trailer->scores->len);
    }
  if (sendoff_score_pool (scores, &estimate->score, &estimate->worst_score))
    estimate->metric = sendoff_score_metric_get (self->setup->metric)->metric_id;
}

/* A size that is asked for is met, whatever the sound leaves of it. */
static SendoffInterval
get_target (const SendoffOutputPlan *output)
{
  return (SendoffInterval){ (double)output->estimated_low_bytes, (double)output->estimated_size_bytes,
                            (double)output->estimated_high_bytes };
}

/* A size that must not be exceeded is not: the encoding sees to that. */
static void
keep_limit (SendoffInterval *size_bytes, double limit_bytes)
{
  size_bytes->low = MIN (size_bytes->low, limit_bytes);
  size_bytes->middle = MIN (size_bytes->middle, limit_bytes);
  size_bytes->high = MIN (size_bytes->high, limit_bytes);
}

void
sendoff_trial_estimate_output_locked (Trial *self, guint index)
{
  const SendoffOutputPlan *output = sendoff_plan_get_output (self->setup->plan, index);
  double overhead = sendoff_estimate_overhead_bytes (output);
  SendoffInterval video = estimate_video_locked (self, index);
  SendoffInterval audio = estimate_audio_locked (self, index);

  estimate_score_locked (self, index);
  self->estimates[index].seconds = estimate_time_locked (self, index, 1 - self->estimates[index].tried);
  if (output->estimated_size_bytes > 0)
    self->estimates[index].size_bytes
        = (SendoffInterval){ video.low + audio.low + overhead * (1 - OVERHEAD_SPREAD),
                             video.middle + audio.middle + overhead,
                             video.high + audio.high + overhead * (1 + OVERHEAD_SPREAD) };
  if (output->size != NULL && output->size->target_bytes > 0 && output->estimated_size_bytes > 0)
    self->estimates[index].size_bytes = get_target (output);
  else if (output->size != NULL)
    keep_limit (&self->estimates[index].size_bytes, (double)output->size->limit_bytes);
}
