#include "model/sendoff-issue.h"

#include "base/sendoff-i18n.h"

const char *const sendoff_severity_nicks[] = { N_ ("info"), N_ ("warning"), N_ ("error"), NULL };

static const SendoffField issue_fields[] = {
  SENDOFF_FIELD_NAMES (SendoffIssue, severity, sendoff_severity_nicks),
  SENDOFF_FIELD (SendoffIssue, field, STRING),
  SENDOFF_FIELD (SendoffIssue, code, STRING),
  SENDOFF_FIELD (SendoffIssue, message, STRING),
  SENDOFF_FIELD (SendoffIssue, output, INT),
  SENDOFF_FIELDS_END,
};

SENDOFF_DEFINE_DOC (SendoffIssue, sendoff_issue, "issue", issue_fields, NULL)

/**
 * sendoff_issues_add:
 * @issues: (element-type SendoffIssue): where to add
 * @output: index of the output it is about, -1 for the whole request
 * @field: the setting where it can be fixed
 * @code: a stable name
 * @format: a sentence; xgettext knows this function, so it is translated here
 */
void
sendoff_issues_add (GPtrArray *issues,
                    SendoffSeverity severity,
                    int output,
                    const char *field,
                    const char *code,
                    const char *format,
                    ...)
{
  SendoffIssue *issue = sendoff_issue_new ();
  va_list args;

  va_start (args, format);
  issue->message = g_strdup_vprintf (_ (format), args);
  va_end (args);
  issue->severity = severity;
  issue->output = output;
  issue->field = g_strdup (field);
  issue->code = g_strdup (code);
  g_ptr_array_add (issues, issue);
}

/** sendoff_issues_have_error: whether any issue of @output (-1: of any output or the request) is an error. */
gboolean
sendoff_issues_have_error (GPtrArray *issues, int output)
{
  for (guint i = 0; i < issues->len; i++)
    {
      const SendoffIssue *issue = g_ptr_array_index (issues, i);

      if (issue->severity == SENDOFF_SEVERITY_ERROR
          && (output < 0 || issue->output < 0 || issue->output == output))
        return TRUE;
    }
  return FALSE;
}
