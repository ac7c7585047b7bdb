#include "base/sendoff-error.h"

G_DEFINE_QUARK (sendoff-error-quark, sendoff_error)

static const char *const nicks[SENDOFF_ERROR_N_CODES] = {
  [SENDOFF_ERROR_FAILED] = "failed",
  [SENDOFF_ERROR_BAD_DATA] = "bad-data",
  [SENDOFF_ERROR_USAGE] = "usage",
  [SENDOFF_ERROR_INVALID_REQUEST] = "invalid-request",
  [SENDOFF_ERROR_SOURCE_UNREADABLE] = "source-unreadable",
  [SENDOFF_ERROR_SOURCE_UNSUPPORTED] = "source-unsupported",
  [SENDOFF_ERROR_SOURCE_CHANGED] = "source-changed",
  [SENDOFF_ERROR_ENCODER] = "encoder",
  [SENDOFF_ERROR_MUX] = "mux",
  [SENDOFF_ERROR_VERIFY] = "verify",
  [SENDOFF_ERROR_WORKER_CRASHED] = "worker-crashed",
  [SENDOFF_ERROR_WORKER_HUNG] = "worker-hung",
  [SENDOFF_ERROR_NO_SPACE] = "no-space",
  [SENDOFF_ERROR_EXISTS] = "exists",
  [SENDOFF_ERROR_NOT_FOUND] = "not-found",
  [SENDOFF_ERROR_STORE] = "store",
};

/**
 * sendoff_error_get_nick:
 * @code: a #SendoffErrorCode
 *
 * Returns: (transfer none): the stable name of @code in JSON, "failed" for an unknown one
 */
const char *
sendoff_error_get_nick (int code)
{
  return code >= 0 && code < SENDOFF_ERROR_N_CODES ? nicks[code] : nicks[SENDOFF_ERROR_FAILED];
}

/**
 * sendoff_error_from_nick:
 * @nick: (nullable): a name as sendoff_error_get_nick() gives it
 *
 * Returns: the code, %SENDOFF_ERROR_FAILED for an unknown name
 */
int
sendoff_error_from_nick (const char *nick)
{
  for (int code = 0; code < SENDOFF_ERROR_N_CODES; code++)
    if (g_strcmp0 (nick, nicks[code]) == 0)
      return code;
  return SENDOFF_ERROR_FAILED;
}
