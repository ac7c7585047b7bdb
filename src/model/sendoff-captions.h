/* Is a file one of captions? A look at its text, before anything parses it. Pure; any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Hours of captions with every style there is take a fraction of it. */
#define SENDOFF_CAPTIONS_MAX_BYTES (16 * 1024 * 1024)

char *sendoff_captions_dup_text (const char *bytes, gsize length, const char *name, GError **error);

G_END_DECLS
