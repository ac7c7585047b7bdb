/* The role "frame": the pictures that a source shows at some moments, as files.
 *
 * One decoder serves all of them, in the order of their times: it goes on to a moment that is near, and seeks to one
 * that is far. Sources without video have their cover.
 */
#include "base/sendoff-i18n.h"
#include "media/sendoff-roles.h"

#include "media/sendoff-frame-filter.h"
#include "media/sendoff-frame-reader.h"
#include "media/sendoff-picture-writer.h"
#include "media/sendoff-probe-stream.h"

/* Decoding so much is no slower than a seek, which decodes from a keyframe too. */
#define NEAR_US 2000000

typedef struct {
  const SendoffWorkerSpec *spec;
  SendoffSource *source;
  SendoffFrameReader *reader; /* NULL for a cover */
  SendoffPictureStyle style;
  SendoffMastering *mastering; /* (nullable): what style has of it */
  AVFrame *before, *shown, *after; /* neighbours at the place that was reached; empty where there is none */
  gboolean at_end;     /* nothing comes after shown */
  gboolean sequential; /* no seeks (any more) */
} Run;

static void
run_clear (Run *self)
{
  av_frame_free (&self->before);
  av_frame_free (&self->shown);
  av_frame_free (&self->after);
  g_clear_pointer (&self->mastering, sendoff_mastering_free);
  g_clear_pointer (&self->reader, sendoff_frame_reader_free);
  g_clear_pointer (&self->source, sendoff_source_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
is_filled (const AVFrame *frame)
{
  return frame->buf[0] != NULL;
}

/* ---- Covers ---- */

static AVStream *
find_cover (SendoffSource *source)
{
  AVFormatContext *format = sendoff_source_get_format (source);

  for (guint i = 0; i < format->nb_streams; i++)
    if ((format->streams[i]->disposition & AV_DISPOSITION_ATTACHED_PIC) != 0
        && format->streams[i]->attached_pic.size > 0)
      return format->streams[i];
  return NULL;
}

static gboolean
decode_cover (Run *self, GError **error)
{
  AVStream *stream = find_cover (self->source);
  g_autoptr (AVCodecContext) decoder = NULL;

  if (stream == NULL)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_NOT_FOUND, _ ("%s has neither video nor a cover picture."),
                   sendoff_source_get_name (self->source));
      return FALSE;
    }
  decoder = sendoff_source_open_decoder (self->source, stream->index, 1, error);
  if (decoder == NULL)
    return FALSE;
  if (avcodec_send_packet (decoder, &stream->attached_pic) >= 0 && avcodec_send_packet (decoder, NULL) >= 0
      && avcodec_receive_frame (decoder, self->shown) >= 0)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED, _ ("The cover picture of %s cannot be decoded."),
               sendoff_source_get_name (self->source));
  return FALSE;
}

/* ---- Video ---- */

static gint64
get_time (Run *self, const AVFrame *frame)
{
  return sendoff_frame_reader_get_time (self->reader, frame);
}

/* One frame on: what was after is shown. */
static gboolean
step (Run *self, GError **error)
{
  AVFrame *oldest = self->before;
  int result;

  self->before = self->shown;
  self->shown = self->after;
  self->after = oldest;
  result = sendoff_frame_reader_next (self->reader, self->after, error);
  self->at_end = result == 0;
  return result >= 0;
}

/* Forgets the place; the next frames of the reader are shown and after. */
static gboolean
begin (Run *self, GError **error)
{
  av_frame_unref (self->before);
  av_frame_unref (self->shown);
  av_frame_unref (self->after);
  return step (self, error) && (self->at_end || step (self, error));
}

/* Opens the source, and its video where it has some. */
static gboolean
open_source (Run *self, GError **error)
{
  const SendoffWorkerSpec *spec = self->spec;

  g_clear_pointer (&self->reader, sendoff_frame_reader_free);
  g_clear_pointer (&self->source, sendoff_source_free);
  self->source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (self->source == NULL)
    return FALSE;
  if (spec->stream_index < 0)
    return decode_cover (self, error);
  self->reader
      = sendoff_frame_reader_new (self->source, spec->stream_index, spec->origin_us, spec->decoder_threads, error);
  return self->reader != NULL;
}

/* Goes to a place from which @time_us is reached by decoding. Not every seek is honest: one that ends too late, and one
 * to where time stamps are missing, is made good by a decoder that starts at the beginning. */
static gboolean
go_near (Run *self, gint64 time_us, GError **error)
{
  if (is_filled (self->shown))
    {
      /* Times only ascend, so that what is shown later than wanted is the very first frame. */
      if (get_time (self, self->shown) > time_us || self->at_end || self->sequential
          || get_time (self, self->after) >= time_us - NEAR_US)
        return TRUE;
    }
  else if (self->sequential || time_us <= NEAR_US)
    return begin (self, error);

  if (sendoff_frame_reader_seek_before (self->reader, time_us, NULL))
    {
      if (!begin (self, error))
        return FALSE;
      self->sequential = sendoff_frame_reader_has_repaired (self->reader);
      if (!self->sequential && is_filled (self->shown) && get_time (self, self->shown) <= time_us)
        return TRUE;
    }
  else
    self->sequential = TRUE;
  return open_source (self, error) && begin (self, error);
}

static gboolean
go_to (Run *self, gint64 time_us, GError **error)
{
  if (!go_near (self, time_us, error))
    return FALSE;
  while (!self->at_end && get_time (self, self->after) <= time_us)
    if (!step (self, error))
      return FALSE;
  if (is_filled (self->shown))
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED, _ ("%s has no picture that can be decoded."),
               sendoff_source_get_name (self->source));
  return FALSE;
}

