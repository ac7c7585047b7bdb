/* A job as a row of the store, and back; trying it again. */
#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-job-fields.h"

/* The plan's warnings about an output go with its result. */
char **
sendoff_job_dup_plan_warnings (const SendoffPlan *plan, int output)
{
  GPtrArray *warnings = g_ptr_array_new ();

  for (guint i = 0; i < plan->issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (plan->issues, i);

      if (issue->severity == SENDOFF_SEVERITY_WARNING && (issue->output == output || issue->output < 0))
        g_ptr_array_add (warnings, g_strdup (issue->message));
    }
  g_ptr_array_add (warnings, NULL);
  return (char **)g_ptr_array_free (warnings, FALSE);
}

static gboolean
read_config (SendoffJob *self, JsonNode *config, GError **error)
{
  JsonObject *object = config != NULL && JSON_NODE_HOLDS_OBJECT (config) ? json_node_get_object (config) : NULL;

  if (object == NULL || !json_object_has_member (object, "request") || !json_object_has_member (object, "plan"))
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The stored export cannot be understood."));
      return FALSE;
    }
  self->request = sendoff_request_from_json (json_object_get_member (object, "request"), error);
  if (self->request != NULL)
    self->plan = sendoff_plan_from_json (json_object_get_member (object, "plan"), error);
  return self->plan != NULL;
}

/* Old jobs are many, and most of them are never looked at more closely than by their name. */
static void
make_compact (SendoffJob *self, JsonNode *config)
{
  self->compact = sendoff_json_to_text (config, FALSE);
  g_clear_object (&self->request);
  g_clear_pointer (&self->plan, sendoff_plan_free);
}

/* Makes request and plan of their text, when that is all there is. */
void
sendoff_job_expand (SendoffJob *self)
{
  g_autofree char *text = g_steal_pointer (&self->compact);
  g_autoptr (JsonNode) config = text != NULL ? sendoff_json_parse (text, -1, NULL) : NULL;

  /* It could be read before. */
  if (text != NULL && !read_config (self, config, NULL))
    g_assert_not_reached ();
}

static const char *
get_source_uri (JsonNode *config)
{
  JsonObject *object = config != NULL && JSON_NODE_HOLDS_OBJECT (config) ? json_node_get_object (config) : NULL;
  JsonNode *request = object != NULL ? json_object_get_member (object, "request") : NULL;

  return request != NULL && JSON_NODE_HOLDS_OBJECT (request)
             ? json_object_get_string_member_with_default (json_node_get_object (request), "source_uri", NULL)
             : NULL;
}

/* Its source may have been found at another place. */
void
sendoff_job_take_source_uri (SendoffJob *self, const SendoffStoredJob *stored)
{
  const char *uri = get_source_uri (stored->export_config);
  g_autofree char *known = NULL;

  if (uri == NULL)
    return;
  /* That of a compact job is the text that was stored, which another one replaces. */
  if (self->compact != NULL)
    {
      g_free (self->compact);
      self->compact = sendoff_json_to_text (stored->export_config, FALSE);
      return;
    }
  g_object_get (self->request, "source-uri", &known, NULL);
  if (g_strcmp0 (known, uri) != 0)
    g_object_set (self->request, "source-uri", uri, NULL);
}

/** sendoff_job_new_from_stored: (transfer full): a job as the store has it, or %NULL with %SENDOFF_ERROR_BAD_DATA. */
SendoffJob *
sendoff_job_new_from_stored (const SendoffStoredJob *stored, GError **error)
{
  g_autoptr (SendoffJob) self = g_object_new (SENDOFF_TYPE_JOB, NULL);

  if (!read_config (self, stored->export_config, error))
    return NULL;
  if (self->plan->outputs->len != stored->outputs->len)
    {
      g_set_error_literal (error, SENDOFF_ERROR, SENDOFF_ERROR_BAD_DATA, _ ("The stored export lacks some of its files."));
      return NULL;
    }
  self->export_id = g_strdup (stored->export_id);
  self->user_id = g_strdup (stored->user_id);
  self->priority = stored->priority;
  self->paused = stored->paused;
  self->status = sendoff_status_from_nick (stored->status);
  self->progress = CLAMP (stored->progress, 0, 100);
  self->created_at = stored->created_at;
  self->started_at = stored->started_at;
  self->completed_at = stored->completed_at;
  for (guint i = 0; i < stored->outputs->len; i++)
    {
      g_autoptr (SendoffExport) export = sendoff_export_new (g_ptr_array_index (stored->outputs, i));

      sendoff_export_make_compact (export);
      g_list_store_append (self->exports, export);
    }
  self->source_name = g_strdup (self->plan->source_name);
  if (sendoff_status_is_final (self->status))
    make_compact (self, stored->export_config);
  return g_steal_pointer (&self);
}

static JsonNode *
dup_config (SendoffJob *self)
{
  g_autoptr (JsonObject) object = json_object_new ();

  sendoff_job_expand (self);
  json_object_set_member (object, "request", sendoff_request_to_json (self->request));
  json_object_set_member (object, "plan", sendoff_plan_to_json (self->plan));
  return json_node_init_object (json_node_alloc (), object);
}

