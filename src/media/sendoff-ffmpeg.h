/* The one place that includes FFmpeg: autoptrs, error texts, and what differs between FFmpeg 5.1 and 7.
 *
 * Only src/media and src/worker may include it.
 */
#pragma once

#include <glib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/channel_layout.h>
#include <libavutil/dict.h>
#include <libavutil/frame.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

#include "base/sendoff-error.h"
#include "base/sendoff-rational.h"

G_BEGIN_DECLS

static inline void
sendoff_packet_clear (AVPacket *packet)
{
  av_packet_free (&packet);
}

static inline void
sendoff_frame_clear (AVFrame *frame)
{
  av_frame_free (&frame);
}

static inline void
sendoff_codec_context_clear (AVCodecContext *context)
{
  avcodec_free_context (&context);
}

static inline void
sendoff_filter_graph_clear (AVFilterGraph *graph)
{
  avfilter_graph_free (&graph);
}

static inline void
sendoff_codec_parameters_clear (AVCodecParameters *parameters)
{
  avcodec_parameters_free (&parameters);
}

static inline void
sendoff_dictionary_clear (AVDictionary *dictionary)
{
  av_dict_free (&dictionary);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVPacket, sendoff_packet_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVFrame, sendoff_frame_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVCodecContext, sendoff_codec_context_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVFilterGraph, sendoff_filter_graph_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVCodecParameters, sendoff_codec_parameters_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AVDictionary, sendoff_dictionary_clear)

static inline AVRational
sendoff_to_av (SendoffRational r)
{
  return (AVRational){ (int)r.num, (int)r.den };
}

static inline SendoffRational
sendoff_from_av (AVRational r)
{
  return sendoff_rational_new (r.num, r.den);
}

/* Frame durations got their final name in FFmpeg 6.0. */
static inline gint64
sendoff_frame_duration (const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 2, 100)
  return frame->duration;
#else
  return frame->pkt_duration;
#endif
}

/* Flags of frames became bits in FFmpeg 6.1. */
static inline gboolean
sendoff_frame_is_interlaced (const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame->interlaced_frame != 0;
#endif
}

static inline gboolean
sendoff_frame_is_top_first (const AVFrame *frame)
{
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
#else
  return frame->top_field_first != 0;
#endif
}

/* A stream's side data moved to its parameters in FFmpeg 6.1. (nullable) */
static inline const guint8 *
sendoff_stream_side_data (const AVStream *stream, enum AVPacketSideDataType type, gsize *size)
{
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData *data = av_packet_side_data_get (stream->codecpar->coded_side_data,
                                                          stream->codecpar->nb_coded_side_data, type);

  *size = data != NULL ? data->size : 0;
  return data != NULL ? data->data : NULL;
#else
  return av_stream_get_side_data (stream, type, size);
#endif
}

/* (nullable): zeroed side data of a stream that is going to be written; owned by the stream. */
static inline guint8 *
sendoff_stream_new_side_data (AVStream *stream, enum AVPacketSideDataType type, gsize size)
{
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  AVCodecParameters *codec = stream->codecpar;
  AVPacketSideData *data = av_packet_side_data_new (&codec->coded_side_data, &codec->nb_coded_side_data, type, size, 0);

  if (data != NULL)
    memset (data->data, 0, size);
  return data != NULL ? data->data : NULL;
#else
  guint8 *data = av_stream_new_side_data (stream, type, size);

  if (data != NULL)
    memset (data, 0, size);
  return data;
#endif
}

/* The same data on another stream, when there is any. */
static inline void
sendoff_stream_copy_side_data (AVStream *to, const AVStream *from, enum AVPacketSideDataType type)
{
  gsize size;
  const guint8 *data = sendoff_stream_side_data (from, type, &size);
  guint8 *copy = data != NULL ? av_memdup (data, size) : NULL;

  if (copy == NULL)
    return;
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  if (av_packet_side_data_add (&to->codecpar->coded_side_data, &to->codecpar->nb_coded_side_data, type, copy, size, 0)
      == NULL)
    av_free (copy);
#else
  if (av_stream_add_side_data (to, type, copy, size) < 0)
    av_free (copy);
#endif
}

/* A sentence's tail for an FFmpeg error code: "Invalid data found when processing input". */
#define sendoff_av_error(code) (av_make_error_string ((char[AV_ERROR_MAX_STRING_SIZE]){ 0 }, AV_ERROR_MAX_STRING_SIZE, (code)))

G_END_DECLS