/* The shown frame without combs. The filter needs its neighbours to see what moves. */
static AVFrame *
deinterlace (Run *self, GError **error)
{
  g_autoptr (SendoffFrameFilter) filter
      = sendoff_frame_filter_new_deinterlacer (sendoff_frame_reader_get_time_base (self->reader), NULL);
  g_autoptr (AVFrame) frame = av_frame_alloc ();
  AVFrame *const in_order[] = { self->before, self->shown, self->after, NULL };
  int result;

  for (guint i = 0; i < G_N_ELEMENTS (in_order); i++)
    {
      if (in_order[i] != NULL && !is_filled (in_order[i]))
        continue;
      if (!sendoff_frame_filter_push (filter, in_order[i], error))
        return NULL;
      while ((result = sendoff_frame_filter_pull (filter, frame, error)) > 0)
        if (frame->pts == self->shown->pts)
          return g_steal_pointer (&frame);
      if (result < 0)
        return NULL;
    }
  return av_frame_clone (self->shown);
}

/* Which way is up, how wide a pixel is and how bright white, as the probe tells it. */
static void
set_shape (Run *self, AVFrame *frame)
{
  AVFormatContext *format = sendoff_source_get_format (self->source);
  AVStream *stream = format->streams[self->spec->stream_index];
  g_autoptr (SendoffStreamInfo) info = sendoff_probe_stream (format, stream);

  sendoff_probe_stream_add_frame (info, format, stream, self->shown);
  self->style.rotation = info->rotation;
  self->style.mirrored = info->mirrored;
  g_clear_pointer (&self->mastering, sendoff_mastering_free);
  self->mastering = g_steal_pointer (&info->mastering);
  self->style.mastering = self->mastering;
  frame->sample_aspect_ratio = sendoff_to_av (info->sample_aspect_ratio);
}

static SendoffFrameFacts *
take_picture (Run *self, const char *path, GError **error)
{
  g_autoptr (AVFrame) frame = NULL;
  SendoffFrameFacts *facts;

  if (self->reader != NULL && sendoff_frame_is_interlaced (self->shown))
    frame = deinterlace (self, error);
  else
    frame = av_frame_clone (self->shown);
  if (frame == NULL)
    return NULL;
  if (self->reader != NULL)
    set_shape (self, frame);
  facts = sendoff_picture_write (frame, &self->style, path, error);
  if (facts != NULL && self->reader != NULL)
    facts->time_us = get_time (self, self->shown);
  return facts;
}

/* ---- The run ---- */

static gint
compare_times (gconstpointer a, gconstpointer b, gpointer data)
{
  const GArray *times = data;
  gint64 first = g_array_index (times, gint64, *(const guint *)a);
  gint64 second = g_array_index (times, gint64, *(const guint *)b);

  return first < second ? -1 : first > second;
}

/* Indexes of the times, ascending, so that one decoder goes through them forwards. */
static GArray *
sort_times (GArray *times)
{
  GArray *order = g_array_sized_new (FALSE, FALSE, sizeof (guint), times->len);

  for (guint i = 0; i < times->len; i++)
    g_array_append_val (order, i);
  g_array_sort_with_data (order, compare_times, times);
  return order;
}

static gboolean
take_pictures (Run *self, GPtrArray *frames, SendoffEvents *events, GError **error)
{
  g_autoptr (GArray) order = sort_times (self->spec->times_us);

  g_ptr_array_set_size (frames, (int)order->len);
  for (guint i = 0; i < order->len; i++)
    {
      guint index = g_array_index (order, guint, i);
      gint64 time_us = g_array_index (self->spec->times_us, gint64, index);

      if (self->reader != NULL && !go_to (self, time_us, error))
        return FALSE;
      frames->pdata[index] = take_picture (self, self->spec->frame_paths[index], error);
      if (frames->pdata[index] == NULL)
        return FALSE;
      sendoff_events_progress (events, -1, 0, i + 1, 0, time_us);
    }
  return TRUE;
}

/**
 * sendoff_role_frame:
 * @spec: source, stream_index, origin_us, times_us, frame_paths, picture_encoder and the box count
 * @events: gets progress: the number of finished pictures as frames
 *
 * Each picture is the last frame that begins at or before its time; before the first frame it is the first.
 *
 * Returns: (transfer full): facts about each picture; or %NULL with the errors of sendoff_source_open(),
 *   %SENDOFF_ERROR_NOT_FOUND when there is neither video nor a cover, %SENDOFF_ERROR_SOURCE_UNSUPPORTED when nothing
 *   can be decoded, and the errors of sendoff_picture_write()
 */
SendoffFramesResult *
sendoff_role_frame (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  g_auto (Run) run = { .spec = spec, .sequential = spec->sequential };
  g_autoptr (SendoffFramesResult) result = sendoff_frames_result_new ();
  guint n_paths = spec->frame_paths != NULL ? g_strv_length (spec->frame_paths) : 0;

  if (spec->times_us == NULL || spec->times_us->len != n_paths || spec->picture_encoder == NULL)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("Pictures need as many files as times."));
      return NULL;
    }
  run.style = (SendoffPictureStyle){ spec->picture_encoder, spec->max_width, spec->max_height, 0, FALSE, NULL };
  run.before = av_frame_alloc ();
  run.shown = av_frame_alloc ();
  run.after = av_frame_alloc ();
  if (!open_source (&run, error) || !take_pictures (&run, result->frames, events, error))
    return NULL;
  return g_steal_pointer (&result);
}
