#include "model/sendoff-machine.h"

static const SendoffField machine_fields[] = {
  SENDOFF_FIELD (SendoffMachine, cores, INT),
  SENDOFF_FIELD (SendoffMachine, memory_bytes, INT64),
  SENDOFF_FIELD (SendoffMachine, ffmpeg_version, STRING),
  SENDOFF_FIELD (SendoffMachine, libraries, STRV),
  SENDOFF_FIELD (SendoffMachine, encoders, STRV),
  SENDOFF_FIELD (SendoffMachine, hardware_encoders, STRV),
  SENDOFF_FIELD (SendoffMachine, decoders, STRV),
  SENDOFF_FIELD (SendoffMachine, filters, STRV),
  SENDOFF_FIELD (SendoffMachine, muxers, STRV),
  SENDOFF_FIELD_OF (SendoffMachine, lessons, DOC_ARRAY, sendoff_lesson_doc_type),
  SENDOFF_FIELDS_END,
};

static void
machine_init (gpointer doc)
{
  SendoffMachine *self = doc;

  self->cores = 1;
}

SENDOFF_DEFINE_DOC (SendoffMachine, sendoff_machine, "machine profile", machine_fields, machine_init)

/** sendoff_machine_has_encoder: whether FFmpeg's encoder @name can be used here. */
gboolean
sendoff_machine_has_encoder (const SendoffMachine *self, const char *name)
{
  return self->encoders != NULL && name != NULL && g_strv_contains ((const char *const *)self->encoders, name);
}

/** sendoff_machine_has_hardware_encoder: whether FFmpeg's encoder @name has worked on this machine's hardware. */
gboolean
sendoff_machine_has_hardware_encoder (const SendoffMachine *self, const char *name)
{
  return self->hardware_encoders != NULL && g_strv_contains ((const char *const *)self->hardware_encoders, name);
}

/** sendoff_machine_has_hardware_for: whether any of @codec's hardware encoders has. */
gboolean
sendoff_machine_has_hardware_for (const SendoffMachine *self, const SendoffVideoCodec *codec)
{
  for (guint i = 0; i < codec->hardware_encoders->len; i++)
    {
      const SendoffHardwareEncoder *encoder = g_ptr_array_index (codec->hardware_encoders, i);

      if (sendoff_machine_has_hardware_encoder (self, encoder->encoder))
        return TRUE;
    }
  return FALSE;
}

/** sendoff_machine_has_filter: whether FFmpeg's filter @name can be used here. */
gboolean
sendoff_machine_has_filter (const SendoffMachine *self, const char *name)
{
  return self->filters != NULL && name != NULL && g_strv_contains ((const char *const *)self->filters, name);
}

/** sendoff_machine_learn: adds @lesson, which is newer than all before; the oldest of too many go. */
void
sendoff_machine_learn (SendoffMachine *self, const SendoffLesson *lesson)
{
  g_ptr_array_insert (self->lessons, 0, sendoff_lesson_copy (lesson));
  while (self->lessons->len > SENDOFF_LESSONS_MAX)
    sendoff_lesson_free (g_ptr_array_steal_index (self->lessons, self->lessons->len - 1));
}
