/* Fields that nobody declared: pictures woven from two moments in streams that are marked as progressive. */
#include <stdlib.h>

#include "media/sendoff-frame-filter.h"
#include "media/sendoff-frame-reader.h"
#include "media/sendoff-probe-private.h"

/* Where is looked, in parts of the whole; an opening can stand still. */
static const double places[] = { 0.3, 0.7 };
#define FRAMES_AT_A_PLACE 9
/* A verdict needs so many pictures of one kind, and none of the opposite kind, which noise makes as often. */
#define MIN_COMBED 4

/* Heights that are recorded in fields, with what encoders round them to. */
static const int interlaced_heights[] = { 480, 486, 512, 576, 608, 1080, 1088 };
#define MAX_INTERLACED_RATE 31.0

typedef struct {
  int top_first, bottom_first, progressive;
} Counts;

static gboolean
may_have_fields (const SendoffStreamInfo *stream)
{
  static const char *const codecs[]
      = { "h264", "mpeg2video", "mpeg4", "mjpeg", "dvvideo", "prores", "dnxhd", "vc1", "rawvideo", "v210", "ffv1", "huffyuv", NULL };
  gboolean has_height = FALSE;

  for (guint i = 0; i < G_N_ELEMENTS (interlaced_heights); i++)
    has_height |= stream->height == interlaced_heights[i];
  return has_height && stream->field_order == SENDOFF_FIELDS_PROGRESSIVE
         && sendoff_rational_to_double (stream->frame_rate) < MAX_INTERLACED_RATE && g_strv_contains (codecs, stream->codec)
         && avfilter_get_by_name ("idet") != NULL;
}

static void
count (Counts *counts, const AVFrame *frame)
{
  const AVDictionaryEntry *entry = av_dict_get (frame->metadata, "lavfi.idet.multiple.current_frame", NULL, 0);
  const char *kind = entry != NULL ? entry->value : "";

  counts->top_first += g_str_equal (kind, "tff");
  counts->bottom_first += g_str_equal (kind, "bff");
  counts->progressive += g_str_equal (kind, "progressive");
}

static gboolean
look_at_frames (SendoffFrameReader *reader, Counts *counts)
{
  g_autoptr (SendoffFrameFilter) detector
      = sendoff_frame_filter_new_field_detector (sendoff_frame_reader_get_time_base (reader));
  g_autoptr (AVFrame) frame = av_frame_alloc ();
  g_autoptr (AVFrame) seen = av_frame_alloc ();
  int result = 1;

  for (int i = 0; i < FRAMES_AT_A_PLACE && result > 0; i++)
    {
      result = sendoff_frame_reader_next (reader, frame, NULL);
      if (result < 0 || !sendoff_frame_filter_push (detector, result > 0 ? frame : NULL, NULL))
        return FALSE;
      while (sendoff_frame_filter_pull (detector, seen, NULL) > 0)
        count (counts, seen);
    }
  return TRUE;
}

/* Two pictures of a frame that moves differ line by line. Film that was spread over fields (3:2 pulldown) looks alike. */
static void
judge (SendoffStreamInfo *stream, const Counts *counts)
{
  int most = MAX (counts->top_first, counts->bottom_first);

  if (most < MIN_COMBED || MIN (counts->top_first, counts->bottom_first) > 0 || most < counts->progressive)
    return;
  stream->field_order = counts->top_first > 0 ? SENDOFF_FIELDS_TOP_FIRST : SENDOFF_FIELDS_BOTTOM_FIRST;
  stream->hidden_fields = TRUE;
}

/**
 * sendoff_probe_find_fields:
 * @probe: whose streams have their times; its source is read from here and there
 *
 * Looks at a few pictures of a progressive stream that has the size and rate of interlaced video.
 */
void
sendoff_probe_find_fields (SendoffProbe *probe)
{
  SendoffStreamInfo *stream;
  g_autoptr (SendoffFrameReader) reader = NULL;
  Counts counts = { 0 };

  if (probe->info->video_index < 0)
    return;
  stream = sendoff_probe_get_stream (probe, probe->info->video_index);
  if (!may_have_fields (stream))
    return;
  reader = sendoff_frame_reader_new (probe->source, stream->index, probe->info->origin_us, 1, NULL);
  for (guint i = 0; reader != NULL && i < G_N_ELEMENTS (places); i++)
    {
      gint64 time_us = stream->start_us + (gint64)((double)stream->duration_us * places[i]);

      if (!sendoff_frame_reader_seek_before (reader, time_us, NULL) || !look_at_frames (reader, &counts))
        return;
    }
  judge (stream, &counts);
}
