/* What of the selected video goes into the outputs: from when to when, and which part of the picture.
 *
 * Between the preview, which shows and moves it, and the settings of one output or of all, where it is kept.
 * An output that is added while all have the same part gets it, too. Owned by the preview; main thread.
 */
#pragma once

#include "app/sendoff-draft.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_CUT (sendoff_cut_get_type ())
G_DECLARE_FINAL_TYPE (SendoffCut, sendoff_cut, SENDOFF, CUT, GObject)

/* Properties: targets (GListModel of GtkStringObject: all outputs, then each), target (uint, writable: index
 * of those), has-choice (boolean: there are several outputs), start, end (double seconds, writable),
 * is-trimmed (boolean), crops (boolean), crop-width, crop-height (double: shares of the picture), crop-x,
 * crop-y (double, writable: what of the excess is cut off on the left and at the top). */
SendoffCut *sendoff_cut_new (SendoffDraft *draft);
void sendoff_cut_clear (SendoffCut *self);

G_END_DECLS
