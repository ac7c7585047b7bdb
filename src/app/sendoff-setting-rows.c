#include "app/sendoff-setting-rows.h"

#include <glib/gi18n.h>

#include "app/sendoff-choice.h"
#include "app/sendoff-choice-row.h"
#include "app/sendoff-setting-entry.h"
#include "app/sendoff-time-row.h"
#include "model/sendoff-rules.h"

typedef enum
{
  KIND_CHOICE,
  KIND_TEXT,
  KIND_TIME,
} RowKind;

typedef struct
{
  SendoffSetting setting;
  SendoffDepth depth;
  RowKind kind;
  SendoffTraits traits; /* shown while the output has one of them; 0: always */
  const char *title;
} SettingRow;

/* In the order in which they are shown. */
static const SettingRow rows[] = {
  { SENDOFF_SETTING_RESOLUTION, SENDOFF_DEPTH_USUAL, KIND_CHOICE, SENDOFF_TRAIT_VIDEO,
    N_ ("Size of the picture") },
  { SENDOFF_SETTING_FIT, SENDOFF_DEPTH_USUAL, KIND_CHOICE, SENDOFF_TRAIT_VIDEO, N_ ("If the shape differs") },
  { SENDOFF_SETTING_CROP, SENDOFF_DEPTH_USUAL, KIND_CHOICE, SENDOFF_TRAIT_CROPS, N_ ("Part to keep") },
  { SENDOFF_SETTING_QUALITY, SENDOFF_DEPTH_USUAL, KIND_CHOICE, 0, N_ ("Quality") },
  { SENDOFF_SETTING_CODEC, SENDOFF_DEPTH_USUAL, KIND_CHOICE, 0, N_ ("Video format") },
  { SENDOFF_SETTING_AUDIO_CODEC, SENDOFF_DEPTH_USUAL, KIND_CHOICE, 0, N_ ("Sound format") },
  { SENDOFF_SETTING_CONTAINER, SENDOFF_DEPTH_USUAL, KIND_CHOICE, 0, N_ ("Kind of file") },
  { SENDOFF_SETTING_CAPTIONS_MODE, SENDOFF_DEPTH_USUAL, KIND_CHOICE, SENDOFF_TRAIT_VIDEO, N_ ("Captions") },
  { SENDOFF_SETTING_SUFFIX, SENDOFF_DEPTH_USUAL, KIND_TEXT, 0, N_ ("End of the file's name") },
  { SENDOFF_SETTING_START, SENDOFF_DEPTH_USUAL, KIND_TIME, 0, N_ ("Start at (for example 0:05)") },
  { SENDOFF_SETTING_END, SENDOFF_DEPTH_USUAL, KIND_TIME, 0, N_ ("End at (for example 1:30)") },
  { SENDOFF_SETTING_RATE_CONTROL, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_VIDEO,
    N_ ("Rate control") },
  { SENDOFF_SETTING_VIDEO_BITRATE, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_BITRATE,
    N_ ("Bit rate of the picture (for example 6M)") },
  { SENDOFF_SETTING_TWO_PASS, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_TWO_PASS,
    N_ ("Two passes") },
  { SENDOFF_SETTING_CRF, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_CRF,
    N_ ("CRF (smaller is better)") },
  { SENDOFF_SETTING_TARGET_SCORE, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_CRF,
    N_ ("Score to reach (for example ssim:0.98)") },
  { SENDOFF_SETTING_TARGET_SIZE, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, 0,
    N_ ("Size of the file (for example 25MB)") },
  { SENDOFF_SETTING_MAX_SIZE, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, 0,
    N_ ("Never larger than (for example 25MB)") },
  { SENDOFF_SETTING_SIZE_PRIORITY, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_SIZED,
    N_ ("What matters more") },
  { SENDOFF_SETTING_SPEED, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_SPEEDS, N_ ("Speed") },
  { SENDOFF_SETTING_ENCODER, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_HARDWARE, N_ ("Encoded by") },
  { SENDOFF_SETTING_PROFILE, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_PROFILES, N_ ("Profile") },
  { SENDOFF_SETTING_RESOLUTION, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_VIDEO,
    N_ ("Exact size (for example 1000x500)") },
  { SENDOFF_SETTING_CROP, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_CROPS,
    N_ ("Part to keep, from 0 to 1 (for example 0.3,0.5)") },
  { SENDOFF_SETTING_PAD_COLOR, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_PADS,
    N_ ("Colour of the bars (for example #102030)") },
  { SENDOFF_SETTING_SCALING, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_VIDEO, N_ ("Scaling") },
  { SENDOFF_SETTING_UPSCALE, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_VIDEO,
    N_ ("Enlarge small videos") },
  { SENDOFF_SETTING_FPS, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_VIDEO, N_ ("Frames a second") },
  { SENDOFF_SETTING_HDR, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_HDR, N_ ("HDR") },
  { SENDOFF_SETTING_OPTIMIZE_FOR, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_VIDEO, N_ ("Made for") },
  { SENDOFF_SETTING_AUDIO_BITRATE, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_LOSSY_SOUND,
    N_ ("Bit rate of the sound (for example 192k)") },
  { SENDOFF_SETTING_AUDIO_TRACK, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_TRACKS,
    N_ ("Sound track") },
  { SENDOFF_SETTING_AUDIO_TRACKS, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_TRACKS,
    N_ ("Sound tracks to keep") },
  { SENDOFF_SETTING_LOUDNESS, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, SENDOFF_TRAIT_SOUND, N_ ("Loudness") },
  { SENDOFF_SETTING_CAPTIONS_LANGUAGE, SENDOFF_DEPTH_ADVANCED, KIND_TEXT, SENDOFF_TRAIT_VIDEO,
    N_ ("Language of the captions (for example en)") },
  { SENDOFF_SETTING_KEEP_METADATA, SENDOFF_DEPTH_ADVANCED, KIND_CHOICE, 0, N_ ("Title, date and place") },
};

