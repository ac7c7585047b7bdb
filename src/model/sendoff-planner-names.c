/* What an output is called, and what it says about itself: label, file name, tags, chapters. */
#include "model/sendoff-planner-private.h"

#include <string.h>

#include "model/sendoff-naming.h"

typedef struct {
  char *name; /* of the source; any bytes */
  char *pattern;
  char *date;
  gint64 timestamp;
} NameContext;

static void
name_context_clear (NameContext *self)
{
  g_free (self->name);
  g_free (self->pattern);
  g_free (self->date);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (NameContext, name_context_clear)

/* The source's leaf name, whatever bytes it has. */
static char *
dup_source_basename (SendoffRequest *request)
{
  g_autofree char *uri = NULL;
  g_autofree char *path = NULL;

  g_object_get (request, "source-uri", &uri, NULL);
  if (uri == NULL)
    return NULL;
  path = g_filename_from_uri (uri, NULL, NULL);
  if (path == NULL)
    path = g_strdup (uri);
  return g_path_get_basename (path);
}

/* "1080p" for what has that height lying down; the size for anything else. */
static char *
dup_resolution_name (SendoffPlanning *self)
{
  const SendoffVideoPlan *video = self->output->video;
  const char *asked = self->output->resolution;

  if (video == NULL)
    return g_strdup ("");
  if (asked != NULL && !g_str_equal (asked, "source"))
    return g_strdup (asked);
  if (video->width == video->height)
    return g_strdup_printf ("%dx%d", video->width, video->height);
  return g_strdup_printf ("%dp", MIN (video->width, video->height));
}

/* "H.265/HEVC" is two names of one thing: the first will do. */
static char *
dup_codec_name (SendoffPlanning *self)
{
  const char *name = self->output->video != NULL ? self->video_codec->name
                     : self->output->audio != NULL ? self->audio_codec->name
                                                   : "";

  return g_strndup (name, strcspn (name, "/"));
}

static void
name_label (SendoffPlanning *self)
{
  g_autofree char *resolution = dup_resolution_name (self);
  g_autofree char *codec = dup_codec_name (self);

  gboolean asked = sendoff_output_settings_is_set (self->asked, SENDOFF_SETTING_PLATFORM);

  /* A preset for a platform has a name of its own. */
  if (self->platform != NULL && (asked || self->preset == NULL))
    self->output->label = g_strdup (self->platform->name);
  else if (self->preset != NULL)
    self->output->label = g_strdup (self->preset->name);
  else
    self->output->label = g_strstrip (g_strdup_printf ("%s %s", resolution, codec));
  if (*self->output->label == '\0')
    {
      g_free (self->output->label);
      self->output->label = g_strdup ("Export");
    }
}

static char *
dup_file_name (SendoffPlanning *self, const NameContext *context)
{
  g_autofree char *resolution = dup_resolution_name (self);
  g_autofree char *stem = NULL;
  g_autoptr (GError) error = NULL;
  const SendoffOutputPlan *output = self->output;
  SendoffNameFields fields = {
    .name = context->name,
    .platform = output->label,
    .resolution = resolution,
    .codec = output->video != NULL ? output->video->codec : output->audio != NULL ? output->audio->codec : "",
    .quality = output->quality,
    .date = context->date,
    .timestamp = context->timestamp,
  };

  stem = sendoff_naming_expand (context->pattern, &fields, &error);
  if (stem == NULL)
    {
      sendoff_planning_issue (self, ERROR, "naming_pattern", "bad-name", "%s", error->message);
      stem = g_strdup ("export");
    }
  return sendoff_naming_join (stem, sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_SUFFIX),
                              output->extension != NULL ? output->extension : "mp4");
}

