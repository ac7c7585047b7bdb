#include "model/sendoff-media-info.h"

#include <math.h>

#include "base/sendoff-i18n.h"

const char *const sendoff_stream_kind_nicks[]
    = { N_ ("video"), N_ ("audio"), N_ ("subtitle"), N_ ("data"), N_ ("attachment"), N_ ("cover"), NULL };
const char *const sendoff_field_order_nicks[] = { "unknown", "progressive", "top-first", "bottom-first", NULL };
const char *const sendoff_hdr_nicks[] = { "none", "pq", "hlg", NULL };

static const SendoffField color_fields[] = {
  SENDOFF_FIELD (SendoffColor, range, STRING),
  SENDOFF_FIELD (SendoffColor, matrix, STRING),
  SENDOFF_FIELD (SendoffColor, primaries, STRING),
  SENDOFF_FIELD (SendoffColor, transfer, STRING),
  SENDOFF_FIELD (SendoffColor, chroma_location, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField mastering_fields[] = {
  SENDOFF_FIELD (SendoffMastering, display_primaries, INT64_ARRAY),
  SENDOFF_FIELD (SendoffMastering, max_luminance, INT64),
  SENDOFF_FIELD (SendoffMastering, min_luminance, INT64),
  SENDOFF_FIELD (SendoffMastering, max_content_light, INT),
  SENDOFF_FIELD (SendoffMastering, max_frame_average_light, INT),
  SENDOFF_FIELDS_END,
};

static const SendoffField stream_info_fields[] = {
  SENDOFF_FIELD (SendoffStreamInfo, index, INT),
  SENDOFF_FIELD_NAMES (SendoffStreamInfo, kind, sendoff_stream_kind_nicks),
  SENDOFF_FIELD (SendoffStreamInfo, codec, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, codec_tag, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, profile, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, level, INT),
  SENDOFF_FIELD (SendoffStreamInfo, decodable, BOOL),
  SENDOFF_FIELD (SendoffStreamInfo, language, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, title, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, is_default, BOOL),
  SENDOFF_FIELD (SendoffStreamInfo, start_us, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, duration_us, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, time_base, RATIONAL),
  SENDOFF_FIELD (SendoffStreamInfo, extradata_hash, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, packet_count, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, packet_bytes, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, hidden_packets, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, bad_packets, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, n_edits, INT),
  SENDOFF_FIELD (SendoffStreamInfo, width, INT),
  SENDOFF_FIELD (SendoffStreamInfo, height, INT),
  SENDOFF_FIELD (SendoffStreamInfo, display_width, INT),
  SENDOFF_FIELD (SendoffStreamInfo, display_height, INT),
  SENDOFF_FIELD (SendoffStreamInfo, sample_aspect_ratio, RATIONAL),
  SENDOFF_FIELD (SendoffStreamInfo, rotation, INT),
  SENDOFF_FIELD (SendoffStreamInfo, mirrored, BOOL),
  SENDOFF_FIELD (SendoffStreamInfo, pixel_format, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, bit_depth, INT),
  SENDOFF_FIELD (SendoffStreamInfo, chroma, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, has_alpha, BOOL),
  SENDOFF_FIELD_NAMES (SendoffStreamInfo, field_order, sendoff_field_order_nicks),
  SENDOFF_FIELD (SendoffStreamInfo, hidden_fields, BOOL),
  SENDOFF_FIELD (SendoffStreamInfo, frame_rate, RATIONAL),
  SENDOFF_FIELD (SendoffStreamInfo, max_frame_rate, RATIONAL),
  SENDOFF_FIELD (SendoffStreamInfo, constant_rate, BOOL),
  SENDOFF_FIELD (SendoffStreamInfo, frame_count, INT64),
  SENDOFF_FIELD_OF (SendoffStreamInfo, color, DOC, sendoff_color_doc_type),
  SENDOFF_FIELD_NAMES (SendoffStreamInfo, hdr, sendoff_hdr_nicks),
  SENDOFF_FIELD (SendoffStreamInfo, hdr10_plus, BOOL),
  SENDOFF_FIELD (SendoffStreamInfo, dolby_vision_profile, INT),
  SENDOFF_FIELD (SendoffStreamInfo, dolby_vision_compatibility, INT),
  SENDOFF_FIELD_OF (SendoffStreamInfo, mastering, DOC, sendoff_mastering_doc_type),
  SENDOFF_FIELD (SendoffStreamInfo, reorder_frames, INT),
  SENDOFF_FIELD (SendoffStreamInfo, has_edit_list, BOOL),
  SENDOFF_FIELD (SendoffStreamInfo, open_gops, INT),
  SENDOFF_FIELD (SendoffStreamInfo, longest_gop_us, INT64),
  SENDOFF_FIELD (SendoffStreamInfo, sample_rate, INT),
  SENDOFF_FIELD (SendoffStreamInfo, channels, INT),
  SENDOFF_FIELD (SendoffStreamInfo, channel_layout, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, sample_format, STRING),
  SENDOFF_FIELD (SendoffStreamInfo, keyframe_times_us, INT64_ARRAY),
  SENDOFF_FIELD (SendoffStreamInfo, packet_profile_bytes, INT64_ARRAY),
  SENDOFF_FIELDS_END,
};

static const SendoffField chapter_fields[] = {
  SENDOFF_FIELD (SendoffChapter, start_us, INT64),
  SENDOFF_FIELD (SendoffChapter, end_us, INT64),
  SENDOFF_FIELD (SendoffChapter, title, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField tag_fields[] = {
  SENDOFF_FIELD (SendoffTag, key, STRING),
  SENDOFF_FIELD (SendoffTag, value, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField media_info_fields[] = {
  SENDOFF_FIELD (SendoffMediaInfo, identity, STRING),
  SENDOFF_FIELD (SendoffMediaInfo, size_bytes, INT64),
  SENDOFF_FIELD (SendoffMediaInfo, container, STRING),
  SENDOFF_FIELD (SendoffMediaInfo, format_id, STRING),
  SENDOFF_FIELD (SendoffMediaInfo, container_name, STRING),
  SENDOFF_FIELD (SendoffMediaInfo, origin_us, INT64),
  SENDOFF_FIELD (SendoffMediaInfo, duration_us, INT64),
  SENDOFF_FIELD (SendoffMediaInfo, duration_is_exact, BOOL),
  SENDOFF_FIELD (SendoffMediaInfo, scanned, BOOL),
  SENDOFF_FIELD (SendoffMediaInfo, seekable, BOOL),
  SENDOFF_FIELD (SendoffMediaInfo, faststart, BOOL),
  SENDOFF_FIELD (SendoffMediaInfo, video_index, INT),
  SENDOFF_FIELD (SendoffMediaInfo, audio_index, INT),
  SENDOFF_FIELD_OF (SendoffMediaInfo, streams, DOC_ARRAY, sendoff_stream_info_doc_type),
  SENDOFF_FIELD_OF (SendoffMediaInfo, chapters, DOC_ARRAY, sendoff_chapter_doc_type),
  SENDOFF_FIELD_OF (SendoffMediaInfo, tags, DOC_ARRAY, sendoff_tag_doc_type),
  SENDOFF_FIELD (SendoffMediaInfo, warnings, STRV),
  SENDOFF_FIELDS_END,
};

static void
stream_info_init (gpointer doc)
{
  SendoffStreamInfo *self = doc;

  self->level = -99;
  self->open_gops = -1;
  self->sample_aspect_ratio = SENDOFF_RATIONAL (1, 1);
}

static void
media_info_init (gpointer doc)
{
  SendoffMediaInfo *self = doc;

  self->video_index = -1;
  self->audio_index = -1;
}

SENDOFF_DEFINE_DOC (SendoffColor, sendoff_color, "colour description", color_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffMastering, sendoff_mastering, "mastering data", mastering_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffStreamInfo, sendoff_stream_info, "stream", stream_info_fields, stream_info_init)
SENDOFF_DEFINE_DOC (SendoffChapter, sendoff_chapter, "chapter", chapter_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffTag, sendoff_tag, "tag", tag_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffMediaInfo, sendoff_media_info, "media info", media_info_fields, media_info_init)

/**
 * sendoff_media_info_get_stream:
 * @index: the container's stream index, -1 for none
 *
 * Returns: (transfer none) (nullable): the stream with that index
 */
const SendoffStreamInfo *
sendoff_media_info_get_stream (const SendoffMediaInfo *self, int index)
{
  for (guint i = 0; index >= 0 && i < self->streams->len; i++)
    {
      const SendoffStreamInfo *stream = g_ptr_array_index (self->streams, i);

      if (stream->index == index)
        return stream;
    }
  return NULL;
}

/** sendoff_media_info_get_video: (transfer none) (nullable): the stream that exports show. */
const SendoffStreamInfo *
sendoff_media_info_get_video (const SendoffMediaInfo *self)
{
  return sendoff_media_info_get_stream (self, self->video_index);
}

/**
 * sendoff_stream_info_get_bytes:
 * @start_us: source time
 * @end_us: source time, not included
 *
 * Returns: what the stream spends on a part of its time, by the bytes of its whole seconds; 0 unknown
 */
double
sendoff_stream_info_get_bytes (const SendoffStreamInfo *self, gint64 start_us, gint64 end_us)
{
  double start = (double)start_us / 1e6, end = (double)end_us / 1e6;
  double sum = 0;

  if (self->packet_profile_bytes == NULL)
    return 0;
  for (guint second = (guint)MAX (floor (start), 0); second < self->packet_profile_bytes->len && second < end;
       second++)
    {
      double share = MIN (end, second + 1.0) - MAX (start, (double)second);

      sum += (double)g_array_index (self->packet_profile_bytes, gint64, second) * share;
    }
  return sum;
}

/** sendoff_media_info_get_audio: (transfer none) (nullable): the audio stream that exports play by default. */
const SendoffStreamInfo *
sendoff_media_info_get_audio (const SendoffMediaInfo *self)
{
  return sendoff_media_info_get_stream (self, self->audio_index);
}

/** sendoff_tags_clear: empties @tags, a member of a document: such arrays do not free what they hold. */
void
sendoff_tags_clear (GPtrArray *tags)
{
  g_ptr_array_foreach (tags, (GFunc)sendoff_tag_free, NULL);
  g_ptr_array_set_size (tags, 0);
}
