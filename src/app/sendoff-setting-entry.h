/* A row to type one setting into, as on the command line: "6M", "black", "25MB". What cannot be understood
 * leaves the setting as it was, and "problem" says why. Main thread. */
#pragma once

#include <adwaita.h>

#include "model/sendoff-output-settings.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_SETTING_ENTRY (sendoff_setting_entry_get_type ())
G_DECLARE_FINAL_TYPE (SendoffSettingEntry, sendoff_setting_entry, SENDOFF, SETTING_ENTRY, AdwEntryRow)

/* Properties: problem (string, NULL when all is well). */
GtkWidget *
sendoff_setting_entry_new (SendoffOutputSettings *settings, SendoffSetting setting, const char *title);

G_END_DECLS
