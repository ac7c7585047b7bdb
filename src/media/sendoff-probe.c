#include "base/sendoff-i18n.h"
#include "media/sendoff-probe-private.h"
#include "media/sendoff-probe-stream.h"
#include "media/sendoff-roles.h"

#define MAX_TAGS     200
#define MAX_CHAPTERS 2000

static void
probe_free (SendoffProbe *probe)
{
  g_clear_pointer (&probe->times, sendoff_packet_walk_free);
  g_clear_pointer (&probe->first, sendoff_packet_walk_free);
  g_clear_pointer (&probe->layout, sendoff_layout_free);
  g_clear_pointer (&probe->source, sendoff_source_free);
  g_clear_pointer (&probe->info, sendoff_media_info_free);
  g_clear_pointer (&probe->warnings, g_strv_builder_unref);
  g_free (probe);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffProbe, probe_free)

static const struct
{
  const char *demuxer;
  const char *name;
} container_names[] = {
  { "mov,mp4,m4a,3gp,3g2,mj2", "MP4 / QuickTime" },
  { "matroska,webm", "Matroska / WebM" },
  { "mpegts", "MPEG transport stream" },
  { "mpeg", "MPEG program stream" },
  { "avi", "AVI" },
  { "asf", "Windows Media" },
  { "flv", "Flash video" },
  { "ogg", "Ogg" },
  { "gif", "GIF" },
  { "mxf", "MXF" },
};

/** sendoff_probe_is_mp4: whether the container is of the MP4 and QuickTime family. */
gboolean
sendoff_probe_is_mp4 (SendoffProbe *probe)
{
  return g_str_has_prefix (probe->format->iformat->name, "mov,");
}

/** sendoff_probe_to_us: @time in units of @time_base seconds, in microseconds. */
gint64
sendoff_probe_to_us (gint64 time, AVRational time_base)
{
  return av_rescale_q (time, time_base, AV_TIME_BASE_Q);
}

/** sendoff_probe_get_stream: (transfer none): stream @index of the info that is being filled. */
SendoffStreamInfo *
sendoff_probe_get_stream (SendoffProbe *probe, int index)
{
  return g_ptr_array_index (probe->info->streams, index);
}

/* The catalog's name for what the content is; files of the MP4 family say it by their brand. */
static const char *
get_format_id (SendoffProbe *probe)
{
  const AVDictionaryEntry *brand = av_dict_get (probe->format->metadata, "major_brand", NULL, 0);
  static const char *const plain[] = { "mp3", "flac", "wav", "avi", "flv", "gif", "mxf", "mpegts", "ogg", NULL };
  const char *demuxer = probe->format->iformat->name;

  if (g_str_equal (demuxer, "matroska,webm"))
    return probe->layout != NULL && probe->layout->is_webm ? "webm" : "mkv";
  if (!sendoff_probe_is_mp4 (probe))
    return g_strv_contains (plain, demuxer) ? demuxer : NULL;
  if (brand == NULL || g_str_has_prefix (brand->value, "qt"))
    return "mov";
  if (g_str_has_prefix (brand->value, "3g"))
    return "3gp";
  return g_str_has_prefix (brand->value, "M4A") ? "m4a" : "mp4";
}

static void
describe_container (SendoffProbe *probe)
{
  const AVInputFormat *demuxer = probe->format->iformat;
  SendoffMediaInfo *info = probe->info;

  info->size_bytes = sendoff_source_get_size (probe->source);
  info->container = g_strdup (demuxer->name);
  for (guint i = 0; i < G_N_ELEMENTS (container_names) && info->container_name == NULL; i++)
    if (g_str_equal (demuxer->name, container_names[i].demuxer))
      info->container_name = g_strdup (container_names[i].name);
  if (info->container_name == NULL)
    info->container_name = g_strdup (demuxer->long_name != NULL ? demuxer->long_name : demuxer->name);
  if (sendoff_probe_is_mp4 (probe) || g_str_equal (demuxer->name, "matroska,webm"))
    probe->layout = sendoff_layout_read (sendoff_source_get_fd (probe->source), info->size_bytes);
  info->format_id = g_strdup (get_format_id (probe));
  info->faststart = probe->layout != NULL && probe->layout->index_first;
  info->seekable = probe->layout != NULL && probe->layout->has_index && !probe->layout->fragmented;
}

/* The first decodable stream of @kind, or the first of those that the file marks as default. */
static int
choose_stream (SendoffProbe *probe, SendoffStreamKind kind)
{
  int chosen = -1;

  for (guint i = 0; i < probe->info->streams->len; i++)
    {
      SendoffStreamInfo *stream = sendoff_probe_get_stream (probe, (int)i);

      if (stream->kind != (int)kind || !stream->decodable)
        continue;
      if (stream->is_default)
        return stream->index;
      if (chosen < 0)
        chosen = stream->index;
    }
  return chosen;
}

