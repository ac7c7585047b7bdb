#include "media/sendoff-chunk-encoder.h"

#include <math.h>
#include <string.h>

#include "media/sendoff-frame-reader.h"

/* Fullness of the buffer at the start of each chunk, as a fraction. See open_with_cap(). */
#define VBV_START_FULLNESS 0.5

struct _SendoffChunkEncoder {
  SendoffVideoPlan *plan;
  gint64 duration_us;
  SendoffPacketWriter *writer;
  AVCodecContext *context; /* NULL until the first frame */
  AVPacket *packet;
  AVFrame *frame;
  GArray *times;      /* gint64: pts of every frame pushed */
  GString *hashes;    /* (nullable) */
  gint64 first_pts, last_pts, last_duration;
  gint64 frames;
  gboolean count_frames; /* the encoder sees frame numbers, the packets get the times back */
};

/* libvpx and libaom take every frame for one tick long, so their rate control needs frame numbers as times. */
static gboolean
needs_frame_numbers (const char *encoder)
{
  return g_str_has_prefix (encoder, "libvpx") || g_str_has_prefix (encoder, "libaom");
}

/**
 * sendoff_chunk_encoder_new:
 * @plan: what to encode with
 * @duration_us: of the whole chunk, for the buffer model of capped rates
 * @path: packet file to make
 * @hash_frames: note a hash of every frame in the trailer
 *
 * The encoder is opened with the first frame, so that an empty chunk costs nothing.
 *
 * Returns: (transfer full): the encoder of one chunk, or %NULL with the writer's error
 */
SendoffChunkEncoder *
sendoff_chunk_encoder_new (const SendoffVideoPlan *plan,
                           gint64 duration_us,
                           const char *path,
                           gboolean hash_frames,
                           GError **error)
{
  SendoffPacketWriter *writer = sendoff_packet_writer_new (path, error);
  SendoffChunkEncoder *self;

  if (writer == NULL)
    return NULL;
  self = g_new0 (SendoffChunkEncoder, 1);
  self->plan = sendoff_video_plan_copy (plan);
  self->duration_us = duration_us;
  self->writer = writer;
  self->packet = av_packet_alloc ();
  self->frame = av_frame_alloc ();
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  self->hashes = hash_frames ? g_string_new (NULL) : NULL;
  self->count_frames = needs_frame_numbers (plan->encoder);
  return self;
}

/** sendoff_chunk_encoder_free: frees @self; an unfinished packet file is removed. */
void
sendoff_chunk_encoder_free (SendoffChunkEncoder *self)
{
  avcodec_free_context (&self->context);
  av_packet_free (&self->packet);
  av_frame_free (&self->frame);
  g_clear_pointer (&self->writer, sendoff_packet_writer_free);
  g_clear_pointer (&self->times, g_array_unref);
  if (self->hashes != NULL)
    g_string_free (self->hashes, TRUE);
  g_clear_pointer (&self->plan, sendoff_video_plan_free);
  g_free (self);
}

static int
color_value (const char *name, int (*from_name) (const char *), int unspecified)
{
  int value = name != NULL ? from_name (name) : -1;

  return value >= 0 ? value : unspecified;
}

static void
set_picture (SendoffChunkEncoder *self)
{
  const SendoffVideoPlan *plan = self->plan;
  AVCodecContext *context = self->context;

  context->width = plan->width;
  context->height = plan->height;
  context->pix_fmt = av_get_pix_fmt (plan->pixel_format);
  context->sample_aspect_ratio = (AVRational){ 1, 1 };
  context->field_order = AV_FIELD_PROGRESSIVE;
  context->framerate = sendoff_to_av (plan->nominal_frame_rate);
  context->time_base = self->count_frames ? av_inv_q (context->framerate) : sendoff_to_av (plan->time_base);
  if (plan->color == NULL)
    return;
  context->color_range = color_value (plan->color->range, av_color_range_from_name, AVCOL_RANGE_UNSPECIFIED);
  context->colorspace = color_value (plan->color->matrix, av_color_space_from_name, AVCOL_SPC_UNSPECIFIED);
  context->color_primaries = color_value (plan->color->primaries, av_color_primaries_from_name, AVCOL_PRI_UNSPECIFIED);
  context->color_trc = color_value (plan->color->transfer, av_color_transfer_from_name, AVCOL_TRC_UNSPECIFIED);
  context->chroma_sample_location = color_value (plan->color->chroma_location, av_chroma_location_from_name,
                                                 AVCHROMA_LOC_UNSPECIFIED);
}

