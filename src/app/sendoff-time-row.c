#include "app/sendoff-time-row.h"

#include "base/sendoff-units.h"

struct _SendoffTimeRow
{
  AdwEntryRow parent_instance;
  gint64 time_us;
  gboolean valid;
};

enum
{
  PROP_TIME_US = 1,
  PROP_VALID,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffTimeRow, sendoff_time_row, ADW_TYPE_ENTRY_ROW)

static GParamSpec *properties[N_PROPS];

/* "1:02" or "1:02.500"; whole hours only when there are some. */
static char *
dup_text (gint64 time_us)
{
  gint64 ms = time_us / 1000;
  GString *text = g_string_new (NULL);

  if (time_us < 0)
    return g_string_free (text, FALSE);
  if (ms >= 3600000)
    g_string_append_printf (text, "%d:%02d", (int)(ms / 3600000), (int)(ms / 60000 % 60));
  else
    g_string_append_printf (text, "%d", (int)(ms / 60000));
  g_string_append_printf (text, ":%02d", (int)(ms / 1000 % 60));
  if (ms % 1000 != 0)
    g_string_append_printf (text, ".%03d", (int)(ms % 1000));
  return g_string_free (text, FALSE);
}

static gboolean
parse (const char *typed, gint64 *out_us)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));

  *out_us = -1;
  return *text == '\0' || sendoff_parse_time (text, out_us);
}

static void
show_validity (SendoffTimeRow *self, gboolean is_valid)
{
  GtkAccessibleInvalidState state = is_valid ? GTK_ACCESSIBLE_INVALID_FALSE : GTK_ACCESSIBLE_INVALID_TRUE;

  if (is_valid)
    gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_INVALID, state, -1);
  if (is_valid == self->valid)
    return;
  self->valid = is_valid;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_VALID]);
}

static void
on_text_changed (SendoffTimeRow *self)
{
  gint64 time_us;

  show_validity (self, parse (gtk_editable_get_text (GTK_EDITABLE (self)), &time_us));
  if (time_us == self->time_us)
    return;
  self->time_us = time_us;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIME_US]);
}

/* What was typed stays as it is while it means the same. */
static void
set_time (SendoffTimeRow *self, gint64 time_us)
{
  g_autofree char *text = dup_text (time_us);
  gint64 typed_us;

  if (!parse (gtk_editable_get_text (GTK_EDITABLE (self)), &typed_us) || typed_us != time_us)
    gtk_editable_set_text (GTK_EDITABLE (self), text);
}

static void
sendoff_time_row_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_TIME_US)
    g_value_set_int64 (value, SENDOFF_TIME_ROW (object)->time_us);
  else if (prop_id == PROP_VALID)
    g_value_set_boolean (value, SENDOFF_TIME_ROW (object)->valid);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_time_row_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_TIME_US)
    set_time (SENDOFF_TIME_ROW (object), g_value_get_int64 (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_time_row_class_init (SendoffTimeRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = sendoff_time_row_get_property;
  object_class->set_property = sendoff_time_row_set_property;
  properties[PROP_TIME_US]
      = g_param_spec_int64 ("time-us", NULL, NULL, -1, G_MAXINT64, -1,
                            G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_VALID]
      = g_param_spec_boolean ("valid", NULL, NULL, TRUE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_time_row_init (SendoffTimeRow *self)
{
  self->time_us = -1;
  self->valid = TRUE;
  g_signal_connect (self, "changed", G_CALLBACK (on_text_changed), NULL);
}
