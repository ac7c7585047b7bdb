#include "media/sendoff-cover.h"

#include <string.h>

#define PNG_SIGNATURE "\x89PNG\r\n\x1a\n"

static gsize
read_big_endian (const guint8 *data, guint n_bytes)
{
  gsize value = 0;

  for (guint i = 0; i < n_bytes; i++)
    value = value << 8 | data[i];
  return value;
}

/* ITU-T T.81, B.1.1.4: a marker, and a length that counts itself. APP1 has Exif and XMP, APP13 IPTC. */
static gsize
strip_jpeg (guint8 *data, gsize size)
{
  gsize from = 2, to = 2;

  while (from + 4 <= size && data[from] == 0xff && data[from + 1] != 0xda)
    {
      gsize length = 2 + read_big_endian (data + from + 2, 2);
      gboolean says_more = data[from + 1] == 0xe1 || data[from + 1] == 0xed;

      if (length < 4 || from + length > size)
        break;
      if (!says_more)
        {
          memmove (data + to, data + from, length);
          to += length;
        }
      from += length;
    }
  memmove (data + to, data + from, size - from);
  return to + size - from;
}

/* PNG specification, 5.3: length of the data, type, data, checksum. */
static gsize
strip_png (guint8 *data, gsize size)
{
  static const char *const types[] = { "eXIf", "tEXt", "zTXt", "iTXt" };
  gsize from = strlen (PNG_SIGNATURE), to = from;

  while (from + 12 <= size)
    {
      gsize length = 12 + read_big_endian (data + from, 4);
      gboolean says_more = FALSE;

      if (length > size - from)
        break;
      for (guint i = 0; i < G_N_ELEMENTS (types); i++)
        says_more |= memcmp (data + from + 4, types[i], 4) == 0;
      if (!says_more)
        {
          memmove (data + to, data + from, length);
          to += length;
        }
      from += length;
    }
  memmove (data + to, data + from, size - from);
  return to + size - from;
}

/**
 * sendoff_cover_strip:
 * @data: (inout): a JPEG or PNG picture; anything else is left as it is
 * @size: in bytes
 *
 * Takes out what a picture says beside itself: cameras and phones note where they were.
 *
 * Returns: what is left, in bytes
 */
gsize
sendoff_cover_strip (guint8 *data, gsize size)
{
  if (size > 4 && data[0] == 0xff && data[1] == 0xd8)
    return strip_jpeg (data, size);
  if (size > strlen (PNG_SIGNATURE) && memcmp (data, PNG_SIGNATURE, strlen (PNG_SIGNATURE)) == 0)
    return strip_png (data, size);
  return size;
}
