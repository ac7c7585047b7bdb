#include "app/sendoff-flow-layout.h"

#define DEFAULT_SPACING 6 /* pixels */

struct _SendoffFlowLayout
{
  GtkLayoutManager parent_instance;
  int spacing; /* pixels between children and between lines */
};

G_DEFINE_FINAL_TYPE (SendoffFlowLayout, sendoff_flow_layout, GTK_TYPE_LAYOUT_MANAGER)

/* The first of @child and its next siblings that is to be seen. */
static GtkWidget *
skip_hidden (GtkWidget *child)
{
  while (child != NULL && !gtk_widget_should_layout (child))
    child = gtk_widget_get_next_sibling (child);
  return child;
}

/* Puts the children of @widget into lines of @width, and really there when @allocate; the height of all lines. */
static int
lay_out (SendoffFlowLayout *self, GtkWidget *widget, int width, gboolean allocate)
{
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;
  int x = 0, y = 0, line_height = 0;

  for (GtkWidget *child = skip_hidden (gtk_widget_get_first_child (widget)); child != NULL;
       child = skip_hidden (gtk_widget_get_next_sibling (child)))
    {
      GtkRequisition least, size;

      gtk_widget_get_preferred_size (child, &least, &size);
      size.width = CLAMP (width, least.width, MAX (size.width, least.width));
      if (x > 0 && x + size.width > width)
        {
          x = 0;
          y += line_height + self->spacing;
          line_height = 0;
        }
      if (allocate)
        gtk_widget_size_allocate (
            child, &(GtkAllocation){ is_rtl ? width - x - size.width : x, y, size.width, size.height }, -1);
      x += size.width + self->spacing;
      line_height = MAX (line_height, size.height);
    }
  return y + line_height;
}

static void
get_widths (SendoffFlowLayout *self, GtkWidget *widget, int *widest, int *all)
{
  *widest = *all = 0;
  for (GtkWidget *child = skip_hidden (gtk_widget_get_first_child (widget)); child != NULL;
       child = skip_hidden (gtk_widget_get_next_sibling (child)))
    {
      int least, width;

      gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &least, &width, NULL, NULL);
      *widest = MAX (*widest, least);
      *all += width + self->spacing;
    }
}

static GtkSizeRequestMode
sendoff_flow_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sendoff_flow_layout_measure (GtkLayoutManager *manager,
                             GtkWidget *widget,
                             GtkOrientation orientation,
                             int for_size,
                             int *minimum,
                             int *natural,
                             int *minimum_baseline,
                             int *natural_baseline)
{
  SendoffFlowLayout *self = SENDOFF_FLOW_LAYOUT (manager);
  int widest, all;

  get_widths (self, widget, &widest, &all);
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = widest;
      *natural = all;
    }
  else
    *minimum = *natural = lay_out (self, widget, for_size > 0 ? for_size : all, FALSE);
}

static void
sendoff_flow_layout_allocate (GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  lay_out (SENDOFF_FLOW_LAYOUT (manager), widget, width, TRUE);
}

static void
sendoff_flow_layout_class_init (SendoffFlowLayoutClass *klass)
{
  GtkLayoutManagerClass *manager_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  manager_class->get_request_mode = sendoff_flow_layout_get_request_mode;
  manager_class->measure = sendoff_flow_layout_measure;
  manager_class->allocate = sendoff_flow_layout_allocate;
}

static void
sendoff_flow_layout_init (SendoffFlowLayout *self)
{
  self->spacing = DEFAULT_SPACING;
}

/** sendoff_flow_layout_new: (transfer full): with @spacing pixels between children and between lines. */
GtkLayoutManager *
sendoff_flow_layout_new (int spacing)
{
  SendoffFlowLayout *self = g_object_new (SENDOFF_TYPE_FLOW_LAYOUT, NULL);

  self->spacing = spacing;
  return GTK_LAYOUT_MANAGER (self);
}
