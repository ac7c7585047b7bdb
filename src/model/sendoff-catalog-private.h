/* What the files of the catalog share: its lists, and how entries are found in them.
 *
 * Only sendoff-catalog.c and sendoff-catalog-check.c include this.
 */
#pragma once

#include "model/sendoff-catalog.h"

G_BEGIN_DECLS

/* All lists of a catalog. A file may hold any of them; every entry begins with its id. */
typedef struct {
  GPtrArray *video_codecs;
  GPtrArray *audio_codecs;
  GPtrArray *containers;
  GPtrArray *levels;
  GPtrArray *bitrate_factors;
  GPtrArray *resolutions;
  GPtrArray *size_strategies;
  GPtrArray *platforms;
  GPtrArray *presets;
} SendoffCatalogContents;

extern const SendoffDocType sendoff_catalog_contents_type;

/* The id with which every entry begins. */
static inline const char *
sendoff_catalog_get_entry_id (gconstpointer entry)
{
  return *(char *const *)entry;
}

/* The list at that offset of the contents. */
static inline GPtrArray *
sendoff_catalog_get_list (const SendoffCatalogContents *contents, gssize offset)
{
  return G_STRUCT_MEMBER (GPtrArray *, contents, offset);
}

gpointer sendoff_catalog_find_entry (GPtrArray *list, const char *id);

/* sendoff-catalog-check.c */
gboolean sendoff_catalog_check_contents (const SendoffCatalogContents *contents, GHashTable *files, GError **error);

G_END_DECLS
