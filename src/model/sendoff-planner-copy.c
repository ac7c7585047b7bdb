/* Which streams go into the output as they are.
 *
 * Runs when an output is planned as if everything were encoded: a stream is copied when it is already what would be made
 * of it. What speaks against that is in sendoff-planner-copy-objections.c.
 */
#include "model/sendoff-planner-copy-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/sendoff-i18n.h"

static SendoffCopyMode
get_mode (SendoffPlanning *planning)
{
  const char *copy = sendoff_output_settings_get_string (planning->settings, SENDOFF_SETTING_COPY);

  if (copy == NULL)
    return planning->platform != NULL ? SENDOFF_COPY_AS_MADE : SENDOFF_COPY_NEVER;
  if (g_str_equal (copy, "never"))
    return SENDOFF_COPY_NEVER;
  return g_str_equal (copy, "require") ? SENDOFF_COPY_REQUIRE : SENDOFF_COPY_AUTO;
}

static SendoffCopyPlan *
make_copy (const SendoffCopyCandidate *self)
{
  const SendoffOutputPlan *output = self->planning->output;
  SendoffCopyPlan *copy = sendoff_copy_plan_new ();

  copy->stream_index = self->stream->index;
  if (output->trimmed_start || output->trimmed_end)
    return copy;
  copy->packet_count = self->stream->packet_count;
  copy->packet_bytes = self->stream->packet_bytes;
  return copy;
}

static gint64
count_frames (const SendoffCopyCandidate *self)
{
  const SendoffOutputPlan *output = self->planning->output;

  if (!output->trimmed_start && !output->trimmed_end)
    return self->stream->frame_count;
  return sendoff_rescale (output->end_us - output->start_us, SENDOFF_US,
                          sendoff_rational_invert (output->video->nominal_frame_rate), SENDOFF_ROUND_NEAREST);
}

/* The plan then describes the source's stream. The output begins with its first picture, to the tick. */
static void
copy_video (const SendoffCopyCandidate *self)
{
  const SendoffStreamInfo *stream = self->stream;
  SendoffOutputPlan *output = self->planning->output;
  g_autoptr (SendoffVideoPlan) encoded = g_steal_pointer (&output->video);
  SendoffVideoPlan *video = output->video = sendoff_video_plan_new ();

  output->start_us = output->trimmed_start ? sendoff_copy_find_keyframe (stream, output->start_us) : stream->start_us;
  output->duration_us = MAX (output->end_us - output->start_us, 0);
  video->codec = g_strdup (encoded->codec);
  video->encoder = g_strdup ("copy");
  video->profile = g_strdup (stream->profile);
  video->level = MAX (stream->level, 0);
  video->tag = g_strdup (encoded->tag);
  video->width = stream->width;
  video->height = stream->height;
  video->pixel_format = g_strdup (stream->pixel_format);
  video->color = stream->color != NULL ? sendoff_color_copy (stream->color) : NULL;
  video->mastering = stream->mastering != NULL ? sendoff_mastering_copy (stream->mastering) : NULL;
  video->frame_rate = stream->constant_rate ? stream->frame_rate : SENDOFF_RATIONAL_NONE;
  video->nominal_frame_rate = self->planning->source_rate;
  video->time_base = stream->time_base;
  video->crf = -1;
  video->bitrate_bps = stream->bitrate_bps;
  video->gop_frames = (int)llround ((double)stream->longest_gop_us / 1e6
                                    * sendoff_rational_to_double (video->nominal_frame_rate));
  video->closed_gop = stream->open_gops == 0;
  video->b_frames = stream->reorder_frames;
  video->expected_frames = count_frames (self);
  video->copy = make_copy (self);
}

static void
copy_audio (const SendoffCopyCandidate *self)
{
  const SendoffStreamInfo *stream = self->stream;
  SendoffAudioPlan *audio = self->planning->output->audio;

  g_free (audio->encoder);
  audio->encoder = g_strdup ("copy");
  g_free (audio->profile);
  audio->profile = g_strdup (stream->profile);
  audio->sample_rate = stream->sample_rate;
  audio->channels = stream->channels;
  g_free (audio->channel_layout);
  audio->channel_layout = g_strdup (stream->channel_layout);
  audio->bitrate_bps = stream->bitrate_bps;
  g_clear_pointer (&audio->sample_format, g_free);
  sendoff_tags_clear (audio->options);
  audio->copy = make_copy (self);
}

