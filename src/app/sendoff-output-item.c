#include "app/sendoff-output-item.h"

#include <glib/gi18n.h>

#include "app/sendoff-choice.h"
#include "app/sendoff-issue-list.h"
#include "app/sendoff-left-out.h"
#include "app/sendoff-words.h"
#include "model/sendoff-estimate.h"

struct _SendoffOutputItem
{
  GObject parent_instance;
  SendoffOutputSettings *settings;
  SendoffCatalog *catalog;
  char *title;
  char *words; /* (nullable) */
  char *size;  /* (nullable) */
  double size_fraction;
  char *time; /* (nullable) */
  GListStore *issues;
  SendoffLeftOut *left_out;
  int severity;
  GHashTable *typing_problems; /* row → sentence */
  SendoffTraits traits;
  GListStore *audio_tracks;
  guint n_tracks;
};

enum
{
  PROP_SETTINGS = 1,
  PROP_CATALOG,
  PROP_TITLE,
  PROP_WORDS,
  PROP_SIZE,
  PROP_SIZE_FRACTION,
  PROP_TIME,
  PROP_ISSUES,
  PROP_SEVERITY,
  PROP_TYPING_PROBLEM,
  PROP_TRAITS,
  N_PROPS
};

enum
{
  SIGNAL_REMOVE,
  SIGNAL_LEFT_OUT,
  N_SIGNALS
};

/* What belongs to one video and is not remembered. */
static const SendoffSetting passing_settings[] = {
  SENDOFF_SETTING_START,
  SENDOFF_SETTING_END,
};

G_DEFINE_FINAL_TYPE (SendoffOutputItem, sendoff_output_item, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

/* What it is called before anything was planned. */
static char *
dup_first_title (SendoffOutputItem *self)
{
  const char *platform_id = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_PLATFORM);
  const char *preset_id = sendoff_output_settings_get_string (self->settings, SENDOFF_SETTING_PRESET);
  const SendoffPlatform *platform
      = platform_id != NULL ? sendoff_catalog_get_platform (self->catalog, platform_id) : NULL;
  const SendoffPreset *preset
      = preset_id != NULL ? sendoff_catalog_get_preset (self->catalog, preset_id) : NULL;

  if (platform != NULL)
    return g_strdup (_ (platform->name));
  return g_strdup (preset == NULL ? _ ("Video") : preset->is_system ? _ (preset->name) : preset->name);
}

static void
sendoff_output_item_constructed (GObject *object)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  G_OBJECT_CLASS (sendoff_output_item_parent_class)->constructed (object);
  self->title = dup_first_title (self);
}

static void
sendoff_output_item_finalize (GObject *object)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->catalog);
  g_clear_object (&self->issues);
  sendoff_left_out_free (self->left_out);
  g_free (self->title);
  g_clear_object (&self->audio_tracks);
  g_hash_table_unref (self->typing_problems);
  g_free (self->words);
  g_free (self->size);
  g_free (self->time);
  G_OBJECT_CLASS (sendoff_output_item_parent_class)->finalize (object);
}

