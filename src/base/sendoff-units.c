#include "base/sendoff-units.h"

#include <math.h>
#include <string.h>

typedef struct {
  const char *suffix;
  double factor;
} Unit;

static const Unit size_units[] = {
  { "", 1 },       { "b", 1 },
  { "k", 1e3 },    { "kb", 1e3 },   { "kib", 1024.0 },
  { "m", 1e6 },    { "mb", 1e6 },   { "mib", 1048576.0 },
  { "g", 1e9 },    { "gb", 1e9 },   { "gib", 1073741824.0 },
  { "t", 1e12 },   { "tb", 1e12 },  { "tib", 1099511627776.0 },
};

static const Unit bitrate_units[] = {
  { "", 1 },    { "bps", 1 },    { "bit/s", 1 },
  { "k", 1e3 }, { "kbps", 1e3 }, { "kbit/s", 1e3 }, { "kb/s", 1e3 },
  { "m", 1e6 }, { "mbps", 1e6 }, { "mbit/s", 1e6 }, { "mb/s", 1e6 },
  { "g", 1e9 }, { "gbps", 1e9 },
};

static gboolean
parse_amount (const char *text, const Unit *units, gsize n_units, gint64 *out)
{
  g_autofree char *suffix = NULL;
  char *end = NULL;
  double value;

  if (text == NULL || !(g_ascii_isdigit (*text) || *text == '.'))
    return FALSE;
  value = g_ascii_strtod (text, &end);
  suffix = g_strstrip (g_ascii_strdown (end, -1));
  for (gsize i = 0; i < n_units; i++)
    if (g_str_equal (suffix, units[i].suffix))
      {
        value *= units[i].factor;
        if (!(value >= 0) || value > 9e18)
          return FALSE;
        *out = (gint64)llround (value);
        return TRUE;
      }
  return FALSE;
}

/**
 * sendoff_parse_time:
 * @text: seconds ("12.5", "90s"), "m:ss.fff" or "h:mm:ss.fff"
 * @out_us: (out): the time in microseconds
 *
 * Returns: whether @text is a time of at least zero
 */
gboolean
sendoff_parse_time (const char *text, gint64 *out_us)
{
  g_auto (GStrv) parts = NULL;
  double total = 0;
  guint n_parts;

  if (text == NULL || *text == '\0')
    return FALSE;
  parts = g_strsplit (text, ":", -1);
  n_parts = g_strv_length (parts);
  if (n_parts > 3)
    return FALSE;
  for (guint i = 0; i < n_parts; i++)
    {
      gboolean is_last = i == n_parts - 1;
      char *end = NULL;
      double value;

      if (!g_ascii_isdigit (parts[i][0]) && !(is_last && parts[i][0] == '.'))
        return FALSE;
      value = is_last ? g_ascii_strtod (parts[i], &end) : (double)g_ascii_strtoull (parts[i], &end, 10);
      if (is_last && n_parts == 1 && g_str_equal (end, "s"))
        end++;
      if (*end != '\0' || !(value >= 0) || (i > 0 && value >= 60))
        return FALSE;
      total = total * 60 + value;
    }
  if (total > 1e9)
    return FALSE;
  *out_us = (gint64)llround (total * 1e6);
  return TRUE;
}

/** sendoff_parse_size: "25MB", "25 MiB", "1.5G" or plain bytes; returns whether @text is a size. */
gboolean
sendoff_parse_size (const char *text, gint64 *out_bytes)
{
  return parse_amount (text, size_units, G_N_ELEMENTS (size_units), out_bytes);
}

/** sendoff_parse_bitrate: "6M", "192k", "6 Mbit/s" or plain bits a second. */
gboolean
sendoff_parse_bitrate (const char *text, gint64 *out_bps)
{
  return parse_amount (text, bitrate_units, G_N_ELEMENTS (bitrate_units), out_bps);
}

/** sendoff_format_size: (transfer full): for display, in decimal units ("38.2 MB"). */
char *
sendoff_format_size (gint64 size_bytes)
{
  return g_format_size (MAX (size_bytes, 0));
}

/** sendoff_format_duration: (transfer full): "0:07", "4:12" or "1:02:03", rounded to the second. */
char *
sendoff_format_duration (gint64 duration_us)
{
  gint64 seconds = (MAX (duration_us, 0) + 500000) / 1000000;

  if (seconds >= 3600)
    return g_strdup_printf ("%d:%02d:%02d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
  return g_strdup_printf ("%d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

/** sendoff_format_timestamp: (transfer full): "h:mm:ss.mmm" for messages that name a place in a source. */
char *
sendoff_format_timestamp (gint64 time_us)
{
  gint64 ms = time_us / 1000;

  return g_strdup_printf ("%d:%02d:%02d.%03d", (int)(ms / 3600000), (int)(ms / 60000 % 60), (int)(ms / 1000 % 60),
                          (int)(ms % 1000));
}

/** sendoff_format_bitrate: (transfer full): "6.2 Mbit/s" or "192 kbit/s". */
char *
sendoff_format_bitrate (gint64 bitrate_bps)
{
  if (bitrate_bps >= 1000000)
    return g_strdup_printf ("%.1f Mbit/s", bitrate_bps / 1e6);
  return g_strdup_printf ("%.0f kbit/s", bitrate_bps / 1e3);
}
