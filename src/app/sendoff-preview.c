#include "app/sendoff-preview.h"

#include <glib/gi18n.h>

#include "app/sendoff-timeline.h"
#include "app/sendoff-viewfinder.h"
#include "app/sendoff-words.h"

struct _SendoffPreview
{
  AdwBin parent_instance;
  SendoffPlayer *player; /* (nullable) */
  SendoffCut *cut;       /* (nullable) */
  GtkWidget *timeline;
  GtkWidget *viewfinder;
  GtkWidget *targets;
};

enum
{
  PROP_PLAYER = 1,
  PROP_CUT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffPreview, sendoff_preview, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* ---- What the template shows ---- */

static char *
get_play_icon (GObject *object, gboolean playing, gpointer data)
{
  return g_strdup (playing ? "media-playback-pause-symbolic" : "media-playback-start-symbolic");
}

static char *
get_play_label (GObject *object, gboolean playing, gpointer data)
{
  return g_strdup (playing ? _ ("Pause") : _ ("Play"));
}

static char *
get_place (GObject *object, double position, double duration, gpointer data)
{
  return sendoff_words_for_place ((gint64)(position * 1e6), (gint64)(duration * 1e6));
}

static char *
get_range (GObject *object, double start, double end, gboolean trimmed, gpointer data)
{
  return trimmed ? sendoff_words_for_range ((gint64)(start * 1e6), (gint64)(end * 1e6)) : g_strdup ("");
}

/* ---- Actions ---- */

static void
toggle_playing (SendoffPreview *self)
{
  gboolean playing;

  g_object_get (self->player, "playing", &playing, NULL);
  g_object_set (self->player, "playing", !playing, NULL);
}

static void
on_play_clicked (SendoffPreview *self)
{
  toggle_playing (self);
}

static void
on_picture_clicked (SendoffPreview *self)
{
  gtk_widget_child_focus (self->timeline, GTK_DIR_TAB_FORWARD);
  toggle_playing (self);
}

static void
on_reset_clicked (SendoffPreview *self)
{
  sendoff_cut_clear (self->cut);
}

static void
play (GtkWidget *widget, const char *action, GVariant *parameter)
{
  toggle_playing (SENDOFF_PREVIEW (widget));
}

/* The frame that is shown belongs to the part, whichever end it is. An end before the start means a new part:
 * the other end goes back to that of the video. */
static void
set_from_position (GtkWidget *widget, const char *action, GVariant *parameter)
{
  SendoffPreview *self = SENDOFF_PREVIEW (widget);
  double position, frame, duration, start, end;

  g_object_get (self->player, "position", &position, "frame-duration", &frame, "duration", &duration, NULL);
  g_object_get (self->cut, "start", &start, "end", &end, NULL);
  if (g_str_equal (action, "preview.set-start"))
    g_object_set (self->cut, "end", position < end ? end : duration, "start", position, NULL);
  else
    g_object_set (self->cut, "start", position >= start ? start : 0, "end", position + frame, NULL);
}

static void
step (GtkWidget *widget, const char *action, GVariant *parameter)
{
  sendoff_player_step (SENDOFF_PREVIEW (widget)->player, g_variant_get_int32 (parameter));
}

/* ---- Object ---- */

static void
bind (gpointer from, const char *property, gpointer to, const char *to_property)
{
  g_object_bind_property (from, property, to, to_property, G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
}

/** sendoff_preview_set_draft: shows the selected video of @draft; once. */
void
sendoff_preview_set_draft (SendoffPreview *self, SendoffDraft *draft)
{
  static const char *const crop_sizes[] = { "crops", "crop-width", "crop-height" };

  g_return_if_fail (self->player == NULL);
  self->player = sendoff_player_new (sendoff_draft_get_engine (draft));
  self->cut = sendoff_cut_new (draft);
  g_object_bind_property (draft, "selected-source", self->player, "source", G_BINDING_SYNC_CREATE);
  /* A template that binds a property of its own root does not let go of it in time. */
  g_object_bind_property (self->player, "has-video", self, "visible", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->player, "frame-duration", self->timeline, "step", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->player, "duration", self->timeline, "duration", G_BINDING_SYNC_CREATE);
  bind (self->player, "position", self->timeline, "position");
  bind (self->cut, "start", self->timeline, "start");
  bind (self->cut, "end", self->timeline, "end");
  g_object_bind_property (self->cut, "start", self->player, "begin", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->cut, "end", self->player, "stop", G_BINDING_SYNC_CREATE);
  g_object_bind_property (self->player, "picture", self->viewfinder, "picture", G_BINDING_SYNC_CREATE);
  for (guint i = 0; i < G_N_ELEMENTS (crop_sizes); i++)
    g_object_bind_property (self->cut, crop_sizes[i], self->viewfinder, crop_sizes[i], G_BINDING_SYNC_CREATE);
  bind (self->cut, "crop-x", self->viewfinder, "crop-x");
  bind (self->cut, "crop-y", self->viewfinder, "crop-y");
  g_object_bind_property (self->cut, "targets", self->targets, "model", G_BINDING_SYNC_CREATE);
  bind (self->cut, "target", self->targets, "selected");
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYER]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CUT]);
}

