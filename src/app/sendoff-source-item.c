#include "app/sendoff-source-item.h"

#include <glib/gi18n.h>

#include "app/sendoff-poster.h"
#include "app/sendoff-words.h"
#include "base/sendoff-error.h"
#include "engine/sendoff-places.h"

/* Who writes a file or takes it away does so in several steps. */
#define SETTLE_MS 500

struct _SendoffSourceItem
{
  GObject parent_instance;
  GFile *file;
  GFile *original;       /* (nullable): what the file is a copy of */
  GFileMonitor *monitor; /* (nullable) */
  guint check_id;
  GFile *captions; /* (nullable): dropped for it */
  char *name;
  SendoffSourceState state;
  SendoffMediaInfo *info; /* (nullable) */
  char *problem;          /* (nullable) */
  gboolean has_changed;   /* what is looked at is another video than before */
  GdkPaintable *poster;   /* (nullable) */
  SendoffEngine *engine;  /* (nullable): until it is started */
  gboolean wants_poster, asked_for_poster;
  GCancellable *cancellable;
};

enum
{
  PROP_NAME = 1,
  PROP_FACTS,
  PROP_WARNINGS,
  PROP_PROBLEM,
  PROP_STATE,
  PROP_POSTER,
  N_PROPS
};

enum
{
  SIGNAL_CHANGED,
  SIGNAL_REMOVE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffSourceItem, sendoff_source_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sendoff_source_item_dispose (GObject *object)
{
  SendoffSourceItem *self = SENDOFF_SOURCE_ITEM (object);

  sendoff_source_item_stop (self);
  G_OBJECT_CLASS (sendoff_source_item_parent_class)->dispose (object);
}

static void
sendoff_source_item_finalize (GObject *object)
{
  SendoffSourceItem *self = SENDOFF_SOURCE_ITEM (object);

  g_object_unref (self->file);
  g_clear_object (&self->original);
  g_clear_object (&self->captions);
  g_object_unref (self->cancellable);
  g_clear_object (&self->poster);
  g_clear_object (&self->engine);
  g_clear_pointer (&self->info, sendoff_media_info_free);
  g_free (self->name);
  g_free (self->problem);
  G_OBJECT_CLASS (sendoff_source_item_parent_class)->finalize (object);
}

static char *
dup_facts (SendoffSourceItem *self)
{
  g_autofree char *facts = sendoff_words_for_source (self->info);
  g_autofree char *captions = self->captions != NULL ? g_file_get_basename (self->captions) : NULL;
  g_autofree char *name = captions != NULL ? g_filename_display_name (captions) : NULL;

  if (name == NULL)
    return g_steal_pointer (&facts);
  /* Translators: facts about a video, and the name of the file of captions that goes with it */
  return g_strdup_printf (_ ("%s · captions: %s"), facts, name);
}

static void
sendoff_source_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffSourceItem *self = SENDOFF_SOURCE_ITEM (object);

