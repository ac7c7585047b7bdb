#include "app/sendoff-timeline.h"

#include <glib/gi18n.h>
#include <math.h>

#include "base/sendoff-units.h"

#define HEIGHT       36 /* pixels, all of these */
#define TRACK_HEIGHT 24
#define HANDLE_WIDTH 10
#define REACH        14 /* so near to a handle the pointer means it */

#define PAGE_SECONDS 2

/* The sliders, in the order of Tab. */
typedef enum
{
  MARK_START,
  MARK_POSITION,
  MARK_END,
  N_MARKS
} Mark;

struct _SendoffTimeline
{
  GtkWidget parent_instance;
  GtkWidget *scales[N_MARKS];
  double duration, step;
  double wanted[N_MARKS]; /* what was set, which may lie beyond the duration that is set later */
  Mark dragged;
  gboolean setting; /* values change from outside, not by a person */
};

enum
{
  PROP_DURATION = 1,
  PROP_STEP,
  PROP_START,
  PROP_POSITION,
  PROP_END,
  N_PROPS
};

static const char *const names[N_MARKS]
    = { N_ ("Start of the part that is used"), N_ ("Position"), N_ ("End of the part that is used") };

G_DEFINE_FINAL_TYPE (SendoffTimeline, sendoff_timeline, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];

static double
get_value (SendoffTimeline *self, Mark mark)
{
  return gtk_range_get_value (GTK_RANGE (self->scales[mark]));
}

static void
set_value (SendoffTimeline *self, Mark mark, double value)
{
  gtk_range_set_value (GTK_RANGE (self->scales[mark]), value);
}

/* ---- Where things are ---- */

static double
time_to_x (SendoffTimeline *self, double time)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)) - 2 * HANDLE_WIDTH;

  return HANDLE_WIDTH + (self->duration > 0 ? CLAMP (time / self->duration, 0, 1) : 0) * width;
}

static double
x_to_time (SendoffTimeline *self, double x)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)) - 2 * HANDLE_WIDTH;

  return width > 0 ? CLAMP ((x - HANDLE_WIDTH) / width, 0, 1) * self->duration : 0;
}

/* The handles lie outside of what they enclose. */
static double
get_handle_x (SendoffTimeline *self, Mark mark)
{
  double x = time_to_x (self, get_value (self, mark));

  return mark == MARK_START ? x - HANDLE_WIDTH : x;
}

static Mark
find_mark (SendoffTimeline *self, double x)
{
  double to_start = fabs (get_handle_x (self, MARK_START) + HANDLE_WIDTH / 2.0 - x);
  double to_end = fabs (get_handle_x (self, MARK_END) + HANDLE_WIDTH / 2.0 - x);

  if (MIN (to_start, to_end) > REACH)
    return MARK_POSITION;
  return to_start < to_end ? MARK_START : MARK_END;
}

/* ---- Values ---- */

static void
tell_value (SendoffTimeline *self, Mark mark)
{
  g_autofree char *text = sendoff_format_timestamp ((gint64)llround (get_value (self, mark) * 1e6));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scales[mark]), GTK_ACCESSIBLE_PROPERTY_VALUE_TEXT,
                                  text, -1);
}

/* At least a frame stays between start and end. */
static void
keep_order (SendoffTimeline *self, Mark mark)
{
  if (mark == MARK_START && get_value (self, MARK_START) > get_value (self, MARK_END) - self->step)
    set_value (self, MARK_START, MAX (0, get_value (self, MARK_END) - self->step));
  else if (mark == MARK_END && get_value (self, MARK_END) < get_value (self, MARK_START) + self->step)
    set_value (self, MARK_END, MIN (self->duration, get_value (self, MARK_START) + self->step));
}

static void
on_value_changed (GtkRange *range, SendoffTimeline *self)
{
  static const guint props[N_MARKS] = { PROP_START, PROP_POSITION, PROP_END };

  gtk_widget_queue_draw (GTK_WIDGET (self));
  for (Mark mark = 0; mark < N_MARKS; mark++)
    if (GTK_WIDGET (range) == self->scales[mark])
      {
        tell_value (self, mark);
        /* A value that only follows the duration is not to change what it came from. */
        if (self->setting)
          continue;
        keep_order (self, mark);
        self->wanted[mark] = get_value (self, mark);
        g_object_notify_by_pspec (G_OBJECT (self), properties[props[mark]]);
        if (mark != MARK_POSITION)
          set_value (self, MARK_POSITION, get_value (self, mark));
      }
}

