#include "model/sendoff-handover-note.h"

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"

static const SendoffField handover_note_fields[] = {
  SENDOFF_FIELD (SendoffHandoverNote, device, INT64),
  SENDOFF_FIELD (SendoffHandoverNote, inode, INT64),
  SENDOFF_FIELD (SendoffHandoverNote, reserve_bytes, INT64),
  SENDOFF_FIELD (SendoffHandoverNote, joined_bytes, INT64),
  SENDOFF_FIELD (SendoffHandoverNote, joined_packets, INT64),
  SENDOFF_FIELD (SendoffHandoverNote, n_chunks, INT),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffHandoverNote, sendoff_handover_note, "handover note", handover_note_fields, NULL)

/**
 * sendoff_handover_note_read:
 * @path: of the note
 *
 * Returns: (transfer full) (nullable): the note; %NULL with %SENDOFF_ERROR_BAD_DATA when there is one that
 * cannot be read, and without an error when there is none: every chunk is whole
 */
SendoffHandoverNote *
sendoff_handover_note_read (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) local = NULL;
  SendoffHandoverNote *self = NULL;

  if (g_file_get_contents (path, &text, NULL, &local))
    self = sendoff_doc_from_text (&sendoff_handover_note_doc_type, text, &local);
  if (local != NULL && !g_error_matches (local, G_FILE_ERROR, G_FILE_ERROR_NOENT))
    g_set_error (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("How far the file has come is not known: %s."),
                 local->message);
  return self;
}

/** sendoff_handover_note_fits: whether @target is the file that @self is about, and has what it should hold.
 */
gboolean
sendoff_handover_note_fits (const SendoffHandoverNote *self, const struct stat *target)
{
  return self->device == (gint64)target->st_dev && self->inode == (gint64)target->st_ino
         && self->joined_bytes <= (gint64)target->st_size;
}
