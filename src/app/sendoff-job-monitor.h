/* Watches the engine's jobs that this process carries out: how many go on, and when one ends. Main thread. */
#pragma once

#include "engine/sendoff-job.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_JOB_MONITOR (sendoff_job_monitor_get_type ())
G_DECLARE_FINAL_TYPE (SendoffJobMonitor, sendoff_job_monitor, SENDOFF, JOB_MONITOR, GObject)

/* Properties: n-running (uint, notified): exports that go on or wait, without interrupted ones. Signal:
 * "ended" (SendoffJob). */
SendoffJobMonitor *sendoff_job_monitor_new (void);
void sendoff_job_monitor_start (SendoffJobMonitor *self, GListModel *jobs);
guint sendoff_job_monitor_get_n_running (SendoffJobMonitor *self);

G_END_DECLS
