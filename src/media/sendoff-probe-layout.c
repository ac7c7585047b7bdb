#include "media/sendoff-probe-layout.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/sendoff-rational.h"

#define FOURCC(a, b, c, d) ((guint32)(a) << 24 | (guint32)(b) << 16 | (guint32)(c) << 8 | (guint32)(d))

/* Files with more boxes, deeper ones, or more edits in one track are not looked at to their end. */
#define MAX_BOXES           200000
#define MAX_DEPTH           6
#define MAX_EDITS           10000
#define MATROSKA_HEAD_BYTES 8192
#define EBML_HEAD_BYTES     128

#define MATROSKA_SEGMENT 0x18538067
#define MATROSKA_CUES    0x1C53BB6B

typedef struct
{
  guint32 type;
  gint64 start; /* of the content */
  gint64 end;
} Box;

typedef struct
{
  int fd;
  gint64 size_bytes;
  SendoffLayout *layout;
  guint n_boxes;
  guint depth;
  gboolean has_media;  /* mdat was seen */
  guint32 media_scale; /* of the current track */
  gint64 skipped;      /* in that scale */
} Walker;

typedef void (*BoxFunc) (Walker *walker, const Box *box);

static gboolean
read_exactly (Walker *walker, gint64 position, gpointer buffer, gsize length)
{
  gssize got;

  if (position < 0 || position > walker->size_bytes - (gint64)length)
    return FALSE;
  do
    got = pread (walker->fd, buffer, length, position);
  while (got < 0 && errno == EINTR);
  return got == (gssize)length;
}

static guint32
get_be32 (const guint8 *bytes)
{
  return FOURCC (bytes[0], bytes[1], bytes[2], bytes[3]);
}

static guint64
get_be64 (const guint8 *bytes)
{
  return (guint64)get_be32 (bytes) << 32 | get_be32 (bytes + 4);
}

static gboolean
read_box (Walker *walker, gint64 position, gint64 limit, Box *box)
{
  guint8 head[16];
  gint64 size;

  if (limit - position < 8 || !read_exactly (walker, position, head, 8))
    return FALSE;
  size = get_be32 (head);
  box->type = get_be32 (head + 4);
  box->start = position + 8;
  if (size == 1)
    {
      if (!read_exactly (walker, position, head, 16))
        return FALSE;
      size = (gint64)get_be64 (head + 8);
      box->start = position + 16;
    }
  if (size == 0)
    size = limit - position;
  if (size < box->start - position)
    return FALSE;
  box->end = size > limit - position ? limit : position + size;
  return TRUE;
}

static void
for_each_box (Walker *walker, gint64 start, gint64 end, BoxFunc func)
{
  Box box;

  if (walker->depth == MAX_DEPTH)
    return;
  walker->depth++;
  while (walker->n_boxes < MAX_BOXES && read_box (walker, start, end, &box))
    {
      walker->n_boxes++;
      func (walker, &box);
      start = box.end;
    }
  walker->depth--;
}

static SendoffTrackLayout *
current_track (Walker *walker)
{
  return &g_array_index (walker->layout->tracks, SendoffTrackLayout, walker->layout->tracks->len - 1);
}

/* Version and flags, two dates, and then the time scale. */
static void
read_media_header (Walker *walker, const Box *box)
{
  guint8 bytes[24];

  if (read_exactly (walker, box->start, bytes, sizeof bytes))
    walker->media_scale = get_be32 (bytes + (bytes[0] == 1 ? 20 : 12));
}

/* stsz and stz2 have the number of samples at the same place. */
static void
read_sample_sizes (Walker *walker, const Box *box)
{
  guint8 bytes[12];

  if (read_exactly (walker, box->start, bytes, sizeof bytes))
    current_track (walker)->n_samples = get_be32 (bytes + 8);
}

static void
read_edits (Walker *walker, const Box *box)
{
  SendoffTrackLayout *track = current_track (walker);
  guint8 bytes[20];
  gsize entry_size;
  guint32 n_entries;

  if (!read_exactly (walker, box->start, bytes, 8))
    return;
  entry_size = bytes[0] == 1 ? 20 : 12;
  n_entries = MIN (get_be32 (bytes + 4), MAX_EDITS);
  track->n_entries = n_entries;
  for (guint32 i = 0; i < n_entries; i++)
    {
      gint64 media_time;
      guint32 rate;

      if (!read_exactly (walker, box->start + 8 + (gint64)(i * entry_size), bytes, entry_size))
        break;
      media_time = entry_size == 20 ? (gint64)get_be64 (bytes + 8) : (gint32)get_be32 (bytes + 4);
      rate = get_be32 (bytes + entry_size - 4);
      if (media_time < 0)
        continue;
      if (track->n_edits++ == 0)
        walker->skipped = media_time;
      track->odd_speed |= rate != 0x00010000;
    }
}

/* mdhd may come after elst, so that the time scale is known only when the track ends. */
static void
finish_track (Walker *walker)
{
  SendoffTrackLayout *track = current_track (walker);

  track->skipped_us = 0;
  if (walker->skipped > 0 && walker->media_scale > 0)
    track->skipped_us = sendoff_rescale (walker->skipped, SENDOFF_RATIONAL (1, walker->media_scale),
                                         SENDOFF_US, SENDOFF_ROUND_NEAREST);
}

