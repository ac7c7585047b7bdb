#include "media/sendoff-audio-encoder.h"

#include <string.h>

#include "base/sendoff-i18n.h"

struct _SendoffAudioEncoder
{
  SendoffAudioOutputSpec *spec;
  SendoffAudioConverter *converter;
  SendoffLoudness *loudness; /* (nullable): as planned by sendoff_loudness_meter_new() and then measured */
  AVCodecContext *context;
  SendoffPacketWriter *writer;
  AVPacket *packet;
  gint64 samples; /* handed to the encoder */
  gint64 first_pts, last_pts, last_duration;
  gboolean has_packets;
};

static gboolean
refuse (SendoffAudioEncoder *self, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, _ ("The audio encoder %s cannot be used: %s."),
               self->spec->audio->encoder, what);
  return FALSE;
}

static void
set_options (const SendoffAudioPlan *plan, AVDictionary **options)
{
  if (plan->profile != NULL)
    av_dict_set (options, "profile", plan->profile, 0);
  for (guint i = 0; i < plan->options->len; i++)
    {
      const SendoffTag *option = g_ptr_array_index (plan->options, i);

      av_dict_set (options, option->key, option->value, 0);
    }
}

static gboolean
open_encoder (SendoffAudioEncoder *self, GError **error)
{
  const SendoffAudioPlan *plan = self->spec->audio;
  const AVCodec *codec = avcodec_find_encoder_by_name (plan->encoder);
  g_autoptr (AVDictionary) options = NULL;
  const AVDictionaryEntry *left;
  int result;

  if (codec == NULL)
    return refuse (self, _ ("this FFmpeg does not have it"), error);
  self->context = avcodec_alloc_context3 (codec);
  self->context->sample_rate = plan->sample_rate;
  self->context->sample_fmt = av_get_sample_fmt (plan->sample_format);
  self->context->bit_rate = plan->bitrate_bps;
  self->context->time_base = (AVRational){ 1, plan->sample_rate };
  self->context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  self->context->thread_count = 1;
  if (av_channel_layout_from_string (&self->context->ch_layout, plan->channel_layout) < 0)
    return refuse (self, _ ("the channel layout is not known"), error);
  set_options (plan, &options);
  result = avcodec_open2 (self->context, codec, &options);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  left = av_dict_get (options, "", NULL, AV_DICT_IGNORE_SUFFIX);
  if (left != NULL)
    return refuse (self, _ ("it does not know one of its settings"), error);
  return TRUE;
}

static gboolean
drain_encoder (SendoffAudioEncoder *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_packet (self->context, self->packet)) >= 0)
    {
      /* FLAC ends with a packet of nothing but its final header, which is among the parameters too. */
      if (self->packet->size == 0)
        {
          av_packet_unref (self->packet);
          continue;
        }
      if (!self->has_packets)
        self->first_pts = self->packet->pts;
      self->has_packets = TRUE;
      self->last_pts = self->packet->pts;
      self->last_duration = self->packet->duration;
      if (!sendoff_packet_writer_write (self->writer, self->packet, error))
        return FALSE;
      av_packet_unref (self->packet);
    }
  if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    return refuse (self, sendoff_av_error (result), error);
  return TRUE;
}

/* SendoffAudioSink */
static gboolean
encode (AVFrame *frame, gpointer data, GError **error)
{
  SendoffAudioEncoder *self = data;
  int result;

  frame->pts = self->samples;
  self->samples += frame->nb_samples;
  result = avcodec_send_frame (self->context, frame);
  return result >= 0 ? drain_encoder (self, error) : refuse (self, sendoff_av_error (result), error);
}

static int
get_frame_size (SendoffAudioEncoder *self)
{
  gboolean takes_any = (self->context->codec->capabilities & AV_CODEC_CAP_VARIABLE_FRAME_SIZE) != 0;

  return takes_any ? 0 : self->context->frame_size;
}

/**
 * sendoff_audio_encoder_new:
 * @spec: what to make; times are µs of source time
 * @origin_us: container time of source time zero
 * @time_base: of the pts of the frames that are pushed
 * @levels: gain and limit
 * @loudness: (nullable): what the source was measured to be, when the output's loudness is planned
 *
 * Returns: (transfer full): an open encoder, or %NULL with %SENDOFF_ERROR_ENCODER or the writer's error
 */
