#include "app/sendoff-shelf-private.h"

#include <glib/gi18n.h>

#include "base/sendoff-error.h"
#include "base/sendoff-label.h"
#include "model/sendoff-preset.h"

struct _SendoffShelf
{
  GObject parent_instance;
  SendoffEngine *engine;
  GListStore *presets;
  GListStore *release_sets;
  GPtrArray *sets; /* SendoffReleaseSet, as they are kept */
};

enum
{
  PROP_PRESETS = 1,
  PROP_RELEASE_SETS,
  N_PROPS
};

enum
{
  SIGNAL_TOLD,
  SIGNAL_CLASH,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffShelf, sendoff_shelf, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static void
sendoff_shelf_finalize (GObject *object)
{
  SendoffShelf *self = SENDOFF_SHELF (object);

  g_object_unref (self->engine);
  g_object_unref (self->presets);
  g_object_unref (self->release_sets);
  g_ptr_array_unref (self->sets);
  G_OBJECT_CLASS (sendoff_shelf_parent_class)->finalize (object);
}

static void
sendoff_shelf_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffShelf *self = SENDOFF_SHELF (object);

  if (prop_id == PROP_PRESETS)
    g_value_set_object (value, self->presets);
  else if (prop_id == PROP_RELEASE_SETS)
    g_value_set_object (value, self->release_sets);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_shelf_class_init (SendoffShelfClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_shelf_finalize;
  object_class->get_property = sendoff_shelf_get_property;
  properties[PROP_PRESETS] = g_param_spec_object ("presets", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_RELEASE_SETS] = g_param_spec_object ("release-sets", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_TOLD] = g_signal_new ("told", SENDOFF_TYPE_SHELF, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_CLASH] = g_signal_new ("clash", SENDOFF_TYPE_SHELF, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                        G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
}

static void
sendoff_shelf_init (SendoffShelf *self)
{
  self->presets = g_list_store_new (SENDOFF_TYPE_SHELF_ITEM);
  self->release_sets = g_list_store_new (SENDOFF_TYPE_SHELF_ITEM);
  self->sets = g_ptr_array_new_with_free_func ((GDestroyNotify)sendoff_release_set_free);
}

/** sendoff_shelf_new: (transfer full): an empty shelf; start it when @engine is started. */
SendoffShelf *
sendoff_shelf_new (SendoffEngine *engine)
{
  SendoffShelf *self = g_object_new (SENDOFF_TYPE_SHELF, NULL);

  self->engine = g_object_ref (engine);
  return self;
}

/* ---- Lists ---- */

static void
take_items (GListStore *list, GPtrArray *items)
{
  g_list_store_splice (list, 0, g_list_model_get_n_items (G_LIST_MODEL (list)), items->pdata, items->len);
}

static void
add_presets (SendoffShelf *self, GPtrArray *items, gboolean is_system)
{
  SendoffCatalog *catalog = sendoff_engine_get_catalog (self->engine);
  GPtrArray *presets = sendoff_catalog_get_presets (catalog);
  SendoffShelfKind kind = is_system ? SENDOFF_SHELF_SYSTEM_PRESET : SENDOFF_SHELF_PRESET;

  for (guint i = 0; i < presets->len; i++)
    {
      const SendoffPreset *preset = g_ptr_array_index (presets, i);
      g_autofree char *words = sendoff_preset_dup_words (preset, catalog);

      if (preset->is_system == is_system)
        g_ptr_array_add (items, sendoff_shelf_item_new (kind, preset->preset_id, _ (preset->name), words));
    }
}

/* The user's own come first. */
static void
list_presets (SendoffShelf *self)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  add_presets (self, items, FALSE);
  add_presets (self, items, TRUE);
  take_items (self->presets, items);
}

static void
list_release_sets (SendoffShelf *self, GPtrArray *sets)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_unref (self->sets);
  self->sets = g_ptr_array_ref (sets);
  for (guint i = 0; i < sets->len; i++)
    {
      const SendoffReleaseSet *set = g_ptr_array_index (sets, i);
      g_autofree char *words = sendoff_release_set_dup_words (set, sendoff_engine_get_catalog (self->engine));

      g_ptr_array_add (
          items, sendoff_shelf_item_new (SENDOFF_SHELF_RELEASE_SET, set->release_set_id, set->name, words));
    }
  take_items (self->release_sets, items);
}

