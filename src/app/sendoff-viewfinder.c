#include "app/sendoff-viewfinder.h"

#define MIN_HEIGHT     120 /* pixels */
#define NATURAL_HEIGHT 260
#define MAX_SHAPE      (16.0 / 9.0)

/* A pointer that moved less has clicked. */
#define CLICK_PIXELS 4

struct _SendoffViewfinder
{
  GtkWidget parent_instance;
  GdkPaintable *picture; /* (nullable) */
  gboolean crops;
  double crop_width, crop_height, crop_x, crop_y;
  double drag_x, drag_y; /* crop_x and crop_y where the drag began */
};

enum
{
  PROP_PICTURE = 1,
  PROP_CROPS,
  PROP_CROP_WIDTH,
  PROP_CROP_HEIGHT,
  PROP_CROP_X,
  PROP_CROP_Y,
  N_PROPS
};

enum
{
  SIGNAL_CLICKED,
  N_SIGNALS
};

G_DEFINE_FINAL_TYPE (SendoffViewfinder, sendoff_viewfinder, GTK_TYPE_WIDGET)

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

static double
get_shape (SendoffViewfinder *self)
{
  double shape = self->picture != NULL ? gdk_paintable_get_intrinsic_aspect_ratio (self->picture) : 0;

  return shape > 0 ? shape : MAX_SHAPE;
}

/* Where the picture is drawn. */
static graphene_rect_t
get_area (SendoffViewfinder *self)
{
  double width = gtk_widget_get_width (GTK_WIDGET (self)), height = gtk_widget_get_height (GTK_WIDGET (self));
  double shown_width = MIN (width, height * get_shape (self));
  double shown_height = shown_width / get_shape (self);

  return GRAPHENE_RECT_INIT ((float)((width - shown_width) / 2), (float)((height - shown_height) / 2),
                             (float)shown_width, (float)shown_height);
}

static graphene_rect_t
get_crop (SendoffViewfinder *self, const graphene_rect_t *area)
{
  double left = (1 - self->crop_width) * self->crop_x, top = (1 - self->crop_height) * self->crop_y;

  return GRAPHENE_RECT_INIT (
      area->origin.x + area->size.width * (float)left, area->origin.y + area->size.height * (float)top,
      area->size.width * (float)self->crop_width, area->size.height * (float)self->crop_height);
}

/* ---- Drawing ---- */

static void
darken (GtkSnapshot *snapshot, float left, float top, float right, float bottom)
{
  if (right > left && bottom > top)
    gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0, 0, 0, 0.6F },
                               &GRAPHENE_RECT_INIT (left, top, right - left, bottom - top));
}

static void
draw_crop (SendoffViewfinder *self, GtkSnapshot *snapshot, const graphene_rect_t *area)
{
  graphene_rect_t crop = get_crop (self, area);
  float right = area->origin.x + area->size.width, bottom = area->origin.y + area->size.height;
  float crop_right = crop.origin.x + crop.size.width, crop_bottom = crop.origin.y + crop.size.height;
  const GdkRGBA white = { 1, 1, 1, 0.9F };
  const GdkRGBA colors[4] = { white, white, white, white };
  GskRoundedRect outline;

  darken (snapshot, area->origin.x, area->origin.y, right, crop.origin.y);
  darken (snapshot, area->origin.x, crop_bottom, right, bottom);
  darken (snapshot, area->origin.x, crop.origin.y, crop.origin.x, crop_bottom);
  darken (snapshot, crop_right, crop.origin.y, right, crop_bottom);
  gsk_rounded_rect_init_from_rect (&outline, &crop, 0);
  gtk_snapshot_append_border (snapshot, &outline, (const float[4]){ 2, 2, 2, 2 }, colors);
}

static void
sendoff_viewfinder_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  SendoffViewfinder *self = SENDOFF_VIEWFINDER (widget);
  graphene_rect_t area = get_area (self);

  if (self->picture == NULL)
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &area.origin);
  gdk_paintable_snapshot (self->picture, snapshot, area.size.width, area.size.height);
  gtk_snapshot_restore (snapshot);
  if (self->crops)
    draw_crop (self, snapshot, &area);
}

/* ---- Pointer ---- */

static double
get_moved (double from, double offset, double room)
{
  return room > 1 ? CLAMP (from + offset / room, 0, 1) : from;
}

static void
on_drag_begin (SendoffViewfinder *self, double x, double y)
{
  self->drag_x = self->crop_x;
  self->drag_y = self->crop_y;
}

static void
on_drag_update (SendoffViewfinder *self, double offset_x, double offset_y)
{
  graphene_rect_t area = get_area (self);

  if (!self->crops)
    return;
  g_object_set (self, "crop-x", get_moved (self->drag_x, offset_x, (1 - self->crop_width) * area.size.width),
                "crop-y", get_moved (self->drag_y, offset_y, (1 - self->crop_height) * area.size.height),
                NULL);
}

