/* Holds the queue to what the user wants of it and to what the machine can stand.
 *
 * Settings become limits of the queue at once, also while jobs run; a nearly empty battery, a desktop that
 * saves power and a disk that is nearly full hold it up for as long as they last. Main context; owned by the
 * engine. The property "reason" (string, notified) says in a sentence why nothing runs, NULL when nothing is
 * in the way.
 */
#pragma once

#include "engine/sendoff-queue.h"
#include "engine/sendoff-settings.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_GOVERNOR (sendoff_governor_get_type ())
G_DECLARE_FINAL_TYPE (SendoffGovernor, sendoff_governor, SENDOFF, GOVERNOR, GObject)

SendoffGovernor *sendoff_governor_new (SendoffQueue *queue, SendoffSettings *settings, guint cores);
const char *sendoff_governor_get_reason (SendoffGovernor *self);

G_END_DECLS