/** sendoff_shelf_tell: says @message to whoever listens. */
void
sendoff_shelf_tell (SendoffShelf *self, const char *message)
{
  g_signal_emit (self, signals[SIGNAL_TOLD], 0, message);
}

/** sendoff_shelf_ask_clash: asks what to do with a file that has the id of @name, which is kept already. */
void
sendoff_shelf_ask_clash (SendoffShelf *self, const char *name, const char *text)
{
  g_signal_emit (self, signals[SIGNAL_CLASH], 0, name, text);
}

static void
on_listed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffShelf) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sets = sendoff_engine_release_sets_finish (SENDOFF_ENGINE (object), result, &error);

  if (sets != NULL)
    list_release_sets (self, sets);
  else
    sendoff_shelf_tell (self, error->message);
}

/** sendoff_shelf_start: the engine is ready: lists what is kept. */
void
sendoff_shelf_start (SendoffShelf *self)
{
  g_signal_connect_object (self->engine, "notify::catalog", G_CALLBACK (list_presets), self,
                           G_CONNECT_SWAPPED);
  list_presets (self);
  sendoff_engine_list_release_sets_async (self->engine, NULL, on_listed, g_object_ref (self));
}

/** sendoff_shelf_get_presets: (transfer none): SendoffShelfItem, the user's own first. */
GListModel *
sendoff_shelf_get_presets (SendoffShelf *self)
{
  return G_LIST_MODEL (self->presets);
}

/** sendoff_shelf_get_release_sets: (transfer none): SendoffShelfItem, by name. */
GListModel *
sendoff_shelf_get_release_sets (SendoffShelf *self)
{
  return G_LIST_MODEL (self->release_sets);
}

/** sendoff_shelf_get_sets: (transfer none) (element-type SendoffReleaseSet): as they are kept, valid until
 * they change. */
GPtrArray *
sendoff_shelf_get_sets (SendoffShelf *self)
{
  return self->sets;
}

/** sendoff_shelf_get_catalog: (transfer none): knows all presets, valid until they change. */
SendoffCatalog *
sendoff_shelf_get_catalog (SendoffShelf *self)
{
  return sendoff_engine_get_catalog (self->engine);
}

/** sendoff_shelf_find_preset: (transfer none) (nullable): valid until presets change. */
const SendoffPreset *
sendoff_shelf_find_preset (SendoffShelf *self, const char *preset_id)
{
  return sendoff_catalog_get_preset (sendoff_engine_get_catalog (self->engine), preset_id);
}

/** sendoff_shelf_find_release_set: (transfer none) (nullable): valid until release sets change. */
const SendoffReleaseSet *
sendoff_shelf_find_release_set (SendoffShelf *self, const char *release_set_id)
{
  return sendoff_release_set_find (self->sets, release_set_id);
}

/** sendoff_shelf_match: (transfer none) (nullable): the release set that asks for the same as @request. */
const SendoffReleaseSet *
sendoff_shelf_match (SendoffShelf *self, SendoffRequest *request)
{
  for (guint i = 0; i < self->sets->len; i++)
    if (sendoff_release_set_matches (g_ptr_array_index (self->sets, i), request))
      return g_ptr_array_index (self->sets, i);
  return NULL;
}

/* ---- Changes ---- */

struct _SendoffShelfChange
{
  SendoffShelf *shelf;
  char *message;
};

/** sendoff_shelf_change_new: (transfer full): a change of what is called @name has begun; @format, which
 * takes the name, is said when it is made. */
SendoffShelfChange *
sendoff_shelf_change_new (SendoffShelf *self, const char *format, const char *name)
{
  SendoffShelfChange *change = g_new0 (SendoffShelfChange, 1);

  change->shelf = g_object_ref (self);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  change->message = g_strdup_printf (format, name);
#pragma GCC diagnostic pop
  return change;
}

/** sendoff_shelf_change_finish: says what became of @change, and frees it. @error (nullable): why it was not
 * made. */
void
sendoff_shelf_change_finish (SendoffShelfChange *change, const GError *error)
{
  sendoff_shelf_tell (change->shelf, error != NULL ? error->message : change->message);
  g_object_unref (change->shelf);
  g_free (change->message);
  g_free (change);
}

