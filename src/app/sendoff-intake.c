#include "app/sendoff-intake.h"

#include <string.h>

#include "model/sendoff-naming.h"

/* Making the rows of so many takes about as long as a frame. */
#define ADDED_AT_ONCE 1
#define FRAME_MS      16

struct _SendoffIntake
{
  GObject parent_instance;
  GQueue waiting; /* GFile: to be told about, a few on each turn of the main loop */
  guint tell_id;
  GCancellable *cancellable;
};

enum
{
  SIGNAL_FILE,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffIntake, sendoff_intake, G_TYPE_OBJECT)

static guint signals[N_SIGNALS];

static void
sendoff_intake_dispose (GObject *object)
{
  sendoff_intake_stop (SENDOFF_INTAKE (object));
  G_OBJECT_CLASS (sendoff_intake_parent_class)->dispose (object);
}

static void
sendoff_intake_finalize (GObject *object)
{
  g_object_unref (SENDOFF_INTAKE (object)->cancellable);
  G_OBJECT_CLASS (sendoff_intake_parent_class)->finalize (object);
}

static void
sendoff_intake_class_init (SendoffIntakeClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = sendoff_intake_dispose;
  G_OBJECT_CLASS (klass)->finalize = sendoff_intake_finalize;
  signals[SIGNAL_FILE] = g_signal_new ("file", SENDOFF_TYPE_INTAKE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                       G_TYPE_NONE, 1, G_TYPE_FILE);
}

static void
sendoff_intake_init (SendoffIntake *self)
{
  g_queue_init (&self->waiting);
  self->cancellable = g_cancellable_new ();
}

/** sendoff_intake_new: (transfer full): an intake without files. */
SendoffIntake *
sendoff_intake_new (void)
{
  return g_object_new (SENDOFF_TYPE_INTAKE, NULL);
}

static gboolean
is_media (GFileInfo *info)
{
  const char *type = g_file_info_get_content_type (info);

  return !g_file_info_get_is_hidden (info) && type != NULL
         && (g_content_type_is_a (type, "video/*") || g_content_type_is_a (type, "audio/*"));
}

/** sendoff_intake_is_captions: whether @file is one of captions, by its name: its content is looked at later.
 */
gboolean
sendoff_intake_is_captions (GFile *file)
{
  static const char *const endings[] = { ".srt", ".vtt", ".ass", ".ssa" };
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *lower = g_ascii_strdown (name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]))
      return TRUE;
  return FALSE;
}

/** sendoff_intake_share_name: whether "holiday.srt" or "holiday.en.srt" were made for "holiday.mp4". */
gboolean
sendoff_intake_share_name (GFile *captions, GFile *video)
{
  g_autofree char *name = g_file_get_basename (captions);
  g_autofree char *video_name = g_file_get_basename (video);
  g_autofree char *stem = sendoff_naming_strip_extension (video_name);
  gsize length = strlen (stem);

  return g_str_has_prefix (name, stem) && name[length] == '.';
}

static int
compare_by_name (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (g_file_peek_path (*(GFile *const *)a), g_file_peek_path (*(GFile *const *)b));
}

/* The videos that lie directly in @folder, by name; NULL when it is no folder. */
static GPtrArray *
list_folder (GFile *folder, GCancellable *cancellable)
{
  g_autoptr (GFileEnumerator) children
      = g_file_enumerate_children (folder, "standard::name,standard::content-type,standard::is-hidden",
                                   G_FILE_QUERY_INFO_NONE, cancellable, NULL);
  g_autoptr (GPtrArray) found = NULL;
  GFileInfo *info;
  GFile *child;

  if (children == NULL)
    return NULL;
  found = g_ptr_array_new_with_free_func (g_object_unref);
  while (g_file_enumerator_iterate (children, &info, &child, cancellable, NULL) && info != NULL)
    if (is_media (info))
      g_ptr_array_add (found, g_object_ref (child));
  g_ptr_array_sort (found, compare_by_name);
  return g_steal_pointer (&found);
}

static void
expand_thread (GTask *task, gpointer object, gpointer data, GCancellable *cancellable)
{
  GPtrArray *files = data;
  GPtrArray *expanded = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < files->len; i++)
    {
      GFile *file = g_ptr_array_index (files, i);
      g_autoptr (GPtrArray) children = list_folder (file, cancellable);

      if (children != NULL && children->len > 0)
        g_ptr_array_extend_and_steal (expanded, g_steal_pointer (&children));
      else
        g_ptr_array_add (expanded, g_object_ref (file));
    }
  g_task_return_pointer (task, expanded, (GDestroyNotify)g_ptr_array_unref);
}

static gboolean
tell (gpointer data)
{
  SendoffIntake *self = data;

  for (guint i = 0; i < ADDED_AT_ONCE && !g_queue_is_empty (&self->waiting); i++)
    {
      g_autoptr (GFile) file = g_queue_pop_head (&self->waiting);

      g_signal_emit (self, signals[SIGNAL_FILE], 0, file);
    }
  if (!g_queue_is_empty (&self->waiting))
    return G_SOURCE_CONTINUE;
  self->tell_id = 0;
  return G_SOURCE_REMOVE;
}

static void
on_expanded (GObject *object, GAsyncResult *result, gpointer data)
{
  SendoffIntake *self = SENDOFF_INTAKE (object);
  g_autoptr (GPtrArray) files = g_task_propagate_pointer (G_TASK (result), NULL);

  for (guint i = 0; files != NULL && i < files->len; i++)
    g_queue_push_tail (&self->waiting, g_object_ref (g_ptr_array_index (files, i)));
  /* With frames in between, so that hundreds of files do not hold up the window. */
  if (files != NULL && self->tell_id == 0 && tell (self))
    self->tell_id = g_timeout_add_full (G_PRIORITY_DEFAULT_IDLE, FRAME_MS, tell, self, NULL);
}

/**
 * sendoff_intake_add:
 * @files: (element-type GFile): as they were dropped, opened or pasted
 *
 * Puts the videos of each folder in its place. A folder without any stays, so that there is something to
 * explain.
 */
void
sendoff_intake_add (SendoffIntake *self, GPtrArray *files)
{
  g_autoptr (GTask) task = g_task_new (self, self->cancellable, on_expanded, NULL);

  g_task_set_source_tag (task, sendoff_intake_add);
  g_task_set_task_data (task, g_ptr_array_ref (files), (GDestroyNotify)g_ptr_array_unref);
  g_task_run_in_thread (task, expand_thread);
}

/** sendoff_intake_stop: nothing is told any more. */
void
sendoff_intake_stop (SendoffIntake *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_handle_id (&self->tell_id, g_source_remove);
  g_queue_clear_full (&self->waiting, g_object_unref);
}
