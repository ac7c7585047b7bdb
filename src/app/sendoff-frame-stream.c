#include "app/sendoff-frame-stream.h"

/* So many pictures are decompressed ahead of the one that is shown. */
#define AHEAD 3

struct _SendoffFrameStream
{
  GObject parent_instance;
  gint64 start_us, step_us;
  GPtrArray *compressed; /* GBytes, %NULL what has not come yet */
  GPtrArray *pictures;   /* GdkPaintable, %NULL what is not decompressed (any more) */
  guint n_begun;         /* of those that are decompressed or on their way to it */
  GCancellable *cancellable;
  gboolean finished, failed;
};

G_DEFINE_FINAL_TYPE (SendoffFrameStream, sendoff_frame_stream, G_TYPE_OBJECT)

/* ---- One picture ---- */

static void
decode_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GError *error = NULL;
  GdkTexture *texture = gdk_texture_new_from_bytes (data, &error);

  if (texture != NULL)
    g_task_return_pointer (task, texture, g_object_unref);
  else
    g_task_return_error (task, error);
}

/** sendoff_picture_decode_async: @picture is a PNG or a JPEG. */
void
sendoff_picture_decode_async (GBytes *picture,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, sendoff_picture_decode_async);
  g_task_set_task_data (task, g_bytes_ref (picture), (GDestroyNotify)g_bytes_unref);
  g_task_run_in_thread (task, decode_thread);
}

/** sendoff_picture_decode_finish: (transfer full): ready to be drawn, or %NULL. */
GdkPaintable *
sendoff_picture_decode_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* ---- The stream ---- */

static void
unref_bytes (gpointer bytes)
{
  g_clear_pointer ((GBytes **)&bytes, g_bytes_unref);
}

static void
unref_object (gpointer object)
{
  g_clear_object ((GObject **)&object);
}

static void
sendoff_frame_stream_finalize (GObject *object)
{
  SendoffFrameStream *self = SENDOFF_FRAME_STREAM (object);

  g_ptr_array_unref (self->compressed);
  g_ptr_array_unref (self->pictures);
  g_object_unref (self->cancellable);
  G_OBJECT_CLASS (sendoff_frame_stream_parent_class)->finalize (object);
}

static void
sendoff_frame_stream_class_init (SendoffFrameStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_frame_stream_finalize;
}

static void
sendoff_frame_stream_init (SendoffFrameStream *self)
{
  self->compressed = g_ptr_array_new_with_free_func (unref_bytes);
  self->pictures = g_ptr_array_new_with_free_func (unref_object);
  self->cancellable = g_cancellable_new ();
}

/* What a thread that decompresses picture @index gives back. */
typedef struct
{
  SendoffFrameStream *stream;
  guint index;
} Decoding;

static void
on_decoded (GObject *object, GAsyncResult *result, gpointer data)
{
  Decoding *decoding = data;
  g_autoptr (SendoffFrameStream) self = decoding->stream;
  GdkPaintable *picture = sendoff_picture_decode_finish (result, NULL);

  g_clear_object ((GdkPaintable **)&self->pictures->pdata[decoding->index]);
  self->pictures->pdata[decoding->index] = picture;
  if (picture == NULL && !g_cancellable_is_cancelled (self->cancellable))
    self->failed = TRUE;
  g_free (decoding);
}

static void
decode_until (SendoffFrameStream *self, guint end)
{
  for (; self->n_begun < MIN (end, self->compressed->len); self->n_begun++)
    {
      GBytes *compressed = g_ptr_array_index (self->compressed, self->n_begun);
      Decoding *decoding;

      if (compressed == NULL)
        return;
      decoding = g_new0 (Decoding, 1);
      decoding->stream = g_object_ref (self);
      decoding->index = self->n_begun;
      sendoff_picture_decode_async (compressed, self->cancellable, on_decoded, decoding);
    }
}

static void
on_frame (GObject *receiver, guint index, GBytes *picture)
{
  SendoffFrameStream *self = SENDOFF_FRAME_STREAM (receiver);

  if (index < self->compressed->len && self->compressed->pdata[index] == NULL)
    self->compressed->pdata[index] = g_bytes_ref (picture);
}

static void
on_streamed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffFrameStream) self = data;

  self->failed |= !sendoff_engine_stream_frames_finish (SENDOFF_ENGINE (object), result, NULL);
  self->finished = TRUE;
}

/**
 * sendoff_frame_stream_new:
 * @start_us: source time of the first picture
 * @step_us: from each picture to the next
 *
 * Returns: (transfer full): a stream whose pictures begin to arrive
 */
SendoffFrameStream *
sendoff_frame_stream_new (
    SendoffEngine *engine, SendoffSourceItem *source, gint64 start_us, gint64 step_us, guint n_frames)
{
  SendoffFrameStream *self = g_object_new (SENDOFF_TYPE_FRAME_STREAM, NULL);
  g_autofree gint64 *times_us = g_new (gint64, n_frames);

  self->start_us = start_us;
  self->step_us = step_us;
  for (guint i = 0; i < n_frames; i++)
    times_us[i] = sendoff_frame_stream_get_time (self, i);
  g_ptr_array_set_size (self->compressed, (int)n_frames);
  g_ptr_array_set_size (self->pictures, (int)n_frames);
  sendoff_engine_stream_frames_async (engine, sendoff_source_item_get_file (source),
                                      sendoff_source_item_get_info (source), times_us, n_frames,
                                      SENDOFF_PREVIEW_SIDE, SENDOFF_PREVIEW_SIDE, on_frame, G_OBJECT (self),
                                      self->cancellable, on_streamed, g_object_ref (self));
  return self;
}

/** sendoff_frame_stream_stop: nothing more is wanted. */
void
sendoff_frame_stream_stop (SendoffFrameStream *self)
{
  g_cancellable_cancel (self->cancellable);
}

/** sendoff_frame_stream_get_n_frames: how many pictures it has in the end. */
guint
sendoff_frame_stream_get_n_frames (SendoffFrameStream *self)
{
  return self->compressed->len;
}

/** sendoff_frame_stream_get_time: source time of a picture, in µs. */
gint64
sendoff_frame_stream_get_time (SendoffFrameStream *self, guint index)
{
  return self->start_us + self->step_us * index;
}

/** sendoff_frame_stream_is_finished: whether its worker has ended. */
gboolean
sendoff_frame_stream_is_finished (SendoffFrameStream *self)
{
  return self->finished;
}

/** sendoff_frame_stream_has_failed: whether some pictures will never come. */
gboolean
sendoff_frame_stream_has_failed (SendoffFrameStream *self)
{
  return self->failed;
}

/** sendoff_frame_stream_get_picture: (transfer none) (nullable): picture @index if it is ready; those before
 * it are dropped, and the next ones got ready. */
GdkPaintable *
sendoff_frame_stream_get_picture (SendoffFrameStream *self, guint index)
{
  for (guint i = 0; i < index; i++)
    {
      g_clear_object ((GdkPaintable **)&self->pictures->pdata[i]);
      g_clear_pointer ((GBytes **)&self->compressed->pdata[i], g_bytes_unref);
    }
  decode_until (self, index + 1 + AHEAD);
  return g_ptr_array_index (self->pictures, index);
}
