#include "app/sendoff-export-page.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/sendoff-destination.h"
#include "app/sendoff-destination-card.h"
#include "app/sendoff-issue-row.h"
#include "app/sendoff-output-row.h"
#include "app/sendoff-preview.h"
#include "app/sendoff-recents.h"
#include "app/sendoff-release-row.h"
#include "app/sendoff-source-row.h"
#include "app/sendoff-split-layout.h"

/* Of the list of videos, which scrolls when there are more than so many; heights in pixels. */
#define MAX_ROWS_SHOWN  4
#define MIN_ROW_HEIGHT  90
#define MAX_ROW_HEIGHT  260 /* a long name and warnings in a narrow window */
#define MAX_LIST_HEIGHT 480

struct _SendoffExportPage
{
  AdwBin parent_instance;
  SendoffDraft *draft; /* (nullable) */
  gboolean show_all;
  GtkFilter *platform_filter;
  SendoffPreview *preview;
  GtkListView *sources;
  GtkListBox *outputs;
  GtkFlowBox *platforms;
  GtkFlowBox *presets;
  GtkEditable *pattern_row;
  GtkListBox *folder_issues;
  GtkFileChooserNative *folder_chooser; /* (nullable): while it is open */
};

enum
{
  PROP_DRAFT = 1,
  PROP_SHOW_ALL,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffExportPage, sendoff_export_page, ADW_TYPE_BIN)

static GParamSpec *properties[N_PROPS];

/* ---- What the template shows ---- */

static char *
get_view (GObject *object, gboolean has_sources, gpointer data)
{
  return g_strdup (has_sources ? "draft" : "empty");
}

static gboolean
has_text (GObject *object, const char *text, gpointer data)
{
  return text != NULL && *text != '\0';
}

static char *
get_more_label (GObject *object, gboolean show_all, gpointer data)
{
  return g_strdup (show_all ? _ ("Show Fewer Places") : _ ("Show More Places"));
}

/* A list view cannot tell how high its rows are before it has made them; @content is what it found then, and
 * never less than the room that it was given. A few videos are all shown: only one thing scrolls then. */
static int
get_list_height (GObject *object, guint n_sources, double content, gpointer data)
{
  int n = (int)MIN (n_sources, MAX_ROWS_SHOWN);
  int most = n_sources > MAX_ROWS_SHOWN ? MAX_LIST_HEIGHT : n * MAX_ROW_HEIGHT;

  return CLAMP ((int)content, n * MIN_ROW_HEIGHT, most);
}

/* Where the list of videos ends, the wheel moves the page: GTK would let it end there. */
static gboolean
on_sources_scrolled (GtkEventControllerScroll *scroll, double dx, double dy, SendoffExportPage *self)
{
  GtkWidget *list = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (scroll));
  GtkWidget *page = gtk_widget_get_ancestor (gtk_widget_get_parent (list), GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *inner = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (list));
  GtkAdjustment *outer = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (page));
  double value = gtk_adjustment_get_value (inner), size = gtk_adjustment_get_page_size (inner);
  gboolean is_at_end
      = dy < 0 ? value <= gtk_adjustment_get_lower (inner) : value + size >= gtk_adjustment_get_upper (inner);
  gboolean is_wheel = gtk_event_controller_scroll_get_unit (scroll) == GDK_SCROLL_UNIT_WHEEL;

  if (!is_at_end)
    return FALSE;
  /* The step is the one that GTK takes with a wheel. */
  gtk_adjustment_set_value (outer,
                            gtk_adjustment_get_value (outer)
                                + dy * (is_wheel ? pow (gtk_adjustment_get_page_size (outer), 2.0 / 3) : 1));
  return TRUE;
}

/* ---- Lists ---- */

static GtkWidget *
create_output_row (gpointer item, gpointer data)
{
  return sendoff_output_row_new (item);
}

static GtkWidget *
create_issue_row (gpointer item, gpointer data)
{
  return sendoff_issue_row_new (item);
}

static GtkWidget *
create_card (gpointer item, gpointer data)
{
  return sendoff_destination_card_new (item);
}

/* What is chosen stays in sight. */
static gboolean
is_shown_platform (gpointer item, gpointer data)
{
  SendoffExportPage *self = data;

  return !sendoff_destination_is_preset (item)
         && (self->show_all || sendoff_destination_is_usual (item) || sendoff_destination_get_chosen (item));
}

static gboolean
is_preset (gpointer item, gpointer data)
{
  return sendoff_destination_is_preset (item);
}

static void
bind_cards (GtkFlowBox *box, GListModel *destinations, GtkFilter *filter)
{
  g_autoptr (GtkFilterListModel) shown
      = gtk_filter_list_model_new (g_object_ref (destinations), g_object_ref (filter));

  gtk_flow_box_bind_model (box, G_LIST_MODEL (shown), create_card, NULL, NULL);
}

/* ---- Actions ---- */

static void
on_add_output_activated (SendoffExportPage *self)
{
  sendoff_draft_add_output (self->draft);
}

static void
on_more_clicked (SendoffExportPage *self)
{
  self->show_all = !self->show_all;
  gtk_filter_changed (self->platform_filter,
                      self->show_all ? GTK_FILTER_CHANGE_LESS_STRICT : GTK_FILTER_CHANGE_MORE_STRICT);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SHOW_ALL]);
}

static void
on_folder_chosen (SendoffExportPage *self, int response)
{
  if (response == GTK_RESPONSE_ACCEPT)
    {
      g_autoptr (GFile) folder = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (self->folder_chooser));

      sendoff_draft_set_folder (self->draft, folder);
    }
  g_clear_object (&self->folder_chooser);
}

