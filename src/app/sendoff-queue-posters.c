#include "app/sendoff-queue-posters.h"

#include "app/sendoff-poster.h"

/* Until the list has come to rest. */
#define LOOK_AFTER_MS 150
/* Pictures are shared by rows of the same video; about 200 KB each. */
#define KEPT_MAX 60

struct _SendoffQueuePosters
{
  GObject parent_instance;
  SendoffEngine *engine;
  GtkScrolledWindow *view; /* borrowed: lives longer */
  GHashTable *rows;        /* GtkWidget, borrowed → SendoffQueueItem, owned */
  GHashTable *posters;     /* URI of a source → GdkPaintable, %NULL when there is none */
  GCancellable *cancellable;
  SendoffJob *loading; /* (nullable): for which a picture is being made */
  guint look_id;
};

G_DEFINE_FINAL_TYPE (SendoffQueuePosters, sendoff_queue_posters, G_TYPE_OBJECT)

static void look_soon (SendoffQueuePosters *self);

static void
sendoff_queue_posters_finalize (GObject *object)
{
  SendoffQueuePosters *self = SENDOFF_QUEUE_POSTERS (object);

  g_hash_table_unref (self->rows);
  g_hash_table_unref (self->posters);
  g_object_unref (self->cancellable);
  g_clear_object (&self->loading);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (sendoff_queue_posters_parent_class)->finalize (object);
}

static void
sendoff_queue_posters_class_init (SendoffQueuePostersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_queue_posters_finalize;
}

static void
unref_if_any (gpointer data)
{
  if (data != NULL)
    g_object_unref (data);
}

static void
sendoff_queue_posters_init (SendoffQueuePosters *self)
{
  self->rows = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->posters = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, unref_if_any);
  self->cancellable = g_cancellable_new ();
}

static char *
dup_source_uri (SendoffJob *job)
{
  char *uri = NULL;

  g_object_get (sendoff_job_get_request (job), "source-uri", &uri, NULL);
  return uri;
}

/* Takes @poster, (nullable). */
static void
keep (SendoffQueuePosters *self, GdkPaintable *poster)
{
  if (g_hash_table_size (self->posters) >= KEPT_MAX)
    g_hash_table_remove_all (self->posters);
  g_hash_table_replace (self->posters, dup_source_uri (self->loading), poster);
  g_clear_object (&self->loading);
  look_soon (self);
}

static void
on_poster_loaded (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffQueuePosters) self = data;

  keep (self, sendoff_poster_load_finish (result, NULL));
}

/* A video that is gone, or is another one by now, has no picture; the row says what it has to say without. */
static void
on_probed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffQueuePosters) self = data;
  g_autoptr (SendoffMediaInfo) info = sendoff_engine_probe_finish (SENDOFF_ENGINE (object), result, NULL);
  g_autofree char *uri = dup_source_uri (self->loading);
  g_autoptr (GFile) file = g_file_new_for_uri (uri);

  if (info == NULL || g_cancellable_is_cancelled (self->cancellable)
      || g_strcmp0 (info->identity, sendoff_job_get_plan (self->loading)->source_identity) != 0)
    keep (self, NULL);
  else
    sendoff_poster_load_async (self->engine, file, info, self->cancellable, on_poster_loaded,
                               g_object_ref (self));
}

static void
load (SendoffQueuePosters *self, SendoffJob *job, const char *uri)
{
  g_autoptr (GFile) file = g_file_new_for_uri (uri);

  self->loading = g_object_ref (job);
  sendoff_engine_probe_async (self->engine, file, SENDOFF_PROBE_NONE, self->cancellable, on_probed,
                              g_object_ref (self));
}

static gboolean
is_in_sight (SendoffQueuePosters *self, GtkWidget *row)
{
  graphene_rect_t bounds;

  return gtk_widget_get_mapped (row) && gtk_widget_compute_bounds (row, GTK_WIDGET (self->view), &bounds)
         && graphene_rect_get_height (&bounds) > 0
         && graphene_rect_get_y (&bounds) < (float)gtk_widget_get_height (GTK_WIDGET (self->view))
         && graphene_rect_get_y (&bounds) + graphene_rect_get_height (&bounds) > 0;
}

static gboolean
look (gpointer data)
{
  SendoffQueuePosters *self = data;
  GHashTableIter iter;
  gpointer row, item;

  self->look_id = 0;
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, &row, &item))
    {
      SendoffJob *job = sendoff_queue_item_get_job (item);
      g_autofree char *uri = NULL;
      gpointer poster;

      if (sendoff_queue_item_has_poster (item) || !is_in_sight (self, row))
        continue;
      uri = dup_source_uri (job);
      if (!g_hash_table_lookup_extended (self->posters, uri, NULL, &poster))
        {
          if (self->loading == NULL)
            load (self, job, uri);
        }
      else if (poster != NULL)
        sendoff_queue_item_set_poster (item, poster);
    }
  return G_SOURCE_REMOVE;
}

static void
look_soon (SendoffQueuePosters *self)
{
  if (self->look_id == 0 && !g_cancellable_is_cancelled (self->cancellable))
    self->look_id = g_timeout_add_full (G_PRIORITY_LOW, LOOK_AFTER_MS, look, self, NULL);
}

/** sendoff_queue_posters_new: (transfer full): pictures for rows that are shown in @view. */
SendoffQueuePosters *
sendoff_queue_posters_new (SendoffEngine *engine, GtkScrolledWindow *view)
{
  SendoffQueuePosters *self = g_object_new (SENDOFF_TYPE_QUEUE_POSTERS, NULL);

  self->engine = g_object_ref (engine);
  self->view = view;
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (view), "value-changed",
                           G_CALLBACK (look_soon), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "map", G_CALLBACK (look_soon), self, G_CONNECT_SWAPPED);
  return self;
}

/** sendoff_queue_posters_add: @row shows @item from now on. */
void
sendoff_queue_posters_add (SendoffQueuePosters *self, GtkWidget *row, SendoffQueueItem *item)
{
  g_hash_table_replace (self->rows, row, g_object_ref (item));
  look_soon (self);
}

/** sendoff_queue_posters_remove: @row shows nothing any more. A picture that nobody sees is let go. */
void
sendoff_queue_posters_remove (SendoffQueuePosters *self, GtkWidget *row)
{
  SendoffQueueItem *item = g_hash_table_lookup (self->rows, row);

  if (item != NULL)
    sendoff_queue_item_set_poster (item, NULL);
  g_hash_table_remove (self->rows, row);
}

/** sendoff_queue_posters_stop: the engine is not asked any more. */
void
sendoff_queue_posters_stop (SendoffQueuePosters *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->look_id, g_source_remove);
  g_hash_table_remove_all (self->rows);
}