static void
sendoff_output_item_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      g_value_set_object (value, self->settings);
      break;
    case PROP_CATALOG:
      g_value_set_object (value, self->catalog);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_WORDS:
      g_value_set_string (value, self->words);
      break;
    case PROP_SIZE:
      g_value_set_string (value, self->size);
      break;
    case PROP_SIZE_FRACTION:
      g_value_set_double (value, self->size_fraction);
      break;
    case PROP_TIME:
      g_value_set_string (value, self->time);
      break;
    case PROP_ISSUES:
      g_value_set_object (value, self->issues);
      break;
    case PROP_SEVERITY:
      g_value_set_int (value, self->severity);
      break;
    case PROP_TYPING_PROBLEM:
      g_value_set_string (value, sendoff_output_item_get_typing_problem (self));
      break;
    case PROP_TRAITS:
      g_value_set_uint (value, self->traits);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_output_item_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffOutputItem *self = SENDOFF_OUTPUT_ITEM (object);

  switch (prop_id)
    {
    case PROP_SETTINGS:
      self->settings = g_value_dup_object (value);
      break;
    case PROP_CATALOG:
      self->catalog = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_output_item_class_init (SendoffOutputItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = sendoff_output_item_constructed;
  object_class->finalize = sendoff_output_item_finalize;
  object_class->get_property = sendoff_output_item_get_property;
  object_class->set_property = sendoff_output_item_set_property;
  properties[PROP_SETTINGS]
      = g_param_spec_object ("settings", NULL, NULL, SENDOFF_TYPE_OUTPUT_SETTINGS, construct);
  properties[PROP_CATALOG] = g_param_spec_object ("catalog", NULL, NULL, SENDOFF_TYPE_CATALOG, construct);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_WORDS] = g_param_spec_string ("words", NULL, NULL, NULL, flags);
  properties[PROP_SIZE] = g_param_spec_string ("size", NULL, NULL, NULL, flags);
  properties[PROP_SIZE_FRACTION] = g_param_spec_double ("size-fraction", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_TIME] = g_param_spec_string ("time", NULL, NULL, NULL, flags);
  properties[PROP_ISSUES] = g_param_spec_object ("issues", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_SEVERITY]
      = g_param_spec_int ("severity", NULL, NULL, -1, SENDOFF_SEVERITY_ERROR, -1, flags);
  properties[PROP_TYPING_PROBLEM] = g_param_spec_string ("typing-problem", NULL, NULL, NULL, flags);
  properties[PROP_TRAITS] = g_param_spec_uint ("traits", NULL, NULL, 0, G_MAXUINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_REMOVE] = g_signal_new ("remove", SENDOFF_TYPE_OUTPUT_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                         NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_LEFT_OUT] = g_signal_new ("left-out", SENDOFF_TYPE_OUTPUT_ITEM, G_SIGNAL_RUN_LAST, 0, NULL,
                                           NULL, NULL, G_TYPE_NONE, 0);
}

static void
sendoff_output_item_init (SendoffOutputItem *self)
{
  self->issues = g_list_store_new (SENDOFF_TYPE_ISSUE_ITEM);
  self->left_out = sendoff_left_out_new ();
  self->severity = -1;
  self->typing_problems = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->audio_tracks = g_list_store_new (SENDOFF_TYPE_CHOICE);
}

/** sendoff_output_item_new: (transfer full): an item that edits @settings, of which a reference is kept. */
SendoffOutputItem *
sendoff_output_item_new (SendoffOutputSettings *settings, SendoffCatalog *catalog)
{
  return g_object_new (SENDOFF_TYPE_OUTPUT_ITEM, "settings", settings, "catalog", catalog, NULL);
}

/** sendoff_output_item_get_settings: (transfer none): what was asked for; edited by the row. */
SendoffOutputSettings *
sendoff_output_item_get_settings (SendoffOutputItem *self)
{
  return self->settings;
}

/** sendoff_output_item_get_catalog: (transfer none): what there is to choose from. */
SendoffCatalog *
sendoff_output_item_get_catalog (SendoffOutputItem *self)
{
  return self->catalog;
}

/** sendoff_output_item_get_title: (transfer none): "YouTube". */
const char *
sendoff_output_item_get_title (SendoffOutputItem *self)
{
  return self->title;
}

/** sendoff_output_item_get_issues: (transfer none): SendoffIssueItem of every video's plan, each sentence
 * once. */
GListModel *
sendoff_output_item_get_issues (SendoffOutputItem *self)
{
  return G_LIST_MODEL (self->issues);
}

/** sendoff_output_item_get_severity: of the worst issue, -1 when there is none. */
int
sendoff_output_item_get_severity (SendoffOutputItem *self)
{
  return self->severity;
}

/** sendoff_output_item_get_typing_problem: (transfer none) (nullable): why something that is typed in its row
 * cannot be understood. */
const char *
sendoff_output_item_get_typing_problem (SendoffOutputItem *self)
{
  GHashTableIter iter;
  gpointer problem = NULL;

  g_hash_table_iter_init (&iter, self->typing_problems);
  return g_hash_table_iter_next (&iter, NULL, &problem) ? problem : NULL;
}

/** sendoff_output_item_set_typing_problem: for @row, which alone knows what cannot be a setting; %NULL: all
 * is well. */
void
sendoff_output_item_set_typing_problem (SendoffOutputItem *self, gpointer row, const char *problem)
{
  if (g_strcmp0 (g_hash_table_lookup (self->typing_problems, row), problem) == 0)
    return;
  if (problem != NULL)
    g_hash_table_insert (self->typing_problems, row, g_strdup (problem));
  else
    g_hash_table_remove (self->typing_problems, row);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TYPING_PROBLEM]);
}

