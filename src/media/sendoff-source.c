#include "media/sendoff-source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sendoff-i18n.h"
#include "model/sendoff-captions.h"

#define BUFFER_BYTES (256 * 1024)

/* Packets that are larger than the buffer don't pass through it, which makes times-only reading free. */
#define TIMES_BUFFER_BYTES 4096

/* How much of a file is looked at to learn what it is and what its streams are. Transport streams say nothing
 * in a header and may carry a stream that begins late. */
#define FORMAT_PROBE_BYTES    (1024 * 1024)
#define STREAM_PROBE_BYTES    (10 * 1000 * 1000)
#define STREAM_PROBE_US       (10 * G_USEC_PER_SEC)
#define TRANSPORT_PROBE_BYTES (40 * 1000 * 1000)
#define TRANSPORT_PROBE_US    (20 * G_USEC_PER_SEC)

/* A file with more streams than this is an attack and not a recording. */
#define MAX_STREAMS 300

struct _SendoffSource
{
  int fd; /* borrowed */
  char *name;
  gint64 size_bytes;
  gint64 position;
  int read_errno;      /* of the last read that failed, 0 none */
  gboolean times_only; /* reads succeed without reading */
  char *text;          /* (nullable): captions in UTF-8, read instead of the file */
  AVIOContext *io;
  AVFormatContext *format;
};

/* Containers and raw streams that hold all their media themselves. Everything that is not listed is refused:
 * playlists and devices open other things, the demuxers of old games are not worth their risk. */
static const char *const media_demuxers[]
    = { "3g2", "aac",  "ac3",  "aiff", "amr",       "amrnb",     "amrwb",  "ape",          "apng", "asf",
        "au",  "av1",  "avi",  "caf",  "cavsvideo", "cine",      "dirac",  "dsf",          "dts",  "dtshd",
        "dv",  "eac3", "flac", "flv",  "gif",       "gxf",       "h261",   "h263",         "h264", "hevc",
        "ivf", "kux",  "loas", "lxf",  "m4v",       "matroska",  "mlp",    "mjpeg",        "mov",  "mp3",
        "mp4", "mpc",  "mpc8", "mpeg", "mpegts",    "mpegvideo", "mxf",    "nut",          "nuv",  "obu",
        "ogg", "oma",  "pva",  "rm",   "shn",       "tak",       "truehd", "tta",          "vc1",  "vc1test",
        "voc", "vvc",  "w64",  "wav",  "webm",      "wtv",       "wv",     "yuv4mpegpipe", NULL };

static const char *const text_demuxers[] = { "srt", "webvtt", "ass", NULL };

static const char *const playlist_demuxers[]
    = { "hls", "dash", "concat", "imf", "sdp", "rtsp", "webm_dash_manifest", NULL };

static const char *const picture_demuxers[]
    = { "image2", "ico", "fits", "xbin", "photocd", "alias_pix", "brender_pix", NULL };

/* Major brands of MP4 files that are one picture: HEIC and AVIF. */
static const char *const picture_brands[] = { "avif", "heic", "heix", "mif1", NULL };

static gboolean
demuxer_is_in (const AVInputFormat *demuxer, const char *const *list)
{
  g_auto (GStrv) names = g_strsplit (demuxer->name, ",", -1);

  for (guint i = 0; names[i] != NULL; i++)
    if (g_strv_contains (list, names[i]))
      return TRUE;
  return FALSE;
}

static int
read_at_position (void *opaque, uint8_t *buffer, int length)
{
  SendoffSource *self = opaque;
  gint64 left = self->size_bytes - self->position;
  gssize got;

  if (left <= 0)
    return AVERROR_EOF;
  if (self->times_only)
    {
      if (length <= TIMES_BUFFER_BYTES)
        memset (buffer, 0, (gsize)length);
      self->position += MIN (left, length);
      return (int)MIN (left, length);
    }
  if (self->text != NULL)
    {
      memcpy (buffer, self->text + self->position, (gsize)MIN (left, length));
      self->position += MIN (left, length);
      return (int)MIN (left, length);
    }
  do
    got = pread (self->fd, buffer, (gsize)MIN (left, length), self->position);
  while (got < 0 && errno == EINTR);
  if (got < 0)
    {
      self->read_errno = errno;
      return AVERROR (errno);
    }
  if (got == 0)
    return AVERROR_EOF;
  self->position += got;
  return (int)got;
}

