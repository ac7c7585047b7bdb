/* A finding about a request, a plan or a finished file: a sentence, and where it can be fixed.
 *
 * Immutable once it is in a plan; any thread may read it.
 */
#pragma once

#include "base/sendoff-document.h"

G_BEGIN_DECLS

typedef enum {
  SENDOFF_SEVERITY_INFO,    /* worth knowing: "audio is mixed down to stereo" */
  SENDOFF_SEVERITY_WARNING, /* goes ahead, but may not be what is wanted */
  SENDOFF_SEVERITY_ERROR,   /* nothing is run */
} SendoffSeverity;

typedef struct {
  int severity; /* SendoffSeverity */
  char *field;  /* the setting where it can be fixed: "codec", "start"… */
  char *code;   /* stable, for programs: "codec-not-in-container" */
  char *message; /* a sentence for people */
  int output;   /* index of the output, -1 for the whole request */
} SendoffIssue;
SENDOFF_DECLARE_DOC (SendoffIssue, sendoff_issue)

extern const char *const sendoff_severity_nicks[];

void sendoff_issues_add (GPtrArray *issues, SendoffSeverity severity, int output, const char *field,
                         const char *code, const char *format, ...) G_GNUC_PRINTF (6, 7);
gboolean sendoff_issues_have_error (GPtrArray *issues, int output);

G_END_DECLS
