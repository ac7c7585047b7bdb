#include "app/sendoff-preferences.h"

#include "model/sendoff-request.h"
#include "sendoff-config.h"

#define KEY_OUTPUTS "outputs"
#define KEY_FOLDER  "output-folder-uri"
#define KEY_PATTERN "naming-pattern"

struct _SendoffPreferences
{
  GObject parent_instance;
  GSettings *settings; /* (nullable): the schema is not there */
};

G_DEFINE_FINAL_TYPE (SendoffPreferences, sendoff_preferences, G_TYPE_OBJECT)

static void
sendoff_preferences_finalize (GObject *object)
{
  g_clear_object (&SENDOFF_PREFERENCES (object)->settings);
  G_OBJECT_CLASS (sendoff_preferences_parent_class)->finalize (object);
}

static void
sendoff_preferences_class_init (SendoffPreferencesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sendoff_preferences_finalize;
}

static GSettingsSchema *
look_up_in (const char *folder)
{
  g_autoptr (GSettingsSchemaSource) source = NULL;

  if (folder != NULL)
    source = g_settings_schema_source_new_from_directory (folder, g_settings_schema_source_get_default (),
                                                          FALSE, NULL);
  return source != NULL ? g_settings_schema_source_lookup (source, SENDOFF_APPLICATION_ID, FALSE) : NULL;
}

/* The build tree has the compiled schema in data/, two folders above that of the program. */
static GSettingsSchema *
look_up_beside_program (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = program != NULL ? g_path_get_dirname (program) : NULL;
  g_autofree char *data = folder != NULL ? g_build_filename (folder, "..", "..", "data", NULL) : NULL;

  return look_up_in (data);
}

static GSettingsSchema *
look_up_schema (void)
{
  GSettingsSchemaSource *installed = g_settings_schema_source_get_default ();
  GSettingsSchema *schema = look_up_in (g_getenv ("SENDOFF_SCHEMA_DIR"));

  if (schema == NULL)
    schema = look_up_beside_program ();
  if (schema == NULL && installed != NULL)
    schema = g_settings_schema_source_lookup (installed, SENDOFF_APPLICATION_ID, TRUE);
  return schema;
}

static void
sendoff_preferences_init (SendoffPreferences *self)
{
  g_autoptr (GSettingsSchema) schema = look_up_schema ();

  if (schema != NULL)
    self->settings = g_settings_new_full (schema, NULL, NULL);
  else
    g_info ("no settings schema: nothing is remembered");
}

/** sendoff_preferences_new: (transfer full): the user's preferences; looks at SENDOFF_SCHEMA_DIR first. */
SendoffPreferences *
sendoff_preferences_new (void)
{
  return g_object_new (SENDOFF_TYPE_PREFERENCES, NULL);
}

/** sendoff_preferences_bind: keeps @property of @object and @key the same. */
void
sendoff_preferences_bind (SendoffPreferences *self, const char *key, gpointer object, const char *property)
{
  if (self->settings != NULL)
    g_settings_bind (self->settings, key, object, property, G_SETTINGS_BIND_DEFAULT);
}

/** sendoff_preferences_dup_outputs: (transfer full): the last used outputs, each a JSON object of settings.
 */
char **
sendoff_preferences_dup_outputs (SendoffPreferences *self)
{
  return self->settings != NULL ? g_settings_get_strv (self->settings, KEY_OUTPUTS) : g_new0 (char *, 1);
}

/** sendoff_preferences_set_outputs: remembers the chosen outputs. */
void
sendoff_preferences_set_outputs (SendoffPreferences *self, const char *const *outputs)
{
  g_auto (GStrv) old = sendoff_preferences_dup_outputs (self);

  if (self->settings != NULL && !g_strv_equal ((const char *const *)old, outputs))
    g_settings_set_strv (self->settings, KEY_OUTPUTS, outputs);
}

/** sendoff_preferences_dup_folder_uri: (transfer full) (nullable): where files go; %NULL is beside the video.
 */
char *
sendoff_preferences_dup_folder_uri (SendoffPreferences *self)
{
  g_autofree char *uri = self->settings != NULL ? g_settings_get_string (self->settings, KEY_FOLDER) : NULL;

  return uri != NULL && *uri != '\0' ? g_steal_pointer (&uri) : NULL;
}

/** sendoff_preferences_set_folder_uri: remembers where files go; @uri is %NULL for beside the video. */
void
sendoff_preferences_set_folder_uri (SendoffPreferences *self, const char *uri)
{
  if (self->settings != NULL)
    g_settings_set_string (self->settings, KEY_FOLDER, uri != NULL ? uri : "");
}

/** sendoff_preferences_dup_naming_pattern: (transfer full): how files are named. */
char *
sendoff_preferences_dup_naming_pattern (SendoffPreferences *self)
{
  g_autofree char *pattern
      = self->settings != NULL ? g_settings_get_string (self->settings, KEY_PATTERN) : NULL;

  return pattern != NULL && *pattern != '\0' ? g_steal_pointer (&pattern)
                                             : g_strdup (SENDOFF_DEFAULT_NAMING_PATTERN);
}

/** sendoff_preferences_set_naming_pattern: remembers how files are named. */
void
sendoff_preferences_set_naming_pattern (SendoffPreferences *self, const char *pattern)
{
  if (self->settings != NULL)
    g_settings_set_string (self->settings, KEY_PATTERN, pattern);
}
