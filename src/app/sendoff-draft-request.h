/* What the draft's outputs ask for: a request for one video, and what is remembered of them. Pure functions;
 * main thread.
 */
#pragma once

#include "app/sendoff-source-item.h"
#include "model/sendoff-request.h"

G_BEGIN_DECLS

SendoffRequest *sendoff_draft_request_new (
    GFile *source, GFile *captions, const char *folder_uri, const char *naming_pattern, GListModel *outputs);
SendoffRequest *
sendoff_draft_request_dup_wanted (SendoffRequest *request, GListModel *outputs, SendoffSourceItem *source);
char **sendoff_draft_request_dup_remembered (GListModel *outputs);

G_END_DECLS
