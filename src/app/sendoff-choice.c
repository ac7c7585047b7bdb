#include "app/sendoff-choice.h"

#include <glib/gi18n.h>

#include "model/sendoff-rules.h"

struct _SendoffChoice
{
  GObject parent_instance;
  char *id; /* (nullable) */
  char *name;
  gboolean is_custom;
};

enum
{
  PROP_ID = 1,
  PROP_NAME,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffChoice, sendoff_choice, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static void
sendoff_choice_finalize (GObject *object)
{
  SendoffChoice *self = SENDOFF_CHOICE (object);

  g_free (self->id);
  g_free (self->name);
  G_OBJECT_CLASS (sendoff_choice_parent_class)->finalize (object);
}

static void
sendoff_choice_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffChoice *self = SENDOFF_CHOICE (object);

  switch (prop_id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_choice_class_init (SendoffChoiceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_choice_finalize;
  object_class->get_property = sendoff_choice_get_property;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_choice_init (SendoffChoice *self)
{
}

/** sendoff_choice_new: (transfer full): @id is %NULL for the entry that leaves it to the destination. */
SendoffChoice *
sendoff_choice_new (const char *id, const char *name)
{
  SendoffChoice *self = g_object_new (SENDOFF_TYPE_CHOICE, NULL);

  self->id = g_strdup (id);
  self->name = g_strdup (name);
  return self;
}

/** sendoff_choice_new_custom: (transfer full): a value that is in no list. */
SendoffChoice *
sendoff_choice_new_custom (const char *id, const char *name)
{
  SendoffChoice *self = sendoff_choice_new (id, name);

  self->is_custom = TRUE;
  return self;
}

/** sendoff_choice_is_custom: whether it was made by sendoff_choice_new_custom(). */
gboolean
sendoff_choice_is_custom (SendoffChoice *self)
{
  return self->is_custom;
}

/** sendoff_choice_get_id: (transfer none) (nullable): the value of the setting. */
const char *
sendoff_choice_get_id (SendoffChoice *self)
{
  return self->id;
}

/** sendoff_choice_get_name: (transfer none): what to show. */
const char *
sendoff_choice_get_name (SendoffChoice *self)
{
  return self->name;
}

static void
add (GListStore *list, const char *id, const char *name)
{
  g_autoptr (SendoffChoice) choice = sendoff_choice_new (id, name);

  g_list_store_append (list, choice);
}

static GListStore *
new_list (void)
{
  GListStore *list = g_list_store_new (SENDOFF_TYPE_CHOICE);

  add (list, NULL, _ ("Automatic"));
  return list;
}

static void
add_resolutions (GListStore *list, SendoffCatalog *catalog)
{
  GPtrArray *resolutions = sendoff_catalog_get_resolutions (catalog);

  add (list, "source", _ ("As the video"));
  for (guint i = 0; i < resolutions->len; i++)
    {
      const SendoffResolution *resolution = g_ptr_array_index (resolutions, i);
      g_autofree char *name
          = g_strdup_printf ("%s (%d×%d)", _ (resolution->name), resolution->width, resolution->height);

      add (list, resolution->preset_id, name);
    }
}

static void
add_levels (GListStore *list, SendoffCatalog *catalog)
{
  GPtrArray *levels = sendoff_catalog_get_levels (catalog);

  for (guint i = 0; i < levels->len; i++)
    {
      const SendoffQualityLevel *level = g_ptr_array_index (levels, i);

      add (list, level->level_id, _ (level->name));
    }
}

static void
add_video_codecs (GListStore *list, SendoffCatalog *catalog)
{
  GPtrArray *codecs = sendoff_catalog_get_video_codecs (catalog);

  for (guint i = 0; i < codecs->len; i++)
    {
      const SendoffVideoCodec *codec = g_ptr_array_index (codecs, i);

      if (sendoff_rules_is_implemented (codec->codec_id))
        add (list, codec->codec_id, codec->name);
    }
  add (list, "none", _ ("Sound only"));
}

static void
add_audio_codecs (GListStore *list, SendoffCatalog *catalog)
{
  GPtrArray *codecs = sendoff_catalog_get_audio_codecs (catalog);

  for (guint i = 0; i < codecs->len; i++)
    {
      const SendoffAudioCodec *codec = g_ptr_array_index (codecs, i);

      if (sendoff_rules_is_implemented (codec->codec_id))
        add (list, codec->codec_id, codec->name);
    }
  add (list, "none", _ ("No sound"));
}

static void
add_containers (GListStore *list, SendoffCatalog *catalog)
{
  GPtrArray *containers = sendoff_catalog_get_containers (catalog);

  for (guint i = 0; i < containers->len; i++)
    {
      const SendoffContainer *container = g_ptr_array_index (containers, i);

      if (sendoff_rules_is_implemented (container->format_id))
        add (list, container->format_id, container->name);
    }
}

/* What is in the catalog. */
static const struct
{
  SendoffSetting setting;
  void (*add) (GListStore *list, SendoffCatalog *catalog);
} catalog_lists[] = {
  { SENDOFF_SETTING_RESOLUTION, add_resolutions }, { SENDOFF_SETTING_QUALITY, add_levels },
  { SENDOFF_SETTING_CODEC, add_video_codecs },     { SENDOFF_SETTING_AUDIO_CODEC, add_audio_codecs },
  { SENDOFF_SETTING_CONTAINER, add_containers },
};

/* And what is not. */
static const struct
{
  SendoffSetting setting;
  const char *id, *name;
} words[] = {
  { SENDOFF_SETTING_FIT, "pad", N_ ("Whole picture with bars") },
  { SENDOFF_SETTING_FIT, "blur", N_ ("Whole picture, blurred edges") },
  { SENDOFF_SETTING_FIT, "crop", N_ ("Fill and cut off the rest") },
  { SENDOFF_SETTING_FIT, "stretch", N_ ("Stretch") },
  { SENDOFF_SETTING_CROP, "center", N_ ("Middle") },
  { SENDOFF_SETTING_CROP, "left", N_ ("Left") },
  { SENDOFF_SETTING_CROP, "right", N_ ("Right") },
  { SENDOFF_SETTING_CROP, "top", N_ ("Top") },
  { SENDOFF_SETTING_CROP, "bottom", N_ ("Bottom") },
  { SENDOFF_SETTING_RATE_CONTROL, "crf", N_ ("Even quality (CRF)") },
  { SENDOFF_SETTING_RATE_CONTROL, "abr", N_ ("Average bit rate (ABR)") },
  { SENDOFF_SETTING_RATE_CONTROL, "vbr", N_ ("Limited bit rate (VBR)") },
  { SENDOFF_SETTING_RATE_CONTROL, "cbr", N_ ("Constant bit rate (CBR)") },
  { SENDOFF_SETTING_TWO_PASS, "yes", N_ ("Yes: look at it first") },
  { SENDOFF_SETTING_TWO_PASS, "no", N_ ("No") },
  { SENDOFF_SETTING_SPEED, "ultrafast", N_ ("Fastest, for drafts") },
  { SENDOFF_SETTING_SPEED, "fast", N_ ("Fast") },
  { SENDOFF_SETTING_SPEED, "medium", N_ ("Normal") },
  { SENDOFF_SETTING_SPEED, "slow", N_ ("Slow, smaller files") },
  { SENDOFF_SETTING_SPEED, "veryslow", N_ ("Slowest, smallest files") },
  { SENDOFF_SETTING_ENCODER, "software", N_ ("The processor") },
  { SENDOFF_SETTING_ENCODER, "hardware", N_ ("The graphics card") },
  { SENDOFF_SETTING_SCALING, "bilinear", N_ ("Bilinear (fast)") },
  { SENDOFF_SETTING_SCALING, "bicubic", N_ ("Bicubic (good)") },
  { SENDOFF_SETTING_SCALING, "lanczos", N_ ("Lanczos (sharp)") },
  { SENDOFF_SETTING_SCALING, "spline", N_ ("Spline (sharp)") },
  { SENDOFF_SETTING_UPSCALE, "yes", N_ ("Yes") },
  { SENDOFF_SETTING_UPSCALE, "no", N_ ("No") },
  { SENDOFF_SETTING_FPS, "source", N_ ("As the video") },
  { SENDOFF_SETTING_FPS, "24000/1001", "23.976" },
  { SENDOFF_SETTING_FPS, "24", "24" },
  { SENDOFF_SETTING_FPS, "25", "25" },
  { SENDOFF_SETTING_FPS, "30000/1001", "29.97" },
  { SENDOFF_SETTING_FPS, "30", "30" },
  { SENDOFF_SETTING_FPS, "50", "50" },
  { SENDOFF_SETTING_FPS, "60000/1001", "59.94" },
  { SENDOFF_SETTING_FPS, "60", "60" },
  { SENDOFF_SETTING_HDR, "keep", N_ ("Keep HDR") },
  { SENDOFF_SETTING_HDR, "sdr", N_ ("Convert for ordinary screens") },
  { SENDOFF_SETTING_SIZE_PRIORITY, "quality", N_ ("Quality") },
  { SENDOFF_SETTING_SIZE_PRIORITY, "balanced", N_ ("Balanced") },
  { SENDOFF_SETTING_SIZE_PRIORITY, "size", N_ ("Size") },
  { SENDOFF_SETTING_OPTIMIZE_FOR, "streaming", N_ ("Streaming") },
  { SENDOFF_SETTING_OPTIMIZE_FOR, "download", N_ ("Download") },
  { SENDOFF_SETTING_OPTIMIZE_FOR, "archive", N_ ("Archive") },
  { SENDOFF_SETTING_AUDIO_TRACKS, "one", N_ ("One") },
  { SENDOFF_SETTING_AUDIO_TRACKS, "all", N_ ("All") },
  { SENDOFF_SETTING_LOUDNESS, "off", N_ ("As it is") },
  { SENDOFF_SETTING_LOUDNESS, "recommended", N_ ("As the place recommends") },
  { SENDOFF_SETTING_LOUDNESS, "-14", N_ ("−14 LUFS (streaming)") },
  { SENDOFF_SETTING_LOUDNESS, "-16", N_ ("−16 LUFS (podcasts)") },
  { SENDOFF_SETTING_LOUDNESS, "-23", N_ ("−23 LUFS (broadcast)") },
  { SENDOFF_SETTING_CAPTIONS_MODE, "burn", N_ ("In the picture") },
  { SENDOFF_SETTING_CAPTIONS_MODE, "track", N_ ("In the file, to be switched on") },
  { SENDOFF_SETTING_CAPTIONS_MODE, "sidecar", N_ ("In a file beside it") },
  { SENDOFF_SETTING_CAPTIONS_MODE, "off", N_ ("None") },
  { SENDOFF_SETTING_KEEP_METADATA, "yes", N_ ("Keep") },
  { SENDOFF_SETTING_KEEP_METADATA, "no", N_ ("Remove") },
};

/** sendoff_choice_list_new: (transfer full): SendoffChoice for each value of @setting that can be made; the
 * first leaves it to the destination. */
GListModel *
sendoff_choice_list_new (SendoffCatalog *catalog, SendoffSetting setting)
{
  GListStore *list = new_list ();

  for (guint i = 0; i < G_N_ELEMENTS (catalog_lists); i++)
    if (catalog_lists[i].setting == setting)
      catalog_lists[i].add (list, catalog);
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (words[i].setting == setting && sendoff_rules_is_available (setting, words[i].id))
      add (list, words[i].id, _ (words[i].name));
  return G_LIST_MODEL (list);
}

/** sendoff_choice_list_tracks: (transfer full) (nullable): SendoffChoice for each sound track of @source,
 * %NULL when it has no two. */
GListModel *
sendoff_choice_list_tracks (const SendoffMediaInfo *source)
{
  GListStore *list = new_list ();
  guint n = 0;

  for (guint i = 0; i < source->streams->len; i++)
    {
      const SendoffStreamInfo *stream = g_ptr_array_index (source->streams, i);
      const char *about = stream->title != NULL ? stream->title : stream->language;
      g_autofree char *id = g_strdup_printf ("%u", n);
      g_autofree char *name = NULL;

      if (stream->kind != SENDOFF_STREAM_AUDIO)
        continue;
      n++;
      /* Translators: the number of a sound track, and what it is called or its language */
      name = about != NULL ? g_strdup_printf (_ ("Track %u: %s"), n, about)
                           : g_strdup_printf (_ ("Track %u"), n);
      add (list, id, name);
    }
  if (n > 1)
    return G_LIST_MODEL (list);
  g_object_unref (list);
  return NULL;
}
