/* The role "mux": joins the chunks of an output with its audio into one file.
 *
 * Packets are merged by decoding time, so that nothing is kept in memory but their times. An MP4 whose index comes
 * first is muxed twice: a dry run into nowhere tells how large the index will be, and the real one reserves exactly
 * that, so that the file is written once and never copied.
 */
#include "base/sendoff-i18n.h"
#include "media/sendoff-roles.h"

#include <errno.h>
#include <string.h>

#include "media/sendoff-file-sink.h"
#include "media/sendoff-muxer-private.h"

/* Reserved beside the index for the box that fills up the rest. */
#define FREE_BOX_BYTES 8
/* Upper bound of a Matroska cue point, and of what surrounds them. */
#define CUE_BYTES      32
#define CUES_BYTES     64

/* One pass over everything. */
typedef struct {
  AVFormatContext *format;
  gint64 index_bytes; /* written behind the media */
} Pass;

static gboolean
set_mux_error (SendoffFileSink *sink, int result, GError **error)
{
  int code = sendoff_file_sink_get_errno (sink);

  if (code == ENOSPC || code == EDQUOT)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE,
                         _ ("The disk with the destination folder is full."));
  else
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_MUX, _ ("The file cannot be put together: %s."),
                 code != 0 ? g_strerror (code) : sendoff_av_error (result));
  return FALSE;
}

static void
clear_input (gpointer data)
{
  SendoffMuxInput *input = data;

  g_clear_pointer (&input->joiner, sendoff_packet_joiner_free);
  g_clear_pointer (&input->reader, sendoff_packet_reader_free);
  av_packet_free (&input->packet);
}

/* Where a cut ends the picture, the last one is shown until there, not only until the source's next one would be due. */
static void
extend_to_cut (SendoffMux *self, const SendoffMuxInput *input)
{
  const SendoffOutputPlan *plan = self->plan;

  if (plan->trimmed_end && plan->video != NULL && !sendoff_rational_is_set (plan->video->frame_rate))
    sendoff_packet_joiner_extend_to (input->joiner,
                                     av_rescale_q (plan->duration_us, (AVRational){ 1, 1000000 }, input->time_base));
}

static gboolean
open_video (SendoffMux *self, const SendoffWorkerSpec *spec, GError **error)
{
  SendoffMuxInput input = { 0 };

  if (self->plan->video != NULL && self->plan->video->copy != NULL)
    {
      input.copied = sendoff_packet_reader_new_copy (spec, self->plan->video->copy->stream_index, error);
      input.joiner = input.copied != NULL ? sendoff_packet_joiner_new_copy (input.copied, error) : NULL;
    }
  else if (spec->video_paths != NULL && spec->video_paths[0] != NULL)
    input.joiner = sendoff_packet_joiner_new ((const char *const *)spec->video_paths, error);
  else
    return TRUE;
  if (input.joiner == NULL)
    return FALSE;
  input.time_base = sendoff_packet_joiner_get_time_base (input.joiner);
  extend_to_cut (self, &input);
  input.packet = av_packet_alloc ();
  g_array_append_val (self->inputs, input);
  return TRUE;
}

/* Takes @reader (nullable, with @error set). A track that turned out to be silence of no length is left out. */
static gboolean
add_audio (SendoffMux *self, SendoffPacketReader *reader, const SendoffAudioPlan *plan)
{
  SendoffMuxInput input = { .audio = plan, .reader = reader };
  const SendoffPacketTrailer *trailer;

  if (reader == NULL)
    return FALSE;
  if (plan->copy != NULL)
    input.copied = reader;
  trailer = sendoff_packet_reader_get_trailer (input.reader);
  input.time_base = sendoff_to_av (trailer->time_base);
  input.packet = av_packet_alloc ();
  if (trailer->packets > 0)
    g_array_append_val (self->inputs, input);
  else
    clear_input (&input);
  return TRUE;
}

