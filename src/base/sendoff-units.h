/* Reading and writing amounts as people type them: times, sizes, bit rates.
 *
 * MB is 10^6 bytes and MiB 2^20, never mixed. Everything is locale-independent except the format
 * functions for display. Any thread.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

gboolean sendoff_parse_time (const char *text, gint64 *out_us);
gboolean sendoff_parse_size (const char *text, gint64 *out_bytes);
gboolean sendoff_parse_bitrate (const char *text, gint64 *out_bps);

char *sendoff_format_size (gint64 size_bytes);
char *sendoff_format_duration (gint64 duration_us);
char *sendoff_format_timestamp (gint64 time_us);
char *sendoff_format_bitrate (gint64 bitrate_bps);

G_END_DECLS
