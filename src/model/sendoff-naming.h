/* Names of output files from a pattern. Pure: the date is the one stored with the request. Any thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct {
  const char *name; /* of the source without its extension; any bytes, as of the other texts */
  const char *platform;
  const char *resolution;
  const char *codec;
  const char *quality;
  const char *date;      /* local date of the request, "2026-11-22" */
  gint64 timestamp;      /* Unix seconds of the request */
} SendoffNameFields;

char *sendoff_naming_expand (const char *pattern, const SendoffNameFields *fields, GError **error);
char *sendoff_naming_join (const char *stem, const char *suffix, const char *extension);
char *sendoff_naming_add_number (const char *file_name, guint number);
char *sendoff_naming_dup_sidecar (const char *path, const char *extension);
char *sendoff_naming_strip_extension (const char *file_name);

G_END_DECLS