static void
on_preset_saved (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  sendoff_engine_save_preset_finish (SENDOFF_ENGINE (object), result, &error);
  sendoff_shelf_change_finish (data, error);
}

static void
on_preset_removed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  sendoff_engine_remove_preset_finish (SENDOFF_ENGINE (object), result, &error);
  sendoff_shelf_change_finish (data, error);
}

static void
on_sets_changed (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffShelfChange *change = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) sets = sendoff_engine_release_sets_finish (SENDOFF_ENGINE (object), result, &error);

  if (sets != NULL)
    list_release_sets (change->shelf, sets);
  sendoff_shelf_change_finish (change, error);
}

/** sendoff_shelf_keep_preset: keeps @preset; the one with its id is replaced. */
void
sendoff_shelf_keep_preset (SendoffShelf *self, const SendoffPreset *preset)
{
  sendoff_engine_save_preset_async (
      self->engine, preset, NULL, on_preset_saved,
      sendoff_shelf_change_new (self, _ ("“%s” is kept as a preset"), preset->name));
}

/** sendoff_shelf_keep_set: keeps @set; the one with its id is replaced. */
void
sendoff_shelf_keep_set (SendoffShelf *self, const SendoffReleaseSet *set)
{
  sendoff_engine_save_release_set_async (
      self->engine, set, NULL, on_sets_changed,
      sendoff_shelf_change_new (self, _ ("“%s” is kept as a release set"), set->name));
}

/** sendoff_shelf_find_own: (transfer none) (nullable): the user's own preset that is called @name, valid
 * until presets change. */
const SendoffPreset *
sendoff_shelf_find_own (SendoffShelf *self, const char *name)
{
  GPtrArray *presets = sendoff_catalog_get_presets (sendoff_engine_get_catalog (self->engine));

  for (guint i = 0; i < presets->len; i++)
    {
      const SendoffPreset *preset = g_ptr_array_index (presets, i);

      if (!preset->is_system && sendoff_label_equal (preset->name, name))
        return preset;
    }
  return NULL;
}

/** sendoff_shelf_save_settings: keeps @settings as a preset; the user's own with that name is replaced. */
void
sendoff_shelf_save_settings (SendoffShelf *self, const char *name, SendoffOutputSettings *settings)
{
  SendoffCatalog *catalog = sendoff_engine_get_catalog (self->engine);
  g_autofree char *clean = g_strstrip (g_strdup (name));
  const SendoffPreset *old = sendoff_shelf_find_own (self, clean);
  /* Under a name that nobody has, so that only the kept one's is in the way of nothing. */
  g_autofree char *free_name
      = old != NULL ? g_strdup_printf ("%s %s", clean, old->preset_id) : g_strdup (clean);
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffPreset) preset = sendoff_preset_new_from_settings (free_name, settings, catalog, &error);

  if (preset == NULL)
    {
      sendoff_shelf_tell (self, error->message);
      return;
    }
  if (old != NULL)
    {
      g_free (preset->preset_id);
      preset->preset_id = g_strdup (old->preset_id);
      preset->description = g_strdup (old->description);
      g_free (preset->name);
      preset->name = g_strdup (clean);
    }
  sendoff_shelf_keep_preset (self, preset);
}

/** sendoff_shelf_save_request: keeps the outputs, folder and naming of @request as a release set; the one
 * with that name is replaced. */
void
sendoff_shelf_save_request (SendoffShelf *self, const char *name, SendoffRequest *request)
{
  g_autofree char *clean = g_strstrip (g_strdup (name));
  const SendoffReleaseSet *old = sendoff_release_set_find (self->sets, clean);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffReleaseSet) set
      = sendoff_release_set_new_from_request (clean, request, old != NULL ? none : self->sets, &error);

  if (set == NULL)
    {
      sendoff_shelf_tell (self, error->message);
      return;
    }
  if (old != NULL)
    {
      g_free (set->release_set_id);
      set->release_set_id = g_strdup (old->release_set_id);
    }
  sendoff_shelf_keep_set (self, set);
}

