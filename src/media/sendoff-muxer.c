/* The role "mux": joins the chunks of an output with its audio into one file.
 *
 * Packets are merged by decoding time, so that nothing is kept in memory but their times. An MP4 whose index comes
 * first is muxed twice: a dry run into nowhere tells how large the index will be, and the real one reserves exactly
 * that, so that the file is written once and never copied.
 */
#include "media/sendoff-roles.h"

#include <errno.h>
#include <string.h>

#include "media/sendoff-file-sink.h"
#include "media/sendoff-packet-joiner.h"

/* Reserved beside the index for the box that fills up the rest. */
#define FREE_BOX_BYTES 8
/* Upper bound of a Matroska cue point, and of what surrounds them. */
#define CUE_BYTES      32
#define CUES_BYTES     64

typedef struct {
  const SendoffOutputPlan *plan;
  SendoffPacketJoiner *video; /* (nullable) */
  SendoffPacketReader *audio; /* (nullable) */
  gint64 audio_end;           /* in audio_base */
  AVRational audio_base;
  AVPacket *video_packet, *audio_packet; /* the next of each */
  gboolean has_video, has_audio;         /* whether those are filled */
} Mux;

/* One pass over everything. */
typedef struct {
  AVFormatContext *format;
  int video_stream, audio_stream;
  gint64 keyframes;
  gint64 index_bytes; /* written behind the media */
} Pass;

static gboolean
is_isom (const Mux *self)
{
  return g_str_equal (self->plan->muxer, "mp4") || g_str_equal (self->plan->muxer, "mov")
         || g_str_equal (self->plan->muxer, "ipod");
}

static gboolean
is_matroska (const Mux *self)
{
  return g_str_equal (self->plan->muxer, "matroska") || g_str_equal (self->plan->muxer, "webm");
}

static gboolean
set_mux_error (SendoffFileSink *sink, int result, GError **error)
{
  int code = sendoff_file_sink_get_errno (sink);

  if (code == ENOSPC || code == EDQUOT)
    g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_NO_SPACE,
                         "The disk with the destination folder is full.");
  else
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_MUX, "The file cannot be put together: %s.",
                 code != 0 ? g_strerror (code) : sendoff_av_error (result));
  return FALSE;
}

static gboolean
open_inputs (Mux *self, const SendoffWorkerSpec *spec, GError **error)
{
  self->video_packet = av_packet_alloc ();
  self->audio_packet = av_packet_alloc ();
  if (spec->video_paths != NULL && spec->video_paths[0] != NULL)
    {
      self->video = sendoff_packet_joiner_new ((const char *const *)spec->video_paths, error);
      if (self->video == NULL)
        return FALSE;
    }
  if (spec->audio_path != NULL)
    {
      self->audio = sendoff_packet_reader_new (spec->audio_path, error);
      if (self->audio == NULL)
        return FALSE;
      self->audio_base = sendoff_to_av (sendoff_packet_reader_get_trailer (self->audio)->time_base);
      self->audio_end = sendoff_packet_reader_get_trailer (self->audio)->samples;
      /* A stream that turned out to be silence of no length is left out. */
      if (sendoff_packet_reader_get_trailer (self->audio)->packets == 0)
        g_clear_pointer (&self->audio, sendoff_packet_reader_free);
    }
  if (self->video != NULL || self->audio != NULL)
    return TRUE;
  g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                       "Nothing of the chosen part of the source could be decoded.");
  return FALSE;
}

static guint32
get_tag (const char *text)
{
  return text != NULL && strlen (text) == 4 ? MKTAG (text[0], text[1], text[2], text[3]) : 0;
}

/* ST 2086 lists green, blue, red; FFmpeg red, green, blue. */
static void
add_mastering (AVStream *stream, const SendoffMastering *mastering)
{
  static const int places[] = { 2, 0, 1 };
  AVMasteringDisplayMetadata *display;
  AVContentLightMetadata *light;

  if (mastering->display_primaries != NULL && mastering->display_primaries->len == 8)
    {
      const gint64 *p = (const gint64 *)(const void *)mastering->display_primaries->data;

      display = (void *)sendoff_stream_new_side_data (stream, AV_PKT_DATA_MASTERING_DISPLAY_METADATA, sizeof *display);
      for (int i = 0; i < 3; i++)
        for (int j = 0; j < 2; j++)
          display->display_primaries[i][j] = av_make_q ((int)p[places[i] * 2 + j], 50000);
      for (int j = 0; j < 2; j++)
        display->white_point[j] = av_make_q ((int)p[6 + j], 50000);
      display->max_luminance = av_make_q ((int)mastering->max_luminance, 10000);
      display->min_luminance = av_make_q ((int)mastering->min_luminance, 10000);
      display->has_primaries = display->has_luminance = 1;
    }
  if (mastering->max_content_light > 0)
    {
      light = (void *)sendoff_stream_new_side_data (stream, AV_PKT_DATA_CONTENT_LIGHT_LEVEL, sizeof *light);
      light->MaxCLL = (unsigned)mastering->max_content_light;
      light->MaxFALL = (unsigned)mastering->max_frame_average_light;
    }
}

