/* What somebody asked for: a source, the wanted outputs, and where they go.
 *
 * A GObject edited by a face (window, command line, API) and stored as JSON with its job. It decides nothing:
 * the planner does. Lives on the thread that made it.
 */
#pragma once

#include "model/sendoff-output-settings.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_REQUEST (sendoff_request_get_type ())
G_DECLARE_FINAL_TYPE (SendoffRequest, sendoff_request, SENDOFF, REQUEST, GObject)

#define SENDOFF_DEFAULT_NAMING_PATTERN "{name} - {platform}"

/* Properties: source-uri (string, exact for any file name), naming-pattern, output-folder-uri (NULL: beside the
 * source), overwrite (boolean), sequential (boolean), jobs (int, 0 default), created-at (int64 Unix seconds),
 * local-date (string "2026-11-22", the date when the request was made), project, outputs (GListModel of
 * SendoffOutputSettings). */
SendoffRequest *sendoff_request_new (const char *source_uri);
GListModel *sendoff_request_get_outputs (SendoffRequest *self);
void sendoff_request_add_output (SendoffRequest *self, SendoffOutputSettings *output);
JsonNode *sendoff_request_to_json (SendoffRequest *self);
SendoffRequest *sendoff_request_from_json (JsonNode *node, GError **error);

G_END_DECLS
