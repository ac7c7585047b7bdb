/* One good file, and every way in which it can be wrong: exactly that check must fail. */
#include <string.h>

#include "model/sendoff-certificate.h"

typedef struct {
  SendoffOutputPlan *plan;
  SendoffOutputFacts facts;
  SendoffMediaInfo *file;
  SendoffStreamInfo *video, *audio; /* of the file */
} Fixture;

static SendoffStreamInfo *
add_stream (SendoffMediaInfo *file, int index, int kind, const char *codec)
{
  SendoffStreamInfo *stream = sendoff_stream_info_new ();

  stream->index = index;
  stream->kind = kind;
  stream->codec = g_strdup (codec);
  stream->duration_us = 10000000;
  g_ptr_array_add (file->streams, stream);
  return stream;
}

static void
make_plan (Fixture *self)
{
  SendoffOutputPlan *plan = self->plan = sendoff_output_plan_new ();

  plan->muxer = g_strdup ("mp4");
  plan->moov_first = TRUE;
  plan->edit_list = FALSE;
  plan->video = sendoff_video_plan_new ();
  plan->video->codec = g_strdup ("h265");
  plan->video->tag = g_strdup ("hvc1");
  plan->video->width = 1280;
  plan->video->height = 720;
  plan->video->pixel_format = g_strdup ("yuv420p");
  plan->video->frame_rate = plan->video->nominal_frame_rate = SENDOFF_RATIONAL (30, 1);
  plan->video->color = sendoff_color_new ();
  plan->video->color->matrix = g_strdup ("bt709");
  plan->audio = sendoff_audio_plan_new ();
  plan->audio->codec = g_strdup ("aac");
  plan->audio->sample_rate = 48000;
  plan->audio->channels = 2;
  self->facts = (SendoffOutputFacts){ 300, 10000000, 480000, 4000000 };
}

static void
make_file (Fixture *self)
{
  SendoffMediaInfo *file = self->file = sendoff_media_info_new ();

  file->container = g_strdup ("mov,mp4,m4a,3gp,3g2,mj2");
  file->size_bytes = 4000000;
  file->duration_us = 10000000;
  file->faststart = TRUE;
  file->video_index = 0;
  file->audio_index = 1;
  self->video = add_stream (file, 0, SENDOFF_STREAM_VIDEO, "hevc");
  self->video->codec_tag = g_strdup ("hvc1");
  self->video->width = 1280;
  self->video->height = 720;
  self->video->pixel_format = g_strdup ("yuv420p");
  self->video->frame_rate = SENDOFF_RATIONAL (30, 1);
  self->video->frame_count = 300;
  self->video->color = sendoff_color_new ();
  self->video->color->matrix = g_strdup ("bt709");
  self->audio = add_stream (file, 1, SENDOFF_STREAM_AUDIO, "aac");
  self->audio->sample_rate = 48000;
  self->audio->channels = 2;
}

static void
set_up (Fixture *self, gconstpointer data)
{
  make_plan (self);
  make_file (self);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  sendoff_output_plan_free (self->plan);
  sendoff_media_info_free (self->file);
}

static void
test_good (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffCertificate) certificate = sendoff_certificate_check (self->plan, &self->facts, self->file);
  g_autofree char *failure = sendoff_certificate_dup_failure (certificate);

  g_assert_cmpstr (failure, ==, NULL);
  g_assert_true (certificate->passed);
  g_assert_cmpuint (certificate->checks->len, ==, 21);
}

static void
replace (char **member, const char *value)
{
  g_free (*member);
  *member = g_strdup (value);
}

static void
break_container (Fixture *self)
{
  replace (&self->file->container, "matroska,webm");
}

static void
break_video_codec (Fixture *self)
{
  replace (&self->video->codec, "h264");
}

static void
break_picture_size (Fixture *self)
{
  self->video->height = 718;
}

static void
break_upright (Fixture *self)
{
  self->video->rotation = 90;
}

static void
break_square (Fixture *self)
{
  self->video->sample_aspect_ratio = SENDOFF_RATIONAL (1439, 1440);
}

static void
break_pixel_format (Fixture *self)
{
  replace (&self->video->pixel_format, "yuvj420p");
}

static void
break_color (Fixture *self)
{
  g_clear_pointer (&self->video->color, sendoff_color_free);
}

static void
break_frame_rate (Fixture *self)
{
  self->video->frame_rate = SENDOFF_RATIONAL (25, 1);
}

