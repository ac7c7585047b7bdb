#include "cli/sendoff-cli-describe.h"

#include "base/sendoff-i18n.h"
#include "base/sendoff-units.h"
#include "model/sendoff-score.h"

static void
append_frame_rate (GString *text, SendoffRational rate)
{
  if (sendoff_rational_is_set (rate))
    g_string_append_printf (text, _ (", %.6g fps"),
                            (double)(gint64)(sendoff_rational_to_double (rate) * 1000 + 0.5) / 1000);
}

static void
describe_video_stream (GString *text, const SendoffStreamInfo *stream)
{
  g_string_append_printf (text, " %d×%d", stream->display_width, stream->display_height);
  append_frame_rate (text, stream->frame_rate);
  if (!stream->constant_rate)
    g_string_append (text, _ (" (variable)"));
  if (stream->bit_depth > 8)
    g_string_append_printf (text, _ (", %d bit"), stream->bit_depth);
  if (stream->hdr != SENDOFF_HDR_NONE)
    g_string_append_printf (text, ", HDR (%s)", sendoff_hdr_nicks[stream->hdr]);
  if (stream->rotation != 0)
    g_string_append_printf (text, _ (", turned by %d°"), stream->rotation);
  if (stream->field_order == SENDOFF_FIELDS_TOP_FIRST || stream->field_order == SENDOFF_FIELDS_BOTTOM_FIRST)
    g_string_append (text, _ (", interlaced"));
}

/** sendoff_cli_describe_stream: (transfer full): "video: h264 1920×1080, 29.97 fps". */
char *
sendoff_cli_describe_stream (const SendoffStreamInfo *stream)
{
  GString *text = g_string_new (_ (sendoff_stream_kind_nicks[stream->kind]));

  g_string_append_printf (text, ": %s", stream->codec != NULL ? stream->codec : _ ("unknown"));
  if (stream->kind == SENDOFF_STREAM_VIDEO)
    describe_video_stream (text, stream);
  if (stream->kind == SENDOFF_STREAM_AUDIO)
    g_string_append_printf (text, " %d Hz, %s", stream->sample_rate,
                            stream->channel_layout != NULL ? stream->channel_layout : _ ("unknown channels"));
  if (stream->bitrate_bps > 0)
    {
      g_autofree char *rate = sendoff_format_bitrate (stream->bitrate_bps);

      g_string_append_printf (text, ", %s", rate);
    }
  if (stream->language != NULL && !g_str_equal (stream->language, "und"))
    g_string_append_printf (text, ", %s", stream->language);
  if (!stream->decodable && (stream->kind == SENDOFF_STREAM_VIDEO || stream->kind == SENDOFF_STREAM_AUDIO))
    g_string_append (text, _ (" (cannot be decoded here)"));
  return g_string_free (text, FALSE);
}

/** sendoff_cli_describe_source: (transfer full): "MP4 / QuickTime, 4:12, 812 MB". */
char *
sendoff_cli_describe_source (const SendoffMediaInfo *source)
{
  g_autofree char *size = sendoff_format_size (source->size_bytes);
  g_autofree char *duration = sendoff_format_duration (source->duration_us);

  g_autofree char *about = g_strdup_printf (_ ("about %s"), duration);
  const char *length = source->duration_is_exact ? duration : about;

  return g_strdup_printf ("%s, %s, %s",
                          source->container_name != NULL ? source->container_name : source->container,
                          source->duration_us > 0 ? length : _ ("unknown length"), size);
}

static void
append_score (GString *text, const SendoffVideoPlan *video)
{
  const SendoffScoreMetric *metric = sendoff_score_metric_get (video->score->metric);
  g_autofree char *wanted = metric != NULL ? sendoff_score_metric_describe (metric, video->score->wanted) : NULL;

  /* Translators: a score such as "SSIM 0.9800", and the quality number that is tried first */
  g_string_append_printf (text, _ (", %s wanted, CRF %g first"), wanted != NULL ? wanted : "–", video->crf);
}

