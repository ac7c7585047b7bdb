/* What the window remembers: its size and the last choices, in GSettings.
 *
 * Works without an installed schema (a program that was only built): then nothing is remembered. Main thread.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define SENDOFF_TYPE_PREFERENCES (sendoff_preferences_get_type ())
G_DECLARE_FINAL_TYPE (SendoffPreferences, sendoff_preferences, SENDOFF, PREFERENCES, GObject)

SendoffPreferences *sendoff_preferences_new (void);
void
sendoff_preferences_bind (SendoffPreferences *self, const char *key, gpointer object, const char *property);
char **sendoff_preferences_dup_outputs (SendoffPreferences *self);
void sendoff_preferences_set_outputs (SendoffPreferences *self, const char *const *outputs);
char *sendoff_preferences_dup_folder_uri (SendoffPreferences *self);
void sendoff_preferences_set_folder_uri (SendoffPreferences *self, const char *uri);
char *sendoff_preferences_dup_naming_pattern (SendoffPreferences *self);
void sendoff_preferences_set_naming_pattern (SendoffPreferences *self, const char *pattern);

G_END_DECLS
