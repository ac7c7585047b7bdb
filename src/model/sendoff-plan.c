#include "model/sendoff-plan.h"

#include <string.h>

const char *const sendoff_rate_control_nicks[] = { "crf", "cbr", "vbr", "abr", NULL };
const char *const sendoff_fit_nicks[] = { "pad", "blur", "crop", "stretch", NULL };
const char *const sendoff_scaling_nicks[] = { "bilinear", "bicubic", "lanczos", "spline", NULL };

const char *const sendoff_text_use_nicks[] = { "track", "sidecar", NULL };

static const SendoffField burn_plan_fields[] = {
  SENDOFF_FIELD (SendoffBurnPlan, stream_index, INT),
  SENDOFF_FIELD (SendoffBurnPlan, uri, STRING),
  SENDOFF_FIELD (SendoffBurnPlan, white, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField text_plan_fields[] = {
  SENDOFF_FIELD_NAMES (SendoffTextPlan, use, sendoff_text_use_nicks),
  SENDOFF_FIELD (SendoffTextPlan, stream_index, INT),
  SENDOFF_FIELD (SendoffTextPlan, uri, STRING),
  SENDOFF_FIELD (SendoffTextPlan, codec, STRING),
  SENDOFF_FIELD (SendoffTextPlan, extension, STRING),
  SENDOFF_FIELD (SendoffTextPlan, language, STRING),
  SENDOFF_FIELD (SendoffTextPlan, title, STRING),
  SENDOFF_FIELD (SendoffTextPlan, is_default, BOOL),
  SENDOFF_FIELDS_END,
};

static const SendoffField copy_plan_fields[] = {
  SENDOFF_FIELD (SendoffCopyPlan, stream_index, INT),
  SENDOFF_FIELD (SendoffCopyPlan, packet_count, INT64),
  SENDOFF_FIELD (SendoffCopyPlan, packet_bytes, INT64),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffCopyPlan, sendoff_copy_plan, "copied stream", copy_plan_fields, NULL)

static const SendoffField hardware_plan_fields[] = {
  SENDOFF_FIELD (SendoffHardwarePlan, device_type, STRING),
  SENDOFF_FIELD (SendoffHardwarePlan, upload_format, STRING),
  SENDOFF_FIELD (SendoffHardwarePlan, quality_option, STRING),
  SENDOFF_FIELD (SendoffHardwarePlan, quality, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField score_plan_fields[] = {
  SENDOFF_FIELD (SendoffScorePlan, metric, STRING),
  SENDOFF_FIELD (SendoffScorePlan, wanted, DOUBLE),
  SENDOFF_FIELD (SendoffScorePlan, chunks, INT64_ARRAY),
  SENDOFF_FIELDS_END,
};

static const SendoffField video_plan_fields[] = {
  SENDOFF_FIELD (SendoffVideoPlan, codec, STRING),
  SENDOFF_FIELD (SendoffVideoPlan, encoder, STRING),
  SENDOFF_FIELD (SendoffVideoPlan, profile, STRING),
  SENDOFF_FIELD (SendoffVideoPlan, level, INT),
  SENDOFF_FIELD (SendoffVideoPlan, tag, STRING),
  SENDOFF_FIELD (SendoffVideoPlan, width, INT),
  SENDOFF_FIELD (SendoffVideoPlan, height, INT),
  SENDOFF_FIELD (SendoffVideoPlan, pixel_format, STRING),
  SENDOFF_FIELD_OF (SendoffVideoPlan, color, DOC, sendoff_color_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoPlan, mastering, DOC, sendoff_mastering_doc_type),
  SENDOFF_FIELD (SendoffVideoPlan, rotation, INT),
  SENDOFF_FIELD (SendoffVideoPlan, mirrored, BOOL),
  SENDOFF_FIELD (SendoffVideoPlan, deinterlace, BOOL),
  SENDOFF_FIELD (SendoffVideoPlan, field_parity, STRING),
  SENDOFF_FIELD_NAMES (SendoffVideoPlan, fit, sendoff_fit_nicks),
  SENDOFF_FIELD_NAMES (SendoffVideoPlan, scaling, sendoff_scaling_nicks),
  SENDOFF_FIELD (SendoffVideoPlan, pad_color, STRING),
  SENDOFF_FIELD (SendoffVideoPlan, crop_x, DOUBLE),
  SENDOFF_FIELD (SendoffVideoPlan, crop_y, DOUBLE),
  SENDOFF_FIELD (SendoffVideoPlan, tone_map, STRING),
  SENDOFF_FIELD_OF (SendoffVideoPlan, burn, DOC, sendoff_burn_plan_doc_type),
  SENDOFF_FIELD (SendoffVideoPlan, filters, STRING),
  SENDOFF_FIELD (SendoffVideoPlan, frame_rate, RATIONAL),
  SENDOFF_FIELD (SendoffVideoPlan, nominal_frame_rate, RATIONAL),
  SENDOFF_FIELD (SendoffVideoPlan, time_base, RATIONAL),
  SENDOFF_FIELD (SendoffVideoPlan, expected_frames, INT64),
  SENDOFF_FIELD_NAMES (SendoffVideoPlan, rate_control, sendoff_rate_control_nicks),
  SENDOFF_FIELD (SendoffVideoPlan, crf, DOUBLE),
  SENDOFF_FIELD (SendoffVideoPlan, bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffVideoPlan, maxrate_bps, INT64),
  SENDOFF_FIELD (SendoffVideoPlan, bufsize_bits, INT64),
  SENDOFF_FIELD (SendoffVideoPlan, two_pass, BOOL),
  SENDOFF_FIELD (SendoffVideoPlan, gop_frames, INT),
  SENDOFF_FIELD (SendoffVideoPlan, closed_gop, BOOL),
  SENDOFF_FIELD (SendoffVideoPlan, b_frames, INT),
  SENDOFF_FIELD (SendoffVideoPlan, speed, STRING),
  SENDOFF_FIELD (SendoffVideoPlan, threads, INT),
  SENDOFF_FIELD_OF (SendoffVideoPlan, options, DOC_ARRAY, sendoff_tag_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoPlan, copy, DOC, sendoff_copy_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoPlan, analysis, DOC, sendoff_video_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoPlan, score, DOC, sendoff_score_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoPlan, hardware, DOC, sendoff_hardware_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoPlan, software, DOC, sendoff_video_plan_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField loudness_plan_fields[] = {
  SENDOFF_FIELD (SendoffLoudnessPlan, target_lufs, DOUBLE),
  SENDOFF_FIELD (SendoffLoudnessPlan, max_true_peak_db, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField audio_plan_fields[] = {
  SENDOFF_FIELD (SendoffAudioPlan, stream_index, INT),
  SENDOFF_FIELD (SendoffAudioPlan, codec, STRING),
  SENDOFF_FIELD (SendoffAudioPlan, encoder, STRING),
  SENDOFF_FIELD (SendoffAudioPlan, profile, STRING),
  SENDOFF_FIELD (SendoffAudioPlan, sample_rate, INT),
  SENDOFF_FIELD (SendoffAudioPlan, channels, INT),
  SENDOFF_FIELD (SendoffAudioPlan, channel_layout, STRING),
  SENDOFF_FIELD (SendoffAudioPlan, bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffAudioPlan, sample_format, STRING),
  SENDOFF_FIELD (SendoffAudioPlan, language, STRING),
  SENDOFF_FIELD (SendoffAudioPlan, title, STRING),
  SENDOFF_FIELD (SendoffAudioPlan, mix, STRING),
  SENDOFF_FIELD_OF (SendoffAudioPlan, loudness, DOC, sendoff_loudness_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffAudioPlan, options, DOC_ARRAY, sendoff_tag_doc_type),
  SENDOFF_FIELD_OF (SendoffAudioPlan, copy, DOC, sendoff_copy_plan_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField extras_plan_fields[] = {
  SENDOFF_FIELD_OF (SendoffExtrasPlan, audio, DOC_ARRAY, sendoff_audio_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffExtrasPlan, texts, DOC_ARRAY, sendoff_text_plan_doc_type),
  SENDOFF_FIELD (SendoffExtrasPlan, cover_index, INT),
  SENDOFF_FIELDS_END,
};

static const SendoffField size_plan_fields[] = {
  SENDOFF_FIELD (SendoffSizePlan, target_bytes, INT64),
  SENDOFF_FIELD (SendoffSizePlan, limit_bytes, INT64),
  SENDOFF_FIELD (SendoffSizePlan, best_crf, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField optimize_step_fields[] = {
  SENDOFF_FIELD (SendoffOptimizeStep, strategy, STRING),
  SENDOFF_FIELD (SendoffOptimizeStep, label, STRING),
  SENDOFF_FIELD (SendoffOptimizeStep, savings, STRING),
  SENDOFF_FIELD (SendoffOptimizeStep, quality_impact, STRING),
  SENDOFF_FIELD (SendoffOptimizeStep, applied, BOOL),
  SENDOFF_FIELD_OF (SendoffOptimizeStep, settings, DOC_ARRAY, sendoff_tag_doc_type),
  SENDOFF_FIELD (SendoffOptimizeStep, acceptable_size_bytes, INT64),
  SENDOFF_FIELD (SendoffOptimizeStep, bits_share, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField optimize_plan_fields[] = {
  SENDOFF_FIELD (SendoffOptimizePlan, acceptable_size_bytes, INT64),
  SENDOFF_FIELD (SendoffOptimizePlan, bits_share, DOUBLE),
  SENDOFF_FIELD_OF (SendoffOptimizePlan, steps, DOC_ARRAY, sendoff_optimize_step_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField output_plan_fields[] = {
  SENDOFF_FIELD (SendoffOutputPlan, label, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, platform, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, preset, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, quality, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, resolution, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, container, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, muxer, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, extension, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, file_name, STRING),
  SENDOFF_FIELD (SendoffOutputPlan, group, INT),
  SENDOFF_FIELD (SendoffOutputPlan, start_us, INT64),
  SENDOFF_FIELD (SendoffOutputPlan, end_us, INT64),
  SENDOFF_FIELD (SendoffOutputPlan, trimmed_start, BOOL),
  SENDOFF_FIELD (SendoffOutputPlan, trimmed_end, BOOL),
  SENDOFF_FIELD (SendoffOutputPlan, duration_us, INT64),
  SENDOFF_FIELD_OF (SendoffOutputPlan, video, DOC, sendoff_video_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffOutputPlan, audio, DOC, sendoff_audio_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffOutputPlan, extras, DOC, sendoff_extras_plan_doc_type),
  SENDOFF_FIELD (SendoffOutputPlan, moov_first, BOOL),
  SENDOFF_FIELD (SendoffOutputPlan, edit_list, BOOL),
  SENDOFF_FIELD_OF (SendoffOutputPlan, tags, DOC_ARRAY, sendoff_tag_doc_type),
  SENDOFF_FIELD_OF (SendoffOutputPlan, chapters, DOC_ARRAY, sendoff_chapter_doc_type),
  SENDOFF_FIELD (SendoffOutputPlan, estimated_size_bytes, INT64),
  SENDOFF_FIELD (SendoffOutputPlan, estimated_low_bytes, INT64),
  SENDOFF_FIELD (SendoffOutputPlan, estimated_high_bytes, INT64),
  SENDOFF_FIELD (SendoffOutputPlan, max_size_bytes, INT64),
  SENDOFF_FIELD_OF (SendoffOutputPlan, size, DOC, sendoff_size_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffOutputPlan, optimize, DOC, sendoff_optimize_plan_doc_type),
  SENDOFF_FIELD (SendoffOutputPlan, size_basis, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField chunk_group_fields[] = {
  SENDOFF_FIELD (SendoffChunkGroup, start_us, INT64),
  SENDOFF_FIELD (SendoffChunkGroup, boundaries_us, INT64_ARRAY),
  SENDOFF_FIELD (SendoffChunkGroup, open_start, BOOL),
  SENDOFF_FIELD (SendoffChunkGroup, open_end, BOOL),
  SENDOFF_FIELD (SendoffChunkGroup, outputs, INT64_ARRAY),
  SENDOFF_FIELD (SendoffChunkGroup, source_bytes, INT64_ARRAY),
  SENDOFF_FIELDS_END,
};

static const SendoffField plan_fields[] = {
  SENDOFF_FIELD (SendoffPlan, version, INT),
  SENDOFF_FIELD (SendoffPlan, source_name, STRING),
  SENDOFF_FIELD (SendoffPlan, source_identity, STRING),
  SENDOFF_FIELD (SendoffPlan, video_stream_index, INT),
  SENDOFF_FIELD (SendoffPlan, origin_us, INT64),
  SENDOFF_FIELD (SendoffPlan, sequential, BOOL),
  SENDOFF_FIELD (SendoffPlan, provisional, BOOL),
  SENDOFF_FIELD_OF (SendoffPlan, groups, DOC_ARRAY, sendoff_chunk_group_doc_type),
  SENDOFF_FIELD_OF (SendoffPlan, outputs, DOC_ARRAY, sendoff_output_plan_doc_type),
  SENDOFF_FIELD_OF (SendoffPlan, issues, DOC_ARRAY, sendoff_issue_doc_type),
  SENDOFF_FIELDS_END,
};

static void
video_plan_init (gpointer doc)
{
  SendoffVideoPlan *self = doc;

  self->b_frames = -1;
  self->crop_x = 0.5;
  self->crop_y = 0.5;
}

static void
burn_plan_init (gpointer doc)
{
  SendoffBurnPlan *self = doc;

  self->stream_index = -1;
  self->white = 1;
}

static void
text_plan_init (gpointer doc)
{
  SendoffTextPlan *self = doc;

  self->stream_index = -1;
}

static void
extras_plan_init (gpointer doc)
{
  SendoffExtrasPlan *self = doc;

  self->cover_index = -1;
}

static void
output_plan_init (gpointer doc)
{
  SendoffOutputPlan *self = doc;

  self->group = -1;
  self->edit_list = TRUE;
}

static void
plan_init (gpointer doc)
{
  SendoffPlan *self = doc;

  self->version = SENDOFF_PLAN_VERSION;
  self->video_stream_index = -1;
}

SENDOFF_DEFINE_DOC (SendoffBurnPlan, sendoff_burn_plan, "captions in the picture", burn_plan_fields, burn_plan_init)
SENDOFF_DEFINE_DOC (SendoffTextPlan, sendoff_text_plan, "captions", text_plan_fields, text_plan_init)
SENDOFF_DEFINE_DOC (SendoffHardwarePlan, sendoff_hardware_plan, "hardware plan", hardware_plan_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffScorePlan, sendoff_score_plan, "score plan", score_plan_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffVideoPlan, sendoff_video_plan, "video plan", video_plan_fields, video_plan_init)
SENDOFF_DEFINE_DOC (SendoffLoudnessPlan, sendoff_loudness_plan, "loudness", loudness_plan_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffAudioPlan, sendoff_audio_plan, "audio plan", audio_plan_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffExtrasPlan, sendoff_extras_plan, "extras", extras_plan_fields, extras_plan_init)
SENDOFF_DEFINE_DOC (SendoffSizePlan, sendoff_size_plan, "size plan", size_plan_fields, NULL)
SENDOFF_DEFINE_DOC (
    SendoffOptimizeStep, sendoff_optimize_step, "step for a size", optimize_step_fields, NULL)
SENDOFF_DEFINE_DOC (
    SendoffOptimizePlan, sendoff_optimize_plan, "changes for a size", optimize_plan_fields, NULL)
SENDOFF_DEFINE_DOC (
    SendoffOutputPlan, sendoff_output_plan, "output plan", output_plan_fields, output_plan_init)
SENDOFF_DEFINE_DOC (SendoffChunkGroup, sendoff_chunk_group, "chunk group", chunk_group_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffPlan, sendoff_plan, "plan", plan_fields, plan_init)

/** sendoff_plan_has_errors: whether anything in @self forbids running it. */
gboolean
sendoff_plan_has_errors (const SendoffPlan *self)
{
  return sendoff_issues_have_error (self->issues, -1);
}

/** sendoff_plan_get_output: (transfer none): output number @index, which must exist. */
const SendoffOutputPlan *
sendoff_plan_get_output (const SendoffPlan *self, guint index)
{
  g_return_val_if_fail (index < self->outputs->len, NULL);
  return g_ptr_array_index (self->outputs, index);
}

/** sendoff_output_plan_dup_recommended: (transfer full): the settings that @self's size calls for, those that it has
 * already among them; none when its size is large enough. */
SendoffOutputSettings *
sendoff_output_plan_dup_recommended (const SendoffOutputPlan *self)
{
  SendoffOutputSettings *settings = sendoff_output_settings_new ();

  for (guint i = 0; self->optimize != NULL && i < self->optimize->steps->len; i++)
    {
      const SendoffOptimizeStep *step = g_ptr_array_index (self->optimize->steps, i);

      for (guint j = 0; j < step->settings->len; j++)
        {
          const SendoffTag *tag = g_ptr_array_index (step->settings, j);

          sendoff_output_settings_set_from_text (settings, tag->key, tag->value, NULL);
        }
    }
  return settings;
}

/** sendoff_output_plan_encodes_video: whether @self has video that is not copied. */
gboolean
sendoff_output_plan_encodes_video (const SendoffOutputPlan *self)
{
  return self->video != NULL && self->video->copy == NULL;
}

/** sendoff_output_plan_encodes_audio: whether @self has audio that is not copied. */
gboolean
sendoff_output_plan_encodes_audio (const SendoffOutputPlan *self)
{
  return self->audio != NULL && self->audio->copy == NULL;
}

/** sendoff_output_plan_copies: whether any stream of @self is copied from the source. */
gboolean
sendoff_output_plan_copies (const SendoffOutputPlan *self)
{
  return (self->video != NULL && self->video->copy != NULL) || (self->audio != NULL && self->audio->copy != NULL);
}

/** sendoff_video_plan_is_intra: whether every picture stands for itself: the files are large, and quickly made again. */
gboolean
sendoff_video_plan_is_intra (const SendoffVideoPlan *self)
{
  return g_strcmp0 (self->codec, "prores") == 0 || g_strcmp0 (self->codec, "dnxhd") == 0;
}

static gboolean
has_text_tracks (const SendoffOutputPlan *self)
{
  for (guint i = 0; self->extras != NULL && i < self->extras->texts->len; i++)
    if (((const SendoffTextPlan *)g_ptr_array_index (self->extras->texts, i))->use == SENDOFF_TEXT_TRACK)
      return TRUE;
  return FALSE;
}

/**
 * sendoff_output_plan_hands_over:
 *
 * Whether the chunks' space can be given back while the file is written: they are large, and the muxer writes each packet
 * as it is, at a place that is known before. Between them QuickTime's text tracks have packets of the muxer's own, and
 * Matroska holds packets back until a cluster is full.
 */
gboolean
sendoff_output_plan_hands_over (const SendoffOutputPlan *self)
{
  return sendoff_output_plan_encodes_video (self) && sendoff_video_plan_is_intra (self->video) && self->size == NULL
         && (g_strcmp0 (self->muxer, "mov") == 0 || g_strcmp0 (self->muxer, "mp4") == 0) && !has_text_tracks (self);
}

/** sendoff_output_plan_get_handover_bytes: how much of such an output's picture is on the disk twice, at most. */
gint64
sendoff_output_plan_get_handover_bytes (const SendoffOutputPlan *self)
{
  return CLAMP (self->estimated_size_bytes / 16, 1 << 20, 64 << 20);
}

/** sendoff_chunk_group_get_n_chunks: how many chunks the grid of @self has. */
guint
sendoff_chunk_group_get_n_chunks (const SendoffChunkGroup *self)
{
  return self->boundaries_us != NULL && self->boundaries_us->len > 1 ? self->boundaries_us->len - 1 : 0;
}

/**
 * sendoff_chunk_group_get_weight:
 * @first: of a run of chunks
 * @last: of the same run
 *
 * How long a run takes compared with others of the group: half by its length, half by what the source spends there. In
 * an edit of twelve scenes that fits VP9's times within a fifth.
 *
 * Returns: a weight in no particular unit
 */
gint64
sendoff_chunk_group_get_weight (const SendoffChunkGroup *self, guint first, guint last)
{
  gint64 all = 0, run = 0;

  if (self->source_bytes == NULL || last >= self->source_bytes->len)
    return last - first + 1;
  for (guint i = 0; i < self->source_bytes->len; i++)
    {
      gint64 bytes = g_array_index (self->source_bytes, gint64, i);

      all += bytes;
      run += i >= first && i <= last ? bytes : 0;
    }
  return run + all * (gint64)(last - first + 1) / self->source_bytes->len + 1;
}

static char *
hash_key (const SendoffPlan *self, char *const *libraries, gint64 start_us, JsonNode *node, const char *more)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *head = g_strdup_printf ("%d|%s|%" G_GINT64_FORMAT "|%s|", self->version, self->source_identity,
                                           start_us, more);
  g_autofree char *text = sendoff_json_to_text (node, FALSE);

  g_checksum_update (checksum, (const guchar *)head, -1);
  for (guint i = 0; libraries != NULL && libraries[i] != NULL; i++)
    g_checksum_update (checksum, (const guchar *)libraries[i], (gssize)strlen (libraries[i]) + 1);
  g_checksum_update (checksum, (const guchar *)text, -1);
  return g_strndup (g_checksum_get_string (checksum), 40);
}

/* Whether sizes or scores are what the rate comes from: then the plan's own numbers are in no chunk's bytes. */
static gboolean
aims_at_rate (const SendoffVideoPlan *self)
{
  return self->analysis != NULL || self->score != NULL || self->rate_control == SENDOFF_RATE_CBR;
}

/* Whether a quality has a maximum that no encoder keeps: for VP9 and AV1 it is the mean over a window. */
static gboolean
has_windowed_maximum (const SendoffVideoPlan *self)
{
  return self->rate_control == SENDOFF_RATE_CRF && self->crf >= 0 && self->maxrate_bps > 0
         && self->bufsize_bits > 0 && (g_str_equal (self->codec, "vp9") || g_str_equal (self->codec, "av1"));
}

/** sendoff_video_plan_is_steered: whether how a chunk is encoded depends on what chunks turned out like, not on @self alone. */
gboolean
sendoff_video_plan_is_steered (const SendoffVideoPlan *self)
{
  return aims_at_rate (self) || has_windowed_maximum (self);
}

/* What is part of the chunks' own names, or of no bytes at all. */
static void
forget_rate (SendoffVideoPlan *video)
{
  if (aims_at_rate (video))
    {
      video->rate_control = SENDOFF_RATE_CRF;
      video->bitrate_bps = 0;
      video->crf = 0;
      g_clear_pointer (&video->analysis, sendoff_video_plan_free);
      g_clear_pointer (&video->score, sendoff_score_plan_free);
    }
  video->expected_frames = 0;
  g_clear_pointer (&video->tag, g_free);
  g_clear_pointer (&video->software, sendoff_video_plan_free);
}

/* Takes @video. */
static char *
hash_video (const SendoffPlan *self, guint output, char *const *libraries, SendoffVideoPlan *video, const char *kind)
{
  const SendoffOutputPlan *plan = sendoff_plan_get_output (self, output);
  const SendoffChunkGroup *group = g_ptr_array_index (self->groups, plan->group);
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *more = g_strdup_printf ("%s%d|%" G_GINT64_FORMAT "|%d", kind, self->video_stream_index,
                                           self->origin_us, self->sequential);

  forget_rate (video);
  node = sendoff_video_plan_to_json (video);
  sendoff_video_plan_free (video);
  return hash_key (self, libraries, group->start_us, node, more);
}

/**
 * sendoff_plan_dup_video_key:
 * @output: index of an output with video
 * @libraries: (nullable): SendoffMachine.libraries
 *
 * The identity of an output's chunks but for their interval and their SendoffChunkRate: everything else that decides
 * their bytes.
 *
 * Returns: (transfer full): a name for a folder
 */
char *
sendoff_plan_dup_video_key (const SendoffPlan *self, guint output, char *const *libraries)
{
  return hash_video (self, output, libraries,
                     sendoff_video_plan_copy (sendoff_plan_get_output (self, output)->video), "v");
}

/**
 * sendoff_plan_dup_video_identity:
 *
 * Outputs with the same identity have the same video to the last byte; sendoff_plan_dup_video_key() can be the same
 * for more of them.
 *
 * Returns: (transfer full): a name for a file
 */
char *
sendoff_plan_dup_video_identity (const SendoffPlan *self, guint output, char *const *libraries)
{
  const SendoffOutputPlan *plan = sendoff_plan_get_output (self, output);
  const SendoffVideoPlan *video = plan->video;
  g_autofree char *key = sendoff_plan_dup_video_key (self, output, libraries);

  if (!sendoff_video_plan_is_steered (video))
    return g_steal_pointer (&key);
  /* What is left for the picture depends on the sound and the container too. */
  if (plan->size != NULL)
    return g_strdup_printf ("%s-size-%u", key, output);
  if (video->score != NULL)
    return g_strdup_printf ("%s-%s-%d", key, video->score->metric, (int)(video->score->wanted * 10000));
  return g_strdup_printf ("%s-%s-%" G_GINT64_FORMAT, key, sendoff_rate_control_nicks[video->rate_control],
                          video->bitrate_bps);
}

/** sendoff_plan_dup_analysis_key: (transfer full): like sendoff_plan_dup_video_key(), for what is only measured. */
char *
sendoff_plan_dup_analysis_key (const SendoffPlan *self, guint output, char *const *libraries)
{
  const SendoffVideoPlan *video = sendoff_plan_get_output (self, output)->video;
  g_autofree char *key = sendoff_plan_dup_video_key (self, output, libraries);
  g_autofree char *kind = g_strdup_printf ("m%s|", key); /* the encoder's own first pass is part of it */

  return hash_video (self, output, libraries, sendoff_video_plan_copy (video->analysis), kind);
}

/** sendoff_output_plan_get_sidecar: (transfer none) (nullable): the captions that become a file beside the output's. */
const SendoffTextPlan *
sendoff_output_plan_get_sidecar (const SendoffOutputPlan *self)
{
  for (guint i = 0; self->extras != NULL && i < self->extras->texts->len; i++)
    {
      const SendoffTextPlan *text = g_ptr_array_index (self->extras->texts, i);

      if (text->use == SENDOFF_TEXT_SIDECAR)
        return text;
    }
  return NULL;
}

/** sendoff_output_plan_get_n_audio: how many audio tracks @self has. */
guint
sendoff_output_plan_get_n_audio (const SendoffOutputPlan *self)
{
  if (self->audio == NULL)
    return 0;
  return 1 + (self->extras != NULL ? self->extras->audio->len : 0);
}

/** sendoff_output_plan_get_audio: (transfer none): audio track number @track, which must exist; 0 is the
 * default one. */
const SendoffAudioPlan *
sendoff_output_plan_get_audio (const SendoffOutputPlan *self, guint track)
{
  return track == 0 ? self->audio : g_ptr_array_index (self->extras->audio, track - 1);
}

/** sendoff_plan_dup_audio_key: (transfer full): like sendoff_plan_dup_video_key(), for the whole of an audio
 * track. */
char *
sendoff_plan_dup_audio_key (const SendoffPlan *self, guint output, guint track, char *const *libraries)
{
  const SendoffOutputPlan *plan = sendoff_plan_get_output (self, output);
  g_autoptr (SendoffAudioPlan) audio = sendoff_audio_plan_copy (sendoff_output_plan_get_audio (plan, track));
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *more
      = g_strdup_printf ("a%" G_GINT64_FORMAT "|%" G_GINT64_FORMAT "|%d|%d", self->origin_us, plan->end_us,
                         plan->trimmed_start, plan->trimmed_end);

  /* Not part of the bytes. */
  g_clear_pointer (&audio->language, g_free);
  g_clear_pointer (&audio->title, g_free);
  node = sendoff_audio_plan_to_json (audio);
  return hash_key (self, libraries, plan->start_us, node, more);
}
