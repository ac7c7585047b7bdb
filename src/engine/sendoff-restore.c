#include "engine/sendoff-restore.h"

#include <unistd.h>

#include "engine/sendoff-identity.h"
#include "engine/sendoff-job-folder.h"
#include "engine/sendoff-job-private.h"

/* (transfer full) (nullable): why a job that nobody carries out cannot go on; only a look at the file, its
 * content is checked when it does. */
static char *
dup_source_problem (const SendoffStoredJob *job)
{
  JsonObject *config
      = JSON_NODE_HOLDS_OBJECT (job->export_config) ? json_node_get_object (job->export_config) : NULL;
  JsonNode *request = config != NULL ? json_object_get_member (config, "request") : NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GError) error = NULL;
  int fd;

  if (request == NULL || !JSON_NODE_HOLDS_OBJECT (request))
    return NULL;
  file = g_file_new_for_uri (
      json_object_get_string_member_with_default (json_node_get_object (request), "source_uri", ""));
  fd = sendoff_identity_open_source (file, NULL, &error);
  if (fd < 0)
    return g_strdup (error->message);
  close (fd);
  return NULL;
}

/** sendoff_restore_look: finds out how @stored stands; free @condition's problem. */
void
sendoff_restore_look (const char *cache_dir, const SendoffStoredJob *stored, SendoffJobCondition *condition)
{
  condition->unfinished = !sendoff_status_is_final (sendoff_status_from_nick (stored->status));
  condition->held = condition->unfinished && sendoff_job_folder_is_held (cache_dir, stored->export_id);
  condition->problem = condition->unfinished && !condition->held ? dup_source_problem (stored) : NULL;
}

/** sendoff_restore_take_condition: on the thread that @job belongs to. */
void
sendoff_restore_take_condition (SendoffJob *job, const SendoffJobCondition *condition)
{
  sendoff_job_set_elsewhere (job, condition->held);
  sendoff_job_set_source_problem (job, condition->problem, FALSE);
  sendoff_job_set_interrupted (job, condition->unfinished && !condition->held);
}

/** sendoff_restore_job: (transfer full) (nullable): %NULL when it was written by a program that knew other
 * things. */
SendoffJob *
sendoff_restore_job (const char *cache_dir, const SendoffStoredJob *stored)
{
  g_autoptr (GError) error = NULL;
  SendoffJob *job = sendoff_job_new_from_stored (stored, &error);
  SendoffJobCondition condition;

  if (job == NULL)
    {
      g_info ("stored job left out: %s", error->message);
      return NULL;
    }
  sendoff_restore_look (cache_dir, stored, &condition);
  sendoff_restore_take_condition (job, &condition);
  g_free (condition.problem);
  return job;
}
