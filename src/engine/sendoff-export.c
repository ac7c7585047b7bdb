#include <sys/stat.h>

#include "base/sendoff-error.h"
#include "base/sendoff-i18n.h"
#include "engine/sendoff-job-private.h"
#include "model/sendoff-naming.h"

struct _SendoffExport
{
  GObject parent_instance;
  SendoffStoredOutput *stored; /* everything that is kept */
  SendoffStatus status;
  double frames_per_second;
  gint64 time_left_us;
  GFile *file;   /* (nullable) */
  char *compact; /* (nullable): the stored certificate as text, of an old export that nobody has asked about
                    yet */
  SendoffCertificate *certificate; /* (nullable): read when it is asked for */
  GError *error;                   /* (nullable) */
};

enum
{
  PROP_NAME = 1,
  PROP_STATUS,
  PROP_STAGE,
  PROP_PROGRESS,
  PROP_FRAMES_PER_SECOND,
  PROP_SIZE_BYTES,
  PROP_TIME_LEFT_US,
  PROP_FILE,
  PROP_OUTPUT,
  N_PROPS
};

G_DEFINE_FINAL_TYPE (SendoffExport, sendoff_export, G_TYPE_OBJECT)

static GParamSpec *properties[N_PROPS];

const char *const sendoff_status_nicks[] = { N_ ("queued"),     N_ ("preparing"),  N_ ("encoding"),
                                             N_ ("optimizing"), N_ ("finalizing"), N_ ("completed"),
                                             N_ ("failed"),     N_ ("cancelled"),  NULL };

/** sendoff_status_is_final: whether nothing follows @status. */
gboolean
sendoff_status_is_final (SendoffStatus status)
{
  return status >= SENDOFF_STATUS_COMPLETED;
}

/** sendoff_status_from_nick: the status called @nick (nullable), queued for an unknown one. */
SendoffStatus
sendoff_status_from_nick (const char *nick)
{
  for (int i = 0; sendoff_status_nicks[i] != NULL; i++)
    if (g_strcmp0 (nick, sendoff_status_nicks[i]) == 0)
      return i;
  return SENDOFF_STATUS_QUEUED;
}

static void
sendoff_export_finalize (GObject *object)
{
  SendoffExport *self = SENDOFF_EXPORT (object);

  sendoff_stored_output_free (self->stored);
  g_clear_object (&self->file);
  g_clear_pointer (&self->certificate, sendoff_certificate_free);
  g_free (self->compact);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (sendoff_export_parent_class)->finalize (object);
}

static void
sendoff_export_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  SendoffExport *self = SENDOFF_EXPORT (object);

  switch (id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->stored->name);
      break;
    case PROP_STATUS:
      g_value_set_int (value, self->status);
      break;
    case PROP_STAGE:
      g_value_set_string (value, self->stored->current_stage);
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, self->stored->progress);
      break;
    case PROP_FRAMES_PER_SECOND:
      g_value_set_double (value, self->frames_per_second);
      break;
    case PROP_SIZE_BYTES:
      g_value_set_int64 (value, self->stored->size_bytes);
      break;
    case PROP_TIME_LEFT_US:
      g_value_set_int64 (value, self->time_left_us);
      break;
    case PROP_FILE:
      g_value_set_object (value, self->file);
      break;
    case PROP_OUTPUT:
      g_value_set_int (value, self->stored->position);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