/** sendoff_output_item_get_audio_tracks: (transfer none): SendoffChoice of the video's sound tracks. */
GListModel *
sendoff_output_item_get_audio_tracks (SendoffOutputItem *self)
{
  return G_LIST_MODEL (self->audio_tracks);
}

/** sendoff_output_item_dup_remembered: (transfer full): its settings but for those of one video, as JSON
 * text. */
char *
sendoff_output_item_dup_remembered (SendoffOutputItem *self)
{
  g_autoptr (SendoffOutputSettings) kept = sendoff_output_settings_copy (self->settings);
  g_autoptr (JsonNode) node = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (passing_settings); i++)
    sendoff_output_settings_set_int (kept, passing_settings[i], -1);
  node = sendoff_output_settings_to_json (kept);
  return sendoff_json_to_text (node, FALSE);
}

/** sendoff_output_item_parse_remembered: (transfer full) (nullable): settings of such a text, %NULL when it
 * is none. */
SendoffOutputSettings *
sendoff_output_item_parse_remembered (const char *text)
{
  g_autoptr (JsonNode) node = sendoff_json_parse (text, -1, NULL);

  return node != NULL ? sendoff_output_settings_from_json (node, NULL) : NULL;
}

static void
set_text (SendoffOutputItem *self, char **member, guint prop_id, const char *text)
{
  if (g_strcmp0 (*member, text) == 0)
    return;
  g_free (*member);
  *member = g_strdup (text);
  g_object_notify_by_pspec (G_OBJECT (self), properties[prop_id]);
}

/* ---- Messages ---- */

static void
on_fix (SendoffOutputItem *self, SendoffIssueItem *issue)
{
  const SendoffFix *fix = sendoff_issue_item_get_fix (issue);

  if (fix != NULL)
    sendoff_fix_apply (fix, self->settings);
}

static void
on_leave (SendoffOutputItem *self, SendoffIssueItem *issue)
{
  sendoff_left_out_toggle (self->left_out, sendoff_issue_item_get_source (issue));
  g_signal_emit (self, signals[SIGNAL_LEFT_OUT], 0);
}

static void
apply_issues (SendoffOutputItem *self, SendoffEngine *engine, GPtrArray *plans, guint output)
{
  g_autoptr (GPtrArray) items = sendoff_issue_list_collect (engine, plans, output);
  int severity = items->len > 0 ? (int)sendoff_issue_item_get_severity (g_ptr_array_index (items, 0)) : -1;

  sendoff_left_out_add_items (self->left_out, items);
  if (sendoff_issue_list_apply (self->issues, items))
    for (guint i = 0; i < items->len; i++)
      {
        gpointer item = g_ptr_array_index (items, i);

        g_signal_connect_object (item, "fix", G_CALLBACK (on_fix), self, G_CONNECT_SWAPPED);
        g_signal_connect_object (item, "leave", G_CALLBACK (on_leave), self, G_CONNECT_SWAPPED);
      }
  if (severity == self->severity)
    return;
  self->severity = severity;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SEVERITY]);
}

/* ---- What is said about the files ---- */

static const SendoffOutputPlan *
get_planned (GPtrArray *plans, guint plan, guint output)
{
  return sendoff_plan_get_output (((SendoffDraftPlan *)g_ptr_array_index (plans, plan))->plan, output);
}

static void
apply_size (SendoffOutputItem *self, GPtrArray *plans, guint output)
{
  gint64 size_bytes = 0, low_bytes = 0, high_bytes = 0, limit_bytes = 0;
  gboolean known = plans->len > 0;
  g_autofree char *text = NULL;
  double fraction = 0;

  for (guint i = 0; i < plans->len; i++)
    {
      SendoffInterval size = sendoff_draft_plan_get_size (g_ptr_array_index (plans, i), output);

      known &= size.middle > 0;
      size_bytes += (gint64)size.middle;
      low_bytes += (gint64)size.low;
      high_bytes += (gint64)size.high;
      limit_bytes = get_planned (plans, i, output)->max_size_bytes;
      if (limit_bytes > 0)
        fraction = MAX (fraction, size.middle / (double)limit_bytes);
    }
  text = sendoff_words_for_size (known ? size_bytes : 0, low_bytes, high_bytes,
                                 plans->len == 1 ? limit_bytes : 0);
  if (plans->len == 1)
    sendoff_words_add (&text, sendoff_draft_plan_dup_quality (g_ptr_array_index (plans, 0), output));
  set_text (self, &self->size, PROP_SIZE, plans->len > 0 ? text : NULL);
  fraction = MIN (fraction, 1);
  if (fraction == self->size_fraction)
    return;
  self->size_fraction = fraction;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE_FRACTION]);
}

