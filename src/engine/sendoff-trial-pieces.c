/* Pieces: short parts of the picture that are encoded only to be weighed.
 *
 * Where the effort allows no more than a few chunks, they say little about the whole: scenes are shorter than
 * chunks. Pieces of a second see more scenes for the same work, but that work is lost, because they are no
 * chunks. They lie beside the chunks and are not made twice.
 */
#include <math.h>

#include "engine/sendoff-trial-private.h"

#define PIECE_US G_USEC_PER_SEC
/* Fewer say less than the chunks that they take the place of; more say little more, see DESIGN. */
#define LEAST_PIECES 6
#define MOST_PIECES  14
#define GOLDEN       0.6180339887
/* What follows a keyframe is cheaper than what comes later, and a piece is all of that. On edits with a cut
 * every five seconds: 5 to 6 % in x264, x265 and libvpx. */
#define AFTER_KEYFRAME 0.06

static double
get_total_seconds (const TrialGroup *group)
{
  gint64 start_us = g_array_index (group->grid->boundaries_us, gint64, 0);
  gint64 end_us = g_array_index (group->grid->boundaries_us, gint64, group->n_chunks);

  return (double)MAX (end_us - start_us, 1) / 1e6;
}

/* Each somewhere else in its share of the whole, by the golden ratio: evenly spread, and in no step with
 * scenes of equal lengths. */
static gint64
get_piece_start (const TrialGroup *group, guint piece)
{
  double share = get_total_seconds (group) * 1e6 / group->n_pieces;
  double place = fmod (0.5 + piece * GOLDEN, 1);

  return g_array_index (group->grid->boundaries_us, gint64, 0)
         + llround (share * piece + place * MAX (share - PIECE_US, 0));
}

/**
 * sendoff_trial_plan_pieces:
 * @group: whose chunks and wanted chunks are known
 *
 * Decides how many pieces there will be, and takes their time off what chunks get of the effort.
 */
void
sendoff_trial_plan_pieces (Trial *self, TrialGroup *group)
{
  const SendoffTrialSetup *setup = self->setup;
  double seconds = get_total_seconds (group), piece_seconds = (double)PIECE_US / 1e6;
  double lost = MIN (setup->effort, setup->throwaway) * seconds;
  guint n = MIN ((guint)floor (lost / piece_seconds + 1e-9), MOST_PIECES);
  g_autofree SendoffSample *equal = NULL;

  if (n < LEAST_PIECES || (setup->precision <= 0 && group->n_wanted >= MOST_PIECES))
    return;
  group->n_pieces = n;
  if (setup->precision <= 0)
    group->n_wanted
        = (guint)MAX (floor ((setup->effort - n * piece_seconds / seconds) * group->n_chunks + 1e-9), 0);
  equal = g_new0 (SendoffSample, n);
  for (guint i = 0; i < n; i++)
    equal[i].seconds = piece_seconds;
  group->piece_order = sendoff_sampling_order (equal, n);
}

/** sendoff_trial_make_piece_spec: (transfer full): the interval of @piece. */
SendoffChunkSpec *
sendoff_trial_make_piece_spec (const TrialGroup *group, guint piece)
{
  SendoffChunkSpec *self = sendoff_chunk_spec_new ();

  self->start_us = get_piece_start (group, piece);
  self->end_us = self->start_us + PIECE_US;
  return self;
}

/** sendoff_trial_make_piece_rate: (transfer full): how pieces are encoded. A maximum rate is kept over the
 * buffer of a whole chunk, which a piece does not have: they know of none. */
SendoffChunkRate *
sendoff_trial_make_piece_rate (const SendoffVideoPlan *video)
{
  SendoffChunkRate *self = sendoff_chunk_rate_new ();

  self->crf = video->crf;
  return self;
}

/** sendoff_trial_has_piece: whether @piece was weighed. */
gboolean
sendoff_trial_has_piece (const TrialRendition *rendition, guint piece)
{
  return rendition->pieces[piece].bytes >= 0;
}