static void
set_range (SendoffTimeline *self)
{
  for (Mark mark = 0; mark < N_MARKS; mark++)
    {
      GtkAdjustment *adjustment = gtk_range_get_adjustment (GTK_RANGE (self->scales[mark]));

      gtk_adjustment_configure (adjustment, MIN (self->wanted[mark], self->duration), 0, self->duration,
                                self->step, PAGE_SECONDS, 0);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* ---- Pointer ---- */

static void
drag_to (SendoffTimeline *self, double x)
{
  set_value (self, self->dragged, x_to_time (self, x));
}

static void
on_drag_begin (SendoffTimeline *self, double x, double y)
{
  self->dragged = find_mark (self, x);
  gtk_widget_grab_focus (self->scales[self->dragged]);
  if (self->dragged == MARK_POSITION)
    drag_to (self, x);
}

static void
on_drag_update (SendoffTimeline *self, double offset_x, double offset_y, GtkGestureDrag *gesture)
{
  double start_x, start_y;

  if (gtk_gesture_drag_get_start_point (gesture, &start_x, &start_y))
    drag_to (self, start_x + offset_x);
}

/* ---- Drawing ---- */

static void
fill (GtkSnapshot *snapshot,
      const GdkRGBA *color,
      double alpha,
      double x,
      double y,
      double width,
      double height,
      double radius)
{
  GdkRGBA shade = *color;
  GskRoundedRect outline;
  graphene_rect_t bounds = GRAPHENE_RECT_INIT ((float)x, (float)y, (float)MAX (width, 0), (float)height);

  shade.alpha *= (float)alpha;
  gsk_rounded_rect_init_from_rect (&outline, &bounds, (float)radius);
  gtk_snapshot_push_rounded_clip (snapshot, &outline);
  gtk_snapshot_append_color (snapshot, &shade, &bounds);
  gtk_snapshot_pop (snapshot);
}

static void
look_up_color (SendoffTimeline *self, const char *name, GdkRGBA *color)
{
  GtkStyleContext *context = gtk_widget_get_style_context (GTK_WIDGET (self));

  if (!gtk_style_context_lookup_color (context, name, color))
    gtk_style_context_get_color (context, color);
}

static void
sendoff_timeline_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SendoffTimeline *self = SENDOFF_TIMELINE (widget);
  double width = gtk_widget_get_width (widget);
  double top = (HEIGHT - TRACK_HEIGHT) / 2.0;
  double start = get_handle_x (self, MARK_START), end = get_handle_x (self, MARK_END);
  double position = time_to_x (self, get_value (self, MARK_POSITION));
  GdkRGBA text, accent;

  gtk_style_context_get_color (gtk_widget_get_style_context (widget), &text);
  look_up_color (self, "accent_color", &accent);
  fill (snapshot, &text, 0.12, 0, top, width, TRACK_HEIGHT, 6);
  fill (snapshot, &accent, 0.3, start, top, end + HANDLE_WIDTH - start, TRACK_HEIGHT, 6);
  fill (snapshot, &accent, 1, start, top, HANDLE_WIDTH, TRACK_HEIGHT, 4);
  fill (snapshot, &accent, 1, end, top, HANDLE_WIDTH, TRACK_HEIGHT, 4);
  fill (snapshot, &text, 1, position - 1.5, 2, 3, HEIGHT - 4, 1.5);
  for (Mark mark = 0; mark < N_MARKS; mark++)
    {
      double x = mark == MARK_POSITION ? position - HANDLE_WIDTH / 2.0 : get_handle_x (self, mark);

      if (gtk_widget_has_visible_focus (self->scales[mark]))
        fill (snapshot, &accent, 0.35, x - 4, 0, HANDLE_WIDTH + 8, HEIGHT, 6);
    }
}

/* ---- Widget ---- */

static void
sendoff_timeline_measure (GtkWidget *widget,
                          GtkOrientation orientation,
                          int for_size,
                          int *minimum,
                          int *natural,
                          int *minimum_baseline,
                          int *natural_baseline)
{
  *minimum = orientation == GTK_ORIENTATION_HORIZONTAL ? 120 : HEIGHT;
  *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? 320 : HEIGHT;
}

static void
sendoff_timeline_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  SendoffTimeline *self = SENDOFF_TIMELINE (widget);

  for (Mark mark = 0; mark < N_MARKS; mark++)
    {
      int min_width, min_height;

      gtk_widget_measure (self->scales[mark], GTK_ORIENTATION_HORIZONTAL, -1, &min_width, NULL, NULL, NULL);
      gtk_widget_measure (self->scales[mark], GTK_ORIENTATION_VERTICAL, -1, &min_height, NULL, NULL, NULL);
      gtk_widget_size_allocate (
          self->scales[mark], &(GtkAllocation){ 0, 0, MAX (width, min_width), MAX (height, min_height) }, -1);
    }
}

