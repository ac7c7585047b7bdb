/* What an unfinished file holds of chunks that may have lost it.
 *
 * One small file beside the chunks. It is on the disk before the first byte of them is given back, and says
 * which file has it now. Worker and engine read it; only the worker that joins the chunks writes it. Blocking
 * calls.
 */
#pragma once

#include <sys/stat.h>

#include "base/sendoff-document.h"

G_BEGIN_DECLS

#define SENDOFF_HANDOVER_LEAF "handover"

typedef struct
{
  gint64 device, inode; /* of the unfinished file */
  gint64 reserve_bytes; /* kept free for its index, which all offsets depend on */
  gint64
      joined_bytes; /* every packet that ends here or before is in the file, at the place where it belongs */
  gint64 joined_packets; /* so many of the chunks' packets end there or before */
  int n_chunks;          /* from the first on: the others are whole */
} SendoffHandoverNote;
SENDOFF_DECLARE_DOC (SendoffHandoverNote, sendoff_handover_note)

SendoffHandoverNote *sendoff_handover_note_read (const char *path, GError **error);
gboolean sendoff_handover_note_fits (const SendoffHandoverNote *self, const struct stat *target);

G_END_DECLS