/* ---- Between a setting of any type and the text of a choice ---- */

static gboolean
value_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_autoptr (GObject) settings = g_binding_dup_source (binding);

  g_value_take_string (to, sendoff_output_settings_dup_text (SENDOFF_OUTPUT_SETTINGS (settings),
                                                             (SendoffSetting)GPOINTER_TO_INT (data)));
  return TRUE;
}

static gboolean
text_to_value (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  const char *name = sendoff_setting_get_name ((SendoffSetting)GPOINTER_TO_INT (data));
  const char *text = g_value_get_string (from);
  g_autoptr (SendoffOutputSettings) scratch = sendoff_output_settings_new ();

  if (text != NULL && !sendoff_output_settings_set_from_text (scratch, name, text, NULL))
    return FALSE;
  g_object_get_property (G_OBJECT (scratch), name, to);
  return TRUE;
}

static gboolean
traits_to_visible (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_value_set_boolean (to, (g_value_get_uint (from) & GPOINTER_TO_UINT (data)) != 0);
  return TRUE;
}

/* ---- Rows ---- */

/* %NULL when there is nothing to choose between. */
static GtkWidget *
new_choice (const SettingRow *row, SendoffOutputItem *item)
{
  SendoffOutputSettings *settings = sendoff_output_item_get_settings (item);
  gboolean is_of_video = row->setting == SENDOFF_SETTING_AUDIO_TRACK;
  g_autoptr (GListModel) choices
      = is_of_video ? g_object_ref (sendoff_output_item_get_audio_tracks (item))
                    : sendoff_choice_list_new (sendoff_output_item_get_catalog (item), row->setting);
  GtkWidget *widget;

  if (!is_of_video && g_list_model_get_n_items (choices) < 3)
    return NULL;
  widget = g_object_new (SENDOFF_TYPE_CHOICE_ROW, "title", _ (row->title), NULL);
  adw_combo_row_set_model (ADW_COMBO_ROW (widget), choices);
  g_object_bind_property_full (settings, sendoff_setting_get_name (row->setting), widget, "choice-id",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, value_to_text, text_to_value,
                               GINT_TO_POINTER ((int)row->setting), NULL);
  return widget;
}

static void
on_problem_changed (SendoffOutputItem *item, GParamSpec *pspec, GtkWidget *entry)
{
  g_autofree char *problem = NULL;

  g_object_get (entry, "problem", &problem, NULL);
  sendoff_output_item_set_typing_problem (item, entry, problem);
}

static void
on_valid_changed (SendoffOutputItem *item, GParamSpec *pspec, GtkWidget *entry)
{
  gboolean valid;

  g_object_get (entry, "valid", &valid, NULL);
  sendoff_output_item_set_typing_problem (
      item, entry, valid ? NULL : _ ("A time cannot be understood. Write it like 1:30."));
}

static GtkWidget *
new_entry (const SettingRow *row, SendoffOutputItem *item)
{
  GtkWidget *entry
      = sendoff_setting_entry_new (sendoff_output_item_get_settings (item), row->setting, _ (row->title));

  g_signal_connect_object (entry, "notify::problem", G_CALLBACK (on_problem_changed), item,
                           G_CONNECT_SWAPPED);
  return entry;
}

static GtkWidget *
new_time (const SettingRow *row, SendoffOutputItem *item)
{
  GtkWidget *entry = g_object_new (SENDOFF_TYPE_TIME_ROW, "title", _ (row->title), NULL);

  g_object_bind_property (sendoff_output_item_get_settings (item), sendoff_setting_get_name (row->setting),
                          entry, "time-us", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  g_signal_connect_object (entry, "notify::valid", G_CALLBACK (on_valid_changed), item, G_CONNECT_SWAPPED);
  return entry;
}

static GtkWidget *
new_row (const SettingRow *row, SendoffOutputItem *item)
{
  switch (row->kind)
    {
    case KIND_CHOICE:
      return new_choice (row, item);
    case KIND_TEXT:
      return new_entry (row, item);
    case KIND_TIME:
    default:
      return new_time (row, item);
    }
}

/** sendoff_setting_rows_add: adds a row to @expander for everything of that depth that this version can carry
 * out. */
void
sendoff_setting_rows_add (AdwExpanderRow *expander, SendoffOutputItem *item, SendoffDepth depth)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      GtkWidget *widget;

      if (rows[i].depth != depth || !sendoff_rules_is_available (rows[i].setting, NULL))
        continue;
      widget = new_row (&rows[i], item);
      if (widget == NULL)
        continue;
      adw_expander_row_add_row (expander, widget);
      if (rows[i].traits != 0)
        g_object_bind_property_full (item, "traits", widget, "visible", G_BINDING_SYNC_CREATE,
                                     traits_to_visible, NULL, GUINT_TO_POINTER ((guint)rows[i].traits), NULL);
    }
}