static void
on_choose_folder_clicked (SendoffExportPage *self)
{
  GtkWindow *window = GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self)));

  if (self->folder_chooser != NULL)
    return;
  self->folder_chooser = gtk_file_chooser_native_new (
      _ ("Save To"), window, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Select"), _ ("_Cancel"));
  gtk_native_dialog_set_modal (GTK_NATIVE_DIALOG (self->folder_chooser), TRUE);
  g_signal_connect_swapped (self->folder_chooser, "response", G_CALLBACK (on_folder_chosen), self);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (self->folder_chooser));
}

static void
on_pattern_applied (SendoffExportPage *self)
{
  sendoff_draft_set_naming_pattern (self->draft, gtk_editable_get_text (self->pattern_row));
}

static void
on_reset_folder_clicked (SendoffExportPage *self)
{
  sendoff_draft_set_folder (self->draft, NULL);
}

/* One video is always selected: the one in the preview. */
static void
bind_sources (SendoffExportPage *self)
{
  g_autoptr (GtkSingleSelection) selection
      = gtk_single_selection_new (g_object_ref (sendoff_draft_get_sources (self->draft)));

  g_object_bind_property (selection, "selected-item", self->draft, "selected-source", G_BINDING_SYNC_CREATE);
  gtk_list_view_set_model (self->sources, GTK_SELECTION_MODEL (selection));
}

static void
bind_lists (SendoffExportPage *self)
{
  GListModel *destinations = sendoff_draft_get_destinations (self->draft);
  g_autoptr (GtkFilter) presets = GTK_FILTER (gtk_custom_filter_new (is_preset, NULL, NULL));

  bind_sources (self);
  gtk_list_box_bind_model (self->outputs, sendoff_draft_get_outputs (self->draft), create_output_row, NULL,
                           NULL);
  gtk_list_box_bind_model (self->folder_issues, sendoff_draft_get_folder_issues (self->draft),
                           create_issue_row, NULL, NULL);
  g_object_bind_property (self->draft, "naming-pattern", self->pattern_row, "text", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (self->draft, "folder-wanted", G_CALLBACK (on_choose_folder_clicked), self,
                           G_CONNECT_SWAPPED);
  bind_cards (self->platforms, destinations, self->platform_filter);
  bind_cards (self->presets, destinations, presets);
}

/* ---- Object ---- */

static void
sendoff_export_page_dispose (GObject *object)
{
  SendoffExportPage *self = SENDOFF_EXPORT_PAGE (object);

  if (self->folder_chooser != NULL)
    gtk_native_dialog_destroy (GTK_NATIVE_DIALOG (self->folder_chooser));
  g_clear_object (&self->folder_chooser);
  g_clear_object (&self->platform_filter);
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (sendoff_export_page_parent_class)->dispose (object);
}

static void
sendoff_export_page_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  SendoffExportPage *self = SENDOFF_EXPORT_PAGE (object);

  if (prop_id == PROP_DRAFT)
    g_value_set_object (value, self->draft);
  else if (prop_id == PROP_SHOW_ALL)
    g_value_set_boolean (value, self->show_all);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_export_page_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  SendoffExportPage *self = SENDOFF_EXPORT_PAGE (object);

  if (prop_id != PROP_DRAFT)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      return;
    }
  if (!g_set_object (&self->draft, g_value_get_object (value)) || self->draft == NULL)
    return;
  sendoff_preview_set_draft (self->preview, self->draft);
  bind_lists (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-export-page.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffExportPage, preview);
  gtk_widget_class_bind_template_child (widget_class, SendoffExportPage, sources);
  gtk_widget_class_bind_template_child (widget_class, SendoffExportPage, outputs);
  gtk_widget_class_bind_template_child (widget_class, SendoffExportPage, platforms);
  gtk_widget_class_bind_template_child (widget_class, SendoffExportPage, presets);
  gtk_widget_class_bind_template_child (widget_class, SendoffExportPage, pattern_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffExportPage, folder_issues);
  gtk_widget_class_bind_template_callback (widget_class, get_view);
  gtk_widget_class_bind_template_callback (widget_class, get_list_height);
  gtk_widget_class_bind_template_callback (widget_class, on_sources_scrolled);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, get_more_label);
  gtk_widget_class_bind_template_callback (widget_class, on_add_output_activated);
  gtk_widget_class_bind_template_callback (widget_class, on_more_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_choose_folder_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_reset_folder_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_pattern_applied);
}

static void
sendoff_export_page_class_init (SendoffExportPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = sendoff_export_page_dispose;
  object_class->get_property = sendoff_export_page_get_property;
  object_class->set_property = sendoff_export_page_set_property;
  properties[PROP_DRAFT]
      = g_param_spec_object ("draft", NULL, NULL, SENDOFF_TYPE_DRAFT,
                             G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_SHOW_ALL]
      = g_param_spec_boolean ("show-all", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (SENDOFF_TYPE_PREVIEW);
  g_type_ensure (SENDOFF_TYPE_SOURCE_ROW);
  g_type_ensure (SENDOFF_TYPE_SPLIT_LAYOUT);
  g_type_ensure (SENDOFF_TYPE_RECENTS);
  g_type_ensure (SENDOFF_TYPE_RELEASE_ROW);
  bind_template (GTK_WIDGET_CLASS (klass));
}

static void
sendoff_export_page_init (SendoffExportPage *self)
{
  self->platform_filter = GTK_FILTER (gtk_custom_filter_new (is_shown_platform, self, NULL));
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_editable_get_delegate (self->pattern_row)),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Names of the files"), -1);
}