static void
add_video_stream (Mux *self, Pass *pass)
{
  const SendoffVideoPlan *plan = self->plan->video;
  AVStream *stream = avformat_new_stream (pass->format, NULL);

  avcodec_parameters_copy (stream->codecpar, sendoff_packet_joiner_get_codec (self->video));
  /* ProRes tells its profile by a tag that the encoder has set; for the others the container knows. */
  if (g_strcmp0 (plan->codec, "prores") != 0)
    stream->codecpar->codec_tag = is_isom (self) ? get_tag (plan->tag) : 0;
  stream->codecpar->video_delay = (int)sendoff_packet_joiner_get_delay (self->video);
  stream->codecpar->bit_rate = 0;
  stream->time_base = sendoff_packet_joiner_get_time_base (self->video);
  stream->avg_frame_rate = sendoff_to_av (plan->frame_rate);
  stream->sample_aspect_ratio = (AVRational){ 1, 1 };
  stream->disposition = AV_DISPOSITION_DEFAULT;
  if (plan->mastering != NULL)
    add_mastering (stream, plan->mastering);
  pass->video_stream = stream->index;
}

/* QuickTime numbers the languages that the first Macintosh knew; libavformat finds them by spellings of its own. */
static const char *
get_language (const Mux *self, const char *language)
{
  static const char *const spellings[][2] = {
    { "deu", "ger" }, { "fre", "fra" }, { "nld", "dut" }, { "swe", "sve" }, { "ell", "gre" }, { "isl", "ice" },
    { "zho", "chi" }, { "sqi", "alb" }, { "mkd", "mac" }, { "rum", "ron" }, { "cze", "ces" }, { "slo", "slk" },
  };

  for (guint i = 0; g_str_equal (self->plan->muxer, "mov") && i < G_N_ELEMENTS (spellings); i++)
    if (g_str_equal (spellings[i][0], language))
      return spellings[i][1];
  return language;
}

static void
add_audio_stream (Mux *self, Pass *pass)
{
  const SendoffAudioPlan *plan = self->plan->audio;
  AVStream *stream = avformat_new_stream (pass->format, NULL);

  avcodec_parameters_copy (stream->codecpar, sendoff_packet_reader_get_codec (self->audio));
  stream->codecpar->codec_tag = 0;
  stream->time_base = self->audio_base;
  stream->disposition = AV_DISPOSITION_DEFAULT;
  if (plan->language != NULL)
    av_dict_set (&stream->metadata, "language", get_language (self, plan->language), 0);
  pass->audio_stream = stream->index;
}

/* libavformat's own comments for Ogg are a second late when a chapter begins in the latter half of one. */
static void
add_ogg_chapter (AVFormatContext *format, guint index, const SendoffChapter *chapter)
{
  gint64 ms = chapter->start_us / 1000;
  g_autofree char *key = g_strdup_printf ("CHAPTER%03u", index);
  g_autofree char *name_key = g_strconcat (key, "NAME", NULL);
  g_autofree char *time = g_strdup_printf ("%02d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60),
                                           (int)(ms / 1000 % 60), (int)(ms % 1000));

  av_dict_set (&format->metadata, key, time, 0);
  if (chapter->title != NULL)
    av_dict_set (&format->metadata, name_key, chapter->title, 0);
}