static int64_t
seek_position (void *opaque, int64_t offset, int whence)
{
  SendoffSource *self = opaque;
  gint64 target;

  switch (whence & ~AVSEEK_FORCE)
    {
    case AVSEEK_SIZE:
      return self->size_bytes;
    case SEEK_SET:
      target = offset;
      break;
    case SEEK_CUR:
      if (__builtin_add_overflow (self->position, offset, &target))
        return AVERROR (EINVAL);
      break;
    case SEEK_END:
      if (__builtin_add_overflow (self->size_bytes, offset, &target))
        return AVERROR (EINVAL);
      break;
    default:
      return AVERROR (EINVAL);
    }
  if (target < 0)
    return AVERROR (EINVAL);
  self->position = target;
  return target;
}

static int
refuse_nested_open (
    AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options)
{
  *io = NULL;
  return AVERROR (EACCES);
}

static gboolean
check_file (SendoffSource *self, GError **error)
{
  struct stat info;

  if (fstat (self->fd, &info) < 0)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s cannot be read: %s."),
                   self->name, g_strerror (errno));
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s is not a regular file."),
                   self->name);
      return FALSE;
    }
  if (self->size_bytes > 0 && info.st_size != self->size_bytes)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED, _ ("%s has changed while it was in use."),
                   self->name);
      return FALSE;
    }
  if (info.st_size == 0)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s is empty."), self->name);
      return FALSE;
    }
  self->size_bytes = info.st_size;
  return TRUE;
}

static void
set_unreadable (SendoffSource *self, int result, GError **error)
{
  if (self->read_errno != 0)
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE, _ ("%s cannot be read: %s."), self->name,
                 g_strerror (self->read_errno));
  else if (result == AVERROR (ENOMEM))
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_FAILED, _ ("There is not enough memory to open %s."),
                 self->name);
  else
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE,
                 _ ("%s is not a video, or its index is missing (it may be cut off)."), self->name);
}

static void
set_unsupported (SendoffSource *self, const char *what, GError **error)
{
  g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED, _ ("%s is %s."), self->name, what);
}

/* FFmpeg 7 takes a playlist for one only when its name says so too, and names have no part in this. */
static gboolean
is_playlist (SendoffSource *self)
{
  static const char mark[] = "#EXTM3U";
  char start[sizeof mark] = "";

  return pread (self->fd, start, sizeof mark - 1, 0) == sizeof mark - 1 && g_str_equal (start, mark);
}

/* What the content says; the name of the file has no part in it. */
static const AVInputFormat *
detect_demuxer (SendoffSource *self, GError **error)
{
  const AVInputFormat *demuxer = NULL;
  int score;

  if (is_playlist (self))
    {
      set_unsupported (self, _ ("a playlist, not a video"), error);
      return NULL;
    }
  score = av_probe_input_buffer2 (self->io, &demuxer, NULL, NULL, 0, FORMAT_PROBE_BYTES);
  if (score < 0 || demuxer == NULL)
    {
      set_unreadable (self, score, error);
      return NULL;
    }
  if (demuxer_is_in (demuxer, media_demuxers))
    return demuxer;
  if (demuxer_is_in (demuxer, playlist_demuxers))
    set_unsupported (self, _ ("a playlist, not a video"), error);
  else if (g_str_has_suffix (demuxer->name, "_pipe") || demuxer_is_in (demuxer, picture_demuxers))
    set_unsupported (self, _ ("a still picture, not a video"), error);
  else if (score <= AVPROBE_SCORE_RETRY)
    set_unreadable (self, 0, error);
  else
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
                 _ ("%s is of a kind that cannot be exported (%s)."), self->name,
                 demuxer->long_name != NULL ? demuxer->long_name : demuxer->name);
  return NULL;
}

static gboolean
open_format (SendoffSource *self, const AVInputFormat *demuxer, gboolean find_streams, GError **error)
{
  g_autoptr (AVDictionary) options = NULL;
  gboolean is_transport = demuxer_is_in (demuxer, (const char *const[]){ "mpegts", NULL });
  int result;

  self->format = avformat_alloc_context ();
  self->format->pb = self->io;
  self->format->io_open = refuse_nested_open;
  self->format->probesize = is_transport ? TRANSPORT_PROBE_BYTES : STREAM_PROBE_BYTES;
  self->format->max_analyze_duration = is_transport ? TRANSPORT_PROBE_US : STREAM_PROBE_US;
  self->format->max_streams = MAX_STREAMS;
  av_dict_set (&options, "protocol_whitelist", "none", 0);
  /* Frees and clears self->format when it fails. */
  result = avformat_open_input (&self->format, NULL, demuxer, &options);
  if (result >= 0 && find_streams)
    result = avformat_find_stream_info (self->format, NULL);
  if (result < 0)
    set_unreadable (self, result, error);
  return result >= 0;
}

static gboolean
is_picture_file (AVFormatContext *format)
{
  AVDictionaryEntry *brand = av_dict_get (format->metadata, "major_brand", NULL, 0);

  return brand != NULL && g_strv_contains (picture_brands, brand->value);
}

