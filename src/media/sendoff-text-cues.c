#include "media/sendoff-text-cues.h"

#include <string.h>

#include "base/sendoff-i18n.h"
#include "model/sendoff-captions.h"

/* Shown for so long when the file does not say, or until the next one. */
#define USUAL_DURATION_US (5 * G_GINT64_CONSTANT (1000000))

static void
clear_cue (gpointer data)
{
  g_free (((SendoffCue *)data)->event);
}

static GArray *
cues_array_new (void)
{
  GArray *cues = g_array_new (FALSE, TRUE, sizeof (SendoffCue));

  g_array_set_clear_func (cues, clear_cue);
  return cues;
}

/** sendoff_cues_free: frees @self. */
void
sendoff_cues_free (SendoffCues *self)
{
  g_array_unref (self->cues);
  g_free (self->header);
  g_free (self);
}

/* Text from a file may be anything; what goes on from here is UTF-8. */
static void
add_cue (SendoffCues *self, gint64 start_us, gint64 end_us, const char *event)
{
  SendoffCue cue = { start_us, end_us, g_utf8_make_valid (event, -1) };

  g_strdelimit (cue.event, "\r\n", ' ');
  g_array_append_val (self->cues, cue);
}

static void
take_subtitle (SendoffCues *self, const AVSubtitle *subtitle, gint64 start_us, gint64 duration_us)
{
  start_us += subtitle->start_display_time * G_GINT64_CONSTANT (1000);
  for (unsigned i = 0; i < subtitle->num_rects; i++)
    if (subtitle->rects[i]->ass != NULL && *subtitle->rects[i]->ass != '\0')
      add_cue (self, start_us, duration_us > 0 ? start_us + duration_us : -1, subtitle->rects[i]->ass);
}

static gboolean
decode (SendoffCues *self, AVCodecContext *decoder, AVPacket *packet, AVRational time_base, gint64 origin_us)
{
  AVSubtitle subtitle = { 0 };
  int got = 0;

  if (packet->pts == AV_NOPTS_VALUE || avcodec_decode_subtitle2 (decoder, &subtitle, &got, packet) < 0)
    return FALSE;
  if (got)
    take_subtitle (self, &subtitle, av_rescale_q (packet->pts, time_base, AV_TIME_BASE_Q) - origin_us,
                   av_rescale_q (packet->duration, time_base, AV_TIME_BASE_Q));
  avsubtitle_free (&subtitle);
  return TRUE;
}

static int
compare_cues (gconstpointer a, gconstpointer b)
{
  const SendoffCue *first = a, *second = b;

  return (first->start_us > second->start_us) - (first->start_us < second->start_us);
}

/* By start, those that begin together as they were; an end that nobody told is where the next one begins. */
static void
put_in_order (SendoffCues *self)
{
  g_array_sort (self->cues, compare_cues);
  for (guint i = 0; i < self->cues->len; i++)
    {
      SendoffCue *cue = &g_array_index (self->cues, SendoffCue, i);
      guint next = i + 1;

      if (cue->end_us > cue->start_us)
        continue;
      cue->end_us = cue->start_us + USUAL_DURATION_US;
      while (next < self->cues->len && g_array_index (self->cues, SendoffCue, next).start_us <= cue->start_us)
        next++;
      if (next < self->cues->len)
        cue->end_us = MIN (cue->end_us, g_array_index (self->cues, SendoffCue, next).start_us);
    }
}

static gboolean
read_packets (SendoffCues *self, SendoffSource *source, AVCodecContext *decoder, int index, gint64 origin_us,
              GError **error)
{
  AVFormatContext *format = sendoff_source_get_format (source);
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  gsize bytes = 0;
  int result;

  while ((result = av_read_frame (format, packet)) >= 0)
    {
      if (packet->stream_index == index)
        {
          bytes += (gsize)packet->size;
          decode (self, decoder, packet, format->streams[index]->time_base, origin_us);
        }
      av_packet_unref (packet);
      if (bytes > SENDOFF_CAPTIONS_MAX_BYTES)
        {
          g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED, _ ("%s holds too much text."),
                       sendoff_source_get_name (source));
          return FALSE;
        }
    }
  if (result != AVERROR (EIO))
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s cannot be read any further: %s."),
               sendoff_source_get_name (source), sendoff_av_error (result));
  return FALSE;
}

/**
 * sendoff_cues_read:
 * @source: read from where it is to its end
 * @stream_index: a stream of text
 * @origin_us: container time of source time zero
 *
 * Returns: (transfer full): every text of the stream, or %NULL with %SENDOFF_ERROR_SOURCE_UNSUPPORTED or
 *   %SENDOFF_ERROR_SOURCE_UNREADABLE
 */
SendoffCues *
sendoff_cues_read (SendoffSource *source, int stream_index, gint64 origin_us, GError **error)
{
  g_autoptr (AVCodecContext) decoder = sendoff_source_open_decoder (source, stream_index, 1, error);
  g_autoptr (SendoffCues) self = g_new0 (SendoffCues, 1);

  self->cues = cues_array_new ();
  if (decoder == NULL || !read_packets (self, source, decoder, stream_index, origin_us, error))
    return NULL;
  self->is_styled = decoder->codec_id == AV_CODEC_ID_ASS;
  self->header = decoder->subtitle_header != NULL
                     ? g_strndup ((const char *)decoder->subtitle_header, (gsize)decoder->subtitle_header_size)
                     : g_strdup ("");
  put_in_order (self);
  return g_steal_pointer (&self);
}

/** sendoff_cues_cut: (transfer full) (element-type SendoffCue): what is shown in [@start_us, @end_us), from @start_us. */
GArray *
sendoff_cues_cut (const SendoffCues *self, gint64 start_us, gint64 end_us)
{
  GArray *cut = cues_array_new ();

  for (guint i = 0; i < self->cues->len; i++)
    {
      const SendoffCue *cue = &g_array_index (self->cues, SendoffCue, i);
      SendoffCue part = { MAX (cue->start_us, start_us) - start_us, MIN (cue->end_us, end_us) - start_us, NULL };

      if (part.end_us <= part.start_us)
        continue;
      part.event = g_strdup (cue->event);
      g_array_append_val (cut, part);
    }
  return cut;
}
