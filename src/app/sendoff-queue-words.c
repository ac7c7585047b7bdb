#include "app/sendoff-queue-words.h"

#include "base/sendoff-i18n.h"
#include <math.h>

#include "app/sendoff-words.h"
#include "base/sendoff-error.h"
#include "base/sendoff-units.h"
#include "sendoff-config.h"

/* Takes @part. */
static void
append (GString *text, char *part)
{
  if (part != NULL && text->len > 0)
    g_string_append (text, " · ");
  if (part != NULL)
    g_string_append (text, part);
  g_free (part);
}

static guint
count_failed_checks (const SendoffCertificate *certificate)
{
  guint count = 0;

  for (guint i = 0; i < certificate->checks->len; i++)
    count += ((const SendoffCheck *)g_ptr_array_index (certificate->checks, i))->passed ? 0 : 1;
  return count;
}

/* "Finished", or the first thing that the file's check did not like. */
static char *
dup_finished (SendoffExport *export)
{
  const SendoffCertificate *certificate = sendoff_export_get_certificate (export);
  g_autofree char *failure = NULL;

  if (certificate != NULL && count_failed_checks (certificate) > 0)
    failure = sendoff_certificate_dup_failure (certificate);
  if (failure != NULL)
    return g_strdup_printf (_ ("Finished. %s"), failure);
  return g_strdup (_ ("Finished"));
}

static char *
dup_failed (SendoffExport *export)
{
  const GError *error = sendoff_export_get_error (export);

  return g_strdup (error != NULL ? error->message : _ ("Failed"));
}

/* What the engine says while nothing is out of the ordinary; the window has its own words for that. */
static const char *const usual_stages[]
    = { "Opening the source", "Encoding", "Writing the file", "Checking the file", "Paused", NULL };

/* What holds it up, if anything does: a full disk, for example. */
static char *
dup_going_on (SendoffExport *export)
{
  g_autofree char *stage = NULL;

  g_object_get (export, "stage", &stage, NULL);
  if (stage != NULL && *stage != '\0' && !g_strv_contains (usual_stages, stage))
    return g_strdup (_ (stage));
  return g_strdup (sendoff_words_for_status (sendoff_export_get_status (export)));
}

static char *
dup_state (SendoffQueueItem *item)
{
  SendoffExport *export = sendoff_queue_item_get_export (item);

  switch (sendoff_queue_item_get_state (item))
    {
    case SENDOFF_QUEUE_PAUSED:
      return g_strdup (_ ("Paused"));
    case SENDOFF_QUEUE_STORED:
      return g_strdup (_ ("Not begun yet"));
    case SENDOFF_QUEUE_INTERRUPTED:
      return g_strdup (_ ("Interrupted: what was made so far is kept"));
    case SENDOFF_QUEUE_LOST:
    case SENDOFF_QUEUE_CHANGED:
      return g_strdup_printf (_ ("Interrupted. %s"),
                              sendoff_job_get_source_problem (sendoff_queue_item_get_job (item)));
    case SENDOFF_QUEUE_CANCELLING:
      return g_strdup (_ ("Cancelled. It can still be taken back."));
    case SENDOFF_QUEUE_COMPLETED:
      return dup_finished (export);
    case SENDOFF_QUEUE_FAILED:
    case SENDOFF_QUEUE_FAILED_LOST:
    case SENDOFF_QUEUE_FAILED_CHANGED:
      return dup_failed (export);
    case SENDOFF_QUEUE_RUNNING:
      return dup_going_on (export);
    case SENDOFF_QUEUE_WAITING:
    case SENDOFF_QUEUE_CANCELLED:
    default:
      return g_strdup (sendoff_words_for_status (sendoff_export_get_status (export)));
    }
}

/** sendoff_queue_words_for_state: (transfer full): where an export stands. */
char *
sendoff_queue_words_for_state (SendoffQueueItem *item)
{
  g_autofree char *state = dup_state (item);

  if (sendoff_queue_item_get_state (item) >= SENDOFF_QUEUE_CANCELLING
      || !sendoff_job_get_elsewhere (sendoff_queue_item_get_job (item)))
    return g_steal_pointer (&state);
  /* Translators: %s is where an export stands, "Encoding"; the command line, for example, is another program
   */
  return g_strdup_printf (_ ("%s · in another program"), state);
}

