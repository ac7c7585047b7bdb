/* Writes texts in the forms that outputs need: packets for the muxer, files for people, a script to burn in.
 * Owned by one thread. */
#pragma once

#include "media/sendoff-text-cues.h"
#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

gboolean sendoff_text_write (const SendoffCues *cues, const SendoffTextOutputSpec *spec, GError **error);

G_END_DECLS
