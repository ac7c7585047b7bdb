/* The one error domain of Sendoff.
 *
 * Messages are sentences for the person who uses the program. The codes are what a caller acts on: an
 * exit status of the command line, an HTTP status, a button in the window. Cancellation is always
 * G_IO_ERROR_CANCELLED and never one of these. Any thread may use this.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define SENDOFF_ERROR (sendoff_error_quark ())

typedef enum {
  SENDOFF_ERROR_FAILED,             /* anything without a code of its own */
  SENDOFF_ERROR_BAD_DATA,           /* JSON or a stored document that cannot be understood */
  SENDOFF_ERROR_USAGE,              /* a command line that cannot be understood */
  SENDOFF_ERROR_INVALID_REQUEST,    /* the plan has an error among its issues */
  SENDOFF_ERROR_SOURCE_UNREADABLE,  /* missing, no permission, not a file, damaged beyond use */
  SENDOFF_ERROR_SOURCE_UNSUPPORTED, /* readable, but no video or audio that can be decoded */
  SENDOFF_ERROR_SOURCE_CHANGED,     /* no longer the file that was planned */
  SENDOFF_ERROR_ENCODER,            /* an encoder or filter refused or failed */
  SENDOFF_ERROR_MUX,                /* the parts could not be joined */
  SENDOFF_ERROR_VERIFY,             /* the finished file is not what was planned */
  SENDOFF_ERROR_WORKER_CRASHED,     /* a worker ended by a signal or without a result */
  SENDOFF_ERROR_WORKER_HUNG,        /* a worker made no progress */
  SENDOFF_ERROR_NO_SPACE,           /* the disk is full */
  SENDOFF_ERROR_EXISTS,             /* the destination exists and may not be replaced */
  SENDOFF_ERROR_NOT_FOUND,          /* an unknown codec, platform, preset, job… */
  SENDOFF_ERROR_STORE,              /* the database */
  SENDOFF_ERROR_N_CODES
} SendoffErrorCode;

GQuark sendoff_error_quark (void);
const char *sendoff_error_get_nick (int code);
int sendoff_error_from_nick (const char *nick);

G_END_DECLS