  switch (prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_FACTS:
      g_value_take_string (value, self->info != NULL ? dup_facts (self) : NULL);
      break;
    case PROP_WARNINGS:
      g_value_take_string (value, self->info != NULL ? sendoff_words_for_source_warnings (self->info) : NULL);
      break;
    case PROP_PROBLEM:
      g_value_set_string (value, self->problem);
      break;
    case PROP_STATE:
      g_value_set_int (value, self->state);
      break;
    case PROP_POSTER:
      g_value_set_object (value, self->poster);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_source_item_class_init (SendoffSourceItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->dispose = sendoff_source_item_dispose;
  object_class->finalize = sendoff_source_item_finalize;
  object_class->get_property = sendoff_source_item_get_property;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_FACTS] = g_param_spec_string ("facts", NULL, NULL, NULL, flags);
  properties[PROP_WARNINGS] = g_param_spec_string ("warnings", NULL, NULL, NULL, flags);
  properties[PROP_PROBLEM] = g_param_spec_string ("problem", NULL, NULL, NULL, flags);
  properties[PROP_STATE]
      = g_param_spec_int ("state", NULL, NULL, 0, SENDOFF_SOURCE_BROKEN, SENDOFF_SOURCE_LOOKING, flags);
  properties[PROP_POSTER] = g_param_spec_object ("poster", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", SENDOFF_TYPE_SOURCE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_REMOVE] = g_signal_new ("remove", SENDOFF_TYPE_SOURCE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
}

static void
sendoff_source_item_init (SendoffSourceItem *self)
{
  self->state = SENDOFF_SOURCE_LOOKING;
  self->cancellable = g_cancellable_new ();
}

static char *
dup_display_name (GFile *file)
{
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *basename = g_file_get_basename (file);

  return g_filename_display_basename (path != NULL ? path : basename);
}

/** sendoff_source_item_new: (transfer full): an item that knows nothing but @file's name yet. */
SendoffSourceItem *
sendoff_source_item_new (GFile *file)
{
  SendoffSourceItem *self = g_object_new (SENDOFF_TYPE_SOURCE_ITEM, NULL);

  self->file = g_object_ref (file);
  self->name = dup_display_name (file);
  return self;
}

/* Takes @info, which may be what it has. */
static void
take_state (SendoffSourceItem *self, SendoffSourceState state, SendoffMediaInfo *info, const char *problem)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (info != self->info)
    g_clear_pointer (&self->info, sendoff_media_info_free);
  self->info = info;
  self->state = state;
  sendoff_source_item_set_problem (self, problem);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FACTS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WARNINGS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  g_object_thaw_notify (G_OBJECT (self));
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static gboolean
can_be_exported (const SendoffMediaInfo *info)
{
  return sendoff_media_info_get_video (info) != NULL || sendoff_media_info_get_audio (info) != NULL;
}

/* A video without a poster is as good as any other: why there is none is not told. */
static void
on_poster_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffSourceItem) self = data;

  self->poster = sendoff_poster_load_finish (result, NULL);
  if (self->poster != NULL)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POSTER]);
}

static void
load_poster (SendoffSourceItem *self)
{
  if (!self->wants_poster || self->asked_for_poster || self->state != SENDOFF_SOURCE_READY)
    return;
  self->asked_for_poster = TRUE;
  sendoff_poster_load_async (self->engine, self->file, self->info, self->cancellable, on_poster_loaded,
                             g_object_ref (self));
}

/** sendoff_source_item_want_poster: it is in sight: a poster is taken as soon as that is possible. */
void
sendoff_source_item_want_poster (SendoffSourceItem *self)
{
  self->wants_poster = TRUE;
  load_poster (self);
}

/* ---- Looking ---- */

static void watch (SendoffSourceItem *self);

/* What it was stays known, so that it is known again. */
static void
take_error (SendoffSourceItem *self, const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_UNREADABLE))
    take_state (self, SENDOFF_SOURCE_LOST, self->info, error->message);
  else
    take_state (self, SENDOFF_SOURCE_BROKEN, NULL, error->message);
}

static void
on_scanned (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffSourceItem) self = data;
  g_autoptr (GError) error = NULL;
  SendoffMediaInfo *info = sendoff_engine_probe_finish (SENDOFF_ENGINE (object), result, &error);

  if (info != NULL)
    take_state (self, SENDOFF_SOURCE_READY, info, self->problem);
  else
    take_error (self, error);
}

static void
on_probed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffSourceItem) self = data;
  g_autoptr (GError) error = NULL;
  SendoffEngine *engine = SENDOFF_ENGINE (object);
  SendoffMediaInfo *info = sendoff_engine_probe_finish (engine, result, &error);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    watch (self);
  if (info == NULL)
    {
      take_error (self, error);
      return;
    }
  if (!can_be_exported (info))
    {
      take_state (self, SENDOFF_SOURCE_BROKEN, info, _ ("There is neither video nor sound in this file."));
      return;
    }
  take_state (self, SENDOFF_SOURCE_READY, info,
              self->has_changed ? _ ("The video has changed since it was added.") : NULL);
  self->has_changed = FALSE;
  load_poster (self);
  if (!info->scanned)
    sendoff_engine_probe_async (engine, self->file, SENDOFF_PROBE_SCAN, self->cancellable, on_scanned,
                                g_object_ref (self));
}

static void
look (SendoffSourceItem *self)
{
  take_state (self, SENDOFF_SOURCE_LOOKING, self->info, NULL);
  sendoff_engine_probe_async (self->engine, self->file, SENDOFF_PROBE_NONE, self->cancellable, on_probed,
                              g_object_ref (self));
}

