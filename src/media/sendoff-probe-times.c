/* Starts, durations and frame rates, and what goes wrong with them. */
#include "base/sendoff-i18n.h"
#include "media/sendoff-probe-private.h"

/* A last frame of this length is believed; more is a wrong header. */
#define MAX_LAST_FRAME_US (60 * G_USEC_PER_SEC)

/* A header's frame rate above this is a clock. */
#define MAX_DECLARED_RATE 300

/* What an edit list hides in such small amounts is an encoder's delay: 2112 samples at 8 kHz, or a frame too
 * many. */
#define HARMLESS_AUDIO_US 300000
#define HARMLESS_FRAMES   3

/* A day of seconds; nobody draws more of a packet profile. */
#define MAX_PROFILE_SECONDS 86400

static void probe_warn (SendoffProbe *probe, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
probe_warn (SendoffProbe *probe, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list arguments;

  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_strv_builder_add (probe->warnings, sentence);
}

/* The complete log of a stream, when there is one. */
static SendoffPacketLog *
get_log (SendoffProbe *probe, int index)
{
  SendoffPacketWalk *walk = probe->times != NULL ? probe->times : probe->first;

  return walk != NULL && walk->is_complete ? sendoff_packet_walk_get_log (walk, index) : NULL;
}

/* Frames before the first that can be decoded, as at the start of a recorded broadcast, are never shown. */
static void
drop_undecodable (SendoffProbe *probe, SendoffPacketLog *log)
{
  AVFrame *frame = probe->first->frame;
  gint64 first = frame != NULL ? frame->best_effort_timestamp : AV_NOPTS_VALUE;
  guint n = 0;

  if (first == AV_NOPTS_VALUE || log->first == AV_NOPTS_VALUE || log->lacks_times)
    return;
  while (n < log->samples->len && g_array_index (log->samples, SendoffSample, n).time < first)
    n++;
  if (n == 0 || n == log->samples->len)
    return;
  g_array_remove_range (log->samples, 0, n);
  log->n_packets -= n;
  log->n_bad += n;
  log->first = g_array_index (log->samples, SendoffSample, 0).time;
}

/* Start of a stream in container time, AV_NOPTS_VALUE unknown. The demuxer takes the encoder delay of audio
 * off. */
static gint64
container_start_us (SendoffProbe *probe, int index)
{
  AVStream *stream = probe->format->streams[index];
  SendoffPacketLog *log = get_log (probe, index);
  AVFrame *frame = index == probe->info->video_index && probe->first != NULL ? probe->first->frame : NULL;

  /* Old AVI files have decoding times only, which lag behind the picture where there are B-frames. */
  if (log != NULL && log->samples != NULL && log->first != AV_NOPTS_VALUE && !(log->lacks_times && frame != NULL))
    return sendoff_probe_to_us (log->first, stream->time_base);
  if (frame != NULL && frame->best_effort_timestamp != AV_NOPTS_VALUE)
    return sendoff_probe_to_us (frame->best_effort_timestamp, stream->time_base);
  if (stream->start_time != AV_NOPTS_VALUE)
    return sendoff_probe_to_us (stream->start_time, stream->time_base);
  return log != NULL && log->first != AV_NOPTS_VALUE ? sendoff_probe_to_us (log->first, stream->time_base)
                                                     : AV_NOPTS_VALUE;
}

static gboolean
is_played (const SendoffStreamInfo *stream)
{
  return (stream->kind == SENDOFF_STREAM_VIDEO || stream->kind == SENDOFF_STREAM_AUDIO) && stream->decodable;
}

static void
find_origin (SendoffProbe *probe)
{
  gint64 origin_us = AV_NOPTS_VALUE;

  for (guint i = 0; i < probe->info->streams->len; i++)
    {
      gint64 start_us = AV_NOPTS_VALUE;

      if (is_played (sendoff_probe_get_stream (probe, (int)i)))
        start_us = container_start_us (probe, (int)i);
      if (start_us != AV_NOPTS_VALUE && (origin_us == AV_NOPTS_VALUE || start_us < origin_us))
        origin_us = start_us;
    }
  probe->info->origin_us = origin_us != AV_NOPTS_VALUE ? origin_us : 0;
  for (guint i = 0; i < probe->info->streams->len; i++)
    {
      gint64 start_us = container_start_us (probe, (int)i);

      sendoff_probe_get_stream (probe, (int)i)->start_us
          = start_us != AV_NOPTS_VALUE ? start_us - probe->info->origin_us : 0;
    }
}

static SendoffRational
declared_rate (AVFormatContext *format, AVStream *stream)
{
  AVRational rate = stream->avg_frame_rate.num > 0 ? stream->avg_frame_rate : stream->r_frame_rate;

  if (rate.num <= 0 || rate.den <= 0)
    rate = av_guess_frame_rate (format, stream, NULL);
  return rate.num > 0 && rate.den > 0 ? sendoff_from_av (rate) : SENDOFF_RATIONAL_NONE;
}

static gint64
frames_us (gint64 n, SendoffRational rate)
{
  if (!sendoff_rational_is_set (rate))
    return 0;
  return sendoff_rescale (n, sendoff_rational_invert (rate), SENDOFF_US, SENDOFF_ROUND_NEAREST);
}

/* The end of the last frame: one more of a constant rate; else what an index (whose durations belong to the
 * order of decoding) or the packet itself says, or a usual frame. */
static gint64
shown_us (SendoffProbe *probe, AVStream *stream, const SendoffPacketLog *log, const SendoffTiming *timing)
{
  gint64 end = log->end;
  gint64 last;
  gint64 last_us;

  if (timing->is_constant)
    return frames_us (log->n_packets, timing->rate);
  if (log->samples->len == 0)
    return 0;
  if (probe->times != NULL && stream->start_time != AV_NOPTS_VALUE && stream->duration > 0)
    end = stream->start_time + stream->duration;
  last = g_array_index (log->samples, SendoffSample, log->samples->len - 1).time;
  last_us = sendoff_probe_to_us (end - last, stream->time_base);
  if (last_us <= 0 || last_us > MAX_LAST_FRAME_US)
    last_us = sendoff_probe_to_us (timing->usual_ticks, stream->time_base);
  return sendoff_probe_to_us (last - log->first, stream->time_base) + last_us;
}

static void
time_video_by_log (SendoffProbe *probe, SendoffStreamInfo *info, SendoffPacketLog *log)
{
  AVStream *stream = probe->format->streams[info->index];
  SendoffTiming timing
      = sendoff_timing_analyse (log->samples, info->time_base, declared_rate (probe->format, stream));

  /* A raw stream has no times at all: its pictures follow each other at the declared rate. */
  if (log->samples->len == 0)
    timing.is_constant = sendoff_rational_is_set (timing.rate);
  info->frame_rate = timing.rate;
  info->max_frame_rate = timing.max_rate;
  info->constant_rate = timing.is_constant;
  info->frame_count = log->n_packets;
  info->duration_us = shown_us (probe, stream, log, &timing);
  if (log->n_jumps > 0)
    g_strv_builder_add (probe->warnings, _ ("The clock of the video jumps; the parts are joined without gaps."));
}

/* Until every packet is known: the declared rate, unless it is a clock; then what the first frames look like.
 */
static SendoffRational
guess_rate (SendoffProbe *probe, SendoffStreamInfo *info)
{
  SendoffRational declared = declared_rate (probe->format, probe->format->streams[info->index]);
  SendoffPacketLog *log = sendoff_packet_walk_get_log (probe->first, info->index);
  SendoffTiming timing;

  if (sendoff_rational_to_double (declared) <= MAX_DECLARED_RATE || log == NULL || log->samples->len < 2)
    return sendoff_timing_snap (sendoff_rational_to_double (declared));
  timing = sendoff_timing_analyse (log->samples, info->time_base, SENDOFF_RATIONAL_NONE);
  return sendoff_rational_is_set (timing.max_rate) ? timing.max_rate : declared;
}

/* Matroska's duration ends at the end of the last block and begins at zero, wherever the first block is. */
static gint64
header_end_us (SendoffProbe *probe)
{
  gint64 end_us = MAX (probe->format->duration, 0);

  if (g_str_equal (probe->format->iformat->name, "matroska,webm"))
    end_us -= MAX (probe->info->origin_us, 0);
  return end_us;
}

static void
time_by_header (SendoffProbe *probe, SendoffStreamInfo *info)
{
  AVStream *stream = probe->format->streams[info->index];

  if (stream->duration > 0)
    info->duration_us = sendoff_probe_to_us (stream->duration, stream->time_base);
  else if (is_played (info))
    info->duration_us = MAX (0, header_end_us (probe) - info->start_us);
  if (info->kind != SENDOFF_STREAM_VIDEO)
    return;
  info->frame_rate = info->max_frame_rate = guess_rate (probe, info);
  info->constant_rate = sendoff_timing_is_usual (info->frame_rate);
  info->frame_count = MAX (stream->nb_frames, 0);
}

/* Pictures before the first keyframe count as a group of their own. */
static gint64
find_longest_gop (GArray *samples, AVRational time_base, const SendoffStreamInfo *info)
{
  gint64 first = samples->len > 0 ? g_array_index (samples, SendoffSample, 0).time : 0;
  gint64 begin = first, longest_us = 0;

  for (guint i = 1; i < samples->len; i++)
    {
      const SendoffSample *sample = &g_array_index (samples, SendoffSample, i);

      if (!sample->is_key)
        continue;
      longest_us = MAX (longest_us, sendoff_probe_to_us (sample->time - begin, time_base));
      begin = sample->time;
    }
  return MAX (longest_us, info->duration_us - sendoff_probe_to_us (begin - first, time_base));
}

static void
time_stream (SendoffProbe *probe, SendoffStreamInfo *info)
{
  AVStream *stream = probe->format->streams[info->index];
  SendoffPacketLog *log = get_log (probe, info->index);

  if (log == NULL || log->n_packets == 0)
    {
      time_by_header (probe, info);
      return;
    }
  if (log->samples != NULL)
    time_video_by_log (probe, info, log);
  else if (log->end != AV_NOPTS_VALUE)
    info->duration_us = MAX (0, sendoff_probe_to_us (log->end, stream->time_base) - probe->info->origin_us
                                    - info->start_us);
  if (info->duration_us > 0)
    info->bitrate_bps = av_rescale (log->bytes, 8 * G_USEC_PER_SEC, info->duration_us);
  info->packet_count = log->n_packets;
  info->packet_bytes = log->bytes;
  info->hidden_packets = log->n_hidden;
  info->bad_packets += log->n_bad;
  info->open_gops = log->open_gops;
  if (log->samples != NULL)
    info->longest_gop_us = find_longest_gop (log->samples, stream->time_base, info);
}

static gint64
longest_end_us (SendoffProbe *probe)
{
  gint64 end_us = 0;

  for (guint i = 0; i < probe->info->streams->len; i++)
    {
      SendoffStreamInfo *stream = sendoff_probe_get_stream (probe, (int)i);

      /* A second video track, as in motion photos, is not what gets exported. */
      if (is_played (stream) && stream->duration_us > 0
          && (stream->kind != SENDOFF_STREAM_VIDEO || stream->index == probe->info->video_index))
        end_us = MAX (end_us, stream->start_us + stream->duration_us);
    }
  return end_us;
}

/* What the file says of its length, against what is there. */
static void
compare_durations (SendoffProbe *probe)
{
  gint64 said_us = MAX (probe->format->duration, 0) - MAX (probe->info->origin_us, 0);
  gint64 found_us = probe->info->duration_us;

  /* An index that lies is checked by itself. */
  if (probe->times != NULL || !probe->info->duration_is_exact || said_us - found_us < G_USEC_PER_SEC
      || said_us - found_us < said_us / 50)
    return;
  probe_warn (probe, _ ("The file says that it lasts %.1f s, but holds only %.1f s; it may be cut off."),
              (double)said_us / 1e6, (double)found_us / 1e6);
}

/* Samples that the index lists beyond the end of the file. */
static void
check_truncation (SendoffProbe *probe)
{
  AVStream *stream;
  int n_entries;
  int n_missing = 0;

  if (probe->times == NULL || probe->info->video_index < 0)
    return;
  stream = probe->format->streams[probe->info->video_index];
  n_entries = avformat_index_get_entries_count (stream);
  for (int i = 0; i < n_entries; i++)
    {
      const AVIndexEntry *entry = avformat_index_get_entry (stream, i);

      n_missing += entry->pos > probe->info->size_bytes - entry->size;
    }
  sendoff_probe_get_stream (probe, stream->index)->bad_packets += n_missing;
  if (n_missing > 0)
    probe_warn (probe, _ ("The file is cut off: %d of %d frames are missing at its end."), n_missing, n_entries);
}

/* Frames that the edit list leaves out: FFmpeg flags those before the shown part and drops those after it. */
static gboolean
hides_frames (SendoffProbe *probe, int index, const SendoffTrackLayout *track)
{
  SendoffPacketLog *log = get_log (probe, index);
  gint64 n_indexed = avformat_index_get_entries_count (probe->format->streams[index]);

  return log != NULL
         && (log->has_hidden_key || log->n_hidden + track->n_samples - n_indexed > HARMLESS_FRAMES);
}

/* An edit list matters when it shows several parts, changes their speed or hides more than an encoder's
 * delay. */
static void
note_edit_lists (SendoffProbe *probe)
{
  guint n_tracks = probe->layout != NULL ? probe->layout->tracks->len : 0;

  for (guint i = 0; i < MIN (n_tracks, probe->info->streams->len); i++)
    {
      const SendoffTrackLayout *track = &g_array_index (probe->layout->tracks, SendoffTrackLayout, i);
      SendoffStreamInfo *stream = sendoff_probe_get_stream (probe, (int)i);

      stream->n_edits = (int)track->n_entries;
      if (track->n_edits == 0 || probe->times == NULL)
        continue;
      stream->has_edit_list = track->n_edits > 1 || track->odd_speed;
      if (stream->kind == SENDOFF_STREAM_VIDEO)
        stream->has_edit_list |= hides_frames (probe, (int)i, track);
      else if (stream->kind == SENDOFF_STREAM_AUDIO)
        stream->has_edit_list |= track->skipped_us > HARMLESS_AUDIO_US;
    }
}

/** sendoff_probe_time_streams: fills in every time of the info, from the walks when they are complete. */
void
sendoff_probe_time_streams (SendoffProbe *probe)
{
  SendoffMediaInfo *info = probe->info;
  SendoffPacketWalk *walk = probe->times != NULL ? probe->times : probe->first;
  SendoffPacketLog *log = get_log (probe, info->video_index);

  info->scanned = info->duration_is_exact = walk->is_complete;
  if (log != NULL)
    drop_undecodable (probe, log);
  find_origin (probe);
  for (guint i = 0; i < info->streams->len; i++)
    time_stream (probe, sendoff_probe_get_stream (probe, (int)i));
  info->duration_us = longest_end_us (probe);
  check_truncation (probe);
  compare_durations (probe);
  note_edit_lists (probe);
}

/** sendoff_probe_add_packet_details: bytes a second and, when asked for, key frames of the main video, when every
 * packet is known. */
void
sendoff_probe_add_packet_details (SendoffProbe *probe)
{
  SendoffPacketLog *log = get_log (probe, probe->info->video_index);
  SendoffStreamInfo *stream;
  AVRational time_base;

  if (log == NULL || log->samples->len == 0)
    return;
  stream = sendoff_probe_get_stream (probe, probe->info->video_index);
  time_base = probe->format->streams[stream->index]->time_base;
  if (probe->spec->packet_details)
    stream->keyframe_times_us = g_array_new (FALSE, FALSE, sizeof (gint64));
  stream->packet_profile_bytes = g_array_new (FALSE, TRUE, sizeof (gint64));
  for (guint i = 0; i < log->samples->len; i++)
    {
      const SendoffSample *sample = &g_array_index (log->samples, SendoffSample, i);
      gint64 time_us = sendoff_probe_to_us (sample->time, time_base) - probe->info->origin_us;
      guint second = (guint)CLAMP (time_us / G_USEC_PER_SEC, 0, MAX_PROFILE_SECONDS);

      if (sample->is_key && stream->keyframe_times_us != NULL)
        g_array_append_val (stream->keyframe_times_us, time_us);
      if (second >= stream->packet_profile_bytes->len)
        g_array_set_size (stream->packet_profile_bytes, second + 1);
      g_array_index (stream->packet_profile_bytes, gint64, second) += sample->size_bytes;
    }
}