static void
add_chapters (Mux *self, AVFormatContext *format)
{
  guint n = self->plan->chapters->len;
  gboolean is_ogg = g_str_equal (self->plan->muxer, "opus");

  for (guint i = 0; is_ogg && i < n; i++)
    add_ogg_chapter (format, i, g_ptr_array_index (self->plan->chapters, i));
  if (n == 0 || is_ogg)
    return;
  format->chapters = av_calloc (n, sizeof (AVChapter *));
  for (guint i = 0; i < n; i++)
    {
      const SendoffChapter *chapter = g_ptr_array_index (self->plan->chapters, i);
      AVChapter *copy = av_mallocz (sizeof (AVChapter));

      *copy = (AVChapter){ .id = i + 1, .time_base = { 1, 1000000 }, .start = chapter->start_us, .end = chapter->end_us };
      if (chapter->title != NULL)
        av_dict_set (&copy->metadata, "title", chapter->title, 0);
      format->chapters[format->nb_chapters++] = copy;
    }
}

static void
set_isom_options (Mux *self, gint64 reserve, AVDictionary **options)
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
begin_pass (Mux *self, Pass *pass, SendoffFileSink *sink, gint64 reserve, GError **error)
{
  g_autoptr (AVDictionary) options = NULL;
  int result = avformat_alloc_output_context2 (&pass->format, NULL, self->plan->muxer, NULL);

  if (result < 0)
    return set_mux_error (sink, result, error);
  pass->video_stream = pass->audio_stream = -1;
  pass->format->pb = sendoff_file_sink_get_io (sink);
  pass->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
  if (self->video != NULL)
    add_video_stream (self, pass);
  if (self->audio != NULL)
    add_audio_stream (self, pass);
  for (guint i = 0; i < self->plan->tags->len; i++)
    {
      const SendoffTag *tag = g_ptr_array_index (self->plan->tags, i);

      av_dict_set (&pass->format->metadata, tag->key, tag->value, 0);
    }
  add_chapters (self, pass->format);
  /* Times before zero are an encoder's delay, which every container has its own way to state. Shifting the streams
   * on top of that, as libavformat does for Matroska, would put the picture late by the delay. */
  pass->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
  /* FLAC in MP4 was called experimental until FFmpeg 6. */
  pass->format->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  if (is_isom (self))
    set_isom_options (self, reserve, &options);
  else if (is_matroska (self) && reserve > 0)
    av_dict_set_int (&options, "reserve_index_space", reserve, 0);
  result = avformat_write_header (pass->format, &options);
  return result >= 0 || set_mux_error (sink, result, error);
}

/* Whether the container states an encoder's delay: libavformat writes Matroska's CodecDelay for Opus alone. */
static gboolean
states_codec_delay (Mux *self)
{
  return is_matroska (self) && sendoff_packet_reader_get_codec (self->audio)->codec_id == AV_CODEC_ID_OPUS;
}

/* MP3 and Ogg files have a place of their own for it. */
static gboolean
states_delay_itself (Mux *self)
{
  return g_str_equal (self->plan->muxer, "mp3") || g_str_equal (self->plan->muxer, "opus");
}

/* Where nothing tells a player to skip what the encoder put before the first sample, packets of hardly anything else
 * are left out: MP3's first ends a millisecond behind the start. */
static gboolean
is_dropped (Mux *self)
{
  gboolean has_edit_list = is_isom (self) && self->plan->edit_list;
  gint64 end = self->audio_packet->pts + self->audio_packet->duration;
  gboolean is_before_start = self->audio_packet->pts < 0 && end * 8 <= self->audio_packet->duration;

  return is_before_start && !has_edit_list && !states_codec_delay (self) && !states_delay_itself (self);
}

static gboolean
fill (Mux *self, GError **error)
{
  int result;

  if (self->video != NULL && !self->has_video)
    {
      result = sendoff_packet_joiner_next (self->video, self->video_packet, error);
      if (result < 0)
        return FALSE;
      self->has_video = result > 0;
    }
  while (self->audio != NULL && !self->has_audio)
    {
      result = sendoff_packet_reader_next (self->audio, self->audio_packet, error);
      if (result < 0)
        return FALSE;
      if (result == 0)
        break;
      self->has_audio = !is_dropped (self);
    }
  return TRUE;
}

/* A reader subtracts the stated delay from the times of the blocks. Until FFmpeg 6 libavformat leaves it to its caller
 * to add it. */
static void
delay_audio (Mux *self)
{
#if LIBAVFORMAT_VERSION_MAJOR < 60
  int delay = states_codec_delay (self) ? sendoff_packet_reader_get_codec (self->audio)->initial_padding : 0;

  self->audio_packet->pts += delay;
  self->audio_packet->dts += delay;
#endif
}