/* Says what becomes of a stream; returns whether it is copied. */
static gboolean
decide (const SendoffCopyCandidate *self, gboolean is_video)
{
  g_autofree char *reason = sendoff_copy_dup_objection (self, is_video);

  if (reason == NULL)
    sendoff_planning_issue (self->planning, INFO, "copy", "copied",
                            is_video ? "The video is copied, nothing is lost." : N_ ("The audio is copied, nothing is lost."));
  else if (self->mode == SENDOFF_COPY_REQUIRE)
    sendoff_planning_issue (self->planning, ERROR, "copy", "copy-impossible",
                            is_video ? "The video cannot be copied: %s." : N_ ("The audio cannot be copied: %s."), reason);
  else if (self->mode == SENDOFF_COPY_AUTO)
    sendoff_planning_issue (self->planning, INFO, "copy", "not-copied",
                            is_video ? "The video is encoded: %s." : N_ ("The audio is encoded: %s."), reason);
  return reason == NULL;
}

/**
 * sendoff_planner_plan_copy:
 *
 * Each stream of an output that is planned as encoded becomes a copy where that gives the same. Without a word from
 * anybody that is so for platforms only, and only for what is in every respect as it would be made: an explicit quality
 * means that one wants it encoded.
 */
void
sendoff_planner_plan_copy (SendoffPlanning *self)
{
  SendoffCopyCandidate video = { self, get_mode (self), self->video_stream };
  SendoffCopyCandidate audio = { self, video.mode, self->audio_stream };

  if (video.mode == SENDOFF_COPY_NEVER)
    return;
  /* Video first: it may move the start by less than half a frame. */
  if (self->output->video != NULL && decide (&video, TRUE))
    copy_video (&video);
  if (self->output->audio != NULL && decide (&audio, FALSE))
    copy_audio (&audio);
}

static const char *
find_codec_id (GPtrArray *codecs, gsize probe_name, const char *name)
{
  for (guint i = 0; i < codecs->len; i++)
    {
      gconstpointer codec = g_ptr_array_index (codecs, i);

      if (g_strcmp0 (G_STRUCT_MEMBER (char *, codec, probe_name), name) == 0)
        return *(char *const *)codec; /* every catalog entry begins with its id */
    }
  return NULL;
}

static void
prefer (SendoffPlanning *self, SendoffSetting setting, const char *value)
{
  if (value != NULL && !sendoff_output_settings_is_set (self->asked, setting))
    sendoff_output_settings_set_string (self->settings, setting, value);
}

/**
 * sendoff_planner_prefer_source:
 *
 * Whoever asks for copies and names no codec, container or size means the source's own. Before those are looked up.
 */
void
sendoff_planner_prefer_source (SendoffPlanning *self)
{
  const char *copy = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_COPY);
  const SendoffContainer *container = sendoff_catalog_get_container (self->catalog, self->source->format_id);
  gboolean require = g_strcmp0 (copy, "require") == 0;

  if (!require && (g_strcmp0 (copy, "auto") != 0 || self->platform != NULL || self->preset != NULL))
    return;
  if (self->video_stream != NULL)
    prefer (self, SENDOFF_SETTING_CODEC,
            find_codec_id (sendoff_catalog_get_video_codecs (self->catalog),
                           G_STRUCT_OFFSET (SendoffVideoCodec, probe_name), self->video_stream->codec));
  if (self->audio_stream != NULL)
    prefer (self, SENDOFF_SETTING_AUDIO_CODEC,
            find_codec_id (sendoff_catalog_get_audio_codecs (self->catalog),
                           G_STRUCT_OFFSET (SendoffAudioCodec, probe_name), self->audio_stream->codec));
  if (container != NULL && (self->platform == NULL || self->platform->rules->len == 0))
    prefer (self, SENDOFF_SETTING_CONTAINER, container->format_id);
  prefer (self, SENDOFF_SETTING_RESOLUTION, "source");
}

/** sendoff_planner_needs_packet_details: whether a plan of @request depends on where the keyframes are. */
gboolean
sendoff_planner_needs_packet_details (SendoffRequest *request)
{
  GListModel *outputs = sendoff_request_get_outputs (request);

  for (guint i = 0; i < g_list_model_get_n_items (outputs); i++)
    {
      g_autoptr (SendoffOutputSettings) output = g_list_model_get_item (outputs, i);
      const char *copy = sendoff_output_settings_get_string (output, SENDOFF_SETTING_COPY);

      if (copy != NULL && !g_str_equal (copy, "never")
          && (sendoff_output_settings_is_set (output, SENDOFF_SETTING_START)
              || sendoff_output_settings_is_set (output, SENDOFF_SETTING_END)))
        return TRUE;
    }
  return FALSE;
}