static void
on_fetched (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffSourceItem) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) copy = sendoff_engine_spool_finish (SENDOFF_ENGINE (object), result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (copy == NULL)
    {
      g_autofree char *problem = g_strdup_printf (_ ("%s Copy “%s” to this computer, then choose it again."),
                                                  error->message, self->name);

      take_state (self, SENDOFF_SOURCE_LOST, self->info, problem);
      return;
    }
  self->original = g_steal_pointer (&self->file);
  self->file = g_steal_pointer (&copy);
  look (self);
}

/* What is not on this computer is read once, and from then on the copy. */
static void
begin (SendoffSourceItem *self)
{
  g_autofree char *basename = NULL;

  if (g_file_peek_path (self->file) != NULL)
    {
      look (self);
      return;
    }
  basename = g_file_get_basename (self->file);
  take_state (self, SENDOFF_SOURCE_FETCHING, self->info, NULL);
  sendoff_engine_spool_async (self->engine, self->file, basename, self->cancellable, on_fetched,
                              g_object_ref (self));
}

/** sendoff_source_item_start: lets @engine look at the file; what it finds is notified. */
void
sendoff_source_item_start (SendoffSourceItem *self, SendoffEngine *engine)
{
  g_set_object (&self->engine, engine);
  begin (self);
}

/** sendoff_source_item_look_again: another video than before lies where it was. */
void
sendoff_source_item_look_again (SendoffSourceItem *self)
{
  self->has_changed = TRUE;
  self->asked_for_poster = FALSE;
  look (self);
}

/* ---- Whether it is still there ---- */

static void
on_checked (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffSourceItem) self = data;
  g_autoptr (GError) error = NULL;

  if (sendoff_engine_check_source_finish (SENDOFF_ENGINE (object), result, &error))
    {
      if (self->state == SENDOFF_SOURCE_LOST)
        take_state (self, SENDOFF_SOURCE_READY, self->info, NULL);
    }
  else if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED))
    sendoff_source_item_look_again (self);
  else
    take_error (self, error);
}

static gboolean
check (gpointer data)
{
  SendoffSourceItem *self = data;

  self->check_id = 0;
  if (self->info != NULL && self->state >= SENDOFF_SOURCE_READY)
    sendoff_engine_check_source_async (self->engine, self->file, self->info->identity, self->cancellable,
                                       on_checked, g_object_ref (self));
  else if (self->state > SENDOFF_SOURCE_READY)
    look (self);
  return G_SOURCE_REMOVE;
}

static void
on_file_changed (SendoffSourceItem *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  if (event == G_FILE_MONITOR_EVENT_ATTRIBUTE_CHANGED || g_cancellable_is_cancelled (self->cancellable))
    return;
  g_clear_handle_id (&self->check_id, g_source_remove);
  self->check_id = g_timeout_add (SETTLE_MS, check, self);
}