static AVPacket *
take_next (Mux *self, Pass *pass)
{
  gboolean video_first = self->has_video;

  if (self->has_video && self->has_audio)
    video_first = av_compare_ts (self->video_packet->dts, sendoff_packet_joiner_get_time_base (self->video),
                                 self->audio_packet->dts, self->audio_base) <= 0;
  if (video_first)
    {
      AVStream *stream = pass->format->streams[pass->video_stream];

      self->has_video = FALSE;
      pass->keyframes += (self->video_packet->flags & AV_PKT_FLAG_KEY) != 0;
      self->video_packet->stream_index = pass->video_stream;
      av_packet_rescale_ts (self->video_packet, sendoff_packet_joiner_get_time_base (self->video), stream->time_base);
      return self->video_packet;
    }
  self->has_audio = FALSE;
  self->audio_packet->stream_index = pass->audio_stream;
  delay_audio (self);
  av_packet_rescale_ts (self->audio_packet, self->audio_base, pass->format->streams[pass->audio_stream]->time_base);
  return self->audio_packet;
}

static gboolean
write_packets (Mux *self, Pass *pass, SendoffFileSink *sink, SendoffEvents *events, GError **error)
{
  gint64 written = 0;

  while (fill (self, error))
    {
      int result;

      if (!self->has_video && !self->has_audio)
        return TRUE;
      result = av_write_frame (pass->format, take_next (self, pass));
      if (result < 0 || sendoff_file_sink_get_errno (sink) != 0)
        return set_mux_error (sink, result, error);
      if (events != NULL)
        sendoff_events_progress (events, -1, -1, ++written, avio_tell (pass->format->pb), 0);
    }
  return FALSE;
}

static void
rewind_inputs (Mux *self)
{
  if (self->video != NULL)
    sendoff_packet_joiner_rewind (self->video);
  if (self->audio != NULL)
    sendoff_packet_reader_rewind (self->audio);
  self->has_video = self->has_audio = FALSE;
}

static gboolean
run_pass (Mux *self, Pass *pass, SendoffFileSink *sink, gint64 reserve, SendoffEvents *events, GError **error)
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

/* How many bytes to keep free at the start for the index; -1 with an error. */
static gint64
measure_index (Mux *self, GError **error)
{
  g_autoptr (SendoffFileSink) nowhere = sendoff_file_sink_new_dry ();
  Pass pass = { 0 };

  if (!(is_isom (self) && self->plan->moov_first) && !is_matroska (self))
    return 0;
  if (!run_pass (self, &pass, nowhere, 0, NULL, error))
    return -1;
  if (is_matroska (self))
    return CUES_BYTES + CUE_BYTES * MAX (pass.keyframes, 1);
  return pass.index_bytes + FREE_BOX_BYTES;
}

static gint64
duration_us (Mux *self)
{
  gint64 video = 0, audio = 0;

  if (self->video != NULL)
    video = av_rescale_q (sendoff_packet_joiner_get_end (self->video), sendoff_packet_joiner_get_time_base (self->video),
                          (AVRational){ 1, 1000000 });
  if (self->audio != NULL)
    audio = av_rescale_q (self->audio_end, self->audio_base, (AVRational){ 1, 1000000 });
  return MAX (video, audio);
}

static SendoffMuxResult *
write_file (Mux *self, const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffFileSink) sink = NULL;
  SendoffMuxResult *result;
  Pass pass = { 0 };
  gint64 reserve = measure_index (self, error);

  if (reserve < 0)
    return NULL;
  sink = sendoff_file_sink_new (spec->target_path, error);
  if (sink == NULL || !run_pass (self, &pass, sink, reserve, events, error) || !sendoff_file_sink_sync (sink, error))
    return NULL;
  result = sendoff_mux_result_new ();
  result->size_bytes = sendoff_file_sink_get_size (sink);
  result->video_frames = self->video != NULL ? sendoff_packet_joiner_get_packets (self->video) : -1;
  result->duration_us = duration_us (self);
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
  Mux self = { .plan = spec->output };
  SendoffMuxResult *result = NULL;

  if (open_inputs (&self, spec, error))
    result = write_file (&self, spec, events, error);
  g_clear_pointer (&self.video, sendoff_packet_joiner_free);
  g_clear_pointer (&self.audio, sendoff_packet_reader_free);
  av_packet_free (&self.video_packet);
  av_packet_free (&self.audio_packet);
  return result;
}
