#include "model/sendoff-pixel-format.h"

static gboolean
has_prefix_of (const char *text, const char *const *prefixes)
{
  for (guint i = 0; text != NULL && prefixes[i] != NULL; i++)
    if (g_str_has_prefix (text, prefixes[i]))
      return TRUE;
  return FALSE;
}

/** sendoff_pixel_format_is_rgb: whether @name (nullable) has no luma and chroma, so that it needs no matrix. */
gboolean
sendoff_pixel_format_is_rgb (const char *name)
{
  static const char *const prefixes[] = { "rgb",  "bgr",   "gbr",   "argb", "abgr",  "0rgb",  "0bgr",
                                          "pal8", "x2rgb", "x2bgr", "xyz",  "monow", "monob", NULL };

  return has_prefix_of (name, prefixes);
}

/** sendoff_pixel_format_has_alpha: whether @name (nullable) can be transparent. */
gboolean
sendoff_pixel_format_has_alpha (const char *name)
{
  static const char *const prefixes[]
      = { "yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya", "pal8", "ayuv", NULL };

  return has_prefix_of (name, prefixes);
}