/* Where that is not possible, Export finds out. */
static void
watch (SendoffSourceItem *self)
{
  if (self->monitor != NULL)
    return;
  self->monitor = g_file_monitor_file (self->file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
  if (self->monitor != NULL)
    g_signal_connect_object (self->monitor, "changed", G_CALLBACK (on_file_changed), self, G_CONNECT_SWAPPED);
}

/** sendoff_source_item_set_lost: it cannot be read any more; @problem is a sentence about that. */
void
sendoff_source_item_set_lost (SendoffSourceItem *self, const char *problem)
{
  take_state (self, SENDOFF_SOURCE_LOST, self->info, problem);
}

/* ---- Another place ---- */

static void
take_file (SendoffSourceItem *self, GFile *file)
{
  g_set_object (&self->file, file);
  g_clear_object (&self->original);
  g_clear_object (&self->monitor);
  g_free (self->name);
  self->name = dup_display_name (file);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
}

/* The video was found at another place. */
typedef struct
{
  SendoffSourceItem *item;
  GFile *file;
} Move;

static void
move_free (Move *self)
{
  g_object_unref (self->item);
  g_object_unref (self->file);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Move, move_free)

static void
on_found (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (Move) move = data;
  g_autoptr (GError) error = NULL;
  SendoffSourceItem *self = move->item;

  if (sendoff_engine_check_source_finish (SENDOFF_ENGINE (object), result, &error))
    {
      take_file (self, move->file);
      watch (self);
      take_state (self, SENDOFF_SOURCE_READY, self->info, NULL);
    }
  else if (g_error_matches (error, SENDOFF_ERROR, SENDOFF_ERROR_SOURCE_CHANGED))
    {
      g_autofree char *name = dup_display_name (move->file);
      g_autofree char *problem = g_strdup_printf (
          _ ("“%s” is another video than “%s”. Choose that one, or open this one as well."), name,
          self->name);

      take_state (self, SENDOFF_SOURCE_LOST, self->info, problem);
    }
  else
    take_error (self, error);
}

/** sendoff_source_item_relocate: the video is at @file now. It is taken from there when it is the same one,
 * or when nothing is known about it yet. */
void
sendoff_source_item_relocate (SendoffSourceItem *self, GFile *file)
{
  Move *move;

  if (self->info == NULL || g_file_peek_path (file) == NULL)
    {
      take_file (self, file);
      begin (self);
      return;
    }
  move = g_new0 (Move, 1);
  move->item = g_object_ref (self);
  move->file = g_object_ref (file);
  sendoff_engine_check_source_async (self->engine, file, self->info->identity, self->cancellable, on_found,
                                     move);
}

/* ---- What is known ---- */

/** sendoff_source_item_get_file: (transfer none): the video. */
GFile *
sendoff_source_item_get_file (SendoffSourceItem *self)
{
  return self->file;
}

/** sendoff_source_item_is_of: whether it was made for @file. */
gboolean
sendoff_source_item_is_of (SendoffSourceItem *self, GFile *file)
{
  return g_file_equal (self->original != NULL ? self->original : self->file, file);
}

/** sendoff_source_item_dup_folder_uri: (transfer full) (nullable): where its files go when nobody said where,
 * if that is not beside it. */
char *
sendoff_source_item_dup_folder_uri (SendoffSourceItem *self)
{
  g_autoptr (GFile) parent = g_file_get_parent (self->file);
  g_autoptr (GFile) folder
      = sendoff_places_dup_folder_beside (self->original != NULL ? self->original : self->file);

  return parent != NULL && g_file_equal (parent, folder) ? NULL : g_file_get_uri (folder);
}

/** sendoff_source_item_get_name: (transfer none): its name, readable whatever bytes it has. */
const char *
sendoff_source_item_get_name (SendoffSourceItem *self)
{
  return self->name;
}

/** sendoff_source_item_get_state: whether it can be exported. */
SendoffSourceState
sendoff_source_item_get_state (SendoffSourceItem *self)
{
  return self->state;
}

/** sendoff_source_item_get_captions: (transfer none) (nullable): the file of captions that goes with it. */
GFile *
sendoff_source_item_get_captions (SendoffSourceItem *self)
{
  return self->captions;
}

/** sendoff_source_item_set_captions: lets @captions (nullable) go with it. */
void
sendoff_source_item_set_captions (SendoffSourceItem *self, GFile *captions)
{
  if (!g_set_object (&self->captions, captions))
    return;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FACTS]);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

/** sendoff_source_item_get_info: (transfer none) (nullable): the facts, once it is ready. */
const SendoffMediaInfo *
sendoff_source_item_get_info (SendoffSourceItem *self)
{
  return self->info;
}

/** sendoff_source_item_set_problem: a sentence (nullable) about what went wrong with it. */
void
sendoff_source_item_set_problem (SendoffSourceItem *self, const char *problem)
{
  if (g_strcmp0 (self->problem, problem) == 0)
    return;
  g_free (self->problem);
  self->problem = g_strdup (problem);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

/** sendoff_source_item_stop: the engine is about to stop: it is not asked any more. */
void
sendoff_source_item_stop (SendoffSourceItem *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->check_id, g_source_remove);
  g_clear_object (&self->monitor);
}

/** sendoff_source_item_remove: tells whoever lists it to let it go. */
void
sendoff_source_item_remove (SendoffSourceItem *self)
{
  sendoff_source_item_stop (self);
  g_signal_emit (self, signals[SIGNAL_REMOVE], 0);
}
