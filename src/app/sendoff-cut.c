#include "app/sendoff-cut.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>
#include <math.h>

struct _SendoffCut
{
  GObject parent_instance;
  SendoffDraft *draft;
  GtkStringList *targets;
  SendoffOutputItem *target; /* (nullable): all */
  gint64 start_us, end_us;   /* as settings: -1 the video's own */
  gint64 duration_us;
  gboolean crops;
  double crop_width, crop_height, crop_x, crop_y;
};

enum
{
  PROP_TARGETS = 1,
  PROP_TARGET,
  PROP_HAS_CHOICE,
  PROP_START,
  PROP_END,
  PROP_IS_TRIMMED,
  PROP_CROPS,
  PROP_CROP_WIDTH,
  PROP_CROP_HEIGHT,
  PROP_CROP_X,
  PROP_CROP_Y,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffCut, sendoff_cut, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

static guint
count (SendoffCut *self)
{
  return g_list_model_get_n_items (sendoff_draft_get_outputs (self->draft));
}

/* (transfer full) (nullable) */
static SendoffOutputItem *
get_output (SendoffCut *self, guint index)
{
  return g_list_model_get_item (sendoff_draft_get_outputs (self->draft), index);
}

static gboolean
is_meant (SendoffCut *self, SendoffOutputItem *output)
{
  return self->target == NULL || self->target == output;
}

/* ---- From the outputs ---- */

/* Of the picture, what an output of another shape shows; the planner's crop_x and crop_y are shares of the
 * rest. */
static void
take_crop (SendoffCut *self, const SendoffStreamInfo *stream, const SendoffVideoPlan *video)
{
  double shape = (double)video->width / video->height;
  double source_shape = (double)stream->display_width / MAX (1, stream->display_height);

  self->crop_width = MIN (1, shape / source_shape);
  self->crop_height = MIN (1, source_shape / shape);
  self->crop_x = video->crop_x;
  self->crop_y = video->crop_y;
  self->crops = self->crop_width < 0.999 || self->crop_height < 0.999;
}

static void
read_crop (SendoffCut *self, const SendoffDraftPlan *plan)
{
  const SendoffStreamInfo *stream
      = plan != NULL ? sendoff_media_info_get_video (sendoff_source_item_get_info (plan->source)) : NULL;

  self->crops = FALSE;
  for (guint i = 0; stream != NULL && !self->crops && i < MIN (count (self), plan->plan->outputs->len); i++)
    {
      const SendoffVideoPlan *video = sendoff_plan_get_output (plan->plan, i)->video;
      g_autoptr (SendoffOutputItem) output = get_output (self, i);

      if (is_meant (self, output) && video != NULL && video->fit == SENDOFF_FIT_CROP)
        take_crop (self, stream, video);
    }
}

static void
read_range (SendoffCut *self)
{
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffOutputItem) output = get_output (self, i);
      SendoffOutputSettings *settings = sendoff_output_item_get_settings (output);

      if (!is_meant (self, output))
        continue;
      self->start_us = sendoff_output_settings_get_int (settings, SENDOFF_SETTING_START);
      self->end_us = sendoff_output_settings_get_int (settings, SENDOFF_SETTING_END);
      return;
    }
}

static void
notify_all (SendoffCut *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = PROP_START; i < N_PROPS; i++)
    g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
read_outputs (SendoffCut *self)
{
  SendoffSourceItem *source = sendoff_draft_get_selected_source (self->draft);
  const SendoffMediaInfo *info = source != NULL ? sendoff_source_item_get_info (source) : NULL;

  self->duration_us = info != NULL ? info->duration_us : 0;
  read_range (self);
  read_crop (self, sendoff_draft_get_selected_plan (self->draft));
  notify_all (self);
}

/* ---- To the outputs ---- */

static void
write_time (SendoffCut *self, SendoffSetting setting, gint64 time_us)
{
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffOutputItem) output = get_output (self, i);

      if (is_meant (self, output))
        sendoff_output_settings_set_int (sendoff_output_item_get_settings (output), setting, time_us);
    }
}

static void
set_start (SendoffCut *self, double seconds)
{
  gint64 time_us = (gint64)llround (seconds * 1e6);

  time_us = time_us > 0 ? time_us : -1;
  if (self->start_us == time_us)
    return;
  self->start_us = time_us;
  write_time (self, SENDOFF_SETTING_START, time_us);
  notify_all (self);
}