static gboolean
list_streams (SendoffProbe *probe, GError **error)
{
  SendoffMediaInfo *info = probe->info;

  for (guint i = 0; i < probe->format->nb_streams; i++)
    g_ptr_array_add (info->streams, sendoff_probe_stream (probe->format, probe->format->streams[i]));
  info->video_index = choose_stream (probe, SENDOFF_STREAM_VIDEO);
  info->audio_index = choose_stream (probe, SENDOFF_STREAM_AUDIO);
  if (info->video_index >= 0 || info->audio_index >= 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
               _ ("%s has no video or sound that can be decoded."), sendoff_source_get_name (probe->source));
  return FALSE;
}

/* An MP4's index tells everything at once; what other files hold is only known by reading them. */
static void
walk_packets (SendoffProbe *probe)
{
  gboolean is_indexed
      = sendoff_probe_is_mp4 (probe) && probe->layout->has_index && !probe->layout->fragmented;

  if (probe->spec->scan && !is_indexed)
    {
      probe->first = sendoff_packet_walk_all (probe->source, probe->info->video_index, probe->events);
      return;
    }
  probe->first = sendoff_packet_walk_first (probe->source, probe->info->video_index);
  if (is_indexed)
    {
      g_autoptr (SendoffSource) times = sendoff_source_open_times (probe->source, NULL);

      if (times != NULL && sendoff_source_get_format (times)->nb_streams == probe->format->nb_streams)
        probe->times = sendoff_packet_walk_all (times, -1, NULL);
    }
}

static void
set_field_order (SendoffStreamInfo *stream, const SendoffPacketWalk *walk)
{
  if (walk->n_frames == 0)
    return;
  if (walk->n_interlaced > 0)
    stream->field_order = walk->n_top_first * 2 >= walk->n_interlaced ? SENDOFF_FIELDS_TOP_FIRST
                                                                      : SENDOFF_FIELDS_BOTTOM_FIRST;
  else if (stream->field_order == SENDOFF_FIELDS_UNKNOWN)
    stream->field_order = SENDOFF_FIELDS_PROGRESSIVE;
}

static void
describe_pictures (SendoffProbe *probe)
{
  SendoffPacketWalk *walk = probe->first;
  int index = probe->info->video_index;
  SendoffStreamInfo *stream;

  if (index < 0)
    return;
  stream = sendoff_probe_get_stream (probe, index);
  if (walk->frame == NULL)
    {
      g_strv_builder_add (probe->warnings, _ ("The first pictures of the video could not be decoded."));
      return;
    }
  sendoff_probe_stream_add_frame (stream, probe->format, probe->format->streams[index], walk->frame);
  set_field_order (stream, walk);
  stream->reorder_frames = MAX (stream->reorder_frames, walk->reorder_frames);
}

static void
list_chapters (SendoffProbe *probe)
{
  SendoffMediaInfo *info = probe->info;

  for (guint i = 0; i < MIN (probe->format->nb_chapters, MAX_CHAPTERS); i++)
    {
      const AVChapter *from = probe->format->chapters[i];
      SendoffChapter *chapter = sendoff_chapter_new ();

      chapter->start_us = sendoff_probe_to_us (from->start, from->time_base) - info->origin_us;
      chapter->end_us = sendoff_probe_to_us (from->end, from->time_base) - info->origin_us;
      chapter->title = sendoff_probe_dup_tag (from->metadata, "title");
      g_ptr_array_add (info->chapters, chapter);
    }
}

static void
list_tags (SendoffProbe *probe)
{
  const AVDictionaryEntry *entry = NULL;

  while ((entry = av_dict_get (probe->format->metadata, "", entry, AV_DICT_IGNORE_SUFFIX)) != NULL
         && probe->info->tags->len < MAX_TAGS)
    {
      g_autofree char *value = sendoff_probe_dup_tag (probe->format->metadata, entry->key);
      SendoffTag *tag;

      if (value == NULL)
        continue;
      tag = sendoff_tag_new ();
      tag->key = sendoff_probe_dup_text (entry->key);
      tag->value = g_steal_pointer (&value);
      g_ptr_array_add (probe->info->tags, tag);
    }
}

/**
 * sendoff_role_probe:
 * @spec: source, scan and packet_details count
 * @events: gets progress of a scan: chunk and output -1, the position in the file as bytes
 *
 * Everything that can be told about a file, its identity excepted. Without scan the time facts of files that
 * have no index are guesses from headers.
 *
 * Returns: (transfer full): the facts, or %NULL with the errors of sendoff_source_open() and
 *   %SENDOFF_ERROR_SOURCE_UNSUPPORTED when there is nothing to decode
 */
SendoffMediaInfo *
sendoff_role_probe (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_autoptr (SendoffProbe) probe = g_new0 (SendoffProbe, 1);

  probe->spec = spec;
  probe->events = events;
  probe->warnings = g_strv_builder_new ();
  probe->info = sendoff_media_info_new ();
  probe->source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (probe->source == NULL)
    return NULL;
  probe->format = sendoff_source_get_format (probe->source);
  describe_container (probe);
  if (!list_streams (probe, error))
    return NULL;
  walk_packets (probe);
  describe_pictures (probe);
  sendoff_probe_time_streams (probe);
  sendoff_probe_add_packet_details (probe);
  sendoff_probe_find_fields (probe);
  list_chapters (probe);
  list_tags (probe);
  probe->info->warnings = g_strv_builder_end (probe->warnings);
  return g_steal_pointer (&probe->info);
}
