/* The walls around a worker: after sendoff_sandbox_enter() the process can read its source and write what its spec
 * names, and can do nothing else to the machine, whatever a hostile file makes a decoder do.
 *
 * Landlock leaves no file to be opened but those of the spec, and no network; a seccomp filter leaves only the system
 * calls that codecs and threads need, and answers EPERM to the others. Each is used where the kernel has it. To be
 * called once, before any other thread is started and before anything untrusted is read.
 */
#pragma once

#include "model/sendoff-worker-spec.h"

G_BEGIN_DECLS

/* Which walls stand. */
typedef struct {
  gboolean landlock, seccomp;
} SendoffSandbox;

SendoffSandbox sendoff_sandbox_enter (const SendoffWorkerSpec *spec);

G_END_DECLS
