/* The parameters of an encoded stream as JSON, as packet files keep them. */
#pragma once

#include <json-glib/json-glib.h>

#include "media/sendoff-ffmpeg.h"

G_BEGIN_DECLS

JsonNode *sendoff_codec_parameters_to_json (const AVCodecParameters *par);
AVCodecParameters *sendoff_codec_parameters_from_json (JsonNode *node, GError **error);

G_END_DECLS
