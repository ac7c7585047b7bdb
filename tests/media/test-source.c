#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "media-fixtures.h"
#include "media/sendoff-source.h"

static SendoffSource *
open_path (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  return sendoff_source_open (fd, 0, "Clip", error);
}

static void
close_source (SendoffSource *source)
{
  int fd = sendoff_source_get_fd (source);

  sendoff_source_free (source);
  close (fd);
}

typedef struct
{
  const char *name; /* of the test */
  const char *content;
  gsize length;
  SendoffErrorCode code;
  const char *message;
} Refusal;

static const guint8 png[]
    = { 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 'I',  'H',  'D',  'R', 0,
        0,    0,   1,   0,   0,    0,    1,    8,    0, 0, 0, 0,  0x3A, 0x7E, 0x9B, 0x55 };
static const guint8 avif[] = { 0, 0, 0, 24, 'f', 't', 'y', 'p', 'a', 'v', 'i', 'f',
                               0, 0, 0, 0,  'a', 'v', 'i', 'f', 'm', 'i', 'f', '1' };

#define NOT_A_VIDEO "Clip is not a video, or its index is missing (it may be cut off)."

static const Refusal refusals[] = {
  { "empty", "", 0, SENDOFF_ERROR_SOURCE_UNREADABLE, "Clip is empty." },
  { "text", "This is not a video.\nIt is text.\n", 0, SENDOFF_ERROR_SOURCE_UNREADABLE, NOT_A_VIDEO },
  { "m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n", 0,
    SENDOFF_ERROR_SOURCE_UNSUPPORTED, "Clip is a playlist, not a video." },
  { "concat", "ffconcat version 1.0\nfile /etc/hostname\n", 0, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
    "Clip is a playlist, not a video." },
  { "sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n", 0,
    SENDOFF_ERROR_SOURCE_UNSUPPORTED, "Clip is a playlist, not a video." },
  { "png", (const char *)png, sizeof png, SENDOFF_ERROR_SOURCE_UNSUPPORTED,
    "Clip is a still picture, not a video." },
  { "avif", (const char *)avif, sizeof avif, SENDOFF_ERROR_SOURCE_UNREADABLE, NOT_A_VIDEO },
};

static void
test_refused (gconstpointer data)
{
  const Refusal *refusal = data;
  g_autoptr (GError) error = NULL;
  gsize length = refusal->length > 0 ? refusal->length : strlen (refusal->content);
  char *path = media_fixture_write_bytes ("clip.mp4", refusal->content, length);

  g_assert_null (open_path (path, &error));
  g_assert_error (error, SENDOFF_ERROR, (int)refusal->code);
  g_assert_cmpstr (error->message, ==, refusal->message);
  media_fixture_delete (path);
}

