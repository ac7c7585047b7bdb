/* Certificates in words, for "verify" and "queue show". Pure; main thread. */
#pragma once

#include "model/sendoff-certificate.h"

G_BEGIN_DECLS

void sendoff_cli_certificate_print (const SendoffCertificate *certificate, gboolean all);

G_END_DECLS