SendoffAudioEncoder *
sendoff_audio_encoder_new (const SendoffAudioOutputSpec *spec,
                           gint64 origin_us,
                           AVRational time_base,
                           const SendoffAudioLevels *levels,
                           const SendoffLoudness *loudness,
                           GError **error)
{
  g_autoptr (SendoffAudioEncoder) self = g_new0 (SendoffAudioEncoder, 1);

  self->spec = sendoff_audio_output_spec_copy (spec);
  self->loudness = loudness != NULL ? sendoff_loudness_copy (loudness) : NULL;
  self->packet = av_packet_alloc ();
  self->writer = sendoff_packet_writer_new (spec->path, error);
  if (self->writer == NULL || !open_encoder (self, error))
    return NULL;
  self->converter = sendoff_audio_converter_new (spec, origin_us, time_base, levels, get_frame_size (self),
                                                 encode, self, error);
  return self->converter != NULL ? g_steal_pointer (&self) : NULL;
}

/** sendoff_audio_encoder_free: frees @self; an unfinished packet file is removed. */
void
sendoff_audio_encoder_free (SendoffAudioEncoder *self)
{
  g_clear_pointer (&self->converter, sendoff_audio_converter_free);
  avcodec_free_context (&self->context);
  av_packet_free (&self->packet);
  g_clear_pointer (&self->writer, sendoff_packet_writer_free);
  g_clear_pointer (&self->loudness, sendoff_loudness_free);
  g_clear_pointer (&self->spec, sendoff_audio_output_spec_free);
  g_free (self);
}

/** sendoff_audio_encoder_push: takes decoded samples; FALSE with %SENDOFF_ERROR_ENCODER or the writer's
 * error. */
gboolean
sendoff_audio_encoder_push (SendoffAudioEncoder *self, const AVFrame *frame, GError **error)
{
  return sendoff_audio_converter_push (self->converter, frame, error);
}

static void
note_loudness (SendoffAudioEncoder *self, SendoffPacketTrailer *trailer)
{
  if (self->loudness == NULL)
    return;
  self->loudness->lufs = sendoff_audio_converter_get_lufs (self->converter);
  self->loudness->true_peak_db = sendoff_audio_converter_get_true_peak_db (self->converter);
  trailer->loudness = sendoff_loudness_copy (self->loudness);
}

/** sendoff_audio_encoder_finish: takes what is still inside and gives the packet file its final name. */
gboolean
sendoff_audio_encoder_finish (SendoffAudioEncoder *self, GError **error)
{
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVCodecParameters) codec = avcodec_parameters_alloc ();

  if (!sendoff_audio_converter_finish (self->converter, error))
    return FALSE;
  if (self->samples > 0)
    {
      avcodec_send_frame (self->context, NULL);
      if (!drain_encoder (self, error))
        return FALSE;
    }
  avcodec_parameters_from_context (codec, self->context);
  trailer->samples = self->samples;
  trailer->first_pts = self->first_pts;
  trailer->last_pts = self->last_pts;
  trailer->last_duration = self->last_duration;
  trailer->time_base = SENDOFF_RATIONAL (1, self->spec->audio->sample_rate);
  note_loudness (self, trailer);
  return sendoff_packet_writer_finish (self->writer, codec, trailer, error);
}

/** sendoff_audio_encoder_is_full: whether everything up to the end of a trimmed output is there. */
gboolean
sendoff_audio_encoder_is_full (SendoffAudioEncoder *self)
{
  return sendoff_audio_converter_is_full (self->converter);
}

/** sendoff_audio_encoder_get_loudness: (transfer none) (nullable): complete once finished. */
const SendoffLoudness *
sendoff_audio_encoder_get_loudness (SendoffAudioEncoder *self)
{
  return self->loudness;
}

/** sendoff_audio_encoder_get_samples: samples taken so far, in the output's rate. */
gint64
sendoff_audio_encoder_get_samples (SendoffAudioEncoder *self)
{
  return sendoff_audio_converter_get_samples (self->converter);
}

/** sendoff_audio_encoder_get_bytes: bytes of the packets so far. */
gint64
sendoff_audio_encoder_get_bytes (SendoffAudioEncoder *self)
{
  return sendoff_packet_writer_get_bytes (self->writer);
}
