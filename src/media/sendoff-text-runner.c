/* The role "texts": what travels along beside pictures and sound: one stream of text in all the forms that outputs need,
 * the source's fonts, its cover. */
#include "base/sendoff-i18n.h"
#include "media/sendoff-roles.h"

#include <stdio.h>
#include <string.h>

#include "media/sendoff-cover.h"
#include "media/sendoff-packet-file.h"
#include "media/sendoff-text-writer.h"

/* More is no set of fonts for subtitles. */
#define MAX_FONTS_BYTES (64 * 1024 * 1024)

#define TICKS_PER_SECOND 1000

typedef struct {
  const SendoffWorkerSpec *spec;
  SendoffSource *source;
  AVFormatContext *format; /* borrowed */
} Run;

static gboolean
open_source (Run *self, GError **error)
{
  const SendoffWorkerSpec *spec = self->spec;

  if (spec->stream_index < 0 && spec->text_outputs->len > 0)
    self->source = sendoff_source_open_captions (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  else
    self->source = sendoff_source_open (spec->source_fd, spec->source_size_bytes, spec->source_name, error);
  if (self->source == NULL)
    return FALSE;
  self->format = sendoff_source_get_format (self->source);
  if (spec->stream_index < (int)self->format->nb_streams && spec->cover_index < (int)self->format->nb_streams)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED, _ ("%s no longer has the planned streams."),
               spec->source_name);
  return FALSE;
}

static gboolean
is_font (const AVStream *stream)
{
  const AVDictionaryEntry *type = av_dict_get (stream->metadata, "mimetype", NULL, 0);

  return stream->codecpar->codec_type == AVMEDIA_TYPE_ATTACHMENT
         && (stream->codecpar->codec_id == AV_CODEC_ID_TTF || stream->codecpar->codec_id == AV_CODEC_ID_OTF
             || (type != NULL && strstr (type->value, "font") != NULL));
}

/* Under names of our own; a font that cannot be stored is replaced by one of the system's. */
static void
store_fonts (Run *self)
{
  gsize bytes = 0;

  for (unsigned i = 0; self->spec->fonts_dir != NULL && i < self->format->nb_streams; i++)
    {
      const AVStream *stream = self->format->streams[i];
      gsize size = (gsize)MAX (stream->codecpar->extradata_size, 0);
      g_autofree char *leaf = g_strdup_printf ("font-%u", i);
      g_autofree char *path = g_build_filename (self->spec->fonts_dir, leaf, NULL);
      FILE *file;

      if (!is_font (stream) || size == 0 || bytes + size > MAX_FONTS_BYTES)
        continue;
      bytes += size;
      file = fopen (path, "we");
      if (file == NULL)
        continue;
      fwrite (stream->codecpar->extradata, 1, size, file);
      fclose (file);
    }
}

static gboolean
store_cover (Run *self, GError **error)
{
  const AVStream *stream;
  g_autoptr (SendoffPacketWriter) writer = NULL;
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVPacket) packet = NULL;

  if (self->spec->cover_index < 0 || self->spec->cover_path == NULL)
    return TRUE;
  stream = self->format->streams[self->spec->cover_index];
  writer = sendoff_packet_writer_new (self->spec->cover_path, error);
  if (writer == NULL)
    return FALSE;
  trailer->time_base = SENDOFF_RATIONAL (1, TICKS_PER_SECOND);
  if (stream->attached_pic.size > 0)
    {
      packet = av_packet_clone (&stream->attached_pic);
      if (packet == NULL || av_packet_make_writable (packet) < 0)
        {
          g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("There is no memory for the cover."));
          return FALSE;
        }
      av_shrink_packet (packet, (int)sendoff_cover_strip (packet->data, (gsize)packet->size));
      packet->pts = packet->dts = packet->duration = 0;
      packet->flags = AV_PKT_FLAG_KEY;
      if (!sendoff_packet_writer_write (writer, packet, error))
        return FALSE;
    }
  return sendoff_packet_writer_finish (writer, stream->codecpar, trailer, error);
}

/* Pictures of text are taken over as they are, from the output's start. */
static gboolean
copy_packets (Run *self, const SendoffTextOutputSpec *output, GError **error)
{
  const AVStream *stream = self->format->streams[self->spec->stream_index];
  g_autoptr (SendoffPacketWriter) writer = sendoff_packet_writer_new (output->path, error);
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVPacket) packet = av_packet_alloc ();

  if (writer == NULL)
    return FALSE;
  trailer->time_base = SENDOFF_RATIONAL (1, TICKS_PER_SECOND);
  av_seek_frame (self->format, -1, 0, AVSEEK_FLAG_BACKWARD);
  while (av_read_frame (self->format, packet) >= 0)
    {
      gint64 time_us = packet->pts != AV_NOPTS_VALUE
                           ? av_rescale_q (packet->pts, stream->time_base, AV_TIME_BASE_Q) - self->spec->origin_us
                           : -1;
      gboolean ok = TRUE;

      if (packet->stream_index == stream->index && time_us >= output->start_us && time_us < output->end_us)
        {
          packet->pts = packet->dts = (time_us - output->start_us) / (1000000 / TICKS_PER_SECOND);
          packet->duration = av_rescale_q (packet->duration, stream->time_base, (AVRational){ 1, TICKS_PER_SECOND });
          ok = sendoff_packet_writer_write (writer, packet, error);
        }
      av_packet_unref (packet);
      if (!ok)
        return FALSE;
    }
  return sendoff_packet_writer_finish (writer, stream->codecpar, trailer, error);
}

static gboolean
is_copied (Run *self)
{
  const SendoffTextOutputSpec *first = g_ptr_array_index (self->spec->text_outputs, 0);

  return first->format == SENDOFF_TEXT_FORMAT_PACKETS && g_strcmp0 (first->codec, "copy") == 0;
}

static gboolean
write_texts (Run *self, SendoffTextsResult *result, GError **error)
{
  int index = MAX (self->spec->stream_index, 0);
  g_autoptr (SendoffCues) cues = NULL;

  if (self->spec->text_outputs->len == 0)
    return TRUE;
  for (unsigned i = 0; i < self->format->nb_streams; i++)
    self->format->streams[i]->discard = (int)i == index ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
  for (guint i = 0; is_copied (self) && i < self->spec->text_outputs->len; i++)
    if (!copy_packets (self, g_ptr_array_index (self->spec->text_outputs, i), error))
      return FALSE;
  if (is_copied (self))
    return TRUE;
  cues = sendoff_cues_read (self->source, index, self->spec->origin_us, error);
  if (cues == NULL)
    return FALSE;
  result->cues = cues->cues->len;
  for (guint i = 0; i < self->spec->text_outputs->len; i++)
    if (!sendoff_text_write (cues, g_ptr_array_index (self->spec->text_outputs, i), error))
      return FALSE;
  return TRUE;
}

/**
 * sendoff_role_texts:
 * @spec: a stream of text of the source, or a file of captions, and what to make of it; fonts and a cover to take
 *
 * Returns: (transfer full): what was found, or %NULL with an error
 */
SendoffTextsResult *
sendoff_role_texts (const SendoffWorkerSpec *spec, SendoffEvents *events, GError **error)
{
  Run run = { .spec = spec };
  g_autoptr (SendoffTextsResult) result = sendoff_texts_result_new ();
  gboolean ok = open_source (&run, error);

  if (ok)
    store_fonts (&run);
  ok = ok && store_cover (&run, error) && write_texts (&run, result, error);
  g_clear_pointer (&run.source, sendoff_source_free);
  return ok ? g_steal_pointer (&result) : NULL;
}
