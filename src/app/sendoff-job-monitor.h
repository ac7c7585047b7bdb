/* Watches the engine's jobs that this process carries out: how many go on, and when one ends. Main thread. */
#pragma once

#include "engine/sendoff-job.h"
#include "engine/sendoff-settings.h"

G_BEGIN_DECLS

#define SENDOFF_TYPE_JOB_MONITOR (sendoff_job_monitor_get_type ())
G_DECLARE_FINAL_TYPE (SendoffJobMonitor, sendoff_job_monitor, SENDOFF, JOB_MONITOR, GObject)

/* Properties (read-only, notified): n-running (uint: exports that go on, wait or are paused, without
 * interrupted ones), n-active (uint: those that are not paused), is-held (boolean: the queue is paused as a
 * whole), overall-text (string: "3 exports · 46 % · 2 min 5 s left · done at 16:42", empty when there are
 * none), overall-fraction (double 0–1). Signal: "ended" (SendoffJob). */
SendoffJobMonitor *sendoff_job_monitor_new (void);
void sendoff_job_monitor_start (SendoffJobMonitor *self, GListModel *jobs, SendoffSettings *settings);
guint sendoff_job_monitor_get_n_running (SendoffJobMonitor *self);
guint sendoff_job_monitor_get_n_active (SendoffJobMonitor *self);
gboolean sendoff_job_monitor_get_is_held (SendoffJobMonitor *self);
void sendoff_job_monitor_pause_all (SendoffJobMonitor *self);
void sendoff_job_monitor_resume_all (SendoffJobMonitor *self);

G_END_DECLS