static void
on_drag_end (SendoffViewfinder *self, double offset_x, double offset_y)
{
  if (ABS (offset_x) < CLICK_PIXELS && ABS (offset_y) < CLICK_PIXELS)
    g_signal_emit (self, signals[SIGNAL_CLICKED], 0);
}

/* ---- Widget ---- */

static GtkSizeRequestMode
sendoff_viewfinder_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

/* Always of the same shape, whatever is shown, so that nothing jumps. */
static void
sendoff_viewfinder_measure (GtkWidget *widget,
                            GtkOrientation orientation,
                            int for_size,
                            int *minimum,
                            int *natural,
                            int *minimum_baseline,
                            int *natural_baseline)
{
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 1;
      *natural = (int)(NATURAL_HEIGHT * MAX_SHAPE);
      return;
    }
  *minimum = for_size > 0 ? MAX (MIN_HEIGHT, (int)(for_size / MAX_SHAPE)) : MIN_HEIGHT;
  *natural = *minimum;
}

static void
sendoff_viewfinder_finalize (GObject *object)
{
  g_clear_object (&SENDOFF_VIEWFINDER (object)->picture);
  G_OBJECT_CLASS (sendoff_viewfinder_parent_class)->finalize (object);
}

static double *
get_member (SendoffViewfinder *self, guint prop_id)
{
  double *const members[N_PROPS] = {
    [PROP_CROP_WIDTH] = &self->crop_width,
    [PROP_CROP_HEIGHT] = &self->crop_height,
    [PROP_CROP_X] = &self->crop_x,
    [PROP_CROP_Y] = &self->crop_y,
  };

  return members[prop_id];
}

static void
sendoff_viewfinder_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffViewfinder *self = SENDOFF_VIEWFINDER (object);

  if (prop_id == PROP_PICTURE)
    g_value_set_object (value, self->picture);
  else if (prop_id == PROP_CROPS)
    g_value_set_boolean (value, self->crops);
  else if (get_member (self, prop_id) != NULL)
    g_value_set_double (value, *get_member (self, prop_id));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_viewfinder_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffViewfinder *self = SENDOFF_VIEWFINDER (object);

  if (prop_id == PROP_PICTURE)
    g_set_object (&self->picture, g_value_get_object (value));
  else if (prop_id == PROP_CROPS)
    {
      self->crops = g_value_get_boolean (value);
      gtk_widget_set_cursor_from_name (GTK_WIDGET (self), self->crops ? "move" : NULL);
    }
  else if (*get_member (self, prop_id) != g_value_get_double (value))
    {
      *get_member (self, prop_id) = g_value_get_double (value);
      g_object_notify_by_pspec (object, pspec);
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
sendoff_viewfinder_class_init (SendoffViewfinderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_viewfinder_finalize;
  object_class->get_property = sendoff_viewfinder_get_property;
  object_class->set_property = sendoff_viewfinder_set_property;
  widget_class->get_request_mode = sendoff_viewfinder_get_request_mode;
  widget_class->measure = sendoff_viewfinder_measure;
  widget_class->snapshot = sendoff_viewfinder_snapshot;
  properties[PROP_PICTURE] = g_param_spec_object ("picture", NULL, NULL, GDK_TYPE_PAINTABLE, flags);
  properties[PROP_CROPS] = g_param_spec_boolean ("crops", NULL, NULL, FALSE, flags);
  properties[PROP_CROP_WIDTH] = g_param_spec_double ("crop-width", NULL, NULL, 0, 1, 1, flags);
  properties[PROP_CROP_HEIGHT] = g_param_spec_double ("crop-height", NULL, NULL, 0, 1, 1, flags);
  properties[PROP_CROP_X] = g_param_spec_double ("crop-x", NULL, NULL, 0, 1, 0.5, flags);
  properties[PROP_CROP_Y] = g_param_spec_double ("crop-y", NULL, NULL, 0, 1, 0.5, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_CLICKED] = g_signal_new ("clicked", SENDOFF_TYPE_VIEWFINDER, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
  gtk_widget_class_set_css_name (widget_class, "viewfinder");
}

static void
sendoff_viewfinder_init (SendoffViewfinder *self)
{
  GtkGesture *drag = gtk_gesture_drag_new ();

  self->crop_width = self->crop_height = 1;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  g_signal_connect_swapped (drag, "drag-begin", G_CALLBACK (on_drag_begin), self);
  g_signal_connect_swapped (drag, "drag-update", G_CALLBACK (on_drag_update), self);
  g_signal_connect_swapped (drag, "drag-end", G_CALLBACK (on_drag_end), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drag));
}