static void
set_structure (SendoffChunkEncoder *self)
{
  const SendoffVideoPlan *plan = self->plan;
  AVCodecContext *context = self->context;

  context->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  if (plan->closed_gop)
    context->flags |= AV_CODEC_FLAG_CLOSED_GOP;
  context->thread_count = plan->threads;
  context->gop_size = plan->gop_frames;
  if (plan->b_frames >= 0)
    context->max_b_frames = plan->b_frames;
  if (plan->level > 0)
    context->level = plan->level;
}

/* A maximum rate R with a buffer B holds over the joined chunks although each is encoded alone: every chunk starts
 * with the fraction f of its own, smaller buffer b = B / (1 + f), and encodes at R − f·b/T (T its length), so
 * that it leaves at least what the next one starts with. */
static void
set_cap (SendoffChunkEncoder *self)
{
  const SendoffVideoPlan *plan = self->plan;
  double seconds = MAX (self->duration_us, 1) / 1e6;
  double buffer = plan->bufsize_bits / (1 + VBV_START_FULLNESS);
  double rate = plan->maxrate_bps - VBV_START_FULLNESS * buffer / seconds;

  self->context->rc_max_rate = (gint64)MAX (rate, plan->maxrate_bps / 2.0);
  self->context->rc_buffer_size = (int)MIN (buffer, G_MAXINT);
  self->context->rc_initial_buffer_occupancy = (int)(self->context->rc_buffer_size * VBV_START_FULLNESS);
}

static void
set_rate (SendoffChunkEncoder *self, AVDictionary **options)
{
  const SendoffVideoPlan *plan = self->plan;
  gboolean is_vpx = self->count_frames;
  gboolean takes_whole = is_vpx || g_str_equal (plan->encoder, "libsvtav1");
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (plan->rate_control == SENDOFF_RATE_CRF && plan->crf < 0)
    return; /* the profile says it all */
  if (plan->rate_control == SENDOFF_RATE_CRF)
    {
      g_ascii_formatd (number, sizeof number, takes_whole ? "%.0f" : "%.4g", plan->crf);
      av_dict_set (options, "crf", number, 0);
      /* libvpx and libaom have one knob: a bit rate beside the CRF is the cap, none is pure quality. */
      self->context->bit_rate = is_vpx ? plan->maxrate_bps : 0;
    }
  else
    self->context->bit_rate = plan->bitrate_bps;
  if (plan->maxrate_bps > 0 && plan->bufsize_bits > 0 && !is_vpx)
    set_cap (self);
}

static gboolean
refuse (SendoffChunkEncoder *self, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_ENCODER, "The encoder %s cannot be used: %s.", self->plan->encoder,
               what);
  return FALSE;
}

static gboolean
open_encoder (SendoffChunkEncoder *self, GError **error)
{
  g_autoptr (AVDictionary) options = NULL;
  const AVCodec *codec = avcodec_find_encoder_by_name (self->plan->encoder);
  const AVDictionaryEntry *left;
  int result;

  if (codec == NULL)
    return refuse (self, "this FFmpeg does not have it", error);
  self->context = avcodec_alloc_context3 (codec);
  set_picture (self);
  set_structure (self);
  set_rate (self, &options);
  if (self->plan->profile != NULL)
    av_dict_set (&options, "profile", self->plan->profile, 0);
  for (guint i = 0; i < self->plan->options->len; i++)
    {
      const SendoffTag *option = g_ptr_array_index (self->plan->options, i);

      av_dict_set (&options, option->key, option->value, 0);
    }
  result = avcodec_open2 (self->context, codec, &options);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  left = av_dict_get (options, "", NULL, AV_DICT_IGNORE_SUFFIX);
  if (left != NULL)
    {
      g_autofree char *what = g_strdup_printf ("it does not know the setting “%s”", left->key);

      return refuse (self, what, error);
    }
  return TRUE;
}