sendoff_export_class_init (SendoffExportClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->finalize = sendoff_export_finalize;
  object_class->get_property = sendoff_export_get_property;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  properties[PROP_STATUS]
      = g_param_spec_int ("status", NULL, NULL, 0, SENDOFF_STATUS_CANCELLED, SENDOFF_STATUS_QUEUED, flags);
  properties[PROP_STAGE] = g_param_spec_string ("stage", NULL, NULL, NULL, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 100, 0, flags);
  properties[PROP_FRAMES_PER_SECOND]
      = g_param_spec_double ("frames-per-second", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  properties[PROP_SIZE_BYTES] = g_param_spec_int64 ("size-bytes", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_TIME_LEFT_US] = g_param_spec_int64 ("time-left-us", NULL, NULL, -1, G_MAXINT64, -1, flags);
  properties[PROP_FILE] = g_param_spec_object ("file", NULL, NULL, G_TYPE_FILE, flags);
  properties[PROP_OUTPUT] = g_param_spec_int ("output", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
sendoff_export_init (SendoffExport *self)
{
  self->stored = sendoff_stored_output_new ();
  self->time_left_us = -1;
}

/** sendoff_export_new: (transfer full): an export as it was stored. */
SendoffExport *
sendoff_export_new (const SendoffStoredOutput *stored)
{
  SendoffExport *self = g_object_new (SENDOFF_TYPE_EXPORT, NULL);

  sendoff_export_apply (self, stored, 0, -1);
  return self;
}

/** sendoff_export_make_compact: takes less memory until somebody asks for more than its name and status. */
void
sendoff_export_make_compact (SendoffExport *self)
{
  if (self->stored->certificate == NULL)
    return;
  g_clear_pointer (&self->certificate, sendoff_certificate_free);
  self->compact = sendoff_json_to_text (self->stored->certificate, FALSE);
  g_clear_pointer (&self->stored->certificate, json_node_unref);
}

static void
expand (SendoffExport *self)
{
  g_autofree char *text = g_steal_pointer (&self->compact);

  if (text != NULL)
    self->stored->certificate = sendoff_json_parse (text, -1, NULL);
}

static void
take_outcome (SendoffExport *self)
{
  const SendoffStoredOutput *stored = self->stored;

  g_clear_object (&self->file);
  g_clear_pointer (&self->certificate, sendoff_certificate_free);
  g_clear_error (&self->error);
  if (stored->file_uri != NULL)
    self->file = g_file_new_for_uri (stored->file_uri);
  if (stored->error_message != NULL)
    self->error = g_error_new_literal (SENDOFF_ERROR, sendoff_error_from_nick (stored->error_code),
                                       stored->error_message);
}

/**
 * sendoff_export_apply:
 * @stored: how it stands now
 *
 * Takes over the state and notifies what changed.
 *
 * Returns: whether something changed that must be kept: the status, the chosen name or the outcome
 */
gboolean
sendoff_export_apply (SendoffExport *self,
                      const SendoffStoredOutput *stored,
                      double frames_per_second,
                      gint64 time_left_us)
{
  SendoffStoredOutput *old = g_steal_pointer (&self->stored);
  SendoffStatus old_status = self->status;
  gboolean kept_changed = g_strcmp0 (old->status, stored->status) != 0
                          || g_strcmp0 (old->target_uri, stored->target_uri) != 0
                          || g_strcmp0 (old->file_uri, stored->file_uri) != 0;
  gboolean moved = old->progress != stored->progress, grew = old->size_bytes != stored->size_bytes;
  gboolean stage_changed = g_strcmp0 (old->current_stage, stored->current_stage) != 0;

  self->stored = sendoff_stored_output_copy (stored);
  g_clear_pointer (&self->compact, g_free);
  self->status = sendoff_status_from_nick (stored->status);
  if (kept_changed)
    take_outcome (self);
  g_object_freeze_notify (G_OBJECT (self));
  if (self->frames_per_second != frames_per_second)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FRAMES_PER_SECOND]);
  if (self->time_left_us != time_left_us)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TIME_LEFT_US]);
  self->frames_per_second = frames_per_second;
  self->time_left_us = time_left_us;
  if (moved)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
  if (grew)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SIZE_BYTES]);
  if (stage_changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STAGE]);
  if (g_strcmp0 (old->file_uri, stored->file_uri) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FILE]);
  if (old_status != self->status)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  g_object_thaw_notify (G_OBJECT (self));
  sendoff_stored_output_free (old);
  return kept_changed;
}

/** sendoff_export_set_cancelled: cancels one that nobody carries out. */
void
sendoff_export_set_cancelled (SendoffExport *self)
{
  g_autoptr (SendoffStoredOutput) stored = sendoff_stored_output_copy (sendoff_export_get_stored (self));

  g_free (stored->status);
  stored->status = g_strdup (sendoff_status_nicks[SENDOFF_STATUS_CANCELLED]);
  g_clear_pointer (&stored->current_stage, g_free);
  sendoff_export_apply (self, stored, 0, -1);
}

/** sendoff_export_get_stored: (transfer none): everything that is kept of it. */
const SendoffStoredOutput *
sendoff_export_get_stored (SendoffExport *self)
{
  expand (self);
  return self->stored;
}

/** sendoff_export_get_output: its position in the plan. */
guint
sendoff_export_get_output (SendoffExport *self)
{
  return (guint)self->stored->position;
}

/** sendoff_export_get_name: (transfer none): its label, "YouTube". */
const char *
sendoff_export_get_name (SendoffExport *self)
{
  return self->stored->name;
}

/** sendoff_export_get_status: where it stands. */
SendoffStatus
sendoff_export_get_status (SendoffExport *self)
{
  return self->status;
}

/** sendoff_export_get_progress: 0–100. */
double
sendoff_export_get_progress (SendoffExport *self)
{
  return self->stored->progress;
}

/** sendoff_export_get_file: (transfer none) (nullable): the finished file, once completed. */
GFile *
sendoff_export_get_file (SendoffExport *self)
{
  return self->file;
}

/** sendoff_export_get_size_bytes: so far, or of the finished file. */
gint64
sendoff_export_get_size_bytes (SendoffExport *self)
{
  return self->stored->size_bytes;
}

/** sendoff_export_get_certificate: (transfer none) (nullable): what the check of the finished file found. */
const SendoffCertificate *
sendoff_export_get_certificate (SendoffExport *self)
{
  expand (self);
  if (self->certificate == NULL && self->stored->certificate != NULL)
    self->certificate = sendoff_certificate_from_json (self->stored->certificate, NULL);
  return self->certificate;
}

/** sendoff_export_get_error: (transfer none) (nullable): why it failed, in %SENDOFF_ERROR. */
const GError *
sendoff_export_get_error (SendoffExport *self)
{
  return self->error;
}