/* A track of text, the cover. */
static gboolean
open_extra (SendoffMux *self, const char *path, const SendoffTextPlan *text, GError **error)
{
  SendoffMuxInput input = { .text = text, .is_cover = text == NULL };

  input.reader = sendoff_packet_reader_new (path, error);
  if (input.reader == NULL)
    return FALSE;
  input.time_base = sendoff_to_av (sendoff_packet_reader_get_trailer (input.reader)->time_base);
  input.packet = av_packet_alloc ();
  if (!input.is_cover || sendoff_packet_reader_get_trailer (input.reader)->packets > 0)
    g_array_append_val (self->inputs, input);
  else
    clear_input (&input);
  return TRUE;
}

static const SendoffTextPlan *
get_text_track (const SendoffOutputPlan *plan, guint number)
{
  for (guint i = 0; plan->extras != NULL && i < plan->extras->texts->len; i++)
    {
      const SendoffTextPlan *text = g_ptr_array_index (plan->extras->texts, i);

      if (text->use == SENDOFF_TEXT_TRACK && number-- == 0)
        return text;
    }
  return NULL;
}

static gboolean
open_extras (SendoffMux *self, const SendoffWorkerSpec *spec, GError **error)
{
  for (guint i = 0; spec->text_paths != NULL && spec->text_paths[i] != NULL; i++)
    if (!open_extra (self, spec->text_paths[i], get_text_track (self->plan, i), error))
      return FALSE;
  return spec->cover_path == NULL || open_extra (self, spec->cover_path, NULL, error);
}

static gboolean
open_audio (SendoffMux *self, const SendoffWorkerSpec *spec, GError **error)
{
  const SendoffAudioPlan *first = self->plan->audio;

  if (first != NULL && first->copy != NULL)
    return add_audio (self, sendoff_packet_reader_new_copy (spec, first->copy->stream_index, error), first);
  for (guint i = 0; spec->audio_paths != NULL && spec->audio_paths[i] != NULL; i++)
    if (!add_audio (self, sendoff_packet_reader_new (spec->audio_paths[i], error),
                    sendoff_output_plan_get_audio (self->plan, i)))
      return FALSE;
  return TRUE;
}

static gboolean
open_inputs (SendoffMux *self, const SendoffWorkerSpec *spec, GError **error)
{
  if (!open_video (self, spec, error) || !open_audio (self, spec, error))
    return FALSE;
  if (self->inputs->len > 0)
    return open_extras (self, spec, error);
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                       _ ("Nothing of the chosen part of the source could be decoded."));
  return FALSE;
}

static void
set_isom_options (SendoffMux *self, gint64 reserve, AVDictionary **options)
{
  av_dict_set (options, "write_tmcd", "0", 0);
  if (!self->plan->edit_list)
    {
      av_dict_set (options, "use_editlist", "0", 0);
      av_dict_set (options, "movflags", "+negative_cts_offsets", 0);
    }
  if (reserve > 0)
    av_dict_set_int (options, "moov_size", reserve, 0);
}

static gboolean
begin_pass (SendoffMux *self, Pass *pass, SendoffFileSink *sink, gint64 reserve, GError **error)
{
  g_autoptr (AVDictionary) options = NULL;
  int result = avformat_alloc_output_context2 (&pass->format, NULL, self->plan->muxer, NULL);

  if (result < 0)
    return set_mux_error (sink, result, error);
  pass->format->pb = sendoff_file_sink_get_io (sink);
  pass->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  sendoff_mux_add_streams (self, pass->format);
  for (guint i = 0; i < self->plan->tags->len; i++)
    {
      const SendoffTag *tag = g_ptr_array_index (self->plan->tags, i);

      av_dict_set (&pass->format->metadata, tag->key, tag->value, 0);
    }
  sendoff_mux_add_chapters (self, pass->format);
  /* Times before zero are an encoder's delay, which every container has its own way to state. Shifting the streams
   * on top of that, as libavformat does for Matroska, would put the picture late by the delay. */
  pass->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  /* FLAC in MP4 was called experimental until FFmpeg 6. */
  pass->format->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if (sendoff_mux_is_isom (self))
    set_isom_options (self, reserve, &options);
  else if (sendoff_mux_is_matroska (self) && reserve > 0)
    av_dict_set_int (&options, "reserve_index_space", reserve, 0);
  result = avformat_write_header (pass->format, &options);
  return result >= 0 || set_mux_error (sink, result, error);
}

