#include "app/sendoff-setting-entry.h"

#include "base/sendoff-i18n.h"

struct _SendoffSettingEntry
{
  AdwEntryRow parent_instance;
  SendoffOutputSettings *settings;
  SendoffSetting setting;
  gboolean typing; /* what stands here is being carried over */
  char *problem;   /* (nullable) */
};

enum
{
  PROP_PROBLEM = 1,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffSettingEntry, sendoff_setting_entry, ADW_TYPE_ENTRY_ROW)

static GParamSpec *properties[N_PROPS];

static void
take_problem (SendoffSettingEntry *self, char *problem)
{
  GtkAccessibleInvalidState state
      = problem != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE;

  if (problem != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "error");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "error");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), problem);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_INVALID, state, -1);
  g_free (self->problem);
  self->problem = problem;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROBLEM]);
}

static void
unset (SendoffSettingEntry *self)
{
  const char *name = sendoff_setting_get_name (self->setting);
  GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (self->settings), name);

  g_object_set_property (G_OBJECT (self->settings), name, g_param_spec_get_default_value (pspec));
}

/* (transfer full): the row's title says which setting it is; the name that programs know it by is left out.
 */
static char *
dup_problem (SendoffSettingEntry *self, const char *text)
{
  g_autofree char *accepted = sendoff_setting_dup_accepted (self->setting);

  return g_strdup_printf (_ ("“%s” is not understood here: write %s."), text, accepted);
}

static void
on_text_changed (SendoffSettingEntry *self)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self))));
  g_autoptr (GError) error = NULL;

  if (self->typing)
    return;
  self->typing = TRUE;
  if (*text == '\0')
    unset (self);
  else
    sendoff_output_settings_set_from_text (self->settings, sendoff_setting_get_name (self->setting), text,
                                           &error);
  take_problem (self, error != NULL ? dup_problem (self, text) : NULL);
  self->typing = FALSE;
}

/* What was typed stays as it is. */
static void
on_setting_changed (SendoffSettingEntry *self)
{
  g_autofree char *text = sendoff_output_settings_dup_text (self->settings, self->setting);

  if (self->typing)
    return;
  self->typing = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self), text != NULL ? text : "");
  take_problem (self, NULL);
  self->typing = FALSE;
}

static void
sendoff_setting_entry_finalize (GObject *object)
{
  SendoffSettingEntry *self = SENDOFF_SETTING_ENTRY (object);

  g_clear_object (&self->settings);
  g_free (self->problem);
  G_OBJECT_CLASS (sendoff_setting_entry_parent_class)->finalize (object);
}

static void
sendoff_setting_entry_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_PROBLEM)
    g_value_set_string (value, SENDOFF_SETTING_ENTRY (object)->problem);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
sendoff_setting_entry_class_init (SendoffSettingEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = sendoff_setting_entry_finalize;
  object_class->get_property = sendoff_setting_entry_get_property;
  properties[PROP_PROBLEM]
      = g_param_spec_string ("problem", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_setting_entry_init (SendoffSettingEntry *self)
{
  g_signal_connect (self, "changed", G_CALLBACK (on_text_changed), NULL);
}

/** sendoff_setting_entry_new: (transfer floating): a row that edits @setting of @settings. */
GtkWidget *
sendoff_setting_entry_new (SendoffOutputSettings *settings, SendoffSetting setting, const char *title)
{
  SendoffSettingEntry *self
      = g_object_new (SENDOFF_TYPE_SETTING_ENTRY, "title", title, "use-markup", FALSE, NULL);
  g_autofree char *signal = g_strconcat ("notify::", sendoff_setting_get_name (setting), NULL);

  self->settings = g_object_ref (settings);
  self->setting = setting;
  /* The keyboard is in the text inside, which has no name of its own. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_editable_get_delegate (GTK_EDITABLE (self))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, title, -1);
  g_signal_connect_object (settings, signal, G_CALLBACK (on_setting_changed), self, G_CONNECT_SWAPPED);
  on_setting_changed (self);
  return GTK_WIDGET (self);
}
