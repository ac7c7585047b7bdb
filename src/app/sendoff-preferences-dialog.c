#include "app/sendoff-preferences-dialog.h"

#include <glib/gi18n.h>

#include "app/sendoff-choice-row.h"
#include "app/sendoff-choice.h"
#include "base/sendoff-units.h"

#define GIGABYTE G_GINT64_CONSTANT (1000000000)

struct _SendoffPreferencesDialog
{
  AdwPreferencesWindow parent_instance;
  SendoffEngine *engine;
  GCancellable *cancellable;
  AdwPreferencesGroup *work_group;
  AdwPreferencesGroup *kept_group;
  AdwPreferencesGroup *waiting_group;
  AdwPreferencesGroup *start_group;
  AdwActionRow *kept_row;
  GtkWidget *clear_button;
};

G_DEFINE_FINAL_TYPE (SendoffPreferencesDialog, sendoff_preferences_dialog, ADW_TYPE_PREFERENCES_WINDOW)

/* Where the rows of a table belong. */
#define GROUP(name) G_STRUCT_OFFSET (SendoffPreferencesDialog, name##_group)

/* A number that is chosen from a list. */
typedef struct
{
  goffset group;
  const char *property; /* of SendoffSettings */
  const char *title;
  const char *subtitle;  /* (nullable) */
  const char *automatic; /* the words for the smallest number */
  const char *zero;      /* (nullable): those for 0, when that is not the smallest */
  const char *sizes;     /* (nullable): gigabytes to choose from; NULL: the numbers up to that of cores */
} NumberRow;

static const NumberRow number_rows[] = {
  { GROUP (work), "cores", N_ ("Processor cores"),
    N_ ("How many pieces of video are encoded at the same time"), N_ ("All of them"), NULL, NULL },
  { GROUP (work), "memory-limit", N_ ("Memory"),
    N_ ("The most that encoding takes. With little, it takes longer."), N_ ("What is free"), NULL,
    "1 2 4 8 16 32" },
  { GROUP (kept), "cache-limit", N_ ("Keep at most"), NULL, N_ ("What the disk has room for"), N_ ("Nothing"), "1 5 10 20 50 100" },
};

static const struct
{
  goffset group;
  const char *property; /* of SendoffSettings */
  const char *title, *subtitle;
} switch_rows[] = {
  { GROUP (waiting), "pause-on-low-battery", N_ ("Low battery"),
    N_ ("Exports wait until the computer is charged or plugged in") },
  { GROUP (waiting), "pause-on-power-saver", N_ ("Power saver mode"),
    N_ ("Exports wait while the desktop saves power") },
  { GROUP (waiting), "pause-on-low-disk", N_ ("Disk nearly full"),
    N_ ("Exports wait before the last of the free space is used") },
  { GROUP (waiting), "queue-paused", N_ ("Hold everything"),
    N_ ("Nothing is encoded until this is turned off") },
  { GROUP (start), "resume-automatically", N_ ("Go on with interrupted exports"),
    N_ ("When Sendoff opens, without asking") },
};

/* ---- Numbers ---- */

static char *
dup_id (gint64 number)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

static void
add_choice (GListStore *choices, gint64 number, const char *name)
{
  g_autofree char *id = dup_id (number);
  g_autoptr (SendoffChoice) choice = sendoff_choice_new (id, name);

  g_list_store_append (choices, choice);
}

static char *
dup_name (const NumberRow *row, gint64 number)
{
  return row->sizes != NULL ? sendoff_format_size (number) : dup_id (number);
}

static void
add_numbers (GListStore *choices, const NumberRow *row, int n_cores)
{
  g_auto (GStrv) sizes = row->sizes != NULL ? g_strsplit (row->sizes, " ", -1) : NULL;
  guint n = sizes != NULL ? g_strv_length (sizes) : (guint)MAX (n_cores, 1);

  for (guint i = 0; i < n; i++)
    {
      gint64 number = sizes != NULL ? g_ascii_strtoll (sizes[i], NULL, 10) * GIGABYTE : (gint64)i + 1;
      g_autofree char *name = dup_name (row, number);

      add_choice (choices, number, name);
    }
}

