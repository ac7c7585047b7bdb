/* Plans and sources in words: what is made of what, how large, how long. Pure; main thread. */
#pragma once

#include "model/sendoff-catalog.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

char *sendoff_cli_describe_source (const SendoffMediaInfo *source);
char *sendoff_cli_describe_stream (const SendoffStreamInfo *stream);
char *sendoff_cli_describe_video (const SendoffVideoPlan *video, const char *quality, SendoffCatalog *catalog);
char *sendoff_cli_describe_audio (const SendoffAudioPlan *audio, SendoffCatalog *catalog);
char *sendoff_cli_describe_size (const SendoffOutputPlan *output);

G_END_DECLS
