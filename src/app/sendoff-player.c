#include "app/sendoff-player.h"

#include <math.h>

#define FRAMES_PER_SECOND 12
#define STEP_US           (G_USEC_PER_SEC / FRAMES_PER_SECOND)

/* One decoder's seconds: enough to make up for its seek, few enough to keep in memory. */
#define STREAM_SECONDS 6

#define DEFAULT_FRAME_US 40000

struct _SendoffPlayer
{
  GObject parent_instance;
  SendoffEngine *engine;
  SendoffSourceItem *source; /* (nullable) */
  gint64 duration_us, frame_us;
  gint64 position_us, begin_us, stop_us;
  GdkPaintable *picture; /* (nullable) */

  gboolean loading, outdated; /* a still picture is on its way; and is not what is wanted any more */
  GCancellable *cancellable;

  guint tick_id;                            /* 0: not playing */
  SendoffFrameStream *stream, *next_stream; /* (nullable): what is shown, and what comes after it */
  guint index;                              /* in stream */
};

enum
{
  PROP_SOURCE = 1,
  PROP_HAS_VIDEO,
  PROP_PICTURE,
  PROP_POSITION,
  PROP_BEGIN,
  PROP_STOP,
  PROP_DURATION,
  PROP_FRAME_DURATION,
  PROP_PLAYING,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffPlayer, sendoff_player, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
take_picture (SendoffPlayer *self, GdkPaintable *picture)
{
  if (g_set_object (&self->picture, picture))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PICTURE]);
}

static gboolean
has_video (SendoffPlayer *self)
{
  return self->source != NULL && sendoff_source_item_get_state (self->source) == SENDOFF_SOURCE_READY
         && sendoff_media_info_get_video (sendoff_source_item_get_info (self->source)) != NULL;
}

/* ---- Still pictures ---- */

static void load_still (SendoffPlayer *self);

static void
finish_still (SendoffPlayer *self, GdkPaintable *picture)
{
  self->loading = FALSE;
  if (self->tick_id == 0 && picture != NULL)
    take_picture (self, picture);
  if (self->outdated)
    load_still (self);
}

static void
on_still_decoded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffPlayer) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkPaintable) picture = sendoff_picture_decode_finish (result, &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    finish_still (self, picture);
}

static void
on_still_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffPlayer) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) png = sendoff_engine_load_frame_finish (SENDOFF_ENGINE (object), result, &error);

  if (png != NULL)
    sendoff_picture_decode_async (png, self->cancellable, on_still_decoded, g_object_ref (self));
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    finish_still (self, NULL);
}

static void
load_still (SendoffPlayer *self)
{
  self->outdated = self->loading;
  if (self->loading || !has_video (self))
    return;
  self->loading = TRUE;
  sendoff_engine_load_frame_async (self->engine, sendoff_source_item_get_file (self->source),
                                   sendoff_source_item_get_info (self->source), self->position_us,
                                   SENDOFF_PREVIEW_SIDE, SENDOFF_PREVIEW_SIDE, self->cancellable,
                                   on_still_loaded, g_object_ref (self));
}

static void
forget_stills (SendoffPlayer *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  self->loading = self->outdated = FALSE;
}

/* ---- Playing ---- */

static void
clear_stream (SendoffFrameStream **stream)
{
  if (*stream != NULL)
    sendoff_frame_stream_stop (*stream);
  g_clear_object (stream);
}

static gint64
get_end (SendoffPlayer *self)
{
  return self->stop_us > self->position_us ? MIN (self->stop_us, self->duration_us) : self->duration_us;
}

/* %NULL when @from_us is the end. */
static SendoffFrameStream *
open_stream (SendoffPlayer *self, gint64 from_us)
{
  gint64 n = (get_end (self) - from_us + STEP_US - 1) / STEP_US;

  if (n <= 0)
    return NULL;
  return sendoff_frame_stream_new (self->engine, self->source, from_us, STEP_US,
                                   (guint)MIN (n, STREAM_SECONDS * FRAMES_PER_SECOND));
}