static void
set_end (SendoffCut *self, double seconds)
{
  gint64 time_us = (gint64)llround (seconds * 1e6);

  time_us = time_us < self->duration_us ? time_us : -1;
  if (self->end_us == time_us || self->duration_us <= 0)
    return;
  self->end_us = time_us;
  write_time (self, SENDOFF_SETTING_END, time_us);
  notify_all (self);
}

static void
write_crop (SendoffCut *self)
{
  char x[G_ASCII_DTOSTR_BUF_SIZE], y[G_ASCII_DTOSTR_BUF_SIZE];
  g_autofree char *text = NULL;

  g_ascii_formatd (x, sizeof x, "%.3f", self->crop_x);
  g_ascii_formatd (y, sizeof y, "%.3f", self->crop_y);
  text = g_strdup_printf ("%s,%s", x, y);
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffOutputItem) output = get_output (self, i);
      guint traits;

      g_object_get (output, "traits", &traits, NULL);
      if (is_meant (self, output) && (traits & SENDOFF_TRAIT_CROPS) != 0)
        sendoff_output_settings_set_string (sendoff_output_item_get_settings (output), SENDOFF_SETTING_CROP,
                                            text);
    }
}

static void
set_crop (SendoffCut *self, double *member, double value)
{
  value = CLAMP (value, 0, 1);
  if (!self->crops || fabs (*member - value) < 0.0005)
    return;
  *member = value;
  write_crop (self);
  notify_all (self);
}

/** sendoff_cut_clear: the whole video is used. */
void
sendoff_cut_clear (SendoffCut *self)
{
  set_start (self, 0);
  set_end (self, (double)self->duration_us / 1e6);
}

/* ---- Targets ---- */

static void
list_targets (SendoffCut *self)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_auto (GStrv) strings = NULL;
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->targets));

  g_strv_builder_add (names, _ ("All files"));
  for (guint i = 0; i < count (self); i++)
    {
      g_autoptr (SendoffOutputItem) output = get_output (self, i);

      g_strv_builder_add (names, sendoff_output_item_get_title (output));
    }
  strings = g_strv_builder_end (names);
  gtk_string_list_splice (self->targets, 0, n, (const char *const *)strings);
}

static guint
find_target (SendoffCut *self)
{
  for (guint i = 0; self->target != NULL && i < count (self); i++)
    {
      g_autoptr (SendoffOutputItem) output = get_output (self, i);

      if (output == self->target)
        return i + 1;
    }
  return 0;
}

static void
set_target (SendoffCut *self, guint index)
{
  g_autoptr (SendoffOutputItem) output = index > 0 ? get_output (self, index - 1) : NULL;

  /* What a list selects while its names change is nobody's choice. */
  if (index > count (self) || output == self->target)
    return;
  g_set_object (&self->target, output);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TARGET]);
  read_outputs (self);
}

/* What all others have, an output has that is added. */
static void
on_outputs_changed (SendoffCut *self, guint position, guint removed, guint added)
{
  gboolean follow
      = self->target == NULL && (self->start_us >= 0 || self->end_us >= 0) && count (self) > added;

  if (self->target != NULL && find_target (self) == 0)
    g_clear_object (&self->target);
  for (guint i = position; follow && i < position + added; i++)
    {
      g_autoptr (SendoffOutputItem) output = get_output (self, i);
      SendoffOutputSettings *settings = sendoff_output_item_get_settings (output);

      sendoff_output_settings_set_int (settings, SENDOFF_SETTING_START, self->start_us);
      sendoff_output_settings_set_int (settings, SENDOFF_SETTING_END, self->end_us);
    }
  list_targets (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TARGET]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_HAS_CHOICE]);
}

/* ---- Object ---- */

static void
sendoff_cut_finalize (GObject *object)
{
  SendoffCut *self = SENDOFF_CUT (object);

  g_clear_object (&self->target);
  g_object_unref (self->targets);
  g_object_unref (self->draft);
  G_OBJECT_CLASS (sendoff_cut_parent_class)->finalize (object);
}