static void
add_outputs (SendoffJob *self, SendoffStoredJob *stored)
{
  g_autoptr (JsonArray) files = json_array_new ();
  g_autoptr (JsonObject) sizes = json_object_new ();

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->exports)); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (G_LIST_MODEL (self->exports), i);
      const SendoffStoredOutput *output = sendoff_export_get_stored (export);

      g_ptr_array_add (stored->outputs, sendoff_stored_output_copy (output));
      if (output->file_uri != NULL)
        {
          json_array_add_string_element (files, output->file_uri);
          json_object_set_int_member (sizes, output->file_uri, output->size_bytes);
        }
      if (stored->error_message == NULL)
        stored->error_message = g_strdup (output->error_message);
    }
  stored->output_files = json_node_init_array (json_node_alloc (), files);
  stored->file_sizes = json_node_init_object (json_node_alloc (), sizes);
}

/** sendoff_job_dup_stored: (transfer full): the job as a row of the store. */
SendoffStoredJob *
sendoff_job_dup_stored (SendoffJob *self)
{
  SendoffStoredJob *stored = sendoff_stored_job_new ();

  self->n_saves++;
  sendoff_job_expand (self);
  stored->export_id = g_strdup (self->export_id);
  stored->user_id = g_strdup (self->user_id);
  stored->source_id = g_strdup (self->plan->source_identity);
  g_clear_pointer (&stored->source_type, g_free);
  stored->source_type = g_strdup ("video");
  stored->export_config = dup_config (self);
  g_clear_pointer (&stored->status, g_free);
  stored->status = g_strdup (sendoff_status_nicks[self->status]);
  stored->progress = self->progress;
  stored->current_stage = g_strdup (sendoff_job_get_stage (self));
  stored->priority = self->priority;
  stored->paused = self->paused;
  stored->created_at = self->created_at;
  stored->started_at = self->started_at;
  stored->completed_at = self->completed_at;
  stored->updated_at = g_get_real_time ();
  add_outputs (self, stored);
  return stored;
}

static gboolean
is_to_be_retried (const SendoffStoredOutput *output, int wanted)
{
  SendoffStatus status = sendoff_status_from_nick (output->status);

  return (status == SENDOFF_STATUS_FAILED || status == SENDOFF_STATUS_CANCELLED)
         && (wanted < 0 || wanted == output->position);
}

static void
forget_outcome (SendoffStoredOutput *output, char **warnings)
{
  g_free (output->status);
  output->status = g_strdup (sendoff_status_nicks[SENDOFF_STATUS_QUEUED]);
  output->progress = 0;
  output->size_bytes = 0;
  g_clear_pointer (&output->current_stage, g_free);
  g_clear_pointer (&output->certificate, json_node_unref);
  g_clear_pointer (&output->error_code, g_free);
  g_clear_pointer (&output->error_message, g_free);
  g_clear_pointer (&output->error_stage, g_free);
  g_strfreev (output->warnings);
  output->warnings = warnings;
}

/**
 * sendoff_job_dup_retry:
 * @output: position of the one to make again, -1 for all that failed or were cancelled
 *
 * Returns: (transfer full) (nullable): the job as it is before another try, %NULL when there is nothing to try
 */
SendoffStoredJob *
sendoff_job_dup_retry (SendoffJob *self, int output)
{
  g_autoptr (SendoffStoredJob) stored = sendoff_job_dup_stored (self);
  guint n_retried = 0;

  g_free (stored->status);
  stored->status = g_strdup (sendoff_status_nicks[SENDOFF_STATUS_QUEUED]);
  stored->progress = 0;
  stored->completed_at = 0;
  stored->paused = FALSE;
  g_clear_pointer (&stored->error_message, g_free);
  for (guint i = 0; i < stored->outputs->len; i++)
    {
      SendoffStoredOutput *row = g_ptr_array_index (stored->outputs, i);

      if (is_to_be_retried (row, output))
        {
          forget_outcome (row, sendoff_job_dup_plan_warnings (self->plan, (int)i));
          n_retried++;
        }
      else if (stored->error_message == NULL)
        stored->error_message = g_strdup (row->error_message);
      stored->progress += row->progress / stored->outputs->len;
    }
  return n_retried > 0 ? g_steal_pointer (&stored) : NULL;
}

/** sendoff_job_to_json: (transfer full): the document of "export --json" and of the API. */
JsonNode *
sendoff_job_to_json (SendoffJob *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonArray) exports = json_array_new ();

  sendoff_job_expand (self);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->exports)); i++)
    {
      g_autoptr (SendoffExport) export = g_list_model_get_item (G_LIST_MODEL (self->exports), i);

      json_array_add_element (exports, sendoff_export_to_json (export, sendoff_plan_get_output (self->plan, i)));
    }
  json_object_set_string_member (object, "export_id", self->export_id);
  json_object_set_string_member (object, "status", sendoff_status_nicks[self->status]);
  json_object_set_array_member (object, "exports", g_steal_pointer (&exports));
  return json_node_init_object (json_node_alloc (), object);
}