static void
stop_playing (SendoffPlayer *self)
{
  if (self->tick_id == 0)
    return;
  g_clear_handle_id (&self->tick_id, g_source_remove);
  clear_stream (&self->stream);
  clear_stream (&self->next_stream);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
  load_still (self);
}

/* The next stream is opened when this one's worker has ended, so that there is only ever one. */
static void
prepare_next (SendoffPlayer *self)
{
  guint n = sendoff_frame_stream_get_n_frames (self->stream);

  if (self->next_stream == NULL && sendoff_frame_stream_is_finished (self->stream) && self->index >= n / 2)
    self->next_stream = open_stream (self, sendoff_frame_stream_get_time (self->stream, n));
}

static gboolean
tick (gpointer data)
{
  SendoffPlayer *self = data;
  GdkPaintable *picture;

  if (self->index >= sendoff_frame_stream_get_n_frames (self->stream))
    {
      clear_stream (&self->stream);
      self->stream = g_steal_pointer (&self->next_stream);
      self->index = 0;
    }
  if (self->stream == NULL || sendoff_frame_stream_has_failed (self->stream))
    {
      stop_playing (self);
      return G_SOURCE_REMOVE;
    }
  picture = sendoff_frame_stream_get_picture (self->stream, self->index);
  if (picture == NULL)
    return G_SOURCE_CONTINUE;
  take_picture (self, picture);
  self->position_us = sendoff_frame_stream_get_time (self->stream, self->index++);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
  prepare_next (self);
  return G_SOURCE_CONTINUE;
}

/* From the beginning of the part again when it stands at the end. */
static void
start_playing (SendoffPlayer *self)
{
  if (self->tick_id != 0 || !has_video (self))
    return;
  if (self->position_us + self->frame_us >= get_end (self))
    self->position_us = MIN (self->begin_us, MAX (0, self->duration_us - self->frame_us));
  self->index = 0;
  self->stream = open_stream (self, self->position_us);
  if (self->stream == NULL)
    return;
  self->tick_id = g_timeout_add (1000 / FRAMES_PER_SECOND, tick, self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
}

/* ---- Moving ---- */

static void
seek (SendoffPlayer *self, gint64 position_us)
{
  gint64 last_us = MAX (0, self->duration_us - self->frame_us);

  position_us = CLAMP (position_us, 0, last_us);
  if (position_us == self->position_us)
    return;
  self->position_us = position_us;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
  if (self->tick_id != 0)
    stop_playing (self);
  else
    load_still (self);
}

/** sendoff_player_step: @n_frames on, or back when it is negative. */
void
sendoff_player_step (SendoffPlayer *self, int n_frames)
{
  seek (self, self->position_us + n_frames * self->frame_us);
}

/* ---- Source ---- */

static void
learn_facts (SendoffPlayer *self)
{
  const SendoffMediaInfo *info = self->source != NULL ? sendoff_source_item_get_info (self->source) : NULL;
  const SendoffStreamInfo *video = info != NULL ? sendoff_media_info_get_video (info) : NULL;
  double rate = video != NULL ? sendoff_rational_to_double (video->frame_rate) : 0;

  self->duration_us = info != NULL ? info->duration_us : 0;
  self->frame_us = rate > 0 ? MAX (1, (gint64)(1e6 / rate)) : DEFAULT_FRAME_US;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_VIDEO]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DURATION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRAME_DURATION]);
  load_still (self);
}

static void
set_source (SendoffPlayer *self, SendoffSourceItem *source)
{
  if (self->source == source)
    return;
  stop_playing (self);
  forget_stills (self);
  if (self->source != NULL)
    g_signal_handlers_disconnect_by_func (self->source, learn_facts, self);
  g_set_object (&self->source, source);
  if (source != NULL)
    g_signal_connect_object (source, "changed", G_CALLBACK (learn_facts), self, G_CONNECT_SWAPPED);
  self->position_us = 0;
  take_picture (self, NULL);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SOURCE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSITION]);
  learn_facts (self);
}

