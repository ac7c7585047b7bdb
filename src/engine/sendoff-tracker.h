/* Where a running job stands: written by the threads that carry it out, read by the main context.
 *
 * Any thread may report; the reports are gathered and posted to the main context at most ten times a second.
 * Progress never goes back. Reference-counted, so that a posted snapshot outlives neither side.
 */
#pragma once

#include <gio/gio.h>

#include "engine/sendoff-job.h"
#include "engine/sendoff-store.h"

G_BEGIN_DECLS

/* The shares of SPEC §9; what an output has no use for goes to its encoding. */
typedef enum {
  SENDOFF_PART_PREPARE,
  SENDOFF_PART_ANALYSIS, /* the first pass */
  SENDOFF_PART_VIDEO,
  SENDOFF_PART_AUDIO,
  SENDOFF_PART_MUX,
  SENDOFF_PART_VERIFY,
  SENDOFF_N_PARTS
} SendoffPart;

typedef struct {
  SendoffStoredOutput *stored;
  double frames_per_second;
  gint64 time_left_us; /* -1 unknown */
} SendoffOutputState;

typedef struct {
  SendoffStatus status;
  double progress; /* 0–100, the mean of the outputs */
  gint64 time_left_us;
  GPtrArray *outputs; /* SendoffOutputState, owned */
} SendoffSnapshot;

typedef struct _SendoffTracker SendoffTracker;

/* On the main context that was given to sendoff_tracker_new(). */
typedef void (*SendoffTrackerFunc) (SendoffTracker *tracker, gpointer data);

SendoffTracker *sendoff_tracker_new (const SendoffPlan *plan, GPtrArray *stored_outputs, GMainContext *context,
                                     SendoffTrackerFunc changed, gpointer data);
SendoffTracker *sendoff_tracker_ref (SendoffTracker *self);
void sendoff_tracker_unref (SendoffTracker *self);
void sendoff_tracker_disconnect (SendoffTracker *self);
SendoffSnapshot *sendoff_tracker_dup_snapshot (SendoffTracker *self);
void sendoff_snapshot_free (SendoffSnapshot *self);

SendoffStatus sendoff_tracker_get_status (SendoffTracker *self, guint output);
void sendoff_tracker_set_status (SendoffTracker *self, guint output, SendoffStatus status, const char *stage);
void sendoff_tracker_hold (SendoffTracker *self, guint output, const char *stage);
void sendoff_tracker_set_target (SendoffTracker *self, guint output, const char *uri);
void sendoff_tracker_set_part (SendoffTracker *self, guint output, SendoffPart part, double fraction);
void sendoff_tracker_set_frames (SendoffTracker *self, guint output, gint64 frames, gint64 size_bytes);
void sendoff_tracker_add_warning (SendoffTracker *self, guint output, const char *message);
void sendoff_tracker_set_certificate (SendoffTracker *self, guint output, const SendoffCertificate *certificate);
void sendoff_tracker_complete (SendoffTracker *self, guint output, const char *uri, gint64 size_bytes);
void sendoff_tracker_fail (SendoffTracker *self, guint output, const GError *error, const char *stage);
void sendoff_tracker_cancel (SendoffTracker *self, guint output);
void sendoff_tracker_cancel_rest (SendoffTracker *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffTracker, sendoff_tracker_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SendoffSnapshot, sendoff_snapshot_free)

G_END_DECLS