/* Whether the container states an encoder's delay: libavformat writes Matroska's CodecDelay for Opus alone. */
static gboolean
states_codec_delay (SendoffMux *self, const SendoffMuxInput *input)
{
  return sendoff_mux_is_matroska (self) && sendoff_packet_reader_get_codec (input->reader)->codec_id == AV_CODEC_ID_OPUS;
}

/* MP3 and Ogg files have a place of their own for it. */
static gboolean
states_delay_itself (SendoffMux *self)
{
  return g_str_equal (self->plan->muxer, "mp3") || g_str_equal (self->plan->muxer, "opus");
}

/* Where nothing tells a player to skip what the encoder put before the first sample, packets of hardly anything else
 * are left out: MP3's first ends a millisecond behind the start. */
static gboolean
is_dropped (SendoffMux *self, const SendoffMuxInput *input)
{
  gboolean has_edit_list = sendoff_mux_is_isom (self) && self->plan->edit_list;
  gint64 end = input->packet->pts + input->packet->duration;
  gboolean is_before_start = input->packet->pts < 0 && end * 8 <= input->packet->duration;

  return input->audio != NULL && is_before_start && !has_edit_list && !states_codec_delay (self, input)
         && !states_delay_itself (self);
}

/* Whether @input has a next packet or is over; FALSE with an error. */
static gboolean
fill (SendoffMux *self, SendoffMuxInput *input, GError **error)
{
  while (!input->is_filled)
    {
      int result = input->joiner != NULL ? sendoff_packet_joiner_next (input->joiner, input->packet, error)
                                         : sendoff_packet_reader_next (input->reader, input->packet, error);

      if (result <= 0)
        return result == 0;
      input->is_filled = !is_dropped (self, input);
    }
  return TRUE;
}

/* A reader subtracts the stated delay from the times of the blocks. Until FFmpeg 6 libavformat leaves it to its caller
 * to add it. */
static void
delay_audio (SendoffMux *self, SendoffMuxInput *input)
{
#if LIBAVFORMAT_VERSION_MAJOR < 60
  int delay = states_codec_delay (self, input)
                  ? sendoff_packet_reader_get_codec (input->reader)->initial_padding
                  : 0;

  input->packet->pts += delay;
  input->packet->dts += delay;
#endif
}

/* The input whose next packet is decoded first; NULL when all are over. */
static SendoffMuxInput *
choose_next (SendoffMux *self, int *stream)
{
  SendoffMuxInput *next = NULL;

  for (guint i = 0; i < self->inputs->len; i++)
    {
      SendoffMuxInput *input = sendoff_mux_get_input (self, i);

      /* As an attachment it is in the header. */
      if (!input->is_filled || (input->is_cover && sendoff_mux_is_matroska (self))
          || (next != NULL
              && av_compare_ts (input->packet->dts, input->time_base, next->packet->dts, next->time_base)
                     >= 0))
        continue;
      next = input;
      *stream = (int)i;
    }
  return next;
}

static AVPacket *
take_next (SendoffMux *self, Pass *pass)
{
  int stream = -1;
  SendoffMuxInput *input = choose_next (self, &stream);

  if (input == NULL)
    return NULL;
  input->is_filled = FALSE;
  input->keyframes += (input->packet->flags & AV_PKT_FLAG_KEY) != 0;
  if (input->audio != NULL)
    delay_audio (self, input);
  input->packet->stream_index = stream;
  av_packet_rescale_ts (input->packet, input->time_base, pass->format->streams[stream]->time_base);
  return input->packet;
}