/** sendoff_export_get_error_stage: (transfer none) (nullable): a stable word for where it failed. */
const char *
sendoff_export_get_error_stage (SendoffExport *self)
{
  return self->stored->error_stage;
}

/** sendoff_export_get_warnings: (transfer none) (nullable): sentences. */
const char *const *
sendoff_export_get_warnings (SendoffExport *self)
{
  return (const char *const *)self->stored->warnings;
}

/* (transfer full) (element-type GFile): what was made: the file, and captions that lie beside it. */
static GPtrArray *
list_files (SendoffExport *self, const SendoffOutputPlan *plan)
{
  GPtrArray *files = g_ptr_array_new_with_free_func (g_object_unref);
  const SendoffTextPlan *sidecar = sendoff_output_plan_get_sidecar (plan);

  if (self->file == NULL)
    return files;
  g_ptr_array_add (files, g_object_ref (self->file));
  if (sidecar != NULL && g_file_peek_path (self->file) != NULL)
    {
      g_autofree char *path = sendoff_naming_dup_sidecar (g_file_peek_path (self->file), sidecar->extension);

      g_ptr_array_add (files, g_file_new_for_path (path));
    }
  return files;
}

static gint64
get_file_size (SendoffExport *self, guint index, GFile *file)
{
  struct stat found;

  if (index == 0)
    return self->stored->size_bytes;
  return stat (g_file_peek_path (file), &found) == 0 ? found.st_size : 0;
}

static void
add_files (SendoffExport *self, const SendoffOutputPlan *plan, JsonBuilder *builder)
{
  g_autoptr (GPtrArray) files = list_files (self, plan);

  json_builder_set_member_name (builder, "output_files");
  json_builder_begin_array (builder);
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *readable = g_file_get_parse_name (g_ptr_array_index (files, i));

      json_builder_add_string_value (builder, readable);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "output_uris");
  json_builder_begin_array (builder);
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *uri = g_file_get_uri (g_ptr_array_index (files, i));

      json_builder_add_string_value (builder, uri);
    }
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "file_sizes");
  json_builder_begin_object (builder);
  for (guint i = 0; i < files->len; i++)
    {
      g_autofree char *readable = g_file_get_parse_name (g_ptr_array_index (files, i));

      json_builder_set_member_name (builder, readable);
      json_builder_add_int_value (builder, get_file_size (self, i, g_ptr_array_index (files, i)));
    }
  json_builder_end_object (builder);
}

static void
add_string (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  if (value != NULL)
    json_builder_add_string_value (builder, value);
  else
    json_builder_add_null_value (builder);
}

static void
add_error (SendoffExport *self, JsonBuilder *builder)
{
  json_builder_set_member_name (builder, "error");
  if (self->error == NULL)
    {
      json_builder_add_null_value (builder);
      return;
    }
  json_builder_begin_object (builder);
  add_string (builder, "code", sendoff_error_get_nick (self->error->code));
  add_string (builder, "message", self->error->message);
  add_string (builder, "stage", self->stored->error_stage);
  json_builder_end_object (builder);
}

/* What its size called for, and what was done of it. */
static void
add_optimize (JsonBuilder *builder, const SendoffOutputPlan *plan)
{
  g_autoptr (SendoffOutputSettings) settings = sendoff_output_plan_dup_recommended (plan);

  json_builder_set_member_name (builder, "recommended_settings");
  json_builder_add_value (builder, sendoff_output_settings_to_json (settings));
  if (plan->optimize == NULL)
    return;
  json_builder_set_member_name (builder, "optimize");
  json_builder_add_value (builder, sendoff_optimize_plan_to_json (plan->optimize));
}

/** sendoff_export_to_json: (transfer full): its part of the document of "export --json"; @plan is its
 * output's. */
JsonNode *
sendoff_export_to_json (SendoffExport *self, const SendoffOutputPlan *plan)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add_string (builder, "name", self->stored->name);
  add_string (builder, "status", sendoff_status_nicks[self->status]);
  json_builder_set_member_name (builder, "progress");
  json_builder_add_double_value (builder, self->stored->progress);
  add_files (self, plan, builder);
  add_string (builder, "platform", self->stored->platform);
  json_builder_set_member_name (builder, "estimated_size_mb");
  if (plan->estimated_size_bytes > 0)
    json_builder_add_double_value (builder, plan->estimated_size_bytes / 1e6);
  else
    json_builder_add_null_value (builder);
  json_builder_set_member_name (builder, "duration_seconds");
  json_builder_add_double_value (builder, plan->duration_us / 1e6);
  expand (self);
  json_builder_set_member_name (builder, "certificate");
  if (self->stored->certificate != NULL)
    json_builder_add_value (builder, json_node_copy (self->stored->certificate));
  else
    json_builder_add_null_value (builder);
  add_optimize (builder, plan);
  json_builder_set_member_name (builder, "warnings");
  json_builder_begin_array (builder);
  for (guint i = 0; self->stored->warnings != NULL && self->stored->warnings[i] != NULL; i++)
    json_builder_add_string_value (builder, self->stored->warnings[i]);
  json_builder_end_array (builder);
  add_error (self, builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}