static void
visit_track_box (Walker *walker, const Box *box)
{
  switch (box->type)
    {
    case FOURCC ('e', 'd', 't', 's'):
    case FOURCC ('m', 'd', 'i', 'a'):
    case FOURCC ('m', 'i', 'n', 'f'):
    case FOURCC ('s', 't', 'b', 'l'):
      for_each_box (walker, box->start, box->end, visit_track_box);
      break;
    case FOURCC ('e', 'l', 's', 't'):
      read_edits (walker, box);
      break;
    case FOURCC ('m', 'd', 'h', 'd'):
      read_media_header (walker, box);
      break;
    case FOURCC ('s', 't', 's', 'z'):
    case FOURCC ('s', 't', 'z', '2'):
      read_sample_sizes (walker, box);
      break;
    default:
      break;
    }
}

static void
visit_movie_box (Walker *walker, const Box *box)
{
  SendoffTrackLayout track = { 0 };

  switch (box->type)
    {
    case FOURCC ('m', 'v', 'e', 'x'):
      walker->layout->fragmented = TRUE;
      break;
    case FOURCC ('t', 'r', 'a', 'k'):
      g_array_append_val (walker->layout->tracks, track);
      walker->media_scale = 0;
      walker->skipped = 0;
      for_each_box (walker, box->start, box->end, visit_track_box);
      finish_track (walker);
      break;
    default:
      break;
    }
}

static void
visit_file_box (Walker *walker, const Box *box)
{
  SendoffLayout *layout = walker->layout;

  switch (box->type)
    {
    case FOURCC ('m', 'o', 'o', 'v'):
      if (layout->has_index)
        break;
      layout->has_index = TRUE;
      layout->index_first = !walker->has_media;
      for_each_box (walker, box->start, box->end, visit_movie_box);
      break;
    case FOURCC ('m', 'd', 'a', 't'):
      walker->has_media = TRUE;
      break;
    case FOURCC ('m', 'o', 'o', 'f'):
      layout->fragmented = TRUE;
      break;
    default:
      break;
    }
}

/* Length of an EBML number by its first byte, 0 for none. */
static guint
vint_length (guint8 first)
{
  for (guint length = 1; length <= 8; length++)
    if (first & (0x80 >> (length - 1)))
      return length;
  return 0;
}

/* Looks for the seek head's entry of the cues, and whether they are at that place. */
static gboolean
find_cues (Walker *walker, const guint8 *head, gsize length, gint64 segment)
{
  static const guint8 cues_entry[] = { 0x53, 0xAB, 0x84, 0x1C, 0x53, 0xBB, 0x6B, 0x53, 0xAC };
  const guint8 *entry = memmem (head, length, cues_entry, sizeof cues_entry);
  const guint8 *value;
  guint64 position = 0;
  guint8 id[4];
  guint n_bytes;

  if (entry == NULL || entry + sizeof cues_entry + 9 > head + length)
    return FALSE;
  value = entry + sizeof cues_entry;
  n_bytes = *value++ & 0x7F;
  for (guint i = 0; i < MIN (n_bytes, 8); i++)
    position = position << 8 | value[i];
  return position < (guint64)walker->size_bytes
         && read_exactly (walker, segment + (gint64)position, id, sizeof id)
         && get_be32 (id) == MATROSKA_CUES;
}

static void
read_matroska (Walker *walker)
{
  static const guint8 webm_doctype[] = { 0x42, 0x82, 0x84, 'w', 'e', 'b', 'm' };
  guint8 head[MATROSKA_HEAD_BYTES];
  gsize length = (gsize)MIN ((gint64)sizeof head, walker->size_bytes);

  if (!read_exactly (walker, 0, head, length))
    return;
  walker->layout->is_webm = memmem (head, MIN (length, EBML_HEAD_BYTES), webm_doctype, sizeof webm_doctype) != NULL;
  for (gsize i = 4; i + 12 < length; i++)
    if (get_be32 (head + i) == MATROSKA_SEGMENT)
      {
        gint64 segment = (gint64)(i + 4 + vint_length (head[i + 4]));

        walker->layout->has_index = find_cues (walker, head, length, segment);
        return;
      }
}

/**
 * sendoff_layout_read:
 * @fd: an MP4, QuickTime or Matroska file; of others nothing is told
 * @size_bytes: of the file
 *
 * Returns: (transfer full): what could be found out; a damaged file has less
 */
SendoffLayout *
sendoff_layout_read (int fd, gint64 size_bytes)
{
  SendoffLayout *layout = g_new0 (SendoffLayout, 1);
  Walker walker = { .fd = fd, .size_bytes = size_bytes, .layout = layout };
  guint8 magic[4] = { 0 };

  layout->tracks = g_array_new (FALSE, TRUE, sizeof (SendoffTrackLayout));
  read_exactly (&walker, 0, magic, sizeof magic);
  if (get_be32 (magic) == 0x1A45DFA3)
    read_matroska (&walker);
  else
    for_each_box (&walker, 0, size_bytes, visit_file_box);
  return layout;
}

/** sendoff_layout_free: frees @self. */
void
sendoff_layout_free (SendoffLayout *self)
{
  g_array_unref (self->tracks);
  g_free (self);
}