static gboolean
fill_all (SendoffMux *self, GError **error)
{
  for (guint i = 0; i < self->inputs->len; i++)
    if (!fill (self, sendoff_mux_get_input (self, i), error))
      return FALSE;
  return TRUE;
}

static gboolean
write_packet (SendoffMux *self, Pass *pass, SendoffFileSink *sink, AVPacket *packet, GError **error)
{
  SendoffPacketJoiner *joiner = sendoff_mux_get_input (self, (guint)packet->stream_index)->joiner;
  SendoffHandover *handover = joiner != NULL && sendoff_file_sink_get_fd (sink) >= 0 ? self->handover : NULL;
  gint64 offset = avio_tell (pass->format->pb);
  int size = packet->size, result;

  if (handover != NULL && !sendoff_handover_fetch (handover, packet, offset, error))
    return FALSE;
  result = av_write_frame (pass->format, packet);
  if (result < 0 || sendoff_file_sink_get_errno (sink) != 0)
    return set_mux_error (sink, result, error);
  return handover == NULL || sendoff_handover_add (handover, joiner, offset, size, error);
}

static gboolean
write_packets (SendoffMux *self, Pass *pass, SendoffFileSink *sink, SendoffEvents *events, GError **error)
{
  gint64 written = 0;

  while (fill_all (self, error))
    {
      AVPacket *packet = take_next (self, pass);

      if (packet == NULL)
        return TRUE;
      if (packet->size == 0)
        continue;
      if (!write_packet (self, pass, sink, packet, error))
        return FALSE;
      if (events != NULL)
        sendoff_events_progress (events, -1, -1, ++written, avio_tell (pass->format->pb), 0);
    }
  return FALSE;
}

static void
rewind_inputs (SendoffMux *self)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      SendoffMuxInput *input = sendoff_mux_get_input (self, i);

      if (input->joiner != NULL)
        sendoff_packet_joiner_rewind (input->joiner);
      else
        sendoff_packet_reader_rewind (input->reader);
      input->is_filled = FALSE;
      input->keyframes = 0;
    }
}

static gboolean
run_pass (SendoffMux *self, Pass *pass, SendoffFileSink *sink, gint64 reserve, SendoffEvents *events, GError **error)
{
  gint64 before;
  gboolean ok;
  int result;

  rewind_inputs (self);
  ok = begin_pass (self, pass, sink, reserve, error) && write_packets (self, pass, sink, events, error);
  if (ok)
    {
      before = sendoff_file_sink_get_size (sink);
      result = av_write_trailer (pass->format);
      ok = (result >= 0 && sendoff_file_sink_get_errno (sink) == 0) || set_mux_error (sink, result, error);
      pass->index_bytes = sendoff_file_sink_get_size (sink) - before;
    }
  if (pass->format != NULL)
    avformat_free_context (pass->format);
  pass->format = NULL;
  return ok;
}

/* Points that Matroska's index lists: keyframes, but of sound only where there is nothing else. */
static gint64
count_cues (SendoffMux *self)
{
  gint64 cues = 0;

  for (guint i = 0; i < self->inputs->len; i++)
    if (sendoff_mux_get_input (self, i)->audio == NULL)
      cues += sendoff_mux_get_input (self, i)->keyframes;
  return MAX (cues, 1);
}

static void
set_dry (SendoffMux *self, gboolean dry)
{
  for (guint i = 0; i < self->inputs->len; i++)
    if (sendoff_mux_get_input (self, i)->copied != NULL)
      sendoff_packet_reader_set_dry (sendoff_mux_get_input (self, i)->copied, dry);
}