static void
break_frame_count (Fixture *self)
{
  self->video->frame_count = 299;
}

static void
break_duration (Fixture *self)
{
  self->video->duration_us = 9900000;
}

static void
break_audio_codec (Fixture *self)
{
  replace (&self->audio->codec, "mp3");
}

static void
break_sample_rate (Fixture *self)
{
  self->audio->sample_rate = 44100;
}

static void
break_channels (Fixture *self)
{
  self->audio->channels = 1;
}

static void
break_audio_duration (Fixture *self)
{
  self->audio->duration_us = 9900000;
}

static void
break_start (Fixture *self)
{
  self->video->start_us = 100000;
}

static void
break_file_size (Fixture *self)
{
  self->file->size_bytes = 3999999;
}

static void
break_tag (Fixture *self)
{
  replace (&self->video->codec_tag, "hev1");
}

static void
break_moov (Fixture *self)
{
  self->file->faststart = FALSE;
}

static void
break_edit_list (Fixture *self)
{
  self->audio->n_edits = 1;
}

static const struct {
  const char *code;
  void (*spoil) (Fixture *self);
} faults[] = {
  { "container", break_container },       { "video-codec", break_video_codec },
  { "picture-size", break_picture_size }, { "upright", break_upright },
  { "upright", break_square },            { "pixel-format", break_pixel_format },
  { "color", break_color },               { "frame-rate", break_frame_rate },
  { "frame-count", break_frame_count },   { "duration", break_duration },
  { "audio-codec", break_audio_codec },   { "sample-rate", break_sample_rate },
  { "channels", break_channels },         { "audio-duration", break_audio_duration },
  { "start-offset", break_start },        { "file-size", break_file_size },
  { "moov-first", break_moov },           { "codec-tag", break_tag },
  { "no-edit-list", break_edit_list },
};

static void
test_faults (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      Fixture fixture;
      g_autoptr (SendoffCertificate) certificate = NULL;
      g_autofree char *failure = NULL;
      guint n_failed = 0;

      set_up (&fixture, NULL);
      faults[i].spoil (&fixture);
      certificate = sendoff_certificate_check (fixture.plan, &fixture.facts, fixture.file);
      failure = sendoff_certificate_dup_failure (certificate);
      tear_down (&fixture, NULL);

      g_assert_false (certificate->passed);
      g_assert_nonnull (strstr (failure, faults[i].code));
      for (guint j = 0; j < certificate->checks->len; j++)
        n_failed += !((SendoffCheck *)g_ptr_array_index (certificate->checks, j))->passed;
      g_assert_cmpuint (n_failed, ==, 1);
    }
}

static void
test_missing_streams (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffCertificate) certificate = NULL;
  g_autofree char *failure = NULL;

  self->file->audio_index = -1;
  certificate = sendoff_certificate_check (self->plan, &self->facts, self->file);
  failure = sendoff_certificate_dup_failure (certificate);
  g_assert_nonnull (strstr (failure, "audio"));
}

/* FFmpeg decodes ProRes 4444 deeper than it encodes it, and no other codec. */
static void
test_depth_of_prores (Fixture *self, gconstpointer data)
{
  g_autoptr (SendoffCertificate) certificate = NULL;
  g_autoptr (SendoffCertificate) other = NULL;
  g_autofree char *failure = NULL;

  replace (&self->plan->video->codec, "prores");
  replace (&self->video->codec, "prores");
  replace (&self->plan->video->pixel_format, "yuva444p10le");
  replace (&self->video->pixel_format, "yuva444p12le");
  certificate = sendoff_certificate_check (self->plan, &self->facts, self->file);
  g_assert_true (certificate->passed);
  replace (&self->plan->video->codec, "h265");
  replace (&self->video->codec, "hevc");
  other = sendoff_certificate_check (self->plan, &self->facts, self->file);
  failure = sendoff_certificate_dup_failure (other);
  g_assert_nonnull (strstr (failure, "pixel-format"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/model/certificate/good", Fixture, NULL, set_up, test_good, tear_down);
  g_test_add ("/model/certificate/missing-streams", Fixture, NULL, set_up, test_missing_streams, tear_down);
  g_test_add ("/model/certificate/depth-of-prores", Fixture, NULL, set_up, test_depth_of_prores, tear_down);
  g_test_add_func ("/model/certificate/every-fault-is-found", test_faults);
  return g_test_run ();
}