static void
test_without_index (void)
{
  g_autoptr (GError) error = NULL;
  char *path = media_fixture_write (&(MediaFixture){ 0 });

  /* The index comes last in an MP4 that is not made for streaming. */
  media_fixture_truncate (path, 0.6);
  g_assert_null (open_path (path, &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE);
  g_assert_cmpstr (error->message, ==, NOT_A_VIDEO);
  media_fixture_delete (path);
}

static void
test_changed (void)
{
  g_autoptr (GError) error = NULL;
  char *path = media_fixture_write (&(MediaFixture){ 0 });
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  g_assert_null (sendoff_source_open (fd, 17, "Clip", &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED);
  close (fd);
  media_fixture_delete (path);
}

static void
test_directory (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (open_path (g_get_tmp_dir (), &error));
  g_assert_error (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE);
}

/* Every kind is known by its content: the fixtures have no extension. */
static void
test_content (gconstpointer data)
{
  const MediaFixture *fixture = data;
  g_autoptr (GError) error = NULL;
  char *path = media_fixture_write (fixture);
  SendoffSource *source = open_path (path, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (sendoff_source_get_format (source)->nb_streams, ==, 1);
  g_assert_cmpint (sendoff_source_get_format (source)->streams[0]->codecpar->width, ==, 64);
  close_source (source);
  media_fixture_delete (path);
}

static int
first_frame_width (SendoffSource *source)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AVCodecContext) decoder = sendoff_source_open_decoder (source, 0, 1, &error);
  g_autoptr (AVPacket) packet = av_packet_alloc ();
  g_autoptr (AVFrame) frame = av_frame_alloc ();

  g_assert_no_error (error);
  while (av_read_frame (sendoff_source_get_format (source), packet) >= 0)
    {
      avcodec_send_packet (decoder, packet);
      av_packet_unref (packet);
      if (avcodec_receive_frame (decoder, frame) >= 0)
        return frame->width;
    }
  return 0;
}

/* Two sources over one descriptor share no offset. */
static void
test_independent (void)
{
  char *path = media_fixture_write (&(MediaFixture){ .width = 80 });
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr (SendoffSource) first = sendoff_source_open (fd, 0, NULL, NULL);
  g_autoptr (SendoffSource) second = sendoff_source_open (fd, 0, NULL, NULL);

  g_assert_cmpint (first_frame_width (first), ==, 80);
  g_assert_cmpint (first_frame_width (second), ==, 80);
  g_assert_cmpint (lseek (fd, 0, SEEK_CUR), ==, 0);
  close (fd);
  media_fixture_delete (path);
}

static void
collect_packets (SendoffSource *source, GString *into)
{
  g_autoptr (AVPacket) packet = av_packet_alloc ();

  while (av_read_frame (sendoff_source_get_format (source), packet) >= 0)
    {
      g_string_append_printf (into, "%d:%" G_GINT64_FORMAT ":%d:%d ", packet->stream_index, packet->pts,
                              packet->size, packet->flags & AV_PKT_FLAG_KEY);
      av_packet_unref (packet);
    }
}

/* Walking by the index gives the packets that reading gives. */
static void
test_times (void)
{
  g_autoptr (GString) read = g_string_new (NULL);
  g_autoptr (GString) walked = g_string_new (NULL);
  char *path = media_fixture_write (&(MediaFixture){ .b_frames = 2, .audio = "aac", .n_frames = 40 });
  SendoffSource *source = open_path (path, NULL);
  g_autoptr (SendoffSource) times = sendoff_source_open_times (source, NULL);

  g_assert_nonnull (times);
  collect_packets (source, read);
  collect_packets (times, walked);
  g_assert_cmpuint (read->len, >, 400);
  g_assert_cmpstr (walked->str, ==, read->str);
  close_source (source);
  media_fixture_delete (path);
}

static const MediaFixture contents[] = {
  { .container = "mp4" },
  { .container = "matroska" },
  { .container = "avi" },
  { .container = "mpegts", .codec = "mpeg2video" },
  { .container = "mpeg", .codec = "mpeg2video" },
  { .container = "flv", .codec = "flv" },
  { .container = "asf", .codec = "wmv2" },
  { .container = "gif", .codec = "gif", .pixel_format = "rgb8" },
  { .container = "3gp" },
  { .container = "mov", .codec = "mjpeg", .pixel_format = "yuvj420p" },
};

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  av_log_set_level (AV_LOG_QUIET);
  for (guint i = 0; i < G_N_ELEMENTS (refusals); i++)
    {
      g_autofree char *name = g_strdup_printf ("/media/source/refused/%s", refusals[i].name);

      g_test_add_data_func (name, &refusals[i], test_refused);
    }
  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      g_autofree char *name = g_strdup_printf ("/media/source/content/%s", contents[i].container);

      g_test_add_data_func (name, &contents[i], test_content);
    }
  g_test_add_func ("/media/source/without-index", test_without_index);
  g_test_add_func ("/media/source/changed", test_changed);
  g_test_add_func ("/media/source/directory", test_directory);
  g_test_add_func ("/media/source/independent", test_independent);
  g_test_add_func ("/media/source/times", test_times);
  return g_test_run ();
}
