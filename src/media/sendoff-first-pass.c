#include "media/sendoff-first-pass.h"

#include <string.h>

#include "base/sendoff-i18n.h"
#include "media/sendoff-encoder-open.h"

struct _SendoffFirstPass
{
  AVCodecContext *context;
  AVFrame *frame;
  AVPacket *packet;
};

/** sendoff_first_pass_gives_statistics: whether the encoder of @plan makes use of a first pass of its own. */
gboolean
sendoff_first_pass_gives_statistics (const SendoffVideoPlan *plan)
{
  return plan->two_pass && sendoff_encoder_counts_frames (plan->encoder);
}

/**
 * sendoff_first_pass_new:
 * @plan: of the output that will be encoded
 *
 * Returns: (transfer full): the first pass over one chunk, or %NULL with %SENDOFF_ERROR_ENCODER
 */
SendoffFirstPass *
sendoff_first_pass_new (const SendoffVideoPlan *plan, gint64 duration_us, GError **error)
{
  AVCodecContext *context
      = sendoff_encoder_open (plan, NULL, duration_us, SENDOFF_ENCODER_FIRST_PASS, NULL, error);
  SendoffFirstPass *self;

  if (context == NULL)
    return NULL;
  self = g_new0 (SendoffFirstPass, 1);
  self->context = context;
  self->frame = av_frame_alloc ();
  self->packet = av_packet_alloc ();
  return self;
}

/** sendoff_first_pass_free: frees @self. */
void
sendoff_first_pass_free (SendoffFirstPass *self)
{
  avcodec_free_context (&self->context);
  av_frame_free (&self->frame);
  av_packet_free (&self->packet);
  g_free (self);
}

static gboolean
send (SendoffFirstPass *self, const AVFrame *frame, GError **error)
{
  int result = avcodec_send_frame (self->context, frame);

  while (result >= 0)
    {
      result = avcodec_receive_packet (self->context, self->packet);
      av_packet_unref (self->packet);
    }
  if (result == AVERROR (EAGAIN) || result == AVERROR_EOF)
    return TRUE;
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The first pass of %s failed: %s."),
               self->context->codec->name, sendoff_av_error (result));
  return FALSE;
}

/** sendoff_first_pass_push: takes frame @number of the chunk, by reference. */
gboolean
sendoff_first_pass_push (SendoffFirstPass *self, const AVFrame *frame, gint64 number, GError **error)
{
  av_frame_unref (self->frame);
  av_frame_ref (self->frame, frame);
  self->frame->pts = number;
  return send (self, self->frame, error);
}

/** sendoff_first_pass_finish: writes what was found out. */
gboolean
sendoff_first_pass_finish (SendoffFirstPass *self, SendoffPacketWriter *writer, GError **error)
{
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  gsize length;

  if (!send (self, NULL, error))
    return FALSE;
  length = self->context->stats_out != NULL ? strlen (self->context->stats_out) : 0;
  if (length == 0 || av_new_packet (packet, (int)length) < 0)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The first pass of %s found nothing out."),
                   self->context->codec->name);
      return FALSE;
    }
  memcpy (packet->data, self->context->stats_out, length);
  packet->pts = packet->dts = 0;
  return sendoff_packet_writer_write (writer, packet, error);
}

/**
 * sendoff_first_pass_read:
 * @path: a finished packet file of a first pass
 * @statistics: (out) (nullable): what it found out; %NULL when the encoder has no first pass of its own
 *
 * Returns: %FALSE with %SENDOFF_ERROR_BAD_DATA
 */
gboolean
sendoff_first_pass_read (const char *path, char **statistics, GError **error)
{
  g_autoptr (SendoffPacketReader) reader = sendoff_packet_reader_new (path, error);
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  int result;

  *statistics = NULL;
  if (reader == NULL)
    return FALSE;
  result = sendoff_packet_reader_next (reader, packet, error);
  if (result > 0)
    *statistics = g_strndup ((const char *)packet->data, (gsize)packet->size);
  return result >= 0;
}
