/* Keeps the engine's list of jobs true to what other processes do: jobs that they add, carry out, end and forget.
 *
 * Looks when the database's folder changes, and every second while another process carries a job out, whose end may
 * leave no trace there. The looking is done on a thread of its own. Main context.
 */
#pragma once

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_FOLLOWER (sendoff_follower_get_type ())
G_DECLARE_FINAL_TYPE (SendoffFollower, sendoff_follower, SENDOFF, FOLLOWER, GObject)

SendoffFollower *sendoff_follower_new (SendoffEngine *engine, GPtrArray *marks, gint64 version);
void sendoff_follower_expect (SendoffFollower *self, const char *export_id, gboolean expected);
void sendoff_follower_stop (SendoffFollower *self);

G_END_DECLS
