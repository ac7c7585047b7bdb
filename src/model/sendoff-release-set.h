/* A release set: outputs that are wanted again and again, with the folder that they go to and how they are
 * named.
 *
 * Kept in the database and as JSON files. Pure; any thread.
 */
#pragma once

#include "model/sendoff-catalog.h"
#include "model/sendoff-request.h"

G_BEGIN_DECLS

typedef struct
{
  char *release_set_id;
  char *name;
  char *output_folder_uri; /* (nullable): beside the video */
  char *naming_pattern;    /* (nullable): the usual one */
  JsonNode *outputs;       /* array: settings of each output, as in a request */
} SendoffReleaseSet;
SENDOFF_DECLARE_DOC (SendoffReleaseSet, sendoff_release_set)

SendoffReleaseSet *sendoff_release_set_new_from_request (const char *name,
                                                         SendoffRequest *request,
                                                         GPtrArray *others,
                                                         GError **error);
SendoffReleaseSet *
sendoff_release_set_parse (const char *text, gsize length, GPtrArray *others, GError **error);
gboolean sendoff_release_set_check (const SendoffReleaseSet *self, GPtrArray *others, GError **error);

GPtrArray *sendoff_release_set_list_outputs (const SendoffReleaseSet *self, GError **error);
gboolean sendoff_release_set_apply (const SendoffReleaseSet *self, SendoffRequest *request, GError **error);
gboolean sendoff_release_set_matches (const SendoffReleaseSet *self, SendoffRequest *request);
const SendoffReleaseSet *sendoff_release_set_find (GPtrArray *sets, const char *id_or_name);
char *sendoff_release_set_dup_words (const SendoffReleaseSet *self, SendoffCatalog *catalog);

G_END_DECLS
