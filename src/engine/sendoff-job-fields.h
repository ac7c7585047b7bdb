/* What the job's own files share. */
#pragma once

#include "engine/sendoff-job-private.h"

G_BEGIN_DECLS

struct _SendoffJob {
  GObject parent_instance;
  char *export_id;
  char *user_id;
  SendoffRequest *request; /* NULL while it is compact, as the plan */
  SendoffPlan *plan;
  char *compact; /* (nullable): both as text, of an old job that nobody has asked about yet */
  char *source_name; /* (nullable) */
  int priority;
  SendoffStatus status;
  double progress; /* 0–100 */
  gint64 time_left_us;
  gint64 created_at, started_at, completed_at; /* Unix µs, 0 not yet */
  gboolean interrupted, elsewhere;
  gboolean paused;
  char *source_problem; /* (nullable) */
  gboolean source_changed; /* that problem: it is another video now */
  gboolean cancel_requested;
  guint n_saves; /* how often this process has written it down */
  GListStore *exports;
};

/* sendoff-job-stored.c */
char **sendoff_job_dup_plan_warnings (const SendoffPlan *plan, int output);
void sendoff_job_expand (SendoffJob *self);
void sendoff_job_take_source_uri (SendoffJob *self, const SendoffStoredJob *stored);

G_END_DECLS