static void
sendoff_cut_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffCut *self = SENDOFF_CUT (object);

  switch (prop_id)
    {
    case PROP_TARGETS:
      g_value_set_object (value, self->targets);
      break;
    case PROP_TARGET:
      g_value_set_uint (value, find_target (self));
      break;
    case PROP_HAS_CHOICE:
      g_value_set_boolean (value, count (self) > 1);
      break;
    case PROP_START:
      g_value_set_double (value, (double)MAX (0, self->start_us) / 1e6);
      break;
    case PROP_END:
      g_value_set_double (value, (double)(self->end_us >= 0 ? self->end_us : self->duration_us) / 1e6);
      break;
    case PROP_IS_TRIMMED:
      g_value_set_boolean (value, self->start_us >= 0 || self->end_us >= 0);
      break;
    case PROP_CROPS:
      g_value_set_boolean (value, self->crops);
      break;
    case PROP_CROP_WIDTH:
      g_value_set_double (value, self->crop_width);
      break;
    case PROP_CROP_HEIGHT:
      g_value_set_double (value, self->crop_height);
      break;
    case PROP_CROP_X:
      g_value_set_double (value, self->crop_x);
      break;
    case PROP_CROP_Y:
      g_value_set_double (value, self->crop_y);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_cut_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffCut *self = SENDOFF_CUT (object);

  switch (prop_id)
    {
    case PROP_TARGET:
      set_target (self, g_value_get_uint (value));
      break;
    case PROP_START:
      set_start (self, g_value_get_double (value));
      break;
    case PROP_END:
      set_end (self, g_value_get_double (value));
      break;
    case PROP_CROP_X:
      set_crop (self, &self->crop_x, g_value_get_double (value));
      break;
    case PROP_CROP_Y:
      set_crop (self, &self->crop_y, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_cut_class_init (SendoffCutClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = flags | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = sendoff_cut_finalize;
  object_class->get_property = sendoff_cut_get_property;
  object_class->set_property = sendoff_cut_set_property;
  properties[PROP_TARGETS] = g_param_spec_object ("targets", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_TARGET] = g_param_spec_uint ("target", NULL, NULL, 0, G_MAXUINT, 0, writable);
  properties[PROP_HAS_CHOICE] = g_param_spec_boolean ("has-choice", NULL, NULL, FALSE, flags);
  properties[PROP_START] = g_param_spec_double ("start", NULL, NULL, 0, G_MAXDOUBLE, 0, writable);
  properties[PROP_END] = g_param_spec_double ("end", NULL, NULL, 0, G_MAXDOUBLE, 0, writable);
  properties[PROP_IS_TRIMMED] = g_param_spec_boolean ("is-trimmed", NULL, NULL, FALSE, flags);
  properties[PROP_CROPS] = g_param_spec_boolean ("crops", NULL, NULL, FALSE, flags);
  properties[PROP_CROP_WIDTH] = g_param_spec_double ("crop-width", NULL, NULL, 0, 1, 1, flags);
  properties[PROP_CROP_HEIGHT] = g_param_spec_double ("crop-height", NULL, NULL, 0, 1, 1, flags);
  properties[PROP_CROP_X] = g_param_spec_double ("crop-x", NULL, NULL, 0, 1, 0.5, writable);
  properties[PROP_CROP_Y] = g_param_spec_double ("crop-y", NULL, NULL, 0, 1, 0.5, writable);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_cut_init (SendoffCut *self)
{
  self->targets = gtk_string_list_new (NULL);
  self->start_us = self->end_us = -1;
  self->crop_width = self->crop_height = 1;
}

/** sendoff_cut_new: (transfer full): what the outputs of @draft use of its selected video. */
SendoffCut *
sendoff_cut_new (SendoffDraft *draft)
{
  SendoffCut *self = g_object_new (SENDOFF_TYPE_CUT, NULL);

  self->draft = g_object_ref (draft);
  g_signal_connect_object (draft, "planned", G_CALLBACK (read_outputs), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (draft, "notify::selected-source", G_CALLBACK (read_outputs), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (sendoff_draft_get_outputs (draft), "items-changed",
                           G_CALLBACK (on_outputs_changed), self, G_CONNECT_SWAPPED);
  list_targets (self);
  read_outputs (self);
  return self;
}
