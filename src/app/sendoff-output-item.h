/* A file that will be made of every video of the draft: its settings, and what the planner says about it.
 *
 * Rows edit the settings through bindings; the draft plans again and hands the result to
 * sendoff_output_item_apply(). Owned by the draft's list; main thread.
 */
#pragma once

#include <gio/gio.h>

#include "app/sendoff-draft-plans.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_OUTPUT_ITEM (sendoff_output_item_get_type ())
G_DECLARE_FINAL_TYPE (SendoffOutputItem, sendoff_output_item, SENDOFF, OUTPUT_ITEM, GObject)

/* What the files will have, which decides about the settings that matter. */
typedef enum
{
  SENDOFF_TRAIT_VIDEO = 1 << 0,
  SENDOFF_TRAIT_CROPS = 1 << 1,
  SENDOFF_TRAIT_PADS = 1 << 2,
  SENDOFF_TRAIT_CRF = 1 << 3,
  SENDOFF_TRAIT_BITRATE = 1 << 4,
  SENDOFF_TRAIT_TWO_PASS = 1 << 5,
  SENDOFF_TRAIT_PROFILES = 1 << 6,
  SENDOFF_TRAIT_SPEEDS = 1 << 7,
  SENDOFF_TRAIT_HDR = 1 << 8, /* of the video */
  SENDOFF_TRAIT_LOSSY_SOUND = 1 << 9,
  SENDOFF_TRAIT_TRACKS = 1 << 10, /* several in the video */
  SENDOFF_TRAIT_SIZED = 1 << 11,  /* a size was asked for */
  SENDOFF_TRAIT_SOUND = 1 << 12,
  SENDOFF_TRAIT_HARDWARE = 1 << 13, /* this machine's hardware can encode it */
} SendoffTraits;

/* Properties: settings, catalog (objects, construct only), title, words, size, time (strings), size-fraction
 * (double: of the limit, 0 without one), issues (GListModel of SendoffIssueItem), severity (int: the worst
 * SendoffSeverity, -1 without issues), typing-problem (string, nullable), traits (uint, SendoffTraits).
 * Signals: "remove"; "left-out": it is made of other videos than before. */
SendoffOutputItem *sendoff_output_item_new (SendoffOutputSettings *settings, SendoffCatalog *catalog);
SendoffOutputSettings *sendoff_output_item_get_settings (SendoffOutputItem *self);
SendoffCatalog *sendoff_output_item_get_catalog (SendoffOutputItem *self);
const char *sendoff_output_item_get_title (SendoffOutputItem *self);
GListModel *sendoff_output_item_get_issues (SendoffOutputItem *self);
int sendoff_output_item_get_severity (SendoffOutputItem *self);
const char *sendoff_output_item_get_typing_problem (SendoffOutputItem *self);
void sendoff_output_item_set_typing_problem (SendoffOutputItem *self, gpointer row, const char *problem);
GListModel *sendoff_output_item_get_audio_tracks (SendoffOutputItem *self);
char *sendoff_output_item_dup_remembered (SendoffOutputItem *self);
SendoffOutputSettings *sendoff_output_item_parse_remembered (const char *text);
void
sendoff_output_item_apply (SendoffOutputItem *self, SendoffEngine *engine, GPtrArray *plans, guint output);
void sendoff_output_item_apply_estimates (SendoffOutputItem *self,
                                          SendoffEngine *engine,
                                          GPtrArray *plans,
                                          guint output);
gboolean sendoff_output_item_leaves_out (SendoffOutputItem *self, SendoffSourceItem *source);
void sendoff_output_item_remove (SendoffOutputItem *self);

G_END_DECLS