static void
append_rate_control (GString *text, const SendoffVideoPlan *video, const SendoffVideoCodec *codec)
{
  g_autofree char *rate = sendoff_format_bitrate (video->bitrate_bps);
  g_autofree char *maxrate = sendoff_format_bitrate (video->maxrate_bps);

  if (codec != NULL && codec->quality_min == codec->quality_max && video->rate_control == SENDOFF_RATE_CRF)
    {
      if (video->profile != NULL)
        g_string_append_printf (text, _ (", profile %s"), video->profile);
      return;
    }
  if (video->score != NULL)
    append_score (text, video);
  else if (video->rate_control == SENDOFF_RATE_CRF)
    g_string_append_printf (text, ", CRF %g", video->crf);
  else
    g_string_append_printf (text, ", %s %s", sendoff_rate_control_nicks[video->rate_control], rate);
  if (video->maxrate_bps > 0)
    g_string_append_printf (text, _ (" (at most %s)"), maxrate);
  if (video->two_pass)
    g_string_append (text, _ (", two passes"));
}

/**
 * sendoff_cli_describe_video:
 * @quality: (nullable): the quality level or preset it was made from
 *
 * Returns: (transfer full): "1920×1080 H.264, good quality, CRF 20 (at most 16.0 Mbit/s), 29.97 fps"
 */
char *
sendoff_cli_describe_video (const SendoffVideoPlan *video, const char *quality, SendoffCatalog *catalog)
{
  const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (catalog, video->codec);
  const SendoffQualityLevel *level = quality != NULL ? sendoff_catalog_get_level (catalog, quality) : NULL;
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%d×%d %s", video->width, video->height,
                          codec != NULL ? codec->name : video->codec);
  if (video->copy != NULL)
    {
      append_frame_rate (text, video->nominal_frame_rate);
      g_string_append (text, _ (", copied, nothing is lost"));
      return g_string_free (text, FALSE);
    }
  if (level != NULL && video->score == NULL)
    {
      g_autofree char *word = g_utf8_strdown (_ (level->name), -1);

      g_string_append_printf (text, _ (", %s quality"), word);
    }
  append_rate_control (text, video, codec);
  append_frame_rate (text, video->nominal_frame_rate);
  if (video->tone_map != NULL)
    g_string_append (text, _ (", HDR turned into SDR"));
  if (video->deinterlace)
    g_string_append (text, _ (", deinterlaced"));
  if (video->speed != NULL)
    g_string_append_printf (text, _ (", speed %s"), video->speed);
  return g_string_free (text, FALSE);
}

/** sendoff_cli_describe_audio: (transfer full): "AAC 48000 Hz, stereo, 192 kbit/s". */
char *
sendoff_cli_describe_audio (const SendoffAudioPlan *audio, SendoffCatalog *catalog)
{
  const SendoffAudioCodec *codec = sendoff_catalog_get_audio_codec (catalog, audio->codec);
  GString *text = g_string_new (NULL);

  g_string_append_printf (text, "%s %d Hz, ", codec != NULL ? codec->name : audio->codec, audio->sample_rate);
  if (audio->channel_layout != NULL)
    g_string_append (text, audio->channel_layout);
  else
    g_string_append_printf (text, ngettext ("%d channel", "%d channels", (gulong)audio->channels),
                            audio->channels);
  if (audio->bitrate_bps > 0)
    {
      g_autofree char *rate = sendoff_format_bitrate (audio->bitrate_bps);

      g_string_append_printf (text, ", %s", rate);
    }
  if (audio->copy != NULL)
    g_string_append (text, _ (", copied"));
  return g_string_free (text, FALSE);
}

/** sendoff_cli_describe_size: (transfer full): "about 38.2 MB (36.0 MB to 40.1 MB) of 72 MB, 4:12". */
char *
sendoff_cli_describe_size (const SendoffOutputPlan *output)
{
  g_autofree char *size = sendoff_format_size (output->estimated_size_bytes);
  g_autofree char *low = sendoff_format_size (output->estimated_low_bytes);
  g_autofree char *high = sendoff_format_size (output->estimated_high_bytes);
  g_autofree char *limit = sendoff_format_size (output->max_size_bytes);
  g_autofree char *duration = sendoff_format_duration (output->duration_us);
  GString *text = g_string_new (NULL);

  if (output->estimated_size_bytes > 0)
    g_string_append_printf (text, _ ("about %s"), size);
  else
    g_string_append (text, _ ("size unknown"));
  if (output->estimated_high_bytes > 0)
    g_string_append_printf (text, _ (" (%s to %s)"), low, high);
  if (output->max_size_bytes > 0)
    g_string_append_printf (text, _ (" of %s allowed"), limit);
  g_string_append_printf (text, ", %s", duration);
  return g_string_free (text, FALSE);
}