/* Some file systems do not tell capitals from small letters, so neither does a clash. */
static char *
make_unique (GHashTable *taken, char *name)
{
  g_autofree char *original = name;
  g_autofree char *candidate = g_strdup (name);

  for (guint number = 2;; number++)
    {
      g_autofree char *folded = g_utf8_casefold (candidate, -1);

      if (g_hash_table_add (taken, g_steal_pointer (&folded)))
        return g_steal_pointer (&candidate);
      g_free (candidate);
      candidate = sendoff_naming_add_number (original, number);
    }
}

/** sendoff_planner_name_outputs: labels and file names, unique within the plan. */
void
sendoff_planner_name_outputs (SendoffPlan *plan, GPtrArray *plannings)
{
  g_autoptr (GHashTable) taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_auto (NameContext) context = { 0 };

  for (guint i = 0; i < plannings->len; i++)
    {
      SendoffPlanning *planning = g_ptr_array_index (plannings, i);

      if (i == 0)
        {
          g_autofree char *basename = dup_source_basename (planning->request);

          plan->source_name = basename != NULL ? g_filename_display_name (basename) : NULL;
          context.name = sendoff_naming_strip_extension (basename != NULL ? basename : "video");
          g_object_get (planning->request, "naming-pattern", &context.pattern, "local-date", &context.date,
                        "created-at", &context.timestamp, NULL);
          if (context.pattern == NULL)
            context.pattern = g_strdup (SENDOFF_DEFAULT_NAMING_PATTERN);
        }
      name_label (planning);
      planning->output->file_name = make_unique (taken, dup_file_name (planning, &context));
    }
}

static gboolean
keeps_tag (SendoffPlanning *self, const char *key)
{
  static const char *const usual[] = { "title", "artist", "album", "date", "genre", "comment", "description",
                                       "copyright", NULL };
  gint64 keep = sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_KEEP_METADATA);
  gboolean is_social = self->platform != NULL && self->platform->social;
  g_autofree char *lower = g_ascii_strdown (key, -1);

  if (keep == 0)
    return FALSE;
  if (g_str_has_prefix (lower, "location"))
    return keep == 1 && !is_social;
  if (is_social && keep != 1)
    return g_str_equal (lower, "title");
  return g_strv_contains (usual, lower);
}

static gboolean
has_feature (SendoffPlanning *self, const char *feature)
{
  return self->container != NULL && self->container->features != NULL
         && g_strv_contains ((const char *const *)self->container->features, feature);
}

static void
plan_chapters (SendoffPlanning *self)
{
  SendoffOutputPlan *output = self->output;

  if (!has_feature (self, "chapters")
      || sendoff_output_settings_get_int (self->settings, SENDOFF_SETTING_KEEP_METADATA) == 0)
    return;
  for (guint i = 0; i < self->source->chapters->len; i++)
    {
      const SendoffChapter *chapter = g_ptr_array_index (self->source->chapters, i);
      gint64 start_us = MAX (chapter->start_us - output->start_us, 0);
      gint64 end_us = MIN (chapter->end_us - output->start_us, output->duration_us);
      SendoffChapter *copy;

      if (start_us >= end_us)
        continue;
      copy = sendoff_chapter_copy (chapter);
      copy->start_us = start_us;
      copy->end_us = end_us;
      g_ptr_array_add (output->chapters, copy);
    }
}

/** sendoff_planner_plan_metadata: what the file holds beside pictures and sound. Places never go to social platforms. */
void
sendoff_planner_plan_metadata (SendoffPlanning *self)
{
  SendoffOutputPlan *output = self->output;

  output->moov_first = has_feature (self, "moov-first");
  output->edit_list = has_feature (self, "edit-list") && !self->limits.no_edit_list;
  for (guint i = 0; i < self->source->tags->len; i++)
    {
      const SendoffTag *tag = g_ptr_array_index (self->source->tags, i);

      if (tag->key != NULL && keeps_tag (self, tag->key))
        g_ptr_array_add (output->tags, sendoff_tag_copy (tag));
    }
  plan_chapters (self);
}
