/* The members of every kind of entry in the catalog. */
#include "model/sendoff-catalog.h"

#include "model/sendoff-plan.h"

static const SendoffField video_codec_fields[] = {
  SENDOFF_FIELD (SendoffVideoCodec, codec_id, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, name, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, encoder, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, fallback_encoders, STRV),
  SENDOFF_FIELD (SendoffVideoCodec, fast_encoder, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, probe_name, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, containers, STRV),
  SENDOFF_FIELD (SendoffVideoCodec, file_extension, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, tag_isom, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, audio_codec, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, min_width, INT),
  SENDOFF_FIELD (SendoffVideoCodec, min_height, INT),
  SENDOFF_FIELD (SendoffVideoCodec, matrix, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, hdr, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, use, STRING),
  SENDOFF_FIELD (SendoffVideoCodec, quality_min, DOUBLE),
  SENDOFF_FIELD (SendoffVideoCodec, quality_max, DOUBLE),
  SENDOFF_FIELD (SendoffVideoCodec, quality_descending, BOOL),
  SENDOFF_FIELD_OF (SendoffVideoCodec, crf, DOC_ARRAY, sendoff_level_value_doc_type),
  SENDOFF_FIELD (SendoffVideoCodec, efficiency, DOUBLE),
  SENDOFF_FIELD (SendoffVideoCodec, successors, STRV),
  SENDOFF_FIELD (SendoffVideoCodec, pixel_formats, STRV),
  SENDOFF_FIELD (SendoffVideoCodec, rate_controls, STRV),
  SENDOFF_FIELD (SendoffVideoCodec, two_pass, BOOL),
  SENDOFF_FIELD_OF (SendoffVideoCodec, profiles, DOC_ARRAY, sendoff_level_value_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoCodec, known_profiles, DOC_ARRAY, sendoff_codec_profile_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoCodec, speeds, DOC_ARRAY, sendoff_speed_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoCodec, default_params, DOC_ARRAY, sendoff_catalog_tag_doc_type),
  SENDOFF_FIELD_OF (SendoffVideoCodec, hardware_encoders, DOC_ARRAY, sendoff_hardware_encoder_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField hardware_encoder_fields[] = {
  SENDOFF_FIELD (SendoffHardwareEncoder, encoder, STRING),
  SENDOFF_FIELD (SendoffHardwareEncoder, name, STRING),
  SENDOFF_FIELD (SendoffHardwareEncoder, device, STRING),
  SENDOFF_FIELD (SendoffHardwareEncoder, device_type, STRING),
  SENDOFF_FIELD (SendoffHardwareEncoder, upload_format, STRING),
  SENDOFF_FIELD (SendoffHardwareEncoder, deep_upload_format, STRING),
  SENDOFF_FIELD (SendoffHardwareEncoder, quality_option, STRING),
  SENDOFF_FIELD (SendoffHardwareEncoder, quality_scale, DOUBLE),
  SENDOFF_FIELD (SendoffHardwareEncoder, quality_offset, DOUBLE),
  SENDOFF_FIELD (SendoffHardwareEncoder, quality_max, DOUBLE),
  SENDOFF_FIELD_OF (SendoffHardwareEncoder, speeds, DOC_ARRAY, sendoff_speed_doc_type),
  SENDOFF_FIELD_OF (SendoffHardwareEncoder, params, DOC_ARRAY, sendoff_catalog_tag_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField catalog_tag_fields[] = {
  SENDOFF_FIELD (SendoffCatalogTag, key, STRING),
  SENDOFF_FIELD (SendoffCatalogTag, value, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField level_value_fields[] = {
  SENDOFF_FIELD (SendoffLevelValue, level, STRING),
  SENDOFF_FIELD (SendoffLevelValue, value, DOUBLE),
  SENDOFF_FIELD (SendoffLevelValue, text, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField codec_profile_fields[] = {
  SENDOFF_FIELD (SendoffCodecProfile, profile_id, STRING),
  SENDOFF_FIELD (SendoffCodecProfile, name, STRING),
  SENDOFF_FIELD (SendoffCodecProfile, option, STRING),
  SENDOFF_FIELD (SendoffCodecProfile, pixel_formats, STRV),
  SENDOFF_FIELD (SendoffCodecProfile, bits_per_pixel, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField speed_fields[] = {
  SENDOFF_FIELD (SendoffSpeed, speed, STRING),
  SENDOFF_FIELD (SendoffSpeed, encoder, STRING),
  SENDOFF_FIELD_OF (SendoffSpeed, options, DOC_ARRAY, sendoff_catalog_tag_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField audio_codec_fields[] = {
  SENDOFF_FIELD (SendoffAudioCodec, codec_id, STRING),
  SENDOFF_FIELD (SendoffAudioCodec, name, STRING),
  SENDOFF_FIELD (SendoffAudioCodec, encoder, STRING),
  SENDOFF_FIELD (SendoffAudioCodec, probe_name, STRING),
  SENDOFF_FIELD (SendoffAudioCodec, containers, STRV),
  SENDOFF_FIELD (SendoffAudioCodec, use, STRING),
  SENDOFF_FIELD (SendoffAudioCodec, bitrate_min_bps, INT64),
  SENDOFF_FIELD (SendoffAudioCodec, bitrate_max_bps, INT64),
  SENDOFF_FIELD (SendoffAudioCodec, sample_rates, INT64_ARRAY),
  SENDOFF_FIELD (SendoffAudioCodec, channels_max, INT),
  SENDOFF_FIELD (SendoffAudioCodec, lossless, BOOL),
  SENDOFF_FIELD (SendoffAudioCodec, sample_format, STRING),
  SENDOFF_FIELD (SendoffAudioCodec, deep_sample_format, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField container_fields[] = {
  SENDOFF_FIELD (SendoffContainer, format_id, STRING),
  SENDOFF_FIELD (SendoffContainer, name, STRING),
  SENDOFF_FIELD (SendoffContainer, muxer, STRING),
  SENDOFF_FIELD (SendoffContainer, extension, STRING),
  SENDOFF_FIELD (SendoffContainer, mime_type, STRING),
  SENDOFF_FIELD (SendoffContainer, audio_only, BOOL),
  SENDOFF_FIELD (SendoffContainer, video_codecs, STRV),
  SENDOFF_FIELD (SendoffContainer, audio_codecs, STRV),
  SENDOFF_FIELD (SendoffContainer, features, STRV),
  SENDOFF_FIELD (SendoffContainer, description, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField quality_level_fields[] = {
  SENDOFF_FIELD (SendoffQualityLevel, level_id, STRING),
  SENDOFF_FIELD (SendoffQualityLevel, name, STRING),
  SENDOFF_FIELD (SendoffQualityLevel, description, STRING),
  SENDOFF_FIELD (SendoffQualityLevel, video_bitrate_min_bps, INT64),
  SENDOFF_FIELD (SendoffQualityLevel, video_bitrate_target_bps, INT64),
  SENDOFF_FIELD (SendoffQualityLevel, video_bitrate_max_bps, INT64),
  SENDOFF_FIELD (SendoffQualityLevel, audio_bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffQualityLevel, default_speed, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField bitrate_factor_fields[] = {
  SENDOFF_FIELD (SendoffBitrateFactor, pixels, INT64),
  SENDOFF_FIELD (SendoffBitrateFactor, factor, DOUBLE),
  SENDOFF_FIELDS_END,
};

static const SendoffField resolution_fields[] = {
  SENDOFF_FIELD (SendoffResolution, preset_id, STRING),
  SENDOFF_FIELD (SendoffResolution, name, STRING),
  SENDOFF_FIELD (SendoffResolution, width, INT),
  SENDOFF_FIELD (SendoffResolution, height, INT),
  SENDOFF_FIELD (SendoffResolution, aspect_ratio, STRING),
  SENDOFF_FIELD (SendoffResolution, common_name, STRING),
  SENDOFF_FIELD (SendoffResolution, scaling_method, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField size_strategy_fields[] = {
  SENDOFF_FIELD (SendoffSizeStrategy, strategy_id, STRING),
  SENDOFF_FIELD (SendoffSizeStrategy, name, STRING),
  SENDOFF_FIELD (SendoffSizeStrategy, savings, STRING),
  SENDOFF_FIELD (SendoffSizeStrategy, quality_impact, STRING),
  SENDOFF_FIELDS_END,
};

static const SendoffField platform_rule_fields[] = {
  SENDOFF_FIELD (SendoffPlatformRule, source, STRING),
  SENDOFF_FIELD (SendoffPlatformRule, as_of, STRING),
  SENDOFF_FIELD (SendoffPlatformRule, note, STRING),
  SENDOFF_FIELD (SendoffPlatformRule, containers, STRV),
  SENDOFF_FIELD (SendoffPlatformRule, video_codecs, STRV),
  SENDOFF_FIELD (SendoffPlatformRule, audio_codecs, STRV),
  SENDOFF_FIELD (SendoffPlatformRule, min_width, INT),
  SENDOFF_FIELD (SendoffPlatformRule, min_height, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_width, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_height, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_long_side, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_short_side, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_pixels, INT64),
  SENDOFF_FIELD (SendoffPlatformRule, min_aspect, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformRule, max_aspect, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformRule, min_frame_rate, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformRule, max_frame_rate, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformRule, constant_rate, BOOL),
  SENDOFF_FIELD (SendoffPlatformRule, min_duration_seconds, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformRule, max_duration_seconds, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformRule, max_size_bytes, INT64),
  SENDOFF_FIELD (SendoffPlatformRule, max_video_bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffPlatformRule, max_audio_bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffPlatformRule, min_sample_rate, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_sample_rate, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_channels, INT),
  SENDOFF_FIELD (SendoffPlatformRule, max_audio_streams, INT),
  SENDOFF_FIELD (SendoffPlatformRule, pixel_formats, STRV),
  SENDOFF_FIELD (SendoffPlatformRule, profiles, STRV),
  SENDOFF_FIELD (SendoffPlatformRule, audio_profiles, STRV),
  SENDOFF_FIELD (SendoffPlatformRule, moov_first, BOOL),
  SENDOFF_FIELD (SendoffPlatformRule, no_edit_list, BOOL),
  SENDOFF_FIELD (SendoffPlatformRule, closed_gop, BOOL),
  SENDOFF_FIELD (SendoffPlatformRule, progressive, BOOL),
  SENDOFF_FIELD (SendoffPlatformRule, max_gop_seconds, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformRule, max_frames, INT64),
  SENDOFF_FIELD (SendoffPlatformRule, advisory, BOOL),
  SENDOFF_FIELDS_END,
};

static const SendoffField platform_settings_fields[] = {
  SENDOFF_FIELD (SendoffPlatformSettings, container, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, video_codec, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, audio_codec, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, quality, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, speed, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, resolution, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, fit, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, profile, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, pixel_format, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, color, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, b_frames, INT),
  SENDOFF_FIELD (SendoffPlatformSettings, gop_seconds, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformSettings, gop_frame_rate_fraction, DOUBLE),
  SENDOFF_FIELD (SendoffPlatformSettings, sample_rate, INT),
  SENDOFF_FIELD (SendoffPlatformSettings, audio_bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffPlatformSettings, mono_bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffPlatformSettings, surround_bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffPlatformSettings, channels, INT),
  SENDOFF_FIELD (SendoffPlatformSettings, constant_rate, BOOL),
  SENDOFF_FIELD (SendoffPlatformSettings, optimize_for, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, captions, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, captions_format, STRING),
  SENDOFF_FIELD (SendoffPlatformSettings, loudness_lufs, DOUBLE),
  SENDOFF_FIELD_OF (SendoffPlatformSettings, bitrates, DOC_ARRAY, sendoff_platform_bitrate_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField platform_bitrate_fields[] = {
  SENDOFF_FIELD (SendoffPlatformBitrate, height, INT),
  SENDOFF_FIELD (SendoffPlatformBitrate, high_frame_rate, BOOL),
  SENDOFF_FIELD (SendoffPlatformBitrate, hdr, BOOL),
  SENDOFF_FIELD (SendoffPlatformBitrate, min_bps, INT64),
  SENDOFF_FIELD (SendoffPlatformBitrate, max_bps, INT64),
  SENDOFF_FIELDS_END,
};

static const SendoffField platform_fields[] = {
  SENDOFF_FIELD (SendoffPlatform, platform_id, STRING),
  SENDOFF_FIELD (SendoffPlatform, name, STRING),
  SENDOFF_FIELD (SendoffPlatform, aliases, STRV),
  SENDOFF_FIELD (SendoffPlatform, group, STRING),
  SENDOFF_FIELD (SendoffPlatform, order, INT),
  SENDOFF_FIELD (SendoffPlatform, icon_name, STRING),
  SENDOFF_FIELD (SendoffPlatform, api_surface, BOOL),
  SENDOFF_FIELD (SendoffPlatform, vertical, BOOL),
  SENDOFF_FIELD (SendoffPlatform, social, BOOL),
  SENDOFF_FIELD (SendoffPlatform, hdr, BOOL),
  SENDOFF_FIELD (SendoffPlatform, compatibility_notes, STRING),
  SENDOFF_FIELD_OF (SendoffPlatform, recommended, DOC, sendoff_platform_settings_doc_type),
  SENDOFF_FIELD_OF (SendoffPlatform, rules, DOC_ARRAY, sendoff_platform_rule_doc_type),
  SENDOFF_FIELDS_END,
};

static const SendoffField preset_fields[] = {
  SENDOFF_FIELD (SendoffPreset, preset_id, STRING),
  SENDOFF_FIELD (SendoffPreset, name, STRING),
  SENDOFF_FIELD (SendoffPreset, description, STRING),
  SENDOFF_FIELD (SendoffPreset, is_system, BOOL),
  SENDOFF_FIELD (SendoffPreset, target_quality, STRING),
  SENDOFF_FIELD (SendoffPreset, video_codec, STRING),
  SENDOFF_FIELD (SendoffPreset, audio_codec, STRING),
  SENDOFF_FIELD (SendoffPreset, container, STRING),
  SENDOFF_FIELD (SendoffPreset, video_bitrate_min_bps, INT64),
  SENDOFF_FIELD (SendoffPreset, video_bitrate_target_bps, INT64),
  SENDOFF_FIELD (SendoffPreset, video_bitrate_max_bps, INT64),
  SENDOFF_FIELD (SendoffPreset, audio_bitrate_bps, INT64),
  SENDOFF_FIELD (SendoffPreset, resolution_limit, STRING),
  SENDOFF_FIELD (SendoffPreset, encoding_speed, STRING),
  SENDOFF_FIELD (SendoffPreset, file_size_priority, STRING),
  SENDOFF_FIELD (SendoffPreset, custom_settings, JSON),
  SENDOFF_FIELDS_END,
};

static void
platform_settings_init (gpointer doc)
{
  SendoffPlatformSettings *self = doc;

  self->b_frames = -1;
}

SENDOFF_DEFINE_DOC (SendoffCatalogTag, sendoff_catalog_tag, "encoder option", catalog_tag_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffLevelValue, sendoff_level_value, "level's value", level_value_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffCodecProfile, sendoff_codec_profile, "codec profile", codec_profile_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffSpeed, sendoff_speed, "speed", speed_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffHardwareEncoder, sendoff_hardware_encoder, "hardware encoder", hardware_encoder_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffVideoCodec, sendoff_video_codec, "video codec", video_codec_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffAudioCodec, sendoff_audio_codec, "audio codec", audio_codec_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffContainer, sendoff_container, "container", container_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffQualityLevel, sendoff_quality_level, "quality level", quality_level_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffBitrateFactor, sendoff_bitrate_factor, "bit rate factor", bitrate_factor_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffResolution, sendoff_resolution, "resolution", resolution_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffSizeStrategy, sendoff_size_strategy, "size strategy", size_strategy_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffPlatformRule, sendoff_platform_rule, "platform rule", platform_rule_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffPlatformBitrate, sendoff_platform_bitrate, "platform bit rate", platform_bitrate_fields,
                    NULL)
SENDOFF_DEFINE_DOC (SendoffPlatformSettings, sendoff_platform_settings, "platform's settings",
                    platform_settings_fields, platform_settings_init)
SENDOFF_DEFINE_DOC (SendoffPlatform, sendoff_platform, "platform", platform_fields, NULL)
SENDOFF_DEFINE_DOC (SendoffPreset, sendoff_preset, "preset", preset_fields, NULL)