static void
sendoff_timeline_dispose (GObject *object)
{
  SendoffTimeline *self = SENDOFF_TIMELINE (object);

  for (Mark mark = 0; mark < N_MARKS; mark++)
    g_clear_pointer (&self->scales[mark], gtk_widget_unparent);
  G_OBJECT_CLASS (sendoff_timeline_parent_class)->dispose (object);
}

static void
sendoff_timeline_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffTimeline *self = SENDOFF_TIMELINE (object);

  switch (prop_id)
    {
    case PROP_DURATION:
      g_value_set_double (value, self->duration);
      break;
    case PROP_STEP:
      g_value_set_double (value, self->step);
      break;
    case PROP_START:
    case PROP_POSITION:
    case PROP_END:
      g_value_set_double (value, get_value (self, prop_id - PROP_START));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
sendoff_timeline_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffTimeline *self = SENDOFF_TIMELINE (object);

  self->setting = TRUE;
  switch (prop_id)
    {
    case PROP_DURATION:
      self->duration = g_value_get_double (value);
      set_range (self);
      break;
    case PROP_STEP:
      self->step = g_value_get_double (value);
      set_range (self);
      break;
    case PROP_START:
    case PROP_POSITION:
    case PROP_END:
      self->wanted[prop_id - PROP_START] = g_value_get_double (value);
      set_value (self, prop_id - PROP_START, g_value_get_double (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  self->setting = FALSE;
}

static void
sendoff_timeline_class_init (SendoffTimelineClass *klass)
{
  static const char *const property_names[N_PROPS] = { NULL, "duration", "step", "start", "position", "end" };
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = sendoff_timeline_dispose;
  object_class->get_property = sendoff_timeline_get_property;
  object_class->set_property = sendoff_timeline_set_property;
  widget_class->measure = sendoff_timeline_measure;
  widget_class->size_allocate = sendoff_timeline_size_allocate;
  widget_class->snapshot = sendoff_timeline_snapshot;
  for (guint i = 1; i < N_PROPS; i++)
    properties[i]
        = g_param_spec_double (property_names[i], NULL, NULL, 0, G_MAXDOUBLE, 0,
                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_css_name (widget_class, "timeline");
}

static void
add_scale (SendoffTimeline *self, Mark mark)
{
  GtkWidget *scale = gtk_scale_new (GTK_ORIENTATION_HORIZONTAL, NULL);

  gtk_widget_set_opacity (scale, 0);
  gtk_widget_set_can_target (scale, FALSE);
  gtk_widget_set_tooltip_text (scale, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (scale), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (names[mark]), -1);
  gtk_widget_set_parent (scale, GTK_WIDGET (self));
  g_signal_connect (scale, "value-changed", G_CALLBACK (on_value_changed), self);
  g_signal_connect_swapped (scale, "notify::has-focus", G_CALLBACK (gtk_widget_queue_draw), self);
  self->scales[mark] = scale;
}

static void
sendoff_timeline_init (SendoffTimeline *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  for (Mark mark = 0; mark < N_MARKS; mark++)
    add_scale (self, mark);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