static char *
dup_result (SendoffExport *export)
{
  const SendoffCertificate *certificate = sendoff_export_get_certificate (export);
  const char *const *warnings = sendoff_export_get_warnings (export);
  guint n_warnings = warnings != NULL ? g_strv_length ((char **)warnings) : 0;
  GString *text = g_string_new (NULL);

  append (text, sendoff_format_size (sendoff_export_get_size_bytes (export)));
  if (certificate != NULL)
    {
      guint n = certificate->checks->len - count_failed_checks (certificate);

      append (text, g_strdup_printf (ngettext ("✓ %u check passed", "✓ %u checks passed", n), n));
    }
  if (n_warnings > 0)
    append (text, g_strdup_printf (ngettext ("%u remark", "%u remarks", n_warnings), n_warnings));
  return g_string_free (text, FALSE);
}

static char *
dup_progress (SendoffQueueItem *item, SendoffExport *export)
{
  double frames_per_second = 0;
  gint64 size_bytes = sendoff_export_get_size_bytes (export), time_left_us = -1;
  g_autofree char *size = sendoff_format_size (size_bytes);
  GString *text = g_string_new (NULL);

  g_object_get (export, "frames-per-second", &frames_per_second, "time-left-us", &time_left_us, NULL);
  append (text, g_strdup_printf (_ ("%.0f %%"), floor (sendoff_export_get_progress (export))));
  if (sendoff_queue_item_get_state (item) == SENDOFF_QUEUE_RUNNING && frames_per_second > 0)
    append (text, g_strdup_printf (_ ("%.*f fps"), frames_per_second < 9.95 ? 1 : 0, frames_per_second));
  if (size_bytes > 0)
    append (text, g_strdup_printf (_ ("%s so far"), size));
  if (sendoff_queue_item_get_state (item) == SENDOFF_QUEUE_RUNNING)
    append (text, sendoff_words_for_time_left (time_left_us));
  return g_string_free (text, FALSE);
}

/** sendoff_queue_words_for_numbers: (transfer full) (nullable): "38 % · 24 fps · 14 MB so far · 1 min 10 s
 * left", or what came of it. */
char *
sendoff_queue_words_for_numbers (SendoffQueueItem *item)
{
  SendoffExport *export = sendoff_queue_item_get_export (item);
  SendoffStatus status = sendoff_export_get_status (export);

  if (status == SENDOFF_STATUS_COMPLETED)
    return dup_result (export);
  if (sendoff_status_is_final (status) || status == SENDOFF_STATUS_QUEUED
      || sendoff_queue_item_get_state (item) == SENDOFF_QUEUE_CANCELLING)
    return NULL;
  return dup_progress (item, export);
}

static void
add_line (GString *text, const char *label, const char *value)
{
  if (value != NULL && *value != '\0')
    g_string_append_printf (text, "%s: %s\n", label, value);
}

static void
add_certificate (GString *text, const SendoffCertificate *certificate)
{
  for (guint i = 0; i < certificate->checks->len; i++)
    {
      const SendoffCheck *check = g_ptr_array_index (certificate->checks, i);

      g_string_append_printf (text, "%s %s: %s (%s)\n", check->passed ? "ok  " : "FAIL", check->code,
                              check->found != NULL ? check->found : "-",
                              check->expected != NULL ? check->expected : "-");
    }
}

static void
add_places (GString *text, SendoffQueueItem *item)
{
  SendoffJob *job = sendoff_queue_item_get_job (item);
  GFile *file = sendoff_export_get_file (sendoff_queue_item_get_export (item));
  g_autofree char *source = NULL;
  g_autofree char *uri = file != NULL ? g_file_get_uri (file) : NULL;

  g_object_get (sendoff_job_get_request (job), "source-uri", &source, NULL);
  add_line (text, "Source", source);
  add_line (text, "File", uri);
  add_line (text, "Export", sendoff_job_get_export_id (job));
}

/** sendoff_queue_words_for_details: (transfer full): all that is known about an export, for a report:
 * English, as a log is. */
char *
sendoff_queue_words_for_details (SendoffQueueItem *item)
{
  SendoffExport *export = sendoff_queue_item_get_export (item);
  const GError *error = sendoff_export_get_error (export);
  const char *const *warnings = sendoff_export_get_warnings (export);
  const SendoffCertificate *certificate = sendoff_export_get_certificate (export);
  GString *text = g_string_new ("Sendoff " SENDOFF_VERSION "\n");

  g_string_append_printf (text, "%s\n", sendoff_queue_item_get_title (item));
  add_line (text, "Status", sendoff_status_nicks[sendoff_export_get_status (export)]);
  if (error != NULL)
    {
      add_line (text, "Error", error->message);
      add_line (text, "Code", sendoff_error_get_nick (error->code));
      add_line (text, "Stage", sendoff_export_get_error_stage (export));
    }
  add_places (text, item);
  for (guint i = 0; warnings != NULL && warnings[i] != NULL; i++)
    add_line (text, "Warning", warnings[i]);
  if (certificate != NULL)
    add_certificate (text, certificate);
  return g_string_free (text, FALSE);
}
