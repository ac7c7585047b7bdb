#include "app/sendoff-draft-sources.h"

#include "app/sendoff-intake.h"

struct _SendoffDraftSources
{
  GObject parent_instance;
  SendoffEngine *engine; /* (nullable): until it can be asked */
  SendoffIntake *intake;
  GFile *waiting_captions; /* (nullable): dropped before their video */
  GListStore *sources;
  SendoffSourceItem *selected; /* (nullable): one of the sources */
};

enum
{
  PROP_SELECTED = 1,
  N_PROPS
};

enum
{
  SIGNAL_STALE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffDraftSources, sendoff_draft_sources, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static guint
count (SendoffDraftSources *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->sources));
}

/* One is always selected, as long as there are any. */
static void
on_sources_changed (SendoffDraftSources *self)
{
  g_autoptr (SendoffSourceItem) first = g_list_model_get_item (G_LIST_MODEL (self->sources), 0);

  if (self->selected == NULL || !g_list_store_find (self->sources, self->selected, NULL))
    sendoff_draft_sources_select (self, first);
}

static void
on_source_changed (SendoffDraftSources *self, SendoffSourceItem *source)
{
  g_signal_emit (self, signals[SIGNAL_STALE], 0, source);
}

static gboolean
has_file (SendoffDraftSources *self, GFile *file)
{
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (sendoff_source_item_is_of (source, file))
        return TRUE;
    }
  return FALSE;
}

/* (transfer full): the video that captions dropped in @file go with: the one of the same name, else the one
 * that is shown. NULL while there is none. */
static SendoffSourceItem *
find_captioned (SendoffDraftSources *self, GFile *file)
{
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (sendoff_intake_share_name (file, sendoff_source_item_get_file (source)))
        return g_steal_pointer (&source);
    }
  return self->selected != NULL ? g_object_ref (self->selected) : NULL;
}

static void
add_captions (SendoffDraftSources *self, GFile *file)
{
  g_autoptr (SendoffSourceItem) source = find_captioned (self, file);

  if (source != NULL)
    sendoff_source_item_set_captions (source, file);
  else
    g_set_object (&self->waiting_captions, file);
}