/* What was set elsewhere may be none of the usual numbers. */
static void
ensure_choice (GListStore *choices, const NumberRow *row, gint64 number)
{
  g_autofree char *id = dup_id (number);
  g_autofree char *name = dup_name (row, number);
  g_autoptr (SendoffChoice) custom = sendoff_choice_new_custom (id, name);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (choices)); i++)
    {
      g_autoptr (SendoffChoice) choice = g_list_model_get_item (G_LIST_MODEL (choices), i);

      if (g_str_equal (sendoff_choice_get_id (choice), id))
        return;
    }
  g_list_store_append (choices, custom);
}

static gboolean
number_to_choice (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_autoptr (GObject) widget = g_binding_dup_target (binding);
  GListModel *choices = adw_combo_row_get_model (ADW_COMBO_ROW (widget));
  g_auto (GValue) number = G_VALUE_INIT;

  g_value_init (&number, G_TYPE_INT64);
  g_value_transform (from, &number);
  ensure_choice (G_LIST_STORE (choices), data, g_value_get_int64 (&number));
  g_value_take_string (to, dup_id (g_value_get_int64 (&number)));
  return TRUE;
}

static gboolean
choice_to_number (GBinding *binding, const GValue *from, GValue *to, gpointer data)
{
  g_auto (GValue) number = G_VALUE_INIT;

  if (g_value_get_string (from) == NULL)
    return FALSE;
  g_value_init (&number, G_TYPE_INT64);
  g_value_set_int64 (&number, g_ascii_strtoll (g_value_get_string (from), NULL, 10));
  return g_value_transform (&number, to);
}

static GtkWidget *
new_number_row (SendoffPreferencesDialog *self, const NumberRow *row)
{
  g_autoptr (GListStore) choices = g_list_store_new (SENDOFF_TYPE_CHOICE);
  const char *subtitle = row->subtitle != NULL ? _ (row->subtitle) : "";
  GtkWidget *widget = g_object_new (SENDOFF_TYPE_CHOICE_ROW, "title", _ (row->title), "subtitle", subtitle,
                                    "use-markup", FALSE, NULL);

  add_choice (choices, row->zero != NULL ? -1 : 0, _ (row->automatic));
  if (row->zero != NULL)
    add_choice (choices, 0, _ (row->zero));
  add_numbers (choices, row, sendoff_engine_get_machine (self->engine)->cores);
  adw_combo_row_set_model (ADW_COMBO_ROW (widget), G_LIST_MODEL (choices));
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, subtitle, -1);
  g_object_bind_property_full (sendoff_engine_get_settings (self->engine), row->property, widget, "choice-id",
                               G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL, number_to_choice,
                               choice_to_number, (gpointer)row, NULL);
  return widget;
}

/* ---- Switches ---- */

static GtkWidget *
new_switch_row (SendoffPreferencesDialog *self, guint i)
{
  GtkWidget *row = g_object_new (ADW_TYPE_ACTION_ROW, "title", _ (switch_rows[i].title), "subtitle",
                                 _ (switch_rows[i].subtitle), "use-markup", FALSE, NULL);
  GtkWidget *toggle = g_object_new (GTK_TYPE_SWITCH, "valign", GTK_ALIGN_CENTER, NULL);

  adw_action_row_add_suffix (ADW_ACTION_ROW (row), toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), toggle);
  /* The row names it by its title. From libadwaita 1.7 on it also points to the label of its subtitle, of which GTK
   * tells screen readers nothing. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_RELATION_DESCRIBED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  _ (switch_rows[i].subtitle), -1);
  g_object_bind_property (sendoff_engine_get_settings (self->engine), switch_rows[i].property, toggle,
                          "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  return row;
}

/* ---- Kept work ---- */

static void
show_facts (SendoffPreferencesDialog *self, const SendoffCacheFacts *facts)
{
  g_autofree char *kept = sendoff_format_size (facts->use.kept_bytes);
  g_autofree char *limit = sendoff_format_size (facts->limit_bytes);
  /* Translators: two sizes, like “1.2 GB of at most 10 GB” */
  g_autofree char *words = g_strdup_printf (_ ("%s of at most %s"), kept, limit);

  adw_action_row_set_subtitle (self->kept_row, words);
  gtk_widget_set_sensitive (self->clear_button, facts->use.kept_bytes > 0);
}

