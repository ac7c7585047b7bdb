/* What kind of place a file is in, what people call it, and where files that are made of it can go. Looks at
 * names only. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

char *sendoff_places_dup_name (GFile *file);
gboolean sendoff_places_can_hold_more (GFile *folder);
GFile *sendoff_places_dup_folder_beside (GFile *source);

G_END_DECLS