static gboolean
drain (SendoffChunkEncoder *self, GError **error)
{
  int result;

  while ((result = avcodec_receive_packet (self->context, self->packet)) >= 0)
    {
      if (self->count_frames)
        {
          if (self->packet->pts < 0 || self->packet->pts >= self->times->len)
            return refuse (self, "it lost a frame", error);
          self->packet->pts = g_array_index (self->times, gint64, self->packet->pts);
          self->packet->dts = self->packet->pts;
          self->packet->duration = 0;
        }
      if (!sendoff_packet_writer_write (self->writer, self->packet, error))
        return FALSE;
      av_packet_unref (self->packet);
    }
  if (result != AVERROR (EAGAIN) && result != AVERROR_EOF)
    return refuse (self, sendoff_av_error (result), error);
  return TRUE;
}

static void
note_hash (SendoffChunkEncoder *self, const AVFrame *frame, gint64 pts)
{
  g_autofree char *hash = sendoff_frame_hash (frame);

  g_string_append_printf (self->hashes, "%s%" G_GINT64_FORMAT ":%.16s", self->hashes->len > 0 ? " " : "", pts, hash);
}

/**
 * sendoff_chunk_encoder_push:
 * @frame: in the plan's size and pixel format, kept by reference
 * @pts: in the plan's time base, larger than the one before
 * @duration: in the same unit, 0 unknown
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER or the writer's error
 */
gboolean
sendoff_chunk_encoder_push (SendoffChunkEncoder *self, const AVFrame *frame, gint64 pts, gint64 duration, GError **error)
{
  int result;

  if (self->context == NULL && !open_encoder (self, error))
    return FALSE;
  if (self->frames == 0)
    self->first_pts = pts;
  if (self->hashes != NULL)
    note_hash (self, frame, pts);
  self->last_pts = pts;
  self->last_duration = duration;
  g_array_append_val (self->times, pts);
  av_frame_unref (self->frame);
  av_frame_ref (self->frame, frame);
  /* What is to be said beside the pictures is in the plan: not every frame has it, and encoders would take it. */
  while (self->frame->nb_side_data > 0)
    av_frame_remove_side_data (self->frame, self->frame->side_data[0]->type);
  self->frame->pts = self->count_frames ? self->frames : pts;
  self->frame->pict_type = AV_PICTURE_TYPE_NONE;
  self->frames++;
  result = avcodec_send_frame (self->context, self->frame);
  if (result < 0)
    return refuse (self, sendoff_av_error (result), error);
  return drain (self, error);
}

/**
 * sendoff_chunk_encoder_finish:
 * @lead_in: (nullable): of the first chunk after a seek: hashes of the source frames before it
 * @tail: (nullable): hashes of the last source frames of the chunk
 *
 * Takes the delayed packets and gives the packet file its final name.
 *
 * Returns: %FALSE with %SENDOFF_ERROR_ENCODER or the writer's error
 */
gboolean
sendoff_chunk_encoder_finish (SendoffChunkEncoder *self, const char *lead_in, const char *tail, GError **error)
{
  g_autoptr (SendoffPacketTrailer) trailer = sendoff_packet_trailer_new ();
  g_autoptr (AVCodecParameters) codec = NULL;

  if (self->context != NULL)
    {
      avcodec_send_frame (self->context, NULL);
      if (!drain (self, error))
        return FALSE;
      codec = avcodec_parameters_alloc ();
      avcodec_parameters_from_context (codec, self->context);
    }
  trailer->frames = self->frames;
  trailer->first_pts = self->first_pts;
  trailer->last_pts = self->last_pts;
  trailer->last_duration = self->last_duration;
  trailer->time_base = self->plan->time_base;
  trailer->lead_in = g_strdup (lead_in);
  trailer->tail = g_strdup (tail);
  trailer->frames_hash = self->hashes != NULL ? g_strdup (self->hashes->str) : NULL;
  return sendoff_packet_writer_finish (self->writer, codec, trailer, error);
}

/** sendoff_chunk_encoder_get_frames: frames pushed so far. */
gint64
sendoff_chunk_encoder_get_frames (SendoffChunkEncoder *self)
{
  return self->frames;
}

/** sendoff_chunk_encoder_get_bytes: bytes of the packets that the encoder has given so far. */
gint64
sendoff_chunk_encoder_get_bytes (SendoffChunkEncoder *self)
{
  return sendoff_packet_writer_get_bytes (self->writer);
}
