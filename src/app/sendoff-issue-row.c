#include "app/sendoff-issue-row.h"

#include "app/sendoff-flow-layout.h"

struct _SendoffIssueRow
{
  GtkListBoxRow parent_instance;
  SendoffIssueItem *item;
};

enum
{
  PROP_ITEM = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffIssueRow, sendoff_issue_row, GTK_TYPE_LIST_BOX_ROW)

static GParamSpec *properties[N_PROPS];

/* What the icon looks like, and the style class that colours it. */
static const struct
{
  const char *icon_name, *style;
} looks[] = {
  [SENDOFF_SEVERITY_INFO] = { "dialog-information-symbolic", "dim-label" },
  [SENDOFF_SEVERITY_WARNING] = { "dialog-warning-symbolic", "warning" },
  [SENDOFF_SEVERITY_ERROR] = { "dialog-error-symbolic", "error" },
};

static char *
get_icon_name (GObject *object, int severity, gpointer data)
{
  return g_strdup (looks[severity].icon_name);
}

static char **
get_styles (GObject *object, int severity, gpointer data)
{
  const char *styles[] = { looks[severity].style, NULL };

  return g_strdupv ((char **)styles);
}

/* Where a rule is written is a link that shows no more than the site's name. */
static gboolean
replace_address (const GMatchInfo *match, GString *result, gpointer data)
{
  g_autofree char *address = g_match_info_fetch (match, 0);
  g_autofree char *site = g_match_info_fetch (match, 1);

  g_string_append_printf (result, "<a href=\"%s\">%s</a>", address, site);
  return FALSE;
}

static char *
get_markup (GObject *object, const char *message, gpointer data)
{
  g_autoptr (GRegex) addresses = g_regex_new ("https?://(?:www\\.)?([^\\s/)\\]<>]+)[^\\s)<>,;]*", 0, 0, NULL);
  g_autofree char *escaped = message != NULL ? g_markup_escape_text (message, -1) : NULL;

  return escaped != NULL ? g_regex_replace_eval (addresses, escaped, -1, 0, 0, replace_address, NULL, NULL)
                         : NULL;
}

static gboolean
has_text (GObject *object, const char *text, gpointer data)
{
  return text != NULL && *text != '\0';
}

static gboolean
has_either (GObject *object, const char *one, const char *other, gpointer data)
{
  return one != NULL || other != NULL;
}

static void
on_fix_clicked (SendoffIssueRow *self)
{
  sendoff_issue_item_fix (self->item);
}

static void
on_leave_clicked (SendoffIssueRow *self)
{
  sendoff_issue_item_leave (self->item);
}

static void
sendoff_issue_row_constructed (GObject *object)
{
  SendoffIssueRow *self = SENDOFF_ISSUE_ROW (object);

  G_OBJECT_CLASS (sendoff_issue_row_parent_class)->constructed (object);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  sendoff_issue_item_get_message (self->item), -1);
}

static void
sendoff_issue_row_dispose (GObject *object)
{
  g_clear_object (&SENDOFF_ISSUE_ROW (object)->item);
  G_OBJECT_CLASS (sendoff_issue_row_parent_class)->dispose (object);
}

static void
sendoff_issue_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    g_value_set_object (value, SENDOFF_ISSUE_ROW (object)->item);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_issue_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ITEM)
    SENDOFF_ISSUE_ROW (object)->item = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_issue_row_class_init (SendoffIssueRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = sendoff_issue_row_constructed;
  object_class->dispose = sendoff_issue_row_dispose;
  object_class->get_property = sendoff_issue_row_get_property;
  object_class->set_property = sendoff_issue_row_set_property;
  properties[PROP_ITEM]
      = g_param_spec_object ("item", NULL, NULL, SENDOFF_TYPE_ISSUE_ITEM,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (SENDOFF_TYPE_FLOW_LAYOUT);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/story_genius/Sendoff/ui/sendoff-issue-row.ui");
  gtk_widget_class_bind_template_callback (widget_class, get_icon_name);
  gtk_widget_class_bind_template_callback (widget_class, get_styles);
  gtk_widget_class_bind_template_callback (widget_class, get_markup);
  gtk_widget_class_bind_template_callback (widget_class, has_text);
  gtk_widget_class_bind_template_callback (widget_class, has_either);
  gtk_widget_class_bind_template_callback (widget_class, on_fix_clicked);
  gtk_widget_class_bind_template_callback (widget_class, on_leave_clicked);
}

static void
sendoff_issue_row_init (SendoffIssueRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/** sendoff_issue_row_new: (transfer floating): a row for @item. */
GtkWidget *
sendoff_issue_row_new (SendoffIssueItem *item)
{
  return g_object_new (SENDOFF_TYPE_ISSUE_ROW, "item", item, NULL);
}