/* How many bytes to keep free at the start for the index; -1 with an error. */
static gint64
measure_index (SendoffMux *self, GError **error)
{
  g_autoptr (SendoffFileSink) nowhere = sendoff_file_sink_new_dry ();
  Pass pass = { 0 };

  if (!(sendoff_mux_is_isom (self) && self->plan->moov_first) && !sendoff_mux_is_matroska (self))
    return 0;
  set_dry (self, TRUE);
  if (!run_pass (self, &pass, nowhere, 0, NULL, error))
    return -1;
  set_dry (self, FALSE);
  if (sendoff_mux_is_matroska (self))
    return CUES_BYTES + CUE_BYTES * count_cues (self);
  return pass.index_bytes + FREE_BOX_BYTES;
}

static gint64
get_end_us (const SendoffMuxInput *input)
{
  gint64 end = 0;

  if (input->joiner != NULL)
    end = sendoff_packet_joiner_get_end (input->joiner);
  else if (input->audio != NULL)
    end = sendoff_packet_reader_get_trailer (input->reader)->samples;
  return av_rescale_q (end, input->time_base, AV_TIME_BASE_Q);
}

static void
measure_times (SendoffMux *self, SendoffMuxResult *result)
{
  for (guint i = 0; i < self->inputs->len; i++)
    {
      const SendoffMuxInput *input = sendoff_mux_get_input (self, i);
      gint64 *end_us = input->joiner != NULL ? &result->video_us : &result->audio_us;

      *end_us = MAX (*end_us, get_end_us (input));
    }
  result->duration_us = MAX (result->video_us, result->audio_us);
}

static gint64
count_frames (SendoffMux *self)
{
  const SendoffMuxInput *first = sendoff_mux_get_input (self, 0);

  return first->joiner != NULL ? sendoff_packet_joiner_get_packets (first->joiner) : -1;
}

/* Opens the target, and decides how much of it is kept free for the index; what is gone on with has decided it. */
static gboolean
open_target (SendoffMux *self, const SendoffWorkerSpec *spec, SendoffFileSink **sink, gint64 *reserve, GError **error)
{
  *sink = sendoff_file_sink_new (spec->target_path, spec->handover_path != NULL, error);
  if (*sink == NULL)
    return FALSE;
  if (spec->handover_path != NULL)
    {
      self->handover = sendoff_handover_new (spec, *sink, error);
      if (self->handover == NULL)
        return FALSE;
    }
  *reserve = self->handover != NULL ? sendoff_handover_get_reserve (self->handover) : -1;
  if (*reserve >= 0)
    return TRUE;
  *reserve = measure_index (self, error);
  if (self->handover != NULL)
    sendoff_handover_set_reserve (self->handover, *reserve);
  return *reserve >= 0;
}

static SendoffMuxResult *
write_file (SendoffMux *self, const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffFileSink) sink = NULL;
  SendoffMuxResult *result;
  Pass pass = { 0 };
  gint64 reserve;

  if (!open_target (self, spec, &sink, &reserve, error)
      || !run_pass (self, &pass, sink, reserve, events, error) || !sendoff_file_sink_finish (sink, error))
    return NULL;
  result = sendoff_mux_result_new ();
  result->size_bytes = sendoff_file_sink_get_size (sink);
  result->video_frames = count_frames (self);
  measure_times (self, result);
  return result;
}

/**
 * sendoff_role_mux:
 * @spec: packet files, the output's plan, and where to write
 *
 * Returns: (transfer full): what was written to target_path and synced, or %NULL with an error; the file is then
 *   incomplete and the caller removes it
 */
SendoffMuxResult *
sendoff_role_mux (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  SendoffMux self = { .plan = spec->output };
  SendoffMuxResult *result = NULL;

  self.inputs = g_array_new (FALSE, FALSE, sizeof (SendoffMuxInput));
  g_array_set_clear_func (self.inputs, clear_input);
  if (open_inputs (&self, spec, error))
    result = write_file (&self, spec, events, error);
  g_clear_pointer (&self.handover, sendoff_handover_free);
  g_array_unref (self.inputs);
  return result;
}
