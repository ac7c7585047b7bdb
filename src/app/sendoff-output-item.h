/* A file that will be made of every video of the draft: its settings, and what the planner says about it.
 *
 * Rows edit the settings through bindings; the draft plans again and hands the result to
 * sendoff_output_item_apply(). Owned by the draft's list; main thread.
 */
#pragma once

#include <gio/gio.h>

#include "model/sendoff-catalog.h"
#include "model/sendoff-output-settings.h"
#include "model/sendoff-plan.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_OUTPUT_ITEM (sendoff_output_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffOutputItem, sendoff_output_item, SENDOFF, OUTPUT_ITEM, GObject)

/* Properties: settings, catalog (objects, construct only), title, summary (strings), issues (GListModel of
 * SendoffIssueItem), severity (int: the worst SendoffSeverity, -1 without issues), typing-valid (boolean).
 * Signal: "remove". */
SendoffOutputItem *sendoff_output_item_new (SendoffOutputSettings *settings, SendoffCatalog *catalog);
SendoffOutputSettings *sendoff_output_item_get_settings (SendoffOutputItem *self);
SendoffCatalog *sendoff_output_item_get_catalog (SendoffOutputItem *self);
const char *sendoff_output_item_get_title (SendoffOutputItem *self);
GListModel *sendoff_output_item_get_issues (SendoffOutputItem *self);
int sendoff_output_item_get_severity (SendoffOutputItem *self);
gboolean sendoff_output_item_get_typing_valid (SendoffOutputItem *self);
void sendoff_output_item_set_typing_valid (SendoffOutputItem *self, gboolean typing_valid);
char *sendoff_output_item_dup_remembered (SendoffOutputItem *self);
SendoffOutputSettings *sendoff_output_item_parse_remembered (const char *text);
void sendoff_output_item_apply (SendoffOutputItem *self, GPtrArray *plans, guint output);
void sendoff_output_item_remove (SendoffOutputItem *self);

G_END_DECLS
