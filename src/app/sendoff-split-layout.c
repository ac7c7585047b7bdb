#include "app/sendoff-split-layout.h"

#define SIDE_BY_SIDE_WIDTH 860 /* pixels, as the others */
#define FIRST_WIDTH        380
#define SPACING            24

struct _SendoffSplitLayout
{
  GtkLayoutManager parent_instance;
};

G_DEFINE_FINAL_TYPE (SendoffSplitLayout, sendoff_split_layout, GTK_TYPE_LAYOUT_MANAGER)

static int
get_height (GtkWidget *child, int width)
{
  int minimum, natural;

  if (child == NULL || !gtk_widget_should_layout (child))
    return 0;
  gtk_widget_measure (child, GTK_ORIENTATION_VERTICAL, width, &minimum, &natural, NULL, NULL);
  return natural;
}

static int
get_min_width (GtkWidget *child)
{
  int minimum;

  if (child == NULL || !gtk_widget_should_layout (child))
    return 0;
  gtk_widget_measure (child, GTK_ORIENTATION_HORIZONTAL, -1, &minimum, NULL, NULL, NULL);
  return minimum;
}

static int
get_first_width (GtkWidget *first, int width)
{
  return width >= SIDE_BY_SIDE_WIDTH ? MAX (FIRST_WIDTH, get_min_width (first)) : width;
}

static int
get_second_width (GtkWidget *first, int width)
{
  return width >= SIDE_BY_SIDE_WIDTH ? width - get_first_width (first, width) - SPACING : width;
}

static GtkSizeRequestMode
sendoff_split_layout_get_request_mode (GtkLayoutManager *manager, GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
sendoff_split_layout_measure (GtkLayoutManager *manager,
                              GtkWidget *widget,
                              GtkOrientation orientation,
                              int for_size,
                              int *minimum,
                              int *natural,
                              int *minimum_baseline,
                              int *natural_baseline)
{
  GtkWidget *first = gtk_widget_get_first_child (widget);
  GtkWidget *second = first != NULL ? gtk_widget_get_next_sibling (first) : NULL;

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = MAX (get_min_width (first), get_min_width (second));
      *natural = MAX (*minimum, SIDE_BY_SIDE_WIDTH);
      return;
    }
  if (for_size < 0)
    for_size = MAX (get_min_width (first), get_min_width (second));
  if (for_size >= SIDE_BY_SIDE_WIDTH)
    *minimum = MAX (get_height (first, get_first_width (first, for_size)),
                    get_height (second, get_second_width (first, for_size)));
  else
    *minimum = get_height (first, for_size) + SPACING + get_height (second, for_size);
  *natural = *minimum;
}

static void
allocate (GtkWidget *child, int x, int y, int width, int height)
{
  if (child != NULL && gtk_widget_should_layout (child))
    gtk_widget_size_allocate (child, &(GtkAllocation){ x, y, width, height }, -1);
}

static void
sendoff_split_layout_allocate (
    GtkLayoutManager *manager, GtkWidget *widget, int width, int height, int baseline)
{
  GtkWidget *first = gtk_widget_get_first_child (widget);
  GtkWidget *second = first != NULL ? gtk_widget_get_next_sibling (first) : NULL;
  int first_width = get_first_width (first, width), second_width = get_second_width (first, width);
  int first_height = get_height (first, first_width), second_height = get_height (second, second_width);
  gboolean is_rtl = gtk_widget_get_direction (widget) == GTK_TEXT_DIR_RTL;

  if (width < SIDE_BY_SIDE_WIDTH)
    {
      allocate (first, 0, 0, first_width, first_height);
      allocate (second, 0, first_height + SPACING, second_width, second_height);
      return;
    }
  allocate (first, is_rtl ? second_width + SPACING : 0, 0, first_width, first_height);
  allocate (second, is_rtl ? 0 : first_width + SPACING, 0, second_width, second_height);
}

static void
sendoff_split_layout_class_init (SendoffSplitLayoutClass *klass)
{
  GtkLayoutManagerClass *layout_class = GTK_LAYOUT_MANAGER_CLASS (klass);

  layout_class->get_request_mode = sendoff_split_layout_get_request_mode;
  layout_class->measure = sendoff_split_layout_measure;
  layout_class->allocate = sendoff_split_layout_allocate;
}

static void
sendoff_split_layout_init (SendoffSplitLayout *self)
{
}