static void
apply_time (SendoffOutputItem *self, SendoffEngine *engine, GPtrArray *plans, guint output)
{
  gint64 work_us = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < plans->len; i++)
    work_us += sendoff_draft_plan_get_work_us (g_ptr_array_index (plans, i), output, engine);
  text = sendoff_words_for_work (work_us);
  set_text (self, &self->time, PROP_TIME, work_us > 0 ? text : NULL);
}

/* What all videos' files have in common, if anything. */
static char *
dup_words (SendoffOutputItem *self, GPtrArray *plans, guint output)
{
  g_autofree char *common = NULL;

  for (guint i = 0; i < plans->len; i++)
    {
      g_autofree char *words = sendoff_words_for_output (get_planned (plans, i, output), self->catalog);

      if (i > 0 && !g_str_equal (words, common))
        return g_strdup (_ ("different for each video"));
      g_free (common);
      common = g_steal_pointer (&words);
    }
  return g_steal_pointer (&common);
}

static void
apply_words (SendoffOutputItem *self, GPtrArray *plans, guint output)
{
  g_autofree char *words = dup_words (self, plans, output);
  g_autofree char *text = NULL;

  if (plans->len > 1)
    /* Translators: the number of files, and what they have in common */
    text = g_strdup_printf (ngettext ("%u file: %s", "%u files: %s", plans->len), plans->len, words);
  else
    text = g_steal_pointer (&words);
  if (plans->len > 0)
    set_text (self, &self->title, PROP_TITLE, _ (get_planned (plans, 0, output)->label));
  set_text (self, &self->words, PROP_WORDS, text);
}

/* ---- What can be set ---- */

static SendoffTraits
get_video_traits (SendoffOutputItem *self, const SendoffVideoPlan *video)
{
  const SendoffVideoCodec *codec = sendoff_catalog_get_video_codec (self->catalog, video->codec);
  SendoffTraits traits = SENDOFF_TRAIT_VIDEO;

  traits |= video->fit == SENDOFF_FIT_CROP ? SENDOFF_TRAIT_CROPS : 0;
  traits |= video->fit == SENDOFF_FIT_PAD ? SENDOFF_TRAIT_PADS : 0;
  if (codec == NULL)
    return traits;
  if (video->rate_control != SENDOFF_RATE_CRF)
    traits |= SENDOFF_TRAIT_BITRATE | (codec->two_pass ? SENDOFF_TRAIT_TWO_PASS : 0);
  else if (codec->quality_max > codec->quality_min)
    traits |= SENDOFF_TRAIT_CRF;
  traits |= codec->known_profiles->len > 0 ? SENDOFF_TRAIT_PROFILES : 0;
  traits |= codec->speeds->len > 0 ? SENDOFF_TRAIT_SPEEDS : 0;
  return traits;
}

/* Also when hardware was asked for where there is none, as by a preset from elsewhere. */
static SendoffTraits
get_hardware_traits (SendoffOutputItem *self, const SendoffOutputPlan *output, const SendoffMachine *machine)
{
  const SendoffVideoCodec *codec
      = output->video != NULL ? sendoff_catalog_get_video_codec (self->catalog, output->video->codec) : NULL;
  gboolean has_hardware = codec != NULL && sendoff_machine_has_hardware_for (machine, codec);

  return has_hardware || sendoff_output_settings_is_set (self->settings, SENDOFF_SETTING_ENCODER)
             ? SENDOFF_TRAIT_HARDWARE
             : 0;
}

static SendoffTraits
get_traits (SendoffOutputItem *self, const SendoffMediaInfo *source, const SendoffOutputPlan *output)
{
  const SendoffStreamInfo *stream = sendoff_media_info_get_video (source);
  const SendoffAudioCodec *audio
      = output->audio != NULL ? sendoff_catalog_get_audio_codec (self->catalog, output->audio->codec) : NULL;
  SendoffTraits traits = output->video != NULL ? get_video_traits (self, output->video) : 0;

  traits |= audio != NULL ? SENDOFF_TRAIT_SOUND : 0;
  traits |= audio != NULL && !audio->lossless ? SENDOFF_TRAIT_LOSSY_SOUND : 0;
  traits |= stream != NULL && stream->hdr != SENDOFF_HDR_NONE ? SENDOFF_TRAIT_HDR : 0;
  return traits;
}