/* Of chunks, a second. */
static double
get_keyframe_rate (const TrialGroup *group, const SendoffVideoPlan *video)
{
  double frame_rate = sendoff_rational_to_double (video->nominal_frame_rate);
  double chunks = group->n_chunks / get_total_seconds (group);

  return video->gop_frames > 0 ? MAX (chunks, frame_rate / video->gop_frames) : chunks;
}

/* What a chunk would spend there: as many keyframes as chunks have, and what comes after them, within the
 * maximum. */
static gint64
get_bytes_in_chunk (const TrialGroup *group, const SendoffVideoPlan *video, GArray *packets)
{
  double keyframes = get_keyframe_rate (group, video) * PIECE_US / 1e6;
  double first = (double)g_array_index (packets, SendoffPacketSize, 0).bytes, rest = 0, frame;
  double most = video->maxrate_bps > 0 ? (double)video->maxrate_bps * PIECE_US / 8e6 : INFINITY;

  for (guint i = 1; i < packets->len; i++)
    rest += (double)g_array_index (packets, SendoffPacketSize, i).bytes;
  if (packets->len < 2)
    return llround (MIN (first, most));
  frame = rest / (packets->len - 1) * (1 + AFTER_KEYFRAME * MAX (1 - keyframes, 0));
  return llround (MIN (frame * packets->len + keyframes * MAX (first - frame, 0), most));
}

/** sendoff_trial_note_piece_locked: weighs @piece, if it is on the disk. */
void
sendoff_trial_note_piece_locked (Trial *self, TrialGroup *group, TrialRendition *rendition, guint piece)
{
  const SendoffVideoPlan *video = sendoff_plan_get_output (self->setup->plan, rendition->output)->video;
  g_autoptr (SendoffChunkSpec) spec = sendoff_trial_make_piece_spec (group, piece);
  g_autoptr (SendoffChunkRate) rate = sendoff_trial_make_piece_rate (video);
  g_autofree char *leaf = sendoff_chunk_file_name (spec->start_us, spec->end_us, rate);
  g_autofree char *path = g_build_filename (rendition->ledger->folder, leaf, NULL);
  g_autoptr (GArray) packets = sendoff_packet_file_read_sizes (path, NULL);
  g_autoptr (SendoffPacketTrailer) trailer = NULL;

  if (packets == NULL || packets->len == 0)
    return;
  rendition->pieces[piece].bytes = get_bytes_in_chunk (group, video, packets);
  trailer = sendoff_packet_file_read_trailer (path, NULL);
  if (trailer != NULL && trailer->scores != NULL)
    g_array_append_vals (rendition->piece_scores, trailer->scores->data, trailer->scores->len);
}

/** sendoff_trial_open_pieces: looks which pieces of @rendition are there already. */
void
sendoff_trial_open_pieces (Trial *self, TrialGroup *group, TrialRendition *rendition)
{
  rendition->pieces = g_new0 (SendoffSample, MAX (group->n_pieces, 1));
  for (guint i = 0; i < group->n_pieces; i++)
    {
      SendoffSample *piece = &rendition->pieces[i];
      gint64 start_us = get_piece_start (group, i);

      piece->seconds = (double)PIECE_US / 1e6;
      piece->source_bytes
          = sendoff_trial_get_source_bytes (self->setup->source, start_us, start_us + PIECE_US);
      piece->bytes = -1;
      sendoff_trial_note_piece_locked (self, group, rendition, i);
    }
}

/** sendoff_trial_drop_needless_pieces: where every chunk is there, nothing needs to be guessed. */
void
sendoff_trial_drop_needless_pieces (TrialGroup *group)
{
  guint n_missing = 0;

  for (guint r = 0; r < group->renditions->len; r++)
    n_missing += sendoff_chunk_ledger_count_missing (
        ((TrialRendition *)g_ptr_array_index (group->renditions, r))->ledger);
  if (n_missing == 0)
    group->n_pieces = 0;
}

/** sendoff_trial_get_piece_seconds: how much was weighed in pieces. */
double
sendoff_trial_get_piece_seconds (const TrialGroup *group, const TrialRendition *rendition)
{
  double seconds = 0;

  for (guint i = 0; i < group->n_pieces; i++)
    seconds += sendoff_trial_has_piece (rendition, i) ? rendition->pieces[i].seconds : 0;
  return seconds;
}
