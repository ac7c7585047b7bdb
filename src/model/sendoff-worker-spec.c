#include "model/sendoff-worker-spec.h"

const char *const sendoff_role_nicks[] = { "capabilities", "probe", "chunks", "audio", "mux", "frame", "verify", "texts", "trial", NULL };

static const SendoffField chunk_spec_fields[] = {
  SENDOFF_FIELD (SendoffChunkSpec, index, INT),
  SENDOFF_FIELD (SendoffChunkSpec, start_us, INT64),
  SENDOFF_FIELD (SendoffChunkSpec, end_us, INT64),
  SENDOFF_FIELD (SendoffChunkSpec, open_start, BOOL),
  SENDOFF_FIELD (SendoffChunkSpec, open_end, BOOL),
  SENDOFF_FIELDS_END,
};

static const SendoffField chunk_rate_fields[] = {
  SENDOFF_FIELD (SendoffChunkRate, skip, BOOL),
  SENDOFF_FIELD (SendoffChunkRate, crf, DOUBLE),
  SENDOFF_FIELD (SendoffChunkRate, bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffChunkRate, metric, STRING),
  SENDOFF_FIELD (SendoffChunkRate, cap, INT),
  SENDOFF_FIELDS_END,
};

static const SendoffField chunk_output_spec_fields[] = {
  SENDOFF_FIELD (SendoffChunkOutputSpec, output, INT),
  SENDOFF_FIELD (SendoffChunkOutputSpec, directory, FILENAME),
  SENDOFF_FIELD_OF (SendoffChunkOutputSpec, video, DOC, sendoff_video_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffChunkOutputSpec, rates, DOC_ARRAY, sendoff_chunk_rate_doc_type),
  SENDOFF_FIELD_OF (SendoffChunkOutputSpec, first_pass, DOC, sendoff_video_plan_doc_type),
  SENDOFF_FIELD (SendoffChunkOutputSpec, first_pass_directory, FILENAME),
  SENDOFF_FIELD (SendoffChunkOutputSpec, captions_path, FILENAME),
  SENDOFF_FIELD (SendoffChunkOutputSpec, fonts_dir, FILENAME),
  SENDOFF_FIELD (SendoffChunkOutputSpec, metric, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField audio_output_spec_fields[] = {
  SENDOFF_FIELD (SendoffAudioOutputSpec, output, INT),
  SENDOFF_FIELD (SendoffAudioOutputSpec, path, FILENAME),
  SENDOFF_FIELD_OF (SendoffAudioOutputSpec, audio, DOC, sendoff_audio_plan_doc_type),
  SENDOFF_FIELD (SendoffAudioOutputSpec, start_us, INT64),
  SENDOFF_FIELD (SendoffAudioOutputSpec, end_us, INT64),
  SENDOFF_FIELD (SendoffAudioOutputSpec, trimmed_start, BOOL),
  SENDOFF_FIELD (SendoffAudioOutputSpec, trimmed_end, BOOL),
  SENDOFF_FIELDS_END,
};

static const char *const text_format_nicks[] = { "packets", "srt", "vtt", "burn", NULL };

static const SendoffField text_output_spec_fields[] = {
  SENDOFF_FIELD (SendoffTextOutputSpec, path, FILENAME),
  SENDOFF_FIELD_NAMES (SendoffTextOutputSpec, format, text_format_nicks),
  SENDOFF_FIELD (SendoffTextOutputSpec, codec, STRING),
  SENDOFF_FIELD (SendoffTextOutputSpec, start_us, INT64),
  SENDOFF_FIELD (SendoffTextOutputSpec, end_us, INT64),
  SENDOFF_FIELD (SendoffTextOutputSpec, width, INT),
  SENDOFF_FIELD (SendoffTextOutputSpec, height, INT),
  SENDOFF_FIELD (SendoffTextOutputSpec, white, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField texts_result_fields[] = {
  SENDOFF_FIELD (SendoffTextsResult, cues, INT64),
  SENDOFF_FIELDS_END,
};

static const SendoffField worker_spec_fields[] = {
  SENDOFF_FIELD_NAMES (SendoffWorkerSpec, role, sendoff_role_nicks),
  SENDOFF_FIELD (SendoffWorkerSpec, source_fd, INT),
  SENDOFF_FIELD (SendoffWorkerSpec, source_name, STRING),
  SENDOFF_FIELD (SendoffWorkerSpec, source_size_bytes, INT64),
  SENDOFF_FIELD (SendoffWorkerSpec, scan, BOOL),
  SENDOFF_FIELD (SendoffWorkerSpec, packet_details, BOOL),
  SENDOFF_FIELD (SendoffWorkerSpec, stream_index, INT),
  SENDOFF_FIELD (SendoffWorkerSpec, origin_us, INT64),
  SENDOFF_FIELD (SendoffWorkerSpec, start_us, INT64),
  SENDOFF_FIELD (SendoffWorkerSpec, sequential, BOOL),
  SENDOFF_FIELD (SendoffWorkerSpec, decoder_threads, INT),
  SENDOFF_FIELD (SendoffWorkerSpec, hash_frames, BOOL),
  SENDOFF_FIELD_OF (SendoffWorkerSpec, chunks, DOC_ARRAY, sendoff_chunk_spec_doc_type),
  SENDOFF_FIELD_OF (SendoffWorkerSpec, chunk_outputs, DOC_ARRAY, sendoff_chunk_output_spec_doc_type),
  SENDOFF_FIELD_OF (SendoffWorkerSpec, audio_outputs, DOC_ARRAY, sendoff_audio_output_spec_doc_type),
  SENDOFF_FIELD (SendoffWorkerSpec, times_us, INT64_ARRAY),
  SENDOFF_FIELD (SendoffWorkerSpec, frame_paths, FILENAMES),
  SENDOFF_FIELD (SendoffWorkerSpec, picture_encoder, STRING),
  SENDOFF_FIELD (SendoffWorkerSpec, max_width, INT),
  SENDOFF_FIELD (SendoffWorkerSpec, max_height, INT),
  SENDOFF_FIELD_OF (SendoffWorkerSpec, text_outputs, DOC_ARRAY, sendoff_text_output_spec_doc_type),
  SENDOFF_FIELD (SendoffWorkerSpec, fonts_dir, FILENAME),
  SENDOFF_FIELD (SendoffWorkerSpec, cover_index, INT),
  SENDOFF_FIELD (SendoffWorkerSpec, cover_path, FILENAME),
  SENDOFF_FIELD (SendoffWorkerSpec, text_paths, FILENAMES),
  SENDOFF_FIELD_OF (SendoffWorkerSpec, output, DOC, sendoff_output_plan_doc_type),
  SENDOFF_FIELD (SendoffWorkerSpec, video_paths, FILENAMES),
  SENDOFF_FIELD (SendoffWorkerSpec, audio_paths, FILENAMES),
  SENDOFF_FIELD (SendoffWorkerSpec, target_path, FILENAME),
  SENDOFF_FIELD (SendoffWorkerSpec, handover_path, FILENAME),
  SENDOFF_FIELD (SendoffWorkerSpec, handover_bytes, INT64),
  SENDOFF_FIELDS_END,
};

static const SendoffField chunks_result_fields[] = {
  SENDOFF_FIELD (SendoffChunksResult, seeked, BOOL),
  SENDOFF_FIELD (SendoffChunksResult, lead_in, STRING),
  SENDOFF_FIELD (SendoffChunksResult, needs_sequential, BOOL),
  SENDOFF_FIELD (SendoffChunksResult, damaged_frames, INT64),
  SENDOFF_FIELDS_END,
};

static const SendoffField loudness_fields[] = {
  SENDOFF_FIELD (SendoffLoudness, source_lufs, DOUBLE),
  SENDOFF_FIELD (SendoffLoudness, source_true_peak_db, DOUBLE),
  SENDOFF_FIELD (SendoffLoudness, gain_db, DOUBLE),
  SENDOFF_FIELD (SendoffLoudness, limited, BOOL),
  SENDOFF_FIELD (SendoffLoudness, lufs, DOUBLE),
  SENDOFF_FIELD (SendoffLoudness, true_peak_db, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField packet_trailer_fields[] = {
  SENDOFF_FIELD (SendoffPacketTrailer, packets, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, frames, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, samples, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, bytes, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, first_pts, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, last_pts, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, last_duration, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, measured_bytes, INT64),
  SENDOFF_FIELD (SendoffPacketTrailer, time_base, RATIONAL),
  SENDOFF_FIELD (SendoffPacketTrailer, tail, STRING),
  SENDOFF_FIELD (SendoffPacketTrailer, lead_in, STRING),
  SENDOFF_FIELD (SendoffPacketTrailer, scores, INT64_ARRAY),
  SENDOFF_FIELD (SendoffPacketTrailer, frames_hash, STRING),
  SENDOFF_FIELD_OF (SendoffPacketTrailer, loudness, DOC, sendoff_loudness_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField mux_result_fields[] = {
  SENDOFF_FIELD (SendoffMuxResult, size_bytes, INT64),
  SENDOFF_FIELD (SendoffMuxResult, video_frames, INT64),
  SENDOFF_FIELD (SendoffMuxResult, video_us, INT64),
  SENDOFF_FIELD (SendoffMuxResult, audio_us, INT64),
  SENDOFF_FIELD (SendoffMuxResult, duration_us, INT64),
  SENDOFF_FIELDS_END,
};

static const SendoffField frame_facts_fields[] = {
  SENDOFF_FIELD (SendoffFrameFacts, time_us, INT64),
  SENDOFF_FIELD (SendoffFrameFacts, width, INT),
  SENDOFF_FIELD (SendoffFrameFacts, height, INT),
  SENDOFF_FIELD (SendoffFrameFacts, contrast, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField frames_result_fields[] = {
  SENDOFF_FIELD_OF (SendoffFramesResult, frames, DOC_ARRAY, sendoff_frame_facts_doc_type),
  SENDOFF_FIELDS_END,
};

static void
chunk_rate_init (gpointer doc)
{
  ((SendoffChunkRate *)doc)->crf = -1;
}

static void
worker_spec_init (gpointer doc)
{
  SendoffWorkerSpec *self = doc;

  self->source_fd = -1;
  self->stream_index = -1;
  self->cover_index = -1;
  self->decoder_threads = 1;
}

SENDOFF_DEFINE_DOC (SendoffChunkSpec, sendoff_chunk_spec, "chunk", chunk_spec_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffChunkRate, sendoff_chunk_rate, "rate of a chunk", chunk_rate_fields, chunk_rate_init)
SENDOFF_DEFINE_DOC (SendoffChunkOutputSpec, sendoff_chunk_output_spec, "chunk output", chunk_output_spec_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffAudioOutputSpec, sendoff_audio_output_spec, "audio output", audio_output_spec_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffTextOutputSpec, sendoff_text_output_spec, "text output", text_output_spec_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffTextsResult, sendoff_texts_result, "texts result", texts_result_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffWorkerSpec, sendoff_worker_spec, "worker spec", worker_spec_fields, worker_spec_init)
SENDOFF_DEFINE_DOC (SendoffChunksResult, sendoff_chunks_result, "chunks result", chunks_result_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffLoudness, sendoff_loudness, "loudness", loudness_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffPacketTrailer, sendoff_packet_trailer, "packet file", packet_trailer_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffMuxResult, sendoff_mux_result, "mux result", mux_result_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffFrameFacts, sendoff_frame_facts, "frame", frame_facts_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffFramesResult, sendoff_frames_result, "frames result", frames_result_fields, NULL)

static char *
dup_rate_name (const SendoffChunkRate *rate)
{
  char crf[G_ASCII_DTOSTR_BUF_SIZE];

  if (rate == NULL)
    return g_strdup ("");
  g_ascii_formatd (crf, sizeof crf, "%.4f", rate->crf);
  return rate->crf >= 0 ? g_strdup_printf ("-q%s-c%d%s%s", crf, rate->cap, rate->metric != NULL ? "-" : "",
                                           rate->metric != NULL ? rate->metric : "")
                        : g_strdup_printf ("-b%" G_GINT64_FORMAT "-c%d", rate->bitrate_bps, rate->cap);
}

/**
 * sendoff_chunk_file_name:
 * @rate: (nullable): when the plan alone does not say how it is encoded
 *
 * Returns: (transfer full): the leaf name of the packet file of [@start_us, @end_us)
 */
char *
sendoff_chunk_file_name (gint64 start_us, gint64 end_us, const SendoffChunkRate *rate)
{
  g_autofree char *rate_name = dup_rate_name (rate);

  return g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT "%s.packets", start_us, end_us, rate_name);
}

/** sendoff_chunk_spec_new_of_group: (transfer full): chunk @index of @group's grid. */
SendoffChunkSpec *
sendoff_chunk_spec_new_of_group (const SendoffChunkGroup *group, guint index)
{
  SendoffChunkSpec *self = sendoff_chunk_spec_new ();

  self->index = (int)index;
  self->start_us = g_array_index (group->boundaries_us, gint64, index);
  self->end_us = g_array_index (group->boundaries_us, gint64, index + 1);
  self->open_start = index == 0 && group->open_start;
  self->open_end = index + 1 == sendoff_chunk_group_get_n_chunks (group) && group->open_end;
  return self;
}

/** sendoff_audio_output_spec_new_of_plan: (transfer full): audio track @track of @plan, without a file's name. */
SendoffAudioOutputSpec *
sendoff_audio_output_spec_new_of_plan (const SendoffOutputPlan *plan, guint track)
{
  SendoffAudioOutputSpec *self = sendoff_audio_output_spec_new ();

  self->audio = sendoff_audio_plan_copy (sendoff_output_plan_get_audio (plan, track));
  self->start_us = plan->start_us;
  self->end_us = plan->end_us;
  self->trimmed_start = plan->trimmed_start;
  self->trimmed_end = plan->trimmed_end;
  return self;
}