static void
on_trimmed (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (SendoffPreferencesDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SendoffCacheFacts) facts
      = sendoff_engine_trim_cache_finish (SENDOFF_ENGINE (object), result, &error);

  if (facts != NULL && !g_cancellable_is_cancelled (self->cancellable))
    show_facts (self, facts);
}

/* Shows what is kept when it is within its limit. */
static void
trim (SendoffPreferencesDialog *self)
{
  sendoff_engine_trim_cache_async (self->engine, FALSE, self->cancellable, on_trimmed, g_object_ref (self));
}

static void
on_clear_clicked (SendoffPreferencesDialog *self)
{
  gtk_widget_set_sensitive (self->clear_button, FALSE);
  sendoff_engine_trim_cache_async (self->engine, TRUE, self->cancellable, on_trimmed, g_object_ref (self));
}

/* ---- Object ---- */

static void
sendoff_preferences_dialog_dispose (GObject *object)
{
  SendoffPreferencesDialog *self = SENDOFF_PREFERENCES_DIALOG (object);

  g_cancellable_cancel (self->cancellable);
  G_OBJECT_CLASS (sendoff_preferences_dialog_parent_class)->dispose (object);
}

static void
sendoff_preferences_dialog_finalize (GObject *object)
{
  SendoffPreferencesDialog *self = SENDOFF_PREFERENCES_DIALOG (object);

  g_clear_object (&self->cancellable);
  g_clear_object (&self->engine);
  G_OBJECT_CLASS (sendoff_preferences_dialog_parent_class)->finalize (object);
}

static void
sendoff_preferences_dialog_class_init (SendoffPreferencesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = sendoff_preferences_dialog_dispose;
  G_OBJECT_CLASS (klass)->finalize = sendoff_preferences_dialog_finalize;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/story_genius/Sendoff/ui/sendoff-preferences-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, SendoffPreferencesDialog, work_group);
  gtk_widget_class_bind_template_child (widget_class, SendoffPreferencesDialog, kept_group);
  gtk_widget_class_bind_template_child (widget_class, SendoffPreferencesDialog, waiting_group);
  gtk_widget_class_bind_template_child (widget_class, SendoffPreferencesDialog, start_group);
  gtk_widget_class_bind_template_child (widget_class, SendoffPreferencesDialog, kept_row);
  gtk_widget_class_bind_template_child (widget_class, SendoffPreferencesDialog, clear_button);
  gtk_widget_class_bind_template_callback (widget_class, on_clear_clicked);
}

static void
sendoff_preferences_dialog_init (SendoffPreferencesDialog *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/** sendoff_preferences_dialog_new: (transfer none): a dialog above @parent, which owns it; the engine has
 * started. */
GtkWidget *
sendoff_preferences_dialog_new (GtkWindow *parent, SendoffEngine *engine)
{
  SendoffPreferencesDialog *self = g_object_new (SENDOFF_TYPE_PREFERENCES_DIALOG, "transient-for", parent,
                                                 "destroy-with-parent", TRUE, NULL);

  self->engine = g_object_ref (engine);
  for (guint i = 0; i < G_N_ELEMENTS (number_rows); i++)
    adw_preferences_group_add (G_STRUCT_MEMBER (AdwPreferencesGroup *, self, number_rows[i].group),
                               new_number_row (self, &number_rows[i]));
  for (guint i = 0; i < G_N_ELEMENTS (switch_rows); i++)
    adw_preferences_group_add (G_STRUCT_MEMBER (AdwPreferencesGroup *, self, switch_rows[i].group),
                               new_switch_row (self, i));
  g_signal_connect_object (sendoff_engine_get_settings (engine), "notify::cache-limit", G_CALLBACK (trim),
                           self, G_CONNECT_SWAPPED);
  trim (self);
  return GTK_WIDGET (self);
}