/* ---- Object ---- */

static void
sendoff_player_dispose (GObject *object)
{
  SendoffPlayer *self = SENDOFF_PLAYER (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  clear_stream (&self->stream);
  clear_stream (&self->next_stream);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->source);
  G_OBJECT_CLASS (sendoff_player_parent_class)->dispose (object);
}

static void
sendoff_player_finalize (GObject *object)
{
  SendoffPlayer *self = SENDOFF_PLAYER (object);

  g_clear_object (&self->picture);
  g_object_unref (self->cancellable);
  g_object_unref (self->engine);
  G_OBJECT_CLASS (sendoff_player_parent_class)->finalize (object);
}

static void
sendoff_player_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffPlayer *self = SENDOFF_PLAYER (object);

  switch (prop_id)
    {
    case PROP_SOURCE:
      g_value_set_object (value, self->source);
      break;
    case PROP_HAS_VIDEO:
      g_value_set_boolean (value, has_video (self));
      break;
    case PROP_PICTURE:
      g_value_set_object (value, self->picture);
      break;
    case PROP_POSITION:
      g_value_set_double (value, (double)self->position_us / 1e6);
      break;
    case PROP_BEGIN:
      g_value_set_double (value, (double)self->begin_us / 1e6);
      break;
    case PROP_STOP:
      g_value_set_double (value, (double)self->stop_us / 1e6);
      break;
    case PROP_DURATION:
      g_value_set_double (value, (double)self->duration_us / 1e6);
      break;
    case PROP_FRAME_DURATION:
      g_value_set_double (value, (double)self->frame_us / 1e6);
      break;
    case PROP_PLAYING:
      g_value_set_boolean (value, self->tick_id != 0);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_player_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffPlayer *self = SENDOFF_PLAYER (object);

  switch (prop_id)
    {
    case PROP_SOURCE:
      set_source (self, g_value_get_object (value));
      break;
    case PROP_POSITION:
      seek (self, (gint64)round (g_value_get_double (value) * 1e6));
      break;
    case PROP_BEGIN:
      self->begin_us = (gint64)round (g_value_get_double (value) * 1e6);
      break;
    case PROP_STOP:
      self->stop_us = (gint64)round (g_value_get_double (value) * 1e6);
      break;
    case PROP_PLAYING:
      if (g_value_get_boolean (value))
        start_playing (self);
      else
        stop_playing (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_player_class_init (SendoffPlayerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = flags | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = sendoff_player_dispose;
  object_class->finalize = sendoff_player_finalize;
  object_class->get_property = sendoff_player_get_property;
  object_class->set_property = sendoff_player_set_property;
  properties[PROP_SOURCE] = g_param_spec_object ("source", NULL, NULL, SENDOFF_TYPE_SOURCE_ITEM, writable);
  properties[PROP_HAS_VIDEO] = g_param_spec_boolean ("has-video", NULL, NULL, FALSE, flags);
  properties[PROP_PICTURE] = g_param_spec_object ("picture", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  properties[PROP_POSITION] = g_param_spec_double ("position", NULL, NULL, 0, G_MAXDOUBLE, 0, writable);
  properties[PROP_BEGIN] = g_param_spec_double ("begin", NULL, NULL, 0, G_MAXDOUBLE, 0, writable);
  properties[PROP_STOP] = g_param_spec_double ("stop", NULL, NULL, 0, G_MAXDOUBLE, 0, writable);
  properties[PROP_DURATION] = g_param_spec_double ("duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_FRAME_DURATION]
      = g_param_spec_double ("frame-duration", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, writable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_player_init (SendoffPlayer *self)
{
  self->frame_us = DEFAULT_FRAME_US;
  self->cancellable = g_cancellable_new ();
}

/** sendoff_player_new: (transfer full): a player without a video. */
SendoffPlayer *
sendoff_player_new (SendoffEngine *engine)
{
  SendoffPlayer *self = g_object_new (SENDOFF_TYPE_PLAYER, NULL);

  self->engine = g_object_ref (engine);
  return self;
}