static void
add_source (SendoffDraftSources *self, GFile *file)
{
  g_autoptr (SendoffSourceItem) source = NULL;

  if (sendoff_intake_is_captions (file))
    {
      add_captions (self, file);
      return;
    }
  if (has_file (self, file))
    return;
  source = sendoff_source_item_new (file);
  g_signal_connect_object (source, "changed", G_CALLBACK (on_source_changed), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (source, "remove", G_CALLBACK (sendoff_draft_sources_remove), self,
                           G_CONNECT_SWAPPED);
  g_list_store_append (self->sources, source);
  sendoff_source_item_set_captions (source, self->waiting_captions);
  g_clear_object (&self->waiting_captions);
  if (self->engine != NULL)
    sendoff_source_item_start (source, self->engine);
}

static void
sendoff_draft_sources_dispose (GObject *object)
{
  SendoffDraftSources *self = SENDOFF_DRAFT_SOURCES (object);

  g_list_store_remove_all (self->sources);
  sendoff_intake_stop (self->intake);
  G_OBJECT_CLASS (sendoff_draft_sources_parent_class)->dispose (object);
}

static void
sendoff_draft_sources_finalize (GObject *object)
{
  SendoffDraftSources *self = SENDOFF_DRAFT_SOURCES (object);

  g_clear_object (&self->selected);
  g_clear_object (&self->waiting_captions);
  g_clear_object (&self->engine);
  g_object_unref (self->intake);
  g_object_unref (self->sources);
  G_OBJECT_CLASS (sendoff_draft_sources_parent_class)->finalize (object);
}

static void
sendoff_draft_sources_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffDraftSources *self = SENDOFF_DRAFT_SOURCES (object);

  if (prop_id == PROP_SELECTED)
    g_value_set_object (value, self->selected);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_draft_sources_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffDraftSources *self = SENDOFF_DRAFT_SOURCES (object);

  if (prop_id == PROP_SELECTED)
    sendoff_draft_sources_select (self, g_value_get_object (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_draft_sources_class_init (SendoffDraftSourcesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_draft_sources_dispose;
  object_class->finalize = sendoff_draft_sources_finalize;
  object_class->get_property = sendoff_draft_sources_get_property;
  object_class->set_property = sendoff_draft_sources_set_property;
  properties[PROP_SELECTED]
      = g_param_spec_object ("selected", NULL, NULL, SENDOFF_TYPE_SOURCE_ITEM,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_STALE] = g_signal_new ("stale", SENDOFF_TYPE_DRAFT_SOURCES, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                        NULL, G_TYPE_NONE, 1, SENDOFF_TYPE_SOURCE_ITEM);
}

static void
sendoff_draft_sources_init (SendoffDraftSources *self)
{
  self->intake = sendoff_intake_new ();
  self->sources = g_list_store_new (SENDOFF_TYPE_SOURCE_ITEM);
  g_signal_connect_object (self->intake, "file", G_CALLBACK (add_source), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->sources, "items-changed", G_CALLBACK (on_sources_changed), self,
                           G_CONNECT_SWAPPED);
}

/** sendoff_draft_sources_new: (transfer full): no videos yet. */
SendoffDraftSources *
sendoff_draft_sources_new (void)
{
  return g_object_new (SENDOFF_TYPE_DRAFT_SOURCES, NULL);
}

/** sendoff_draft_sources_start: @engine is ready: files can be looked at. */
void
sendoff_draft_sources_start (SendoffDraftSources *self, SendoffEngine *engine)
{
  g_set_object (&self->engine, engine);
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      sendoff_source_item_start (source, engine);
    }
}

/** sendoff_draft_sources_stop: the engine is about to stop: nothing is asked of it any more. */
void
sendoff_draft_sources_stop (SendoffDraftSources *self)
{
  g_clear_object (&self->engine);
  sendoff_intake_stop (self->intake);
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      sendoff_source_item_stop (source);
    }
}

/** sendoff_draft_sources_get_list: (transfer none): SendoffSourceItem. */
GListModel *
sendoff_draft_sources_get_list (SendoffDraftSources *self)
{
  return G_LIST_MODEL (self->sources);
}

/**
 * sendoff_draft_sources_add_files:
 * @files: (element-type GFile): videos, captions, or folders with videos
 *
 * Adds those that are not there already. May be called before the start.
 */
void
sendoff_draft_sources_add_files (SendoffDraftSources *self, GPtrArray *files)
{
  sendoff_intake_add (self->intake, files);
}

/** sendoff_draft_sources_remove: @source is not wanted any more. */
void
sendoff_draft_sources_remove (SendoffDraftSources *self, SendoffSourceItem *source)
{
  guint position;

  sendoff_source_item_stop (source);
  if (!g_list_store_find (self->sources, source, &position))
    return;
  g_list_store_remove (self->sources, position);
  g_signal_emit (self, signals[SIGNAL_STALE], 0, source);
}

/** sendoff_draft_sources_forget_problems: what stood in the way of the last try may be gone. */
void
sendoff_draft_sources_forget_problems (SendoffDraftSources *self)
{
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffSourceItem) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (sendoff_source_item_get_state (source) == SENDOFF_SOURCE_READY)
        sendoff_source_item_set_problem (source, NULL);
    }
}

/** sendoff_draft_sources_get_selected: (transfer none) (nullable): the video that is looked at. */
SendoffSourceItem *
sendoff_draft_sources_get_selected (SendoffDraftSources *self)
{
  return self->selected;
}

/** sendoff_draft_sources_select: @source (nullable: there is none) is the video that is looked at. */
void
sendoff_draft_sources_select (SendoffDraftSources *self, SendoffSourceItem *source)
{
  if (g_set_object (&self->selected, source))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SELECTED]);
}