/** sendoff_shelf_rename: gives @item, which is the user's own, another name. */
void
sendoff_shelf_rename (SendoffShelf *self, SendoffShelfItem *item, const char *name)
{
  const char *id = sendoff_shelf_item_get_id (item);
  g_autoptr (GError) error = NULL;
  g_autofree char *clean = sendoff_label_clean (name, &error);

  if (clean == NULL)
    sendoff_shelf_tell (self, error->message);
  else if (sendoff_shelf_item_get_kind (item) == SENDOFF_SHELF_RELEASE_SET)
    {
      const SendoffReleaseSet *old = sendoff_shelf_find_release_set (self, id);
      g_autoptr (SendoffReleaseSet) set = old != NULL ? sendoff_release_set_copy (old) : NULL;

      if (set == NULL)
        return;
      g_free (set->name);
      set->name = g_steal_pointer (&clean);
      sendoff_shelf_keep_set (self, set);
    }
  else
    {
      const SendoffPreset *old = sendoff_shelf_find_preset (self, id);
      g_autoptr (SendoffPreset) preset = old != NULL ? sendoff_preset_copy (old) : NULL;

      if (preset == NULL)
        return;
      g_free (preset->name);
      preset->name = g_steal_pointer (&clean);
      sendoff_shelf_keep_preset (self, preset);
    }
}

static gboolean
is_free_set_name (const char *name, gpointer sets)
{
  GPtrArray *all = sets;

  for (guint i = 0; i < all->len; i++)
    if (sendoff_label_equal (((SendoffReleaseSet *)g_ptr_array_index (all, i))->name, name))
      return FALSE;
  return TRUE;
}

/** sendoff_shelf_copy_set: (transfer full): @set as one more, with an id and a name that are free. %NULL with
 * @error when it is none. */
SendoffReleaseSet *
sendoff_shelf_copy_set (SendoffShelf *self, const SendoffReleaseSet *set, GError **error)
{
  g_autoptr (SendoffReleaseSet) copy = sendoff_release_set_copy (set);
  g_autofree char *text = NULL;

  g_clear_pointer (&copy->release_set_id, g_free);
  if (!is_free_set_name (set->name, self->sets))
    {
      g_free (copy->name);
      copy->name = sendoff_label_dup_copy (set->name, is_free_set_name, self->sets);
    }
  text = sendoff_doc_to_text (&sendoff_release_set_doc_type, copy);
  return sendoff_release_set_parse (text, strlen (text), self->sets, error);
}

/** sendoff_shelf_duplicate: keeps a copy of @item under another name. */
void
sendoff_shelf_duplicate (SendoffShelf *self, SendoffShelfItem *item)
{
  const char *id = sendoff_shelf_item_get_id (item);
  g_autoptr (GError) error = NULL;

  if (sendoff_shelf_item_get_kind (item) == SENDOFF_SHELF_RELEASE_SET)
    {
      const SendoffReleaseSet *set = sendoff_shelf_find_release_set (self, id);
      g_autoptr (SendoffReleaseSet) copy = set != NULL ? sendoff_shelf_copy_set (self, set, &error) : NULL;

      if (copy != NULL)
        sendoff_shelf_keep_set (self, copy);
    }
  else
    {
      const SendoffPreset *preset = sendoff_shelf_find_preset (self, id);
      g_autoptr (SendoffPreset) copy
          = preset != NULL
                ? sendoff_preset_duplicate (preset, NULL, sendoff_engine_get_catalog (self->engine), &error)
                : NULL;

      if (copy != NULL)
        sendoff_shelf_keep_preset (self, copy);
    }
  if (error != NULL)
    sendoff_shelf_tell (self, error->message);
}

/** sendoff_shelf_remove: forgets @item, which is the user's own. */
void
sendoff_shelf_remove (SendoffShelf *self, SendoffShelfItem *item)
{
  const char *id = sendoff_shelf_item_get_id (item);
  SendoffShelfChange *change
      = sendoff_shelf_change_new (self, _ ("“%s” is deleted"), sendoff_shelf_item_get_name (item));

  if (sendoff_shelf_item_get_kind (item) == SENDOFF_SHELF_RELEASE_SET)
    sendoff_engine_remove_release_set_async (self->engine, id, NULL, on_sets_changed, change);
  else
    sendoff_engine_remove_preset_async (self->engine, id, NULL, on_preset_removed, change);
}
