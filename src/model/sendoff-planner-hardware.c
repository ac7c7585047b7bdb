/* Outputs that an encoder of the graphics card makes, where one was asked for.
 *
 * Such an output is planned as for a software encoder first. That plan stays with it: hardware can fail at
 * any time, and then the output is made as if nobody had asked for hardware. Hardware encoders keep a
 * constant quality; sizes, bit rates and maximums are met by measuring and steering, which only the software
 * encoders are known well enough for.
 */
#include "model/sendoff-planner-private.h"

#include <math.h>
#include <string.h>

/* What a trial encodes: large enough for every encoder's smallest picture. */
#define TRIAL_WIDTH  640
#define TRIAL_HEIGHT 368
#define TRIAL_RATE   30

static const SendoffHardwareEncoder *
find_encoder (const SendoffPlanning *self)
{
  gboolean deep = g_str_has_suffix (self->output->video->pixel_format, "10le");

  for (guint i = 0; i < self->video_codec->hardware_encoders->len; i++)
    {
      const SendoffHardwareEncoder *encoder = g_ptr_array_index (self->video_codec->hardware_encoders, i);

      if (sendoff_machine_has_hardware_encoder (self->machine, encoder->encoder)
          && (!deep || encoder->deep_upload_format != NULL))
        return encoder;
    }
  return NULL;
}

/* Whether something is planned that hardware cannot do; then it is said. */
static gboolean
meets_obstacle (SendoffPlanning *self, const SendoffHardwareEncoder *encoder)
{
  const SendoffVideoPlan *video = self->output->video;

  if (self->output->size != NULL || video->rate_control != SENDOFF_RATE_CRF || video->analysis != NULL)
    sendoff_planning_issue (self, WARNING, "encoder", "hardware-cannot",
                            "%s hardware meets no size and no bit rate exactly; %s is used instead.",
                            encoder->name, video->encoder);
  else if (self->limits.max_video_bitrate_bps > 0)
    sendoff_planning_issue (self, WARNING, "encoder", "hardware-cannot",
                            "%s hardware does not keep the platform's maximum bit rate; %s is used instead.",
                            encoder->name, video->encoder);
  else if (video->mastering != NULL)
    sendoff_planning_issue (self, WARNING, "encoder", "hardware-cannot",
                            "%s hardware does not write what HDR screens need to know; %s is used instead.",
                            encoder->name, video->encoder);
  else
    return FALSE;
  return TRUE;
}

static void
add_options (SendoffVideoPlan *video, GPtrArray *tags)
{
  for (guint i = 0; i < tags->len; i++)
    {
      const SendoffCatalogTag *tag = g_ptr_array_index (tags, i);
      SendoffTag *option = sendoff_tag_new ();

      option->key = g_strdup (tag->key);
      option->value = g_strdup (tag->value);
      g_ptr_array_add (video->options, option);
    }
}

static void
add_speed (SendoffVideoPlan *video, const SendoffHardwareEncoder *encoder)
{
  for (guint i = 0; i < encoder->speeds->len; i++)
    {
      const SendoffSpeed *speed = g_ptr_array_index (encoder->speeds, i);

      if (g_strcmp0 (speed->speed, video->speed) == 0)
        add_options (video, speed->options);
    }
}

/* Turns @video, planned for software, into the same for @encoder. The level is the encoder's to choose. */
static void
set_encoder (SendoffVideoPlan *video, const SendoffHardwareEncoder *encoder)
{
  SendoffHardwarePlan *hardware = sendoff_hardware_plan_new ();
  gboolean deep = g_str_has_suffix (video->pixel_format, "10le");

  hardware->device_type = g_strdup (encoder->device_type);
  hardware->upload_format = g_strdup (deep ? encoder->deep_upload_format : encoder->upload_format);
  hardware->quality_option = g_strdup (encoder->quality_option);
  hardware->quality = CLAMP (round (encoder->quality_scale * video->crf + encoder->quality_offset), 1,
                             encoder->quality_max);
  video->hardware = hardware;
  g_free (video->encoder);
  video->encoder = g_strdup (encoder->encoder);
  video->level = 0;
  video->threads = 1;
  video->maxrate_bps = video->bufsize_bits = 0;
  sendoff_tags_clear (video->options);
  add_options (video, encoder->params);
  add_speed (video, encoder);
}

/** sendoff_planner_plan_hardware: gives a finished video plan to a hardware encoder, if that was asked for
 * and can be. */
void
sendoff_planner_plan_hardware (SendoffPlanning *self)
{
  const char *asked = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_ENCODER);
  const SendoffHardwareEncoder *encoder;
  SendoffVideoPlan *software = self->output->video;

  if (g_strcmp0 (asked, "hardware") != 0)
    return;
  encoder = find_encoder (self);
  if (encoder == NULL)
    sendoff_planning_issue (self, WARNING, "encoder", "no-hardware-encoder",
                            "This computer has no working hardware encoder for %s; %s is used instead.",
                            self->video_codec->name, software->encoder);
  if (encoder == NULL || meets_obstacle (self, encoder))
    return;
  self->output->video = sendoff_video_plan_copy (software);
  self->output->video->software = software;
  set_encoder (self->output->video, encoder);
  sendoff_planning_issue (
      self, INFO, "encoder", "hardware-encoder",
      "%s is encoded by %s hardware: faster, and larger for the same quality than with %s.",
      self->video_codec->name, encoder->name, software->encoder);
}

/**
 * sendoff_planner_new_hardware_trial:
 * @codec: what @encoder makes
 *
 * Returns: (transfer full): the plan of a short encode that proves whether @encoder works on this machine
 */
SendoffVideoPlan *
sendoff_planner_new_hardware_trial (const SendoffVideoCodec *codec, const SendoffHardwareEncoder *encoder)
{
  SendoffVideoPlan *video = sendoff_video_plan_new ();

  video->codec = g_strdup (codec->codec_id);
  video->speed = g_strdup ("medium");
  video->pixel_format = g_strdup ("yuv420p");
  video->width = TRIAL_WIDTH;
  video->height = TRIAL_HEIGHT;
  video->frame_rate = video->nominal_frame_rate = SENDOFF_RATIONAL (TRIAL_RATE, 1);
  video->time_base = SENDOFF_RATIONAL (1, TRIAL_RATE);
  video->crf = (codec->quality_min + codec->quality_max) / 3; /* a usual quality */
  video->gop_frames = TRIAL_RATE;
  video->closed_gop = TRUE;
  set_encoder (video, encoder);
  return video;
}