static gboolean
is_sized (SendoffOutputItem *self)
{
  return sendoff_output_settings_is_set (self->settings, SENDOFF_SETTING_TARGET_SIZE)
         || sendoff_output_settings_is_set (self->settings, SENDOFF_SETTING_MAX_SIZE);
}

/* Of the first video that has several; which are meant is the same number in all. */
static void
apply_tracks (SendoffOutputItem *self, GPtrArray *plans)
{
  g_autoptr (GListModel) tracks = NULL;

  for (guint i = 0; tracks == NULL && i < plans->len; i++)
    {
      const SendoffDraftPlan *plan = g_ptr_array_index (plans, i);

      tracks = sendoff_choice_list_tracks (sendoff_source_item_get_info (plan->source));
    }
  if (tracks == NULL)
    self->n_tracks = 0;
  else if (self->n_tracks != g_list_model_get_n_items (tracks))
    {
      g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);

      self->n_tracks = g_list_model_get_n_items (tracks);
      for (guint i = 0; i < self->n_tracks; i++)
        g_ptr_array_add (items, g_list_model_get_item (tracks, i));
      g_list_store_splice (self->audio_tracks, 0,
                           g_list_model_get_n_items (G_LIST_MODEL (self->audio_tracks)), items->pdata,
                           items->len);
    }
}

static void
apply_traits (SendoffOutputItem *self, SendoffEngine *engine, GPtrArray *plans, guint output)
{
  SendoffTraits traits = is_sized (self) ? SENDOFF_TRAIT_SIZED : 0;

  apply_tracks (self, plans);
  traits |= self->n_tracks > 0 ? SENDOFF_TRAIT_TRACKS : 0;
  for (guint i = 0; i < plans->len; i++)
    {
      const SendoffDraftPlan *plan = g_ptr_array_index (plans, i);

      traits |= get_traits (self, sendoff_source_item_get_info (plan->source),
                            sendoff_plan_get_output (plan->plan, output));
      traits |= get_hardware_traits (self, sendoff_plan_get_output (plan->plan, output),
                                     sendoff_engine_get_machine (engine));
    }
  /* Without a video everything may come to matter. */
  if (plans->len == 0)
    traits = SENDOFF_TRAIT_VIDEO | SENDOFF_TRAIT_SPEEDS;
  if (traits == self->traits)
    return;
  self->traits = traits;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TRAITS]);
}

/**
 * sendoff_output_item_apply:
 * @plans: (element-type SendoffDraftPlan): one for each video; may be empty
 * @output: the item's index in all of them
 *
 * Shows what the planner says now.
 */
void
sendoff_output_item_apply (SendoffOutputItem *self, SendoffEngine *engine, GPtrArray *plans, guint output)
{
  g_autoptr (GPtrArray) wanted = sendoff_left_out_filter (self->left_out, plans);

  g_object_freeze_notify (G_OBJECT (self));
  apply_issues (self, engine, wanted, output);
  apply_words (self, wanted, output);
  apply_size (self, wanted, output);
  apply_time (self, engine, wanted, output);
  apply_traits (self, engine, wanted, output);
  g_object_thaw_notify (G_OBJECT (self));
}

/** sendoff_output_item_apply_estimates: shows other sizes and times of the same plans, as
 * sendoff_output_item_apply(). */
void
sendoff_output_item_apply_estimates (SendoffOutputItem *self,
                                     SendoffEngine *engine,
                                     GPtrArray *plans,
                                     guint output)
{
  g_autoptr (GPtrArray) wanted = sendoff_left_out_filter (self->left_out, plans);

  apply_size (self, wanted, output);
  apply_time (self, engine, wanted, output);
}

/** sendoff_output_item_leaves_out: whether the user does not want this file of @source. */
gboolean
sendoff_output_item_leaves_out (SendoffOutputItem *self, SendoffSourceItem *source)
{
  return sendoff_left_out_contains (self->left_out, source);
}

/** sendoff_output_item_remove: tells whoever lists it to let it go. */
void
sendoff_output_item_remove (SendoffOutputItem *self)
{
  g_signal_emit (self, signals[SIGNAL_REMOVE], 0);
}