static gboolean
check_streams (SendoffSource *self, GError **error)
{
  if (is_picture_file (self->format))
    {
      set_unsupported (self, _ ("a still picture, not a video"), error);
      return FALSE;
    }
  if (self->format->nb_streams == 0)
    {
      set_unreadable (self, 0, error);
      return FALSE;
    }
  return TRUE;
}

static SendoffSource *
source_new (int fd, gint64 size_bytes, const char *name, int buffer_bytes)
{
  SendoffSource *self = g_new0 (SendoffSource, 1);

  self->fd = fd;
  self->size_bytes = size_bytes;
  self->name = g_utf8_make_valid (name != NULL ? name : _ ("The file"), -1);
  self->io = avio_alloc_context (av_malloc ((gsize)buffer_bytes), buffer_bytes, 0, self, read_at_position,
                                 NULL, seek_position);
  return self;
}

/**
 * sendoff_source_open:
 * @fd: (transfer none): an open regular file; outlives the source, its offset is not used
 * @size_bytes: the size that is expected, 0 when not known
 * @name: (nullable): for messages only, never opened
 *
 * Returns: (transfer full): the source with its streams found, or %NULL with
 * %SENDOFF_ERROR_SOURCE_UNREADABLE, %SENDOFF_ERROR_SOURCE_UNSUPPORTED or, with another size,
 * %SENDOFF_ERROR_SOURCE_CHANGED
 */
