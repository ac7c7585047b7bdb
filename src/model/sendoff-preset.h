/* Presets as people make them: from an output's settings, from a file, and in words. Pure; any thread.
 *
 * A preset keeps what its table has a column for there, and every other setting in custom_settings; the two
 * functions between presets and settings are the only ones that know which is which.
 */
#pragma once

#include "model/sendoff-catalog.h"
#include "model/sendoff-output-settings.h"

G_BEGIN_DECLS

SendoffOutputSettings *sendoff_preset_dup_settings (const SendoffPreset *preset, GError **error);
void sendoff_preset_take_settings (SendoffPreset *preset, SendoffOutputSettings *settings);

SendoffPreset *sendoff_preset_new_from_settings (const char *name,
                                                 SendoffOutputSettings *settings,
                                                 SendoffCatalog *catalog,
                                                 GError **error);
SendoffPreset *sendoff_preset_duplicate (const SendoffPreset *preset,
                                         const char *name,
                                         SendoffCatalog *catalog,
                                         GError **error);
SendoffPreset *sendoff_preset_parse (const char *text, gsize length, SendoffCatalog *catalog, GError **error);

gboolean sendoff_preset_set_name (SendoffPreset *preset, const char *name, GError **error);
gboolean sendoff_preset_check_name (const SendoffPreset *preset, SendoffCatalog *catalog, GError **error);
char *sendoff_preset_choose_id (const char *name, SendoffCatalog *catalog);
char *sendoff_preset_dup_words (const SendoffPreset *preset, SendoffCatalog *catalog);

G_END_DECLS
