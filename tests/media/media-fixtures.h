/* Small media files for tests, made with FFmpeg's libraries.
 *
 * Fill a MediaFixture (zero members have the defaults below) and call media_fixture_write(). Every frame is a moving
 * gradient whose brightness in the top left 16 × 16 corner counts the frames, so that frames can be told apart after
 * lossy coding too. A test fails when a file cannot be made. Needs only encoders that FFmpeg brings itself, unless the
 * fixture names another; ask media_fixture_has_encoder() then.
 */
#pragma once

#include <glib.h>

typedef struct {
  const char *container;   /* muxer, "mp4" */
  const char *codec;       /* video encoder, "mpeg4"; "" for no video */
  int width, height;       /* 64 × 48 */
  int rate_num, rate_den;  /* 25/1 */
  int n_frames;            /* 25 */
  int gop;                 /* 12 */
  int b_frames;            /* 0; the encoder must know them */
  const char *pixel_format; /* "yuv420p" */
  const gint64 *times_ms;  /* n_frames times, for a variable rate; NULL for a constant one */
  int aspect_num, aspect_den; /* sample aspect ratio, 0 for none */
  const gint32 *matrix;    /* 9 values of a display matrix, NULL for none */
  gint64 start_ms;         /* added to every time */
  const char *transfer;    /* "smpte2084": with bt2020 primaries and matrix, NULL untagged */
  const char *audio;       /* audio encoder, "aac"; NULL for no audio */
  int audio_ms;            /* as long as the video when 0 */
  const char *mux_options; /* "movflags=+faststart:use_editlist=0", NULL */
  const char *title;       /* tag of the file, NULL */
  gboolean with_cover;     /* adds an attached picture */
} MediaFixture;

char *media_fixture_write (const MediaFixture *fixture);
char *media_fixture_write_bytes (const char *leaf, gconstpointer bytes, gsize length);
void media_fixture_truncate (const char *path, double fraction);
void media_fixture_delete (char *path);
gboolean media_fixture_has_encoder (const char *name);