SendoffSource *
sendoff_source_open (int fd, gint64 size_bytes, const char *name, GError **error)
{
  g_autoptr (SendoffSource) self = source_new (fd, size_bytes, name, BUFFER_BYTES);
  const AVInputFormat *demuxer;

  if (!check_file (self, error))
    return NULL;
  demuxer = detect_demuxer (self, error);
  if (demuxer == NULL || !open_format (self, demuxer, TRUE, error) || !check_streams (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
load_text (SendoffSource *self, GError **error)
{
  gsize size = (gsize)MIN (self->size_bytes, SENDOFF_CAPTIONS_MAX_BYTES);
  g_autofree char *bytes = g_malloc (size);
  gssize got = pread (self->fd, bytes, size, 0);

  if (got != (gssize)size)
    {
      self->read_errno = got < 0 ? errno : EIO;
      set_unreadable (self, 0, error);
      return FALSE;
    }
  self->text = sendoff_captions_dup_text (bytes, (gsize)self->size_bytes, self->name, error);
  self->size_bytes = self->text != NULL ? (gint64)strlen (self->text) : 0;
  return self->text != NULL;
}

/**
 * sendoff_source_open_captions:
 * @fd: as in sendoff_source_open(), of a file of captions
 *
 * Returns: (transfer full): the file with its one stream of text, or %NULL with %SENDOFF_ERROR_SOURCE_UNREADABLE or
 *   %SENDOFF_ERROR_SOURCE_UNSUPPORTED
 */
SendoffSource *
sendoff_source_open_captions (int fd, gint64 size_bytes, const char *name, GError **error)
{
  g_autoptr (SendoffSource) self = source_new (fd, size_bytes, name, BUFFER_BYTES);
  const AVInputFormat *demuxer = NULL;

  if (!check_file (self, error) || !load_text (self, error))
    return NULL;
  av_probe_input_buffer2 (self->io, &demuxer, NULL, NULL, 0, FORMAT_PROBE_BYTES);
  if (demuxer == NULL || !demuxer_is_in (demuxer, text_demuxers))
    {
      set_unsupported (self, _ ("no file of captions that can be read (SRT, WebVTT or ASS)"), error);
      return NULL;
    }
  if (!open_format (self, demuxer, TRUE, error) || !check_streams (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* Parsers would look at noise, and put their own opinion in the place of the container's. */
static SendoffSource *
open_again (SendoffSource *of, int buffer_bytes, GError **error)
{
  g_autoptr (SendoffSource) self = source_new (of->fd, of->size_bytes, of->name, buffer_bytes);

  if (!open_format (self, of->format->iformat, FALSE, error))
    return NULL;
  self->format->flags |= AVFMT_FLAG_NOPARSE | AVFMT_FLAG_NOFILLIN;
  return g_steal_pointer (&self);
}

/**
 * sendoff_source_open_packets:
 * @of: an opened source whose container has a complete index, such as MP4
 *
 * Opens the same file once more for its packets exactly as the container has them.
 *
 * Returns: (transfer full): the source, its streams without what only packets tell; or %NULL with
 *   %SENDOFF_ERROR_SOURCE_UNREADABLE
 */
SendoffSource *
sendoff_source_open_packets (SendoffSource *of, GError **error)
{
  return open_again (of, BUFFER_BYTES, error);
}

/**
 * sendoff_source_open_times:
 * @of: an opened source whose container has a complete index, such as MP4
 *
 * Opens the same file once more for walking through its packets without reading them: times, sizes and flags
 * are those of the index, the data of every packet is noise. Two hours take a fraction of a second, from any
 * disk.
 *
 * Returns: (transfer full): the source, its streams without what only packets tell; or %NULL with
 *   %SENDOFF_ERROR_SOURCE_UNREADABLE
 */
SendoffSource *
sendoff_source_open_times (SendoffSource *of, GError **error)
{
  SendoffSource *self = open_again (of, TIMES_BUFFER_BYTES, error);

  if (self != NULL)
    self->times_only = TRUE;
  return self;
}

/** sendoff_source_free: closes the demuxer; the descriptor stays open. */
void
sendoff_source_free (SendoffSource *self)
{
  avformat_close_input (&self->format);
  if (self->io != NULL)
    av_freep (&self->io->buffer);
  avio_context_free (&self->io);
  g_free (self->text);
  g_free (self->name);
  g_free (self);
}

/** sendoff_source_get_format: (transfer none): the demuxer, with avformat_find_stream_info() done. */
AVFormatContext *
sendoff_source_get_format (SendoffSource *self)
{
  return self->format;
}

/** sendoff_source_get_fd: (transfer none): the descriptor it was opened with. */
int
sendoff_source_get_fd (SendoffSource *self)
{
  return self->fd;
}

/** sendoff_source_get_name: (transfer none): for messages, valid UTF-8. */
const char *
sendoff_source_get_name (SendoffSource *self)
{
  return self->name;
}

/** sendoff_source_get_size: in bytes. */
gint64
sendoff_source_get_size (SendoffSource *self)
{
  return self->size_bytes;
}

/**
 * sendoff_source_find_decoder:
 * @stream: a stream of any source
 *
 * The decoder of choice: for AV1 one that works without special hardware, for VP9 and VP8 with transparency
 * the only one that knows about it.
 *
 * Returns: (transfer none) (nullable): the decoder, %NULL when there is none
 */
const AVCodec *
sendoff_source_find_decoder (const AVStream *stream)
{
  enum AVCodecID id = stream->codecpar->codec_id;
  AVDictionaryEntry *alpha = av_dict_get (stream->metadata, "alpha_mode", NULL, 0);
  const AVCodec *decoder = NULL;

  if (id == AV_CODEC_ID_AV1)
    {
      decoder = avcodec_find_decoder_by_name ("libdav1d");
      return decoder != NULL ? decoder : avcodec_find_decoder_by_name ("libaom-av1");
    }
  if (alpha != NULL && g_str_equal (alpha->value, "1"))
    {
      if (id == AV_CODEC_ID_VP9)
        decoder = avcodec_find_decoder_by_name ("libvpx-vp9");
      if (id == AV_CODEC_ID_VP8)
        decoder = avcodec_find_decoder_by_name ("libvpx");
    }
  return decoder != NULL ? decoder : avcodec_find_decoder (id);
}

static AVCodecContext *
allocate_decoder (AVStream *stream, const AVCodec *decoder, int threads)
{
  g_autoptr (AVCodecContext) context = avcodec_alloc_context3 (decoder);

  if (context == NULL || avcodec_parameters_to_context (context, stream->codecpar) < 0)
    return NULL;
  context->pkt_timebase = stream->time_base;
  context->thread_count = threads;
  return g_steal_pointer (&context);
}

/**
 * sendoff_source_open_decoder:
 * @index: a stream of the source
 * @threads: 0 lets FFmpeg choose
 *
 * Returns: (transfer full): an opened decoder, or %NULL with %SENDOFF_ERROR_SOURCE_UNSUPPORTED
 */
AVCodecContext *
sendoff_source_open_decoder (SendoffSource *self, int index, int threads, GError **error)
{
  AVStream *stream = self->format->streams[index];
  const AVCodec *decoder = sendoff_source_find_decoder (stream);
  g_autoptr (AVCodecContext) context = NULL;
  int result;

  if (decoder == NULL)
    {
      const char *codec = avcodec_get_name (stream->codecpar->codec_id);

      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
                   _ ("Stream %d of %s cannot be decoded: no decoder for “%s” is installed."), index, self->name,
                   codec);
      return NULL;
    }
  context = allocate_decoder (stream, decoder, threads);
  result = context != NULL ? avcodec_open2 (context, decoder, NULL) : AVERROR (ENOMEM);
  if (result < 0)
    {
      g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
                   _ ("Stream %d of %s cannot be decoded: %s."), index, self->name, sendoff_av_error (result));
      return NULL;
    }
  return g_steal_pointer (&context);
}