static void
sendoff_preview_dispose (GObject *object)
{
  SendoffPreview *self = SENDOFF_PREVIEW (object);

  if (self->player != NULL)
    g_object_set (self->player, "source", NULL, NULL);
  g_clear_object (&self->player);
  g_clear_object (&self->cut);
  G_OBJECT_CLASS (sendoff_preview_parent_class)->dispose (object);
}

static void
sendoff_preview_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffPreview *self = SENDOFF_PREVIEW (object);

  if (prop_id == PROP_PLAYER)
    g_value_set_object (value, self->player);
  else if (prop_id == PROP_CUT)
    g_value_set_object (value, self->cut);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
add_keys (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "preview.play", NULL, play);
  gtk_widget_class_install_action (widget_class, "preview.set-start", NULL, set_from_position);
  gtk_widget_class_install_action (widget_class, "preview.set-end", NULL, set_from_position);
  gtk_widget_class_install_action (widget_class, "preview.step", "i", step);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_space, 0, "preview.play", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_i, 0, "preview.set-start", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_o, 0, "preview.set-end", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_comma, 0, "preview.step", "i", -1);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_period, 0, "preview.step", "i", 1);
}

static void
sendoff_preview_class_init (SendoffPreviewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sendoff_preview_dispose;
  object_class->get_property = sendoff_preview_get_property;
  properties[PROP_PLAYER] = g_param_spec_object ("player", NULL, NULL, SENDOFF_TYPE_PLAYER,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  properties[PROP_CUT]
      = g_param_spec_object ("cut", NULL, NULL, SENDOFF_TYPE_CUT, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (SENDOFF_TYPE_TIMELINE);
  g_type_ensure (SENDOFF_TYPE_VIEWFINDER);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-preview.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffPreview, timeline);
  gtk_widget_class_bind_template_child (widget_class, SendoffPreview, viewfinder);
  gtk_widget_class_bind_template_child (widget_class, SendoffPreview, targets);
  gtk_widget_class_bind_template_callback (widget_class, get_play_icon);
  gtk_widget_class_bind_template_callback (widget_class, get_play_label);
  gtk_widget_class_bind_template_callback (widget_class, get_place);
  gtk_widget_class_bind_template_callback (widget_class, get_range);
  gtk_widget_class_bind_template_callback (widget_class, on_play_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_picture_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_reset_clicked);
  add_keys (widget_class);
}

static void
sendoff_preview_init (SendoffPreview *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  /* The keyboard is in the button inside, which has no name of its own. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (self->targets)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Trim and framing of"), -1);
}
