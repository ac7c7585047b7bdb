/* What the queue's buttons ask of a job, whichever process carries it out. Main thread. */
#pragma once

#include <gtk/gtk.h>

#include "engine/sendoff-engine.h"

G_BEGIN_DECLS

void sendoff_queue_control (SendoffEngine *engine, SendoffJob *job, SendoffControl control, int value,
                            GtkWidget *widget);

G_END_DECLS
